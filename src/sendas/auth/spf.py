"""SPF records: read, print, extend (RFC 7208).

Reads the record's syntax only; `spf_walk` evaluates it for one mail and
`spf_tree` says what it costs.
"""

import ipaddress
import re

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from sendas.auth.spf_macros import BadMacro, MacroString, parse_macros
from sendas.errors import SendasError


# RFC 7208, 4.5: the version section, then a space or the end.
_CLAIM = re.compile(r"v=spf1(?: |$)", re.IGNORECASE)
# A name is never read again for less of it (``*+``): a long word would take square time.
_MODIFIER = re.compile(r"(?P<name>[A-Za-z][A-Za-z0-9_.-]*+)=(?P<value>.*)")
_DIRECTIVE = re.compile(r"(?P<qualifier>[-+?~]?)(?P<name>[A-Za-z][A-Za-z0-9_.-]*+)(?P<rest>.*)")
# RFC 7208, 5.6 and 12: ip4-cidr-length and ip6-cidr-length have no leading zero.
_DUAL_CIDR = re.compile(r"(?:/(?P<v4>0|[1-9][0-9]?))?(?://(?P<v6>0|[1-9][0-9]{0,2}))?\Z")
# RFC 7208, 7.1: toplabel; not all digits, no hyphen at either end.
_TOPLABEL = r"(?=[0-9]*+[A-Za-z-])[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
_DOMAIN_END = re.compile(rf"\.{_TOPLABEL}\.?\Z|%(?:\{{[^}}]*\}}|[%_-])\Z")
_IP4_BITS, _IP6_BITS = 32, 128


class Qualifier(StrEnum):
    """What a match means (RFC 7208, 4.6.2)."""

    PASS = "+"  # noqa: S105  no password
    FAIL = "-"
    SOFTFAIL = "~"
    NEUTRAL = "?"


class Mechanism(StrEnum):
    """The eight mechanisms (RFC 7208, section 5)."""

    ALL = "all"
    INCLUDE = "include"
    A = "a"
    MX = "mx"
    PTR = "ptr"
    IP4 = "ip4"
    IP6 = "ip6"
    EXISTS = "exists"


ASKING = frozenset({Mechanism.INCLUDE, Mechanism.A, Mechanism.MX, Mechanism.PTR, Mechanism.EXISTS})
"""The mechanisms that count against the ten look-ups (RFC 7208, 4.6.4)."""


class MalformedSpf(SendasError):
    """The text is not an SPF record: receivers answer permerror.

    *term* is the offending word and *at* its place in the record, from 0.
    """

    def __init__(self, why: str, term: str, at: int) -> None:
        super().__init__(f"{why}: {term!r} at character {at + 1}")
        self.why, self.term, self.at = why, term, at


@dataclass(frozen=True, slots=True)
class Directive:
    """One mechanism with its qualifier; *text* is how it was written."""

    text: str
    qualifier: Qualifier
    mechanism: Mechanism
    domain: MacroString | None = None
    network: ipaddress.IPv4Network | ipaddress.IPv6Network | None = None
    ip4_bits: int = _IP4_BITS
    ip6_bits: int = _IP6_BITS


@dataclass(frozen=True, slots=True)
class Modifier:
    """``name=value``; *text* is how it was written."""

    text: str
    name: str
    value: MacroString


@dataclass(frozen=True, slots=True)
class SpfRecord:
    """A well-formed record; *text* is the whole of it."""

    text: str
    terms: tuple[Directive | Modifier, ...]

    @property
    def directives(self) -> tuple[Directive, ...]:
        """The mechanisms, in the order in which they are tried."""
        return tuple(term for term in self.terms if isinstance(term, Directive))

    @property
    def reachable(self) -> tuple[Directive, ...]:
        """The mechanisms up to and with the first ``all``: the rest is never tried."""
        found: list[Directive] = []
        for directive in self.directives:
            found.append(directive)
            if directive.mechanism is Mechanism.ALL:
                break
        return tuple(found)

    @property
    def redirect(self) -> MacroString | None:
        """Where to go on if nothing matches; None too where an ``all`` makes it moot."""
        if any(d.mechanism is Mechanism.ALL for d in self.directives):
            return None
        return self.modifier("redirect")

    def modifier(self, name: str) -> MacroString | None:
        """The value of the modifier *name*."""
        found = (t.value for t in self.terms if isinstance(t, Modifier) and t.name == name)
        return next(found, None)


def claims_spf(text: str) -> bool:
    """Whether receivers read *text* as an SPF record, well-formed or not."""
    return _CLAIM.match(text) is not None


@lru_cache(maxsize=256)  # whoever plans questions reads the same records at each answer
def parse_spf(text: str) -> SpfRecord:
    """Read an SPF record.

    Raises:
        MalformedSpf: With the word and its place.
    """
    if not claims_spf(text):
        msg = "an SPF record begins with v=spf1 and a space"
        raise MalformedSpf(msg, text[:20], 0)
    terms = tuple(_term(word.group(), word.start()) for word in re.finditer(r"[^ ]+", text[6:]))
    for name in ("redirect", "exp"):  # RFC 7208, section 6: at most once each
        same = [term for term in terms if isinstance(term, Modifier) and term.name == name]
        if len(same) > 1:
            msg = f"{name}= stands twice"
            raise MalformedSpf(msg, same[1].text, text.rindex(same[1].text))
    return SpfRecord(text, terms)


def _term(word: str, at: int) -> Directive | Modifier:
    at += len("v=spf1")
    try:
        if modifier := _MODIFIER.fullmatch(word):
            return _modifier(word, modifier["name"].lower(), modifier["value"])
        return _directive(word, _DIRECTIVE.fullmatch(word))
    except ValueError as error:
        raise MalformedSpf(str(error), word, at) from error


def _modifier(word: str, name: str, value: str) -> Modifier:
    wants_domain = name in {"redirect", "exp"}
    return Modifier(word, name, _domain_spec(value) if wants_domain else parse_macros(value))


def _directive(word: str, match: re.Match[str] | None) -> Directive:
    if match is None:
        msg = "neither a mechanism nor a modifier"
        raise ValueError(msg)
    try:
        mechanism = Mechanism(match["name"].lower())
    except ValueError:
        msg = "no such mechanism"
        raise ValueError(msg) from None
    qualifier, rest = Qualifier(match["qualifier"] or "+"), match["rest"]
    match mechanism:
        case Mechanism.ALL:
            if rest:
                msg = "all stands alone"
                raise ValueError(msg)
            return Directive(word, qualifier, mechanism)
        case Mechanism.IP4 | Mechanism.IP6:
            return Directive(word, qualifier, mechanism, network=_network(mechanism, rest))
        case Mechanism.INCLUDE | Mechanism.EXISTS:
            return Directive(word, qualifier, mechanism, _domain_spec(_after_colon(rest)))
        case Mechanism.PTR:
            domain = _domain_spec(_after_colon(rest)) if rest else None
            return Directive(word, qualifier, mechanism, domain)
        case Mechanism.A | Mechanism.MX:
            return _host(word, qualifier, mechanism, rest)


def _host(word: str, qualifier: Qualifier, mechanism: Mechanism, rest: str) -> Directive:
    cidr = _DUAL_CIDR.search(rest)
    at = len(rest) if cidr is None else cidr.start()
    domain, ip4, ip6 = rest[:at], cidr and cidr["v4"], cidr and cidr["v6"]
    bits = (int(ip4 or _IP4_BITS), int(ip6 or _IP6_BITS))
    if bits[0] > _IP4_BITS or bits[1] > _IP6_BITS:
        msg = "the prefix is too long"
        raise ValueError(msg)
    spec = _domain_spec(_after_colon(domain)) if domain else None
    return Directive(word, qualifier, mechanism, spec, ip4_bits=bits[0], ip6_bits=bits[1])


def _after_colon(rest: str) -> str:
    if not rest.startswith(":"):
        msg = "a colon and a domain should follow" if not rest else "cannot be read"
        raise ValueError(msg)
    return rest[1:]


def _domain_spec(text: str) -> MacroString:
    # RFC 7208, 7.1: domain-spec = macro-string domain-end
    try:
        macros = parse_macros(text)
    except BadMacro as error:
        msg = f"{error} at {text[error.at :][:8]!r}"
        raise ValueError(msg) from error
    if not _DOMAIN_END.search(text):
        msg = "the domain does not end in a top-level label" if text else "the domain is missing"
        raise ValueError(msg)
    return macros


def _network(mechanism: Mechanism, rest: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    text = _after_colon(rest)
    _, slash, prefix = text.partition("/")
    if slash and not re.fullmatch(r"0|[1-9][0-9]{0,2}", prefix, re.ASCII):
        msg = "the prefix is no number"
        raise ValueError(msg)
    try:
        if mechanism is Mechanism.IP4:
            return ipaddress.IPv4Network(text, strict=False)
        return ipaddress.IPv6Network(text, strict=False)
    except ValueError:
        msg = f"no {mechanism} network"
        raise ValueError(msg) from None


def extend(text: str, term: str) -> str:
    """The record *text* with *term* added where it is tried; nothing else changes.

    It goes before the first ``all``, or before ``redirect=``, or at the end; a
    record that holds it already is returned as it is.
    """
    words = text.split()
    if term.lower() in (word.lower().removeprefix("+") for word in words):
        return text
    at = next((i for i, word in enumerate(words) if _ends_the_list(word)), len(words))
    return " ".join([*words[:at], term, *words[at:]])


def _ends_the_list(word: str) -> bool:
    return word.lower().lstrip("+-~?") == "all" or word.lower().startswith("redirect=")


_SOFTNESS = ("-all", "~all", "?all", "all", "+all")


def merge(texts: Iterable[str]) -> str:
    """One record that lets send whoever any of *texts* lets send.

    Terms keep their order and stand once; of several ``all`` the one that
    refuses least is kept, short of ``+all``; ``redirect=`` becomes ``include:``.
    """
    terms: dict[str, None] = {}
    ends: list[str] = []
    for text in texts:
        for word in text.split()[1:]:
            if word.lower() in _SOFTNESS:
                ends.append(word.lower())
            elif word.lower().startswith("redirect="):
                terms[f"include:{word[9:]}"] = None
            else:
                terms[word] = None
    end = max((e for e in ends if e in _SOFTNESS[:3]), key=_SOFTNESS.index, default="~all")
    return " ".join(["v=spf1", *terms, end])
