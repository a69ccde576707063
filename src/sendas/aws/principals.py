"""IAM, whole: every user and role with every document that binds it, and root's keys.

GetAccountAuthorizationDetails tells all of it page by page, where asking for each
user's policies takes ten questions a user.  Source: IAM API reference.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sendas.aws import iam_policies
from sendas.aws.iam import ABSENT, pages
from sendas.aws.reading import Raw, understand
from sendas.aws.session import Session
from sendas.iam.keys import KeyUse, LastUse
from sendas.iam.policy import PolicyDocument, Source
from sendas.iam.principal import Kind, Principal
from sendas.outcome import NoAnswer, Seen
from sendas.ses.regions import Region


_WANTED = ["User", "Role", "Group", "LocalManagedPolicy", "AWSManagedPolicy"]


def principals(session: Session, region: Region) -> Seen[tuple[Principal, ...]]:
    """Every user and role; all of them with all their documents, or why that was not to be had."""
    told = tuple(
        pages(session, region, "GetAccountAuthorizationDetails", Filter=_WANTED, MaxItems=1000)
    )
    if told and isinstance(told[-1], NoAnswer):
        return told[-1]
    answers = [page for page in told if not isinstance(page, NoAnswer)]
    details = understand(answers, _Details.read)
    if isinstance(details, NoAnswer):
        return details
    for arn, name in sorted(details.unknown()):
        # AWS's own policies need not be among them.
        found = iam_policies.managed(session, region, name, arn, Source.MANAGED, "")
        if isinstance(found, NoAnswer):
            return found
        details.policies[arn] = found[0].text if found else ""
    return understand(details, lambda all_: tuple(all_.principals()))


@dataclass(slots=True)
class _Details:
    users: list[Raw] = field(default_factory=list)
    roles: list[Raw] = field(default_factory=list)
    groups: dict[str, Raw] = field(default_factory=dict)
    policies: dict[str, str] = field(default_factory=dict)
    """The default version of each managed policy, by ARN; empty if it is gone."""

    @classmethod
    def read(cls, answers: Iterable[Raw]) -> "_Details":
        found = cls()
        for raw in answers:
            found.users += raw.get("UserDetailList", ())
            found.roles += raw.get("RoleDetailList", ())
            found.groups |= {one["GroupName"]: one for one in raw.get("GroupDetailList", ())}
            for policy in raw.get("Policies", ()):
                for version in policy.get("PolicyVersionList", ()):
                    if version.get("IsDefaultVersion"):
                        text = iam_policies.as_text(version["Document"])
                        found.policies[policy["Arn"]] = text
        return found

    def unknown(self) -> set[tuple[str, str]]:
        """Managed policies that are attached somewhere, and were not told: ARN and name."""
        holders = [*self.users, *self.roles, *self.groups.values()]
        named = {
            (one["PolicyArn"], one["PolicyName"])
            for holder in holders
            for one in holder.get("AttachedManagedPolicies", ())
        }
        bounds = {
            holder.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn")
            for holder in holders
        }
        named |= {(arn, arn.rpartition("/")[2]) for arn in bounds if arn}
        return {(arn, name) for arn, name in named if arn not in self.policies}

    def principals(self) -> Iterator[Principal]:
        for raw in self.users:
            name = raw["UserName"]
            documents = [*self._own(raw, "UserPolicyList", Source.INLINE, Source.MANAGED, name)]
            for group in raw.get("GroupList", ()):
                documents += self._own(
                    self.groups.get(group, {}),
                    "GroupPolicyList",
                    Source.GROUP,
                    Source.GROUP,
                    group,
                )
            yield _principal(Kind.USER, raw, name, documents)
        for raw in self.roles:
            name = raw["RoleName"]
            documents = [*self._own(raw, "RolePolicyList", Source.INLINE, Source.MANAGED, name)]
            yield _principal(Kind.ROLE, raw, name, documents)

    def _own(
        self, raw: Raw, inline: str, source: Source, attached: Source, holder: str
    ) -> Iterator[PolicyDocument]:
        for one in raw.get(inline, ()):
            text = iam_policies.as_text(one["PolicyDocument"])
            yield PolicyDocument(one["PolicyName"], source, text, holder)
        for one in raw.get("AttachedManagedPolicies", ()):
            if text := self.policies[one["PolicyArn"]]:
                yield PolicyDocument(one["PolicyName"], attached, text, holder)
        arn = raw.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn")
        if arn and (text := self.policies[arn]):
            yield PolicyDocument(arn.rpartition("/")[2], Source.BOUNDARY, text, holder)


def _principal(kind: Kind, raw: Raw, name: str, documents: Iterable[PolicyDocument]) -> Principal:
    return Principal(
        kind=kind,
        name=name,
        arn=raw["Arn"],
        documents=tuple(documents),
        created=raw.get("CreateDate"),
        tags={tag["Key"]: tag["Value"] for tag in raw.get("Tags", ())},
        trust=iam_policies.as_text(raw["AssumeRolePolicyDocument"]) if kind is Kind.ROLE else "",
        last_used=raw.get("RoleLastUsed", {}).get("LastUsedDate"),
    )


def has_root_key(session: Session, region: Region) -> Seen[bool]:
    """Whether the account's root user has an access key: it may do everything (AWS: delete it)."""
    answer = session.ask("iam", "GetAccountSummary", region=region)
    return understand(
        answer, lambda raw: bool(raw["SummaryMap"].get("AccountAccessKeysPresent", 0))
    )


def keys_in_use(session: Session, region: Region, user: str) -> Seen[tuple[KeyUse, ...]]:
    """The user's keys, each with its last use, or why that was not to be had; none if no user."""
    answer = session.find("iam", "ListAccessKeys", region=region, absent=ABSENT, UserName=user)
    if answer is None or isinstance(answer, NoAnswer):
        return answer or ()
    return understand(
        answer,
        lambda raw: tuple(
            KeyUse(
                key_id=one["AccessKeyId"],
                user=one.get("UserName", user),
                active=one.get("Status") == "Active",
                created=one.get("CreateDate"),
                used=_last_use(session, region, one["AccessKeyId"]),
            )
            for one in raw.get("AccessKeyMetadata", ())
        ),
    )


def _last_use(session: Session, region: Region, key_id: str) -> Seen[LastUse | None]:
    answer = session.ask("iam", "GetAccessKeyLastUsed", region=region, AccessKeyId=key_id)
    return understand(answer, _parse_use)


def _parse_use(raw: Mapping[str, Any]) -> LastUse | None:
    use = raw["AccessKeyLastUsed"]
    when = use.get("LastUsedDate")
    # IAM says N/A of a key that was never used.
    return LastUse(when, use.get("ServiceName", ""), use.get("Region", "")) if when else None
