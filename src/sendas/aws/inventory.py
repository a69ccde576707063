"""What an account holds that nobody has named yet: identities, users, who is notified of mail.

Read-only, for adopting a set-up that somebody made by hand.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sendas.aws.absent import NO_FUNCTION, NO_TOPIC
from sendas.aws.iam import listed
from sendas.aws.paging import paged
from sendas.aws.reading import Raw, understand, understand_if_any
from sendas.aws.session import Session
from sendas.mail.address import addresses_in
from sendas.outcome import NoAnswer, Seen
from sendas.ses.regions import Region


@dataclass(frozen=True, slots=True)
class Function:
    """A Lambda function, with the addresses that its variables hold, by variable.

    Nothing else of the variables is kept: they may hold secrets.
    """

    arn: str
    addresses: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def identities(session: Session, region: Region) -> Seen[tuple[str, ...]]:
    """The names of all identities in *region*, domains and addresses."""
    return understand(
        _identities(session, region), lambda found: tuple(one["IdentityName"] for one in found)
    )


def verifications(session: Session, region: Region) -> Seen[Mapping[str, str]]:
    """Every identity in *region*, and how far its verification is, in SES's word."""
    return understand(_identities(session, region), lambda found: dict(map(_verification, found)))


def _identities(session: Session, region: Region) -> Seen[tuple[Raw, ...]]:
    entries = paged(
        session,
        "sesv2",
        "ListEmailIdentities",
        "EmailIdentities",
        region=region,
        PageSize=1000,
    )
    return entries or ()


def _verification(raw: Raw) -> tuple[str, str]:
    # SES gained VerificationStatus years after the flag.
    otherwise = "SUCCESS" if raw.get("SendingEnabled") else "PENDING"
    return str(raw["IdentityName"]), str(raw.get("VerificationStatus", otherwise))


def users(session: Session, region: Region) -> Seen[tuple[str, ...]]:
    """The names of the account's IAM users."""
    found = listed(session, region, "ListUsers", "Users")
    return found if isinstance(found, NoAnswer) else tuple(str(one["UserName"]) for one in found)


def functions_told_by_topic(
    session: Session, region: Region, topic_arn: str
) -> Seen[tuple[str, ...]]:
    """The functions that hear of what *topic_arn* publishes, at once or through a queue."""
    told = paged(
        session,
        "sns",
        "ListSubscriptionsByTopic",
        "Subscriptions",
        region=region,
        absent=NO_TOPIC,
        TopicArn=topic_arn,
    )
    if isinstance(told, NoAnswer):
        return told
    found: list[str] = []
    for one in told or ():
        if one.get("Protocol") == "lambda":
            found.append(one["Endpoint"])
        elif one.get("Protocol") == "sqs":
            behind = functions_behind(session, region, one["Endpoint"])
            if isinstance(behind, NoAnswer):
                return behind
            found += behind
    return tuple(found)


def functions_behind(session: Session, region: Region, queue: str) -> Seen[tuple[str, ...]]:
    """The functions that read *queue*."""
    read_by = paged(
        session,
        "lambda",
        "ListEventSourceMappings",
        "EventSourceMappings",
        region=region,
        tokens=("NextMarker", "Marker"),
        EventSourceArn=queue,
    )
    return understand(read_by or (), lambda found: tuple(one["FunctionArn"] for one in found))


def function(session: Session, region: Region, arn: str) -> Seen[Function | None]:
    """The function *arn*; None if there is none."""
    answer = session.find(
        "lambda",
        "GetFunctionConfiguration",
        region=region,
        absent=NO_FUNCTION,
        FunctionName=arn,
    )
    return understand_if_any(answer, lambda raw: _parse_function(raw, arn))


def _parse_function(raw: Raw, arn: str) -> Function:
    variables: Mapping[str, str] = raw.get("Environment", {}).get("Variables", {})
    found = {name: tuple(addresses_in(text)) for name, text in variables.items()}
    return Function(arn, {name: some for name, some in found.items() if some})
