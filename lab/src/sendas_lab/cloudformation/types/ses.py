"""AWS::SES types.

Source: CloudFormation Template Reference, Amazon SES; FACTS 16.
"""

from sendas_lab.cloudformation.calls import Refused, gone
from sendas_lab.cloudformation.provider import Made, Properties, Provider, Work, picked, words
from sendas_lab.cloudformation.template import Value
from sendas_lab.cloudformation.types import ses_receiving as receiving


# Identity -------------------------------------------------------------------


def _tokens(name: str, tokens: list[str]) -> dict[str, Value]:
    """What feeds Route 53: three names and their values."""
    found: dict[str, Value] = {}
    for place, token in enumerate(tokens[:3], 1):
        found[f"DkimDNSTokenName{place}"] = f"{token}._domainkey.{name}"
        found[f"DkimDNSTokenValue{place}"] = f"{token}.dkim.amazonses.com"
    return found


def _identity_now(work: Work, name: str) -> Made:
    found = work.call("sesv2", "GetEmailIdentity", EmailIdentity=name)
    return Made(name, _tokens(name, found.get("DkimAttributes", {}).get("Tokens", [])))


def _create_identity(work: Work, properties: Properties) -> Made:
    name = properties["EmailIdentity"]
    given = {
        "EmailIdentity": name,
        **picked(properties, "Tags", "DkimSigningAttributes"),
        **picked(properties.get("ConfigurationSetAttributes", {}), "ConfigurationSetName"),
    }
    work.call("sesv2", "CreateEmailIdentity", **given)
    try:
        _set_identity(work, name, properties, {})
    except Refused:
        work.call.quietly("sesv2", "DeleteEmailIdentity", EmailIdentity=name)
        raise
    return _identity_now(work, name)


def _set_identity(work: Work, name: str, wanted: Properties, before: Properties) -> None:
    def differs(key: str) -> bool:
        return wanted.get(key) != before.get(key)

    if differs("MailFromAttributes"):
        custom = wanted.get("MailFromAttributes") or {}
        work.call(
            "sesv2",
            "PutEmailIdentityMailFromAttributes",
            EmailIdentity=name,
            **picked(custom, "MailFromDomain", "BehaviorOnMxFailure"),
        )
    if differs("DkimAttributes"):
        enabled = (wanted.get("DkimAttributes") or {}).get("SigningEnabled", True)
        work.call(
            "sesv2", "PutEmailIdentityDkimAttributes", EmailIdentity=name, SigningEnabled=enabled
        )
    if differs("FeedbackAttributes"):
        feedback = wanted.get("FeedbackAttributes") or {}
        work.call(
            "sesv2",
            "PutEmailIdentityFeedbackAttributes",
            EmailIdentity=name,
            EmailForwardingEnabled=feedback.get("EmailForwardingEnabled", True),
        )
    if before and differs("ConfigurationSetAttributes"):
        work.call(
            "sesv2",
            "PutEmailIdentityConfigurationSetAttributes",
            EmailIdentity=name,
            **picked(wanted.get("ConfigurationSetAttributes") or {}, "ConfigurationSetName"),
        )
    if before and differs("DkimSigningAttributes"):
        signing = wanted.get("DkimSigningAttributes") or {}
        own = "DomainSigningPrivateKey" in signing
        work.call(
            "sesv2",
            "PutEmailIdentityDkimSigningAttributes",
            EmailIdentity=name,
            SigningAttributesOrigin="EXTERNAL" if own else "AWS_SES",
            SigningAttributes=signing,
        )


def _update_identity(work: Work, made: Made, wanted: Properties, before: Properties) -> Made:
    _set_identity(work, made.physical_id, wanted, before or {"": None})
    return _identity_now(work, made.physical_id)


def _delete_identity(work: Work, made: Made, _properties: Properties) -> None:
    work.call("sesv2", "DeleteEmailIdentity", EmailIdentity=made.physical_id)


def _read_identity(work: Work, made: Made, _properties: Properties) -> Properties:
    found = work.call("sesv2", "GetEmailIdentity", EmailIdentity=made.physical_id)
    dkim = found["DkimAttributes"]
    custom = found.get("MailFromAttributes") or {}
    name = found.get("ConfigurationSetName")
    return {
        "EmailIdentity": made.physical_id,
        "DkimAttributes": {"SigningEnabled": dkim["SigningEnabled"]},
        "DkimSigningAttributes": {"NextSigningKeyLength": dkim.get("NextSigningKeyLength")},
        "FeedbackAttributes": {"EmailForwardingEnabled": found["FeedbackForwardingStatus"]},
        "MailFromAttributes": picked(custom, "MailFromDomain", "BehaviorOnMxFailure"),
        "ConfigurationSetAttributes": {"ConfigurationSetName": name} if name else None,
    }


# Configuration sets ---------------------------------------------------------

_OPTIONS = {
    "DeliveryOptions": "PutConfigurationSetDeliveryOptions",
    "ReputationOptions": "PutConfigurationSetReputationOptions",
    "SendingOptions": "PutConfigurationSetSendingOptions",
    "SuppressionOptions": "PutConfigurationSetSuppressionOptions",
    "TrackingOptions": "PutConfigurationSetTrackingOptions",
    "VdmOptions": "PutConfigurationSetVdmOptions",
}
_DEFAULTS: dict[str, dict[str, Value]] = {
    "ReputationOptions": {"ReputationMetricsEnabled": False},
    "SendingOptions": {"SendingEnabled": True},
}


def _create_set(work: Work, properties: Properties) -> Made:
    name = properties.get("Name") or work.name()
    work.call(
        "sesv2",
        "CreateConfigurationSet",
        ConfigurationSetName=name,
        **picked(properties, "Tags", *_OPTIONS),
    )
    return Made(name)


def _update_set(work: Work, made: Made, wanted: Properties, before: Properties) -> Made:
    for key, operation in _OPTIONS.items():
        if wanted.get(key) == before.get(key):
            continue
        options = wanted.get(key) or _DEFAULTS.get(key, {})
        given = {"VdmOptions": options} if key == "VdmOptions" else options
        work.call("sesv2", operation, ConfigurationSetName=made.physical_id, **given)
    return made


def _delete_set(work: Work, made: Made, _properties: Properties) -> None:
    work.call("sesv2", "DeleteConfigurationSet", ConfigurationSetName=made.physical_id)


def _read_set(work: Work, made: Made, _properties: Properties) -> Properties:
    found = work.call("sesv2", "GetConfigurationSet", ConfigurationSetName=made.physical_id)
    return {"Name": made.physical_id, **picked(found, *_OPTIONS)}


_EVENTS = {
    "send": "SEND", "reject": "REJECT", "bounce": "BOUNCE", "complaint": "COMPLAINT",
    "delivery": "DELIVERY", "open": "OPEN", "click": "CLICK",
    "renderingFailure": "RENDERING_FAILURE", "deliveryDelay": "DELIVERY_DELAY",
    "subscription": "SUBSCRIPTION",
}  # fmt: skip
_API_NAMES = {
    "TopicARN": "TopicArn",
    "IAMRoleARN": "IamRoleArn",
    "DeliveryStreamARN": "DeliveryStreamArn",
}
_KINDS = (
    "SnsDestination", "EventBridgeDestination", "CloudWatchDestination",
    "KinesisFirehoseDestination",
)  # fmt: skip


def _destination(properties: Properties) -> dict[str, Value]:
    """As API v2 has it: the template reference spells events as v1 does."""
    given = properties["EventDestination"]
    made: dict[str, Value] = {
        "Enabled": given.get("Enabled", False),
        # Both spellings stand in templates; an unknown one goes on, for SES to refuse.
        "MatchingEventTypes": [_EVENTS.get(e, e) for e in given["MatchingEventTypes"]],
    }
    for kind in _KINDS:
        if kind in given:
            made[kind] = {_API_NAMES.get(key, key): v for key, v in given[kind].items()}
    return made


def _create_destination(work: Work, properties: Properties) -> Made:
    name = properties["EventDestination"].get("Name") or work.name()
    work.call(
        "sesv2",
        "CreateConfigurationSetEventDestination",
        ConfigurationSetName=properties["ConfigurationSetName"],
        EventDestinationName=name,
        EventDestination=_destination(properties),
    )
    physical_id = f"{properties['ConfigurationSetName']}|{name}"
    return Made(physical_id, {"Id": physical_id})


def _update_destination(work: Work, made: Made, wanted: Properties, _before: Properties) -> Made:
    name, destination = made.physical_id.split("|")
    work.call(
        "sesv2",
        "UpdateConfigurationSetEventDestination",
        ConfigurationSetName=name,
        EventDestinationName=destination,
        EventDestination=_destination(wanted),
    )
    return made


def _delete_destination(work: Work, made: Made, _properties: Properties) -> None:
    name, destination = made.physical_id.split("|")
    work.call(
        "sesv2",
        "DeleteConfigurationSetEventDestination",
        ConfigurationSetName=name,
        EventDestinationName=destination,
    )


def _read_destination(work: Work, made: Made, properties: Properties) -> Properties:
    name, destination = made.physical_id.split("|")
    found = work.call("sesv2", "GetConfigurationSetEventDestinations", ConfigurationSetName=name)
    for one in found.get("EventDestinations", ()):
        if one["Name"] == destination:
            break
    else:
        raise gone(destination, "sesv2")
    written = properties["EventDestination"]
    spelled = {_EVENTS.get(e, e): e for e in written["MatchingEventTypes"]}
    back = {api: name for name, api in _API_NAMES.items()}
    shape = {
        "Name": destination,
        "Enabled": one["Enabled"],
        "MatchingEventTypes": [spelled.get(e, e) for e in one["MatchingEventTypes"]],
    }
    for kind in _KINDS:
        if kind in one:
            keys = set(written.get(kind, ()))
            shape[kind] = {
                back[key] if back.get(key) in keys else key: value
                for key, value in one[kind].items()
            }
    return {"ConfigurationSetName": name, "EventDestination": shape}


def _find_identity(work: Work, properties: Properties) -> Made:
    return _identity_now(work, properties["EmailIdentity"])


def _find_set(work: Work, properties: Properties) -> Made:
    _read_set(work, Made(properties["Name"]), properties)
    return Made(properties["Name"])


PROVIDERS = (
    Provider(
        "AWS::SES::EmailIdentity",
        words(
            "EmailIdentity DkimAttributes DkimSigningAttributes MailFromAttributes Tags"
            " FeedbackAttributes ConfigurationSetAttributes"
        ),
        _create_identity,
        _delete_identity,
        _update_identity,
        _read_identity,
        _find_identity,
    ),
    Provider(
        "AWS::SES::ConfigurationSet",
        words("Name Tags") | frozenset(_OPTIONS),
        _create_set,
        _delete_set,
        _update_set,
        _read_set,
        _find_set,
    ),
    Provider(
        "AWS::SES::ConfigurationSetEventDestination",
        words("ConfigurationSetName EventDestination"),
        _create_destination,
        _delete_destination,
        _update_destination,
        _read_destination,
    ),
    *receiving.PROVIDERS,
)
