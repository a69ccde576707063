"""When a mail that could not be handed to SES is tried again, told about, and given up.

Published in docs/relay.md.  RFC 5321, 4.5.4.1: retries wait at least 30 minutes, "however,
more sophisticated and variable strategies will be beneficial"; give-up after four to five
days.  SES is one service that is there or is not, and takes mail again within minutes: so
the first retries come early, and two days are enough to tell somebody.
"""

from datetime import datetime, timedelta


STEPS = tuple(timedelta(seconds=s) for s in (15, 60, 120, 300, 600, 1200, 1800))
"""The pause after each attempt; the last goes on for ever."""
JITTER = 0.2
"""So much of a pause, up or down, is chance: not all come back at once."""
THROTTLED = timedelta(seconds=5)
HELD = timedelta(minutes=5)
"""How often what waits for the account is looked at again."""
LATEST = timedelta(hours=1)
"""Nothing waits so long for its next attempt: what claims to was written before the clock was
set back, and is due."""
DELAY_NOTICE_AFTER = timedelta(hours=4)
HELD_NOTICE_EVERY = timedelta(days=1)
GIVE_UP_AFTER = timedelta(days=2)


def pause(attempts: int, chance: float) -> timedelta:
    """How long to wait after the *attempts*-th attempt (from 1); *chance* is in [0, 1)."""
    step = STEPS[min(max(attempts, 1), len(STEPS)) - 1]
    return step * (1 - JITTER + 2 * JITTER * chance)


def given_up(accepted_at: datetime, now: datetime, after: timedelta = GIVE_UP_AFTER) -> bool:
    """Whether time is up for a mail accepted at *accepted_at*."""
    return now - accepted_at >= after


def delay_is_told(accepted_at: datetime, now: datetime) -> bool:
    """Whether the sender should hear by now that the mail is late."""
    return now - accepted_at >= DELAY_NOTICE_AFTER
