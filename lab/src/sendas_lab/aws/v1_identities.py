"""SES API v1: identities in its older words, over the same state as v2."""

import json

from collections.abc import Callable, Mapping

from sendas_lab.aws.calls import Context, Handler, Parameters, page
from sendas_lab.aws.errors import AwsError, Code
from sendas_lab.aws.v2_identities import is_identity_name, set_mail_from
from sendas_lab.ses.addresses import complaint_about, is_domain
from sendas_lab.ses.identities import easy_dkim, find, new_identity, txt_token
from sendas_lab.ses.region_state import Identity, Shape, Status


MAX_PAGE = 1000
_BEHAVIORS = {"UseDefaultValue": "USE_DEFAULT_VALUE", "RejectMessage": "REJECT_MESSAGE"}


def invalid(message: str) -> AwsError:
    """The input is wrong."""
    return AwsError(Code.INVALID_PARAMETER_VALUE, message, 400)


def _identity(context: Context, name: str) -> Identity:
    found = find(context.state, name)
    if found is None:
        text = f"Identity {name} does not exist."
        raise invalid(text)
    return context.checked(found)


def _verify_domain(context: Context, given: Parameters) -> Shape:
    name = given.get("Domain", "")
    identity = _domain(context, name)
    if identity.txt_token is None:
        identity.txt_token = txt_token(name, context.seed)
    if identity.verification.status is Status.FAILED:
        identity.verification.status, identity.verification.since = Status.PENDING, context.now
    context.checked(identity)
    return {"VerificationToken": identity.txt_token}


def _domain(context: Context, name: str) -> Identity:
    if not is_domain(name):
        text = f"Invalid domain name <{name}>."
        raise invalid(text)
    identity = find(context.state, name)
    if identity is None:
        identity = new_identity(name.lower(), context.seed, context.now, dkim=False)
        context.state.identities[name.lower()] = identity
    return identity


def _verify_dkim(context: Context, given: Parameters) -> Shape:
    identity = _domain(context, given.get("Domain", ""))
    failed = identity.dkim.checked.status is Status.FAILED
    if not identity.dkim.tokens or identity.dkim.origin == "EXTERNAL" or failed:
        identity.dkim = easy_dkim(identity.name, context.seed, context.now)
    context.ses.identities_changed()
    context.checked(identity)
    return {"DkimTokens": list(identity.dkim.tokens)}


def _verify_email(context: Context, given: Parameters) -> Shape:
    address = given.get("EmailAddress", "")
    if complaint_about(address) is not None:
        text = f"Invalid email address<{address}>."
        raise invalid(text)
    if find(context.state, address) is None:
        identity = new_identity(address.lower(), context.seed, context.now)
        context.state.identities[address.lower()] = identity
    return {}


def _list(context: Context, given: Parameters) -> Shape:
    kind = given.get("IdentityType")
    names = [
        {"name": identity.name}
        for identity in context.state.identities.values()
        if kind is None or identity.is_address == (kind == "EmailAddress")
    ]
    shown, more = page(
        names,
        given.get("NextToken"),
        given.get("MaxItems"),
        most=MAX_PAGE,
        error=invalid("Invalid NextToken."),
    )
    return {"Identities": [item["name"] for item in shown]} | ({"NextToken": more} if more else {})


def _delete(context: Context, given: Parameters) -> Shape:
    # API v1 says nothing when there is no such identity.
    context.state.identities.pop(given["Identity"].lower(), None)
    context.ses.identities_changed()
    return {}


def _attributes(key: str, shape: Callable[[Identity], Shape]) -> Handler:
    """A call that maps each known identity asked for to a structure; unknown ones are left out."""

    def handler(context: Context, given: Parameters) -> Shape:
        found = {name: find(context.state, name) for name in given.get("Identities", ())}
        return {
            key: {
                name: shape(context.checked(identity))
                for name, identity in found.items()
                if identity is not None
            }
        }

    return handler


def _verification(identity: Identity) -> Shape:
    shape = {"VerificationStatus": identity.verification.status.v1}
    if identity.txt_token is not None:
        shape["VerificationToken"] = identity.txt_token
    return shape


def _dkim(identity: Identity) -> Shape:
    shape: Shape = {
        "DkimEnabled": identity.dkim.signing_enabled,
        "DkimVerificationStatus": identity.dkim.checked.status.v1,
    }
    if identity.dkim.tokens:
        shape["DkimTokens"] = list(identity.dkim.tokens)
    return shape


def _mail_from(identity: Identity) -> Shape:
    custom = identity.mail_from
    if custom is None:
        return {"BehaviorOnMXFailure": "UseDefaultValue"}
    v1 = {value: name for name, value in _BEHAVIORS.items()}
    return {
        "MailFromDomain": custom.domain,
        "MailFromDomainStatus": custom.checked.status.v1,
        "BehaviorOnMXFailure": v1[custom.behavior],
    }


def _notifications(identity: Identity) -> Shape:
    shape: Shape = {
        "ForwardingEnabled": identity.feedback_forwarding,
        **{f"{kind}Topic": topic for kind, topic in identity.topics.items()},
    }
    for kind in ("Bounce", "Complaint", "Delivery"):
        shape[f"HeadersIn{kind}NotificationsEnabled"] = kind in identity.headers_in_notifications
    return shape


def _set_mail_from(context: Context, given: Parameters) -> Shape:
    set_mail_from(
        context,
        _identity(context, given["Identity"]),
        given.get("MailFromDomain"),
        _BEHAVIORS[given.get("BehaviorOnMXFailure") or "UseDefaultValue"],
        Code.INVALID_PARAMETER_VALUE,
    )
    return {}


def _set_dkim_enabled(context: Context, given: Parameters) -> Shape:
    _identity(context, given["Identity"]).dkim.signing_enabled = bool(given["DkimEnabled"])
    return {}


def _set_forwarding(context: Context, given: Parameters) -> Shape:
    identity = _identity(context, given["Identity"])
    on = bool(given["ForwardingEnabled"])
    if not on and not {"Bounce", "Complaint"} <= set(identity.topics):
        # API reference: only when both topics are set.
        text = (
            f"Identity <{identity.name}> is not configured to send bounce and complaint"
            " notifications by Amazon SNS."
        )
        raise invalid(text)
    identity.feedback_forwarding = on
    return {}


def _set_topic(context: Context, given: Parameters) -> Shape:
    identity = _identity(context, given["Identity"])
    topic = given.get("SnsTopic")
    if topic and not context.ses.sns.exists(topic):
        text = f"Invalid SNS topic <{topic}>."
        raise invalid(text)
    if topic:
        identity.topics[given["NotificationType"]] = topic
    else:
        identity.topics.pop(given["NotificationType"], None)
    return {}


_NOTIFICATIONS = ("Bounce", "Complaint", "Delivery")


def _set_headers(context: Context, given: Parameters) -> Shape:
    kind, name = given["NotificationType"], given["Identity"]
    if kind not in _NOTIFICATIONS:
        text = f"Invalid notification type: {kind}. Valid values are: {', '.join(_NOTIFICATIONS)}."
        raise invalid(text)
    found = context.state.identities.get(name.lower())
    if found is None or not context.checked(found).verified:
        text = f"Identity {name} is not verified or does not exist."
        raise AwsError("MessageRejected", text, 400)  # noqa: EM101  a code; recorded so
    wanted = found.headers_in_notifications
    (wanted.add if given["Enabled"] else wanted.discard)(kind)
    return {}


def _put_policy(context: Context, given: Parameters) -> Shape:
    try:
        json.loads(given["Policy"])
    except ValueError as error:
        raise AwsError(Code.INVALID_POLICY, "Policy is not valid JSON.", 400) from error
    _identity(context, given["Identity"]).policies[given["PolicyName"]] = given["Policy"]
    return {}


def _get_policies(context: Context, given: Parameters) -> Shape:
    held = _identity(context, given["Identity"]).policies
    return {"Policies": {n: held[n] for n in given.get("PolicyNames", ()) if n in held}}


def _list_policies(context: Context, given: Parameters) -> Shape:
    return {"PolicyNames": list(_identity(context, given["Identity"]).policies)}


def _delete_policy(context: Context, given: Parameters) -> Shape:
    _identity(context, given["Identity"]).policies.pop(given["PolicyName"], None)
    return {}


def _list_addresses(context: Context, _given: Parameters) -> Shape:
    verified = [i.name for i in context.state.identities.values() if i.is_address and i.verified]
    return {"VerifiedEmailAddresses": verified}


def _delete_address(context: Context, given: Parameters) -> Shape:
    address = given["EmailAddress"]
    if not is_identity_name(address):
        text = f"Invalid email address<{address}>."
        raise invalid(text)
    context.state.identities.pop(address.lower(), None)
    return {}


HANDLERS: Mapping[str, Handler] = {
    "VerifyDomainIdentity": _verify_domain,
    "VerifyDomainDkim": _verify_dkim,
    "VerifyEmailIdentity": _verify_email,
    "VerifyEmailAddress": _verify_email,
    "ListIdentities": _list,
    "ListVerifiedEmailAddresses": _list_addresses,
    "DeleteIdentity": _delete,
    "DeleteVerifiedEmailAddress": _delete_address,
    "GetIdentityVerificationAttributes": _attributes("VerificationAttributes", _verification),
    "GetIdentityDkimAttributes": _attributes("DkimAttributes", _dkim),
    "GetIdentityMailFromDomainAttributes": _attributes("MailFromDomainAttributes", _mail_from),
    "GetIdentityNotificationAttributes": _attributes("NotificationAttributes", _notifications),
    "SetIdentityMailFromDomain": _set_mail_from,
    "SetIdentityDkimEnabled": _set_dkim_enabled,
    "SetIdentityFeedbackForwardingEnabled": _set_forwarding,
    "SetIdentityNotificationTopic": _set_topic,
    "SetIdentityHeadersInNotificationsEnabled": _set_headers,
    "PutIdentityPolicy": _put_policy,
    "GetIdentityPolicies": _get_policies,
    "ListIdentityPolicies": _list_policies,
    "DeleteIdentityPolicy": _delete_policy,
}
