"""Gmail's bounce when "Send mail as" itself failed: the mail never reached SES.

FACTS 5.3: the stable key is ``CustomFromDenied``; what went wrong stands after
"The response was:".
"""

import re

from sendas.bounce.refusal import SEND_AS
from sendas.bounce.report import Report
from sendas.mail.address import addresses_in, first_address
from sendas.mail.dsn import read_delivery_status
from sendas.mail.message import Message


_RESPONSE = re.compile(r"The response (?:from the remote server )?was:\s*", re.IGNORECASE)
_DELIVERING_TO = re.compile(r"delivering your message to\s+<?([^\s<>]{3,320})", re.IGNORECASE)


def read_send_as(message: Message, notice: str) -> list[Report]:
    """One report a recipient, with the SMTP server's own answer as its text."""
    found = _RESPONSE.search(notice)
    response = notice[found.end() :].strip() if found else ""
    parts = message.parts_of("message/delivery-status")
    status = read_delivery_status(parts[0].text) if parts else None
    recipients = (
        [one.final_recipient for one in status.recipients if one.final_recipient] if status else []
    )
    if not recipients:
        recipients = addresses_in(" ".join(message.headers.all("x-failed-recipients")), 100)
    if not recipients:
        named = _DELIVERING_TO.search(notice)
        recipients = [first_address(named.group(1)) if named else ""]
    diagnostic = status.recipients[0].diagnostic if status and status.recipients else ""
    declared = status.recipients[0].status if status and status.recipients else ""
    action = status.recipients[0].action if status and status.recipients else ""
    return [
        Report(
            one,
            text=response.split("\n\n")[0] or diagnostic,
            notice=notice,
            status=declared,
            action=action,
            reporting_host="googlemail.com",
            writer=SEND_AS,
            provider=SEND_AS,
        )
        for one in recipients
    ]
