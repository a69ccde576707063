"""A conversation of many turns: threads, names and addresses at each side.

Clients are played by what they are known to do (`mail_programs`); SES replaces Message-ID by one
of its own (FACTS 7.1).
"""

import itertools

from datetime import date

from mail_programs import Reader, answer_to
from reply_world import ME, OWNER, World, letter

from sendas.forward.decision import Forward
from sendas.forward.facts import read_facts
from sendas.forward.rewrite import rewrite
from sendas.mail.headers import read_head
from sendas.mail.mailboxes import read_mailboxes
from sendas.reply.decision import Answer
from sendas.reply.incoming import instead
from sendas.reply.rewrite import rewrite_answer


COUNTER = itertools.count()
WORLD = World()
BOX = WORLD.rules.mailboxes[ME]


def by_ses(raw: bytes) -> bytes:
    """What SES makes of a Message-ID."""
    head = read_head(raw)
    lines = [head.raw(n) for n, span in enumerate(head.spans) if span[0] != b"message-id"]
    own = f"Message-ID: <010001-{next(COUNTER)}@email.amazonses.com>\r\n".encode()
    return own + b"".join(lines) + b"\r\n" + head.content[head.body :]


def forwarded(raw: bytes) -> bytes:
    """A stranger's mail, as the owner gets it."""
    head = read_head(raw)
    facts = read_facts(head, "x@example.net")
    fields = instead(head, facts.authors, BOX, WORLD.aliases, date(2027, 5, 31)).fields
    wish = Forward(OWNER, (ME,), "forwarded@example.com")
    return by_ses(bytes(rewrite(head, wish, "id1", facts.authors, fields)))


def sent(raw: bytes) -> dict[str, bytes]:
    """The owner's answer, as each correspondent gets it."""
    head = read_head(raw)
    paths = [
        box.address
        for key in (b"to", b"cc")
        for value in head.all(key)
        for box in read_mailboxes(value)
        if box.address.endswith("@example.com")
    ]
    planned = WORLD.plan(raw, *paths)
    answers = [one for one in planned.decisions if isinstance(one, Answer)]
    return {
        one.target: by_ses(bytes(rewrite_answer(head, one, "example.com", WORLD.keys)))
        for one in answers
    }


def test_ten_turns_are_one_thread_for_everybody() -> None:
    """Jane writes to the owner and to Ben; the owner and both answer all, ten times."""
    owner, jane, ben = Reader(), Reader(), Reader()
    first = (
        b"From: Jane Doe <jane@example.net>\r\nTo: me@example.com\r\nCc: Ben <ben@example.org>\r\n"
        b"Message-ID: <first@example.net>\r\nSubject: Hello\r\n\r\ntext\r\n"
    )
    got = owner.get(forwarded(first))
    jane.get(first)
    ben.get(first)
    for turn in range(10):
        reply = answer_to(
            got,
            "mail.gmail.com",
            OWNER,
            got.get(b"reply-to") or b"",
            b", ".join(v for v in [got.get(b"cc"), got.get(b"to")] if v),
        )
        owner.get(reply)
        copies = sent(reply)
        assert {"jane@example.net", "ben@example.org"} == copies.keys()
        assert not any(b"gmail" in copy for copy in copies.values())
        at_jane, at_ben = jane.get(copies["jane@example.net"]), ben.get(copies["ben@example.org"])
        who, head, other = (
            ("jane@example.net", at_jane, b"ben@example.org")
            if turn % 2
            else ("ben@example.org", at_ben, b"jane@example.net")
        )
        back = answer_to(head, who.partition("@")[2], who, b"me@example.com", other)
        (jane if turn % 2 else ben).get(back)
        (ben if turn % 2 else jane).get(back)
        got = owner.get(forwarded(back))

    assert [1, 1, 1] == [len(reader.groups) for reader in (owner, jane, ben)]


def test_a_mail_that_begins_a_thread_begins_one_thread() -> None:
    """Each copy has an id of SES's own; an answer to one is of the thread of the others too."""
    owner, jane = Reader(), Reader()
    raw = letter(WORLD, To=WORLD.alias(), Cc=WORLD.alias("ben@example.org"))
    owner.get(raw)
    copies = sent(raw)
    jane.get(copies["jane@example.net"])
    at_ben = read_head(copies["ben@example.org"])
    back = answer_to(
        at_ben, "example.org", "ben@example.org", b"me@example.com", b"jane@example.net"
    )
    jane.get(back)
    owner.get(forwarded(back))
    later = letter(
        WORLD,
        Message_ID="<CAG2@mail.gmail.com>",
        In_Reply_To="<CAG1@mail.gmail.com>",
        References="<CAG1@mail.gmail.com>",
    )
    owner.get(later)
    (follow_up,) = sent(later).values()
    jane.get(follow_up)

    assert [1, 1] == [len(owner.groups), len(jane.groups)]
    assert b"gmail" not in follow_up


def test_nothing_of_the_owner_goes_out() -> None:
    """No field of what a correspondent gets holds the private address or the client's host."""
    raw = letter(
        WORLD,
        X_Google_Original_From=f"<{OWNER}>",
        X_Originating_IP="[192.0.2.1]",
        Received=f"from phone by smtp.gmail.com for {OWNER}",
        Reply_To=OWNER,
        Autocrypt=f"addr={OWNER}; keydata=AAAA",
        List_Unsubscribe=f"<mailto:{OWNER}>",
        Disposition_Notification_To=OWNER,
        Comments=f"from {OWNER}",
        Resent_From=OWNER,
        DKIM_Signature="v=1; d=gmail.com",
        ARC_Seal="i=1; d=google.com",
        User_Agent="Phone Mail 1.0",
    )

    (copy,) = sent(raw).values()
    head, _, body = copy.partition(b"\r\n\r\n")

    assert b"gmail.com" not in head.lower()
    assert b"google" not in head.lower()
    assert b'From: "Me Myself"\r\n <me@example.com>' in copy
    assert b"User-Agent: Phone Mail 1.0" in head
    assert b"Date: Sun, 29 Nov 2026 12:00:00 +0000" in head
    assert b"Hello Jane,\r\n--\r\nme\r\n" == body


def test_a_reader_still_sees_who_they_are() -> None:
    """The aliases carry the names of those they stand for; the author's own Reply-To counts."""
    raw = (
        b"From: Jane Doe <jane@example.net>\r\nTo: me@example.com\r\n"
        b"Reply-To: Office <office@example.net>\r\nCc: ben@example.org\r\n\r\ntext\r\n"
    )

    head = read_head(forwarded(raw))

    reply_to, cc = head.get(b"reply-to") or b"", head.get(b"cc") or b""
    assert b'"Office (office at example.net)" <office_at_example.net.' in reply_to
    assert b'"ben at example.org" <ben_at_example.org.' in cc
    assert b"me@example.com" == head.get(b"to")
