"""Aggregate reports: time and memory, beside ElementTree and parsedmarc in the same run.

    .venv/bin/python bench/bench_reports.py

Reports of 1,000 records, rendered here, and the corpus of SENDAS_SHARED.  Processor time on
one core, all three interleaved; the best of the rounds, and the median.  parsedmarc runs
in the Python of `make test-peers` (or SENDAS_PARSEDMARC); without it its line is left out.
Ends with status 1 where a promise is missed: 6 times parsedmarc, 1.3 times ElementTree.
"""

import gc
import gzip
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time

from collections.abc import Callable, Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

from sendas.reports.aggregate import CHUNK, read_aggregate


HERE = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(HERE / "tests" / "support"))

from made_reports import HEAD, ROW, aggregate_xml  # noqa: E402  what tests read too


ROUNDS = 15
RECORDS = 1_000
TIMES_PARSEDMARC, TIMES_ELEMENT_TREE = 6.0, 1.3
PEER = Path(os.environ.get("SENDAS_PARSEDMARC", HERE / ".peers/parsedmarc/bin/python"))
BIG = 300_000


def opener(raw: bytes) -> Callable[[], Iterator[bytes]]:
    """The report in chunks."""
    return lambda: (raw[at : at + CHUNK] for at in range(0, len(raw), CHUNK))


def ours(raw: bytes) -> int:
    """Every row of the report."""
    return sum(len(batch.rows) for batch in read_aggregate(opener(raw)))


def element_tree(raw: bytes) -> int:
    """The same fields by the standard library, which holds the tree and refuses no bomb."""
    rows = []
    for record in ET.fromstring(raw).findall("record"):  # noqa: S314  our own report
        row, who = record.find("row"), record.find("identifiers")
        judged = row.find("policy_evaluated")  # type: ignore[union-attr]
        results = record.find("auth_results")
        text = ET.Element.findtext
        rows.append((
            text(row, "source_ip"),  # type: ignore[arg-type]
            int(text(row, "count")),  # type: ignore[arg-type]
            *(text(judged, name) for name in ("disposition", "dkim", "spf")),  # type: ignore[arg-type]
            [(text(one, "type"), text(one, "comment")) for one in judged.findall("reason")],  # type: ignore[union-attr]
            *(text(who, name) for name in ("header_from", "envelope_from", "envelope_to")),  # type: ignore[arg-type]
            [
                tuple(text(one, name) for name in ("domain", "selector", "result", "human_result"))
                for one in results.findall("dkim")  # type: ignore[union-attr]
            ],
            [
                tuple(text(one, name) for name in ("domain", "scope", "result", "human_result"))
                for one in results.findall("spf")  # type: ignore[union-attr]
            ],
        ))  # fmt: skip
    return len(rows)


def timed(work: Callable[[bytes], int], raw: bytes) -> float:
    """Seconds of processor time."""
    gc.collect()
    began = time.process_time()
    work(raw)
    return time.process_time() - began


def by_parsedmarc(raw: bytes) -> float | None:
    """Seconds of processor time of its fastest of five rounds; None where it is not installed."""
    if not PEER.exists():
        return None
    with tempfile.NamedTemporaryFile(suffix=".xml") as file:
        file.write(raw)
        file.flush()
        script = HERE / "tests/support/parsedmarc_values.py"
        words = [str(PEER), str(script), "--time", "5", file.name]
        done = subprocess.run(words, capture_output=True, text=True, check=True)  # noqa: S603
    return float(json.loads(done.stdout)["seconds"])


def reports() -> dict[str, bytes]:
    """What is measured."""
    rows = [
        ROW._replace(source_ip=f"192.0.{n // 250 % 250}.{n % 250}", mails=n, reasons=())
        for n in range(RECORDS)
    ]
    found = {f"made, {RECORDS} records": aggregate_xml(HEAD, rows)}
    folder = Path(os.environ.get("SENDAS_SHARED", HERE.parent / "shared")) / "data/reports"
    large = folder / "aggregate/large-example.com.xml.gz"
    if large.exists():
        found["parsedmarc's large sample"] = gzip.decompress(large.read_bytes())
    return found


def big() -> Iterator[bytes]:
    """A report of many records, made as it is read."""
    before, _ = aggregate_xml(HEAD, []).split(b"</feedback>")
    record = aggregate_xml(HEAD, [ROW]).partition(before)[2].partition(b"</feedback>")[0]
    yield before
    for _ in range(BIG // 50):
        yield record * 50
    yield b"</feedback>"


def memory() -> tuple[int, float]:
    """Records read, and by how many MB the process grew at most."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    seen = sum(len(batch.rows) for batch in read_aggregate(big))
    return seen, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024


def main() -> int:
    """Print the table."""
    missed = 0
    seen, grown = memory()  # first: the high-water mark never falls
    print(f"reports: {seen:,} records read, the process grew by {grown:.1f} MB")
    for name, raw in reports().items():
        times: dict[str, list[float]] = {"sendas": [], "ElementTree": []}
        for _ in range(ROUNDS):
            times["sendas"].append(timed(ours, raw))
            times["ElementTree"].append(timed(element_tree, raw))
        peer = by_parsedmarc(raw)
        best = {who: min(found) for who, found in times.items()}
        print(f"reports: {name}, {len(raw) / 1e6:.1f} MB")
        for who, found in times.items():
            median = statistics.median(found)
            print(f"  {who:12} {best[who] * 1e3:7.1f} ms at best, {median * 1e3:.1f} median")
        ratio = best["sendas"] / best["ElementTree"]
        print(f"  {ratio:.2f} times ElementTree (at most {TIMES_ELEMENT_TREE})")
        missed |= ratio > TIMES_ELEMENT_TREE
        if peer is None:
            print(f"  parsedmarc: not at {PEER}")
        else:
            faster = peer / best["sendas"]
            print(f"  parsedmarc   {peer * 1e3:7.1f} ms at best: {faster:.1f} times ours")
            missed |= faster < TIMES_PARSEDMARC
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
