"""SES API v2: account, identities, suppression, configuration sets.

An enum word that this botocore does not know is kept as it is, and a field
that is missing is taken for the harmless case: only what SES says is a fault.
"""

from sendas.aws.reading import Raw, understand, understand_if_any
from sendas.aws.session import Session
from sendas.outcome import NoAnswer, Seen
from sendas.ses.account_state import Account
from sendas.ses.configuration_set import ConfigurationSet, EventDestination
from sendas.ses.identity import Dkim, Identity, MailFrom
from sendas.ses.regions import Region
from sendas.ses.suppression import Suppressed


_ABSENT = ("NotFoundException",)

_UNLIMITED = -1.0

_DESTINATIONS = {
    "SnsDestination": ("SNS", "TopicArn"),
    "KinesisFirehoseDestination": ("Firehose", "DeliveryStreamArn"),
    "EventBridgeDestination": ("EventBridge", "EventBusArn"),
    "PinpointDestination": ("Pinpoint", "ApplicationArn"),
    "CloudWatchDestination": ("CloudWatch", ""),
}
"""SES's name of a destination to ours, and the field that names the target."""


def account(session: Session, region: Region) -> Seen[Account]:
    """The state of the account in *region*."""
    answer = session.ask("sesv2", "GetAccount", region=region)
    return understand(answer, lambda raw: parse_account(raw, region))


def identity(session: Session, region: Region, name: str) -> Seen[Identity | None]:
    """The domain or address *name*; None if SES knows no such identity there."""
    answer = session.find(
        "sesv2", "GetEmailIdentity", region=region, absent=_ABSENT, EmailIdentity=name
    )
    return understand_if_any(answer, lambda raw: parse_identity(raw, name, region))


def suppressed(session: Session, region: Region, address: str) -> Seen[Suppressed | None]:
    """The entry of *address* on the account's suppression list in *region*."""
    answer = session.find(
        "sesv2", "GetSuppressedDestination", region=region, absent=_ABSENT, EmailAddress=address
    )
    return understand_if_any(answer, lambda raw: parse_suppressed(raw, region))


def configuration_set(
    session: Session, region: Region, name: str
) -> Seen[ConfigurationSet | None]:
    """The set *name* with its event destinations: two questions, both must be answered."""
    about = {"ConfigurationSetName": name}
    answer = session.find("sesv2", "GetConfigurationSet", region=region, absent=_ABSENT, **about)
    if answer is None or isinstance(answer, NoAnswer):
        return answer
    events = session.find(
        "sesv2", "GetConfigurationSetEventDestinations", region=region, absent=_ABSENT, **about
    )
    if events is None or isinstance(events, NoAnswer):
        return events
    return understand(answer, lambda raw: parse_configuration_set(raw, events, name))


def parse_account(raw: Raw, region: Region) -> Account:
    """GetAccount in our words."""
    quota = raw.get("SendQuota", {})
    review = raw.get("Details", {}).get("ReviewDetails", {})
    return Account(
        region=region,
        production_access=raw.get("ProductionAccessEnabled", True),
        sending_enabled=raw.get("SendingEnabled", True),
        enforcement=raw.get("EnforcementStatus", "HEALTHY"),
        max_24_hour_send=quota.get("Max24HourSend", _UNLIMITED),
        max_send_rate_per_second=quota.get("MaxSendRate", _UNLIMITED),
        sent_last_24_hours=quota.get("SentLast24Hours", 0.0),
        suppressed_reasons=tuple(
            raw.get("SuppressionAttributes", {}).get("SuppressedReasons", ())
        ),
        review_status=review.get("Status"),
        case_id=review.get("CaseId"),
        pricing_plan=raw.get("PricingAttributes", {}).get("CurrentPlan"),
    )


def parse_identity(raw: Raw, name: str, region: Region) -> Identity:
    """GetEmailIdentity in our words."""
    info = raw.get("VerificationInfo", {})
    sending = raw.get("VerifiedForSendingStatus", False)
    return Identity(
        name=name,
        region=region,
        # SES gained VerificationStatus years after the flag.
        verification_status=raw.get("VerificationStatus", "SUCCESS" if sending else "PENDING"),
        verified_for_sending=sending,
        dkim=_parse_dkim(raw.get("DkimAttributes", {})),
        mail_from=_parse_mail_from(raw.get("MailFromAttributes", {})),
        configuration_set=raw.get("ConfigurationSetName") or None,
        feedback_forwarding=raw.get("FeedbackForwardingStatus", True),
        verification_error=info.get("ErrorType"),
        last_checked=info.get("LastCheckedTimestamp"),
        soa_primary=info.get("SOARecord", {}).get("PrimaryNameServer"),
        policies=dict(raw.get("Policies", {})),
    )


def _parse_dkim(raw: Raw) -> Dkim:
    known = {"signing_zone": raw.get("SigningHostedZone")}
    known["origin"] = raw.get("SigningAttributesOrigin")
    return Dkim(
        status=raw.get("Status", "NOT_STARTED"),
        signing_enabled=raw.get("SigningEnabled", False),
        tokens=tuple(raw.get("Tokens", ())),
        key_length=raw.get("CurrentSigningKeyLength"),
        **{field: value for field, value in known.items() if value},
    )


def _parse_mail_from(raw: Raw) -> MailFrom | None:
    domain = raw.get("MailFromDomain")
    if not domain:
        return None
    return MailFrom(
        domain=domain,
        status=raw.get("MailFromDomainStatus", "PENDING"),
        behavior_on_mx_failure=raw.get("BehaviorOnMxFailure", "USE_DEFAULT_VALUE"),
    )


def parse_suppressed(raw: Raw, region: Region) -> Suppressed:
    """GetSuppressedDestination in our words."""
    entry = raw["SuppressedDestination"]
    return Suppressed(
        address=entry["EmailAddress"],
        region=region,
        reason=entry["Reason"],
        since=entry["LastUpdateTime"],
        ses_message_id=entry.get("Attributes", {}).get("MessageId"),
    )


def parse_configuration_set(raw: Raw, events: Raw, name: str) -> ConfigurationSet:
    """GetConfigurationSet and GetConfigurationSetEventDestinations in our words."""
    reasons = raw.get("SuppressionOptions", {}).get("SuppressedReasons")
    return ConfigurationSet(
        name=name,
        sending_enabled=raw.get("SendingOptions", {}).get("SendingEnabled", True),
        tls_required=raw.get("DeliveryOptions", {}).get("TlsPolicy") == "REQUIRE",
        suppressed_reasons=None if reasons is None else tuple(reasons),
        event_destinations=tuple(map(_parse_destination, events.get("EventDestinations", ()))),
    )


def _parse_destination(raw: Raw) -> EventDestination:
    named = next((name for name in raw if name.endswith("Destination")), "")
    kind, target = _DESTINATIONS.get(named, (named.removesuffix("Destination") or "unknown", ""))
    return EventDestination(
        name=raw["Name"],
        enabled=raw.get("Enabled", False),
        event_types=tuple(raw.get("MatchingEventTypes", ())),
        kind=kind,
        target=raw.get(named, {}).get(target, ""),
    )
