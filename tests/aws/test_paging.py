"""Lists in pages: the whole of one, or no answer."""

import re

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from itertools import count
from typing import Any, TypeAlias

import pytest

from hypothesis import given
from hypothesis import strategies as st

from sendas.aws import (
    cloudformation,
    inventory,
    paging,
    route53,
    ses,
    sns,
    suppression_list,
)
from sendas.aws.mail_objects import mails_since
from sendas.aws.mail_store import MailStore
from sendas.aws.proof_gateways import ProofGateways
from sendas.aws.session import Session
from sendas.outcome import NoAnswer
from sendas.ses.regions import Region


ScriptedAws: TypeAlias = Any
"""A type of conftest, which pytest's importlib mode keeps to itself."""

HERE = Region("us-east-1")
TOPIC = "arn:aws:sns:us-east-1:123456789012:received"
ENTRY = {"IdentityName": "example.com"}
RULE_SETS = (
    "<ListReceiptRuleSetsResponse><ListReceiptRuleSetsResult><RuleSets/>"
    "<NextToken>more</NextToken></ListReceiptRuleSetsResult></ListReceiptRuleSetsResponse>"
)
SUBSCRIPTIONS = (
    "<ListSubscriptionsByTopicResponse><ListSubscriptionsByTopicResult><Subscriptions/>"
    "<NextToken>more</NextToken></ListSubscriptionsByTopicResult>"
    "</ListSubscriptionsByTopicResponse>"
)


def test_every_page_is_read(scripted: ScriptedAws) -> None:
    """The list ends where no token is given."""
    pages = iter([{"EmailIdentities": [ENTRY], "NextToken": "a"}, {"EmailIdentities": [ENTRY]}])
    scripted.answer = lambda _: (200, next(pages))

    assert ("example.com",) * 2 == inventory.identities(scripted.session(), HERE)


def test_a_list_without_an_end_is_no_answer(scripted: ScriptedAws) -> None:
    """Its beginning would pass for the whole; nor is it read for ever."""
    tokens = map(str, count())
    scripted.answer = lambda _: (200, {"EmailIdentities": [ENTRY], "NextToken": next(tokens)})
    seen = inventory.identities(scripted.session(), HERE)

    assert isinstance(seen, NoAnswer)
    assert seen.detail.startswith("ses:ListEmailIdentities: ")
    assert paging.MOST_PAGES == len(scripted.requests)
    assert isinstance(ses.rule_sets(scripted.says(200, RULE_SETS), HERE), NoAnswer)
    assert isinstance(sns.unconfirmed(scripted.says(200, SUBSCRIPTIONS), HERE, TOPIC), NoAnswer)


# A circle ---------------------------------------------------------------------


def xml(operation: str, result: str) -> str:
    """An answer in AWS's query protocol."""
    inside = f"<{operation}Result>{result}</{operation}Result>"
    return f"<{operation}Response>{inside}</{operation}Response>"


ZONE = (
    "<GetHostedZoneResponse><HostedZone><Id>/hostedzone/Z1</Id><Name>example.com.</Name>"
    "<CallerReference>a</CallerReference></HostedZone></GetHostedZoneResponse>"
)
ZONES = (
    "<ListHostedZonesByNameResponse><HostedZones><HostedZone><Id>/hostedzone/Z1</Id>"
    "<Name>example.com.</Name><CallerReference>a</CallerReference></HostedZone></HostedZones>"
    "<IsTruncated>false</IsTruncated><MaxItems>100</MaxItems></ListHostedZonesByNameResponse>"
)
RECORDS = (
    "<ListResourceRecordSetsResponse><ResourceRecordSets/><IsTruncated>true</IsTruncated>"
    "<NextRecordName>b.example.com.</NextRecordName><NextRecordType>A</NextRecordType>"
    "<MaxItems>300</MaxItems></ListResourceRecordSetsResponse>"
)
OBJECTS = (
    "<ListBucketResult><IsTruncated>true</IsTruncated>"
    "<NextContinuationToken>more</NextContinuationToken><Contents><Key>in/a</Key><Size>1</Size>"
    "<LastModified>2026-01-02T03:04:05.000Z</LastModified></Contents></ListBucketResult>"
)
USERS = xml("ListUsers", "<Users/><IsTruncated>true</IsTruncated><Marker>more</Marker>")
STACK = xml(
    "DescribeStacks",
    "<Stacks><member><StackName>s</StackName><StackStatus>CREATE_COMPLETE</StackStatus>"
    "<CreationTime>2026-01-02T03:04:05Z</CreationTime></member></Stacks>",
)
HELD = xml("ListStackResources", "<StackResourceSummaries/><NextToken>more</NextToken>")
DRIFTS = xml("DescribeStackResourceDrifts", "<StackResourceDrifts/><NextToken>more</NextToken>")
SINCE = datetime(2026, 1, 1, tzinfo=UTC)


def answer_of(request: Any) -> tuple[int, str | dict[str, Any]]:  # noqa: ANN401  botocore's own
    """An AWS each of whose lists names its one page as the next, for ever."""
    asked = f"{request.url} {request.body!r}"
    for sign, body in (
        ("ListUsers", USERS),
        ("DescribeStacks", STACK),
        ("GetTemplate", xml("GetTemplate", "<TemplateBody>{}</TemplateBody>")),
        ("ListStackResources", HELD),
        ("DescribeStackResourceDrifts", DRIFTS),
        ("list-type=2", OBJECTS),
        ("hostedzonesbyname", ZONES),
        ("rrset", RECORDS),
        ("hostedzone/Z1", ZONE),
    ):
        if sign in asked:
            return 200, body
    return 200, {"SuppressedDestinationSummaries": [], "NextToken": "more"}


@pytest.mark.parametrize(
    "ask",
    [
        pytest.param(lambda s: inventory.users(s, HERE), id="users"),
        pytest.param(lambda s: cloudformation.stack(s, HERE, "s"), id="resources-of-a-stack"),
        pytest.param(lambda s: cloudformation.drift(s, HERE, "s"), id="drift"),
        pytest.param(lambda s: route53.hosted_zones(s, HERE, "example.com"), id="records"),
        pytest.param(lambda s: mails_since(s, HERE, "b", "in/", SINCE), id="new-mails"),
        pytest.param(lambda s: ProofGateways(s, HERE).keys("b", "in/"), id="announced-proofs"),
        pytest.param(lambda s: last(MailStore(s, HERE, "b").objects("in/")), id="objects"),
        pytest.param(
            lambda s: last(suppression_list.listed(s, HERE, lambda _: None)), id="suppressed"
        ),
    ],
)
@pytest.mark.timeout(20)
def test_a_list_that_goes_round_in_a_circle_is_no_answer(
    scripted: ScriptedAws, ask: Callable[[Session], object]
) -> None:
    """Each by its own door: none is read for ever, and none passes for a list that ended."""
    scripted.answer = answer_of
    seen = ask(scripted.session())

    assert isinstance(seen, NoAnswer)
    assert seen.detail.endswith("the same page again")


def last(told: Iterable[object]) -> object:
    """The end of what is told one by one."""
    return list(told)[-1]


@given(st.lists(st.integers(0, 5), max_size=12), st.integers(1, 8))
def test_a_list_is_read_whole_or_is_no_answer(jumps: list[int], most: int) -> None:
    """However its pages name each other: in order, in a circle, without an end.

    What must be comes from walking the same pages without the pager.
    """
    after = dict(enumerate(jumps))
    asked: list[int] = []

    def ask(page: paging.Page) -> Mapping[str, Any]:
        at = int(str(page.get("NextToken", 0)))
        asked.append(at)
        return {"All": [at], "NextToken": str(after[at])} if at in after else {"All": [at]}

    seen = paging.entries_of(paging.follow(ask, paging.by_token(), "x:List", most=most), "All")

    way = [0]
    while way[-1] in after and after[way[-1]] not in way[1:] and len(way) < most:
        way.append(after[way[-1]])
    assert way == asked
    assert (isinstance(seen, NoAnswer)) == (way[-1] in after)
    assert isinstance(seen, NoAnswer) or tuple(way) == seen


def test_a_zone_of_ten_thousand_records_is_read_whole(scripted: ScriptedAws) -> None:
    """The quota of a zone; the MX of the domain may stand on its last page."""
    pages = 34

    def answer(request: Any) -> tuple[int, str]:  # noqa: ANN401  the same
        if "rrset" not in request.url:
            return 200, ZONES if "hostedzonesbyname" in request.url else ZONE
        at = int(re.search(r"name=p(\d+)", request.url)[1]) if "name=p" in request.url else 0  # type: ignore[index]
        if at < pages - 1:
            return 200, RECORDS.replace("b.example.com.", f"p{at + 1}.example.com.")
        mx = "<ResourceRecord><Value>10 mx.example.net.</Value></ResourceRecord>"
        return 200, RECORDS.replace("true", "false").replace(
            "<ResourceRecordSets/>",
            "<ResourceRecordSets><ResourceRecordSet><Name>z.example.com.</Name><Type>MX</Type>"
            f"<ResourceRecords>{mx}</ResourceRecords></ResourceRecordSet></ResourceRecordSets>",
        )

    scripted.answer = answer
    (zone,) = route53.hosted_zones(scripted.session(), HERE, "example.com")

    assert {"MX z.example.com": ("10 mx.example.net",)} == zone.records
