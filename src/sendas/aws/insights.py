"""What SES remembers of one sent mail (SES API v2, GetMessageInsights).

Told where the account's plan has the query access of Virtual Deliverability
Manager (FACTS 14); that the automatic tags are among them is the API
reference's word ("along with Amazon SES Auto-Tags"), unverified on a live account.
"""

from sendas.aws.reading import Raw, understand_if_any
from sendas.aws.session import Session
from sendas.outcome import Seen
from sendas.ses.events import Channel, EventKind, SesEvent
from sendas.ses.regions import Region


_ABSENT = ("NotFoundException",)


def message_insights(session: Session, region: Region, message_id: str) -> Seen[SesEvent | None]:
    """The mail as a Send event with its tags; None if SES does not remember it."""
    answer = session.find(
        "sesv2", "GetMessageInsights", region=region, absent=_ABSENT, MessageId=message_id
    )
    return understand_if_any(answer, parse_insights)


def parse_insights(raw: Raw) -> SesEvent:
    """GetMessageInsights in our words."""
    tags: dict[str, tuple[str, ...]] = {}
    for tag in raw.get("EmailTags", ()):
        tags[tag["Name"]] = (*tags.get(tag["Name"], ()), tag["Value"])
    return SesEvent(
        kind=EventKind.SEND,
        channel=Channel.CONFIGURATION_SET,
        name="Send",
        message_id=raw["MessageId"],
        reverse_path=raw.get("FromEmailAddress", ""),
        forward_paths=tuple(entry.get("Destination", "") for entry in raw.get("Insights", ())),
        recipients=(),
        tags=tags,
    )
