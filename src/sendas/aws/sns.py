"""SNS, as far as the doctor of alarms needs it: who would be told, and has not agreed yet."""

from sendas.aws.paging import paged
from sendas.aws.reading import understand
from sendas.aws.session import Session
from sendas.outcome import Seen
from sendas.ses.regions import Region


_PENDING = "PendingConfirmation"


def unconfirmed(session: Session, region: Region, topic_arn: str) -> Seen[tuple[str, ...]]:
    """The e-mail addresses subscribed to *topic_arn* whose owners have not clicked yet."""
    entries = paged(
        session,
        "sns",
        "ListSubscriptionsByTopic",
        "Subscriptions",
        region=region,
        absent=("NotFound", "NotFoundException"),
        TopicArn=topic_arn,
    )
    return understand(
        entries or (),
        lambda found: tuple(
            one["Endpoint"]
            for one in found
            if one.get("SubscriptionArn") in {_PENDING, "pending confirmation"}
        ),
    )
