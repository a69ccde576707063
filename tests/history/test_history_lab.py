"""The history in the lab: from SES's events, through the shipped stack, to `sendas trace`."""

import json
import os
import subprocess
import sys

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest

from owner_setup import Owner, settle, standing_owner
from sendas_lab.world import Lab

from sendas.relay.asking import submission_of
from sendas.relay.decide.notices import About
from sendas.relay.decide.queued import Mail, items_of


OWNER, ME = "owner@gmail.com", "me@example.com"
FILE = """\
region = "us-east-1"
[alarms]
to = ["owner@gmail.com"]
[[domain]]
name = "example.com"
[domain.dmarc]
[[domain.mailbox]]
name = "me"
to = ["owner@gmail.com"]
"""


@pytest.fixture
def owner(sendas_lab: Lab, tmp_path: Path) -> Owner:
    """An owner whose stack stands."""
    return standing_owner(sendas_lab, tmp_path, FILE)


def send(owner: Owner, to: str, subject: str = "Hello") -> str:
    """A mail by the API, as the owner's program sends it; SES's id."""
    content = f"From: {ME}\r\nTo: {to}\r\nSubject: {subject}\r\n\r\ntext\r\n"
    sent = owner.call("sesv2", "SendEmail", Content={"Raw": {"Data": content.encode()}})
    return str(sent["MessageId"])


def trace(lab: Lab, folder: Path, *words: str) -> tuple[int, list[dict[str, str]]]:
    """`sendas trace --json`."""
    ran = subprocess.run(  # noqa: S603  our own program
        [sys.executable, "-m", "sendas", "trace", *words, "--json"],
        capture_output=True,
        text=True,
        cwd=folder,
        env={
            "PATH": os.defpath,
            "HOME": str(folder),
            **lab.environment(),
            "PYTHONPATH": os.environ.get("PYTHONPATH", ""),
        },
        check=False,
    )
    assert "sendas:" not in ran.stderr, ran.stderr
    return ran.returncode, [json.loads(line) for line in ran.stdout.splitlines()]


def test_every_mail_has_its_trace(owner: Owner, tmp_path: Path) -> None:
    """Delivered, bounced and why, complained (the owner hears at once), forwarded."""
    lab = owner.lab
    lab.write_to_owner(ME, subject="In")
    settle(lab)
    status, (forward,) = trace(lab, tmp_path, OWNER, "--since", "1d")
    assert (0, "forward", "delivered") == (status, forward["stream"], forward["outcome"])
    assert [forward["mail"]] == [
        one["mail"] for one in trace(lab, tmp_path, forward["received"])[1]
    ]

    delivered = send(owner, "jane@example.net")
    bounced = send(owner, "bounce@simulator.amazonses.com")
    complained = send(owner, "complaint@simulator.amazonses.com")
    settle(lab)
    assert (0, ["delivered"]) == outcomes(trace(lab, tmp_path, delivered))
    assert (1, []) == outcomes(trace(lab, tmp_path, "nobody@example.net"))
    assert (0, ["complained"]) == outcomes(trace(lab, tmp_path, complained))
    status, (told,) = trace(lab, tmp_path, bounced)
    assert (1, "bounced", "user-unknown") == (status, told["outcome"], told["reason"])
    told_by_mail = [one for one in lab.gmail.inbox(OWNER) if "complaint" in one.subject]
    assert 1 == len(told_by_mail)
    assert f"sendas trace {complained}" in told_by_mail[0].text()
    (asked,) = trace(lab, tmp_path, complained)[1]
    happened = next(one["at"] for one in asked["events"] if one["kind"] == "complaint")  # type: ignore[index]  # JSON
    dated = parsedate_to_datetime(told_by_mail[0].header("Date") or "")
    assert dated - datetime.fromisoformat(happened) < timedelta(minutes=1), "told within it"


def test_who_sent_through_the_relay_is_told(owner: Owner, tmp_path: Path) -> None:
    """The relay's tags come back in SES's events, and stand in the trace."""
    content = f"From: {ME}\r\nTo: jane@example.net\r\nSubject: x\r\n\r\ntext\r\n"
    mail = Mail(1, datetime(2026, 11, 29, tzinfo=UTC), f"{ME}/shop", ME, "shop", ME, ME, 9)
    (item,) = items_of(mail, [About("jane@example.net")])
    call = submission_of(item, "").as_call()
    del call["FromEmailAddress"], call["Destination"]
    sent = owner.call("sesv2", "SendEmail", Content={"Raw": {"Data": content.encode()}}, **call)
    settle(owner.lab)

    assert [f"{ME}/shop"] == [
        one["submitter"] for one in trace(owner.lab, tmp_path, str(sent["MessageId"]))[1]
    ]


def outcomes(answer: tuple[int, list[dict[str, str]]]) -> tuple[int, list[str]]:
    """The exit status and the words."""
    return answer[0], [one["outcome"] for one in answer[1]]


def test_a_day_becomes_one_object(owner: Owner, tmp_path: Path) -> None:
    """Compacted by the daily call; the trace is what it was, and nothing is twice."""
    lab = owner.lab
    lab.clock.move(timedelta(days=-3))
    for n in range(3):  # each by itself: a batch of all would be one object already
        send(owner, "jane@example.net", f"Mail {n}")
        settle(lab)
    before = trace(lab, tmp_path, "jane@example.net")
    lab.clock.move(timedelta(days=3))
    owner.call(
        "lambda", "Invoke", FunctionName="sendas-example-com", Payload=b'{"sendas": "compact"}'
    )
    bucket = "sendas-example-com-" + lab.account_id + "-us-east-1"
    listed = owner.call("s3", "ListObjectsV2", Bucket=bucket, Prefix="sendas/events/2")
    keys = [one["Key"] for one in listed["Contents"]]

    assert [True] == [key.endswith("/all.jsonl") for key in keys]
    after = trace(lab, tmp_path, "jane@example.net")
    assert 3 == len(after[1])
    assert before == after
