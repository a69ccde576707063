"""SPF for one mail: ``check_host`` (RFC 7208, section 4), without I/O.

`check_host` is a walk: it yields the Questions it needs answered and is sent
the Answers (see `sendas.dns.asking`).  A question that nobody answers ends in
temperror, never in permerror or "no record".
"""

import ipaddress

from dataclasses import dataclass, field
from enum import StrEnum, auto
from typing import TypeAlias

from sendas.auth.spf import (
    ASKING,
    Directive,
    MalformedSpf,
    Mechanism,
    Qualifier,
    SpfRecord,
    claims_spf,
    parse_spf,
)
from sendas.auth.spf_macros import BadMacro, MacroString, cut_to_fit, dotted, parse_macros
from sendas.dns.answers import Absent, Question, Records, RecordType
from sendas.dns.asking import Asking
from sendas.dns.names import can_be_asked, canonical, within
from sendas.outcome import NoAnswer


Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address

MAX_ASKING_TERMS, MAX_VOID, MAX_NAMES = 10, 2, 10
"""RFC 7208, 4.6.4: terms that ask, void look-ups, and names per mx or ptr."""


class SpfResult(StrEnum):
    """RFC 7208, 2.6."""

    NONE = auto()
    NEUTRAL = auto()
    PASS = auto()
    FAIL = auto()
    SOFTFAIL = auto()
    TEMPERROR = auto()
    PERMERROR = auto()


_MEANS = {
    Qualifier.PASS: SpfResult.PASS,
    Qualifier.FAIL: SpfResult.FAIL,
    Qualifier.SOFTFAIL: SpfResult.SOFTFAIL,
    Qualifier.NEUTRAL: SpfResult.NEUTRAL,
}


@dataclass(frozen=True, slots=True)
class SpfVerdict:
    """How it ended, why, and what the domain says to the sender on fail.

    *domain* is whose record was asked for; *why* is one line for people;
    *term* is the mechanism that decided, if one did.
    """

    result: SpfResult
    domain: str
    why: str
    term: str | None = None
    explanation: str | None = None
    lookups: int = 0
    void_lookups: int = 0


@dataclass(frozen=True, slots=True)
class SpfMail:
    """What is known of the mail.  *receiver* and *now* (POSIX seconds) serve ``exp`` only."""

    ip: Address
    sender: str
    helo: str
    receiver: str = "unknown"
    now: int = 0


class _Ended(Exception):
    """Control flow inside this module, not an error."""

    def __init__(self, result: SpfResult, why: str) -> None:
        super().__init__(why)
        self.result, self.why = result, why


@dataclass(slots=True)
class _Tally:
    lookups: int = 0
    voids: int = 0

    def term(self) -> None:
        self.lookups += 1
        if self.lookups > MAX_ASKING_TERMS:
            raise _Ended(SpfResult.PERMERROR, f"more than {MAX_ASKING_TERMS} DNS look-ups")

    def void(self) -> None:
        self.voids += 1
        if self.voids > MAX_VOID:
            raise _Ended(SpfResult.PERMERROR, f"more than {MAX_VOID} void look-ups")


@dataclass(slots=True)
class _Walk:
    mail: SpfMail
    tally: _Tally = field(default_factory=_Tally)

    def record(self, domain: str) -> Asking[str | None]:
        """The one SPF record at *domain*, None if there is none."""
        texts = yield from _ask(domain, RecordType.TXT)
        match [text for text in texts if claims_spf(text)]:
            case []:
                return None
            case [text]:
                return text
            case several:
                why = f"{len(several)} SPF records at {domain}"
                raise _Ended(SpfResult.PERMERROR, why)

    def check(self, domain: str) -> Asking[tuple[SpfResult, str | None, str, MacroString | None]]:
        """Result, deciding term, domain that decided, and its ``exp``."""
        if not can_be_asked(domain) or "." not in domain.removesuffix("."):
            return SpfResult.NONE, None, domain, None
        text = yield from self.record(domain)
        if text is None:
            return SpfResult.NONE, None, domain, None
        try:
            record = parse_spf(text)
        except MalformedSpf as error:
            raise _Ended(SpfResult.PERMERROR, f"{domain}: {error}") from error
        return (yield from self.evaluate(domain, record))

    def evaluate(
        self, domain: str, record: SpfRecord
    ) -> Asking[tuple[SpfResult, str | None, str, MacroString | None]]:
        for directive in record.reachable:
            if directive.mechanism in ASKING:
                self.tally.term()
            if (yield from self.matches(domain, directive)):
                result = _MEANS[directive.qualifier]
                return result, directive.text, domain, record.modifier("exp")
        if (redirect := record.redirect) is None:
            return SpfResult.NEUTRAL, None, domain, None
        self.tally.term()
        target = yield from self.target(domain, redirect)
        outcome = yield from self.check(target)
        if outcome[0] is SpfResult.NONE:  # RFC 7208, 6.1
            raise _Ended(SpfResult.PERMERROR, f"redirect={target} has no SPF record")
        return outcome

    def matches(self, domain: str, directive: Directive) -> Asking[bool]:
        if directive.mechanism not in ASKING:  # all, ip4, ip6
            return directive.network is None or self.mail.ip in directive.network
        target = yield from self.target(domain, directive.domain)
        found: tuple[str, ...] | list[str]
        match directive.mechanism:
            case Mechanism.INCLUDE:
                return (yield from self.include(target))
            case Mechanism.MX:
                return (yield from self.mx(target, directive))
            case Mechanism.PTR:
                found = yield from self.validated_names(counted=True)
                return any(within(name, target) for name in found)
            case Mechanism.EXISTS:
                return bool((yield from self.term_answers(target, RecordType.A)))
            case _:
                found = yield from self.term_answers(target, self.address_type)
                return self.in_any(found, directive)

    def include(self, target: str) -> Asking[bool]:
        result, *_ = yield from self.check(target)
        if result is SpfResult.NONE:  # RFC 7208, 5.2
            raise _Ended(SpfResult.PERMERROR, f"include:{target} has no SPF record")
        return result is SpfResult.PASS

    def mx(self, target: str, directive: Directive) -> Asking[bool]:
        exchanges = yield from self.term_answers(target, RecordType.MX)
        hosts = [canonical(exchange.partition(" ")[2]) for exchange in exchanges]
        if len(hosts) > MAX_NAMES:
            raise _Ended(SpfResult.PERMERROR, f"{target} has more than {MAX_NAMES} MX records")
        for host in hosts:
            addresses = yield from _ask(host, self.address_type)
            if self.in_any(addresses, directive):
                return True
        return False

    def validated_names(self, *, counted: bool) -> Asking[list[str]]:
        """The names of the client's address that lead back to it (RFC 7208, 5.5)."""
        reverse = canonical(self.mail.ip.reverse_pointer)
        try:
            if counted:
                names = yield from self.term_answers(reverse, RecordType.PTR)
            else:
                names = yield from _ask(reverse, RecordType.PTR)
        except _Ended as ended:
            if ended.result is SpfResult.PERMERROR:
                raise
            return []
        valid = []
        for name in map(canonical, names[:MAX_NAMES]):
            try:
                addresses = yield from _ask(name, self.address_type)
            except _Ended:
                continue  # RFC 7208, 5.5: an error for one name skips that name
            if any(ipaddress.ip_address(text) == self.mail.ip for text in addresses):
                valid.append(name)
        return valid

    def term_answers(self, name: str, type_: RecordType) -> Asking[tuple[str, ...]]:
        """What a mechanism's own question brings; nothing counts as void."""
        if not can_be_asked(name):  # RFC 7208, 4.8: a malformed name matches nothing
            return ()
        found = yield from _ask(name, type_)
        if not found:
            self.tally.void()
        return found

    @property
    def address_type(self) -> RecordType:
        return RecordType.A if isinstance(self.mail.ip, ipaddress.IPv4Address) else RecordType.AAAA

    def in_any(self, addresses: tuple[str, ...], directive: Directive) -> bool:
        is_ip4 = isinstance(self.mail.ip, ipaddress.IPv4Address)
        bits = directive.ip4_bits if is_ip4 else directive.ip6_bits
        networks = (ipaddress.ip_network(f"{text}/{bits}", strict=False) for text in addresses)
        return any(self.mail.ip in network for network in networks)

    def target(self, domain: str, spec: MacroString | None) -> Asking[str]:
        if spec is None:
            return canonical(domain)
        return canonical(cut_to_fit((yield from self.expand(domain, spec))))

    def expand(self, domain: str, spec: MacroString) -> Asking[str]:
        mail = self.mail
        local, _, at_domain = mail.sender.rpartition("@")
        values = {
            "s": mail.sender,
            "l": local,
            "o": at_domain,
            "d": domain.removesuffix("."),
            "i": dotted(mail.ip),
            "v": "in-addr" if isinstance(mail.ip, ipaddress.IPv4Address) else "ip6",
            "h": mail.helo,
            "c": str(mail.ip),
            "r": mail.receiver,
            "t": str(mail.now),
        }
        if "p" in spec.letters:
            names = yield from self.validated_names(counted=False)
            values["p"] = _best_name(names, domain)
        return spec.expand(values)

    def explain(self, domain: str, exp: MacroString) -> Asking[str | None]:
        """The text for the sender; None wherever anything is wrong (RFC 7208, 6.2)."""
        try:
            name = yield from self.target(domain, exp)
            texts = yield from _ask(name, RecordType.TXT)
            if len(texts) != 1:
                return None
            return (yield from self.expand(domain, parse_macros(texts[0], explaining=True)))
        except (_Ended, BadMacro):
            return None


def _best_name(names: list[str], domain: str) -> str:
    # RFC 7208, 7.3: the domain itself, else one below it, else any
    below = [name for name in names if within(name, canonical(domain))]
    return next(iter([n for n in names if n == canonical(domain)] + below + names), "unknown")


def _ask(name: str, type_: RecordType) -> Asking[tuple[str, ...]]:
    if not can_be_asked(name):
        return ()
    question = Question(canonical(name), type_)
    answer = yield question
    match answer:
        case Records(values=values):
            return values
        case Absent():
            return ()
        case NoAnswer():
            raise _Ended(SpfResult.TEMPERROR, f"{question}: {answer}")


def check_host(mail: SpfMail, domain: str | None = None) -> Asking[SpfVerdict]:
    """Evaluate SPF for *mail*.

    *domain* is that of the reverse-path if not given; for the null
    reverse-path it is the HELO name (RFC 7208, 2.4).
    """
    mail = _complete(mail)
    domain = canonical(domain or mail.sender.rpartition("@")[2])
    walk = _Walk(mail)
    explanation = None
    try:
        result, term, decider, exp = yield from walk.check(domain)
        if result is SpfResult.FAIL and exp is not None:
            explanation = yield from walk.explain(decider, exp)
        why = _why(result, domain, term)
    except _Ended as ended:
        result, term, why = ended.result, None, ended.why
    tally = walk.tally
    return SpfVerdict(result, domain, why, term, explanation, tally.lookups, tally.voids)


def _complete(mail: SpfMail) -> SpfMail:
    ip = mail.ip
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped is not None:
        ip = ip.ipv4_mapped
    local, _, domain = mail.sender.rpartition("@")
    # RFC 7208, 4.3: no local-part means postmaster; 2.4: null reverse-path means HELO
    sender = f"{local or 'postmaster'}@{domain or mail.helo}"
    return SpfMail(ip, sender, mail.helo, mail.receiver, mail.now)


def _why(result: SpfResult, domain: str, term: str | None) -> str:
    if result is SpfResult.NONE:
        return f"{domain} has no SPF record"
    return f"{domain}: {term} matches" if term else f"{domain}: nothing matches"
