"""The CloudFormation document of one domain in one Region; pure.

What stood before sendas (`ConfiguredDomain.adopted`) is named where it is needed and
never a resource of the stack.  What CloudFormation cannot do is a step of the
plan beside it (`sendas.setup.steps`).

The receipt rule set is not in the stack: SES obeys one set for each account and
Region, and deleting a set deletes the rules of every domain in it.  Each stack
brings its own rules to the set that all share.
"""

from dataclasses import dataclass, field, replace

from sendas.config.model import Config, ConfiguredDomain, Watch
from sendas.setup.stack.names import ACCOUNT, PARTITION, StackNames, own_users, stack_names
from sendas.setup.stack.watched import watched_of
from sendas.setup.template.alarms import Parts, alarm_resources
from sendas.setup.template.athena import athena_resources
from sendas.setup.template.document import Resources, Template, Value, sub
from sendas.setup.template.events import events_of_identity, events_of_set
from sendas.setup.template.forwarder import forwarder_resources
from sendas.setup.template.history import history_resources
from sendas.setup.template.receiving import mail_bucket, receiving_resources
from sendas.setup.template.sending import sending_resources
from sendas.setup.template.watcher import watcher_resources
from sendas.setup.template.zone import record_resources
from sendas.watch.decide.settings import Watched


@dataclass(frozen=True, slots=True)
class Wanted:
    """One domain, and what is known of its surroundings that the document depends on."""

    domain: ConfiguredDomain
    alarms: tuple[str, ...] = ()
    """Who is told when something breaks."""
    code_key: str = ""
    """The object that holds the forwarder's code, named after its own content."""
    zone_id: str | None = None
    """The Route 53 zone that the world asks; None where records are pasted by hand."""
    bucket_kept: bool = False
    """The bucket outlived an earlier stack: it is used, and not made again."""
    dkim_stands: bool = False
    """The zone has the DKIM records already, not from this stack."""
    mail_from_stands: bool = False
    """The same of the MAIL FROM domain's records."""
    watch: Watch = field(default_factory=Watch)
    watcher_key: str = ""
    """The object that holds the watcher's code; empty: nobody looks once a day."""
    heard: tuple[str, ...] = ()
    """Topics that stood before, and are notified of sent mail by the adopted identity."""

    @property
    def remembers(self) -> bool:
        """Whether the stack keeps a history: it takes a topic of events, a function, a bucket."""
        return not self.no_history_why

    @property
    def no_history_why(self) -> str:
        """Why the stack keeps no history, for people; empty where it keeps one."""
        if self.watch.off:
            return "watch = false in the file"
        if not self.watch.history:
            return "[watch] history = false in the file"
        if self.domain.adopted.receiving:
            return "it takes a function of ours: `sendas apply --take-over` makes one"
        if not self.forwards:
            return "it takes a function of ours, which only a mailbox with `to` makes"
        return ""

    @property
    def watches(self) -> bool:
        """Whether a function looks once a day: it takes the mail bucket and its routes."""
        return self.watch.daily and self.forwards and bool(self.watcher_key)

    @property
    def has_alarms(self) -> bool:
        """Whether the stack holds the topic of alarms.

        What was adopted without alarms stays as it is until somebody is to be told; the same
        where nothing is watched.
        """
        return bool(self.alarms) or not (self.domain.adopted.identity or self.watch.off)

    @property
    def names(self) -> StackNames:
        """What everything is called."""
        return stack_names(self.domain)

    @property
    def makes_bucket(self) -> bool:
        """Whether the stack holds the mail bucket."""
        return self.receives and not self.bucket_kept and not self.domain.adopted.bucket

    @property
    def receives(self) -> bool:
        """Whether the stack holds what receives mail."""
        return self.domain.receive and not self.domain.adopted.receiving

    @property
    def forwards(self) -> bool:
        """Whether the stack holds the forwarder."""
        return self.receives and self.domain.forwards

    def watched(self, account_id: str) -> Watched:
        """The domain as the watcher knows it, in that account.

        Raises:
            NotWatched: There is no bucket, or nobody to tell.
        """
        return watched_of(
            self.domain,
            account_id,
            self.watch,
            has_alarms=self.has_alarms,
            remembers=self.remembers,
        )


def wanted_of(
    config: Config, domain: ConfiguredDomain, code_key: str, watcher_key: str = ""
) -> Wanted:
    """What the file says of *domain*, nothing being known of AWS yet."""
    zone_id = domain.adopted.zone_id if domain.dns == "route53" else None
    return Wanted(
        domain,
        config.alarms,
        code_key,
        zone_id,
        watch=config.watch,
        watcher_key=watcher_key,
    )


def build_template(wanted: Wanted) -> Template:
    """The whole document."""
    domain, names = wanted.domain, wanted.names
    resources: Resources = {}
    if wanted.makes_bucket:
        resources |= _mail_bucket(wanted)
    resources |= sending_resources(domain, names)
    if wanted.receives:
        resources |= receiving_resources(domain, names, makes_bucket=wanted.makes_bucket)
    if wanted.forwards:
        watch = wanted.watch if wanted.remembers else None
        resources |= forwarder_resources(domain, names, wanted.code_key, watch)
    if wanted.remembers:
        resources |= _events(domain, names)
        resources |= history_resources(names, wanted.heard)
    if wanted.remembers and wanted.watch.athena:
        resources |= athena_resources(names, wanted.watch.keep_days)
    if wanted.watches:
        resources |= watcher_resources(domain, names, wanted.watcher_key, wanted.watched(ACCOUNT))
    if wanted.has_alarms:
        resources |= alarm_resources(
            names,
            wanted.alarms,
            Parts(
                receives=wanted.receives,
                forwards=wanted.forwards,
                remembers=wanted.remembers,
                watches=wanted.watches,
                rules=tuple(
                    name
                    for name, held in resources.items()
                    if held.type == "AWS::SES::ReceiptRule"
                ),
            ),
        )
    if wanted.zone_id and not domain.adopted.identity:
        resources |= record_resources(
            domain,
            wanted.zone_id,
            dkim=not wanted.dkim_stands,
            mail_from=not wanted.mail_from_stands,
        )
    return Template(
        description=f"sendas: mail for {domain.name} in {domain.region}",
        metadata={"Sendas": _told(wanted)},
        resources=_bounded(resources, domain.permissions_boundary),
        outputs=_outputs(wanted),
    )


def _events(domain: ConfiguredDomain, names: StackNames) -> Resources:
    """Where what stood before sendas tells of sent mail; what is our own does anyway."""
    if domain.adopted.notifies:
        return events_of_identity(names)
    if domain.adopted.configuration_set:
        return events_of_set(names, domain.adopted.configuration_set)
    return {}


def _bounded(resources: Resources, boundary: str | None) -> Resources:
    """With the permissions boundary on every role and user."""
    if boundary is None:
        return resources
    arn = {"PermissionsBoundary": sub(f"arn:{PARTITION}:iam::{ACCOUNT}:policy/{boundary}")}
    return {
        name: replace(one, properties={**one.properties, **arn}) if one.type in _BOUNDED else one
        for name, one in resources.items()
    }


_BOUNDED = frozenset({"AWS::IAM::Role", "AWS::IAM::User"})


def alarm_names(config: Config, domain: ConfiguredDomain) -> tuple[str, ...]:
    """The alarms that the stack of *domain* holds, as CloudWatch calls them."""
    whole = build_template(wanted_of(config, domain, "code", "code"))
    return tuple(
        str(one.properties["AlarmName"])
        for one in whole.resources.values()
        if one.type == "AWS::CloudWatch::Alarm"
    )


def storage_template(wanted: Wanted) -> Template:
    """The document of the first moment: the bucket alone, to put the forwarder's code into."""
    return Template(
        description=f"sendas: mail for {wanted.domain.name} in {wanted.domain.region}",
        resources=_mail_bucket(wanted),
    )


def _mail_bucket(wanted: Wanted) -> Resources:
    return mail_bucket(wanted.names, wanted.watch.keep_days, wanted.domain.keep_deleted_days)


def _told(wanted: Wanted) -> Value:
    """What a reader, or who deploys it by hand, must know and cannot see."""
    names = wanted.names
    told: dict[str, Value] = {
        "Domain": wanted.domain.name,
        "Region": wanted.domain.region,
    }
    if wanted.receives:
        told["RuleSet"] = (
            f"The receipt rule set {names.rule_set} is shared by all domains of the account in "
            f"this Region and is not in this stack. It must exist before, and be active after: "
            f"aws ses create-receipt-rule-set --rule-set-name {names.rule_set}; "
            f"aws ses set-active-receipt-rule-set --rule-set-name {names.rule_set}"
        )
    if wanted.forwards:
        told["Code"] = (
            "The forwarder's code and its routes lie in the mail bucket; "
            "`sendas apply` puts them there before the rest of the stack is made."
        )
    if own_users(wanted.domain):
        told["Keys"] = (
            "Access keys are never made by the stack, where they could be read: "
            "`sendas gmail add` makes them."
        )
    return told


def _outputs(wanted: Wanted) -> dict[str, Value]:
    names = wanted.names
    outputs: dict[str, Value] = {}
    if not wanted.domain.adopted.identity:
        for number in (1, 2, 3):
            outputs[f"DkimName{number}"] = {
                "Fn::GetAtt": ["Identity", f"DkimDNSTokenName{number}"]
            }
            outputs[f"DkimValue{number}"] = {
                "Fn::GetAtt": ["Identity", f"DkimDNSTokenValue{number}"]
            }
    if wanted.receives:
        outputs["MailBucket"] = {"Fn::Sub": names.bucket} if "${" in names.bucket else names.bucket
    if wanted.watches:
        outputs["Watcher"] = {"Ref": "Watcher"}
    if wanted.forwards:
        outputs["Forwarder"] = {"Ref": "Forwarder"}
        outputs["DeadLetters"] = {"Ref": "DeadLetters"}
    return outputs
