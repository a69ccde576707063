"""S3, as far as receiving needs it: is the bucket there, and may SES write to it."""

from sendas.aws.failure import error_code, no_answer
from sendas.aws.session import Session
from sendas.iam.actions import iam_action
from sendas.outcome import Seen
from sendas.ses.receiving import Bucket
from sendas.ses.regions import Region


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
