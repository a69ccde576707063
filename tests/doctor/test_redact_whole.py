"""Every field that evidence can have, whichever of its kinds it holds: the twin shows none of it.

What is planted is made from the types of `Evidence` itself, so a field that
somebody adds is planted too, also where none of the set-ups has it.
"""

import itertools
import types
import typing

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime
from enum import Enum
from typing import Any

import pytest

from sendas.doctor.bundle import dump
from sendas.doctor.evidence import Evidence
from sendas.doctor.redact import _KEPT, redact
from sendas.ses.regions import Region


MARK = "zqxv"
"""How each mark begins: no word of any language, and none of ours."""
SHAPES = (
    "{0}",
    "{0}-{1}_{2}",
    "{0}.{1}+{2}@{3}.{4}.co.uk",
    "*@{0}.de",
    "{0}.{1}.com.au",
    "sendas-{0}-nl-received",
    "/{0}/{1}",
    "arn:aws:sns:us-east-2:123456789012:{0}-{1}",
    "arn:aws:s3:::{0}/{1}/*",
    "arn:aws:iam::123456789012:user/{0}/{1}",
    "550 5.1.1 <{0}@x.{1}.org>: {2} of {3}.eu, https://{4}.net/{5}?{6}={7} is sendas-{8}-nl",
    '{{"Statement": [{{"Sid": "{0}", "Resource": "arn:aws:ses:us-east-2:1:identity/{1}.nl"}}]}}',
    "v=spf1 include:{0}.{1}.org a:{2}.{3}.jp -all",
    "v=DMARC1; p=none; rua=mailto:{0}@{1}.{2}.nl; x={3}",
    "{0}={1}",
)  # fmt: skip
PLAIN: Mapping[type, Any] = {
    bool: True, int: 587, float: 1.5, datetime: datetime(2026, 10, 1, tzinfo=UTC),
    date: date(2026, 10, 1), type(None): None,
}  # fmt: skip


class Planted:
    """One piece of evidence: of each union the kind, and of each text the shape, number *turn*."""

    def __init__(self, turn: int) -> None:
        self._turn = turn
        self._numbers = itertools.count()
        self._texts = itertools.count(turn)
        self.marks: list[str] = []
        self.fields: set[tuple[type, str]] = set()
        self.evidence: Evidence = self._instance(Evidence)

    def _mark(self) -> str:
        letters = "".join("bcdfghklmn"[int(digit)] for digit in f"{next(self._numbers):04}")
        self.marks.append(MARK + letters)
        return self.marks[-1]

    def _text(self) -> str:
        shape = SHAPES[next(self._texts) % len(SHAPES)]
        return shape.format(*(self._mark() for _ in range(9)))

    def _instance(self, kind: type) -> Any:  # noqa: ANN401  one of its kind
        hints = typing.get_type_hints(kind)
        made = {}
        for field in fields(kind):
            if not field.init:
                continue
            where = (kind, field.name)
            before = len(self.marks)
            made[field.name] = (
                self._closed(hints[field.name]) if where in _KEPT else self._of(hints[field.name])
            )
            if len(self.marks) > before:
                self.fields.add(where)
        return kind(**made)

    def _closed(self, hint: Any) -> Any:  # noqa: ANN401  a type
        """A closed word is not planted: whatever its type takes."""
        if typing.get_origin(hint) is tuple:
            return ()
        return Region("us-east-2") if Region in (hint, *typing.get_args(hint)) else "WORD"

    def _of(self, hint: Any) -> Any:  # noqa: ANN401, PLR0911  a type, and one for each kind of it
        hint = getattr(hint, "__value__", hint)
        origin, arguments = typing.get_origin(hint), typing.get_args(hint)
        if origin is typing.Annotated:
            return self._of(arguments[0])
        if origin in (typing.Union, types.UnionType):
            return self._of(self._chosen(arguments))
        if origin is tuple:
            return tuple(self._of(each) for each in arguments if each is not Ellipsis)
        if origin in (frozenset, set):
            return frozenset(self._of(each) for each in arguments)
        if origin is not None and issubclass(origin, Mapping):
            return {self._of(arguments[0]): self._of(arguments[1])}
        if hint is Region:
            return Region("us-east-2")
        if isinstance(hint, type) and issubclass(hint, Enum):
            return next(iter(hint))
        if isinstance(hint, type) and is_dataclass(hint):
            return self._instance(hint)
        return self._text() if hint is str else PLAIN[hint]

    def _chosen(self, kinds: tuple[Any, ...]) -> Any:  # noqa: ANN401  a type
        there = [each for each in kinds if each is not type(None)]
        return there[self._turn % len(there)]


def of_texts(kind: Any, known: dict[tuple[type, str], bool]) -> bool:  # noqa: ANN401  a type
    """Whether *kind* itself is text or holds some; its dataclasses' fields go into *known*."""
    kind = getattr(kind, "__value__", kind)
    if arguments := typing.get_args(kind):
        found = {
            of_texts(each, known) for each in arguments if each is not Ellipsis
        }  # each walked
        return True in found
    if isinstance(kind, type) and is_dataclass(kind):
        hints = typing.get_type_hints(kind)
        for field in fields(kind):
            where = (kind, field.name)
            if field.init and where not in known:
                known[where] = False
                known[where] = of_texts(hints[field.name], known)
        return False
    return kind is str


def fields_of_text() -> Iterator[tuple[type, str]]:
    """Every field below `Evidence` that holds text itself."""
    known: dict[tuple[type, str], bool] = {}
    of_texts(Evidence, known)
    return (where for where, text in known.items() if text and where not in _KEPT)


TURNS = range(2 * len(SHAPES))


def test_every_field_of_text_is_planted() -> None:
    """Those of every class that evidence is made of, by its types."""
    planted = set().union(*(Planted(turn).fields for turn in TURNS))

    assert set(fields_of_text()) <= planted
    assert len(planted) > 70


@pytest.mark.parametrize("turn", TURNS)
def test_no_mark_is_in_the_twin(turn: int) -> None:
    """Whatever the shape of the text in whatever field: in the file and in the value."""
    planted = Planted(turn)
    twin = redact(planted.evidence)
    shown = (dump(twin) + repr(twin)).lower()

    assert len(planted.marks) > 100
    assert [] == [mark for mark in planted.marks if mark in shown]
