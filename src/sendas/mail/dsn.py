"""Delivery status notifications: the machine-readable part (RFC 3464)."""

import re

from collections.abc import Mapping
from dataclasses import dataclass

from sendas.mail.address import addresses_in, first_address


_FIELD = re.compile(r"[>\s]{0,20}([A-Za-z][A-Za-z0-9-]{2,60})[ \t]{0,10}:[ \t]*(.*)")
_ABOUT_RECIPIENT = frozenset(
    {"final-recipient", "original-recipient", "x-actual-recipient", "action", "status",
     "diagnostic-code", "remote-mta", "last-attempt-date", "will-retry-until", "final-log-id"}
)  # fmt: skip
_NAMES_RECIPIENT = ("final-recipient", "original-recipient", "x-actual-recipient")
_BEGINS_RECIPIENT = frozenset({"final-recipient", "action", "original-recipient"})
MAX_RECIPIENTS = 10_000
MAX_VALUE = 8_000


@dataclass(frozen=True, slots=True)
class RecipientStatus:
    """What is said of one recipient (RFC 3464, 2.3); empty where it is not said.

    *diagnostic_type* is the lower-case type in front of the semicolon: ``smtp``,
    ``x-unix`` and so on.  *remote_mta* is a host name or literal.
    """

    final_recipient: str
    original_recipient: str
    action: str
    status: str
    diagnostic_type: str
    diagnostic: str
    remote_mta: str


@dataclass(frozen=True, slots=True)
class DeliveryStatus:
    """A whole delivery-status part.  *fields* are the per-message ones, lower-case names."""

    reporting_mta: str
    recipients: tuple[RecipientStatus, ...]
    fields: Mapping[str, str]


def read_delivery_status(text: str) -> DeliveryStatus:
    """Read the part's text (LF line ends); tolerant of quoting, order and empty lines."""
    message: dict[str, str] = {}
    groups: list[dict[str, str]] = []
    for group in _groups(text):
        about = {name: value for name, value in group.items() if name in _ABOUT_RECIPIENT}
        for name, value in group.items():
            if name not in about:
                message.setdefault(name, value)
        if about and groups and _belongs_to(groups[-1], about):
            groups[-1] |= about
        elif about and len(groups) < MAX_RECIPIENTS:
            groups.append(about)
    recipients = tuple(_recipient(group) for group in groups)
    return DeliveryStatus(host_of(message.get("reporting-mta", "")), recipients, message)


def _belongs_to(previous: Mapping[str, str], about: Mapping[str, str]) -> bool:
    # A stray empty line inside one recipient's fields: the second half names nobody.
    return (
        not any(name in about for name in _NAMES_RECIPIENT) and not previous.keys() & about.keys()
    )


def _groups(text: str) -> list[dict[str, str]]:
    groups: list[dict[str, str]] = [{}]
    name = ""
    for line in text.split("\n"):
        if not line.strip("> \t"):
            if groups[-1]:
                groups.append({})
            name = ""
            continue
        if line[0] in " \t" and name:
            value = groups[-1][name]
            if len(value) < MAX_VALUE:
                groups[-1][name] = f"{value} {line.strip()}"
            continue
        field = _FIELD.match(line)
        if field is None:
            if name == "diagnostic-code" and len(groups[-1][name]) < MAX_VALUE:
                # Some write a multi-line reply without folding it.
                groups[-1][name] += f" {line.strip()}"
            continue
        name = field.group(1).lower()
        if name in groups[-1] and name in _BEGINS_RECIPIENT:
            groups.append({})
        groups[-1].setdefault(name, field.group(2).strip()[:MAX_VALUE])
    return [group for group in groups if group]


def _recipient(group: Mapping[str, str]) -> RecipientStatus:
    kind, diagnostic = _typed(group.get("diagnostic-code", ""))
    return RecipientStatus(
        final_recipient=_address_of(group.get("final-recipient", "")),
        original_recipient=_address_of(group.get("original-recipient", "")),
        action=_word(group.get("action", "")),
        status=group.get("status", "").strip(),
        diagnostic_type=kind,
        diagnostic=diagnostic,
        remote_mta=host_of(group.get("remote-mta", "")),
    )


def _word(value: str) -> str:
    words = value.split(None, 1)
    return words[0].lower().strip("();,") if words else ""


def _typed(value: str) -> tuple[str, str]:
    # RFC 3464, 2.3.6: diagnostic-type ";" text.
    kind, semicolon, text = value.partition(";")
    if semicolon and re.fullmatch(r"[A-Za-z0-9_/.-]{1,40}", kind.strip()):
        return kind.strip().lower(), text.strip()
    return "", value.strip()


def _address_of(value: str) -> str:
    # RFC 3464, 2.3.2: address-type ";" generic-address.
    kind, semicolon, generic = value.partition(";")
    text = generic if semicolon else kind
    if text.lstrip().startswith("@") and ":" in text:
        # RFC 5321, appendix C: a source route, @relay:user@host.
        text = text.rpartition(":")[2]
    found = addresses_in(text, 20)
    return found[-1] if text.lstrip().startswith("|") and found else first_address(text)


def host_of(value: str) -> str:
    """The host in ``dns; mx.example.com (comment)``; lower case; empty without one."""
    _, semicolon, rest = value.partition(";")
    words = (rest if semicolon else value).replace("(", " (").split(None, 1)
    return words[0].strip("[]<>.,").lower()[:255] if words else ""
