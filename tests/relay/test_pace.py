"""Pacing, turns, the schedule, limits, and what becomes of SES's refusals."""

from datetime import UTC, datetime, timedelta

import pytest

from hypothesis import given
from hypothesis import strategies as st

from sendas.bounce.reason import Reason
from sendas.relay.decide import limits, schedule, verdict
from sendas.relay.decide.gate import Gate
from sendas.relay.decide.pacing import Pace, Turns
from sendas.relay.decide.verdict import Then, explained, judge_failure
from sendas.ses.hold import HOLDS, Hold


NOW = datetime(2026, 11, 29, 10, tzinfo=UTC)


@given(st.floats(0.5, 200), st.lists(st.tuples(st.integers(1, 50), st.floats(0, 3)), max_size=60))
def test_never_faster_than_ses_allows(rate: float, calls: list[tuple[int, float]]) -> None:
    """From any moment on, no more recipients than rate x time, one second's burst and one call."""
    pace, now, sent = Pace(rate, 0.0), 0.0, []
    for recipients, gap in calls:
        now += gap
        while (wait := pace.wait(recipients, now)) > 0:
            now += wait + 1e-9
        sent.append((now, recipients))
    for number, (start, _) in enumerate(sent):
        for end, _ in sent[number:]:
            within = [r for at, r in sent[number:] if at <= end]
            assert sum(within) <= rate * (end - start) + max(rate, 1) + max(within) + 1e-3


def test_throttling_halves_the_pace_and_it_recovers() -> None:
    """Once a second at most: twenty calls in flight that are throttled are one sign."""
    pace = Pace(14.0, 0.0)
    for at in (1.0, 1.1, 1.2, 1.9):
        pace.throttled(at)
    assert 7.0 <= pace.rate_per_second < 7.5  # halved once, and recovering since
    pace.wait(1, 62.0)
    assert 14.0 == pace.rate_per_second


def test_ses_raises_the_rate() -> None:
    """What GetAccount says counts at once, and a lower rate too."""
    pace = Pace(1.0, 0.0)
    pace.set_limit(14.0, 1.0)
    assert 14.0 == pace.rate_per_second
    pace.set_limit(5.0, 2.0)
    assert 5.0 == pace.rate_per_second


def test_a_rate_of_nothing_is_asked_slowly() -> None:
    """GetAccount's MaxSendRate may be 0: mail waits, and nothing is divided by it."""
    pace = Pace(14.0, 0.0)
    pace.set_limit(0.0, 1.0)
    waits = [pace.wait(10, 1.0) for _ in range(20)]

    assert 0.0 < waits[-1] < 3600.0


def test_without_a_limit_nobody_waits() -> None:
    """A rate of -1 is no limit (ses.account)."""
    pace = Pace(-1.0, 0.0)

    assert {0.0} == {pace.wait(50, 0.0) for _ in range(1000)}


def test_the_daily_quota_is_kept_to() -> None:
    """GetAccount: 200 a day, 150 sent: 50 recipients may still go, then none is asked for."""
    pace = Pace(1000.0, 0.0)
    pace.set_left(50.0)
    found = []
    for _ in range(2):
        assert 0.0 == pace.wait(25, 0.0)
        found.append(pace.spent)
    pace.set_left(-1.0)

    assert [False, True] == found
    assert not pace.spent


def test_a_clock_that_jumps_back_gives_nothing() -> None:
    """Neither tokens nor an endless wait."""
    pace = Pace(1.0, 100.0)
    assert 0.0 == pace.wait(1, 100.0)
    assert 0.0 < pace.wait(1, 50.0) <= 1.0


def test_a_flood_waits_behind_nobody_else() -> None:
    """A newsletter of 10,000 does not hold up the owner's one mail."""
    turns: Turns[str] = Turns()
    for n in range(10_000):
        turns.add("newsletter", f"n{n}")
    turns.add("me", "hello")

    assert ["n0", "hello", "n1"] == [turns.next() for _ in range(3)]
    assert 9_998 == len(turns) == turns.waiting("newsletter")


def test_a_shut_gate_lets_one_through_each_minute() -> None:
    """So that it is noticed when the account is mended; two at once would be no trial."""
    gate = Gate()
    assert not gate.shut(0.0, 20)
    gate.close(Hold.PAUSED, 100.0)

    assert [True, True, False, True, True, False] == [
        gate.shut(now, in_flight)
        for now, in_flight in ((100, 0), (159, 0), (160, 0), (161, 0), (220, 1), (221, 0))
    ]
    gate.try_now()
    assert not gate.shut(222.0, 0)
    assert Hold.PAUSED is gate.open()
    assert gate.open() is None
    assert not gate.shut(222.0, 9)


@given(st.integers(0, 500), st.floats(0, 1, exclude_max=True))
def test_pauses_are_those_published(attempts: int, chance: float) -> None:
    """Between 12 seconds and 36 minutes, never shorter for more attempts but for chance."""
    assert timedelta(seconds=12) <= schedule.pause(attempts, chance) <= timedelta(minutes=36)


def test_when_people_are_told() -> None:
    """Four hours and two days (issue 17)."""
    assert not schedule.delay_is_told(NOW, NOW + timedelta(hours=3, minutes=59))
    assert schedule.delay_is_told(NOW, NOW + timedelta(hours=4))
    assert not schedule.given_up(NOW, NOW + timedelta(hours=47))
    assert schedule.given_up(NOW, NOW + timedelta(days=2))


@pytest.mark.parametrize(
    ("load", "words"),
    [
        (limits.Load(0, 10**12, 0), None),
        (limits.Load(0, 10**12, 0, writable=False), "cannot be written"),
        (limits.Load(0, 512 * 1024**2, 0), "disk"),
        (limits.Load(0, 10**12, 1_000_000), "full"),
        (limits.Load(256 * 1024**2, 10**12, 0), "received at once"),
    ],
)
def test_truthful_refusals(load: limits.Load, words: str | None) -> None:
    """452 while there still is room to say so; the client tries again (RFC 5321, 4.2.3)."""
    reply = limits.refused_for_load(limits.Limits(), load, 10_240)

    assert (reply is None) is (words is None)
    if reply and words:
        assert 452 == reply.code
        assert words in reply.text


_BAD, _MANY, T, H = "BadRequestException", "TooManyRequestsException", Then, Hold
ONE, TWO = ["a@example.net"], ["a@example.net", "b@example.net"]
NOT_VERIFIED = (
    "Email address is not verified. The following identities failed the check in region "
    "US-EAST-2: {}"
)


@pytest.mark.parametrize(
    ("code", "text", "status", "recipients", "then", "hold"),
    [
        ("MessageRejected", NOT_VERIFIED.format("me@example.com"), 400, TWO, T.REFUSED, None),
        ("MessageRejected", NOT_VERIFIED.format("a@example.net"), 400, ONE, T.HELD, H.SANDBOX),
        ("MessageRejected", NOT_VERIFIED.format("A@example.net"), 400, TWO, T.SPLIT, None),
        (_BAD, "Duplicate header 'To'.", 400, TWO, T.REFUSED, None),
        (_BAD, "Domain contains illegal character", 400, TWO, T.SPLIT, None),
        (_BAD, "Domain contains illegal character", 400, ONE, T.REFUSED, None),
        ("SendingPausedException", "Sending paused", 400, ONE, T.HELD, H.PAUSED),
        ("AccountSuspendedException", "Sending suspended", 400, ONE, T.HELD, H.PAUSED),
        ("MailFromDomainNotVerifiedException", "x", 400, ONE, T.HELD, H.PAUSED),
        ("AccessDeniedException", "not authorized", 403, ONE, T.HELD, H.RIGHTS),
        ("UnrecognizedClientException", "token", 403, ONE, T.HELD, H.KEY),
        ("NotFoundException", "set <x> does not exist", 404, ONE, T.HELD, H.SETTING),
        (_MANY, "Maximum sending rate exceeded.", 429, ONE, T.SLOWER, None),
        (_MANY, "Daily message quota exceeded.", 429, ONE, T.HELD, H.QUOTA),
        ("ExpiredTokenException", "expired", 403, ONE, T.LATER, None),
        ("ServiceUnavailable", "", 503, ONE, T.LATER, None),
        ("InternalServiceErrorException", "", 500, ONE, T.UNKNOWN, None),
        ("NobodyHasHeardOfIt", "", 400, ONE, T.LATER, None),
        ("NobodyHasHeardOfIt", "", 500, ONE, T.UNKNOWN, None),
    ],
)  # fmt: skip
def test_what_becomes_of_a_refusal(
    code: str, text: str, status: int, recipients: list[str], then: Then, hold: Hold | None
) -> None:
    """Codes and sentences as the SES API reference and `sendas_lab.ses.replies` have them."""
    found = judge_failure(code, text, status, recipients)

    assert (then, hold) == (found.then, found.hold)


def test_silence_is_judged_by_what_had_left() -> None:
    """A request that never left is no duplicate; one that left whole may have been a send."""
    assert Then.LATER is judge_failure("", "", 0, ONE, sent=False).then
    assert Then.UNKNOWN is judge_failure("", "", 0, ONE, sent=True).then


def test_every_hold_says_what_it_waits_for() -> None:
    """One line each."""
    assert set(Hold) == set(HOLDS)


def test_the_refusal_is_explained_by_the_bounce_room() -> None:
    """One table of SES's words: the notice says what `sendas bounce` would."""
    found, status = explained(
        f"MessageRejected: {NOT_VERIFIED.format('me@example.com')}", "a@b.example"
    )

    assert "5.7.1" == status
    assert "not verified" in found.explanation


def test_a_refusals_codes_are_for_words_that_there_are() -> None:
    """The bounce room's own: one that was renamed there would have no code here."""
    assert verdict._STATUS.keys() <= set(map(str, Reason))  # noqa: SLF001  a table
