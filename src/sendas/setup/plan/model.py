"""What a plan says, and what it is made of besides the file and what was seen; values only."""

from dataclasses import dataclass

from sendas.dns.zone import Zone
from sendas.setup.records.wanted import RecordChange
from sendas.setup.stack.standing import Change
from sendas.setup.steps import Step, writes
from sendas.stacks import Drift


@dataclass(frozen=True, slots=True)
class Code:
    """The functions' code: where it will lie, named after its content."""

    key: str
    """The forwarder's."""
    body: bytes
    watcher_key: str = ""
    watcher_body: bytes = b""


@dataclass(frozen=True, slots=True)
class Production:
    """What AWS wants to know before an account leaves the sandbox."""

    website: str
    use_case: str


@dataclass(frozen=True, slots=True)
class Plan:
    """All that would be done for one domain."""

    domain: str
    region: str
    zone: Zone
    """The zone that the world asks for the domain."""
    changes: tuple[Change, ...] = ()
    records: tuple[RecordChange, ...] = ()
    steps: tuple[Step, ...] = ()
    stops: tuple[str, ...] = ()
    """Why nothing may be done; a line each."""
    unseen: tuple[str, ...] = ()
    """What could not be looked at, and so forbids to go on."""
    drift: tuple[Drift, ...] = ()
    notes: tuple[str, ...] = ()
    not_permitted: tuple[str, ...] = ()
    """The actions, by IAM's names, that `apply` needs and the caller is known to lack."""

    @property
    def allowed(self) -> bool:
        """Whether it may be carried out."""
        return not self.stops and not self.unseen and not self.not_permitted

    @property
    def changes_something(self) -> bool:
        """Whether anything would be other than it is, apart from waiting."""
        return any(writes(step) for step in self.steps) or bool(self.drift)
