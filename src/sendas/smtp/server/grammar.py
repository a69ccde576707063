"""Paths and ESMTP parameters (RFC 5321, 4.1.2; RFC 1870, 3461, 4954, 6152, 6531)."""

import re

from sendas.smtp.server.events import MailParameters, RecipientParameters


class BadPath(Exception):
    """No path stands there."""


class BadParameter(Exception):
    """A parameter is unknown, stands twice, or has a value that is none."""


_PATH = re.compile(r"\s*(?:<(?P<angle>[^<>\x00-\x1f\x7f]*)>|(?P<bare>[^\s<>\x00-\x1f\x7f]+))")
_SOURCE_ROUTE = re.compile(r"@[^:]*:")
"""RFC 5321, 4.1.1.3: accepted and ignored."""
# RFC 5321, 4.1.2: esmtp-keyword ["=" esmtp-value].
_PARAMETER = re.compile(r"(?P<name>[A-Za-z0-9][A-Za-z0-9-]*)(?:=(?P<value>[^\s=\x00-\x1f\x7f]+))?")
_XTEXT = re.compile(r"\+([0-9A-F]{2})")
_MAX_PATH = 256 + 64
_NOTIFY = frozenset({"SUCCESS", "FAILURE", "DELAY"})
_MAX_SIZE_DIGITS = 20  # RFC 1870, 3


def read_path(argument: str, keyword: str) -> tuple[str, str]:
    """The address after ``FROM:`` or ``TO:``, without brackets, and what follows it.

    A path without brackets and a blank after the colon are taken: printers write so.

    Raises:
        BadPath: There is none, or it is longer than SMTP allows.
    """
    if argument[: len(keyword)].upper() != keyword:
        raise BadPath
    found = _PATH.match(argument, len(keyword))
    if found is None:
        raise BadPath
    rest = argument[found.end() :]
    if rest and not rest[0].isspace():
        raise BadPath
    inside = found["angle"] if found["angle"] is not None else found["bare"]
    path = _SOURCE_ROUTE.sub("", inside, count=1).strip() if inside[:1] == "@" else inside.strip()
    if len(path.encode("utf-8", "replace")) > _MAX_PATH:
        raise BadPath
    return path, rest.strip()


def read_mail_parameters(text: str, *, tolerant: bool = False) -> MailParameters:
    """The parameters of MAIL; *tolerant* ignores those that are unknown.

    Raises:
        BadParameter: One of them is wrong.
    """
    given = _given(text)
    size, body, utf8, auth, ret, envid = None, "", False, "", "", ""
    for name, value in given.items():
        match name:
            case "SIZE" if (
                value.isdecimal() and value.isascii() and len(value) <= _MAX_SIZE_DIGITS
            ):
                size = int(value)
            case "BODY" if value.upper() in {"7BIT", "8BITMIME"}:
                body = value.upper()
            case "SMTPUTF8" if not value:
                utf8 = True
            case "AUTH" if value:
                auth = _from_xtext(value)
            case "RET" if value.upper() in {"FULL", "HDRS"}:
                ret = value.upper()
            case "ENVID" if value:
                envid = _from_xtext(value)
            case _ if not tolerant:
                raise BadParameter(name)
            case _:
                pass
    return MailParameters(size, body, utf8, auth, ret, envid)


def read_recipient_parameters(text: str, *, tolerant: bool = False) -> RecipientParameters:
    """The parameters of RCPT; raises as `read_mail_parameters`."""
    notify: frozenset[str] = frozenset()
    orcpt = ""
    for name, value in _given(text).items():
        match name:
            case "NOTIFY" if value:
                notify = frozenset(value.upper().split(","))
                # RFC 3461, 4.1: NEVER stands alone.
                if notify != {"NEVER"} and not notify <= _NOTIFY:
                    raise BadParameter(name)
            case "ORCPT" if ";" in value:
                orcpt = _from_xtext(value)
            case _ if not tolerant:
                raise BadParameter(name)
            case _:
                pass
    return RecipientParameters(notify, orcpt)


def _given(text: str) -> dict[str, str]:
    given: dict[str, str] = {}
    for word in text.split():
        found = _PARAMETER.fullmatch(word)
        if found is None or found["name"].upper() in given:
            raise BadParameter(word)
        given[found["name"].upper()] = found["value"] or ""
    return given


def _from_xtext(value: str) -> str:
    # RFC 3461, 4: "+" and two upper-case hex digits stand for a character.
    decoded = _XTEXT.sub(lambda code: chr(int(code[1], 16)), value)
    if not decoded.isprintable():
        raise BadParameter(value)
    return decoded
