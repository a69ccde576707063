"""Gmail's mail exchanger: who gets in, in Gmail's words.

Texts: google/3726730 and Google's replies as bounces in the wild quote them.
"""

import pytest

from sendas_lab.mail import DeliveryResult, Envelope, SmtpReply, Transmission
from sendas_lab.smtp.delivery import Delivery
from sendas_lab.world import Lab


OWNER = "owner@gmail.com"
GOOD_SOURCE, BAD_SOURCE = "198.51.100.20", "203.0.113.250"


@pytest.fixture
def lab(sendas_lab: Lab) -> Lab:
    """With one account."""
    sendas_lab.gmail.open_account(OWNER)
    return sendas_lab


def deliver(
    lab: Lab, to: str, source: str = GOOD_SOURCE, author: str = "jane@example.net"
) -> SmtpReply:
    """One unsigned mail whose SPF depends on *source*."""
    content = f"From: {author}\r\nTo: {to}\r\nSubject: x\r\n\r\nHello\r\n".encode()
    transmission = Transmission(Envelope(author, (to,)), content, source, "mx1.example.net")
    result: DeliveryResult = Delivery(lab.network, lab.dns.resolve).deliver(transmission)[0]
    return result.reply


def test_takes_authenticated_mail(lab: Lab) -> None:
    """SPF alone is enough for a small sender; what was computed stands on top."""
    reply = deliver(lab, OWNER)

    assert str(reply).startswith("250 2.0.0 OK")
    (mail,) = lab.gmail.inbox(OWNER)
    assert "spf=pass" in str(mail.header("Authentication-Results"))
    assert mail.tls


def test_dots_and_labels_are_the_same_mailbox(lab: Lab) -> None:
    """Gmail reads o.wner+x@ as owner@."""
    assert deliver(lab, "o.wner+news@gmail.com").accepted
    assert 1 == len(lab.gmail.inbox(OWNER))


def test_refuses_the_unauthenticated(lab: Lab) -> None:
    """Neither SPF nor DKIM: 550 5.7.26, with what was looked at."""
    reply = deliver(lab, OWNER, BAD_SOURCE)

    assert 550 == reply.code
    assert reply.text.startswith("5.7.26 Your email has been blocked because the sender is unauth")
    assert f"SPF [example.net] with ip: [{BAD_SOURCE}] = did not pass" in reply.text


def test_obeys_p_reject(lab: Lab) -> None:
    """A stranger's SPF passes for his own domain, and the author's DMARC says reject."""
    zone = lab.dns.provider.zone("example.com")
    zone.set("_dmarc.example.com", "TXT", "v=DMARC1; p=reject")
    lab.dns.registry.delegate("example.com", lab.dns.provider.name_servers)
    content = b"From: boss@example.com\r\nTo: o@gmail.com\r\nSubject: x\r\n\r\nHello\r\n"
    envelope = Envelope("jane@example.net", (OWNER,))
    reply = (
        Delivery(lab.network, lab.dns.resolve)
        .deliver(Transmission(envelope, content, GOOD_SOURCE, "mx1.example.net"))[0]
        .reply
    )

    assert 550 == reply.code
    assert reply.text.startswith(
        "5.7.26 Unauthenticated email from example.com is not accepted due to domain's DMARC"
    )


@pytest.mark.parametrize(
    ("switch", "code", "text"),
    [
        ("refuses_spam", 550, "5.7.1 [198.51.100.20"),
        ("receives_too_fast", 450, "4.2.1 The user you are trying to contact is receiving"),
        ("full", 452, "4.2.2 The recipient's inbox is out of storage space"),
    ],
)
def test_switches(lab: Lab, switch: str, code: int, text: str) -> None:
    """Each switch refuses in its own words, and nothing is filed."""
    setattr(lab.gmail.open_account(OWNER), switch, True)

    reply = deliver(lab, OWNER)

    assert (code, text) == (reply.code, reply.text[: len(text)])
    assert () == lab.gmail.inbox(OWNER)


def test_files_as_spam(lab: Lab) -> None:
    """Taken with 250, and not in the inbox."""
    lab.gmail.open_account(OWNER).files_as_spam = True

    assert deliver(lab, OWNER).accepted
    assert () == lab.gmail.inbox(OWNER)
    assert 1 == len(lab.gmail.spam(OWNER))


def test_nobody_there(lab: Lab) -> None:
    """550 5.1.1 NoSuchUser."""
    reply = deliver(lab, "nobody@gmail.com")

    assert 550 == reply.code
    assert reply.text.startswith("5.1.1 The email account that you tried to reach does not exist.")
    assert "p=NoSuchUser" in reply.text
