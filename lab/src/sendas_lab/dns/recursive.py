"""The recursive resolver everybody in the lab asks."""

import threading

from collections.abc import Callable
from datetime import datetime, timedelta
from enum import StrEnum

import dnslib

from sendas.dns.answers import Absent, Answer, Question, Records
from sendas.outcome import NoAnswer, Why
from sendas_lab.dns.nameserver import Fault, NameServer
from sendas_lab.dns.packets import failure, question_of, reply
from sendas_lab.dns.registry import Registry
from sendas_lab.dns.zone import Found, Kind, RecordSet, normal, txt_strings


_HOPS = 16
"""CNAMEs and referrals followed for one question before giving up."""


class Trouble(StrEnum):
    """Why recursion found no answer; to the asker it is SERVFAIL."""

    ALL_SILENT = "every name server timed out"
    ALL_BROKEN = "no name server serves the zone"
    TOO_LONG = "too many CNAMEs or referrals"
    BROKEN = "the resolver is broken"


class Resolver:
    """Asks the delegated servers, and remembers what it was told to remember."""

    def __init__(
        self,
        registry: Registry,
        server: Callable[[str], NameServer | None],
        now: Callable[[], datetime],
    ) -> None:
        self.delay = timedelta()
        self.broken = False
        self._registry = registry
        self._server = server
        self._now = now
        self._lock = threading.Lock()
        self._cache: dict[tuple[str, str], tuple[datetime, Found]] = {}

    def remember(self, name: str, record_type: str) -> None:
        """Cache what is true now for as long as its TTL says: others edit, this one lags."""
        found = self._look(normal(name), record_type)
        if isinstance(found, Found):
            with self._lock:
                expires = self._now() + timedelta(seconds=ttl_of(found))
                self._cache[normal(name), record_type] = (expires, found)

    def mend(self) -> None:
        """Forget the cache; be quick and well again."""
        self.delay = timedelta()
        self.broken = False
        with self._lock:
            self._cache.clear()

    def find(self, name: str, record_type: str) -> Found | Trouble:
        """The answer with every CNAME followed."""
        if self.broken:
            return Trouble.BROKEN
        key = (normal(name), record_type)
        with self._lock:
            expires, kept = self._cache.get(key, (None, None))
        if kept is not None and expires is not None:
            left = (expires - self._now()).total_seconds()
            if left > 0:
                return _aged(kept, int(left))
        return self._look(*key)

    def resolve(self, question: Question) -> Answer:
        """The same as a value of the house, for whoever judges mail in the lab."""
        match self.find(question.name, str(question.type)):
            case Found() as found:
                return _as_answer(found, str(question.type))
            case Trouble.ALL_SILENT as trouble:
                return NoAnswer(Why.TIMEOUT, f"{question}: {trouble}")
            case trouble:
                return NoAnswer(Why.SERVER_FAILURE, f"{question}: {trouble}")

    def respond(self, query: dnslib.DNSRecord) -> dnslib.DNSRecord:
        """The packet for a client of the resolver."""
        match self.find(*question_of(query)):
            case Found() as found:
                return reply(query, found, authoritative=False, recursion=True)
            case Trouble():
                return failure(query, "SERVFAIL", recursion=True)

    def _look(self, name: str, record_type: str) -> Found | Trouble:
        followed: list[RecordSet] = []
        for _ in range(_HOPS):
            found = self._ask(self._registry.servers_for(name), name, record_type)
            if not isinstance(found, Found):
                return found
            followed.extend(found.answer)
            last = followed[-1] if followed else None
            if not (last and last.type == "CNAME" and record_type != "CNAME"):
                return Found(found.kind, tuple(followed), found.authority)
            if found.kind is not Kind.ANSWER:
                return Found(found.kind, tuple(followed), found.authority)
            name = normal(last.values[0])
        return Trouble.TOO_LONG

    def _ask(self, servers: tuple[str, ...], name: str, record_type: str) -> Found | Trouble:
        silent = 0
        for server_name in servers:
            server = self._server(server_name)
            found = server.find(name, record_type) if server else Fault.TIMEOUT
            if isinstance(found, Found):
                if found.kind is Kind.REFERRAL:
                    deeper = tuple(normal(value) for value in found.authority[0].values)
                    return (
                        Trouble.ALL_BROKEN
                        if deeper == servers
                        else self._ask(deeper, name, record_type)
                    )
                return found
            silent += found is Fault.TIMEOUT
        return Trouble.ALL_SILENT if silent == len(servers) else Trouble.ALL_BROKEN


def ttl_of(found: Found) -> int:
    """How long a resolver may keep *found*, in seconds (RFC 2308, 5, when it is negative)."""
    if found.kind is Kind.ANSWER:
        return min((record_set.ttl for record_set in found.answer), default=0)
    return min((_negative_ttl(soa) for soa in found.authority if soa.type == "SOA"), default=0)


def _negative_ttl(soa: RecordSet) -> int:
    return min(soa.ttl, int(soa.values[0].split()[-1]))


def _aged(found: Found, seconds_left: int) -> Found:
    def aged(sets: tuple[RecordSet, ...]) -> tuple[RecordSet, ...]:
        return tuple(
            RecordSet(s.name, s.type, min(s.ttl, max(seconds_left, 1)), s.values) for s in sets
        )

    return Found(found.kind, aged(found.answer), aged(found.authority))


def _as_answer(found: Found, record_type: str) -> Answer:
    aliases = tuple(
        normal(record_set.values[0])
        for record_set in found.answer
        if record_set.type == "CNAME" and record_type != "CNAME"
    )
    wanted = [record_set for record_set in found.answer if record_set.type == record_type]
    if wanted:
        values = tuple(_plain(record_type, value) for s in wanted for value in s.values)
        return Records(values, ttl_of(found), aliases)
    return Absent(found.kind is not Kind.NO_SUCH_NAME, ttl_of(found), aliases)


def _plain(record_type: str, value: str) -> str:
    """The value as `sendas.dns.answers` writes it."""
    if record_type == "TXT":
        return b"".join(txt_strings(value)).decode("latin-1")
    if record_type in {"CNAME", "NS", "PTR"}:
        return normal(value)
    if record_type == "MX":
        preference, _, host = value.partition(" ")
        return f"{preference} {normal(host.strip()) or '.'}"  # RFC 7505, 3: the null MX
    if record_type == "SOA":
        primary, mailbox, *numbers = value.split()
        return " ".join([normal(primary), normal(mailbox), *numbers])
    return value
