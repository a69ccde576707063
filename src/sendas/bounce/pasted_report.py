"""A refusal that somebody shows, as a report: what was said, of whom, by which host."""

import re

from sendas.bounce.reason import Reason
from sendas.bounce.report import Report
from sendas.bounce.said import said_in
from sendas.mail.address import first_address, spans_in


_OF_OTHERS = ("sender", "mail from", "postmaster@", "identit")
_TO_WRITE_TO = re.compile(
    r"(?:contact|mailto:|\bwrite to|\bask\b|\breport|\bquestions?\b|\bhelp\b|\bsupport\b"
    r"|\bcomplain|\bapply\b|\bunblock|\bdelist|\bremov)[^@]{0,60}$"
)
"""What stands in front of an address that the reader may write to: nobody the mail was for."""
_BEFORE = 100
"""Characters of it that are looked at."""


def pasted_report(  # noqa: PLR0913  one keyword for each thing a form can tell
    said: str,
    to: str = "",
    *,
    code: str = "",
    status: str = "",
    action: str = "",
    host: str = "",
    context: str = "",
    provider: str = "",
) -> Report:
    """A report of what was *said*; *host* is who said it, where the words do not name one."""
    quoted = said_in(said)
    return Report(
        recipient=first_address(to) or to or _about(said),
        text=said,
        notice=context or said,
        reply_code=code if code[:1] in {"4", "5"} else "",
        status=status,
        action=action,
        command=quoted.command,
        refusing_host=quoted.host or host.lower(),
        settled=Reason.DELIVERED if action == "delivered" else None,
        provider=provider,
        pasted=True,
    )


def _about(text: str) -> str:
    # "<a@example.com>: Recipient address rejected" names the recipient; a sender's address is
    # no recipient.
    if any(words in text.lower() for words in _OF_OTHERS):
        return ""
    for address, start, _ in spans_in(text, 20):
        if not _TO_WRITE_TO.search(text[max(0, start - _BEFORE) : start].lower()):
            return address
    return ""
