"""Carrying a rotation on, step by step, from wherever it stands.

Each turn looks anew and takes the one step that `rotation.decide` names, so a run
that was killed anywhere is taken up by the next, on any machine.  What a step
must do in an order, it does in the order in which a crash between two calls leaves
what the next look understands.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sendas.credentials.canaries import Canary, CanaryRequest, CanaryResult, clean_up, send_canary
from sendas.credentials.decide.claim import LEASE, RELEASED, claim_text, next_token
from sendas.credentials.decide.credential import StoredCredential
from sendas.credentials.decide.marks import (
    ADDRESS,
    FOUND,
    PROVEN,
    RESTING,
    REVOKED,
    SINCE,
    How,
    Mark,
    holder_tag,
    read_mark,
)
from sendas.credentials.decide.rotation.decide import (
    WAITS,
    Busy,
    Clear,
    Count,
    Delete,
    Drop,
    Make,
    Note,
    Prove,
    Publish,
    Rest,
    Revoke,
    Step,
    next_step,
)
from sendas.credentials.decide.rotation.state import Situation, Wish
from sendas.credentials.decide.rotation.undoing import Activate, Back, Forget, UndoStep, undo_step
from sendas.credentials.doors import Account, Dial, OwnPost, Timing
from sendas.credentials.ground import Ground, can_be_kept, storing_cost
from sendas.credentials.looking import Subject, look
from sendas.credentials.proving import Proof, Proven, prove
from sendas.credentials.watching import Place, places_for
from sendas.errors import CouldNotLook
from sendas.iam.keys import AccessKey
from sendas.iam.policy import PolicyDocument
from sendas.iam.rights import Verb
from sendas.mail.address import Address
from sendas.mail.canary import canary_address
from sendas.outcome import see
from sendas.ses.identity import Identity
from sendas.smtp.password import derive_smtp_password
from sendas.stages import Stage


_MOST_TURNS = 60
_ENOUGH_LEFT = timedelta(seconds=30)
"""Of a claim: less, and it is renewed before the next step."""
_SWEEPS = 3
_MOST_REVOKED = 8
"""Ids that one tag holds beside its time."""


class TooLong(CouldNotLook):
    """It went on and on: somebody else changes the same things."""


class Overtaken(Exception):
    """Another run took over while this one stood still; what it had begun was taken back."""


class NotProven(Exception):
    """The new credential does not do what it must; nothing was handed out."""


@dataclass(frozen=True, slots=True)
class Doors:
    """The world: AWS, received mail, SMTP, time."""

    account: Account
    post: OwnPost
    dial: Dial
    timing: Timing


@dataclass(frozen=True, slots=True)
class RunOptions:
    """How to go about it.  *token* gives 32 hexadecimal digits, new each time.

    *patience_seconds* are for a new key to become known, and as long again for the
    canary to arrive; *arrival* False takes the login for the whole proof, where the
    domain receives no mail; without *ask_rights* a missing right shows when AWS refuses.
    """

    token: Callable[[], str]
    talk: Callable[[str], None]
    patience_seconds: float = 90.0
    arrival: bool = True
    ask_rights: bool = True
    clean: bool = True
    """Whether a canary's mail is deleted: not by a function, which may delete no mail."""


@dataclass(frozen=True, slots=True)
class Result:
    """Where it stands now: the step that waits, and what was done on the way."""

    seen: Situation
    step: Step | UndoStep
    done: tuple[Step | UndoStep, ...] = ()
    remarks: tuple[str, ...] = ()
    proven: Proven | None = None
    canary: Canary | None = None
    refused: str = ""
    """Why the new one was not proven; empty if it was, or none was tried."""

    @property
    def not_reached(self) -> bool:
        """Whether it is not proven because nobody was reached: it says nothing of the new one."""
        return bool(self.refused) and (
            (self.proven is not None and self.proven.proof is Proof.NOT_REACHED)
            or (self.canary is not None and self.canary.result is CanaryResult.NOT_REACHED)
        )


def _unseen(seen: Situation) -> Iterator[str]:
    """What is to be said where nothing told who sent, though evidence counts."""
    if seen.blind:
        yield (
            f"who sent as {seen.address} could not be looked at ({seen.blind}): a holder that "
            "is not seen may have the new one, and a use of the old one may be missed"
        )


def status(subject: Subject, wish: Wish, doors: Doors, options: RunOptions) -> Result:
    """Where it stands, and the step that would come next; changes nothing.

    Raises:
        CouldNotLook: AWS did not answer.
    """
    run = _Run(subject, wish, doors, options)
    seen = run.look()
    return Result(seen, next_step(seen, wish), remarks=(*run.ground.remarks, *_unseen(seen)))


def rotate(subject: Subject, wish: Wish, doors: Doors, options: RunOptions) -> Result:
    """Go on as far as no person and no time is needed.

    Raises:
        NotPermitted: A permission is missing.  Nothing was changed.
        NoIdentity: The domain is no identity here.  Nothing was changed.
        CouldNotLook: Something could not be asked or done; repeat it.
    """
    return _Run(subject, wish, doors, options).going(_Run.forward)


def undo(subject: Subject, wish: Wish, doors: Doors, options: RunOptions) -> Result:
    """Go back to the credential before, as long as its key is there.

    Raises:
        As `rotate`.
    """
    return _Run(subject, wish, doors, options).going(_Run.back)


@dataclass
class _Run:
    subject: Subject
    wish: Wish
    doors: Doors
    options: RunOptions
    done: list[Step | UndoStep] = field(default_factory=list)
    proven: Proven | None = None
    canary: Canary | None = None

    def __post_init__(self) -> None:
        self.account = self.doors.account
        self.ground = Ground(self.subject.sender, self.account, self.options.talk)
        self.identity: Identity = self.ground.identity()
        self.secret = self.subject.sender.secret
        self._claimed = ""
        """The id of the claim that this run holds."""
        self._until = self.now()

    def now(self) -> datetime:
        return self.doors.timing.now()

    def look(self) -> Situation:
        return look(self.subject, self.account, self.ground, self.identity, self.now())

    # The two ways ---------------------------------------------------------------

    def going(self, way: "Callable[[_Run], Result]") -> Result:
        """Go one of them; however it ends, the claim is given back."""
        if self.options.ask_rights:
            self.ground.check_permissions(Verb.CREDENTIALS, tuple(self.subject.pair))
        try:
            return way(self)
        finally:
            self._release()

    def forward(self) -> Result:
        refused = ""
        for _ in range(_MOST_TURNS):
            seen = self.look()
            step = next_step(seen, self.wish)
            if isinstance(step, WAITS):
                break
            if not self._ready(seen, step):
                continue
            try:
                self._take(step, seen)
            except Overtaken:
                continue
            except NotProven as verdict:
                refused = str(verdict)
                break
            self.done.append(step)
        else:
            raise TooLong(self._too_long())
        return self._result(seen, step, refused)

    def back(self) -> Result:
        for _ in range(_MOST_TURNS):
            seen = self.look()
            step = undo_step(seen, self.wish.run)
            if not isinstance(step, (Busy, Activate, Back, Forget)):
                return self._result(seen, step)
            if self._ready(seen, step):
                self._take_back(step)
                self.done.append(step)
        raise TooLong(self._too_long())

    def _too_long(self) -> str:
        return f"no end after {_MOST_TURNS} steps; see `sendas credentials rotate --status`"

    def _result(self, seen: Situation, step: Step | UndoStep, refused: str = "") -> Result:
        remarks = (*self.ground.remarks, *_unseen(seen))
        return Result(
            seen, step, tuple(self.done), remarks, self.proven, self.canary, refused
        )  # fmt: skip

    # One at a time --------------------------------------------------------------

    def _ready(self, seen: Situation, step: Step | UndoStep) -> bool:
        """Whether this run holds the claim; if not, wait or claim, and look again."""
        if isinstance(step, Busy):
            seconds = max(1.0, (step.until - seen.now).total_seconds())
            self.options.talk(f"another run may still be at work; waiting {seconds:.0f} s")
            self.doors.timing.sleep(min(seconds, 10.0))
            return False
        claim = seen.last_claim
        mine = claim is not None and claim.id == self._claimed and not seen.released
        if claim is not None and mine and claim.until - seen.now > _ENOUGH_LEFT:
            return True
        self._claim(seen)
        return False

    def _claim(self, seen: Situation) -> None:
        if not seen.stages and seen.last_claim is None:
            self.options.talk(storing_cost(self.subject.sender.store))
            about = f"SES SMTP password of {self.subject.sender.address}, kept by sendas"
            self.account.create_secret(self.secret, about, {ADDRESS: self.subject.sender.address})
        orphans = {key.key_id for key in seen.orphans}
        before = frozenset(key.key_id for key in seen.keys) - orphans
        text = claim_text(self.wish.run, seen.now + LEASE, before)
        token = next_token(self.secret, seen.last_claim.id if seen.last_claim else "")
        if not self.account.stage_secret(self.secret, text, token, Stage.CLAIM):
            self.options.talk("another run was faster; looking again")
            return
        self._claimed, self._until = (
            token,
            seen.now + LEASE,
        )  # a version's id is the token that made it (API, PutSecretValue)

    def _check_the_clock(self) -> None:
        """Before what cannot be taken back: a machine that slept may have been overtaken."""
        if self.now() >= self._until:
            raise Overtaken

    def _check_the_claim(self) -> None:
        """After what can be taken back: whether it is this run's part still."""
        secret = see(self.account.staged_secret(self.secret), f"the secret {self.secret}")
        claim = secret.versions.get(Stage.CLAIM) if secret else None
        if claim is None or claim.id != self._claimed:
            raise Overtaken

    def _release(self) -> None:
        if self._claimed:
            with suppress(Exception):  # it ends by itself
                self.account.tag_secret(self.secret, RELEASED, self._claimed)

    # Forward --------------------------------------------------------------------

    def _take(self, step: Step, seen: Situation) -> None:
        match step:
            case Make(user):
                self._make(user, seen)
            case Drop(version_id, why):
                self.account.move_stage(self.secret, Stage.PENDING, version_id, "")
                self.options.talk(f"the prepared credential is given up: {why}")
            case Prove(credential):
                self._prove(credential)
            case Publish(held, from_id):
                self._publish(held.version_id, held.credential, from_id)
            case Count(key_id):
                self._tag(SINCE, Mark(key_id, self.now()))
            case Note(holder, mark):
                self._tag(holder_tag(holder), mark)
                does = "counts as having" if How.SAID in mark.words else "uses"
                self.options.talk(f"{holder} {does} the new one, since {mark.at:%Y-%m-%d %H:%M}")
            case Clear() | Revoke() | Rest() | Delete():
                self._end(step, seen)
            case _:
                pass

    def _end(self, step: Clear | Revoke | Rest | Delete, seen: Situation) -> None:
        match step:
            case Clear(keys):
                for key in keys:
                    self._delete(key, "which a run that ended early made, and never stored")
            case Revoke(keys):
                self._revoke(keys)
            case Rest(keys):
                self._rest(keys, seen)
            case Delete(keys):
                for key in keys:
                    self._check_the_clock()
                    self._delete(key, "the old one")

    def _make(self, user: str, seen: Situation) -> None:
        if self.options.arrival:
            self._places("0" * 12)  # refused before anything is made, where no canary can arrive
        if self.subject.pair.found:
            self.account.tag_secret(self.secret, FOUND, self.subject.pair.found)
        self.ground.ensure_user(user, self.identity, self._kept(seen))
        self._check_the_clock()
        with self._swept(user, seen) as made:
            key = self.account.create_key(user)
            made.append(key.key_id)
            self._check_the_claim()
            sender = self.subject.sender
            password = derive_smtp_password(key.secret, region=sender.region).value
            stored = StoredCredential(sender.address, sender.region, key.key_id, password, user)
            token = self.options.token()
            if not self.account.stage_secret(self.secret, stored.dump(), token, Stage.PENDING):
                msg = f"{self.secret}: its new version was refused as one that is there"
                raise CouldNotLook(msg)
        self.options.talk(
            f"made key …{key.key_id[-4:]} of {user}; its password is stored, pending"
        )

    def _kept(self, seen: Situation) -> tuple[PolicyDocument, ...]:
        """The policies of the user that stood before, where the new one shall have the same."""
        found = seen.user(seen.pair.found) if seen.pair.found else None
        if found is None or found.wider or not found.keys:
            return ()
        documents = see(self.account.policies_of(found.name), f"the policies of {found.name}")
        return documents if can_be_kept(documents) else ()

    @contextmanager
    def _swept(self, user: str, seen: Situation) -> Iterator[list[str]]:
        """Whatever fails inside, even Ctrl-C: no key is left whose password is not stored.

        Inside, the ids of keys that are known to be made are noted.  What cannot be
        deleted now, the next look knows for what it is.
        """
        made: list[str] = []
        try:
            yield made
        except BaseException:
            before = {key.key_id for key in seen.keys}
            for _ in range(_SWEEPS):
                with suppress(Exception):
                    stored = self._stored_ids()
                    there = {key.key_id for key in see(self.account.keys_of(user), "keys")}
                    for key_id in (set(made) or there - before) - stored:
                        self.account.delete_key(user, key_id)
                    break
            raise

    def _stored_ids(self) -> set[str]:
        seen = self.look()
        return {held.credential.username for held in seen.stages.values() if held.credential}

    def _prove(self, credential: StoredCredential) -> None:
        talk, timing = self.options.talk, self.doors.timing
        patience = self.options.patience_seconds
        proven = prove(credential, self.doors.dial, timing, patience_seconds=patience, talk=talk)
        self.proven = proven
        if proven.proof is not Proof.LOGGED_IN:
            msg = f"the login with the new one did not succeed: {proven.words}"
            raise NotProven(msg)
        talk(f"it logs in (port {proven.port}, try {proven.tries})")
        began, token = self.now(), self.options.token()[:12]
        places = self._places(token) if self.options.arrival else ()
        try:
            if places:
                self._send_canary(CanaryRequest(credential, places, token, patience))
            self._tag(PROVEN, Mark(credential.username, self.now()))
        except NotProven:
            self._clean_up(token, places, began)
            raise
        self._clean_up(token, places, began)

    def _send_canary(self, request: CanaryRequest) -> None:
        canary = send_canary(request, self.doors.dial, self.doors.post, self.doors.timing)
        self.canary = canary
        if not canary.well:
            msg = f"the canary sent with the new one: {canary.result}: {canary.words}"
            raise NotProven(msg)
        self.options.talk("a canary sent with it has arrived; SPF, DKIM and DMARC are right")

    def _clean_up(self, token: str, places: tuple[Place, ...], began: datetime) -> None:
        """Delete the canary's mail; that it stayed is said, and no reason to prove it again."""
        if not self.options.clean or not places:
            return
        try:
            clean_up(token, places, began, self.doors.post, self.doors.timing)
        except CouldNotLook as error:
            self.options.talk(f"the canary's mail may still lie in the bucket: {error}")

    def _places(self, token: str) -> tuple[Place, ...]:
        once = canary_address(Address(self.subject.sender.address), token)
        rules = see(self.doors.post.active_rule_set(), "the active receipt rule set")
        return places_for(once, rules)

    def _publish(self, to_id: str, credential: StoredCredential | None, from_id: str) -> None:
        if credential is not None:  # first: without it, what is current is not counted
            self._tag(SINCE, Mark(credential.username, self.now()))
        if from_id:
            self.account.move_stage(self.secret, Stage.CURRENT, from_id, to_id)
        self.account.move_stage(self.secret, Stage.PENDING, to_id, "")
        self.options.talk("it is the current one now; no old one was touched")

    def _revoke(self, keys: tuple[AccessKey, ...]) -> None:
        known = read_mark(self._tags().get(REVOKED))
        ids = tuple(dict.fromkeys((*(known.words if known else ()), *(k.key_id for k in keys))))
        self._tag(REVOKED, Mark(keys[0].key_id, self.now(), ids[-_MOST_REVOKED:]))
        self._deactivate(keys)

    def _tags(self) -> Mapping[str, str]:
        secret = see(self.account.staged_secret(self.secret), f"the secret {self.secret}")
        return secret.tags if secret else {}

    def _deactivate(self, keys: tuple[AccessKey, ...]) -> None:
        for key in keys:
            if key.active:
                self.account.set_key_active(key.user, key.key_id, active=False)
                self.options.talk(f"key …{key.key_id[-4:]} of {key.user} is inactive now")

    def _rest(self, keys: tuple[AccessKey, ...], seen: Situation) -> None:
        current = seen.current_key
        about = current.key_id if current else "none"
        ids = tuple(key.key_id for key in keys)
        # First the mark: an inactive key without one would begin to rest anew.
        self._tag(RESTING, Mark(about, self.now(), ids))
        self._check_the_clock()
        self._deactivate(keys)
        try:
            self._check_the_claim()
        except Overtaken:
            for key in keys:
                self.account.set_key_active(key.user, key.key_id, active=key.active)
            raise

    def _delete(self, key: AccessKey, what: str) -> None:
        self.account.delete_key(key.user, key.key_id)
        self.options.talk(f"deleted key …{key.key_id[-4:]} of {key.user}, {what}")

    def _tag(self, name: str, mark: Mark) -> None:
        self.account.tag_secret(self.secret, name, mark.dump())

    # Back -----------------------------------------------------------------------

    def _take_back(self, step: UndoStep) -> None:
        match step:
            case Forget(key, version_id):
                # The key first: a pending version without its key is dropped by anybody.
                if key is not None:
                    self._delete(key, "prepared, and not handed to anybody")
                self.account.move_stage(self.secret, Stage.PENDING, version_id, "")
            case Activate(keys):
                for key in keys:
                    self.account.set_key_active(key.user, key.key_id, active=True)
                    self.options.talk(f"key …{key.key_id[-4:]} of {key.user} is active again")
            case Back(key_id, to_id, from_id, words):
                self._tag(SINCE, Mark(key_id, self.now(), words))
                if from_id != to_id:
                    self.account.move_stage(self.secret, Stage.CURRENT, from_id, to_id)
                    self.options.talk(f"key …{key_id[-4:]} is the current one again")
            case _:
                pass
