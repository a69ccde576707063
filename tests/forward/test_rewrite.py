"""The splice on the header: what changes, what must not, on mails that are odd or hostile.

The judges are not ours: Python's own email parser reads what goes out, and the
list of what SES takes once is read from FACTS 7.2 (SES guide, "Header fields").
"""

# ruff: noqa: E501  tables: one case a line

import email
import email.policy
import os
import re

from collections import Counter
from email.header import decode_header, make_header
from email.headerregistry import AddressHeader
from email.utils import parseaddr
from pathlib import Path
from types import ModuleType

import pytest

from hypothesis import example, given, settings
from hypothesis import strategies as st
from sendas_lab.ses import message as lab_message

from sendas.forward.author import from_field, phrase, reply_to_field, shown_name
from sendas.forward.decision import Forward
from sendas.forward.facts import mark_of, read_facts
from sendas.forward.rewrite import DROPPED, RENAMED, rewrite
from sendas.mail.headers import ONCE_ONLY, read_head
from sendas.mail.mailboxes import Mailbox


OURS = "forwarded@example.com"
MESSAGE_ID = "d6iitobk75ur44p8kdnnp7g2n800"
COPY = Forward(
    target="owner@mail.example.org",
    forward_paths=("info@example.com",),
    from_address=OURS,
    marks=("spam=PASS", "virus=PASS", "spf=PASS", "dkim=GRAY", "dmarc=PASS"),
)
REVERSE_PATH = "jane@example.net"
SHARED = Path(os.environ.get("SENDAS_SHARED", Path(__file__).parents[3] / "shared"))
TOUCHED = DROPPED | RENAMED | {b"reply-to", b"references", b"authentication-results"}


def forward(raw: bytes, copy: Forward = COPY) -> bytes:
    """The whole journey of the bytes."""
    head = read_head(raw)
    return bytes(rewrite(head, copy, MESSAGE_ID, read_facts(head, REVERSE_PATH).authors))


def strictly(out: bytes) -> email.message.EmailMessage:
    """The header as Python's parser reads it; any defect of it fails."""
    head = out.partition(_eol(out) * 2)[0] + _eol(out) * 2
    read = email.message_from_bytes(head, policy=email.policy.default)
    assert not [
        d
        for d in read.defects
        if "Multipart" not in type(d).__name__ and "Boundary" not in type(d).__name__
    ]
    return read


def _eol(out: bytes) -> bytes:
    return b"\r\n" if out.startswith(out.split(b"\n", 1)[0].rstrip(b"\r") + b"\r\n") else b"\n"


def kept_fields(raw: bytes) -> list[bytes]:
    """The fields that the rewriting does not name, by a splitter that knows only clean CRLF."""
    head = raw.partition(b"\r\n\r\n")[0]
    fields = re.split(rb"\r\n(?![ \t])", head)
    seen: Counter[bytes] = Counter()
    kept = []
    for one in fields:
        key = one.partition(b":")[0].lower()
        seen[key] += 1
        named = key in TOUCHED or key.startswith((b"x-ses-", b"x-sendas-"))
        if not named and not (key in ONCE_ONLY and seen[key] > 1):
            kept.append(one)
    return kept


def test_once_only_list_is_that_of_the_guide() -> None:
    """FACTS 7.2 holds the guide's list; ours is the same."""
    facts = Path(__file__).parents[2] / "docs/facts/headers.md"
    listed = facts.read_text().partition("### 7.2")[2].split("\n")[1]

    assert {name.strip(" .").lower().encode() for name in listed.split(",")} == ONCE_ONLY


def check_from(out: bytes) -> None:
    """From parses strictly to one mailbox, and it is ours."""
    fields = strictly(out).get_all("From", [])

    assert 1 == len(fields)
    assert isinstance(fields[0], AddressHeader)
    assert (OURS,) == tuple(a.addr_spec for a in fields[0].addresses)
    assert not fields[0].defects  # type: ignore[attr-defined]  typeshed knows only some headers
    assert fields[0].addresses[0].display_name


def check_ses_takes_it(out: bytes) -> None:
    """No empty names, nothing twice, no long line: as the lab's SES reads it."""
    read = lab_message.parse(lab_message.crlf(out[: read_head(out).body]))

    assert not read.empty_name
    assert lab_message.repeated_once_only(read) is None
    assert not lab_message.too_long_line(read.header_block())
    assert "x-ses-" not in {f.key[:6] for f in read.fields}


def check_line_ends(out: bytes) -> None:
    """One kind of line end, no NUL: nothing that receivers disagree on."""
    head = out[: read_head(out).end]
    rest = head.replace(_eol(out), b"")

    assert b"\0" not in head
    assert 0 == rest.count(b"\r") + rest.count(b"\n")


@pytest.mark.parametrize("stored", [True, False], ids=["stored", "bare"])
def test_every_odd_mail_goes_out_well(
    odd_mail: bytes, messages: ModuleType, *, stored: bool
) -> None:
    """One From of ours, a header SES takes, the body as it came, and a mark that is found."""
    raw = messages.as_stored(odd_mail) if stored else odd_mail
    out = forward(raw)
    after = read_head(out)

    check_from(out)
    check_ses_takes_it(out)
    check_line_ends(out)
    assert raw[read_head(raw).body :] == out[after.body :]
    assert mark_of("info@example.com") in read_facts(after, REVERSE_PATH).marked


def test_a_forward_of_a_forward_is_still_well_formed(odd_mail: bytes) -> None:
    """A mail that comes back and is released goes out with one From and the same body."""
    once = forward(odd_mail)
    twice = forward(once)

    assert once[read_head(once).body :] == twice[read_head(twice).body :]
    assert 1 == len(strictly(twice).get_all("From", []))
    check_ses_takes_it(twice)


def test_fields_not_named_are_byte_identical_and_in_order(messages: ModuleType) -> None:
    """Every field of a clean mail that the rewriting does not name goes out as it came."""
    checked = 0
    for name, raw in messages.corpus().items():
        stored = messages.as_stored(raw)
        if (
            name.startswith(
                (
                    "header",
                    "fold",
                    "blank",
                    "only",
                    "garb",
                    "col",
                    "noth",
                    "subject-folded-blank",
                    "ses-control-behind",
                )
            )
            or b"\0" in raw
        ):
            continue
        if any(len(line) > 990 for line in stored.partition(b"\r\n\r\n")[0].split(b"\r\n")):
            continue
        out = forward(stored)
        ours = kept_fields(out)
        wanted = [f for f in kept_fields(stored) if not f.startswith(b"From :")]
        added = [f for f in ours if f.startswith((b"X-Original-", b"X-Forwarded-"))]

        assert wanted == [f for f in ours if f not in added], name
        checked += 1

    assert checked > 120


def shown_author(out: bytes) -> str:
    """The display name of From as RFC 2047 decodes it.

    With the older of Python's two parsers: the newer one of 3.11 leaves the
    blank between two encoded words in.
    """
    name, _ = parseaddr(email.message_from_bytes(out)["From"])
    return str(make_header(decode_header(name)))


def test_the_owner_sees_who_wrote(messages: ModuleType) -> None:
    """The name in From says it, for each From field of the table."""
    shown, expected = {}, {}
    for name, (value, wanted) in messages.FROM_FIELDS.items():
        found = shown_author(forward(messages.as_stored(messages.mail(From=value))))
        shown[name], expected[name] = found, wanted or found

    assert expected == shown
    assert "@" not in "".join(shown.values())


def test_a_name_is_decoded_once(messages: ModuleType) -> None:
    """An encoded word within an encoded word is shown as text: no reader makes an address of it."""
    value = b"=?utf-8?q?=3D=3Futf-8=3Fq=3Fceo=3D40bank=2Eexample=3F=3D?= <jane@evil.example>"
    out = forward(messages.as_stored(messages.mail(From=value)))
    shown = "=?utf-8?q?ceo=40bank.example?= (jane at evil.example)"

    assert shown == shown_author(out)
    for field in ("From", "Reply-To"):
        (box,) = strictly(out)[field].addresses
        assert "ceo@bank.example" not in box.display_name


words = st.lists(
    st.sampled_from(
        ["=?", "?=", "=?utf-8?q?a=40b?=", "=?utf-8?b?QA==?=", "Jane", "é", "😀", '"', "\\"]
    )
).map("".join)


@given(words)
@example("=?utf-8?q?ceo=40bank.example?=")
def test_a_reader_that_decodes_shows_the_phrase_as_it_was(name: str) -> None:
    """Decoding after the quotes are off, as many readers do, changes nothing."""
    read = email.message_from_bytes(
        b"From: " + phrase(name, b"\r\n") + b" <a@example.net>\r\n\r\n"
    )
    shown, _ = parseaddr(read["From"])

    assert name == str(make_header(decode_header(shown)))


@pytest.mark.parametrize(
    "address",
    [
        "x" * 200 + "@evil.example",
        "jane@" + "bank.example." * 12 + "evil.example",
        f'"{"x " * 60}"@evil.example',
    ],
)
def test_the_domain_of_a_long_address_is_shown(address: str) -> None:
    """A long address is cut in the middle: whose it is stands at its end."""
    shown = shown_name((Mailbox("Jane", address),))

    assert address.replace("@", " at ")[-60:] + ")" == shown[-61:]
    assert len(shown) <= len("Jane ()") + 100
    assert "…" in shown


@pytest.mark.parametrize("at", ["@", "\uff20", "\ufe6b"])
def test_every_at_is_a_word(at: str) -> None:
    """U+FF20 and U+FE6B look like the @ that readers take a name for an address by."""
    author = Mailbox(f"ceo{at}bank.example", "jane@evil.example")

    assert "ceo at bank.example (jane at evil.example)" == shown_name((author,))


@given(
    st.lists(st.text(st.sampled_from("aé語😀"), min_size=1, max_size=64), min_size=1, max_size=3)
)
@example(["é" * 64])
def test_a_line_with_an_encoded_word_has_76_characters_at_most(called: list[str]) -> None:
    """RFC 2047, 2."""
    authors = [Mailbox(name, "jane@example.net") for name in called]
    fields = from_field(authors, OURS, b"\r\n") + reply_to_field(authors, b"\r\n")

    assert not [line for line in fields.split(b"\r\n") if b"=?" in line and len(line) > 76]


@pytest.mark.parametrize(
    ("name", "reply_to"),
    [
        ("from-plain", ["jane@example.net"]),
        ("from-two-authors", ["jane@example.net", "joe@example.org"]),
        ("from-group", ["jane@example.net", "joe@example.org"]),
        ("from-missing", ["jane@example.net"]),
        ("from-missing-sender-there", ["joe@example.org"]),
        ("from-empty", ["jane@example.net"]),
        ("from-idn-domain", ["jane@xn--bcher-kva.example"]),
        ("from-utf8-local", []),
        ("reply-to", ["desk@example.net"]),
        ("reply-to-twice", ["a@example.net"]),
        ("reply-to-empty", ["jane@example.net"]),
        ("reply-to-unreadable", ["jane@example.net"]),
        ("from-quoted-comma", ["jane@example.net"]),
        ("from-quoted-local", ['"jane doe"@example.net']),
    ],
)
def test_answers_reach_the_author(messages: ModuleType, name: str, reply_to: list[str]) -> None:
    """Reply-To carries the author, or what the author put there."""
    read = strictly(forward(messages.as_stored(messages.corpus()[name])))
    field = read["Reply-To"]

    assert reply_to == [a.addr_spec for a in field.addresses] if field else not reply_to


@pytest.mark.parametrize(
    ("name", "references"),
    [
        ("from-plain", "<1@example.net>"),
        ("references", "<a@x.example> <b@x.example> <1@example.net>"),
        ("references-folded", "<a@x.example> <b@x.example> <1@example.net>"),
        ("references-own-id", "<1@example.net>"),
        ("references-twice", "<a@x.example> <1@example.net>"),
        ("in-reply-to-only", "<b@x.example> <1@example.net>"),
        ("in-reply-to-prose", "<b@x.example> <1@example.net>"),
        ("message-id-folded", "<1234567890@example.net>"),
        ("message-id-missing", None),
        ("message-id-no-brackets", None),
        ("message-id-blanks", None),
    ],
)
def test_threads_survive(messages: ModuleType, name: str, references: str | None) -> None:
    """The author's id is the last of References, since SES gives the forward another."""
    read = strictly(forward(messages.as_stored(messages.corpus()[name])))
    found = read["References"]

    assert references == (None if found is None else " ".join(str(found).split()))
    assert read["Message-ID"] is None


def test_what_is_renamed_can_be_read_back(messages: ModuleType) -> None:
    """Nothing of the author's own words is lost: old names get X-Original- in front."""
    raw = messages.as_stored(messages.mail(Sender=b"Sec <sec@example.net>"))
    read = strictly(forward(raw))

    assert "Jane Doe <jane@example.net>" == read["X-Original-From"]
    assert "Sec <sec@example.net>" == read["X-Original-Sender"]
    assert "<1@example.net>" == read["X-Original-Message-ID"]
    assert "<jane@example.net>" == read["X-Original-Return-Path"]
    assert "Fri, 2 Jan 2026 12:04:03 +0100" == read["X-Original-Date"]


def test_says_where_it_has_been(messages: ModuleType) -> None:
    """X-Forwarded-For, -To and the verdicts are there, with every forward-path."""
    copy = Forward(
        "owner@mail.example.org", ("a@example.com", "b@example.com"), OURS, ("spam=GRAY",)
    )
    read = strictly(forward(messages.as_stored(messages.mail()), copy))

    assert ["a@example.com", "b@example.com"] == [
        a.strip() for a in read["X-Forwarded-For"].split(",")
    ]
    assert "owner@mail.example.org" == read["X-Forwarded-To"]
    assert "spam=GRAY" == read["X-Sendas-Verdicts"]
    assert MESSAGE_ID == read["X-Sendas-Id"]


def test_only_what_ses_found_out_is_passed_on(messages: ModuleType) -> None:
    """SES's own results get our name; a forged one in SES's name goes; another's stays."""
    forged = messages.corpus()["forged-verdict"].replace(
        b"\r\n\r\n", b"\r\nAuthentication-Results: mx.example.net; spf=pass\r\n\r\n", 1
    )
    read = strictly(forward(messages.as_stored(forged)))

    assert 1 == len(read.get_all("X-Sendas-Authentication-Results"))
    assert "header.from=example.net" in read["X-Sendas-Authentication-Results"]
    assert ["mx.example.net; spf=pass"] == read.get_all("Authentication-Results")


def test_a_line_behind_a_bare_cr_is_no_way_round(messages: ModuleType) -> None:
    """SES may end a line at CR alone, so a control header behind one is dropped."""
    out = forward(messages.as_stored(messages.corpus()["ses-control-behind-cr"]))

    assert b"configuration-set" not in out.lower()


@pytest.mark.parametrize(
    ("raw", "body"),
    [
        (b"From: a@example.net\r\nSubject: x\r\nHello there,\r\nbye\r\n", b"Hello there,\r\nbye\r\n"),
        (b"From: a@example.net\r\n\r\nHello", b"Hello"),
        (b"From: a@example.net\r\n", b""),
        (b"From: a@example.net", b""),
        (b"Hello there", b"Hello there"),
        (b"\r\nHello", b"Hello"),
        (b"From: a@example.net\n\nHello\n", b"Hello\n"),
        (b"From: a@example.net\r\rHello\r", b"Hello\r"),
        (b"From: a@example.net\r\n: x\r\nHello", b": x\r\nHello"),
        (b"From: a@example.net\r\n\r\n\r\n\r\n", b"\r\n\r\n"),
        (b"From jane, as we agreed at 10:30, in 2026\r\nand so on\r\n", b"From jane, as we agreed at 10:30, in 2026\r\nand so on\r\n"),
    ],
)  # fmt: skip
def test_no_byte_of_a_body_is_lost(raw: bytes, body: bytes) -> None:
    """Where the empty line is missing, the body begins at the first line that is no field."""
    out = forward(raw)

    assert body == out.partition(_eol(out) * 2)[2]


names = st.sampled_from(
    [b"From", b"Subject", b"X-A", b"References", b"Message-ID", b"Reply-To", b"X-SES-Foo", b"Sender",
     b"Received", b"Content-Type", b"Authentication-Results", b"X-Sendas-Forwarded", b"DKIM-Signature", b"List-Id"]
)  # fmt: skip
values = st.lists(
    st.one_of(
        st.binary(max_size=12),
        st.sampled_from([b"<a@example.net>", b'"', b"(", b",", b"=?utf-8?q?=40?=", b"\r\n ", b"\r\n\t", b"amazonses.com;", b"w" * 1100]),
    ),
    max_size=6,
).map(b"".join)  # fmt: skip
wild_mails = st.builds(
    lambda fields, body: b"".join(n + b":" + v + b"\r\n" for n, v in fields) + b"\r\n" + body,
    st.lists(st.tuples(names, values), max_size=12),
    st.binary(max_size=60),
)


@settings(max_examples=300, deadline=None)
@given(wild_mails)
def test_laws_of_any_mail(raw: bytes) -> None:
    """One From of ours, nothing twice, the body as it came: for any bytes in any field."""
    out = forward(raw)
    after = read_head(out)
    keys = Counter(span[0] for span in after.spans)
    froms = strictly(out).get_all("From", [])

    assert [OURS] == [a.addr_spec for f in froms for a in f.addresses]
    assert not [key for key, count in keys.items() if count > 1 and key in ONCE_ONLY]
    assert raw[read_head(raw).body :] == out[after.body :]
    assert not any(key.startswith(b"x-ses-") for key in keys)
    assert max(map(len, out[: after.end].splitlines())) <= 998


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=400))
def test_laws_of_any_bytes(raw: bytes) -> None:
    """Bytes that are no mail become a mail with those bytes as its body, or its fields."""
    out = forward(raw)

    assert 1 == len(strictly(out).get_all("From", []))
    assert out.endswith(raw[read_head(raw).body :])


def test_marks_add_up_and_forged_fields_of_ours_go(messages: ModuleType) -> None:
    """A circle through two routes is found, since the first one's mark stays on the way."""
    raw = messages.mail(
        X_Sendas_Forwarded=b"sales@example.com",
        X_Sendas_Id=b"forged",
        X_Sendas_Verdicts=b"spam=PASS",
    )
    out = forward(messages.as_stored(raw))
    read = strictly(out)

    marked = read_facts(read_head(out), REVERSE_PATH).marked
    assert {b"info@example.com", b"sales@example.com"} == marked
    assert [MESSAGE_ID] == read.get_all("X-Sendas-Id")
    assert [" ".join(COPY.marks)] == read.get_all("X-Sendas-Verdicts")
