"""Bounces of our own, each explained as the table beside them says.

The messages are made up after what the providers document (FACTS 5.3, 10, 19;
data/smtp-codes.tsv); no corpus of them is public.
"""

from collections.abc import Mapping

import pytest

from sendas.bounce import Kind, Reason, explain


COLUMNS = ("status", "reply_code", "reason", "owner", "provider")


def test_fixture(expected: dict[str, str], fixture_bytes: Mapping[str, bytes]) -> None:
    """Who, why, whose fault, who refused, and which doctor's rule it leads to."""
    found = explain(fixture_bytes[expected["file"]])

    about = next(one for one in found.recipients if one.recipient == expected["recipient"])
    seen = about.as_dict()
    assert {name: expected[name] for name in COLUMNS} == {
        name: seen[name] or "" for name in COLUMNS
    }
    assert not expected["rule"] or expected["rule"] in about.rules
    assert about.explanation
    assert about.help or about.reason in {Reason.DELIVERED, Reason.VACATION}


@pytest.mark.parametrize(
    ("file", "kind"),
    [
        ("auto-reply.eml", Kind.AUTO_REPLY),
        ("challenge.eml", Kind.CHALLENGE),
        ("list-mail.eml", Kind.LIST_MAIL),
        ("ordinary.eml", Kind.NOT_A_BOUNCE),
        ("ses-delay.json", Kind.DELAY),
        ("ses-delivery.json", Kind.DELIVERY),
        ("arf-abuse.eml", Kind.COMPLAINT),
        ("ses-complaint.json", Kind.COMPLAINT),
        ("send-as-535.eml", Kind.BOUNCE),
    ],
)
def test_what_it_is(file: str, kind: Kind, fixture_bytes: Mapping[str, bytes]) -> None:
    """What is not a bounce is said plainly, even when it talks of rejections."""
    found = explain(fixture_bytes[file])

    assert kind is found.kind
    assert found.failed is (kind in {Kind.BOUNCE, Kind.DELAY, Kind.COMPLAINT})


def test_incident_b(fixture_bytes: Mapping[str, bytes]) -> None:
    """Its two bounces lead to two different roots: a stale credential, a suppressed recipient."""
    send_as = explain(fixture_bytes["send-as-535.eml"]).recipients[0]
    suppressed = explain(fixture_bytes["ses-bounce-suppressed.json"]).recipients[0]

    assert {"GM001", "PW019", "PW020"} <= set(send_as.rules)
    assert "SUP001" in suppressed.rules
    assert not set(send_as.rules) & set(suppressed.rules)


def test_several_reports_in_one_file(fixture_bytes: Mapping[str, bytes]) -> None:
    """An mbox is explained message by message."""
    found = explain(fixture_bytes["several.mbox"])

    assert 3 == found.messages
    assert [Reason.NETWORK_ERROR, Reason.VACATION, Reason.SECURITY_ERROR] == [
        one.reason for one in found.recipients
    ]


@pytest.mark.parametrize(
    ("line", "reason", "provider"),
    [
        (b"550 5.1.1 <a@example.net>: Recipient address rejected: User unknown", "user-unknown",
         ""),
        (b"535 Authentication Credentials Invalid", "security-error", "ses-smtp"),
        (b"452-4.2.2 The recipient's inbox is out of storage space.\r\n452 4.2.2 - gsmtp",
         "mailbox-full", "gmail"),
        (b"smtp; 550 5.7.606 Access denied, banned sending IP [192.0.2.1]", "blocked",
         "exchange-online"),
        (b"<<< 554 5.7.1 <a@example.net>: Relay access denied", "no-relaying", ""),
        (b"450 4.2.0 <a@example.net>: Recipient address rejected: Greylisted", "on-hold", ""),
        (b"454 Throttling failure: Maximum sending rate exceeded", "speeding", "ses-smtp"),
    ],
)  # fmt: skip
def test_a_reply_by_itself(line: bytes, reason: str, provider: str) -> None:
    """A line from a log is enough."""
    found = explain(line)

    assert [(reason, provider)] == [(str(one.reason), one.provider) for one in found.recipients]


def test_what_is_not_known_is_undefined() -> None:
    """No guess is dressed up as knowledge; what was said is quoted."""
    about = explain(b"550 5.0.0 Zorglub flummoxed (ref 12)").recipients[0]

    assert (Reason.UNDEFINED, "none", None) == (about.reason, about.confidence, about.owner)
    assert "Zorglub flummoxed" in about.text


def test_an_address_cannot_become_a_command(fixture_bytes: Mapping[str, bytes]) -> None:
    """A recipient is a stranger's text: in a command it is quoted for the shell."""
    raw = fixture_bytes["ses-bounce-suppressed.json"].replace(
        b"user@example.net", b"a`reboot`@example.net"
    )

    commands = [line for help_ in explain(raw).recipients[0].help for line in help_.commands]
    assert commands
    assert all("'a`reboot`@example.net'" in line for line in commands)


def test_inner_text_decides_for_send_as(fixture_bytes: Mapping[str, bytes]) -> None:
    """Gmail's wrapping is the same for all; what the SMTP server said decides."""
    reasons = {
        file: str(explain(raw).recipients[0].reason)
        for file, raw in fixture_bytes.items()
        if file.startswith("send-as-")
    }

    assert {"security-error", "failed-starttls", "speeding"} == set(reasons.values())


def test_the_sentence_names_the_owner(fixture_bytes: Mapping[str, bytes]) -> None:
    """What is said of whose it is agrees with the owner, also where a row overrides it."""
    about = explain(fixture_bytes["send-as-535.eml"]).recipients[0]

    assert about.explanation.endswith("You can mend it in Gmail's settings.")
    assert "administrator" not in about.explanation
