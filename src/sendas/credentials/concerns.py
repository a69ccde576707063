"""What the owner is to hear of a credential that was looked after unattended; pure.

In words without a secret: what stands, what each holder is to type, what proves it.  A
concern has the same key whenever it is the same, so that it is told once, again as it
grows worse or a week has passed, and that it is over.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sendas.advice import Help, Owner
from sendas.config.model import Rotation
from sendas.credentials.decide.ages import DUE, OVERDUE, Age
from sendas.credentials.decide.audited import Claim, Report, Standing
from sendas.credentials.decide.holders import Holder
from sendas.credentials.decide.rotation.decide import (
    WAITS,
    Ask,
    Broken,
    Busy,
    HandOver,
    Idle,
    NoRoom,
    Resting,
    Why,
    had_one,
)
from sendas.credentials.decide.rotation.evidence import LateUse
from sendas.credentials.decide.rotation.messages import late_use_text
from sendas.credentials.decide.rotation.state import Situation
from sendas.credentials.unattended import Tended


ROTATION, PROOF = "rotation:", "audit:"
"""Begin the keys."""
_WARNING, _FAILING, _WORSE = 1, 2, 3
_WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Concern:
    """Something to be told; *grade* 1 is a warning, more is a failure, and told again as it grows.

    *reminder* counts the weeks for which it stood: it is told again as one is over.
    """

    key: str
    title: str
    cause: str = ""
    whose: Owner = Owner.GMAIL
    grade: int = _WARNING
    help: tuple[Help, ...] = ()
    reminder: int = 0
    loud: bool = False
    of_age: bool = False
    """Whether it tells how old the mailbox's keys are, which then need not be told again."""


@dataclass(frozen=True, slots=True)
class Told:
    """All of one mailbox.  *settled* begins the keys of which every concern is here."""

    concerns: tuple[Concern, ...] = ()
    settled: tuple[str, ...] = ()
    unseen: dict[str, str] = field(default_factory=dict)


Typing = Callable[[Situation, Holder], tuple[str, ...]]
"""What one holder is to type, line by line, without the password."""


def told_of(tended: Tended, typing: Typing) -> Told:
    """What is to be reported of one day's run."""
    address = tended.charge.address
    rotation, proof = f"{ROTATION}{address}:", f"{PROOF}{address}:"
    settled: list[str] = []
    unseen: dict[str, str] = {}
    concerns: list[Concern] = []
    busy = isinstance(tended.step, Busy) and tended.charge.rotation is not Rotation.OFF
    if tended.trouble or busy:
        unseen[rotation] = tended.trouble or "another run is at work on it"
    else:
        concerns += _rotation(tended, typing)
        settled.append(rotation)
        if tended.blind and tended.charge.rotation is not Rotation.OFF:
            unseen[f"{rotation}evidence"] = f"who sent with which: {tended.blind}"
    if tended.proof is not None:
        concerns += _proof(tended, tended.proof)
        doubts = [one for one in tended.proof.claims if one.standing is Standing.UNKNOWN]
        if doubts:
            unseen[proof] = "; ".join(_claim(one) for one in doubts)
        else:
            settled.append(proof)
    elif tended.unproven or tended.trouble:
        unseen[proof] = tended.unproven or tended.trouble
    elif not tended.charge.audited or tended.seen is None:
        settled.append(proof)
    return Told(tuple(concerns), tuple(settled), unseen)


# Rotation ---------------------------------------------------------------------------------


def _rotation(tended: Tended, typing: Typing) -> Iterator[Concern]:
    seen, step = tended.seen, tended.step
    if seen is None or tended.charge.rotation is Rotation.OFF:
        return
    about = _About(tended, seen, typing)
    if tended.refused:
        yield about.not_proven(tended.refused)
    match step:
        case HandOver():
            yield from about.hand_over(step)
        case Idle(age):
            yield from about.idle(age)
        case Ask(_, user, reason):
            yield about.ask(user, reason)
        case NoRoom():
            yield about.no_room()
        case Broken(why):
            yield from about.broken(why)
        case _:
            yield from about.otherwise()


@dataclass(frozen=True, slots=True)
class _About:
    tended: Tended
    seen: Situation
    typing: Typing

    @property
    def address(self) -> str:
        return self.tended.charge.address

    @property
    def again(self) -> str:
        return f"sendas credentials rotate {self.address}"

    def key(self, what: str) -> str:
        return f"{ROTATION}{self.address}:{what}"

    def not_proven(self, why: str) -> Concern:
        return Concern(
            self.key("not-proven"),
            f"The next SMTP password of {self.address} is prepared, and not proven",
            f"{why}. Nothing was handed out: what is in use works on, and it is tried "
            "again tomorrow.",
            Owner.SES,
            _FAILING,
            (Help("Try it now, and see why.", commands=(self.again,)),),
        )

    def hand_over(self, step: HandOver) -> Iterator[Concern]:
        yield from (self._used(late_use) for late_use in step.late_uses)
        if not step.waiting:
            return
        since = self.seen.since or self.seen.now
        names = ", ".join(str(one) for one in step.waiting)
        cause, grade = self._state(step)
        was = "was replaced, and" if had_one(self.seen) else "was made, and"
        yield Concern(
            self.key("hand-over"),
            f"The SMTP password of {self.address} {was} is to be typed in: {names}",
            cause,
            grade=grade,
            help=(*self._steps(step), self._password(), self._undo(step)),
            reminder=_weeks(since, self.seen.now),
            of_age=step.out_of_policy,
        )

    def _state(self, step: HandOver) -> tuple[str, int]:
        if step.cut_off:
            return "No older one works: whoever has not the new one cannot send.", _WORSE
        stays = "The old one works until each of them was seen to use the new one."
        if not had_one(self.seen):
            stays = "It is the first: whoever has not typed it in cannot send."
        if step.out_of_policy:
            return f"OUT OF POLICY: the old one is older than {OVERDUE.days} days. {stays}", _WORSE
        if step.late:
            return f"LATE: there was time until {step.deadline:%Y-%m-%d}. {stays}", _FAILING
        return f"{stays} There is time until {step.deadline:%Y-%m-%d}.", _WARNING

    def _steps(self, step: HandOver) -> Iterator[Help]:
        for holder in step.waiting:
            yield Help("\n".join(self.typing(self.seen, holder)))

    def _password(self) -> Help:
        return Help(
            "The password is in no mail. This puts it onto the clipboard of the machine that "
            "you type it at:",
            commands=(f"{self.again} --copy",),
        )

    def _undo(self, step: HandOver) -> Help:
        if step.cut_off or not had_one(self.seen):
            return Help("See where it stands.", commands=(f"{self.again} --status",))
        return Help("Or go back to the old one.", commands=(f"{self.again} --undo",))

    def _used(self, late_use: LateUse) -> Concern:
        last = next((one.key_id[-4:] for one in self.seen.old_keys if one.active), "LAST4")
        return Concern(
            self.key(f"used:{late_use.key_user}"),
            f"The replaced SMTP password of {self.address} is in use still",
            f"{late_use_text(late_use)}. It is not made inactive while it is.",
            Owner.GMAIL,
            _FAILING,
            (
                Help("Change it there, and name who it is in `held_by` of sendas.toml."),
                Help("If it is nobody you know:", commands=(f"{self.again} --revoke-now {last}",)),
            ),
        )

    def idle(self, age: Age) -> Iterator[Concern]:
        key = self.seen.current_key
        if age not in {Age.DUE, Age.OVERDUE} or key is None or key.created is None:
            return
        days = (self.seen.now - key.created).days
        overdue = age is Age.OVERDUE
        yield Concern(
            self.key("due"),
            f"The SMTP password of {self.address} is {days} days old: it is "
            f"{'OUT OF POLICY' if overdue else 'due'}",
            f"Due at {DUE.days} days, out of policy at {OVERDUE.days}.",
            Owner.IAM,
            _FAILING if overdue else _WARNING,
            (
                Help("Begin: nothing that works is touched.", commands=(self.again,)),
                Help('Or let it be prepared by itself: rotation = "prepare" in sendas.toml.'),
            ),
            reminder=_weeks(key.created + DUE, self.seen.now),
            of_age=True,
        )

    def ask(self, user: str, reason: str) -> Concern:
        return Concern(
            self.key("ask"),
            f"The old key of {self.address} is of {user}, which sendas did not make",
            f"Every holder has the new one; {reason}, so its key is not touched unasked.",
            Owner.IAM,
            help=(
                Help("If nothing else uses it:", commands=(f"{self.again} --retire-user {user}",)),
            ),
        )

    def no_room(self) -> Concern:
        keys = ", ".join(f"…{key.key_id[-4:]} of {key.user}" for key in self.seen.keys)
        return Concern(
            self.key("no-room"),
            f"The SMTP password of {self.address} is due, and there is no room for another key",
            f"There are {keys}, and nothing says that one of them may go.",
            Owner.IAM,
            _FAILING,
            (
                Help(
                    "See which nobody uses; this deletes it.",
                    commands=(f"{self.again} --replace-key LAST4",),
                ),
            ),
        )

    def broken(self, why: Why) -> Iterator[Concern]:
        if why is Why.NONE_STORED and self.seen.current is None:
            return  # it was never handed out: nobody waits for it
        yield Concern(
            self.key("broken"),
            f"Mail of {self.address} cannot be sent with what is stored: {why}",
            "Nothing is made by itself in place of what somebody may have ended on purpose.",
            Owner.IAM,
            _FAILING,
            (Help("Make a new one, and prove it.", commands=(self.again,)),),
        )

    def otherwise(self) -> Iterator[Concern]:
        step = self.tended.step
        if self.tended.charge.rotation is Rotation.PREPARE or isinstance(step, (Resting, *WAITS)):
            return
        yield Concern(
            self.key("goes-on"),
            f"A rotation of {self.address} is under way, and its next step needs nobody",
            'With rotation = "remind" nothing is done by itself.',
            Owner.IAM,
            help=(Help("Take it.", commands=(self.again,)),),
        )


def _weeks(since: datetime, now: datetime) -> int:
    return max(0, (now - since) // _WEEK)


# Proof --------------------------------------------------------------------------------------


def _proof(tended: Tended, report: Report) -> Iterator[Concern]:
    """What the month's proof found: wrong is one concern, not proven another."""
    address = tended.charge.address
    command = Help("Prove it again.", commands=(f"sendas credentials audit {address}",))
    wrong = [one for one in report.claims if one.standing is Standing.WRONG]
    if wrong:
        yield Concern(
            f"{PROOF}{address}:wrong",
            f"The stored SMTP password of {address} does not do what it must",
            "; ".join(map(_claim, wrong)),
            Owner.IAM,
            _FAILING,
            (
                command,
                Help("Replace it.", commands=(f"sendas credentials rotate {address} --early",)),
            ),
        )
    open_ = [one for one in report.claims if one.standing is Standing.NOT_PROVEN]
    if open_:
        asked = [one for one in report.claims if one.about.startswith("asking ")]
        done = [one.words for one in asked if one.standing is Standing.DONE]
        yield Concern(
            f"{PROOF}{address}:not-proven",
            f"Not everything about the SMTP password of {address} is proven",
            "; ".join((*map(_claim, open_), *done)),
            Owner.GMAIL,
            help=(
                Help(f"Let each of them send a mail as {address}: that proves it."),
                command,
            ),
        )


def _claim(claim: Claim) -> str:
    since = f" (since {claim.since:%Y-%m-%d})" if claim.since else ""
    return f"{claim.about}: {claim.words}{since}"
