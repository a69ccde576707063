"""The planner: everything that can be asked is asked, and it comes to an end."""

import pytest

from sendas.dns.answers import Absent, Answer, Question, Records, RecordType
from sendas.doctor.dns_questions import Expectations, foreign_report_domains, questions_for


def asked(world: dict[str, str], *, rounds: int = 100) -> tuple[set[Question], int]:
    """Every question about example.com in *world* (TXT by name), and in how many rounds."""
    known: dict[Question, Answer] = {}
    for done in range(rounds):
        new = questions_for("example.com", Expectations(("tok",)), known.get) - known.keys()
        if not new:
            return set(known), done
        for question in new:
            text = world.get(question.name) if question.type is RecordType.TXT else None
            absent = Absent(name_exists=False, negative_ttl=60)
            known[question] = Records((text,), 60) if text else absent
    pytest.fail(f"still asking after {rounds} rounds")


def test_most_is_asked_at_once() -> None:
    """Only what hangs on an answer waits for it: one round for each level of includes."""
    world = {"example.com": "v=spf1 include:a.example -all", "a.example": "v=spf1 -all"}

    questions, rounds = asked(world)

    assert 2 == rounds
    assert {"tok._domainkey.example.com", "_dmarc.example.com", "_dmarc.com"} <= {
        question.name for question in questions
    }


def test_an_endless_chain_ends() -> None:
    """A record whose includes never end is left, not followed for ever."""
    chain = {f"s{n}.example": f"v=spf1 include:s{n + 1}.example -all" for n in range(500)}

    questions, _ = asked({"example.com": "v=spf1 include:s0.example -all", **chain})

    assert len(questions) < 100


def test_only_foreign_domains_must_consent() -> None:
    """RFC 9990, section 4: reports within the own domain need no record."""
    addresses = ("a@example.com", "b@mail.example.com", "c@reports.example.org")

    assert ("reports.example.org",) == foreign_report_domains("example.com", addresses)
