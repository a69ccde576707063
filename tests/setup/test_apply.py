"""Domain as code, carried out in the lab: CloudFormation makes it, and mail flows."""

import contextlib
import os
import random

from collections.abc import Callable
from dataclasses import replace

import pytest

from owner_setup import End, Killed, Mortal, Owner
from sendas_lab.ses.region_state import Status

from sendas.config.model import Adopted, ConfiguredDomain, DnsProvider, Mailbox, SendWay
from sendas.ses.regions import Region
from sendas.setup.apply import PlanStopped
from sendas.setup.apply_stack import StackFailed
from sendas.setup.plan.changes import Plan
from sendas.setup.records.look import NotDelegated


def test_from_an_empty_account_to_a_mail_that_arrives(
    owner: Owner, owner_domain: ConfiguredDomain
) -> None:
    """One apply, and a mail from outside reaches Gmail with DMARC passing; then nothing to do."""
    assert End.DONE is owner.apply(owner_domain), owner.said
    assert owner.forwarded("me@example.com")
    again = owner.plan(owner_domain)
    assert ((), ()) == (again.steps, again.changes)


def test_the_sandboxs_first_day(owner: Owner, owner_domain: ConfiguredDomain) -> None:
    """SES asks each target, apply says what to click and waits, and the first mail arrives.

    A link that ran out is asked for again; nobody is asked twice who has one.
    """
    region = Region("eu-west-1")
    owner.lab.ses.region(region).account.production = False
    plan = owner.plan(owner_domain)
    assert ("AskTargets", "AwaitTargets") == (kinds(plan)[0], kinds(plan)[-1])

    assert End.WAITING is owner.apply(owner_domain)
    said = "\n".join(owner.said)
    assert "SES sends owner@gmail.com a mail with a link that has to be clicked" in said
    assert "the mail is from Amazon Web Services" in said
    assert ["AwaitTargets"] == kinds(owner.plan(owner_domain))
    assert not owner.forwarded("me@example.com")

    for status in (Status.FAILED, Status.TEMPORARY_FAILURE):
        identity = owner.lab.ses.region(region).identities["owner@gmail.com"]
        identity.verification.status = status
        assert ["AskTargets", "AwaitTargets"] == kinds(owner.plan(owner_domain))
        assert End.WAITING is owner.apply(owner_domain)
        assert ["AwaitTargets"] == kinds(owner.plan(owner_domain))

    owner.lab.ses.confirm_address(region, "owner@gmail.com")
    assert End.DONE is owner.apply(owner_domain)
    assert owner.forwarded("me@example.com")


def kinds(plan: Plan) -> list[str]:
    """The steps of a plan, by their names."""
    return [type(step).__name__ for step in plan.steps]


def end_state(owner: Owner) -> dict[str, object]:
    """All that matters of what stands, told the same way however it came about."""
    stacks = owner.call("cloudformation", "DescribeStacks")["Stacks"]
    active = owner.call("ses", "DescribeActiveReceiptRuleSet")
    buckets = owner.call("s3", "ListBuckets").get("Buckets", ())
    zone = owner.call("route53", "ListHostedZonesByName", DNSName="example.com")["HostedZones"][0]
    records = owner.call("route53", "ListResourceRecordSets", HostedZoneId=zone["Id"])
    return {
        "stacks": sorted(
            (s["StackName"], s["StackStatus"].removeprefix("UPDATE_").removeprefix("CREATE_"))
            for s in stacks
        ),
        "active": active.get("Metadata", {}).get("Name"),
        "rules": [rule["Name"] for rule in active.get("Rules", ())],
        "buckets": sorted(bucket["Name"] for bucket in buckets),
        "users": sorted(u["UserName"] for u in owner.call("iam", "ListUsers").get("Users", ())),
        "records": sorted(
            (r["Name"], r["Type"], *(v["Value"] for v in r["ResourceRecords"]))
            for r in records["ResourceRecordSets"]
            if r["Type"] not in {"NS", "SOA"}
        ),
    }


def test_everything_is_shown_before_it_is_done(
    owner: Owner, owner_domain: ConfiguredDomain
) -> None:
    """The first plan shows the steps in their order, and planning changes nothing."""
    plan = owner.plan(owner_domain)
    assert [
        "MakeRuleSet", "PutStack", "Upload", "Upload", "Upload", "Upload", "Upload", "BeginWatch",
        "PutStack", "ActivateRuleSet", "PutRecords", "AwaitVerification", "PutRecords",
    ] == kinds(plan)  # fmt: skip
    assert plan.changes_something
    assert [] == owner.call("cloudformation", "DescribeStacks").get("Stacks", [])


def test_destroy_keeps_mail_and_apply_takes_it_up_again(
    owner: Owner, owner_domain: ConfiguredDomain
) -> None:
    """After destroy the bucket stands, nothing else; another apply receives into it again."""
    owner.apply(owner_domain)
    assert owner.forwarded("me@example.com")
    stood = end_state(owner)
    owner.destroy(owner_domain)
    left = end_state(owner)
    assert [] == left["stacks"]
    assert (None, stood["buckets"]) == (left["active"], left["buckets"])
    assert [("_dmarc.example.com.", "TXT", '"v=DMARC1; p=none"')] == left["records"]
    assert End.DONE is owner.apply(owner_domain)
    assert owner.forwarded("me@example.com")
    assert stood["rules"] == end_state(owner)["rules"]
    owner.destroy(owner_domain, delete_mail=True)
    assert [] == end_state(owner)["buckets"]


def test_a_mail_that_was_deleted_can_be_had_back(
    owner: Owner, owner_domain: ConfiguredDomain
) -> None:
    """With `keep_deleted_days`, by S3's versions; `--delete-mail` leaves none of them."""
    kept = replace(owner_domain, keep_deleted_days=30)
    owner.apply(owner_domain)
    assert End.DONE is owner.apply(kept)
    assert not owner.plan(kept).changes_something
    assert owner.forwarded("me@example.com")
    (bucket,) = end_state(owner)["buckets"]
    listed = owner.call("s3", "ListObjectsV2", Bucket=bucket, Prefix="mail/")["Contents"]
    (mail,) = (one for one in listed if "AMAZON_SES" not in one["Key"])
    where = {"Bucket": bucket, "Key": mail["Key"]}

    owner.call("s3", "DeleteObject", **where)
    (mark,) = owner.call("s3", "ListObjectVersions", Bucket=bucket)["DeleteMarkers"]
    owner.call("s3", "DeleteObject", **where, VersionId=mark["VersionId"])
    assert mail["Size"] == owner.call("s3", "HeadObject", **where)["ContentLength"]

    owner.call("s3", "DeleteObject", **where)
    owner.destroy(kept, delete_mail=True)
    assert [] == end_state(owner)["buckets"]


@pytest.mark.timeout(600)
@pytest.mark.parametrize("before", [True, False], ids=["before", "after"])
def test_apply_killed_at_any_call_and_repeated_ends_the_same(
    owner: Owner, owner_domain: ConfiguredDomain, *, before: bool
) -> None:
    """Whichever call it dies at, the next apply ends where an undisturbed one does."""
    counting = Mortal(owner.lab.session())
    owner.apply(owner_domain, counting)
    wanted = end_state(owner)
    for at in chosen(counting.calls):
        owner.destroy(owner_domain, delete_mail=True)
        mortal = Mortal(owner.lab.session(), at=at, before=before)
        with contextlib.suppress(Killed):
            owner.apply(owner_domain, mortal)
        assert End.DONE is owner.apply(owner_domain), f"killed at call {at}"
        assert wanted == end_state(owner), f"killed at call {at}"
    assert owner.forwarded("me@example.com")


@pytest.mark.timeout(600)
def test_destroy_killed_at_any_call_and_repeated_ends_the_same(
    owner: Owner, owner_domain: ConfiguredDomain
) -> None:
    """Whichever call destroy dies at, repeating it leaves what an undisturbed one leaves."""
    owner.apply(owner_domain)
    counting = Mortal(owner.lab.session())
    owner.destroy(owner_domain, counting)
    wanted = end_state(owner)
    for at in chosen(counting.calls):
        owner.apply(owner_domain)
        with contextlib.suppress(Killed):
            owner.destroy(owner_domain, Mortal(owner.lab.session(), at=at, before=False))
        owner.destroy(owner_domain)
        assert wanted == end_state(owner), f"killed at call {at}"


def chosen(calls: int) -> list[int]:
    """Which calls to die at: four of them, others with each seed; each with SENDAS_EVERY_CALL."""
    every = range(1, calls + 1)
    if os.environ.get("SENDAS_EVERY_CALL"):
        return list(every)
    return sorted(random.sample(every, 4))  # pytest-randomly seeds it, and prints the seed


@pytest.mark.timeout(600)
def test_mail_flows_whatever_call_a_change_is_killed_at(
    owner: Owner, owner_domain: ConfiguredDomain
) -> None:
    """A change that dies anywhere, and the one that repeats it, never stop received mail."""
    owner.apply(owner_domain)
    target = Mailbox("info", targets=("owner@gmail.com",), send=SendWay.SMTP)
    for number, at in enumerate(chosen(90)):
        boxes = (*owner_domain.mailboxes, replace(target, name=f"info{number}"))
        changed = replace(owner_domain, mailboxes=boxes)
        owner.config = replace(owner.config, domains=(changed,))
        with contextlib.suppress(Killed):
            owner.apply(changed, Mortal(owner.lab.session(), at=at))
        assert owner.forwarded("me@example.com"), f"killed at call {at}"
        assert End.DONE is owner.apply(changed), f"killed at call {at}"
        assert owner.forwarded(f"info{number}@example.com"), f"killed at call {at}"


def test_two_domains_in_one_region_share_the_set_and_nothing_else(
    owner: Owner, owner_domain: ConfiguredDomain
) -> None:
    """Taking one away leaves the other's mail as it was."""
    other = replace(
        owner_domain,
        name="example.net",
        mail_from="mail.example.net",
        forwarding_address="forwarded@example.net",
    )
    owner.config = replace(owner.config, domains=(owner_domain, other))
    owner.delegate(domain="example.net")
    owner.apply(owner_domain)
    owner.apply(other)
    assert owner.forwarded("me@example.com")
    assert owner.forwarded("me@example.net")
    owner.destroy(owner_domain, delete_mail=True)
    assert owner.forwarded("me@example.net")
    active = owner.call("ses", "DescribeActiveReceiptRuleSet")
    assert ["sendas-example-net"] == [rule["Name"] for rule in active["Rules"]]


def test_two_domains_in_two_regions_do_not_meet(
    owner: Owner, owner_domain: ConfiguredDomain
) -> None:
    """Each has its set, its stack and its bucket in its own Region."""
    owner.lab.ses.grant_production_access(Region("us-east-1"))
    other = replace(
        owner_domain,
        name="example.net",
        region=Region("us-east-1"),
        mail_from="mail.example.net",
        forwarding_address="forwarded@example.net",
    )
    owner.config = replace(owner.config, domains=(owner_domain, other))
    owner.delegate(domain="example.net")
    assert End.DONE is owner.apply(owner_domain)
    assert End.DONE is owner.apply(other)
    assert owner.forwarded("me@example.net")
    owner.destroy(other)
    assert owner.forwarded("me@example.com")


def test_a_stack_that_failed_is_made_anew(owner: Owner, owner_domain: ConfiguredDomain) -> None:
    """The first failing resource is named in one line; the next apply clears up and succeeds."""
    owner.lab.aws.stacks.cloudformation.faults.fail("ForwarderRole", reason="Internal Failure")
    with pytest.raises(StackFailed, match=r"ForwarderRole \(AWS::IAM::Role\): Internal Failure"):
        owner.apply(owner_domain)
    assert End.DONE is owner.apply(owner_domain)
    assert owner.forwarded("me@example.com")


def test_somebody_elses_rule_set_is_left_alone(
    owner: Owner, owner_domain: ConfiguredDomain
) -> None:
    """With mail flowing through another set the plan stops, and nothing was changed."""
    owner.call("ses", "CreateReceiptRuleSet", RuleSetName="theirs")
    rule = {"Name": "stop", "Enabled": True, "Actions": [{"StopAction": {"Scope": "RuleSet"}}]}
    owner.call("ses", "CreateReceiptRule", RuleSetName="theirs", Rule=rule)
    owner.call("ses", "SetActiveReceiptRuleSet", RuleSetName="theirs")
    with pytest.raises(PlanStopped, match="theirs is active in eu-west-1"):
        owner.apply(owner_domain)
    assert [] == owner.call("cloudformation", "DescribeStacks").get("Stacks", [])
    adopting = replace(owner_domain, adopted=Adopted(rule_set="theirs"))
    owner.config = replace(owner.config, domains=(adopting,))
    assert End.DONE is owner.apply(adopting)
    owner.destroy(adopting)
    assert "theirs" == owner.call("ses", "DescribeActiveReceiptRuleSet")["Metadata"]["Name"]


def test_a_domain_that_is_not_delegated_is_told(
    owner: Owner, owner_domain: ConfiguredDomain
) -> None:
    """Nobody could see its records: one line, and nothing was changed."""
    lost = replace(owner_domain, name="lost.example", mail_from=None)
    with pytest.raises(NotDelegated, match=r"lost\.example is not delegated"):
        owner.apply(lost)


def test_with_dns_elsewhere_mail_is_received_until_its_mx_is_gone(
    owner: Owner, owner_domain: ConfiguredDomain
) -> None:
    """Without the stack SES would refuse what the MX still brings; then the rest goes."""
    owner.apply(owner_domain)
    elsewhere = replace(owner_domain, dns=DnsProvider.MANUAL)
    assert not owner.destroy(elsewhere)
    assert any(line.startswith("records to remove at the DNS provider") for line in owner.said)
    assert owner.forwarded("me@example.com")

    (zone,) = owner.call("route53", "ListHostedZones")["HostedZones"]
    listed = owner.call("route53", "ListResourceRecordSets", HostedZoneId=zone["Id"])
    (mx,) = [
        one
        for one in listed["ResourceRecordSets"]
        if (one["Type"], one["Name"]) == ("MX", "example.com.")
    ]
    gone = {"Changes": [{"Action": "DELETE", "ResourceRecordSet": mx}]}
    owner.call("route53", "ChangeResourceRecordSets", HostedZoneId=zone["Id"], ChangeBatch=gone)
    assert not owner.destroy(elsewhere), "SPF and DMARC still stand at the provider"
    assert [] == owner.call("cloudformation", "DescribeStacks")["Stacks"]


def delete_function(owner: Owner) -> None:
    """What the forwarder is."""
    owner.call("lambda", "DeleteFunction", FunctionName="sendas-example-com")


def delete_queue(owner: Owner) -> None:
    """With everything that waits in it."""
    url = owner.call("sqs", "GetQueueUrl", QueueName="sendas-example-com-received")["QueueUrl"]
    owner.call("sqs", "DeleteQueue", QueueUrl=url)


def delete_topic(owner: Owner) -> None:
    """And its subscriptions with it."""
    topics = owner.call("sns", "ListTopics")["Topics"]
    (arn,) = [t["TopicArn"] for t in topics if t["TopicArn"].endswith("example-com-received")]
    owner.call("sns", "DeleteTopic", TopicArn=arn)


def unsubscribe_queue(owner: Owner) -> None:
    """The topic tells nobody any more."""
    for one in owner.call("sns", "ListSubscriptions")["Subscriptions"]:
        if one["Protocol"] == "sqs":
            owner.call("sns", "Unsubscribe", SubscriptionArn=one["SubscriptionArn"])


def disable_mapping(owner: Owner) -> None:
    """Nobody reads the queue any more."""
    for one in owner.call("lambda", "ListEventSourceMappings")["EventSourceMappings"]:
        owner.call("lambda", "UpdateEventSourceMapping", UUID=one["UUID"], Enabled=False)


def delete_role_policy(owner: Owner) -> None:
    """The forwarder may do nothing any more."""
    for role in owner.call("iam", "ListRoles")["Roles"]:
        if role["RoleName"].startswith("sendas-example-com"):
            listed = owner.call("iam", "ListRolePolicies", RoleName=role["RoleName"])
            for name in listed["PolicyNames"]:
                owner.call("iam", "DeleteRolePolicy", RoleName=role["RoleName"], PolicyName=name)


@pytest.mark.parametrize(
    "broken",
    [
        (delete_function, unsubscribe_queue, delete_role_policy),
        (disable_mapping, delete_topic),
        (delete_queue,),
    ],
)
def test_what_was_broken_by_hand_is_mended(
    owner: Owner, owner_domain: ConfiguredDomain, broken: tuple[Callable[[Owner], None], ...]
) -> None:
    """Plan shows it, apply mends it, and mail arrives again; then there is nothing to do."""
    assert End.DONE is owner.apply(owner_domain), owner.said
    for break_it in broken:
        break_it(owner)

    plan = owner.plan(owner_domain, detect_drift=True)
    assert len(broken) <= len(plan.drift)
    assert plan.changes_something
    assert End.DONE is owner.apply(owner_domain), owner.said

    again = owner.plan(owner_domain, detect_drift=True)
    assert ((), (), ()) == (again.steps, again.changes, again.drift)
    assert owner.forwarded("me@example.com")
    mappings = owner.call("lambda", "ListEventSourceMappings")["EventSourceMappings"]
    assert ["Enabled", "Enabled"] == [one["State"] for one in mappings]  # mail, and events


def test_what_cloudformation_does_not_mend_is_not_called_well(
    owner: Owner, owner_domain: ConfiguredDomain, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A change set that does nothing, as for a type that it cannot compare, is told."""
    owner.apply(owner_domain)
    disable_mapping(owner)
    monkeypatch.setattr("sendas_lab.cloudformation.drift.actual", lambda *_: {})

    with pytest.raises(StackFailed, match=r"did not put back .*EventSourceMapping"):
        owner.apply(owner_domain)


def test_drift_behind_the_stacks_back_is_shown(
    owner: Owner, owner_domain: ConfiguredDomain
) -> None:
    """CloudFormation finds the queue that somebody deleted; the rule is put right."""
    owner.apply(owner_domain)
    url = owner.call("sqs", "GetQueueUrl", QueueName="sendas-example-com-failed")["QueueUrl"]
    owner.call("sqs", "DeleteQueue", QueueUrl=url)
    owner.call("ses", "DeleteReceiptRule", RuleSetName="sendas", RuleName="sendas-example-com")
    plan = owner.plan(owner_domain, detect_drift=True)
    assert [("DeadLetters", True)] == [(one.logical_id, one.gone) for one in plan.drift]
    assert ["PutStack", "RepairRule"] == kinds(plan)
