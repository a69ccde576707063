"""What became of one mail for one recipient, from all that is known of it; pure.

Events come out of order, and one may be missing: what is known for sure of the
later stage counts, not what came last.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum, auto

from sendas.history.line import Line


class Outcome(StrEnum):
    """How far a mail came; each word is what is known, no guess."""

    ACCEPTED = auto()
    """SES took it; nothing more is known yet."""
    DELAYED = auto()
    """The receiver did not take it so far; SES goes on trying."""
    DELIVERED = auto()
    """The receiver's server took it."""
    COMPLAINED = auto()
    """It was delivered, and the recipient called it spam."""
    BOUNCED = auto()
    SUPPRESSED = auto()
    """SES took it and sent it to nobody: the recipient is on a suppression list."""
    REJECTED = auto()
    """SES found a virus in it, or could not make it from its template."""

    @property
    def final(self) -> bool:
        """Whether nothing more is expected, but for a complaint."""
        return self not in {Outcome.ACCEPTED, Outcome.DELAYED}

    @property
    def arrived(self) -> bool:
        """Whether the receiver's server took it."""
        return self in {Outcome.DELIVERED, Outcome.COMPLAINED}


SUPPRESSED = frozenset(("OnAccountSuppressionList", "Suppressed", "OnTenantSuppressionList"))
"""Subtypes of what SES took and sent to nobody."""


@dataclass(frozen=True, slots=True)
class Trace:
    """One mail's way to one recipient; *decisive* is the line that the outcome rests on."""

    mail: str
    recipient: str
    sender: str
    sent_at: str
    outcome: Outcome
    decisive: Line
    lines: tuple[Line, ...]

    @property
    def seen(self) -> Line:
        """The line that tells most about who sent it: Send's, or the first."""
        return next((line for line in self.lines if line.kind == "send"), self.lines[0])

    def first(self, name: str) -> str:
        """The first value of a field that any line has."""
        return next((text for line in self.lines if (text := getattr(line, name))), "")


def traces(lines: Iterable[Line]) -> list[Trace]:
    """One trace for each mail and recipient, oldest first; doubled lines count once."""
    grouped: dict[tuple[str, str], dict[str, Line]] = {}
    for line in lines:
        key = (line.mail, line.recipient.lower())
        grouped.setdefault(key, {})[line.id] = line
    found = [_trace(tuple(sorted(one.values(), key=_order))) for one in grouped.values()]
    return sorted(found, key=lambda trace: (trace.sent_at, trace.mail, trace.recipient))


def _order(line: Line) -> tuple[str, str]:
    return line.at, line.id


def _trace(lines: tuple[Line, ...]) -> Trace:
    outcome, decisive = decided(lines)
    first = lines[0]
    return Trace(
        mail=first.mail,
        recipient=first.recipient,
        sender=next((line.sender for line in lines if line.sender), ""),
        sent_at=min(line.sent_at for line in lines),
        outcome=outcome,
        decisive=decisive,
        lines=lines,
    )


def decided(lines: tuple[Line, ...]) -> tuple[Outcome, Line]:
    """The outcome by what the lines say, whatever their order: the first that can be said."""
    by_kind = {line.kind: line for line in lines}  # the newest of each
    final = _final_bounce(lines)
    said: tuple[tuple[Line | None, Outcome], ...] = (
        (by_kind.get("rendering_failure"), Outcome.REJECTED),
        (by_kind.get("reject"), Outcome.REJECTED),
        (by_kind.get("complaint"), Outcome.COMPLAINED),
        (final, Outcome.BOUNCED),
        (by_kind.get("delivery"), Outcome.DELIVERED),
        # Passing, without a delivery: SES gave up (FACTS 27).
        (by_kind.get("bounce"), Outcome.BOUNCED),
        (by_kind.get("delivery_delay"), Outcome.DELAYED),
    )
    for line, outcome in said:
        if line is not None:
            listed = line.subtype in SUPPRESSED
            return (Outcome.SUPPRESSED if listed else outcome), line
    return Outcome.ACCEPTED, lines[0]


def _final_bounce(lines: tuple[Line, ...]) -> Line | None:
    """A bounce for good, also one after a delivery: a server behind the first refused it.

    One that passes and comes beside a delivery is an automatic reply (FACTS 27, ``ooto@``).
    """
    bounces = [line for line in lines if line.kind == "bounce" and line.detail == "Permanent"]
    return bounces[-1] if bounces else None
