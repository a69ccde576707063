"""Events as lines, and lines as outcomes: in any order, any number of times."""

import json

from dataclasses import replace
from itertools import permutations

import pytest

from hypothesis import given
from hypothesis import strategies as st

from sendas.history.line import (
    Addresses,
    Line,
    MalformedLine,
    hash_address,
    lines_of,
    merged,
    read_line,
    write_line,
)
from sendas.history.outcome import Outcome, traces
from sendas.ses.events import read_events
from sendas.watch.explained import told


def event(kind: str, body: dict[str, object], **mail: object) -> str:
    """As SES publishes it: developer guide, "Contents of event data"."""
    name = {"Delivery": "delivery", "DeliveryDelay": "deliveryDelay"}.get(kind, kind.lower())
    about = {
        "timestamp": "2026-11-29T12:00:00.123Z",
        "source": "me@example.com",
        "messageId": "0100-1",
        "destination": ["jane@example.net"],
        "headers": [
            {"name": "Message-ID", "value": "<CA1@mail.gmail.com>"},
            {"name": "User-Agent", "value": "Phone 1.0"},
        ],
        "tags": {"ses:caller-identity": ["sendas-me"], "ses:source-ip": ["198.51.100.7"]},
        **mail,
    }
    return json.dumps({"eventType": kind, "mail": about, name: body})


SEND = event("Send", {})
DELAY = event(
    "DeliveryDelay",
    {
        "timestamp": "2026-11-29T12:05:00.000Z",
        "delayType": "MailboxFull",
        "delayedRecipients": [
            {"emailAddress": "jane@example.net", "status": "4.2.2", "diagnosticCode": "full"}
        ],
    },
)
DELIVERY = event(
    "Delivery",
    {
        "timestamp": "2026-11-29T12:00:02.000Z",
        "recipients": ["jane@example.net"],
        "smtpResponse": "250 2.0.0 OK",
        "remoteMtaIp": "192.0.2.1",
    },
)


def bounce(kind: str, subtype: str, **recipient: str) -> str:
    """One bounce."""
    about = {"emailAddress": "jane@example.net", **recipient}
    return event(
        "Bounce",
        {
            "timestamp": "2026-11-29T12:10:00.000Z",
            "bounceType": kind,
            "bounceSubType": subtype,
            "bouncedRecipients": [about],
        },
    )


COMPLAINT = event(
    "Complaint",
    {
        "timestamp": "2026-11-29T11:59:00.000Z",
        "complainedRecipients": [{"emailAddress": "jane@example.net"}],
        "complaintFeedbackType": "abuse",
    },
)


def lines(*events: str) -> list[Line]:
    """The lines of some events."""
    return [line for text in events for one in read_events(text) for line in lines_of(one)]


def outcome(*events: str) -> Outcome:
    """What became of the one mail."""
    (trace,) = traces(lines(*events))
    return trace.outcome


def test_a_line_tells_who_sent_what_to_whom() -> None:
    """The credential, from where, by which program, and both ids of the mail."""
    (line,) = lines(DELIVERY)

    assert ("0100-1", "<CA1@mail.gmail.com>", "jane@example.net", "me@example.com") == (
        line.mail,
        line.message_id,
        line.recipient,
        line.sender,
    )
    assert ("sendas-me", "198.51.100.7", "Phone 1.0") == (
        line.credential,
        line.source_ip,
        line.user_agent,
    )
    assert ("2026-11-29T12:00:02.000Z", "2026-11-29") == (line.at, line.day)
    assert "250 2.0.0 OK" == line.answer


@pytest.mark.parametrize(
    ("events", "wanted"),
    [
        ((SEND,), Outcome.ACCEPTED),
        ((SEND, DELAY), Outcome.DELAYED),
        ((SEND, DELAY, DELIVERY), Outcome.DELIVERED),
        ((SEND, DELIVERY, COMPLAINT), Outcome.COMPLAINED),
        ((SEND, bounce("Permanent", "General")), Outcome.BOUNCED),
        ((SEND, DELIVERY, bounce("Permanent", "General")), Outcome.BOUNCED),
        ((SEND, DELIVERY, bounce("Transient", "General")), Outcome.DELIVERED),
        ((SEND, DELAY, bounce("Transient", "General")), Outcome.BOUNCED),
        ((SEND, bounce("Permanent", "OnAccountSuppressionList")), Outcome.SUPPRESSED),
        ((SEND, event("Reject", {"reason": "Bad content"})), Outcome.REJECTED),
        ((bounce("Permanent", "General"),), Outcome.BOUNCED),
    ],
)
def test_the_outcome_does_not_hang_on_order_or_number(
    events: tuple[str, ...], wanted: Outcome
) -> None:
    """A complaint stamped before its delivery, a bounce before its send (FACTS 27), doubles."""
    found = {outcome(*order) for order in permutations(events)}

    assert {wanted} == found
    assert wanted is outcome(*events, *events)


def test_an_identity_notification_is_the_same_event() -> None:
    """Adopted set-ups tell by another channel; both together are one line."""
    twin = json.loads(DELIVERY)
    twin["notificationType"] = twin.pop("eventType")

    one, other = lines(DELIVERY), lines(json.dumps(twin))

    assert one[0].id == other[0].id


def test_streams_are_told_apart() -> None:
    """A forward names the mail that it forwards, by our own header field."""
    forward = event(
        "Delivery",
        {"timestamp": "2026-11-29T12:00:02.000Z", "recipients": ["owner@gmail.com"]},
        headers=[
            {"name": "X-Sendas-Forwarded", "value": "me@example.com"},
            {"name": "X-Sendas-Id", "value": "received1"},
        ],
    )
    (line,) = lines(forward)

    assert ("forward", "received1") == (line.stream, line.received)


def test_hashed_addresses_can_be_found_and_not_read() -> None:
    """Neither the recipient nor the sender stands in the line, nor in the receiver's answer."""
    text = bounce("Permanent", "General", diagnosticCode="550 <jane@example.net> unknown")
    (told,) = read_events(text)
    (line,) = lines_of(told, Addresses.HASHED)

    raw = write_line(line)
    assert b"jane" not in raw
    assert b"me@example.com" not in raw
    assert hash_address("Jane@Example.net") == line.recipient
    assert hash_address(line.recipient) == line.recipient


def test_the_relays_password_is_named() -> None:
    """Its role sends for everybody: the tags say whose password it was."""
    tags = {"ses:caller-identity": ["relay-role"], "sendas-user": ["me@example.com"]}
    (sent,) = read_events(event("Send", {}, tags=tags | {"sendas-label": ["gmail"]}))
    (line,), (hidden,) = lines_of(sent), lines_of(sent, Addresses.HASHED)
    (by,) = traces([line])
    (network,) = read_events(event("Send", {}, tags={"sendas-label": ["printer"]}))

    assert "me@example.com/gmail" == line.submitter
    assert "  by me@example.com/gmail" in "".join(told(by))
    assert f"{hash_address('me@example.com')}/gmail" == hidden.submitter
    assert ["printer"] == [one.submitter for one in lines_of(network)]


texts = st.text(max_size=30)
made = st.builds(
    Line, *[st.text(min_size=1, max_size=20)] * 5, *[texts] * 2, answer=texts, status=texts
)


@given(made)
def test_a_line_is_read_as_it_was_written(line: Line) -> None:
    """Whatever strangers' servers said."""
    raw = write_line(line)

    assert line == read_line(raw)
    assert 1 == raw.count(b"\n")


@given(st.binary(max_size=200) | made.map(write_line).map(lambda raw: raw[:-3]))
def test_nothing_else_is_a_line(raw: bytes) -> None:
    """It is refused as itself, never half read."""
    with pytest.raises(MalformedLine):
        read_line(raw)


def test_a_days_files_become_one() -> None:
    """Doubles go, order comes, and what cannot be read is not lost."""
    (one,), (two,) = lines(SEND), lines(DELIVERY)
    files = [write_line(two) + b"strange\n", write_line(one) + write_line(two)]

    assert write_line(one) + write_line(two) + b"strange\n" == merged(iter(files))
    assert merged(iter([merged(iter(files))])) == merged(iter(files))


def test_a_later_releases_field_is_passed_over() -> None:
    """An old program reads what a newer one wrote."""
    (line,) = lines(SEND)
    raw = json.dumps({**json.loads(write_line(line)), "newer": "x"}).encode()

    assert line == read_line(raw)
    assert replace(line, id="y") != line


def test_the_sender_is_an_address() -> None:
    """SES's source can carry a display name, as of mail from Gmail; it is found by its address."""
    (told,) = read_events(event("Send", {}, source="Me <me@example.com>"))

    assert ["me@example.com"] == [line.sender for line in lines_of(told)]


@pytest.mark.parametrize(
    ("answer", "ip", "shown"),
    [
        ("550 5.7.1 [198.51.100.7] blocked using zen.spamhaus.org", "198.51.100.7",
         "look   dig +short 7.100.51.198.zen.spamhaus.org "),
        ("554 5.7.1 Service unavailable; Client host [198.51.100.7] blocked using bl.spamcop.net",
         "198.51.100.7", "look   dig +short 7.100.51.198.bl.spamcop.net "),
        ("550 5.7.1 [198.51.100.7] blocked using zen.spamhaus.org", "", ""),
        ("550 5.7.1 [198.51.100.7] blocked using zen.spamhaus.org", "no address", ""),
        ("550 5.1.1 user unknown", "198.51.100.7", ""),
    ],
)  # fmt: skip
def test_a_refusal_by_a_block_list_says_where_to_look(answer: str, ip: str, shown: str) -> None:
    """The address that SES sent from, at the list that the receiver named; reversed, as they ask.

    Spamhaus, "How to use our DNSBLs": the octets in reverse order before the zone.
    """
    at = "2026-11-29T12:00:00.000Z"
    bounce = Line("1" * 24, at, "bounce", "m", at, "me@example.com", "jane@example.net",
                  detail="Permanent", status="5.7.1", answer=answer, outgoing_ip=ip)  # fmt: skip
    (trace,) = traces([bounce])
    looks = [line for line in told(trace) if "look " in line]
    assert bool(shown) is bool(looks)
    assert not shown or shown in looks[0]
