"""From evidence to diagnosis, and the status a program exits with."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from sendas.advice import Owner
from sendas.doctor.evidence import Evidence, Subject
from sendas.doctor.judge import NoSuchRule
from sendas.doctor.model import Diagnosis, Finding, Layer, Rule, Severity, Status, Verdict
from sendas.doctor.run import examine, exit_status
from sendas.ses.regions import Region


EVIDENCE = Evidence(Subject("example.com", Region("us-east-2")), datetime(2026, 11, 1, tzinfo=UTC))
FAILS, HOLDS = Verdict(Status.FAIL, "it is broken"), Verdict(Status.OK, "it holds")
UNSEEN = Verdict(Status.UNKNOWN, "nobody answered")

ROOT = Rule("DNS001", "a wish", Layer.DNS, Owner.DNS, Severity.HIGH, lambda _: FAILS)
FOLLOWS = replace(ROOT, code="GM001", layer=Layer.GMAIL, explained_by=("DNS001",))
WAITS = replace(ROOT, code="GM002", layer=Layer.GMAIL, needs=("DNS001",))
APART = replace(ROOT, code="SUP001", layer=Layer.SUPPRESSION)
WELL = replace(ROOT, code="ACC001", layer=Layer.ACCOUNT, judge=lambda _: HOLDS)
RULES = (ROOT, WELL, FOLLOWS, WAITS, APART)


def test_the_whole() -> None:
    """Two faults that have nothing to do with each other are two roots."""
    diagnosis = examine(EVIDENCE, rules=RULES)

    assert ("example.com", "us-east-2") == (diagnosis.domain, diagnosis.region)
    assert ("DNS001", "SUP001") == diagnosis.roots
    assert 5 == len(diagnosis.findings)


def test_a_part_still_names_its_cause() -> None:
    """`--only gmail` shows what Gmail's findings go back to, and nothing else."""
    diagnosis = examine(EVIDENCE, only=["gmail"], rules=RULES)

    assert ("DNS001",) == diagnosis.roots
    assert ["DNS001", "GM001", "GM002"] == [finding.code for finding in diagnosis.findings]
    assert "DNS001" == diagnosis.findings[1].explained_by


def test_a_healthy_part_does_not_change_the_verdict() -> None:
    """Faults elsewhere are not its own, and no all-clear is without them."""
    diagnosis = examine(EVIDENCE, only=["ACC001"], rules=RULES)

    assert (1, ()) == (exit_status(diagnosis), diagnosis.roots)
    assert ["DNS001", "GM001", "SUP001"] == [finding.code for finding in diagnosis.not_shown]


@pytest.mark.parametrize("only", [["ACC001"], ["SUP001"], ["suppression", "account"]])
@pytest.mark.parametrize(("ended", "status"), [(FAILS, 1), (UNSEEN, 3), (HOLDS, 0)])
def test_the_exit_status_is_of_all(only: list[str], ended: Verdict, status: int) -> None:
    """Whichever part is shown."""
    rules = (WELL, replace(ROOT, judge=lambda _: ended), replace(APART, judge=lambda _: HOLDS))

    assert status == exit_status(examine(EVIDENCE, only=only, rules=rules))


def test_an_unknown_part_is_refused() -> None:
    """Before anything is judged."""
    with pytest.raises(NoSuchRule):
        examine(EVIDENCE, only=["DNS1"], rules=RULES)


@pytest.mark.parametrize(
    ("ended", "status"),
    [
        ((), 0),
        ((Status.OK, Status.INFO, Status.WARN), 0),
        ((Status.OK, Status.UNKNOWN, Status.SKIPPED), 3),
        ((Status.OK, Status.CRASHED), 3),
        ((Status.FAIL, Status.UNKNOWN, Status.CRASHED), 1),
    ],
)
def test_exit_status(ended: tuple[Status, ...], status: int) -> None:
    """A fault that was seen outweighs what was not."""
    findings = tuple(
        Finding(f"DNS00{n}", Layer.DNS, each, Severity.HIGH, Owner.DNS, "what is")
        for n, each in enumerate(ended)
    )

    assert status == exit_status(Diagnosis("example.com", "us-east-2", (), findings))
