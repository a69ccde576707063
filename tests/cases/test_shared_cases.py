"""The seventeen kinds of wrong diagnosis in `../shared/cases/doctor_cases.py`, played and judged.

The file is not ours; it only plays and prints.  Here each of its diagnoses is held against the
right answer, which stands in the issue it came with; written down before anything was run.
"""

import contextlib
import importlib.util
import io
import json
import os
import sys

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from types import ModuleType

import pytest

from sendas_lab.world import Lab

from sendas.doctor.model import Diagnosis
from sendas.play import scene as play_scene
from sendas.play.story import doctoring


FILE = Path(os.environ.get("SENDAS_SHARED", "../shared")) / "cases" / "doctor_cases.py"
pytestmark = pytest.mark.skipif(not FILE.exists(), reason=f"{FILE} is not there")


class Played:
    """What one case said: each diagnosis in order, and everything it printed."""

    def __init__(self) -> None:
        self.diagnoses: list[Diagnosis] = []
        self.printed = ""

    @property
    def roots(self) -> list[tuple[str, ...]]:
        """Of each diagnosis."""
        return [one.roots for one in self.diagnoses]

    def helps(self, number: int = 0) -> str:
        """All that the roots of one diagnosis say is to be done, as JSON."""
        one = self.diagnoses[number]
        return json.dumps(
            [asdict(h) for f in one.findings if f.code in one.roots for h in f.help], default=str
        )


@pytest.fixture
def cases(sendas_lab: Lab, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The file as a module, in our lab; it was written when the lab's modules had other names."""
    world = sys.modules["sendas_lab.world"]
    for name, module in {
        "sendas.lab": ModuleType("sendas.lab"),
        "sendas.lab.scene": play_scene,
        "sendas.lab.story": ModuleType("sendas.lab.story"),
        "sendas.lab.story.doctoring": doctoring,
        "sendas.lab.world": world,
    }.items():
        monkeypatch.setitem(sys.modules, name, module)
    spec = importlib.util.spec_from_file_location("doctor_cases", FILE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module._lab = sendas_lab  # noqa: SLF001  it makes its own otherwise
    paths = os.pathsep.join(filter(None, sys.path))
    monkeypatch.setenv("PYTHONPATH", paths)
    return module


def play(cases: ModuleType, name: str) -> Played:
    """Play a case, and keep what it asked."""
    found = Played()
    ask: Callable[..., Diagnosis] = cases.ask

    def kept(*given: object, **named: object) -> Diagnosis:
        found.diagnoses.append(ask(*given, **named))
        return found.diagnoses[-1]

    cases.ask = kept  # type: ignore[attr-defined]
    sheet = io.StringIO()
    with contextlib.redirect_stdout(sheet):
        getattr(cases, name)()
    found.printed = sheet.getvalue()
    return found


ROOTS: dict[str, list[set[str]]] = {
    "F1": [{"DNS105"}],
    "F2": [{"IAM010"}, {"IAM010"}, {"IAM003"}, {"IAM010"}],
    "F4": [{"DNS111"}, {"DNS111"}],
    "F5": [{"DNS008"}, {"DNS008"}, {"DNS107", "DNS017", "DNS016"}],
    "F9": [{"DNS002"}],
    "F10": [{"DNS109"}, {"DNS109"}],
    "F12": [set()],
    "F13": [{"DNS112"}, {"DNS112"}, {"DNS112"}],
    "F14": [{"ID102", "ID101", "ID004", "ID001"}],
    "F15": [{"DNS110"}, {"DNS110"}, {"DNS110"}, {"DNS110"}],
}
"""One root for each diagnosis, one of these; none where the set is empty."""


@pytest.mark.parametrize("name", ROOTS)
def test_the_one_root(cases: ModuleType, name: str) -> None:
    """Each diagnosis has the one right root, and where nothing is wrong it has none."""
    found = play(cases, name)

    assert len(ROOTS[name]) == len(found.roots), found.printed
    for wanted, roots in zip(ROOTS[name], found.roots, strict=True):
        assert len(roots) == min(1, len(wanted)), found.printed
        assert wanted.issuperset(roots), found.printed


def test_no_spf_mend_throws_a_term_away(cases: ModuleType) -> None:
    """F3: what is to be published keeps SES, and every other sender that was meant; or none is."""
    found = play(cases, "F3")

    meant = [
        {"include:amazonses.com"}, {"include:amazonses.com"},
        {"ip4:203.0.113.7", "include:amazonses.com"},
        {"include:amazonses.com", "ip4:203.0.113.7"},
        {"include:amazonses.com", "include:_spf.google.com"},
        {"include:amazonses.com", "include:_spf.google.com"},
    ]  # fmt: skip
    assert len(meant) == len(found.diagnoses)
    for terms, diagnosis in zip(meant, found.diagnoses, strict=True):
        told = [f for f in diagnosis.findings if f.status in {"fail", "warn"}]
        records = [r for f in told for h in f.help for r in h.records if "v=spf1" in r]
        assert told, found.printed
        for record in records:
            assert all(term in record for term in terms), (record, found.printed)


def test_ses_own_refusals_are_not_the_recipients(cases: ModuleType) -> None:
    """F6: bare refusals of SES are SES's or the client's; one about TLS is about TLS."""
    found = play(cases, "F6")

    assert "recipient's mail administrator" not in found.printed
    assert "mailbox is full" not in found.printed
    assert "SPF, DKIM or DMARC" not in found.printed
    assert not any(code.startswith("DS") for code in found.roots[-1]), found.printed


def test_log_lines_are_read(cases: ModuleType) -> None:
    """F7: each line of a log is a failure, by the reply's own code."""
    found = play(cases, "F7")

    assert found.printed.count("exit 1") == 4, found.printed
    assert "587" not in found.printed.replace("]:587", "").replace("587 or 2587", "")


def test_no_address_of_a_text_becomes_the_recipient(cases: ModuleType) -> None:
    """F8: an address that a reply mentions is not whom the mail was for."""
    found = play(cases, "F8")

    lines = [line.strip() for line in found.printed.splitlines()]
    assert not any(line.startswith(("ada@fabrikam.example:", "tosa@")) for line in lines), lines


def test_an_address_identity_has_no_mail_from_of_the_domain(cases: ModuleType) -> None:
    """F11: nothing says that the address's mail goes out as the domain's MAIL FROM."""
    found = play(cases, "F11")

    told = [f for f in found.diagnoses[0].findings if f.code in {"DNS009", "DNS010"}]
    assert told
    assert not any("goes out as mail.example.com" in f.title.lower() for f in told), told


def test_starttls_at_465_is_always_told(cases: ModuleType) -> None:
    """F16: seven runs, one answer: the wrong TLS mode."""
    found = play(cases, "F16")

    answers = [line for line in found.printed.splitlines() if "s: exit" in line]
    assert len(answers) == 7, found.printed
    assert all("wrong" in line.lower() for line in answers), found.printed


def test_a_refusal_that_names_another_region(cases: ModuleType) -> None:
    """F17: the advice is for the Region that the refusal names; an unseen policy adds nothing."""
    found = play(cases, "F17")

    assert "eu-west-1" in found.helps(0), found.printed
    assert len(found.roots[0]) == len(found.roots[1]) == 1, found.printed
    assert "put-user-policy" not in found.helps(1), found.printed
