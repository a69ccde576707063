"""Carry out a plan, step after step, and plan again until nothing is left.

Safe to interrupt at any moment and to repeat: each round looks at what stands,
and every step does nothing where it was done already.
"""

import asyncio

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum, auto

from sendas.aws import (
    buckets,
    cloudwatch,
    functions,
    iam_writes,
    inventory,
    key_writes,
    objects,
    route53_writes,
    secrets,
    ses_rules,
    ses_writes,
    sesv2,
)
from sendas.aws.password_stores import store_of
from sendas.aws.writes import NotDone
from sendas.config.model import Config, ConfiguredDomain
from sendas.credentials.decide.marks import ADDRESS
from sendas.credentials.sender import POLICY_NAME
from sendas.dns.zone import Zone
from sendas.errors import UsageError
from sendas.iam.rights import NotPermitted, Verb, When, missing_text
from sendas.outcome import NoAnswer
from sendas.ses.receiving import S3Action
from sendas.setup.apply_stack import Say, StackFailed, StackRunner
from sendas.setup.plan.changes import Code, Plan, Production, make_plan
from sendas.setup.plan.look import CannotPlan, Doors, look
from sendas.setup.plan.sandbox import targets_left
from sendas.setup.records.wanted import RecordChange
from sendas.setup.rule_steps import (
    ActivateRuleSet,
    CarryRules,
    EndRules,
    KeepRuleSet,
    MakeRuleSet,
    RepairRule,
    RetireRuleSet,
)
from sendas.setup.steps import (
    AskTargets,
    AwaitStack,
    AwaitTargets,
    AwaitVerification,
    BeginWatch,
    ClearStack,
    DeleteKeys,
    DeleteMail,
    DeleteSecret,
    DeleteStack,
    DeleteUser,
    FinishRollback,
    MakeBoundary,
    MakeUser,
    PasteRecords,
    PutRecords,
    PutStack,
    RequestProduction,
    RestoreSecret,
    Step,
    StopTelling,
    SwitchOn,
    TellOfMail,
    Upload,
)
from sendas.watch.decide.measures import DIMENSION, FIRST_VALUES, NAMESPACE


_MOST_ROUNDS = 8
_POLL_SECONDS = 10.0
_SYNC_SECONDS, _MOST_SYNC_POLLS = 5.0, 60
"""Route 53 guide, "Checking the status of your changes": mostly within 60 seconds."""


_TO_CLICK = (
    "  the mail is from Amazon Web Services and asks to verify the address in this Region; its "
    "link counts for 24 hours, and `sendas apply` has another sent after that"
)


class PlanStopped(UsageError):
    """The plan has stops; nothing was changed."""


class End(StrEnum):
    """How far it came."""

    DONE = auto()
    """All stands as the file wants it."""
    WAITING = auto()
    """All is done but what waits for records, for SES or for a person: apply again later."""


@dataclass(frozen=True, slots=True)
class ApplyOptions:
    """How to carry a plan out."""

    say: Say
    show_records: Callable[[Zone, PasteRecords], None]
    """Shows records that a person must paste into that zone."""
    wait: timedelta = timedelta(minutes=10)
    """How long to wait for SES to verify the domain."""


def plan_for(  # noqa: PLR0913  what a plan is made from
    config: Config,
    domain: ConfiguredDomain,
    code: Code,
    doors: Doors,
    *,
    production: Production | None = None,
    detect_drift: bool = False,
    take_over: bool = False,
) -> Plan:
    """Look, and plan; *take_over* where a forwarder that stood before is to end.

    Raises:
        CannotPlan: Something could not be seen.
        NotDelegated: The world does not find the domain's zone.
    """
    also = frozenset({When.PRODUCTION} if production else ())
    keys = (code.key, code.watcher_key)
    seen = asyncio.run(
        look(domain, keys, doors, detect_drift=detect_drift, also=also, others=take_over)
    )
    return make_plan(config, domain, code, seen, production, take_over=take_over)


def check(plan: Plan) -> None:
    """Let nobody carry out what must not be.

    Raises:
        CannotPlan: Something that matters could not be looked at.
        PlanStopped: The plan says why not.
        NotPermitted: A permission is missing.
    """
    if plan.unseen:
        raise CannotPlan("\n".join(plan.unseen))
    if plan.stops:
        raise PlanStopped("\n".join(plan.stops))
    if plan.not_permitted:
        raise NotPermitted(missing_text(plan.not_permitted, Verb.APPLY))


def apply_plan(
    plan: Plan,
    plan_again: Callable[[bool], Plan],
    domain: ConfiguredDomain,
    doors: Doors,
    options: ApplyOptions,
) -> End:
    """Carry out *plan*, which somebody has agreed to, and what follows from it.

    What comes to light on the way (the names of DKIM records, once the identity
    stands) is planned by *plan_again*, and obeys the same stops.  It is told whether
    to look for drift: once something drifted was put back, to see that it was.

    Raises:
        PlanStopped: What stands now forbids to go on.
        NotDone: AWS refused a step, or nobody answered; apply again to go on.
        StackFailed: CloudFormation could not make something.
    """
    runner = StepRunner(domain, doors, options)
    done: set[str] = set()
    for _ in range(_MOST_ROUNDS):
        check(plan)
        _check_mended(plan, done)
        end = _round(plan, runner, done)
        if end is not None:
            return end
        plan = plan_again(_MENDED in done)
    return End.WAITING


_MENDED = "drift put back"


def _check_mended(plan: Plan, done: set[str]) -> None:
    """Let nobody call well what CloudFormation was asked to put back, and did not.

    Raises:
        StackFailed: Something is not as the stack made it still.
    """
    if plan.drift and _MENDED in done:
        left = ", ".join(f"{one.logical_id} ({one.type})" for one in plan.drift)
        msg = f"CloudFormation did not put back what was changed by hand: {left}"
        raise StackFailed(msg)


def _goes_on(step: Step, done: set[str]) -> bool:
    """Whether the next step can follow at once; notes what was put back."""
    if not isinstance(step, PutStack):
        return False
    if step.reverts:
        done.add(_MENDED)
    return step.first


def _round(plan: Plan, runner: "StepRunner", done: set[str]) -> End | None:
    """Carry out steps until the world must be looked at again; the end, if that is it."""
    if not plan.steps:
        return End.DONE
    moved = False
    for step in plan.steps:
        title = str(step)
        match step:
            case PasteRecords():
                if title not in done:
                    done.add(title)
                    runner.options.show_records(plan.zone, step)
            case AwaitVerification() | AwaitTargets():
                runner.options.say(title)
                return None if runner.waited(step) else End.WAITING
            case PutStack() | AwaitStack() | ClearStack() | FinishRollback():
                runner.options.say(title)
                runner.do(step)
                if not _goes_on(step, done):
                    return None
            case _ if title in done:  # it was done and cannot be seen yet: the DNS takes a while
                continue
            case _:
                runner.options.say(title)
                runner.do(step)
                done.add(title)
                moved = True
    return None if moved else End.WAITING


@dataclass(frozen=True, slots=True)
class StepRunner:
    """Carries out single steps."""

    domain: ConfiguredDomain
    doors: Doors
    options: ApplyOptions

    @property
    def stack(self) -> StackRunner:
        """For the steps that CloudFormation does."""
        doors = self.doors
        return StackRunner(doors.session, self.domain.region, doors.sleep, self.options.say)

    def do(self, step: Step) -> None:  # noqa: C901, PLR0912, PLR0915  a line for each step
        """Carry out *step*.

        Raises:
            NotDone: AWS refused, or nobody answered.
            StackFailed: CloudFormation could not.
        """
        session, region = self.doors.session, self.domain.region
        match step:
            case PutStack():
                self.stack.put(step)
            case ClearStack(name) | DeleteStack(name):
                self.stack.delete(name)
            case FinishRollback(name):
                self.stack.finish_rollback(name)
            case AwaitStack(name):
                self.stack.wait(name)
            case Upload(bucket, key, body):
                objects.put(session, region, bucket, key, body)
            case BeginWatch(stack):
                cloudwatch.measure(session, region, NAMESPACE, FIRST_VALUES, {DIMENSION: stack})
            case SwitchOn(function):
                functions.lift_limit(session, region, function)
            case RestoreSecret(name):
                secrets.restore_secret(session, region, name)
            case TellOfMail(identity, kinds, topic):
                for kind in kinds:
                    ses_writes.tell_of_mail(session, region, identity, kind, topic)
            case StopTelling(identity, kinds):
                for kind in kinds:
                    ses_writes.tell_nobody(session, region, identity, kind)
            case MakeBoundary(name, document):
                iam_writes.make_policy(session, region, name, document)
            case MakeRuleSet(name):
                ses_writes.make_rule_set(session, region, name)
            case ActivateRuleSet(name):
                ses_writes.activate_rule_set(session, region, name)
            case CarryRules(source, target, rules):
                ses_rules.copy_rules(session, region, source, target, dict(rules))
            case EndRules(rule_set, names):
                ses_rules.delete_rules(session, region, rule_set, names)
            case KeepRuleSet(name, copy):
                ses_writes.make_rule_set(session, region, copy)
                ses_rules.copy_rules(session, region, name, copy)
                ses_writes.activate_rule_set(session, region, copy)
            case RepairRule():
                self._repair(step)
            case DeleteKeys(user):
                iam_writes.delete_keys(session, region, user)
            case MakeUser(user, address, policy, boundary):
                key_writes.create_user(session, region, user, {ADDRESS: address}, boundary)
                key_writes.put_user_policy(session, region, user, POLICY_NAME, policy)
            case DeleteUser(user):
                iam_writes.delete_user(session, region, user)
            case DeleteSecret(name):
                store_of(name).delete_secret(session, region, name)
            case AskTargets(addresses):
                for address in addresses:
                    ses_writes.ask_target(session, region, address)
                self.options.say(_TO_CLICK)
            case PutRecords(zone_id, changes):
                self._publish(zone_id, changes)
            case RequestProduction(website, use_case):
                ses_writes.request_production(session, region, website=website, use_case=use_case)
            case RetireRuleSet(name):
                ses_writes.retire_rule_set(session, region, name)
            case DeleteMail(bucket):
                count = buckets.delete_bucket(session, region, bucket)
                self.options.say(f"  {count} objects deleted")
            case PasteRecords() | AwaitVerification() | AwaitTargets():
                pass

    def _publish(self, zone_id: str, changes: tuple[RecordChange, ...]) -> None:
        """Change the zone, and let its servers agree before anybody looks at them."""
        session, region = self.doors.session, self.domain.region
        sets = tuple((c.name, str(c.type), c.after, c.ttl) for c in changes)
        change = route53_writes.put_records(session, region, zone_id, sets)
        for _ in range(_MOST_SYNC_POLLS if change else 0):
            if route53_writes.in_sync(session, region, change):
                return
            self.doors.sleep(_SYNC_SECONDS)

    def _repair(self, step: RepairRule) -> None:
        ses_rules.put_rule(
            self.doors.session,
            self.domain.region,
            step.rule_set,
            step.rule,
            step.recipients,
            S3Action(step.bucket, step.prefix, step.topic_arn),
            exists=step.exists,
        )

    def waited(self, step: AwaitVerification | AwaitTargets) -> bool:
        """Wait for it as long as the owner would; whether it came.

        Raises:
            NotDone: SES does not answer.
        """
        left = self.options.wait.total_seconds()
        while True:
            found = (
                self._clicked(step.addresses)
                if isinstance(step, AwaitTargets)
                else self._verified()
            )
            if found is not None:
                return found
            if left <= 0:
                return False
            self.doors.sleep(min(_POLL_SECONDS, left))
            left -= _POLL_SECONDS

    def _clicked(self, addresses: tuple[str, ...]) -> bool | None:
        """Whether SES would send to each of *addresses*; None where it may yet."""
        known = inventory.verifications(self.doors.session, self.domain.region)
        if isinstance(known, NoAnswer):
            raise NotDone(known)
        return None if targets_left(addresses, self.domain.name, known).left else True

    def _verified(self) -> bool | None:
        """Whether SES has verified the domain; None where it may yet."""
        found = sesv2.identity(self.doors.session, self.domain.region, self.domain.name)
        if isinstance(found, NoAnswer):
            raise NotDone(found)
        if found is not None and found.verified_for_sending:
            return True
        if found is not None and found.verification_status == "FAILED":
            why = found.verification_error or "it did not find the DKIM records in three days"
            self.options.say(f"  SES stopped verifying {self.domain.name}: {why}")
            return False
        return None
