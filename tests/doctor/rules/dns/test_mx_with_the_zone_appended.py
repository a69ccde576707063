"""A wildcard answers for SES's host with the zone appended; found by the fault algebra."""

from datetime import UTC, datetime

import pytest

from sendas.dns.answers import RESOLVER, Absent, Lookup, Question, Records, RecordType
from sendas.doctor.evidence import Evidence, Subject
from sendas.doctor.model import Status
from sendas.doctor.rules.dns.mx_resolves import RULE
from sendas.ses.regions import Region


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("inbound-smtp.us-east-1.amazonaws.com.example.com", Status.FAIL),
        ("mail.example.com", Status.OK),
        ("inbound-smtp.us-east-1.amazonaws.com", Status.OK),
    ],
)
def test_the_web_site_takes_no_mail_for_ses(host: str, status: Status) -> None:
    """The name has an address, the wildcard's, and it is nobody's mail host."""
    said = {
        Question("example.com", RecordType.MX): Records((f"10 {host}",), 300),
        Question(host, RecordType.A): Records(("192.0.2.80",), 300),
        Question(host, RecordType.AAAA): Absent(name_exists=True, negative_ttl=300),
    }
    verdict = RULE.judge(
        Evidence(
            Subject("example.com", Region("us-east-1")),
            datetime(2026, 11, 29, tzinfo=UTC),
            lookups={q: Lookup(q, {RESOLVER: answer}) for q, answer in said.items()},
        )
    )

    assert verdict is not None
    assert status is verdict.status
