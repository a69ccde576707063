"""What is said of a credential, from values alone: what makes each verdict and what does not."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from sendas.credentials.decide.authority import MaySend
from sendas.credentials.decide.holders import parse_holder
from sendas.credentials.decide.marks import SINCE, Mark, Marks, holder_tag, read_marks
from sendas.credentials.decide.pair import pair_of
from sendas.credentials.decide.verdicts import (
    Box,
    Credential,
    Judged,
    Stored,
    Verdict,
    judge,
    worst,
)
from sendas.history.line import Line, stamp_of
from sendas.history.sighting import Sighting
from sendas.iam.keys import KeyUse, LastUse
from sendas.iam.principal import Kind
from sendas.mail.address import Address
from sendas.outcome import NoAnswer, Why
from sendas.ses.regions import Region


NOW = datetime(2026, 11, 29, 10, 0, tzinfo=UTC)
HERE = Region("us-east-1")
ME = Address("me@example.com")
PAIR = pair_of(ME)
GMAIL, PRINTER = parse_holder("gmail:you@gmail.com"), parse_holder("printer in the hall")
OLD, NEW = "AKIAOLD", "AKIANEW"
DENIED = NoAnswer(Why.DENIED, "not allowed")
OWN = (MaySend("example.com", HERE, ("me@example.com",), smtp=True),)
HOME, AWAY = "198.51.100.7", "203.0.113.9"


def ago(**span: float) -> datetime:
    """A moment before now."""
    return NOW - timedelta(**span)


def key(
    key_id: str = NEW, *, age: float = 30, used: object = "yes", active: bool = True
) -> KeyUse:
    """A key that is so many days old."""
    use = LastUse(ago(hours=1), "ses-smtp", HERE) if used == "yes" else used
    return KeyUse(key_id, PAIR.first, active, ago(days=age), use)  # type: ignore[arg-type]  any use


def seen(at: datetime, ip: str = HOME, *, first: datetime | None = None, **line: str) -> Sighting:
    """A mail, or several from *first* to *at*, of whichever user is judged."""
    fields = {"kind": "send", "mail": "0100-1", "sender": ME, "recipient": "jane@example.net"}
    sample = Line(
        id="1", at=stamp_of(at), sent_at=stamp_of(at), source_ip=ip, **{**fields, **line}
    )
    return Sighting(stamp_of(first or at), stamp_of(at), 1, sample)


def by_gmail(at: datetime, ip: str = HOME, **more: object) -> Sighting:
    """A mail that Gmail wrote."""
    return seen(at, ip, message_id="<CA1@mail.gmail.com>", **more)  # type: ignore[arg-type]  line's


def box(*, current: str | None = NEW, since: datetime | None = None, **adopted: datetime) -> Box:
    """The mailbox, whose stored credential is *current*; holders adopted it when they did."""
    tags = {
        holder_tag({"gmail": GMAIL, "printer": PRINTER}[who]): at for who, at in adopted.items()
    }
    marks = {name: Mark(NEW, at, ("mail",)).dump() for name, at in tags.items()}
    if since:
        marks[SINCE] = Mark(NEW, since).dump()
    stored = Stored("sendas/smtp/me@example.com", HERE, current, "current") if current else None
    return Box(ME, PAIR, (GMAIL, PRINTER), "sendas/smtp/me@example.com", marks=read_marks(marks),
               current=stored)  # fmt: skip


FINE = Credential(
    kind=Kind.USER,
    name=PAIR.first,
    arn="arn:aws:iam::123456789012:user/x",
    sends=OWN,
    key=key(),
    keys=1,
    box=box(),
    stored=Stored("sendas/smtp/me@example.com", HERE, NEW, "current"),
    seen=(by_gmail(ago(hours=2)), seen(ago(hours=3))),
)


def verdicts(credential: Credential, google: dict[str, bool] | None = None) -> tuple[Verdict, ...]:
    """The words."""
    return judge(credential, NOW, google or {}).verdicts


def test_fine() -> None:
    """Young, stored, used by each of its holders from where they always are."""
    judged = judge(FINE, NOW, {})

    assert (Verdict.FINE,) == judged.verdicts
    assert not judged.wrong
    assert ["gmail:you@gmail.com", "printer in the hall"] == [
        h.holder.name for h in judged.holders
    ]
    assert all(h.at for h in judged.holders)


@pytest.mark.parametrize(
    ("age", "verdict"),
    [(75.9, Verdict.FINE), (76, Verdict.DUE), (89.9, Verdict.DUE), (90, Verdict.OVERDUE)],
)
def test_age(age: float, verdict: Verdict) -> None:
    """Due at 76 days, overdue at 90."""
    assert (verdict,) == verdicts(replace(FINE, key=key(age=age)))


def test_an_inactive_key_is_not_due() -> None:
    """It cannot send."""
    resting = key(age=200, active=False)

    assert (Verdict.FINE,) == verdicts(replace(FINE, key=resting))


def test_never_used() -> None:
    """A day after it was made; a use that IAM would not tell is no never."""
    unused = replace(FINE, key=key(used=None), seen=())

    assert Verdict.NEVER_USED in verdicts(unused)
    assert Verdict.NEVER_USED not in verdicts(replace(unused, key=key(used=None, age=0.5)))
    assert Verdict.NEVER_USED not in verdicts(replace(unused, key=key(used=DENIED)))
    # SES saw the user's mail, and IAM's word comes late.
    assert Verdict.NEVER_USED not in verdicts(replace(FINE, key=key(used=None)))
    # Of two keys either can have sent them: then IAM's word stands.
    assert Verdict.NEVER_USED in verdicts(replace(FINE, key=key(used=None), keys=2))


def test_orphan() -> None:
    """A mailbox's key that no secret holds; another's only if nobody ever used it."""
    hand_made = replace(FINE, name="smtp-user", box=None)

    assert Verdict.ORPHAN in verdicts(replace(FINE, stored=None))
    assert Verdict.ORPHAN not in verdicts(replace(FINE, stored=DENIED))
    assert Verdict.ORPHAN not in verdicts(replace(FINE, stored=None, key=key(age=0.001)))
    assert Verdict.ORPHAN not in verdicts(replace(hand_made, stored=None))
    unused = replace(hand_made, stored=None, key=key(used=None), seen=())
    assert Verdict.ORPHAN in verdicts(unused)


def test_an_adopted_user_s_key_is_no_orphan() -> None:
    """Its password was never sendas's to store."""
    found = replace(box(), pair=pair_of(ME, "smtp-user"))

    assert Verdict.ORPHAN not in verdicts(replace(FINE, name="smtp-user", box=found, stored=None))


OLD_ONE = replace(
    FINE,
    key=key(OLD, age=80, used=LastUse(ago(days=4), "ses-smtp", HERE)),
    box=box(since=ago(days=5), gmail=ago(days=4), printer=ago(days=3)),
    stored=Stored("sendas/smtp/me@example.com", HERE, OLD, "previous"),
    seen=(by_gmail(ago(days=4, hours=1)),),
)


def test_used_although_replaced() -> None:
    """After the last holder was seen with the new one, the old one names who has it still."""
    late = replace(OLD_ONE, seen=(seen(ago(days=1), AWAY, user_agent="Scanner 2"),))
    (remark,) = [
        r for r in judge(late, NOW, {}).remarks if r.verdict is Verdict.USED_THOUGH_REPLACED
    ]

    assert Verdict.USED_THOUGH_REPLACED not in verdicts(OLD_ONE)
    assert "2026-11-28" in remark.words
    assert AWAY in remark.words
    assert "Scanner 2" in remark.words
    assert "printer in the hall" in remark.words


def test_a_hand_over_under_way_is_no_misuse() -> None:
    """While a holder is still to be seen with the new one, the old one may be used."""
    waiting = replace(
        OLD_ONE,
        box=box(since=ago(days=5), gmail=ago(days=4)),
        seen=(seen(ago(days=1)),),
    )

    assert Verdict.USED_THOUGH_REPLACED not in verdicts(waiting)


def test_iam_s_word_of_a_late_use() -> None:
    """Where events tell nothing, the key's last use does."""
    late = replace(OLD_ONE, key=key(OLD, used=LastUse(ago(days=1), "ses-smtp", HERE)), seen=DENIED)

    assert Verdict.USED_THOUGH_REPLACED in verdicts(late)


def test_a_pending_key_replaces_nothing_yet() -> None:
    """What is prepared is not the old one."""
    pending = replace(
        OLD_ONE,
        stored=Stored("sendas/smtp/me@example.com", HERE, OLD, "pending"),
        seen=(seen(ago(days=1)),),
    )

    assert Verdict.USED_THOUGH_REPLACED not in verdicts(pending)


def test_holder_not_seen() -> None:
    """Two weeks after the hand-over, a holder without a mail of its own is named."""
    gmail_only = replace(FINE, seen=(by_gmail(ago(hours=2)),))
    (remark,) = judge(gmail_only, NOW, {}).remarks

    assert Verdict.HOLDER_NOT_SEEN is remark.verdict
    assert "printer in the hall" in remark.words
    lately = replace(gmail_only, box=box(since=ago(days=13)))
    assert (Verdict.FINE,) == verdicts(lately)


def test_a_mail_before_the_hand_over_shows_nothing() -> None:
    """Only what came since counts."""
    old = replace(
        FINE, box=box(since=ago(days=15)), seen=(by_gmail(ago(days=16)), seen(ago(hours=1)))
    )

    assert (Verdict.HOLDER_NOT_SEEN,) == verdicts(old)


def test_a_mark_of_the_hand_over_counts() -> None:
    """What `rotate` saw stays seen, also beyond what the history keeps."""
    marked = replace(FINE, box=box(gmail=ago(days=29), printer=ago(days=29)), seen=())

    assert (Verdict.FINE,) == verdicts(marked)


def test_a_canary_is_no_holder_s_mail() -> None:
    """It shows that the password is right, not that anybody has it."""
    probed = replace(FINE, seen=(by_gmail(ago(hours=2)), seen(ago(hours=1), stream="canary")))

    assert (Verdict.HOLDER_NOT_SEEN,) == verdicts(probed)


def test_without_a_history_nothing_is_said_of_holders() -> None:
    """Not known is not 'not seen'."""
    assert Verdict.HOLDER_NOT_SEEN not in verdicts(replace(FINE, seen=DENIED))


def test_used_from_somewhere_new() -> None:
    """A network first seen within the week, where others were seen before."""
    elsewhere = (*FINE.seen, seen(ago(days=20)), seen(ago(days=1), AWAY, user_agent="curl"))  # type: ignore[misc]  a tuple
    moved = replace(FINE, seen=elsewhere)
    (remark,) = judge(moved, NOW, {}).remarks

    assert Verdict.NEW_PLACE is remark.verdict
    assert AWAY in remark.words
    assert "curl" in remark.words


def test_google_s_networks_are_one_place() -> None:
    """Gmail sends from any of its servers."""
    roaming = replace(
        FINE, seen=(by_gmail(ago(days=20)), seen(ago(days=19)), by_gmail(ago(days=1), AWAY))
    )

    assert (Verdict.NEW_PLACE,) == verdicts(roaming)
    assert (Verdict.FINE,) == verdicts(roaming, {"203.0.113.0/24": True})


def test_all_places_of_a_new_credential_are_new() -> None:
    """So none is."""
    young = replace(FINE, seen=(by_gmail(ago(days=2)), seen(ago(days=1), AWAY)))

    assert (Verdict.FINE,) == verdicts(young)


def test_too_many_rights() -> None:
    """More than sending, or as more than its mailbox; of what is used over SMTP only."""
    assert Verdict.TOO_MANY_RIGHTS in verdicts(replace(FINE, beyond=("iam:*",)))
    wide = (MaySend("example.com", HERE, ("*@example.com",), smtp=True),)
    assert Verdict.TOO_MANY_RIGHTS in verdicts(replace(FINE, sends=wide))
    catch_all = replace(FINE, sends=wide, box=replace(box(), catch_all=True))
    assert (Verdict.FINE,) == verdicts(catch_all)
    admin = replace(
        FINE,
        box=None,
        beyond=("*",),
        sends=wide,
        key=key(used=LastUse(ago(days=1), "s3", HERE)),
        seen=(),
    )
    assert (Verdict.FINE,) == verdicts(admin)
    assert (Verdict.TOO_MANY_RIGHTS,) == verdicts(replace(admin, key=key()))


@pytest.mark.parametrize("field", ["sends", "beyond", "stored", "seen"])
def test_what_could_not_be_looked_at_makes_nothing_fine(field: str) -> None:
    """No verdict, and a doubt that says what and why."""
    judged = judge(replace(FINE, **{field: DENIED}), NOW, {})  # type: ignore[arg-type]  any field

    assert Verdict.FINE not in judged.verdicts
    assert any("not allowed" in doubt for doubt in judged.doubts)


def test_a_last_use_that_iam_did_not_tell_is_a_doubt() -> None:
    """Nor is it 'never'."""
    judged = judge(replace(FINE, key=key(used=DENIED)), NOW, {})

    assert () == judged.verdicts
    assert "when its key was last used: denied: not allowed" in judged.doubts


def test_the_worst_first() -> None:
    """What is wrong, what is in doubt, what is due, what is fine."""
    fine, due = Judged(FINE), judge(replace(FINE, key=key(age=80)), NOW, {})
    doubtful = judge(replace(FINE, stored=DENIED), NOW, {})
    wrong = judge(replace(FINE, key=key(age=95)), NOW, {})

    assert (wrong, doubtful, due, fine) == worst([fine, due, doubtful, wrong])


def test_marks_of_another_key_say_nothing() -> None:
    """A mark names the key that it is about."""
    stale = replace(box(), marks=Marks(since=Mark(OLD, ago(days=1))))

    assert (Verdict.HOLDER_NOT_SEEN,) == verdicts(
        replace(FINE, box=stale, seen=(by_gmail(ago(hours=2)),))
    )
