"""Fuzz the deciding half of receiving: fuzz/fuzz_forward.py SECONDS [SEED].

The invariant: whatever bytes a stranger sends, they are read, decided on and
rewritten without an exception, in linear time, and what goes out has one From
of ours, nothing twice that SES takes once, no over-long header line, the body
as it came, and a loop mark that is found again.

Mutates the corpus of tests/forward/corpus, byte-wise and line-wise.  Prints the
seed and number of each failing mail, and exits with 1; the mail is written to
the temporary directory.
"""

# ruff: noqa: E501, PLR2004, S101, T201  a script that asserts its invariant and prints

import importlib.util
import random
import sys
import tempfile
import time
import traceback

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

from sendas.errors import SendasError
from sendas.forward.counters import Counters
from sendas.forward.decision import Forward, Notify, Reason, Reject
from sendas.forward.facts import mark_of, read_facts, subject_of
from sendas.forward.notices import About, notice
from sendas.forward.plan import plan, unsendable
from sendas.forward.rewrite import rewrite
from sendas.forward.routes import RoutedDomain, Routes, To
from sendas.forward.routes_file import parse_routes
from sendas.mail.headers import MAX_LINE, ONCE_ONLY, read_head
from sendas.mail.mailboxes import read_mailboxes
from sendas.ses.notices import Receipt, Verdicts, read_body


ROOT = Path(__file__).parents[1]
OURS, OWNER = "forwarded@example.com", "owner@mail.example.net"
NOW = datetime(2026, 1, 2, tzinfo=UTC)
ROUTES = Routes({"example.com": RoutedDomain("example.com", OURS, OWNER, {"info": To((OWNER,))})})
RECEIPT = Receipt("id1", "jane@example.net", ("info@example.com",), NOW, Verdicts())
SLOW = 2.0
"""Seconds; the largest mail of the corpus takes milliseconds."""
PIECES = (
    b"\r\n", b"\n", b"\r", b"\0", b" ", b"\t", b":", b",", b";", b'"', b"\\", b"<", b">", b"(", b")", b"@",
    b"=?utf-8?q?", b"?=", b"\r\n ", b"\r\n\r\n", b"From:", b"From: ", b"Reply-To: <a@b.example>\r\n",
    b"X-SES-A: b\r\n", b"References: <a@b>\r\n", b"Message-ID: <a@b>\r\n", b"\xff", b"\xc3", b"\xef\xbb\xbf",
    b"X-Sendas-Forwarded: info@example.com\r\n", b"Authentication-Results: amazonses.com; x\r\n", b"w" * 1200,
)  # fmt: skip


def corpus() -> list[bytes]:
    """The mails that are mutated, as SES stores them and as they came."""
    path = ROOT / "tests" / "forward" / "corpus" / "messages.py"
    spec = importlib.util.spec_from_file_location("messages", path)
    if spec is None or spec.loader is None:
        raise ImportError(path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    found = [raw for raw in module.corpus().values() if len(raw) < 50_000]
    return found + [module.as_stored(raw) for raw in found]


def mutated(mails: list[bytes], chance: random.Random) -> bytes:
    """One mail, changed in a few places."""
    raw = bytearray(chance.choice(mails))
    for _ in range(chance.randrange(1, 8)):
        at = chance.randrange(min(len(raw), 4000) + 1)
        match chance.randrange(6):
            case 0:
                raw[at:at] = chance.choice(PIECES)
            case 1:
                del raw[at : at + chance.randrange(1, 40)]
            case 2:
                raw[at : at + 1] = bytes([chance.randrange(256)])
            case 3:
                raw[at:at] = chance.choice(PIECES) * chance.randrange(1, 300)
            case 4:
                other = chance.choice(mails)
                start = chance.randrange(len(other) + 1)
                raw[at:at] = other[start : start + chance.randrange(1, 400)]
            case _:
                lines = bytes(raw).split(b"\n")
                chance.shuffle(lines)
                raw = bytearray(b"\n".join(lines))
    return bytes(raw)


def check(raw: bytes) -> None:
    """Everything that a stranger's bytes pass through; an assertion fails on a broken law."""
    head = read_head(raw)
    facts = read_facts(head, RECEIPT.reverse_path)
    (decision,) = plan(RECEIPT, facts, len(raw), ROUTES, Counters(), NOW)
    assert not isinstance(decision, Reject)
    out = bytes(rewrite(head, Forward(OWNER, RECEIPT.forward_paths, OURS), "id1", facts.authors))
    after = read_head(out)
    keys = Counter(span[0] for span in after.spans)
    boxes = read_mailboxes(after.get(b"from") or b"")
    assert keys[b"from"] == 1
    assert [box.address for box in boxes] == [OURS]
    assert not [key for key in ONCE_ONLY if keys[key] > 1]
    assert not [key for key in keys if key.startswith(b"x-ses-")]
    assert max(map(len, out[: after.end].split(after.eol))) <= MAX_LINE
    assert raw[head.body :] == out[after.body :]
    assert mark_of("info@example.com") in read_facts(after, "").marked
    about = About("id1", NOW, facts.authors, subject_of(head), len(raw))
    told = Notify(Reason.NO_ROUTE, "x", ("info@example.com",), OWNER, OURS)
    if isinstance(decision, Forward):
        unsendable(decision.forward_paths, OWNER, Reason.REFUSED_CONTENT, "x", ROUTES)
    letter = read_head(notice(told, about, NOW))
    assert sum(span[0] == b"to" for span in letter.spans) == 1
    assert b"bcc" not in {span[0] for span in letter.spans}


def check_json(raw: bytes) -> None:
    """The two JSON readers raise their own errors and nothing else."""
    text = raw.decode("latin-1")
    for reader in (parse_routes, read_body):
        try:
            reader(text)
        except SendasError:
            continue


def main() -> int:
    """Run for the seconds asked for; 1 if anything failed."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 10.0
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else random.SystemRandom().randrange(2**32)
    chance = random.Random(seed)  # noqa: S311  to be repeated, not to be secret
    mails, done, failures = corpus(), 0, 0
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        raw = mutated(mails, chance)
        started = time.process_time()
        try:
            check(raw)
            check_json(raw)
        except Exception:  # noqa: BLE001  whatever it is, it is the finding
            failures += 1
            kept = Path(tempfile.gettempdir()) / f"fuzz-forward-{seed}-{done}.eml"
            kept.write_bytes(raw)
            print(f"seed {seed}, mail {done}: {kept}\n{traceback.format_exc()}")
        if time.process_time() - started > SLOW:
            failures += 1
            print(f"seed {seed}, mail {done}: {len(raw)} bytes took more than {SLOW} s")
        done += 1
    print(f"seed {seed}: {done} mails, {failures} failures")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
