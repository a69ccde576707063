"""Reports as values: what a receiver says, in the words of its format.

Texts are as they came, without blanks around them and cut at `MAX_VALUE`
characters; results and dispositions are lower case, for some write ``Pass``.
Nothing here is believed yet: a stranger wrote it.
"""

import re

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum, auto
from typing import NamedTuple

from sendas.errors import SendasError


MAX_VALUE = 1000
"""Characters of one value that are kept."""


class MalformedReport(SendasError):
    """It cannot be read as a report; the message is one line that says why."""


class Kind(StrEnum):
    """The three things that receivers report."""

    DMARC = auto()
    """A DMARC aggregate report (RFC 7489, 7.2 and appendix C; RFC 9990)."""
    FAILURE = auto()
    """A DMARC failure report about one mail (RFC 6591)."""
    TLS = auto()
    """An SMTP TLS report (RFC 8460)."""


class DkimResult(NamedTuple):
    """How one signature fared; *selector* is empty where the report does not say."""

    domain: str
    selector: str
    result: str
    human: str = ""


class SpfResult(NamedTuple):
    """How SPF fared; *scope* is ``mfrom`` or ``helo``, empty where the report does not say."""

    domain: str
    scope: str
    result: str
    human: str = ""


class Override(NamedTuple):
    """Why a receiver did not do what the policy asks: ``forwarded``, ``mailing_list``."""

    kind: str
    comment: str


class Row(NamedTuple):
    """Mails of one source that fared alike; *mails* of them.

    *dkim* and *spf* are DMARC's: ``pass`` means passed **and aligned**.  What was
    found before alignment is in *dkim_results* and *spf_results*.
    """

    source_ip: str
    mails: int
    disposition: str
    dkim: str
    spf: str
    reasons: tuple[Override, ...]
    header_from: str
    envelope_from: str
    envelope_to: str
    dkim_results: tuple[DkimResult, ...]
    spf_results: tuple[SpfResult, ...]

    @property
    def passes(self) -> bool:
        """Whether DMARC passed: one of the two is enough (RFC 7489, 4.2)."""
        return self.dkim == "pass" or self.spf == "pass"

    @property
    def mail_from(self) -> str:
        """The domain of MAIL FROM; where it is not told, the one that SPF was checked for."""
        if self.envelope_from:
            return self.envelope_from
        return self.spf_results[-1].domain.lower() if self.spf_results else ""


class Published(NamedTuple):
    """The policy as the receiver found it; empty where the report does not say."""

    domain: str
    p: str = ""
    sp: str = ""
    np: str = ""
    adkim: str = ""
    aspf: str = ""
    pct: str = ""
    fo: str = ""
    testing: str = ""
    discovery_method: str = ""


@dataclass(frozen=True, slots=True)
class Head:
    """What an aggregate report says of itself.

    *begin* and *end* are seconds since 1970, None where they cannot be read.
    *remarks* say, one line each, what was wrong with the report although it was read.
    """

    org_name: str = ""
    email: str = ""
    extra_contact_info: str = ""
    report_id: str = ""
    begin: int | None = None
    end: int | None = None
    errors: tuple[str, ...] = ()
    generator: str = ""
    version: str = ""
    policies: tuple[Published, ...] = ()
    remarks: tuple[str, ...] = ()

    @property
    def reporter(self) -> str:
        """Who reports: by name, or the domain of its address."""
        return self.org_name or self.email.rpartition("@")[2].strip("<> ")

    @property
    def domain(self) -> str:
        """The domain that the report is about, lower case."""
        return self.policies[0].domain.lower().rstrip(".") if self.policies else ""


class Batch(NamedTuple):
    """Some rows of the report *head*; its *last* one has the head with every remark."""

    head: Head
    rows: tuple[Row, ...]
    last: bool = False


class TlsFailure(NamedTuple):
    """Sessions that failed alike (RFC 8460, 4.3); *sessions* of them."""

    result_type: str
    sessions: int
    sending_ip: str = ""
    receiving_mx: str = ""
    receiving_ip: str = ""
    helo: str = ""
    reason_code: str = ""
    info: str = ""


class TlsPolicy(NamedTuple):
    """What was found under one policy: ``sts``, ``tlsa`` or ``no-policy-found``."""

    domain: str
    policy_type: str
    strings: tuple[str, ...]
    mx_hosts: tuple[str, ...]
    successful: int
    failed: int
    failures: tuple[TlsFailure, ...]


@dataclass(frozen=True, slots=True)
class TlsReport:
    """An SMTP TLS report; *begin* and *end* as in `Head`."""

    org_name: str
    contact: str
    report_id: str
    begin: int | None
    end: int | None
    policies: tuple[TlsPolicy, ...]
    remarks: tuple[str, ...] = ()

    @property
    def domain(self) -> str:
        """The domain that the report is about, lower case."""
        return self.policies[0].domain.lower().rstrip(".") if self.policies else ""


@dataclass(frozen=True, slots=True)
class FailureReport:
    """One mail that failed, as a receiver reports it.  What it was about is left out."""

    reported_domain: str
    source_ip: str
    arrived: int | None
    """Seconds since 1970."""
    feedback_type: str = ""
    auth_failure: tuple[str, ...] = ()
    delivery_result: str = ""
    """As it came: ``delivered``, ``reject``, ``smg-policy-action``, …"""
    authentication_results: str = ""
    identity_alignment: str = ""
    mail_from: str = ""
    rcpt_to: str = ""
    dkim_domain: str = ""
    dkim_selector: str = ""
    user_agent: str = ""
    header_from: str = ""
    message_id: str = ""
    reporter: str = ""
    """From which address it was sent, as its mail says."""
    remarks: tuple[str, ...] = ()


_LATEST = 253_402_300_799
"""The last second of the year 9999."""
_MILLISECONDS = 100_000_000_000
_SECONDS = re.compile(r"[0-9]{1,18}(?:\.[0-9]*)?")


def seconds(text: str) -> int | None:
    """A point of time as seconds since 1970: those, or milliseconds, or ISO 8601; None if none."""
    if _SECONDS.fullmatch(text):
        found = int(text.partition(".")[0])
        found = found // 1000 if found >= _MILLISECONDS else found
        return found if found <= _LATEST else None
    try:
        at = datetime.fromisoformat(text)
        return int((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp())
    except (ValueError, OverflowError):
        return None
