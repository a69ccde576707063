"""Many domains at once: what they share is asked once, and one's trouble is no other's."""

import asyncio
import threading
import time

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import jsonschema
import pytest

from sendas.advice import Owner
from sendas.config.load import parse_config
from sendas.dns.answers import Absent, Answer, Lookup, Question
from sendas.dns.zone import Zone
from sendas.doctor.asked_once import AskedOnce
from sendas.doctor.doors import Doors
from sendas.doctor.evidence import Evidence, Subject
from sendas.doctor.file_advice import SPOKEN_OF, advised
from sendas.doctor.file_subjects import subject_of
from sendas.doctor.many import Asked, observe_all
from sendas.doctor.model import Diagnosis, Finding, Layer, Severity, Status
from sendas.doctor.observe import Request
from sendas.doctor.registry import all_rules
from sendas.doctor.render import many
from sendas.doctor.render.schema import all_schema
from sendas.doctor.render.terminal import Look
from sendas.doctor.run import examine
from sendas.errors import UsageError
from sendas.outcome import NoAnswer, Seen, Why
from sendas.ses.regions import Region
from sendas.smtp.probe import Outcome, Probe, Stage
from sendas.smtp.session import Credential


HERE = Region("us-east-1")
NOON = datetime(2026, 11, 29, 12, tzinfo=UTC)
DENIED = NoAnswer(Why.DENIED, "ses:ListEmailIdentities")
FILE = """
region = "us-east-1"
[[domain]]
name = "example.com"
[domain.dmarc]
policy = "quarantine"
reports = ["dmarc@example.net"]
[[domain.mailbox]]
name = "me"
to = ["owner@gmail.com"]
send = "smtp"
[[domain.mailbox]]
name = "shop"
to = ["owner@gmail.com", "helper@gmail.com"]
[[domain]]
name = "example.net"
profile = "second"
dns = "manual"
dmarc = {}
[[domain.mailbox]]
name = "info"
to = ["owner@gmail.com"]
"""


class Account:
    """An account that counts what it is asked, and denies everything but the list."""

    def __init__(self, listed: Seen[frozenset[str]] = DENIED) -> None:
        self.listed = listed
        self.asked: list[tuple[object, ...]] = []

    def __getattr__(self, name: str) -> object:
        """Any question is written down, and takes a moment."""
        if name.startswith("_"):
            raise AttributeError(name)

        def answer(*about: object) -> object:
            self.asked.append((name, *about))
            time.sleep(0.01)
            if name == "regions":
                return (HERE,)
            return self.listed if name == "identities" else NoAnswer(Why.DENIED, name)

        return answer


class NoDns:
    """Nothing is anywhere; each question is counted."""

    def __init__(self) -> None:
        self.asked: list[Question] = []
        self.most = self.now = 0

    async def ask(self, question: Question) -> Answer:
        """NODATA, a moment later."""
        self.asked.append(question)
        self.now += 1
        self.most = max(self.most, self.now)
        await asyncio.sleep(0.001)
        self.now -= 1
        return Absent(name_exists=True, negative_ttl=300)

    async def ask_all(self, question: Question, zone: Zone) -> Lookup:
        """The same of each server."""
        return Lookup(question, {server: await self.ask(question) for server in zone.servers})

    async def find_zone(self, domain: str) -> Seen[Zone]:
        """Every domain is a zone."""
        return Zone(domain, ("ns1.example.net",))


def refused(host: str, port: int, _: Credential | None) -> Probe:
    """Nobody is home."""
    return Probe(host, port, False, None, Outcome.BLOCKED, Stage.CONNECT, None, ())  # noqa: FBT003  STARTTLS


def looked(*asked: Asked, accounts: dict[str | None, Account], dns: NoDns) -> tuple[Evidence, ...]:
    """What is observed of *asked*; a profile without an account is not configured."""

    def doors_of(profile: str | None) -> Doors:
        def aws() -> Account:
            if profile not in accounts:
                msg = f"no AWS profile named {profile!r}"
                raise UsageError(msg)
            return accounts[profile]

        return Doors(dns, aws, refused, lambda: NOON)  # type: ignore[arg-type]  answers anything

    return asyncio.run(observe_all(asked, doors_of))


def asked(name: str, profile: str | None = None) -> Asked:
    """To look at one domain, with the login."""
    return Asked(Request(Subject(name, HERE), log_in=True, deadline_seconds=20), profile)


def test_a_question_goes_out_once_however_many_ask() -> None:
    """Whoever asks while the answer is on its way waits for it."""
    account = Account()
    once = AskedOnce(account)  # type: ignore[arg-type]  answers anything
    gate = threading.Barrier(8)

    def ask(_: int) -> object:
        gate.wait(5)
        return once.account(HERE)

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(ask, range(8)))

    assert [NoAnswer(Why.DENIED, "account")] * 8 == answers
    assert [("account", HERE)] == account.asked


def test_a_list_tells_what_is_not_there() -> None:
    """An identity that the Region's list has not is absent, and nobody is asked for it."""
    account = Account(frozenset({"example.com"}))
    once = AskedOnce(account)  # type: ignore[arg-type]  answers anything

    assert once.identity(HERE, "example.net") is None
    assert NoAnswer(Why.DENIED, "identity") == once.identity(HERE, "Example.com")
    assert [("identities", HERE), ("identity", HERE, "Example.com")] == account.asked


@pytest.mark.parametrize(("why", "single"), [(Why.DENIED, True), (Why.NO_CREDENTIALS, False)])
def test_without_the_list_each_is_asked_for(why: Why, *, single: bool) -> None:
    """A caller who may not list asks one by one; where nobody answers, nobody is asked again."""
    account = Account(NoAnswer(why, "list"))

    AskedOnce(account).identity(HERE, "example.com")  # type: ignore[arg-type]  answers anything

    assert single == (("identity", HERE, "example.com") in account.asked)


def test_what_domains_share_is_asked_once() -> None:
    """The account's state, its rules and the SMTP endpoint are one answer for all domains."""
    account, dns = Account(), NoDns()
    seen = looked(
        *(asked(f"d{number}.example") for number in range(30)), accounts={None: account}, dns=dns
    )

    assert [f"d{number}.example" for number in range(30)] == [e.subject.domain for e in seen]
    for shared in ("account", "active_rule_set", "caller"):
        assert 1 == len([one for one in account.asked if one[0] == shared]), shared
    assert 64 >= dns.most > 1


def test_a_profile_of_one_domain_that_is_missing_is_that_domains_trouble() -> None:
    """The others are looked at; the domain itself is unseen, with the reason, and never well."""
    account = Account()
    well, unseen = looked(
        asked("example.com"), asked("example.net", "gone"), accounts={None: account}, dns=NoDns()
    )

    assert account.asked
    assert isinstance(unseen.caller, NoAnswer)
    assert (Why.NO_CREDENTIALS, True) == (unseen.caller.why, "'gone'" in unseen.caller.detail)
    assert isinstance(well.caller, NoAnswer)
    assert Why.DENIED is well.caller.why


def test_the_usual_profile_missing_is_wrong_usage() -> None:
    """Nobody could be asked about any domain."""
    with pytest.raises(UsageError, match="no AWS profile"):
        looked(asked("example.com"), accounts={}, dns=NoDns())


def test_what_the_file_says_of_a_domain() -> None:
    """Its Region, the first address that sends, the first target; each target once."""
    first, second = parse_config(FILE).domains

    assert Subject(
        "example.com", HERE, from_address="me@example.com", mailbox="owner@gmail.com"
    ) == subject_of(first)
    assert ("owner@gmail.com", "helper@gmail.com") == first.targets
    assert (None, "second") == (subject_of(second).from_address, second.profile)


def judged_evidence() -> tuple[Evidence, ...]:
    """Both domains of the file, with an account that denies and a DNS in which nothing is."""
    config = parse_config(FILE)
    accounts: dict[str | None, Account] = {None: Account(), "second": Account()}
    return looked(
        *(
            Asked(Request(subject_of(one), deadline_seconds=20), one.profile)
            for one in config.domains
        ),
        accounts=accounts,
        dns=NoDns(),
    )


def judged() -> list[many.Judged]:
    """The diagnoses of both, with the file's advice."""
    domains = parse_config(FILE).domains
    return [
        many.Judged(advised(examine(evidence), domain), domain.profile)
        for domain, evidence in zip(domains, judged_evidence(), strict=True)
    ]


def test_one_object_by_its_schema() -> None:
    """The JSON is what the schema says, each domain as the doctor tells of one."""
    import json  # noqa: PLC0415  only here

    whole = json.loads(many.as_json(judged()))

    jsonschema.validate(whole, all_schema())
    assert [("example.com", None), ("example.net", "second")] == [
        (one["domain"], one["profile"]) for one in whole["domains"]
    ]


def test_a_line_for_each_and_the_details_of_what_fails() -> None:
    """Each domain has its line, each cause its details, and the last line counts."""
    text = many.as_text(judged(), Look())
    lines = text.splitlines()

    assert lines[0].startswith("✗ example.com  us-east-1  ")
    assert lines[1].startswith("✗ example.net  us-east-1 (second)  ")
    assert "DNS012: example.com has no DMARC record" in text
    assert lines[-1].startswith("2 domains: 2 domains with something failing")


def test_the_advice_is_the_verb_and_the_files_own_words() -> None:
    """Where sendas writes the zone it is apply, else records; reports go where the file says."""
    first, second = (
        {finding.code: finding for finding in one.diagnosis.findings} for one in judged()
    )
    route53, manual = first["DNS012"].help, second["DNS012"].help

    assert ("sendas plan example.com", "sendas apply example.com") == route53[0].commands
    assert ("sendas records example.net",) == manual[0].commands
    assert any(
        '"v=DMARC1; p=quarantine; rua=mailto:dmarc@example.net"' in record
        for one in route53
        for record in one.records
    )


def test_no_verb_is_named_for_what_the_file_does_not_want() -> None:
    """A file that says nothing of DMARC leaves the record alone, and so does apply."""
    silent = parse_config(FILE.replace("dmarc = {}\n", "")).domains[1]
    plain = examine(judged_evidence()[1])
    named = {one.code: one for one in advised(plain, silent).findings}

    assert named["DNS012"].help
    assert not [one for one in named["DNS012"].help if one.commands]


def test_a_domain_with_warnings_is_not_summed_up_as_nothing_wrong() -> None:
    """The last line of all counts it, as its own line does."""
    warned = Finding("DNS020", Layer.DNS, Status.WARN, Severity.LOW, Owner.DNS, "A warning")
    one = many.Judged(Diagnosis("example.com", "us-east-1", (), (warned,)))
    text = many.as_text([one], Look(width=80, colour=False, unicode=False))

    assert "nothing fails; 1 warning" in text
    assert text.rstrip().splitlines()[-1].startswith("1 domain: 1 with warnings.")


def test_advice_is_about_rules_that_exist() -> None:
    """A code that a rule no longer has would silently get no verb."""
    assert SPOKEN_OF
    assert set() == SPOKEN_OF - {rule.code for rule in all_rules()}
