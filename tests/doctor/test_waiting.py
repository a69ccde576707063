"""Progress, once waiting takes longer than a moment."""

import asyncio
import io

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from sendas.doctor import waiting
from sendas.doctor.doors import Doors
from sendas.doctor.evidence import Evidence, Subject
from sendas.doctor.inquiry import Progress
from sendas.doctor.observe import Request
from sendas.errors import UsageError
from sendas.ses.regions import Region


SUBJECT = Subject("example.com", Region("us-east-2"))
EVIDENCE = Evidence(SUBJECT, datetime(2026, 11, 1, tzinfo=UTC))


class Terminal(io.StringIO):
    """A screen."""

    def isatty(self) -> bool:
        """Lines can be overwritten."""
        return True


def observing(seconds: float, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let observing take *seconds*, with patience for a hundredth of one."""

    async def observe(_: Request, __: Doors, tell: Callable[[Progress], None]) -> Evidence:
        tell(Progress(1, 9, "DNS"))
        await asyncio.sleep(seconds)
        return EVIDENCE

    monkeypatch.setattr(waiting, "observe", observe)
    monkeypatch.setattr(waiting, "_PATIENCE_SECONDS", 0.01)


def told(talk: io.StringIO) -> str:
    """What was said while observing."""
    doors: Doors = None  # type: ignore[assignment]  # the stand-in above opens none
    assert EVIDENCE == asyncio.run(waiting.observe_aloud(Request(SUBJECT), doors, talk))
    return talk.getvalue()


def test_a_quick_answer_is_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is said that nobody has time to read."""
    observing(0, monkeypatch)

    assert "" == told(io.StringIO())


def test_a_slow_one_says_how_far_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """In a log, a few lines and no control characters."""
    observing(0.2, monkeypatch)
    text = told(io.StringIO())

    assert text.startswith("sendas: looking at DNS, AWS and SMTP: 1 of 9 answers so far\n")
    assert "\x1b" not in text


def test_a_screen_is_left_clean(monkeypatch: pytest.MonkeyPatch) -> None:
    """The line is overwritten, and gone in the end."""
    observing(0.1, monkeypatch)
    text = told(Terminal())

    assert "1 of 9" in text
    assert text.endswith("\r\x1b[K")
    assert "\n" not in text


def test_what_observing_refuses_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """The error comes through as it is."""

    async def observe(*_: object) -> Evidence:
        msg = "no such profile"
        raise UsageError(msg)

    monkeypatch.setattr(waiting, "observe", observe)
    with pytest.raises(UsageError, match="no such profile"):
        told(io.StringIO())
