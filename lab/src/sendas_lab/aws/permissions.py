"""May this principal make this call?  Decided for every service that moto answers.

Source: IAM guide, "Policy evaluation logic".  SES and CloudFormation decide for
themselves (`sendas_lab.aws.own`), since their resources are theirs to know.
"""

import json

from collections.abc import Mapping
from typing import Any

from sendas.iam.actions import FREE
from sendas.iam.condition import MalformedPolicy
from sendas.iam.policy import PolicyDocument, Request, Source, decide
from sendas_lab.aws.errors import AwsError, Code
from sendas_lab.aws.requests import ANYTHING, Asked, Place, asked
from sendas_lab.aws.service import backends_of
from sendas_lab.ses.ports import Iam, Principal


DECIDE_THEMSELVES = frozenset({"ses", "sesv2", "cloudformation"})


class Permissions:
    """IAM of one account, at the door."""

    def __init__(self, account_id: str, iam: Iam) -> None:
        self._account_id = account_id
        self._iam = iam

    def check(  # noqa: PLR0913  a call, and who makes it
        self,
        principal: Principal,
        service: str,
        operation: str,
        given: Mapping[str, Any],
        region: str,
        *,
        about: Mapping[str, tuple[str, ...]],
        json: bool,
    ) -> None:
        """Let nobody do what no policy allows.

        Raises:
            AwsError: Refused, in AWS's words.
        """
        place = Place(self._account_id, region)
        for one in asked(service, operation, given, place):
            if one.action in FREE:
                continue
            if not self._allows(principal, one, about):
                raise _refused(principal, one, json=json)

    def allows(self, principal: Principal, action: str, resource: str) -> bool:
        """Whether a role may do something that a service does in its name."""
        return principal.administrator or self._allows(principal, Asked(action, resource), {})

    def _allows(
        self, principal: Principal, one: Asked, about: Mapping[str, tuple[str, ...]]
    ) -> bool:
        documents = (*self._iam.policies(principal), *self._on_resource(one))
        request = Request(one.action, (one.resource,), principal.arn, {**about, **one.context})
        try:
            return decide(documents, request).allowed
        except MalformedPolicy:
            return False

    def _on_resource(self, one: Asked) -> tuple[PolicyDocument, ...]:
        """The policy of the bucket that the call is about, or the trust of the role."""
        if one.action == "sts:AssumeRole":
            return self._trust(one.resource)
        if not one.resource.startswith("arn:aws:s3:::"):
            return ()
        name = one.resource.removeprefix("arn:aws:s3:::").partition("/")[0]
        bucket = backends_of("s3")[self._account_id]["aws"].buckets.get(name)
        text = getattr(bucket, "policy", None)
        if not text:
            return ()
        return (PolicyDocument(name, Source.BUCKET, _text(text), name),)

    def _trust(self, arn: str) -> tuple[PolicyDocument, ...]:
        """Whom the role trusts: one it names itself needs no policy of its own.

        IAM guide, "Cross account resource access": in one account either is enough.
        """
        roles = backends_of("iam")[self._account_id]["aws"].roles.values()
        role = next((one for one in roles if one.arn == arn), None)
        if role is None:
            return ()
        document = json.loads(role.assume_role_policy_document)
        said = document.get("Statement", ())
        for statement in [said] if isinstance(said, dict) else said:
            statement["Resource"] = ANYTHING
        return (PolicyDocument(role.name, Source.BUCKET, json.dumps(document), role.name),)


def _text(policy: bytes | str) -> str:
    return policy.decode() if isinstance(policy, bytes) else policy


def _refused(principal: Principal, one: Asked, *, json: bool) -> AwsError:
    """IAM guide, "Troubleshoot access denied error messages"."""
    where = "" if one.resource == ANYTHING else f" on resource: {one.resource}"
    text = (
        f"User: {principal.arn} is not authorized to perform: {one.action}{where}"
        f" because no identity-based policy allows the {one.action} action"
    )
    return AwsError(Code.ACCESS_DENIED_EXCEPTION if json else "AccessDenied", text, 403)
