"""What a plan is made from, apart from the file: what stands, as it was seen."""

from dataclasses import dataclass

from sendas.dns.hosted_zone import HostedZone
from sendas.dns.zone import Zone
from sendas.ses.account_state import Account
from sendas.ses.identity import Identity, Notifications
from sendas.ses.receiving import RuleSet
from sendas.setup.plan.sandbox import NOBODY, Targets
from sendas.setup.records.diff import Published
from sendas.stacks import BucketState, Drift, StackSeen


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Everything a plan depends on, all of it seen: who cannot look makes no plan."""

    account_id: str
    account: Account
    stack: StackSeen | None
    identity: Identity | None
    zone: Zone
    published: Published
    receives: bool
    """Whether SES takes in mail in the Region."""
    active: RuleSet | None
    own_set: RuleSet | None
    """The set that our rules belong to, active or not."""
    bucket: BucketState
    others: tuple[str, ...] = ()
    """The Region's other domain identities, where a take-over asks for them."""
    code_there: bool = False
    watcher_there: bool = False
    routes: bytes | None = None
    charges: bytes | None = None
    """Whose credentials the watcher looks after, as it stands in the bucket."""
    users: bytes | None = None
    """The same of whose keys it looks at."""
    users_without_policy: tuple[str, ...] = ()
    """Of those that take turns, beside the stack: missing, or not allowed to send."""
    hosted: tuple[HostedZone, ...] = ()
    unconfirmed: tuple[str, ...] = ()
    """Who was asked by SNS whether they want alarms, and has not answered."""
    targets: Targets = NOBODY
    """Whom SES would send nothing to, since they have not clicked; nobody outside the sandbox."""
    boundary: str | None = None
    """What the permissions boundary says, as JSON; None where it is not there, or not wanted."""
    switched_off: tuple[str, ...] = ()
    """Functions of the stack that may not run: CloudFormation does not see it, nor does mail."""
    keys_marked: bool = False
    """The secret that signs aliases waits to be deleted; CloudFormation would make another."""
    drift: tuple[Drift, ...] = ()
    notifications: Notifications | None = None
    """Whom the identity tells of sent mail by itself; None where nobody looked or need look."""
    not_permitted: tuple[str, ...] = ()
    """What `apply` would need and we know not to be allowed, by IAM's names."""
    permissions_unknown: str = ""
    """Why it is not known what a user may do; empty of a role, of which it never is."""
