"""PEERS 1.3: the twenty most reported problems of today's forwarder, as far as they are pure.

The shell's own are rows 18 (policies of the bucket) and 19 (throttling); of 1,
2 and 14 this file holds the deciding half, and the handler's tests the rest.
"""

import email
import email.policy
import tracemalloc

from dataclasses import replace
from datetime import UTC, datetime
from types import ModuleType

import pytest

from sendas.forward.counters import Counters
from sendas.forward.decision import Forward, Notify, Quarantine, Reason, Reject
from sendas.forward.facts import read_facts
from sendas.forward.notices import About, notice
from sendas.forward.plan import plan, unsendable
from sendas.forward.rewrite import rewrite
from sendas.forward.routes import Refuse, RoutedDomain, Routes, To
from sendas.mail.headers import ONCE_ONLY, read_head
from sendas.mail.mailboxes import Mailbox
from sendas.ses.notices import Receipt, Verdict, Verdicts


OWNER, OURS = "owner@mail.example.net", "forwarded@example.com"
CLEAN = Verdicts(*[Verdict.PASS] * 5)
NOW = datetime(2026, 1, 2, tzinfo=UTC)
ROUTES = Routes(
    {
        "example.com": RoutedDomain(
            "example.com", OURS, OWNER, {"info": To((OWNER,)), "old": Refuse()}
        )
    }
)
MEGABYTE = 1024 * 1024


def forward(raw: bytes) -> bytes:
    """What goes out to the owner."""
    head = read_head(raw)
    copy = Forward(OWNER, ("info@example.com",), OURS)
    return bytes(rewrite(head, copy, "id1", read_facts(head, "jane@example.net").authors))


def read(out: bytes) -> email.message.EmailMessage:
    """What Python's strict parser makes of it."""
    found = email.message_from_bytes(out, policy=email.policy.default)
    assert isinstance(found, email.message.EmailMessage)
    return found


def decide(
    raw: bytes,
    *,
    path: str = "info@example.com",
    verdicts: Verdicts = CLEAN,
    bounce_percent: float | None = None,
    reverse_path: str = "jane@example.net",
) -> object:
    """The one decision for a mail."""
    receipt = Receipt("id1", reverse_path, (path,), NOW, verdicts)
    facts = read_facts(read_head(raw), reverse_path)
    counters = Counters(bounce_percent=bounce_percent)
    (found,) = plan(receipt, facts, len(raw), ROUTES, counters, NOW)
    return found


def test_row_1_a_refused_send_is_told(messages: ModuleType) -> None:
    """The notice says author, subject and reason."""
    going = decide(messages.mail())
    assert isinstance(going, Forward)
    told = unsendable(
        going.forward_paths, going.target, Reason.REFUSED_CONTENT, "SES: illegal content", ROUTES
    )
    assert isinstance(told, Notify)

    about = About("id1", NOW, (Mailbox("Jané", "jane@example.net"),), "Rechnung für Sie", 5_000)
    letter = read(notice(told, about, NOW))
    text = letter.get_content()

    assert OWNER == letter["To"]
    assert "Not forwarded: Rechnung für Sie" == letter["Subject"]
    assert "auto-generated" == letter["Auto-Submitted"]
    for word in ("Jané (jane at example.net)", "Rechnung für Sie", "SES: illegal content", "id1"):
        assert word in text


def test_row_2_forty_megabytes_pass_without_a_second_copy() -> None:
    """Rewriting holds the header and nothing of the body."""
    raw = b"From: jane@example.net\r\n\r\n" + b"x" * (40 * MEGABYTE - 26)
    tracemalloc.start()
    head = read_head(raw)
    out = rewrite(head, Forward(OWNER, ("info@example.com",), OURS), "id1", ())
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert peak < MEGABYTE
    assert len(out.body) == 40 * MEGABYTE - 26
    assert isinstance(decide(raw), Forward)


def test_row_2_more_becomes_a_notice() -> None:
    """The owner is notified of what SES cannot send."""
    found = decide(b"From: jane@example.net\r\n\r\n" + b"x" * (40 * MEGABYTE))

    assert isinstance(found, Notify)
    assert Reason.TOO_BIG is found.reason


def test_row_3_no_signature_of_the_author_is_left(messages: ModuleType) -> None:
    """Neither one nor two."""
    out = forward(messages.as_stored(messages.corpus()["dkim-twice"]))

    assert read(out).get_all("DKIM-Signature") is None


def test_row_4_nothing_that_ses_takes_once_is_there_twice(messages: ModuleType) -> None:
    """For every name of SES's list: two come in, at most one goes out."""
    extra = [b"%s: %d" % (name, n) for name in sorted(ONCE_ONLY) for n in (1, 2)]
    keys = [span[0] for span in read_head(forward(messages.mail(*extra))).spans]

    assert not [name for name in ONCE_ONLY if keys.count(name) > 1]


def test_row_5_no_line_without_a_name(messages: ModuleType) -> None:
    """A line of blanks among the fields goes, and what follows it stays."""
    out = forward(messages.mail(b"X-A: 1", b"   ", b"\t", b"X-B: 2"))

    assert b"X-A: 1\r\nX-B: 2\r\n" in out


@pytest.mark.parametrize("value", [b"jane@example.net", b"<>", b"", b"<jane@example.net>", None])
def test_row_6_from_without_a_name(messages: ModuleType, value: bytes | None) -> None:
    """With an address alone, without any, and without the field."""
    boxes = read(forward(messages.mail(From=value)))["From"].addresses

    assert [("jane at example.net", OURS)] == [(box.display_name, box.addr_spec) for box in boxes]


@pytest.mark.parametrize(
    "value",
    [
        b"Jane\r\n Doe <jane@example.net>", b"Jane Doe\r\n <jane@example.net>",
        b"\r\n Jane Doe <jane@example.net>", b'"Jane\r\n Doe" <jane@example.net>',
        b"Jane Doe\r\n\t<jane@example.net>", b"Jane Doe <jane@example.net\r\n >",
        b"Jane Doe <jane@\r\n example.net>",
        b"=?utf-8?q?Jane?=\r\n =?utf-8?q?_Doe?= <jane@example.net>",
    ],
)  # fmt: skip
def test_row_7_every_legal_fold(messages: ModuleType, value: bytes) -> None:
    """Also inside the quoted name."""
    (box,) = read(forward(messages.mail(From=value)))["From"].addresses

    assert ("Jane Doe (jane at example.net)", OURS) == (box.display_name, box.addr_spec)


@pytest.mark.parametrize("blanks", [b"", b" ", b"     ", b"\t", b" \t ", b"\r\n "])
def test_row_8_blanks_behind_the_colon(messages: ModuleType, blanks: bytes) -> None:
    """None, one, many, tabs."""
    out = forward(messages.mail(b"From:" + blanks + b"<jane@example.net>", From=None))

    assert ["jane at example.net"] == [box.display_name for box in read(out)["From"].addresses]


def test_row_9_the_name_is_always_quoted_and_never_an_address(messages: ModuleType) -> None:
    """Any name gives one mailbox, and no @ stands in it."""
    for name in (b"a@b.example", b"a.b", b"(x)", b"[x]", b"a;b:c,d", b"\\", b"it's", b'a\\"b'):
        (box,) = read(forward(messages.mail(From=b'"' + name + b'" <jane@example.net>')))[
            "From"
        ].addresses

        assert OURS == box.addr_spec
        assert "@" not in box.display_name


def test_row_10_an_unknown_charset_changes_nothing(messages: ModuleType) -> None:
    """What cannot be decoded is not decoded."""
    body = bytes(range(128, 256))
    out = forward(messages.mail(Content_Type=b"text/plain; charset=cp-850", body=body))

    assert out.endswith(b"\r\n\r\n" + body)
    assert b"charset=cp-850" in out


def test_row_11_answers_reach_the_author(messages: ModuleType) -> None:
    """Reply-To is the author; one that is there stays, byte by byte."""
    assert "jane@example.net" in read(forward(messages.mail()))["Reply-To"]
    assert b"\r\nReply-To: Desk\r\n <d@x.net>\r\n" in forward(
        messages.mail(Reply_To=b"Desk\r\n <d@x.net>")
    )


@pytest.mark.parametrize("name", ["spam", "virus"])
def test_row_12_verdicts_are_acted_on(messages: ModuleType, name: str) -> None:
    """FAIL is quarantined; an unknown word is not FAIL."""
    bad, unknown = (replace(CLEAN, **{name: word}) for word in (Verdict.FAIL, Verdict.UNKNOWN))

    assert isinstance(decide(messages.mail(), verdicts=bad), Quarantine)
    assert isinstance(decide(messages.mail(), verdicts=unknown), Forward)


def test_row_13_forwards_stop_before_five_percent(messages: ModuleType) -> None:
    """And they say why."""
    found = decide(messages.mail(), bounce_percent=4.2)

    assert isinstance(found, Quarantine)
    assert Reason.REPUTATION is found.reason
    assert "4.2 %" in found.why


def test_row_14_a_mail_that_copies_itself_stops(messages: ModuleType) -> None:
    """A forward that comes back to the same address is not forwarded again."""
    found = decide(messages.as_stored(forward(messages.as_stored(messages.mail()))))

    assert isinstance(found, Quarantine)
    assert Reason.LOOP is found.reason


def test_row_15_header_recipients_are_nobody_to_deliver_to(messages: ModuleType) -> None:
    """Sixty addresses in To: one copy, to the route's target."""
    found = decide(messages.corpus()["to-sixty"])

    assert isinstance(found, Forward)
    assert (OWNER, ("info@example.com",)) == (found.target, found.forward_paths)


def test_row_16_feedback_id_goes(messages: ModuleType) -> None:
    """SES adds its own."""
    assert read(forward(messages.corpus()["feedback-id"]))["Feedback-ID"] is None


@pytest.mark.parametrize("name", ["auto-reply", "dsn", "read-receipt"])
def test_row_17_machines_are_never_answered(messages: ModuleType, name: str) -> None:
    """Forwarded like any mail; but no refusal, and no notice that could be answered."""
    raw = messages.corpus()[name]

    assert isinstance(decide(raw), Forward)
    assert not isinstance(decide(raw, path="old@example.com"), Reject)
    assert not isinstance(decide(raw, path="nobody@example.com"), Notify)
    assert isinstance(decide(messages.mail(), path="old@example.com"), Reject)
    assert not isinstance(decide(messages.mail(), path="old@example.com", reverse_path=""), Reject)


def test_row_20_an_unmatched_recipient_is_an_outcome(messages: ModuleType) -> None:
    """Neither an exception nor silence."""
    assert isinstance(decide(messages.mail(), path="nobody@example.com"), Notify)
