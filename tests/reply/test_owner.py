"""What lets somebody else than the owner be the author: the header read in another way."""

import itertools

import pytest

from reply_world import OWNER, World, letter

from sendas.forward.decision import Notify, Quarantine, Reason
from sendas.reply.decision import Answer
from sendas.ses.notices import Verdict


EVE = "eve@example.org"
WORLD = World()


def is_refused(raw: bytes) -> bool:
    """Whether nothing of it goes out, and a mail that claims to be the owner's is told."""
    decisions = WORLD.plan(raw, WORLD.alias()).decisions
    assert all(isinstance(one, Notify | Quarantine | Answer) for one in decisions)
    return not any(isinstance(one, Answer) for one in decisions)


@pytest.mark.parametrize(
    "between",
    [b"\r", b"\n", b"\r\r\n", b"\n\r", b"\r\n\r", b"\n\n", b"\r\r", b"\0\r\n", b"\r\n\0",
     b"\r\n \0\r\n", b"\r\njunk\r\n", b"\r\n>From x\r\n", b"\r\n: x\r\n", b"\r\n\xff\r\n"],
)  # fmt: skip
@pytest.mark.parametrize("first", [OWNER, EVE])
@pytest.mark.parametrize("name", [b"From", b"from", b"FROM ", b"From\t", b"Sender"])
def test_a_second_author_behind_an_odd_line_end(between: bytes, first: str, name: bytes) -> None:
    """SES may read what we do not, and its verdict be about the other author: nothing goes out."""
    second = EVE if first == OWNER else OWNER
    raw = letter(WORLD, From=first, X_Filler="1")
    raw = raw.replace(b"X-Filler: 1", b"X-Filler: 1" + between + name + b": " + second.encode(), 1)

    assert is_refused(raw)


@pytest.mark.parametrize("field", ["Subject", "To", "Cc", "Message-ID", "Content-Type"])
@pytest.mark.parametrize("on_top", [True, False])
def test_a_field_that_was_added_to_a_signed_mail(field: str, on_top: bool) -> None:  # noqa: FBT001  a table
    """RFC 6376, 8.15: the signature is good, and the field is not the owner's."""
    raw = letter(WORLD, Cc=WORLD.alias("ann@example.net"))
    value = {"To": WORLD.alias(), "Cc": WORLD.alias()}.get(field, "other/text")
    added = f"{field}: {value}\r\n".encode()
    raw = added + raw if on_top else raw.replace(b"\r\n\r\n", b"\r\n" + added + b"\r\n", 1)

    (told,) = WORLD.plan(raw, WORLD.alias()).decisions
    assert Reason.NOT_THE_OWNER is told.reason
    assert "twice" in told.why


def test_a_header_that_never_ends() -> None:
    """Without the empty line, where it ends is a matter of taste."""
    head = letter(WORLD).partition(b"\r\n\r\n")[0]

    assert is_refused(head)
    assert is_refused(head + b"\r\n")
    assert is_refused(head + b"\r\nHello\r\nFrom: " + EVE.encode() + b"\r\n")
    assert not is_refused(head + b"\r\n\r\n")


NAMES = ("Owner", '"Owner"', '"Owner, at work"', "Owner =?utf-8?q?=C3=9C?=", '"me@work"', "")
ENCODED = (
    "=?utf-8?q?=3Ceve=40example=2Eorg=3E?=",
    "=?utf-8?b?ZXZlQGV4YW1wbGUub3Jn?=",
    "=?us-ascii?q?eve=40example.org,?=",
    "=?utf-8?q?eve?= =?utf-8?q?=40example.org?=",
    "=?utf-7?q?eve+AEA-example.org?=",
)


@pytest.mark.parametrize("name", NAMES)
def test_names_that_people_have(name: str) -> None:
    """Quoted, encoded, with a comma or an @ within quotes: one author for every reader."""
    assert not is_refused(letter(WORLD, From=f"{name} <{OWNER}>"))


@pytest.mark.parametrize(("encoded", "place"), list(itertools.product(ENCODED, range(3))))
def test_an_address_in_encoded_words(encoded: str, place: int) -> None:
    """RFC 2047, 5 (3): a reader that decodes before it parses finds another author."""
    text = (f"{encoded} <{OWNER}>", f'"{encoded}" <{OWNER}>', f"{OWNER} ({encoded})")[place]

    assert is_refused(letter(WORLD, From=text))


@pytest.mark.parametrize("verdict", [Verdict.FAIL, Verdict.GRAY, Verdict.DISABLED])
def test_no_name_helps(verdict: Verdict) -> None:
    """Without SES's word the same names send nothing."""
    world = WORLD.with_dmarc(verdict)
    for name in NAMES:
        planned = world.plan(letter(world, From=f"{name} <{OWNER}>"), world.alias())
        assert [Reason.NOT_THE_OWNER] == [one.reason for one in planned.decisions]
