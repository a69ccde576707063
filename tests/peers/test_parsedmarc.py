"""parsedmarc beside us on the same files: the same values, and the fixture they are kept in."""

import json
import os
import random
import subprocess

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from beside_parsedmarc import MADE, alike, digest, mark, ours
from made_reports import HEAD, ROW, aggregate_xml

from sendas.reports.model import DkimResult, Override, Row, SpfResult


pytestmark = pytest.mark.peer

SCRIPT = Path(__file__).parents[1] / "support" / "parsedmarc_values.py"
FIXTURE = Path(__file__).parents[1] / "reports" / "parsedmarc.json"
Ask = Callable[[dict[str, bytes]], dict[str, Any]]


@pytest.fixture
def theirs(peer: Callable[[str], str], tmp_path: Path) -> Ask:
    """What parsedmarc reads of files."""
    program = os.environ.get("SENDAS_PARSEDMARC") or peer("parsedmarc-python")

    def ask(files: dict[str, bytes]) -> dict[str, Any]:
        for name, raw in files.items():
            (tmp_path / name).write_bytes(raw)
        names = [str(tmp_path / name) for name in files]
        done = subprocess.run(  # noqa: S603  the peer under test
            [program, str(SCRIPT), *names], capture_output=True, text=True, check=True
        )
        return json.loads(done.stdout)

    return ask


def test_the_fixture_is_what_parsedmarc_says(theirs: Ask, shared_data: Path) -> None:
    """On our own reports and on the corpus; with SENDAS_WRITE_PARSEDMARC=1 it is written again."""
    corpus = {path.name: path.read_bytes() for path in (shared_data / "reports").glob("*/*")}
    answer = theirs(MADE | corpus)
    values = {
        name: alike(name, found) for name, found in answer["files"].items() if "error" not in found
    }
    fixture = {
        "source": f"parsedmarc {answer['version']}, offline, by tests/support/{SCRIPT.name}",
        # A thousand records say no more in words than by their digest.
        "made": {
            name: values[name] if len(MADE[name]) < 100_000 else digest(values[name])
            for name in MADE
        },
        "shared": {mark(corpus[name]): digest(values[name]) for name in corpus if name in values},
    }
    if os.environ.get("SENDAS_WRITE_PARSEDMARC"):
        FIXTURE.write_text(json.dumps(fixture, indent=1, sort_keys=True) + "\n")

    assert json.loads(FIXTURE.read_text()) | {"source": ""} == fixture | {"source": ""}


def test_reports_at_random_are_read_alike(theirs: Ask) -> None:
    """200 reports with values drawn from what receivers write, and some of them missing."""
    dice = random.Random(20261129)  # noqa: S311  no secret
    files = {f"{number}.xml": _drawn(dice, number) for number in range(200)}

    answer = theirs(files)["files"]

    for name, raw in files.items():
        (found,) = ours(raw)
        assert alike(name, answer[name]) == alike(name, found), name


def _drawn(dice: random.Random, number: int) -> bytes:
    def maybe(*values: str) -> str:
        return dice.choice(values)

    def row() -> Row:
        results = ("pass", "fail", "none", "Neutral", "temperror", "PermError")
        return ROW._replace(
            source_ip=maybe("192.0.2.7", "2001:db8::7"),
            mails=dice.randrange(1, 100_000),
            disposition=maybe("none", "Quarantine", "reject"),
            dkim=maybe("pass", "fail", "Pass"),
            spf=maybe("pass", "fail"),
            reasons=tuple(
                Override(maybe("forwarded", "mailing_list", "local_policy"), maybe("", "arc=pass"))
                for _ in range(dice.randrange(3))
            ),
            header_from=maybe("example.com", "News.Example.com"),
            envelope_from=maybe("", "bounces.example.com"),
            envelope_to=maybe("", "example.net"),
            dkim_results=tuple(
                DkimResult(
                    maybe("example.com", "sender.example"),
                    maybe("", "s1"),
                    dice.choice(results),
                    maybe("", "2048-bit key & more"),
                )
                for _ in range(dice.randrange(3))
            ),
            spf_results=tuple(
                SpfResult(
                    maybe("example.com", "mail.Example.com"),
                    maybe("", "mfrom", "helo"),
                    dice.choice(results),
                    "",
                )
                for _ in range(dice.randrange(1, 3))
            ),
        )

    policy = HEAD.policies[0]._replace(sp=maybe("", "reject"), fo=maybe("", "1:d"), np="")
    head = replace(HEAD, report_id=maybe("a@b", "<c>", f"r{number}"), policies=(policy,))
    return aggregate_xml(head, [row() for _ in range(dice.randrange(1, 6))])
