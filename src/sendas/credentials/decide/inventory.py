"""Everything in one account that can send, judged; pure."""

from dataclasses import dataclass
from datetime import datetime

from sendas.credentials.decide.authority import Foreign
from sendas.credentials.decide.verdicts import Box, Judged
from sendas.iam.key_acts import KeyAct
from sendas.outcome import NoAnswer, Seen
from sendas.ses.regions import Region


@dataclass(frozen=True, slots=True)
class Inventory:
    """Everything that can send, judged; and what could not be looked at."""

    account_id: str
    at: datetime
    judged: Seen[tuple[Judged, ...]]
    root_key: Seen[bool]
    foreign: Seen[tuple[Foreign, ...]]
    acts: Seen[tuple[KeyAct, ...]]
    boxes: tuple[Box, ...] = ()
    doubts: tuple[str, ...] = ()
    """What could not be looked at, and so may hide something."""
    looked_in: tuple[Region, ...] = ()
    mail_known: str = ""
    """Until when mail is known from the history, or why none is; for people."""

    @property
    def wrong(self) -> bool:
        """Whether anything is wrong."""
        one = not isinstance(self.judged, NoAnswer) and any(j.wrong for j in self.judged)
        return one or self.root_key is True

    @property
    def whole(self) -> bool:
        """Whether everything could be looked at."""
        silent = any(
            isinstance(answer, NoAnswer)
            for answer in (self.judged, self.root_key, self.foreign, self.acts)
        )
        if silent or self.doubts or isinstance(self.judged, NoAnswer):
            return False
        return not any(one.doubts for one in self.judged)
