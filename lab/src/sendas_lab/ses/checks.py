"""Everything SES looks at before it takes a message, in SES's order.

Each check returns a refusal or None; `first_refusal` is the whole row.  The
order is inferred: what the guide documents is each refusal by itself.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sendas_lab.ses import message as rfc5322
from sendas_lab.ses.addresses import all_bare, complaint_about, domain_of
from sendas_lab.ses.authorization import (
    author_address,
    configuration_set_name,
    refused_resource,
)
from sendas_lab.ses.identities import identity_for
from sendas_lab.ses.message import Message
from sendas_lab.ses.ports import Iam
from sendas_lab.ses.region_state import RegionState, Status
from sendas_lab.ses.submission import Api, Reason, Refused, Submission


MAX_RECIPIENTS = 50
MAX_BYTES_V1 = 10 * 1024 * 1024
MAX_BYTES = 40 * 1024 * 1024
SIMULATOR_DOMAIN = "simulator.amazonses.com"
_TAIL = (
    " For more information, please check the inbox of the email address associated"
    " with your AWS account."
)


@dataclass(frozen=True, slots=True)
class Case:
    """One submission, read, and where it was handed in."""

    submission: Submission
    message: Message
    state: RegionState
    iam: Iam
    now: datetime


def first_refusal(case: Case) -> Refused | None:
    """The first thing SES objects to."""
    for check in _IN_ORDER:
        refused = check(case)
        if refused is not None:
            return refused
    return None


def _account(case: Case) -> Refused | None:
    account = case.state.account
    if not account.subscribed:
        return Refused(
            Reason.NOT_SUBSCRIBED, "The AWS Access Key Id needs a subscription for the service"
        )
    if account.enforcement == "SHUTDOWN":
        return Refused(Reason.SUSPENDED, "Sending suspended for this account." + _TAIL)
    if not account.sending_enabled:
        return Refused(Reason.PAUSED, "Sending paused for this account." + _TAIL)
    return None


def _permission(case: Case) -> Refused | None:
    arn = refused_resource(case.iam, case.state, case.submission, case.message, case.now)
    if arn is None:
        return None
    return Refused(Reason.DENIED, denial(case.submission.principal.arn, _action(case), arn))


def denial(principal_arn: str, action: str, resource: str) -> str:
    """SES's sentence, with its backtick and apostrophe (FACTS 3.2)."""
    return (
        f"User `{principal_arn}' is not authorized to perform `{action}' on resource `{resource}'"
    )


def _action(case: Case) -> str:
    return case.submission.action


def _identities(case: Case) -> Refused | None:
    failed = [
        address for address in must_be_verified(case) if not _is_verified(case.state, address)
    ]
    if not failed:
        return None
    shown = ", ".join(dict.fromkeys(failed))
    region = case.state.region.upper()
    text = (
        "Email address is not verified. The following identities failed the check"
        f" in region {region}: {shown}"
    )
    return Refused(Reason.NOT_VERIFIED, text)


def must_be_verified(case: Case) -> list[str]:
    """From, Source, Sender and Return-Path; in the sandbox the recipients too."""
    submission, message = case.submission, case.message
    wanted = [author_address(submission, message)]
    for value in message.all("From"):
        wanted += all_bare(value)
    if submission.api is not Api.V2 and submission.reverse_path:
        wanted += all_bare(submission.reverse_path)
    if submission.feedback_address:
        wanted += all_bare(submission.feedback_address)
    for name in ("Sender", "Return-Path"):
        for value in message.all(name):
            wanted += all_bare(value)
    if not case.state.account.production:
        wanted += [a for a in submission.destinations if domain_of(a) != SIMULATOR_DOMAIN]
    return [address for address in wanted if address]


def _is_verified(state: RegionState, address: str) -> bool:
    identity = identity_for(state, address)
    return identity is not None and identity.verified


def _size(case: Case) -> Refused | None:
    limit = MAX_BYTES_V1 if case.submission.api is Api.V1 else MAX_BYTES
    size = len(case.submission.content)
    if size <= limit:
        return None
    return Refused(Reason.TOO_LONG, f"Message length is more than {limit} bytes long: '{size}'.")


def _recipients(case: Case) -> Refused | None:
    destinations = case.submission.destinations
    if not destinations:
        return Refused(Reason.ILLEGAL_ADDRESS, "Must specify at least one recipient.")
    if len(destinations) > MAX_RECIPIENTS:
        return Refused(Reason.TOO_MANY_RECIPIENTS, f"Recipient count exceeds {MAX_RECIPIENTS}.")
    return None


def _addresses(case: Case) -> Refused | None:
    """API v1: if any recipient is malformed, SES refuses the whole message."""
    author = author_address(case.submission, case.message)
    for address in (*((author,) if author else ()), *case.submission.destinations):
        complaint = complaint_about(address)
        if complaint is not None:
            return Refused(Reason.ILLEGAL_ADDRESS, complaint)
    return None


def _files(case: Case) -> Refused | None:
    name = rfc5322.refused_file(case.message)
    return Refused(Reason.BAD_FILE, f"Illegal filename '{name}'.") if name else None


def _headers(case: Case) -> Refused | None:
    if case.message.empty_name:
        return Refused(Reason.BAD_HEADER, "Empty header names are illegal.")
    repeated = rfc5322.repeated_once_only(case.message)
    if repeated is not None:
        return Refused(Reason.BAD_HEADER, f"Duplicate header '{repeated}'.")
    # Recorded: a raw mail of API v1 needs none where Source says who it is.
    source = case.submission.api is Api.V1 and case.submission.reverse_path
    if not case.message.all("From") and not source:
        return Refused(Reason.BAD_HEADER, "Missing required header 'From'.")
    if rfc5322.too_long_line(case.submission.content):
        return Refused(
            Reason.LONG_LINE, f"Line length exceeds {rfc5322.MAX_LINE_BYTES} characters."
        )
    return None


def _configuration_set(case: Case) -> Refused | None:
    name = configuration_set_name(case.state, case.submission, case.message)
    if name is None:
        return None
    found = case.state.configuration_sets.get(name)
    if found is None:
        return Refused(Reason.NO_CONFIGURATION_SET, f"Configuration set <{name}> does not exist.")
    if not found.sending_enabled:
        return Refused(
            Reason.CONFIGURATION_SET_PAUSED, f"Sending paused for configuration set <{name}>."
        )
    return None


def _mail_from(case: Case) -> Refused | None:
    identity = identity_for(case.state, author_address(case.submission, case.message))
    custom = identity.mail_from if identity else None
    if custom is None or custom.checked.status is Status.SUCCESS:
        return None
    # Guide: while pending, SES behaves as on an MX failure.
    if custom.behavior == "REJECT_MESSAGE":
        return Refused(Reason.MAIL_FROM, "DNS setup for MAIL FROM domain is invalid.")
    return None


def _quota(case: Case) -> Refused | None:
    account, now = case.state.account, case.now
    more = counted(case.submission.destinations)
    if 0 <= account.max_24_hour < case.state.sent_last_24_hours(now) + more:
        return Refused(Reason.QUOTA, "Daily message quota exceeded.")
    if not account.take(len(case.submission.destinations), now):
        return Refused(Reason.RATE, "Maximum sending rate exceeded.")
    return None


def counted(destinations: tuple[str, ...]) -> int:
    """How many of them count to the daily quota: all but the simulator's (FACTS 10)."""
    return sum(domain_of(address) != SIMULATOR_DOMAIN for address in destinations)


_IN_ORDER: tuple[Callable[[Case], Refused | None], ...] = (
    _account,
    _permission,
    _addresses,
    _identities,
    _size,
    _recipients,
    _headers,
    _files,
    _configuration_set,
    _mail_from,
    _quota,
)
