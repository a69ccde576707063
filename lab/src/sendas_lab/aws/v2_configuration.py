"""SES API v2: configuration sets and their event destinations."""

import re

from collections.abc import Mapping

from sendas_lab.aws.calls import Context, Handler, Parameters, page
from sendas_lab.aws.errors import AwsError, Code
from sendas_lab.ses.region_state import ConfigurationSet, Shape


MAX_PAGE = 1000
MAX_DESTINATIONS = 10
"""FACTS 6: event destinations per configuration set."""
NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
ONE_TARGET = "You must provide one, and only one, destination."
_TARGETS = (
    "SnsDestination", "CloudWatchDestination", "KinesisFirehoseDestination",
    "EventBridgeDestination", "PinpointDestination",
)  # fmt: skip
_POOLS = frozenset({"ses-shared-pool", "ses-default-dedicated-pool"})
_OPTIONS = (
    "TrackingOptions", "DeliveryOptions", "ReputationOptions", "SendingOptions",
    "SuppressionOptions", "VdmOptions", "ArchivingOptions", "MessageSecurityOptions",
)  # fmt: skip


def announce(context: Context, destination: Shape) -> None:
    """Recorded: SES tries the topic of a new destination at once, by a text."""
    topic = destination.get("SnsDestination", {}).get("TopicArn")
    if topic:
        context.ses.sns.publish(topic, VALIDATED, "")


VALIDATED = "Successfully validated SNS topic for Amazon SES event publishing."


def _bad(message: str) -> AwsError:
    return AwsError(Code.BAD_REQUEST_EXCEPTION, message, 400)


def _found(context: Context, given: Parameters) -> ConfigurationSet:
    name = given["ConfigurationSetName"]
    found = context.state.configuration_sets.get(name)
    if found is None:
        text = f"Configuration set <{name}> does not exist."
        raise AwsError(Code.NOT_FOUND_EXCEPTION, text, 404)
    return found


def _create(context: Context, given: Parameters) -> Shape:
    name = given.get("ConfigurationSetName", "")
    if not NAME.fullmatch(name):
        text = f"Invalid configuration set name <{name}>: only ASCII letters, digits, _ and -."
        raise _bad(text)
    if name in context.state.configuration_sets:
        text = f"Configuration set {name} already exists."
        raise AwsError(Code.ALREADY_EXISTS_EXCEPTION, text, 400)
    options = {key: dict(given[key]) for key in _OPTIONS if key in given}
    _check_pool(options.get("DeliveryOptions", {}))
    made = ConfigurationSet(name, options, tags=list(given.get("Tags", ())))
    context.state.configuration_sets[name] = made
    return {}


def _check_pool(options: Mapping[str, object]) -> None:
    """The lab's account has no dedicated IP addresses, and so no pools of its own."""
    pool = options.get("SendingPoolName")
    if pool and pool not in _POOLS:
        text = f"Dedicated IP pool {pool} does not exist."
        raise AwsError(Code.NOT_FOUND_EXCEPTION, text, 404)


def _get(context: Context, given: Parameters) -> Shape:
    found = _found(context, given)
    shape: Shape = {
        "ConfigurationSetName": found.name,
        "SendingOptions": {"SendingEnabled": True},
        "DeliveryOptions": {"TlsPolicy": "OPTIONAL"},
        "ReputationOptions": {"ReputationMetricsEnabled": False},
        "Tags": list(found.tags),
    }
    for key, value in found.options.items():
        shape[key] = shape.get(key, {}) | value
    return shape


def _list(context: Context, given: Parameters) -> Shape:
    names = [{"name": name} for name in context.state.configuration_sets]
    wrong = AwsError(Code.INVALID_NEXT_TOKEN_EXCEPTION, "Invalid NextToken.", 400)
    shown, more = page(
        names, given.get("NextToken"), given.get("PageSize"), most=MAX_PAGE, error=wrong
    )
    result: Shape = {"ConfigurationSets": [item["name"] for item in shown]}
    return result | ({"NextToken": more} if more else {})


def _delete(context: Context, given: Parameters) -> Shape:
    del context.state.configuration_sets[_found(context, given).name]
    return {}


def _put(key: str) -> Handler:
    """A call that puts one of the option structures; what it leaves out is unset."""

    def handler(context: Context, given: Parameters) -> Shape:
        found = _found(context, given)
        values = {name: v for name, v in given.items() if name != "ConfigurationSetName"}
        if key == "DeliveryOptions":
            _check_pool(values)
        if key == "VdmOptions":
            values = dict(values.get(key, {}))
        if key == "SendingOptions":
            values = {"SendingEnabled": bool(given.get("SendingEnabled", False))}
        if key == "SuppressionOptions" and "SuppressedReasons" not in values:
            # API reference: without reasons the account's apply again.
            found.options.pop(key, None)
            return {}
        found.options[key] = values
        return {}

    return handler


def _create_destination(context: Context, given: Parameters) -> Shape:
    found = _found(context, given)
    name = given.get("EventDestinationName", "")
    if name in found.destinations:
        text = f"Event destination {name} already exists."
        raise AwsError(Code.ALREADY_EXISTS_EXCEPTION, text, 400)
    if len(found.destinations) >= MAX_DESTINATIONS:
        raise AwsError(Code.LIMIT_EXCEEDED_EXCEPTION, "Too many event destinations.", 400)
    found.destinations[name] = _destination(context, name, given["EventDestination"])
    announce(context, found.destinations[name])
    return {}


def _update_destination(context: Context, given: Parameters) -> Shape:
    found = _found(context, given)
    name = _known(found, given)
    found.destinations[name] = _destination(context, name, given["EventDestination"])
    announce(context, found.destinations[name])
    return {}


def _known(found: ConfigurationSet, given: Parameters) -> str:
    name: str = given["EventDestinationName"]
    if name not in found.destinations:
        text = f"Event destination {name} does not exist."
        raise AwsError(Code.NOT_FOUND_EXCEPTION, text, 404)
    return name


def _destination(context: Context, name: str, given: Mapping[str, object]) -> Shape:
    shape = dict(given)
    events = shape.get("MatchingEventTypes") or []
    if not isinstance(events, list) or not events:
        text = f"Invalid event types: {events}"
        raise _bad(text)
    if sum(bool(shape.get(kind)) for kind in _TARGETS) != 1:
        # API reference, EventDestinationDefinition: one target each.
        raise _bad(ONE_TARGET)
    sns = shape.get("SnsDestination")
    if isinstance(sns, dict) and not context.ses.sns.exists(str(sns.get("TopicArn"))):
        text = f"SNS topic <{sns.get('TopicArn')}> not found."
        raise _bad(text)
    return {"Name": name, "Enabled": bool(shape.pop("Enabled", False)), **shape}


def _get_destinations(context: Context, given: Parameters) -> Shape:
    return {"EventDestinations": list(_found(context, given).destinations.values())}


def _delete_destination(context: Context, given: Parameters) -> Shape:
    found = _found(context, given)
    del found.destinations[_known(found, given)]
    return {}


HANDLERS: Mapping[str, Handler] = {
    "CreateConfigurationSet": _create,
    "GetConfigurationSet": _get,
    "ListConfigurationSets": _list,
    "DeleteConfigurationSet": _delete,
    "PutConfigurationSetDeliveryOptions": _put("DeliveryOptions"),
    "PutConfigurationSetReputationOptions": _put("ReputationOptions"),
    "PutConfigurationSetSendingOptions": _put("SendingOptions"),
    "PutConfigurationSetSuppressionOptions": _put("SuppressionOptions"),
    "PutConfigurationSetTrackingOptions": _put("TrackingOptions"),
    "PutConfigurationSetVdmOptions": _put("VdmOptions"),
    "PutConfigurationSetArchivingOptions": _put("ArchivingOptions"),
    "CreateConfigurationSetEventDestination": _create_destination,
    "UpdateConfigurationSetEventDestination": _update_destination,
    "GetConfigurationSetEventDestinations": _get_destinations,
    "DeleteConfigurationSetEventDestination": _delete_destination,
}
