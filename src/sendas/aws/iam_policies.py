"""IAM: every policy document that binds a user.

Inline, managed, those of the user's groups, and the permissions boundary.
All of them or none: a decision made on some of the documents would be wrong.
"""

import json

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeAlias

from sendas.aws.iam import ABSENT, listed
from sendas.aws.reading import Raw, understand_if_any
from sendas.aws.session import Session
from sendas.iam.policy import PolicyDocument, Source
from sendas.outcome import NoAnswer, Seen
from sendas.percent import unquote
from sendas.ses.regions import Region


_AT_ONCE = 6

_Documents: TypeAlias = Seen[tuple[PolicyDocument, ...]]


def policies_of(session: Session, region: Region, user: str) -> _Documents:
    """Every document that binds *user*, or why one of them could not be had."""
    ask = _Asker(session, region)
    with ThreadPoolExecutor(_AT_ONCE, "iam") as pool:
        groups = pool.submit(ask.listed, "ListGroupsForUser", "Groups", UserName=user)
        branches = [pool.submit(branch, ask, user) for branch in (_inline, _attached, _boundary)]
        names = groups.result()
        if isinstance(names, NoAnswer):
            return names
        branches += [
            pool.submit(branch, ask, str(group["GroupName"]))
            for group in names
            for branch in (_group_inline, _group_attached)
        ]
        return joined(branch.result() for branch in branches)


def managed(  # noqa: PLR0913, PLR0917  a policy, and on whom it is
    session: Session, region: Region, name: str, arn: str, source: Source, holder: str
) -> _Documents:
    """The default version of the managed policy *arn*."""
    return _Asker(session, region).managed(name, arn, source, holder)


class _Asker:
    """Questions about policies, at one door."""

    def __init__(self, session: Session, region: Region) -> None:
        self._session, self._region = session, region

    def listed(self, operation: str, key: str, **params: object) -> Seen[tuple[Raw, ...]]:
        return listed(self._session, self._region, operation, key, **params)

    def find(self, operation: str, **params: object) -> Seen[Raw | None]:
        return self._session.find("iam", operation, region=self._region, absent=ABSENT, **params)

    def managed(self, name: str, arn: str, source: Source, holder: str) -> _Documents:
        """The default version of the managed policy *arn*: two questions, one after the other."""
        policy = self.find("GetPolicy", PolicyArn=arn)
        if policy is None or isinstance(policy, NoAnswer):
            return policy or ()
        version = policy["Policy"]["DefaultVersionId"]
        answer = self.find("GetPolicyVersion", PolicyArn=arn, VersionId=version)
        return document(answer, lambda raw: raw["PolicyVersion"]["Document"], name, source, holder)


def _inline(ask: _Asker, user: str) -> _Documents:
    names = ask.listed("ListUserPolicies", "PolicyNames", UserName=user)
    if isinstance(names, NoAnswer):
        return names
    return joined(
        document(
            ask.find("GetUserPolicy", UserName=user, PolicyName=name),
            lambda raw: raw["PolicyDocument"], str(name), Source.INLINE, user,
        )
        for name in names
    )  # fmt: skip


def _attached(ask: _Asker, user: str) -> _Documents:
    attached = ask.listed("ListAttachedUserPolicies", "AttachedPolicies", UserName=user)
    if isinstance(attached, NoAnswer):
        return attached
    return joined(
        ask.managed(policy["PolicyName"], policy["PolicyArn"], Source.MANAGED, user)
        for policy in attached
    )


def _boundary(ask: _Asker, user: str) -> _Documents:
    answer = ask.find("GetUser", UserName=user)
    if answer is None or isinstance(answer, NoAnswer):
        return answer or ()
    arn = answer["User"].get("PermissionsBoundary", {}).get("PermissionsBoundaryArn")
    return ask.managed(arn.rpartition("/")[2], arn, Source.BOUNDARY, user) if arn else ()


def _group_inline(ask: _Asker, group: str) -> _Documents:
    names = ask.listed("ListGroupPolicies", "PolicyNames", GroupName=group)
    if isinstance(names, NoAnswer):
        return names
    return joined(
        document(
            ask.find("GetGroupPolicy", GroupName=group, PolicyName=name),
            lambda raw: raw["PolicyDocument"], str(name), Source.GROUP, group,
        )
        for name in names
    )  # fmt: skip


def _group_attached(ask: _Asker, group: str) -> _Documents:
    attached = ask.listed("ListAttachedGroupPolicies", "AttachedPolicies", GroupName=group)
    if isinstance(attached, NoAnswer):
        return attached
    return joined(
        ask.managed(policy["PolicyName"], policy["PolicyArn"], Source.GROUP, group)
        for policy in attached
    )


def document(
    answer: Seen[Raw | None],
    text: Callable[[Raw], object],
    name: str,
    source: Source,
    holder: str,
) -> _Documents:
    """The one document of *answer*, which *text* finds in it; none where it is gone."""
    seen = understand_if_any(
        answer, lambda raw: PolicyDocument(name, source, as_text(text(raw)), holder)
    )
    if seen is None:
        return ()
    return seen if isinstance(seen, NoAnswer) else (seen,)


def as_text(document: object) -> str:
    """A document as JSON text: botocore decodes it, IAM sends it percent-encoded (RFC 3986)."""
    return unquote(document) if isinstance(document, str) else json.dumps(document)


def joined(parts: Iterable[_Documents]) -> _Documents:
    """All of *parts*, or why one of them could not be had."""
    found: list[PolicyDocument] = []
    for part in parts:
        if isinstance(part, NoAnswer):
            return part
        found += part
    return tuple(found)
