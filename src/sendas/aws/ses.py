"""SES API v1, which alone knows of receipt rule sets and of an identity's notifications.

SES allows one of these questions a second (FACTS 6); botocore's retries wait.
"""

from sendas.aws.paging import paged
from sendas.aws.reading import Raw, understand, understand_if_any
from sendas.aws.session import Session
from sendas.outcome import NoAnswer, Seen
from sendas.ses.identity import NOTIFICATIONS, Notifications
from sendas.ses.receiving import Action, LambdaAction, OtherAction, ReceiptRule, RuleSet, S3Action
from sendas.ses.regions import Region


_ABSENT = ("RuleSetDoesNotExist", "RuleSetDoesNotExistException")


def active_rule_set(session: Session, region: Region) -> Seen[RuleSet | None]:
    """The rule set that SES applies in *region*; None if none is active."""
    answer = session.find("ses", "DescribeActiveReceiptRuleSet", region=region, absent=_ABSENT)
    if isinstance(answer, NoAnswer):
        return answer
    # Without an active set SES answers with nothing in it.
    return understand_if_any(answer if answer and answer.get("Metadata") else None, parse_rule_set)


def rule_sets(session: Session, region: Region) -> Seen[tuple[RuleSet, ...]]:
    """Every rule set in *region*, active or not; at most forty (SES quota)."""
    entries = paged(session, "ses", "ListReceiptRuleSets", "RuleSets", region=region)
    names = understand(entries or (), lambda listed: tuple(one["Name"] for one in listed))
    if isinstance(names, NoAnswer):
        return names
    found: list[RuleSet] = []
    for name in names:
        one = rule_set(session, region, name)
        if isinstance(one, NoAnswer):
            return one
        if one is not None:  # None: deleted since it was listed
            found.append(one)
    return tuple(found)


def rule_set(session: Session, region: Region, name: str) -> Seen[RuleSet | None]:
    """The rule set *name*, active or not; None if there is none."""
    answer = session.find(
        "ses", "DescribeReceiptRuleSet", region=region, absent=_ABSENT, RuleSetName=name
    )
    return understand_if_any(answer, parse_rule_set)


def parse_rule_set(raw: Raw) -> RuleSet:
    """DescribeReceiptRuleSet, or the active one, in our words."""
    return RuleSet(raw["Metadata"]["Name"], tuple(map(_parse_rule, raw.get("Rules", ()))))


def _parse_rule(raw: Raw) -> ReceiptRule:
    return ReceiptRule(
        name=raw["Name"],
        enabled=raw.get("Enabled", False),
        recipients=tuple(raw.get("Recipients", ())),
        actions=tuple(map(_parse_action, raw.get("Actions", ()))),
        scan_enabled=raw.get("ScanEnabled", False),
        tls_required=raw.get("TlsPolicy") == "Require",
    )


def _parse_action(raw: Raw) -> Action:
    match dict(raw):
        case {"S3Action": action}:
            return S3Action(
                bucket=action["BucketName"],
                prefix=action.get("ObjectKeyPrefix", ""),
                topic_arn=action.get("TopicArn"),
                role_arn=action.get("IamRoleArn"),
                kms_key_arn=action.get("KmsKeyArn"),
            )
        case {"LambdaAction": action}:
            return LambdaAction(action["FunctionArn"], action.get("InvocationType", "Event"))
        case _:
            return OtherAction(next(iter(raw), "UnknownAction"))


def notifications(session: Session, region: Region, identity: str) -> Seen[Notifications]:
    """Whom *identity* tells of its mail by itself; nobody, if there is no such identity."""
    answer = session.ask(
        "ses", "GetIdentityNotificationAttributes", region=region, Identities=[identity]
    )
    return understand(answer, lambda raw: _parse_notifications(raw, identity))


def _parse_notifications(raw: Raw, identity: str) -> Notifications:
    told: Raw = raw["NotificationAttributes"].get(identity, {})
    topics = {kind: told[f"{kind}Topic"] for kind in NOTIFICATIONS if told.get(f"{kind}Topic")}
    headers = [kind for kind in NOTIFICATIONS if told.get(f"HeadersIn{kind}NotificationsEnabled")]
    return Notifications(topics, frozenset(headers))
