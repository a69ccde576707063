"""Each layer in one line: how it stands."""

from collections.abc import Iterator
from dataclasses import dataclass

from sendas.doctor.model import Diagnosis, Finding, Layer, Status
from sendas.doctor.render.labels import count


MARKS = {
    Status.OK: "✓",
    Status.INFO: "i",
    Status.WARN: "!",
    Status.FAIL: "✗",
    Status.UNKNOWN: "?",
    Status.SKIPPED: "-",
    Status.CRASHED: "#",
}

_LOOKS = {
    Layer.PASSWORD: "--password-env NAME lets it look",
    Layer.SMTP: "--password-env NAME lets it log in",
    Layer.GMAIL: "--bounce FILE shows it Gmail's bounce",
    Layer.RELAY: "--relay HOST dials an own relay as Gmail does",
    Layer.SUPPRESSION: "--to ADDRESS says whose mail is missing",
    Layer.DOWNSTREAM: "--bounce FILE shows it the refusal",
    Layer.CREDENTIALS: "--credentials looks at every key that can send",
    Layer.PROOF: "--prove sends mail and follows it",
}
"""What makes a layer part of the run."""

_WORST_FIRST = (Status.FAIL, Status.CRASHED, Status.UNKNOWN, Status.SKIPPED, Status.WARN)


@dataclass(frozen=True, slots=True)
class LayerLine:
    """A layer's line; *worst* is SKIPPED where the run did not ask at all."""

    name: Layer
    worst: Status
    tally: str

    @property
    def mark(self) -> str:
        """The worst status as one character."""
        return MARKS[self.worst]


def layer_lines(diagnosis: Diagnosis, *, whole: bool = True) -> Iterator[LayerLine]:
    """The layers, in the order in which they are reported; unless *whole*, those with findings."""
    for layer in Layer:
        here = [finding for finding in diagnosis.findings if finding.layer is layer]
        if not here:
            if not whole:
                continue
            more = f"; {_LOOKS[layer]}" if layer in _LOOKS else ""
            yield LayerLine(layer, Status.SKIPPED, f"not part of this run{more}")
            continue
        worst = next((s for s in _WORST_FIRST if any(f.status is s for f in here)), Status.OK)
        yield LayerLine(layer, worst, _tally(here))


def _tally(here: list[Finding]) -> str:
    total = {status: sum(f.status is status for f in here) for status in Status}
    well = total[Status.OK] + total[Status.INFO]
    waiting = sorted({f.skipped_because for f in here if f.skipped_because})
    parts = [
        f"{total[Status.FAIL]} failing" if total[Status.FAIL] else "",
        count(total[Status.WARN], "warning") if total[Status.WARN] else "",
        f"{total[Status.UNKNOWN]} could not look" if total[Status.UNKNOWN] else "",
        f"{total[Status.SKIPPED]} waiting for {', '.join(waiting)}" if waiting else "",
        f"{total[Status.CRASHED]} broke in our own code" if total[Status.CRASHED] else "",
        f"{count(well, 'check')} well" if well else "",
    ]
    return ", ".join(part for part in parts if part)
