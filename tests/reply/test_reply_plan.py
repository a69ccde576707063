"""Who may write as a mailbox by answering, and what becomes of everything else."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import partial

import pytest

from reply_world import ME, OWNER, World
from reply_world import letter as owners_letter

from sendas.forward.decision import RELEASED, Discard, Notify, Quarantine, Reason
from sendas.forward.routes import To
from sendas.reply.alias import Aliases, Kind
from sendas.reply.case import Known
from sendas.reply.decision import Answer
from sendas.reply.keys import SigningKeys
from sendas.reply.plan import Planned
from sendas.ses.notices import Verdict


Letter = Callable[..., bytes]


@pytest.fixture
def world() -> World:
    """All as it should be."""
    return World()


@pytest.fixture
def letter(world: World) -> Letter:
    """A mail of the owner's, as Gmail sends it."""
    return partial(owners_letter, world)


def answers(planned: Planned) -> list[Answer]:
    """What goes out."""
    return [one for one in planned.decisions if isinstance(one, Answer)]


def test_the_owner_answers(world: World, letter: Letter) -> None:
    """To the correspondent whom the alias stands for, as the mailbox."""
    planned = world.plan(letter(), world.alias())

    (answer,) = planned.decisions
    assert isinstance(answer, Answer)
    assert "jane@example.net" == answer.target
    assert ME == answer.mailbox.address
    assert (("To", (("", "jane@example.net"),)), ("Cc", ())) == tuple(
        (name, tuple((box.name, box.address) for box in boxes)) for name, boxes in answer.visible
    )


def test_everybody_gets_a_copy_of_their_own(world: World, letter: Letter) -> None:
    """Reply All: two aliases, two answers, both named in both; the blind one is named nowhere."""
    jane, ben, eve = world.alias(), world.alias("ben@example.org"), world.alias("eve@example.org")
    raw = letter(To=f'"Jane Doe (jane at example.net)" <{jane}>', Cc=f"Ben <{ben}>")

    found = answers(world.plan(raw, jane, ben, eve))

    assert {"jane@example.net", "ben@example.org", "eve@example.org"} == {a.target for a in found}
    shown = dict(found[2].visible)
    assert [("Jane Doe", "jane@example.net")] == [(b.name, b.address) for b in shown["To"]]
    assert [("Ben", "ben@example.org")] == [(b.name, b.address) for b in shown["Cc"]]


@pytest.mark.parametrize(
    "verdict",
    [Verdict.FAIL, Verdict.PROCESSING_FAILED, Verdict.UNKNOWN, Verdict.DISABLED, Verdict.GRAY],
)
@pytest.mark.parametrize("aligned", [False, True])
def test_only_a_verdict_proves_the_owner(
    world: World,
    letter: Letter,
    verdict: Verdict,
    aligned: bool,  # noqa: FBT001  a parameter
) -> None:
    """Without a passed DMARC nothing goes out, unless there is no record and DKIM is aligned."""
    world = world.with_dmarc(verdict, aligned=aligned)
    planned = world.plan(letter(), world.alias())

    if verdict is Verdict.GRAY and aligned:
        assert 1 == len(answers(planned))
    else:
        (notice,) = planned.decisions
        assert isinstance(notice, Notify)
        assert Reason.NOT_THE_OWNER is notice.reason
        assert OWNER == notice.notice_address


@pytest.mark.parametrize(
    "fields",
    [
        {"From": "owner@gmail.com, eve@example.org"},
        {"From": "eve@example.org, owner@gmail.com"},
        {"From": '"owner@gmail.com" <eve@example.org>, owner@gmail.com'},
        {"From": "=?utf-8?q?owner=40gmail=2Ecom?= <eve@example.org>, <owner@gmail.com>"},
        {"From": "owner@gmail.com <eve@example.org>, x <owner@gmail.com>"},
        {"From": "owner@gmail.com\r\nFrom: eve@example.org"},
        {"From": "eve@example.org\r\nFrom: owner@gmail.com"},
        {"From": "owner@gmail.com", "Sender": "eve@example.org"},
        {"From": "Group: owner@gmail.com, eve@example.org;"},
        {"From": "owner@gmail.com (eve@example.org)"},
        {"From": "eve@example.org <owner@gmail.com>"},
        {"From": "<@example.org:owner@gmail.com>"},
        {"From": "Owner\u202e <owner@gmail.com>"},
    ],
)
def test_a_doubtful_author_proves_nothing(
    world: World, letter: Letter, fields: dict[str, str]
) -> None:
    """DMARC passed, but for whom?  Several authors, or one that can be read in two ways."""
    planned = world.plan(letter(**fields), world.alias())

    assert [] == answers(planned)
    assert [Reason.NOT_THE_OWNER] == [one.reason for one in planned.decisions]


@pytest.mark.parametrize(
    "author",
    [
        "eve@example.org",
        "owner@gmail.com.example.org",
        "owner@gmai1.com",
        "owner@example.com",
        "owner@sub.gmail.com",
        '"owner@gmail.com" <eve@example.org>',
        "owner+x@gmail.com",
        "\u043ewner@gmail.com",
        "me@example.com",
        "",
    ],
)
def test_a_stranger_writes_to_the_mailbox(world: World, letter: Letter, author: str) -> None:
    """Whoever is not the owner, DMARC passed or not: the alias leads to the mailbox."""
    alias = world.alias()
    planned = world.plan(letter(From=author), alias)

    assert () == planned.decisions
    assert To((OWNER,)) == planned.domain.route_of(alias)


def test_a_closed_alias_keeps_strangers_out(world: World, letter: Letter) -> None:
    """Their mail waits in the quarantine; the owner may still answer."""
    alias = world.alias()
    world.known = Known(closed={alias.rpartition("@")[0]})

    (kept,) = world.plan(letter(From="eve@example.org"), alias).decisions

    assert isinstance(kept, Quarantine)
    assert (Reason.ALIAS_CLOSED, (OWNER,)) == (kept.reason, kept.targets)
    assert 1 == len(answers(world.plan(letter(), alias)))


def test_an_alias_of_another_mailbox_sends_nothing(world: World, letter: Letter) -> None:
    """The owner of one mailbox cannot write as another, whatever aliases he knows."""
    hers = world.alias(mailbox="she@example.com")

    planned = world.plan(letter(To=hers), hers)

    assert [] == answers(planned)
    assert To(("she@mail.example.net",)) == planned.domain.route_of(hers)


def test_one_bad_alias_stops_all(world: World, letter: Letter) -> None:
    """Everything or nothing: forged, expired, revoked, another mailbox's, another domain's key."""
    good = world.alias()
    old = world.aliases.make(Kind.REPLY, ME, "jane@example.net", date(2026, 1, 31)).address
    foreign = Aliases("example.com", SigningKeys("a", {"a": "x" * 32})).make(
        Kind.REPLY, ME, "jane@example.net", date(2027, 5, 31)
    )
    for bad in (old, foreign.address, world.alias(mailbox="she@example.com")):
        planned = world.plan(letter(), good, bad)

        assert [] == answers(planned)
        assert [Reason.BAD_ALIAS] == [one.reason for one in planned.decisions]


def test_an_address_beside_the_aliases_is_a_leak(world: World, letter: Letter) -> None:
    """Nothing is sent, the owner is told; a release sends it to the aliases all the same."""
    raw = letter(Cc="ben@example.org")

    planned = world.plan(raw, world.alias())
    released = world.plan(raw, world.alias(), waived=(Reason.LEAK,))

    assert [Reason.LEAK] == [one.reason for one in planned.decisions]
    assert "ben@example.org" in planned.decisions[0].why
    assert ["jane@example.net"] == [one.target for one in answers(released)]
    assert () == dict(answers(released)[0].visible)["Cc"]


def test_the_mailbox_itself_in_cc_is_no_leak(world: World, letter: Letter) -> None:
    """Reply All names it; its own copy is not forwarded to whoever wrote it."""
    planned = world.plan(letter(Cc=ME), world.alias(), ME)

    assert ["jane@example.net"] == [one.target for one in answers(planned)]
    assert [Reason.OWN_ANSWER] == [d.reason for d in planned.decisions if isinstance(d, Discard)]


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"Auto-Submitted": "auto-replied"}, Reason.AUTOMATIC_ANSWER),
        ({"X-Sendas-Forwarded": ME}, Reason.LOOP),
    ],
)
def test_machines_and_circles_go_nowhere(
    world: World, letter: Letter, fields: dict[str, str], reason: Reason
) -> None:
    """A vacation answer to an alias, and a copy of ours that comes back."""
    planned = world.plan(letter(**fields), world.alias())

    assert [reason] == [one.reason for one in planned.decisions]


def test_there_is_a_limit(world: World, letter: Letter) -> None:
    """A stolen Gmail account sends no more than a person would; and a virus never goes."""
    for known in (Known(sent_this_hour=60), Known(sent_today=300)):
        world.known = known
        assert [Reason.TOO_MANY] == [
            one.reason for one in world.plan(letter(), world.alias()).decisions
        ]
    world.known = Known()
    world.verdicts = replace(world.verdicts, virus=Verdict.FAIL)
    planned = world.plan(letter(), world.alias(), waived=(Reason.VIRUS,))
    assert [Reason.VIRUS] == [one.reason for one in planned.decisions]


def test_notices_have_a_limit_too(world: World, letter: Letter) -> None:
    """Who forges the owner's address cannot fill the owner's mailbox: then the digest tells."""
    world = world.with_dmarc(Verdict.FAIL)
    world.known = replace(world.known, refused_this_hour=10)

    (kept,) = world.plan(letter(), world.alias()).decisions

    assert isinstance(kept, Quarantine)
    assert Reason.NOT_THE_OWNER is kept.reason


def test_a_made_up_alias_in_the_owners_name_is_anybodys(world: World, letter: Letter) -> None:
    """Unproven and without a good alias: no notice goes out, it is an unknown address."""
    world = world.with_dmarc(Verdict.FAIL)
    made_up = f"jane_at_example.net.{'a' * 20}@example.com"

    planned = world.plan(letter(To=made_up), made_up)

    assert () == planned.decisions
    assert frozenset() == planned.paths


def test_composing_by_subject(world: World, letter: Letter) -> None:
    """`to: a, b | Subject`, to the compose address, by the proven owner alone."""
    raw = letter(To="compose@example.com", Subject="to: ann@example.net, ben@example.org | Hello")

    found = answers(world.plan(raw, "compose@example.com"))
    forged = world.with_dmarc(Verdict.FAIL).plan(raw, "compose@example.com")

    assert [("ann@example.net", "Hello"), ("ben@example.org", "Hello")] == [
        (one.target, one.subject) for one in found
    ]
    assert [Reason.NOT_THE_OWNER] == [one.reason for one in forged.decisions]
    assert () == world.plan(letter(From="eve@example.org"), "compose@example.com").decisions


def test_nothing_is_composed_to_whom_ses_sends_nothing(world: World, letter: Letter) -> None:
    """One of two on the suppression list: none gets it, and the owner is told which."""
    world.known = Known(suppressed={"ben@example.org"})
    raw = letter(To="compose@example.com", Subject="to: ann@example.net, ben@example.org | Hello")

    (told,) = world.plan(raw, "compose@example.com").decisions
    (released,) = world.plan(raw, "compose@example.com", waived=tuple(RELEASED)).decisions

    assert Reason.SUPPRESSED is told.reason is released.reason
    assert "ben@example.org" in told.why
    assert "ann@" not in told.why


@pytest.mark.parametrize(
    "subject", ["Hello", "to: | Hello", "to: nobody | Hello", "to: me@example.com | x", "to: a@b"]
)
def test_a_compose_subject_without_recipients_is_told(
    world: World, letter: Letter, subject: str
) -> None:
    """Nothing is guessed: the notice says how to write it."""
    raw = letter(To="compose@example.com", Subject=subject)

    (notice,) = world.plan(raw, "compose@example.com").decisions

    assert Reason.BAD_ALIAS is notice.reason
    assert "to: them@example.net | Subject" in notice.why


def test_a_kept_correspondent(world: World, letter: Letter) -> None:
    """An address that needs capitals is looked up; gone from the bucket, the owner is told."""
    alias = world.alias("Jane.Doe@example.net")
    made = world.aliases.make(Kind.REPLY, ME, "Jane.Doe@example.net", date(2027, 5, 31))

    lost = world.plan(letter(To=alias), alias)
    world.known = Known(kept=dict([made.to_keep]))
    found = world.plan(letter(To=alias), alias)

    assert [Reason.BAD_ALIAS] == [one.reason for one in lost.decisions]
    assert ["Jane.Doe@example.net"] == [one.target for one in answers(found)]
