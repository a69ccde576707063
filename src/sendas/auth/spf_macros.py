"""SPF macro strings: ``%{ir}.%{v}._spf.%{d2}`` (RFC 7208, section 7)."""

import ipaddress
import re

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sendas.mail.domain import MAX_NAME
from sendas.percent import quote


# RFC 7208, 7.1: macro-expand and macro-literal.
_TOKEN = re.compile(
    r"%\{(?P<letter>[A-Za-z])(?P<digits>[0-9]*)(?P<reverse>[rR]?)(?P<delimiters>[-.+,/_=]*)\}"
    r"|%(?P<escape>[%_-])"
    r"|(?P<literal>[!-$&-~ ]+)"
)
_LETTERS, _EXPLAINING_LETTERS = "slodiphv", "slodiphvcrt"
_ESCAPES = {"%": "%", "_": " ", "-": "%20"}


class BadMacro(ValueError):
    """The text is no macro string; *at* is where it stops being one."""

    def __init__(self, why: str, at: int) -> None:
        super().__init__(why)
        self.at = at


@dataclass(frozen=True, slots=True)
class Macro:
    """One ``%{...}``: a letter, how many right-hand parts to keep, and in which order."""

    letter: str
    keep: int
    reverse: bool
    delimiters: str

    def expand(self, values: Mapping[str, str]) -> str:
        """The value of the letter, split, turned, cut and joined (RFC 7208, 7.3)."""
        text = values[self.letter.lower()]
        parts = re.split(f"[{re.escape(self.delimiters or '.')}]", text)
        if self.reverse:
            parts.reverse()
        text = ".".join(parts[-self.keep :] if self.keep else parts)
        return quote(text, safe="") if self.letter.isupper() else text


@dataclass(frozen=True, slots=True)
class MacroString:
    """Literal text and macros, in order; *text* is how it was written."""

    text: str
    parts: tuple[str | Macro, ...]

    @property
    def letters(self) -> frozenset[str]:
        """The macro letters used, lower-case; empty if it is the same for every mail."""
        return frozenset(part.letter.lower() for part in self.parts if isinstance(part, Macro))

    @property
    def constant(self) -> str | None:
        """What it always expands to; None if that depends on the mail."""
        return None if self.letters else self.expand({})

    def expand(self, values: Mapping[str, str]) -> str:
        """Every macro replaced by its value; *values* maps lower-case letters."""
        return "".join(p.expand(values) if isinstance(p, Macro) else p for p in self.parts)


def parse_macros(text: str, *, explaining: bool = False) -> MacroString:
    """Read a macro string; *explaining* allows spaces and the letters c, r and t.

    Raises:
        BadMacro: With the place.
    """
    return MacroString(text, tuple(_parts(text, explaining=explaining)))


def _parts(text: str, *, explaining: bool) -> Iterator[str | Macro]:
    allowed = _EXPLAINING_LETTERS if explaining else _LETTERS
    at = 0
    while at < len(text):
        token = _TOKEN.match(text, at)
        if token is None:
            why = (
                "an unfinished or unknown % macro" if text[at] == "%" else "a forbidden character"
            )
            raise BadMacro(why, at)
        if letter := token["letter"]:
            if letter.lower() not in allowed:
                msg = f"%{{{letter}}} means nothing here"
                raise BadMacro(msg, at)
            digits = token["digits"].lstrip("0")
            if token["digits"] and not digits:
                msg = "keeping 0 parts"
                raise BadMacro(msg, at)
            keep = min(int(digits[:4] or 0), 128)  # Python reads no more than 4,300 digits
            yield Macro(letter, keep, bool(token["reverse"]), token["delimiters"])
        elif token["escape"]:
            yield _ESCAPES[token["escape"]]
        elif " " in token["literal"] and not explaining:
            msg = "a space"
            raise BadMacro(msg, at)
        else:
            yield token["literal"]
        at = token.end()


def dotted(ip: ipaddress.IPv4Address | ipaddress.IPv6Address) -> str:
    """The ``i`` macro: dotted quad, or 32 dotted hexadecimal digits."""
    if ip.version == 4:  # noqa: PLR2004  the protocol's name
        return str(ip)
    return ".".join(ip.exploded.replace(":", "").upper())


def cut_to_fit(domain: str) -> str:
    """*domain* without the left labels that make it too long (RFC 7208, 7.3)."""
    domain = domain.removesuffix(".")
    while len(domain) > MAX_NAME and "." in domain:
        domain = domain.partition(".")[2]
    return domain
