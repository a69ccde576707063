"""What ``--help`` looks like: words for values, as people write them, not Python's types."""

import re

from typing import Any

from typer.core import TyperCommand, TyperGroup


_TYPE = re.compile(r"<([^<>]*)>")
_RANGE = re.compile(r"([\d.]+)<=x<=([\d.]+)")
_AT_LEAST = re.compile(r"x>=([\d.]+)")
_WORDS = {"path": "FILE", "int range": "NUMBER", "float range": "NUMBER", "int": "NUMBER"}
"""By typer's own name of a type; any other is a TEXT."""


def _value(type_name: str) -> str:
    if "|" in type_name:  # the choices there are
        return type_name
    return _WORDS.get(type_name, "TEXT")


def _plain(params: list[Any]) -> list[Any]:
    """Reworded on the way out: typer shows a value's Python type, as in ``--wait <float range>``.

    Not by naming each value (``metavar``): of an argument the type is shown beside it.
    """
    for one in params:
        if "get_help_record" not in vars(one):
            one.get_help_record = _reworded(one)
            one.get_usage_pieces = _unbraced(one)
    return params


def _reworded(param: Any) -> Any:  # noqa: ANN401  typer's
    original = param.get_help_record

    def record(ctx: Any) -> tuple[str, str] | None:  # noqa: ANN401  the same
        found = original(ctx)
        if found is None:
            return None
        names, text = found
        text = _AT_LEAST.sub(r"at least \1", _RANGE.sub(r"\1 to \2", text))
        if param.param_type_name == "argument":
            return _TYPE.sub("", names).strip(" []"), text
        return _TYPE.sub(lambda match: _value(match[1]), names), text

    return record


def _unbraced(param: Any) -> Any:  # noqa: ANN401  the same
    """What must be given stands bare, what may be in brackets, as in every manual page."""
    original = param.get_usage_pieces

    def pieces(ctx: Any) -> list[str]:  # noqa: ANN401  the same
        return [piece.replace("{", "").replace("}", "") for piece in original(ctx)]

    return pieces


class PlainCommand(TyperCommand):
    """A verb, or a sub-verb."""

    def get_params(self, ctx: Any) -> list[Any]:  # noqa: ANN401  typer's signature
        """The parameters, each of which tells of itself in plain words."""
        return _plain(super().get_params(ctx))


class PlainGroup(TyperGroup):
    """A verb with sub-verbs."""

    def get_params(self, ctx: Any) -> list[Any]:  # noqa: ANN401  typer's signature
        """The same."""
        return _plain(super().get_params(ctx))
