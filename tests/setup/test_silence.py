"""What keeps all mail up is told within ten minutes, by the stack as it ships; time is the lab's.

That SQS's age of the oldest message does not see what was received three times is
the SQS guide's ("Available CloudWatch metrics"), and the lab plays it: so the
function's own line has to ring.
"""

import json

from collections.abc import Callable
from datetime import timedelta

import pytest

from owner_setup import End, Owner
from sendas_lab.aws.alarms import State

from sendas.config.model import ConfiguredDomain
from sendas.ses.regions import Region


REGION = Region("eu-west-1")
TEN_MINUTES = timedelta(minutes=10)
_STEP = timedelta(minutes=2)


def paused(owner: Owner) -> None:
    """AWS, or somebody, has paused the account's sending."""
    owner.lab.ses.set_sending_enabled(REGION, enabled=False)


def quota_used_up(owner: Owner) -> None:
    """The day's quota went into something else."""
    owner.lab.ses.use_up_quota(REGION)


def broken_mail_from(owner: Owner) -> None:
    """The custom MAIL FROM domain's MX is gone, and SES is told to refuse then."""
    zone = owner.call("route53", "ListHostedZonesByName", DNSName="example.com")["HostedZones"][0]
    listed = owner.call("route53", "ListResourceRecordSets", HostedZoneId=zone["Id"])
    gone = [r for r in listed["ResourceRecordSets"] if r["Name"].startswith("mail.")]
    owner.call(
        "route53",
        "ChangeResourceRecordSets",
        HostedZoneId=zone["Id"],
        ChangeBatch={
            "Changes": [{"Action": "DELETE", "ResourceRecordSet": record} for record in gone]
        },
    )
    owner.call(
        "sesv2",
        "PutEmailIdentityMailFromAttributes",
        EmailIdentity="example.com",
        MailFromDomain="mail.example.com",
        BehaviorOnMxFailure="REJECT_MESSAGE",
    )
    owner.lab.ses.refresh()


def forgotten_domain(owner: Owner) -> None:
    """Somebody wrote routes that do not know the domain which the rules take."""
    (bucket,) = owner.call("s3", "ListBuckets")["Buckets"]
    body = owner.call("s3", "GetObject", Bucket=bucket["Name"], Key="sendas/routes.json")
    routes = json.loads(body["Body"].read())
    routes["domains"]["example.org"] = routes["domains"].pop("example.com")
    routes["domains"]["example.org"]["forwarding_address"] = "forwarded@example.org"
    owner.call(
        "s3",
        "PutObject",
        Bucket=bucket["Name"],
        Key="sendas/routes.json",
        Body=json.dumps(routes).encode(),
    )


def pass_time(owner: Owner, by: timedelta) -> None:
    """Let *by* pass, and everything that is due in it."""
    lab = owner.lab
    lab.clock.move(by)
    lab.ses.courier.wake()
    lab.settle()
    lab.aws.mappings.settle()
    lab.settle()


def ringing(owner: Owner) -> set[str]:
    """The alarms that ring, by their last words."""
    owner.lab.aws.watch.look()
    alarms = owner.call("cloudwatch", "DescribeAlarms")["MetricAlarms"]
    return {
        str(one["AlarmName"]).removeprefix("sendas-example-com-")
        for one in alarms
        if one["StateValue"] == State.ALARM
    }


@pytest.mark.parametrize("broken", [paused, quota_used_up, broken_mail_from, forgotten_domain])
def test_what_holds_up_everything_rings_within_ten_minutes(
    owner: Owner, owner_domain: ConfiguredDomain, broken: Callable[[Owner], None]
) -> None:
    """At the first try, not when the mail is given up."""
    assert End.DONE is owner.apply(owner_domain), owner.said
    assert set() == ringing(owner)
    broken(owner)
    owner.lab.write_to_owner("me@example.com")
    began = owner.lab.clock.now()
    pass_time(owner, timedelta())

    while "look" not in (heard := ringing(owner)):
        assert owner.lab.clock.now() - began < TEN_MINUTES, heard
        pass_time(owner, _STEP)

    assert () == owner.lab.gmail.inbox("owner@gmail.com")


def test_a_new_stack_rings_only_if_nobody_looks(
    owner: Owner, owner_domain: ConfiguredDomain
) -> None:
    """No alarm of a stack that has just come to stand; after a day and a half without a look, one.

    Nobody invokes the watcher here: what `apply` publishes is a beginning, and no all-clear.
    """
    assert End.DONE is owner.apply(owner_domain), owner.said
    assert set() == ringing(owner)
    for _ in range(5):
        owner.lab.clock.move(timedelta(hours=6))
        assert set() == ringing(owner)
    owner.lab.clock.move(timedelta(hours=6, minutes=1))
    assert "watcher-silent" in ringing(owner)
    assert ((), ()) == (owner.plan(owner_domain).steps, owner.plan(owner_domain).changes)


def test_a_quota_used_up_for_thirty_hours_loses_nothing(
    owner: Owner, owner_domain: ConfiguredDomain
) -> None:
    """The mail waits, is no dead letter, and arrives once when the quota is free again."""
    assert End.DONE is owner.apply(owner_domain), owner.said
    owner.lab.ses.set_quota(REGION, max_24_hour=0)
    owner.lab.write_to_owner("me@example.com", subject="Waited")
    pass_time(owner, timedelta())

    for hour in range(48):
        if hour == 30:
            assert () == owner.lab.gmail.inbox("owner@gmail.com")
            owner.lab.ses.set_quota(REGION, max_24_hour=200)
        pass_time(owner, timedelta(hours=1))

    assert ["Waited"] == [mail.subject for mail in owner.lab.gmail.inbox("owner@gmail.com")]
    assert "not-forwarded" not in ringing(owner)
