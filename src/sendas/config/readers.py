"""How single values of the file are read: the value, or what is wrong and the remedy."""

import ipaddress
import re

from sendas.config.model import CATCH_ALL
from sendas.config.networks import BadNetwork, parse_network
from sendas.mail.address import Address, MalformedAddress
from sendas.mail.domain import Domain, MalformedDomain
from sendas.ses.regions import MalformedRegion, parse_region


MAX_REFUSAL = 250
"""Characters: the text stands in one SMTP reply line (RFC 5321, 4.5.3.1.5)."""
MAX_HOLDER = 60
"""Characters in the words for who holds a password."""
GMAIL_HOLDER = "gmail"
EVERY = "*@"
"""In front of a domain: each of its addresses."""
_MAX_SHOWN = 60
_MAX_LINE = 200
_MAX_NAME = 255

# SES's receipt rules know dot-atoms only (RFC 5322, 3.2.3), and compare them without case.
_LOCAL = re.compile(r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_MAX_LOCAL = 64
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?")
_AWS_NAME = re.compile(r"[A-Za-z0-9+=,.@_/:-]+")
_ARN = re.compile(r"arn:aws[a-z-]*:[a-z0-9-]+:[a-z0-9-]*:[0-9]{12}:[^\s]+")
_KEY_ID = re.compile(r"A[KS]IA[A-Z0-9]{12,124}")
_SECRET = re.compile(r"(?=.*[a-z])(?=.*[A-Z])(?=.*[0-9])[A-Za-z0-9/+]{40}")


class Wrong(ValueError):
    """The value cannot stand."""

    def __init__(self, problem: str, remedy: str) -> None:
        super().__init__(f"{problem}; {remedy}")
        self.problem, self.remedy = problem, remedy


def shown(value: object) -> str:
    """A value for people: one line, not too long, and nothing that could be a secret."""
    text = "(not shown)" if isinstance(value, str) and looks_secret(value) else repr(value)
    return text if len(text) <= _MAX_SHOWN else f"{text[: _MAX_SHOWN - 1]}…"


def looks_secret(text: str) -> bool:
    """Whether *text* has the shape of an AWS secret access key: 40 mixed characters."""
    return _SECRET.fullmatch(text.strip()) is not None


def profile_name(text: str) -> str:
    """The name of an AWS profile: one line, as it stands in AWS's own files.

    Raises:
        Wrong: It is empty, no line, or looks like a key.
    """
    if not text.strip() or len(text) > _MAX_NAME or not text.isprintable():
        problem = f"{shown(text)} is no profile"
        raise Wrong(problem, "`aws configure list-profiles` shows them")
    if looks_secret(text) or _KEY_ID.fullmatch(text.strip()):
        problem = "holds an access key"
        raise Wrong(problem, 'name the profile that holds it, such as "personal"')
    return text.strip()


def domain_name(text: str) -> Domain:
    """A domain as lower-case A-labels.

    Raises:
        Wrong: It is none that mail can have.
    """
    try:
        return Domain(text)
    except MalformedDomain as error:
        raise Wrong(error.problem, error.remedy) from None


def region_name(text: str) -> str:
    """A Region's code; whether it exists is another question.

    Raises:
        Wrong: Not of the shape of one.
    """
    try:
        return parse_region(text)
    except MalformedRegion:
        problem = f"{shown(text)} is no Region code"
        raise Wrong(problem, "write one such as us-east-2") from None


def address(text: str) -> Address:
    """An address that SES can send to, its domain as lower-case A-labels.

    Raises:
        Wrong: None, or more than the address.
    """
    try:
        return Address(text)
    except MalformedAddress as error:
        raise Wrong(error.problem, error.remedy) from None


def mailbox_name(text: str) -> str:
    """A local-part in lower case, or the catch-all.

    Raises:
        Wrong: Not one that a receipt rule can have.
    """
    name = text.lower()
    if name == CATCH_ALL or (_LOCAL.fullmatch(name) and len(name) <= _MAX_LOCAL):
        return name
    if "@" in text:
        local = text.rpartition("@")[0]
        remedy = f"write only what stands before the @: {shown(local or CATCH_ALL)}"
    elif not text:
        remedy = 'write a local-part such as "info", or "*" for every other address'
    else:
        remedy = 'ASCII letters, digits and signs without blanks, such as "info" or "sales+eu"'
    problem = f"{shown(text)} is no mailbox name"
    raise Wrong(problem, remedy)


def one_line(text: str) -> str:
    """A short text on one line.

    Raises:
        Wrong: Longer, or with control characters in it.
    """
    if text.isprintable() and len(text) <= _MAX_LINE:
        return text
    problem = f"{shown(text)} is not one line"
    raise Wrong(problem, f"at most {_MAX_LINE} printable characters")


def holder(text: str) -> str:
    """Who keeps a copy of a password: ``gmail:`` and an address, or any words.

    Raises:
        Wrong: Not one line, blank, or ``gmail:`` without an address.
    """
    if not text.strip() or text != text.strip() or looks_secret(text):
        problem = f"{shown(text)} names nobody"
        raise Wrong(problem, 'write "gmail:you@gmail.com", or words such as "printer in the hall"')
    kind, colon, rest = text.partition(":")
    if colon and kind.lower() == GMAIL_HOLDER:
        return f"{GMAIL_HOLDER}:{address(rest.strip())}"
    if len(text) > MAX_HOLDER:
        problem = f"{shown(text)} is too long"
        raise Wrong(problem, f"at most {MAX_HOLDER} characters")
    return one_line(text)


def refusal(text: str) -> str:
    """What a refused sender reads.

    Raises:
        Wrong: Not one line of ASCII.
    """
    if text.strip() and text.isascii() and text.isprintable() and len(text) <= MAX_REFUSAL:
        return text
    remedy = f"one line of ASCII, at most {MAX_REFUSAL} characters"
    problem = f"{shown(text)} cannot be sent as an SMTP reply"
    raise Wrong(problem, remedy)


def aws_name(text: str) -> str:
    """The name of something in AWS.

    Raises:
        Wrong: No service allows it.
    """
    if _AWS_NAME.fullmatch(text) and len(text) <= _MAX_NAME and not looks_secret(text):
        return text
    problem = "this is no name that AWS gives"
    raise Wrong(problem, "copy it from the console or from `aws`")


def arn(text: str) -> str:
    """An Amazon Resource Name.

    Raises:
        Wrong: Not of the shape of one.
    """
    if _ARN.fullmatch(text):
        return text
    remedy = "it looks like arn:aws:sns:us-east-2:123456789012:mail"
    problem = f"{shown(text)} is no ARN"
    raise Wrong(problem, remedy)


def label(text: str) -> str:
    """What a password or a network of the relay is called: it becomes a tag of SES's.

    Raises:
        Wrong: Not 1 to 32 letters, digits and dashes.
    """
    if _LABEL.fullmatch(text):
        return text
    problem = f"{shown(text)} is no label"
    raise Wrong(problem, "1 to 32 lower-case letters, digits and dashes, such as printer-2")


def sender(text: str) -> str:
    """An address, or ``*@domain`` for each of its addresses.

    Raises:
        Wrong: Neither.
    """
    try:
        if text.strip().startswith(EVERY):
            return EVERY + Domain(text.strip().removeprefix(EVERY))
        return Address(text)
    except (MalformedAddress, MalformedDomain) as error:
        remedy = f"{error.remedy}; or *@example.com for every address of a domain"
        raise Wrong(error.problem, remedy) from None


def network(text: str) -> str:
    """A network that mail may be taken from without a password.

    Raises:
        Wrong: None, or too large.
    """
    try:
        return str(parse_network(text))
    except BadNetwork as error:
        problem, _, remedy = str(error).partition("; ")
        raise Wrong(problem, remedy) from None


def ip_address(text: str) -> str:
    """An address of this machine, or nothing for all of them.

    Raises:
        Wrong: None.
    """
    try:
        return str(ipaddress.ip_address(text)) if text else ""
    except ValueError:
        problem = f"{shown(text)} is no IP address"
        raise Wrong(problem, "write one of this machine's, or leave it out for all") from None


def host_and_port(text: str) -> str:
    """``127.0.0.1:9587``, or nothing.

    Raises:
        Wrong: Neither.
    """
    host, _, port = text.rpartition(":")
    good = port.isdecimal() and len(port) <= len("65535") and 0 < int(port) < 65_536  # noqa: PLR2004  of TCP
    if not text or (good and ip_address(host.strip("[]"))):
        return text
    problem = f"{shown(text)} is no address with a port"
    raise Wrong(problem, 'write "127.0.0.1:9587", or "" for nowhere')
