"""One SES API call, as its handler sees it, and what handlers share."""

import base64
import binascii

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sendas.ses.regions import Region
from sendas_lab.aws.errors import AwsError
from sendas_lab.ses.ports import Principal
from sendas_lab.ses.region_state import Identity, RegionState, Shape
from sendas_lab.ses.service import Ses


Parameters = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Context:
    """Who calls, where, and the SES that answers."""

    ses: Ses
    region: Region
    principal: Principal
    source_ip: str
    user_agent: str
    secure: bool

    @property
    def state(self) -> RegionState:
        """What SES remembers in the Region called."""
        return self.ses.region(self.region)

    @property
    def now(self) -> datetime:
        """The lab's present."""
        return self.ses.clock.now()

    @property
    def seed(self) -> str:
        """What makes tokens differ between accounts and Regions."""
        return f"{self.ses.account_id}/{self.region}"

    def arn(self, kind: str, name: str) -> str:
        """``arn:aws:ses:<region>:<account>:<kind>/<name>``."""
        return f"arn:aws:ses:{self.region}:{self.ses.account_id}:{kind}/{name}"

    def checked(self, identity: Identity) -> Identity:
        """The identity, after a look at the DNS."""
        self.ses.check(identity)
        return identity


Handler = Callable[[Context, Parameters], Mapping[str, Any]]


def page(
    items: Sequence[Shape], token: str | None, size: int | None, *, most: int, error: AwsError
) -> tuple[list[Shape], str | None]:
    """The items from *token* on, at most *size*, and the token of the next page.

    Raises:
        AwsError: *error*, if the token is none of ours.
    """
    start = _place(token, error) if token else 0
    end = start + min(size or most, most)
    more = base64.urlsafe_b64encode(f"lab:{end}".encode()).decode() if end < len(items) else None
    return list(items[start:end]), more


def _place(token: str, error: AwsError) -> int:
    try:
        mark, _, place = base64.urlsafe_b64decode(token).decode().partition(":")
    except (binascii.Error, ValueError):
        raise error from None
    if mark != "lab" or not place.isdigit():
        raise error
    return int(place)
