"""Wanted records merged with published ones: nobody's mail is lost, no policy weakened."""

from dataclasses import replace

import pytest

from hypothesis import given
from hypothesis import strategies as st

from sendas.auth import dmarc, spf
from sendas.config.model import ConfiguredDomain, Dmarc, Mailbox, Reports
from sendas.dns.answers import Absent, Answer, Question, Records, RecordType
from sendas.mail.domain import Domain
from sendas.outcome import NoAnswer, Why
from sendas.ses.regions import Region
from sendas.setup.records.diff import diff, removals, stops
from sendas.setup.records.wanted import Mark, Purpose, RecordChange, RecordSet, wanted_records


HERE = Region("us-east-2")
TOKENS = ("aaa", "bbb", "ccc")
DOMAIN = ConfiguredDomain(
    "example.com",
    HERE,
    (Mailbox("me", ("o@gmail.com",)),),
    mail_from="mail.example.com",
    dmarc=Dmarc(dmarc.Policy.NONE, ("d@example.com",)),
)
WANTED = wanted_records(DOMAIN, TOKENS)
NOTHING = Absent(name_exists=False, negative_ttl=300)


def of(purpose: Purpose) -> RecordSet:
    """The one record set for that purpose."""
    (found,) = (one for one in WANTED if one.purpose is purpose)
    return found


def change(purpose: Purpose, *values: str, alias: tuple[str, ...] = ()) -> RecordChange:
    """What is to be done where *values* stand."""
    wanted = of(purpose)
    answer: Answer = Records(values, 300, alias) if values else NOTHING
    return diff([wanted], {wanted.question: answer})[0]


def test_what_a_domain_needs() -> None:
    """Three DKIM names, MAIL FROM, SPF, DMARC, MX; as the SES guide has them."""
    assert [
        ("aaa._domainkey.example.com", "CNAME", ("aaa.dkim.amazonses.com",)),
        ("bbb._domainkey.example.com", "CNAME", ("bbb.dkim.amazonses.com",)),
        ("ccc._domainkey.example.com", "CNAME", ("ccc.dkim.amazonses.com",)),
        ("mail.example.com", "MX", ("10 feedback-smtp.us-east-2.amazonses.com",)),
        ("mail.example.com", "TXT", ("v=spf1 include:amazonses.com ~all",)),
        ("example.com", "TXT", ("v=spf1 include:amazonses.com ~all",)),
        ("_dmarc.example.com", "TXT", ("v=DMARC1; p=none; rua=mailto:d@example.com",)),
        ("example.com", "MX", ("10 inbound-smtp.us-east-2.amazonaws.com",)),
    ] == [(one.name, one.type, one.values) for one in WANTED]


def test_what_is_not_wished_for_is_not_wanted() -> None:
    """A domain that only sends, without MAIL FROM and DMARC of ours, needs but DKIM."""
    domain = ConfiguredDomain("example.com", HERE, (), receive=False, spf=False)

    assert {Purpose.DKIM} == {one.purpose for one in wanted_records(domain, TOKENS)}
    assert () == wanted_records(domain, ())


def test_an_empty_zone_gets_everything() -> None:
    """Nothing stands, so all is added as it is wanted."""
    changes = diff(WANTED, {one.question: NOTHING for one in WANTED})

    assert {Mark.ADD} == {one.mark for one in changes}
    assert [one.values for one in WANTED] == [one.after for one in changes]


def test_what_stands_is_left() -> None:
    """A zone that holds all of it is not touched."""
    changes = diff(WANTED, {one.question: Records(one.values, 60) for one in WANTED})

    assert {Mark.KEEP} == {one.mark for one in changes}


def test_silence_is_not_absence() -> None:
    """Who was not asked, or did not answer, may hold anything."""
    silent = {WANTED[0].question: NoAnswer(Why.TIMEOUT, "192.0.2.53")}
    changes = diff(WANTED, silent)

    assert {Mark.UNKNOWN} == {one.mark for one in changes}
    assert "timeout: 192.0.2.53" == changes[0].why
    assert not any(one.changes or one.after for one in changes)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (("v=spf1 -all",), ("v=spf1 include:amazonses.com -all",)),
        (
            ("v=spf1 include:_spf.google.com ~all", "google-site-verification=x"),
            (
                "google-site-verification=x",
                "v=spf1 include:_spf.google.com include:amazonses.com ~all",
            ),
        ),
        (("v=spf1 redirect=example.org",), ("v=spf1 include:amazonses.com redirect=example.org",)),
        (("V=SPF1 A -ALL",), ("V=SPF1 A include:amazonses.com -ALL",)),
        (
            ("google-site-verification=x",),
            ("google-site-verification=x", "v=spf1 include:amazonses.com ~all"),
        ),
        (("v=spf1 ~all include:amazonses.com",), ("v=spf1 include:amazonses.com ~all",)),
        (("v=spf1 mx ~all", "v=spf1 a -all"), ("v=spf1 mx a include:amazonses.com ~all",)),
    ],
)
def test_spf_is_extended(before: tuple[str, ...], after: tuple[str, ...]) -> None:
    """Whoever may send may still send, and so may SES; other texts stay."""
    found = change(Purpose.SPF, *before)

    assert Mark.CHANGE is found.mark
    assert after == found.after


@pytest.mark.parametrize(
    "text", ["v=spf1 +include:amazonses.com -all", "v=spf1 a INCLUDE:amazonses.com ?all"]
)
def test_spf_that_lets_ses_send_is_left(text: str) -> None:
    """Whatever its spelling."""
    assert Mark.KEEP is change(Purpose.SPF, text, "other").mark


def test_spf_that_refuses_ses_stops() -> None:
    """The owner said so; only the owner can take it back."""
    found = change(Purpose.SPF, "v=spf1 -include:amazonses.com ~all")

    assert Mark.STOP is found.mark
    assert "-include:amazonses.com" in found.why


def test_spf_that_nobody_can_read_stops() -> None:
    """Extending a broken record would break it further, and replacing it would lose senders."""
    found = change(Purpose.SPF, "v=spf1 ip4:300.1.1.1 -all")

    assert Mark.STOP is found.mark
    assert found.before == found.after
    assert "300.1.1.1" in found.why


TERMS = st.sampled_from(
    [
        "a",
        "mx",
        "-ip4:192.0.2.1",
        "include:example.org",
        "?exists:%{i}.example.org",
        "ip6:2001:db8::/32",
        "x=y",
    ]
)
ENDS = st.sampled_from(["", "-all", "~all", "?all", "redirect=example.net"])


@given(st.lists(TERMS, max_size=5), ENDS, st.lists(st.text("xyz=", max_size=5), max_size=2))
def test_no_sender_is_lost(terms: list[str], end: str, others: list[str]) -> None:
    """Every term stays, in its order, and every other text; a second run changes nothing."""
    record = " ".join(filter(None, ["v=spf1", *terms, end]))
    first = change(Purpose.SPF, *others, record)
    (extended,) = filter(spf.claims_spf, first.after)

    assert [w for w in extended.split() if w != "include:amazonses.com"] == record.split()
    assert "include:amazonses.com" in [d.text for d in spf.parse_spf(extended).reachable]
    assert sorted(others) == sorted(text for text in first.after if text != extended)
    assert Mark.KEEP is change(Purpose.SPF, *first.after).mark


@pytest.mark.parametrize(
    ("standing", "policy", "mark", "after"),
    [
        (
            "v=DMARC1; p=reject",
            "none",
            Mark.CHANGE,
            "v=DMARC1; p=reject; rua=mailto:d@example.com",
        ),
        ("v=DMARC1; p=reject; rua=mailto:D@example.com", "none", Mark.KEEP, None),
        (
            "v=DMARC1; p=none; sp=reject; adkim=s; rua=mailto:x@a.org",
            "quarantine",
            Mark.CHANGE,
            "v=DMARC1; p=quarantine; sp=reject; adkim=s; rua=mailto:x@a.org,mailto:d@example.com",
        ),
        (
            "v=DMARC1; p=nonsense",
            "none",
            Mark.CHANGE,
            "v=DMARC1; p=none; rua=mailto:d@example.com",
        ),
        (
            "v=dmarc1; p=none",
            "reject",
            Mark.CHANGE,
            "v=DMARC1; p=reject; rua=mailto:d@example.com",
        ),
        ("unrelated", "none", Mark.CHANGE, "v=DMARC1; p=none; rua=mailto:d@example.com"),
    ],
)
def test_dmarc_is_respected(standing: str, policy: str, mark: Mark, after: str | None) -> None:
    """A record keeps its tags and is never made laxer; one that receivers ignore is replaced."""
    domain = ConfiguredDomain(
        "example.com", HERE, (), dmarc=Dmarc(dmarc.Policy(policy), ("d@example.com",))
    )
    (wanted,) = (one for one in wanted_records(domain, ()) if one.purpose is Purpose.DMARC)
    (found,) = diff([wanted], {wanted.question: Records((standing,), 300)})

    assert mark is found.mark
    assert found.after[-1] == (after or standing)


def test_two_dmarc_records_stop() -> None:
    """Receivers apply neither (RFC 9989, 4.7), and only the owner knows which is meant."""
    found = change(Purpose.DMARC, "v=DMARC1; p=none", "v=DMARC1; p=reject")

    assert Mark.STOP is found.mark


OURS, INBOUND = "10 inbound-smtp.us-east-2.amazonaws.com", Purpose.INBOUND_MX


@pytest.mark.parametrize(
    ("values", "mark", "told"),
    [
        ((OURS,), Mark.KEEP, ""),
        (("5 INBOUND-SMTP.us-east-2.amazonaws.com.",), Mark.KEEP, ""),
        (("0 .",), Mark.CHANGE, "replaces 0 ."),
        (("10 email-smtp.us-east-2.amazonaws.com",), Mark.CHANGE, "where no mail is taken"),
        (("1 smtp.google.com",), Mark.STOP, "mail is received by smtp.google.com"),
        ((OURS, "20 mx.example.org"), Mark.STOP, "mail is received by mx.example.org"),
        (("10 inbound-smtp.eu-west-1.amazonaws.com",), Mark.STOP, 'region = "eu-west-1"'),
        (("nonsense",), Mark.STOP, "is no MX data"),
    ],
)
def test_an_mx_that_serves_somebody_stops(values: tuple[str, ...], mark: Mark, told: str) -> None:
    """Mail that arrives elsewhere goes on arriving there; what serves nobody is replaced."""
    found = change(INBOUND, *values)

    assert mark is found.mark
    assert told in found.why
    assert (found.after == values) is (mark is not Mark.CHANGE)
    assert (mark is Mark.STOP) is bool(stops([found]))


def test_a_mail_from_name_that_receives_stops() -> None:
    """Its one MX is SES's; a name with mailboxes cannot be it (SES guide, MAIL FROM)."""
    found = change(Purpose.MAIL_FROM_MX, "10 mx.example.org")

    assert Mark.STOP is found.mark
    assert "a name that nobody writes to" in found.why


def test_a_cname_at_the_name() -> None:
    """What stands behind an alias is changed there, not over it; if it is right, it stays."""
    right = of(Purpose.DMARC).values[0]

    assert Mark.KEEP is change(Purpose.DMARC, right, alias=("dmarc.example.org",)).mark
    found = change(Purpose.DMARC, "v=DMARC1; p=none", alias=("dmarc.example.org",))
    assert Mark.STOP is found.mark
    assert "CNAME to dmarc.example.org" in found.why


def test_a_dkim_name_is_ses_own() -> None:
    """Another target at the token's name is a mistake, and is replaced."""
    wanted = WANTED[0]
    (found,) = diff(
        [wanted], {wanted.question: Records(("aaa.dkim.amazonses.com.example.com",), 300)}
    )

    assert Mark.CHANGE is found.mark
    assert wanted.values == found.after


def test_taking_ours_away() -> None:
    """What was there before stays, DMARC too; what holds only ours goes."""
    standing: dict[Question, Answer] = {one.question: Records(one.values, 300) for one in WANTED}
    at_apex = Question("example.com", RecordType.TXT)
    standing[at_apex] = Records(("x", "v=spf1 mx include:amazonses.com -all"), 300)
    marks = {one.purpose: one for one in removals(WANTED, standing)}

    assert Mark.REMOVE is marks[Purpose.DKIM].mark
    assert Mark.REMOVE is marks[Purpose.INBOUND_MX].mark
    assert Mark.REMOVE is marks[Purpose.MAIL_FROM_SPF].mark
    assert Mark.KEEP is marks[Purpose.DMARC].mark
    assert ("x", "v=spf1 mx -all") == marks[Purpose.SPF].after


def test_taking_away_what_is_not_there() -> None:
    """A second run does nothing, nor does one against a zone that serves somebody else."""
    gone = removals(WANTED, {one.question: NOTHING for one in WANTED})
    mx = of(INBOUND)
    (other,) = removals([mx], {mx.question: Records(("1 smtp.google.com",), 300)})

    assert {Mark.KEEP} == {one.mark for one in gone}
    assert Mark.KEEP is other.mark


REPORTING = replace(DOMAIN, reports=Reports())
TLS = next(one for one in wanted_records(REPORTING, TOKENS) if one.purpose is Purpose.TLS_REPORTS)
OURS = "v=TLSRPTv1; rua=mailto:reports@example.com"


@pytest.mark.parametrize(
    ("stands", "after"),
    [
        ((), (OURS,)),
        ((OURS,), (OURS,)),
        (("other text",), ("other text", OURS)),
        (
            ("v=TLSRPTv1; rua=mailto:a@example.net",),
            ("v=TLSRPTv1; rua=mailto:a@example.net,mailto:reports@example.com",),
        ),
        (
            ("v=TLSRPTv1;rua=https://example.net/v1, mailto:Reports@example.com;",),
            ("v=TLSRPTv1;rua=https://example.net/v1, mailto:Reports@example.com;",),
        ),
        (("v=TLSRPTv1",), (OURS,)),
    ],
)
def test_who_gets_tls_reports_goes_on_getting_them(
    stands: tuple[str, ...], after: tuple[str, ...]
) -> None:
    """RFC 8460, 3: one record, several addresses; ours is added, none is lost."""
    answer: Answer = Records(stands, 300) if stands else NOTHING

    found = diff([TLS], {TLS.question: answer})[0]

    assert ("_smtp._tls.example.com", after) == (found.name, found.after)


def test_two_records_for_tls_reports_stop() -> None:
    """Senders obey none of several, and only the owner knows which is meant."""
    two = Records((OURS, "v=TLSRPTv1; rua=mailto:a@example.net"), 300)

    assert Mark.STOP is diff([TLS], {TLS.question: two})[0].mark


@pytest.mark.parametrize(
    ("stands", "after"),
    [
        ((OURS,), ()),
        (
            ("v=TLSRPTv1; rua=mailto:reports@example.com,mailto:a@example.net",),
            ("v=TLSRPTv1; rua=mailto:a@example.net",),
        ),
        (
            ("v=TLSRPTv1; rua=mailto:a@example.net", "else"),
            ("v=TLSRPTv1; rua=mailto:a@example.net", "else"),
        ),
    ],
)
def test_taking_ours_away_leaves_other_addresses(
    stands: tuple[str, ...], after: tuple[str, ...]
) -> None:
    """What is not ours stays."""
    (found,) = removals([TLS], {TLS.question: Records(stands, 300)})

    assert after == found.after


def test_no_tls_record_is_wanted_where_none_was_asked_for() -> None:
    """``tls = false``."""
    domain = replace(DOMAIN, reports=Reports(tls=False))

    assert not [
        one for one in wanted_records(domain, TOKENS) if one.purpose is Purpose.TLS_REPORTS
    ]


def test_a_domain_agrees_to_take_reports_about_another() -> None:
    """Else receivers send none: ``example.net._report._dmarc.example.com`` (RFC 9990)."""
    domain = replace(DOMAIN, reports_about=(Domain("example.net"),))

    (found,) = (
        one for one in wanted_records(domain, TOKENS) if one.purpose is Purpose.REPORT_CONSENT
    )

    assert ("example.net._report._dmarc.example.com", ("v=DMARC1",)) == (found.name, found.values)
