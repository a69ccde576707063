"""Questions and answers kept apart from whoever carries them.

A walk (SPF's, DMARC's) is a generator: it yields a Question, is sent the
Answer, and returns its result.  The same walk is driven by the network, by the
lab's receivers and by saved evidence.
"""

from collections.abc import Callable, Generator
from typing import TypeAlias, TypeVar

from sendas.dns.answers import Answer, Question


T = TypeVar("T")
Asking: TypeAlias = Generator[Question, Answer, T]
"""Yields what it needs to know, is sent what was said, returns its result."""


def drive(asking: Asking[T], ask: Callable[[Question], Answer]) -> T:
    """Run *asking* to its end, getting every answer from *ask*."""
    try:
        question = next(asking)
        while True:
            question = asking.send(ask(question))
    except StopIteration as end:
        result: T = end.value
        return result
