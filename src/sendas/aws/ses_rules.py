"""One receipt rule put right by SES's own API, where its stack believes it right already."""

from sendas.aws.session import Session
from sendas.aws.writes import do
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
