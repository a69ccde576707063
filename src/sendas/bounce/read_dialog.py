"""Gmail's own words, read off its pages: the "Send mail as" dialog, and its bounce copied out.

What Gmail says around it is known by no source that could be cited (FACTS 5.3), so that it is
matched loosely; what the server answered, it quotes.
"""

import re

from sendas.bounce.pasted_report import pasted_report
from sendas.bounce.patterns import lazily
from sendas.bounce.refusal import SEND_AS
from sendas.bounce.report import Report


_MARKS = (
    "customfromdenied", "server returned error", "'send mail as' account",
    "'send mail as' feature", "please check your username/password", "couldn't reach server",
    "could not reach server", "your other email provider", "your other mail service",
    "tls negotiation failed", "sent_second_ehlo", "unspecified error (",
)  # fmt: skip
_WORKSPACE = re.compile(
    r"you must send through .{1,260}? smtp servers when you send as", re.IGNORECASE
)
# The server's answer, and Gmail's "code:" behind it.
_QUOTED = (
    r"(?:server returned error:|the response (?:from the remote server )?was:?) ?\"?"
    r"(?P<said>.{3,2000}?)(?: ?, code: ?\d{1,4}\"?| ?\[ hide|\"?\s*$|\" )"
)
_CODE = re.compile(r"(?P<code>[45]\d\d)[ -]")
_TO = re.compile(r"delivered to <?([^\s<>]{3,320}@[^\s<>]{1,255})>? because", re.IGNORECASE)


def read_dialog(flat: str) -> list[Report]:
    """The refusal that Gmail shows in *flat*, one line; none where Gmail does not speak in it."""
    lowered = flat.lower()
    if not any(words in lowered for words in _MARKS) and not _WORKSPACE.search(flat):
        return []
    found = lazily(_QUOTED).search(flat)
    said = found["said"].strip() if found else flat
    if found and "timed out" not in said.lower() and not _CODE.match(said):
        # Without the server's code, what Gmail says above it may be all that tells.
        said = f"{said} ({flat[: found.start()].strip()})"
    code = _CODE.match(said)
    whom = _TO.search(flat)
    return [
        pasted_report(
            said,
            whom[1] if whom else "",
            code=code["code"] if code else "",
            provider=SEND_AS,
        )
    ]
