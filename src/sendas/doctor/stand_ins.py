"""Names that stand for real ones: the same for the same, different for different."""

import re

from collections.abc import Iterable

from sendas.doctor.known_words import SECOND_LEVEL, known_domains


KEPT_LOCALS = frozenset({"postmaster", "abuse", "mailer-daemon", "hostmaster"})
"""Role names (RFC 2142): they identify nobody."""
_KEPT_LABEL = re.compile(
    r"\*|_[a-z_-]{1,20}|mail|mx|smtp|www|bounces?|feedback|ns|ns-?\d|dkim|mta-sts"
    r"|[a-z]{2}(?:-[a-z]+)+-\d|awsdns-\d+|inbound-smtp|feedback-smtp|email-smtp|[a-z]{1,3}",
    re.IGNORECASE,
)
"""Below a domain: service labels, Regions, and what is too short to tell of anybody."""
_COUNTRY = 2
TOKEN = re.compile(r"[a-z0-9]{32}")
"""Easy DKIM's, by which passive DNS finds the domain."""


class StandIns:
    """One kind of name; *form* makes the stand-in of its number, which starts at 1."""

    def __init__(self, form: str, first: str | None = None) -> None:
        """Nothing is given out yet; *first*, where given, is what number 1 looks like."""
        self._form = form
        self._first = first or form.format(1)
        self._given: dict[str, str] = {}

    def of(self, name: str) -> str:
        """The stand-in for *name*."""
        number = len(self._given) + 1
        return self._given.setdefault(
            name, self._form.format(number) if number > 1 else self._first
        )

    @property
    def names(self) -> Iterable[str]:
        """What has one."""
        return self._given.keys()


class People:
    """Local-parts: letter case and sub-addresses survive, for conditions compare them exactly."""

    def __init__(self) -> None:
        """Nobody is known yet."""
        self._numbers = StandIns("person-{}")
        self._details = StandIns("detail-{}")
        self._spellings: dict[str, list[str]] = {}

    def of(self, local: str) -> str:
        """The stand-in for the local-part *local*, which may be a pattern with `*` and `?`."""
        if local.lower() in KEPT_LOCALS:
            return local
        base, plus, detail = local.partition("+")
        shown = re.sub(r"[^*?]+", lambda found: self._literal(found[0]), base)
        return shown + (f"+{self._details.of(detail)}" if plus else "")

    def _literal(self, literal: str) -> str:
        lower = literal.lower()
        known = self._spellings.setdefault(lower, [])
        stand_in = self._numbers.of(lower)
        if literal == lower:
            return stand_in
        if literal not in known:
            known.append(literal)
        return _with_capitals(stand_in, known.index(literal) + 1)


def _with_capitals(word: str, pattern: int) -> str:
    """*word* with the letters capital whose bit is set in *pattern*."""
    return "".join(c.upper() if pattern >> place & 1 else c for place, c in enumerate(word))


class Hosts:
    """Host names, label by label from the right: what is public stays, every other label goes.

    A name below a public provider's domain (see `known_domains`) keeps that; any
    other keeps its top-level domain, and ``co`` of ``co.uk``.  The same label at the
    same place has the same stand-in, so that who is below whom can still be seen.
    """

    def __init__(self) -> None:
        """Nothing is known yet."""
        self._firsts = StandIns("example{}", "example")
        self._labels = StandIns("label-{}")
        self._tokens = StandIns("token0example{:019}")
        self._dashed: dict[str, str] = {}

    def of(self, name: str) -> str:
        """The stand-in for *name*, in lower case; a dot at its end stays."""
        bare, dot = name.lower().rstrip("."), "." if name.endswith(".") else ""
        labels = bare.split(".")
        kept = self._kept(labels)
        left, right = labels[: len(labels) - kept], labels[len(labels) - kept :]
        owned = ".".join(right) not in known_domains()
        if not owned or not left or left[-1].startswith("_"):  # _dmarc.com is nobody's domain
            return ".".join([*map(self._label, left), *right]) + dot
        base = left[-1:] + right
        stand_in = [self._firsts.of(".".join(base)), *right]
        self._dashed["-".join(base)] = "-".join(stand_in)
        if "-" in base[0]:
            self._dashed[base[0]] = stand_in[0]
        shown = stand_in
        rest = left[:-1]
        while rest:  # a domain that is there twice is a mistake that a rule looks for
            if rest[-len(base) :] == base:
                shown, rest = stand_in + shown, rest[: -len(base)]
            else:
                shown, rest = [self._label(rest[-1]), *shown], rest[:-1]
        self._dashed["-".join(labels)] = "-".join(shown)
        return ".".join(shown) + dot

    def dashed(self, name: str) -> str | None:
        """The stand-in for a domain, or its first label, spelled with hyphens; else None."""
        return self._dashed.get(name.lower())

    @staticmethod
    def _kept(labels: list[str]) -> int:
        """How many labels on the right tell of nobody."""
        if ".".join(labels[-2:]) in known_domains() and len(labels) > 1:
            return 2
        is_second = len(labels) > 2 and len(labels[-1]) == _COUNTRY and labels[-2] in SECOND_LEVEL  # noqa: PLR2004  x.co.uk
        return 2 if is_second else min(1, len(labels))

    def _label(self, label: str) -> str:
        if TOKEN.fullmatch(label):
            return self.token(label)
        if label in self._dashed:  # Microsoft's: example-com.mail.protection.outlook.com
            return self._dashed[label]
        if _KEPT_LABEL.fullmatch(label) or label in _PROTECTION:
            return label
        return self._labels.of(label)

    def token(self, token: str) -> str:
        """The stand-in for a DKIM token or selector."""
        return self._tokens.of(token) if TOKEN.fullmatch(token) else self._labels.of(token)


_PROTECTION = frozenset(
    {"protection", "dkim", "aspmx", "inbound-smtp", "amazonses", "bounce-smtp"}
)
