"""SES API v2: the account's suppression list in one Region."""

from collections.abc import Mapping
from datetime import UTC, datetime

from sendas_lab.aws.calls import Context, Handler, Parameters, page
from sendas_lab.aws.errors import AwsError, Code
from sendas_lab.ses.addresses import complaint_about
from sendas_lab.ses.region_state import Shape, Suppressed


MAX_PAGE = 1000
_REASONS = frozenset({"BOUNCE", "COMPLAINT"})


def _not_found(address: str) -> AwsError:
    text = f"Email address {address} does not exist on your suppression list."
    return AwsError(Code.NOT_FOUND_EXCEPTION, text, 404)


def _put(context: Context, given: Parameters) -> Shape:
    address, reason = given.get("EmailAddress", ""), given.get("Reason", "")
    if not context.state.account.production:
        # FACTS 13: fails in the sandbox.
        text = "Suppression list changes need production access; this account is in the sandbox."
        raise AwsError(Code.BAD_REQUEST_EXCEPTION, text, 400)
    if complaint_about(address) is not None or reason not in _REASONS:
        raise AwsError(
            Code.BAD_REQUEST_EXCEPTION, f"Invalid email address or reason: {address}", 400
        )
    entry = Suppressed(address.lower(), reason, context.now)
    context.state.suppressed[address.lower()] = entry
    return {}


def _get(context: Context, given: Parameters) -> Shape:
    address = given["EmailAddress"]
    entry = context.state.suppressed.get(address.lower())
    if entry is None:
        raise _not_found(address)
    shape = _summary(entry)
    attributes = {"MessageId": entry.message_id, "FeedbackId": entry.feedback_id}
    known = {name: value for name, value in attributes.items() if value}
    return {"SuppressedDestination": shape | ({"Attributes": known} if known else {})}


def _summary(entry: Suppressed) -> Shape:
    return {"EmailAddress": entry.address, "Reason": entry.reason, "LastUpdateTime": entry.since}


def _list(context: Context, given: Parameters) -> Shape:
    reasons = given.get("Reasons") or tuple(_REASONS)
    start, end = _utc(given.get("StartDate")), _utc(given.get("EndDate"))
    items = [
        _summary(entry)
        for entry in sorted(context.state.suppressed.values(), key=lambda e: e.address)
        if entry.reason in reasons
        and (start is None or entry.since >= start)
        and (end is None or entry.since <= end)
    ]
    wrong = AwsError(Code.INVALID_NEXT_TOKEN_EXCEPTION, "Invalid NextToken.", 400)
    shown, more = page(
        items, given.get("NextToken"), given.get("PageSize"), most=MAX_PAGE, error=wrong
    )
    return {"SuppressedDestinationSummaries": shown} | ({"NextToken": more} if more else {})


def _utc(moment: datetime | None) -> datetime | None:
    return moment.replace(tzinfo=UTC) if moment is not None and moment.tzinfo is None else moment


def _delete(context: Context, given: Parameters) -> Shape:
    address = given["EmailAddress"]
    if context.state.suppressed.pop(address.lower(), None) is None:
        raise _not_found(address)
    return {}


HANDLERS: Mapping[str, Handler] = {
    "PutSuppressedDestination": _put,
    "GetSuppressedDestination": _get,
    "ListSuppressedDestinations": _list,
    "DeleteSuppressedDestination": _delete,
}
