"""Guessing of passwords: slowed for each network and user, and nobody else.

What others do, and what went wrong there (FACTS 15.4): a ban by network lets one stale
password of one user shut out every Gmail user, for all come from Google's addresses; a limit
by user lets a stranger lock the owner out.  So failures count for a pair of network and
user; a repeat of the same wrong secret counts once (a stale client is no attacker); and the
right secret is let in whatever was counted.  Secrets have 160 random bits, so that slowing
serves to save work, not to win a race.
"""

import hashlib
import ipaddress

from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from sendas.config.networks import IpAddress


FREE = 2
"""Different wrong secrets that cost nothing: a slip, and the password before the last."""
LONGEST_DELAY_SECONDS = 15.0
MOST_ON_PAIR = 10
"""Different wrong secrets after which a pair is told 421, until it has been quiet."""
MOST_ON_NETWORK = 100
"""The same for a network, whatever the users; a pair that was let in before is exempt."""
FORGET_SECONDS = 900.0
"""Quiet time after which nothing is remembered against anybody."""
_REMEMBERED = 10
_MOST_KEPT = 20_000


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a failed login costs: an answer *delay_seconds* late, and with *hang_up* the line."""

    delay_seconds: float
    hang_up: bool


@dataclass(slots=True)
class _Count:
    failures: int = 0
    last: float = 0.0
    seen: list[bytes] = field(default_factory=list)


K = TypeVar("K", bound=Hashable)


class _Table(Generic[K]):
    """Counts by key; the oldest go where there are too many."""

    def __init__(self) -> None:
        self._counts: OrderedDict[K, _Count] = OrderedDict()

    def of(self, key: K, now: float) -> _Count:
        """The count of *key*, a new one after quiet time."""
        count = self._counts.get(key)
        if count is None or now - count.last > FORGET_SECONDS:
            count = self._counts[key] = _Count(last=now)
        self._counts.move_to_end(key)
        while len(self._counts) > _MOST_KEPT:
            self._counts.popitem(last=False)
        return count

    def forget(self, key: K) -> None:
        """Nothing stands against *key* any more."""
        self._counts.pop(key, None)

    def __len__(self) -> int:
        return len(self._counts)


class Guessing:
    """What is remembered of failed logins; bounded, and gone with the process.

    *salt* keeps the wrong secrets, which may be passwords for elsewhere, out of memory
    dumps.  All times are of one clock, in seconds.
    """

    def __init__(self, salt: bytes) -> None:
        self._salt = salt
        self._pairs: _Table[tuple[str, str]] = _Table()
        self._networks: _Table[str] = _Table()
        self._good: OrderedDict[tuple[str, str], float] = OrderedDict()

    def failed(self, network: str, user: str, secret: str, now: float) -> Verdict:
        """A login with a wrong secret, or as an unknown user."""
        pair = (network, user.lower()[:320])
        count = self._pairs.of(pair, now)
        digest = hashlib.sha256(self._salt + secret.encode("utf-8", "replace")).digest()[:8]
        again = digest in count.seen
        count.last = now
        if not again:
            count.failures += 1
            count.seen = [digest, *count.seen[: _REMEMBERED - 1]]
        # A pair that was let in before says nothing against its network.
        total = 0
        if pair not in self._good:
            around = self._networks.of(network, now)
            around.failures += not again
            around.last = now
            total = around.failures
        delay = min(2.0 ** (count.failures - FREE - 1), LONGEST_DELAY_SECONDS)
        if count.failures <= FREE:
            delay = 0.0
        if total > MOST_ON_NETWORK // 2:
            delay = LONGEST_DELAY_SECONDS
        return Verdict(delay, count.failures > MOST_ON_PAIR or total > MOST_ON_NETWORK)

    def let_in(self, network: str, user: str, now: float) -> None:
        """A login with the right secret: the pair starts again."""
        pair = (network, user.lower()[:320])
        self._pairs.forget(pair)
        self._good[pair] = now
        self._good.move_to_end(pair)
        while len(self._good) > _MOST_KEPT:
            self._good.popitem(last=False)

    def __len__(self) -> int:
        """Entries kept: never more than a few times ten thousand."""
        return len(self._pairs) + len(self._networks) + len(self._good)


def network_of(peer: IpAddress) -> str:
    """The network that counts as one: a /24, or a /48 of IPv6, which one customer may have."""
    prefix = 24 if isinstance(peer, ipaddress.IPv4Address) else 48
    return str(ipaddress.ip_network((peer, prefix), strict=False))
