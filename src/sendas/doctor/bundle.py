"""Evidence as one JSON file: to save, to send to someone, to judge again offline.

The file names its schema, and holds no secret.  Look-ups are written as a
list, for JSON has no keys but text and each holds its own question.
"""

import json

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import date, datetime
from enum import Enum
from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar

from sendas.dns.answers import Lookup
from sendas.doctor.evidence import Evidence, Subject
from sendas.doctor.subject import reread_subject
from sendas.errors import UsageError


if TYPE_CHECKING:
    from pydantic import TypeAdapter


SCHEMA = "sendas.evidence/1"
MAX_BYTES = 32_000_000
"""No run comes near: a whole doctor's evidence is some 100 kB."""

_FAMILY = "sendas.evidence/"
_LONGEST_REASON = 300


class BadBundle(UsageError):
    """The file is not evidence that this release can judge."""


@dataclass(frozen=True, slots=True)
class _Bundle:
    """The file's shape."""

    # Strict: a foreign file is refused, never read as what it nearly says.
    __pydantic_config__: ClassVar[Mapping[str, Any]] = {
        "extra": "forbid",
        "strict": True,
        "allow_inf_nan": False,
    }

    schema: str
    evidence: Evidence
    lookups: tuple[Lookup, ...]


def dump(evidence: Evidence) -> str:
    """The file's text: ASCII, and the same for the same evidence."""
    questions = sorted(evidence.lookups)
    shown = _plain(_without_secrets(replace(evidence, lookups={})))
    del shown["lookups"]
    if shown["password"] is not None:
        del shown["password"]["correct"]
    document = {
        "schema": SCHEMA,
        "evidence": shown,
        "lookups": [_plain(evidence.lookups[asked]) for asked in questions],
    }
    return json.dumps(document, indent=1) + "\n"


def _plain(value: Any) -> Any:  # noqa: ANN401  any value of evidence, as JSON has it
    """*value* as `load` reads it.  By hand: pydantic is no pure Python, and in no zip of ours."""
    found = value
    if isinstance(value, Enum):
        found = value.value
    elif isinstance(value, date):  # and datetime
        found = value.isoformat().replace("+00:00", "Z")
    elif is_dataclass(value):
        found = {one.name: _plain(getattr(value, one.name)) for one in fields(value)}
    elif isinstance(value, Mapping):
        found = {str(_plain(key)): _plain(one) for key, one in value.items()}
    elif isinstance(value, list | tuple):
        found = [_plain(one) for one in value]
    return found


def load(raw: bytes, origin: str) -> Evidence:
    """Read what ``dump`` wrote; *origin* is the file's name, for the refusal.

    Raises:
        BadBundle: Not JSON, not ours, of a newer release, or broken: a value of
            the wrong type, a time without zone, a malformed subject; says where.
    """
    _check_schema(raw, origin)

    from pydantic import ValidationError  # noqa: PLC0415  paid for only by those who load

    try:
        bundle = _adapter().validate_json(raw)
    except ValidationError as error:
        raise BadBundle(_where(error, origin)) from None
    _check_times(bundle, origin)
    return replace(
        bundle.evidence,
        subject=_subject(bundle.evidence.subject, origin),
        lookups={each.question: each for each in bundle.lookups},
    )


def _subject(subject: Subject, origin: str) -> Subject:
    try:
        return reread_subject(subject)
    except UsageError as error:
        msg = f"{origin} is broken at evidence.subject: {str(error)[:_LONGEST_REASON]}"
        raise BadBundle(msg) from None


def _check_times(bundle: _Bundle, origin: str) -> None:
    """Refuse a time without a zone: it is no instant, and compares with none."""
    for place, value in _leaves(_adapter().dump_python(bundle), ""):
        if isinstance(value, datetime) and value.utcoffset() is None:
            msg = f"{origin} is broken at {place[1:200]}: a time without its zone; add Z for UTC"
            raise BadBundle(msg)


def _leaves(value: object, place: str) -> Iterator[tuple[str, object]]:
    """Every plain value within *value*, with where it stands."""
    if isinstance(value, Mapping):
        for key, one in value.items():
            yield from _leaves(one, f"{place}.{key}")
    elif isinstance(value, list | tuple):
        for number, one in enumerate(value):
            yield from _leaves(one, f"{place}.{number}")
    else:
        yield place, value


@cache
def _adapter() -> "TypeAdapter[_Bundle]":
    from pydantic import TypeAdapter  # noqa: PLC0415  80 ms, for those who save or load

    return TypeAdapter(_Bundle)


def _without_secrets(evidence: Evidence) -> Evidence:
    """Drop the one secret that observing may leave: the password as it should be."""
    if evidence.password is None:
        return evidence
    return replace(evidence, password=replace(evidence.password, correct=None))


def _check_schema(raw: bytes, origin: str) -> None:
    try:
        document = json.loads(raw)
    except (ValueError, RecursionError) as error:
        reason = str(error) or "nested too deeply"
        msg = f"{origin} is not JSON ({reason}); save one with --save-evidence"
        raise BadBundle(msg) from None

    schema = document.get("schema") if isinstance(document, dict) else None
    if schema == SCHEMA:
        return
    if isinstance(schema, str) and schema.startswith(_FAMILY):
        msg = f"{origin} is {schema[:40]}, and this release reads {SCHEMA}; use a newer sendas"
        raise BadBundle(msg)
    msg = f"{origin} is no evidence of sendas: its schema is not {SCHEMA}"
    raise BadBundle(msg)


def _where(error: Any, origin: str) -> str:  # noqa: ANN401  a pydantic type, imported late
    """The first mistake, with its place, and how many more there are."""
    mistakes = error.errors(include_url=False, include_context=False, include_input=False)
    first = mistakes[0]
    # A union names every member it tried; the place in the file is what people can use.
    place = ".".join(str(part) for part in first["loc"])
    more = f" (and {len(mistakes) - 1} more)" if len(mistakes) > 1 else ""
    return f"{origin} is broken at {place[:200] or 'its top'}: {first['msg']}{more}"
