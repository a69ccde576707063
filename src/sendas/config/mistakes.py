"""What is wrong with the file, in the words of people: place, problem, remedy."""

import difflib

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sendas.config.lines import Place
from sendas.errors import UsageError


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing wrong.  *key* is its path in the file, empty where the file itself is meant."""

    key: str
    line: int | None
    problem: str
    remedy: str

    def __str__(self) -> str:
        """Without the file's name: ``line 7, domain[0].dns: … — remedy``."""
        where = ", ".join(filter(None, (f"line {self.line}" if self.line else "", self.key)))
        text = f"{self.problem}; {self.remedy}" if self.remedy else self.problem
        return f"{where}: {text}" if where else text


class BadConfig(UsageError):
    """The file cannot be used; nothing of it is.  Holds every mistake, in the file's order."""

    def __init__(self, origin: str, mistakes: Iterable[Mistake]) -> None:
        self.origin = origin
        self.mistakes = tuple(mistakes)
        super().__init__("\n".join(f"{origin}: {mistake}" for mistake in self.mistakes))


def key_path(place: Place) -> str:
    """A place as people write it: ``domain[0].mailbox[1].to``."""
    path = ""
    for part in place:
        path += f"[{part}]" if isinstance(part, int) else f".{part}" if path else part
    return path


def section(place: Place) -> str:
    """The table of a place without its numbers: ``domain.mailbox``; empty at the top."""
    return ".".join(part for part in place if isinstance(part, str))


def unknown_key(name: str, here: str, known: Mapping[str, tuple[str, ...]]) -> str:
    """The remedy for a key that the table *here* does not have.

    *known* are the keys of each table.  A key of another table is a matter of
    order in the file more often than one of spelling.
    """
    near = difflib.get_close_matches(name.lower(), known[here], n=1, cutoff=0.6)
    if near:
        return f"did you mean `{near[0]}`?"
    elsewhere = [table for table, keys in known.items() if name in keys and table != here]
    if elsewhere:
        return f"it belongs into {header(elsewhere[0])}"
    return f"known here are {', '.join(known[here])}"


def header(table: str) -> str:
    """How the table is opened: ``[[domain.mailbox]]``."""
    if not table:
        return "the top of the file, before any [table]"
    listed = table in {"domain", "domain.mailbox", "relay.network"}
    return f"[[{table}]]" if listed else f"[{table}]"
