"""SNS, as far as the doctor of alarms needs it: who would be told, and has not agreed yet."""

from sendas.aws.session import Session
from sendas.outcome import NoAnswer, Seen
from sendas.ses.regions import Region


_PENDING = "PendingConfirmation"


def unconfirmed(session: Session, region: Region, topic_arn: str) -> Seen[tuple[str, ...]]:
    """The e-mail addresses subscribed to *topic_arn* whose owners have not clicked yet."""
    found: list[str] = []
    page: dict[str, object] = {}
    while True:
        answer = session.find(
            "sns",
            "ListSubscriptionsByTopic",
            region=region,
            absent=("NotFound", "NotFoundException"),
            TopicArn=topic_arn,
            **page,
        )
        if answer is None:
            return ()
        if isinstance(answer, NoAnswer):
            return answer
        found += [
            one["Endpoint"]
            for one in answer.get("Subscriptions", ())
            if one.get("SubscriptionArn") in {_PENDING, "pending confirmation"}
        ]
        if not answer.get("NextToken"):
            return tuple(found)
        page = {"NextToken": answer["NextToken"]}
