"""Roots and what they explain, over made-up findings."""

from collections.abc import Mapping
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from sendas.advice import Owner
from sendas.doctor.diagnose import diagnose
from sendas.doctor.evidence import Subject
from sendas.doctor.model import Diagnosis, Finding, Layer, Rule, Severity, Status
from sendas.ses.regions import Region


SUBJECT = Subject("example.com", Region("us-east-2"))


def finding(code: str, status: Status, severity: Severity = Severity.HIGH) -> Finding:
    """A finding of no rule in particular."""
    return Finding(code, Layer.DNS, status, severity, Owner.DNS, f"what is with {code}")


def rule(code: str, *explained_by: str) -> Rule:
    """A rule that is never asked here."""
    return Rule(
        code,
        "a wish",
        Layer.DNS,
        Owner.DNS,
        Severity.HIGH,
        lambda _: None,
        explained_by=explained_by,
    )


def told(explanations: Mapping[str, tuple[str, ...]], **status: Status) -> Diagnosis:
    """Diagnose findings of this status, under these explanations."""
    rules = [rule(code, *explanations.get(code, ())) for code in status]
    return diagnose(SUBJECT, [finding(*item) for item in status.items()], rules)


def explained(diagnosis: Diagnosis) -> dict[str, str | None]:
    """Which root each finding goes back to."""
    return {finding.code: finding.explained_by for finding in diagnosis.findings}


def test_nothing_failing_has_no_root() -> None:
    """A warning or an unknown answer is no cause."""
    assert () == told({}, A=Status.WARN, B=Status.UNKNOWN, C=Status.OK).roots


def test_one_fault_one_root() -> None:
    """What follows from it is explained, warnings too."""
    diagnosis = told(
        {"B": ("A",), "C": ("A",)}, A=Status.FAIL, B=Status.FAIL, C=Status.WARN, D=Status.OK
    )

    assert ("A",) == diagnosis.roots
    assert {"A": None, "B": "A", "C": "A", "D": None} == explained(diagnosis)


def test_independent_faults_stay_apart() -> None:
    """Incident B: a stale credential, and a recipient's refusal."""
    diagnosis = told(
        {"GM": ("KEY",), "SILENCE": ("SUP",)},
        KEY=Status.FAIL,
        GM=Status.FAIL,
        SUP=Status.FAIL,
        SILENCE=Status.FAIL,
    )

    assert ("KEY", "SUP") == diagnosis.roots
    assert "SUP" == explained(diagnosis)["SILENCE"]


def test_a_chain_goes_back_to_its_root() -> None:
    """Through what failed, and through what could not be judged."""
    chain = {"A": ("B",), "B": ("C",), "C": ("D",)}
    diagnosis = told(chain, A=Status.FAIL, B=Status.SKIPPED, C=Status.FAIL, D=Status.FAIL)

    assert ("D",) == diagnosis.roots
    assert {"A": "D", "B": None, "C": "D", "D": None} == explained(diagnosis)


def test_what_works_passes_no_fault_on() -> None:
    """A missing record explains a refusal only by an identity that is indeed pending."""
    chain = {"REFUSED": ("PENDING",), "PENDING": ("RECORD",)}

    assert ("REFUSED", "RECORD") == told(
        chain, REFUSED=Status.FAIL, PENDING=Status.OK, RECORD=Status.FAIL
    ).roots
    assert ("RECORD",) == told(
        chain, REFUSED=Status.FAIL, PENDING=Status.UNKNOWN, RECORD=Status.FAIL
    ).roots


def test_the_nearest_fault_explains() -> None:
    """One step up beats two."""
    diagnosis = told(
        {"A": ("B", "NEAR"), "B": ("FAR",)},
        A=Status.FAIL,
        B=Status.SKIPPED,
        FAR=Status.FAIL,
        NEAR=Status.FAIL,
    )

    assert "NEAR" == explained(diagnosis)["A"]


def test_the_gravest_root_stands_first() -> None:
    """It is what to mend first; otherwise the order of the layers stands."""
    findings = [
        finding("LOW", Status.FAIL, Severity.LOW),
        finding("HIGH1", Status.FAIL),
        finding("MEDIUM", Status.FAIL, Severity.MEDIUM),
        finding("HIGH2", Status.FAIL),
    ]

    assert ("HIGH1", "HIGH2", "MEDIUM", "LOW") == diagnose(SUBJECT, findings, []).roots


CODES = "ABCDEFGH"


@st.composite
def acyclic_worlds(draw: st.DrawFn) -> Diagnosis:
    """Any explanations without a circle, any outcomes."""
    explanations = {
        code: tuple(draw(st.sets(st.sampled_from(CODES[:place]), max_size=3)))
        for place, code in enumerate(CODES)
        if place
    }
    return told(explanations, **{code: draw(st.sampled_from(Status)) for code in CODES})


@given(acyclic_worlds())
def test_every_fault_has_a_root(diagnosis: Diagnosis) -> None:
    """A failing finding is a root or goes back to one, never both."""
    for each in diagnosis.findings:
        if each.status is Status.FAIL:
            assert (each.code in diagnosis.roots) is (each.explained_by is None)
        assert each.explained_by is None or each.explained_by in diagnosis.roots


def test_what_must_be_mended_first_stands_in_front() -> None:
    """Where a mend is refused while another fault stands, that one comes first."""
    rules = [replace(rule("A"), after=("C", "D")), rule("B"), rule("C"), rule("D")]
    findings = [
        finding("A", Status.FAIL), finding("B", Status.FAIL),
        finding("C", Status.FAIL, Severity.MEDIUM), finding("D", Status.OK),
    ]  # fmt: skip

    assert ("C", "A", "B") == diagnose(SUBJECT, findings, rules).roots
