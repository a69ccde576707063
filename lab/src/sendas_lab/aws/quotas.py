"""Service Quotas: what it knows of SES.

Source: API reference of Service Quotas; codes and names of SES's two quotas from public
Terraform modules and AWS's own tables ("Sending quota", "Sending rate"); a request that is
still open is ResourceAlreadyExistsException, by public reports.  Quotas of other services
are not modelled.
"""

import json
import uuid

from collections.abc import Mapping

from sendas_lab.aws.answers import not_modelled
from sendas_lab.aws.calls import Context, Handler, Parameters
from sendas_lab.aws.errors import AwsError
from sendas_lab.ses.region_state import Account, Shape


_SERVICE, _SES = "service-quotas", "ses"
_QUOTA, _RATE = "L-804C8AE8", "L-CDEF9B6B"
_NAMES = {_QUOTA: "Sending quota", _RATE: "Sending rate"}
_DEFAULTS = {_QUOTA: 200.0, _RATE: 1.0}
"""FACTS 6: of an account in the sandbox."""


def _ours(given: Parameters, operation: str) -> None:
    if given["ServiceCode"] != _SES:
        what = f"{operation} of {given['ServiceCode']}"
        raise not_modelled(_SERVICE, what)


def _value(account: Account, code: str) -> float:
    return account.max_24_hour if code == _QUOTA else account.max_rate


def _about(context: Context, code: str, value: float, *, arn_of_account: bool) -> Shape:
    whose = context.ses.account_id if arn_of_account else ""
    return {
        "ServiceCode": _SES,
        "ServiceName": "Amazon Simple Email Service (Amazon SES)",
        "QuotaArn": f"arn:aws:servicequotas:{context.region}:{whose}:ses/{code}",
        "QuotaCode": code,
        "QuotaName": _NAMES[code],
        "Value": value,
        "Unit": "None",
        "Adjustable": True,
        "GlobalQuota": False,
    }


def _known(given: Parameters) -> str:
    code = str(given["QuotaCode"])
    if code not in _NAMES:
        name = "NoSuchResourceException"
        raise AwsError(name, "The request failed because the specified quota does not exist.", 400)
    return code


def _get(context: Context, given: Parameters) -> Shape:
    _ours(given, "GetServiceQuota")
    code = _known(given)
    value = _value(context.state.account, code)
    return {"Quota": _about(context, code, value, arn_of_account=True)}


def _get_default(context: Context, given: Parameters) -> Shape:
    _ours(given, "GetAWSDefaultServiceQuota")
    code = _known(given)
    return {"Quota": _about(context, code, _DEFAULTS[code], arn_of_account=False)}


def _list(context: Context, given: Parameters) -> Shape:
    _ours(given, "ListServiceQuotas")
    account = context.state.account
    return {
        "Quotas": [
            _about(context, code, _value(account, code), arn_of_account=True) for code in _NAMES
        ]
    }


def _list_defaults(context: Context, given: Parameters) -> Shape:
    _ours(given, "ListAWSDefaultServiceQuotas")
    return {
        "Quotas": [
            _about(context, code, value, arn_of_account=False) for code, value in _DEFAULTS.items()
        ]
    }


def _request(context: Context, given: Parameters) -> Shape:
    _ours(given, "RequestServiceQuotaIncrease")
    code, wanted = _known(given), float(given["DesiredValue"])
    account = context.state.account
    if wanted <= _value(account, code):
        name = "IllegalArgumentException"
        raise AwsError(name, "The desired value must be above the current quota value.", 400)
    if any(one["QuotaCode"] == code for one in account.quota_requests):
        name = "ResourceAlreadyExistsException"
        raise AwsError(name, "A request for this quota is still open.", 400)
    about = _about(context, code, wanted, arn_of_account=True)
    asked: Shape = {
        "Id": uuid.uuid4().hex,
        **{name: about[name] for name in _OF_A_REQUEST},
        "DesiredValue": wanted,
        "Status": "PENDING",
        "Created": context.now,
        "LastUpdated": context.now,
        "Requester": json.dumps(
            {"accountId": context.ses.account_id, "callerArn": context.principal.arn}
        ),
    }
    account.quota_requests.append(asked)
    return {"RequestedQuota": asked}


_OF_A_REQUEST = (
    "ServiceCode", "ServiceName", "QuotaCode", "QuotaName", "QuotaArn", "GlobalQuota", "Unit",
)  # fmt: skip


def _requests(context: Context, given: Parameters) -> Shape:
    if given.get("ServiceCode", _SES) != _SES:
        return {"RequestedQuotas": []}
    return {"RequestedQuotas": list(context.state.account.quota_requests)}


HANDLERS: Mapping[str, Handler] = {
    "GetServiceQuota": _get,
    "GetAWSDefaultServiceQuota": _get_default,
    "ListServiceQuotas": _list,
    "ListAWSDefaultServiceQuotas": _list_defaults,
    "RequestServiceQuotaIncrease": _request,
    "ListRequestedServiceQuotaChangeHistory": _requests,
}
