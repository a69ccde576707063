"""Answering in the lab, with the shipped stack: Gmail's reply goes out as the mailbox.

The function runs from the zip that would be deployed, in the stack that `apply`
makes; Gmail, SES, DNS and the recipients are the lab's, and judge DKIM and DMARC
themselves.
"""

import json
import re
import time

from collections.abc import Callable, Sequence

import pytest

from mail_programs import Reader, answer_to
from owner_setup import Owner
from sendas_lab.mail import Envelope, Transmission
from sendas_lab.recipients import StoredMail
from sendas_lab.world import Lab

from sendas.config.model import Config, ConfiguredDomain, Dmarc, DnsProvider, Mailbox, SendWay
from sendas.mail.mailboxes import mailboxes_of
from sendas.ses.regions import Region


OWNER = "owner@gmail.com"
JANE, BEN, ANN = "jane@example.net", "ben@example.net", "ann@example.net"
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
    return until(lab, lambda: [one for one in lab.gmail.inbox(OWNER) if subject in one.subject])[
        -1
    ]


def until(lab: Lab, found: Callable[[], Sequence[StoredMail]]) -> Sequence[StoredMail]:
    """What there is, as soon as there is something."""
    for _ in range(100):
        if mails := found():
            return mails
        settle(lab)
        time.sleep(0.05)
    pytest.fail(f"nothing came: {[mail.subject for mail in lab.gmail.inbox(OWNER)]}")


def ask(owner: Owner, **request: list[str]) -> None:
    """Ask the function for something, as ``sendas mail`` does."""
    payload = json.dumps({"sendas": request}).encode()
    answer = owner.call("lambda", "Invoke", FunctionName="sendas-example-com", Payload=payload)
    assert "FunctionError" not in answer


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


def test_ten_turns_with_three(owner: Owner) -> None:
    """Each answers all in turn, ten times: one thread at each side, no private address."""
    lab, inbox = owner.lab, Reader()
    others = {JANE: Reader(), BEN: Reader(), ANN: Reader()}
    content = (
        f"From: Jane <{JANE}>\r\nTo: {ME}\r\nCc: Ben <{BEN}>, {ANN}\r\nSubject: Hello\r\n"
        "Date: Sun, 29 Nov 2026 12:00:00 +0000\r\nMessage-ID: <1@example.net>\r\n\r\nHello.\r\n"
    ).encode()
    author = JANE
    for turn in range(1, 11):
        for address, reader in others.items():
            if address == author or turn == 1:
                reader.get(content)  # each of the three sends to the others directly, too
        lab.bring(Transmission(Envelope(author, (ME,)), content, "192.0.2.60", "mail.example.net"))
        settle(lab)
        (*_, got) = until(lab, lambda n=turn: lab.gmail.inbox(OWNER)[n - 1 :])
        inbox.get(got.content)
        lab.gmail.reply(OWNER, got, text="To all.", to_all=True)
        inbox.get(lab.gmail.sent(OWNER)[-1].content)
        settle(lab)
        author = (BEN, ANN, JANE)[turn % 3]
        for address, reader in others.items():
            (*_, copy) = until(lab, lambda who=address, n=turn: at(lab, who)[n - 1 :])
            assert copy.authentication
            assert copy.authentication.dmarc_passes
            assert b"gmail" not in copy.content.partition(b"\r\n\r\n")[0].lower()
            head = reader.get(copy.content)
            if address == author:
                named = (b"to", b"cc")
                rest = [box for key in named for box in mailboxes_of(head, key)]
                assert {JANE, BEN, ANN} == {box.address for box in rest}
                cc = ", ".join(box.address for box in rest if box.address != author)
                content = answer_to(head, "example.net", author, ME.encode(), cc.encode())
                inbox_side = content
        for address, reader in others.items():
            if address != author:
                reader.get(inbox_side)

    assert [1, 1, 1, 1] == [len(one.groups) for one in (inbox, *others.values())]


def test_composing_to_whom_ses_sends_nothing(owner: Owner) -> None:
    """On the suppression list: nobody gets it, and the owner hears it; off it, it is delivered."""
    lab = owner.lab
    lab.ses.suppress("us-east-1", JANE)
    lab.gmail.send(
        OWNER, to=("compose@example.com",), subject=f"to: {JANE}, {BEN} | News", text="Hello."
    )
    told = newest(lab, "Not sent").text()

    assert "suppression list" in told
    assert JANE in told.replace(" at ", "@").replace(" .", ".")
    assert () == (*at(lab, JANE), *at(lab, BEN))

    owner.call("sesv2", "DeleteSuppressedDestination", EmailAddress=JANE)
    ask(owner, redeliver=re.findall(r"sendas mail redeliver (\w+)", told))
    for address in (JANE, BEN):
        assert ["News"] == [one.subject for one in until(lab, lambda to=address: at(lab, to))]


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
