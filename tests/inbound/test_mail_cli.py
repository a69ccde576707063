"""``sendas mail`` in the lab: the function is the built zip, in processes of its own."""

# ruff: noqa: ANN401  the fixtures' classes are in conftest.py, which cannot be imported

import json
import re

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from sendas_lab.ses.message import GTUBE
from typer.testing import CliRunner, Result

from sendas.cli import app
from sendas.iam.rights import EVERYWHERE, Role, policy_of
from sendas.inbound.bundle import bundle
from sendas.inbound.rights import RIGHTS
from sendas.inbound.settings import HANDLER


TARGET = "owner@gmail.com"
HANDLED, KEPT, UNSEEN = "Handled", "Kept\x1b[31m", "Unseen"


@pytest.fixture
def stand(house: Any, context: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """One mail forwarded, one in quarantine, one that the function never saw; and the function."""
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_CONFIG_FILE"):
        monkeypatch.delenv(name, raising=False)
    for name, value in house.scene.lab.environment().items():
        monkeypatch.setenv(name, value)
    scene = house.scene
    trust = json.dumps({"Version": "2012-10-17", "Statement": []})
    role = scene.call("iam", "CreateRole", RoleName="forward", AssumeRolePolicyDocument=trust)
    policy = policy_of(RIGHTS, Role.FORWARDER, {**EVERYWHERE, "bucket": (scene.bucket,)})
    scene.call(
        "iam",
        "PutRolePolicy",
        RoleName="forward",
        PolicyName="forward",
        PolicyDocument=json.dumps(policy),
    )
    scene.call(
        "lambda",
        "CreateFunction",
        FunctionName="sendas-forward",
        Runtime="python3.12",
        Role=role["Role"]["Arn"],
        Handler=HANDLER,
        Timeout=30,
        Code={"ZipFile": bundle()},
        Environment={"Variables": {"SENDAS_BUCKET": scene.bucket}},
    )
    house.write(subject=HANDLED)
    house.write(subject=KEPT, text=GTUBE.decode())
    house.function().handle(house.event(), context)
    house.write(subject=UNSEEN)
    return house


def run(*arguments: str) -> Result:
    """One command."""
    return CliRunner().invoke(app, ["mail", *arguments])


def listed() -> dict[str, dict[str, Any]]:
    """What `list --json` says, by state."""
    return {one["state"]: one for one in json.loads(run("list", "--json").stdout)["mails"]}


def test_list(stand: Any) -> None:
    """Every mail with its state; exit 1, since one is neither delivered, kept nor reported."""
    result = run("list")

    assert 1 == result.exit_code
    states = [line.split()[3].partition(":")[0] for line in result.stdout.splitlines()]
    assert ["forwarded", "quarantined", "unhandled"] == sorted(states)
    assert "\x1b" not in result.stdout
    assert "1 unhandled, 1 forwarded, 1 quarantined" in result.stderr
    assert stand.scene.bucket not in result.stdout


def test_list_some(stand: Any) -> None:  # noqa: ARG001  the fixture makes the world
    """By state, by time, by domain; the exit status is of all that --only leaves out, too."""
    only = run("list", "--only", "forwarded")
    none = run("list", "--until", "2020-01-01")
    elsewhere = run("list", "--domain", "example.com", "--only", "discarded")

    assert (1, 1) == (only.exit_code, len(only.stdout.splitlines()))
    assert (0, "") == (none.exit_code, none.stdout)
    assert (1, "") == (elsewhere.exit_code, elsewhere.stdout)


def test_search(stand: Any) -> None:
    """By what the records hold, in any case; what nobody began with is found by nothing."""
    every = listed()
    author = every["quarantined"]["author"]

    assert ["quarantined"] == [
        one["state"]
        for one in json.loads(run("list", "--reason", "SPAM", "--json").stdout)["mails"]
    ]
    assert 0 == run("list", "--author", author.upper()).exit_code
    assert "" == run("list", "--subject", "no such subject").stdout
    # No cut goes through one second, in which the three above may have come.
    stand.scene.lab.clock.move(timedelta(seconds=2))
    stand.write(subject="Newest")
    newest = run("list", "--limit", "1")
    assert 1 == len(newest.stdout.splitlines())
    assert "3 older ones: --until" in newest.stderr


def test_show(stand: Any) -> None:
    """The header with nothing that could repaint a terminal; raw, every byte."""
    kept = listed()["quarantined"]["id"]

    shown, raw = run("show", kept), run("show", kept, "--raw")

    assert "Subject: Kept\N{REPLACEMENT CHARACTER}[31m" in shown.stdout
    assert "quarantine: done: SES takes it for spam" in shown.stdout
    stored = stand.scene.call("s3", "GetObject", Bucket=stand.scene.bucket, Key=kept)
    assert stored["Body"].read() == raw.stdout_bytes
    assert "sendas.mail-show/2" == json.loads(run("show", kept, "--json").stdout)["schema"]


def test_release(stand: Any) -> None:
    """The kept mail is forwarded; what is not in quarantine is not released."""
    states = listed()

    dry = run("release", states["quarantined"]["id"], "--dry-run")
    assert [TARGET] == stand.sent()
    done = run("release", states["quarantined"]["id"])
    wrong = run("release", states["forwarded"]["id"])

    assert (0, 0) == (dry.exit_code, done.exit_code)
    assert "settled" in done.stdout
    assert [TARGET] * 2 == stand.sent()
    assert wrong.exit_code != 0


def test_redeliver_all_that_failed(stand: Any) -> None:
    """Safe to repeat; afterwards nothing is failed."""
    unseen = listed()["unhandled"]["id"]

    dry = run("redeliver", "--failed", "--dry-run", "--json")
    assert [unseen] == json.loads(dry.stdout)["would"]
    first, second = run("redeliver", "--failed", "--json"), run("redeliver", unseen)

    assert "settled" == json.loads(first.stdout)["results"][0]["outcome"]
    assert (0, 0) == (first.exit_code, second.exit_code)
    assert [TARGET] * 2 == stand.sent()
    assert 0 == run("list").exit_code


def test_one_recipient_undecided_is_not_finished(stand: Any, context: Any) -> None:
    """Delivered to one of two, nothing decided for the other: found by --failed, and shown."""
    done = {one["id"] for one in json.loads(run("list", "--json").stdout)["mails"]}
    stand.write(subject="For two")
    event = stand.event()
    fresh = []
    for item in event["Records"]:
        body = json.loads(item["body"])
        notice = json.loads(body["Message"])
        if notice["mail"]["messageId"] not in done:
            # As a rule without conditions has it, in an account with another domain.
            notice["receipt"]["recipients"].append("you@unknown.example")
            fresh.append(item | {"body": json.dumps(body | {"Message": json.dumps(notice)})})
            name = notice["mail"]["messageId"]
    failed = stand.function().handle({"Records": fresh}, context)["batchItemFailures"]

    assert ([TARGET] * 2, 1) == (stand.sent(), len(failed))
    assert name in json.loads(run("redeliver", "--failed", "--dry-run", "--json").stdout)["would"]
    shown = run("show", name).stdout
    assert "pending, for me@example.com, you@unknown.example" in shown
    assert re.search("forward to owner@gmail.com.*: done", shown)


def test_routes(stand: Any, tmp_path: Path) -> None:
    """What is put was checked, and is what shows; a mistake is named and nothing is put."""
    good, bad = tmp_path / "good.json", tmp_path / "bad.json"
    good.write_text(json.dumps(stand.routes()))
    bad.write_text("{}")

    assert 0 == run("routes", "check", str(good)).exit_code
    assert 0 == run("routes", "put", str(good)).exit_code
    assert "me" in json.loads(run("routes", "show").stdout)["domains"]["example.com"]["routes"]
    for verb in ("check", "put"):
        assert run("routes", verb, str(bad)).exit_code != 0
    assert 0 == run("routes", "show").exit_code


@pytest.mark.parametrize(
    "arguments",
    [
        ("redeliver",),
        ("list", "--since", "yesterday"),
        ("list", "--only", "x"),
        ("show", "nosuch"),
    ],
)
def test_wrong_usage(stand: Any, arguments: tuple[str, ...]) -> None:  # noqa: ARG001  the same
    """A UsageError, which the command line turns into exit status 2."""
    from sendas.errors import UsageError  # noqa: PLC0415

    assert isinstance(run(*arguments).exception, UsageError)
