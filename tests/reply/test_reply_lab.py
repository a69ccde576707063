"""Answering in the lab, with the shipped stack: Gmail's reply goes out as the mailbox.

The function runs from the zip that would be deployed, in the stack that `apply`
makes; Gmail, SES, DNS and the recipients are the lab's, and judge DKIM and DMARC
themselves.
"""

import time

import pytest

from owner_setup import Owner
from sendas_lab.mail import Envelope, Transmission
from sendas_lab.recipients import StoredMail
from sendas_lab.world import Lab

from sendas.config.model import Config, ConfiguredDomain, Dmarc, DnsProvider, Mailbox, SendWay
from sendas.ses.regions import Region


OWNER, JANE, BEN = "owner@gmail.com", "jane@example.net", "ben@example.net"
ME = "me@example.com"
DOMAIN = ConfiguredDomain(
    name="example.com",
    region=Region("us-east-1"),
    mailboxes=(
        Mailbox("me", targets=(OWNER,), send=SendWay.REPLY_ALIAS, display_name="Me Myself"),
    ),
    dns=DnsProvider.ROUTE53,
    dmarc=Dmarc(),
    notices=OWNER,
    forwarding_address="forwarded@example.com",
)


@pytest.fixture
def owner(sendas_lab: Lab) -> Owner:
    """An owner whose stack stands."""
    owner = Owner(sendas_lab, Config((DOMAIN,), alarms=(OWNER,)))
    owner.delegate(domain="example.com")
    sendas_lab.ses.grant_production_access("us-east-1")
    sendas_lab.gmail.open_account(OWNER)
    owner.apply(DOMAIN)
    return owner


def settle(lab: Lab) -> None:
    """Until nothing is on its way."""
    for _ in range(3):
        lab.settle()
        lab.aws.mappings.settle()
    lab.settle()


def newest(lab: Lab, subject: str) -> StoredMail:
    """The newest mail of the owner's inbox of that subject."""
    for _ in range(100):
        found = [mail for mail in lab.gmail.inbox(OWNER) if subject in mail.subject]
        if found:
            return found[-1]
        settle(lab)
        time.sleep(0.05)
    pytest.fail(f"no {subject!r} in {[mail.subject for mail in lab.gmail.inbox(OWNER)]}")


def at(lab: Lab, address: str) -> tuple[StoredMail, ...]:
    """What a correspondent got."""
    return lab.recipients.mailboxes.of(address)


def test_pressing_reply_writes_as_the_mailbox(owner: Owner) -> None:
    """Jane gets the answer from the mailbox, signed and DMARC-aligned, and nothing of Gmail."""
    lab = owner.lab
    lab.write_to_owner(ME, sender=JANE, subject="Hello")
    settle(lab)
    forwarded = newest(lab, "Hello")
    lab.gmail.reply(OWNER, forwarded, text="Hello Jane.")
    settle(lab)

    (answer,) = at(lab, JANE)
    assert answer.authentication
    assert answer.authentication.dmarc_passes
    assert '"Me Myself" <me@example.com>' == answer.header("From")
    assert "Re: Hello" == answer.subject
    assert b"gmail" not in answer.content.partition(b"\r\n\r\n")[0].lower()
    assert "Hello Jane." in answer.text()
    assert not [mail for mail in lab.gmail.inbox(OWNER) if "forward" in mail.subject.lower()]


def test_a_forged_answer_goes_nowhere(owner: Owner) -> None:
    """A stolen alias, the owner in From, nothing signed: kept, and the owner is told."""
    lab = owner.lab
    lab.write_to_owner(ME, sender=JANE, subject="Hello")
    settle(lab)
    alias = newest(lab, "Hello").header("Reply-To") or ""
    lab.write_to_owner(alias.rpartition("<")[2].strip("> "), sender=OWNER, subject="Forged")
    settle(lab)

    assert () == at(lab, JANE)
    assert [m for m in lab.gmail.inbox(OWNER) if "Forged" in m.text()]


def test_a_replayed_answer_goes_out_once(owner: Owner) -> None:
    """The same mail brought again, word for word, signature and all."""
    lab = owner.lab
    lab.write_to_owner(ME, sender=JANE, subject="Hello")
    settle(lab)
    lab.gmail.reply(OWNER, newest(lab, "Hello"), text="Once.")
    settle(lab)
    (sent,) = lab.gmail.sent(OWNER)
    envelope = Envelope(OWNER, sent.envelope.forward_paths)
    for _ in range(2):
        lab.bring(Transmission(envelope, sent.content, "192.0.2.55", "replay.example.org"))
    settle(lab)

    assert 1 == len(at(lab, JANE))


def test_a_conversation_of_three(owner: Owner) -> None:
    """Reply All reaches Jane and Ben; Ben's answer comes back, and is answered."""
    lab = owner.lab
    content = (
        f"From: Jane <{JANE}>\r\nTo: {ME}\r\nCc: Ben <{BEN}>\r\nSubject: Three\r\n"
        "Date: Sun, 29 Nov 2026 12:00:00 +0000\r\n"
        "Message-ID: <three@example.net>\r\n\r\nHello.\r\n"
    )
    envelope = Envelope(JANE, (ME,))
    lab.bring(Transmission(envelope, content.encode(), "192.0.2.60", "mail.example.net"))
    settle(lab)
    lab.gmail.reply(OWNER, newest(lab, "Three"), text="To both.", to_all=True)
    settle(lab)

    (to_jane,), (to_ben,) = at(lab, JANE), at(lab, BEN)
    assert "Jane <jane@example.net>" == (to_jane.header("To") or "").replace('"', "")
    assert "Ben <ben@example.net>" == (to_ben.header("Cc") or "").replace('"', "")
    assert "<three@example.net>" in (to_ben.header("References") or "")


def test_an_answer_that_ses_refuses_is_told_as_an_answer(owner: Owner) -> None:
    """A line longer than SES takes: the owner is told, in words of an answer, for whom it was."""
    lab = owner.lab
    lab.write_to_owner(ME, sender=JANE, subject="Hello")
    settle(lab)
    lab.gmail.reply(OWNER, newest(lab, "Hello"), text="word " * 400)
    settle(lab)

    told = newest(lab, "Not sent: Re: Hello").text()
    assert "An answer in your name was not sent:" in told
    assert "Line length exceeds" in told
    assert JANE in told.replace(" at ", "@")
    assert "answer again" in told
    assert () == at(lab, JANE)
