"""Who sent, by what a row proves; networks and domains are the services' own (see `services`)."""

import pytest

from hypothesis import given
from hypothesis import strategies as st
from reported_world import BY_NAME, FORGED, FORWARDED, SES, overridden

from sendas.reports.model import DkimResult, Row, SpfResult
from sendas.reports.sources import Source, SourceKind, source_of


OWN_KEY = (DkimResult("example.com", "s1", "pass"),)
OWN_KEY_BROKEN = (DkimResult("example.com", "s1", "fail"),)


def row(
    ip: str = "203.0.113.7",
    dkim: str = "fail",
    spf: str = "fail",
    signed: tuple[DkimResult, ...] = (),
    returned: str = "",
    reason: str = "",
) -> Row:
    """A row with these proofs."""
    checks = (SpfResult(returned, "mfrom", "pass"),) if returned else ()
    found = Row(ip, 1, "none", dkim, spf, (), "example.com", returned, "", signed, checks)
    return overridden(found, reason) if reason else found


@pytest.mark.parametrize(
    ("given_row", "kind", "name"),
    [
        (SES, SourceKind.SES, "Amazon SES"),
        (row("54.240.1.1", returned="amazonses.com"), SourceKind.SES, "Amazon SES"),
        (row("54.240.1.1"), SourceKind.SES, "Amazon SES"),
        (
            # addresses of one's own, brought to SES
            SES._replace(source_ip="192.0.2.1"),
            SourceKind.SES,
            "Amazon SES",
        ),
        (FORWARDED, SourceKind.FORWARDER, "forwarder.example"),
        (
            row("209.85.128.9", "pass", signed=OWN_KEY, returned="gmail.com"),
            SourceKind.FORWARDER,
            "Gmail, by its forwarding",
        ),
        (
            row(
                "209.85.128.9",
                signed=(DkimResult("gmail.com", "2", "pass"),),
                returned="gmail.com",
            ),
            SourceKind.GMAIL,
            "Gmail itself",
        ),
        (
            row("209.85.128.9", "pass", "pass", OWN_KEY, "example.com"),
            SourceKind.SERVICE,
            "Google Workspace",
        ),
        (
            row(
                "209.85.128.9",
                signed=(DkimResult("example-com.20230601.gappssmtp.com", "2", "pass"),),
            ),
            SourceKind.SERVICE,
            "Google Workspace",
        ),
        (
            row("2a00:1450:4000::9"),
            SourceKind.SERVICE,
            "Google, by forwarding, groups or calendars",
        ),
        (row("40.107.1.1", "pass", signed=OWN_KEY), SourceKind.FORWARDER, "Microsoft 365"),
        (
            row("40.107.1.1", "fail", "pass", returned="example.com"),
            SourceKind.SERVICE,
            "Microsoft 365",
        ),
        (
            row(signed=(DkimResult("sendgrid.net", "s1", "pass"),)),
            SourceKind.SERVICE,
            "SendGrid",
        ),
        (
            row(dkim="pass", signed=OWN_KEY, returned="bnc.mailjet.com"),
            SourceKind.SERVICE,
            "Mailjet",
        ),
        (row(spf="pass", returned="example.com"), SourceKind.OWN, "203.0.113.0/24"),
        (
            row(signed=OWN_KEY_BROKEN, returned="lists.example.org"),
            SourceKind.MAILING_LIST,
            "lists.example.org",
        ),
        (
            row(reason="mailing_list", returned="example.org"),
            SourceKind.MAILING_LIST,
            "example.org",
        ),
        (row(reason="forwarded"), SourceKind.FORWARDER, "203.0.113.0/24"),
        (row(signed=OWN_KEY_BROKEN), SourceKind.CHANGED, "203.0.113.0/24"),
        (FORGED, SourceKind.UNKNOWN, "203.0.113.0/24"),
        (row("2001:db8:1:2::3"), SourceKind.UNKNOWN, "2001:db8:1::/48"),
        (row("no address"), SourceKind.UNKNOWN, "no address"),
        (row(returned="notsendgrid.net"), SourceKind.UNKNOWN, "203.0.113.0/24"),
        (
            row(signed=(DkimResult("sendgrid.net", "s1", "fail"),)),
            SourceKind.UNKNOWN,
            "203.0.113.0/24",
        ),
    ],
)
def test_a_source_is_named_by_the_strongest_proof(
    given_row: Row, kind: SourceKind, name: str
) -> None:
    """A claim that did not pass names nobody."""
    found = source_of(given_row, "example.com")

    assert (kind, name) == (found.kind, found.name)


def test_streams_of_one_service_are_told_apart() -> None:
    """By MAIL FROM and by selector; Easy DKIM's three keys are one stream."""
    other_key = SES.dkim_results[0]._replace(selector="z" * 32)
    turned = SES._replace(dkim_results=(other_key,))
    plain = SES._replace(envelope_from="amazonses.com")

    assert source_of(SES, "example.com") == source_of(turned, "example.com")
    assert Source(
        SourceKind.SES, "Amazon SES", "MAIL FROM mail.example.com, selector of Easy DKIM"
    ) == source_of(SES, "example.com")
    assert source_of(SES, "example.com") != source_of(plain, "example.com")


@given(st.sampled_from(BY_NAME), st.text(max_size=60), st.text(max_size=60), st.text(max_size=60))
def test_no_text_breaks_it(known: Row, ip: str, domain: str, word: str) -> None:
    """A stranger wrote every value."""
    strange = known._replace(
        source_ip=ip,
        envelope_from=domain,
        dkim=word,
        dkim_results=(DkimResult(domain, word, "pass"), DkimResult(word, domain, word)),
        spf_results=(SpfResult(word, domain, "pass"),),
    )

    assert source_of(strange, "example.com").kind in SourceKind
