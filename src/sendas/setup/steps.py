"""What is to be done, one step after another; values only.

A step may be carried out again at any time: whatever was interrupted is begun
again, and does nothing where it was done already.  `sendas.setup.apply` carries
them out.
"""

from dataclasses import dataclass, field
from typing import TypeAlias

from sendas.setup.records.wanted import Purpose, RecordChange
from sendas.setup.rule_steps import (
    ActivateRuleSet,
    CarryRules,
    EndRules,
    KeepRuleSet,
    MakeRuleSet,
    RepairRule,
    RetireRuleSet,
)
from sendas.setup.template.document import Template


@dataclass(frozen=True, slots=True)
class PutStack:
    """Make the stack, or change it, until it is as *template* says."""

    name: str
    template: Template
    bucket: str = ""
    """Where a template lies that is too long to be handed over; empty while there is none."""
    first: bool = False
    """The bucket alone, since the forwarder's code must lie in it before the rest."""
    reverts: tuple[str, ...] = ()
    """The logical ids of what was changed by hand or deleted, and is put back."""

    def __str__(self) -> str:
        """For people."""
        what = "the mail bucket, first of all" if self.first else "everything in it"
        if self.reverts:
            what = (
                f"everything in it; put back what was changed by hand: {', '.join(self.reverts)}"
            )
        return f"stack {self.name}: {what}"


@dataclass(frozen=True, slots=True)
class ClearStack:
    """Delete a stack whose creation failed, so that it can be created again; no mail is in it."""

    name: str

    def __str__(self) -> str:
        """For people."""
        return f"stack {self.name}: clear away what an earlier try left"


@dataclass(frozen=True, slots=True)
class FinishRollback:
    """Let a stack that is stuck on its way back arrive there."""

    name: str

    def __str__(self) -> str:
        """For people."""
        return f"stack {self.name}: finish going back to what stood before"


@dataclass(frozen=True, slots=True)
class MakeBoundary:
    """Make the policy that bounds every role and user; an administrator does."""

    name: str
    document: str = field(repr=False)

    def __str__(self) -> str:
        """For people."""
        return f"policy {self.name}: make it; no role or user of ours can ever do more"


@dataclass(frozen=True, slots=True)
class AwaitStack:
    """Let CloudFormation finish what somebody, maybe we, began."""

    name: str

    def __str__(self) -> str:
        """For people."""
        return f"stack {self.name}: wait for what CloudFormation is doing"


@dataclass(frozen=True, slots=True)
class Upload:
    """Put an object into the mail bucket."""

    bucket: str
    key: str
    body: bytes = field(repr=False)
    what: str = ""

    def __str__(self) -> str:
        """For people."""
        return f"{self.what}: s3://{self.bucket}/{self.key}"


@dataclass(frozen=True, slots=True)
class BeginWatch:
    """Let the alarms that ring for want of a look count from now on: none can have been before."""

    stack: str

    def __str__(self) -> str:
        """For people."""
        return (
            f"alarms of {self.stack}: count from now on, until somebody looks for the first time"
        )


@dataclass(frozen=True, slots=True)
class SwitchOn:
    """Let a function run again that somebody has switched off, by a limit of none at once."""

    function: str

    def __str__(self) -> str:
        """For people."""
        return (
            f"function {self.function}: switch it on (its reserved concurrency is 0, so it does "
            "not run)"
        )


@dataclass(frozen=True, slots=True)
class RestoreSecret:
    """Keep a secret that somebody has marked for deletion, with what it says."""

    name: str

    def __str__(self) -> str:
        """For people."""
        return f"secret {self.name}: take back its deletion (what its keys signed counts again)"


@dataclass(frozen=True, slots=True)
class TellOfMail:
    """Let an identity that stood before tell our topic of sent mail, which nobody is told yet."""

    identity: str
    kinds: tuple[str, ...]
    topic_arn: str

    def __str__(self) -> str:
        """For people."""
        topic = self.topic_arn.rpartition(":")[2]
        return f"identity {self.identity}: tell topic {topic} of each {_listed(self.kinds)}"


@dataclass(frozen=True, slots=True)
class StopTelling:
    """Let an identity that stood before tell our topic nothing any more."""

    identity: str
    kinds: tuple[str, ...]

    def __str__(self) -> str:
        """For people."""
        return f"identity {self.identity}: tell nobody of each {_listed(self.kinds)}, as before us"


def _listed(kinds: tuple[str, ...]) -> str:
    return ", ".join(kind.lower() for kind in kinds)


@dataclass(frozen=True, slots=True)
class DeleteKeys:
    """Delete the access keys of a user that goes; with keys IAM would keep it."""

    user: str

    def __str__(self) -> str:
        """For people."""
        return f"user {self.user}: delete its access keys, so that it can be deleted"


@dataclass(frozen=True, slots=True)
class MakeUser:
    """Make a user that sends as one address, beside the stack: its turn comes and goes."""

    user: str
    address: str
    policy: str = field(repr=False)
    boundary: str = ""
    """The ARN of the policy that bounds it; empty where nothing does."""

    def __str__(self) -> str:
        """For people."""
        return f"user {self.user}: may send as {self.address}; gets the next key when one is due"


@dataclass(frozen=True, slots=True)
class DeleteUser:
    """Delete a user that no stack holds, with its keys and policies."""

    user: str

    def __str__(self) -> str:
        """For people."""
        return f"user {self.user}: delete it with its keys: what sends with them stops"


@dataclass(frozen=True, slots=True)
class DeleteSecret:
    """Let a mailbox's SMTP password be deleted; it costs nothing from then on."""

    name: str

    def __str__(self) -> str:
        """For people."""
        if self.name.startswith("/"):
            return f"parameter {self.name}: delete it, for good"
        return f"secret {self.name}: delete it; for 7 days it can be restored"


@dataclass(frozen=True, slots=True)
class PutRecords:
    """Change records in Route 53; *mx* where mail follows them, once SES takes it."""

    zone_id: str
    changes: tuple[RecordChange, ...]
    mx: bool = False

    def __str__(self) -> str:
        """For people."""
        named = ", ".join(f"{change.type} {change.name}" for change in self.changes)
        return f"Route 53 zone {self.zone_id}: {named}"


@dataclass(frozen=True, slots=True)
class PasteRecords:
    """Records that somebody must put into a zone that is held elsewhere, or take out of it."""

    changes: tuple[RecordChange, ...]
    removing: bool = False

    def __str__(self) -> str:
        """For people."""
        named = ", ".join(f"{change.type} {change.name}" for change in self.changes)
        if self.removing:
            return f"records to remove at the DNS provider: {named}"
        return f"records to paste at the DNS provider (`sendas records`): {named}"

    @property
    def ends_receiving(self) -> bool:
        """Whether it takes the MX away by which mail comes to SES."""
        return self.removing and any(c.purpose is Purpose.INBOUND_MX for c in self.changes)


@dataclass(frozen=True, slots=True)
class AwaitVerification:
    """Wait until SES has seen the DKIM records, and believes that the domain is ours."""

    domain: str

    def __str__(self) -> str:
        """For people."""
        return f"identity {self.domain}: wait until SES has verified it"


@dataclass(frozen=True, slots=True)
class AskTargets:
    """Let SES send each target the mail whose link it has to click, in the sandbox."""

    addresses: tuple[str, ...]

    def __str__(self) -> str:
        """For people."""
        named = ", ".join(self.addresses)
        return f"sandbox: SES sends {named} a mail with a link that has to be clicked"


@dataclass(frozen=True, slots=True)
class AwaitTargets:
    """Wait until each target has clicked; until then SES sends it nothing."""

    addresses: tuple[str, ...]

    def __str__(self) -> str:
        """For people."""
        return f"sandbox: wait until {', '.join(self.addresses)} has clicked the link"


@dataclass(frozen=True, slots=True)
class RequestProduction:
    """Ask AWS to let the account leave the sandbox; a person there decides."""

    website: str
    use_case: str

    def __str__(self) -> str:
        """For people."""
        return "account: ask AWS to let it leave the sandbox (a person decides, mostly in a day)"


@dataclass(frozen=True, slots=True)
class DeleteStack:
    """Delete the stack; the bucket stays."""

    name: str

    def __str__(self) -> str:
        """For people."""
        return f"stack {self.name}: delete it"


@dataclass(frozen=True, slots=True)
class DeleteMail:
    """Delete the bucket and every mail in it, for ever."""

    bucket: str

    def __str__(self) -> str:
        """For people."""
        return f"bucket {self.bucket}: delete it with every mail in it, for ever"


Step: TypeAlias = (
    PutStack
    | ClearStack
    | FinishRollback
    | AwaitStack
    | MakeBoundary
    | Upload
    | BeginWatch
    | SwitchOn
    | RestoreSecret
    | TellOfMail
    | StopTelling
    | MakeRuleSet
    | ActivateRuleSet
    | CarryRules
    | EndRules
    | KeepRuleSet
    | RepairRule
    | DeleteKeys
    | MakeUser
    | DeleteUser
    | DeleteSecret
    | PutRecords
    | PasteRecords
    | AwaitVerification
    | AskTargets
    | AwaitTargets
    | RequestProduction
    | RetireRuleSet
    | DeleteStack
    | DeleteMail
)


def writes(step: Step) -> bool:
    """Whether the step changes something, rather than waiting for somebody."""
    return not isinstance(step, AwaitVerification | AwaitTargets | AwaitStack)
