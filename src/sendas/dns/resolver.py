"""The one door to the DNS: asynchronous questions, answers as values.

The only module that imports dnspython, which is slow to load: import this late.
Nothing that a server does raises: silence, refusal and nonsense are NoAnswers.
"""

import asyncio
import ipaddress
import re

from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdata
import dns.rdatatype
import dns.rrset

from dns.rdtypes.ANY.CNAME import CNAME
from dns.rdtypes.ANY.MX import MX
from dns.rdtypes.ANY.NS import NS
from dns.rdtypes.ANY.PTR import PTR
from dns.rdtypes.ANY.SOA import SOA
from dns.rdtypes.ANY.TXT import TXT

from sendas.dialmap import DialMap
from sendas.dns.answers import Absent, Answer, Lookup, Question, Records, RecordType
from sendas.dns.names import ancestry, can_be_asked, canonical, within
from sendas.dns.transport import Silent, Unreachable, exchange, query
from sendas.dns.zone import Zone
from sendas.errors import UsageError
from sendas.outcome import NoAnswer, Seen, Why


VARIABLE = "SENDAS_RESOLVER"
DNS_PORT = 53
_TRIES = 2
_TYPE_CODES = {type_: dns.rdatatype.from_text(type_) for type_ in RecordType}
_MAX_ALIASES = 12

Address = tuple[str, int]


class BadResolver(UsageError):
    """SENDAS_RESOLVER does not name a server's address and port."""


class Resolver(Protocol):
    """Whoever can put questions to the DNS."""

    async def ask(self, question: Question) -> Answer:
        """What the recursive resolver says."""

    async def ask_all(self, question: Question, zone: Zone) -> Lookup:
        """What each authoritative server of *zone* says, asked at the same time."""

    async def find_zone(self, domain: str) -> Seen[Zone]:
        """The zone *domain* lives in."""


def nameserver_from(environment: Mapping[str, str]) -> Address | None:
    """The recursive server that *environment* names; None if it names none.

    Raises:
        BadResolver: Not of the form ``192.0.2.53:53`` or ``[2001:db8::53]:53``.
    """
    text = environment.get(VARIABLE)
    if not text:
        return None
    match = re.fullmatch(r"(?:\[(?P<v6>[^\]]+)\]|(?P<v4>[^:\[\]]+)):(?P<port>[0-9]{1,5})", text)
    try:
        if match is None:
            raise ValueError  # noqa: TRY301  one message for every mistake
        host = str(ipaddress.ip_address(match["v6"] or match["v4"]))
        port = int(match["port"])
        if not 1 <= port <= 0xFFFF:  # noqa: PLR2004  16 bits
            raise ValueError  # noqa: TRY301  one message for every mistake
    except ValueError:
        msg = f"{VARIABLE}={text!r} is no address and port; one looks like 192.0.2.53:53"
        raise BadResolver(msg) from None
    return host, port


def _system_nameservers(path: Path = Path("/etc/resolv.conf")) -> tuple[Address, ...]:
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ()
    words = (line.split() for line in lines)
    return tuple((w[1], DNS_PORT) for w in words if len(w) > 1 and w[0] == "nameserver")


class NetworkResolver:
    """Questions over the network, for one run: the recursive server is asked each only once.

    *nameserver* is the recursive server; without it, the system's.  Every
    address is dialled as *dial_map* says.  A question is tried twice, each
    time for *timeout_seconds*.
    """

    def __init__(
        self,
        nameserver: Address | None = None,
        dial_map: DialMap | None = None,
        timeout_seconds: float = 2.0,
    ) -> None:
        self._recursive = (nameserver,) if nameserver else _system_nameservers()
        self._dial_map = dial_map or DialMap()
        self._timeout_seconds = timeout_seconds
        self._asked: dict[Question, asyncio.Task[Answer]] = {}

    async def ask(self, question: Question) -> Answer:
        """What the recursive resolver says."""
        if question not in self._asked:
            self._asked[question] = asyncio.ensure_future(self._ask_recursive(question))
        return await asyncio.shield(self._asked[question])

    async def _ask_recursive(self, question: Question) -> Answer:
        if not self._recursive:
            return NoAnswer(Why.UNREACHABLE, "no name server is configured on this machine")
        said = await self._exchange(question, self._recursive, recursive=True)
        if isinstance(said, NoAnswer):
            return await self._unvalidated(question, said)
        return _read(said, question)

    async def _unvalidated(self, question: Question, silence: NoAnswer) -> Answer:
        """The answer, *silence*, or that only DNSSEC keeps it back (RFC 4035, 3.2.2 and 5.5)."""
        if silence.why is not Why.SERVER_FAILURE:
            return silence
        said = await self._exchange(question, self._recursive, recursive=True, checked=False)
        if isinstance(said, NoAnswer):
            return silence
        # One SERVFAIL may have passed meanwhile, whatever it was about.
        again = await self._exchange(question, self._recursive, recursive=True)
        if not isinstance(again, NoAnswer):
            return _read(again, question)
        if again.why is not Why.SERVER_FAILURE:
            return again
        return NoAnswer(Why.BOGUS, "the resolver has an answer whose DNSSEC signatures fail")

    async def find_zone(self, domain: str) -> Seen[Zone]:
        """The zone *domain* lives in: the nearest name at or above it that has NS records.

        They are those the recursive resolver found by following the delegation.
        """
        names = [name for name in ancestry(canonical(domain)) if "." in name]
        answers = await asyncio.gather(
            *(self.ask(Question(name, RecordType.NS)) for name in names)
        )
        for name, answer in zip(names, answers, strict=True):
            if isinstance(answer, Records) and not answer.alias:
                return Zone(name, tuple(sorted(answer.values)))
            if isinstance(answer, NoAnswer):
                return NoAnswer(answer.why, f"NS {name}: {answer.detail}")
        return NoAnswer(Why.UNREACHABLE, f"{domain} is not delegated: no name servers")

    async def ask_all(self, question: Question, zone: Zone) -> Lookup:
        """What each authoritative server of *zone* says, asked at the same time."""
        parts = await asyncio.gather(
            *(self._ask_server(question, zone, server) for server in zone.servers)
        )
        return Lookup(question, {name: answer for part in parts for name, answer in part.items()})

    async def _ask_server(
        self, question: Question, zone: Zone, server: str
    ) -> Mapping[str, Answer]:
        # IPv4 only: from a machine without an IPv6 route every server would look dead.
        found = await self.ask(Question(server, RecordType.A))
        if isinstance(found, NoAnswer):
            return {server: NoAnswer(found.why, f"address of {server}: {found.detail}")}
        if not isinstance(found, Records):
            return {server: NoAnswer(Why.UNREACHABLE, f"{server} has no IPv4 address")}
        answers = await asyncio.gather(
            *(self._ask_address(question, zone, (ip, DNS_PORT)) for ip in found.values)
        )
        several = len(found.values) > 1
        return {
            f"{server} ({ip})" if several else server: answer
            for ip, answer in zip(found.values, answers, strict=True)
        }

    async def _ask_address(self, question: Question, zone: Zone, address: Address) -> Answer:
        said = await self._exchange(question, (address,), recursive=False)
        if isinstance(said, NoAnswer):
            return said
        if not said.flags & dns.flags.AA:
            if _delegates(said, question.name, zone.apex):
                return await self.ask(question)  # another zone's business
            detail = f"{address[0]} answers without authority for {zone.apex}: it is lame"
            return NoAnswer(Why.REFUSED, detail)
        answer = _read(said, question)
        if isinstance(answer, Absent) and answer.alias and _leaves(said, answer.alias[-1]):
            return _joined(answer, await self.ask(Question(answer.alias[-1], question.type)))
        return answer

    async def _exchange(
        self,
        question: Question,
        servers: tuple[Address, ...],
        *,
        recursive: bool,
        checked: bool = True,
    ) -> dns.message.Message | NoAnswer:
        # The root has the empty name, and every resolver knows its servers.
        askable = not question.name or can_be_asked(question.name)
        if not askable or not question.name.isascii():
            return NoAnswer(Why.NOT_ASKED, f"{question.name!r} is no name that DNS can carry")
        silence = NoAnswer(Why.TIMEOUT, "")
        for attempt in range(max(_TRIES, len(servers[:3]))):
            host, port = servers[attempt % len(servers)]
            asked = _query(question, recursive=recursive, checked=checked)
            try:
                said = await exchange(
                    asked, self._dial_map.dial(host, port), self._timeout_seconds
                )
                message = dns.message.from_wire(said, ignore_trailing=True)
                if message.rcode() in {dns.rcode.FORMERR, dns.rcode.NOTIMP}:
                    plain = _query(question, recursive=recursive, edns=False)
                    said = await exchange(
                        plain, self._dial_map.dial(host, port), self._timeout_seconds
                    )
                    message = dns.message.from_wire(said, ignore_trailing=True)
            except Silent:
                detail = f"{host} did not answer within {self._timeout_seconds:g} s"
                silence = NoAnswer(Why.TIMEOUT, detail)
            except Unreachable as error:
                silence = NoAnswer(Why.UNREACHABLE, f"{host}: {error}")
            except (dns.exception.DNSException, ValueError) as error:
                return NoAnswer(Why.SERVER_FAILURE, f"{host} sent what cannot be read: {error}")
            else:
                return _checked(message, host)
        return silence


def _query(
    question: Question, *, recursive: bool, edns: bool = True, checked: bool = True
) -> bytes:
    labels = question.name.encode("ascii").split(b".") if question.name else ()
    code = _TYPE_CODES[question.type]
    return query(labels, code, recursive=recursive, edns=edns, checked=checked)


def _checked(message: dns.message.Message, host: str) -> dns.message.Message | NoAnswer:
    match message.rcode():
        case dns.rcode.NOERROR | dns.rcode.NXDOMAIN:
            return message
        case dns.rcode.REFUSED:
            return NoAnswer(Why.REFUSED, f"{host} refuses to answer")
        case dns.rcode.SERVFAIL:
            return NoAnswer(Why.SERVER_FAILURE, f"{host} says SERVFAIL")
        case other:
            return NoAnswer(Why.SERVER_FAILURE, f"{host} says {dns.rcode.to_text(other)}")


def _read(message: dns.message.Message, question: Question) -> Records | Absent:
    """The answer section, aliases followed as far as it holds them."""
    wanted = _TYPE_CODES[question.type]
    found = {(_name(rrset.name), rrset.rdtype): rrset for rrset in message.answer}
    name, alias, ttls = question.name, list[str](), list[int]()
    for _ in range(_MAX_ALIASES):
        if (rrset := found.get((name, wanted))) is not None:
            values = tuple(_value(rdata) for rdata in rrset)
            return Records(values, min([*ttls, rrset.ttl]), tuple(alias))
        if (cname := found.get((name, dns.rdatatype.CNAME))) is None:
            break
        name = _value(cname[0])
        alias.append(name)
        ttls.append(cname.ttl)
    exists = message.rcode() != dns.rcode.NXDOMAIN
    return Absent(exists, _negative_ttl(message), tuple(alias))


def _negative_ttl(message: dns.message.Message) -> int:
    """RFC 2308, section 5: the lesser of the SOA's TTL and its last field; 0 without SOA."""
    for rrset in message.authority:
        if rrset.rdtype == dns.rdatatype.SOA and isinstance(rrset[0], SOA):
            return min(rrset.ttl, rrset[0].minimum)
    return 0


def _delegates(message: dns.message.Message, name: str, apex: str) -> bool:
    """Whether the answer refers to servers of a zone between *apex* and *name*."""
    return any(
        rrset.rdtype == dns.rdatatype.NS
        and (owner := _name(rrset.name)) != apex
        and within(owner, apex)
        and within(name, owner)
        for rrset in message.authority
    )


def _leaves(message: dns.message.Message, target: str) -> bool:
    """Whether the answer stopped at *target* because that is another zone's."""
    owners = [_name(r.name) for r in message.authority if r.rdtype == dns.rdatatype.SOA]
    return not any(within(target, owner) for owner in owners)


def _joined(start: Absent, rest: Answer) -> Answer:
    match rest:
        case Records():
            return Records(rest.values, rest.ttl, (*start.alias, *rest.alias))
        case Absent():
            return Absent(rest.name_exists, rest.negative_ttl, (*start.alias, *rest.alias))
        case NoAnswer():
            return NoAnswer(rest.why, f"behind the alias {start.alias[-1]}: {rest.detail}")


def _name(name: dns.name.Name) -> str:
    return canonical(".".join(label.decode("latin-1") for label in name.labels if label))


def _value(rdata: dns.rdata.Rdata) -> str:
    match rdata:
        case TXT():
            return b"".join(rdata.strings).decode("latin-1")
        case MX():
            return f"{rdata.preference} {_name(rdata.exchange)}"
        case CNAME() | NS() | PTR():
            return _name(rdata.target)
        case SOA():
            names = f"{_name(rdata.mname)} {_name(rdata.rname)}"
            numbers = (rdata.serial, rdata.refresh, rdata.retry, rdata.expire, rdata.minimum)
            return f"{names} {' '.join(map(str, numbers))}"
        case _:
            return str(rdata.to_text())
