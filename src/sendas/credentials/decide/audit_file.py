"""The file of servers that are not SES, for ``sendas credentials audit --from-file``; pure.

A line each: host, port, user, the NAME of the variable that holds the password, and, for a
canary, the address to send as.  The password is never in the file.
"""

import csv
import re

from dataclasses import dataclass

from sendas.errors import UsageError
from sendas.mail.address import Address, MalformedAddress
from sendas.smtp.username import looks_secret


_FIELDS = ("host", "port", "user", "password variable", "address")
_NEEDED = 4
_MAX_PORT = 65535
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,99}")
_HOST = re.compile(r"[A-Za-z0-9.:-]{1,255}")
MAX_BYTES = 1_000_000


class BadAuditFile(UsageError):
    """A line that cannot be used; nothing was dialled."""


@dataclass(frozen=True, slots=True)
class Account:
    """One user at one server.  *address* None: it logs in, and sends nothing."""

    host: str
    port: int
    user: str
    variable: str
    address: Address | None = None


def read_accounts(raw: bytes, name: str) -> tuple[Account, ...]:
    """The accounts of a file; blank lines and those that begin with ``#`` are passed over.

    Raises:
        BadAuditFile: A line cannot be used; the message names the line and repeats no field
            that may be a password.
    """
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        msg = f"{name} is not UTF-8"
        raise BadAuditFile(msg) from error
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip() and not line.lstrip().startswith("#"):
            found.append(_account(line, f"{name}, line {number}"))
    if not found:
        msg = f"{name} holds no account: write a line for each: {', '.join(_FIELDS[:_NEEDED])}"
        raise BadAuditFile(msg)
    return tuple(found)


def _account(line: str, where: str) -> Account:
    try:
        (cells,) = csv.reader([line], skipinitialspace=True, strict=True)
    except (csv.Error, ValueError) as error:
        msg = f"{where}: no line of fields separated by commas"
        raise BadAuditFile(msg) from error
    cells = [cell.strip() for cell in cells]
    if not _NEEDED <= len(cells) <= len(_FIELDS):
        msg = f"{where}: write {', '.join(_FIELDS)} (the last may be left out)"
        raise BadAuditFile(msg)
    host, port, user, variable, *rest = cells
    if not _HOST.fullmatch(host):
        msg = f"{where}: the first field is no host name"
        raise BadAuditFile(msg)
    if not (
        port.isascii()
        and port.isdigit()
        and len(port) <= len("65535")
        and 0 < int(port) <= _MAX_PORT
    ):
        msg = f"{where}: the second field is no port (587, 465, …)"
        raise BadAuditFile(msg)
    if not user or not user.isprintable():
        msg = f"{where}: the third field, the user, is empty or no text"
        raise BadAuditFile(msg)
    if not _VARIABLE.fullmatch(variable) or looks_secret(variable):
        # It may be the password itself: it is not repeated.
        msg = (
            f"{where}: the fourth field is no name of a variable; never write the password into "
            "the file: export SHOP_PASSWORD=… and write SHOP_PASSWORD"
        )
        raise BadAuditFile(msg)
    return Account(host.lower(), int(port), user, variable, _address(rest, user, where))


def _address(rest: list[str], user: str, where: str) -> Address | None:
    """The address to send as: the fifth field, or the user where it is one."""
    written = rest[0] if rest else ""
    try:
        return Address(written or user)
    except MalformedAddress as error:
        if not written:
            return None
        msg = f"{where}: the fifth field is no address"
        raise BadAuditFile(msg) from error
