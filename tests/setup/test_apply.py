"""Domain as code, carried out in the lab: CloudFormation makes it, and mail flows."""

import contextlib
import os

import pytest

from owner_setup import End, Killed, Mortal, Owner

from sendas.config.model import Domain
from sendas.setup.plan import Plan


def test_from_an_empty_account_to_a_mail_that_arrives(owner: Owner, owner_domain: Domain) -> None:
    """One apply, and a mail from outside reaches Gmail with DMARC passing; then nothing to do."""
    assert End.DONE is owner.apply(owner_domain), owner.said
    assert owner.forwarded("me@example.com")
    again = owner.plan(owner_domain)
    assert ((), ()) == (again.steps, again.changes)


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


def test_everything_is_shown_before_it_is_done(owner: Owner, owner_domain: Domain) -> None:
    """The first plan shows the steps in their order, and planning changes nothing."""
    plan = owner.plan(owner_domain)
    assert [
        "MakeRuleSet", "PutStack", "Upload", "Upload", "PutStack", "ActivateRuleSet",
        "PutRecords", "AwaitVerification", "PutRecords",
    ] == kinds(plan)  # fmt: skip
    assert plan.changes_something
    assert [] == owner.call("cloudformation", "DescribeStacks").get("Stacks", [])


def test_destroy_keeps_mail_and_apply_takes_it_up_again(
    owner: Owner, owner_domain: Domain
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


@pytest.mark.timeout(600)
@pytest.mark.parametrize("before", [True, False], ids=["before", "after"])
def test_apply_killed_at_any_call_and_repeated_ends_the_same(
    owner: Owner, owner_domain: Domain, *, before: bool
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
    owner: Owner, owner_domain: Domain
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
    """Which calls to die at: every eighth by default, each with SENDAS_EVERY_CALL=1."""
    step = 1 if os.environ.get("SENDAS_EVERY_CALL") else max(calls // 6, 1)
    return list(range(1, calls + 1, step))
