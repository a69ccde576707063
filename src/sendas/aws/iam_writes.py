"""IAM: an SMTP user's keys, without which CloudFormation cannot delete the user."""

from sendas.aws import iam
from sendas.aws.session import Session
from sendas.aws.writes import NotDone, do_unless
from sendas.outcome import NoAnswer
from sendas.ses.regions import Region


def delete_keys(session: Session, region: Region, user: str) -> int:
    """Delete every access key of *user*; how many there were.  No such user is well, too.

    Raises:
        NotDone: IAM did not.
    """
    exists = iam.user_exists(session, region, user)
    if isinstance(exists, NoAnswer):
        raise NotDone(exists)
    if not exists:
        return 0
    keys = iam.keys_of(session, region, user)
    if isinstance(keys, NoAnswer):
        raise NotDone(keys)
    for key in keys:
        do_unless(
            ("NoSuchEntity", "NoSuchEntityException"),
            session,
            "iam",
            "DeleteAccessKey",
            region=region,
            UserName=user,
            AccessKeyId=key.key_id,
        )
    return len(keys)
