"""What the header tells those who decide."""

from datetime import UTC, datetime
from types import ModuleType

import pytest

from sendas.forward.facts import Facts, author_key, mark_of, read_facts, subject_of
from sendas.mail.headers import read_head
from sendas.mail.mailboxes import Mailbox
from sendas.ses.notices import Receipt, Verdict, Verdicts


def facts_of(raw: bytes, reverse_path: str = "jane@example.net") -> Facts:
    """The facts of one mail."""
    return read_facts(read_head(raw), reverse_path)


@pytest.mark.parametrize(
    ("field", "automatic"),
    [
        (b"Auto-Submitted: no", False),
        (b"Auto-Submitted: No (a person)", False),
        (b"Auto-Submitted: no; by=me", False),
        (b"Auto-Submitted: nobody-knows", True),
        (b"Auto-Submitted: auto-replied", True),
        (b"Auto-Submitted: auto-generated; x=y", True),
        (b"Auto-Submitted:", True),
        (b"Content-Type: multipart/report; report-type=delivery-status", True),
        (b"Content-Type: Multipart/REPORT", True),
        (b"Content-Type: multipart/mixed", False),
        (b"X-Autoreply: yes", True),
        (b"Precedence: bulk", False),
        (b"Precedence: auto_reply", True),
        (b"X-Auto-Response-Suppress: DR, OOF, AutoReply", True),
        (b"X-Auto-Response-Suppress: all", True),
        (b"X-Auto-Response-Suppress: RN", False),
    ],
)
def test_a_machine_is_known_by_its_fields(
    messages: ModuleType, field: bytes, *, automatic: bool
) -> None:
    """RFC 3834, 5, and what vacation programs write besides."""
    assert automatic is facts_of(messages.mail(field)).automatic


@pytest.mark.parametrize(
    ("reverse_path", "automatic"),
    [
        ("", True), ("MAILER-DAEMON@x.example", True), ("no-reply@x.example", True),
        ("jane@x.example", False), ("bounces+7-ab@x.example", True),
        ("list-bounces@x.example", True), ("owner-list@x.example", True),
        ("list-request@x.example", True), ("bounceback@x.example", False),
        ("ownership@x.example", False),
    ],
)  # fmt: skip
def test_a_machine_is_known_by_its_reverse_path(
    messages: ModuleType, reverse_path: str, *, automatic: bool
) -> None:
    """The null one belongs to DSNs (RFC 5321, 4.5.5)."""
    assert automatic is facts_of(messages.mail(), reverse_path).automatic


def test_reads_the_list_the_hops_and_the_marks(messages: ModuleType) -> None:
    """Everything that stops a circle."""
    found = facts_of(
        messages.as_stored(
            messages.mail(
                b"Received: a", b"Received: b",
                b"X-Sendas-Forwarded: Info@Example.com,\r\n sales@example.com",
                b"x-sendas-forwarded: other@example.com",
                b"Delivered-To: Owner@Mail.example.net",
                List_Id=b"<talk.example.org>",
            )
        )
    )  # fmt: skip

    assert (3, True) == (found.hops, found.bulk)
    assert {b"info@example.com", b"sales@example.com", b"other@example.com"} == found.marked
    assert {"owner@mail.example.net"} == found.delivered_to


def test_a_mark_is_one_word() -> None:
    """Whatever a forward-path holds, its mark can be found again in a list."""
    assert b"info@example.com" == mark_of("Info@EXAMPLE.com")
    assert b'"ab"@example.com' == mark_of('"a, b"@example.com')


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (b"Hello", "Hello"),
        (b"=?utf-8?q?Gr=C3=BC=C3=9Fe?=", "Grüße"),
        (b"Gr\xc3\xbc\xc3\x9fe", "Grüße"),
        (b"a\r\n b", "a b"),
        (b"=?utf-8?q?a=0D=0ABcc:_x?=", "a Bcc: x"),
        (b"x" * 500, "x" * 199 + "…"),
        (None, ""),
    ],
)
def test_the_subject_is_one_line_for_people(
    messages: ModuleType, value: bytes | None, shown: str
) -> None:
    """Decoded, without what cannot be seen."""
    assert shown == subject_of(read_head(messages.mail(Subject=value)))


def test_who_is_counted() -> None:
    """The first author, else the reverse-path, in lower case, and how it is proven."""
    one = Facts((Mailbox("", "Jane@Example.net"),), automatic=False, bulk=False, hops=0)
    none = Facts((), automatic=True, bulk=False, hops=0)

    def key(facts: Facts, reverse_path: str, **verdicts: Verdict) -> str:
        now = datetime(2026, 1, 2, tzinfo=UTC)
        receipt = Receipt("id", reverse_path, ("me@example.com",), now, Verdicts(**verdicts))
        return author_key(facts, receipt)

    assert "jane@example.net dmarc=pass" == key(one, "x@y.example", dmarc=Verdict.PASS)
    assert key(one, "x@Y.example", spf=Verdict.PASS, dmarc=Verdict.FAIL) == (
        "jane@example.net dmarc=FAIL spf=y.example"
    )
    assert key(none, "Bounce@y.example", spf=Verdict.FAIL, dmarc=Verdict.GRAY) == (
        "bounce@y.example dmarc=GRAY spf=?"
    )
    assert key(none, "", spf=Verdict.GRAY, dmarc=Verdict.GRAY).startswith("<> ")
