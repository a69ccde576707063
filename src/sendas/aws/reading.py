"""From AWS's answers to our words."""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias, TypeVar

from sendas.outcome import NoAnswer, Seen, Why


A = TypeVar("A")
T = TypeVar("T")
Raw: TypeAlias = Mapping[str, Any]
"""An answer as botocore hands it out."""


def understand(answer: Seen[A], read: Callable[[A], T]) -> Seen[T]:
    """*answer* in our words; a shape that *read* cannot make sense of is no answer."""
    if isinstance(answer, NoAnswer):
        return answer
    try:
        return read(answer)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        return NoAnswer(Why.SERVER_FAILURE, f"AWS's answer is not understood: {error!r}")


def understand_if_any(answer: Seen[Raw | None], read: Callable[[Raw], T]) -> Seen[T | None]:
    """The same of an answer that may be absent."""
    return None if answer is None else understand(answer, read)
