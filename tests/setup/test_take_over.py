"""Another forwarder gives way to ours, in the lab: each mail once, whenever we are killed."""

import io
import json
import re
import zipfile

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from owner_setup import End, Killed, Mortal, Owner
from sendas_lab.world import Lab
from typed import Type

from sendas.aws.session import Session
from sendas.config.edit import commented_out
from sendas.config.load import load, parse_config
from sendas.config.model import Adopted, Config, ConfiguredDomain, Mailbox
from sendas.play.scene import RULE_SET, Scene
from sendas.ses.receiving import LambdaAction, ReceiptRule, RuleSet
from sendas.setup.apply import ApplyOptions, apply_plan, check, plan_for
from sendas.setup.plan.changes import Plan
from sendas.setup.plan.take_over import take_over, take_over_steps, taken_over
from sendas.setup.rule_steps import CarryRules, EndRules
from sendas.setup.stack.names import stack_names


OLD = "old-forwarder"
CODE = """
import boto3

def handle(event, context):
    for record in event["Records"]:
        ses = record["ses"]
        subject = ses["mail"]["commonHeaders"]["subject"]
        head = "From: forwarded@example.com\\r\\nX-Forwarded-By: old\\r\\nTo: owner@gmail.com"
        boto3.client("ses").send_raw_email(
            Source="forwarded@example.com", Destinations=["owner@gmail.com"],
            RawMessage={"Data": f"{head}\\r\\nSubject: {subject}\\r\\n\\r\\nHello.\\r\\n"})
"""


def old_forwarder(scene: Scene) -> None:
    """What people have: a rule that stores the mail and invokes a function, which sends it."""
    account = scene.lab.account_id
    trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}}
    allowed = {"Effect": "Allow", "Action": "ses:SendRawEmail", "Resource": "*"}
    scene.call(
        "iam",
        "CreateRole",
        RoleName=OLD,
        AssumeRolePolicyDocument=document({**trust, "Action": "sts:AssumeRole"}),
    )
    scene.call(
        "iam", "PutRolePolicy", RoleName=OLD, PolicyName="send", PolicyDocument=document(allowed)
    )
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("old.py", CODE)
    made = scene.call(
        "lambda",
        "CreateFunction",
        FunctionName=OLD,
        Runtime="python3.13",
        Role=f"arn:aws:iam::{account}:role/{OLD}",
        Handler="old.handle",
        Code={"ZipFile": code.getvalue()},
    )
    scene.call(
        "lambda",
        "AddPermission",
        FunctionName=OLD,
        StatementId="ses",
        Action="lambda:InvokeFunction",
        Principal="ses.amazonaws.com",
        SourceAccount=account,
    )
    (rule,) = scene.call("ses", "DescribeActiveReceiptRuleSet")["Rules"]
    calls = {"LambdaAction": {"FunctionArn": made["FunctionArn"], "InvocationType": "Event"}}
    scene.call(
        "ses",
        "UpdateReceiptRule",
        RuleSetName=RULE_SET,
        Rule={**rule, "Actions": [*rule["Actions"], calls]},
    )


def document(statement: object) -> str:
    """A policy."""
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


@pytest.fixture
def adopted(sendas_scene: Scene, type_: Type) -> Scene:
    """An owner who has adopted what stands, and says in the file where mail goes."""
    old_forwarder(sendas_scene)
    adopt(type_)
    return sendas_scene


def adopt(type_: Type) -> None:
    """`init --adopt`, and what it asks the owner to write."""
    assert 0 == type_("init", "example.com", "--adopt", "--force").status
    file = Path("sendas.toml")
    file.write_text(file.read_text().replace("keep = true", 'to = ["owner@gmail.com"]'))


def arrivals(lab: Lab) -> Counter[tuple[str, str]]:
    """How often each mail has arrived, by subject and forwarder."""
    return Counter(
        (mail.subject, "old" if b"X-Forwarded-By: old" in mail.content else "ours")
        for mail in lab.gmail.inbox("owner@gmail.com")
    )


def write(lab: Lab, subject: str) -> None:
    """Jane writes, and all that follows has happened."""
    lab.write_to_owner("me@example.com", subject=subject)
    for _ in range(2):
        lab.settle()
        lab.aws.mappings.settle()


def test_one_command_moves_the_mail_and_one_takes_it_back(adopted: Scene, type_: Type) -> None:
    """Each mail arrives once, by whoever it was for; the file agrees with what stands."""
    lab = adopted.lab
    write(lab, "One")
    shown = type_("plan", "--take-over")
    assert 0 == shown.status, shown.err
    run = type_("apply", "--take-over", "--yes", "--no-doctor")
    assert 0 == run.status, run.err
    write(lab, "Two")

    file = Path("sendas.toml").read_text()
    assert 'the lines below are the way back:\n# rule_set = "inbound"\n' in file
    assert 'zone_id = "' in file
    again = type_("plan", "--exit-code")
    assert (0, True) == (again.status, "Nothing to do" in again.out), again.out

    back = f"aws ses set-active-receipt-rule-set --rule-set-name {RULE_SET} --region us-east-1"
    assert back in run.out
    adopted.call("ses", "SetActiveReceiptRuleSet", RuleSetName=RULE_SET)
    write(lab, "Three")
    assert {("One", "old"): 1, ("Two", "ours"): 1, ("Three", "old"): 1} == arrivals(lab)


@pytest.mark.timeout(300)
@pytest.mark.parametrize("by", ["configuration set", "notifications"])
def test_what_stood_before_tells_of_sent_mail(adopted: Scene, type_: Type, by: str) -> None:
    """By its set, or else by itself: bounces go to a topic of theirs still, and to us too."""
    topic = adopted.call("sns", "CreateTopic", Name="bounces")["TopicArn"]
    about = {"Identity": "example.com", "NotificationType": "Bounce"}
    adopted.call("ses", "SetIdentityNotificationTopic", **about, SnsTopic=topic)
    if by == "notifications":
        adopted.call(
            "sesv2", "PutEmailIdentityConfigurationSetAttributes", EmailIdentity="example.com"
        )
        adopt(type_)
    run = type_("apply", "--take-over", "--yes", "--no-doctor")
    assert 0 == run.status, run.err
    assert (by == "notifications") is ("of each complaint, delivery" in run.out)
    again = type_("plan", "--exit-code", "--no-drift")
    assert (0, True) == (again.status, "Nothing to do" in again.out), again.out
    for name in ("success", "bounce", "complaint"):
        head = f"From: me@example.com\r\nTo: {name}@simulator.amazonses.com\r\n"
        content = f"{head}Subject: Hello\r\n\r\ntext\r\n".encode()
        adopted.call("sesv2", "SendEmail", Content={"Raw": {"Data": content}})
    write(adopted.lab, "One")  # and all that follows

    for name, outcome in {"success": "delivered", "bounce": "bounced"}.items():
        run = type_("trace", f"{name}@simulator.amazonses.com", "--json")
        found = json.loads(run.out.splitlines()[-1])
        assert (outcome, True) == (found["outcome"], bool(found["credential"])), found
    if by == "configuration set":
        return
    file = Path("sendas.toml")
    file.write_text(f"watch = false\n{file.read_text()}")
    run = type_("apply", "--yes", "--no-doctor")
    assert 0 == run.status, run.err
    told = adopted.call("ses", "GetIdentityNotificationAttributes", Identities=["example.com"])
    kinds = told["NotificationAttributes"]["example.com"]
    assert {"BounceTopic": topic} == {k: v for k, v in kinds.items() if k.endswith("Topic")}


def test_an_edit_of_the_file_alone_is_stopped_and_told(adopted: Scene, type_: Type) -> None:
    """What people try first would have both forward, or neither: it says what does it."""
    file = Path("sendas.toml")
    text = file.read_text()
    for gone in ((), ("bucket",), ("bucket", "rule_set")):
        file.write_text(without(text, "rules", "function_arn", *gone))
        run = type_("plan", "--no-drift")

        assert 2 == run.status, run.out
        assert "`sendas apply --take-over`" in run.out
    run = type_("plan", "--take-over", "--no-drift")
    assert 0 == run.status, f"{run.out}{run.err}"
    assert RULE_SET == adopted.call("ses", "DescribeActiveReceiptRuleSet")["Metadata"]["Name"]


def without(text: str, *keys: str) -> str:
    """The file without those lines."""
    return "".join(
        line for line in text.splitlines(keepends=True) if line.split(" = ")[0] not in keys
    )


def test_killed_at_any_call_each_mail_arrives_once(adopted: Scene) -> None:
    """By the old forwarder up to some moment, by ours from then on; never by both or none."""
    lab = adopted.lab
    named = load(Path("sendas.toml"))
    (domain,) = (taken_over(one) for one in named.domains)
    owner = Owner(lab, Config((domain,)))

    def carry_out(session: Session | None = None) -> End:
        doors = owner.doors(session)

        def plan(drift: bool = False) -> Plan:  # noqa: FBT001, FBT002  as apply_plan asks
            return plan_for(
                owner.config, domain, owner.code, doors, detect_drift=drift, take_over=True
            )

        first = plan()
        check(first)
        options = ApplyOptions(owner.said.append, lambda *_: None)
        return apply_plan(first, plan, domain, doors, options)

    sent, ours = 0, False
    for at in range(1, 400, 13):
        mortal = Mortal(lab.session(), at=at, before=bool(at % 2))
        try:
            carry_out(mortal)
        except Killed:
            pass
        else:
            break
        if at % 2 == 1:
            sent += 1
            write(lab, str(sent))
            forwarder = next(by for subject, by in arrivals(lab) if subject == str(sent))
            assert forwarder == "ours" or not ours, "it went back by itself"
            ours = forwarder == "ours"
    else:
        pytest.fail("it never comes to an end")
    write(lab, "last")

    assert {"old", "ours"} == {by for _, by in arrivals(lab)}
    assert set(arrivals(lab).values()) == {1}
    assert sent + 1 == len(arrivals(lab))


def test_rules_of_the_same_set_end_too(adopted: Scene, type_: Type) -> None:
    """Where the old rule is in the very set that ours go into, SES obeys a copy meanwhile.

    What an earlier take-over left in that copy, and would forward too, is not in it.
    """
    adopted.call("ses", "CloneReceiptRuleSet", RuleSetName="sendas", OriginalRuleSetName=RULE_SET)
    adopted.call("ses", "SetActiveReceiptRuleSet", RuleSetName="sendas")
    policy = adopted.call("s3", "GetBucketPolicy", Bucket="example-com-mail")["Policy"]
    wider = policy.replace(f"receipt-rule-set/{RULE_SET}:", "receipt-rule-set/*:")
    wider = re.sub(r"receipt-rule/[\w-]+", "receipt-rule/*", wider)
    wider = wider.replace("StringEquals", "StringLike").replace("ArnEquals", "ArnLike")
    adopted.call("s3", "PutBucketPolicy", Bucket="example-com-mail", Policy=wider)
    an_earlier_copy(adopted)
    adopt(type_)
    run = type_("apply", "--take-over", "--yes", "--no-doctor")

    assert 0 == run.status, f"{run.out}{run.err}"
    write(adopted.lab, "One")
    assert {("One", "ours"): 1} == arrivals(adopted.lab)
    active = adopted.call("ses", "DescribeActiveReceiptRuleSet")
    assert ["sendas-example-com"] == [rule["Name"] for rule in active["Rules"]]
    adopted.call("ses", "SetActiveReceiptRuleSet", RuleSetName="sendas-example-com-before")
    write(adopted.lab, "Two")
    assert 1 == arrivals(adopted.lab)["Two", "old"]


def an_earlier_copy(scene: Scene) -> None:
    """Of a set that had a second rule for the old forwarder, and ours for nobody."""
    copy = "sendas-example-com-before"
    scene.call("ses", "CloneReceiptRuleSet", RuleSetName=copy, OriginalRuleSetName=RULE_SET)
    (rule,) = scene.call("ses", "DescribeReceiptRuleSet", RuleSetName=copy)["Rules"]
    for name, actions in (("earlier", rule["Actions"]), (rule["Name"], [rule["Actions"][0]])):
        verb = "CreateReceiptRule" if name == "earlier" else "UpdateReceiptRule"
        changed = {**rule, "Name": name, "Actions": actions}
        scene.call("ses", verb, RuleSetName=copy, Rule=changed)


# Decided ----------------------------------------------------------------------


DOMAIN = ConfiguredDomain(
    name="example.com",  # type: ignore[arg-type]  read already
    region="us-east-1",  # type: ignore[arg-type]  the same
    mailboxes=(Mailbox("me", targets=("owner@gmail.com",)),),  # type: ignore[arg-type]  the same
    forwarding_address="forwarded@example.com",
)
CALLS = (LambdaAction("arn:aws:lambda:us-east-1:123456789012:function:x"),)


def rule(name: str, *recipients: str) -> ReceiptRule:
    """One that invokes a function."""
    return ReceiptRule(name, enabled=True, recipients=recipients, actions=CALLS)


def test_rules_of_other_domains_are_carried_over() -> None:
    """With their own recipients, and without ours."""
    active = RuleSet(
        "default",
        (
            rule("both", "me@example.com", "you@example.org"),
            rule("sub", ".example.com"),
            rule("old", "me@example.com"),
        ),
    )
    found = take_over(DOMAIN, stack_names(DOMAIN), active, ("example.org",))

    assert {"both": ("you@example.org",), "sub": (".example.com",)} == found.carried
    assert ("old",) == found.ended
    assert () == found.stops


def test_what_an_earlier_take_over_left_does_not_come_into_force() -> None:
    """Rules in our set that SES does not obey now: a copy that nobody has any more ends."""
    active = RuleSet("default", (rule("old", "me@example.com"), rule("new", "you@example.org")))
    left = (rule("gone", "you@example.org"), rule("old", "me@example.com"))
    mine, theirs = rule("sendas-example-com", "me@example.com"), rule("sendas-example-net-2", ".")
    theirs = replace(theirs, recipients=("you@example.net",))
    own = RuleSet("sendas", (*left, mine, theirs))
    found = take_over(DOMAIN, stack_names(DOMAIN), active, ("example.org", "example.net"), own)

    assert ("gone", "old") == found.stale
    assert () == found.stops
    steps = take_over_steps(stack_names(DOMAIN), found, active, own)
    assert [("CarryRules", "new"), ("EndRules", "gone, old")] == [
        (
            type(step).__name__,
            ", ".join(one if isinstance(one, str) else one[0] for one in step.rules),
        )
        for step in steps
        if isinstance(step, CarryRules | EndRules)
    ]


def test_a_copy_whose_rule_does_something_else_now_is_made_again() -> None:
    """The set in force says what a rule does; only what a stack made is its stack's."""
    stack_s = "sendas-example-net"
    now = (rule("both", "you@example.org"), rule(stack_s, "a@example.net"))
    active = RuleSet("default", now)
    own = RuleSet("sendas", tuple(replace(one, enabled=False) for one in now))
    found = take_over(DOMAIN, stack_names(DOMAIN), active, ("example.org",), own)

    assert (CarryRules("default", "sendas", (("both", ("you@example.org",)),)),) == (
        take_over_steps(stack_names(DOMAIN), found, active, own)
    )


def test_a_rule_of_another_stack_that_slept_is_no_second_forwarder() -> None:
    """Its domain's mail is forwarded by somebody now: with both in force it came twice."""
    active = RuleSet("default", (rule("both", "me@example.com", "you@example.net"),))
    own = RuleSet("sendas", (rule("sendas-example-net", "example.net"),))
    found = take_over(DOMAIN, stack_names(DOMAIN), active, ("example.net",), own)

    assert "both of default takes mail that sendas-example-net would take" in found.stops[0]
    assert () == take_over_steps(stack_names(DOMAIN), found, active, own)


@pytest.mark.parametrize(
    ("old", "others", "why"),
    [
        (rule("all"), ("example.org",), "takes the mail of all domains, also of example.org"),
        (rule("all"), (), "takes every address at example.com"),
        (rule("old", "example.com"), (), "takes every address at example.com"),
        (rule("old", "me@example.com", "sales@example.com"), (), "takes sales@example.com"),
    ],
)
def test_a_take_over_that_would_lose_mail_is_stopped(
    old: ReceiptRule, others: tuple[str, ...], why: str
) -> None:
    """Of ours whom the new rule does not take, or of another domain."""
    found = take_over(DOMAIN, stack_names(DOMAIN), RuleSet("default", (old,)), others)

    assert any(why in stop for stop in found.stops), found.stops


def test_with_a_catch_all_nothing_is_left_out() -> None:
    """Ours then takes every address."""
    domain = replace(DOMAIN, mailboxes=(*DOMAIN.mailboxes, Mailbox("*", keep=True)))
    found = take_over(domain, stack_names(domain), RuleSet("default", (rule("all"),)), ())

    assert ((), ("all",)) == (found.stops, found.ended)


def test_where_nobody_would_be_forwarded_to_it_is_stopped() -> None:
    """As `init --adopt` writes the file where it cannot see the targets."""
    domain = replace(DOMAIN, mailboxes=(Mailbox("*", keep=True),))
    found = take_over(domain, stack_names(domain), RuleSet("default", (rule("all"),)), ())

    assert "no mailbox of example.com has `to`" in found.stops[0]


# The file ---------------------------------------------------------------------


TEXT = """\
region = "us-east-1"
[[domain]]
name = "example.org"
[domain.adopted]
rule_set = "theirs"
[[domain.mailbox]]
name = "me"
keep = true
[[domain]]
name = "example.com"
[domain.adopted]
identity = true
# how it was
rule_set = "inbound"
rules = [
  "one",  # first
  "two",
]

# other things
zone_id = "Z1"
bucket = "b"
[[domain.mailbox]]
name = "me"
to = ["owner@gmail.com"]
"""


def test_keys_become_comments_where_they_stand() -> None:
    """All lines of a value, nothing of what is around it, and of no other domain."""
    places = [("domain", 1, "adopted", key) for key in ("rule_set", "rules", "bucket", "prefix")]
    made = commented_out(TEXT, places, "why")

    expected = (
        '# why\n# rule_set = "inbound"\n# rules = [\n#   "one",  # first\n#   "two",\n# ]\n\n'
        '# other things\nzone_id = "Z1"\n# bucket = "b"\n[[domain.mailbox]]\n'
    )
    assert expected in made
    assert 'rule_set = "theirs"' in made
    (_, domain) = parse_config(made).domains
    assert Adopted(identity=True, zone_id="Z1") == domain.adopted


def test_a_file_that_cannot_be_edited_is_told_and_left(type_: Type) -> None:
    """An inline table: other keys stand on the same line; the plan is not begun."""
    file = Path("sendas.toml")
    file.write_text(INLINE)
    run = type_("apply", "--take-over", "--yes", "--no-doctor")

    assert 2 == run.status
    assert "take rule_set, rules, bucket, prefix, topic_arn, function_arn out of" in run.err
    assert file.read_text() == INLINE
    assert "Plan for" not in run.out


INLINE = """\
region = "us-east-1"
[[domain]]
name = "example.com"
notices = "owner@gmail.com"
forwarding_address = "forwarded@example.com"
adopted = { identity = true, rule_set = "inbound", rules = ["to-s3"], bucket = "example-com-mail" }
[[domain.mailbox]]
name = "me"
to = ["owner@gmail.com"]
"""
