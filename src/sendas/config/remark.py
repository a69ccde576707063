"""One thing that the file says wrongly, before its line is known."""

from dataclasses import dataclass

from sendas.config.lines import Place


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing wrong, or to be thought over; *place* may be a key that is missing."""

    place: Place
    problem: str
    remedy: str
