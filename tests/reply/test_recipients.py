"""For whom an owner's mail goes out, and what of it is left to forwarding."""

from dataclasses import replace
from datetime import date

import pytest

from reply_world import BOX, ME, OWNER, SHE, World, letter

from sendas.forward.decision import RELEASED, Discard, Notify, Reason
from sendas.forward.routes import To
from sendas.mail.mailboxes import Mailbox
from sendas.reply.alias import Aliases, Kind
from sendas.reply.case import Known
from sendas.reply.decision import Answer
from sendas.reply.keys import SigningKeys
from sendas.ses.notices import Verdict


COMPOSE = "compose@example.com"


def answers(world: World, raw: bytes, *paths: str) -> list[Answer]:
    """What goes out."""
    return [one for one in world.plan(raw, *paths).decisions if isinstance(one, Answer)]


@pytest.mark.parametrize("waived", [(), (Reason.LEAK,), tuple(RELEASED)])
@pytest.mark.parametrize("verdict", [Verdict.PASS, Verdict.FAIL])
def test_mail_for_another_mailbox_is_forwarded_as_always(
    verdict: Verdict, waived: tuple[Reason, ...]
) -> None:
    """To an alias and to somebody else's mailbox of ours: refused, told or sent, it is theirs."""
    world = World().with_dmarc(verdict)
    raw = letter(world, Cc=SHE)
    planned = world.plan(raw, world.alias(), SHE, ME, waived=waived)

    assert {world.alias(), ME} == planned.paths
    assert not [one for one in planned.decisions if SHE in getattr(one, "forward_paths", ())]


def test_composing_and_answering_in_one_mail() -> None:
    """Whom the subject names and whom an alias stands for get the same mail, each one copy."""
    world = World()
    jane, ann = world.alias(), world.alias("ann@example.net")
    raw = letter(
        world,
        To=f"{COMPOSE}, Jane <{jane}>",
        Cc=ann,
        Subject="to: Jane@example.net, ben@example.org | Hi",
    )
    found = answers(world, raw, COMPOSE, jane, ann)

    assert {"jane@example.net", "ben@example.org", "ann@example.net"} == {
        one.target.lower() for one in found
    }
    assert 3 == len(found)
    assert {"Hi"} == {one.subject for one in found}
    to = (Mailbox("", "ben@example.org"), Mailbox("Jane", "jane@example.net"))
    assert {(("To", to), ("Cc", (Mailbox("", "ann@example.net"),)))} == {
        one.visible for one in found
    }
    told = world.plan(raw, COMPOSE, jane, ann).decisions
    assert not [one for one in told if isinstance(one, Discard)]


@pytest.mark.parametrize(
    ("to", "whom"),
    [
        ("ann@example.net", ["ann@example.net"]),
        ("ann@example.net ben@example.org", ["ann@example.net", "ben@example.org"]),
        ("ann@example.net;ben@example.org,", ["ann@example.net", "ben@example.org"]),
        ("Ann Doe <ann@example.net>, ben@example.org", ["ann@example.net", "ben@example.org"]),
        ("ANN@example.net, ann@EXAMPLE.net", ["ANN@example.net"]),
    ],
)
def test_whom_a_subject_names(to: str, whom: list[str]) -> None:
    """Commas, semicolons or blanks between, names beside, each whom once."""
    world = World()
    found = answers(world, letter(world, To=COMPOSE, Subject=f"to: {to} | Hi"), COMPOSE)

    assert [one.lower() for one in whom] == [one.target.lower() for one in found]


@pytest.mark.parametrize(
    "to",
    [
        "ann@example.net, ben at example.org",
        "ann@example.net, ben@",
        "ann@example.net, @example.org",
        "ann@example.net, Doe, Ben",
        "ann@example.net <ben@example.org>",
        "<ann@example.net> ben@example.org",
        '"x, ann@example.net" <ben@example.org>',
        "ann@example.net, b\u0435n@example.org",
        "ann@example.net, ben@exam\u200bple.org",
        "ann@example.net, ben@localhost",
        "ann@example.net, ben@[192.0.2.1]",
        "ann@example.net, ben@example.org\u2028Bcc: eve@example.org",
        "ann@example.net, " + "x" * 300 + "@example.org",
        f"ann@example.net, {OWNER}",
        f"ann@example.net, {COMPOSE}",
        ", ".join(f"a{number}@example.net" for number in range(51)),
    ],
)
def test_a_word_that_is_no_address_stops_all(to: str) -> None:
    """Else somebody whom the owner meant would hear nothing, and nobody would know."""
    world = World()
    (told,) = world.plan(letter(world, To=COMPOSE, Subject=f"to: {to} | Hi"), COMPOSE).decisions

    assert isinstance(told, Notify)
    assert Reason.BAD_ALIAS is told.reason
    assert "cannot be written to" in told.why


@pytest.mark.parametrize("path", ["alias", COMPOSE])
@pytest.mark.parametrize("named", [True, False])
@pytest.mark.parametrize("spf", list(Verdict))
@pytest.mark.parametrize(
    "brought_by", [OWNER, "eve@example.org", "owner@mail.gmail.com.example.org", ""]
)
def test_a_signed_mail_that_somebody_brings_again(
    path: str,
    named: bool,  # noqa: FBT001  a table
    spf: Verdict,
    brought_by: str,
) -> None:
    """DKIM tells who wrote it, not for whom: a recipient it does not name takes SPF, too."""
    world = World()
    world.verdicts = replace(world.verdicts, spf=spf)
    path = world.alias() if path == "alias" else path
    raw = letter(world, To=path if named else "", Subject="to: ann@example.net | Hi")
    planned = world.plan(raw, path, reverse_path=brought_by)

    sent = [one for one in planned.decisions if isinstance(one, Answer)]
    directly = spf is Verdict.PASS and brought_by == OWNER
    assert bool(sent) is ((named and bool(brought_by)) or directly)
    if not sent and brought_by:
        assert [Reason.NOT_THE_OWNER] == [one.reason for one in planned.decisions]


def test_an_alias_of_a_key_that_is_gone_leads_to_the_mailbox() -> None:
    """People have it in their address books: their mail is mail to the mailbox, if one answers."""
    world = World()
    lost = [
        Aliases("example.com", SigningKeys(key, {key: "l" * 32}))
        .make(kind, ME, "jane@example.net", date(2027, 5, 31))
        .address
        for key in "az"
        for kind in Kind
    ]
    world.boxes = {ME: BOX}
    for alias in lost:
        raw = letter(world, From="jane@example.net", To=alias)
        planned = world.plan(raw, alias)
        assert () == planned.decisions
        assert To((OWNER,)) == planned.domain.route_of(alias)
        assert BOX == planned.domain.reply_mailbox(alias)

        # The owner is told what to do, and nothing goes out.
        (told,) = world.plan(letter(world, To=alias), alias).decisions
        assert Reason.BAD_ALIAS is told.reason
        assert "write to a new alias" in told.why

        # Whose it was cannot be known where several answer: the owner hears of it as of an
        # address without a route.
        assert World().domain == World().plan(raw, alias).domain


def test_a_closed_alias_with_a_letter_changed_stays_closed() -> None:
    """Whoever may write to no alias may not write to a misspelt one either."""
    world = World()
    world.boxes = {ME: BOX}
    alias = world.alias()
    world.known = Known(closed={alias.partition("@")[0]})
    for place in range(-20, 0):
        local = list(alias.partition("@")[0])
        local[place] = "a" if local[place] != "a" else "b"
        other = f"{''.join(local)}@example.com"
        (kept,) = world.plan(letter(world, From="jane@example.net", To=other), other).decisions
        assert Reason.ALIAS_CLOSED is kept.reason


def test_a_stranger_at_an_alias_of_a_revoked_key() -> None:
    """The key is believed no more, but it tells whose alias it was: of two mailboxes, hers."""
    world = World(keys=SigningKeys("b", {"a": "k" * 32, "b": "j" * 32}, frozenset("a")))
    hers = World().alias(mailbox=SHE)
    planned = world.plan(letter(world, From="jane@example.net", To=hers), hers)

    assert To(("she@mail.example.net",)) == planned.domain.route_of(hers)


def test_a_receipt_never_goes_out_by_itself() -> None:
    """RFC 8098: it names in its fields the very address that got the mail; released, it goes."""
    world = World()
    world.boxes = {ME: replace(BOX, automatic=True)}
    kind = 'multipart/report; report-type=disposition-notification; boundary="b"'
    raw = letter(world, Content_Type=kind)
    vacation = letter(world, Auto_Submitted="auto-replied")

    (kept,) = world.plan(raw, world.alias()).decisions
    assert Reason.AUTOMATIC_ANSWER is kept.reason
    assert 1 == len(answers(world, vacation, world.alias()))
    waived = world.plan(raw, world.alias(), waived=(Reason.AUTOMATIC_ANSWER,))
    assert [Answer] == [type(one) for one in waived.decisions]
