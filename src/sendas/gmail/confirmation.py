"""Gmail's mail that asks whether an address is yours: is it genuine, and what is in it; pure.

Genuine is what SES says Google signed.  Anybody may write a mail that looks
like it, and its link may lead anywhere: FACTS 5.2 tells the two kinds apart.
"""

import re

from dataclasses import dataclass, field
from html import unescape

from sendas.gmail.trace import Trace, read_trace
from sendas.mail.address import same_address
from sendas.mail.mailboxes import parse_mailboxes
from sendas.mail.message import Message, read_message


SENDER = "gmail-noreply@google.com"
FORWARDING_SENDER = "forwarding-noreply@google.com"
SIGNER = "google.com"
_SUBJECT = "gmail confirmation - send mail as"
_LINK = re.compile(r"https://mail(?:-settings)?\.google\.com/mail/vf-[A-Za-z0-9%._~+=-]{4,400}")
_CODE = re.compile(r"\bcode\b[^0-9\n]{0,40}(\d{6,12})\b", re.IGNORECASE)
_NUMBER = re.compile(r"(?<![\w%/.-])(\d{8,9})(?![\w%/-])")
"""FACTS 5.2: nine digits usual, eight seen; for letters in another language."""


@dataclass(frozen=True, slots=True)
class Confirmation:
    """A genuine one: what to type into Gmail, or to open."""

    address: str
    code: str = field(repr=False)
    link: str = field(repr=False)
    """Empty where the mail has none that leads to Google."""


@dataclass(frozen=True, slots=True)
class Forged:
    """It claims to be one and is not Google's, or cannot be told to be; *why* for people."""

    author: str
    subject: str
    why: str


@dataclass(frozen=True, slots=True)
class Other:
    """Not what is waited for; *what* is empty where it need not be mentioned."""

    what: str = ""


Judged = Confirmation | Forged | Other


def judge(raw: bytes, address: str) -> Judged:
    """What a stored mail is to somebody who waits for the confirmation of *address*."""
    message = read_message(raw)
    author = _author(message)
    subject = " ".join(message.headers.get("subject").split())[:200]
    if same_address(author, FORWARDING_SENDER) or message.headers.has(
        "x-google-address-confirmation"
    ):
        return Other("a confirmation of automatic forwarding, which is another matter")
    if not same_address(author, SENDER) and not subject.lower().startswith(_SUBJECT):
        return Other()
    why = _why_not_genuine(message, read_trace(message.headers), author)
    if why:
        return Forged(author, subject, why)
    if address.lower() not in subject.lower().split():
        return Other(f"a confirmation of another address: {subject}")
    text = "\n".join(_texts(message))
    code = _code(text)
    links = _LINK.findall(text)
    if not code and not links:
        return Other("a letter from Gmail without code and link")
    return Confirmation(address, code, links[0] if links else "")


def _author(message: Message) -> str:
    boxes = parse_mailboxes(message.headers.get("from"))
    return boxes[0].address if boxes else ""


def _why_not_genuine(message: Message, trace: Trace | None, author: str) -> str:  # noqa: PLR0911  a reason each
    headers = message.headers
    if trace is None:
        return "SES's own lines are not on top of it, so nothing is known of where it came from"
    if trace.doubt:
        return trace.doubt
    for name in ("from", "subject"):
        if len(headers.all(name)) != 1:
            return f"it has {len(headers.all(name))} {name.capitalize()} fields"
    if len(parse_mailboxes(headers.get("from"))) != 1 or not same_address(author, SENDER):
        return f"it is from {author or 'nobody'}, not from {SENDER}"
    if not any(_signs(value) for value in headers.all("dkim-signature")):
        return f"it carries no signature of {SIGNER}"
    if SIGNER not in trace.signed_by:
        said = ", ".join(f"{r.domain or '?'} {r.result}" for r in trace.of("dkim"))
        return f"{SIGNER}'s signature is not good (SES found: {said or 'no signature'})"
    if any(result.result != "pass" for result in trace.of("dkim")):
        return "one of its signatures is not good"
    if any(result.result not in {"pass", "bestguesspass"} for result in trace.of("dmarc")):
        return "it does not pass DMARC"
    return ""


def _signs(value: str) -> bool:
    tags = (tag.partition("=") for tag in value.split(";"))
    return any(
        name.strip().lower() == "d" and domain.strip().lower() == SIGNER
        for name, _, domain in tags
    )


def _texts(message: Message) -> list[str]:
    """Every text part, HTML as it is: a link stands in an attribute."""
    plain = [part.text for part in message.parts_of("text/plain")]
    markup = [
        unescape(part.content.decode("utf-8", "replace")) for part in message.parts_of("text/html")
    ]
    seen = [part.text for part in message.parts_of("text/html")]
    return [*plain, *seen, *markup]


def _code(text: str) -> str:
    named = _CODE.search(text)
    if named:
        return named[1]
    numbers = set(_NUMBER.findall(text))
    return numbers.pop() if len(numbers) == 1 else ""
