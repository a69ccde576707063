"""Gmail's mail that asks whether an address is yours: is it genuine, and what is in it; pure.

Genuine is what SES says Google signed.  Anybody may write a mail that looks
like it, and its link may lead anywhere: FACTS 5.2 tells the two kinds apart.
"""

import re

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from html import unescape

from sendas.auth.ses_trace import Trace, read_trace
from sendas.mail.address import addresses_in, domain_of, same_address
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
    accounts: tuple[str, ...] = ()
    """Who asked, as the letter says: one address where it can be told."""
    received_at: datetime | None = None


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


@dataclass(frozen=True, slots=True)
class Confirmed:
    """What may be shown of a genuine one: *account* asked for it."""

    account: str
    code: str = field(repr=False)
    link: str = field(repr=False)
    """Empty where it is not to be shown: whoever opens it confirms, whoever asked."""
    is_ours: bool
    """False: nobody said which accounts are ours, so the person has to look."""


@dataclass(frozen=True, slots=True)
class Strange:
    """Genuine, and not ours to confirm; *why* for people."""

    why: str


Refused = Forged | Strange


def vouched(found: Confirmation, ours: Collection[str], *, with_link: bool) -> Confirmed | Strange:
    """What may be shown of *found*, where the accounts *ours* may ask; none: nobody said.

    Anybody can have Google ask for the confirmation of anybody's address: a
    genuine letter says that an account asked, not that its owner did.  Whoever
    opens the link lets that account write as the address; the code is typed into
    one's own Gmail, where a stranger's opens nothing.
    """
    if len(found.accounts) != 1:
        said = ", ".join(found.accounts) or "none"
        return Strange(f"it does not say clearly which account asked for it: it names {said}")
    (account,) = found.accounts
    is_ours = _account_of(account) in {_account_of(one) for one in ours}
    if ours and not is_ours:
        return Strange(f"the account {account} asked for it, which is none of {', '.join(ours)}")
    if not found.code and not is_ours:
        return Strange(f"it has a link only; is {account} yours? then --account {account}")
    link = found.link if is_ours and (with_link or not found.code) else ""
    return Confirmed(account, found.code, link, is_ours)


def _account_of(address: str) -> str:
    """The account an address belongs to: Gmail ignores dots and what follows a plus sign."""
    local, _, domain = address.lower().rpartition("@")
    local = local.partition("+")[0]
    if domain in {"gmail.com", "googlemail.com"}:
        return f"{local.replace('.', '')}@gmail.com"
    return f"{local}@{domain}"


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
    trace = read_trace(message.headers)
    why = _why_not_genuine(message, trace, author)
    if why:
        return Forged(author, subject, why)
    if address.lower() not in subject.lower().split():
        return Other(f"a confirmation of another address: {subject}")
    text = "\n".join(_texts(message))
    code = _code(text)
    links = _LINK.findall(text)
    if not code and not links:
        return Other("a letter from Gmail without code and link")
    return Confirmation(
        address,
        code,
        links[0] if links else "",
        _accounts(text, address),
        trace.received_at if trace else None,
    )


def _accounts(text: str, address: str) -> tuple[str, ...]:
    """Every address in the letter but the one it is about and Google's own."""
    found = (one.lower() for one in addresses_in(text))
    return tuple(
        dict.fromkeys(
            one
            for one in found
            if not same_address(one, address) and domain_of(one) != SIGNER and "%" not in one
        )
    )


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
