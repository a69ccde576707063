"""The routes as one JSON object in S3: read with every mistake at once, and written.

`sendas` writes it from ``sendas.toml``; the function that forwards reads it.
Both hold it to this module, so that what was written can be read::

    {"schema": "sendas.routes/1",
     "domains": {"example.com": {
        "forwarding_address": "forwarded@example.com",
        "notice_address": "owner@mail.example.net",
        "policy": {"dmarc_reject": "forward"},
        "routes": {"info": ["owner@mail.example.net"],
                   "old": {"reject": "Please write to info@example.com."},
                   "bin": {"discard": true},
                   "reports": {"reports": true},
                   "*": ["owner@mail.example.net", "partner@example.org"]},
        "answering": {"mailboxes": {"info": {"display_name": "Info", "per_hour": 20}}}}},
     "limits": {"max_per_hour": 50}}
"""

import json
import re

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from sendas.errors import UsageError
from sendas.forward.answering import Answering, ReplyMailbox, Scrub
from sendas.forward.routes import (
    CATCH_ALL,
    Chosen,
    Handling,
    Ignore,
    Limits,
    Policy,
    Refuse,
    Reports,
    RoutedDomain,
    Routes,
    To,
)
from sendas.mail.address import Address, MalformedAddress, domain_of
from sendas.mail.domain import Domain, MalformedDomain, ascii_domain


SCHEMA = "sendas.routes/1"
MAX_TARGETS = 50
MAX_NUMBER = 100_000
_MAILBOX_SETTINGS = tuple(
    one.name for one in fields(ReplyMailbox) if one.name not in {"address", "owners"}
)
"""What the file says of a mailbox; whose it is, its route says."""
MAX_TEXT = 250
"""Of a refusal's text: it stands in one SMTP reply line (RFC 5321, 4.5.3.1.5)."""

_LOCAL = re.compile(r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_NEVER_FORWARDED = ("virus", "spam")


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing wrong; *place* is its path in the object."""

    place: str
    problem: str

    def __str__(self) -> str:
        """One line for people."""
        return f"{self.place}: {self.problem}"


class MalformedRoutes(UsageError):
    """The object cannot be used; nothing of it is."""

    def __init__(self, mistakes: Iterable[Mistake]) -> None:
        self.mistakes = tuple(mistakes)
        super().__init__("\n".join(map(str, self.mistakes)))


class _Twice(list[str]):
    """The names that one object gives twice."""


def parse_routes(text: str | bytes) -> Routes:
    """Read the JSON object.

    Raises:
        MalformedRoutes: With every mistake in it, each with its path.
    """
    twice = _Twice()
    try:
        value = json.loads(text, object_pairs_hook=lambda pairs: _object(pairs, twice))
    except (ValueError, RecursionError) as error:
        raise MalformedRoutes([Mistake("routes", f"not JSON: {error}")]) from error
    reader = _Reader()
    for name in twice:
        reader.wrong("routes", f"{name!r} is given twice in one object")
    routes = reader.routes(value)
    if reader.mistakes or routes is None:
        raise MalformedRoutes(reader.mistakes)
    return routes


def format_routes(routes: Routes) -> str:
    """The JSON object, line by line, so that two versions can be compared."""
    value = {
        "schema": SCHEMA,
        "domains": {name: _domain_value(domain) for name, domain in routes.domains.items()},
        "limits": asdict(routes.limits),
    }
    return json.dumps(value, indent=1, sort_keys=True) + "\n"


def _domain_value(domain: RoutedDomain) -> Mapping[str, object]:
    return {
        "forwarding_address": domain.forwarding_address,
        "notice_address": domain.notice_address,
        "policy": {name: str(word) for name, word in asdict(domain.policy).items()},
        "routes": {local: _route_value(route) for local, route in domain.routes.items()},
        **_answering_value(domain.answering),
    }


def _answering_value(answering: Answering) -> Mapping[str, object]:
    """Nothing where nobody answers: today's functions read what older releases wrote, and back."""
    if not answering.mailboxes:
        return {}
    boxes = {
        box.address.rpartition("@")[0]: {
            name: getattr(box, name)
            for name in _MAILBOX_SETTINGS
            # A function of before it was a setting refuses the file with it.
            if name != "scrub" or box.scrub is not Scrub.OFF
        }
        for box in answering.mailboxes.values()
    }
    found = {"mailboxes": boxes, "prefix": answering.prefix, "compose": answering.compose}
    return {"answering": found}


def _route_value(route: Chosen) -> object:
    match route:
        case To(targets):
            return list(targets)
        case Refuse(text):
            return {"reject": text}
        case Ignore():
            return {"discard": True}
        case Reports():
            return {"reports": True}


def _object(pairs: list[tuple[str, Any]], twice: _Twice) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice.extend(name for name in found if names.count(name) > 1)
    return found


class _Reader:
    """Reads on after a mistake; what it gives is whole only if `mistakes` is empty."""

    def __init__(self) -> None:
        self.mistakes: list[Mistake] = []
        self._ours: frozenset[str] = frozenset()
        self._read: set[str] = set()

    def wrong(self, place: str, problem: str) -> None:
        self.mistakes.append(Mistake(place, problem))

    def routes(self, value: object) -> Routes | None:
        found = self._mapping(value, "routes")
        self._known(found, ("schema", "domains", "limits"), "routes")
        if found.get("schema") != SCHEMA:
            self.wrong("schema", f"is {found.get('schema')!r}; this release reads {SCHEMA!r}")
            return None
        domains = self._mapping(found.get("domains"), "domains")
        if not domains:
            self.wrong("domains", "no domain")
        self._ours = frozenset(map(ascii_domain, domains))
        read = [self._domain(name, one) for name, one in domains.items()]
        limits = self._limits(found.get("limits", {}))
        return Routes({domain.name: domain for domain in read}, limits)

    def _domain(self, written: str, value: object) -> RoutedDomain:
        place = f"domains.{written}"
        try:
            name: str = Domain(written)
        except MalformedDomain as error:
            name = written
            self.wrong(place, str(error))
        if name in self._read:
            self.wrong(place, "the same domain is there in another spelling")
        self._read.add(name)
        found = self._mapping(value, place)
        self._known(found, tuple(f.name for f in fields(RoutedDomain) if f.name != "name"), place)
        forwarding = self._address(found.get("forwarding_address"), f"{place}.forwarding_address")
        if forwarding and domain_of(forwarding) != name:
            self.wrong(f"{place}.forwarding_address", f"must be an address at {name}")
        notice = self._foreign(found.get("notice_address"), f"{place}.notice_address")
        routes = self._all_routes(found.get("routes"), f"{place}.routes")
        if forwarding.rpartition("@")[0].lower() in routes:
            self.wrong(
                f"{place}.forwarding_address",
                "has a route too: it must be an address nobody writes as, or Gmail takes"
                " forwarded mail for the owner's own",
            )
        policy = self._policy(found.get("policy", {}), f"{place}.policy")
        answering = self._answering(found.get("answering", {}), name, routes, f"{place}.answering")
        return RoutedDomain(name, forwarding, notice, routes, policy, answering)

    def _answering(
        self, value: object, domain: str, routes: Mapping[str, Chosen], place: str
    ) -> Answering:
        found = self._mapping(value, place)
        self._known(found, ("mailboxes", "prefix", "compose"), place)
        boxes: dict[str, ReplyMailbox] = {}
        for local, one in self._mapping(found.get("mailboxes", {}), f"{place}.mailboxes").items():
            route = routes.get(local.lower())
            here = f"{place}.mailboxes.{local}"
            if not isinstance(route, To):
                self.wrong(here, "has no route to an owner, who alone may write as it")
                continue
            address = f"{local.lower()}@{domain}"
            boxes[address] = self._reply_mailbox(address, route, self._mapping(one, here), here)
        words = {}
        for name in ("prefix", "compose"):
            word = found.get(name, getattr(Answering(), name))
            if not isinstance(word, str) or not _LOCAL.fullmatch(word) or "." in word:
                self.wrong(f"{place}.{name}", "no word of letters, digits and dashes")
            elif word in routes:
                self.wrong(f"{place}.{name}", f"{word} has a route: take another word")
            words[name] = str(word)
        return Answering(boxes, words["prefix"], words["compose"])

    def _reply_mailbox(
        self, address: str, route: To, found: Mapping[str, Any], place: str
    ) -> ReplyMailbox:
        usual = ReplyMailbox(address, route.targets)
        self._known(found, _MAILBOX_SETTINGS, place)
        chosen = {name: found[name] for name in _MAILBOX_SETTINGS if name in found}
        for name in ("expires_days", "per_hour", "per_day"):
            one = chosen.get(name, 1)
            if not _whole(one) or not 1 <= one <= MAX_NUMBER:
                self.wrong(f"{place}.{name}", f"is {one!r}; between 1 and {MAX_NUMBER}")
                chosen.pop(name)
        shown = chosen.get("display_name", "")
        if not isinstance(shown, str) or not (shown.isprintable() or shown == ""):
            self.wrong(f"{place}.display_name", "one line of text")
            chosen.pop("display_name")
        if not isinstance(chosen.get("automatic", False), bool):
            self.wrong(f"{place}.automatic", "true or false")
            chosen.pop("automatic")
        if "scrub" in chosen:
            try:
                chosen["scrub"] = Scrub(chosen["scrub"])
            except ValueError:
                self.wrong(f"{place}.scrub", f"one of {', '.join(Scrub)}")
                chosen.pop("scrub")
        return replace(usual, **chosen)

    def _all_routes(self, value: object, place: str) -> dict[str, Chosen]:
        routes: dict[str, Chosen] = {}
        for written, one in self._mapping(value, place).items():
            here = f"{place}.{written}"
            local = written.lower()
            if local in routes:
                self.wrong(here, "differs only by case from another")
            if local != CATCH_ALL and not _LOCAL.fullmatch(local):
                self.wrong(here, "no local-part; write only what stands before the @")
            route = self._route(one, here)
            if route is not None:
                routes[local] = route
        return routes

    def _route(self, value: object, place: str) -> Chosen | None:
        match value:
            case list() if value:
                return self._targets(value, place)
            case {"reject": str(text), **rest} if not rest:
                if not text.isascii() or not text.isprintable() or not 0 < len(text) <= MAX_TEXT:
                    self.wrong(f"{place}.reject", f"one line of ASCII, at most {MAX_TEXT}")
                return Refuse(text)
            case {"discard": True, **rest} if not rest:
                return Ignore()
            case {"reports": True, **rest} if not rest:
                return Reports()
        kinds = '{"reject": "why"}, {"discard": true} nor {"reports": true}'
        self.wrong(place, f"neither a list of targets, {kinds}")
        return None

    def _targets(self, value: list[object], place: str) -> To:
        if len(value) > MAX_TARGETS:
            self.wrong(place, f"{len(value)} targets; at most {MAX_TARGETS}")
        seen: dict[str, str] = {}
        for number, one in enumerate(value):
            here = f"{place}[{number}]"
            target = self._foreign(one, here)
            if target.lower() in seen:
                self.wrong(here, f"{target} is named twice")
            seen.setdefault(target.lower(), target)
        return To(tuple(seen.values()))

    def _foreign(self, value: object, place: str) -> str:
        """An address outside our domains: one inside would come back to us."""
        address = self._address(value, place)
        if address and domain_of(address) in self._ours:
            self.wrong(place, f"{address} is at a domain of ours: mail would go in a circle")
        return address

    def _address(self, value: object, place: str) -> str:
        if not isinstance(value, str):
            self.wrong(place, "missing" if value is None else "not a text")
            return ""
        try:
            return Address(value)
        except MalformedAddress as error:
            self.wrong(place, str(error))
            return ""

    def _policy(self, value: object, place: str) -> Policy:
        found = self._mapping(value, place)
        self._known(found, tuple(f.name for f in fields(Policy)), place)
        words = {n: self._handling(n, w, f"{place}.{n}") for n, w in found.items()}
        chosen = {name: word for name, word in words.items() if word is not None}
        return Policy(**{f.name: chosen[f.name] for f in fields(Policy) if f.name in chosen})

    def _handling(self, name: str, value: object, place: str) -> Handling | None:
        try:
            word = Handling(str(value))
        except ValueError:
            self.wrong(place, f"is {value!r}, none of {', '.join(Handling)}")
            return None
        if name in _NEVER_FORWARDED and word is Handling.FORWARD:
            self.wrong(place, "cannot be forward: what the mailbox refuses counts as our bounce")
        return word

    def _limits(self, value: object) -> Limits:
        found = self._mapping(value, "limits")
        ranges: Mapping[str, tuple[float, float, Callable[[object], bool]]] = {
            "max_message_bytes": (1024, 40 * 1024 * 1024, _whole),
            "max_hops": (5, 45, _whole),
            "max_per_hour": (1, 100_000, _whole),
            "max_per_hour_address": (1, 100_000, _whole),
            "max_per_hour_domain": (1, 100_000, _whole),
            "stop_at_bounce_percent": (0.1, 100, _number),
        }
        self._known(found, tuple(ranges), "limits")
        chosen: dict[str, Any] = {}
        for name, (least, most, fits) in ranges.items():
            if name not in found:
                continue
            one: Any = found[name]
            if not fits(one) or not least <= one <= most:
                self.wrong(f"limits.{name}", f"is {one!r}; between {least} and {most}")
            else:
                chosen[name] = one
        return Limits(**chosen)

    def _mapping(self, value: object, place: str) -> dict[str, Any]:
        if isinstance(value, dict):
            return value
        self.wrong(place, "missing" if value is None else "not an object")
        return {}

    def _known(self, found: Mapping[str, object], names: tuple[str, ...], place: str) -> None:
        for name in found:
            if name not in names:
                self.wrong(f"{place}.{name}", f"unknown; known are {', '.join(names)}")


def _whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
