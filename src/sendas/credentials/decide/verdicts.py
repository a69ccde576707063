"""What is to be said of each credential: fine, due, replaced and used all the same; pure.

A verdict rests on what was seen.  What could not be looked at is a doubt, told beside
the verdicts: it makes nothing fine.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sendas.credentials.decide.ages import HAND_OVER, OVERDUE, Age, age_of
from sendas.credentials.decide.authority import MaySend
from sendas.credentials.decide.holders import Holder, sender_of_line
from sendas.credentials.decide.marks import Marks
from sendas.credentials.decide.pair import Pair
from sendas.credentials.decide.rotation.state import once_address
from sendas.history.line import Stream, stamp_of
from sendas.history.sighting import Sighting, by_network
from sendas.iam.credential_verdict import CredentialVerdict as Verdict
from sendas.iam.key_acts import KeyAct
from sendas.iam.keys import KeyUse
from sendas.iam.principal import Kind
from sendas.mail.address import Address
from sendas.outcome import NOT_ASKED, NoAnswer, Seen, Why
from sendas.ses.regions import Region


UNUSED = timedelta(days=1)
"""A key that is younger may not have been used yet."""
BEING_MADE = timedelta(minutes=10)
"""Between a key's making and the storing of its password; seconds, as a rule."""
LATELY = timedelta(days=7)
"""A place first seen within that time is new, if the credential was seen elsewhere before."""


CURRENT, PENDING = "current", "pending"


@dataclass(frozen=True, slots=True)
class Remark:
    """A verdict, and what it rests on, in one line without a secret."""

    verdict: Verdict
    words: str


@dataclass(frozen=True, slots=True)
class Stored:
    """That a secret holds the password of a key; the password itself is not here."""

    secret: str
    region: Region
    key_id: str
    stage: str
    """``current``, ``pending`` or ``previous``."""


@dataclass(frozen=True, slots=True)
class Box:
    """A mailbox that sends over SMTP, as `sendas.toml` has it.

    *current* is the key whose password is stored as the one in use, None if none is.
    """

    address: Address
    pair: Pair
    holders: tuple[Holder, ...]
    secret: str
    catch_all: bool = False
    marks: Marks = field(default_factory=Marks)
    current: Stored | None = None


@dataclass(frozen=True, slots=True)
class HolderSeen:
    """Whether a holder is known to have what is current, since when, by what."""

    holder: Holder
    at: str = ""
    """When it was seen, ISO 8601; empty if it was not."""
    how: str = ""
    since: datetime | None = None
    """When its hand-over began: since then it is not seen, if it is not."""


@dataclass(frozen=True, slots=True)
class Credential:
    """One way to send: a key, or somebody without a key.

    *seen* are the mails of its **user**: with two keys, whichever of them sent.
    """

    kind: Kind
    name: str
    arn: str
    sends: Seen[tuple[MaySend, ...]]
    key: KeyUse | None = None
    keys: Seen[int] = 0
    """How many keys its user has."""
    beyond: Seen[tuple[str, ...]] = ()
    box: Box | None = None
    stored: Seen[Stored | None] = None
    seen: Seen[tuple[Sighting, ...]] = NOT_ASKED
    acts: Seen[tuple[KeyAct, ...]] = NOT_ASKED
    trusted: tuple[str, ...] = ()
    """Of a role: who may take it on."""
    last_used: datetime | None = None
    """Of a role."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A credential with all that is to be said of it."""

    credential: Credential
    remarks: tuple[Remark, ...] = ()
    doubts: tuple[str, ...] = ()
    """What could not be looked at, so that a verdict may be missing."""
    holders: tuple[HolderSeen, ...] = ()

    @property
    def verdicts(self) -> tuple[Verdict, ...]:
        """The words; `Verdict.FINE` alone where nothing is the matter and nothing in doubt."""
        found = tuple(dict.fromkeys(remark.verdict for remark in self.remarks))
        return found or (() if self.doubts else (Verdict.FINE,))

    @property
    def wrong(self) -> bool:
        """Whether any verdict says that something is wrong."""
        return any(verdict.wrong for verdict in self.verdicts)


def judge(credential: Credential, now: datetime, google: Mapping[str, bool]) -> Judged:
    """All that is to be said of *credential*.

    *google* tells of networks whether they are Google's own: Gmail sends from any of them.
    """
    case = _Case(credential, now, google)
    return Judged(credential, tuple(case.remarks()), tuple(case.doubts()), case.holders())


@dataclass(frozen=True, slots=True)
class _Case:
    it: Credential
    now: datetime
    google: Mapping[str, bool]

    # Remarks ------------------------------------------------------------

    def remarks(self) -> Iterator[Remark]:
        if self.it.kind is Kind.USER and self.it.key is not None:
            yield from self._age(self.it.key)
            yield from self._unused(self.it.key)
            yield from self._orphan(self.it.key)
        yield from self._replaced()
        yield from self._holders()
        yield from self._places()
        yield from self._rights()

    def _age(self, key: KeyUse) -> Iterator[Remark]:
        if key.created is None or not key.active:
            return
        age = self.now - key.created
        match age_of(key.created, self.now):
            case Age.OVERDUE:
                yield Remark(Verdict.OVERDUE, f"{age.days} days old; {OVERDUE.days} are the limit")
            case Age.DUE:
                left = (OVERDUE - age).days
                yield Remark(
                    Verdict.DUE, f"{age.days} days old: to be replaced within {left} days"
                )
            case _:
                return

    def _unused(self, key: KeyUse) -> Iterator[Remark]:
        if not key.active or not self._is_unused(key) or key.created is None:
            return
        age = (self.now - key.created).days
        yield Remark(Verdict.NEVER_USED, f"made {age} days ago and never used, by IAM's word")

    def _is_unused(self, key: KeyUse) -> bool:
        """Whether nobody used it, by all that is known, and had the time to."""
        young = key.created is not None and self.now - key.created < UNUSED
        return key.used is None and not self._seen_to_send() and not young

    def _orphan(self, key: KeyUse) -> Iterator[Remark]:
        """A key of a mailbox, or one that nobody ever used: its password is stored nowhere."""
        if self.it.stored is not None:  # stored, or not known whether
            return
        if key.created is not None and self.now - key.created < BEING_MADE:
            return
        if self.it.box is not None and self.it.box.pair.found.lower() != self.it.name.lower():
            words = f"no secret of sendas holds the password of …{key.key_id[-4:]}"
            yield Remark(Verdict.ORPHAN, words)
        elif self._is_unused(key):
            yield Remark(Verdict.ORPHAN, "no secret of sendas holds it, and nobody ever used it")

    def _replaced(self) -> Iterator[Remark]:
        """Use of what every holder was seen to have given up."""
        since = self._replaced_at()
        if since is None:
            return
        late = [one for one in self._own_mails() if one.last > stamp_of(since)]
        for one in by_network(late).values():
            words = (
                f"replaced on {since:%Y-%m-%d}, and a mail of {_minute(one.last)} was sent "
                f"with it {self._from(one)}"
            )
            yield Remark(Verdict.USED_THOUGH_REPLACED, words)
        used = self.it.key.used if self.it.key else None
        if late or used is None or isinstance(used, NoAnswer):
            return
        if used.at > since and _is_mail(used.service):
            words = (
                f"replaced on {since:%Y-%m-%d}, and IAM saw it used on {used.at:%Y-%m-%d %H:%M}"
            )
            yield Remark(Verdict.USED_THOUGH_REPLACED, words)

    def _replaced_at(self) -> datetime | None:
        """When the last holder was seen with the successor; None if it is not replaced yet."""
        box = self.it.box
        if box is None or box.current is None or self.it.key is None:
            return None
        if box.current.key_id == self.it.key.key_id:
            return None
        if self._is_pending():
            return None
        marks = [box.marks.adopted(holder, box.current.key_id) for holder in box.holders]
        moments = [mark.at for mark in marks if mark is not None]
        if len(moments) < len(marks) or not moments:
            return None
        return max(moments)

    def _is_pending(self) -> bool:
        stored = self.it.stored
        return isinstance(stored, Stored) and stored.stage == PENDING

    def _holders(self) -> Iterator[Remark]:
        key = self.it.key
        if key is None or isinstance(self.it.seen, NoAnswer):
            return
        for one in self.holders():
            if one.at:
                continue
            since = self._handed_over()
            if since is None or self.now - since < HAND_OVER:
                continue
            words = f"{one.holder}: no mail of its own since {since:%Y-%m-%d}"
            yield Remark(Verdict.HOLDER_NOT_SEEN, words)

    def _handed_over(self) -> datetime | None:
        box, key = self.it.box, self.it.key
        if box is None or key is None:
            return None
        since = box.marks.since
        return since.at if since is not None and since.key_id == key.key_id else key.created

    def holders(self) -> tuple[HolderSeen, ...]:
        """Each holder of the current credential, and whether it was seen to have it."""
        box, key = self.it.box, self.it.key
        if box is None or key is None or box.current is None:
            return ()
        if box.current.key_id != key.key_id:
            return ()
        return tuple(self._holder(box, one, key) for one in box.holders)

    def _holder(self, box: Box, holder: Holder, key: KeyUse) -> HolderSeen:
        since = self._handed_over()
        start = stamp_of(since) if since else ""
        once = {str(once_address(box.address, key.key_id, one)): one for one in box.holders}
        mails = [
            one
            for one in self._own_mails()
            if one.last >= start and sender_of_line(one.sample, box.holders, once) == holder
        ]
        if mails:
            newest = max(mails, key=lambda one: one.last)
            return HolderSeen(holder, newest.last, "a mail of its own", since)
        mark = box.marks.adopted(holder, key.key_id)
        if mark is None:
            return HolderSeen(holder, since=since)
        return HolderSeen(holder, stamp_of(mark.at), " ".join(mark.words), since)

    def _places(self) -> Iterator[Remark]:
        networks = by_network(one for one in self._own_mails() if one.network)
        theirs = {n: one for n, one in networks.items() if not self.google.get(n)}
        if not networks:
            return
        lately = stamp_of(self.now - LATELY)
        before = min(one.first for one in networks.values())
        for one in theirs.values():
            if before < lately <= one.first:
                words = f"{self._from(one)}: first on {_minute(one.first)}, {mails(one.mails)}"
                yield Remark(Verdict.NEW_PLACE, words)

    def _rights(self) -> Iterator[Remark]:
        """Whoever is a mailbox's, or is used over SMTP, needs no more than to send as that."""
        beyond, sends = self.it.beyond, self.it.sends
        if self.it.kind is not Kind.USER or not self._sends_mail():
            return
        if not isinstance(beyond, NoAnswer) and beyond:
            words = f"it is allowed {', '.join(beyond[:5])}, which sending does not take"
            yield Remark(Verdict.TOO_MANY_RIGHTS, words)
        box = self.it.box
        if box is None or box.catch_all or isinstance(sends, NoAnswer):
            return
        own = box.address.lower()
        more = [a for one in sends for a in one.addresses if a.lower() != own]
        if more:
            told = ", ".join(dict.fromkeys(more))
            yield Remark(Verdict.TOO_MANY_RIGHTS, f"of {box.address}, and may send as {told}")

    def _sends_mail(self) -> bool:
        if self.it.box is not None:
            return True
        used = self.it.key.used if self.it.key else None
        by_smtp = used is not None and not isinstance(used, NoAnswer) and used.service == SMTP
        return by_smtp or any("Smtp" in one.sample.operation for one in self._own_mails())

    # What it rests on ----------------------------------------------------

    def _own_mails(self) -> tuple[Sighting, ...]:
        """Mails that somebody wrote: a canary says nothing of who holds a copy."""
        if isinstance(self.it.seen, NoAnswer):
            return ()
        return tuple(one for one in self.it.seen if one.sample.stream != Stream.CANARY)

    def _seen_to_send(self) -> bool:
        """Whether a mail can have been sent with this very key, and with no other."""
        return self.it.keys == 1 and bool(self._own_mails())

    def _from(self, one: Sighting) -> str:
        program = f" ({one.sample.user_agent})" if one.sample.user_agent else ""
        holder = ""
        if self.it.box is not None:
            sender = sender_of_line(one.sample, self.it.box.holders)
            holder = f", as {sender} would" if sender else ""
        return f"from {one.sample.source_ip or 'an unknown address'}{program}{holder}"

    def doubts(self) -> Iterator[str]:
        parts: tuple[tuple[str, object], ...] = (
            ("as what it may send", self.it.sends),
            ("what else it may do", self.it.beyond),
            ("its keys", self.it.keys),
            ("when its key was last used", self.it.key.used if self.it.key else None),
            ("whether its password is stored", self.it.stored),
            ("what it sent", self.it.seen),
        )
        for what, answer in parts:
            if isinstance(answer, NoAnswer) and answer.why is not Why.NOT_ASKED:
                yield f"{what}: {answer}"


SMTP = "ses-smtp"
"""What IAM calls the service that a key was used for by an SMTP login (FACTS 4)."""


def mails(count: int) -> str:
    """``1 mail``, ``2 mails``."""
    return f"{count} mail" if count == 1 else f"{count} mails"


def _minute(stamp: str) -> str:
    return stamp[:16].replace("T", " ")


def _is_mail(service: str) -> bool:
    return service in {SMTP, "ses", "email"}


def worst(judged: Iterable[Judged]) -> tuple[Judged, ...]:
    """Those with something wrong first, then what is doubtful or due, then the rest."""
    return tuple(
        sorted(
            judged,
            key=lambda one: (
                not one.wrong,
                not one.doubts,
                one.verdicts == (Verdict.FINE,),
                one.credential.kind,
                one.credential.name.lower(),
                one.credential.key.key_id if one.credential.key else "",
            ),
        )
    )
