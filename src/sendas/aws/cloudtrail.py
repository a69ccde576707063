"""CloudTrail: who made, changed or deleted an access key, and when.

LookupEvents tells the management events of the last 90 days, trail or no trail; IAM's
stand in us-east-1 (in the other partitions, where their IAM is).  Two calls a second
are allowed for each account and Region.  Source: CloudTrail API reference, LookupEvents;
CloudTrail guide, "Viewing recent management events" and "Global service events".
"""

import json

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sendas.aws.paging import paged
from sendas.aws.reading import understand
from sendas.aws.session import Session
from sendas.iam.key_acts import Act, KeyAct
from sendas.outcome import NoAnswer, Seen
from sendas.ses.regions import Region, iam_region


def key_acts(session: Session, region: Region, since: datetime) -> Seen[tuple[KeyAct, ...]]:
    """Every key made, changed and deleted since, oldest first; CloudTrail looks 90 days back."""
    where = iam_region(region)
    found: list[KeyAct] = []
    for act in Act:
        entries = paged(
            session,
            "cloudtrail",
            "LookupEvents",
            "Events",
            region=where,
            LookupAttributes=[{"AttributeKey": "EventName", "AttributeValue": act.value}],
            StartTime=since,
            MaxResults=50,
        )
        acts = understand(entries or (), lambda all_: [a for one in all_ if (a := _act(one))])
        if isinstance(acts, NoAnswer):
            return acts
        found += acts
    return tuple(sorted(found, key=lambda one: one.at))


def _act(entry: Mapping[str, Any]) -> KeyAct | None:
    """One event; None for a call that AWS refused, which did nothing."""
    told: Mapping[str, Any] = json.loads(entry.get("CloudTrailEvent") or "{}")
    if told.get("errorCode"):
        return None
    act = Act(entry["EventName"])
    asked = told.get("requestParameters") or {}
    made = (told.get("responseElements") or {}).get("accessKey") or {}
    by = told.get("userIdentity") or {}
    return KeyAct(
        act=act,
        key_id=made.get("accessKeyId") or asked.get("accessKeyId") or _key_in(entry),
        # Without a name in the request, it is the caller's own key (IAM API reference).
        user=made.get("userName") or asked.get("userName") or by.get("userName") or "",
        at=entry["EventTime"].astimezone(UTC),
        by=by.get("arn") or entry.get("Username") or "",
        source_ip=told.get("sourceIPAddress") or "",
        user_agent=told.get("userAgent") or "",
        status=made.get("status") or asked.get("status") or "",
    )


def _key_in(entry: Mapping[str, Any]) -> str:
    resources = entry.get("Resources") or ()
    return next((one["ResourceName"] for one in resources if one.get("ResourceType") == _KEY), "")


_KEY = "AWS::IAM::AccessKey"
