"""Whether the domain behind ``--to`` takes mail: RFC 5321, 5.1, and RFC 7505."""

from datetime import UTC, datetime

import pytest

from sendas.dns.answers import RESOLVER, Absent, Answer, Lookup, Question, Records, RecordType
from sendas.doctor.dns_questions import recipient_questions
from sendas.doctor.evidence import Evidence, Subject
from sendas.doctor.model import Status
from sendas.doctor.rules.downstream.recipient_domain import RULE
from sendas.errors import CouldNotLook
from sendas.outcome import NoAnswer, Why
from sendas.ses.regions import Region


TO = "ada@fabrikam.example"
NOTHING, NO_NAME = (
    Absent(name_exists=True, negative_ttl=1),
    Absent(name_exists=False, negative_ttl=1),
)
SILENCE = NoAnswer(Why.TIMEOUT, "5 s")


def evidence(mx: Answer, a: Answer = NOTHING) -> Evidence:
    """What the resolver says of the recipient's domain."""
    said = {RecordType.MX: mx, RecordType.A: a, RecordType.AAAA: NOTHING}
    return Evidence(
        Subject("example.com", Region("us-east-1"), to_address=TO),
        datetime(2026, 11, 29, tzinfo=UTC),
        lookups={q: Lookup(q, {RESOLVER: said[q.type]}) for q in recipient_questions(TO)},
    )


@pytest.mark.parametrize(
    ("mx", "a", "status"),
    [
        (Records(("10 mx.fabrikam.example",), 1), NOTHING, Status.OK),
        (NOTHING, Records(("192.0.2.1",), 1), Status.OK),
        (NOTHING, NOTHING, Status.FAIL),
        (NO_NAME, NO_NAME, Status.FAIL),
        (Records(("0 .",), 1), Records(("192.0.2.1",), 1), Status.FAIL),
    ],
    ids=["mx", "host itself", "no host", "no domain", "null MX"],
)
def test_who_takes_mail(mx: Answer, a: Answer, status: Status) -> None:
    """An MX, or the host itself where there is none; the null MX takes none."""
    verdict = RULE.judge(evidence(mx, a))

    assert verdict is not None
    assert status is verdict.status


def test_silence_is_no_missing_domain() -> None:
    """Nobody answered: nothing is concluded."""
    with pytest.raises(CouldNotLook):
        RULE.judge(evidence(SILENCE))


def test_it_is_asked_at_the_recipients_domain() -> None:
    """Three questions about what stands after the @."""
    assert {"fabrikam.example"} == {q.name for q in recipient_questions(TO)}
    assert Question("fabrikam.example", RecordType.MX) in recipient_questions(TO)
