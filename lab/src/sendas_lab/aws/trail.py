"""CloudTrail's event history, as far as access keys go: who made, changed, deleted one.

Source: CloudTrail API reference, LookupEvents and "CloudTrail record contents"; CloudTrail
guide, "Global service events" (IAM's are in us-east-1), "Viewing recent management
events" (90 days).  AWS shows an event after minutes; the lab at once.
"""

import json
import re
import threading
import uuid

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any

from sendas.iam.key_acts import REMEMBERED, Act
from sendas_lab.aws.calls import page
from sendas_lab.aws.errors import AwsError, Rendered
from sendas_lab.aws.service import Environ
from sendas_lab.clock import Clock
from sendas_lab.ses.ports import Principal


_HOME = "us-east-1"
_MOST = 50
_BAD_SIZE = "InvalidMaxResultsException"
_BAD_ATTRIBUTE = "InvalidLookupAttributesException"
_PENDING = "sendas_lab.trail"
_ELEMENT = "<{0}>([^<]*)</{0}>"


@dataclass(frozen=True, slots=True)
class _Call:
    act: Act
    principal: Principal
    given: Mapping[str, Any]
    source_ip: str
    user_agent: str


class Trail:
    """What was done to the keys of one account; safe from any thread."""

    def __init__(self, account_id: str, clock: Clock) -> None:
        self._account_id = account_id
        self._clock = clock
        self._lock = threading.Lock()
        self._events: list[dict[str, Any]] = []

    def notice(
        self, environ: Environ, operation: str, principal: Principal, given: Mapping[str, Any]
    ) -> None:
        """Remember that this request is one that is written down, once it is answered."""
        if operation in {act.value for act in Act}:
            source = environ.get("REMOTE_ADDR", "127.0.0.1")
            agent = environ.get("HTTP_USER_AGENT", "")
            environ[_PENDING] = _Call(Act(operation), principal, given, source, agent)

    def write(self, environ: Environ, answer: Rendered) -> None:
        """Write down what was noticed of this request, with what became of it."""
        call: _Call | None = environ.pop(_PENDING, None)
        if call is not None:
            self._write(call, answer.body.decode(), refused=answer.status != HTTPStatus.OK)

    def reset(self) -> None:
        """Forget all."""
        with self._lock:
            self._events.clear()

    def look_up(self, region: str, given: Mapping[str, Any]) -> Mapping[str, Any]:
        """LookupEvents: newest first, by one attribute.

        Raises:
            AwsError: Asked for in a way that AWS refuses.
        """
        attributes = given.get("LookupAttributes") or ()
        most = given.get("MaxResults", _MOST)
        if not 1 <= most <= _MOST:
            raise AwsError(_BAD_SIZE, f"MaxResults must be 1 to {_MOST}.", 400)
        if len(attributes) > 1:
            text = "Only one lookup attribute can be given."
            raise AwsError(_BAD_ATTRIBUTE, text, 400)
        oldest = self._clock.now() - REMEMBERED
        since = max(_moment(given.get("StartTime"), oldest), oldest)
        until = _moment(given.get("EndTime"), self._clock.now() + timedelta(seconds=1))
        with self._lock:
            found = [
                one
                for one in reversed(self._events)
                if region == _HOME and since <= one["EventTime"] <= until
            ]
        for attribute in attributes:
            key, value = attribute["AttributeKey"], attribute["AttributeValue"]
            found = [one for one in found if _fits(one, key, value)]
        wrong = AwsError("InvalidNextTokenException", "The token is invalid.", 400)
        events, token = page(found, given.get("NextToken"), most, most=_MOST, error=wrong)
        return {"Events": events, **({"NextToken": token} if token else {})}

    def _write(self, call: _Call, answer: str, *, refused: bool) -> None:
        made = _element(answer, "AccessKeyId") if call.act is Act.MADE else ""
        key_id = made or str(call.given.get("AccessKeyId", ""))
        owner = _element(answer, "UserName") if made else str(call.given.get("UserName", ""))
        owner = owner or call.principal.user
        now = self._clock.now()
        by = call.principal
        record = {
            "eventVersion": "1.11",
            "userIdentity": {
                "type": _type(by),
                "arn": by.arn,
                "accountId": by.account_id,
                "accessKeyId": by.key_id,
                "userName": by.user,
            },
            "eventTime": f"{now:%Y-%m-%dT%H:%M:%SZ}",
            "eventSource": "iam.amazonaws.com",
            "eventName": call.act.value,
            "awsRegion": _HOME,
            "sourceIPAddress": call.source_ip,
            "userAgent": call.user_agent,
            "requestParameters": _asked(call.given) or None,
            "responseElements": _answered(owner, key_id, now)
            if call.act is Act.MADE and not refused
            else None,
            "eventID": str(uuid.uuid4()),
            "readOnly": False,
            "eventType": "AwsApiCall",
            "managementEvent": True,
            "recipientAccountId": self._account_id,
            "eventCategory": "Management",
        }
        if refused:
            record["errorCode"] = _element(answer, "Code") or "Unknown"
            record["errorMessage"] = _element(answer, "Message")
        with self._lock:
            self._events.append(
                {
                    "EventId": record["eventID"],
                    "EventName": call.act.value,
                    "ReadOnly": "false",
                    "AccessKeyId": by.key_id,
                    "EventTime": now.replace(microsecond=0),
                    "EventSource": "iam.amazonaws.com",
                    "Username": by.user,
                    "Resources": [
                        {"ResourceType": "AWS::IAM::AccessKey", "ResourceName": key_id},
                        {"ResourceType": "AWS::IAM::User", "ResourceName": owner},
                    ],
                    "CloudTrailEvent": json.dumps(record),
                }
            )


def _type(principal: Principal) -> str:
    if principal.administrator:
        return "Root"
    return "AssumedRole" if "/" in principal.user else "IAMUser"


def _asked(given: Mapping[str, Any]) -> dict[str, Any]:
    names = {"UserName": "userName", "AccessKeyId": "accessKeyId", "Status": "status"}
    return {ours: given[theirs] for theirs, ours in names.items() if theirs in given}


def _answered(owner: str, key_id: str, now: datetime) -> Mapping[str, Any]:
    """Without the secret, which CloudTrail never has."""
    made = f"{now:%b %d, %Y %I:%M:%S %p}"
    key = {"userName": owner, "accessKeyId": key_id, "status": "Active", "createDate": made}
    return {"accessKey": key}


def _element(answer: str, name: str) -> str:
    found = re.search(_ELEMENT.format(name), answer)
    return found[1] if found else ""


def _fits(event: Mapping[str, Any], key: str, value: str) -> bool:
    match key:
        case "EventName" | "Username" | "EventId" | "EventSource" | "AccessKeyId" | "ReadOnly":
            return bool(event[key] == value)
        case "ResourceName" | "ResourceType":
            return any(one[key] == value for one in event["Resources"])
        case _:
            text = f"{key} is no lookup attribute."
            raise AwsError(_BAD_ATTRIBUTE, text, 400)


def _moment(given: object, otherwise: datetime) -> datetime:
    """On the wire, seconds since the epoch."""
    if isinstance(given, datetime):
        return given if given.tzinfo else given.replace(tzinfo=UTC)
    if isinstance(given, (int, float)):
        return datetime.fromtimestamp(given, UTC)
    return otherwise
