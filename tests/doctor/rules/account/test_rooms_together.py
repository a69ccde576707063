"""The rooms of SES and IAM together: one fault, one root; advice that AWS would accept."""

import importlib
import json
import pkgutil
import shlex

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from itertools import combinations
from types import ModuleType
from typing import Any

import botocore.session
import pytest

from botocore import xform_name

from sendas.dns.answers import Lookup, Question, Records, RecordType
from sendas.doctor.diagnose import diagnose
from sendas.doctor.evidence import Bucket, Evidence, IamEvidence, RegionEvidence, Subject, Symptom
from sendas.doctor.judge import judge
from sendas.doctor.model import Diagnosis, Layer, Rule, Status
from sendas.doctor.rules import account as account_rules
from sendas.doctor.rules import downstream, iam, receive, suppression
from sendas.doctor.rules import identity as identity_rules
from sendas.iam.keys import AccessKey, Caller
from sendas.iam.policy import PolicyDocument, Source
from sendas.ses.account_state import Account
from sendas.ses.configuration_set import ConfigurationSet, EventDestination
from sendas.ses.identity import Dkim, Identity, MailFrom
from sendas.ses.receiving import ReceiptRule, RuleSet, S3Action
from sendas.ses.regions import Region
from sendas.ses.suppression import Suppressed


HERE, THERE = Region("us-east-1"), Region("eu-west-1")
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
DOMAIN, ACCOUNT, BUCKET = "example.com", "123456789012", "example-com-mail"
FROM, TO, MAILBOX = f"me@{DOMAIN}", "friend@example.net", "owner@example.org"
KEY = AccessKey("AKIAIOSFODNN7EXAMPLE", "smtp", active=True, created=NOW)
ROOMS = (identity_rules, account_rules, iam, receive, suppression, downstream)


def _rules(room: ModuleType) -> Iterator[Rule]:
    for entry in pkgutil.iter_modules(room.__path__):
        module = importlib.import_module(f"{room.__name__}.{entry.name}")
        if isinstance(rule := getattr(module, "RULE", None), Rule):
            yield rule


RULES = tuple(rule for room in ROOMS for rule in _rules(room))

STORE = ReceiptRule(
    "store", enabled=True, recipients=(DOMAIN,), actions=(S3Action(BUCKET, "in/"),),
    scan_enabled=True,
)  # fmt: skip
OURS = RuleSet("ours", (STORE,))
OTHER = RuleSet("other", (replace(STORE, name="theirs", recipients=("example.edu",)),))
BUCKET_POLICY = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "ses.amazonaws.com"},
            "Action": "s3:PutObject",
            "Resource": f"arn:aws:s3:::{BUCKET}/*",
            "Condition": {"StringEquals": {"AWS:SourceAccount": ACCOUNT}},
        }
    ],
}
IDENTITY = Identity(
    DOMAIN,
    HERE,
    "SUCCESS",
    verified_for_sending=True,
    dkim=Dkim("SUCCESS", signing_enabled=True, tokens=("aaa", "bbb", "ccc")),
    mail_from=MailFrom(f"bounce.{DOMAIN}", "SUCCESS"),
    configuration_set="events",
    feedback_forwarding=False,
)
EVENTS = ConfigurationSet(
    "events", sending_enabled=True, tls_required=False, suppressed_reasons=None,
    event_destinations=(
        EventDestination("sns", enabled=True, event_types=("BOUNCE",), kind="SNS"),
    ),
)  # fmt: skip
GOOD_ACCOUNT = Account(
    HERE, production_access=True, sending_enabled=True, enforcement="HEALTHY",
    max_24_hour_send=50_000, max_send_rate_per_second=14, sent_last_24_hours=3,
    suppressed_reasons=("BOUNCE", "COMPLAINT"),
)  # fmt: skip
ARNS = [
    f"arn:aws:ses:{HERE}:{ACCOUNT}:{thing}"
    for thing in (f"identity/{DOMAIN}", "configuration-set/events")
]
SENDING = ["ses:SendRawEmail", "ses:SendEmail"]


def policy(**changes: object) -> PolicyDocument:
    """The user's one policy, its statement changed."""
    statement = {"Effect": "Allow", "Action": SENDING, "Resource": ARNS} | changes
    text = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    return PolicyDocument("mail", Source.INLINE, text, "smtp")


HEALTHY = Evidence(
    Subject(DOMAIN, HERE, FROM, TO, MAILBOX, KEY.key_id),
    NOW,
    lookups={
        (question := Question(DOMAIN, RecordType.MX)): Lookup(
            question, {"resolver": Records((f"10 inbound-smtp.{HERE}.amazonaws.com",), 300)}
        )
    },
    caller=Caller(ACCOUNT, f"arn:aws:iam::{ACCOUNT}:user/admin"),
    regions={
        HERE: RegionEvidence(
            GOOD_ACCOUNT,
            {DOMAIN: IDENTITY, FROM: None, TO: None, "example.net": None},
            {TO: None, MAILBOX: None},
            {"events": EVENTS},
            OURS,
            (OURS, OTHER),
        ),
        THERE: RegionEvidence(identities={DOMAIN: None}, suppressed={TO: None, MAILBOX: None}),
    },
    iam=IamEvidence(KEY, (), (policy(),), user_exists=False),
    buckets={BUCKET: Bucket(BUCKET, exists=True, policy=json.dumps(BUCKET_POLICY))},
)


def here(evidence: Evidence, **changes: object) -> Evidence:
    """*evidence* with other answers from the Region asked about."""
    changed = replace(evidence.here, **changes)  # type: ignore[arg-type]  # fields by name
    return replace(evidence, regions={**evidence.regions, HERE: changed})


def there(evidence: Evidence, **changes: object) -> Evidence:
    """*evidence* with other answers from the other Region."""
    changed = replace(evidence.regions[THERE], **changes)  # type: ignore[arg-type]  # the same
    return replace(evidence, regions={**evidence.regions, THERE: changed})


def identity(evidence: Evidence, **changes: object) -> Evidence:
    """*evidence* with the domain's identity changed."""
    changed = replace(IDENTITY, **changes)  # type: ignore[arg-type]  # the same
    return here(evidence, identities={**evidence.here.identities, DOMAIN: changed})


def account(evidence: Evidence, **changes: object) -> Evidence:
    """*evidence* with the account changed."""
    changed = replace(GOOD_ACCOUNT, **changes)  # type: ignore[arg-type]  # the same
    return here(evidence, account=changed)


def policies(evidence: Evidence, *documents: PolicyDocument) -> Evidence:
    """*evidence* with these policies."""
    return replace(evidence, iam=replace(evidence.iam, policies=documents))


def elsewhere_only(evidence: Evidence) -> Evidence:
    """The domain is verified in the other Region only."""
    away = there(evidence, identities={DOMAIN: replace(IDENTITY, region=THERE)})
    return here(away, identities={**evidence.here.identities, DOMAIN: None})


def listed(reason: str, address: str = TO, region: Region = HERE) -> Suppressed:
    """An entry of the suppression list."""
    return Suppressed(address, region, reason, NOW)


def symptom(text: str, **fields: object) -> Symptom:
    """A refusal by the recipient's system."""
    return replace(Symptom("exchange-online", text, recipient=TO), **fields)  # type: ignore[arg-type]  # the same


def rule_set(evidence: Evidence, **changes: object) -> Evidence:
    """*evidence* with the one receipt rule changed."""
    changed = replace(STORE, **changes)  # type: ignore[arg-type]  # the same
    return here(evidence, active_rule_set=RuleSet("ours", (changed,)))


DENY = {"Effect": "Deny", "Action": "*", "Resource": "*"}
SHADOW = replace(IDENTITY, name=FROM, dkim=Dkim("NOT_STARTED", signing_enabled=False, tokens=()))
SHADOW_ARN = f"arn:aws:ses:{HERE}:{ACCOUNT}:identity/*"
REFUSED_FOR_AUTHENTICATION = (
    "550 5.7.515 Access denied, sending domain example.com does not meet the required "
    "authentication level."
)
NO_SUCH_RECIPIENT = "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found"
RATE = "454 Throttling failure: Maximum sending rate exceeded."

FAULTS: Mapping[str, tuple[Layer, str, Evidence]] = {
    name: (layer, root, evidence)
    for name, layer, root, evidence in (
        (
            "pending",
            Layer.IDENTITY,
            "ID101",
            identity(HEALTHY, verified_for_sending=False, verification_status="PENDING"),
        ),
        ("elsewhere", Layer.IDENTITY, "ID001", elsewhere_only(HEALTHY)),
        (
            "nowhere",
            Layer.IDENTITY,
            "ID101",
            here(HEALTHY, identities={**HEALTHY.here.identities, DOMAIN: None}),
        ),
        (
            "DKIM lost",
            Layer.IDENTITY,
            "ID004",
            identity(HEALTHY, dkim=replace(IDENTITY.dkim, status="TEMPORARY_FAILURE")),
        ),
        (
            "DKIM revoked",
            Layer.IDENTITY,
            "ID004",
            identity(HEALTHY, dkim=replace(IDENTITY.dkim, status="FAILED")),
        ),
        (
            "signing off",
            Layer.IDENTITY,
            "ID102",
            identity(HEALTHY, dkim=replace(IDENTITY.dkim, signing_enabled=False)),
        ),
        (
            "replica",
            Layer.IDENTITY,
            "ID005",
            identity(
                HEALTHY,
                verified_for_sending=False,
                verification_status="FAILED",
                verification_error="REPLICATION_PRIMARY_NOT_FOUND",
            ),
        ),
        (
            "reject",
            Layer.IDENTITY,
            "ID009",
            identity(HEALTHY, mail_from=MailFrom(f"bounce.{DOMAIN}", "FAILED", "REJECT_MESSAGE")),
        ),
        ("set gone", Layer.IDENTITY, "ID103", here(HEALTHY, configuration_sets={"events": None})),
        (
            "shadow",
            Layer.IDENTITY,
            "ID003",
            here(HEALTHY, identities={**HEALTHY.here.identities, FROM: SHADOW}),
        ),
        (
            "shutdown",
            Layer.ACCOUNT,
            "ACC001",
            account(HEALTHY, enforcement="SHUTDOWN", sending_enabled=False),
        ),
        ("probation", Layer.ACCOUNT, "ACC002", account(HEALTHY, enforcement="PROBATION")),
        ("paused", Layer.ACCOUNT, "ACC003", account(HEALTHY, sending_enabled=False)),
        (
            "set paused",
            Layer.ACCOUNT,
            "ACC101",
            here(HEALTHY, configuration_sets={"events": replace(EVENTS, sending_enabled=False)}),
        ),
        ("quota", Layer.ACCOUNT, "ACC004", account(HEALTHY, sent_last_24_hours=50_000)),
        ("rate", Layer.ACCOUNT, "ACC005", replace(HEALTHY, symptoms=(Symptom("ses", RATE),))),
        ("sandbox", Layer.ACCOUNT, "ID002", account(HEALTHY, production_access=False)),
        ("no policy", Layer.IAM, "IAM002", policies(HEALTHY)),
        ("API only", Layer.IAM, "IAM002", policies(HEALTHY, policy(Action="ses:SendEmail"))),
        (
            "other ARN",
            Layer.IAM,
            "IAM001",
            policies(HEALTHY, policy(Resource=ARNS[0].replace(DOMAIN, "example.edu"))),
        ),
        ("no set ARN", Layer.IAM, "IAM001", policies(HEALTHY, policy(Resource=ARNS[0]))),
        (
            "condition",
            Layer.IAM,
            "IAM003",
            policies(
                HEALTHY, policy(Condition={"StringEquals": {"ses:FromAddress": "you@example.com"}})
            ),
        ),
        (
            "deny",
            Layer.IAM,
            "IAM010",
            policies(HEALTHY, policy(), replace(policy(**DENY), name="stop")),
        ),
        (
            "boundary",
            Layer.IAM,
            "IAM010",
            policies(HEALTHY, policy(), replace(policy(Action="s3:*"), source=Source.BOUNDARY)),
        ),
        ("no active set", Layer.RECEIVE, "RX001", here(HEALTHY, active_rule_set=None)),
        ("other set", Layer.RECEIVE, "RX002", here(HEALTHY, active_rule_set=OTHER)),
        ("no rule", Layer.RECEIVE, "RX003", rule_set(HEALTHY, recipients=(f"you@{DOMAIN}",))),
        ("asleep", Layer.RECEIVE, "RX003", rule_set(HEALTHY, enabled=False)),
        (
            "nobody's",
            Layer.RECEIVE,
            "RX003",
            here(HEALTHY, active_rule_set=OTHER, rule_sets=(OTHER,)),
        ),
        (
            "no bucket policy",
            Layer.RECEIVE,
            "RX007",
            replace(HEALTHY, buckets={BUCKET: Bucket(BUCKET, exists=True, policy=None)}),
        ),
        (
            "no bucket",
            Layer.RECEIVE,
            "RX101",
            replace(HEALTHY, buckets={BUCKET: Bucket(BUCKET, exists=False, policy=None)}),
        ),
        (
            "bounced",
            Layer.SUPPRESSION,
            "SUP001",
            here(HEALTHY, suppressed={TO: listed("BOUNCE"), MAILBOX: None}),
        ),
        (
            "complained",
            Layer.SUPPRESSION,
            "SUP001",
            here(HEALTHY, suppressed={TO: listed("COMPLAINT"), MAILBOX: None}),
        ),
        (
            "listed there",
            Layer.SUPPRESSION,
            "SUP003",
            there(HEALTHY, suppressed={TO: listed("BOUNCE", region=THERE), MAILBOX: None}),
        ),
        (
            "own mailbox",
            Layer.SUPPRESSION,
            "SUP005",
            here(HEALTHY, suppressed={TO: None, MAILBOX: listed("BOUNCE", MAILBOX)}),
        ),
        (
            "5.7.515",
            Layer.DOWNSTREAM,
            "DS001",
            replace(
                HEALTHY,
                symptoms=(symptom(REFUSED_FOR_AUTHENTICATION),),
            ),
        ),
        (
            "no such user",
            Layer.DOWNSTREAM,
            "DS102",
            replace(
                HEALTHY,
                symptoms=(symptom(NO_SUCH_RECIPIENT),),
            ),
        ),
    )
}


def diagnosis(evidence: Evidence) -> Diagnosis:
    """What these rooms' rules make of it."""
    return diagnose(evidence.subject, judge(evidence, RULES), RULES)


def together(first: Evidence, second: Evidence) -> Evidence:
    """Both faults at once: whatever *second* changed, laid over *first*."""
    both = _merged(HEALTHY, first, second)
    assert isinstance(both, Evidence)
    return both


def _merged(base: object, first: object, second: object) -> object:
    if second == base:
        return first
    if first == base:
        return second
    if isinstance(base, tuple) and isinstance(first, tuple) and isinstance(second, tuple):
        return (*first, *second)
    if isinstance(base, Mapping) and isinstance(first, Mapping) and isinstance(second, Mapping):
        keys = {**first, **second}
        return {key: _merged(base.get(key), first.get(key), second.get(key)) for key in keys}
    fields = getattr(base, "__dataclass_fields__", None)
    assert fields, (base, first, second)
    parts = {n: _merged(getattr(base, n), getattr(first, n), getattr(second, n)) for n in fields}
    return replace(base, **parts)  # type: ignore[type-var]  # a dataclass: it has fields


def test_healthy_evidence_gives_no_fault() -> None:
    """A set-up with nothing wrong is well in every rule that asks."""
    found = {finding.code: finding.status for finding in diagnosis(HEALTHY).findings}

    assert {Status.OK} == set(found.values())
    assert {"ID101", "ACC003", "IAM002", "RX007", "SUP001"} <= set(found)


@pytest.mark.parametrize("name", FAULTS)
def test_one_fault_one_root(name: str) -> None:
    """Each fault alone is named, and nothing else beside it."""
    _, root, evidence = FAULTS[name]

    assert (root,) == diagnosis(evidence).roots


# What cannot be at once: an identity that is not there names no configuration
# set, and what a recipient's system said is past once the address is listed.
_GONE = {"elsewhere", "nowhere"}
_OF_A_SET = {"set paused", "no set ARN"}


def _possible(*names: str) -> bool:
    layers = {FAULTS[name][0] for name in names}
    return (
        len(layers) == len(names)
        and not {Layer.DOWNSTREAM, Layer.SUPPRESSION} <= layers
        and not (set(names) & _GONE and set(names) & _OF_A_SET)
        and not {"set gone", "set paused"} <= set(names)
    )


def _expected(*names: str) -> set[str]:
    roots = {FAULTS[name][1] for name in names}
    # Mail that leaves unsigned is refused for it: one fault, not two.
    unsigned = {"ID003", "ID004", "ID005", "ID101", "ID102"} & roots
    return roots - {"DS001"} if unsigned else roots


@pytest.mark.parametrize("pair", [each for each in combinations(FAULTS, 2) if _possible(*each)])
def test_two_faults_two_roots(pair: tuple[str, str]) -> None:
    """Faults of different layers are both named, and nothing else."""
    both = together(*(FAULTS[name][2] for name in pair))

    assert _expected(*pair) == set(diagnosis(both).roots)


def test_three_faults_three_roots() -> None:
    """So are any three; every eleventh of them is tried."""
    triples = [each for each in combinations(FAULTS, 3) if _possible(*each)]
    for names in triples[::11]:
        first, second, third = (FAULTS[name][2] for name in names)
        found = diagnosis(together(together(first, second), third))

        assert _expected(*names) == set(found.roots), names


@pytest.mark.parametrize("name", FAULTS)
def test_advice_is_what_aws_takes(name: str) -> None:
    """Every command names an operation and parameters of AWS's own service models."""
    session = botocore.session.get_session()
    commands = [
        command
        for finding in diagnosis(FAULTS[name][2]).findings
        for each in finding.help
        for command in each.commands
    ]
    for command in commands:
        program, service, operation, *words = shlex.split(command)
        assert "aws" == program
        model = session.get_service_model({"s3api": "s3"}.get(service, service))
        known = {xform_name(n, "-"): n for n in model.operation_names}
        shape: Any = model.operation_model(known[operation]).input_shape
        members = {xform_name(member, "-") for member in shape.members}
        options = [word.removeprefix("--") for word in words if word.startswith("--")]
        needed = {xform_name(member, "-") for member in shape.required_members}
        plain = {option if option in members else option.removeprefix("no-") for option in options}
        assert plain - {"region"} <= members, command
        assert needed <= plain, command
        assert ("--region" in words) == (service != "iam" and "put-bucket" not in operation)


def test_incident_b_has_the_suppression_as_its_only_root_here() -> None:
    """The refusal that led to the list entry is told, and is no second root."""
    refusal = symptom(REFUSED_FOR_AUTHENTICATION)
    entry = here(HEALTHY, suppressed={TO: listed("COMPLAINT"), MAILBOX: None})
    found = diagnosis(replace(entry, symptoms=(refusal,)))

    assert ("SUP001",) == found.roots
    assert Status.INFO is next(f.status for f in found.findings if "DS001" == f.code)


def test_send_only_domain_is_not_asked_about_receiving() -> None:
    """Where the MX names somebody else, no receiving rule speaks."""
    question = Question(DOMAIN, RecordType.MX)
    mx = Lookup(question, {"resolver": Records(("10 mx.example.org",), 300)})
    found = diagnosis(replace(FAULTS["no active set"][2], lookups={question: mx}))

    assert not [finding for finding in found.findings if finding.layer is Layer.RECEIVE]
