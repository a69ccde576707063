"""Thunderbird's autoconfiguration file.

Source: Mozilla, "Thunderbird Autoconfiguration file format" (config-v1.1).  The
format has no place for a password: Thunderbird asks.
"""

import xml.etree.ElementTree as ET

from sendas.errors import UsageError
from sendas.gmail.clients import IMAP_HOST, IMAP_PORT, SMTP_PORT, Settings


class NoMailbox(UsageError):
    """The program reads mail too, and nobody said where."""


def autoconfig(settings: Settings) -> str:
    """The XML, to be served at ``https://autoconfig.<domain>/mail/config-v1.1.xml``.

    Raises:
        NoMailbox: The file must say where mail is read.
    """
    if settings.reads_at is None:
        msg = "Thunderbird wants to know where mail is read: give --mailbox owner@gmail.com"
        raise NoMailbox(msg)
    root = ET.Element("clientConfig", version="1.1")
    provider = ET.SubElement(root, "emailProvider", id=settings.domain)
    _add(provider, "domain", settings.domain)
    _add(provider, "displayName", f"Mail as {settings.address}")
    _add(provider, "displayShortName", settings.domain)
    incoming = ET.SubElement(provider, "incomingServer", type="imap")
    _server(incoming, IMAP_HOST, IMAP_PORT, "SSL", settings.reads_at, "OAuth2")
    outgoing = ET.SubElement(provider, "outgoingServer", type="smtp")
    _server(
        outgoing, settings.host, SMTP_PORT, "STARTTLS", settings.username, "password-cleartext"
    )
    ET.indent(root)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"
    )


def _server(  # noqa: PLR0913, PLR0917  the file's six elements
    parent: ET.Element, host: str, port: int, socket: str, username: str, authentication: str
) -> None:
    _add(parent, "hostname", host)
    _add(parent, "port", str(port))
    _add(parent, "socketType", socket)
    _add(parent, "username", username)
    _add(parent, "authentication", authentication)


def _add(parent: ET.Element, name: str, text: str) -> None:
    ET.SubElement(parent, name).text = text
