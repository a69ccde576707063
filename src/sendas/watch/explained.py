"""A trace for people: one line for each mail, and why it did not arrive."""

import json

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import ip_address

from sendas.bounce import explain
from sendas.bounce.reason import Reason
from sendas.history.outcome import Outcome, Trace
from sendas.text import one_line


@dataclass(frozen=True, slots=True)
class Why:
    """What the bounce reader makes of a receiver's answer."""

    reason: str
    owner: str
    text: str
    help: tuple[str, ...]


def explained(trace: Trace) -> Why | None:
    """Why a mail did not arrive, or is late; None where nothing was said."""
    line = trace.decisive
    if trace.outcome.arrived or trace.outcome is Outcome.ACCEPTED:
        return None
    event = {
        "eventType": "Bounce",
        "bounce": {
            "bounceType": line.detail or "Transient",
            "bounceSubType": line.subtype or "General",
            "bouncedRecipients": [
                {
                    "emailAddress": trace.recipient,
                    "status": line.status,
                    "diagnosticCode": line.answer,
                }
            ],
            "timestamp": line.at,
        },
        "mail": {
            "messageId": trace.mail,
            "source": trace.sender,
            "destination": [trace.recipient],
        },
    }
    found = explain(json.dumps(event).encode())
    if not found.recipients:
        return None
    first = found.recipients[0]
    what_to_do = tuple(one.text for one in first.help)
    return Why(first.reason, first.owner or "", first.explanation, what_to_do)


def told(trace: Trace) -> Iterator[str]:
    """The lines: what, when, from whom to whom; then why, whose, what to do."""
    at = trace.sent_at[:16].replace("T", " ")
    # Behind our relay every mail has the relay's own role: whose password it was says more.
    who = trace.first("submitter") or trace.first("credential")
    by = f"  by {who}" if who else ""
    place = trace.first("source_ip")
    place = f" from {place}" if place else ""
    forward = f"  (forward of {received})" if (received := trace.first("received")) else ""
    yield (
        f"{at}  {trace.outcome:<10}  {trace.sender} -> {trace.recipient}"
        f"  {trace.mail}{by}{place}{forward}"
    )
    line = trace.decisive
    if line.answer and trace.outcome is not Outcome.ACCEPTED:
        yield f"    said   {one_line(line.answer)}"
    why = explained(trace)
    if why is not None:
        yield f"    why    {why.reason}: {one_line(why.text)}"
        yield f"    whose  {why.owner}"
        yield from (f"    do     {one_line(text)}" for text in why.help)
        yield from (f"    look   {text}" for text in look_up(trace, why))


_ZONES = {
    "spamhaus": "zen.spamhaus.org",
    "spamcop": "bl.spamcop.net",
    "barracuda": "b.barracudacentral.org",
    "uceprotect": "dnsbl-1.uceprotect.net",
}
"""Where the lists that refusals name are asked (each list's own pages)."""


def look_up(trace: Trace, why: Why) -> Iterator[str]:
    """Where to see whether the address that SES sent from is on the list that a refusal names."""
    address = trace.decisive.outgoing_ip or trace.first("outgoing_ip")
    if why.reason != Reason.BLOCKED or not address:
        return
    try:
        reverse = ip_address(address).reverse_pointer.rpartition(".")[0].rpartition(".")[0]
    except ValueError:
        return
    said = trace.decisive.answer.lower()
    named = [zone for name, zone in _ZONES.items() if name in said]
    if not named:
        yield f"SES sent it from {address}: look that up at the list which the answer names"
    for zone in named:
        yield f"dig +short {reverse}.{zone}   (127.0.0.x: {address} is listed; nothing: it is not)"
