"""What becomes of one mailbox's credential each day, nobody being at a keyboard.

The stack's function calls this once a day: it goes as far with a rotation as no person is
needed, and once a month proves what is stored.  Whatever it is killed at, the next day's
run goes on from there, as a person's next run would (`credentials.rotate`).
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sendas.config.model import Rotation
from sendas.credentials import audit as proving
from sendas.credentials import rotate as rotating
from sendas.credentials.charge import Charge
from sendas.credentials.decide.ages import AUDIT_EVERY
from sendas.credentials.decide.audited import CANARY, Report, Standing
from sendas.credentials.decide.holders import Holder, sender_of_line
from sendas.credentials.decide.rotation.decide import Step
from sendas.credentials.decide.rotation.evidence import mails_of, one_time
from sendas.credentials.decide.rotation.state import Begin, Situation, Wish
from sendas.credentials.decide.rotation.undoing import UndoStep
from sendas.credentials.decide.verdicts import HolderSeen
from sendas.credentials.looking import Subject
from sendas.errors import SendasError
from sendas.history.line import Line, stamp_of
from sendas.mail.address import Address
from sendas.outcome import NoAnswer, Seen


Lines = Callable[[datetime], Seen[tuple[Line, ...]]]
"""The mails sent since a moment, or why nobody knows them."""


@dataclass(frozen=True, slots=True)
class Doors:
    """The world; *account* is what `audit.Vault` asks of, too."""

    rotating: rotating.Doors
    proving: proving.Doors


@dataclass(frozen=True, slots=True)
class Tended:
    """How it stands after one day's run.

    *refused* says why a new credential is not proven, *trouble* why nothing is known;
    *proof* is None on a day on which nothing was to be proven.
    """

    charge: Charge
    at: datetime
    seen: Situation | None = None
    step: Step | UndoStep | None = None
    refused: str = ""
    blind: str = ""
    """Why it is not known who sent with which, where that counts; empty if it is."""
    trouble: str = ""
    proof: Report | None = None
    unproven: str = ""
    """Why what was to be proven could not be looked at."""


def tend(  # noqa: PLR0913  everything is passed in
    charge: Charge,
    lines: Lines,
    doors: Doors,
    *,
    token: Callable[[], str],
    talk: Callable[[str], None],
    patience_seconds: float,
    again: bool = False,
) -> Tended:
    """One day's run for one mailbox; *again* proves it although no month is over."""
    now = doors.rotating.timing.now()
    try:
        result = _rotated(charge, lines, doors.rotating, token, talk, patience_seconds)
    except SendasError as error:
        return Tended(charge, now, trouble=f"{type(error).__name__}: {error}")
    seen, step = result.seen, result.step
    tended = Tended(
        charge,
        doors.rotating.timing.now(),
        seen,
        step,
        result.refused,
        seen.blind,
    )
    if not charge.audited or not proof_due(seen, again=again):
        return tended
    try:
        return replace(
            tended,
            proof=_proven(charge, lines, doors.proving, seen, token, talk, patience_seconds),
        )
    except SendasError as error:
        return replace(tended, unproven=f"{type(error).__name__}: {error}")


def _rotated(  # noqa: PLR0913, PLR0917  everything is passed in
    charge: Charge,
    lines: Lines,
    doors: rotating.Doors,
    token: Callable[[], str],
    talk: Callable[[str], None],
    patience_seconds: float,
) -> rotating.Result:
    def sent(since: datetime, _: Mapping[Address, Holder]) -> Seen[tuple[Line, ...]]:
        return lines(since)

    subject = Subject(charge.sender, charge.pair, charge.holders, sent)
    options = rotating.RunOptions(token, talk, patience_seconds, ask_rights=False, clean=False)
    if charge.rotation is Rotation.PREPARE:
        wish = Wish(token()[:16], Begin.IF_OLD)
        return rotating.rotate(subject, wish, doors, options)
    return rotating.status(subject, Wish("", Begin.NEVER), doors, options)


def proof_due(seen: Situation, *, again: bool) -> bool:
    """Whether what is stored is to be proven: never was, a month ago, or *again*."""
    held = seen.current
    if held is None or held.credential is None:
        return False
    marks = (seen.marks.canary, seen.marks.proven)
    proven = [one.at for one in marks if one and one.key_id == held.credential.username]
    return again or not proven or seen.now - max(proven) >= AUDIT_EVERY


def _proven(  # noqa: PLR0913, PLR0917  everything is passed in
    charge: Charge,
    lines: Lines,
    doors: proving.Doors,
    seen: Situation,
    token: Callable[[], str],
    talk: Callable[[str], None],
    patience_seconds: float,
) -> Report:
    """Log in, send a canary, see who holds what is current; once a month ask who was not seen."""
    options = proving.RunOptions(token, talk, patience_seconds, clean=False)
    holders = holders_seen(charge, seen, lines)
    report = proving.audit_mailbox(charge.sender, holders, doors, options)
    if report.standing(CANARY) is Standing.PROVEN and proof_due(seen, again=False):
        report = proving.ask_holders(report, charge.sender, holders, doors, options)
    return report


def holders_seen(charge: Charge, seen: Situation, lines: Lines) -> Seen[tuple[HolderSeen, ...]]:
    """Who is known to have what is current: by marks, or by mails since the hand-over."""
    key = seen.current_key
    if key is None:
        return ()
    since = seen.since or key.created
    found = {holder: seen.marks.adopted(holder, key.key_id) for holder in charge.holders}
    known = {
        holder: HolderSeen(holder, stamp_of(mark.at), " ".join(mark.words), since)
        for holder, mark in found.items()
        if mark is not None
    }
    if len(known) < len(found) and since is not None:
        told = lines(since)
        if isinstance(told, NoAnswer):
            return told
        known |= dict(_by_mail(replace(seen, lines=told), charge, since))
    return tuple(known.get(one, HolderSeen(one, since=since)) for one in charge.holders)


def _by_mail(
    seen: Situation, charge: Charge, since: datetime
) -> Iterator[tuple[Holder, HolderSeen]]:
    key = seen.current_key
    if key is None or not seen.told_apart:
        return
    for line, at in mails_of(seen):
        if line.credential.lower() != key.user.lower() or at < since:
            continue
        holder = one_time(seen, line) or sender_of_line(line, charge.holders)
        if holder is not None:
            yield holder, HolderSeen(holder, stamp_of(at), "a mail of its own", since)
