"""What a row of an aggregate report says about who sent the mail; pure rules, no look-ups.

A row proves little: that mail with the owner's domain in From came from an address, and
what it was signed and returned with.  So a source is named by the strongest thing that
its rows prove, and *unknown* is an answer.
"""

from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from sendas.dns.names import within
from sendas.reports.model import Row
from sendas.reports.services import (
    GOOGLE,
    MICROSOFT,
    SES,
    is_list_host,
    network_of,
    service_of_address,
    service_of_domains,
)


class SourceKind(StrEnum):
    """What sort of sender it is."""

    SES = "ses"
    """Amazon SES: the account that verified the domain, for SES lets no other send as it."""
    GMAIL = "gmail"
    """Gmail's own servers, signed as gmail.com: "Send mail as" without an SMTP server of yours."""
    SERVICE = "service"
    """A service that is known by its network or its domain."""
    OWN = "own"
    """A server that the domain's own SPF record names, or that signs as the domain."""
    FORWARDER = "forwarder"
    """Mail of the owner's that somebody sent on: its signature holds, or the receiver knew."""
    MAILING_LIST = "mailing-list"
    CHANGED = "changed"
    """It carries a signature of the domain that does not hold: sent on and changed, or forged."""
    UNKNOWN = "unknown"
    """Nothing proves that it is the owner's."""


@dataclass(frozen=True, slots=True)
class Source:
    """A sender.  *stream* tells apart what one service sends: MAIL FROM and selectors."""

    kind: SourceKind
    name: str
    stream: str = ""


_FORWARDED = frozenset(("forwarded", "trusted_forwarder"))
_LIST = "mailing_list"
_PASS = "pass"  # noqa: S105  the word of the reports


def source_of(row: Row, domain: str) -> Source:
    """Who sent the mails of *row* as *domain* (lower case)."""
    signed = tuple(sorted({one.domain.lower() for one in row.dkim_results if one.result == _PASS}))
    broken = any(
        one.result != _PASS and within(one.domain.lower(), domain) for one in row.dkim_results
    )
    returned = tuple(
        sorted({one.domain.lower() for one in row.spf_results if one.result == _PASS})
    )
    selectors = tuple(
        sorted(
            {
                one.selector
                for one in row.dkim_results
                if one.selector and within(one.domain.lower(), domain)
            }
        )
    )
    reasons = frozenset(one.kind for one in row.reasons)
    facts = _Facts(
        domain,
        service_of_address(row.source_ip),
        network_of(row.source_ip),
        signed,
        returned,
        row.mail_from.lower(),
        selectors,
        reasons,
        row.dkim == _PASS,
        row.spf == _PASS,
        broken,
    )
    return _source(facts)


@dataclass(frozen=True, slots=True)
class _Facts:
    domain: str
    service: str
    network: str
    signed: tuple[str, ...]
    returned: tuple[str, ...]
    mail_from: str
    selectors: tuple[str, ...]
    reasons: frozenset[str]
    dkim_aligned: bool
    spf_aligned: bool
    broken: bool

    @property
    def by_service(self) -> str:
        """The service that its network, its signatures or its MAIL FROM belong to."""
        return self.service or service_of_domains((*self.signed, *self.returned))

    @property
    def stream(self) -> str:
        """What tells one sender's streams apart."""
        told = [f"MAIL FROM {self.mail_from}"] if self.mail_from else []
        if self.selectors:
            told.append(f"selector {self._kinds_of_selectors()}")
        return ", ".join(told)

    def _kinds_of_selectors(self) -> str:
        # Easy DKIM's three selectors of 32 letters are one stream.
        easy = [one for one in self.selectors if len(one) == _EASY_DKIM and one.isalnum()]
        named = [one for one in self.selectors if one not in easy]
        return ", ".join([*named[:3], *(["of Easy DKIM"] if easy else [])])


_EASY_DKIM = 32
"""Characters of a selector that SES makes (SES guide, "Easy DKIM")."""


@lru_cache(maxsize=10_000)
def _source(facts: _Facts) -> Source:
    for rule in (_ses, _on_the_way, _google, _by_spf, _by_signature, _by_service):
        found = rule(facts)
        if found is not None:
            return found
    if facts.broken:
        return Source(SourceKind.CHANGED, facts.mail_from or facts.network)
    return Source(SourceKind.UNKNOWN, facts.network)


def _ses(facts: _Facts) -> Source | None:
    own_addresses = facts.spf_aligned and service_of_domains(facts.signed) == SES
    if facts.service == SES or own_addresses or service_of_domains(facts.returned) == SES:
        return Source(SourceKind.SES, SES, facts.stream)
    return None


def _on_the_way(facts: _Facts) -> Source | None:
    """What the receiver says, or where it returns to, is that it came over a list or a forward."""
    if _LIST in facts.reasons or is_list_host(facts.mail_from):
        return Source(SourceKind.MAILING_LIST, facts.mail_from or facts.network)
    if facts.reasons & _FORWARDED and not facts.spf_aligned:
        return Source(SourceKind.FORWARDER, facts.service or facts.mail_from or facts.network)
    return None


def _by_spf(facts: _Facts) -> Source | None:
    if not facts.spf_aligned:
        return None
    if facts.by_service:
        return Source(SourceKind.SERVICE, facts.by_service, facts.stream)
    return Source(SourceKind.OWN, facts.network, facts.stream)


def _by_signature(facts: _Facts) -> Source | None:
    """A signature of the domain holds, and MAIL FROM is not the domain's."""
    if not facts.dkim_aligned:
        return None
    # A service's own signature comes through forwarding as well: it says nothing here.
    sender = facts.service or service_of_domains(facts.returned)
    if sender and sender != MICROSOFT:
        return Source(SourceKind.SERVICE, sender, facts.stream)
    return Source(SourceKind.FORWARDER, sender or facts.mail_from or facts.network)


def _by_service(facts: _Facts) -> Source | None:
    if not facts.by_service:
        return None
    return Source(SourceKind.SERVICE, facts.by_service, facts.stream)


def _google(facts: _Facts) -> Source | None:
    """Google's servers carry Gmail's own mail, Workspace, forwarding, groups and calendars."""
    if facts.by_service != GOOGLE:
        return None
    workspace = any(within(one, "gappssmtp.com") for one in facts.signed)
    if facts.spf_aligned or workspace:
        return Source(SourceKind.SERVICE, "Google Workspace", facts.stream)
    if facts.dkim_aligned:
        # Who sends on has a MAIL FROM of its own; the signature comes through.
        return Source(SourceKind.FORWARDER, "Gmail, by its forwarding")
    if "gmail.com" in facts.signed:
        return Source(SourceKind.GMAIL, "Gmail itself")
    return Source(SourceKind.SERVICE, "Google, by forwarding, groups or calendars")
