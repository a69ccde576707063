"""The rules on what recipients' systems said, judged from evidence alone."""

import importlib
import pkgutil

from datetime import UTC, datetime

import pytest

from sendas.bounce.reason import FAILURES, Reason
from sendas.doctor.evidence import Evidence, RegionEvidence, Subject, Symptom
from sendas.doctor.judge import judge
from sendas.doctor.model import Rule, Status
from sendas.doctor.rules import downstream
from sendas.ses.regions import Region
from sendas.ses.suppression import Suppressed


HERE = Region("us-east-1")
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
TO = "friend@example.net"
RULES = tuple(
    rule
    for entry in pkgutil.iter_modules(downstream.__path__)
    if isinstance(
        rule := getattr(
            importlib.import_module(f"{downstream.__name__}.{entry.name}"), "RULE", None
        ),
        Rule,
    )
)


def found(*symptoms: Symptom, listed: str = "") -> dict[str, Status]:
    """What the rules of this room say, by code; *listed* stands on the suppression list."""
    entries = {listed: Suppressed(listed, HERE, "COMPLAINT", NOW)} if listed else {}
    evidence = Evidence(
        Subject("example.com", HERE),
        NOW,
        regions={HERE: RegionEvidence(suppressed=entries)},
        symptoms=symptoms,
    )
    return {finding.code: finding.status for finding in judge(evidence, RULES)}


def symptom(
    text: str, *, reporter: str = "remote", status: str | None = None, reason: str | None = None
) -> Symptom:
    """A refusal for the recipient."""
    return Symptom(
        reporter, text, int(text[:3]) if text[:3].isdigit() else None, status, TO, reason
    )


# Texts: Microsoft's NDR list, Google's SMTP error reference, and data/smtp-codes.tsv.
TEXTS = [
    ("DS001", ("550 5.7.515 Access denied, sending domain example.com does not meet the required "
     "authentication level.")),
    ("DS002", ("550 5.7.509 Access denied, sending domain example.com does not pass DMARC "
     "verification and has a DMARC policy of reject.")),
    ("DS003", ("550 5.7.1 Unfortunately, messages from [192.0.2.1] weren't sent. Please contact "
     "your Internet service provider since part of their network is on our block list (S3150).")),
    ("DS004", ("550-5.7.26 This mail has been blocked because the sender is unauthenticated. "
     "Gmail requires all senders to authenticate with either SPF or DKIM.")),
    ("DS004", ("550 5.7.26 Unauthenticated email from example.com is not accepted due to domain's "
     "DMARC policy.")),
    ("DS004", "421 4.7.32 Your email has been rate limited as the From: header isn't aligned"),
    ("DS005", ("550-5.7.1 [192.0.2.1] Our system has detected that this message is likely "
     "unsolicited mail.")),
    ("DS006", "421-4.7.28 Gmail has detected an unusual rate of mail originating from your IP"),
    ("DS007", ("450-4.2.1 The user you are trying to contact is receiving mail at a rate that "
     "prevents additional messages from being delivered.")),
    ("DS007", "550-5.2.1 The email account that you tried to reach is disabled."),
    ("DS008", "452-4.2.2 The recipient's inbox is out of storage space."),
    ("DS008", "552 5.2.2 mailbox full"),
    ("DS009", ("550-5.7.1 Messages with multiple addresses in From: header are not RFC 5322 "
     "compliant")),
    ("DS010", "451 4.7.1 Greylisting in action, please come back later"),
    ("DS010", "450 4.9.9 something of their own"),
    ("DS016", "550 5.4.1 Relay Access Denied"),
    ("DS016", "550 5.4.1 Recipient address rejected: Access denied."),
    ("DS018", "554 5.4.14 Hop count exceeded - possible mail loop"),
    ("DS019", "550 5.7.606 Access denied, banned sending IP [192.0.2.1]"),
    ("DS020", "550 5.7.64 TenantAttribution; Relay Access Denied"),
    ("DS102", "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found"),
    ("DS102", "550-5.1.1 The email account that you tried to reach does not exist."),
    ("DS101", "550 5.9.9 the flux capacitor is empty"),
]  # fmt: skip


@pytest.mark.parametrize(("code", "text"), TEXTS)
def test_one_refusal_one_rule(code: str, text: str) -> None:
    """Each text belongs to exactly one rule, which fails; a mere delay only warns."""
    expected = Status.WARN if code == "DS010" else Status.FAIL

    assert {code: expected} == found(symptom(text))


@pytest.mark.parametrize(
    ("code", "status", "reason"),
    [
        ("DS008", "5.2.2", None),
        ("DS102", "5.1.1", None),
        ("DS005", None, "spam-detected"),
        ("DS004", "5.7.0", "auth-failure"),
        ("DS102", None, "host-unknown"),
        ("DS102", None, "not-accept"),
        ("DS101", None, "policy-violation"),
        ("DS101", None, "blocked"),
        ("DS101", None, "undefined"),
        ("DS101", None, None),
    ],
)
def test_status_and_reason_decide_where_the_text_does_not(
    code: str, status: str | None, reason: str | None
) -> None:
    """A text nobody knows falls back to its code, then to what the bounce reader made of it."""
    assert {code: Status.FAIL} == found(symptom("no", status=status, reason=reason))


def titled(*reasons: str) -> str:
    """What refusals that only the bounce reader could tell apart are called."""
    evidence = Evidence(
        Subject("example.com", HERE),
        NOW,
        symptoms=tuple(symptom(f"no {reason}", reason=reason) for reason in reasons),
    )
    (finding,) = judge(evidence, RULES)
    return finding.title


@pytest.mark.parametrize("reason", sorted(FAILURES - {Reason.SUPPRESSED, Reason.UNDEFINED}))
def test_every_reason_known_to_the_bounce_reader_is_said(reason: Reason) -> None:
    """`sendas bounce` and the doctor never disagree on whether the reason is known."""
    assert "does not know" not in titled(reason)
    assert "does not know" in titled("undefined")


def test_a_reason_without_a_rule_is_named() -> None:
    """Each once; a domain that is not there is not called a missing mailbox."""
    policy = "The recipient's system refused the mail: a policy that it does not spell out"

    assert policy == titled("policy-violation", "policy-violation", "undefined")
    assert f"{policy}; it blocks the host that sent it" == titled("policy-violation", "blocked")
    assert "The recipient's domain does not exist, or takes no mail" == titled("host-unknown")
    assert "The recipient does not exist" == titled("user-unknown", "host-unknown")


def test_a_temporary_failure_of_a_known_reason_is_put_off() -> None:
    """A code of class 4 without a rule of its own: SES goes on trying."""
    assert {"DS010": Status.WARN} == found(symptom("452 disk", reason="system-full"))
    assert {"DS101": Status.FAIL} == found(symptom("552 disk", reason="system-full"))


@pytest.mark.parametrize(
    "text",
    [
        "554 Access denied: User `arn:aws:iam::123456789012:user/smtp' is not authorized",
        "554 Message rejected: Email address is not verified.",
        "554 Message rejected: Sending paused for this account.",
        "454 Throttling failure: Maximum sending rate exceeded.",
        "535 Authentication Credentials Invalid",
        "Amazon SES has suppressed sending to this address",
    ],
)
def test_what_ses_says_is_no_recipients_word(text: str) -> None:
    """SES's own refusals (FACTS 3.2) leave this layer alone."""
    assert {"DS101": Status.OK} == found(symptom(text, reporter="ses"))


def test_gmails_own_bounce_is_no_recipients_word() -> None:
    """A mail that never left Gmail was refused by no recipient."""
    quoted = symptom("550 5.7.1 likely unsolicited mail", reporter="gmail-send-as")

    assert {"DS101": Status.OK} == found(quoted)


def test_without_a_bounce_nothing_is_said() -> None:
    """No bounce shown, no finding."""
    assert {} == found()


def test_a_refusal_that_led_to_suppression_is_past() -> None:
    """For a recipient listed since, the refusal is told and does not fail: SUP001 does."""
    refused = symptom(TEXTS[0][1])

    assert {"DS001": Status.INFO} == found(refused, listed=TO)
    assert {"DS001": Status.FAIL} == found(refused, listed="other@example.net")
    assert {"DS001": Status.FAIL, "DS102": Status.FAIL} == found(refused, symptom(TEXTS[-2][1]))


@pytest.mark.parametrize(
    ("text", "owner"),
    [
        ("Relay Access Denied", "recipient-admin"),
        ("Recipient address rejected: Access denied", "you:content"),
    ],
)
def test_one_code_two_owners(text: str, owner: str) -> None:
    """5.4.1 is the administrator's or the writer's to mend, by its text."""
    evidence = Evidence(
        Subject("example.com", HERE), NOW, symptoms=(symptom(f"550 5.4.1 {text}"),)
    )
    (finding,) = judge(evidence, RULES)

    assert owner == finding.owner


def test_a_complaint_is_a_warning_of_its_own() -> None:
    """The mail arrived: no recipient's system refused anything."""
    said = found(symptom("abuse", reporter="unknown", reason="feedback"))

    assert Status.WARN is said["DS103"]
    assert Status.FAIL not in said.values()


def test_thousands_of_refusals_are_told_in_a_few_lines() -> None:
    """Of a whole mailbox of bounces some are shown, and the rest is counted."""
    many = tuple(
        Symptom("remote", "550 5.9.9 odd", 550, "5.9.9", f"u{n}@example.net") for n in range(3000)
    )
    evidence = Evidence(Subject("example.com", HERE), NOW, symptoms=many)

    (shown,) = [each for each in judge(evidence, RULES) if each.code == "DS101"]

    assert 11 == len(shown.exhibits)
    assert "2990 refusals" == shown.exhibits[-1].answer
