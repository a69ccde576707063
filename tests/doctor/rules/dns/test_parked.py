"""A domain whose servers answer for everything: registered, and in nobody's use."""

import asyncio

from datetime import UTC, datetime

import pytest

from sendas.dns.answers import Absent, Answer, Lookup, Question, Records, RecordType
from sendas.dns.zone import Zone
from sendas.doctor.dns_look import look
from sendas.doctor.dns_questions import Expectations
from sendas.doctor.evidence import Evidence, RegionEvidence, Subject
from sendas.doctor.registry import all_rules
from sendas.doctor.run import examine
from sendas.outcome import Seen
from sendas.ses.identity import Dkim, Identity
from sendas.ses.regions import Region


DOMAIN, HERE = "example.com", Region("us-east-1")
TOKENS = ("hirjd4exampled5477y22yd23ettobi", "v3rnz522czcl46quexamplek3efo5o6x")


class Servers:
    """Name servers as values: *everywhere* is said at each name below the domain."""

    def __init__(
        self, everywhere: dict[RecordType, str], servers: str = "ns1.example.net."
    ) -> None:
        self._everywhere, self._servers = everywhere, servers

    async def ask(self, question: Question) -> Answer:
        """The domain's servers at the domain, else what is everywhere."""
        if question.name in {"", DOMAIN} and question.type is RecordType.NS:
            return Records((self._servers,), 300)
        if question.name.endswith(DOMAIN) and question.type in self._everywhere:
            return Records((self._everywhere[question.type],), 300)
        return Absent(name_exists=True, negative_ttl=300)

    async def ask_all(self, question: Question, zone: Zone) -> Lookup:
        """The same from every server."""
        return Lookup(question, {server: await self.ask(question) for server in zone.servers})

    async def find_zone(self, domain: str) -> Seen[Zone]:
        """The registered domain."""
        return (
            Zone(DOMAIN, (self._servers.rstrip("."),))
            if domain.endswith(DOMAIN)
            else Zone(domain, ("ns1.example.net",))
        )


def roots(servers: Servers) -> tuple[str, ...]:
    """What is blamed of a domain that SES has not found its records of."""
    view = asyncio.run(look(DOMAIN, Expectations(TOKENS, None), servers))
    identity = Identity(
        DOMAIN, HERE, "PENDING", verified_for_sending=False,
        dkim=Dkim("PENDING", True, TOKENS),  # noqa: FBT003  signing
    )  # fmt: skip
    evidence = Evidence(
        Subject(DOMAIN, HERE),
        datetime(2026, 11, 29, tzinfo=UTC),
        zone=view.zone,
        lookups=view.lookups,
        regions={HERE: RegionEvidence(identities={DOMAIN: identity})},
    )
    return examine(evidence, rules=all_rules()).roots


@pytest.mark.parametrize(
    "everywhere",
    [
        {RecordType.A: "192.0.2.80", RecordType.TXT: "v=spf1 -all"},
        {
            RecordType.A: "192.0.2.80",
            RecordType.TXT: "v=spf1 a -all",
            RecordType.MX: "0 mail.example.org.",
        },
    ],
)
def test_a_domain_that_answers_for_everything_is_parked(everywhere: dict[RecordType, str]) -> None:
    """One root: whatever is missing, or stands where nothing was published, follows from it."""
    assert ("DNS113",) == roots(Servers(everywhere))


def test_a_parking_services_servers_are_enough() -> None:
    """A service that answers addresses alone is known by its name servers."""
    parked = Servers({RecordType.A: "192.0.2.80"}, servers="ns1.sedoparking.com.")

    assert "DNS113" in roots(parked)


def test_an_owners_wildcard_of_texts_is_no_parking() -> None:
    """Who publishes SES's include at every name serves a zone of his own, odd as it is."""
    own = {RecordType.A: "192.0.2.80", RecordType.TXT: "v=spf1 include:amazonses.com ~all"}

    assert "DNS113" not in roots(Servers(own))


def test_a_wildcard_of_addresses_is_no_parking() -> None:
    """``*.example.com A`` is common and harms no mail (RFC 4592)."""
    assert "DNS113" not in roots(Servers({RecordType.A: "192.0.2.80"}))
