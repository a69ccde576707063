"""IAM, as far as a mailbox needs to be able to send: a user, its policy, its keys.

IAM is global: any Region of the partition leads to it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sendas.aws.session import Session
from sendas.aws.writes import NotDone, do, do_unless
from sendas.outcome import NoAnswer, Why
from sendas.ses.regions import Region


_ABSENT = ("NoSuchEntity", "NoSuchEntityException")
_THERE = ("EntityAlreadyExists", "EntityAlreadyExistsException")


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key at the only moment at which IAM tells its secret."""

    key_id: str
    secret: str = field(repr=False)


def create_user(
    session: Session, region: Region, name: str, tags: Mapping[str, str], boundary: str = ""
) -> None:
    """Make the user; one of that name that is there already is as good.

    *boundary* is the ARN of a policy that bounds what it may ever do.

    Raises:
        NotDone: IAM refused, or nobody answered.
    """
    listed = [{"Key": key, "Value": value} for key, value in tags.items()]
    bounded = {"PermissionsBoundary": boundary} if boundary else {}
    do_unless(
        _THERE, session, "iam", "CreateUser", region=region, UserName=name, Tags=listed, **bounded
    )


def put_user_policy(session: Session, region: Region, user: str, name: str, document: str) -> None:
    """Give the user the inline policy *name*, in place of one of that name.

    Raises:
        NotDone: IAM refused, or nobody answered.
    """
    do(
        session,
        "iam",
        "PutUserPolicy",
        region=region,
        UserName=user,
        PolicyName=name,
        PolicyDocument=document,
    )


def create_key(session: Session, region: Region, user: str) -> NewKey:
    """Make a key.  Not repeatable: whoever hears nothing must look what there is.

    Raises:
        NotDone: IAM refused (``LimitExceeded`` at the third), or nobody answered.
    """
    made = do(session, "iam", "CreateAccessKey", region=region, UserName=user)
    key = made.get("AccessKey", {})
    if not key.get("AccessKeyId") or not key.get("SecretAccessKey"):
        raise NotDone(NoAnswer(Why.SERVER_FAILURE, "iam:CreateAccessKey: no key in the answer"))
    return NewKey(key["AccessKeyId"], key["SecretAccessKey"])


def set_key_active(
    session: Session, region: Region, user: str, key_id: str, *, active: bool
) -> None:
    """Make the key active or inactive; repeatable.

    Raises:
        NotDone: IAM refused, as where the key is gone (``NoSuchEntity``), or nobody answered.
    """
    do(
        session,
        "iam",
        "UpdateAccessKey",
        region=region,
        UserName=user,
        AccessKeyId=key_id,
        Status="Active" if active else "Inactive",
    )


def delete_key(session: Session, region: Region, user: str, key_id: str) -> None:
    """Delete the key; one that is gone already is as good.

    Raises:
        NotDone: IAM refused, or nobody answered.
    """
    about = {"UserName": user, "AccessKeyId": key_id}
    do_unless(_ABSENT, session, "iam", "DeleteAccessKey", region=region, **about)
