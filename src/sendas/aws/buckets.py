"""Buckets of S3: whose one is, what its policy says, and clearing it."""

from sendas.aws.failure import error_code, no_answer
from sendas.aws.session import Session
from sendas.aws.writes import NotAllowed, NotDone, do, do_unless
from sendas.iam.actions import iam_action
from sendas.outcome import NoAnswer, Seen, Why
from sendas.ses.receiving import Bucket
from sendas.ses.regions import Region
from sendas.stacks import BucketState


def bucket(session: Session, region: Region, name: str) -> Seen[Bucket]:
    """The bucket *name* with its policy; botocore follows it to its own Region.

    One question tells both: S3 says which of the two is missing.
    """
    operation = "GetBucketPolicy"
    try:
        answer = session.call("s3", operation, region=region, Bucket=name)
    except Exception as error:  # noqa: BLE001  whatever botocore raises, nobody answered
        match error_code(error):
            case "NoSuchBucket":
                return Bucket(name, exists=False, policy=None)
            case "NoSuchBucketPolicy":
                return Bucket(name, exists=True, policy=None)
            case _:
                return no_answer(error, iam_action("s3", operation))
    return Bucket(name, exists=True, policy=answer.get("Policy"))


def bucket_state(
    session: Session, region: Region, name: str, account_id: str
) -> Seen[BucketState]:
    """Whether the bucket *name* is this account's, another's, or nobody's.

    S3 compares the owner itself (ExpectedBucketOwner), so a bucket of ours that
    we may not look into is told from one of another account only where S3 does.
    """
    operation = "HeadBucket"
    try:
        session.call("s3", operation, region=region, Bucket=name, ExpectedBucketOwner=account_id)
    except Exception as error:  # noqa: BLE001  whatever botocore raises, nobody answered
        match error_code(error):
            case "404" | "NoSuchBucket":
                return BucketState.FREE
            case "403" | "AccessDenied" | "Forbidden":
                return BucketState.TAKEN
            case "301" | "PermanentRedirect":
                return BucketState.TAKEN
            case _:
                return no_answer(error, iam_action("s3", "ListBucket"))
    return BucketState.OURS


def delete_bucket(session: Session, region: Region, name: str) -> int:
    """Delete every object, with all its versions, and then the bucket; how many there were.

    Raises:
        NotDone: S3 did not; what is deleted by then stays deleted.
    """
    count = 0
    while True:
        listed = do_unless(
            ("NoSuchBucket",), session, "s3", "ListObjectVersions", region=region, Bucket=name
        )
        if listed is None:
            return count
        there = listed.get("Versions", ())
        found = [
            {"Key": entry["Key"], "VersionId": entry["VersionId"]}
            for entry in (*there, *listed.get("DeleteMarkers", ()))
        ]
        if not found:
            break
        _delete(session, region, name, found)
        count += sum(bool(entry["IsLatest"]) for entry in there)
    do_unless(("NoSuchBucket",), session, "s3", "DeleteBucket", region=region, Bucket=name)
    return count


def _delete(session: Session, region: Region, name: str, versions: list[dict[str, str]]) -> None:
    """Delete objects; S3 says 200 also where it refuses some of them (S3 API, DeleteObjects)."""
    answer = do(
        session, "s3", "DeleteObjects", region=region, Bucket=name, Delete={"Objects": versions}
    )
    for refused in answer.get("Errors", ()):
        code = str(refused.get("Code", ""))
        detail = f"s3:DeleteObject: {code}, of {len(answer['Errors'])} objects in {name}"
        if code == "AccessDenied":
            raise NotAllowed(NoAnswer(Why.DENIED, detail), code, "s3:DeleteObject")
        raise NotDone(NoAnswer(Why.SERVER_FAILURE, detail), code)
