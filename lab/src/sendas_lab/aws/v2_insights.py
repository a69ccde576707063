"""SES API v2, Virtual Deliverability Manager: what became of a mail, counts, recommendations.

Source: API reference, GetMessageInsights, BatchGetMetricData, ListRecommendations; FACTS 11
and 14: all need VDM, which every plan but NONE has queries of.  What is refused without
it, that counts are by day, and the words of recommendations are inferred.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sendas.dns.answers import Question, Records, RecordType
from sendas_lab.aws.calls import Context, Handler, Parameters, page
from sendas_lab.aws.errors import AwsError, Code
from sendas_lab.ses.events import readable, tags_of
from sendas_lab.ses.region_state import Identity, Shape, Status


_MAX_PAGE = 100
_GMAIL = frozenset({"gmail.com", "googlemail.com"})
_COUNTED = {
    "SEND": ("SEND", None),
    "DELIVERY": ("DELIVERY", None),
    "COMPLAINT": ("COMPLAINT", None),
    "DELIVERY_COMPLAINT": ("COMPLAINT", None),
    "PERMANENT_BOUNCE": ("BOUNCE", "PERMANENT"),
    "TRANSIENT_BOUNCE": ("BOUNCE", "TRANSIENT"),
}
"""Event and bounce type by metric; opens and clicks are not tracked in the lab, and so none."""


def _need_vdm(context: Context) -> None:
    account = context.state.account
    if account.plan == "NONE" and account.vdm.get("VdmEnabled") != "ENABLED":
        text = "Virtual Deliverability Manager is not enabled for this account."
        raise AwsError(Code.BAD_REQUEST_EXCEPTION, text, 400)


def _insights(context: Context, given: Parameters) -> Shape:
    _need_vdm(context)
    message_id = given["MessageId"]
    sent = next((s for s in context.ses.sent(context.region) if s.message_id == message_id), None)
    if sent is None:
        text = f"Message {message_id} does not exist."
        raise AwsError(Code.NOT_FOUND_EXCEPTION, text, 404)
    told = context.state.told.get(message_id, ())
    shape: Shape = {
        "MessageId": message_id,
        "FromEmailAddress": sent.source,
        "EmailTags": [
            {"Name": name, "Value": value}
            for name, values in tags_of(sent, went_out=True).items()
            for value in values
        ],
        "Insights": [],
    }
    subject = readable(sent.header.get("Subject") or "")
    if subject:
        shape["Subject"] = subject
    for address in sent.destinations:
        events = [
            {"Timestamp": one.at, "Type": one.kind}
            | ({"Details": one.details} if one.details else {})
            for one in told
            if one.address.lower() == address.lower()
        ]
        insight: Shape = {"Destination": address, "Events": events}
        if _provider(address):
            insight["Isp"] = _provider(address)
        shape["Insights"].append(insight)
    return shape


def _provider(address: str) -> str | None:
    return "Gmail" if address.rpartition("@")[2].lower() in _GMAIL else None


def _metrics(context: Context, given: Parameters) -> Shape:
    _need_vdm(context)
    results = []
    for query in given["Queries"]:
        days = _days(_utc(query["StartDate"]), _utc(query["EndDate"]))
        counted = _count(context, query)
        results.append(
            {
                "Id": query["Id"],
                "Timestamps": [datetime(d.year, d.month, d.day, tzinfo=UTC) for d in days],
                "Values": [counted[day] for day in days],
            }
        )
    return {"Results": results, "Errors": []}


def _utc(at: datetime) -> datetime:
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _days(start: datetime, end: datetime) -> list[date]:
    if end < start:
        text = "EndDate must not be before StartDate."
        raise AwsError(Code.BAD_REQUEST_EXCEPTION, text, 400)
    count = (end.date() - start.date()).days + 1
    return [start.date() + timedelta(days=n) for n in range(count)]


def _count(context: Context, query: Mapping[str, Any]) -> Counter[date]:
    """How many recipients it happened to, by day."""
    wanted, bounce = _COUNTED.get(query["Metric"], (None, None))
    asked = query.get("Dimensions") or {}
    found: Counter[date] = Counter()
    for sent in context.ses.sent(context.region):
        about = {"EMAIL_IDENTITY": sent.identity, "CONFIGURATION_SET": sent.configuration_set}
        if any(about[name] != value for name, value in asked.items() if name in about):
            continue
        for one in context.state.told.get(sent.message_id, ()):
            kind = (one.details or {}).get("Bounce", {}).get("BounceType")
            if one.kind != wanted or (bounce and kind != bounce):
                continue
            if "ISP" in asked and _provider(one.address) != asked["ISP"]:
                continue
            found[one.at.date()] += 1
    return found


def _recommendations(context: Context, given: Parameters) -> Shape:
    _need_vdm(context)
    asked = given.get("Filter") or {}
    names = {
        "TYPE": "Type",
        "IMPACT": "Impact",
        "STATUS": "Status",
        "RESOURCE_ARN": "ResourceArn",
    }
    items = [
        one
        for identity in context.state.identities.values()
        if not identity.is_address
        for one in _advice(context, context.checked(identity))
        if all(one[names[name]] == value for name, value in asked.items())
    ]
    wrong = AwsError(Code.BAD_REQUEST_EXCEPTION, "Invalid NextToken.", 400)
    shown, more = page(
        items, given.get("NextToken"), given.get("PageSize"), most=_MAX_PAGE, error=wrong
    )
    return {"Recommendations": shown} | ({"NextToken": more} if more else {})


def _advice(context: Context, identity: Identity) -> Iterator[Shape]:
    """SES guide, "Virtual Deliverability Manager advisor": records that lack or are wrong."""

    def one(kind: str, impact: str, text: str) -> Shape:
        return {
            "ResourceArn": context.arn("identity", identity.name),
            "Type": kind,
            "Description": text,
            "Status": "OPEN",
            "CreatedTimestamp": identity.created,
            "LastUpdatedTimestamp": context.now,
            "Impact": impact,
        }

    if identity.dkim.checked.status is not Status.SUCCESS:
        yield one("DKIM", "HIGH", "DKIM verification is not enabled")
    if not _says(context, f"_dmarc.{identity.name}", "v=DMARC1"):
        yield one("DMARC", "HIGH", "DMARC configuration was not found")
    custom = identity.mail_from.domain if identity.mail_from else None
    if custom and not _says(context, custom, "v=spf1"):
        yield one("SPF", "HIGH", f"SPF record was not found for {custom}")


def _says(context: Context, name: str, start: str) -> bool:
    answer = context.ses.resolve(Question(name, RecordType.TXT))
    return isinstance(answer, Records) and any(v.startswith(start) for v in answer.values)


HANDLERS: Mapping[str, Handler] = {
    "GetMessageInsights": _insights,
    "BatchGetMetricData": _metrics,
    "ListRecommendations": _recommendations,
}
