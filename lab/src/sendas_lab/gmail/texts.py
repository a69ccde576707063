"""Gmail's SMTP replies, word for word as bounces in the wild quote them.

Sources: google/3726730 ("SMTP error reference") and sisimai's collection of
Google's texts; FACTS 19.
"""

import secrets

from sendas_lab.auth import Authentication
from sendas_lab.mail import SmtpReply


def tail() -> str:
    """What ends every reply of Gmail's servers: a session id."""
    return f"{secrets.token_hex(12)}-{secrets.token_hex(5)}.{secrets.randbelow(900) + 100} - gsmtp"


def no_such_user() -> SmtpReply:
    """The mailbox does not exist."""
    return _lines(
        550,
        "5.1.1",
        "The email account that you tried to reach does not exist. Please try",
        "double-checking the recipient's email address for typos or",
        "unnecessary spaces. For more information, go to",
        f" https://support.google.com/mail/?p=NoSuchUser {tail()}",
    )


def rate() -> SmtpReply:
    """The mailbox gets more per minute than Gmail lets it."""
    return _lines(
        450,
        "4.2.1",
        "The user you are trying to contact is receiving email at a rate that",
        "prevents additional messages from being delivered. Please resend your",
        "message at a later time. If the user is able to receive email at that",
        "time, your message will be delivered. For more information, go to",
        f" https://support.google.com/mail/?p=ReceivingRate {tail()}",
    )


def full() -> SmtpReply:
    """The account's storage is used up."""
    return _lines(
        452,
        "4.2.2",
        "The recipient's inbox is out of storage space. Please direct the",
        "recipient to",
        f" https://support.google.com/mail/?p=OverQuotaTemp {tail()}",
    )


def spam(source_ip: str) -> SmtpReply:
    """Gmail judges the mail to be spam."""
    return _lines(
        550,
        "5.7.1",
        f"[{source_ip}      12] Gmail has detected that this message is likely",
        "unsolicited mail. To reduce the amount of spam sent to Gmail, this",
        "message has been blocked. For more information, go to",
        f" https://support.google.com/mail/?p=UnsolicitedMessageError {tail()}",
    )


def unauthenticated(checks: Authentication) -> SmtpReply:
    """Neither SPF nor DKIM passes: nobody may send so to Gmail (google/81126)."""
    return _lines(
        550,
        "5.7.26",
        "Your email has been blocked because the sender is unauthenticated.",
        "Gmail requires all senders to authenticate with either SPF or DKIM.",
        "",
        " Authentication results:",
        " DKIM = did not pass",
        f" SPF [{checks.spf.domain}] with ip: [{checks.source_ip}] = did not pass",
        "",
        " For instructions on setting up authentication, go to",
        f" https://support.google.com/mail/answer/81126#authentication {tail()}",
    )


def dmarc(checks: Authentication) -> SmtpReply:
    """The author's domain asks for mails that fail DMARC to be rejected."""
    domain = checks.author_domain
    return _lines(
        550,
        "5.7.26",
        f"Unauthenticated email from {domain} is not accepted due to",
        "domain's DMARC policy. Please contact the administrator of",
        f"{domain} domain if this was a legitimate mail. To learn about the",
        "DMARC initiative, go to",
        f" https://support.google.com/mail/?p=DmarcRejection {tail()}",
    )


def _lines(code: int, status: str, *texts: str) -> SmtpReply:
    return SmtpReply(code, "\n".join(f"{status} {text}".rstrip() for text in texts))
