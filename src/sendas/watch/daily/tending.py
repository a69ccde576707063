"""The watcher looks after credentials: rotation and monthly proof, one mailbox after another.

What is to be done `credentials.unattended` decides; here is who reads the mailboxes and the
history, how long it may take, and how it becomes part of what was seen.
"""

import secrets
import traceback

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property

from sendas.aws.lean import Lean
from sendas.aws.mail_store import MailStore
from sendas.aws.mailbox_gateways import MailboxGateways
from sendas.aws.refusals import AwsFailure, NotFound
from sendas.aws.session import Session
from sendas.config.model import Rotation
from sendas.credentials import audit, rotate
from sendas.credentials.charge import Charge, MalformedCharges, read_charges
from sendas.credentials.concerns import PROOF, ROTATION, Concern, Told, told_of
from sendas.credentials.decide.holders import Holder
from sendas.credentials.decide.rotation.state import Situation
from sendas.credentials.doors import Dial, Timing, real_dial, real_timing
from sendas.credentials.to_type import to_type
from sendas.credentials.unattended import Doors, tend
from sendas.errors import CouldNotLook
from sendas.history.line import Line, MalformedLine, read_line
from sendas.inbound.log import Log
from sendas.mail.address import unaddressed
from sendas.outcome import NoAnswer, Seen, Why
from sendas.ses.regions import parse_region
from sendas.watch.decide.settings import Watched
from sendas.watch.decide.sight import Problem, Sight, keys_of, together
from sendas.watch.objects import contents, listed


PATIENCE = timedelta(seconds=60)
"""For a new key to become known, and as long again for a canary to arrive."""
TAKES = 3 * PATIENCE + timedelta(seconds=60)
"""The most that one mailbox takes: what is left over is done tomorrow.

A new key becomes known late, its canary is lost, and so is that of the old one's proof; beside
that, what AWS takes.
"""
_DAYS_AGAIN = 1
"""A mail's event may be kept a day after it was sent."""


@dataclass(frozen=True, slots=True)
class Ways:
    """To the world: *account* is everything of AWS that the credentials room asks."""

    account: MailboxGateways
    dial: Dial
    timing: Timing
    token: Callable[[], str]
    talk: Callable[[str], None]


class Tending:
    """Looks after the mailboxes of one domain."""

    def __init__(
        self, watched: Watched, charges: Callable[[], tuple[Charge, ...]], sent: "Sent", ways: Ways
    ) -> None:
        self._watched, self._charges, self._sent, self._ways = watched, charges, sent, ways

    def look(self, until: datetime, known: Collection[str]) -> Sight:
        """Do what is to be done before *until*; *known* are the keys of what was told before."""
        try:
            charges = self._charges()
        except (MalformedCharges, AwsFailure) as error:
            return Sight(unseen={ROTATION: str(error), PROOF: str(error)})
        mine = {f"{kind}{one.address}:" for kind in (ROTATION, PROOF) for one in charges}
        gone = frozenset(
            key
            for key in known
            if key.startswith((ROTATION, PROOF)) and not key.startswith(tuple(mine))
        )
        # Each day another is the first: where time is short, it is not always the same who waits.
        first = self._ways.timing.now().toordinal() % max(1, len(charges))
        sights = [self._one(one, until, known) for one in charges[first:] + charges[:first]]
        return together([*sights, Sight(well=gone | {ROTATION, PROOF})])

    def _one(self, charge: Charge, until: datetime, known: Collection[str]) -> Sight:
        if until - self._ways.timing.now() < TAKES:
            return self._unseen(charge, "no time was left for it")
        try:
            return self._tended(charge, known)
        except Exception as error:  # noqa: BLE001  our mistake in one hides nothing of the others
            at = traceback.extract_tb(error.__traceback__)[-1]
            where = f"{at.name}:{at.lineno}"  # and no value that was there
            return self._unseen(charge, f"our check broke: {type(error).__name__} at {where}")

    def _unseen(self, charge: Charge, why: str) -> Sight:
        self._ways.talk(f"{charge.address}: {why}")
        kinds = [PROOF] if charge.audited else []
        kinds += [ROTATION] if charge.rotation is not Rotation.OFF else []
        return Sight(unseen={f"{kind}{charge.address}:": why for kind in kinds})

    def _tended(self, charge: Charge, known: Collection[str]) -> Sight:
        doors = Doors(
            rotate.Doors(
                self._ways.account, self._ways.account, self._ways.dial, self._ways.timing
            ),
            audit.Doors(
                self._ways.account, self._ways.account, self._ways.dial, self._ways.timing
            ),
        )
        tended = tend(
            charge,
            self._sent.since,
            doors,
            token=self._ways.token,
            talk=self._ways.talk,
            patience_seconds=PATIENCE.total_seconds(),
            again=any(key.startswith(f"{PROOF}{charge.address}:") for key in known),
        )

        def typing(seen: Situation, holder: Holder) -> tuple[str, ...]:
            return to_type(seen, holder, charge.sender.name, history=self._watched.remembers)

        return sight_of(told_of(tended, typing), charge)


def sight_of(told: Told, charge: Charge) -> Sight:
    """What was reported about one mailbox; it explains, too, that its keys are old."""
    replacing = next((one.key for one in told.concerns if one.of_age), None)
    return Sight(
        {one.key: _problem(one) for one in told.concerns},
        families=told.settled,
        unseen=told.unseen,
        explains={keys_of(user): replacing for user in charge.pair} if replacing else {},
    )


def _problem(one: Concern) -> Problem:
    return Problem(
        one.key,
        one.title,
        one.cause,
        one.whose,
        grade=one.grade,
        help=one.help,
        loud=one.loud,
        reminder=one.reminder,
    )


def stored_charges(aws: Lean, watched: Watched) -> tuple[Charge, ...]:
    """The mailboxes as `sendas apply` wrote them down; none where it wrote none.

    Raises:
        MalformedCharges: They cannot be read.
        AwsFailure: S3 does not tell.
    """
    try:
        return read_charges(aws.read(watched.settings.bucket, watched.charges_key).content)
    except NotFound as error:
        msg = f"nobody wrote s3://{watched.settings.bucket}/{watched.charges_key}: sendas apply"
        raise MalformedCharges(msg) from error


@dataclass
class Sent:
    """What was sent, by the history: read once a run, as far back as anybody asks."""

    watched: Watched
    session: Session
    now: datetime

    def since(self, moment: datetime) -> Seen[tuple[Line, ...]]:
        """The mails sent since *moment*, or why nobody knows."""
        if not self.watched.remembers:
            return NoAnswer(Why.NOT_ASKED, "there is no history of sent mail")
        try:
            return tuple(self._between(moment))
        except CouldNotLook as error:
            return NoAnswer(Why.SERVER_FAILURE, str(error))

    def _between(self, moment: datetime) -> Iterator[Line]:
        first = moment.astimezone(UTC).date()
        for number in range((self.now.date() - first).days + 1 + _DAYS_AGAIN):
            yield from self._of(f"{first + timedelta(days=number):%Y-%m-%d}")

    def _of(self, day: str) -> tuple[Line, ...]:
        if day not in self._days:
            prefix = self.watched.settings.events_prefix(day)
            keys = [one.key for one in listed(self._store, prefix, "the history of sent mail")]
            self._days[day] = tuple(
                line
                for key, content in contents(self._store, keys)
                for line in _lines(key, content)
                if line.kind == "send"
            )
        return self._days[day]

    @cached_property
    def _days(self) -> dict[str, tuple[Line, ...]]:
        return {}

    @cached_property
    def _store(self) -> MailStore:
        settings = self.watched.settings
        return MailStore(self.session, parse_region(settings.bucket_region), settings.bucket)


def tending_of(
    watched: Watched,
    session: Session,
    charges: Callable[[], tuple[Charge, ...]],
    environment: Mapping[str, str],
    log: Log,
) -> Tending | None:
    """With the session's own rights, and the machine's clock; None where nothing is to be done."""
    if not watched.tends:
        return None
    timing = real_timing()
    account = MailboxGateways(session, parse_region(watched.settings.region))
    ways = Ways(
        account,
        real_dial(environment),
        timing,
        lambda: secrets.token_hex(16),
        lambda text: log.say("credentials", did=unaddressed(text)),
    )
    return Tending(watched, charges, Sent(watched, session, timing.now()), ways)


def _lines(key: str, content: bytes) -> Iterator[Line]:
    """The lines of one object; a use of the old credential may stand in one that is unreadable.

    Raises:
        CouldNotLook: One cannot be read.
    """
    for raw in content.splitlines():
        try:
            yield read_line(raw)
        except MalformedLine as error:
            msg = f"a line of {key} cannot be read: {error}"
            raise CouldNotLook(msg) from error
