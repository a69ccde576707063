# Invariant: whatever bytes come, every document in them is read or refused by a line of its
# own; nothing else is raised, a row's lines are read as they were written, and it takes less
# than a second for each megabyte, unpacked, and two more.
"""Fuzz the readers of reports: mutations of real and made-up reports, packed and not.

    .venv/bin/python fuzz/fuzz_reports.py SECONDS [SEED]

On the first breach it writes the input to a file beside the temporary ones, prints its
name, and ends with status 1.
"""

import io
import json
import os
import random
import sys
import tempfile
import time
import traceback
import zipfile
import zlib

from contextlib import suppress
from pathlib import Path


ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests" / "support"))
sys.path.insert(0, str(ROOT / "fuzz"))

from fuzz_bounce import MUTATIONS  # noqa: E402  the same ways to break bytes
from made_reports import (  # noqa: E402  what tests read too
    ARF,
    HEAD,
    PLAIN,
    ROW,
    WHOLE,
    aggregate_xml,
    gzipped,
    tls_report,
    zipped,
)

from sendas.reports.line import lines_of, read_line, write_line  # noqa: E402
from sendas.reports.printed import changed, senders  # noqa: E402
from sendas.reports.tally import Tally  # noqa: E402
from sendas.reports.unpack import Limits, documents, of_bytes  # noqa: E402


LARGEST = 300_000
LIMITS = Limits(report_bytes=20_000_000, total_bytes=40_000_000, held_bytes=20_000_000)
TOKENS = (
    b"<!DOCTYPE a [<!ENTITY b 'c'>]>", b"<feedback>", b"</feedback>", b"<record>", b"<row>",
    b"<count>", b"</count>", b"<![CDATA[", b"]]>", b"<!--", b"-->", b"&#x41;", b"&amp;",
    b"<d:row>",
    b"\x1f\x8b", b"PK\x03\x04", b"From a@b.example Sat Nov 28 12:00:00 2026\n", b'{"policies": [',
    b"9" * 400, b"<dkim>", b"<domain>", b"</dkim>", b"\xff\xfe", b"\x00",
)  # fmt: skip


def seeds() -> list[bytes]:
    """Reports of our own, packed in every way, and the corpus if there is one."""
    tls = json.dumps(tls_report()).encode()
    found = [WHOLE, tls, ARF, PLAIN, gzipped(WHOLE), zipped({"a.xml": WHOLE, "b.json": tls})]
    found.append(aggregate_xml(HEAD, [ROW] * 200))
    found.append(b"From a@b.example Sat Nov 28 12:00:00 2026\n" + ARF)
    shared = Path(os.environ.get("SENDAS_SHARED", ROOT.parent / "shared")) / "data" / "reports"
    found += [path.read_bytes() for path in sorted(shared.glob("*/*"))]
    return found


def insert(dice: random.Random, raw: bytes, _all: list[bytes]) -> bytes:
    """Put a telling piece somewhere, once or many times."""
    start = dice.randrange(len(raw) + 1)
    return raw[:start] + dice.choice(TOKENS) * dice.choice((1, 1, 2, 50, 5000)) + raw[start:]


def repack(dice: random.Random, raw: bytes, _all: list[bytes]) -> bytes:
    """Pack what is there, so that what was broken inside is found through a whole archive."""
    return gzipped(raw) if dice.random() < 0.5 else zipped({"r.xml": raw})  # noqa: PLR2004  heads or tails


def breach(raw: bytes) -> str:
    """What is wrong with how *raw* is read; empty when nothing is."""
    began = time.process_time()
    tally = Tally("example.com")
    try:
        for found in documents("in", of_bytes(raw), LIMITS):
            lines = list(lines_of(found))
            if any(read_line(write_line(line)) != line for line in lines[:200]):
                return "a line is not read as it was written"
            tally.add(lines)
        list(senders(tally))
        list(changed(tally))
    except Exception:  # noqa: BLE001  any exception is what is looked for
        return traceback.format_exc()
    took = time.process_time() - began
    size = unpacked(raw)
    return f"{took:.1f} s for {size} bytes" if took > 2 + size / 1_048_576 else ""


def unpacked(raw: bytes) -> int:
    """How many bytes it is, or holds when it is packed; whole or not."""
    if raw.startswith(b"PK"):
        with suppress(Exception), zipfile.ZipFile(io.BytesIO(raw)) as archive:
            return len(raw) + sum(one.file_size for one in archive.infolist())
    size, unpack = 0, zlib.decompressobj(wbits=31)
    with suppress(zlib.error):
        for start in range(0, len(raw), 4096):
            size += len(unpack.decompress(raw[start : start + 4096]))
    return max(size, len(raw))


def main(arguments: list[str]) -> int:
    """Fuzz for so many seconds."""
    seconds = float(arguments[1]) if len(arguments) > 1 else 10.0
    seed = int(arguments[2]) if len(arguments) > 2 else random.SystemRandom().randrange(10**9)  # noqa: PLR2004
    dice, pool, tried = random.Random(seed), seeds(), 0  # noqa: S311  no secret
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        raw = dice.choice(pool)
        for _ in range(dice.randrange(1, 6)):
            raw = dice.choice((*MUTATIONS, insert, insert, repack))(dice, raw, pool)[:LARGEST]
        wrong = breach(raw)
        if wrong:
            with tempfile.NamedTemporaryFile(prefix="fuzz-reports-", delete=False) as kept:
                kept.write(raw)
            sys.stdout.write(f"seed {seed}, input {tried}: {kept.name}\n{wrong}\n")
            return 1
        tried += 1
    sys.stdout.write(
        f"seed {seed}: {tried} inputs in {seconds:.0f} s from {len(pool)} seeds, no breach\n"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
