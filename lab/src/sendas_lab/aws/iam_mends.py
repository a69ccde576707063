"""IAM where moto tells more or less than IAM does (recorded, test_iam), and AWS's own policies."""

import importlib
import json

from collections.abc import Mapping
from typing import Any

from sendas_lab.aws.errors import AwsError
from sendas_lab.aws.service import backends_of, on_behalf_of


_OF_AWS = "arn:aws:iam::aws:policy/"
_MALFORMED = "MalformedPolicyDocument"


def mend_iam() -> None:
    """Mend moto's own classes; once for the process."""
    answers = importlib.import_module("moto.iam.responses").IamResponse
    models = importlib.import_module("moto.iam.models")
    models.ManagedPolicy.permissions_boundary_usage_count = 0
    create = answers.create_role

    def create_role(self: Any) -> Any:  # noqa: ANN401  moto's
        answer = create(self)
        answer.result["Role"] = _Without(
            answer.result["Role"], {"max_session_duration", "role_last_used"}
        )
        return answer

    answers.create_role = create_role
    found = models.IAMBackend.get_policy

    def get_policy(self: Any, policy_arn: str) -> Any:  # noqa: ANN401  the same
        if policy_arn not in self.managed_policies:
            text = f"Policy {policy_arn} was not found."
            raise models.NotFoundException(text)
        return found(self, policy_arn)

    def delete_policy(self: Any, policy_arn: str) -> None:  # noqa: ANN401  the same
        del self.managed_policies[self.get_policy(policy_arn).arn]

    models.IAMBackend.get_policy = get_policy
    models.IAMBackend.delete_policy = delete_policy


class _Without:
    """Something of moto's with attributes that are not told."""

    def __init__(self, of: Any, names: set[str]) -> None:  # noqa: ANN401  moto's
        self._of, self._names = of, names

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  the same
        if name in self._names:
            raise AttributeError(name)
        return getattr(self._of, name)


def look_up_aws_policies(account_id: str, given: Mapping[str, Any], now: Any) -> None:  # noqa: ANN401  a clock
    """Let the account see AWS's own policies that a request names.

    moto carries them all; to hold 1,500 in every lab would cost its memory.
    """
    arns = [given.get("PolicyArn"), given.get("PermissionsBoundary")]
    backend = backends_of("iam")[account_id]["aws"]
    for arn in arns:
        if (
            isinstance(arn, str)
            and arn.startswith(_OF_AWS)
            and arn not in backend.managed_policies
        ):
            _add(backend, account_id, arn, now)


def _add(backend: Any, account_id: str, arn: str, now: Any) -> None:  # noqa: ANN401  moto's, a clock
    models = importlib.import_module("moto.iam.models")
    data = json.loads(models.aws_managed_policies_data)
    name = arn.rpartition("/")[2]
    if name not in data:
        return
    with on_behalf_of(account_id, now):
        policy = models.AWSManagedPolicy.from_data(name, account_id, "us-east-1", data[name])
    if policy.arn == arn:
        backend.managed_policies[arn] = policy


def check_trust(given: Mapping[str, Any]) -> None:
    """Refuse a trust policy that is no JSON.

    Raises:
        AwsError: As IAM words it (recorded, test_iam).
    """
    for name in ("AssumeRolePolicyDocument", "PolicyDocument"):
        text = given.get(name)
        if not isinstance(text, str):
            continue
        try:
            json.loads(text)
        except ValueError as error:
            said = (
                "This policy contains invalid Json"
                if name == "AssumeRolePolicyDocument"
                else "Syntax errors in policy."
            )
            raise AwsError(_MALFORMED, said, 400) from error
