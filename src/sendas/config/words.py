"""How single values of the file are read: the value, or what is wrong and the remedy."""

import re

from sendas.config.model import CATCH_ALL
from sendas.mail.address import Address, MalformedAddress
from sendas.mail.domain import Domain, MalformedDomain
from sendas.ses.regions import MalformedRegion, parse_region


MAX_REFUSAL = 250
"""Characters: the text stands in one SMTP reply line (RFC 5321, 4.5.3.1.5)."""
MAX_HOLDER = 60
"""Characters in the words for who holds a password."""
GMAIL_HOLDER = "gmail"
_MAX_SHOWN = 60
_MAX_LINE = 200
_MAX_NAME = 255

# SES's receipt rules know dot-atoms only (RFC 5322, 3.2.3), and compare them without case.
_LOCAL = re.compile(r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_MAX_LOCAL = 64
_AWS_NAME = re.compile(r"[A-Za-z0-9+=,.@_/:-]+")
_ARN = re.compile(r"arn:aws[a-z-]*:[a-z0-9-]+:[a-z0-9-]*:[0-9]{12}:[^\s]+")
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
