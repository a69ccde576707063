"""What there is to ask about a domain, given what is already answered.

`questions_for` is called again whenever answers arrive, until it adds nothing:
everything that can be asked is then asked at once, and only what truly hangs
on an answer (an SPF include, an MX host) waits for it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sendas.auth.dkim import dkim_name
from sendas.auth.dmarc_walk import dmarc_name, the_record, walk_names
from sendas.auth.mta_sts import sts_claims, sts_host, sts_name
from sendas.auth.spf_tree import Known, spf_tree
from sendas.auth.tls_rpt import tls_rpt_name
from sendas.dns.answers import Absent, Answer, Question, Records, RecordType
from sendas.dns.mx import MalformedMx, parse_mx
from sendas.dns.names import ancestry, can_be_asked, canonical, within


_MAX_SPF_LOOKUPS, _MAX_AT_ONCE = 50, 150
"""No honest record comes near; without an end, a hostile one could have us ask for ever."""


@dataclass(frozen=True, slots=True)
class Expectations:
    """What SES says should stand in the zone: DKIM tokens, and the custom MAIL FROM domain."""

    dkim_tokens: tuple[str, ...] = ()
    mail_from: str | None = None


def questions_for(domain: str, expectations: Expectations, known: Known) -> frozenset[Question]:
    """Every question about *domain* that can be put now, answered or not."""
    domain = canonical(domain)
    found = {
        *_at(domain, RecordType.A, RecordType.MX, RecordType.TXT, RecordType.NS, RecordType.SOA),
        *_dmarc(domain, known),
        *_mx_hosts(domain, known),
        *_spf(domain, known),
        *_transport(domain, known),
    }
    for token in expectations.dkim_tokens:
        found.update(_dkim(domain, token, known))
    found.update(_at(control_name(domain), RecordType.TXT, RecordType.A))
    if expectations.dkim_tokens:
        found.update(_at(control_name(domain), RecordType.CNAME))
    if expectations.mail_from:
        found.update(_mail_from(domain, canonical(expectations.mail_from), known))
    for one in led_to(domain, expectations.mail_from, known):
        found.update(_registration(one, known))
    return frozenset(question for question in found if can_be_asked(question.name))


def recipient_questions(address: str) -> tuple[Question, ...]:
    """Whether a recipient's domain takes mail (RFC 5321, 5.1: MX, else the host itself)."""
    domain = canonical(address.rpartition("@")[2])
    types = (RecordType.MX, RecordType.A, RecordType.AAAA)
    return tuple(q for q in _at(domain, *types) if can_be_asked(q.name))


def _at(name: str, *types: RecordType) -> Iterator[Question]:
    return (Question(name, type_) for type_ in types)


def control_name(domain: str) -> str:
    """A name beside the DKIM records where nothing stands: what answers there answers for all."""
    return dkim_name("sendas-control", canonical(domain))


def _dkim(domain: str, token: str, known: Known) -> Iterator[Question]:
    name = dkim_name(token, domain)
    yield from _at(name, RecordType.CNAME, RecordType.TXT, RecordType.A)
    for target in _values(known(Question(name, RecordType.CNAME))):
        yield from _at(target, RecordType.TXT, RecordType.A)
    # The provider that appends the zone to what was already complete (RULES, DNS-02).
    for zone in possible_zones(domain):
        yield from _at(f"{name}.{zone}", RecordType.CNAME)


def possible_zones(domain: str) -> tuple[str, ...]:
    """The names that may be the apex of *domain*'s zone: itself and its parents, TLDs aside."""
    return tuple(name for name in ancestry(domain) if "." in name)


def _dmarc(domain: str, known: Known) -> Iterator[Question]:
    for name in walk_names(domain):
        yield Question(dmarc_name(name), RecordType.TXT)
    yield Question(dmarc_name(domain), RecordType.CNAME)
    yield Question(f"{dmarc_name(domain)}.{domain}", RecordType.TXT)
    record = the_record(_values(known(Question(dmarc_name(domain), RecordType.TXT))))
    if record is not None:
        for target in foreign_report_domains(domain, record.aggregate_reports)[:_MAX_AT_ONCE]:
            yield report_question(domain, target)


def foreign_report_domains(domain: str, addresses: Iterable[str]) -> tuple[str, ...]:
    """The domains of report *addresses* that must say they want them (RFC 9990, section 4).

    Those above, below or equal to *domain* need not.
    """
    targets = (canonical(address.rpartition("@")[2]) for address in addresses)
    return tuple(
        dict.fromkeys(t for t in targets if not within(t, domain) and not within(domain, t))
    )


def report_question(domain: str, target: str) -> Question:
    """Where *target* says that it takes reports about *domain*."""
    return Question(f"{canonical(domain)}._report._dmarc.{canonical(target)}", RecordType.TXT)


def _mail_from(domain: str, name: str, known: Known) -> Iterator[Question]:
    yield from _at(name, RecordType.MX, RecordType.TXT, RecordType.A, RecordType.CNAME)
    yield from _at(f"{name}.{domain}", RecordType.MX, RecordType.TXT)
    yield from _mx_hosts(name, known)
    yield from _spf(name, known)


def _mx_hosts(domain: str, known: Known) -> Iterator[Question]:
    for value in _values(known(Question(domain, RecordType.MX)))[:_MAX_AT_ONCE]:
        try:
            exchange = parse_mx(value)
        except MalformedMx:
            continue
        if not exchange.is_null:
            yield from _at(exchange.host, RecordType.A, RecordType.AAAA)


def _spf(domain: str, known: Known) -> Iterator[Question]:
    """The SPF tree's questions: those put before, which are in it, and the next ones."""
    yield Question(domain, RecordType.TXT)
    tree = spf_tree(domain, known)
    if tree.lookups <= _MAX_SPF_LOOKUPS:
        yield from sorted(tree.unasked)[:_MAX_AT_ONCE]


def _transport(domain: str, known: Known) -> Iterator[Question]:
    """TLS-RPT and MTA-STS, and who serves the policy."""
    yield Question(tls_rpt_name(domain), RecordType.TXT)
    yield Question(sts_name(domain), RecordType.TXT)
    if sts_claims(_values(known(Question(sts_name(domain), RecordType.TXT)))):
        yield from _at(sts_host(domain), RecordType.A, RecordType.AAAA)


@dataclass(frozen=True, slots=True)
class Led:
    """A record at *name* leads to *target*; *what* of it does, as people say it.

    *asked* are the questions that tell whether *target* is there.
    """

    name: str
    what: str
    target: str
    asked: tuple[Question, ...]


def led_to(domain: str, mail_from: str | None, known: Known) -> Iterator[Led]:
    """Whomever the domain's records trust: its exchangers, SPF's includes, readers of reports."""
    for name in dict.fromkeys((domain, *((canonical(mail_from),) if mail_from else ()))):
        for value in _values(known(Question(name, RecordType.MX)))[:_MAX_AT_ONCE]:
            try:
                exchange = parse_mx(value)
            except MalformedMx:
                continue
            if not exchange.is_null:
                host = exchange.host
                yield Led(name, f"MX {value}", host, tuple(_at(host, RecordType.A)))
        for branch in spf_tree(name, known).walk():
            if branch.target and branch.target != name:
                there = canonical(branch.target)
                types = (RecordType.TXT, RecordType.A, RecordType.MX)
                yield Led(name, branch.term, there, tuple(_at(there, *types)))
    record = the_record(_values(known(Question(dmarc_name(domain), RecordType.TXT))))
    reports = record.aggregate_reports if record else ()
    for target in foreign_report_domains(domain, reports)[:_MAX_AT_ONCE]:
        yield Led(dmarc_name(domain), f"rua={target}", target, (report_question(domain, target),))


def registrable(target: str) -> str:
    """The name below the top level that *target* is or stands under: what one registers.

    Does not know the registries below a top level, such as co.uk.
    """
    return ".".join(canonical(target).split(".")[-2:])


def _registration(led: Led, known: Known) -> Iterator[Question]:
    """Whether anybody holds the domain of the target, where the target is not there."""
    answers = map(known, led.asked)
    if any(isinstance(a, Absent) and not a.name_exists for a in answers):
        name = registrable(led.target)
        if "." in name:
            yield from _at(name, RecordType.NS)
            yield from _at(name.rpartition(".")[2], RecordType.NS)


def _values(answer: Answer | None) -> tuple[str, ...]:
    return answer.values if isinstance(answer, Records) else ()
