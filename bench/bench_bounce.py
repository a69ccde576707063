"""Bounces: how fast and how right, beside flufl.bounce in the same run, interleaved.

    .venv/bin/python bench/bench_bounce.py

Reads ``data/bounces-dev`` of SENDAS_SHARED.  Both sides get bytes and pay for
parsing.  Processor time per message, one core; medians of the rounds with their range.
"""

import csv
import gc
import os
import statistics
import sys
import time

from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from email import message_from_bytes
from pathlib import Path

from flufl.bounce import all_failures

from sendas.bounce import Explanation, judge, refusal
from sendas.bounce import explain as explain_bounce
from sendas.bounce.report import Report
from sendas.bounce.tables.row import Row, text_fits


ROUNDS = 9
HERE = Path(__file__).resolve().parents[1]
Expected = list[dict[str, str]]


def read_corpus() -> tuple[dict[str, bytes], Expected]:
    """The mails by file name, and the expected rows; ends the program without them."""
    folder = Path(os.environ.get("SENDAS_SHARED", HERE.parent / "shared")) / "data" / "bounces-dev"
    if not folder.is_dir():
        print(f"bounces: skipped, no corpus at {folder}")
        sys.exit(0)
    with (folder / "EXPECTED.csv").open(encoding="utf-8", newline="") as table:
        expected = list(csv.DictReader(table))
    return {path.name: path.read_bytes() for path in (folder / "mails").iterdir()}, expected


def by_sendas(raw: bytes) -> Explanation:
    """Ours: parse, find, explain."""
    return explain_bounce(raw)


def by_flufl(raw: bytes) -> tuple[set[bytes], set[bytes]]:
    """The peer: parse with the standard library, find the addresses."""
    return all_failures(message_from_bytes(raw))


def rate(work: Callable[[bytes], object], mails: list[bytes]) -> float:
    """Messages per second of processor time."""
    gc.collect()
    started = time.process_time()
    for raw in mails:
        work(raw)
    return len(mails) / (time.process_time() - started)


def speeds(mails: list[bytes]) -> None:
    """Interleaved rounds, medians and ranges."""
    sides = {"sendas": by_sendas, "flufl.bounce": by_flufl}
    rates: dict[str, list[float]] = defaultdict(list)
    for _ in range(ROUNDS):
        for name, work in sides.items():
            rates[name].append(rate(work, mails))
    print(f"{'':24}{'messages/s, parsing included':>30}   range of {ROUNDS} rounds")
    for name, seen in rates.items():
        print(f"{name:24}{statistics.median(seen):30,.0f}   {min(seen):,.0f} to {max(seen):,.0f}")
    pairs = [ours / theirs for ours, theirs in zip(*rates.values(), strict=True)]
    ratio = f"{statistics.median(pairs):.2f}"
    print(f"{'sendas : flufl.bounce':24}{ratio:>30}   {min(pairs):.2f} to {max(pairs):.2f}")


def is_about(row: dict[str, str], recipient: str) -> bool:
    """Whether *recipient* is the row's; withheld ones may be empty."""
    wanted = row["recipient_reported"].lower()
    return recipient.lower() == wanted or not wanted or wanted.startswith("undisclosed-recipient")


def figures(mails: dict[str, bytes], expected: Expected) -> None:
    """Recipients, reasons and status codes against what Sisimai's makers expect."""
    ours = scores(mails, expected)
    theirs = 0
    for row in expected:
        temporary, permanent = by_flufl(mails[row["file"]])
        found = {one.decode("latin-1").lower() for one in {*temporary, *permanent}}
        theirs += row["recipient_reported"].lower() in found
    print(f"{'':24}{'recipient':>10}{'reason':>10}{'status':>10}   of {len(expected)} rows")
    print(f"{'sendas':24}" + "".join(f"{one:10.1%}" for one in ours))
    print(f"{'flufl.bounce':24}{theirs / len(expected):10.1%}{'none':>10}{'none':>10}")


def scores(mails: dict[str, bytes], expected: Expected) -> tuple[float, float, float]:
    """Shares of rows with the right recipient, reason, and, where there is one, status."""
    recipients = reasons = statuses = with_code = 0
    explained = {file: by_sendas(raw) for file, raw in mails.items()}
    for row in expected:
        one = next(
            (r for r in explained[row["file"]].recipients if is_about(row, r.recipient)), None
        )
        recipients += one is not None
        reasons += one is not None and one.reason.replace("-", "") == row["reason"]
        if row["status"] and ".0.9" not in row["status"]:
            with_code += 1
            statuses += one is not None and one.status == row["status"]
    return recipients / len(expected), reasons / len(expected), statuses / with_code


def texts_used(mails: dict[str, bytes]) -> dict[str, set[str]]:
    """Each text pattern, and the mails whose refusals it occurs in."""
    lowered: dict[str, list[str]] = defaultdict(list)
    original = judge.read_refusal
    current = ""

    def spy(report: Report) -> refusal.Refusal:
        seen = original(report)
        lowered[current].append(seen.lowered)
        return seen

    judge.read_refusal = spy
    try:
        for file, raw in mails.items():
            current = file
            by_sendas(raw)
    finally:
        judge.read_refusal = original
    patterns = {text for row in all_rows() for text in row.texts}
    return {
        pattern: {
            file
            for file, texts in lowered.items()
            if any(text_fits(pattern, text) for text in texts)
        }
        for pattern in patterns
    }


def all_rows() -> list[Row]:
    """Every row that matches on text or code."""
    return [*judge.WORDS, *(row for rows in judge.rows_of_providers().values() for row in rows)]


def without(rows: tuple[Row, ...], forbidden: set[str]) -> tuple[Row, ...]:
    """The rows, without those texts, and without rows that have no text left."""
    kept = []
    for row in rows:
        texts = tuple(text for text in row.texts if text not in forbidden)
        if texts or not row.texts:
            kept.append(replace(row, texts=texts))
    return tuple(kept)


def over_fitting(mails: dict[str, bytes], expected: Expected) -> None:
    """How the reasons come out when no mail may use a text that only it uses."""
    used = texts_used(mails)
    own: dict[str, set[str]] = defaultdict(set)
    counts = {"no mail": 0, "one mail": 0, "several": 0}
    distinct = {raw: file for file, raw in mails.items()}
    twins = {file: distinct[raw] for file, raw in mails.items()}
    for pattern, files in used.items():
        families = {twins[file] for file in files}
        counts["no mail" if not families else "one mail" if len(families) == 1 else "several"] += 1
        if len(families) == 1:
            for file in files:
                own[file].add(pattern)
    words, providers = judge.WORDS, judge.rows_of_providers()
    provider_rows = judge._ROWS  # noqa: SLF001  taken apart to measure it, and put back
    right = 0
    try:
        for row in expected:
            forbidden = own[row["file"]]
            judge.WORDS = without(words, forbidden)
            provider_rows.update(
                {name: without(rows, forbidden) for name, rows in providers.items()}
            )
            found = by_sendas(mails[row["file"]])
            one = next((r for r in found.recipients if is_about(row, r.recipient)), None)
            right += one is not None and one.reason.replace("-", "") == row["reason"]
    finally:
        judge.WORDS = words
        provider_rows.update(providers)
    print(
        "texts in the tables, by how many distinct mails of the corpus they occur in: "
        + ", ".join(f"{name} {count}" for name, count in counts.items())
    )
    print(
        "reasons right when each mail is judged without the texts it alone uses: "
        f"{right / len(expected):.1%}"
    )


def main() -> None:
    """Print the tables."""
    mails, expected = read_corpus()
    print(f"Bounces: {len(mails)} real mails (data/bounces-dev)\n")
    speeds(list(mails.values()))
    print()
    figures(mails, expected)
    print()
    over_fitting(mails, expected)


if __name__ == "__main__":
    main()
