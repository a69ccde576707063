"""The DNS rules, judged from evidence: one fault, one root, and advice that mends it."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from sendas.dns.answers import Absent, RecordType
from sendas.dns.hosted_zone import HostedZone
from sendas.dns.names import quoted
from sendas.doctor.evidence import Subject, Symptom
from sendas.doctor.model import Status
from sendas.outcome import NoAnswer, Why
from sendas.ses.identity import MailFrom
from sendas.ses.regions import Region


Change = Callable[[Any], Any]
KEY = "aaa._domainkey.example.com"
KEYS = tuple(f"{token}._domainkey.example.com" for token in ("aaa", "bbb", "ccc"))


def having(*lines: str) -> Change:
    """These lines instead of what stood there."""
    return lambda setup: setup.having(*lines)


def without(*nodes: tuple[str, str]) -> Change:
    """These names and types gone."""
    return lambda setup: setup.without(*nodes)


def without_mail_from(then: Change = lambda setup: setup) -> Change:
    """The identity without custom MAIL FROM, then another change."""

    def change(setup: Any) -> Any:  # noqa: ANN401  a Setup, which tests cannot import
        return then(replace(setup, identity=replace(setup.identity, mail_from=None)))

    return change


def spf(*terms: str, name: str = "bounce.example.com") -> Change:
    """One SPF record of these terms."""
    return having(f"{name}. 300 IN TXT {quoted(' '.join(['v=spf1', *terms]))}")


def both(*changes: Change) -> Change:
    """One after the other."""

    def change(setup: Any) -> Any:  # noqa: ANN401  a Setup, which tests cannot import
        for one in changes:
            setup = one(setup)
        return setup

    return change


def failed_mail_from(setup: Any) -> Any:  # noqa: ANN401  a Setup, which tests cannot import
    """SES has given up on the MAIL FROM domain."""
    mail_from = MailFrom("bounce.example.com", "FAILED")
    return replace(setup, identity=replace(setup.identity, mail_from=mail_from))


MANY = both(
    spf(*(f"include:s{n}.example.org" for n in range(11)), "include:amazonses.com", "-all"),
    *(having(f's{n}.example.org. 300 IN TXT "v=spf1 ip4:192.0.2.{n} ~all"') for n in range(11)),
)
HOSTS = both(
    spf(*(f"a:h{n}.example.org" for n in range(11)), "include:amazonses.com", "-all"),
    *(having(f"h{n}.example.org. 300 IN A 192.0.2.{n}") for n in range(11)),
)
WITHOUT_KEY = without((KEY, "CNAME"))
FAULTS: dict[str, tuple[Change, str]] = {
    "a DKIM CNAME is missing": (WITHOUT_KEY, "DNS001"),
    "all are missing": (without(*((key, "CNAME") for key in KEYS)), "DNS001"),
    "zone appended twice": (
        both(WITHOUT_KEY, having(f"{KEY}.example.com. 300 IN CNAME aaa.dkim.amazonses.com.")),
        "DNS002",
    ),
    "wrong target": (having(f"{KEY}. 300 IN CNAME aab.dkim.amazonses.com."), "DNS003"),
    "TXT instead of CNAME": (
        both(WITHOUT_KEY, having(f'{KEY}. 300 IN TXT "aaa.dkim.amazonses.com"')),
        "DNS004",
    ),
    "flattened to A": (both(WITHOUT_KEY, having(f"{KEY}. 300 IN A 192.0.2.9")), "DNS004"),
    "MAIL FROM with two MX": (
        having(
            "bounce.example.com. 300 IN MX 10 feedback-smtp.us-east-2.amazonses.com.",
            "bounce.example.com. 300 IN MX 20 mx.example.net.",
        ),
        "DNS007",
    ),
    "MAIL FROM without MX": (without(("bounce.example.com", "MX")), "DNS007"),
    "MAIL FROM with wrong MX": (
        having("bounce.example.com. 300 IN MX 10 inbound-smtp.us-east-2.amazonaws.com."),
        "DNS008",
    ),
    "MAIL FROM failed": (failed_mail_from, "DNS009"),
    "MAIL FROM failed for its MX": (
        both(failed_mail_from, without(("bounce.example.com", "MX"))),
        "DNS007",
    ),
    "two SPF records": (
        having(
            'example.com. 300 IN TXT "v=spf1 include:amazonses.com ~all"',
            'example.com. 300 IN TXT "v=spf1 mx -all"',
            'example.com. 300 IN TXT "google-site-verification=x"',
        ),
        "DNS011",
    ),
    "two SPF records at MAIL FROM": (
        having(
            'bounce.example.com. 300 IN TXT "v=spf1 include:amazonses.com ~all"',
            'bounce.example.com. 300 IN TXT "v=spf1 -all"',
        ),
        "DNS011",
    ),
    "over ten includes": (MANY, "DNS101"),
    "over ten hosts": (HOSTS, "DNS101"),
    "three dead names": (
        spf("a:x.example.org", "mx:y.example.org", "a:z.example.org", "include:amazonses.com"),
        "DNS102",
    ),
    "a misspelt mechanism": (spf("inlcude:amazonses.com", "~all"), "DNS103"),
    "an include that leads nowhere": (
        spf("include:gone.example.org", "include:amazonses.com", "-all"),
        "DNS103",
    ),
    "MAIL FROM without SPF": (without(("bounce.example.com", "TXT")), "DNS104"),
    "MAIL FROM parked": (spf("-all"), "DNS104"),
    "SPF without SES where MAIL FROM is absent": (
        without_mail_from(spf("mx", "-all", name="example.com")),
        "DNS104",
    ),
    "DMARC missing": (without(("_dmarc.example.com", "TXT")), "DNS012"),
    "strict alignment that cannot hold": (
        having('_dmarc.example.com. 300 IN TXT "v=DMARC1; p=reject; aspf=s"'),
        "DNS013",
    ),
    "mixed providers": (
        having(
            "example.com. 300 IN MX 10 inbound-smtp.us-east-2.amazonaws.com.",
            "example.com. 300 IN MX 20 mx.example.net.",
        ),
        "DNS014",
    ),
    "MX to feedback-smtp": (
        having("example.com. 300 IN MX 10 feedback-smtp.us-east-2.amazonses.com."),
        "DNS015",
    ),
    "MX to email-smtp": (
        having("example.com. 300 IN MX 10 email-smtp.us-east-2.amazonaws.com."),
        "DNS016",
    ),
    "MX of another Region": (
        having("example.com. 300 IN MX 10 inbound-smtp.eu-west-1.amazonaws.com."),
        "DNS017",
    ),
    "two DMARC records": (
        having(
            '_dmarc.example.com. 300 IN TXT "v=DMARC1; p=none"',
            '_dmarc.example.com. 300 IN TXT "v=DMARC1; p=reject"',
        ),
        "DNS018",
    ),
    "DMARC without semicolon": (
        having('_dmarc.example.com. 300 IN TXT "v=DMARC1 p=none"'),
        "DNS018",
    ),
    "DMARC with an unknown policy": (
        having('_dmarc.example.com. 300 IN TXT "v=DMARC1; p=nothing"'),
        "DNS018",
    ),
    "DMARC at the apex": (
        both(
            without(("_dmarc.example.com", "TXT")),
            having('example.com. 300 IN TXT "v=DMARC1; p=none"'),
        ),
        "DNS018",
    ),
    "DMARC with the zone appended twice": (
        both(
            without(("_dmarc.example.com", "TXT")),
            having('_dmarc.example.com.example.com. 300 IN TXT "v=DMARC1; p=none"'),
        ),
        "DNS018",
    ),
}


@pytest.mark.parametrize(("change", "code"), FAULTS.values(), ids=FAULTS)
def test_names_one_root(healthy: Any, change: Change, code: str) -> None:  # noqa: ANN401
    """Each fault is one root, and nothing else is."""
    assert {code} == change(healthy).failing()


@pytest.mark.parametrize(("change", "code"), FAULTS.values(), ids=FAULTS)
def test_advice_mends(healthy: Any, change: Change, code: str) -> None:  # noqa: ANN401
    """Exactly what is advised, applied to the zone, leaves no fault and brings none."""
    faulty = change(healthy)
    mended = faulty
    for help_ in faulty.findings()[code].help:
        mended = mended.mended(help_)

    assert set() == mended.failing()


@pytest.mark.parametrize(
    "change",
    [
        lambda setup: setup,
        without_mail_from(),
        without_mail_from(without(("example.com", "TXT"))),
        having("example.com. 300 IN MX 10 mx.example.net."),
        lambda s: replace(s.without(("example.com", RecordType.MX)), rule_set=None),
        spf("-all", name="example.com"),
        having('_dmarc.example.com. 300 IN TXT "v=DMARC1; p=reject; adkim=s"'),
        lambda setup: replace(setup, identity=None),
    ],
    ids=[
        "with MAIL FROM",
        "without MAIL FROM",
        "without any SPF",
        "another provider receives",
        "nobody receives",
        "the domain itself sends nothing",
        "strict DKIM, which holds",
        "SES does not know it",
    ],
)
def test_healthy_set_ups_are_silent(healthy: Any, change: Change) -> None:  # noqa: ANN401
    """Nothing fails, warns or is unknown."""
    loud = {
        code: finding
        for code, finding in change(healthy).findings().items()
        if finding.status not in {Status.OK, Status.INFO}
    }

    assert {} == loud


@pytest.mark.parametrize("change", [c for c, _ in FAULTS.values()], ids=FAULTS)
def test_silence_is_never_absence(healthy: Any, change: Change) -> None:  # noqa: ANN401
    """Where no server answers, nothing fails: it is unknown."""
    silence = NoAnswer(Why.TIMEOUT, "192.0.2.53 did not answer within 2 s")
    servers = dict.fromkeys(("ns1.example.net", "ns2.example.net", "resolver"), silence)
    found = replace(change(healthy), answers=servers).findings()

    assert {"DNS009"} >= {c for c, f in found.items() if f.status is Status.FAIL}
    assert Status.UNKNOWN is found["DNS019"].status
    assert Status.UNKNOWN is found["DNS001"].status


def test_one_silent_server_is_unknown(healthy: Any) -> None:  # noqa: ANN401
    """The other server's answers stand; about the silent one nothing is claimed."""
    silence = NoAnswer(Why.TIMEOUT, "198.51.100.2 did not answer within 2 s")
    found = replace(healthy, answers={"ns2.example.net": silence}).findings()

    assert {"DNS019"} == {c for c, f in found.items() if f.status not in {Status.OK, Status.INFO}}
    assert Status.UNKNOWN is found["DNS019"].status
    assert "ns2.example.net" in f"{found['DNS019'].title} {found['DNS019'].cause}"


def test_a_lame_server_is_a_root(healthy: Any) -> None:  # noqa: ANN401
    """It refuses for the zone: named, and nothing else fails."""
    lame = NoAnswer(Why.REFUSED, "198.51.100.2 answers without authority: it is lame")
    setup = replace(healthy, answers={"ns2.example.net": lame})

    assert {"DNS019"} == setup.failing()
    assert "ns2.example.net" in setup.findings()["DNS019"].title


IN_THE_ZONE = [label for label in FAULTS if "MAIL FROM failed" not in label]


@pytest.mark.parametrize("fault", IN_THE_ZONE)
def test_an_older_zone_is_propagation(healthy: Any, fault: str) -> None:  # noqa: ANN401
    """A fault that stands on one server only is DNS019, with the wait; the rest is unknown."""
    faulty = FAULTS[fault][0](healthy)
    old = {**faulty.zone, ("example.com", RecordType.SOA): ("ns1.example.net x 6 1 1 1 1",)}
    setup = replace(healthy, identity=faulty.identity, answers={"ns2.example.net": old})

    assert {"DNS019"} == setup.failing()
    finding = setup.findings()["DNS019"]
    assert "ns2.example.net serves an older version" in finding.title
    assert 300 <= finding.help[0].wait_seconds


def test_a_remembered_absence_has_its_time(healthy: Any) -> None:  # noqa: ANN401
    """All servers have the record; the resolver still says it is absent, for 600 s more."""
    old = healthy.without(("_dmarc.example.com", "TXT")).zone
    found = replace(healthy, answers={"resolver": old}).findings()

    assert {"DNS019"} == {c for c, f in found.items() if f.status not in {Status.OK, Status.INFO}}
    assert Status.WARN is found["DNS019"].status
    assert 600 == found["DNS019"].help[0].wait_seconds


@pytest.mark.parametrize("wildcard", ["A 192.0.2.80", "CNAME www.example.com."])
def test_a_wildcard_is_no_record(healthy: Any, wildcard: str) -> None:  # noqa: ANN401
    """What answers at every name does not stand at the DKIM name: the record is missing."""
    names = (KEY, "sendas-control._domainkey.example.com", f"{KEY}.example.com")
    setup = WITHOUT_KEY(healthy).having(*(f"{name}. 300 IN {wildcard}" for name in names))

    assert {"DNS001"} == setup.failing()


def test_a_domain_that_does_not_exist_is_one_root(healthy: Any) -> None:  # noqa: ANN401
    """Misspelt or expired: not four missing records, but no domain."""
    nowhere = NoAnswer(Why.UNREACHABLE, "example.com is not delegated: no name servers")
    setup = replace(healthy, zone={}, changes={"zone": nowhere})

    assert {"DNS105"} == setup.failing()


def test_tells_of_a_zone_that_is_not_delegated(healthy: Any) -> None:  # noqa: ANN401
    """The records stand in Route 53, and the domain is delegated elsewhere."""
    zone = HostedZone("Z123", "example.com", ("ns-1.awsdns-1.org",), {f"CNAME {KEY}": ("x",)})
    setup = replace(WITHOUT_KEY(healthy), changes={"hosted_zones": (zone,)})

    assert {"DNS001"} == setup.failing()
    finding = setup.findings()["DNS001"]
    assert "not delegated" in finding.title
    assert "Z123" in finding.cause
    assert "ns1.example.net" in finding.help[0].text


def test_a_subdomain_needs_a_record_at_its_parent(healthy: Any) -> None:  # noqa: ANN401
    """The parent signs, but no record joins the two (RFC 9989)."""
    setup = replace(
        healthy.without(("_dmarc.example.com", "TXT")).having(
            '_dmarc.news.example.com. 300 IN TXT "v=DMARC1; p=none"'
        ),
        subject=Subject("news.example.com", Region("us-east-2")),
    )

    assert {"DNS021"} == setup.failing()
    assert set() == setup.mended(setup.findings()["DNS021"].help[0]).failing()


@pytest.mark.parametrize(
    ("record", "code"),
    [
        ("v=DMARC1; p=reject; pct=20", "DNS020"),
        ("v=DMARC1; p=reject; t=y", "DNS020"),
        ("v=DMARC1; p=none; rua=mailto:x@reports.example.org", "DNS022"),
    ],
)
def test_warns(healthy: Any, record: str, code: str) -> None:  # noqa: ANN401
    """Worth mending, but mail flows: a warning, and its advice makes it go away."""
    setup = healthy.having(f'_dmarc.example.com. 300 IN TXT "{record}"')
    finding = setup.findings()[code]

    assert Status.WARN is finding.status
    assert set() == setup.failing()
    assert Status.OK is setup.mended(finding.help[0]).findings()[code].status


def test_two_faults_of_one_record_have_one_cure(healthy: Any) -> None:  # noqa: ANN401
    """Each rule's advice mends what the other found as well, in whichever order."""
    record = '_dmarc.example.com. 300 IN TXT "v=DMARC1; p=reject; aspf=s; pct=50"'
    found = healthy.having(record).findings()

    assert found["DNS013"].help[0].records == found["DNS020"].help[0].records


def test_two_faults_of_one_spf_record_have_one_cure(healthy: Any) -> None:  # noqa: ANN401
    """Dead names and no SES: two roots, and one record that mends both."""
    setup = spf("a:x.example.org", "a:y.example.org", "a:z.example.org", "-all")(healthy)
    found = setup.findings()

    assert {"DNS102", "DNS104"} == setup.failing()
    assert found["DNS102"].help[0].records == found["DNS104"].help[0].records
    assert set() == setup.mended(found["DNS102"].help[0]).failing()


def test_a_receiver_that_could_not_resolve_is_heard(healthy: Any) -> None:  # noqa: ANN401
    """Gmail's text about DNS failures."""
    text = "421-4.7.26 This mail cannot be authenticated: temporary DNS failures."
    setup = replace(healthy, changes={"symptoms": (Symptom("recipient", text, 421),)})

    assert Status.WARN is setup.findings()["DNS023"].status


def test_a_server_that_breaks_on_keys(healthy: Any) -> None:  # noqa: ANN401
    """It knows the CNAME, and answers SERVFAIL for TXT (RULES DNS-05)."""
    evidence = healthy.evidence()
    broken = NoAnswer(Why.SERVER_FAILURE, "198.51.100.1 says SERVFAIL")
    lookups = {
        question: replace(lookup, answers={**lookup.answers, "ns1.example.net": broken})
        if question.type is RecordType.TXT and question.name in KEYS
        else lookup
        for question, lookup in evidence.lookups.items()
    }

    assert {"DNS005"} == replace(healthy, changes={"lookups": lookups}).failing()


def test_a_failed_mail_from_keeps_its_root(healthy: Any) -> None:  # noqa: ANN401
    """With the MX gone as well, the MX is the root and its advice sets the domain again."""
    setup = without(("bounce.example.com", "MX"))(failed_mail_from(healthy))

    assert "put-email-identity-mail-from" in setup.findings()["DNS007"].help[0].commands[0]
    assert isinstance(setup.evidence().answer("bounce.example.com", RecordType.MX), Absent)
