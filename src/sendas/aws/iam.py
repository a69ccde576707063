"""IAM: whose key this is, which keys they have, and every policy that binds them.

IAM is global: any Region of the partition leads to it.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import chain

from sendas.aws import paging
from sendas.aws.reading import Raw, understand, understand_if_any
from sendas.aws.session import Session
from sendas.iam.keys import AccessKey
from sendas.outcome import NoAnswer, Seen, Why
from sendas.ses.regions import Region


ABSENT = ("NoSuchEntity", "NoSuchEntityException")
_NO_NAME = (*ABSENT, "ValidationError", "InvalidInput")
"""Text that cannot even be a user's name is no user's name."""

_MOST_USERS = 300


def user_exists(session: Session, region: Region, name: str) -> Seen[bool]:
    """Whether *name*, which may be any text, is the name of an IAM user."""
    answer = session.find("iam", "GetUser", region=region, absent=_NO_NAME, UserName=name)
    if isinstance(answer, NoAnswer):
        return answer
    return answer is not None


def has_policy(session: Session, region: Region, user: str, name: str) -> Seen[bool]:
    """Whether *user* is there, and has the inline policy *name*."""
    about = {"UserName": user, "PolicyName": name}
    answer = session.find("iam", "GetUserPolicy", region=region, absent=ABSENT, **about)
    return answer if isinstance(answer, NoAnswer) else answer is not None


def tags_of_user(session: Session, region: Region, user: str) -> Seen[Mapping[str, str]]:
    """The tags of *user*; none of a user that is not there."""
    found = listed(session, region, "ListUserTags", "Tags", UserName=user)
    if isinstance(found, NoAnswer):
        return found
    return {str(tag["Key"]): str(tag["Value"]) for tag in found}


def owner_of(session: Session, region: Region, key_id: str) -> Seen[str | None]:
    """The name of the user whose key *key_id* is; None if this account has no such key."""
    answer = session.find(
        "iam", "GetAccessKeyLastUsed", region=region, absent=ABSENT, AccessKeyId=key_id
    )
    if isinstance(answer, NoAnswer) and answer.why is Why.DENIED:
        # IAM refuses the question about a key that is not the account's, in the
        # words of a missing permission: only the list of all keys can tell.
        return _owner_by_list(session, region, key_id, answer)
    return understand_if_any(answer, lambda raw: str(raw["UserName"]))


def keys_of(session: Session, region: Region, user: str) -> Seen[tuple[AccessKey, ...]]:
    """The keys of *user*, at most two, each with its last use where IAM tells; none if no user."""
    answer = session.find("iam", "ListAccessKeys", region=region, absent=ABSENT, UserName=user)
    if answer is None:
        return ()
    if isinstance(answer, NoAnswer):
        return answer
    uses = {
        entry["AccessKeyId"]: _last_use(session, region, entry["AccessKeyId"])
        for entry in answer.get("AccessKeyMetadata", ())
    }
    return understand(answer, lambda raw: parse_keys(raw, user, uses))


def _last_use(session: Session, region: Region, key_id: str) -> Raw:
    answer = session.ask("iam", "GetAccessKeyLastUsed", region=region, AccessKeyId=key_id)
    return {} if isinstance(answer, NoAnswer) else answer


def parse_keys(raw: Raw, user: str, uses: dict[str, Raw]) -> tuple[AccessKey, ...]:
    """ListAccessKeys, with GetAccessKeyLastUsed by key id, in our words."""
    return tuple(
        _parse_key(entry, user, uses.get(entry["AccessKeyId"], {}).get("AccessKeyLastUsed", {}))
        for entry in raw.get("AccessKeyMetadata", ())
    )


def _parse_key(entry: Raw, user: str, use: Raw) -> AccessKey:
    when: datetime | None = use.get("LastUsedDate")
    return AccessKey(
        key_id=entry["AccessKeyId"],
        user=entry.get("UserName", user),
        active=entry.get("Status") == "Active",
        created=entry.get("CreateDate"),
        last_used=when,
        # IAM says N/A of a key that was never used.
        last_used_service=use.get("ServiceName") if when else None,
        last_used_region=use.get("Region") if when else None,
    )


def _owner_by_list(
    session: Session, region: Region, key_id: str, refusal: NoAnswer
) -> Seen[str | None]:
    for count, name in enumerate(_users(session, region)):
        if name is None or count >= _MOST_USERS:
            return refusal
        keys = session.find("iam", "ListAccessKeys", region=region, absent=ABSENT, UserName=name)
        if isinstance(keys, NoAnswer):
            return refusal
        if any(
            key.get("AccessKeyId") == key_id for key in (keys or {}).get("AccessKeyMetadata", ())
        ):
            return name
    return None


def _users(session: Session, region: Region) -> Iterator[str | None]:
    """The names of all users; None in place of those that IAM would not tell."""
    for page in pages(session, region, "ListUsers"):
        if isinstance(page, NoAnswer):
            yield None
            return
        yield from (user["UserName"] for user in page.get("Users", ()))


def pages(
    session: Session, region: Region, operation: str, **params: object
) -> Iterator[Seen[Raw]]:
    """The pages of a list that IAM tells piece by piece, ending with the first NoAnswer.

    Whatever is not there any more (`ABSENT`) is an empty page.
    """
    told = paging.pages(
        session, "iam", operation, paging.by_truncation("Marker", "Marker"),
        region=region, absent=ABSENT, most=paging.MOST_PAGES, **params,
    )  # fmt: skip
    return ({} if answer is None else answer for answer in told)


def listed(
    session: Session, region: Region, operation: str, key: str, **params: object
) -> Seen[tuple[Raw, ...]]:
    """Everything under *key* on all `pages`."""
    found = tuple(pages(session, region, operation, **params))
    if found and isinstance(found[-1], NoAnswer):
        return found[-1]
    return tuple(
        chain.from_iterable(page.get(key, ()) for page in found if not isinstance(page, NoAnswer))
    )
