"""The mails Gmail writes: what its users write, confirmations, and bounces."""

import secrets

from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime, formataddr, getaddresses
from urllib.parse import quote

import dkim

from sendas_lab.gmail.gmail_account import SendAs
from sendas_lab.recipients.mailbox import StoredMail
from sendas_lab.ses.dkim_keys import OWN, private_key, record


SELECTOR = "20230601"
"""Google's real selector; the key is the lab's."""
SIGNING_DOMAINS = ("gmail.com", "google.com", "googlemail.com")
CONFIRMATION_SENDER = "gmail-noreply@google.com"
_BOUNCE_SENDER = "mailer-daemon@googlemail.com"
_SIGNED = [b"from", b"to", b"subject", b"date", b"message-id", b"mime-version"]
_CODE_DIGITS = 9


def key_record() -> str:
    """What stands at ``20230601._domainkey`` of each of Google's domains."""
    return f"v=DKIM1; k=rsa; {record(private_key(OWN))}"


def new_code() -> str:
    """A confirmation code: nine digits."""
    return str(secrets.randbelow(9 * 10 ** (_CODE_DIGITS - 1)) + 10 ** (_CODE_DIGITS - 1))


def signed(content: bytes, domain: str) -> bytes:
    """*content* with *domain*'s DKIM signature on top."""
    field: bytes = dkim.sign(
        content,
        SELECTOR.encode(),
        domain.encode(),
        private_key(OWN),
        canonicalize=(b"relaxed", b"relaxed"),
        include_headers=_SIGNED,
    )
    return field + content


def written(
    author: str, recipients: tuple[str, ...], subject: str, text: str, now: datetime
) -> tuple[str, bytes]:
    """A mail as Gmail's page composes it: its Message-ID, and the content."""
    message_id = f"<CA{secrets.token_urlsafe(38)}@mail.gmail.com>"
    head = _head(
        ("MIME-Version", "1.0"),
        ("From", author),
        ("Date", format_datetime(now)),
        ("Message-ID", message_id),
        ("Subject", subject),
        ("To", ", ".join(recipients)),
        ("Content-Type", 'text/plain; charset="UTF-8"'),
        ("Content-Transfer-Encoding", "8bit"),
    )
    return message_id, head + _body(text)


def answer(
    own: str, mail: StoredMail, text: str, now: datetime, *, to_all: bool
) -> tuple[str, tuple[str, ...], bytes]:
    """An answer to *mail* as Gmail composes it: its Message-ID, recipients and content.

    Reply-To before From; Reply All adds the others of To and Cc (RFC 5322, 3.6.3);
    References are those of the mail answered, and its Message-ID (3.6.4).
    """
    parsed = mail.parsed()
    to = parsed.get("Reply-To") or parsed["From"]
    others = ", ".join(str(parsed[name]) for name in ("To", "Cc") if parsed[name])
    copied = [
        formataddr(one)
        for one in (getaddresses([others]) if to_all else ())
        if one[1].lower() not in {own, *(a.lower() for _, a in getaddresses([str(to)]))}
    ]
    subject = parsed["Subject"] or ""
    message_id = f"<CA{secrets.token_urlsafe(38)}@mail.gmail.com>"
    references = " ".join(filter(None, (parsed["References"], parsed["Message-ID"])))
    head = _head(
        ("MIME-Version", "1.0"),
        ("References", references.replace("> <", ">\r\n <")),
        ("In-Reply-To", parsed["Message-ID"] or ""),
        ("From", f"Owner <{own}>"),
        ("Date", format_datetime(now)),
        ("Message-ID", message_id),
        ("Subject", subject if subject.lower().startswith("re:") else f"Re: {subject}"),
        ("To", str(to)),
        *((("Cc", ", ".join(copied)),) if copied else ()),
        ("Content-Type", 'text/plain; charset="UTF-8"'),
        ("Content-Transfer-Encoding", "8bit"),
    )
    recipients = tuple(a for _, a in getaddresses([str(to), *copied]))
    return message_id, recipients, head + _body(text)


def author(settings: SendAs) -> str:
    """The From field of a mail sent with *settings*."""
    return formataddr((settings.name, settings.address))


def confirmation(settings: SendAs, account: str, now: datetime) -> bytes:
    """The mail that proves the address to be the user's: code and link."""
    token = quote(f"[{secrets.token_urlsafe(40)}]", safe="")
    link = f"https://mail-settings.google.com/mail/vf-{token}-{settings.code}"
    text = (
        f"You have requested to add {settings.address} to your Gmail account.\n"
        f"Confirmation code: {settings.code}\n\n"
        f"Before you can send mail from {settings.address} using your Gmail account\n"
        f"({account}), please click the link below to confirm your request:\n\n{link}\n"
    )
    head = _head(
        ("MIME-Version", "1.0"),
        ("Date", format_datetime(now)),
        ("Message-ID", f"<{secrets.token_urlsafe(30)}@google.com>"),
        ("Subject", f"Gmail Confirmation - Send Mail as {settings.address}"),
        ("From", f"Gmail Team <{CONFIRMATION_SENDER}>"),
        ("To", settings.address),
        ("Content-Type", 'text/plain; charset="UTF-8"'),
        ("Content-Transfer-Encoding", "8bit"),
    )
    return signed(head + _body(text), "google.com")


@dataclass(frozen=True, slots=True)
class Undelivered:
    """A mail that came to nothing: *response* is what the server said, or Gmail's own word."""

    account: str
    recipient: str
    response: str
    original: bytes = field(repr=False)
    at: datetime
    host: str = ""


def send_as_bounce(mail: Undelivered) -> bytes:
    """Gmail's own bounce for a "Send mail as" address that does not work (FACTS 5.3)."""
    text = (
        "\n** Message not delivered **\n\n"
        "You're sending this from a different address or alias using the 'Send mail as' feature."
        "\nThe settings for your 'Send mail as' account are misconfigured or out of date. "
        "Check those settings and try resending.\n\n"
        "Learn more here: https://support.google.com/mail/?p=CustomFromDenied\n"
        f"The response was:\n\n{mail.response}\n"
    )
    return _bounce(mail, text)


def remote_bounce(mail: Undelivered) -> bytes:
    """Gmail's bounce for a mail of its own that another server refused."""
    text = (
        "\n** Message not delivered **\n\n"
        f"Your message wasn't delivered to {mail.recipient} because the remote server refused it."
        f"\n\nThe response from the remote server was:\n\n{mail.response}\n"
    )
    return _bounce(mail, text)


def _bounce(mail: Undelivered, text: str) -> bytes:
    boundary = secrets.token_hex(14)
    status = "4.0.0" if mail.response.startswith("4") else "5.0.0"
    date = format_datetime(mail.at)
    remote = f"Remote-MTA: dns; {mail.host}\n" if mail.host else ""
    report = (
        f"Reporting-MTA: dns; googlemail.com\nArrival-Date: {date}\n\n"
        f"Final-Recipient: rfc822; {mail.recipient}\nAction: failed\nStatus: {status}\n{remote}"
        f"Diagnostic-Code: smtp; {mail.response}\nLast-Attempt-Date: {date}\n"
    )
    head = _head(
        ("To", mail.account),
        ("From", f"Mail Delivery Subsystem <{_BOUNCE_SENDER}>"),
        ("Auto-Submitted", "auto-replied"),
        ("Subject", "Delivery Status Notification (Failure)"),
        ("Date", date),
        ("Message-ID", f"<{secrets.token_hex(14)}.GMR@mx.google.com>"),
        ("X-Failed-Recipients", mail.recipient),
        ("MIME-Version", "1.0"),
        (
            "Content-Type",
            f'multipart/report; boundary="{boundary}"; report-type=delivery-status',
        ),
    )
    parts = (
        ('text/plain; charset="UTF-8"', _body(text)),
        ("message/delivery-status", _body(report)),
        ("message/rfc822", mail.original),
    )
    body = b"".join(
        f"--{boundary}\r\nContent-Type: {kind}\r\n\r\n".encode() + content + b"\r\n"
        for kind, content in parts
    )
    return head + body + f"--{boundary}--\r\n".encode()


def _head(*fields: tuple[str, str]) -> bytes:
    return "".join(f"{name}: {value}\r\n" for name, value in fields).encode() + b"\r\n"


def _body(text: str) -> bytes:
    lines = text.splitlines()
    return "".join(f"{line}\r\n" for line in lines).encode()
