"""Receipt rules changed by SES's own API: one put right, many copied into another set."""

from collections.abc import Iterable, Mapping

from sendas.aws.reading import Raw
from sendas.aws.session import Session
from sendas.aws.writes import do, do_unless
from sendas.ses.receiving import S3Action
from sendas.ses.regions import Region


def put_rule(  # noqa: PLR0913, PLR0917  what a rule is made of
    session: Session,
    region: Region,
    rule_set: str,
    name: str,
    recipients: tuple[str, ...],
    action: S3Action,
    *,
    exists: bool,
) -> None:
    """Make the rule, or change it in its place: enabled, scanning, taking senders without TLS.

    Raises:
        NotDone: SES did not.
    """
    stored = {
        "BucketName": action.bucket,
        "ObjectKeyPrefix": action.prefix,
        "TopicArn": action.topic_arn,
    }
    do(
        session,
        "ses",
        "UpdateReceiptRule" if exists else "CreateReceiptRule",
        region=region,
        RuleSetName=rule_set,
        Rule={
            "Name": name,
            "Enabled": True,
            "ScanEnabled": True,
            "TlsPolicy": "Optional",
            "Recipients": list(recipients),
            "Actions": [{"S3Action": stored}],
        },
    )


def copy_rules(
    session: Session,
    region: Region,
    source: str,
    target: str,
    recipients: Mapping[str, tuple[str, ...]] | None = None,
) -> None:
    """Copy rules of *source* into *target*, as they are and in their order; safe to repeat.

    *recipients* names the rules and what each is for, and no other rule of *target* is
    touched; None makes *target* a copy of the whole set, and what *source* lacks goes from it.
    *target* is there and not in force: its rules are deleted and made again where they differ.

    Raises:
        NotDone: SES did not, as where it may not write to a rule's bucket from this set.
    """
    wanted = list(_rules(session, region, source))
    standing = list(_rules(session, region, target))
    if recipients is not None:
        wanted = [
            {**rule, "Recipients": list(recipients[rule["Name"]])}
            for rule in wanted
            if rule["Name"] in recipients
        ]
        standing = [rule for rule in standing if rule["Name"] in recipients]
    if standing == wanted:
        return
    delete_rules(session, region, target, (rule["Name"] for rule in standing))
    after: dict[str, str] = {}
    for rule in wanted:
        do(
            session, "ses", "CreateReceiptRule", region=region,
            RuleSetName=target, Rule=rule, **after,
        )  # fmt: skip
        after = {"After": rule["Name"]}


def delete_rules(session: Session, region: Region, rule_set: str, names: Iterable[str]) -> None:
    """Take rules out of a set; one that is gone is well.

    Raises:
        NotDone: SES did not.
    """
    for name in names:
        do_unless(
            ("RuleDoesNotExist", "RuleDoesNotExistException"),
            session, "ses", "DeleteReceiptRule", region=region,
            RuleSetName=rule_set, RuleName=name,
        )  # fmt: skip


def _rules(session: Session, region: Region, rule_set: str) -> tuple[Raw, ...]:
    """Word for word: what we have no words for must be copied too."""
    said = do(session, "ses", "DescribeReceiptRuleSet", region=region, RuleSetName=rule_set)
    return tuple(said.get("Rules", ()))
