"""What a rule is, and what it may say."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum, auto

from sendas.advice import Help, Owner
from sendas.doctor.evidence import Evidence
from sendas.doctor.proof import Journey


class Layer(StrEnum):
    """Where a fault can sit, in the order in which layers are reported."""

    DNS = auto()
    IDENTITY = auto()
    ACCOUNT = auto()
    IAM = auto()
    PASSWORD = auto()
    SMTP = auto()
    GMAIL = auto()
    RELAY = auto()
    """The own relay, as Gmail meets it."""
    RECEIVE = auto()
    SUPPRESSION = auto()
    DOWNSTREAM = auto()
    CREDENTIALS = auto()
    """Every key that can send as the domain."""
    PROOF = auto()
    """What mail that was really sent showed."""


class Status(StrEnum):
    """How a rule ended.

    UNKNOWN: could not look.  SKIPPED: a need does not hold.  CRASHED: our rule
    broke, which says nothing of the mail.
    """

    OK = auto()
    INFO = auto()
    WARN = auto()
    FAIL = auto()
    UNKNOWN = auto()
    SKIPPED = auto()
    CRASHED = auto()


class Severity(StrEnum):
    """How much is at stake.  HIGH: mail does not get through."""

    HIGH = auto()
    MEDIUM = auto()
    LOW = auto()


@dataclass(frozen=True, slots=True)
class Exhibit:
    """One piece of evidence as a person may check it: what was asked, what came back."""

    asked: str
    answer: str
    server: str | None = None
    ttl: int | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a rule's judge concludes.  The title says what is; only help says what to do.

    *status* is OK, INFO, WARN or FAIL.  *owner* and *severity* override the
    rule's own where the case decides them.
    """

    status: Status
    title: str
    cause: str = ""
    exhibits: tuple[Exhibit, ...] = ()
    help: tuple[Help, ...] = ()
    owner: Owner | None = None
    severity: Severity | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """A question put to the evidence, named by the state it wishes for.

    *judge* is pure.  It returns None where the question does not arise (no
    custom MAIL FROM: nothing to ask about its MX), raises CouldNotLook where
    nobody answered, and otherwise gives its verdict.

    *needs* are codes that must not have failed for the question to make sense:
    else the finding is SKIPPED, naming the need.  *explained_by* are codes
    whose failure is the cause of this one's: the question is still asked, the
    finding still shown, but it is no root.
    """

    code: str
    title: str
    layer: Layer
    owner: Owner
    severity: Severity
    judge: Callable[[Evidence], Verdict | None]
    needs: tuple[str, ...] = ()
    explained_by: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    """Codes to mend before this one: its own command is refused while they fail."""
    page: str = field(default="", repr=False)
    """The long text for ``sendas rule CODE``: the module's docstring."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One rule's end, whatever it was; what the report is made of."""

    code: str
    layer: Layer
    status: Status
    severity: Severity
    owner: Owner
    title: str
    cause: str = ""
    exhibits: tuple[Exhibit, ...] = ()
    help: tuple[Help, ...] = ()
    explained_by: str | None = None
    skipped_because: str | None = None


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """The whole answer: every finding, and the codes of the independent causes."""

    domain: str
    region: str
    roots: tuple[str, ...]
    findings: tuple[Finding, ...]
    journeys: tuple[Journey, ...] = ()
    """The time lines of what was sent to prove it."""
    relay: str | None = None
    """The host of the own relay that mail goes through, where one is known of."""
    not_shown: tuple[Finding, ...] = ()
    """What was judged, not well, and not asked for (--only): no all-clear is without it."""
