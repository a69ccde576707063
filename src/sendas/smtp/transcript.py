"""The record of a dialogue: who said what, how long it took, and no secret in it."""

from collections.abc import Callable

from sendas.smtp.probe import Stage, Step
from sendas.text import visible


MASK = "********"
_MAX_TEXT = 512
_SHORTEST_SECRET = 4
"""Shorter ones are not searched for: masking every `a` would hide nothing."""


class Transcript:
    """Steps in order; every text is masked and made printable before it is kept."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._last = clock()
        self._secrets: tuple[str, ...] = ()
        self.steps: list[Step] = []

    def hide(self, *secrets: str) -> None:
        """From now on, never write any of *secrets*, not even if the server repeats it."""
        # The longest first, so that no part of a longer one stays behind.
        self._secrets = tuple(
            sorted((s for s in secrets if len(s) >= _SHORTEST_SECRET), key=len, reverse=True)
        )

    def masked(self, text: str) -> str:
        """*text* as it may be kept and shown."""
        for secret in self._secrets:
            text = text.replace(secret, MASK)
        return visible(text)

    def we_said(self, stage: Stage, text: str) -> None:
        """Note a command of ours."""
        self._add(stage, ">", text)

    def they_said(self, stage: Stage, text: str) -> None:
        """Note a line of theirs."""
        self._add(stage, "<", text)

    def happened(self, stage: Stage, text: str) -> None:
        """Note anything else."""
        self._add(stage, "*", text)

    def _add(self, stage: Stage, direction: str, text: str) -> None:
        now = self._clock()
        masked = self.masked(text)
        shown = masked if len(masked) <= _MAX_TEXT else masked[:_MAX_TEXT] + "…"
        self.steps.append(Step(stage, direction, shown, now - self._last))
        self._last = now
