"""A configuration profile for Apple Mail: what an iPhone or a Mac installs by a tap.

Source: Apple, "Device Management: Mail" (payload com.apple.mail.managed).
"""

import plistlib
import uuid

from typing import Any

from sendas.errors import UsageError
from sendas.gmail.clients import IMAP_HOST, IMAP_PORT, SMTP_PORT, Settings


_NAMESPACE = uuid.UUID("6ba7b811-9dad-11d1-80b4-00c04fd430c8")
"""RFC 9562, 6.6: names that are URLs.  The same mailbox gives the same profile, which replaces."""


class NoMailbox(UsageError):
    """The program reads mail too, and nobody said where."""


def profile(settings: Settings) -> bytes:
    """The ``.mobileconfig``; the device asks for each password that is not in it.

    Raises:
        NoMailbox: The profile must say where mail is read.
    """
    if settings.reads_at is None:
        msg = "Apple Mail wants to know where mail is read: give --mailbox owner@gmail.com"
        raise NoMailbox(msg)
    name = f"sendas.{settings.address}"
    account: dict[str, Any] = {
        "PayloadType": "com.apple.mail.managed",
        "PayloadVersion": 1,
        "PayloadIdentifier": f"{name}.mail",
        "PayloadUUID": _uuid(f"{name}.mail"),
        "PayloadDisplayName": f"Mail as {settings.address}",
        "EmailAccountDescription": settings.address,
        "EmailAccountName": settings.name,
        "EmailAccountType": "EmailTypeIMAP",
        "EmailAddress": settings.address,
        "IncomingMailServerAuthentication": "EmailAuthPassword",
        "IncomingMailServerHostName": IMAP_HOST,
        "IncomingMailServerPortNumber": IMAP_PORT,
        "IncomingMailServerUseSSL": True,
        "IncomingMailServerUsername": settings.reads_at,
        "OutgoingMailServerAuthentication": "EmailAuthPassword",
        "OutgoingMailServerHostName": settings.host,
        "OutgoingMailServerPortNumber": SMTP_PORT,
        # On 587 Apple Mail begins with STARTTLS where SSL is on.
        "OutgoingMailServerUseSSL": True,
        "OutgoingMailServerUsername": settings.username,
        "OutgoingPasswordSameAsIncomingPassword": False,
    }
    if settings.password is not None:
        account["OutgoingPassword"] = settings.password
    document = {
        "PayloadType": "Configuration",
        "PayloadVersion": 1,
        "PayloadIdentifier": name,
        "PayloadUUID": _uuid(name),
        "PayloadDisplayName": f"Mail as {settings.address}",
        "PayloadDescription": f"Reads at {settings.reads_at}, sends over Amazon SES.",
        "PayloadContent": [account],
    }
    return plistlib.dumps(document)


def _uuid(name: str) -> str:
    return str(uuid.uuid5(_NAMESPACE, f"https://sendas.invalid/{name}")).upper()
