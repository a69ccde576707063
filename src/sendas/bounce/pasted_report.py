"""A refusal that somebody shows, as a report: what was said, of whom, by which host."""

from sendas.bounce.reason import Reason
from sendas.bounce.report import Report
from sendas.bounce.said import said_in
from sendas.mail.address import first_address


_OF_OTHERS = ("sender", "mail from", "postmaster@", "identit")


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
        recipient=first_address(to) or to or first_address(_about(said)),
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
    return "" if any(words in text.lower() for words in _OF_OTHERS) else text
