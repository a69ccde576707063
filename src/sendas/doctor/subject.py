"""What a person typed, made into the subject of a question; pure.

Domains become lower-case A-labels; a local-part keeps its case.
"""

import re

from dataclasses import dataclass

from sendas.dns.names import within
from sendas.doctor.evidence import Subject
from sendas.errors import UsageError
from sendas.mail.address import Address, MalformedAddress
from sendas.mail.domain import Domain
from sendas.ses.regions import Region, parse_region, region_of_smtp_host


MAX_PORT = 65_535

_HOST = re.compile(r"[A-Za-z0-9.:_-]{1,255}")


class BadSubject(UsageError):
    """What was typed cannot be asked about."""


@dataclass(frozen=True, slots=True)
class Words:
    """What was typed, unread."""

    domain: str | None = None
    region: str | None = None
    from_address: str | None = None
    to_address: str | None = None
    mailbox: str | None = None
    smtp_username: str | None = None
    smtp_host: str | None = None
    smtp_port: int = 587
    relay: str | None = None


def read_subject(words: Words, fallback_region: str | None) -> Subject:
    """The subject that *words* name.

    The domain may be left to --from, and the Region to the SMTP host, or else
    to *fallback_region*, which the environment or the profile says.

    Raises:
        BadSubject: Something is missing or malformed; the message says what.
        MalformedDomain: The domain is none.
        MalformedRegion: The Region is no Region code.
    """
    from_address = _address(words.from_address, "--from")
    if words.domain is not None:
        domain = Domain(words.domain)
        if from_address and not within(from_address.domain, domain):
            msg = (
                f"--from {from_address} is not at {domain}: leave the domain out to ask about "
                f"{from_address.domain}"
            )
            raise BadSubject(msg)
    elif from_address:
        domain = from_address.domain
    else:
        msg = "which domain? say `sendas doctor example.com`, or --from with an address at it"
        raise BadSubject(msg)
    return Subject(
        domain,
        _region(words, fallback_region),
        from_address=from_address,
        to_address=_address(words.to_address, "--to"),
        mailbox=_address(words.mailbox, "--mailbox"),
        smtp_username=_user_name(words.smtp_username, "--smtp-username"),
        smtp_host=_host(words.smtp_host, "--smtp-host"),
        smtp_port=words.smtp_port,
        relay=_host(words.relay, "--relay"),
    )


def reread_subject(subject: Subject) -> Subject:
    """*subject*, from a file that anybody may have written, read as if it had been typed.

    Raises:
        BadSubject: A part is malformed; the message names it.
        MalformedDomain: The domain is none.
        MalformedRegion: The Region is no Region code.
    """
    if not 1 <= subject.smtp_port <= MAX_PORT:
        msg = f"smtp_port {subject.smtp_port} is no port: those are 1 to {MAX_PORT}"
        raise BadSubject(msg)
    return Subject(
        Domain(subject.domain),
        parse_region(subject.region),
        from_address=_address(subject.from_address, "from_address"),
        to_address=_address(subject.to_address, "to_address"),
        mailbox=_address(subject.mailbox, "mailbox"),
        smtp_username=_user_name(subject.smtp_username, "smtp_username"),
        smtp_host=_host(subject.smtp_host, "smtp_host"),
        smtp_port=subject.smtp_port,
        relay=_host(subject.relay, "relay"),
    )


def well_formed(address: str | None) -> Address | None:
    """*address*, which a stranger wrote, as it may be asked about; None if it is none."""
    try:
        return _address(address, "")
    except BadSubject:
        return None


def _region(words: Words, fallback: str | None) -> Region:
    said = words.region or region_of_smtp_host(words.smtp_host or "") or fallback
    if not said:
        msg = "which Region is SES used in? say it with --region, such as --region us-east-2"
        raise BadSubject(msg)
    return parse_region(said)


def _address(text: str | None, option: str) -> Address | None:
    try:
        return None if text is None else Address(text)
    except MalformedAddress as error:
        msg = f"{option} {error}"
        raise BadSubject(msg) from None


def _user_name(text: str | None, option: str) -> str | None:
    if text is None:
        return None
    # Blanks and line ends around it are a finding (PW021); within it nothing can be meant.
    if not text.strip() or not text.strip().isprintable():
        msg = f"{option} is empty or holds control characters; copy it again"
        raise BadSubject(msg)
    return text


def _host(text: str | None, option: str) -> str | None:
    if text is None:
        return None
    if not _HOST.fullmatch(text):
        msg = f"{option} {text!r} is not a host name"
        raise BadSubject(msg)
    return text.lower().rstrip(".")
