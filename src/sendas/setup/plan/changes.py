"""What would be done, and why, before anything is; pure.

`make_plan` compares what the file wants with what stands.  Where something must
not be done the plan has stops, and nobody carries it out.
"""

import json

from dataclasses import replace

from sendas.config.model import Config, ConfiguredDomain, DnsProvider
from sendas.credentials.charge import charges_of, format_charges
from sendas.credentials.sender import least_policy
from sendas.inbound.settings import DEFAULT_ROUTES_KEY
from sendas.ses.regions import partition_of
from sendas.setup.plan.drift import rule_repairs, rules_before
from sendas.setup.plan.facts import Surroundings
from sendas.setup.plan.model import Code, Plan, Production
from sendas.setup.plan.stops import MAKING, hosted_zone, reasons_to_stop
from sendas.setup.plan.take_over import take_over as taking_over
from sendas.setup.plan.take_over import take_over_steps, way_back
from sendas.setup.plan.telling import heard, remembered, stop, tell
from sendas.setup.records.diff import diff
from sendas.setup.records.wanted import Purpose, RecordChange, wanted_records
from sendas.setup.rule_steps import ActivateRuleSet, MakeRuleSet
from sendas.setup.stack.names import (
    STATE_PREFIX,
    StackNames,
    own_users,
    stack_names,
    topic_arn,
)
from sendas.setup.stack.routes import routes_object
from sendas.setup.stack.standing import Change, Move, changes_between, next_move, users_in
from sendas.setup.stack.watched import sending_users, turning_users
from sendas.setup.steps import (
    AskTargets,
    AwaitStack,
    AwaitTargets,
    AwaitVerification,
    BeginWatch,
    ClearStack,
    DeleteKeys,
    FinishRollback,
    MakeBoundary,
    MakeUser,
    PasteRecords,
    PutRecords,
    PutStack,
    RequestProduction,
    RestoreSecret,
    Step,
    SwitchOn,
    Upload,
)
from sendas.setup.template.alarms import SILENT_ALARM
from sendas.setup.template.boundary import boundary_document
from sendas.setup.template.document import Template
from sendas.setup.template.whole import Wanted, build_template, storage_template, wanted_of
from sendas.stacks import BucketState, Drift
from sendas.watch.decide.settings import CHARGES, USERS, format_users


def make_plan(  # noqa: PLR0913  what a plan is made from
    config: Config,
    domain: ConfiguredDomain,
    code: Code,
    seen: Surroundings,
    production: Production | None = None,
    *,
    take_over: bool = False,
) -> Plan:
    """The plan for *domain*; *take_over* where a forwarder that stood before is to end."""
    return _Planner(config, domain, code, seen, production, take_over=take_over).plan()


class _Planner:
    """One planning; every method reads, and none changes anything."""

    def __init__(  # noqa: PLR0913  the same
        self,
        config: Config,
        domain: ConfiguredDomain,
        code: Code,
        seen: Surroundings,
        production: Production | None,
        *,
        take_over: bool,
    ) -> None:
        self.config = config
        self.told = seen.notifications
        self.domain = domain
        self.code = code
        self.seen = seen
        self.production = production
        self.move = next_move(seen.stack)
        standing = self.move is Move.UPDATE and seen.stack is not None
        self.held = seen.stack.resources if standing and seen.stack else {}
        identity = seen.identity
        tokens = identity.dkim.tokens if identity else ()
        signing = identity.dkim.signing_zone if identity else ""
        records = (
            wanted_records(domain, tokens, signing) if signing else wanted_records(domain, tokens)
        )
        self.records = diff(records, seen.published)
        self.zone = hosted_zone(domain, seen)
        self.names: StackNames = stack_names(domain)
        self.wanted = self._wanted()
        self.template = build_template(self.wanted)
        self.bucket = self.names.real_bucket(seen.account_id)
        self.boundary = json.dumps(boundary_document(config), indent=2)
        self.taking = None
        if take_over and seen.active is not None and self.wanted.receives:
            self.taking = taking_over(domain, self.names, seen.active, seen.others, seen.own_set)

    def _wanted(self) -> Wanted:
        bucket_kept = self.seen.bucket is BucketState.OURS and "MailBucket" not in self.held
        route53 = self.domain.dns is DnsProvider.ROUTE53
        return replace(
            wanted_of(self.config, self.domain, self.code.key, self.code.watcher_key),
            zone_id=self.zone.zone_id if self.zone and route53 else None,
            bucket_kept=bucket_kept,
            heard=heard(self.told, self._topic_arn(self.names.events)) if self.told else (),
            dkim_stands="Dkim1" not in self.held and self._stand(Purpose.DKIM),
            mail_from_stands="MailFromMx" not in self.held
            and self._stand(Purpose.MAIL_FROM_MX, Purpose.MAIL_FROM_SPF),
        )

    def _stand(self, *purposes: Purpose) -> bool:
        """Whether something stands already at any of those names."""
        return any(one.purpose in purposes and one.before for one in self.records)

    def plan(self) -> Plan:
        if self.move is Move.WAIT:  # what was seen is in motion: nothing else follows from it
            waiting = (AwaitStack(self.names.root),)
            return Plan(self.domain.name, self.domain.region, self.seen.zone, steps=waiting)
        stops, unseen = reasons_to_stop(
            self.domain, self.names, self.seen, self.records, self.taking
        )
        return Plan(
            self.domain.name,
            self.domain.region,
            self.seen.zone,
            changes=self._changes(),
            records=self.records,
            steps=tuple(self._steps()),
            stops=stops,
            unseen=unseen,
            drift=self._drift(),
            notes=tuple(self._notes()),
            not_permitted=tuple(a for a in self.seen.not_permitted if a != MAKING),
        )

    # The stack --------------------------------------------------------------

    def _changes(self) -> tuple[Change, ...]:
        stands = self.seen.stack.template if self.held and self.seen.stack else {}
        found = changes_between(stands, self.template.document())
        real = self.names.real
        return tuple(replace(c, name=real(c.name, self.seen.account_id)) for c in found)

    def _drift(self) -> tuple[Drift, ...]:
        """Without rules, which are put right, and records, which the DNS tells of."""
        passed = {"AWS::SES::ReceiptRule", "AWS::Route53::RecordSet"}
        if self.seen.keys_marked:  # as good as gone to CloudFormation, until it is restored
            passed.add("AWS::SecretsManager::Secret")
        return tuple(one for one in self.seen.drift if one.type not in passed)

    def _steps(self) -> list[Step]:
        root = self.names.root
        steps = self._first()
        match self.move:
            case Move.CLEAR:
                steps += [DeleteKeys(user) for user in sorted(users_in(self.seen.stack))]
                steps.append(ClearStack(root))
            case Move.FINISH_ROLLBACK:
                steps.append(FinishRollback(root))
            case Move.CREATE | Move.UPDATE | Move.WAIT:
                pass
        if self.wanted.receives and self.seen.own_set is None:
            steps.append(MakeRuleSet(self.names.rule_set))
        if self.taking and self.seen.active:
            steps += take_over_steps(self.names, self.taking, self.seen.active, self.seen.own_set)
        drifted = tuple(one.logical_id for one in self._drift())
        if "MailBucket" in drifted:  # what lies in it comes after it
            steps.append(self._put_stack(drifted))
        steps += self._objects()
        gone = users_in(self.seen.stack) - {user for _, user in own_users(self.domain)}
        if self.held:
            steps += [DeleteKeys(user) for user in sorted(gone)]
        differs = self._stack_differs(self.template) or bool(drifted)
        todo = differs or (not self.held and self.template.resources)
        steps += self._watch_begins()
        steps += self._stop_telling()
        if todo and "MailBucket" not in drifted:
            steps.append(self._put_stack(drifted))
        steps += self._switched_on()
        steps += self._senders()
        steps += self._receiving()
        steps += self._publishing()
        steps += self._tell()
        if self.production and self._may_ask_for_production():
            steps.append(RequestProduction(self.production.website, self.production.use_case))
        left = self.seen.targets.left
        return [*steps, AwaitTargets(left)] if left else steps

    def _watch_begins(self) -> list[Step]:
        """Before the alarms come that ring as long as nobody has looked."""
        comes = self.wanted.watches and self.wanted.has_alarms and SILENT_ALARM not in self.held
        return [BeginWatch(self.names.root)] if comes else []

    def _tell(self) -> list[Step]:
        if self.told is None or not self.wanted.remembers:
            return []
        return tell(self.domain, self.told, self._topic_arn(self.names.events))

    def _stop_telling(self) -> list[Step]:
        """Before the topic goes that was told."""
        if self.told is None or self.wanted.remembers:
            return []
        return stop(self.domain, self.told, self._topic_arn(self.names.events))

    def _switched_on(self) -> list[Step]:
        """Of functions that stay: one that the file wants no more is deleted."""
        wanted = self.names.functions.items()
        kept = [name for logical_id, name in wanted if logical_id in self.template.resources]
        return [SwitchOn(name) for name in kept if name in self.seen.switched_off]

    def _first(self) -> list[Step]:
        unasked, name = self.seen.targets.unasked, self.domain.permissions_boundary
        # So that the mail is there while everything else is made.
        steps: list[Step] = [AskTargets(unasked)] if unasked else []
        if name and self.seen.boundary is None:
            steps.append(MakeBoundary(name, self.boundary))
        if self.seen.keys_marked and self.wanted.forwards:
            steps.append(RestoreSecret(self.names.reply_secret))
        return steps

    def _put_stack(self, drifted: tuple[str, ...]) -> PutStack:
        return PutStack(self.names.root, self.template, self._template_bucket(), reverts=drifted)

    def _stack_differs(self, template: Template) -> bool:
        stands = self.seen.stack.template if self.seen.stack else {}
        return bool(changes_between(stands, template.document()))

    def _template_bucket(self) -> str:
        there = self.seen.bucket is BucketState.OURS or self.wanted.forwards
        return self.bucket if there else ""

    def _objects(self) -> list[Step]:
        if not self.wanted.forwards:
            return []
        steps: list[Step] = []
        if self.wanted.makes_bucket and "MailBucket" not in self.held:
            steps.append(PutStack(self.names.root, storage_template(self.wanted), first=True))
        if not self.seen.code_there:
            steps.append(Upload(self.bucket, self.code.key, self.code.body, "forwarder's code"))
        if self.wanted.watches and not self.seen.watcher_there:
            key, body = self.code.watcher_key, self.code.watcher_body
            steps.append(Upload(self.bucket, key, body, "watcher's code"))
        routes = routes_object(self.config, self.domain)
        if self.seen.routes != routes:
            steps.append(Upload(self.bucket, DEFAULT_ROUTES_KEY, routes, "forwarder's routes"))
        charges = format_charges(charges_of(self.domain, audited=self.config.watch.audits))
        if self.wanted.watches and self.seen.charges != charges:
            key = f"{STATE_PREFIX}{CHARGES}"
            steps.append(Upload(self.bucket, key, charges, "whose passwords are looked after"))
        users = format_users(sending_users(self.domain))
        if self.wanted.watches and self.seen.users != users:
            key = f"{STATE_PREFIX}{USERS}"
            steps.append(Upload(self.bucket, key, users, "whose keys are looked at"))
        return steps

    def _senders(self) -> list[Step]:
        """The users that take turns by themselves, where rotations are prepared."""
        sets = self.names.configuration_set
        return [
            MakeUser(
                user,
                charge.address,
                least_policy(charge.sender, self.seen.account_id, sets),
                self._boundary_arn(),
            )
            for user, charge in turning_users(self.domain)
            if user in self.seen.users_without_policy
        ]

    def _boundary_arn(self) -> str:
        name, partition = self.domain.permissions_boundary, partition_of(self.domain.region)
        return f"arn:{partition}:iam::{self.seen.account_id}:policy/{name}" if name else ""

    def _receiving(self) -> list[Step]:
        if not self.wanted.receives:
            return []
        steps: list[Step] = []
        own = self.seen.own_set
        if own is not None and "Rule" in self.held:
            topic = self._topic_arn(self.names.received)
            steps += rule_repairs(self.domain, self.names, own, self.bucket, topic)
        active = self.seen.active
        if active is None:
            steps.append(ActivateRuleSet(self.names.rule_set))
        elif active.name != self.names.rule_set:  # else a stop: see `reasons_to_stop`
            ends = self.taking.ended if self.taking else ()
            steps.append(ActivateRuleSet(self.names.rule_set, active.name, ends))
        return steps

    def _topic_arn(self, name: str) -> str:
        return topic_arn(self.domain.region, self.seen.account_id, name)

    # The records ------------------------------------------------------------

    def _publishing(self) -> list[Step]:
        todo = [one for one in self.records if one.changes and not self._by_stack(one)]
        mx = tuple(one for one in todo if one.purpose is Purpose.INBOUND_MX)
        before = tuple(one for one in todo if one.purpose is not Purpose.INBOUND_MX)
        identity = self.seen.identity
        verified = identity is not None and identity.verified_for_sending
        steps: list[Step] = []
        if before:
            steps.append(self._put(before))
        if not verified:
            steps.append(AwaitVerification(self.domain.name))
        if mx:  # mail follows: SES refuses it while it does not believe the domain to be ours
            steps.append(self._put(mx, mx=True))
        return steps

    def _by_stack(self, change: RecordChange) -> bool:
        held = {"Dkim1": Purpose.DKIM, "MailFromMx": Purpose.MAIL_FROM_MX}
        purpose = change.purpose
        if purpose is Purpose.MAIL_FROM_SPF:
            purpose = Purpose.MAIL_FROM_MX
        return any(
            purpose is mine and name in self.template.resources and name not in self.held
            for name, mine in held.items()
        )

    def _put(self, changes: tuple[RecordChange, ...], *, mx: bool = False) -> Step:
        if self.wanted.zone_id is None:
            return PasteRecords(changes)
        return PutRecords(self.wanted.zone_id, changes, mx=mx)

    # What people must know --------------------------------------------------

    def _may_ask_for_production(self) -> bool:
        account = self.seen.account
        return account.in_sandbox and account.review_status != "PENDING"

    def _notes(self) -> list[str]:
        account = self.seen.account
        found: list[str] = [*self.config.warnings, *self._about_policies()]
        if account.in_sandbox and account.review_status == "PENDING":
            found.append("sandbox: AWS is looking at the request to leave it")
        elif account.in_sandbox and not self.production:
            found.append(
                "sandbox: SES writes to nobody who has not clicked its link; `sendas apply "
                "--request-production --website URL --use-case TEXT` asks AWS to let the account "
                "leave it"
            )
        if account.pricing_plan:
            found.append(f"pricing plan of the account in this Region: {account.pricing_plan}")
        found += [
            f"alarms: {address} has not yet clicked the link in the mail from SNS"
            for address in self.seen.unconfirmed
        ]
        if self.taking:
            found += way_back(self.names, self.taking, self.domain.region)
        if self.wanted.receives and not self.config.alarms:
            found.append("alarms: the file names nobody who is told when something breaks")
        if self.wanted.receives and self.seen.own_set is not None:
            found += rules_before(self.domain, self.names, self.seen.own_set)
        begins = bool(self._watch_begins())
        events = self._topic_arn(self.names.events)
        found += remembered(self.wanted, self.told, events, begins=begins)
        if self.wanted.bucket_kept and self.domain.keep_deleted_days:
            found.append(
                f"keep_deleted_days: {self.bucket} was kept by an earlier `sendas destroy` and is "
                "in no stack, so it stays as it is; switch versioning on in S3 yourself"
            )
        if self.domain.dns is DnsProvider.ROUTE53 and self.seen.identity is None:
            found.append("the DKIM records are in the stack: their names SES makes up")
        elif self.seen.identity is None:
            found.append("the DKIM records are known once the identity stands")
        return found

    def _about_policies(self) -> list[str]:
        found = []
        if self.seen.permissions_unknown:
            found.append(
                "permissions: what you lack shows only when AWS refuses it, since your own "
                f"policies could not be read ({self.seen.permissions_unknown})"
            )
        if self.seen.boundary and json.loads(self.seen.boundary) != json.loads(self.boundary):
            found.append(
                f"policy {self.domain.permissions_boundary}: it is not what this release makes of "
                "it; if something of ours lacks a permission, let an administrator replace it by "
                "what `sendas policy --boundary` prints"
            )
        return found


__all__ = ["Code", "Plan", "Production", "make_plan"]
