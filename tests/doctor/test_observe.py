"""Observing, with a world of values behind every door: what is asked, and what silence becomes."""

import asyncio
import threading
import time

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import pytest

from sendas.aws.session import NoCredentials, UnknownProfile
from sendas.dns.answers import Absent, Answer, Lookup, Question, RecordType
from sendas.dns.hosted_zone import HostedZone
from sendas.dns.zone import Zone
from sendas.doctor.bundle import dump
from sendas.doctor.doors import Aws, Doors, default_doors
from sendas.doctor.evidence import Evidence, IamEvidence, Subject, Symptom
from sendas.doctor.inquiry import Progress
from sendas.doctor.observe import Request, observe
from sendas.doctor.redact import redact
from sendas.doctor.run import examine
from sendas.doctor.threads import DaemonThreads
from sendas.errors import CouldNotLook, UsageError
from sendas.iam.keys import AccessKey, Caller
from sendas.iam.policy import PolicyDocument, Source
from sendas.outcome import NOT_ASKED, NoAnswer, Seen, Why
from sendas.ses.account_state import Account
from sendas.ses.configuration_set import ConfigurationSet
from sendas.ses.identity import Dkim, Identity, MailFrom
from sendas.ses.receiving import Bucket, ReceiptRule, RuleSet, S3Action
from sendas.ses.regions import Region
from sendas.ses.road import BucketNotices, Function, Queue, Topic
from sendas.ses.suppression import Suppressed
from sendas.smtp.identification import Kind
from sendas.smtp.password import derive_smtp_password
from sendas.smtp.probe import Outcome, Probe, Stage
from sendas.smtp.session import Credential


HERE, THERE, OFF = Region("us-east-2"), Region("us-east-1"), Region("me-south-1")
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
KEY_ID, SECRET = "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
DENIED = NoAnswer(Why.DENIED, "needs a permission")
CALLER = Caller("123456789012", "arn:aws:iam::123456789012:user/owner", KEY_ID)
ACCOUNT = Account(HERE, True, True, "HEALTHY", 50000.0, 14.0, 0.0, ("BOUNCE",))  # noqa: FBT003  production, sending
DOMAIN = Identity(
    "example.com", HERE, "SUCCESS", verified_for_sending=True,
    dkim=Dkim("SUCCESS", signing_enabled=True, tokens=("tok",)),
    mail_from=MailFrom("bounce.example.com", "SUCCESS"), configuration_set="mail",
)  # fmt: skip
RULES = RuleSet(
    "in", (ReceiptRule("r", enabled=True, recipients=(), actions=(S3Action("inbox"),)),)
)
KEY = AccessKey(KEY_ID, "alice", active=True, created=NOON)
OTHER_KEY = replace(KEY, key_id="AKIAI44QH8DHBEXAMPLE", active=False)
POLICY = PolicyDocument("send", Source.INLINE, "{}", "alice")
SUBJECT = Subject(
    "example.com", HERE, "me@example.com", "you@example.net", "me@mailbox.example",
    smtp_username=KEY_ID,
)  # fmt: skip
SET = ConfigurationSet("mail", sending_enabled=True, tls_required=False, suppressed_reasons=None)


@dataclass
class FakeAws:
    """An account as values; *says* overrides the answer to a question by its name."""

    says: dict[str, object] = field(default_factory=dict)
    account_state: Account = ACCOUNT
    suppression: dict[tuple[Region, str], Suppressed] = field(default_factory=dict)
    secret: str | None = None
    asked: list[tuple[str, ...]] = field(default_factory=list)
    wait: Callable[[str], None] = lambda _: None

    def _answer(self, name: str, *about: str, otherwise: object) -> object:
        self.asked.append((name, *about))
        self.wait(name)
        return self.says.get(name, otherwise)

    def __getattr__(self, name: str) -> Callable[..., object]:
        """Any other question has a healthy answer."""
        healthy: dict[str, Callable[..., object]] = {
            "regions": lambda near: (near, THERE, OFF),
            "caller": lambda _: CALLER,
            "account": lambda _: self.account_state,
            "identity": self._identity,
            "suppressed": lambda region, address: self.suppression.get((region, address)),
            "configuration_set": lambda _, name: SET if name == "mail" else None,
            "active_rule_set": lambda _: RULES,
            "rule_sets": lambda _: (RULES,),
            "user_exists": lambda _, name: name == "alice",
            "owner_of": lambda _, key: "alice" if key == KEY_ID else None,
            "keys_of": lambda *_: (KEY, OTHER_KEY),
            "policies_of": lambda *_: (POLICY,),
            "hosted_zones": lambda _, domain: (HostedZone("Z1", domain, ()),),
            "bucket": lambda _, name: Bucket(name, exists=True, policy=None),
            "filters": lambda _: (),
            "topic": lambda _, arn: Topic(arn, exists=True),
            "queue": lambda _, arn: Queue(arn, exists=True),
            "readers": lambda *_: (),
            "function": lambda _, arn: Function(arn, exists=True),
            "role_policies": lambda *_: (),
            "bucket_notices": lambda *_: BucketNotices(),
            "text_object": lambda *_: None,
        }
        if name not in healthy:
            raise AttributeError(name)
        return lambda *about: self._answer(name, *about, otherwise=healthy[name](*about))

    def _identity(self, region: Region, name: str) -> Seen[Identity | None]:
        if region == OFF:
            return NoAnswer(Why.NO_CREDENTIALS, "UnrecognizedClientException")
        return DOMAIN if (region, name) == (HERE, "example.com") else None

    def secret_for(self, key_id: str) -> str | None:
        """The session's own secret."""
        return self.secret if key_id == KEY_ID else None


class EmptyDns:
    """Answers that nothing is there, and keeps the questions."""

    def __init__(self) -> None:
        self.questions: set[Question] = set()

    async def ask(self, question: Question) -> Answer:
        """NODATA."""
        self.questions.add(question)
        return Absent(name_exists=True, negative_ttl=300)

    async def ask_all(self, question: Question, zone: Zone) -> Lookup:
        """The same from every server."""
        return Lookup(question, {server: await self.ask(question) for server in zone.servers})

    async def find_zone(self, domain: str) -> Seen[Zone]:
        """Every domain is a zone of its own."""
        return Zone(domain, ("ns1.example.net",))


@dataclass
class FakeSmtp:
    """Lets everyone in, and keeps who came."""

    calls: list[tuple[str, int, Credential | None]] = field(default_factory=list)

    def __call__(self, host: str, port: int, credential: Credential | None) -> Probe:
        """Whoever has a credential is in."""
        self.calls.append((host, port, credential))
        outcome = Outcome.ACCEPTED if credential else Outcome.REACHED
        name = credential.username if credential else None
        return Probe(host, port, False, name, outcome, Stage.DONE, None, ())  # noqa: FBT003  STARTTLS


@dataclass
class World:
    """All the doors."""

    aws: FakeAws = field(default_factory=FakeAws)
    dns: EmptyDns = field(default_factory=EmptyDns)
    smtp: FakeSmtp = field(default_factory=FakeSmtp)
    open_aws: Callable[[], Aws] | None = None

    def look(self, request: Request | None = None) -> Evidence:
        """One run."""
        doors = Doors(self.dns, self.open_aws or (lambda: self.aws), self.smtp, lambda: NOON)
        return asyncio.run(observe(request or Request(SUBJECT), doors))


@pytest.fixture
def world() -> World:
    """A healthy one."""
    return World()


def test_everything_is_in_its_place(world: World) -> None:
    """A healthy account, whole: what was asked, and where each answer stands."""
    evidence = world.look()
    here = evidence.here

    assert NOON == evidence.observed_at
    assert CALLER == evidence.caller
    assert ACCOUNT == here.account
    assert {
        "example.com": DOMAIN,
        "me@example.com": None,
    } == here.identities
    assert {"you@example.net": None, "me@mailbox.example": None} == here.suppressed
    assert {"mail": SET} == here.configuration_sets
    assert RULES == here.active_rule_set
    assert (RULES,) == here.rule_sets
    assert {"inbox": Bucket("inbox", exists=True, policy=None)} == evidence.buckets
    assert IamEvidence(KEY, (OTHER_KEY,), (POLICY,)) == evidence.iam
    assert (HostedZone("Z1", "example.com", ()),) == evidence.hosted_zones
    assert NOT_ASKED == evidence.login
    assert evidence.password is None


def test_dns_is_asked_for_what_ses_expects(world: World) -> None:
    """The DKIM token and the MAIL FROM domain of the identity lead to questions."""
    evidence = world.look()

    assert Question("tok._domainkey.example.com", RecordType.CNAME) in evidence.lookups
    assert Question("bounce.example.com", RecordType.MX) in evidence.lookups
    assert Zone("example.com", ("ns1.example.net",)) == evidence.zone


def test_other_regions_are_glanced_at(world: World) -> None:
    """Elsewhere: the domain and the suppression list; a Region not enabled is left out."""
    entry = Suppressed("you@example.net", THERE, "COMPLAINT", NOON)
    world.aws.suppression[THERE, "you@example.net"] = entry
    evidence = world.look()

    assert {HERE, THERE} == set(evidence.regions)
    assert {"example.com": None} == evidence.regions[THERE].identities
    assert entry == evidence.regions[THERE].suppressed["you@example.net"]
    assert NOT_ASKED == evidence.regions[THERE].account


def test_the_sandbox_asks_for_the_recipient(world: World) -> None:
    """Only in the sandbox does the recipient's identity matter."""
    world.look()
    assert ("identity", HERE, "you@example.net") not in world.aws.asked

    world.aws.account_state = replace(ACCOUNT, production_access=False)
    identities = world.look().here.identities
    assert {"you@example.net", "example.net"} < set(identities)


def test_parents_of_the_domain_are_asked(world: World) -> None:
    """A parent domain's identity covers its subdomains (SES guide, "Verified identities")."""
    evidence = world.look(Request(Subject("a.mail.example.com", HERE)))

    assert {"a.mail.example.com", "mail.example.com", "example.com"} == set(
        evidence.here.identities
    )


@pytest.mark.parametrize(
    ("question", "lost"),
    [
        ("caller", lambda e: e.caller),
        ("account", lambda e: e.here.account),
        ("identity", lambda e: e.here.identities["example.com"]),
        ("suppressed", lambda e: e.here.suppressed["you@example.net"]),
        ("configuration_set", lambda e: e.here.configuration_sets["mail"]),
        ("active_rule_set", lambda e: e.here.active_rule_set),
        ("rule_sets", lambda e: e.here.rule_sets),
        ("owner_of", lambda e: e.iam.key),
        ("keys_of", lambda e: e.iam.sibling_keys),
        ("policies_of", lambda e: e.iam.policies),
        ("hosted_zones", lambda e: e.hosted_zones),
        ("bucket", lambda e: e.buckets["inbox"]),
    ],
)
def test_a_denial_loses_only_itself(
    world: World, question: str, lost: Callable[[Evidence], object]
) -> None:
    """A missing permission stands where the answer would, and not elsewhere."""
    world.aws.says[question] = DENIED
    evidence = world.look()

    assert DENIED == lost(evidence)
    assert (ACCOUNT if question != "account" else DENIED) == evidence.here.account
    assert (CALLER if question != "caller" else DENIED) == evidence.caller


def test_without_credentials_dns_is_looked_at_all_the_same(world: World) -> None:
    """Nobody to ask at AWS: each answer says so, and the DNS part stands."""

    def closed() -> Aws:
        msg = "no AWS credentials found"
        raise NoCredentials(msg)

    world.open_aws = closed
    evidence = world.look()
    silence = NoAnswer(Why.NO_CREDENTIALS, "no AWS credentials found")

    assert silence == evidence.caller
    assert silence == evidence.here.account
    assert silence == evidence.here.identities["example.com"]
    assert silence == evidence.iam.key
    assert [HERE] == list(evidence.regions)
    assert Question("example.com", RecordType.MX) in evidence.lookups


def test_a_wrong_profile_is_a_wrong_usage(world: World) -> None:
    """What the caller got wrong is raised as such, not as a group of errors."""

    def closed() -> Aws:
        msg = "no AWS profile named 'x'"
        raise UnknownProfile(msg)

    world.open_aws = closed

    with pytest.raises(UsageError, match="no AWS profile named 'x'"):
        world.look()


def test_a_question_past_the_deadline_is_a_timeout(world: World) -> None:
    """One that never answers costs its own place only, and does not hold up the run."""
    released = threading.Event()
    world.aws.wait = lambda name: released.wait(30) if name == "account" else None
    start = time.monotonic()
    try:
        evidence = world.look(Request(SUBJECT, deadline_seconds=0.3))
    finally:
        released.set()

    assert time.monotonic() - start < 10
    assert isinstance(evidence.here.account, NoAnswer)
    assert Why.TIMEOUT is evidence.here.account.why
    assert DOMAIN == evidence.here.identities["example.com"]


class TestPassword:
    """The stored password is examined, and never kept."""

    RIGHT = derive_smtp_password(SECRET, region=HERE).value

    def test_with_the_session_s_own_secret(self, world: World) -> None:
        """The session's key being the SMTP user name, nobody need be asked for its secret."""
        world.aws.secret = SECRET
        seen = world.look(Request(SUBJECT, password=self.RIGHT)).password

        assert seen is not None
        assert seen.right is True
        assert seen.correct is None

    def test_with_a_secret_given(self, world: World) -> None:
        """A secret given counts; the Region is that of the host the client dials."""
        password = derive_smtp_password(SECRET, region=THERE).value
        at = replace(SUBJECT, smtp_host="email-smtp.us-east-1.amazonaws.com")

        here = world.look(Request(SUBJECT, password=password, secret=SECRET)).password
        there = world.look(Request(at, password=password, secret=SECRET)).password

        assert here is not None
        assert there is not None
        assert (Kind.V4_OTHER_REGION, THERE) == (here.kind, here.region)
        assert (Kind.SES_SMTP_V4, True) == (there.kind, there.right)

    def test_nothing_secret_is_left(self, world: World) -> None:
        """Neither the request's repr nor anything in the evidence holds what was secret."""
        request = Request(SUBJECT, password=self.RIGHT, secret=SECRET, log_in=True)
        evidence = world.look(request)

        for text in (repr(request), repr(evidence), str(evidence)):
            assert SECRET not in text
            assert self.RIGHT not in text
        assert evidence.password is not None
        assert evidence.password.correct is None

    @pytest.mark.parametrize("name", [SECRET, RIGHT, SECRET.replace("/", "x"), f"'{SECRET}'"])
    def test_a_secret_as_user_name_is_tried_and_not_kept(self, world: World, name: str) -> None:
        """It reaches the SMTP server, as in the mail client; not AWS, and not the evidence."""
        subject = replace(SUBJECT, smtp_username=name)
        evidence = world.look(Request(subject, password=self.RIGHT, log_in=True))

        assert [Credential(name, self.RIGHT)] == [
            credential for _, _, credential in world.smtp.calls
        ]
        assert not any(name in asked for asked in world.aws.asked)
        assert name not in dump(evidence)
        assert name not in repr(evidence)
        assert "PW021" in examine(evidence).roots
        assert "PW021" in examine(redact(evidence)).roots


class TestLogin:
    """The SMTP server is dialled only when asked for."""

    def test_with_the_password(self, world: World) -> None:
        """The pair is tried at the Region's endpoint."""
        evidence = world.look(Request(SUBJECT, password="p", log_in=True))

        assert [
            ("email-smtp.us-east-2.amazonaws.com", 587, Credential(KEY_ID, "p"))
        ] == world.smtp.calls
        assert isinstance(evidence.login, Probe)
        assert Outcome.ACCEPTED is evidence.login.outcome

    def test_without(self, world: World) -> None:
        """Without a password the server is greeted, no more."""
        subject = replace(SUBJECT, smtp_host="mail.example.com", smtp_port=465)
        world.look(Request(subject, log_in=True))

        assert [("mail.example.com", 465, None)] == world.smtp.calls


class TestUserName:
    """The SMTP user name leads to its user."""

    def look(self, world: World, name: str | None) -> IamEvidence:
        """The evidence about this user name."""
        return world.look(Request(replace(SUBJECT, smtp_username=name))).iam

    def test_a_deleted_key(self, world: World) -> None:
        """No such key in the account: None, and nobody's policies."""
        assert IamEvidence(key=None) == self.look(world, "AKIAI44QH8DHBEXAMPLE")

    def test_an_iam_user_s_name(self, world: World) -> None:
        """The user's keys are there, for advice to name the right one."""
        seen = self.look(world, "alice")

        assert IamEvidence(None, (KEY, OTHER_KEY), (POLICY,), user_exists=True) == seen

    def test_anything_else(self, world: World) -> None:
        """An e-mail address is neither."""
        assert IamEvidence(None, user_exists=False) == self.look(world, "me@example.com")

    @pytest.mark.parametrize("name", [None, "", "ASIAIOSFODNN7EXAMPLE"])
    def test_not_to_be_asked(self, world: World, name: str | None) -> None:
        """No user name, or a temporary key, which IAM does not list."""
        assert IamEvidence() == self.look(world, name)


def test_symptoms_are_handed_on(world: World) -> None:
    """What the owner showed is part of the evidence."""
    symptom = Symptom("gmail-send-as", "535")

    assert (symptom,) == world.look(Request(SUBJECT, symptoms=(symptom,))).symptoms


def test_who_bounced_is_looked_up_beside_who_was_asked_about(world: World) -> None:
    """A bounce for somebody else than --to: that address may be suppressed, too; the first few."""
    shown = tuple(Symptom("ses", "550", recipient=f"u{n}@example.org") for n in range(9))
    again = Symptom("ses", "550", recipient="YOU@example.net")
    world.aws.suppression[THERE, "u0@example.org"] = Suppressed(
        "u0@example.org", THERE, "BOUNCE", NOON
    )

    evidence = world.look(Request(SUBJECT, symptoms=(again, *shown)))

    wanted = ["you@example.net", "me@mailbox.example", *(f"u{n}@example.org" for n in range(5))]
    assert wanted == list(evidence.here.suppressed)
    assert isinstance(evidence.regions[THERE].suppressed["u0@example.org"], Suppressed)


@pytest.mark.parametrize(
    "recipient", ["", "u", "a b@example.org", "u@exa\x1bmple.org", "u\r\n@example.org", "u@org"]
)
def test_what_a_bounce_calls_a_recipient_may_be_none(world: World, recipient: str) -> None:
    """A malformed address is asked of nobody; those beside it are."""
    shown = tuple(Symptom("ses", "550", recipient=one) for one in (recipient, "u@Example.org"))

    evidence = world.look(Request(SUBJECT, symptoms=shown))

    wanted = ["you@example.net", "me@mailbox.example", "u@example.org"]
    assert wanted == list(evidence.here.suppressed)


def test_progress_counts_to_the_end(world: World) -> None:
    """The owner is notified of each answer; in the end as many answered as asked."""
    told: list[Progress] = []
    doors = Doors(world.dns, lambda: world.aws, world.smtp, lambda: NOON)
    asyncio.run(observe(Request(SUBJECT), doors, told.append))

    assert told[-1].answered == told[-1].asked == len(told)
    assert "DNS" in {step.latest for step in told}


def test_the_default_doors_open_by_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without credentials the door to AWS says so when it is opened, not before."""
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nonexistent/config")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent/credentials")
    monkeypatch.delenv("AWS_ACCESS_KEY_ID", raising=False)
    doors = default_doors({"SENDAS_RESOLVER": "192.0.2.53:53"})

    with pytest.raises(CouldNotLook, match="no AWS credentials"):
        doors.aws()
    assert doors.now().tzinfo is UTC


def test_threads_pass_on_what_a_job_raises() -> None:
    """Results and errors come back; more jobs than threads are done in turn."""
    threads = DaemonThreads(2)
    futures = [threads.submit(int, text) for text in ("1", "2", "x", "4")]

    assert [1, 2, 4] == [f.result(5) for i, f in enumerate(futures) if i != 2]
    with pytest.raises(ValueError, match="invalid literal"):
        futures[2].result(5)
    threads.shutdown()
