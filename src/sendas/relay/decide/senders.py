"""Who may send as whom: a password, or a network, and the addresses that it may use."""

import re

from collections.abc import Iterable

from sendas.config import readers
from sendas.config.readers import EVERY
from sendas.errors import UsageError
from sendas.mail.address import Address, MalformedAddress, same_address
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
        return readers.sender(text)
    except readers.Wrong as wrong:
        msg = str(wrong)
        raise BadSender(msg) from None


def may_send_as(senders: Iterable[str], address: str) -> bool:
    """Whether *address* is among *senders*.  A sub-address is another address."""
    try:
        own = Address(address)
    except MalformedAddress:
        return False
    return any(
        own.domain == one[len(EVERY) :] if one.startswith(EVERY) else same_address(one, own)
        for one in senders
    )


def refused_envelope(who: str, senders: tuple[str, ...], reverse_path: str) -> Reply | None:
    """The answer to MAIL FROM where *who* may not use it; the null one is always taken.

    RFC 6409, 6.1: a submission server may refuse what the user may not send as.
    """
    return _refusal(who, senders, "MAIL FROM", reverse_path) if reverse_path else None


def refused_author(
    who: str, senders: tuple[str, ...], field: str, addresses: Iterable[str]
) -> Reply | None:
    """The answer to a mail whose *field* (From, Sender) holds an address that is not theirs."""
    refusals = (_refusal(who, senders, f"{field}:", one) for one in addresses)
    return next((one for one in refusals if one is not None), None)


def _refusal(who: str, senders: tuple[str, ...], where: str, address: str) -> Reply | None:
    what = f"{where} {shown(address)}"
    try:
        own = Address(address)
    except MalformedAddress:
        # SES takes ASCII without quotes before the @ only (FACTS 6): queued, it never went.
        # RFC 3463: X.1.7, bad sender's mailbox address syntax.
        text = f"{what} is no address that SES can send as; ASCII without quotes before the @"
        return Reply(553, "5.1.7", text, log="sender malformed", fault=Fault.CLIENT)
    if may_send_as(senders, own):
        return None
    named = ", ".join(senders[:_MOST_NAMED])
    more = f" and {len(senders) - _MOST_NAMED} more" if len(senders) > _MOST_NAMED else ""
    text = f"{who} may not send with {what}; it may send as {named}{more}"
    # RFC 3463: X.7.1, delivery not authorized.
    return Reply(550, "5.7.1", text, log="sender not allowed", fault=Fault.CLIENT)


_UNPRINTABLE = re.compile(r"[^\x20-\x7e]")


def shown(text: str) -> str:
    """What a client wrote, for a reply: short, and ASCII."""
    return _UNPRINTABLE.sub("?", text[:100]) or "(nothing)"
