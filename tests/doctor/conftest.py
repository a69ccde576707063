"""Evidence of a whole set-up, healthy and with faults, for what works on evidence."""

import json

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from sendas.dns.answers import RESOLVER, Absent, Answer, Lookup, Question, Records, RecordType
from sendas.dns.hosted_zone import HostedZone
from sendas.doctor.evidence import (
    Evidence,
    IamEvidence,
    RegionEvidence,
    Subject,
    Symptom,
    Zone,
)
from sendas.doctor.road import Road
from sendas.forward.rights import BESIDE, EACH_MAIL
from sendas.iam.keys import AccessKey, Caller
from sendas.iam.policy import PolicyDocument, Source
from sendas.iam.rights import EVERYWHERE, Right, Role, policy_of
from sendas.outcome import NoAnswer, Why
from sendas.ses.account_state import Account
from sendas.ses.identity import Dkim, Identity, MailFrom
from sendas.ses.receiving import Bucket, ReceiptRule, RuleSet, S3Action
from sendas.ses.regions import Region
from sendas.ses.road import (
    BucketNotices,
    Filter,
    Function,
    Place,
    Queue,
    Reader,
    RoutesSeen,
    Subscription,
    Topic,
)
from sendas.ses.suppression import Suppressed
from sendas.smtp.identification import Basis, Identification, Kind
from sendas.smtp.probe import Outcome, Probe, Reply, Stage, Step


HERE, THERE = Region("us-east-2"), Region("eu-west-1")
THEN = datetime(2026, 10, 1, 8, 0, tzinfo=UTC)
DOMAIN = "tulpenhof.nl"
TOKENS = tuple(f"{letter}brjpgwjskckoa6a5zn6fwqkn67xbtw" for letter in "abc")
ACCOUNT = "998877665544"
KEY_ID = "AKIALABLABLABLABLAB2"
BUCKET = "tulpenhof-inbound-mail"


def records() -> dict[Question, tuple[str, ...]]:
    """The DNS of a domain that is set up right."""
    mail_from = f"bounce.{DOMAIN}"
    said: dict[tuple[str, str], tuple[str, ...]] = {
        ("TXT", DOMAIN): (
            "v=spf1 include:amazonses.com ~all",
            "google-site-verification=q1W2e3R4",
        ),
        ("MX", DOMAIN): (f"10 inbound-smtp.{HERE}.amazonaws.com",),
        ("NS", DOMAIN): ("ns1.example.net", "ns2.example.net"),
        ("TXT", f"_dmarc.{DOMAIN}"): (f"v=DMARC1; p=none; rua=mailto:anneke@{DOMAIN}",),
        ("MX", mail_from): (f"10 feedback-smtp.{HERE}.amazonses.com",),
        ("TXT", mail_from): ("v=spf1 include:amazonses.com ~all",),
        ("TXT", "amazonses.com"): ("v=spf1 ip4:199.255.192.0/22 -all",),
    }
    said |= {
        ("CNAME", f"{token}._domainkey.{DOMAIN}"): (f"{token}.dkim.amazonses.com",)
        for token in TOKENS
    }
    nothing_at = ("_dmarc.nl", f"_dmarc.{mail_from}", f"_dmarc.{DOMAIN}.{DOMAIN}")
    said |= {("TXT", name): () for name in nothing_at}
    return {Question(name, RecordType(kind)): values for (kind, name), values in said.items()}


def lookup(question: Question, values: tuple[str, ...]) -> Lookup:
    """All servers say the same."""
    answer: Answer = (
        Records(values, 300) if values else Absent(name_exists=False, negative_ttl=900)
    )
    return Lookup(
        question, {"ns1.example.net": answer, "ns2.example.net": answer, RESOLVER: answer}
    )


def healthy() -> Evidence:
    """Everything asked, everything well; all names in it are made up."""
    account = Account(
        HERE,
        production_access=True,
        sending_enabled=True,
        enforcement="HEALTHY",
        max_24_hour_send=50_000.0,
        max_send_rate_per_second=14.0,
        sent_last_24_hours=12.0,
        suppressed_reasons=("BOUNCE", "COMPLAINT"),
        case_id="1234567890",
    )
    dkim = Dkim("SUCCESS", signing_enabled=True, tokens=TOKENS)
    identity = Identity(
        DOMAIN,
        HERE,
        "SUCCESS",
        verified_for_sending=True,
        dkim=dkim,
        mail_from=MailFrom(f"bounce.{DOMAIN}", "SUCCESS"),
        configuration_set="events",
    )
    me, friend, inbox = f"anneke@{DOMAIN}", "Piet.Jansen@bakkerij.nl", "anneke.devries@gmail.com"
    actions = (S3Action(BUCKET, "in/", TOPIC),)
    bucket_policy = {
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "ses.amazonaws.com"},
                "Action": "s3:PutObject",
                "Resource": f"arn:aws:s3:::{BUCKET}/*",
                "Condition": {"StringEquals": {"AWS:SourceAccount": ACCOUNT}},
            }
        ]
    }
    user_policy = {
        "Statement": [
            {"Effect": "Allow", "Action": ["ses:SendRawEmail", "ses:SendEmail"], "Resource": "*"}
        ]
    }
    reply = Reply(235, ("Authentication successful.",))
    return Evidence(
        Subject(DOMAIN, HERE, me, friend, inbox, KEY_ID),
        THEN,
        zone=Zone(DOMAIN, ("ns1.example.net", "ns2.example.net")),
        lookups={question: lookup(question, values) for question, values in records().items()},
        hosted_zones=(HostedZone("Z08ABCDEFGHIJ1KLMNOP", DOMAIN, ("ns1.example.net",)),),
        caller=Caller(ACCOUNT, f"arn:aws:iam::{ACCOUNT}:user/anneke-admin", KEY_ID),
        regions={
            HERE: RegionEvidence(
                account,
                {DOMAIN: identity, me: None, friend: None, "bakkerij.nl": None},
                {friend: None, inbox: None},
                {},
                RuleSet(
                    "inbound",
                    (
                        ReceiptRule(
                            "all",
                            enabled=True,
                            recipients=(DOMAIN,),
                            actions=actions,
                            scan_enabled=True,
                        ),
                    ),
                ),
            ),
            THERE: RegionEvidence(suppressed={friend: None, inbox: None}),
        },
        iam=IamEvidence(
            AccessKey(KEY_ID, "tulpenhof-smtp", active=True, created=THEN, last_used=THEN),
            (),
            (PolicyDocument("Send", Source.INLINE, json.dumps(user_policy), "tulpenhof-smtp"),),
            user_exists=False,
        ),
        buckets={BUCKET: Bucket(BUCKET, exists=True, policy=json.dumps(bucket_policy))},
        road=road(),
        password=Identification(Kind.SES_SMTP_V4, Basis.RECOMPUTED, "as SES wants it", right=True),
        login=Probe(
            f"email-smtp.{HERE}.amazonaws.com",
            587,
            implicit_tls=False,
            username=KEY_ID,
            outcome=Outcome.ACCEPTED,
            stage=Stage.AUTH,
            reply=reply,
            steps=(Step(Stage.AUTH, "<", str(reply), 0.1),),
        ),
    )


def arn(service: str, name: str) -> str:
    """What AWS calls it here."""
    return f"arn:aws:{service}:{HERE}:{ACCOUNT}:{name}"


ROOT = "sendas-tulpenhof-nl"
TOPIC = arn("sns", f"{ROOT}-received")
QUEUE = arn("sqs", f"{ROOT}-received")
DEAD_LETTERS = arn("sqs", f"{ROOT}-failed")
FUNCTION = arn("lambda", f"function:{ROOT}")
ROLE = f"arn:aws:iam::{ACCOUNT}:role/{ROOT}-ForwarderRole-A1B2"


def queue_policy(topic: str) -> str:
    """Lets *topic* in."""
    return json.dumps({
        "Statement": [{
            "Effect": "Allow",
            "Principal": {"Service": "sns.amazonaws.com"},
            "Action": "sqs:SendMessage",
            "Resource": QUEUE,
            "Condition": {"ArnEquals": {"aws:SourceArn": topic}},
        }]
    })  # fmt: skip


def role_policy(*rights: Right) -> tuple[PolicyDocument, ...]:
    """What the template writes of *rights*."""
    names = {
        **EVERYWHERE,
        "region": (HERE,),
        "account": (ACCOUNT,),
        "domain": (DOMAIN,),
        "root": (ROOT,),
        "bucket": (BUCKET,),
        "prefix": ("in/",),
        "configuration_set": ("events",),
    }
    text = json.dumps(policy_of(rights, Role.FORWARDER, names))
    return (PolicyDocument("sendas-forwarder", Source.INLINE, text, f"{ROOT}-ForwarderRole"),)


def road() -> Road:
    """Everything behind the receipt rule, as a stack of sendas's makes it."""
    return Road(
        filters=(Filter("partner-only", "203.0.113.0/24", blocks=False),),
        topics={TOPIC: Topic(TOPIC, exists=True, subscriptions=(Subscription("sqs", QUEUE),))},
        queues={
            QUEUE: Queue(
                QUEUE, exists=True, policy=queue_policy(TOPIC), dead_letters=DEAD_LETTERS
            ),
            DEAD_LETTERS: Queue(DEAD_LETTERS, exists=True),
        },
        readers={
            QUEUE: (Reader("0a1b2c3d-1111-4222-8333-444455556666", QUEUE, FUNCTION, "Enabled"),)
        },
        functions={
            FUNCTION: Function(
                FUNCTION, exists=True, role_arn=ROLE, routes=Place(BUCKET, "sendas/routes.json")
            )
        },
        roles={ROLE: role_policy(*EACH_MAIL, *BESIDE)},
        bucket_notices={BUCKET: BucketNotices()},
        routes={FUNCTION: RoutesSeen(exists=True, domains=(DOMAIN,))},
    )


def _broken_roads() -> Mapping[str, Road]:
    """Each hop broken, or doubled, alone."""
    well = road()
    alias = f"{FUNCTION}:live"
    function, queue = well.functions[FUNCTION], well.queues[QUEUE]
    assert isinstance(function, Function)
    assert isinstance(queue, Queue)
    return {
        "all blocked": replace(well, filters=(Filter("no-spam", "0.0.0.0/0", blocks=True),)),
        "one blocked": replace(well, filters=(Filter("no-spam", "203.0.113.9/32", blocks=True),)),
        "nobody told": replace(well, topics={TOPIC: Topic(TOPIC, exists=True)}),
        "another topic's queue": replace(
            well, queues={QUEUE: replace(queue, policy=queue_policy(f"{TOPIC}-old"))}
        ),
        "mapping off": replace(well, readers={QUEUE: (Reader("u", QUEUE, FUNCTION, "Disabled"),)}),
        "function gone": replace(well, functions={FUNCTION: Function(FUNCTION, exists=False)}),
        "role without a right": replace(well, roles={ROLE: role_policy(*EACH_MAIL[1:], *BESIDE)}),
        "role without the log": replace(well, roles={ROLE: role_policy(*EACH_MAIL, *BESIDE[:-1])}),
        "called by alias": replace(
            well,
            readers={
                QUEUE: (
                    Reader("u", QUEUE, FUNCTION, "Enabled"),
                    Reader("v", QUEUE, alias, "Enabled"),
                )
            },
            functions={FUNCTION: function, alias: replace(function, arn=alias)},
            routes={FUNCTION: well.routes[FUNCTION], alias: well.routes[FUNCTION]},
        ),
        "routes of another": replace(
            well, routes={FUNCTION: RoutesSeen(exists=True, domains=("bakkerij.nl",))}
        ),
        "told by S3": replace(
            well,
            topics={TOPIC: NoAnswer(Why.TIMEOUT, "5 s")},
            bucket_notices={BUCKET: BucketNotices((FUNCTION,))},
        ),
        "given up": replace(
            well, queues={QUEUE: queue, DEAD_LETTERS: Queue(DEAD_LETTERS, exists=True, waiting=3)}
        ),
    }


def _with_records(evidence: Evidence, **changed: tuple[str, ...]) -> Evidence:
    """*evidence* with other records; a key is type and label: ``TXT__dmarc``, ``MX_``."""
    lookups = dict(evidence.lookups)
    for key, values in changed.items():
        kind, _, label = key.partition("_")
        question = Question(f"{label}.{DOMAIN}" if label else DOMAIN, RecordType(kind))
        lookups[question] = lookup(question, values)
    return replace(evidence, lookups=lookups)


def _faulty() -> Mapping[str, Evidence]:
    """Each named fault alone, in an otherwise healthy set-up."""
    well = healthy()
    here = well.regions[HERE]
    refused = Reply(535, ("Authentication Credentials Invalid",))
    denied = NoAnswer(Why.DENIED, f"arn:aws:iam::{ACCOUNT}:user/anneke-admin may not list keys")
    to = well.subject.to_address or ""
    listed = Suppressed(to, HERE, "COMPLAINT", THEN, "0100018f7c1b2a3d-6c1f0e0a-000000")
    key = well.iam.key
    assert isinstance(key, AccessKey)
    login, account = well.login, here.account
    assert isinstance(login, Probe)
    assert isinstance(account, Account)

    def with_here(**changes: object) -> Evidence:
        return replace(well, regions={**well.regions, HERE: replace(here, **changes)})  # type: ignore[arg-type]  # fields by name

    gmail_text = f"535 Authentication Credentials Invalid (from anneke@{DOMAIN})"
    return {
        "no DMARC": _with_records(well, TXT__dmarc=()),
        "two SPF": _with_records(well, TXT_=("v=spf1 -all", "v=spf1 include:amazonses.com -all")),
        "MX elsewhere": _with_records(well, MX_=(f"10 mail.{DOMAIN}",)),
        "Microsoft's MX": _with_records(well, MX_=("0 tulpenhof-nl.mail.protection.outlook.com",)),
        "key inactive": replace(
            well,
            iam=replace(well.iam, key=replace(key, active=False)),
            login=replace(login, outcome=Outcome.REFUSED, reply=refused),
        ),
        "key gone": replace(
            well,
            iam=replace(well.iam, key=None),
            login=replace(login, outcome=Outcome.REFUSED, reply=refused),
            symptoms=(Symptom("gmail-send-as", gmail_text, 535, recipient=to),),
        ),
        "no date step": replace(
            well,
            password=Identification(
                Kind.V4_WITHOUT_DATE, Basis.RECOMPUTED, "no date", right=False
            ),
            login=replace(login, outcome=Outcome.REFUSED, reply=refused),
        ),
        "sandbox": with_here(account=replace(account, production_access=False)),
        "suppressed": with_here(suppressed={**here.suppressed, to: listed}),
        "no rule set": with_here(active_rule_set=None),
        **{name: replace(well, road=broken) for name, broken in _broken_roads().items()},
        "denied": replace(well, iam=IamEvidence(denied, denied, denied, denied)),
        "user name": replace(
            well,
            subject=replace(well.subject, smtp_username="tulpenhof-smtp"),
            iam=IamEvidence(None, (), (), user_exists=True),
        ),
    }


SET_UPS = {"healthy": healthy(), **_faulty()}


@pytest.fixture(params=list(SET_UPS))
def set_up(request: pytest.FixtureRequest) -> Evidence:
    """Each of the set-ups."""
    return SET_UPS[request.param]


@pytest.fixture
def faulty() -> Evidence:
    """The recipient is on the suppression list."""
    return SET_UPS["suppressed"]
