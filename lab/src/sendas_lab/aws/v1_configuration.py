"""SES API v1: configuration sets in its older words, over the same state as v2."""

from collections.abc import Mapping

from sendas_lab.aws.calls import Context, Handler, Parameters, page
from sendas_lab.aws.errors import AwsError, Code
from sendas_lab.aws.v1_identities import invalid
from sendas_lab.aws.v2_configuration import MAX_DESTINATIONS, NAME, ONE_TARGET, announce
from sendas_lab.ses.region_state import ConfigurationSet, Shape


MAX_PAGE = 1000
_EVENTS = {
    "send": "SEND", "reject": "REJECT", "bounce": "BOUNCE", "complaint": "COMPLAINT",
    "delivery": "DELIVERY", "open": "OPEN", "click": "CLICK",
    "renderingFailure": "RENDERING_FAILURE",
}  # fmt: skip
_V1_EVENTS = {v2: v1 for v1, v2 in _EVENTS.items()}


def _found(context: Context, name: str) -> ConfigurationSet:
    found = context.state.configuration_sets.get(name)
    if found is None:
        text = f"Configuration set <{name}> does not exist."
        raise AwsError(Code.CONFIGURATION_SET_DOES_NOT_EXIST, text, 400)
    return found


def _create(context: Context, given: Parameters) -> Shape:
    name = given.get("ConfigurationSet", {}).get("Name", "")
    if not NAME.fullmatch(name):
        text = f"Invalid configuration set name <{name}>."
        raise AwsError(Code.INVALID_CONFIGURATION_SET, text, 400)
    if name in context.state.configuration_sets:
        text = f"Configuration set <{name}> already exists."
        raise AwsError(Code.CONFIGURATION_SET_ALREADY_EXISTS, text, 400)
    context.state.configuration_sets[name] = ConfigurationSet(name)
    return {}


def _describe(context: Context, given: Parameters) -> Shape:
    found = _found(context, given["ConfigurationSetName"])
    wanted = set(given.get("ConfigurationSetAttributeNames", ()))
    shape: Shape = {"ConfigurationSet": {"Name": found.name}}
    if "eventDestinations" in wanted:
        shape["EventDestinations"] = [_v1(d) for d in found.destinations.values()]
    if "trackingOptions" in wanted and "TrackingOptions" in found.options:
        domain = found.options["TrackingOptions"].get("CustomRedirectDomain")
        shape["TrackingOptions"] = {"CustomRedirectDomain": domain}
    if "deliveryOptions" in wanted:
        policy = found.options.get("DeliveryOptions", {}).get("TlsPolicy", "OPTIONAL")
        shape["DeliveryOptions"] = {"TlsPolicy": policy.capitalize()}
    if "reputationOptions" in wanted:
        metrics = found.options.get("ReputationOptions", {})
        shape["ReputationOptions"] = {
            "SendingEnabled": found.sending_enabled,
            "ReputationMetricsEnabled": metrics.get("ReputationMetricsEnabled", False),
        }
    return shape


def _v1(destination: Shape) -> Shape:
    shape: Shape = {
        "Name": destination["Name"],
        "Enabled": destination["Enabled"],
        "MatchingEventTypes": [
            # Recorded: in order of their names, whatever order was given.
            *sorted(_V1_EVENTS[e] for e in destination["MatchingEventTypes"] if e in _V1_EVENTS)
        ],
    }
    if "SnsDestination" in destination:
        shape["SNSDestination"] = {"TopicARN": destination["SnsDestination"]["TopicArn"]}
    if "CloudWatchDestination" in destination:
        shape["CloudWatchDestination"] = destination["CloudWatchDestination"]
    if "KinesisFirehoseDestination" in destination:
        theirs = destination["KinesisFirehoseDestination"]
        shape["KinesisFirehoseDestination"] = {
            "IAMRoleARN": theirs["IamRoleArn"],
            "DeliveryStreamARN": theirs["DeliveryStreamArn"],
        }
    return shape


def _v2(context: Context, given: Mapping[str, object]) -> Shape:
    shape: Shape = dict(given)
    kinds = ("SNSDestination", "CloudWatchDestination", "KinesisFirehoseDestination")
    if sum(bool(shape.get(kind)) for kind in kinds) != 1:
        # API reference, EventDestination: "you must provide one, and only one, destination".
        raise invalid(ONE_TARGET)
    made: Shape = {
        "Name": shape["Name"],
        "Enabled": bool(shape.get("Enabled", False)),
        "MatchingEventTypes": [_event(e) for e in shape.get("MatchingEventTypes", ())],
    }
    if "SNSDestination" in shape:
        topic = shape["SNSDestination"]["TopicARN"]
        if not context.ses.sns.exists(topic):
            raise AwsError(Code.INVALID_SNS_DESTINATION, f"SNS topic <{topic}> not found.", 400)
        made["SnsDestination"] = {"TopicArn": topic}
    if "CloudWatchDestination" in shape:
        dimensions = shape["CloudWatchDestination"]["DimensionConfigurations"]
        made["CloudWatchDestination"] = {"DimensionConfigurations": dimensions}
    if "KinesisFirehoseDestination" in shape:
        theirs = shape["KinesisFirehoseDestination"]
        made["KinesisFirehoseDestination"] = {
            "IamRoleArn": theirs["IAMRoleARN"],
            "DeliveryStreamArn": theirs["DeliveryStreamARN"],
        }
    return made


def _event(name: str) -> str:
    if name not in _EVENTS:
        text = f"Unknown event type {name}."
        raise invalid(text)
    return _EVENTS[name]


def _list(context: Context, given: Parameters) -> Shape:
    items: list[Shape] = [{"Name": name} for name in context.state.configuration_sets]
    shown, more = page(
        items,
        given.get("NextToken"),
        given.get("MaxItems"),
        most=MAX_PAGE,
        error=invalid("Invalid NextToken."),
    )
    return {"ConfigurationSets": shown} | ({"NextToken": more} if more else {})


def _delete(context: Context, given: Parameters) -> Shape:
    del context.state.configuration_sets[_found(context, given["ConfigurationSetName"]).name]
    return {}


def _create_destination(context: Context, given: Parameters) -> Shape:
    found = _found(context, given["ConfigurationSetName"])
    made = _v2(context, given["EventDestination"])
    if made["Name"] in found.destinations:
        text = f"Event destination <{made['Name']}> already exists."
        raise AwsError(Code.EVENT_DESTINATION_ALREADY_EXISTS, text, 400)
    if len(found.destinations) >= MAX_DESTINATIONS:
        raise AwsError(Code.LIMIT_EXCEEDED, "Too many event destinations.", 400)
    found.destinations[made["Name"]] = made
    announce(context, made)
    return {}


def _update_destination(context: Context, given: Parameters) -> Shape:
    found = _found(context, given["ConfigurationSetName"])
    _known(found, given["EventDestination"]["Name"])
    made = _v2(context, given["EventDestination"])
    found.destinations[made["Name"]] = made
    announce(context, made)
    return {}


def _known(found: ConfigurationSet, name: str) -> None:
    if name not in found.destinations:
        text = f"No EventDestination found for {found.name}"
        raise AwsError(Code.EVENT_DESTINATION_DOES_NOT_EXIST, text, 400)


def _delete_destination(context: Context, given: Parameters) -> Shape:
    found = _found(context, given["ConfigurationSetName"])
    _known(found, given["EventDestinationName"])
    del found.destinations[given["EventDestinationName"]]
    return {}


def _put_delivery(context: Context, given: Parameters) -> Shape:
    policy = given.get("DeliveryOptions", {}).get("TlsPolicy", "Optional")
    found = _found(context, given["ConfigurationSetName"])
    found.options["DeliveryOptions"] = {"TlsPolicy": policy.upper()}
    return {}


def _set_sending(context: Context, given: Parameters) -> Shape:
    found = _found(context, given["ConfigurationSetName"])
    found.options["SendingOptions"] = {"SendingEnabled": bool(given["Enabled"])}
    return {}


def _set_metrics(context: Context, given: Parameters) -> Shape:
    found = _found(context, given["ConfigurationSetName"])
    found.options["ReputationOptions"] = {"ReputationMetricsEnabled": bool(given["Enabled"])}
    return {}


HANDLERS: Mapping[str, Handler] = {
    "CreateConfigurationSet": _create,
    "DescribeConfigurationSet": _describe,
    "ListConfigurationSets": _list,
    "DeleteConfigurationSet": _delete,
    "CreateConfigurationSetEventDestination": _create_destination,
    "UpdateConfigurationSetEventDestination": _update_destination,
    "DeleteConfigurationSetEventDestination": _delete_destination,
    "PutConfigurationSetDeliveryOptions": _put_delivery,
    "UpdateConfigurationSetSendingEnabled": _set_sending,
    "UpdateConfigurationSetReputationMetricsEnabled": _set_metrics,
}
