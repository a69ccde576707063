"""Secrets Manager: where a mailbox's SMTP password is kept.

Source: Secrets Manager API reference; a secret may be made without a value,
its tags may be changed apart from it, and a deleted one can be restored.
"""

from collections.abc import Mapping, Sequence

from sendas.aws.paging import paged
from sendas.aws.reading import Raw, understand, understand_if_any
from sendas.aws.secret import Secret, StagedSecret, Version
from sendas.aws.session import Session
from sendas.aws.writes import NotDone, do, do_unless
from sendas.outcome import NoAnswer, Seen, Why
from sendas.ses.regions import Region
from sendas.stages import ListedSecret, Stage


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


def is_readable(session: Session, region: Region, name: str) -> Seen[bool]:
    """Whether the secret *name* is there and waits for no deletion."""
    told = session.find(_SERVICE, "DescribeSecret", region=region, absent=_ABSENT, SecretId=name)
    return told if isinstance(told, NoAnswer) else bool(told and not told.get("DeletedDate"))


def is_marked(session: Session, region: Region, name: str) -> Seen[bool]:
    """Whether the secret *name* waits to be deleted; False also if there is none."""
    told = session.find(_SERVICE, "DescribeSecret", region=region, absent=_ABSENT, SecretId=name)
    return told if isinstance(told, NoAnswer) else bool(told and told.get("DeletedDate"))


def _parse(raw: Raw, value: Raw | None) -> Secret:
    return Secret(
        name=raw["Name"],
        text=value.get("SecretString") if value else None,
        tags={tag["Key"]: tag["Value"] for tag in raw.get("Tags", ())},
        deleted=bool(raw.get("DeletedDate")),
    )


def find_staged(session: Session, region: Region, name: str) -> Seen[StagedSecret | None]:
    """The secret *name* with the version of each `Stage`; None if there is none."""
    told = session.find(_SERVICE, "DescribeSecret", region=region, absent=_ABSENT, SecretId=name)
    if told is None or isinstance(told, NoAnswer):
        return told
    stages: dict[str, str] = {}
    for version_id, labels in told.get("VersionIdsToStages", {}).items():
        stages |= dict.fromkeys(labels, version_id)
    versions: dict[Stage, Version] = {}
    read: dict[str, Version] = {}
    for stage in Stage if not told.get("DeletedDate") else ():
        version_id = stages.get(stage)
        if version_id is None:
            continue
        if version_id not in read:
            value = _version(session, region, name, version_id)
            if isinstance(value, NoAnswer):
                return value
            read |= {version_id: value} if value else {}
        if version_id in read:
            versions[stage] = read[version_id]
    return understand_if_any(told, lambda raw: _staged(raw, versions))


def _version(session: Session, region: Region, name: str, version_id: str) -> Seen[Version | None]:
    value = session.find(
        _SERVICE, "GetSecretValue", region=region, absent=_ABSENT,
        SecretId=name, VersionId=version_id,
    )  # fmt: skip
    return understand_if_any(
        value,
        lambda raw: Version(raw["VersionId"], raw.get("SecretString", ""), raw.get("CreatedDate")),
    )


def _staged(raw: Raw, versions: Mapping[Stage, Version]) -> StagedSecret:
    return StagedSecret(
        name=raw["Name"],
        versions=versions,
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


def stage_secret(  # noqa: PLR0913, PLR0917  a place, a value, and what it is for
    session: Session, region: Region, name: str, text: str, token: str, stage: Stage
) -> bool:
    """Add *text* as the version of *stage*; False if *token* was taken by another text.

    The first to use a token wins (Secrets Manager API, PutSecretValue,
    ClientRequestToken): of two that use the same one, exactly one is told True.

    Raises:
        NotDone: Refused, or nobody answered.
    """
    done = do_unless(
        _THERE,
        session,
        _SERVICE,
        "PutSecretValue",
        region=region,
        SecretId=name,
        SecretString=text,
        ClientRequestToken=token,
        VersionStages=[stage],
    )
    return done is not None


def move_stage(  # noqa: PLR0913, PLR0917  a place, and from where to where
    session: Session, region: Region, name: str, stage: Stage, from_id: str, to_id: str
) -> None:
    """Move the label *stage* between versions; an empty id is no version.

    Raises:
        NotDone: Refused, as where the label is not on *from_id*; or nobody answered.
    """
    ends = {"RemoveFromVersionId": from_id, "MoveToVersionId": to_id}
    given = {key: value for key, value in ends.items() if value}
    do(
        session,
        _SERVICE,
        "UpdateSecretVersionStage",
        region=region,
        SecretId=name,
        VersionStage=stage,
        **given,
    )


def delete_secret(session: Session, region: Region, name: str, days: int = 7) -> None:
    """Have it deleted in *days*, till when it can be restored; gone or going is as good.

    Raises:
        NotDone: Refused, or nobody answered.
    """
    try:
        do_unless(
            _ABSENT,
            session,
            _SERVICE,
            "DeleteSecret",
            region=region,
            SecretId=name,
            RecoveryWindowInDays=days,
        )
    except NotDone:
        # The code for what is deleted already, InvalidRequestException, has other meanings too.
        if is_marked(session, region, name) is not True:
            raise


def tag_secret(session: Session, region: Region, name: str, key: str, value: str) -> None:
    """Put one tag on it, in place of one of that key.  Raises NotDone."""
    tags = [{"Key": key, "Value": value}]
    do(session, _SERVICE, "TagResource", region=region, SecretId=name, Tags=tags)


def untag_secret(session: Session, region: Region, name: str, key: str) -> None:
    """Take the tag off; none there is as good.  Raises NotDone."""
    do(session, _SERVICE, "UntagResource", region=region, SecretId=name, TagKeys=[key])


def secrets_named(session: Session, region: Region, prefix: str) -> Seen[tuple[ListedSecret, ...]]:
    """Each secret whose name begins with *prefix*; no values, no deleted ones."""
    found = paged(
        session,
        _SERVICE,
        "ListSecrets",
        "SecretList",
        region=region,
        Filters=[{"Key": "name", "Values": [prefix]}],
        MaxResults=100,
    )
    # The filter compares words: what it finds may begin otherwise.
    return understand(
        found or (), lambda all_: tuple(_listed(one) for one in all_ if _is_at(one, prefix))
    )


def _listed(raw: Raw) -> ListedSecret:
    labels = {one for all_ in raw.get("SecretVersionsToStages", {}).values() for one in all_}
    return ListedSecret(
        name=str(raw["Name"]),
        tags={str(tag["Key"]): str(tag["Value"]) for tag in raw.get("Tags", ())},
        stages=frozenset(stage for stage in Stage if stage in labels),
        written=raw.get("CreatedDate"),
    )


def _is_at(one: Raw, prefix: str) -> bool:
    return str(one["Name"]).startswith(prefix) and not one.get("DeletedDate")


MOST_AT_ONCE = 20
"""Secrets that one BatchGetSecretValue is asked for (its API reference)."""


def current_texts(
    session: Session, region: Region, names: Sequence[str]
) -> Seen[Mapping[str, Seen[str | None]]]:
    """The current text of each of at most `MOST_AT_ONCE` secrets, by name, or why not of one.

    Who may read every one of them may still not be allowed to ask for many at once.
    """
    answer = session.ask(_SERVICE, "BatchGetSecretValue", region=region, SecretIdList=list(names))
    return understand(answer, _texts)


def _texts(raw: Raw) -> Mapping[str, Seen[str | None]]:
    found: dict[str, Seen[str | None]] = {
        str(one["Name"]): one.get("SecretString") for one in raw.get("SecretValues", ())
    }
    for one in raw.get("Errors", ()):
        code, words = one.get("ErrorCode", ""), one.get("Message", "")
        if code in _ABSENT:
            found[str(one["SecretId"])] = None
        else:
            why = Why.DENIED if "AccessDenied" in code else Why.SERVER_FAILURE
            found[str(one["SecretId"])] = NoAnswer(why, f"{code}: {words}")
    return found


def secret_at(session: Session, region: Region, name: str, stage: Stage) -> Seen[str | None]:
    """The text of the version that has *stage*; None if none has."""
    answer = session.find(
        _SERVICE,
        "GetSecretValue",
        region=region,
        absent=_ABSENT,
        SecretId=name,
        VersionStage=stage,
    )
    return understand_if_any(answer, lambda raw: raw.get("SecretString"))
