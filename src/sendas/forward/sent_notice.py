"""What the owner is told at once of mail that went out: a complaint, a bounce for good; pure."""

from datetime import datetime

from sendas.forward.notices import letter, line_of
from sendas.history.line import Line, Stream


_WHAT = {
    Stream.OWN: "A mail that you sent",
    Stream.FORWARD: "A mail that was forwarded to you",
    Stream.CANARY: "A probe of sendas",
}


def is_grave(line: Line) -> bool:
    """Whether the owner is to hear of it now: what ends up on the suppression list."""
    return line.kind == "complaint" or (line.kind == "bounce" and line.detail == "Permanent")


def alert(line: Line, to: str, sender: str, now: datetime, *, own: bool = False) -> bytes:
    """The mail that says so, with the mail it is about; loud where the recipient is our *own*."""
    complaint = line.kind == "complaint"
    what = "complaint" if complaint else "bounce"
    happened = "was called spam by its recipient" if complaint else "was refused for good"
    text = [
        f"{_WHAT[Stream(line.stream)]} {happened}.",
        "",
        f"To:       {line_of(line.recipient)}",
        f"Sent:     {line.sent_at}",
        f"Mail:     {line.mail}",
    ]
    if line.answer:
        text.append(f"Answer:   {line_of(line.answer)}")
    if line.subtype:
        text.append(f"SES says: {line_of(f'{line.detail} {line.subtype}'.strip())}")
    if own:
        text += ["", "THIS IS AN ADDRESS OF YOUR OWN: what goes to it by SES does not arrive now."]
    text += [
        "",
        "SES puts the address on the account's suppression list and sends it nothing more.",
        f"More:     sendas trace {line.mail}",
    ]
    if not complaint:
        text.append("If the address is good after all: sendas suppression remove ADDRESS")
    head = "ATTENTION, your own address: " if own else ""
    return letter(to, sender, f"{head}SES tells of a {what}", text, now)
