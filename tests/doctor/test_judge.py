"""The judge over small made-up rules: no answer is mistaken for another."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from sendas.advice import Owner
from sendas.doctor.evidence import Evidence, Subject
from sendas.doctor.judge import NoSuchRule, codes_of, judge, unasked
from sendas.doctor.model import Layer, Rule, Severity, Status, Verdict
from sendas.errors import CouldNotLook
from sendas.ses.regions import Region


EVIDENCE = Evidence(Subject("example.com", Region("us-east-2")), datetime(2026, 11, 1, tzinfo=UTC))

Judge = Callable[[Evidence], Verdict | None]


def says(status: Status, title: str = "so it is") -> Judge:
    """A judge that always concludes the same."""
    return lambda _: Verdict(status, title)


def raises(error: Exception) -> Judge:
    """A judge that cannot answer."""

    def judge_it(_: Evidence) -> Verdict:
        raise error

    return judge_it


def rule(code: str, ask: Judge, *needs: str, layer: Layer = Layer.DNS) -> Rule:
    """A rule that is nobody's."""
    return Rule(code, f"wish {code}", layer, Owner.DNS, Severity.HIGH, ask, needs=needs)


def ends(*rules: Rule) -> dict[str, Status]:
    """How each rule ended."""
    return {finding.code: finding.status for finding in judge(EVIDENCE, rules)}


@pytest.mark.parametrize("status", [Status.OK, Status.INFO, Status.WARN, Status.FAIL])
def test_a_verdict_becomes_a_finding(status: Status) -> None:
    """What the judge concludes is reported as it stands."""
    (finding,) = judge(EVIDENCE, [rule("A", says(status, "what is"))])

    assert (status, "what is", Owner.DNS) == (finding.status, finding.title, finding.owner)


def test_silence_is_unknown_and_says_why() -> None:
    """Nobody answered: neither well nor failing."""
    silence = CouldNotLook("TXT example.com: timeout")
    (finding,) = judge(EVIDENCE, [rule("A", raises(silence))])

    assert (Status.UNKNOWN, "TXT example.com: timeout") == (finding.status, finding.cause)


@pytest.mark.parametrize(
    "ask", [lambda _: None, lambda e: Verdict(Status.OK, e.account().case_id)]
)
def test_a_question_that_does_not_arise_leaves_no_trace(ask: Judge) -> None:
    """Neither where the rule says so, nor where the run did not ask."""
    assert {} == ends(rule("A", ask))


def test_a_broken_rule_is_a_finding_without_what_it_saw() -> None:
    """It crashes alone, and its message, which may quote evidence, is not repeated."""
    broken = rule("A", raises(KeyError("wJalrXUtnFEMI")))
    first, second = judge(EVIDENCE, [broken, rule("B", says(Status.OK))])

    assert (Status.CRASHED, "KeyError") == (first.status, first.cause)
    assert "wJalr" not in repr(first)
    assert Status.OK is second.status


def test_a_rule_may_not_claim_what_only_the_judge_knows() -> None:
    """UNKNOWN, SKIPPED and CRASHED are never a verdict."""
    assert {"A": Status.CRASHED} == ends(rule("A", says(Status.UNKNOWN)))


@pytest.mark.parametrize(
    ("need", "status"),
    [
        (says(Status.OK), Status.OK),
        (says(Status.INFO), Status.OK),
        (says(Status.WARN), Status.OK),
        (lambda _: None, Status.OK),
        (says(Status.FAIL), Status.SKIPPED),
        (raises(CouldNotLook("no")), Status.SKIPPED),
        (raises(ValueError()), Status.SKIPPED),
    ],
)
def test_a_need_that_does_not_hold_skips(need: Judge, status: Status) -> None:
    """Whatever the order in which the rules stand."""
    dependent = rule("A", says(Status.OK), "Z")

    assert status is ends(dependent, rule("Z", need))["A"]


def test_a_chain_of_skips_names_the_need_that_failed() -> None:
    """Not the one in between, which nobody can mend."""
    findings = judge(
        EVIDENCE,
        [
            rule("C", says(Status.OK), "B"),
            rule("B", says(Status.OK), "A"),
            rule("A", says(Status.FAIL)),
        ],
    )

    assert ["A", "A", None] == [finding.skipped_because for finding in findings]


def test_findings_stand_in_the_order_of_the_rules() -> None:
    """Needs decide when a rule is asked, never where it is reported."""
    rules = [rule("C", says(Status.OK), "A"), rule("A", says(Status.OK))]

    assert ["C", "A"] == list(ends(*rules))


def test_only_takes_codes_and_layers_in_any_case() -> None:
    """`--only dns001`, `--only DNS`."""
    rules = [
        rule("DNS001", says(Status.OK)),
        rule("DNS002", says(Status.OK)),
        rule("GM001", says(Status.OK), layer=Layer.GMAIL),
    ]

    assert {"DNS001"} == codes_of(["dns001"], rules)
    assert {"DNS001", "DNS002"} == codes_of(["DNS"], rules)
    with pytest.raises(NoSuchRule, match="'dsn'"):
        codes_of(["dsn"], rules)


def test_what_nobody_asked_can_be_listed() -> None:
    """So that observing is held to ask all that rules look at."""
    rules = [
        rule("A", lambda e: Verdict(Status.OK, str(e.account()))),
        rule("B", says(Status.OK)),
        rule("C", raises(ValueError())),
    ]

    assert {"A": "GetAccount in us-east-2: not-asked"} == unasked(EVIDENCE, rules)
