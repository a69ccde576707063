"""Secrets Manager: where a mailbox's SMTP password is kept.

Source: Secrets Manager API reference; a secret may be made without a value,
its tags may be changed apart from it, and a deleted one can be restored.
"""

from collections.abc import Mapping

from sendas.aws.reading import Raw, understand_if_any
from sendas.aws.secret import Secret
from sendas.aws.session import Session
from sendas.aws.writes import do, do_unless
from sendas.outcome import NoAnswer, Seen
from sendas.ses.regions import Region


_SERVICE = "secretsmanager"
_ABSENT = ("ResourceNotFoundException",)
_THERE = ("ResourceExistsException",)


def find_secret(session: Session, region: Region, name: str) -> Seen[Secret | None]:
    """The secret *name* with its value; None if there is none."""
    told = session.find(_SERVICE, "DescribeSecret", region=region, absent=_ABSENT, SecretId=name)
    if told is None or isinstance(told, NoAnswer):
        return told
    if told.get("DeletedDate"):
        return understand_if_any(told, lambda raw: _parse(raw, None))
    # Absent here is the value: the secret itself was there a moment ago.
    value = session.find(_SERVICE, "GetSecretValue", region=region, absent=_ABSENT, SecretId=name)
    if isinstance(value, NoAnswer):
        return value
    return understand_if_any(told, lambda raw: _parse(raw, value))


def _parse(raw: Raw, value: Raw | None) -> Secret:
    return Secret(
        name=raw["Name"],
        text=value.get("SecretString") if value else None,
        tags={tag["Key"]: tag["Value"] for tag in raw.get("Tags", ())},
        deleted=bool(raw.get("DeletedDate")),
    )


def create_secret(
    session: Session, region: Region, name: str, description: str, tags: Mapping[str, str]
) -> None:
    """Make an empty secret; one of that name that is there already is as good.

    Raises:
        NotDone: Refused, or nobody answered.
    """
    do_unless(
        _THERE,
        session,
        _SERVICE,
        "CreateSecret",
        region=region,
        Name=name,
        Description=description,
        Tags=[{"Key": key, "Value": value} for key, value in tags.items()],
    )


def restore_secret(session: Session, region: Region, name: str) -> None:
    """Take back its deletion.  Raises NotDone."""
    do(session, _SERVICE, "RestoreSecret", region=region, SecretId=name)


def put_secret(session: Session, region: Region, name: str, text: str, token: str) -> None:
    """Make *text* its current value; the same *token* again changes nothing.

    Raises:
        NotDone: Refused, or nobody answered.
    """
    do(
        session,
        _SERVICE,
        "PutSecretValue",
        region=region,
        SecretId=name,
        SecretString=text,
        ClientRequestToken=token,
    )


def tag_secret(session: Session, region: Region, name: str, key: str, value: str) -> None:
    """Put one tag on it, in place of one of that key.  Raises NotDone."""
    tags = [{"Key": key, "Value": value}]
    do(session, _SERVICE, "TagResource", region=region, SecretId=name, Tags=tags)


def untag_secret(session: Session, region: Region, name: str, key: str) -> None:
    """Take the tag off; none there is as good.  Raises NotDone."""
    do(session, _SERVICE, "UntagResource", region=region, SecretId=name, TagKeys=[key])
