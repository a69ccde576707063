"""The private address in what strangers get: no field holds it, however it is spelt."""

import itertools

from email import message_from_bytes
from email.header import Header
from urllib.parse import quote

import pytest

from reply_world import BOX, NOW, OWNER, World, letter

from sendas.forward.answering import ReplyMailbox
from sendas.mail.headers import Head, read_head
from sendas.mail.mailboxes import mailboxes_of
from sendas.reply.alias import month_end
from sendas.reply.decision import Answer
from sendas.reply.incoming import instead
from sendas.reply.keys import SigningKeys, rotated
from sendas.reply.rewrite import rewrite_answer, with_revealed
from sendas.reply.thread import MESSAGE_ID, hide


LOCAL, HOST = OWNER.split("@")
SPELT = (
    OWNER,
    OWNER.upper(),
    f"Owner <{OWNER}>",
    f"<mailto:{OWNER}?subject=x>",
    f"rfc822;{OWNER}",
    f"bounce+{LOCAL}={HOST}@lists.example.net",
    quote(OWNER, safe=""),
    f"{LOCAL}%40{HOST}",
    f"{LOCAL} @ {HOST}",
    f"{LOCAL}(at home)@(mail){HOST}",
    f'"{LOCAL}"@{HOST}',
    f"{LOCAL}\\@{HOST}",
    f"{LOCAL}@\r\n {HOST}",
    f"(sent by {OWNER})",
    f"utf-8'en'{LOCAL}%40{HOST}",
    f"x; a*0={LOCAL}@; a*1={HOST}",
    f'x; a*0*={LOCAL}%40; a*1="{HOST}"',
    f"=?us-ascii?q?{LOCAL}=40?= =?us-ascii?b?Z21haWwuY29t?=",
    *(
        Header(f"\u00fc {OWNER}", charset, header_name="X").encode(linesep="\r\n")
        for charset in ("utf-8", "iso-8859-1", "windows-1252")
    ),
    Header(f"\u0436 {OWNER}", "koi8-r").encode(linesep="\r\n"),
    Header(f"\u304a {OWNER}", "iso-2022-jp").encode(linesep="\r\n"),
    Header(f"\u304a {OWNER}", "shift_jis").encode(linesep="\r\n"),
)
FIELDS = (
    "Sender", "Reply-To", "Return-Path", "Errors-To", "Delivered-To", "Autocrypt", "OpenPGP",
    "List-Unsubscribe", "List-Post", "List-Owner", "Resent-From", "Resent-Sender", "X-Sender",
    "X-Google-Original-From", "X-Originating-Email", "Received", "Received-SPF", "Bcc",
    "Disposition-Notification-To", "Return-Receipt-To", "Mail-Followup-To", "Mail-Reply-To",
    "Authentication-Results", "ARC-Authentication-Results", "DKIM-Signature", "Comments",
    "Organization", "Content-Disposition", "Content-ID", "Content-Description",
    "Content-Location", "Thread-Topic", "Archived-At", "Keywords", "User-Agent", "Face",
    "Jabber-ID", "Unheard-Of", "Original-From", "Feedback-ID", "Injection-Info",
)  # fmt: skip


def copy_of(raw: bytes, keys: SigningKeys, *, box: ReplyMailbox = BOX) -> bytes:
    """What the correspondent gets."""
    answer = Answer("jane@example.net", ("x@example.com",), box, ())
    return bytes(rewrite_answer(read_head(raw), answer, "example.com", keys))


def _shown(head: Head) -> str:
    """All that a reader could make of the header: as it is, and decoded by another reader."""
    raw = head.content[: head.end]
    parsed = message_from_bytes(raw)
    decoded = [str(value) for value in parsed.values()]
    return (raw.decode("latin-1") + " ".join(decoded)).lower()


def test_no_field_holds_the_private_address() -> None:
    """Each field a client or a server writes, each spelling of the address: none goes out."""
    world, tried = World(), 0
    for name, text in itertools.product(FIELDS, SPELT):
        head = read_head(letter(world, **{name.replace("-", "_"): text}))
        assert name.lower().encode() in head.first
        out = read_head(copy_of(head.content, world.keys))
        keys = {span[0] for span in out.spans}
        assert name.lower().encode() not in keys, (name, text)
        assert LOCAL not in _shown(out), (name, text)
        tried += 1
    assert tried >= 500


@pytest.mark.parametrize("text", SPELT)
def test_a_file_named_after_the_owner_stays_a_file(text: str) -> None:
    """Content-Type loses the name and keeps what the body is read by."""
    world = World()
    if text.startswith("x; "):
        named = text.removeprefix("x; ").replace(" a*", " name*").replace("a*", "name*", 1)
    else:
        named = f"name={text}" if text.startswith("utf-8'") else f'name="{text}"'
    kind = f'Multipart/Mixed; {named}; boundary="b 1"; charset=utf-8'
    out = copy_of(letter(world, Content_Type=kind), world.keys)
    parsed = message_from_bytes(out)

    assert "multipart/mixed" == parsed.get_content_type()
    assert LOCAL not in _shown(read_head(out))
    if '"' not in text:  # with quotes in quotes nobody knows where the name ends
        assert "b 1" == parsed.get_boundary()


def test_other_fields_stay() -> None:
    """What does not speak of the owner goes out byte for byte, the body always does."""
    world = World()
    kept = {
        "Importance": "high",
        "Content-Language": "de",
        "Content-Type": 'text/plain; charset="UTF-8"; format=flowed',
        "Keywords": "jane@example.net, me@example.com",
        "Organization": "=?utf-8?q?M=C3=BCller?=",
        "Thread-Index": "AdCxyz==",
    }
    raw = letter(world, **{name.replace("-", "_"): text for name, text in kept.items()})
    out = copy_of(raw, world.keys)

    for name, text in kept.items():
        assert f"{name}: {text}\r\n".encode() in out
    assert raw.endswith(out[out.index(b"\r\n\r\n") :])


def chain(keys: SigningKeys, count: int) -> list[bytes]:
    """References as the owner's client gets them: theirs, and the own ids beside the hidden."""
    ids = []
    for number in range(count):
        ids += [f"<t{number}@example.net>".encode()]
        ids += [hide(keys, "example.com", f"<own{number}@mail.gmail.com>".encode())]
    return with_revealed(b" ".join(ids), "example.com", keys)


@pytest.mark.parametrize("count", [1, 2, 15, 29, 30, 31, 80])
@pytest.mark.parametrize("rotations", [0, 1, 2])
def test_no_id_of_the_owners_client_goes_out(count: int, rotations: int) -> None:
    """However long the thread, whatever a client cuts of it, whichever key hid the id."""
    old = keys = World().keys
    for number in range(rotations):
        keys = rotated(keys, f"{number}" * 32)
    whole = chain(old, count)
    cuts = [(first, last) for first in (0, 1) for last in range(1, len(whole) + 1)]
    for first, last in cuts:
        # RFC 5537, 3.4.4: the first and the last ones.
        ids = [*whole[:first], *whole[max(first, len(whole) - last) :]]
        raw = letter(
            World(),
            References=b" ".join((*ids, b"<c1@us-east-1.amazonses.com>")).decode(),
            In_Reply_To="<c1@us-east-1.amazonses.com>",
        )
        out = read_head(copy_of(raw, keys))
        assert b"gmail" not in out.content[: out.end], (first, last)
        named = MESSAGE_ID.findall(out.get(b"references") or b"")
        theirs = [one for one in ids[-50:] if one.endswith(b"@example.net>")]
        assert set(theirs) <= set(named)


@pytest.mark.parametrize(
    "name",
    [
        "Disposition-Notification-To", "Return-Receipt-To", "X-Confirm-Reading-To",
        "Mail-Followup-To", "Mail-Reply-To",
    ],
)  # fmt: skip
def test_a_program_that_answers_by_itself_writes_to_an_alias(name: str) -> None:
    """A receipt that a stranger asks for would go to them from the private address."""
    world = World()
    expires = month_end(NOW, 300)
    for text, stays in (("Jane <jane@example.net>", True), ("nobody", False), ("", False)):
        head = read_head(
            f"From: jane@example.net\r\n{name}: {text}\r\nTo: me@example.com\r\n\r\nx".encode()
        )
        made = instead(head, mailboxes_of(head, b"from"), BOX, world.aliases, expires)
        field = made.fields[name.lower().encode()]
        assert b"@example.net" not in field
        assert stays is field.endswith(b"@example.com>\r\n")
