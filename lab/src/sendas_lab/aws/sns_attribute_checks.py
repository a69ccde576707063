"""What SNS says of a subscription's attributes: whether they are right, and still the same.  Pure.

Recorded (sns-test_sns.snapshot.json, sns-test_sns_filter_policy.snapshot.json of LocalStack's
tests).  Texts about JSON are those of SNS's own reader; of the ways to be no JSON, two are
recorded, and the others are told by its first words alone.
"""

import json
import re

from collections.abc import Mapping
from typing import Any


_WORDS = "(JSON String, Number, Array, Object or token 'null', 'true' or 'false')"
_ARN = re.compile(r"arn:[\w-]+:sqs:[\w-]+:\d{12}:\S+")
_WORD = re.compile(r"[A-Za-z_$][\w$]*")
_DEFAULTS = {"RawMessageDelivery": "false", "FilterPolicyScope": "MessageAttributes"}


def wrong(name: str, value: str) -> str | None:
    """What is wrong with it, in SNS's words; None if nothing is."""
    if name == "RawMessageDelivery" and value.lower() not in {"true", "false"}:
        return f"RawMessageDelivery: Invalid value [{value}]. Must be true or false."
    if name == "FilterPolicyScope" and value not in {"MessageBody", "MessageAttributes"}:
        return (
            f"FilterPolicyScope: Invalid value [{value}]. Please use either MessageBody or"
            " MessageAttributes"
        )
    if name not in {"RedrivePolicy", "FilterPolicy"} or not value:
        return None
    try:
        told = json.loads(value)
    except ValueError:
        return f"{name}: failed to parse JSON.{_why(value)}"
    target = told.get("deadLetterTargetArn") if isinstance(told, dict) else None
    if name == "RedrivePolicy" and not _ARN.fullmatch(str(target)):
        return "RedrivePolicy: deadLetterTargetArn is an invalid arn"
    return None


def _why(text: str) -> str:
    word = _WORD.match(text)
    if word:
        column = word.end() + 1
        found = f" Unrecognized token '{word[0]}': was expecting {_WORDS}"
    elif re.match(r"\{[^\s\"}]", text):
        column = 2
        found = (
            f" Unexpected character ('{text[1]}' (code {ord(text[1])})): was expecting"
            " double-quote to start field name"
        )
    else:
        return ""
    return (
        f"{found}\n at [Source: REDACTED (`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION`"
        f" disabled); line: 1, column: {column}]"
    )


def same(held: Mapping[str, Any], asked: Mapping[str, Any]) -> bool:
    """Whether nothing is asked that the subscription has not; what is not asked does not count."""
    kept = {name: _plain(value) for name, value in {**_DEFAULTS, **held}.items()}
    return all(kept.get(name) == _plain(value) for name, value in asked.items() if value)


def _plain(value: object) -> object:
    """JSON as what it says, truth in one spelling, anything else as it is."""
    text = str(value)
    if text.lower() in {"true", "false"}:
        return text.lower()
    try:
        return json.loads(text)
    except ValueError:
        return text
