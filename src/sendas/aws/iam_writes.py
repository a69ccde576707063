"""IAM: an SMTP user's keys, without which CloudFormation cannot delete the user."""

from sendas.aws import iam
from sendas.aws.session import Session
from sendas.aws.writes import NotDone, do_unless
from sendas.outcome import NoAnswer
from sendas.ses.regions import Region


def make_policy(session: Session, region: Region, name: str, document: str) -> None:
    """Make the managed policy *name*; one of that name stays as it is.

    Raises:
        NotDone: IAM did not.
    """
    do_unless(
        ("EntityAlreadyExists", "EntityAlreadyExistsException"),
        session, "iam", "CreatePolicy", region=region, PolicyName=name, PolicyDocument=document,
    )  # fmt: skip


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


def delete_user(session: Session, region: Region, user: str) -> None:
    """Delete *user* with its keys, and off its policies; none there is well.

    Raises:
        NotDone: IAM did not, as where somebody put it into a group.
    """
    delete_keys(session, region, user)
    _each(session, region, user, "ListUserPolicies", "PolicyNames", "DeleteUserPolicy")
    _each(
        session, region, user, "ListAttachedUserPolicies", "AttachedPolicies", "DetachUserPolicy"
    )
    do_unless(iam.ABSENT, session, "iam", "DeleteUser", region=region, UserName=user)


_NAMED = {
    "DeleteUserPolicy": "PolicyName",
    "DetachUserPolicy": "PolicyArn",
}
"""What each call names its object by."""


def _each(  # noqa: PLR0913, PLR0917  what is listed, and what is done with each
    session: Session, region: Region, user: str, listing: str, key: str, operation: str
) -> None:
    found = iam.listed(session, region, listing, key, UserName=user)
    if isinstance(found, NoAnswer):
        raise NotDone(found)
    name = _NAMED[operation]
    plain = operation == "DeleteUserPolicy"  # whose list is of names
    for one in found:
        given = {name: one if plain else one[name]}
        do_unless(iam.ABSENT, session, "iam", operation, region=region, UserName=user, **given)
