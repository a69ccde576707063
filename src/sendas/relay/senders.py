"""Who may send as whom: a password, or a network, and the addresses that it may use."""

import re

from collections.abc import Iterable

from sendas.config import words
from sendas.config.words import EVERY
from sendas.errors import UsageError
from sendas.mail.address import same_address
from sendas.mail.domain import Domain, MalformedDomain, ascii_domain
from sendas.smtp.server.reply import Fault, Reply


_MOST_NAMED = 5


class BadSender(UsageError):
    """The text is neither an address nor ``*@domain``."""


def parse_sender(text: str) -> str:
    """An address, or ``*@domain``; the domain in lower-case A-labels.

    Raises:
        BadSender: Neither.
    """
    try:
        return words.sender(text)
    except words.Wrong as wrong:
        msg = str(wrong)
        raise BadSender(msg) from None


def may_send_as(senders: Iterable[str], address: str) -> bool:
    """Whether *address* is among *senders*.  A sub-address is another address."""
    local, at, domain = address.rpartition("@")
    if not at or not local:
        return False
    plain = f"{local}@{_ascii(domain)}"
    return any(
        plain.rpartition("@")[2] == one[len(EVERY) :]
        if one.startswith(EVERY)
        else same_address(one, plain)
        for one in senders
    )


def _ascii(domain: str) -> str:
    try:
        return Domain.of_labels(ascii_domain(domain))
    except MalformedDomain:
        return ""


def refused_envelope(who: str, senders: tuple[str, ...], reverse_path: str) -> Reply | None:
    """The answer to MAIL FROM where *who* may not use it; the null one is always taken.

    RFC 6409, 6.1: a submission server may refuse what the user may not send as.
    """
    if not reverse_path or may_send_as(senders, reverse_path):
        return None
    return _refused(who, senders, f"MAIL FROM {shown(reverse_path)}")


def refused_author(
    who: str, senders: tuple[str, ...], field: str, addresses: Iterable[str]
) -> Reply | None:
    """The answer to a mail whose *field* (From, Sender) holds an address that is not theirs."""
    for address in addresses:
        if not may_send_as(senders, address):
            return _refused(who, senders, f"{field}: {shown(address)}")
    return None


def _refused(who: str, senders: tuple[str, ...], what: str) -> Reply:
    named = ", ".join(senders[:_MOST_NAMED])
    more = f" and {len(senders) - _MOST_NAMED} more" if len(senders) > _MOST_NAMED else ""
    text = f"{who} may not send with {what}; it may send as {named}{more}"
    # RFC 3463: X.7.1, delivery not authorized.
    return Reply(550, "5.7.1", text, log="sender not allowed", fault=Fault.CLIENT)


_UNPRINTABLE = re.compile(r"[^\x20-\x7e]")


def shown(text: str) -> str:
    """What a client wrote, for a reply: short, and ASCII."""
    return _UNPRINTABLE.sub("?", text[:100]) or "(nothing)"
