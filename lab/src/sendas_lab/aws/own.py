"""The services the lab answers itself: SES, CloudFormation, quotas, some of IAM and CloudTrail."""

from collections.abc import Mapping
from dataclasses import replace

from sendas_lab.aws import (
    iam_calls,
    model_checks,
    quotas,
    record_checks,
    templates,
    v1_account,
    v1_configuration,
    v1_identities,
    v1_receipt,
    v1_sending,
    v2_account,
    v2_configuration,
    v2_identities,
    v2_import,
    v2_insights,
    v2_sending,
    v2_suppression,
    v2_tags,
)
from sendas_lab.aws.answers import not_modelled
from sendas_lab.aws.calls import Context, Handler, Parameters
from sendas_lab.aws.errors import AwsError, Code, Rendered
from sendas_lab.aws.faults import Target, access_denied
from sendas_lab.aws.front import Caller
from sendas_lab.aws.lambda_calls import LambdaCalls
from sendas_lab.aws.service import Call
from sendas_lab.aws.stacks import Stacks
from sendas_lab.aws.trail import Trail
from sendas_lab.aws.watching import Watch
from sendas_lab.ses.authorization import allowed, call_context
from sendas_lab.ses.service import Ses


_V1: Mapping[str, Handler] = {
    **v1_account.HANDLERS,
    **v1_configuration.HANDLERS,
    **v1_identities.HANDLERS,
    **v1_receipt.HANDLERS,
    **v1_sending.HANDLERS,
    **templates.V1_HANDLERS,
}
_V2: Mapping[str, Handler] = {
    **v2_account.HANDLERS,
    **v2_configuration.HANDLERS,
    **v2_identities.HANDLERS,
    **v2_import.HANDLERS,
    **v2_insights.HANDLERS,
    **v2_sending.HANDLERS,
    **v2_suppression.HANDLERS,
    **v2_tags.HANDLERS,
    **templates.V2_HANDLERS,
}
_HANDLERS: Mapping[str, Mapping[str, Handler]] = {
    "ses": _V1,
    "sesv2": _V2,
    "iam": iam_calls.HANDLERS,
    "service-quotas": quotas.HANDLERS,
}
_DECIDED_AT_THE_SEND = frozenset(
    {
        "SendEmail", "SendRawEmail", "SendBounce", "SendTemplatedEmail", "SendBulkTemplatedEmail",
        "SendBulkEmail",
    }
)  # fmt: skip
"""Their resources and condition keys are in the message: `Ses.submit` asks IAM."""


class OwnServices:
    """What stands in front of moto."""

    def __init__(
        self, ses: Ses, stacks: Stacks, trail: Trail, functions: LambdaCalls, watch: Watch
    ) -> None:
        self._ses = ses
        self._watch = watch
        self._stacks = stacks
        self._trail = trail
        self._functions = functions

    def take_unsigned(self, path: str, body: bytes) -> bool:
        """Take the answer of a custom resource's function."""
        return self._stacks.take_response(path, body)

    def answers(self, call: Call) -> bool:
        """SES and CloudFormation are ours whole; of IAM only what moto lacks.

        Raises:
            AwsError: Route 53 would refuse a record set that moto takes.
        """
        if call.service in {"ses", "sesv2", "cloudformation", "service-quotas"}:
            return True
        if call.service == "route53":
            if call.operation == "ChangeResourceRecordSets":
                record_checks.refuse(self._ses.account_id, call.parameters)
            return False
        if call.service == "cloudtrail":
            return call.operation == "LookupEvents"
        if call.service == "lambda":
            return self._functions.answers(call)
        if call.service == "cloudwatch":
            return self._watch.answers(call)
        return iam_calls.is_ours(call.operation, call.parameters)

    def answer(self, call: Call, caller: Caller) -> Mapping[str, object] | Rendered:
        """Do the call.

        Raises:
            AwsError: Not modelled, not allowed, or refused by the service.
        """
        if call.service == "cloudformation":
            self._authorize(call, self._context(caller))
            model_checks.check(call)
            return self._stacks.answer(call, caller.principal, caller.region)
        if call.service == "cloudtrail":
            return self._trail.look_up(caller.region, call.parameters)
        if call.service == "lambda":
            model_checks.check(call)
            return self._functions.answer(call, caller.region)
        if call.service == "cloudwatch":
            model_checks.check(call)
            return self._watch.answer(call, caller.region)
        handler = _HANDLERS[call.service].get(call.operation)
        if handler is None:
            raise not_modelled(call.service, call.operation)
        context = self._context(caller)
        if call.service in {"ses", "sesv2"}:
            self._authorize(call, context)
        model_checks.check(call)
        try:
            with self._ses.lock:
                return handler(context, call.parameters)
        except KeyError as error:
            # SDKs check what is required before they send; other clients do not.
            v1 = call.service == "ses"
            code = Code.INVALID_PARAMETER_VALUE if v1 else Code.BAD_REQUEST_EXCEPTION
            raise AwsError(code, f"Missing required parameter {error}", 400) from error

    def _context(self, caller: Caller) -> Context:
        return Context(
            self._ses,
            caller.region,
            caller.principal,
            caller.source_ip,
            caller.user_agent,
            secure=True,
        )

    def _authorize(self, call: Call, context: Context) -> None:
        if call.operation in _DECIDED_AT_THE_SEND:
            return
        target = Target(
            call.service,
            call.operation,
            context.region,
            context.principal.arn,
            json=call.service == "sesv2",
        )
        about = call_context(
            context.source_ip, context.user_agent, context.now, secure=context.secure
        )
        resource = _resource(call, context)
        if not allowed(self._ses.iam, context.principal, target.action, resource, about):
            raise access_denied(target)
        role = call.parameters.get("RoleARN") if call.service == "cloudformation" else None
        if role:  # CloudFormation guide, "Service role": who hands one over must be allowed to
            passed = {**about, "iam:PassedToService": ("cloudformation.amazonaws.com",)}
            if not allowed(self._ses.iam, context.principal, "iam:PassRole", role, passed):
                raise access_denied(replace(target, service="iam", operation="PassRole"))


def _resource(call: Call, context: Context) -> str:
    """What the call is about: API v1 knows no resources but in sends."""
    given: Parameters = call.parameters
    if call.service == "cloudformation":
        name = str(given.get("StackName") or "")
        if not name or name.startswith("arn:"):
            return name or "*"
        account = context.ses.account_id
        return f"arn:aws:cloudformation:{context.region}:{account}:stack/{name}/*"
    if call.service == "sesv2":
        if "ResourceArn" in given:
            return str(given["ResourceArn"])
        if "EmailIdentity" in given:
            return context.arn("identity", given["EmailIdentity"])
        if "ConfigurationSetName" in given and call.operation != "ListConfigurationSets":
            return context.arn("configuration-set", given["ConfigurationSetName"])
    return "*"
