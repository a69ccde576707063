"""Proving that a mailbox's stored password works, by a login and a mail that arrives.

What was not seen to work is not proven: nothing here guesses.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Protocol

from sendas.aws.secret import StagedSecret
from sendas.aws.writes import NotDone
from sendas.credentials.canaries import Canary, CanaryRequest, CanaryResult, clean_up, send_canary
from sendas.credentials.decide.asking import asking_mail
from sendas.credentials.decide.audited import (
    CANARY,
    CLEANED,
    PASSWORD,
    Claim,
    Passage,
    Report,
    Standing,
    holder_claim,
)
from sendas.credentials.decide.credential import StoredCredential, UnreadableCredential, stored_in
from sendas.credentials.decide.holders import Holder
from sendas.credentials.decide.marks import CANARY_SEEN, How, Mark, read_mark
from sendas.credentials.decide.rotation.state import once_address
from sendas.credentials.decide.verdicts import HolderSeen
from sendas.credentials.doors import Dial, OwnPost, Timing
from sendas.credentials.proving import PORTS, Proof, prove
from sendas.credentials.sender import Sender
from sendas.credentials.watching import NothingStored, Place, places_for
from sendas.errors import CouldNotLook
from sendas.iam.keys import AccessKey
from sendas.mail.address import Address
from sendas.mail.canary import canary_address
from sendas.outcome import NoAnswer, Seen, see
from sendas.ses.regions import Region, smtp_host
from sendas.smtp.password import MalformedSecretKey, derive_smtp_password
from sendas.smtp.probe import Outcome
from sendas.smtp.session import Credential, TestMessage
from sendas.smtp.verdict import conclude
from sendas.stages import Stage


_SHOWN = 4
"""Characters of a key's id that are told."""


class Vault(Protocol):
    """What an audit asks and does at AWS, beside received mail; changes raise NotDone."""

    def staged_secret(self, name: str) -> Seen[StagedSecret | None]:
        """A secret with the version of each stage."""

    def owner_of(self, key_id: str) -> Seen[str | None]:
        """The user whose key it is."""

    def keys_of(self, user: str) -> Seen[tuple[AccessKey, ...]]:
        """The user's keys."""

    def tag_secret(self, name: str, key: str, value: str) -> None:
        """Put a tag on it."""

    def secret_for(self, key_id: str) -> str | None:
        """A key's secret, where it is at hand."""


@dataclass(frozen=True, slots=True)
class Doors:
    """The world."""

    vault: Vault
    post: OwnPost
    dial: Dial
    timing: Timing


@dataclass(frozen=True, slots=True)
class RunOptions:
    """How to go about it.  *token* gives 32 hexadecimal digits, new each time.

    *patience_seconds* are for a canary to arrive; without *canary* none is sent.
    """

    token: Callable[[], str]
    talk: Callable[[str], None]
    patience_seconds: float = 90.0
    canary: bool = True
    clean: bool = True
    """Whether the canary's mail is deleted: not by a function, which may delete no mail."""


@dataclass
class Run:
    """One audit at work: what it claims so far, and the canary's passages."""

    doors: Doors
    options: RunOptions
    claims: list[Claim] = field(default_factory=list)
    passages: list[Passage] = field(default_factory=list)

    def claim(
        self, about: str, standing: Standing, words: str, since: datetime | None = None
    ) -> None:
        """Add one claim."""
        self.claims.append(Claim(about, standing, words, since))


# A mailbox of SES ---------------------------------------------------------------------


def audit_mailbox(
    sender: Sender, holders: Seen[tuple[HolderSeen, ...]], doors: Doors, options: RunOptions
) -> Report:
    """Audit the credential of one mailbox.  *holders*: who was seen to have what is current."""
    run = _Mailbox(doors, options, sender=sender)
    try:
        run.go(holders)
    except CouldNotLook as error:
        run.claim(PASSWORD, Standing.UNKNOWN, str(error))
    host = f"{smtp_host(sender.region)}:587"
    return Report(sender.address, host, run.key[-_SHOWN:], tuple(run.claims), tuple(run.passages))


@dataclass
class _Mailbox(Run):
    sender: Sender = field(kw_only=True)
    key: str = ""

    def go(self, holders: Seen[tuple[HolderSeen, ...]]) -> None:
        stored, tags = self._stored()
        if stored is None:
            return
        self.key = stored.username
        made = self._made(stored)
        if self._password(stored):
            self._canary(stored, read_mark(tags.get(CANARY_SEEN)), made)
        self._holders(holders, made)

    def _stored(self) -> tuple[StoredCredential | None, dict[str, str]]:
        name = self.sender.secret
        secret = see(self.doors.vault.staged_secret(name), f"the secret {name}")
        version = secret.versions.get(Stage.CURRENT) if secret else None
        if secret is None or version is None or secret.deleted:
            words = f"none is stored; `sendas credentials rotate {self.sender.address}` makes one"
            self.claim(PASSWORD, Standing.WRONG, words)
            return None, {}
        try:
            stored = stored_in(version.text, name)
        except UnreadableCredential as error:
            self.claim(PASSWORD, Standing.WRONG, str(error))
            return None, {}
        if stored is None:
            self.claim(PASSWORD, Standing.WRONG, f"the secret {name} is empty")
        return stored, dict(secret.tags)

    def _made(self, stored: StoredCredential) -> datetime | None:
        """When the stored key was made; None if it is gone, which is told."""
        vault, key_id = self.doors.vault, stored.username
        owner = see(vault.owner_of(key_id), "whose key the stored one is")
        keys = () if owner is None else see(vault.keys_of(owner), f"the keys of {owner}")
        key = next((one for one in keys if one.key_id == key_id), None)
        if key is None:
            self.claim("key", Standing.WRONG, f"the key …{key_id[-_SHOWN:]} is gone")
            return None
        if not key.active:
            self.claim("key", Standing.WRONG, f"the key …{key_id[-_SHOWN:]} is inactive")
        return key.created

    def _password(self, stored: StoredCredential) -> bool:
        """Whether it is right for its key and its Region."""
        if stored.region != self.sender.region:
            words = f"it is for {stored.region}, and the domain is in {self.sender.region}"
            self.claim(PASSWORD, Standing.WRONG, words)
            return False
        now = self.doors.timing.now()
        if (secret := self.doors.vault.secret_for(stored.username)) is not None:
            right = _recomputed(secret, stored.region)
            if right != stored.password:
                words = "it is not what its secret key gives for this Region, recomputed"
                self.claim(PASSWORD, Standing.WRONG, words)
                return False
        proven = prove(
            stored, self.doors.dial, self.doors.timing, patience_seconds=0, talk=self.options.talk
        )
        standing = {
            Proof.LOGGED_IN: Standing.PROVEN,
            Proof.REFUSED: Standing.WRONG,
            Proof.NOT_REACHED: Standing.UNKNOWN,
        }[proven.proof]
        login = "it logs in" if standing is Standing.PROVEN else proven.words
        self.claim(PASSWORD, standing, login, now if standing is Standing.PROVEN else None)
        return standing is Standing.PROVEN

    def _canary(self, stored: StoredCredential, mark: Mark | None, made: datetime | None) -> None:
        before = mark.at if mark is not None and mark.key_id == stored.username else None
        if not self.options.canary:
            self._canary_before(before, made, "none was sent")
            return
        token = self.options.token()
        once = canary_address(self.sender.address, token)
        try:
            rules = see(self.doors.post.active_rule_set(), "the receipt rules")
            places = places_for(once, rules)
        except NothingStored as nowhere:
            self._canary_before(before, made, str(nowhere))
            return
        began = self.doors.timing.now()
        canary = send_canary(
            CanaryRequest(stored, places, token, self.options.patience_seconds),
            self.doors.dial,
            self.doors.post,
            self.doors.timing,
        )
        self._canary_told(canary, before, made)
        if self.options.clean:
            sweep(self, places, began, token)
        if canary.well and canary.arrived_at is not None:
            value = Mark(stored.username, canary.arrived_at).dump()
            try:
                self.doors.vault.tag_secret(self.sender.secret, CANARY_SEEN, value)
            except NotDone as error:
                self.claim("canary noted", Standing.UNKNOWN, str(error))

    def _canary_before(self, before: datetime | None, made: datetime | None, why: str) -> None:
        if before is not None:
            self.claim(CANARY, Standing.NOT_PROVEN, f"{why}; the last one that arrived", before)
        else:
            self.claim(CANARY, Standing.NOT_PROVEN, f"{why}; none ever arrived", made)

    def _canary_told(self, canary: Canary, before: datetime | None, made: datetime | None) -> None:
        if canary.result is CanaryResult.NOT_SEEN:
            self._canary_before(before, made, canary.words)
        else:
            self.claim(CANARY, STANDINGS[canary.result], canary.words, canary.arrived_at)
        line_up(self, canary)

    def _holders(self, holders: Seen[tuple[HolderSeen, ...]], made: datetime | None) -> None:
        if isinstance(holders, NoAnswer):
            self.claim("copies", Standing.UNKNOWN, f"who was seen to send: {holders}")
            return
        for one in holders:
            about = holder_claim(str(one.holder))
            if one.how == How.SAID:
                words = "you vouched for it, and no mail of its own was seen"
                self.claim(about, Standing.NOT_PROVEN, words, one.since or made)
            elif one.at:
                at = datetime.fromisoformat(one.at)
                self.claim(about, Standing.PROVEN, one.how, at)
            else:
                words = "no mail of its own was seen"
                self.claim(about, Standing.NOT_PROVEN, words, one.since or made)


def _recomputed(secret: str, region: Region) -> str:
    try:
        return derive_smtp_password(secret, region=region).value
    except MalformedSecretKey:
        return ""


STANDINGS: Mapping[CanaryResult, Standing] = {
    CanaryResult.ARRIVED: Standing.PROVEN,
    CanaryResult.ARRIVED_BADLY: Standing.WRONG,
    CanaryResult.ARRIVED_UNTOLD: Standing.NOT_PROVEN,
    CanaryResult.REFUSED: Standing.WRONG,
    CanaryResult.NOT_SEEN: Standing.NOT_PROVEN,
    CanaryResult.NOT_REACHED: Standing.UNKNOWN,
}


def line_up(run: Run, canary: Canary) -> None:
    """The canary's passages, in their order."""
    moments = (
        ("sent", canary.sent_at),
        ("taken by SES", canary.taken_at),
        ("seen in the bucket", canary.arrived_at),
    )
    run.passages += [Passage(what, at) for what, at in moments if at is not None]


def sweep(run: Run, places: Sequence[Place], began: datetime, token: str) -> None:
    """Delete the canary's stored mail, and say so."""
    doors = run.doors
    try:
        gone = clean_up(token, places, began, doors.post, doors.timing)
    except CouldNotLook as error:
        run.claim(CLEANED, Standing.UNKNOWN, f"its mail may still lie in the bucket: {error}")
        return
    if gone:
        run.claim(CLEANED, Standing.DONE, "its mail was deleted", doors.timing.now())


def ask_holders(
    report: Report,
    sender: Sender,
    holders: Seen[tuple[HolderSeen, ...]],
    doors: Doors,
    options: RunOptions,
) -> Report:
    """Ask each holder that was not seen, by a mail sent as the mailbox, to answer as it.

    Gmail is asked in its own inbox; of a printer the owner is asked, who reads the mailbox.
    Nothing is sent where the password was not proven.
    """
    unseen = [] if isinstance(holders, NoAnswer) else [one.holder for one in holders if not one.at]
    if report.standing(PASSWORD) is not Standing.PROVEN or not unseen:
        return report
    run = _Mailbox(doors, options, list(report.claims), sender=sender)
    stored, _ = run._stored()  # noqa: SLF001  the same module's
    if stored is None:
        return report
    run.claims += [_asked(holder, sender, stored, doors, options) for holder in unseen]
    return replace(report, claims=tuple(run.claims))


def _asked(
    holder: Holder, sender: Sender, stored: StoredCredential, doors: Doors, options: RunOptions
) -> Claim:
    about = f"asking {holder}"
    to = holder.account or sender.reads_at
    if not to:
        return Claim(about, Standing.UNKNOWN, "nobody is known to read its mail")
    once = once_address(sender.address, stored.username, holder)
    token, now = options.token(), doors.timing.now()
    content = asking_mail(sender.address, holder, Address(to), once, token, now)
    message = TestMessage(sender.address, to, content)
    credential = Credential(stored.username, stored.password)
    probe = doors.dial(smtp_host(stored.region), PORTS[0], credential, message)
    if probe.outcome is Outcome.SENT:
        return Claim(about, Standing.DONE, f"{to} was asked for a mail to {once}", now)
    return Claim(about, Standing.UNKNOWN, f"the mail did not go out: {conclude(probe).words}")
