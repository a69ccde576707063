"""Which mailboxes' credentials the stack's function looks after, and how; pure.

`sendas apply` writes them beside the watcher's state, where the function reads them: its
environment is too small for who holds which copy.  No secret is among them.
"""

import json

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sendas.config.model import ConfiguredDomain, Mailbox, PasswordStore, Rotation, SendWay
from sendas.credentials.decide.holders import Holder, holders_of, parse_holder
from sendas.credentials.decide.pair import Pair, pair_of
from sendas.credentials.sender import Sender
from sendas.errors import SendasError
from sendas.mail.address import Address, MalformedAddress
from sendas.ses.regions import Region


SCHEMA = "sendas.charges/1"


class MalformedCharges(SendasError):
    """The object is none of ours, or of a later release."""


@dataclass(frozen=True, slots=True)
class Charge:
    """One mailbox that sends over SMTP.

    *rotation* says what happens when its password is due, *audited* whether it is proven
    again each month.
    """

    sender: Sender
    pair: Pair
    holders: tuple[Holder, ...]
    rotation: Rotation
    audited: bool

    @property
    def address(self) -> Address:
        """Whose it is."""
        return self.sender.address


def charges_of(domain: ConfiguredDomain, *, audited: bool) -> tuple[Charge, ...]:
    """Those of *domain*, by the file; none for whom nothing is to be done."""
    return tuple(
        charge_of(domain, mailbox, audited=audited)
        for mailbox in domain.mailboxes
        if mailbox.send is SendWay.SMTP
        and not mailbox.is_catch_all
        and (audited or mailbox.rotation is not Rotation.OFF)
    )


def charge_of(domain: ConfiguredDomain, mailbox: Mailbox, *, audited: bool) -> Charge:
    """One mailbox's."""
    address = domain.address_of(mailbox)
    return Charge(
        Sender(
            address,
            domain.name,
            domain.region,
            domain.user_of(mailbox),
            mailbox.display_name,
            mailbox.targets,
            store=domain.password_store,
        ),
        pair_of(address, mailbox.user or ""),
        holders_of(mailbox),
        mailbox.rotation,
        audited,
    )


def format_charges(charges: Iterable[Charge]) -> bytes:
    """The object, line by line, so that two versions can be compared."""
    value = {
        "schema": SCHEMA,
        "mailboxes": [
            {
                "address": one.address,
                "region": one.sender.region,
                "user": one.sender.user,
                "found": one.pair.found,
                "name": one.sender.name,
                "targets": list(one.sender.targets),
                "holders": [holder.name for holder in one.holders],
                "rotation": one.rotation.value,
                "audited": one.audited,
                "store": one.sender.store.value,
            }
            for one in charges
        ],
    }
    return (json.dumps(value, indent=1, sort_keys=True) + "\n").encode("ascii")


def read_charges(content: bytes) -> tuple[Charge, ...]:
    """Read what `format_charges` wrote.

    Raises:
        MalformedCharges: It did not.
    """
    try:
        value = json.loads(content)
        if value["schema"] != SCHEMA:
            msg = f"of schema {value['schema']!r}; this release reads {SCHEMA!r}"
            raise MalformedCharges(msg)
        return tuple(map(_charge, value["mailboxes"]))
    except (
        AttributeError,
        KeyError,
        TypeError,
        ValueError,
        RecursionError,
        MalformedAddress,
    ) as error:
        msg = f"which credentials to look after cannot be read: {type(error).__name__}"
        raise MalformedCharges(msg) from error


def _charge(raw: Mapping[str, Any]) -> Charge:
    address = Address(raw["address"])
    name = raw["name"]
    return Charge(
        Sender(
            address,
            address.domain,
            Region(raw["region"]),
            str(raw["user"]),
            None if name is None else str(name),
            tuple(map(str, raw["targets"])),
            # Before there was a choice, nothing was written of it.
            store=PasswordStore(raw.get("store", PasswordStore.SECRETS_MANAGER)),
        ),
        pair_of(address, str(raw["found"])),
        tuple(parse_holder(str(one)) for one in raw["holders"]),
        Rotation(raw["rotation"]),
        bool(raw["audited"]),
    )
