"""Names that stand for real ones: the same for the same, different for different."""

import re

from collections.abc import Iterable


KEPT_DOMAINS = frozenset(
    {
        "amazonaws.com", "amazonses.com", "gmail.com", "googlemail.com", "google.com",
        "outlook.com", "hotmail.com", "live.com", "msn.com", "microsoft.com", "onmicrosoft.com",
        "yahoo.com", "aol.com", "icloud.com", "me.com", "mac.com", "gmx.net", "gmx.de", "web.de",
        "proton.me", "protonmail.com", "fastmail.com", "zoho.com", "mail.ru", "yandex.ru",
    }
)  # fmt: skip
"""Public names: they identify nobody, and rules know some of them."""

KEPT_LOCALS = frozenset({"postmaster", "abuse", "mailer-daemon", "hostmaster"})
"""Role names (RFC 2142): they identify nobody."""

_PUBLIC_SECOND_LEVEL = frozenset({"co", "com", "org", "net", "ac", "gov", "edu", "or", "ne"})


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


class Domains:
    """Domains that tell whose they are; below them, labels such as ``_dmarc`` stay."""

    def __init__(self, owned: Iterable[str]) -> None:
        """Hide *owned*, in the order given, but for what is public."""
        names = dict.fromkeys(name.lower().rstrip(".") for name in owned)
        private = [name for name in names if "." in name and not _is_public(name)]
        bases = [n for n in private if not any(n.endswith(f".{other}") for other in private)]
        self._stand_ins: dict[str, str] = {}
        self._firsts = StandIns("example{}", "example")
        self._middles = StandIns("zone{}")
        for base in bases:
            self._suffix(base.split("."), self._firsts)
        # Microsoft's hosts spell them example-com.mail.protection.outlook.com.
        self._stand_ins |= {
            name.replace(".", "-"): stand_in.replace(".", "-")
            for name, stand_in in self._stand_ins.items()
        }

    @property
    def names(self) -> Iterable[str]:
        """What has a stand-in, in lower case."""
        return self._stand_ins.keys()

    def of(self, name: str) -> str:
        """The stand-in for one of ``names``, in any letter case."""
        return self._stand_ins[name.lower()]

    def _suffix(self, labels: list[str], kind: StandIns) -> str:
        """The stand-in for a domain, its parents made known on the way."""
        name = ".".join(labels)
        if len(labels) == 1 or (len(labels) == 2 and labels[0] in _PUBLIC_SECOND_LEVEL):  # noqa: PLR2004  co.uk
            return name
        parent = self._suffix(labels[1:], self._middles)
        return self._stand_ins.setdefault(name, f"{kind.of(name)}.{parent}")


def _is_public(name: str) -> bool:
    return any(name == kept or name.endswith(f".{kept}") for kept in KEPT_DOMAINS)


def any_of(names: Iterable[str]) -> str:
    """A pattern for *names* as whole words, the longest first; for none, what never matches."""
    longest_first = sorted(names, key=lambda name: (-len(name), name))
    return rf"(?<![\w-])(?:{'|'.join(map(re.escape, longest_first)) or '(?!)'})(?![\w-])"
