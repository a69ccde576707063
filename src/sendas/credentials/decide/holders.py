"""Who keeps a copy of a mailbox's SMTP password, and which mails show that one does; pure."""

from collections.abc import Iterable
from dataclasses import dataclass

from sendas.config.model import Mailbox
from sendas.config.readers import GMAIL_HOLDER
from sendas.history.line import Line, Stream
from sendas.mail.address import same_address


_GMAIL_MESSAGE_ID = "@mail.gmail.com>"
"""How the Message-IDs of mail written in Gmail end (FACTS 5; seen in the wild)."""
ANYBODY = "whoever sends as it"


@dataclass(frozen=True, slots=True)
class Holder:
    """One copy.  *name* is as in `sendas.toml`; *account* the Gmail account, if it is one."""

    name: str
    account: str = ""

    @property
    def is_gmail(self) -> bool:
        """Whether the copy lies in Gmail's "Send mail as"."""
        return bool(self.account)

    def __str__(self) -> str:
        """For people."""
        return f"Gmail of {self.account}" if self.is_gmail else self.name


def parse_holder(name: str) -> Holder:
    """A holder, from its words in `sendas.toml`."""
    kind, _, rest = name.partition(":")
    return Holder(name, rest if kind == GMAIL_HOLDER else "")


def holders_of(mailbox: Mailbox) -> tuple[Holder, ...]:
    """Those that the file names; else Gmail of who reads its mail; else one unnamed."""
    if mailbox.held_by:
        return tuple(map(parse_holder, mailbox.held_by))
    reader = next(iter(mailbox.targets), None)
    return (parse_holder(f"{GMAIL_HOLDER}:{reader}") if reader else Holder(ANYBODY),)


def could_have_sent(holder: Holder, line: Line) -> bool:
    """Whether *line*'s mail can be of *holder*: a canary or a forwarded mail is nobody's."""
    if line.stream != Stream.OWN:
        return False
    return holder.is_gmail == line.message_id.strip().endswith(_GMAIL_MESSAGE_ID)


def sender_of_line(
    line: Line, holders: Iterable[Holder], once: "dict[str, Holder] | None" = None
) -> Holder | None:
    """Which of *holders* sent the mail of *line*, where only one can have; else None.

    *once* are the one-time addresses that a holder alone was asked to write to: a
    mail to one settles it, whatever else is alike.
    """
    for address, asked in (once or {}).items():
        if same_address(line.recipient, address):
            return asked
    able = [holder for holder in holders if could_have_sent(holder, line)]
    return able[0] if len(able) == 1 else None
