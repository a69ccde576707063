"""A domain as data: its zone, what SES says, and the evidence a run would gather."""

import importlib
import pkgutil

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import pytest

from dnslib import QTYPE, RR

import sendas.doctor.rules.dns as room

from sendas.advice import Help
from sendas.dns.answers import RESOLVER, Absent, Answer, Lookup, Question, Records, RecordType
from sendas.dns.names import canonical, within
from sendas.dns.zone import Zone
from sendas.doctor.dns_questions import Expectations, questions_for
from sendas.doctor.evidence import Evidence, RegionEvidence, Subject
from sendas.doctor.judge import judge
from sendas.doctor.model import Finding, Rule, Status
from sendas.ses.identity import Dkim, Identity, MailFrom
from sendas.ses.receiving import ReceiptRule, RuleSet
from sendas.ses.regions import Region


HERE = Region("us-east-2")
DOMAIN = "example.com"
TOKENS = ("aaa", "bbb", "ccc")
SERVERS = ("ns1.example.net", "ns2.example.net")
RULES = tuple(
    module.RULE
    for entry in pkgutil.iter_modules(room.__path__)
    if isinstance(
        getattr(module := importlib.import_module(f"{room.__name__}.{entry.name}"), "RULE", None),
        Rule,
    )
)
HEALTHY = """
example.com. 300 IN SOA ns1.example.net. x.example.net. 7 3600 600 86400 300
example.com. 300 IN NS ns1.example.net.
example.com. 300 IN NS ns2.example.net.
example.com. 300 IN MX 10 inbound-smtp.us-east-2.amazonaws.com.
example.com. 300 IN TXT "v=spf1 include:amazonses.com ~all"
example.com. 300 IN TXT "google-site-verification=x"
_dmarc.example.com. 300 IN TXT "v=DMARC1; p=none; rua=mailto:d@example.com"
aaa._domainkey.example.com. 300 IN CNAME aaa.dkim.amazonses.com.
bbb._domainkey.example.com. 300 IN CNAME bbb.dkim.amazonses.com.
ccc._domainkey.example.com. 300 IN CNAME ccc.dkim.amazonses.com.
bounce.example.com. 300 IN MX 10 feedback-smtp.us-east-2.amazonses.com.
bounce.example.com. 300 IN TXT "v=spf1 include:amazonses.com ~all"
amazonses.com. 300 IN TXT "v=spf1 ip4:199.255.192.0/22 -all"
"""

ZoneData = dict[tuple[str, RecordType], tuple[str, ...]]


def read(lines: Iterable[str]) -> list[tuple[str, RecordType, str]]:
    """Zone-file lines, by dnslib, so that what we print is read by somebody else."""
    found = []
    for record in RR.fromZone("\n".join(lines)):
        type_ = RecordType(QTYPE[record.rtype])
        if type_ is RecordType.TXT:
            value = b"".join(record.rdata.data).decode("latin-1")
        else:
            value = str(record.rdata).rstrip(".")
        found.append((canonical(str(record.rname)), type_, value))
    return found


@dataclass(frozen=True)
class Setup:
    """A domain with everything around it; changed by copies."""

    zone: ZoneData
    identity: Identity | None
    rule_set: RuleSet | None = None
    subject: Subject = field(default_factory=lambda: Subject(DOMAIN, HERE))
    answers: Mapping[str, ZoneData | Answer] = field(default_factory=dict)
    """By server, where it differs from the zone: other data, or one answer to everything."""
    changes: Mapping[str, object] = field(default_factory=dict)
    """Fields of the evidence to set."""

    def without(self, *nodes: tuple[str, str]) -> "Setup":
        """The zone without these names and types."""
        gone = {(name, RecordType(type_)) for name, type_ in nodes}
        return replace(self, zone={k: v for k, v in self.zone.items() if k not in gone})

    def having(self, *lines: str) -> "Setup":
        """The zone with exactly these lines at the names and types they mention."""
        zone = dict(self.zone)
        new = read(lines)
        for name, type_, _ in new:
            zone[name, type_] = ()
        for name, type_, value in new:
            zone[name, type_] += (value,)
        return replace(self, zone=zone)

    def removing(self, *lines: str) -> "Setup":
        """The zone without these lines."""
        zone = dict(self.zone)
        for name, type_, value in read(lines):
            zone[name, type_] = tuple(v for v in zone.get((name, type_), ()) if v != value)
        return replace(self, zone={k: v for k, v in zone.items() if v})

    def mended(self, help_: Help) -> "Setup":
        """The set-up after exactly this advice."""
        setup = self.removing(*help_.remove).having(*help_.records)
        identity = self.identity
        if any("mail-from" in command for command in help_.commands) and identity:
            assert identity.mail_from is not None
            identity = replace(identity, mail_from=replace(identity.mail_from, status="SUCCESS"))
        return replace(setup, identity=identity)

    def said_by(self, server: str, question: Question) -> Answer:
        """What *server* answers."""
        data = self.answers.get(server, self.zone)
        return self.looked_up(data, question) if isinstance(data, dict) else data

    @staticmethod
    def looked_up(data: ZoneData, question: Question) -> Answer:
        """The answer that *data* holds."""
        alias = data.get((question.name, RecordType.CNAME))
        if values := data.get((question.name, question.type)):
            return Records(values, 300)
        if alias:
            return Absent(name_exists=True, negative_ttl=300, alias=alias)
        exchanges = {v.split()[-1] for (_, t), vs in data.items() if t == "MX" for v in vs}
        if question.type is RecordType.A and question.name in exchanges:
            return Records(("203.0.113.25",), 300)  # whoever is named by an MX is there
        exists = any(within(name, question.name) for name, _ in data)
        return Absent(name_exists=exists, negative_ttl=600)

    def evidence(self) -> Evidence:
        """What a run would see: every question the planner has, at every server."""
        identity = self.identity
        mail_from = identity.mail_from.domain if identity and identity.mail_from else None
        expected = Expectations(identity.dkim.tokens if identity else (), mail_from)
        known: dict[Question, Answer] = {}
        domain = self.subject.domain
        while new := questions_for(domain, expected, known.get) - known.keys():
            known |= {question: self.said_by(SERVERS[0], question) for question in new}
        lookups = {q: Lookup(q, self.answers_to(q)) for q in known}
        here = RegionEvidence(
            identities={domain: None, identity.name: identity} if identity else {domain: None},
            active_rule_set=self.rule_set,
        )
        evidence = Evidence(
            self.subject,
            datetime(2026, 1, 2, tzinfo=UTC),
            zone=Zone(DOMAIN, SERVERS),
            lookups=lookups,
            regions={HERE: here},
        )
        return replace(evidence, **self.changes)  # type: ignore[arg-type]  fields by name

    def answers_to(self, question: Question) -> dict[str, Answer]:
        """Own names at both servers and the resolver, foreign ones at the resolver."""
        own = SERVERS if within(question.name, DOMAIN) else ()
        return {server: self.said_by(server, question) for server in (*own, RESOLVER)}

    def findings(self) -> dict[str, Finding]:
        """Every DNS rule over the evidence."""
        return {finding.code: finding for finding in judge(self.evidence(), RULES)}

    def failing(self) -> set[str]:
        """The roots: what fails and is not explained by another failure."""
        found = self.findings()
        failed = {code for code, finding in found.items() if finding.status is Status.FAIL}
        explained = {rule.code for rule in RULES if failed.intersection(rule.explained_by)}
        assert not {c for c, f in found.items() if f.status is Status.CRASHED}, found
        return failed - explained


@pytest.fixture
def healthy() -> Setup:
    """Everything right, with a custom MAIL FROM domain."""
    zone: ZoneData = {}
    for name, type_, value in read(HEALTHY.strip().splitlines()):
        zone[name, type_] = (*zone.get((name, type_), ()), value)
    zone[DOMAIN, RecordType.SOA] = ("ns1.example.net x.example.net 7 3600 600 86400 300",)
    identity = Identity(
        DOMAIN,
        HERE,
        "SUCCESS",
        verified_for_sending=True,
        dkim=Dkim("SUCCESS", signing_enabled=True, tokens=TOKENS),
        mail_from=MailFrom("bounce.example.com", "SUCCESS"),
    )
    rule_set = RuleSet("inbound", (ReceiptRule("all", True, (DOMAIN,), ()),))  # noqa: FBT003  enabled
    return Setup(zone, identity, rule_set)
