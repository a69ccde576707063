"""The Condition element of a policy statement: operators, keys and values.

Source: IAM User Guide, "IAM JSON policy elements: Condition operators" and
"Conditions with multiple context keys or values".
"""

import ipaddress
import re

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from operator import eq, ge, gt, le, lt

from sendas.errors import CouldNotLook
from sendas.iam.wildcard import Context, expand, matches


class MalformedPolicy(CouldNotLook):
    """A policy that IAM would not have stored, or that says what this release cannot read.

    Nothing can be decided by it, so whatever depends on it is unknown.
    """


class Quantifier(StrEnum):
    """How the several values of a request are taken together."""

    ONE = ""
    ALL = "ForAllValues"
    ANY = "ForAnyValue"


@dataclass(frozen=True, slots=True)
class Condition:
    """One operator on one key: *wanted* are alternatives.

    *operator* is the bare positive operator, such as ``StringLike``; the
    statement wrote it with *quantifier*, a Not when *negated*, and IfExists.
    """

    operator: str
    key: str
    wanted: tuple[str, ...]
    negated: bool = False
    if_exists: bool = False
    quantifier: Quantifier = Quantifier.ONE

    @property
    def written(self) -> str:
        """The operator as the policy has it: ``ForAnyValue:StringNotLikeIfExists``."""
        name = self.operator
        if self.negated:
            name = re.sub(r"^(String|Numeric|Date|Arn|)(?=[A-Z])", r"\1Not", name, count=1)
        name += "IfExists" if self.if_exists else ""
        return f"{self.quantifier}:{name}" if self.quantifier else name

    def holds(self, context: Context, *, variables: bool = True) -> bool:
        """Whether a request of this *context* meets it."""
        given = context.get(self.key.lower())
        if self.operator == "Null":
            return any((given is None) == (text.lower() == "true") for text in self.wanted)
        if given is None:
            return self._holds_without_key()
        fits = _OPERATORS[self.operator]
        told = context if variables else None

        def wanted(value: str) -> bool:
            return self.negated != any(fits(text, value, told) for text in self.wanted)

        if self.quantifier is Quantifier.ALL:
            return all(map(wanted, given))
        if self.quantifier is Quantifier.ANY or not self.negated:
            return any(map(wanted, given))
        return all(map(wanted, given))

    def _holds_without_key(self) -> bool:
        # Guide: an absent key fails an operator unless it is negated or says
        # IfExists; ForAllValues holds of no values, ForAnyValue never does.
        if self.if_exists or self.quantifier is Quantifier.ALL:
            return True
        return self.negated and self.quantifier is Quantifier.ONE


def parse_conditions(element: object) -> tuple[Condition, ...]:
    """Read a Condition element: operator to key to value or values.

    Raises:
        MalformedPolicy: Not of that shape, or an operator nobody knows.
    """
    return tuple(
        _parse(str(operator), str(key), values)
        for operator, keys in _object(element, "Condition").items()
        for key, values in _object(keys, f"Condition.{operator}").items()
    )


def _object(element: object, where: str) -> Mapping[object, object]:
    if not isinstance(element, dict):
        msg = f"{where} is no JSON object"
        raise MalformedPolicy(msg)
    return element


def _parse(written: str, key: str, values: object) -> Condition:
    quantifier, colon, bare = written.rpartition(":")
    name = bare.removesuffix("IfExists")
    positive = re.sub(r"^(String|Numeric|Date|Arn|)Not(?=[A-Z])", r"\1", name, count=1)
    known = positive == name or positive in _NEGATABLE
    known = known and (positive in _OPERATORS or bare == "Null")
    if not known or (colon and quantifier not in {Quantifier.ALL, Quantifier.ANY}):
        msg = f"Condition operator {written!r} is unknown"
        raise MalformedPolicy(msg)
    wanted = tuple(map(_scalar, values if isinstance(values, list) else [values]))
    return Condition(positive, key, wanted, positive != name, bare != name, Quantifier(quantifier))


def _scalar(value: object) -> str:
    match value:
        case bool():
            return str(value).lower()
        case str() | int() | float():
            return str(value)
        case _:
            msg = f"Condition value {value!r} is neither text, number nor boolean"
            raise MalformedPolicy(msg)


_Fits = Callable[[str, str, Context | None], bool]


def _text(pattern: str, context: Context | None) -> str | None:
    return pattern if context is None else expand(pattern, context)


def _string_equals(wanted: str, given: str, context: Context | None) -> bool:
    return _text(wanted, context) == given


def _string_equals_ignore_case(wanted: str, given: str, context: Context | None) -> bool:
    text = _text(wanted, context)
    return text is not None and text.lower() == given.lower()


def _bool(wanted: str, given: str, context: Context | None) -> bool:
    return _string_equals_ignore_case(wanted, given, context)


_ARN_PARTS = 6


def _arn(wanted: str, given: str, context: Context | None) -> bool:
    """Each of the six parts of an ARN by itself: a ``*`` does not reach over a colon."""
    patterns, parts = wanted.split(":", _ARN_PARTS - 1), given.split(":", _ARN_PARTS - 1)
    if "${" in wanted:  # a variable holds colons of its own
        return matches(wanted, given, context)
    return len(patterns) == len(parts) and all(
        matches(pattern, part) for pattern, part in zip(patterns, parts, strict=True)
    )


def _ip(wanted: str, given: str, _context: Context | None) -> bool:
    try:
        return ipaddress.ip_address(given) in ipaddress.ip_network(wanted, strict=False)
    except ValueError:
        return False


def _numeric(compare: Callable[[Decimal, Decimal], bool]) -> _Fits:
    def fits(wanted: str, given: str, _context: Context | None) -> bool:
        try:
            return compare(Decimal(given), Decimal(wanted))
        except InvalidOperation:
            return False

    return fits


def _date(compare: Callable[[datetime, datetime], bool]) -> _Fits:
    def fits(wanted: str, given: str, _context: Context | None) -> bool:
        try:
            return compare(_moment(given), _moment(wanted))
        except (ValueError, OverflowError, OSError):
            return False

    return fits


def _moment(text: str) -> datetime:
    # Guide: W3C ISO 8601, or seconds since the epoch; without a zone it is UTC.
    if re.fullmatch(r"\d{5,}(\.\d+)?", text):
        return datetime.fromtimestamp(float(text), UTC)
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


_OPERATORS: Mapping[str, _Fits] = {
    "StringEquals": _string_equals,
    "StringEqualsIgnoreCase": _string_equals_ignore_case,
    "StringLike": matches,
    "ArnEquals": _arn,
    "ArnLike": _arn,
    "BinaryEquals": lambda wanted, given, _context: wanted == given,
    "Bool": _bool,
    "IpAddress": _ip,
    "NumericEquals": _numeric(eq),
    "NumericLessThan": _numeric(lt),
    "NumericLessThanEquals": _numeric(le),
    "NumericGreaterThan": _numeric(gt),
    "NumericGreaterThanEquals": _numeric(ge),
    "DateEquals": _date(eq),
    "DateLessThan": _date(lt),
    "DateLessThanEquals": _date(le),
    "DateGreaterThan": _date(gt),
    "DateGreaterThanEquals": _date(ge),
}

_NEGATABLE = frozenset(
    {
        "StringEquals", "StringEqualsIgnoreCase", "StringLike", "ArnEquals", "ArnLike",
        "IpAddress", "NumericEquals", "DateEquals",
    }
)  # fmt: skip
