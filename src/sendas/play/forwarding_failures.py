"""Every call that forwarding makes, broken in every way: what becomes of the mail.

``python -m sendas.play.forwarding_failures docs/forwarding-failures.md`` plays
all of it in the lab and writes the table.  A story is played once undisturbed,
which tells its calls; then once for each of them and each way to break it, and
once for each call that is broken every time it is made.
"""

import sys

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from pathlib import Path

from sendas_lab.aws.bad_line import BadLine, Break, Chooser, always, nothing, once
from sendas_lab.ses.message import GTUBE
from sendas_lab.world import Lab

from sendas.forward.routes import Refuse, To
from sendas.play.receiving_stack import Receiver, Wish, receive_with, routes_for
from sendas.play.scene import build


SECOND_MAILBOX = "second@gmail.com"
_LONG_ENOUGH = timedelta(hours=1)
HASTE = "50"
"""How many times faster the function waits between its tries."""


@dataclass(frozen=True, slots=True)
class Story:
    """One kind of mail; *bring* hands it to SES and says whom it should reach."""

    name: str
    title: str
    local_part: str
    text: bytes = b"Hello.\r\n"


STORIES = (
    Story("forward", "a mail for one mailbox", "me"),
    Story("two", "a mail for two mailboxes", "both"),
    Story("quarantine", "a mail that SES takes for spam", "me", GTUBE + b"\r\n"),
    Story("notice", "a mail to an address without a route", "nobody"),
    Story("reject", "a mail to an address that refuses mail", "closed"),
)


class HowOften(StrEnum):
    """Whether the fault passes, or stays until somebody mends it."""

    ONCE = "once"
    ALWAYS = "always"


@dataclass(frozen=True, slots=True)
class Outcome:
    """Where a mail was found after everything had been given time."""

    stored: bool
    copies: int = 0
    """The most any one mailbox has."""
    missing: int = 0
    """Mailboxes that it should have reached and that have none."""
    notices: int = 0
    quarantined: bool = False
    refusals: int = 0
    dead_letter: bool = False

    @property
    def lost(self) -> bool:
        """Neither delivered to everybody, nor kept where the owner is notified of it."""
        ended = self.notices or self.quarantined or self.refusals or self.dead_letter
        return not self.stored or not (ended or (self.copies and not self.missing))

    def words(self) -> str:
        """In a table's cell."""
        found = []
        if self.copies:
            times = {1: "once", 2: "twice"}.get(self.copies, f"{self.copies} times")
            found.append(f"delivered {times}" + (", not to all" if self.missing else ""))
        if self.quarantined:
            found.append("in quarantine")
        if self.refusals:
            found.append("bounced" + (" twice" if self.refusals > 1 else ""))
        if self.notices:
            found.append("owner told" + (" twice" if self.notices > 1 else ""))
        if self.dead_letter:
            found.append("dead letter")
        return "; ".join(found) or "LOST"


@dataclass(frozen=True, slots=True)
class Case:
    """One story with one fault."""

    story: str
    call: str
    fault: Break
    how_often: HowOften
    outcome: Outcome


class Theatre:
    """A lab in which the stories are played, one after another."""

    def __init__(self, receiver: Receiver, line: BadLine) -> None:
        self.receiver = receiver
        self.line = line
        self._number = 0

    def calls(self, story: Story) -> tuple[str, ...]:
        """The calls of the undisturbed story in a warm process, in order."""
        self.play(story, nothing)
        outcome = self.play(story, nothing)
        if outcome.lost:
            msg = f"{story.name} goes wrong by itself: {outcome}"
            raise RuntimeError(msg)
        return tuple(call.label for call in self.line.heard)

    def play(self, story: Story, choose: Chooser) -> Outcome:
        """Play the story with that fault, give it time, and look where the mail is."""
        receiver, scene = self.receiver, self.receiver.scene
        # What the function asks only now and then (its bounce rate), it asks each time.
        scene.lab.clock.move(_LONG_ENOUGH)
        self._number += 1
        author = f"jane{self._number}@example.net"
        forward_path = f"{story.local_part}@{scene.domain}"
        self.line.listen(choose)
        mail = receiver.letter(forward_path, author=author, subject=f"No. {self._number}")
        result = receiver.bring(mail + story.text, forward_path, reverse_path=author)
        message_id = result.reply.text.rpartition(" ")[2]
        receiver.settle()
        receiver.wait_it_out()
        return self._look(story, message_id, author)

    def _look(self, story: Story, message_id: str, author: str) -> Outcome:
        receiver, lab = self.receiver, self.receiver.scene.lab
        owner = receiver.scene.set_up.gmail
        wanted = {"me": (owner,), "both": (owner, SECOND_MAILBOX)}.get(story.local_part, ())
        if story.name == "quarantine":
            wanted = ()
        copies: Counter[str] = Counter()
        for mailbox in (owner, SECOND_MAILBOX):
            for mail in lab.gmail.inbox(mailbox):
                if mail.header("X-Sendas-Id") == message_id:
                    copies[mailbox] += 1
        notices = [m for m in lab.gmail.inbox(owner) if is_notice_of(m.text(), message_id)]
        marks = receiver.keys("sendas/quarantine/")
        return Outcome(
            stored=message_id in receiver.kept(),
            copies=max(copies.values(), default=0),
            missing=sum(1 for mailbox in wanted if not copies[mailbox]),
            notices=len(notices),
            quarantined=any(message_id in key for key in marks),
            refusals=len(lab.recipients.mailboxes.of(author)),
            dead_letter=message_id in receiver.dead_letters(take=True),
        )


def is_notice_of(text: str, message_id: str) -> bool:
    """Whether *text* is one of the owner's letters about that mail."""
    return f"sendas mail show {message_id}" in text or f"redeliver {message_id}" in text


@contextmanager
def theatre() -> Iterator[Theatre]:
    """A lab with receiving whose function reaches AWS by a bad line."""
    with Lab(region="eu-west-1") as lab, BadLine(lab.aws) as line:
        yield on_stage(lab, line)


def on_stage(lab: Lab, line: BadLine) -> Theatre:
    """Build receiving in a lab that runs."""
    scene = build(lab)
    lab.gmail.open_account(SECOND_MAILBOX)
    routes = routes_for(
        scene, both=To((scene.set_up.gmail, SECOND_MAILBOX)), closed=Refuse("No longer in use.")
    )
    wish = Wish(endpoint=line.url, environment={"LAB_HASTE": HASTE})
    return Theatre(receive_with(scene, routes, wish), line)


def cases(stage: Theatre, story: Story, how_often: HowOften) -> Iterator[Case]:
    """The story with every fault, in the order of its calls."""
    calls = stage.calls(story)
    if how_often is HowOften.ONCE:
        for number, call in enumerate(calls):
            before = calls[:number].count(call)
            for fault in Break:
                outcome = stage.play(story, once(call, fault, before))
                yield Case(story.name, f"{number + 1}. {call}", fault, how_often, outcome)
        return
    for call in dict.fromkeys(calls):
        for fault in Break:
            yield Case(story.name, call, fault, how_often, stage.play(story, always(call, fault)))


_HEAD = """# When a call fails: what becomes of the mail

Made by `python -m sendas.play.forwarding_failures`; do not edit. Every call that the forwarding
function makes for a mail was broken in the lab in every way below, once, and every time it was
made. The stack is the one that ships, made by `apply` in the lab. Then the queue was given time:
twenty receives, each after the pause that the function chose. The cells say where the mail was
then; in every case it also lies in S3, for as long as the bucket's rule keeps it.

- **throttled**, **5xx**, **access denied**, **404**: AWS's answer. The client tries again by
  itself where that helps; a send only where the answer proves that nothing was sent, which a 500
  does not.
- **5xx, done**: the answer is a 500, after the call had its effect.
- **no answer, not done**; **no answer, done**: the connection ends without a word, as a time-out
  ends it, before or after the call had its effect.
- **truncated**: half of the answer, after the effect.
- **killed before**, **killed after**: the process dies (SIGKILL) around the effect.
- *dead letter*: the notice is in the dead-letter queue, which has an alarm; once the cause is
  mended, `sendas mail redeliver` delivers the mail from S3.
- *delivered twice*: SES took the mail, and its answer was not written down. To send once more is
  the only way to be sure; a third time it is not sent, but the owner is told.

"""


def page(tell: Callable[[str], None]) -> str:
    """Play everything; the whole page, as Markdown."""
    found: list[Case] = []
    with theatre() as stage:
        for story in STORIES:
            for how_often in HowOften:
                tell(f"{story.title}, {how_often} …")
                found += cases(stage, story, how_often)
    return _HEAD + "\n".join(_sums(found)) + "\n" + "\n".join(_tables(found)) + "\n"


def _sums(found: list[Case]) -> Iterator[str]:
    yield "| mails | cases | delivered twice | dead letters | **lost** |"
    yield "|---|---:|---:|---:|---:|"
    for story in STORIES:
        mine = [case.outcome for case in found if case.story == story.name]
        twice = sum(outcome.copies > 1 for outcome in mine)
        dead = sum(outcome.dead_letter for outcome in mine)
        lost = sum(outcome.lost for outcome in mine)
        yield f"| {story.title} | {len(mine)} | {twice} | {dead} | **{lost}** |"


def _tables(found: list[Case]) -> Iterator[str]:
    for story in STORIES:
        yield f"\n## {story.title[0].upper()}{story.title[1:]}\n"
        for how_often in HowOften:
            mine = [c for c in found if (c.story, c.how_often) == (story.name, how_often)]
            yield f"### The fault comes {how_often}\n"
            yield f"| call | {' | '.join(Break)} | lost |"
            yield f"|---|{'---|' * (len(Break) + 1)}"
            for call in dict.fromkeys(case.call for case in mine):
                row = {case.fault: case.outcome for case in mine if case.call == call}
                cells = " | ".join(row[fault].words() for fault in Break)
                yield f"| `{call}` | {cells} | {sum(o.lost for o in row.values())} |"
            yield ""


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(
        page(lambda text: print(text, file=sys.stderr)),  # noqa: T201  talk, while it takes minutes
        encoding="utf-8",
    )
