"""Settings of other mail programs: read by parsers that are not ours, and without the password."""

import plistlib
import shlex
import xml.etree.ElementTree as ET

from dataclasses import replace

import pytest

from hypothesis import given
from hypothesis import strategies as st
from sending_account import REGION

from sendas.gmail.clients import Settings, apple, msmtp, outlook, thunderbird
from sendas.mail.address import Address


PASSWORD = "BFZxjcD/nSxXAnCAggxCyH7+tSPzTMR0PwoNAk0rQi3H"
MADE = Settings("me@example.com", "The Owner", REGION, "AKIAIOSFODNN7EXAMPLE", "owner@gmail.com")
WITH = replace(MADE, password=PASSWORD)
HOST = "email-smtp.us-east-2.amazonaws.com"


def test_apple_mail() -> None:
    """A profile whose one payload reads at Gmail and sends over SES with STARTTLS."""
    profile = plistlib.loads(apple.profile(MADE))

    (account,) = profile["PayloadContent"]
    assert "Configuration" == profile["PayloadType"]
    assert "com.apple.mail.managed" == account["PayloadType"]
    assert (HOST, 587, True) == (
        account["OutgoingMailServerHostName"],
        account["OutgoingMailServerPortNumber"],
        account["OutgoingMailServerUseSSL"],
    )
    assert "AKIAIOSFODNN7EXAMPLE" == account["OutgoingMailServerUsername"]
    assert ("imap.gmail.com", "owner@gmail.com") == (
        account["IncomingMailServerHostName"],
        account["IncomingMailServerUsername"],
    )
    assert "OutgoingPassword" not in account
    assert profile["PayloadUUID"] != account["PayloadUUID"]


def test_apple_mail_again_replaces_the_first() -> None:
    """The same mailbox gives the same identifiers."""
    assert apple.profile(MADE) == apple.profile(MADE)


def test_thunderbird() -> None:
    """Mozilla's format, version 1.1: the order of elements is the format's."""
    root = ET.fromstring(thunderbird.autoconfig(MADE))  # noqa: S314  what we made just now

    assert ("clientConfig", "1.1") == (root.tag, root.get("version"))
    outgoing = root.find("emailProvider/outgoingServer")
    assert outgoing is not None
    assert [
        ("hostname", HOST),
        ("port", "587"),
        ("socketType", "STARTTLS"),
        ("username", "AKIAIOSFODNN7EXAMPLE"),
        ("authentication", "password-cleartext"),
    ] == [(element.tag, element.text) for element in outgoing]
    assert "example.com" == root.findtext("emailProvider/domain")


@given(st.text(min_size=1).filter(str.isprintable))
def test_any_name_is_well_formed(name: str) -> None:
    """A display name is no markup."""
    made = replace(MADE, name=name)

    assert name == plistlib.loads(apple.profile(made))["PayloadContent"][0]["EmailAccountName"]
    ET.fromstring(thunderbird.autoconfig(made))  # noqa: S314  what we made just now


@pytest.mark.parametrize("make", [apple.profile, thunderbird.autoconfig])
def test_where_mail_is_read_must_be_known(make: object) -> None:
    """These programs read, too."""
    with pytest.raises((apple.NoMailbox, thunderbird.NoMailbox), match="--mailbox owner@gmail"):
        make(replace(MADE, reads_at=None))  # type: ignore[operator]  one of the two


def directives(text: str) -> dict[str, str]:
    """Msmtp's lines, by their first word."""
    lines = (line.split(" ", 1) for line in text.splitlines() if " " in line)
    return {name: value for name, value in lines if name != "#"}


def test_msmtp_asks_for_the_password_each_time() -> None:
    """The file holds none; the command is one that there is."""
    found = directives(msmtp.configuration(MADE))

    assert (HOST, "587", "me@example.com") == (found["host"], found["port"], found["from"])
    command = shlex.split(found["passwordeval"].strip('"'))
    assert ["sendas", "gmail", "password", "me@example.com", "--region", "us-east-2"] == command
    assert "password" not in found


def test_msmtp_survives_odd_addresses() -> None:
    """A local-part may hold what a shell would take for more (RFC 5322, 3.2.3)."""
    address = Address("o'neil$(x)`y`@example.com".replace("(x)", "x"))
    found = directives(msmtp.configuration(replace(MADE, address=address)))

    assert address == shlex.split(found["passwordeval"].strip('"'))[3]


def test_only_who_asks_gets_the_password() -> None:
    """And then it stands where the program looks for it."""
    without = [apple.profile(MADE).decode(), msmtp.configuration(MADE), outlook.steps(MADE)]

    assert not any(PASSWORD in text for text in without)
    (account,) = plistlib.loads(apple.profile(WITH))["PayloadContent"]
    assert PASSWORD == account["OutgoingPassword"]
    assert PASSWORD == directives(msmtp.configuration(WITH))["password"]
    assert PASSWORD in outlook.steps(WITH)
    assert PASSWORD not in thunderbird.autoconfig(WITH)
    assert PASSWORD not in repr(WITH)


def test_outlook_names_every_server() -> None:
    """Both hosts, both ports, and the user name that is no address."""
    text = outlook.steps(MADE)

    for word in (HOST, "587", "imap.gmail.com", "993", "AKIAIOSFODNN7EXAMPLE", "STARTTLS"):
        assert word in text
