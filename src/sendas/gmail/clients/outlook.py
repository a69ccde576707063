"""What to enter in Outlook, which reads no file.

Source: Microsoft support, "Add an email account to Outlook", "POP, IMAP, and SMTP
settings"; the names of fields are classic Outlook's.
"""

from sendas.gmail.clients import IMAP_HOST, IMAP_PORT, SMTP_PORT, Settings


def steps(settings: Settings) -> str:
    """The steps, as text; the password only if it was handed in."""
    reads_at = settings.reads_at or "your Gmail address"
    password = settings.password or "the SMTP password (sendas gmail password, or --with-password)"
    return f"""\
Outlook (classic, Windows): File, Account Settings, Account Settings, New, "Manual setup",
"POP or IMAP".  The new Outlook has the same fields behind "Advanced setup", IMAP.

  Your name                {settings.name}
  Email address            {settings.address}
  Account type             IMAP
  Incoming mail server     {IMAP_HOST}, port {IMAP_PORT}, SSL/TLS
  User name                {reads_at}
  Password                 an app password of that Google account
  Outgoing mail server     {settings.host}, port {SMTP_PORT}, STARTTLS

More Settings, Outgoing Server: tick "My outgoing server (SMTP) requires authentication",
choose "Log on using", and enter

  User name                {settings.username}
  Password                 {password}

Leave "Require logon using Secure Password Authentication" unticked: SES offers PLAIN and LOGIN.
"""
