"""SES API v2: the account in one Region."""

from collections.abc import Mapping

from sendas_lab.aws.calls import Context, Handler, Parameters
from sendas_lab.aws.errors import AwsError, Code
from sendas_lab.ses.region_state import Shape


_PLANS = frozenset({"NONE", "ESSENTIALS", "PRO", "ENTERPRISE"})
_REASONS = frozenset({"BOUNCE", "COMPLAINT"})


def _get(context: Context, _given: Parameters) -> Shape:
    account = context.state.account
    suppression: Shape = {"SuppressedReasons": list(account.suppressed_reasons)}
    if account.validation:
        suppression["ValidationAttributes"] = account.validation
    shape: Shape = {
        "DedicatedIpAutoWarmupEnabled": account.warmup,
        "EnforcementStatus": account.enforcement,
        "ProductionAccessEnabled": account.production,
        "SendQuota": {
            "Max24HourSend": account.max_24_hour,
            "MaxSendRate": account.max_rate,
            "SentLast24Hours": float(context.state.sent_last_24_hours(context.now)),
        },
        "SendingEnabled": account.sending_enabled,
        "SuppressionAttributes": suppression,
        "VdmAttributes": account.vdm,
        "PricingAttributes": {"CurrentPlan": account.plan},
    }
    if account.next_plan:
        shape["PricingAttributes"]["NextPlan"] = account.next_plan
    if account.details is not None:
        shape["Details"] = account.details
    return shape


def _put_details(context: Context, given: Parameters) -> Shape:
    account = context.state.account
    review = (account.details or {}).get("ReviewDetails", {})
    if review.get("Status") == "PENDING":
        # FACTS 11: ConflictException while under review.
        raise AwsError(Code.CONFLICT_EXCEPTION, "Account details are already under review.", 409)
    for name in ("MailType", "WebsiteURL"):
        if not given.get(name):
            raise AwsError(Code.BAD_REQUEST_EXCEPTION, f"{name} is required.", 400)
    details = {
        name: given[name]
        for name in (
            "MailType",
            "WebsiteURL",
            "ContactLanguage",
            "UseCaseDescription",
            "AdditionalContactEmailAddresses",
        )
        if name in given
    }
    if given.get("ProductionAccessEnabled") and not account.production:
        details["ReviewDetails"] = {"Status": "PENDING", "CaseId": "lab-1"}
    elif review:
        details["ReviewDetails"] = review
    account.details = details
    return {}


def _put_sending(context: Context, given: Parameters) -> Shape:
    context.state.account.sending_enabled = bool(given.get("SendingEnabled", False))
    return {}


def _put_suppression(context: Context, given: Parameters) -> Shape:
    reasons = tuple(given.get("SuppressedReasons", ()))
    if not _REASONS.issuperset(reasons):
        raise AwsError(Code.BAD_REQUEST_EXCEPTION, "Unknown suppression reason.", 400)
    context.state.account.suppressed_reasons = reasons
    context.state.account.validation = given.get("ValidationAttributes")
    return {}


def _put_warmup(context: Context, given: Parameters) -> Shape:
    context.state.account.warmup = bool(given.get("AutoWarmupEnabled", False))
    return {}


def _put_vdm(context: Context, given: Parameters) -> Shape:
    context.state.account.vdm = dict(given["VdmAttributes"])
    return {}


def _put_pricing(context: Context, given: Parameters) -> Shape:
    plan = given.get("Plan") or given.get("PricingPlan") or ""
    if plan not in _PLANS:
        raise AwsError(Code.BAD_REQUEST_EXCEPTION, f"Unknown pricing plan {plan}.", 400)
    context.state.account.next_plan = plan
    return {}


HANDLERS: Mapping[str, Handler] = {
    "GetAccount": _get,
    "PutAccountDetails": _put_details,
    "PutAccountSendingAttributes": _put_sending,
    "PutAccountSuppressionAttributes": _put_suppression,
    "PutAccountDedicatedIpWarmupAttributes": _put_warmup,
    "PutAccountVdmAttributes": _put_vdm,
    "PutAccountPricingAttributes": _put_pricing,
}
