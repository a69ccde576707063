"""Looking at the DNS on behalf of identities, and what follows from what is there.

Source: SES guide, "Creating and verifying identities", "Easy DKIM" and "Using a
custom MAIL FROM domain": three CNAMEs or an ``_amazonses`` TXT verify a domain,
exactly one MX verifies a MAIL FROM domain; SES looks for 72 hours, and what is
found and lost again is a temporary failure for as long.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sendas.dns.answers import Absent, Answer, Question, Records, RecordType
from sendas.dns.mx import SesHost, ses_host
from sendas.ses.regions import is_known
from sendas_lab.ses.hosts import SIGNING_ZONE
from sendas_lab.ses.ports import Resolve
from sendas_lab.ses.region_state import (
    VERIFICATION_WINDOW,
    Checked,
    Dkim,
    Identity,
    MailFrom,
    Shape,
    Status,
)


@dataclass(frozen=True, slots=True)
class Look:
    """What one look at the DNS found; *error* is SES's ErrorType, None when all is well."""

    error: str | None = None

    @property
    def found(self) -> bool:
        """Everything is as it should be."""
        return self.error is None


def check_identity(identity: Identity, resolve: Resolve, now: datetime) -> None:
    """Look at the records of a domain identity, and move its states."""
    if identity.is_address:
        return
    dkim = identity.dkim
    if dkim.checked.status is not Status.NOT_STARTED:
        look = _easy_dkim(identity.name, dkim, resolve)
        _advance(dkim.checked, look, now, lambda: _soa(identity.name, resolve))
    by_txt = identity.txt_token is not None and _has_txt(identity, resolve)
    if by_txt:
        _advance(identity.verification, Look(), now, dict)
    elif dkim.checked.status is not Status.NOT_STARTED:
        # API v2: the identity is as verified as its DKIM records are.
        _copy(dkim.checked, identity.verification)
    elif identity.txt_token is not None:
        look = Look(_error(resolve(Question(f"_amazonses.{identity.name}", RecordType.TXT))))
        _advance(identity.verification, look, now, lambda: _soa(identity.name, resolve))


def check_mail_from(mail_from: MailFrom, resolve: Resolve, now: datetime) -> None:
    """Look at the MAIL FROM domain's MX: exactly one, and SES's."""
    # Guide: once failed, SES stops looking until the attribute is set again.
    if mail_from.checked.status is Status.FAILED:
        return
    answer = resolve(Question(mail_from.domain, RecordType.MX))
    look = Look(_error(answer))
    if isinstance(answer, Records) and not _is_ours(answer):
        look = Look("INVALID_VALUE")
    _advance(mail_from.checked, look, now, dict)


def _is_ours(answer: Records) -> bool:
    # Guide: the one MX of any Region will do, SES redirects the feedback.
    if len(answer.values) != 1:
        return False
    found = ses_host(answer.values[0].split()[-1])
    return found is not None and found[0] is SesHost.FEEDBACK and is_known(found[1])


def _easy_dkim(domain: str, dkim: Dkim, resolve: Resolve) -> Look:
    if dkim.origin == "EXTERNAL":
        answer = resolve(Question(f"{dkim.tokens[0]}._domainkey.{domain}", RecordType.TXT))
        return Look(_error(answer))
    errors = [_cname(f"{token}._domainkey.{domain}", token, resolve) for token in dkim.tokens]
    return Look(next((error for error in errors if error), None))


def _cname(name: str, token: str, resolve: Resolve) -> str | None:
    answer = resolve(Question(name, RecordType.CNAME))
    if isinstance(answer, Records):
        wanted = f"{token}.{SIGNING_ZONE}"
        right = wanted in {value.rstrip(".").lower() for value in answer.values}
        return None if right else "INVALID_VALUE"
    return _error(answer)


def _error(answer: Answer) -> str | None:
    """SES's ErrorType for an answer that should have been records."""
    if isinstance(answer, Records):
        return None
    if isinstance(answer, Absent):
        return "TYPE_NOT_FOUND" if answer.name_exists else "HOST_NOT_FOUND"
    return "DNS_SERVER_ERROR"


def _has_txt(identity: Identity, resolve: Resolve) -> bool:
    answer = resolve(Question(f"_amazonses.{identity.name}", RecordType.TXT))
    return isinstance(answer, Records) and identity.txt_token in answer.values


def _soa(domain: str, resolve: Resolve) -> Shape | None:
    """The SOA of the zone that holds *domain*, in the API's shape."""
    labels = domain.split(".")
    for start in range(len(labels) - 1):
        answer = resolve(Question(".".join(labels[start:]), RecordType.SOA))
        if isinstance(answer, Records):
            primary, admin, serial, *_ = answer.values[0].split()
            return {
                "PrimaryNameServer": primary.rstrip("."),
                "AdminEmail": admin.rstrip("."),
                "SerialNumber": int(serial),
            }
    return None


def _advance(checked: Checked, look: Look, now: datetime, soa: Callable[[], Shape | None]) -> None:
    """Move one state machine by one look."""
    if checked.status is Status.FAILED:
        return
    checked.last_checked = now
    if look.found:
        checked.status = Status.SUCCESS
        checked.last_success, checked.error, checked.soa = now, None, None
        return
    checked.error = look.error
    checked.soa = soa() or None
    if checked.status is Status.SUCCESS:
        checked.status, checked.since = Status.TEMPORARY_FAILURE, now
    if now - checked.since >= VERIFICATION_WINDOW:
        checked.status = Status.FAILED


def _copy(source: Checked, target: Checked) -> None:
    target.status, target.since = source.status, source.since
    target.last_checked, target.last_success = source.last_checked, source.last_success
    target.error, target.soa = source.error, source.soa


def is_subdomain(name: str, of: str) -> bool:
    """Whether *name* lies strictly below the domain *of*."""
    return name.lower().endswith("." + of.lower())
