"""PEERS 1.2: what the forwarder that everybody copies gets wrong, one test a row.

Rows 14 (the stored object breaks off) and 15 (the wire form of the call) are
the shell's: tests of the handler and of its AWS client hold them.
"""

import email
import email.policy

from datetime import UTC, datetime
from types import ModuleType

from sendas.forward.counters import Counters
from sendas.forward.decision import Forward, Notify, Reason
from sendas.forward.facts import read_facts
from sendas.forward.plan import plan
from sendas.forward.rewrite import rewrite
from sendas.forward.routes import RoutedDomain, Routes, To
from sendas.mail.headers import ONCE_ONLY, read_head
from sendas.ses.notices import Receipt, Verdict, Verdicts


OWNER, OURS = "owner@mail.example.net", "forwarded@example.com"
CLEAN = Verdicts(*[Verdict.PASS] * 5)
NOW = datetime(2026, 1, 2, tzinfo=UTC)
ROUTED = {"info": To((OWNER,)), "sales": To((OWNER,))}
ROUTES = Routes({"example.com": RoutedDomain("example.com", OURS, OWNER, ROUTED)})


def forward(raw: bytes, *paths: str) -> bytes:
    """What goes out to the owner."""
    head = read_head(raw)
    copy = Forward(OWNER, paths or ("info@example.com",), OURS)
    return bytes(rewrite(head, copy, "id1", read_facts(head, "jane@example.net").authors))


def from_of(out: bytes) -> list[tuple[str, str]]:
    """Name and address of each mailbox in From, by Python's parser."""
    field = email.message_from_bytes(out, policy=email.policy.default)["From"]
    return [(box.display_name, box.addr_spec) for box in field.addresses]


def planned(raw: bytes, *paths: str) -> tuple[object, ...]:
    """The decisions for a clean mail to *paths*."""
    receipt = Receipt("id1", "jane@example.net", paths, NOW, CLEAN)
    facts = read_facts(read_head(raw), receipt.reverse_path)
    return plan(receipt, facts, len(raw), ROUTES, Counters(), NOW)


def test_row_1_the_last_line_without_a_newline_stays(messages: ModuleType) -> None:
    """A body that is one line without a line end arrives whole."""
    out = forward(messages.as_stored(messages.mail(body=b"the code is 123456")))

    assert out.endswith(b"\r\n\r\nthe code is 123456")


def test_row_2_8_bit_bytes_stay(messages: ModuleType) -> None:
    """ISO-8859-1 is not decoded as anything."""
    out = forward(messages.as_stored(messages.mail(body=b"caf\xe9")))

    assert out.endswith(b"\r\n\r\ncaf\xe9")


def test_row_3_a_field_goes_with_its_folds(messages: ModuleType) -> None:
    """No continuation line is left behind by a dropped or renamed field."""
    raw = messages.mail(
        Message_ID=b"\r\n <1@x.net>", Sender=b"S\r\n <s@x.net>", Delivered_To=b"a\r\n b"
    )
    out = forward(raw)

    assert b"\r\n b\r\n" not in out
    assert not out.startswith(b" ")
    assert b"X-Original-Message-ID: \r\n <1@x.net>\r\n" in out
    assert b"X-Original-Sender: S\r\n <s@x.net>\r\n" in out


def test_row_4_an_address_without_a_name(messages: ModuleType) -> None:
    """One valid mailbox, ours."""
    assert [("a at x.net", OURS)] == from_of(forward(messages.mail(From=b"a@x.net")))


def test_row_5_a_quoted_comma(messages: ModuleType) -> None:
    """The name is quoted again."""
    out = forward(messages.mail(From=b'"Doe, Jane" <jane@x.net>'))

    assert [("Doe, Jane (jane at x.net)", OURS)] == from_of(out)


def test_row_6_two_authors(messages: ModuleType) -> None:
    """One mailbox of ours, and both in Reply-To."""
    out = forward(messages.mail(From=b"Jane <jane@x.net>, Joe <joe@y.net>"))
    reply_to = email.message_from_bytes(out, policy=email.policy.default)["Reply-To"]

    assert [OURS] == [address for _, address in from_of(out)]
    assert ["jane@x.net", "joe@y.net"] == [box.addr_spec for box in reply_to.addresses]


def test_row_7_the_comment_is_the_name(messages: ModuleType) -> None:
    """RFC 822's way to write a name."""
    out = forward(messages.mail(From=b"jane@x.net (Jane Doe)"))

    assert [("Jane Doe (jane at x.net)", OURS)] == from_of(out)


def test_row_8_an_angle_inside_quotes(messages: ModuleType) -> None:
    """A parser, no regular expression."""
    out = forward(messages.mail(From=b'"Jane <CEO>" <jane@x.net>'))

    assert [("Jane <CEO> (jane at x.net)", OURS)] == from_of(out)


def test_row_9_a_folded_to_stays_in_one_piece(messages: ModuleType) -> None:
    """To is left alone, with its folds."""
    to = b"To: one@example.com,\r\n two@example.com\r\n"
    out = forward(messages.mail(To=to[4:-2]))

    assert to in out


def test_row_10_headers_without_an_empty_line() -> None:
    """An empty body, and every field where it was."""
    out = forward(b"From: jane@x.net\r\nSubject: Reply to me\r\n")
    head, _, body = out.partition(b"\r\n\r\n")

    assert not body
    assert 1 == head.count(b"Subject:")
    assert b"\r\nSubject: Reply to me" in head


def test_row_11_a_stranger_cannot_steer_our_sending(messages: ModuleType) -> None:
    """No control header of SES goes out, and nothing twice."""
    raw = messages.mail(
        b"Delivered-To: b@x.net", b"X-SES-SOURCE-ARN: arn:x", X_SES_CONFIGURATION_SET=b"evil",
        Delivered_To=b"a@x.net",
    )  # fmt: skip
    keys = [span[0] for span in read_head(forward(messages.as_stored(raw))).spans]

    assert not [key for key in keys if key.startswith(b"x-ses-")]
    assert not [key for key in keys if key in ONCE_ONLY and keys.count(key) > 1]


def test_row_12_a_recipient_without_a_route_has_one_outcome(messages: ModuleType) -> None:
    """A notice to the owner, with its reason."""
    (found,) = planned(messages.mail(), "nobody@example.com")

    assert isinstance(found, Notify)
    assert Reason.NO_ROUTE is found.reason


def test_row_13_two_recipients_one_target(messages: ModuleType) -> None:
    """One copy, which names both."""
    (found,) = planned(messages.mail(), "info@example.com", "sales@example.com")

    assert isinstance(found, Forward)
    assert OWNER == found.target
    out = forward(messages.mail(), *found.forward_paths)
    assert b"X-Forwarded-For: info@example.com,\r\n sales@example.com\r\n" in out
