# Invariant: whatever bytes come, `explain` returns an Explanation, the same twice, that is
# valid JSON; it raises nothing, and takes less than a second for each megabyte, and one more.
"""Fuzz ``sendas.bounce.explain``: mutations of real and made-up bounces.

    .venv/bin/python fuzz/fuzz_bounce.py SECONDS [SEED] [mail|event|complaint|pasted]

Mutates the committed fixtures and, where SENDAS_SHARED has it, the corpus.  On the
first breach it writes the input to a file beside the temporary ones, prints its name, and
ends with status 1.
"""

import json
import os
import random
import sys
import tempfile
import time
import traceback

from collections.abc import Callable
from pathlib import Path

from sendas.bounce import Explanation, explain


ROOT = Path(__file__).resolve().parents[1]
LARGEST = 200_000
SLOW_SECONDS = 1.0
TOKENS = (
    *(
        b"\r",
        b"\n",
        b"\r\n",
        b"\n\n",
        b"\n ",
        b"\x00",
        b"\xff",
        b"\x1b$B",
        b"\xc2\x85",
        b"\xef\xbb\xbf",
    ),
    *(
        b"<",
        b">",
        b"@",
        b"--",
        b"{",
        b"[",
        b"; ",
        b'"',
        b"\\",
        b"&#",
        b"=?utf-8?B?",
        b"?=",
        b"From ",
    ),
    *(b"550 5.1.1 ", b"5.7.1", b"Final-Recipient: rfc822;", b"\xe2\x80\xa6", b"charset=utf-16"),
    *(b"Content-Transfer-Encoding: base64\n", b"Content-Type: text/html\n", b"CustomFromDenied"),
    *(b"Content-Type: multipart/report; boundary=x\n", b'{"eventType":"Bounce"}'),
)
Mutation = Callable[[random.Random, bytes, list[bytes]], bytes]


def seeds(form: str = "") -> list[bytes]:
    """The fixtures, the corpus if there is one, and what people paste; of one *form* or of all."""
    tests = ROOT / "tests" / "bounce"
    folders = [tests / "fixtures"]
    shared = Path(os.environ.get("SENDAS_SHARED", ROOT.parent / "shared"))
    folders.append(shared / "data" / "bounces-dev" / "mails")
    found = [
        (form_of(path), path.read_bytes())
        for folder in folders
        if folder.is_dir()
        for path in sorted(folder.iterdir())
    ]
    pasted = (tests / "tables" / "pasted.txt").read_bytes()
    replies = (tests / "second" / "given.tsv").read_bytes().splitlines()[1:]
    found += [("pasted", line) for line in pasted.splitlines()]
    found += [("pasted", line.rpartition(b"\t")[2]) for line in replies]
    return [raw for kind, raw in found if form in {"", kind}]


def form_of(path: Path) -> str:
    """Which of the formats a file is in."""
    if path.suffix == ".json":
        return "event"
    return "complaint" if path.name.startswith("arf") else "mail"


def cut(dice: random.Random, raw: bytes, _all: list[bytes]) -> bytes:
    """Lose a stretch."""
    start = dice.randrange(len(raw) + 1)
    return raw[:start] + raw[start + dice.randrange(1, 400) :]


def insert(dice: random.Random, raw: bytes, _all: list[bytes]) -> bytes:
    """Put a telling piece somewhere, once or many times."""
    start = dice.randrange(len(raw) + 1)
    return raw[:start] + dice.choice(TOKENS) * dice.choice((1, 1, 2, 50, 2000)) + raw[start:]


def flip(dice: random.Random, raw: bytes, _all: list[bytes]) -> bytes:
    """Change some bytes."""
    changed = bytearray(raw)
    for _ in range(dice.randrange(1, 12)):
        if changed:
            changed[dice.randrange(len(changed))] = dice.randrange(256)
    return bytes(changed)


def splice(dice: random.Random, raw: bytes, others: list[bytes]) -> bytes:
    """The head of one, the tail of another."""
    other = dice.choice(others)
    return raw[: dice.randrange(len(raw) + 1)] + other[dice.randrange(len(other) + 1) :]


def repeat(dice: random.Random, raw: bytes, _all: list[bytes]) -> bytes:
    """Say a stretch many times."""
    start = dice.randrange(len(raw) + 1)
    stretch = raw[start : start + dice.randrange(1, 80)]
    return raw[:start] + stretch * dice.choice((2, 30, 1000)) + raw[start:]


def lines(dice: random.Random, raw: bytes, _all: list[bytes]) -> bytes:
    """Shuffle some lines, or change every line end."""
    parts = raw.split(b"\n")
    if dice.random() < 0.5:  # noqa: PLR2004  heads or tails
        dice.shuffle(parts)
    return dice.choice((b"\n", b"\r\n", b"\r", b"\n\n")).join(parts)


MUTATIONS: tuple[Mutation, ...] = (cut, insert, flip, splice, repeat, lines)


def breach(raw: bytes) -> str:
    """What is wrong with how *raw* is explained; empty when nothing is."""
    started = time.process_time()
    try:
        found = explain(raw)
        took = time.process_time() - started
        json.dumps(found.as_dict()).encode()
        again = explain(raw)
    except Exception:  # noqa: BLE001  any exception is what is looked for
        return traceback.format_exc()
    if not isinstance(found, Explanation) or found != again:
        return "not an Explanation, or not the same twice"
    allowed = SLOW_SECONDS + len(raw) / 1_048_576
    return f"{took:.1f} s for {len(raw)} bytes" if took > allowed else ""


def main(arguments: list[str]) -> int:
    """Fuzz for so many seconds."""
    seconds = float(arguments[1]) if len(arguments) > 1 else 10.0
    seed = int(arguments[2]) if len(arguments) > 2 else random.SystemRandom().randrange(10**9)  # noqa: PLR2004
    form = arguments[3] if len(arguments) > 3 else ""  # noqa: PLR2004
    dice, pool, tried = random.Random(seed), seeds(form), 0  # noqa: S311  no secret
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        raw = dice.choice(pool)
        for _ in range(dice.randrange(1, 6)):
            raw = dice.choice(MUTATIONS)(dice, raw, pool)[:LARGEST]
        wrong = breach(raw)
        if wrong:
            with tempfile.NamedTemporaryFile(prefix="fuzz-bounce-", delete=False) as kept:
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
