"""Other people's servers: what each mailbox and each switch provokes.

Refusals: Postfix's and Microsoft's texts as bounces in the wild quote them.
"""

from datetime import timedelta

import pytest

from sendas_lab.mail import Envelope, SmtpReply, Transmission
from sendas_lab.recipients import Refusal
from sendas_lab.smtp.delivery import Delivery
from sendas_lab.world import Lab

from sendas.play.scene import Scene


def deliver(lab: Lab, *to: str, source: str = "198.51.100.129") -> list[SmtpReply]:
    """A mail from Google's address, so that SPF of gmail.com passes."""
    content = b"From: o@gmail.com\r\nTo: x\r\nSubject: x\r\nMessage-ID: <1@x>\r\n\r\nHello\r\n"
    transmission = Transmission(Envelope("o@gmail.com", to), content, source, "mail.google.com")
    return [r.reply for r in Delivery(lab.network, lab.dns.resolve).deliver(transmission)]


UNKNOWN = "Recipient address rejected: User unknown in virtual mailbox table"
FULL = "Recipient address rejected: Mailbox is full / Blocks limit exceeded"


@pytest.mark.parametrize(
    ("address", "reply"),
    [
        ("bounce@example.net", f"550 5.1.1 <bounce@example.net>: {UNKNOWN}"),
        ("550+x@example.org", f"550 5.1.1 <550+x@example.org>: {UNKNOWN}"),
        ("temperror@example.net", "451 4.3.0 <temperror@example.net>: Temporary lookup failure"),
        ("full@example.net", f"552 5.2.2 <full@example.net>: {FULL}"),
        ("timeout@example.net", "421 4.4.2 Connection dropped: the server hung up"),
        ("spam@example.net", "554 5.7.1 Spam message rejected"),
        ("unknown@fabrikam.example", "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient unk"),
        ("nobody@no-such.example", "421 4.4.0 Unable to lookup DNS for no-such.example"),
    ],
)
def test_provoked(sendas_lab: Lab, address: str, reply: str) -> None:
    """A mailbox does what its name says."""
    assert [reply] == [str(answer)[: len(reply)] for answer in deliver(sendas_lab, address)]


def test_recipients_fare_apart(sendas_lab: Lab) -> None:
    """One refusal does not keep the others from their mail; results keep the order."""
    codes = [
        reply.code
        for reply in deliver(
            sendas_lab, "ann@example.net", "bounce@example.net", "ben@fabrikam.example"
        )
    ]

    assert [250, 550, 250] == codes
    assert 1 == len(sendas_lab.recipients.mailboxes.of("ann@example.net"))
    assert 1 == len(sendas_lab.exchange.mailboxes.of("ben@fabrikam.example"))


def test_greylisting(sendas_lab: Lab) -> None:
    """The same triple is taken after five minutes, not before."""
    first = deliver(sendas_lab, "greylist@example.net")[0]
    sendas_lab.clock.move(timedelta(minutes=4))
    early = deliver(sendas_lab, "greylist@example.net")[0]
    sendas_lab.clock.move(timedelta(minutes=2))

    assert [450, 450, 250] == [
        first.code,
        early.code,
        deliver(sendas_lab, "greylist@example.net")[0].code,
    ]


@pytest.mark.parametrize(
    ("refusal", "start"),
    [
        (Refusal.MAILBOX_FULL, "554 5.2.2 mailbox full; STOREDRV"),
        (Refusal.BLOCK_LIST, "550 5.7.1 Unfortunately, messages from [198.51.100.129]"),
        (Refusal.FAILS_DMARC, "550 5.7.509 Access denied, sending domain GMAIL.COM"),
        (Refusal.BANNED_SENDER, "550 5.7.511 Access denied, banned sender[198.51.100.129]."),
        (Refusal.AUTHENTICATION_LEVEL, "550 5.7.515 Access denied, sending domain GMAIL.COM"),
        (Refusal.RECIPIENT_NOT_FOUND, "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient"),
    ],
)  # fmt: skip
def test_exchange_refuses(sendas_lab: Lab, refusal: Refusal, start: str) -> None:
    """Each switch in Microsoft's words."""
    sendas_lab.exchange.refusal = refusal

    assert str(deliver(sendas_lab, "ada@fabrikam.example")[0]).startswith(start)


def test_exchange_takes(sendas_lab: Lab) -> None:
    """The words after 250 that SES shows as smtpResponse."""
    reply = deliver(sendas_lab, "ada@fabrikam.example")[0]

    assert reply.text.startswith("2.6.0 <1@x> [InternalId=")
    assert reply.text.endswith("Queued mail for delivery")


def test_exchange_obeys_p_reject(sendas_lab: Lab) -> None:
    """google.com publishes p=reject: a forgery is 5.7.509."""
    content = b"From: ceo@google.com\r\nTo: x\r\nSubject: x\r\n\r\nHello\r\n"
    envelope = Envelope("jane@example.net", ("ada@fabrikam.example",))
    reply = (
        Delivery(sendas_lab.network, sendas_lab.dns.resolve)
        .deliver(Transmission(envelope, content, "198.51.100.20", "mx1.example.net"))[0]
        .reply
    )

    assert str(reply).startswith("550 5.7.509 Access denied, sending domain GOOGLE.COM")


def test_the_null_mx(sendas_lab: Lab) -> None:
    """RFC 7505: nothing is dialled."""
    zone = sendas_lab.dns.provider.zone("example.com")
    zone.set("example.com", "MX", "0 .")
    sendas_lab.dns.registry.delegate("example.com", sendas_lab.dns.provider.name_servers)

    assert [556] == [reply.code for reply in deliver(sendas_lab, "x@example.com")]


@pytest.mark.parametrize(
    ("records", "code"),
    [
        ({"MX": ("10 dead.example.com.", "20 mx1.example.net.")}, 554),
        ({"A": ("198.51.100.20",)}, 554),
        ({"MX": ("10 dead.example.com.",)}, 421),
    ],
)
def test_mail_exchangers_in_their_turn(
    sendas_lab: Lab, records: dict[str, tuple[str, ...]], code: int
) -> None:
    """A dead host is passed over; without MX the domain's own address is tried (RFC 5321, 5.1).

    example.net's server refuses to relay for example.com: that it answers is the point.
    """
    zone = sendas_lab.dns.provider.zone("example.com")
    for record_type, values in records.items():
        zone.set("example.com", record_type, *values)
    sendas_lab.dns.registry.delegate("example.com", sendas_lab.dns.provider.name_servers)

    assert [code] == [reply.code for reply in deliver(sendas_lab, "x@example.com")]


def test_a_complaint_suppresses(sendas_scene: Scene) -> None:
    """``complaint@`` takes the mail, reports it, and SES lists it."""
    scene = sendas_scene
    scene.add_to_gmail()
    scene.send_from_gmail("complaint@example.net")

    entry = scene.call("sesv2", "GetSuppressedDestination", EmailAddress="complaint@example.net")[
        "SuppressedDestination"
    ]

    assert "COMPLAINT" == entry["Reason"]


def test_a_bounce_suppresses(sendas_scene: Scene) -> None:
    """A hard bounce puts the recipient on the list; the next mail is taken and not sent."""
    scene = sendas_scene
    scene.add_to_gmail()
    scene.lab.exchange.refusal = Refusal.BANNED_SENDER
    scene.send_from_gmail("ada@fabrikam.example")
    scene.lab.exchange.refusal = None
    scene.send_from_gmail("ada@fabrikam.example")

    entry = scene.call("sesv2", "GetSuppressedDestination", EmailAddress="ada@fabrikam.example")[
        "SuppressedDestination"
    ]
    assert "BOUNCE" == entry["Reason"]
    assert () == scene.lab.exchange.mailboxes.of("ada@fabrikam.example")
    assert 2 == len(scene.lab.ses.sent())
