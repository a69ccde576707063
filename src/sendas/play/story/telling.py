"""Telling a story: short lines for a person as it happens, or one JSON object at the end."""

import json
import os
import shutil
import sys
import time

from dataclasses import asdict

import typer

from sendas.doctor.render.terminal import Look
from sendas.play.story.step import Step


_WIDEST = 100


class Teller:
    """Prints steps as they are played, and remembers whether everything claimed was so."""

    def __init__(self, *, as_json: bool) -> None:
        self.as_json = as_json
        self.all_held = True
        self.look = look()
        self._began = time.monotonic()
        self._incidents: list[dict[str, object]] = []
        self._steps: list[dict[str, object]] = []
        self._count = 0

    def open(self) -> None:
        """Say what is about to happen."""
        self._say(
            "sendas demo: two incidents, in a world on loopback; nothing leaves this machine.\n"
        )
        self._say("starting AWS, DNS, Gmail and two other mail servers …", end="")

    def lab_is_up(self) -> None:
        """Say how long that took."""
        self._say(f" up after {self._elapsed():.1f} s")

    def incident(self, title: str) -> None:
        """Begin a story."""
        self._steps = []
        self._incidents.append({"title": title, "steps": self._steps})
        self._say("\n" + self._bold(title) + "\n" + "─" * len(title))

    def tell(self, step: Step) -> None:
        """One step: what was done, what could be read, what is so."""
        self.all_held = self.all_held and step.holds
        self._count += 1
        self._steps.append({**asdict(step), "holds": step.holds})
        self._say(
            f"\n{self._mark(held=step.holds)} {self._bold(step.title)}  {self._dim(self._clock())}"
        )
        if step.command:
            self._say(f"    $ {step.command}")
        for line in step.output.rstrip().splitlines():
            self._say(f"    {self._dim('│')} {line}".rstrip())
        for claim in step.claims:
            seen = f" ({claim.seen})" if claim.seen else ""
            self._say(f"    {self._mark(held=claim.holds)} {claim.text}{seen}")

    def close(self) -> None:
        """Sum up."""
        held = "everything claimed was so" if self.all_held else "NOT everything claimed was so"
        self._say(f"\n{self._count} steps in {self._elapsed():.0f} s; {held}.")
        if self.as_json:
            document = {
                "schema": "sendas.demo/1",
                "holds": self.all_held,
                "incidents": self._incidents,
            }
            typer.echo(json.dumps(document, indent=2, default=str))
        elif self.all_held:
            self._say(
                "Next: `sendas lab` to play yourself, `sendas doctor YOUR.DOMAIN` for your own."
            )

    def _elapsed(self) -> float:
        return time.monotonic() - self._began

    def _clock(self) -> str:
        return f"{self._elapsed():.1f} s"

    def _say(self, text: str, *, end: str = "\n") -> None:
        if not self.as_json:
            typer.echo(text + end, nl=False)

    def _mark(self, *, held: bool) -> str:
        return (
            self._painted("✓", typer.colors.GREEN)
            if held
            else self._painted("✗", typer.colors.RED)
        )

    def _painted(self, text: str, colour: str) -> str:
        return typer.style(text, fg=colour) if self.look.colour else text

    def _bold(self, text: str) -> str:
        return typer.style(text, bold=True) if self.look.colour else text

    def _dim(self, text: str) -> str:
        return typer.style(text, dim=True) if self.look.colour else text


def look() -> Look:
    """What this terminal can show; the doctor's reports are set four columns in, behind a rule."""
    width = min(shutil.get_terminal_size((96, 24)).columns, _WIDEST) - 6
    colour = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    return Look(width=width, colour=colour)


def pause() -> None:
    """Wait for Enter."""
    typer.prompt("", default="", show_default=False, prompt_suffix="    Enter: on ")
