"""The diagnosis for a person at a terminal; all of it is said in words, colour only helps.

Roots come first, in the order in which to mend them, each with what it
explains folded under it; then warnings and hints; then one line per layer.
Records and commands stand on lines of their own, never wrapped or framed, so
that they can be copied.
"""

import io
import textwrap

from collections.abc import Iterator
from dataclasses import dataclass

from rich.console import Console
from rich.text import Text

from sendas.advice import Help
from sendas.doctor.model import Diagnosis, Finding, Layer, Status
from sendas.doctor.proof import End, Journey
from sendas.doctor.render.labels import (
    OWNERS,
    by_status,
    duration,
    explained,
    is_command,
    merged,
    summary,
)
from sendas.doctor.render.layers import MARKS, LayerLine, layer_lines
from sendas.doctor.render.silences import Silence, silences
from sendas.text import one_line, visible


_LABEL = 11
_NARROWEST = 40
_WIDEST = 100
_LAYER = max(map(len, Layer))


@dataclass(frozen=True, slots=True)
class Look:
    """How much room there is, and what the terminal can show.

    Unless *whole*, layers without findings are left out: they were not wanted.
    """

    width: int = 80
    colour: bool = False
    unicode: bool = True
    whole: bool = True

    @property
    def column(self) -> int:
        """Where running text ends: lines longer than that are hard to read."""
        return max(_NARROWEST, min(self.width, _WIDEST))

    def mark(self, status: Status) -> str:
        """One or two characters for *status*."""
        return (MARKS if self.unicode else _ASCII_MARKS)[status]

    @property
    def arrow(self) -> str:
        """Between a question and its answer."""
        return "→" if self.unicode else "->"


_ASCII_MARKS = MARKS | {Status.OK: "+", Status.FAIL: "x"}

_STYLES = {
    Status.OK: "green",
    Status.INFO: "blue",
    Status.WARN: "yellow",
    Status.FAIL: "bold red",
    Status.UNKNOWN: "magenta",
    Status.SKIPPED: "dim",
    Status.CRASHED: "bold magenta",
}


def render(diagnosis: Diagnosis, look: Look) -> str:
    """The whole report, ending in one line that sums it up."""
    sheet = io.StringIO()
    console = Console(
        file=sheet,
        width=look.width,
        color_system="standard" if look.colour else None,
        force_terminal=look.colour,
        no_color=not look.colour,
        legacy_windows=False,
        highlight=False,
        emoji=False,
        markup=False,
    )
    blank = False
    for line in _report(diagnosis, look):
        if blank and not line.plain:
            continue
        blank = not line.plain
        # soft_wrap: a record longer than the line must still be one line when copied.
        console.print(line, soft_wrap=True)
    return sheet.getvalue()


def _report(diagnosis: Diagnosis, look: Look) -> Iterator[Text]:
    yield Text(f"{one_line(diagnosis.domain)} in {one_line(diagnosis.region)}", "bold")
    yield Text()
    by_code = {finding.code: finding for finding in diagnosis.findings}
    for code in diagnosis.roots:
        yield from _finding(by_code[code], diagnosis, look)
    for finding in by_status(diagnosis, Status.WARN, Status.INFO):
        yield from _finding(finding, diagnosis, look)
    for line in layer_lines(diagnosis, whole=look.whole):
        yield from _layer(line, look)
    yield Text()
    for journey in diagnosis.journeys:
        yield from _journey(journey, look)
    for silence in silences(diagnosis):
        yield from _silence(silence, look)
    for last in _wrapped(summary(diagnosis, whole=look.whole), look.column):
        yield Text(last, "bold")


def _finding(finding: Finding, diagnosis: Diagnosis, look: Look) -> Iterator[Text]:
    style = _STYLES[finding.status]
    head = f"{look.mark(finding.status)} {finding.code}: "
    for number, line in enumerate(_wrapped(one_line(finding.title), look.column - len(head))):
        lead = head if number == 0 else " " * len(head)
        yield Text.assemble((lead, style), (line, "bold"))
    if finding.status is not Status.INFO:
        yield from _labelled(
            "whose", f"{OWNERS[finding.owner]}; severity {finding.severity}", look
        )
    if finding.cause:
        yield from _labelled("why", one_line(finding.cause), look)
    yield from _exhibits(finding, look)
    for advice in finding.help:
        yield from _help(advice, look)
    yield from _explains(finding, diagnosis, look)
    yield Text()


def _exhibits(finding: Finding, look: Look) -> Iterator[Text]:
    label = "seen"
    for asked, answers in merged(finding.exhibits):
        yield from _labelled(label, one_line(asked), look)
        label = ""
        for answer, source in answers:
            told = f"{look.arrow} {one_line(answer)}" + (
                f"  ({one_line(source)})" if source else ""
            )
            yield from _labelled("", told, look)


def _help(advice: Help, look: Look) -> Iterator[Text]:
    yield from _labelled("do", one_line(advice.text), look, "green")
    yield from _to_copy("take these records away:", advice.remove)
    yield from _to_copy("publish exactly these records:", advice.records)
    yield from _to_copy("run:", advice.commands)
    if advice.wait_seconds:
        yield from _labelled("wait", f"up to {duration(advice.wait_seconds)} until it shows", look)
    if is_command(advice.verify_by):
        yield from _to_copy("to check, run:", (advice.verify_by,))
    elif advice.verify_by:
        yield from _labelled("check", one_line(advice.verify_by), look)


def _to_copy(lead: str, lines: tuple[str, ...]) -> Iterator[Text]:
    if not lines:
        return
    yield Text(" " * _LABEL + lead)
    yield Text()
    for line in lines:
        for part in line.splitlines():
            yield Text(visible(part), "cyan")
    yield Text()


def _explains(finding: Finding, diagnosis: Diagnosis, look: Look) -> Iterator[Text]:
    children = explained(diagnosis, finding)
    for number, child in enumerate(children):
        label = "explains" if number == 0 else ""
        yield from _labelled(label, f"{child.code}: {one_line(child.title)}", look)


def _layer(line: LayerLine, look: Look) -> Iterator[Text]:
    style = _STYLES[line.worst]
    yield Text.assemble((look.mark(line.worst), style), f" {line.name:<{_LAYER}}  {line.tally}")


_ENDS = {End.PASSED: Status.OK, End.STOPPED: Status.FAIL, End.UNSEEN: Status.UNKNOWN}


def _journey(journey: Journey, look: Look) -> Iterator[Text]:
    """The time line: a line for each hop, with the seconds after which it was seen."""
    entered = f", {one_line(journey.entered)}" if journey.entered else ""
    if journey.not_sent:
        entered = f": none was sent, for {one_line(journey.not_sent)}"
    yield from _lines(f"mail {journey.way}{entered}", look, "bold")
    for passage in journey.passages:
        status = _ENDS[passage.end]
        at = f"{passage.seconds:>6.1f} s" if passage.seconds is not None else " " * 8
        lead = f"{look.mark(status)}{at}  {passage.hop:<9}  "
        for number, line in enumerate(_wrapped(one_line(passage.words), look.column - len(lead))):
            yield Text.assemble((lead if number == 0 else " " * len(lead), _STYLES[status]), line)
    for left in journey.left:
        yield from _lines(f"left behind: {one_line(left)}; the next --prove looks again", look)
    yield Text()


def _lines(text: str, look: Look, style: str = "") -> Iterator[Text]:
    for line in _wrapped(text, look.column):
        yield Text(line, style)


def _silence(silence: Silence, look: Look) -> Iterator[Text]:
    mark = look.mark(Status.UNKNOWN)
    lead = f"{mark} could not look: "
    for number, line in enumerate(_wrapped(lead + one_line(silence.reason), look.column - 2)):
        yield Text(line if number == 0 else f"  {line}", _STYLES[Status.UNKNOWN])
    for asked, codes in silence.questions.items():
        told = f"{one_line(asked)} ({', '.join(codes)})" if asked else ", ".join(codes)
        yield from _labelled("asked", told, look)
    for advice in silence.help:
        yield from _labelled("needed", one_line(advice.text), look, "green")
    yield Text()


def _labelled(label: str, text: str, look: Look, style: str = "") -> Iterator[Text]:
    for number, line in enumerate(_wrapped(text, look.column - _LABEL)):
        lead = f"  {label:<{_LABEL - 2}}" if number == 0 else " " * _LABEL
        yield Text.assemble((lead, "dim"), (line, style))


def _wrapped(text: str, width: int) -> list[str]:
    lines = textwrap.wrap(text, max(20, width), break_long_words=False, break_on_hyphens=False)
    return lines or [""]
