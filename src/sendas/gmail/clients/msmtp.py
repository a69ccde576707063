"""A configuration for msmtp, as a cron job on a server sends with it.

Source: msmtp manual, "Configuration files".  The password comes from a command
each time, so that the file holds none and a new one needs no edit.
"""

import shlex

from sendas.gmail.clients import SMTP_PORT, Settings


def configuration(settings: Settings) -> str:
    """The ``~/.msmtprc``; its mode must be 0600 if the password is in it."""
    account = settings.address
    fetch = f"sendas gmail password {shlex.quote(account)} --region {settings.region}"
    lines = [
        f"# {account} over Amazon SES, by sendas",
        f"account {account}",
        f"host {settings.host}",
        f"port {SMTP_PORT}",
        f"from {account}",
        "auth plain",
        f"user {settings.username}",
        f"password {settings.password}" if settings.password else f"passwordeval {_quoted(fetch)}",
        "tls on",
        "tls_starttls on",
        "",
        f"account default : {account}",
    ]
    return "\n".join(lines) + "\n"


def _quoted(command: str) -> str:
    # msmtp's own quotes only group words; they know no escapes.
    return f'"{command}"'
