"""DNS114 to DNS116: TLS-RPT, MTA-STS, and domains that anybody could register.

What truth is: RFC 8460 and 8461, as checkdmarc, somebody else's program, reads them.
"""

from dataclasses import replace
from typing import Any, TypeAlias

import pytest

from checkdmarc import mta_sts, smtp_tls_reporting

from sendas.auth.mta_sts import (
    MalformedPolicy,
    Mode,
    Policy,
    Served,
    fault_of_record,
    parse_policy,
    sts_claims,
)
from sendas.auth.tls_rpt import fault_of_tls_rpt, tls_rpt_claims
from sendas.dns.answers import RESOLVER, Lookup, Question, RecordType
from sendas.doctor.bundle import dump
from sendas.doctor.model import Finding, Status
from sendas.doctor.redact import redact
from sendas.doctor.rules.dns import claimable
from sendas.doctor.rules.dns import mta_sts as mta_sts_rule
from sendas.errors import CouldNotLook
from sendas.outcome import NoAnswer, Why


Setup: TypeAlias = Any
"""The fixture's class, which tests cannot import."""
SES = "inbound-smtp.us-east-2.amazonaws.com"
POLICY = f"version: STSv1\r\nmode: enforce\r\nmx: {SES}\r\nmax_age: 604800\r\n"
GOOGLE = POLICY.replace(SES, "*.mail.google.com")
RECORD = '_mta-sts.example.com. 300 IN TXT "v=STSv1; id=20260102"'
HOST = "mta-sts.example.com. 300 IN A 192.0.2.9"


def judged(setup: Setup, code: str, policy: str | Served | NoAnswer = POLICY) -> Finding | None:
    """What one rule says where the policy's host gives *policy*."""
    served = Served(policy) if isinstance(policy, str) else policy
    return replace(setup, changes={"sts_policy": served}).findings().get(code)


@pytest.mark.parametrize(
    ("policy", "status"),
    [
        (POLICY, Status.OK),
        (POLICY.replace(SES, "*.us-east-2.amazonaws.com"), Status.OK),
        (POLICY.replace(SES, "*.amazonaws.com"), Status.FAIL),  # a wildcard is one label
        (GOOGLE, Status.FAIL),
        (GOOGLE.replace("enforce", "testing"), Status.WARN),
        (GOOGLE.replace("enforce", "none"), Status.OK),
        (POLICY.replace("max_age: 604800", ""), Status.WARN),
        (POLICY.replace("604800", "9" * 5000), Status.WARN),  # Python reads no such number
        (POLICY.replace("STSv1", "STS1"), Status.WARN),
        ("<html>", Status.WARN),
        (Served("", "it answers 404"), Status.WARN),
        (NoAnswer(Why.TIMEOUT, "nobody"), Status.UNKNOWN),
    ],
)
def test_who_may_be_brought_mail(
    healthy: Setup, policy: str | Served | NoAnswer, status: Status
) -> None:
    """Only a policy in force that names no host of the MX ends mail."""
    finding = judged(healthy.having(RECORD, HOST), "DNS115", policy)

    assert finding
    assert status is finding.status, finding


def test_a_policy_left_from_another_provider_is_the_root(healthy: Setup) -> None:
    """The MX is right, and nothing else is blamed; the mend names the host and a new id."""
    setup = replace(healthy.having(RECORD, HOST), changes={"sts_policy": Served(GOOGLE)})

    assert {"DNS115"} == setup.failing()
    (mend,) = setup.findings()["DNS115"].help
    assert f"mx: {SES}" in mend.text
    assert ('_mta-sts.example.com. 300 IN TXT "v=STSv1; id=20260102000000"',) == mend.records


@pytest.mark.parametrize(
    ("lines", "status"),
    [
        ((HOST,), None),
        ((RECORD,), Status.WARN),
        ((HOST, RECORD, RECORD.replace("0102", "0103")), Status.WARN),
        ((HOST, RECORD.replace("id=", "id=a-")), Status.WARN),
        ((HOST, RECORD.replace("; id=20260102", "")), Status.WARN),
    ],
)
def test_a_record_that_senders_pass_over(
    healthy: Setup, lines: tuple[str, ...], status: Status | None
) -> None:
    """Without a record that can be read there is no policy, and nothing ends mail."""
    finding = judged(healthy.having(*lines), "DNS115", GOOGLE)

    assert status is (finding.status if finding else None)


@pytest.mark.parametrize(
    "text",
    [
        POLICY, GOOGLE, POLICY.replace("\r", ""), POLICY.replace("enforce", "none"),
        POLICY.replace("enforce", "force"), POLICY.replace("604800", "x"),
        POLICY.replace("604800", "31557601"), POLICY.replace("version: STSv1\r\n", ""),
    ],
)  # fmt: skip
def test_policies_are_read_as_another_program_does(text: str) -> None:
    """Mode, hosts and age are checkdmarc's, and what it refuses is refused."""
    try:
        theirs = mta_sts.parse_mta_sts_policy(text)["policy"]
    except mta_sts.MTASTSPolicySyntaxError:
        with pytest.raises(MalformedPolicy):
            parse_policy(text)
        return
    ours = parse_policy(text)

    assert (theirs["mode"], theirs["mx"], theirs["max_age"]) == (
        ours.mode, list(ours.patterns), ours.max_age_seconds,
    )  # fmt: skip


@pytest.mark.parametrize(
    "host", [SES, "amazonaws.com", "x.mail.google.com", "a.b.mail.google.com"]
)
@pytest.mark.parametrize("pattern", [SES, "*.mail.google.com", "*.us-east-2.amazonaws.com"])
def test_hosts_are_matched_as_another_program_does(host: str, pattern: str) -> None:
    """Wildcards included."""
    ours = Policy(Mode.ENFORCE, (pattern,), 60).allows(host)

    assert mta_sts.mx_in_mta_sts_patterns(host, [pattern]) is ours


@pytest.mark.parametrize(
    "text", ["v=STSv1; id=1", "v=STSv1; id=1;", "v=STSv1;id=a1B2", "v=STSv1;"]
)
def test_records_are_read_as_another_program_does(text: str) -> None:
    """What checkdmarc takes for a record of MTA-STS, and what it refuses."""
    try:
        mta_sts.parse_mta_sts_record(text)
    except mta_sts.MTASTSError:
        assert fault_of_record(text)
    else:
        assert (text,) == sts_claims([text])
        assert "" == fault_of_record(text)


@pytest.mark.parametrize(
    "text",
    [
        "v=TLSRPTv1; rua=mailto:reports@example.com", "v=TLSRPTv1;rua=https://example.com/tls",
        "v=TLSRPTv1; rua=mailto:a@example.com,mailto:b@example.org;", "v=TLSRPTv1;",
        "v=TLSRPTv1; rua=reports@example.com", "v=TLSRPTv1; rua=http://example.com/",
    ],
)  # fmt: skip
def test_reports_of_tls(healthy: Setup, text: str) -> None:
    """A record that checkdmarc refuses is told, one that it takes is well."""
    finding = judged(healthy.having(f'_smtp._tls.example.com. 300 IN TXT "{text}"'), "DNS114")
    try:
        smtp_tls_reporting.parse_smtp_tls_reporting_record(text)
    except smtp_tls_reporting.SMTPTLSReportingError:
        expected = Status.WARN
    else:
        expected = Status.OK

    assert finding
    assert (expected, bool(fault_of_tls_rpt(text))) == (finding.status, expected is Status.WARN)


def test_two_places_for_reports_are_none(healthy: Setup) -> None:
    """RFC 8460, 3: where not exactly one record is left, senders do not report."""
    record = '_smtp._tls.example.com. 300 IN TXT "v=TLSRPTv1; rua=mailto:{}@example.com"'
    finding = judged(healthy.having(record.format("a"), record.format("b")), "DNS114")

    assert finding
    assert "2 records" in finding.title
    assert () == tls_rpt_claims(["v=TLSRPTv2; rua=mailto:a@example.com"])


TOP = "test. 300 IN NS a.nic.test."


@pytest.mark.parametrize(
    ("lines", "free"),
    [
        (("example.com. 300 IN MX 10 mx.gone.test.", TOP), False),  # the fixture's MX is there
        (('example.com. 300 IN TXT "v=spf1 include:_spf.gone.test ~all"', TOP), True),
        (('example.com. 300 IN TXT "v=spf1 a:web.gone.test ~all"', TOP), True),
        (('example.com. 300 IN TXT "v=spf1 a:web.gone.test ~all"',), False),  # no such top level
        (
            ('example.com. 300 IN TXT "v=spf1 a:web.held.test ~all"', TOP,
             "held.test. 300 IN NS ns1.held.test."), False,
        ),
        (
            ('_dmarc.example.com. 300 IN TXT "v=DMARC1; p=none; rua=mailto:r@gone.test"', TOP),
            True,
        ),
    ],
)  # fmt: skip
def test_domains_that_nobody_holds(healthy: Setup, lines: tuple[str, ...], *, free: bool) -> None:
    """Told only where the domain below an existing top level does not exist."""
    finding = judged(healthy.having(*lines), "DNS116")

    assert free is (finding is not None)
    if finding:
        assert "gone.test" in finding.title


def test_a_silence_hides_no_domain_that_nobody_holds(healthy: Setup) -> None:
    """What nobody answered is told only where nothing was found, and is no finding itself."""
    record = "v=spf1 a:web.slow.test a:web.gone.test ~all"
    evidence = healthy.having(f'example.com. 300 IN TXT "{record}"', TOP).evidence()
    slow, gone = (Question(name, RecordType.NS) for name in ("slow.test", "gone.test"))
    silent = {RESOLVER: NoAnswer(Why.TIMEOUT, "NS")}
    one_is = replace(evidence, lookups={**evidence.lookups, slow: Lookup(slow, silent)})
    both = replace(one_is, lookups={**one_is.lookups, gone: Lookup(gone, silent)})

    found = claimable.judge(one_is)

    assert found
    assert ("gone.test" in found.title, "slow.test" in found.title) == (True, False)
    with pytest.raises(CouldNotLook):
        claimable.judge(both)


def test_a_redacted_twin_is_judged_alike(healthy: Setup) -> None:
    """The policy keeps its words and hosts by stand-ins, and no name of the owner's."""
    setup = replace(
        healthy.having(RECORD, HOST), changes={"sts_policy": Served(GOOGLE + "x: Ada")}
    )

    twin = redact(setup.evidence())

    assert isinstance(twin.sts_policy, Served)
    policy = parse_policy(twin.sts_policy.text)
    assert (Mode.ENFORCE, 604800) == (policy.mode, policy.max_age_seconds)
    assert "Ada" not in twin.sts_policy.text
    assert "example.com" not in twin.sts_policy.text


@pytest.mark.parametrize(
    ("record", "policy"),
    [
        (RECORD, POLICY),
        (RECORD.replace("; id", " ;id"), POLICY),
        (RECORD.replace('0102"', '0102; ext=Ada"'), POLICY),
        (RECORD, POLICY.replace("\r\n", " \t\r\n")),
        (RECORD, POLICY.replace(": ", " :\t")),
        (RECORD, POLICY.replace("604800", "0000604800")),
    ],
)
def test_blanks_and_more_fields_change_no_twin(healthy: Setup, record: str, policy: str) -> None:
    """Wherever RFC 8461, 3.1 and 3.2 let blanks and more fields stand."""
    setup = replace(healthy.having(record, HOST), changes={"sts_policy": Served(policy)})
    twin = redact(setup.evidence())

    assert Status.OK is setup.findings()["DNS115"].status
    verdict = mta_sts_rule.judge(twin)
    assert verdict
    assert Status.OK is verdict.status, verdict
    assert "Ada" not in dump(twin)
