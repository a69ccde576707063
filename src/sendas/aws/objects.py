"""One object of S3: its bytes, whether it is there, and writing it."""

from sendas.aws.failure import error_code, no_answer
from sendas.aws.session import Session
from sendas.aws.writes import do
from sendas.iam.actions import iam_action
from sendas.outcome import NoAnswer, Seen
from sendas.ses.regions import Region


GONE = ("NoSuchKey", "404", "NotFound")
NOWHERE = (*GONE, "NoSuchBucket")
"""As `GONE`, or not even its bucket."""
_EMPTY = "InvalidRange"


def read(  # noqa: PLR0913  a place, and how much of it
    session: Session,
    region: Region,
    bucket: str,
    key: str,
    *,
    first: int | None = None,
    absent: tuple[str, ...] = GONE,
) -> Seen[bytes | None]:
    """An object's bytes, or its *first* ones; None if the error is one of *absent*.

    The body comes after the answer, and may break off: then nobody answered.
    """
    operation = "GetObject"
    part = {"Range": f"bytes=0-{first - 1}"} if first else {}
    try:
        answer = session.call("s3", operation, region=region, Bucket=bucket, Key=key, **part)
        content: bytes = answer["Body"].read()
    except Exception as error:  # noqa: BLE001  whatever botocore raises, nobody answered
        if error_code(error) in absent:
            return None
        if error_code(error) == _EMPTY:
            return b""
        return no_answer(error, iam_action("s3", operation))
    return content


def exists(session: Session, region: Region, bucket: str, key: str) -> Seen[bool]:
    """Whether there is such an object; a bucket that is not there holds none."""
    answer = session.find(
        "s3", "HeadObject", region=region, absent=NOWHERE, Bucket=bucket, Key=key
    )
    return answer if isinstance(answer, NoAnswer) else answer is not None


def put(session: Session, region: Region, bucket: str, key: str, body: bytes) -> None:
    """Write an object over whatever stands there.

    Raises:
        NotDone: S3 did not.
    """
    do(session, "s3", "PutObject", region=region, Bucket=bucket, Key=key, Body=body)
