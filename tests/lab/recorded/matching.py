"""Whether an answer is the recorded one, but for what no two accounts have alike.  Pure.

Recordings hold placeholders where ids, names, dates and accounts stood: ``<uuid:1>`` is
the same text wherever it stands in a test, ``<signature>`` any text, ``datetime`` or the
member's own name (``sent-timestamp`` for SentTimestamp) any value.
"""

import json
import re

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any


Json = Any
_PLACEHOLDER = re.compile(r"<[^<>\s]+(?::\d+)?>")
_NUMBERED = re.compile(r"<[^<>\s]+:\d+>")
_DATES = frozenset({"datetime", "timestamp", "date", "<datetime>", "<timestamp>", "<date>"})
_RANDOM_TAIL = re.compile(r"(.*-)[A-Za-z0-9]{12}")
_WORD_TAIL = re.compile(r".*-[a-z]{12}")
"""No name that CloudFormation made: `test-precondition`."""
_EVENT_DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
_VALUES = re.compile(r"(.*?): ['\"]", re.DOTALL)
_KEPT = ("/Code", "/HTTPStatusCode")
ACCOUNT = "1" * 12


def differences(
    expected: Json, actual: Json, about: Mapping[str, str], bound: dict[str, str]
) -> Iterator[str]:
    """What differs, by its place; *about* has account, region; *bound* is filled as it goes."""
    yield from _differ(expected, actual, "", about, bound)


def _differ(
    expected: Json, actual: Json, place: str, about: Mapping[str, str], bound: dict[str, str]
) -> Iterator[str]:
    if isinstance(actual, bytes):  # as the recordings write them
        actual = str(actual)
    if isinstance(expected, str) and _is_any(expected, place, actual):
        return
    if isinstance(expected, (dict, list)):
        actual = _read(actual)
    if isinstance(expected, dict) and isinstance(actual, Mapping):
        yield from _members(expected, actual, place, about, bound)
    elif isinstance(expected, list) and isinstance(actual, list):
        yield from _items(expected, actual, place, about, bound)
    elif isinstance(expected, str) and isinstance(actual, str):
        if not _same_text(expected, actual, about, bound):
            yield f"{place or '/'}: {actual[:90]!r} for {expected[:90]!r}"
    elif expected != actual:
        yield f"{place or '/'}: {str(actual)[:90]!r} for {str(expected)[:90]!r}"


def place_of(difference: str) -> str:
    """A difference without the values, which are others each time; codes and statuses stay."""
    found = _VALUES.match(difference)
    return difference if found is None or found[1].endswith(_KEPT) else found[1]


def _read(actual: Json) -> Json:
    """A text that the recordings hold as the JSON in it."""
    try:
        return json.loads(actual) if isinstance(actual, str) else actual
    except ValueError:
        return actual


def _items(
    expected: list[Json],
    actual: list[Json],
    place: str,
    about: Mapping[str, str],
    bound: dict[str, str],
) -> Iterator[str]:
    if len(expected) != len(actual):
        yield f"{place or '/'}: {len(actual)} items for {len(expected)}"
    for number, (one, other) in enumerate(zip(expected, actual, strict=False)):
        yield from _differ(one, other, f"{place}/{number}", about, bound)


def _members(
    expected: dict[str, Json],
    actual: Mapping[str, Json],
    place: str,
    about: Mapping[str, str],
    bound: dict[str, str],
) -> Iterator[str]:
    if place.endswith("/ResponseMetadata"):
        expected = {"HTTPStatusCode": expected.get("HTTPStatusCode")}
        actual = {"HTTPStatusCode": actual.get("HTTPStatusCode")}
    rest = {key: value for key, value in actual.items() if key not in expected}
    for key, value in expected.items():
        if key in actual:
            yield from _differ(value, actual[key], f"{place}/{key}", about, bound)
            continue
        found = _under_placeholder(key, rest, about, bound)
        if found is None:
            yield f"{place}/{key}: not there"
        else:
            yield from _differ(value, rest.pop(found), f"{place}/{key}", about, bound)
    for key in rest:
        if key not in expected and key != "ResponseMetadata":
            yield f"{place}/{key}: not recorded"


def _under_placeholder(
    key: str, rest: Mapping[str, Json], about: Mapping[str, str], bound: dict[str, str]
) -> str | None:
    """The member of the answer whose name the placeholder stands for."""
    if not _PLACEHOLDER.search(key):
        return None
    for name in rest:
        trial = dict(bound)
        if _same_text(key, name, about, trial):
            bound.update(trial)
            return name
    return None


def _is_any(expected: str, place: str, actual: Json) -> bool:
    """Whether the recording kept nothing of this value but that it was there."""
    if expected in _DATES or expected.strip("<>") in {"date", "datetime"}:
        return isinstance(actual, (str, datetime, int, float))
    return expected.strip("<>") == kebab(place.rpartition("/")[2]) and not isinstance(
        actual, (dict, list)
    )


def kebab(name: str) -> str:
    """``sent-last24-hours`` for SentLast24Hours, as the recordings name values left out."""
    return re.sub(r"(?<!^)(?=[A-Z])", "-", name).lower()


def _same_text(
    expected: str, actual: str, about: Mapping[str, str], bound: dict[str, str]
) -> bool:
    if expected == actual:
        return True
    expected = (
        expected.replace("<partition>", "aws")
        .replace("<region>", about["region"])
        .replace(ACCOUNT, about["account"])
    )
    if expected == actual:
        return True
    if expected.endswith("-date") and _EVENT_DATE.search(actual):
        return actual.startswith(expected.removesuffix("date"))
    tail = _RANDOM_TAIL.fullmatch(expected)
    if tail and not _PLACEHOLDER.search(expected) and not _WORD_TAIL.fullmatch(expected):
        other = _RANDOM_TAIL.fullmatch(actual)
        return other is not None and other[1] == tail[1]
    return _fits(expected, actual, bound)


def _fits(expected: str, actual: str, bound: dict[str, str]) -> bool:
    parts: list[str] = []
    names: dict[str, str] = {}
    end = 0
    for match in _PLACEHOLDER.finditer(expected):
        parts.append(re.escape(expected[end : match.start()]))
        end = match.end()
        name = match[0]
        if not _NUMBERED.fullmatch(name):
            parts.append(".+?")
        elif name in bound:
            parts.append(re.escape(bound[name]))
        elif name in names:
            parts.append(f"(?P={names[name]})")
        else:
            names[name] = f"p{len(names)}"
            parts.append(f"(?P<{names[name]}>.+?)")
    parts.append(re.escape(expected[end:]))
    found = re.fullmatch("".join(parts), actual, re.DOTALL)
    if found is None:
        return False
    bound.update({name: found[group] for name, group in names.items()})
    return True
