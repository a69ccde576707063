"""The rules about an own relay, judged from what was seen of it: no socket, no fake."""

import json

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from sendas.doctor.bundle import dump, load
from sendas.doctor.evidence import Evidence, Subject
from sendas.doctor.model import Diagnosis, Layer, Status
from sendas.doctor.redact import redact
from sendas.doctor.registry import all_rules
from sendas.doctor.relay import MalformedHealth, RelayHealth, RelaySeen, parse_health
from sendas.doctor.render.labels import summary
from sendas.doctor.run import examine
from sendas.outcome import NoAnswer, Why
from sendas.ses.regions import Region
from sendas.smtp.probe import Outcome, Probe, Reply, Stage
from sendas.smtp.submission import Allowed, PortSeen


HOST = "relay.example.com"
NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
SUBJECT = Subject("example.com", Region("us-east-2"), relay=HOST)
RULES = [rule for rule in all_rules() if rule.layer is Layer.RELAY]


def probe(
    outcome: Outcome = Outcome.REACHED,
    reply: Reply | None = None,
    stage: Stage = Stage.DONE,
    port: int = 587,
    days: float = 60,
) -> Probe:
    """A call that ended so, at a relay whose certificate is good for *days* more."""
    return Probe(
        HOST, port, implicit_tls=port == 465, username=None, outcome=outcome, stage=stage,
        reply=reply, steps=(), detail="in detail", mechanisms=("PLAIN", "LOGIN"),
        certificate_ends_at=NOW + timedelta(days=days),
    )  # fmt: skip


NOTHING = Allowed(probe(), mail=None, clear_auth=False)
SILENT = NoAnswer(Why.TIMEOUT, "no answer in 5 s")
WELL = PortSeen(probe(), NOTHING)
OTHER = json.dumps(
    {"schema": "other", "held_for": None, "troubles": [], "due": 0, "held": 0, "oldest_seconds": 1}
).encode()
HEALTHY = RelayHealth(None, (), due=0, held=0, oldest_seconds=None)


def refused(code: int, stage: Stage) -> PortSeen:
    """A port that refused at *stage*."""
    return PortSeen(probe(Outcome.REFUSED, Reply(code, ("5.7.8 no",)), stage), NOTHING)


def evidence(*ports: PortSeen, **more: object) -> Evidence:
    """A relay of which this was seen, and nothing else."""
    seen = replace(RelaySeen(HOST, ports, HEALTHY, True, "me@example.com"), **more)  # type: ignore[arg-type]  any field  # noqa: FBT003
    return Evidence(SUBJECT, NOW, relay=seen)


def judged(*ports: PortSeen, **more: object) -> Diagnosis:
    """What the rules about a relay say of it."""
    return examine(evidence(*ports, **more), rules=RULES)


def ended(diagnosis: Diagnosis, status: Status) -> set[str]:
    """The codes that ended so."""
    return {finding.code for finding in diagnosis.findings if finding.status is status}


def test_a_relay_that_is_well_is_well_in_all() -> None:
    """Every rule has an answer, and all of them are good."""
    assert {rule.code for rule in RULES} == ended(judged(WELL), Status.OK)


@pytest.mark.parametrize(
    ("root", "port"),
    [
        ("RLY001", PortSeen(probe(Outcome.CONNECTION_REFUSED, stage=Stage.CONNECT))),
        ("RLY001", PortSeen(probe(Outcome.NAME_UNKNOWN, stage=Stage.RESOLVE))),
        ("RLY002", PortSeen(probe(Outcome.WRONG_TLS_MODE, stage=Stage.GREETING))),
        ("RLY002", PortSeen(probe(Outcome.TLS_FAILED, stage=Stage.TLS))),
        ("RLY002", PortSeen(probe(Outcome.NOT_SMTP, stage=Stage.GREETING))),
        ("RLY002", PortSeen(probe(Outcome.STARTTLS_NOT_OFFERED, stage=Stage.STARTTLS))),
        ("RLY003", PortSeen(probe(Outcome.BAD_CERTIFICATE, stage=Stage.TLS))),
        ("RLY005", PortSeen(probe(Outcome.AUTH_NOT_OFFERED, stage=Stage.AUTH))),
        ("RLY006", PortSeen(probe(), replace(NOTHING, clear_auth=True))),
        ("RLY007", PortSeen(probe(), replace(NOTHING, mail=Reply(250, ("Ok",))))),
        ("RLY008", refused(535, Stage.AUTH)),
        ("RLY009", refused(550, Stage.SEND)),
        ("RLY012", refused(554, Stage.GREETING)),
    ],
)
def test_each_fault_at_a_port_is_one_root(root: str, port: PortSeen) -> None:
    """Told once, with what to do; what hangs on it is not judged, or only follows."""
    diagnosis = judged(port)
    found = next(finding for finding in diagnosis.findings if finding.code == root)

    assert (root,) == diagnosis.roots
    assert found.help
    assert found.exhibits


@pytest.mark.parametrize(
    "outcome", [Outcome.BLOCKED, Outcome.NO_ROUTE, Outcome.TIMED_OUT, Outcome.DISCONNECTED]
)
def test_silence_is_not_known(outcome: Outcome) -> None:
    """That this machine hears nothing says nothing of Google's."""
    diagnosis = judged(PortSeen(probe(outcome, stage=Stage.CONNECT)), health=SILENT)

    assert () == diagnosis.roots
    assert "RLY001" in ended(diagnosis, Status.UNKNOWN)
    assert set() == ended(diagnosis, Status.OK)


@pytest.mark.parametrize("outcome", [Outcome.CONNECTION_REFUSED, Outcome.BLOCKED])
def test_one_port_of_two_is_a_warning(outcome: Outcome) -> None:
    """Gmail needs one of them; and the one that answers is judged to the end."""
    diagnosis = judged(WELL, PortSeen(probe(outcome, stage=Stage.CONNECT, port=465)))

    assert {"RLY001"} == ended(diagnosis, Status.WARN)
    assert {rule.code for rule in RULES} - {"RLY001"} == ended(diagnosis, Status.OK)


@pytest.mark.parametrize(("days", "status"), [(13, Status.WARN), (15, Status.OK)])
def test_a_certificate_that_ends_within_two_weeks_is_not_being_renewed(
    days: int, status: Status
) -> None:
    """Let's Encrypt's are renewed 30 days before their end."""
    assert "RLY004" in ended(judged(PortSeen(probe(days=days), NOTHING)), status)


def test_a_relay_that_is_busy_for_now_is_not_judged() -> None:
    """421 for too many wrong passwords says nothing of this one."""
    diagnosis = judged(refused(421, Stage.AUTH))

    assert {"RLY012"} == ended(diagnosis, Status.WARN)
    assert "RLY008" in ended(diagnosis, Status.UNKNOWN)
    assert () == diagnosis.roots


def test_what_a_stranger_may_do_is_unknown_where_it_was_not_seen() -> None:
    """A look that broke off before the end is no proof."""
    broken = Allowed(probe(Outcome.TIMED_OUT), mail=None, clear_auth=False)

    assert {"RLY007"} == ended(judged(PortSeen(probe(), broken)), Status.UNKNOWN)


@pytest.mark.parametrize("hold", ["paused", "quota", "key", "a-hold-of-a-newer-relay"])
def test_mail_that_ses_takes_of_nobody_is_a_root(hold: str) -> None:
    """Clients heard 250 and see nothing of it."""
    diagnosis = judged(WELL, health=replace(HEALTHY, held_for=hold, due=3))

    assert ("RLY010",) == diagnosis.roots


@pytest.mark.parametrize(
    ("health", "status"),
    [
        (replace(HEALTHY, troubles=("certificate-refused",)), Status.WARN),
        (replace(HEALTHY, due=1, oldest_seconds=5 * 3600.0), Status.WARN),
        (replace(HEALTHY, due=1, oldest_seconds=3 * 3600.0), Status.OK),
    ],
)
def test_a_relays_own_trouble_is_a_warning(health: RelayHealth, status: Status) -> None:
    """An alarm of the last hour, or mail that has waited so long that its sender was told."""
    assert "RLY011" in ended(judged(WELL, health=health), status)


def test_what_was_not_looked_at_is_named() -> None:
    """Without a password nobody knows whether the login works; elsewhere nobody sees the queue."""
    elsewhere = judged(WELL, health=NoAnswer(Why.NOT_ASKED, "here"), logged_in=False, sender=None)
    said = summary(elsewhere)

    assert "the login at the relay (--relay-password-env" in said
    assert "the relay's queue (--relay-status" in said
    assert "at the relay" not in summary(judged(WELL))


def test_a_relay_that_nobody_looked_at_is_named() -> None:
    """The file says that mail goes through it, and --no-login kept the doctor from dialling."""
    blind = examine(Evidence(SUBJECT, NOW), rules=RULES)

    assert "the relay (--relay HOST)" in summary(blind)


def test_a_relay_survives_saving_and_redacting() -> None:
    """The verdicts are the same, and the twin does not name the host."""
    whole = evidence(refused(535, Stage.AUTH), health=replace(HEALTHY, held_for="paused"))
    again = load(dump(whole).encode(), "saved")
    twin = redact(whole)

    assert whole == again
    assert examine(whole, rules=RULES).roots == examine(twin, rules=RULES).roots
    assert HOST not in dump(twin)


@pytest.mark.parametrize(
    "raw",
    [
        b"", b"[]", b"{}", b"<html>", b'{"schema": "sendas.relay-health/1"}',
        OTHER,
    ],
)  # fmt: skip
def test_what_is_no_relays_health_is_refused(raw: bytes) -> None:
    """Anything may listen at that port."""
    with pytest.raises(MalformedHealth):
        parse_health(raw)
