"""Whose MAIL FROM domain counts where the address is an identity of its own (FACTS 9)."""

from dataclasses import replace
from datetime import UTC, datetime

from sendas.doctor.evidence import Evidence, RegionEvidence, Subject
from sendas.doctor.model import Status
from sendas.doctor.rules.dns.mail_from_absent import RULE
from sendas.ses.identity import Dkim, Identity, MailFrom
from sendas.ses.regions import Region


HERE = Region("us-east-1")
DOMAIN = Identity(
    "example.com",
    HERE,
    "SUCCESS",
    verified_for_sending=True,
    dkim=Dkim("SUCCESS", signing_enabled=True, tokens=()),
    mail_from=MailFrom("mail.example.com", "SUCCESS"),
)
ADDRESS = replace(DOMAIN, name="me@example.com", mail_from=None)


def said(address: Identity | None) -> tuple[Status, str]:
    """What the rule says of mail from me@example.com."""
    evidence = Evidence(
        Subject("example.com", HERE, from_address="me@example.com"),
        datetime(2026, 11, 29, tzinfo=UTC),
        regions={
            HERE: RegionEvidence(identities={"example.com": DOMAIN, "me@example.com": address})
        },
    )
    verdict = RULE.judge(evidence)
    assert verdict is not None
    return verdict.status, verdict.title


def test_an_address_does_not_use_its_domains() -> None:
    """SES sends its mail as amazonses.com, whatever the domain has set."""
    status, title = said(ADDRESS)

    assert Status.WARN is status
    assert "me@example.com" in title


def test_an_address_with_its_own_or_none_of_itself() -> None:
    """Set at the address as well, or with the domain alone verified, it is used."""
    assert Status.OK is said(replace(ADDRESS, mail_from=DOMAIN.mail_from))[0]
    assert Status.OK is said(None)[0]
