"""Plans, from what was seen: what is shown, what is stopped, and why."""

import json

from collections.abc import Callable
from dataclasses import replace
from typing import Any, cast

import pytest

from sendas.config.model import (
    Adopted,
    Config,
    ConfiguredDomain,
    DnsProvider,
    Mailbox,
    SendWay,
)
from sendas.dns.answers import Absent, Records, RecordType
from sendas.dns.hosted_zone import HostedZone
from sendas.dns.zone import Zone
from sendas.iam.rights import NotPermitted
from sendas.outcome import NoAnswer, Why
from sendas.ses.account_state import Account
from sendas.ses.identity import Dkim, Identity
from sendas.ses.receiving import OtherAction, ReceiptRule, RuleSet, S3Action
from sendas.ses.regions import Region
from sendas.setup.apply import check
from sendas.setup.plan.changes import Code, Plan, Production, make_plan
from sendas.setup.plan.facts import Surroundings
from sendas.setup.plan.printed import as_json, as_text, summary
from sendas.setup.records.diff import Published
from sendas.setup.records.wanted import wanted_records
from sendas.setup.rule_steps import ActivateRuleSet, RepairRule
from sendas.setup.stack.routes import routes_object
from sendas.setup.stack.standing import Move, next_move
from sendas.setup.steps import (
    AwaitStack,
    DeleteKeys,
    MakeBoundary,
    PutStack,
    Upload,
)
from sendas.setup.template.boundary import boundary_document
from sendas.setup.template.whole import Wanted, build_template
from sendas.stacks import BucketState, Drift, StackSeen
from sendas.watch.decide.settings import USERS, read_users


Variant = Callable[..., ConfiguredDomain]

ACCOUNT_ID = "123456789012"
CODE = Code(f"sendas/code/{'0' * 64}.zip", b"PK")
BUCKET = f"sendas-example-com-{ACCOUNT_ID}-eu-west-1"
TOPIC = f"arn:aws:sns:eu-west-1:{ACCOUNT_ID}:sendas-example-com-received"
SERVERS = ("ns-1.awsdns-00.com", "ns-2.awsdns-00.net")
HOSTED = HostedZone("Z0123456789ABC", "example.com", SERVERS)
TOKENS = ("aaa", "bbb", "ccc")
RULE = ReceiptRule(
    "sendas-example-com",
    enabled=True,
    recipients=(
        "me@example.com", "old@example.com", "bin@example.com", "forwarded@example.com",
    ),
    actions=(S3Action(BUCKET, "mail/", TOPIC),),
    scan_enabled=True,
)  # fmt: skip
OURS = RuleSet("sendas", (RULE,))
FOREIGN = RuleSet(
    "default-rule-set",
    (ReceiptRule("theirs", enabled=True, recipients=(), actions=(OtherAction("StopAction"),)),),
)


def account(**otherwise: object) -> Account:
    """An account that has left the sandbox."""
    whole = Account(Region("eu-west-1"), True, True, "HEALTHY", 50000, 14, 0, ("BOUNCE",))  # noqa: FBT003  its fields in order
    return replace(whole, **cast(Any, otherwise))


def absent(domain: ConfiguredDomain) -> Published:
    """A zone in which nothing stands yet."""
    return {one.question: Absent(False, 300) for one in wanted_records(domain, TOKENS)}  # noqa: FBT003  its fields in order


def published(domain: ConfiguredDomain) -> Published:
    """A zone in which all stands that is wanted."""
    return {one.question: Records(one.values, 300) for one in wanted_records(domain, TOKENS)}


def empty(domain: ConfiguredDomain, **otherwise: object) -> Surroundings:
    """An empty account, and a zone in it."""
    seen = Surroundings(
        account_id=ACCOUNT_ID,
        account=account(),
        stack=None,
        identity=None,
        zone=Zone("example.com", SERVERS),
        published=absent(domain),
        receives=True,
        active=None,
        own_set=None,
        bucket=BucketState.FREE,
        hosted=(HOSTED,),
    )
    return replace(seen, **cast(Any, otherwise))


def standing(config: Config, domain: ConfiguredDomain, **otherwise: object) -> Surroundings:
    """Everything as `apply` leaves it."""
    wanted = Wanted(domain, config.alarms, CODE.key, HOSTED.zone_id)
    document = build_template(wanted).document()
    ids = dict.fromkeys(build_template(wanted).resources, "x")
    dkim = Dkim("SUCCESS", signing_enabled=True, tokens=TOKENS)
    seen = empty(
        domain,
        stack=StackSeen("sendas-example-com", "UPDATE_COMPLETE", document, ids),
        identity=Identity(
            "example.com", domain.region, "SUCCESS", verified_for_sending=True, dkim=dkim
        ),
        published=published(domain),
        active=OURS,
        own_set=OURS,
        bucket=BucketState.OURS,
        code_there=True,
        routes=routes_object(config, domain),
    )
    return replace(seen, **cast(Any, otherwise))


def planned(config: Config, seen: Surroundings, production: Production | None = None) -> Plan:
    """The plan for the file's only domain."""
    return make_plan(config, config.domains[0], CODE, seen, production)


def of(config: Config, domain: ConfiguredDomain) -> Config:
    """The file with that domain instead."""
    return replace(config, domains=(domain,))


# What stands ------------------------------------------------------------------


def test_the_boundary_is_made_first_or_by_an_administrator(
    owner_config: Config, variant: Variant
) -> None:
    """A step where the caller may, else a stop that says what to type; once there, neither."""
    domain = variant(permissions_boundary="sendas-boundary")
    config = replace(owner_config, domains=(domain,))
    first = planned(config, empty(domain)).steps[0]
    assert isinstance(first, MakeBoundary)
    document = json.dumps(boundary_document(config))
    assert document == json.dumps(json.loads(first.document))

    refused = planned(config, empty(domain, not_permitted=("iam:CreatePolicy",)))
    (stop,) = refused.stops
    assert "sendas policy --boundary > boundary.json; aws iam create-policy --policy-name" in stop
    assert () == refused.not_permitted

    there = planned(config, empty(domain, boundary=document))
    assert not any(isinstance(step, MakeBoundary) for step in there.steps)
    assert not any("sendas-boundary" in note for note in there.notes)
    other = planned(config, empty(domain, boundary='{"Statement": []}'))
    assert any("not what this release makes of it" in note for note in other.notes)


def test_every_role_and_user_carries_the_boundary(variant: Variant) -> None:
    """And without the key none does."""
    bounded = build_template(
        Wanted(variant(permissions_boundary="b"), (), "code", watcher_key="code")
    )
    plain = build_template(Wanted(variant(), (), "code", watcher_key="code"))
    for template, carries in ((bounded, True), (plain, False)):
        held = [one for one in template.resources.values() if one.type.startswith("AWS::IAM::")]
        assert {"AWS::IAM::Role", "AWS::IAM::User"} == {one.type for one in held}
        assert all(carries is ("PermissionsBoundary" in one.properties) for one in held)


def test_where_all_stands_nothing_is_to_be_done(
    owner_config: Config, owner_domain: ConfiguredDomain
) -> None:
    """The plan of what apply left is empty, and says so."""
    plan = planned(owner_config, standing(owner_config, owner_domain))
    assert ((), (), (), False) == (plan.steps, plan.changes, plan.stops, plan.changes_something)
    assert "Nothing to do: all stands as the file wants it." == summary(plan)


def test_an_empty_account_gets_everything(
    owner_config: Config, owner_domain: ConfiguredDomain
) -> None:
    """Every resource is to be added, and the MX comes last of all."""
    plan = planned(owner_config, empty(owner_domain))
    assert {"+"} == {str(one.mark) for one in plan.changes}
    assert "MX example.com" in str(plan.steps[-1])
    assert plan.allowed
    assert plan.changes_something


def test_a_new_mailbox_is_one_user_more(
    owner_config: Config, owner_domain: ConfiguredDomain
) -> None:
    """Only what differs is shown: the user, and the rule's recipients."""
    more = replace(
        owner_domain,
        mailboxes=(*owner_domain.mailboxes, replace(owner_domain.mailboxes[0], name="info")),
    )
    seen = standing(owner_config, owner_domain)
    plan = planned(of(owner_config, more), replace(seen, published=published(more)))
    assert [("~", "Rule"), ("+", "UserInfo")] == sorted(
        ((str(one.mark), one.logical_id) for one in plan.changes), key=lambda pair: pair[1]
    )


def test_a_mailbox_that_goes_loses_its_keys_first(
    owner_config: Config, owner_domain: ConfiguredDomain
) -> None:
    """IAM deletes no user with keys, and CloudFormation would leave it behind unsaid."""
    fewer = replace(owner_domain, mailboxes=owner_domain.mailboxes[1:])
    plan = planned(of(owner_config, fewer), standing(owner_config, owner_domain))
    assert DeleteKeys("sendas-me@example.com") in plan.steps
    assert "- IAM::User UserMe sendas-me@example.com" in as_text(plan)


def test_a_plan_reads_as_json(owner_config: Config, owner_domain: ConfiguredDomain) -> None:
    """Programs get the same plan: marks, records with before and after, steps by kind."""
    read = json.loads(as_json(planned(owner_config, empty(owner_domain))))
    assert "sendas.plan/1" == read["schema"]
    assert "make-rule-set" == read["steps"][0]["kind"]
    assert {"+"} == {record["mark"] for record in read["records"]}


# Drift ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rules", "why"),
    [
        ((), "it is gone"),
        ((replace(RULE, enabled=False),), "it is disabled"),
        ((replace(RULE, recipients=("me@example.com",)),), "it has other recipients"),
        ((replace(RULE, actions=()),), "it does something else"),
        ((replace(RULE, scan_enabled=False),), "it does not scan for spam and viruses"),
    ],
)
def test_a_rule_changed_by_hand_is_put_right(
    owner_config: Config, owner_domain: ConfiguredDomain, rules: tuple[ReceiptRule, ...], why: str
) -> None:
    """CloudFormation does not look at it again; the plan does."""
    changed = RuleSet("sendas", rules)
    plan = planned(
        owner_config, standing(owner_config, owner_domain, active=changed, own_set=changed)
    )
    (step,) = plan.steps
    assert isinstance(step, RepairRule)
    assert why == step.why


def test_a_foreign_rule_in_front_is_told(
    owner_config: Config, owner_domain: ConfiguredDomain
) -> None:
    """Its order is nothing CloudFormation sees, and mail may end there."""
    crowded = RuleSet("sendas", (*FOREIGN.rules, RULE))
    plan = planned(
        owner_config, standing(owner_config, owner_domain, active=crowded, own_set=crowded)
    )
    assert any("theirs stands before ours" in note for note in plan.notes)


def test_a_set_that_was_switched_off_is_switched_on(
    owner_config: Config, owner_domain: ConfiguredDomain
) -> None:
    """Nothing is active: mail is refused, and only SES's own API can mend it."""
    plan = planned(owner_config, standing(owner_config, owner_domain, active=None))
    assert (ActivateRuleSet("sendas"),) == plan.steps


def test_a_record_that_vanished_is_put_back(
    owner_config: Config, owner_domain: ConfiguredDomain
) -> None:
    """The stack believes it there, so it is published by the step."""
    seen = standing(owner_config, owner_domain)
    gone = {
        question: Absent(False, 300) if question.type is RecordType.CNAME else answer  # noqa: FBT003  its fields in order
        for question, answer in seen.published.items()
    }
    plan = planned(owner_config, replace(seen, published=gone))
    assert ["PutRecords"] == [type(step).__name__ for step in plan.steps]


def test_what_cloudformation_found_is_shown(
    owner_config: Config, owner_domain: ConfiguredDomain
) -> None:
    """Its drift makes the plan one that changes something, for --exit-code."""
    drift = (Drift("DeadLetters", "AWS::SQS::Queue", gone=True),)
    plan = planned(owner_config, standing(owner_config, owner_domain, drift=drift))
    assert plan.changes_something
    assert "~ SQS::Queue DeadLetters is gone" in as_text(plan)


# Stops ------------------------------------------------------------------------


STOPS: dict[str, tuple[dict[str, Any], str]] = {
    "a Region without receiving": ({"receives": False}, "SES takes in no mail in eu-west-1"),
    "a bucket name that is taken": ({"bucket": BucketState.TAKEN}, "is taken by another account"),
    "somebody else's rule set": ({"active": FOREIGN}, "default-rule-set is active"),
    "a zone that nobody asks": (
        {"zone": Zone("example.com", ("ns1.example.net",))},
        "not delegated to the Route 53 zone",
    ),
    "no zone here": ({"hosted": ()}, "no Route 53 zone of this account holds example.com"),
    "somebody else's identity": (
        {
            "identity": Identity(
                "example.com", Region("eu-west-1"), "PENDING", verified_for_sending=False,
                dkim=Dkim("PENDING", signing_enabled=True, tokens=TOKENS),
            )
        },
        "made by somebody else: `sendas init --adopt example.com`",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", STOPS)
def test_what_must_not_be_done_stops_the_plan(
    owner_config: Config, owner_domain: ConfiguredDomain, name: str
) -> None:
    """One clear line says why, and how to go on."""
    otherwise, expected = STOPS[name]
    plan = planned(owner_config, empty(owner_domain, **otherwise))
    assert not plan.allowed
    (line,) = plan.stops
    assert expected in line


def test_missing_permissions_stop_apply(
    owner_config: Config, owner_domain: ConfiguredDomain
) -> None:
    """The plan says which before anything is begun; whoever applies it could not look."""
    lacking = ("iam:CreateUser", "ses:CreateEmailIdentity")
    plan = planned(owner_config, empty(owner_domain, not_permitted=lacking))

    assert not plan.allowed
    assert "2 permissions missing: apply will not begin." in as_text(plan)
    with pytest.raises(NotPermitted, match="missing: iam:CreateUser, ses:CreateEmailIdentity;"):
        check(plan)


def test_an_mx_of_another_provider_stops_the_plan(
    owner_config: Config, owner_domain: ConfiguredDomain
) -> None:
    """Mail that flows elsewhere is never taken away."""
    there = dict(absent(owner_domain))
    mx = next(q for q in there if q.type is RecordType.MX and q.name == "example.com")
    there[mx] = Records(("10 mx.example.net",), 300)
    plan = planned(owner_config, empty(owner_domain, published=there))
    assert ["mail is received by mx.example.net"] == [
        line.partition(": ")[2].partition(". ")[0] for line in plan.stops
    ]


def test_a_silent_server_is_not_absence(
    owner_config: Config, owner_domain: ConfiguredDomain
) -> None:
    """Where nobody answered nothing is planned over what may stand there."""
    silent = dict.fromkeys(absent(owner_domain), NoAnswer(Why.TIMEOUT, "192.0.2.53"))
    plan = planned(owner_config, empty(owner_domain, published=silent))
    assert plan.unseen
    assert not plan.allowed
    assert "could not be seen: nothing will be done." in summary(plan)


def test_what_could_not_be_seen_is_never_called_well(
    owner_config: Config, owner_domain: ConfiguredDomain
) -> None:
    """Where all else stands and a server is silent, "all stands" would be a guess."""
    silent = dict.fromkeys(published(owner_domain), NoAnswer(Why.TIMEOUT, "192.0.2.53"))
    plan = planned(owner_config, standing(owner_config, owner_domain, published=silent))

    assert () == plan.steps
    assert "Nothing to do" not in summary(plan)
    assert summary(plan) == json.loads(as_json(plan))["summary"]


def test_an_empty_foreign_set_may_be_replaced(
    owner_config: Config, owner_domain: ConfiguredDomain
) -> None:
    """A set in which no rule is enabled receives nothing, so nobody's mail is stopped."""
    idle = RuleSet("default-rule-set", ())
    plan = planned(owner_config, empty(owner_domain, active=idle))
    assert ActivateRuleSet("sendas", "default-rule-set") in plan.steps
    assert plan.allowed


def test_an_adopted_set_gets_our_rule(owner_config: Config, variant: Variant) -> None:
    """Named in the file, the owner's own set is used: neither made nor activated nor replaced."""
    domain = variant(adopted=Adopted(rule_set="default-rule-set"))
    seen = empty(domain, active=FOREIGN, own_set=FOREIGN)
    plan = planned(of(owner_config, domain), seen)
    assert plan.allowed
    assert [] == [s for s in plan.steps if type(s).__name__ in {"MakeRuleSet", "ActivateRuleSet"}]


# The rest ---------------------------------------------------------------------


def test_records_elsewhere_are_to_be_pasted(owner_config: Config, variant: Variant) -> None:
    """With DNS at another provider nothing is written, and the steps say what to paste."""
    domain = variant(dns=DnsProvider.MANUAL)
    plan = planned(of(owner_config, domain), empty(domain, hosted=()))
    assert ["PasteRecords", "AwaitVerification", "PasteRecords"] == [
        type(step).__name__ for step in plan.steps[-3:]
    ]


def test_the_sandbox_is_told_and_asked_about(
    owner_config: Config, owner_domain: ConfiguredDomain
) -> None:
    """Without being asked for, a request is only explained; asked for, it is a step."""
    seen = empty(owner_domain, account=account(production_access=False))
    assert any("--request-production" in note for note in planned(owner_config, seen).notes)
    asked = planned(owner_config, seen, production=Production("https://example.com", "my mail"))
    assert "RequestProduction" == type(asked.steps[-1]).__name__


@pytest.mark.parametrize(
    ("status", "move"),
    [
        ("REVIEW_IN_PROGRESS", Move.CREATE),
        ("CREATE_IN_PROGRESS", Move.WAIT),
        ("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", Move.WAIT),
        ("ROLLBACK_COMPLETE", Move.CLEAR),
        ("DELETE_FAILED", Move.CLEAR),
        ("UPDATE_ROLLBACK_FAILED", Move.FINISH_ROLLBACK),
        ("UPDATE_ROLLBACK_COMPLETE", Move.UPDATE),
        ("CREATE_COMPLETE", Move.UPDATE),
    ],
)
def test_every_state_of_a_stack_has_a_way_on(status: str, move: Move) -> None:
    """However an earlier try ended, the next one knows what to do."""
    assert move is next_move(StackSeen("sendas-example-com", status))


def test_while_cloudformation_is_at_work_nothing_else_is_concluded(
    owner_config: Config, owner_domain: ConfiguredDomain
) -> None:
    """An identity that its stack has just made is not somebody else's."""
    seen = standing(owner_config, owner_domain)
    moving = StackSeen("sendas-example-com", "CREATE_IN_PROGRESS")
    plan = planned(owner_config, replace(seen, stack=moving))
    assert (AwaitStack("sendas-example-com"),) == plan.steps
    assert plan.allowed
    assert not plan.changes_something


def test_what_the_file_says_of_the_history_counts(owner_config: Config) -> None:
    """`history = false` and `keep_days` reach the stack that apply makes, not only `template`."""
    domain = owner_config.domains[0]
    off = replace(owner_config, watch=replace(owner_config.watch, history=False, keep_days=30))
    made = make_plan(off, domain, CODE, empty(domain))
    put = [step.template for step in made.steps if isinstance(step, PutStack)][-1]

    assert "EventQueue" not in put.resources
    assert '"ExpirationInDays":30' in put.compact()


def test_the_watcher_is_told_of_every_user(owner_config: Config) -> None:
    """A function's environment is 4 KB (Lambda guide, "Quotas"); a hundred users are more."""
    domain = owner_config.domains[0]
    boxes = tuple(
        Mailbox(f"somebody-{number:03}", targets=("owner@gmail.com",), send=SendWay.SMTP)
        for number in range(100)
    )
    many = replace(owner_config, domains=(replace(domain, mailboxes=boxes),))
    seen, code = empty(many.domains[0]), replace(CODE, watcher_key="sendas/code/w.zip")

    def uploads(seen: Surroundings) -> list[Upload]:
        made = make_plan(many, many.domains[0], code, seen)
        return [one for one in made.steps if isinstance(one, Upload) and USERS in one.key]

    (upload,) = uploads(seen)
    assert 200 == len(read_users(upload.body))
    assert [] == uploads(replace(seen, users=upload.body))
