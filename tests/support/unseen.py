"""How bounces are read that nobody tuned to: each judged without the rows made after its kind.

A table that was made after a corpus always reads that corpus well.  So each case is judged a
second time without the texts that it alone uses, and a third time without those that only its
source uses and without the rows of the provider whose own list it is from.
"""

import csv

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from unittest import mock

from sendas.bounce import RecipientReport, explain, judge
from sendas.bounce.reason import HARD
from sendas.bounce.refusal import read_refusal
from sendas.bounce.report import Report
from sendas.bounce.tables.own_codes import CodeList
from sendas.bounce.tables.row import Row, text_fits


SETS = Path(__file__).parents[1] / "bounce"
NEWLINE = "\u23ce"
"""Stands in a table for a line's end within a refusal."""
PSEUDO = ".0.9"
"""x.0.9xx is Sisimai's own code for "the mail gives none"."""


@dataclass(frozen=True)
class Case:
    """One expected reading.  *source* is the program, provider or list that it comes from."""

    name: str
    raw: bytes = field(repr=False)
    source: str
    reasons: frozenset[str]
    owners: frozenset[str] = frozenset()
    recipient: str | None = None
    status: str = ""

    @property
    def provider(self) -> str:
        """The provider whose published list the case is from, or who wrote or refused it."""
        return self.source.rpartition("/")[2].removeprefix("lhost-").removeprefix("rhost-")


@dataclass(frozen=True)
class Judged:
    """A case, what was answered, and whether that is right."""

    case: Case
    report: RecipientReport | None

    @property
    def right(self) -> bool:
        """Whether the reason is the expected one, or one of those that fit as well."""
        return self.report is not None and str(self.report.reason) in self.case.reasons

    @property
    def owner_right(self) -> bool:
        """Whether the expected one is told to mend it; right where nobody is expected."""
        if not self.case.owners:
            return True
        return self.report is not None and str(self.report.owner) in self.case.owners

    @property
    def wrong_and_hard(self) -> bool:
        """Whether an address would be written off that nothing expected says is dead.

        One "unknown" that was expected "moved" is dead either way.
        """
        dead = self.case.reasons & {str(reason) for reason in HARD}
        return self.report is not None and self.report.hard and not self.right and not dead


def set_of_ours(name: str, part: str) -> list[Case]:
    """A set of our own, its part ``given`` or ``held``; ``-`` as an owner expects nobody."""
    with (SETS / name / f"{part}.tsv").open(encoding="utf-8", newline="") as table:
        rows = list(csv.DictReader(table, delimiter="\t", quoting=csv.QUOTE_NONE))
    return [
        Case(
            f"{name}-{part}-{number}",
            row["reply"].replace(NEWLINE, "\n").encode(),
            row["source"],
            frozenset(row["reason"].split("/")),
            frozenset(row["owner"].split("/")) - {"-"},
        )
        for number, row in enumerate(rows, 2)
    ]


def given_corpus(folder: Path) -> list[Case]:
    """The mails of ``data/bounces-dev``, one case for each recipient expected."""
    with (folder / "EXPECTED.csv").open(encoding="utf-8", newline="") as table:
        rows = list(csv.DictReader(table))
    cases = []
    for row in rows:
        reason = next((str(r) for r in judge.Reason if r.replace("-", "") == row["reason"]), "")
        cases.append(
            Case(
                row["file"],
                (folder / "mails" / row["file"]).read_bytes(),
                row["file"].rpartition("-")[0],
                frozenset({reason}),
                recipient=row["recipient_reported"].lower(),
                status="" if PSEUDO in row["status"] else row["status"],
            )
        )
    return cases


def judged(case: Case) -> Judged:
    """The case with the report that is about its recipient."""
    reports = explain(case.raw).recipients
    if case.recipient is None:
        return Judged(case, reports[0] if reports else None)
    withheld = not case.recipient or case.recipient.startswith("undisclosed-recipient")
    found = next((one for one in reports if one.recipient.lower() == case.recipient), None)
    return Judged(case, found or (reports[0] if withheld and reports else None))


def texts_used(cases: Sequence[Case]) -> dict[str, set[int]]:
    """Each text of the tables, and the cases whose refusals it occurs in, by their number."""
    lowered: dict[int, list[str]] = {}

    for number, case in enumerate(cases):
        seen: list[str] = []

        def spy(report: Report, seen: list[str] = seen) -> object:
            refusal = read_refusal(report)
            seen.append(refusal.lowered)
            return refusal

        with mock.patch.object(judge, "read_refusal", spy):
            explain(case.raw)
        lowered[number] = seen
    return {
        text: {
            number for number, said in lowered.items() if any(text_fits(text, one) for one in said)
        }
        for text in {text for row in all_rows() for text in row.texts}
    }


def all_rows() -> Iterator[Row]:
    """Every row that a refusal is compared with."""
    yield from judge.TABLES.rows
    for rows in judge.rows_of_providers().values():
        yield from rows


def without_own_texts(cases: Sequence[Case], every: int = 1) -> list[Judged]:
    """Each case, or *every* so many, judged without the texts that no other case uses."""
    own: dict[int, set[str]] = defaultdict(set)
    twins = {case.raw: number for number, case in enumerate(cases)}
    for text, numbers in texts_used(cases).items():
        if len({twins[cases[number].raw] for number in numbers}) == 1:
            for number in numbers:
                own[number].add(text)
    return [
        _judged_without(case, own[number], "") for number, case in list(enumerate(cases))[::every]
    ]


def without_own_source(cases: Sequence[Case]) -> list[Judged]:
    """Each case judged without what only its source uses, and without its provider's rows."""
    own: dict[str, set[str]] = defaultdict(set)
    for text, numbers in texts_used(cases).items():
        sources = {cases[number].source for number in numbers}
        if len(sources) == 1:
            own[sources.pop()].add(text)
    found = []
    for source in dict.fromkeys(case.source for case in cases):
        of_it = [case for case in cases if case.source == source]
        with _tables_without(own[source], of_it[0].provider):
            found += [judged(case) for case in of_it]
    return found


def _judged_without(case: Case, texts: set[str], provider: str) -> Judged:
    if not texts:
        return judged(case)
    with _tables_without(texts, provider):
        return judged(case)


@contextmanager
def _tables_without(texts: set[str], provider: str) -> Iterator[None]:
    words = tuple(_without(judge.TABLES.rows, texts))
    providers = {
        name: tuple(_without(rows, texts))
        for name, rows in judge.TABLES.providers.items()
        if name != provider
    }
    codes = {
        name: CodeList(one.pattern, tuple(_without(one.rows, texts)))
        for name, one in judge.TABLES.code_lists.items()
        if name != provider
    }
    with mock.patch.object(judge, "TABLES", judge.Tables(words, providers, codes)):
        yield


def _without(rows: Iterable[Row], forbidden: set[str]) -> Iterator[Row]:
    for row in rows:
        texts = tuple(text for text in row.texts if text not in forbidden)
        if texts == row.texts:
            yield row
        elif texts:
            yield replace(row, texts=texts)


@dataclass(frozen=True)
class Figures:
    """Shares that are right, and how many wrong ones would write a good address off."""

    cases: int
    recipient: float
    reason: float
    owner: float
    status: float
    wrong_and_hard: int
    by_confidence: dict[str, tuple[int, int]]
    """For each confidence how many were right, of how many."""


def figures(found: Sequence[Judged]) -> Figures:
    """What to print of *found*."""
    with_owner = [one for one in found if one.case.owners]
    with_status = [one for one in found if one.case.status]
    right, of = Counter[str](), Counter[str]()
    for one in found:
        sure = str(one.report.confidence) if one.report else "not read"
        of[sure] += 1
        right[sure] += one.right
    return Figures(
        len(found),
        _share([one.report is not None for one in found]),
        _share([one.right for one in found]),
        _share([one.owner_right for one in with_owner]),
        _share([one.report is not None and one.report.status == one.case.status
                for one in with_status]),
        sum(one.wrong_and_hard for one in found),
        {sure: (right[sure], count) for sure, count in of.items()},
    )  # fmt: skip


def _share(answers: Sequence[bool]) -> float:
    return sum(answers) / len(answers) if answers else 1.0
