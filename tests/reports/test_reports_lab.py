"""Reports in the lab: from a receiver's mail, through the shipped stack, to `sendas reports`."""

import json
import os
import subprocess
import sys

from dataclasses import replace
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from made_reports import HEAD, ROW, aggregate_xml, gzipped, tls_report, zipped
from owner_setup import Owner, settle, standing_owner
from sendas_lab.mail import Envelope, Transmission
from sendas_lab.others import ORDINARY_ADDRESS, ORDINARY_HOST
from sendas_lab.world import Lab

from sendas.dns.answers import Answer, Question, Records, RecordType


OWNER, REPORTS = "owner@gmail.com", "reports@example.com"
FILE = """\
region = "us-east-1"
[alarms]
to = ["owner@gmail.com"]
[[domain]]
name = "example.com"
[domain.reports]
[[domain.mailbox]]
name = "me"
to = ["owner@gmail.com"]
"""


@pytest.fixture
def owner(sendas_lab: Lab, tmp_path: Path) -> Owner:
    """An owner whose stack stands."""
    return standing_owner(sendas_lab, tmp_path, FILE)


def report(lab: Lab, number: int = 1) -> bytes:
    """A report about yesterday, packed."""
    yesterday = int(lab.clock.now().timestamp()) // 86_400 * 86_400 - 86_400
    head = replace(HEAD, report_id=f"r-{number}", begin=yesterday, end=yesterday + 86_399)
    return gzipped(aggregate_xml(head, [ROW]))


def bring(lab: Lab, content: bytes, sender: str = "dmarc@example.net", name: str = "r.gz") -> None:
    """A receiver mails a report; its SPF passes for example.net, and so does DMARC."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, REPORTS, "Report Domain: example.com"
    mail["Message-ID"] = f"<{hash(content)}@example.net>"
    mail.set_content("A report is attached.")
    mail.add_attachment(content, maintype="application", subtype="gzip", filename=name)
    envelope = Envelope("dmarc@example.net", (REPORTS,))
    raw = mail.as_bytes().replace(b"\n", b"\r\n")
    lab.bring(Transmission(envelope, raw, ORDINARY_ADDRESS, ORDINARY_HOST))
    settle(lab)


def asked(lab: Lab, folder: Path, *words: str) -> dict[str, Any]:
    """`sendas reports … --json`, from the bucket."""
    ran = subprocess.run(  # noqa: S603  our own program
        [sys.executable, "-m", "sendas", "reports", *words, "--json"],
        capture_output=True,
        text=True,
        cwd=folder,
        env={
            "PATH": os.defpath,
            "HOME": str(folder),
            "PYTHONPATH": os.environ.get("PYTHONPATH", ""),
            **lab.environment(),
        },
        check=False,
    )
    return json.loads(ran.stdout) if ran.stdout else {"failed": ran.stderr}


def kept(owner: Owner) -> list[str]:
    """The keys of what was kept."""
    bucket = f"sendas-example-com-{owner.lab.account_id}-us-east-1"
    listed = owner.call("s3", "ListObjectsV2", Bucket=bucket, Prefix="sendas/reports/")
    return [one["Key"] for one in listed.get("Contents", ())]


def test_reports_are_asked_for_received_and_kept_out_of_the_inbox(
    owner: Owner, tmp_path: Path
) -> None:
    """The records ask for them; the function keeps what they say; the same mail twice is once."""
    lab = owner.lab
    dmarc, tlsrpt = (
        lab.dns.resolve(Question(f"{name}.example.com", RecordType.TXT))
        for name in ("_dmarc", "_smtp._tls")
    )
    bring(lab, report(lab))
    bring(lab, zipped({"t.json": json.dumps(tls_report()).encode()}), name="t.zip")
    first = kept(owner)
    bring(lab, report(lab))  # the receiver sends it again

    senders = asked(lab, tmp_path, "senders")
    tls = asked(lab, tmp_path, "tls", "--domain", "example.com")

    assert [] == [one for one in lab.gmail.inbox(OWNER) if "Report" in one.subject]
    assert 2 == len(first)
    yesterday = datetime.fromtimestamp(lab.clock.now().timestamp() - 86_400, UTC)
    assert any(f"/{yesterday:%Y-%m-%d}/" in key for key in first)
    assert (3, {"example.net": 1}, 1) == (
        senders["mails"],
        senders["reporters"],
        senders["doubles"],
    )
    assert (5, 2) == (tls["successful"], tls["failed"])
    assert ("v=DMARC1; p=none; rua=mailto:reports@example.com",) == values(dmarc)
    assert ("v=TLSRPTv1; rua=mailto:reports@example.com",) == values(tlsrpt)


def test_a_strangers_mail_to_the_address_harms_nothing(owner: Owner, tmp_path: Path) -> None:
    """A forged report counts for nothing; bombs and letters are lines; mail still goes on."""
    lab = owner.lab
    bring(lab, report(lab), sender="noreply-dmarc-support@google.com")
    bring(lab, gzipped(b"<feedback>" + b" " * 30_000_000))
    bring(lab, b"not a report at all")

    senders = asked(lab, tmp_path, "senders")

    assert (0, {}, 1, 2) == (
        senders["mails"],
        senders["reporters"],
        senders["unproven_reports"],
        senders["unreadable"],
    )
    assert owner.forwarded("me@example.com")
    assert [] == owner.call("sqs", "ReceiveMessage", QueueUrl=dead(owner)).get("Messages", [])


def values(answer: Answer) -> tuple[str, ...]:
    """What stands there."""
    return answer.values if isinstance(answer, Records) else ()


def dead(owner: Owner) -> str:
    """The queue of dead letters."""
    name = "sendas-example-com-failed"
    return str(owner.call("sqs", "GetQueueUrl", QueueName=name)["QueueUrl"])
