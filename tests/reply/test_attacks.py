"""Attackers against aliases: every way to write as the owner without being it, and none sends.

The owner's own letter goes out in the same world: what stops everybody is no guard.
"""

import string

from collections.abc import Iterator
from itertools import product

import pytest

from hypothesis import given
from hypothesis import strategies as st
from reply_world import ME, NOW, OWNER, World, letter

from sendas.forward.decision import Reason
from sendas.mail.headers import read_head
from sendas.reply.alias import Aliases, Kind, month_end
from sendas.reply.decision import Answer
from sendas.reply.keys import SigningKeys
from sendas.reply.rewrite import rewrite_answer
from sendas.ses.notices import Verdict


WORLD = World()
UNPROVEN = (Verdict.FAIL, Verdict.GRAY, Verdict.UNKNOWN, Verdict.PROCESSING_FAILED)
FORGED_FROM = (
    f"{OWNER}",
    f"Owner <{OWNER}>",
    f'"{OWNER}" <{OWNER}>',
    f"({OWNER}) {OWNER}",
    f"=?utf-8?q?Owner?= <{OWNER}>",
    f"{OWNER.upper()}",
)
LOOKALIKES = (
    "owner@gmail.com.example.org",
    "owner@gmai1.com",
    "owner@mail.gmail.com",
    "owner@googlemail.com",
    "0wner@gmail.com",
    "owner+tag@gmail.com",
    "own.er@gmail.com",
    "me@example.com",
    "forwarded@example.com",
    "owner@xn--gmal-nza.com",
    "\uff4fwner@gmail.com",
)
DOUBTFUL = (
    f"{OWNER}, eve@example.org",
    f"eve@example.org, {OWNER}",
    f"eve@example.org <{OWNER}>",
    f"{OWNER}\r\nFrom: eve@example.org",
    f"eve@example.org\r\nFrom: {OWNER}",
    f"{OWNER} (eve@example.org)",
    f"<@example.org:{OWNER}>",
    f"Group: {OWNER}, eve@example.org;",
    f"=?utf-8?q?eve=40example=2Eorg?= <{OWNER}>, eve@example.org",
    f"x@y, <{OWNER}>",
)


def attempts() -> Iterator[tuple[World, bytes, tuple[str, ...]]]:
    """A world, a mail and its forward-paths, each by somebody who is not the owner."""
    alias = WORLD.alias()
    for text, verdict in product(FORGED_FROM, UNPROVEN):
        world = WORLD.with_dmarc(verdict)
        yield world, letter(world, From=text), (alias,)
        yield world, letter(world, From=text, Sender="eve@example.org"), (alias,)
        subject = "to: victim@example.net | Hello"
        yield world, letter(world, From=text, Subject=subject), ("compose@example.com",)
    for text in LOOKALIKES:
        yield WORLD, letter(WORLD, From=text), (alias,)
        yield WORLD, letter(WORLD, From=text, Sender=OWNER), (alias,)
        yield WORLD, letter(WORLD, From=text, Reply_To=OWNER), (alias,)
        subject = "to: victim@example.net | Hello"
        yield WORLD, letter(WORLD, From=text, Subject=subject), ("compose@example.com",)
    for text in DOUBTFUL:
        yield WORLD, letter(WORLD, From=text), (alias,)
    yield from _with_tokens(alias)


def _with_tokens(alias: str) -> Iterator[tuple[World, bytes, tuple[str, ...]]]:
    """The proven owner of one mailbox, with tokens that were not made for it."""
    local, _, domain = alias.rpartition("@")
    for place, new in product(range(len(local) - 20, len(local)), "ab27" + string.digits[8:]):
        if local[place] != new:
            bad = f"{local[:place]}{new}{local[place + 1 :]}@{domain}"
            yield WORLD, letter(WORLD, To=bad), (bad,)
    for place in range(len(local) - 21):
        if local[place] not in "._":
            other = "z" if local[place] != "z" else "y"
            bad = f"{local[:place]}{other}{local[place + 1 :]}@{domain}"
            yield WORLD, letter(WORLD, To=bad), (bad,)
    hers = WORLD.alias(mailbox="she@example.com")
    yield WORLD, letter(WORLD, To=hers), (hers,)
    for keys in ("x" * 32, "K" * 32, "k" * 31 + "l"):
        foreign = Aliases("example.com", SigningKeys("a", {"a": keys}))
        for kind, days in product(Kind, range(30, 400, 10)):
            ends = month_end(NOW, days)
            bad = foreign.make(kind, ME, "jane@example.net", ends).address
            yield WORLD, letter(WORLD, To=bad), (bad,)
    for days in range(1, 400, 8):
        old = WORLD.aliases.make(
            Kind.REPLY, ME, "jane@example.net", month_end(NOW, -31 - days)
        ).address
        yield WORLD, letter(WORLD, To=old), (old,)


def test_nothing_is_sent_for_an_attacker() -> None:
    """At least 500 attempts of every kind: not one answer."""
    tried = sent = 0
    for world, raw, paths in attempts():
        tried += 1
        sent += sum(isinstance(one, Answer) for one in world.plan(raw, *paths).decisions)

    assert tried >= 500
    assert 0 == sent
    assert [Answer] == [type(one) for one in WORLD.plan(letter(WORLD), WORLD.alias()).decisions]


@pytest.mark.parametrize("reason", [Reason.BAD_ALIAS, Reason.NOT_THE_OWNER])
def test_a_release_writes_to_nobody_whom_the_alias_does_not_name(reason: Reason) -> None:
    """The owner may send what was kept; a forged alias names nobody, released or not."""
    forged = f"victim_at_example.net.{'a' * 20}@example.com"

    planned = WORLD.plan(letter(WORLD, To=forged), forged, waived=(reason,))

    assert not [one for one in planned.decisions if isinstance(one, Answer)]


names = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=60)


@given(names, names)
def test_no_field_can_be_injected(name: str, subject: str) -> None:
    """Names and subjects of whatever signs: the header that goes out has the fields we chose."""
    raw = letter(
        WORLD,
        To=f"=?utf-8?q?{''.join(f'={b:02X}' for b in name.encode())}?= <{WORLD.alias()}>",
        Subject="".join(c for c in subject if c.isprintable()),
    )
    head = read_head(raw)
    (one,) = WORLD.plan(raw, WORLD.alias()).decisions

    assert isinstance(one, Answer)
    out = read_head(bytes(rewrite_answer(head, one, "example.com", WORLD.keys)))
    keys = [span[0] for span in out.spans]
    known = {
        *(b"from", b"to", b"subject", b"references", b"in-reply-to"),
        *(b"date", b"mime-version", b"content-type"),
    }
    assert known >= set(keys)
    assert 1 == keys.count(b"from")
    assert b"Hello Jane,\r\n--\r\nme\r\n" == out.content[out.body :]
