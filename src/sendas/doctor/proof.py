"""What mail that was really sent showed, hop by hop: a value of the evidence.

`sendas.prove` sends and follows it; rules judge each hop, readers show the time line.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Way(StrEnum):
    """Which way a proof goes."""

    IN = "in"
    OUT = "out"


class Hop(StrEnum):
    """Where a mail passes, in order; in and out."""

    TAKEN = "taken"
    """The domain's mail exchanger takes it."""
    STORED = "stored"
    """SES has written it to the bucket."""
    NOTICED = "noticed"
    """Whoever is to work on it was told."""
    QUEUED = "queued"
    """The queue that the function reads has the notice."""
    WORKED_ON = "worked-on"
    """The function has read it, and decided."""
    FORWARDED = "forwarded"
    """SES has taken the copy that the function sends on."""
    ARRIVED = "arrived"
    """The copy has arrived, and passes DMARC."""
    LOGGED_IN = "logged-in"
    """The SMTP server takes user name and password."""
    SENT = "sent"
    """It takes the mail."""
    CAME = "came"
    """The mail has arrived at our own domain."""
    JUDGED = "judged"
    """SPF, DKIM and DMARC are as they should be."""


HOPS = {
    Way.IN: (
        Hop.TAKEN, Hop.STORED, Hop.NOTICED, Hop.QUEUED, Hop.WORKED_ON, Hop.FORWARDED, Hop.ARRIVED,
    ),
    Way.OUT: (Hop.LOGGED_IN, Hop.SENT, Hop.CAME, Hop.JUDGED),
}  # fmt: skip


class End(StrEnum):
    """How it went at one hop."""

    PASSED = "passed"
    STOPPED = "stopped"
    """It went no further, as far as anybody waited."""
    UNSEEN = "unseen"
    """Nothing tells whether it passed."""


@dataclass(frozen=True, slots=True)
class Passage:
    """One hop: how it ended, in words, and after how many seconds that was seen."""

    hop: Hop
    end: End
    words: str
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Journey:
    """One mail's way, as far as it was followed.

    *entered* says how it was handed over.  *not_sent* is why no mail was sent at all, and
    *option* what would let it; then there are no passages.
    """

    way: Way
    began: datetime | None = None
    entered: str = ""
    passages: tuple[Passage, ...] = ()
    not_sent: str = ""
    option: str = ""
    left: tuple[str, ...] = ()
    """What still lies somewhere because of it."""

    def at(self, hop: Hop) -> Passage | None:
        """What was seen at *hop*; None if it did not come so far."""
        return next((one for one in self.passages if one.hop is hop), None)

    @property
    def proven(self) -> bool:
        """Whether every hop that there is was passed."""
        return bool(self.passages) and all(one.end is End.PASSED for one in self.passages)


@dataclass(frozen=True, slots=True)
class Proof:
    """Both ways."""

    journeys: tuple[Journey, ...] = field(default=())

    def journey(self, way: Way) -> Journey | None:
        """The one of that way."""
        return next((one for one in self.journeys if one.way is way), None)
