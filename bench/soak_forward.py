"""Many mails of every kind and size through the whole lab, with a share of AWS calls broken.

    python bench/soak_forward.py [MAILS] [--faults 0.05] [--into FOLDER] [--until HH:MM]

Each mail comes in by SMTP and goes the whole way: SES, S3, SNS, SQS, the built zip in child
processes, SES, Gmail.  The stack is the shipped one, made by `apply`.  Mails come in rounds, each
in an empty world; at the end of a round every mail is looked for in every place where a mail can
be.  Exit status 1 if a single one is nowhere, in the wrong place, or there too often.

A finished round is kept as a file of FOLDER, and the same command goes on with the next: 20,000
mails need hours.  What is printed is the sum of its rounds in FOLDER; exit status 1 while some
are left.
"""

import argparse
import hashlib
import json
import random
import resource
import sys
import time

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from pathlib import Path

from sendas_lab.aws.bad_line import BadLine, Break, at_random
from sendas_lab.ses.message import EICAR, GTUBE
from sendas_lab.world import Lab

from sendas.forward.routes import Ignore, Refuse, To
from sendas.play.forwarding_failures import SECOND_MAILBOX, is_notice_of
from sendas.play.receiving_stack import PATIENCE_SECONDS, Receiver, Wish, receive_with, routes_for
from sendas.play.scene import build


ROUND = 250
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
    """What became of the mails of one round, or of several."""

    mails: int = 0
    ends: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    calls: int = 0
    problems: list[str] = field(default_factory=list)
    mailed_bytes: int = 0
    seconds: float = 0.0
    peak_mb: float = 0.0

    def add(self, other: "Tally") -> None:
        """Count what another round saw."""
        self.mails += other.mails
        self.ends.update(other.ends)
        self.faults.update(other.faults)
        self.calls += other.calls
        self.problems += other.problems
        self.mailed_bytes += other.mailed_bytes
        self.seconds += other.seconds
        self.peak_mb = max(self.peak_mb, other.peak_mb)

    def save(self, path: Path) -> None:
        """Write it, whole or not at all."""
        half = path.with_suffix(".half")
        # Not asdict, which makes Counters anew of their pairs (CPython 3.11) and counts those.
        told = {one.name: getattr(self, one.name) for one in fields(self)}
        half.write_text(json.dumps(told, indent=1))
        half.replace(path)

    @classmethod
    def load(cls, path: Path) -> "Tally":
        """What `save` wrote."""
        read = json.loads(path.read_text())
        return cls(**(read | {name: Counter(read[name]) for name in ("ends", "faults")}))


def soak(lab: Lab, line: BadLine, numbers: range, share: float) -> Tally:
    """One round: send the mails of these *numbers* into an empty world, and find each."""
    # Apart, so that the mails are the same whatever the timing of the calls.
    mails, faults = random.Random(numbers.start), random.Random(numbers.start)  # noqa: S311  repeatable
    tally = Tally(mails=len(numbers))
    lab.reset()
    receiver = _set_up(lab, line)
    line.listen(at_random(share, faults, tuple(Break)))
    began = time.monotonic()
    sent = list(_send(receiver, mails, numbers, tally))
    receiver.settle()
    receiver.wait_it_out()
    tally.calls = len(line.heard)
    tally.faults.update(fault for _, fault in line.broken)
    _account(receiver, sent, tally)
    tally.seconds = time.monotonic() - began
    tally.peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return tally


def _rounds(folder: Path, mails: int, share: float) -> Iterator[tuple[range, Path]]:
    """The numbers of each round's mails, and its file, which is of that *share* alone."""
    for start in range(0, mails, ROUND):
        numbers = range(start, min(start + ROUND, mails))
        yield numbers, folder / f"{start:06}-{len(numbers)}-{share:g}.json"


def _soak_all(folder: Path, mails: int, share: float, until: str) -> None:
    """Play the rounds that *folder* does not hold yet, and begin none after *until*."""
    left = [one for one in _rounds(folder, mails, share) if not one[1].exists()]
    if not left or _is_over(until):
        return
    folder.mkdir(parents=True, exist_ok=True)
    with Lab(region="eu-west-1") as lab, BadLine(lab.aws) as line:
        for numbers, path in left:
            if _is_over(until):
                return
            tally = soak(lab, line, numbers, share)
            tally.save(path)
            said = f"{tally.seconds:.0f} s, {len(tally.problems)} problems"
            print(f"{numbers.stop:6} mails, {said}", file=sys.stderr, flush=True)


def _is_over(until: str) -> bool:
    return bool(until) and time.strftime("%H:%M") >= until


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
            scene.lab.settle(PATIENCE_SECONDS)
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
    parser.add_argument(
        "--into", type=Path, default=Path(".soak-forward"), help="where rounds are"
    )
    parser.add_argument("--until", default="", help="begin no round after this time, HH:MM")
    given = parser.parse_args()
    _soak_all(given.into, given.mails, given.faults, given.until)
    tally = Tally()
    for _, path in _rounds(given.into, given.mails, given.faults):
        if path.exists():
            tally.add(Tally.load(path))
    print(_printed(tally))
    return 1 if tally.problems or tally.mails < given.mails else 0


def _printed(tally: Tally) -> str:
    per_second = tally.mails / max(tally.seconds, 1)
    return "\n".join(
        (
            (
                f"{tally.mails} mails, {tally.mailed_bytes / 1e6:.0f} MB, in {tally.seconds:.0f} s"
                f" ({per_second:.1f} a second, all of the lab on the same processors)"
            ),
            f"{tally.calls} AWS calls by the function, {tally.faults.total()} of them broken:",
            *(f"  {count:6}  {fault}" for fault, count in sorted(tally.faults.items())),
            "where they were found (a mail may be in two places):",
            *(f"  {count:6}  {end}" for end, count in sorted(tally.ends.items())),
            f"lost, changed or in the wrong place: {len(tally.problems)}",
            f"peak of the lab's process: {tally.peak_mb:.0f} MB",
            *(f"  {problem}" for problem in tally.problems[:20]),
        )
    )


if __name__ == "__main__":
    sys.exit(main())
