"""Many mails of every kind and size through the whole lab, with a share of AWS calls broken.

    python bench/soak_forward.py [MAILS] [--faults 0.05] [--seed 1] [--processes 1]

Each mail comes in by SMTP and goes the whole way: SES, S3, SNS, SQS, the built zip in child
processes, SES, Gmail.  At the end of each round every mail is looked for in every place where a
mail can be.  Exit status 1 if a single one is nowhere, in the wrong place, or there too often.
"""

import argparse
import hashlib
import multiprocessing
import random
import resource
import sys
import time

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field

from sendas_lab.aws.bad_line import BadLine, Break, at_random
from sendas_lab.ses.message import EICAR, GTUBE
from sendas_lab.world import Lab

from sendas.forward.routes import Ignore, Refuse, To
from sendas.play.forwarding_failures import SECOND_MAILBOX, is_notice_of
from sendas.play.receiving_stack import Receiver, Wish, receive_with, routes_for
from sendas.play.scene import build


ROUND = 500
HASTE = "50"
KILOBYTE = 1024
KINDS = {
    # local-part, what is in it, where it must end, how many of a hundred
    "one mailbox": ("me", b"", "delivered", 80),
    "two mailboxes": ("both", b"", "delivered", 6),
    "spam": ("me", GTUBE, "quarantined", 4),
    "virus": ("me", EICAR, "quarantined", 2),
    "no route": ("nobody", b"", "owner told", 4),
    "refused address": ("closed", b"", "bounced", 2),
    "discarded address": ("bin", b"", "kept", 2),
}
SIZES = ((2, 10, 60), (10, 100, 30), (100, 1000, 9), (1000, 4000, 1))
"""From and to KB, and how many of a hundred."""


@dataclass(frozen=True, slots=True)
class Sent:
    """One mail that SES took, and what it must become."""

    message_id: str
    kind: str
    author: str
    body: str
    """Digest of the body as it was sent."""
    told_twice: bool


@dataclass(slots=True)
class Tally:
    """What became of all of them."""

    ends: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    calls: int = 0
    problems: list[str] = field(default_factory=list)
    mailed_bytes: int = 0
    peak_mb: float = 0.0

    def add(self, other: "Tally") -> None:
        """Count what another process saw."""
        self.ends.update(other.ends)
        self.faults.update(other.faults)
        self.calls += other.calls
        self.problems += other.problems
        self.mailed_bytes += other.mailed_bytes
        self.peak_mb = max(self.peak_mb, other.peak_mb)


def soak(mails: int, share: float, seed: int) -> Tally:
    """Send them all, in rounds that each begin in an empty world."""
    # Apart, so that the mails are the same whatever the timing of the calls.
    dice, fate = random.Random(seed), random.Random(seed)  # noqa: S311  a repeatable choice
    tally = Tally()
    with Lab(region="eu-west-1") as lab, BadLine(lab.aws) as line:
        for start in range(0, mails, ROUND):
            lab.reset()
            receiver = _set_up(lab, line)
            line.listen(at_random(share, fate, tuple(Break)))
            began = time.monotonic()
            sent = list(_send(receiver, dice, range(start, min(start + ROUND, mails)), tally))
            receiver.settle()
            receiver.wait_it_out()
            tally.calls += len(line.heard)
            tally.faults.update(fault for _, fault in line.broken)
            _account(receiver, sent, tally)
            done = min(start + ROUND, mails)
            took, wrong = time.monotonic() - began, len(tally.problems)
            print(f"{done:6} mails, {took:.0f} s, {wrong} problems", file=sys.stderr, flush=True)
    tally.peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return tally


def _in_processes(mails: int, share: float, seed: int, processes: int) -> Tally:
    """Share the mails out among labs in processes of their own."""
    tally = Tally()
    parts = [mails // processes + (n < mails % processes) for n in range(processes)]
    with ProcessPoolExecutor(processes, multiprocessing.get_context("spawn")) as pool:
        for part in pool.map(
            soak, parts, [share] * processes, [seed + n for n in range(processes)]
        ):
            tally.add(part)
    return tally


def _set_up(lab: Lab, line: BadLine) -> Receiver:
    scene = build(lab)
    lab.ses.set_quota(scene.region, max_rate=10_000, max_24_hour=1_000_000)
    lab.gmail.open_account(SECOND_MAILBOX)
    both = To((scene.set_up.gmail, SECOND_MAILBOX))
    routes = routes_for(scene, both=both, closed=Refuse("No."), bin=Ignore())
    wish = Wish(endpoint=line.url, environment={"LAB_HASTE": HASTE})
    return receive_with(scene, routes, wish)


def _send(receiver: Receiver, dice: random.Random, numbers: range, tally: Tally) -> Iterator[Sent]:
    scene = receiver.scene
    for number in numbers:
        kind = _pick(dice, {name: parts[3] for name, parts in KINDS.items()})
        local_part, inside, _, _ = KINDS[kind]
        path = f"{local_part}@{scene.domain}"
        author = f"jane{number}@example.net"
        body = inside + b"\r\n" + _text(dice) + f"the code is {number}".encode()
        head = receiver.letter(path, author=author, subject=f"Soak {number}", text="")
        reply = receiver.bring(head + body, path, reverse_path=author).reply
        if not reply.accepted:
            tally.problems.append(f"{number}: SES did not take it: {reply}")
            continue
        message_id = reply.text.rpartition(" ")[2]
        told_twice = dice.random() < 0.02  # noqa: PLR2004  SNS may deliver twice
        if told_twice:
            scene.lab.settle()
            receiver.tell_again(message_id)
        tally.mailed_bytes += len(body)
        yield Sent(message_id, kind, author, _digest(body), told_twice)
        if number % 25 == 0:
            receiver.settle()  # no need to pile them all up


def _account(receiver: Receiver, sent: list[Sent], tally: Tally) -> None:
    """Find every mail, and compare with what it must have become."""
    lab, scene = receiver.scene.lab, receiver.scene
    copies: dict[str, Counter[str]] = {}
    bodies: dict[str, set[str]] = {}
    letters: list[str] = []
    for mailbox in (scene.set_up.gmail, SECOND_MAILBOX):
        for mail in lab.gmail.inbox(mailbox):
            message_id = mail.header("X-Sendas-Id")
            if message_id is None:
                letters.append(mail.text())
                continue
            copies.setdefault(message_id, Counter())[mailbox] += 1
            bodies.setdefault(message_id, set()).add(
                _digest(mail.content.partition(b"\r\n\r\n")[2])
            )
    dead = Counter(receiver.dead_letters())
    kept = set(receiver.kept())
    marks = receiver.keys("sendas/quarantine/")
    for one in sent:
        here = copies.get(one.message_id, Counter())
        places = {
            "delivered": bool(here),
            "quarantined": any(one.message_id in mark for mark in marks),
            "owner told": any(is_notice_of(text, one.message_id) for text in letters),
            "bounced": bool(lab.recipients.mailboxes.of(one.author)),
            "dead letter": bool(dead[one.message_id]),
            "kept, as its route wants": KINDS[one.kind][2] == "kept",
        }
        tally.ends.update(name for name, found in places.items() if found)
        tally.ends["delivered twice"] += max(here.values(), default=0) == 2  # noqa: PLR2004  twice
        tally.problems += _problems(one, places, here, bodies, kept)


def _problems(
    one: Sent,
    places: dict[str, bool],
    here: Counter[str],
    bodies: dict[str, set[str]],
    kept: set[str],
) -> Iterator[str]:
    who = f"{one.message_id} ({one.kind})"
    wanted = KINDS[one.kind][2]
    boxes = {"one mailbox": 1, "two mailboxes": 2}.get(one.kind, 0)
    if one.message_id not in kept:
        yield f"{who}: not in S3 any more"
    told = places["dead letter"] or places["owner told"]
    if wanted == "kept":
        return
    if not (places[wanted] or told):
        yield f"{who}: LOST: {places}"
    if boxes and len(here) != boxes and not told:
        yield f"{who}: reached {len(here)} of {boxes} mailboxes, and nobody was told"
    if not boxes and here:
        yield f"{who}: was forwarded"
    if max(here.values(), default=0) > 2:  # noqa: PLR2004  one duplicate is allowed, where an answer was lost
        yield f"{who}: delivered {here}"
    if bodies.get(one.message_id, {one.body}) != {one.body}:
        yield f"{who}: its body changed"


def _pick(dice: random.Random, weights: dict[str, int]) -> str:
    return dice.choices(list(weights), list(weights.values()))[0]


def _text(dice: random.Random) -> bytes:
    low, high, _ = dice.choices(SIZES, [size[2] for size in SIZES])[0]
    line = dice.randbytes(35).hex().encode() + b"\r\n"
    return line * (dice.randint(low, high) * KILOBYTE // len(line))


def _digest(body: bytes) -> str:
    return hashlib.sha256(body.rstrip(b"\r\n")).hexdigest()


def main() -> int:
    """Print what became of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("mails", type=int, nargs="?", default=20_000)
    parser.add_argument("--faults", type=float, default=0.05, help="share of AWS calls to break")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--processes", type=int, default=1, help="labs side by side")
    asked = parser.parse_args()
    began = time.monotonic()
    tally = _in_processes(asked.mails, asked.faults, asked.seed, asked.processes)
    took = time.monotonic() - began
    print(
        f"{asked.mails} mails, {tally.mailed_bytes / 1e6:.0f} MB, in {took:.0f} s"
        f" ({asked.mails / took:.1f} a second, all of the lab on the same processors)"
    )
    print(f"{tally.calls} AWS calls by the function, {tally.faults.total()} of them broken:")
    for fault, count in sorted(tally.faults.items()):
        print(f"  {count:6}  {fault}")
    print("where they were found (a mail may be in two places):")
    for end, count in sorted(tally.ends.items()):
        print(f"  {count:6}  {end}")
    print(f"lost, changed or in the wrong place: {len(tally.problems)}")
    print(f"peak of a lab's process: {tally.peak_mb:.0f} MB")
    for problem in tally.problems[:20]:
        print(f"  {problem}")
    return 1 if tally.problems else 0


if __name__ == "__main__":
    sys.exit(main())
