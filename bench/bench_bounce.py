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
from email import message_from_bytes
from pathlib import Path

from flufl.bounce import all_failures

from sendas.bounce import Explanation
from sendas.bounce import explain as explain_bounce


ROUNDS = 9
HERE = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(HERE / "tests" / "support"))

import unseen  # noqa: E402  what bench and tests measure with


SURE = ("certain", "likely", "weak", "none")
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


def unseen_figures() -> None:
    """The tuned figures beside those that unseen mail gets, and what each confidence is worth."""
    folder = Path(os.environ.get("SENDAS_SHARED", HERE.parent / "shared")) / "data" / "bounces-dev"
    corpora = {
        "bounces-dev": unseen.given_corpus(folder),
        "second set": [
            *unseen.set_of_ours("second", "given"),
            *unseen.set_of_ours("second", "held"),
        ],
        "third set": [
            *unseen.set_of_ours("third", "given"),
            *unseen.set_of_ours("third", "held"),
        ],
    }
    print(f"{'':38}{'cases':>6}{'recipient':>11}{'reason':>8}{'owner':>8}{'hard, wrong':>13}")
    rows = [
        (
            f"{name} set, the third held back",
            [unseen.judged(case) for case in unseen.set_of_ours(name, "held")],
        )
        for name in ("second", "third")
    ]
    rows += [
        (
            f"{name} set, {part}, as it is",
            [unseen.judged(case) for case in unseen.set_of_ours(name, part)],
        )
        for name in ("fourth", "fifth")
        for part in ("unseen", "forms")
    ]
    rows += [
        (
            f"sixth set, {part}",
            [unseen.judged(case) for case in unseen.set_of_ours("sixth", part)],
        )
        for part in ("held", "given", "programs", "pages")
    ]
    for name, cases in corpora.items():
        rows += [
            (f"{name}, tuned", [unseen.judged(case) for case in cases]),
            (f"{name}, without its own texts", unseen.without_own_texts(cases)),
            (f"{name}, without its own source", unseen.without_own_source(cases)),
        ]
    for name, judged in rows:
        found = unseen.figures(judged)
        print(
            f"{name:38}{found.cases:6}{found.recipient:11.1%}{found.reason:8.1%}"
            f"{found.owner:8.1%}{found.wrong_and_hard:13}"
        )
    print(f"\n{'right, of those called':38}" + "".join(f"{sure:>14}" for sure in SURE))
    for name, judged in rows:
        by = unseen.figures(judged).by_confidence
        shares = [by.get(sure, (0, 0)) for sure in SURE]
        told = [f"{right}/{of} {right / of:4.0%}" if of else "" for right, of in shares]
        print(f"{name:38}" + "".join(f"{one:>14}" for one in told))


def main() -> None:
    """Print the tables."""
    mails, expected = read_corpus()
    print(f"Bounces: {len(mails)} real mails (data/bounces-dev)\n")
    speeds(list(mails.values()))
    print()
    figures(mails, expected)
    print()
    unseen_figures()


if __name__ == "__main__":
    main()
