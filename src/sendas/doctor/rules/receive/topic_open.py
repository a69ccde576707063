"""RX114: SES may tell the topic.

Asks: does the policy of each topic that a rule names allow ``sns:Publish`` to whoever
tells it, SES or S3, and may the same use the key that the topic is encrypted with?

Why it matters: SES tests the topic when a rule is made, and not again.  What it cannot
publish later it drops: the mail is stored, and nobody is told.  AWS's own key for SNS
(``alias/aws/sns``) serves no other service.

How to mend: put the statement into the topic's or the key's policy, or do without the
key.  Mail that came in meanwhile is in the bucket: `sendas mail redeliver` sends it on.

Source: SES guide, "Giving permissions to Amazon SES for email receiving"; SNS guide,
"Enabling compatibility between event sources from AWS services and encrypted topics".
"""

import json

from sendas.advice import Applies, Help, Owner
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Exhibit, Layer, Rule, Severity, Status, Verdict
from sendas.doctor.rules.account._aws_cli import aws, compact
from sendas.doctor.rules.receive import _keys
from sendas.doctor.rules.receive._mend import rule_arn
from sendas.doctor.rules.receive._road import SES, Start, Unseen, name_of, s3, start, topics
from sendas.iam.exception import statements_of
from sendas.iam.policy import PolicyDocument, Request, Source, decide
from sendas.outcome import NOT_ASKED, see
from sendas.ses.receiving import S3Action
from sendas.ses.road import TopicSettings, region_of


def judge(evidence: Evidence) -> Verdict | None:
    """Whether notices of mail get into every topic."""
    begin, unseen = start(evidence), Unseen()
    if begin is None:
        return None
    found = [(a, t) for a, t in topics(evidence, begin, unseen) if t.exists and not a.role_arn]
    for action, topic in found:
        with unseen:
            if shut := _shut(evidence, begin, action, topic.arn):
                return shut
    unseen.tell()
    if not found:
        return None
    names = ", ".join(dict.fromkeys(name_of(topic.arn) for _, topic in found))
    return Verdict(Status.OK, f"{names} takes what SES tells")


def _shut(evidence: Evidence, begin: Start, action: S3Action, arn: str) -> Verdict | None:
    name = name_of(arn)
    asked = f"GetTopicAttributes {name}"
    settings = see(evidence.road.topic_settings.get(arn, NOT_ASKED), asked)
    service, source = _teller(evidence, begin, action, arn)
    if not _lets_in(evidence, settings, service, source, arn):
        return Verdict(
            Status.FAIL,
            f"The topic {name} does not let {service} publish",
            "The mail is stored, and nobody is told of it.",
            (Exhibit(f"policy of {name}", f"sns:Publish: not allowed to {service}"),),
            (_permit(evidence, settings, service, arn),),
        )
    if settings.key is None:
        return None
    plain = Help(
        f"Do without that key at the topic {name}: notices hold no mail, only where it lies.",
        commands=(
            aws(
                "sns set-topic-attributes",
                region=region_of(arn),
                topic_arn=arn,
                attribute_name="KmsMasterKeyId",
                attribute_value="",
            ),
        ),
        applies=Applies.CONFIRM,
    )
    locked = _keys.Locked(f"the topic {name}", settings.key, service, source)
    return _keys.shut(evidence, locked, plain)


def _teller(evidence: Evidence, begin: Start, action: S3Action, arn: str) -> tuple[str, str]:
    """Who publishes, and in whose name."""
    if action.topic_arn != arn:
        return "s3.amazonaws.com", s3(begin, action).arn
    account = see(evidence.caller, "GetCallerIdentity").account_id
    rule = next(one for one in begin.active.rules if action in one.actions)
    return SES, rule_arn(begin.region, account, begin.active.name, rule.name)


def _lets_in(
    evidence: Evidence, settings: TopicSettings, service: str, source: str, arn: str
) -> bool:
    account = see(evidence.caller, "GetCallerIdentity").account_id
    if settings.policy is None:
        return True  # SNS gives every topic one that lets its account in
    context = {
        "aws:SourceArn": (source,),
        "aws:SourceAccount": (account,),
        "aws:SourceOwner": (account,),
        "aws:Referer": (account,),
        "aws:SecureTransport": ("true",),
    }
    documents = (PolicyDocument("topic policy", Source.TOPIC, settings.policy),)
    return decide(documents, Request("sns:Publish", (arn,), service, context)).allowed


def _permit(evidence: Evidence, settings: TopicSettings, service: str, arn: str) -> Help:
    account = see(evidence.caller, "GetCallerIdentity").account_id
    document = json.loads(settings.policy or "{}")
    statement = {
        "Sid": "TellOfMail",
        "Effect": "Allow",
        "Principal": {"Service": service},
        "Action": "sns:Publish",
        "Resource": arn,
        "Condition": {"StringEquals": {"aws:SourceAccount": account}},
    }
    kept = [one for one in statements_of(document) if one.get("Sid") != statement["Sid"]]
    return Help(
        f"Let {service} publish to {name_of(arn)}; the rest of its policy stays, and where a "
        "statement denies it, take that out.",
        commands=(
            aws(
                "sns set-topic-attributes",
                region=region_of(arn),
                topic_arn=arn,
                attribute_name="Policy",
                attribute_value=compact({**document, "Statement": [*kept, statement]}),
            ),
        ),
        applies=Applies.CONFIRM,
    )


RULE = Rule(
    code="RX114",
    title="SES may tell the topic",
    layer=Layer.RECEIVE,
    owner=Owner.SES,
    severity=Severity.HIGH,
    judge=judge,
    explained_by=("RX102",),
)
