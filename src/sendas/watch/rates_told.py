"""Rates for people and for programs; pure."""

from collections.abc import Iterator, Mapping

from sendas.history.outcome import Outcome
from sendas.history.rates import PAUSE_BOUNCES, REVIEW_BOUNCES, WINDOW, Rates, Tally


MOST_SHOWN = 20
_COLUMNS = (
    Outcome.DELIVERED, Outcome.BOUNCED, Outcome.COMPLAINED, Outcome.SUPPRESSED, Outcome.REJECTED,
    Outcome.DELAYED, Outcome.ACCEPTED,
)  # fmt: skip


def told(rates: Rates, since: str) -> Iterator[str]:
    """Three tables, and how near a review is."""
    yield f"sent since {since[:16].replace('T', ' ')} UTC, one for each recipient:"
    yield from _table("stream", rates.by_stream)
    yield from _table("recipient domain", rates.by_domain)
    yield from _table("credential", rates.by_credential)
    yield ""
    found = rates.reputation
    if not found.sent:
        yield "reputation: nothing was sent that SES would count"
        return
    yield (
        f"reputation: the newest {_many(found.sent, 'mail')}, since {found.since[:10]}: "
        f"{_many(found.hard, 'hard bounce')} ({_percent(found.hard, found.sent)}), "
        f"{_many(found.complained, 'complaint')} ({_percent(found.complained, found.sent, 2)})"
    )
    left, until_pause = found.bounces_left(), found.bounces_left(PAUSE_BOUNCES)
    if left:
        yield f"  {_many(left, 'more hard bounce')} in a row and SES reviews the account (5 %)"
    else:
        yield "  at 5 % or above: SES reviews the account"
    yield (
        f"  {until_pause} more and it may be paused (10 %)"
        if until_pause
        else ("  at 10 % or above: SES may pause the account")
    )
    if not found.full:
        yield (
            f"  SES looks at about {WINDOW} mails of the whole account in the Region:"
            " older and others' count as well"
        )


def document(rates: Rates, since: str) -> dict[str, object]:
    """For ``--json``: ``sendas.rates/1``."""
    found = rates.reputation
    return {
        "schema": "sendas.rates/1",
        "since": since,
        "whole": _row(rates.whole),
        "by_stream": {key: _row(one) for key, one in sorted(rates.by_stream.items())},
        "by_domain": {key: _row(one) for key, one in sorted(rates.by_domain.items())},
        "by_credential": {key: _row(one) for key, one in sorted(rates.by_credential.items())},
        "reputation": {
            "sent": found.sent,
            "hard_bounces": found.hard,
            "complaints": found.complained,
            "since": found.since,
            "whole_window": found.full,
            "bounce_rate": found.bounce_rate,
            "complaint_rate": found.complaint_rate,
            "hard_bounces_until_review": found.bounces_left(REVIEW_BOUNCES),
            "hard_bounces_until_pause": found.bounces_left(PAUSE_BOUNCES),
        },
    }


def _row(tally: Tally) -> dict[str, int]:
    counts = {str(one): tally.outcomes[one] for one in _COLUMNS}
    return {"sent": tally.sent, **counts, "hard_bounces": tally.hard}


def _table(title: str, tallies: Mapping[str, Tally]) -> Iterator[str]:
    yield ""
    width = max([len(title), *(len(key) for key in tallies)])
    heads = "".join(f"{one:>12}" for one in ("sent", *_COLUMNS))
    yield f"{title:<{width}}{heads}"
    ordered = sorted(tallies.items(), key=lambda each: (-each[1].sent, each[0]))
    for key, tally in ordered[:MOST_SHOWN]:
        cells = "".join(f"{tally.outcomes[one]:>12}" for one in _COLUMNS)
        yield f"{key or '(unknown)':<{width}}{tally.sent:>12}{cells}"
    if len(ordered) > MOST_SHOWN:
        yield f"… and {len(ordered) - MOST_SHOWN} more: --json shows all"


def _many(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"


def _percent(part: int, whole: int, digits: int = 1) -> str:
    return f"{100 * part / whole:.{digits}f} %"
