"""How a call to the SMTP endpoint can end, judged from evidence alone."""

from datetime import UTC, datetime

import pytest

from sendas.advice import Owner
from sendas.doctor.diagnose import diagnose
from sendas.doctor.evidence import Evidence, Subject
from sendas.doctor.judge import judge
from sendas.doctor.model import Diagnosis, Status
from sendas.doctor.registry import all_rules
from sendas.outcome import NoAnswer, Why
from sendas.ses.regions import Region
from sendas.smtp.probe import Outcome, Probe, Reply, Stage


HOST = "email-smtp.us-east-1.amazonaws.com"


def ended(
    outcome: Outcome, reply: Reply | None = None, *, port: int = 587, host: str | None = None
) -> Diagnosis:
    """The diagnosis of a call that ended so."""
    probe = Probe(
        host or HOST, port, implicit_tls=False, username=None, outcome=outcome, stage=Stage.AUTH,
        reply=reply, steps=(), detail="in detail",
    )  # fmt: skip
    subject = Subject("example.com", Region("us-east-1"), smtp_host=host, smtp_port=port)
    evidence = Evidence(subject, datetime(2026, 11, 22, tzinfo=UTC), login=probe)
    rules = all_rules()
    return diagnose(subject, judge(evidence, rules), rules)


@pytest.mark.parametrize(
    ("root", "outcome", "reply"),
    [
        ("SMTP005", Outcome.REFUSED, Reply(454, ("Temporary authentication failure",))),
        ("SMTP007", Outcome.REFUSED, Reply(535, ("Account not subscribed to SES",))),
        ("SMTP008", Outcome.WRONG_TLS_MODE, None),
        ("SMTP012", Outcome.REFUSED, Reply(421, ("Too many concurrent SMTP connections",))),
        ("SMTP101", Outcome.REFUSED, Reply(535, ("Authentication Credentials Invalid",))),
        ("SMTP101", Outcome.REFUSED, Reply(550, ("words nobody knows",))),
        ("SMTP103", Outcome.BAD_CERTIFICATE, None),
        ("SMTP104", Outcome.AUTH_NOT_OFFERED, None),
        ("SMTP106", Outcome.STARTTLS_NOT_OFFERED, None),
        ("SMTP107", Outcome.NOT_SMTP, None),
        ("SMTP107", Outcome.TLS_FAILED, None),
    ],
)
def test_each_end_is_one_root(root: str, outcome: Outcome, reply: Reply | None) -> None:
    """Every way to fail inside the session has its rule, and help."""
    diagnosis = ended(outcome, reply)

    assert (root,) == diagnosis.roots
    assert next(each for each in diagnosis.findings if each.code == root).help


@pytest.mark.parametrize(
    "outcome",
    [
        Outcome.NO_ROUTE,
        Outcome.BLOCKED,
        Outcome.CONNECTION_REFUSED,
        Outcome.TIMED_OUT,
        Outcome.DISCONNECTED,
        Outcome.NAME_UNKNOWN,
    ],
)
def test_what_this_machine_cannot_reach_is_unknown(outcome: Outcome) -> None:
    """Gmail dials from elsewhere: our own blocked port is no fault of the mail."""
    diagnosis = ended(outcome)

    assert () == diagnosis.roots
    assert {"SMTP009": Status.UNKNOWN} == {
        each.code: each.status for each in diagnosis.findings if each.code.startswith("SMTP")
    }


@pytest.mark.parametrize(
    ("status", "port", "outcome"),
    [
        (Status.WARN, 25, Outcome.BLOCKED),
        (Status.FAIL, 588, Outcome.BLOCKED),
        (Status.FAIL, 588, Outcome.CONNECTION_REFUSED),
        (Status.OK, 587, Outcome.ACCEPTED),
        (Status.OK, 2465, Outcome.REACHED),
    ],
)
def test_ports(status: Status, port: int, outcome: Outcome) -> None:
    """Port 25 is filtered nearly everywhere; a port SES does not have is a mistake."""
    findings = {each.code: each for each in ended(outcome, port=port).findings}

    assert status is findings["SMTP009"].status


@pytest.mark.parametrize(
    ("status", "host", "outcome"),
    [
        (Status.OK, HOST, Outcome.ACCEPTED),
        (Status.WARN, "email-smtp.eu-west-1.amazonaws.com", Outcome.ACCEPTED),
        (Status.FAIL, "email-smtp.eu-west-1.amazonaws.com", Outcome.REFUSED),
        (Status.FAIL, "inbound-smtp.us-east-1.amazonaws.com", Outcome.BLOCKED),
        (Status.FAIL, "feedback-smtp.us-east-1.amazonses.com", Outcome.BLOCKED),
        (Status.FAIL, "email-smtp.amazonaws.com", Outcome.BLOCKED),
        (Status.FAIL, "email-smtp.us-east-1.amazonaws.co", Outcome.NAME_UNKNOWN),
        (Status.INFO, "relay.example.com", Outcome.ACCEPTED),
    ],
)
def test_hosts(status: Status, host: str, outcome: Outcome) -> None:
    """Another Region's endpoint, another kind of SES host, a typo and a relay are told apart."""
    findings = {each.code: each for each in ended(outcome, host=host).findings}

    assert status is findings["SMTP102"].status


def test_nobody_answered() -> None:
    """A login that could not be tried is unknown, once."""
    subject = Subject("example.com", Region("us-east-1"))
    evidence = Evidence(
        subject, datetime(2026, 11, 22, tzinfo=UTC), login=NoAnswer(Why.TIMEOUT, "no answer")
    )

    findings = judge(evidence, all_rules())

    login = next(each for each in findings if each.code == "SMTP101")
    assert Status.UNKNOWN is login.status


def test_a_temporary_failure_is_nobodys() -> None:
    """454 at login: wait, and change nothing."""
    reply = Reply(454, ("Temporary authentication failure",))

    found = next(each for each in ended(Outcome.REFUSED, reply).findings if each.code == "SMTP005")

    assert Owner.WAIT is found.owner
    assert found.help[0].wait_seconds
