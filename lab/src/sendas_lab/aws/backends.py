"""The rest of AWS as SES uses it, over moto's state of one account."""

import json
import uuid

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sendas.iam.policy import PolicyDocument, Source
from sendas.ses.regions import Region
from sendas_lab.aws.functions import FunctionRunner
from sendas_lab.aws.lambda_mends import run_functions_with
from sendas_lab.aws.mends import mend
from sendas_lab.aws.service import Now, backends_of, on_behalf_of
from sendas_lab.ses.ports import Principal, StoredKey


_ALL = "aws"
"""moto's name for the partition that IAM and S3 live in."""


class MotoIam:
    """Keys and policies, and the lab administrator's own key beside them."""

    def __init__(self, account_id: str, now: Now, administrator: StoredKey) -> None:
        self._account_id = account_id
        self._now = now
        self._administrator = administrator

    @property
    def _backend(self) -> Any:  # noqa: ANN401  moto's IAMBackend
        return backends_of("iam")[self._account_id][_ALL]

    def key(self, key_id: str) -> StoredKey | None:
        """The key, of a user or of a role's session, or the administrator's."""
        if key_id == self._administrator.principal.key_id:
            return self._administrator
        for user in list(self._backend.users.values()):
            for key in user.access_keys:
                if key.access_key_id == key_id:
                    return StoredKey(
                        Principal(self._account_id, key_id, user.arn, user.name),
                        key.secret_access_key,
                        active=key.status == "Active",
                        created=key.create_date.replace(tzinfo=UTC),
                    )
        return self._session(key_id)

    def _session(self, key_id: str) -> StoredKey | None:
        for session in list(backends_of("sts")[self._account_id][_ALL].assumed_roles):
            if session.access_key_id == key_id:
                role = session.role_arn.rpartition("/")[2]
                return StoredKey(
                    Principal(
                        self._account_id, key_id, session.arn, f"{role}/{session.session_name}"
                    ),
                    session.secret_access_key,
                    session_token=session.session_token,
                )
        return None

    def policies(self, principal: Principal) -> Sequence[PolicyDocument]:
        """Every document of the user, of its groups, or of the role behind the session."""
        if principal.administrator:
            return (_ALLOW_ALL,)
        backend = self._backend
        if ":user/" in principal.arn:
            user = backend.users.get(principal.user) or backend.get_user(principal.user)
            documents = _of_user(user) + _of_groups(backend, user.name)
            return (*documents, *_boundary(backend, user))
        if ":group/" in principal.arn:
            return tuple(_of_group(backend.get_group(principal.user)))
        name = principal.arn.rpartition("assumed-role/")[2].partition("/")[0]
        if ":role/" in principal.arn:
            name = principal.arn.rpartition("/")[2]
        role = next((r for r in backend.roles.values() if r.name == name), None)
        return (*_of_role(role), *_boundary(backend, role)) if role is not None else ()

    def used(self, key_id: str, service: str, region: Region, now: datetime) -> None:
        """Note a use, as GetAccessKeyLastUsed tells it."""
        with on_behalf_of(self._account_id, self._now):
            for user in list(self._backend.users.values()):
                for key in user.access_keys:
                    if key.access_key_id == key_id:
                        _note_use(key, service, region, now)


def _note_use(key: Any, service: str, region: Region, now: datetime) -> None:  # noqa: ANN401  moto's AccessKey
    from moto.iam.models import AccessKeyLastUsed  # noqa: PLC0415  moto is slow to import

    key.last_used = AccessKeyLastUsed(
        timestamp=now.replace(tzinfo=None), service=service, region=region
    )


_ALLOW_ALL = PolicyDocument(
    "AdministratorAccess",
    Source.MANAGED,
    json.dumps({"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}),
)


def _of_user(user: Any) -> list[PolicyDocument]:  # noqa: ANN401  moto's User
    documents = [
        PolicyDocument(name, Source.INLINE, _text(document), user.name)
        for name, document in user.policies.items()
    ]
    documents += [_managed(policy, user.name) for policy in user.managed_policies.values()]
    return documents


def _boundary(backend: Any, holder: Any) -> list[PolicyDocument]:  # noqa: ANN401  moto's User or Role
    bound = getattr(holder, "permissions_boundary", None)
    if bound is None:
        return []
    arn = bound["PermissionsBoundaryArn"] if isinstance(bound, Mapping) else bound
    policy = backend.managed_policies[arn]
    return [PolicyDocument(policy.name, Source.BOUNDARY, _default_version(policy), holder.name)]


def _of_groups(backend: Any, user: str) -> list[PolicyDocument]:  # noqa: ANN401  moto's IAMBackend
    groups = backend.get_groups_for_user(user)
    return [document for group in groups for document in _of_group(group)]


def _of_group(group: Any) -> list[PolicyDocument]:  # noqa: ANN401  moto's Group
    documents = [
        PolicyDocument(name, Source.GROUP, _text(document), group.name)
        for name, document in group.policies.items()
    ]
    documents += [
        PolicyDocument(p.name, Source.GROUP, _default_version(p), group.name)
        for p in group.managed_policies.values()
    ]
    return documents


def _of_role(role: Any) -> list[PolicyDocument]:  # noqa: ANN401  moto's Role
    documents = [
        PolicyDocument(name, Source.INLINE, _text(document), role.name)
        for name, document in role.policies.items()
    ]
    documents += [_managed(policy, role.name) for policy in role.managed_policies.values()]
    return documents


def _managed(policy: Any, holder: str) -> PolicyDocument:  # noqa: ANN401  moto's ManagedPolicy
    return PolicyDocument(policy.name, Source.MANAGED, _default_version(policy), holder)


def _default_version(policy: Any) -> str:  # noqa: ANN401  the same
    version = next(v for v in policy.versions if v.is_default)
    return _text(version.document)


def _text(document: Any) -> str:  # noqa: ANN401  moto keeps text or what it parsed
    return document if isinstance(document, str) else json.dumps(document)


class MotoStorage:
    """S3 of one account."""

    def __init__(self, account_id: str, now: Now) -> None:
        self._account_id = account_id
        self._now = now

    @property
    def _backend(self) -> Any:  # noqa: ANN401  moto's S3Backend
        return backends_of("s3")[self._account_id][_ALL]

    def exists(self, bucket: str) -> bool:
        """Whether the account has the bucket."""
        return bucket in self._backend.buckets

    def policy(self, bucket: str) -> str | None:
        """The bucket policy's JSON text."""
        found = self._backend.buckets.get(bucket)
        text = getattr(found, "policy", None)
        return text.decode() if isinstance(text, bytes) else text

    def put(self, bucket: str, key: str, body: bytes) -> None:
        """Store an object, as PutObject does: notifications of the bucket included."""
        if not self.exists(bucket):
            raise LookupError(bucket)
        with on_behalf_of(self._account_id, self._now):
            self._backend.put_object(bucket, key, body)

    def get(self, bucket: str, key: str) -> bytes:
        """An object's bytes; raises LookupError if there is none."""
        found = self._backend.get_object(bucket, key) if self.exists(bucket) else None
        if found is None:
            raise LookupError(key)
        return bytes(found.value)


class MotoTopics:
    """SNS of one account, all Regions."""

    def __init__(self, account_id: str, now: Now) -> None:
        self._account_id = account_id
        self._now = now

    def _backend(self, topic_arn: str) -> Any:  # noqa: ANN401  moto's SNSBackend
        region = topic_arn.split(":")[3] if topic_arn.count(":") >= 5 else ""  # noqa: PLR2004  parts of an ARN
        return backends_of("sns")[self._account_id][region] if region else None

    def exists(self, topic_arn: str) -> bool:
        """Whether the topic is there."""
        backend = self._backend(topic_arn)
        return backend is not None and topic_arn in backend.topics

    def publish(self, topic_arn: str, message: str, subject: str) -> None:
        """Publish to every subscriber."""
        if not self.exists(topic_arn):
            raise LookupError(topic_arn)
        mend("sns")
        with on_behalf_of(self._account_id, self._now):
            self._backend(topic_arn).publish(
                message, message_attributes={}, arn=topic_arn, subject=subject or None
            )

    def published(self, topic_arn: str) -> tuple[str, ...]:
        """Every message of the topic, oldest first."""
        topic = self._backend(topic_arn).topics[topic_arn]
        return tuple(
            bytes(message).decode("utf-8", "surrogatepass")
            for _, message, *_ in topic.sent_notifications
        )


class MotoFunctions:
    """Lambda of one account; without a runner (`use`) invocations fail."""

    def __init__(self, account_id: str) -> None:
        self._account_id = account_id
        self._runner: FunctionRunner | None = None

    def use(self, runner: FunctionRunner) -> None:
        """Let *runner* run the code, for SES and for whoever invokes through moto."""
        self._runner = runner
        run_functions_with(self._account_id, runner.answer)

    def _function(self, function_arn: str) -> Any:  # noqa: ANN401  moto's LambdaFunction
        region = function_arn.split(":")[3]
        backend = backends_of("awslambda")[self._account_id][region]
        try:
            return backend.get_function(function_arn)
        except Exception:  # noqa: BLE001  moto raises its own kinds for what is not there
            return None

    def invocable(self, function_arn: str, source_account: str) -> bool:
        """Whether it exists and its policy lets ses.amazonaws.com invoke it."""
        function = self._function(function_arn)
        if function is None or function.policy is None:
            return False
        return any(_lets_ses_in(one, source_account) for one in function.policy.statements)

    def invoke(self, function_arn: str, event: Mapping[str, Any]) -> Any:  # noqa: ANN401  any JSON
        """Run it to the end; raises RuntimeError if it is not there or fails."""
        function = self._function(function_arn)
        if function is None or self._runner is None:
            message = f"no function {function_arn}, or nobody to run it"
            raise RuntimeError(message)
        return self._runner.run(function, event)


def _lets_ses_in(statement: Mapping[str, Any], account_id: str) -> bool:
    principal = statement.get("Principal", {})
    if not isinstance(principal, Mapping) or principal.get("Service") != "ses.amazonaws.com":
        return False
    conditions = statement.get("Condition", {}).get("StringEquals", {})
    wanted = {key.lower(): value for key, value in conditions.items()}.get("aws:sourceaccount")
    return wanted in {None, account_id}


def assume_role(account_id: str, role_arn: str, now: Now) -> StoredKey | None:
    """A session of the role, as Lambda takes one for a function; None if IAM has no such role."""
    roles = backends_of("iam")[account_id][_ALL].roles.values()
    if all(role.arn != role_arn for role in roles):
        return None
    with on_behalf_of(account_id, now):
        made = backends_of("sts")[account_id][_ALL].assume_role(
            region_name="us-east-1",
            role_session_name=role_arn.rpartition("/")[2],
            role_arn=role_arn,
            policy=None,
            duration=43200,
            external_id=None,
        )
    principal = Principal(account_id, made.access_key_id, made.arn, made.session_name)
    return StoredKey(principal, made.secret_access_key, session_token=made.session_token)


def new_administrator(account_id: str) -> StoredKey:
    """The lab's own key: allowed everything, like the root user."""
    key_id = "AKIALAB" + uuid.uuid4().hex[:13].upper()
    arn = f"arn:aws:iam::{account_id}:root"
    return StoredKey(
        Principal(account_id, key_id, arn, "root", administrator=True),
        uuid.uuid4().hex + "LAB+lab/",
    )
