"""The versions of one parameter of Systems Manager Parameter Store, and their labels.

Sources: Systems Manager API reference, GetParameterHistory, PutParameter ("each time you edit
a parameter, its version is incremented by 1"), LabelParameterVersion, which moves a label in
one step and answers with those that it did not take.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sendas.aws.paging import paged
from sendas.aws.reading import Raw, understand
from sendas.aws.session import Session
from sendas.aws.writes import NotAllowed, NotDone, do
from sendas.outcome import NoAnswer, Seen, Why
from sendas.ses.regions import Region
from sendas.stages import Stage


SERVICE = "ssm"
ABSENT = ("ParameterNotFound", "ParameterVersionNotFound")
MOST_A_PAGE = 50
LABELS: Mapping[Stage, str] = {
    Stage.CURRENT: "current",
    Stage.PENDING: "pending",
    Stage.PREVIOUS: "previous",
}
RESTORING = "restoring"
"""On the previous version from before its label goes to the current one until it is current
itself: two labels are two calls, and a run may end between them."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One version of a parameter."""

    number: int
    text: str = field(repr=False)
    labels: frozenset[str] = frozenset()
    written: datetime | None = None


def versions_of(session: Session, region: Region, name: str) -> Seen[tuple[Entry, ...] | None]:
    """Every version that is kept, oldest first; None if there is no such parameter."""
    raw = paged(
        session, SERVICE, "GetParameterHistory", "Parameters", region=region, absent=ABSENT,
        Name=name, WithDecryption=True, MaxResults=MOST_A_PAGE,
    )  # fmt: skip
    if raw is None:
        return None
    read = understand(raw, lambda all_: tuple(sorted(map(_entry, all_), key=_number)))
    return read or None if not isinstance(read, NoAnswer) else read


def _entry(raw: Raw) -> Entry:
    labels = frozenset(map(str, raw.get("Labels") or ()))
    return Entry(int(raw["Version"]), str(raw["Value"]), labels, raw.get("LastModifiedDate"))


def _number(entry: Entry) -> int:
    return entry.number


def or_not_done(entries: Seen[tuple[Entry, ...] | None]) -> tuple[Entry, ...] | None:
    """The versions; a change that needs to know them, and is not told, is not done.

    Raises:
        NotDone: Nobody told.
    """
    if not isinstance(entries, NoAnswer):
        return entries
    if entries.why is Why.DENIED:
        raise NotAllowed(entries, entries.code, "ssm:GetParameterHistory")
    raise NotDone(entries, entries.code)


def labelled(entries: Sequence[Entry], label: str) -> Entry | None:
    """The version that has the label; None if none has."""
    return next((one for one in entries if label in one.labels), None)


def number_of(entries: Sequence[Entry], label: str) -> int | None:
    """Its number."""
    found = labelled(entries, label)
    return found.number if found else None


def add_version(session: Session, region: Region, name: str, text: str, kind: str) -> int:
    """Add a version, or make the parameter with its first; its number.  Raises NotDone."""
    answer = do(
        session, SERVICE, "PutParameter", region=region,
        Name=name, Value=text, Type=kind, Overwrite=True,
    )  # fmt: skip
    return int(answer["Version"])


def put_label(session: Session, region: Region, name: str, number: int, label: str) -> None:
    """Put a label on a version, in one step off where it was.  Raises NotDone."""
    answer = do(
        session, SERVICE, "LabelParameterVersion", region=region,
        Name=name, ParameterVersion=number, Labels=[label],
    )  # fmt: skip
    if answer.get("InvalidLabels"):
        raise NotDone(NoAnswer(Why.REFUSED, f"the label {label} was not taken"), "InvalidLabels")


def take_label(
    session: Session, region: Region, name: str, number: int | None, label: str
) -> None:
    """Take the label off; without a *number* there is nothing to do.  Raises NotDone."""
    if number is not None:
        do(
            session, SERVICE, "UnlabelParameterVersion", region=region,
            Name=name, ParameterVersion=number, Labels=[label],
        )  # fmt: skip
