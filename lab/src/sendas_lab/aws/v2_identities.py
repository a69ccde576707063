"""SES API v2: identities, their DKIM, MAIL FROM, feedback and policies."""

import json

from collections.abc import Mapping

from sendas_lab.aws.calls import Context, Handler, Parameters, page
from sendas_lab.aws.errors import AwsError, Code
from sendas_lab.ses.addresses import complaint_about, is_domain
from sendas_lab.ses.dkim_keys import own_key_pem
from sendas_lab.ses.hosts import SIGNING_ZONE
from sendas_lab.ses.identities import easy_dkim, find, new_identity
from sendas_lab.ses.region_state import Checked, Dkim, Identity, MailFrom, Shape, Status
from sendas_lab.ses.verification import is_subdomain


MAX_PAGE = 1000


def not_found(name: str) -> AwsError:
    """No such identity."""
    return AwsError(Code.NOT_FOUND_EXCEPTION, f"Email identity {name} does not exist.", 404)


def bad_request(message: str) -> AwsError:
    """The input is wrong."""
    return AwsError(Code.BAD_REQUEST_EXCEPTION, message, 400)


def identity_of(context: Context, given: Parameters) -> Identity:
    """The identity the call names, checked against the DNS.

    Raises:
        AwsError: There is none.
    """
    found = find(context.state, given["EmailIdentity"])
    if found is None:
        raise not_found(given["EmailIdentity"])
    return context.checked(found)


def _create(context: Context, given: Parameters) -> Shape:
    name = given.get("EmailIdentity", "")
    if not is_identity_name(name):
        text = f"Invalid email address or domain name <{name}>."
        raise bad_request(text)
    if find(context.state, name) is not None:
        raise AwsError(Code.ALREADY_EXISTS_EXCEPTION, f"Email identity {name} already exist.", 400)
    configuration_set = given.get("ConfigurationSetName")
    _require_configuration_set(context, configuration_set)
    identity = new_identity(name.lower(), context.seed, context.now)
    identity.configuration_set = configuration_set
    identity.tags = list(given.get("Tags", ()))
    attributes = given.get("DkimSigningAttributes")
    if attributes:
        if identity.is_address:
            raise AwsError(
                Code.BAD_REQUEST_EXCEPTION,
                "Cannot specify DKIM signing attributes for an email address.",
                400,
            )
        _sign_with(context, identity, attributes)
    context.state.identities[name.lower()] = identity
    context.ses.identities_changed()
    context.checked(identity)
    return {
        "IdentityType": identity_type(identity),
        "VerifiedForSendingStatus": identity.verified,
        "DkimAttributes": dkim_shape(identity),
    }


def is_identity_name(name: str) -> bool:
    """An address or a domain name."""
    return complaint_about(name) is None if "@" in name else is_domain(name)


def _require_configuration_set(context: Context, name: str | None) -> None:
    if name and name not in context.state.configuration_sets:
        text = f"Configuration set <{name}> does not exist."
        raise AwsError(Code.NOT_FOUND_EXCEPTION, text, 404)


def identity_type(identity: Identity) -> str:
    """The API's word."""
    return "EMAIL_ADDRESS" if identity.is_address else "DOMAIN"


def dkim_shape(identity: Identity) -> Shape:
    """DkimAttributes."""
    dkim = identity.dkim
    shape: Shape = {
        "SigningEnabled": dkim.signing_enabled,
        "Status": dkim.checked.status.value,
        "SigningAttributesOrigin": dkim.origin,
    }
    if dkim.tokens:
        shape["Tokens"] = list(dkim.tokens)
    if dkim.tokens and dkim.origin != "EXTERNAL":
        shape |= {
            "SigningHostedZone": SIGNING_ZONE,
            "NextSigningKeyLength": dkim.key_length,
            "CurrentSigningKeyLength": dkim.key_length,
        }
        if dkim.generated is not None:
            shape["LastKeyGenerationTimestamp"] = dkim.generated
    return shape


def _get(context: Context, given: Parameters) -> Shape:
    identity = identity_of(context, given)
    shape: Shape = {
        "IdentityType": identity_type(identity),
        "FeedbackForwardingStatus": identity.feedback_forwarding,
        "VerifiedForSendingStatus": identity.verified,
        "DkimAttributes": dkim_shape(identity),
        "MailFromAttributes": _mail_from_shape(identity.mail_from),
        "Policies": dict(identity.policies),
        "Tags": list(identity.tags),
        "VerificationStatus": identity.verification.status.value,
        "VerificationInfo": _verification_info(identity.verification),
    }
    if identity.configuration_set:
        shape["ConfigurationSetName"] = identity.configuration_set
    return shape


def _mail_from_shape(mail_from: MailFrom | None) -> Shape:
    if mail_from is None:
        return {"BehaviorOnMxFailure": "USE_DEFAULT_VALUE"}
    return {
        "MailFromDomain": mail_from.domain,
        "MailFromDomainStatus": mail_from.checked.status.value,
        "BehaviorOnMxFailure": mail_from.behavior,
    }


def _verification_info(checked: Checked) -> Shape:
    shape: Shape = {}
    if checked.last_checked is not None:
        shape["LastCheckedTimestamp"] = checked.last_checked
    if checked.last_success is not None:
        shape["LastSuccessTimestamp"] = checked.last_success
    if checked.error is not None:
        shape["ErrorType"] = checked.error
    if checked.soa is not None:
        shape["SOARecord"] = checked.soa
    return shape


def _list(context: Context, given: Parameters) -> Shape:
    items = [
        {
            "IdentityType": identity_type(identity),
            "IdentityName": identity.name,
            "SendingEnabled": context.checked(identity).verified,
            "VerificationStatus": identity.verification.status.value,
        }
        for identity in context.state.identities.values()
    ]
    wrong = AwsError(Code.INVALID_NEXT_TOKEN_EXCEPTION, "Invalid NextToken.", 400)
    shown, more = page(
        items, given.get("NextToken"), given.get("PageSize"), most=MAX_PAGE, error=wrong
    )
    return {"EmailIdentities": shown} | ({"NextToken": more} if more else {})


def _delete(context: Context, given: Parameters) -> Shape:
    name = given["EmailIdentity"]
    if context.state.identities.pop(name.lower(), None) is None:
        raise not_found(name)
    context.ses.identities_changed()
    return {}


def _put_dkim(context: Context, given: Parameters) -> Shape:
    identity_of(context, given).dkim.signing_enabled = bool(given.get("SigningEnabled", False))
    return {}


def _put_dkim_signing(context: Context, given: Parameters) -> Shape:
    identity = identity_of(context, given)
    if identity.is_address:
        raise AwsError(
            Code.BAD_REQUEST_EXCEPTION,
            "Cannot specify DKIM signing attributes for an email address.",
            400,
        )
    origin = given.get("SigningAttributesOrigin", "AWS_SES")
    attributes = dict(given.get("SigningAttributes", {}))
    _sign_with(context, identity, attributes, origin=origin)
    context.ses.identities_changed()
    context.checked(identity)
    return {
        "DkimStatus": identity.dkim.checked.status.value,
        "DkimTokens": list(identity.dkim.tokens),
    } | ({"SigningHostedZone": SIGNING_ZONE} if origin != "EXTERNAL" else {})


def _sign_with(
    context: Context, identity: Identity, attributes: Mapping[str, str], origin: str = ""
) -> None:
    """Easy DKIM from the start, or the owner's own key."""
    selector, key = (
        attributes.get("DomainSigningSelector"),
        attributes.get("DomainSigningPrivateKey"),
    )
    length = attributes.get("NextSigningKeyLength")
    if origin == "EXTERNAL" or (not origin and (selector or key)):
        if not selector or not key:
            raise AwsError(
                Code.BAD_REQUEST_EXCEPTION,
                "DomainSigningSelector and DomainSigningPrivateKey are required.",
                400,
            )
        try:
            pem = own_key_pem(key)
        except ValueError as error:
            raise AwsError(
                Code.BAD_REQUEST_EXCEPTION, "DomainSigningPrivateKey is not a valid RSA key.", 400
            ) from error
        identity.dkim = Dkim(
            Checked(Status.PENDING, context.now),
            (selector,),
            (),
            origin="EXTERNAL",
            private_key=pem,
        )
        return
    if origin.startswith("AWS_SES_"):
        message = "sendas lab: replicas of another Region's Easy DKIM are not modelled"
        raise AwsError(Code.NOT_IMPLEMENTED_BY_LAB, message, 400)
    if not identity.dkim.tokens or identity.dkim.origin == "EXTERNAL":
        identity.dkim = easy_dkim(identity.name, context.seed, context.now)
    identity.dkim.key_length = length or identity.dkim.key_length
    if identity.dkim.checked.status is Status.FAILED:
        identity.dkim.checked = Checked(Status.PENDING, context.now)


def _put_mail_from(context: Context, given: Parameters) -> Shape:
    set_mail_from(
        context,
        identity_of(context, given),
        given.get("MailFromDomain"),
        given.get("BehaviorOnMxFailure") or "USE_DEFAULT_VALUE",
        Code.BAD_REQUEST_EXCEPTION,
    )
    return {}


def set_mail_from(
    context: Context, identity: Identity, domain: str | None, behavior: str, wrong: Code
) -> None:
    """Set, or with no domain take away, the MAIL FROM domain; looking starts again.

    Raises:
        AwsError: With the code *wrong*: not a subdomain of the identity.
    """
    if not domain:
        identity.mail_from = None
        return
    parent = identity.name.rpartition("@")[2]
    if not is_domain(domain) or not is_subdomain(domain, parent):
        text = (
            f"Provided MAIL-FROM domain <{domain}> is not subdomain of the domain of the"
            f" identity <{identity.name}>."
        )
        raise AwsError(wrong, text)
    identity.mail_from = MailFrom(
        domain.lower(), Checked(Status.PENDING, context.now), behavior=behavior
    )


def _put_feedback(context: Context, given: Parameters) -> Shape:
    identity_of(context, given).feedback_forwarding = bool(
        given.get("EmailForwardingEnabled", False)
    )
    return {}


def _put_configuration_set(context: Context, given: Parameters) -> Shape:
    identity = identity_of(context, given)
    name = given.get("ConfigurationSetName")
    _require_configuration_set(context, name)
    identity.configuration_set = name or None
    return {}


def _get_policies(context: Context, given: Parameters) -> Shape:
    return {"Policies": dict(identity_of(context, given).policies)}


def _create_policy(context: Context, given: Parameters) -> Shape:
    identity = identity_of(context, given)
    if given["PolicyName"] in identity.policies:
        text = f"Policy {given['PolicyName']} already exists."
        raise AwsError(Code.ALREADY_EXISTS_EXCEPTION, text, 400)
    identity.policies[given["PolicyName"]] = _policy(given)
    return {}


def _update_policy(context: Context, given: Parameters) -> Shape:
    identity = identity_of(context, given)
    if given["PolicyName"] not in identity.policies:
        raise AwsError(
            Code.NOT_FOUND_EXCEPTION, f"Policy {given['PolicyName']} does not exist.", 404
        )
    identity.policies[given["PolicyName"]] = _policy(given)
    return {}


def _policy(given: Parameters) -> str:
    text: str = given["Policy"]
    try:
        json.loads(text)
    except ValueError as error:
        raise AwsError(Code.BAD_REQUEST_EXCEPTION, "Policy is not valid JSON.", 400) from error
    return text


def _delete_policy(context: Context, given: Parameters) -> Shape:
    identity_of(context, given).policies.pop(given["PolicyName"], None)
    return {}


HANDLERS: Mapping[str, Handler] = {
    "CreateEmailIdentity": _create,
    "GetEmailIdentity": _get,
    "ListEmailIdentities": _list,
    "DeleteEmailIdentity": _delete,
    "PutEmailIdentityDkimAttributes": _put_dkim,
    "PutEmailIdentityDkimSigningAttributes": _put_dkim_signing,
    "PutEmailIdentityMailFromAttributes": _put_mail_from,
    "PutEmailIdentityFeedbackAttributes": _put_feedback,
    "PutEmailIdentityConfigurationSetAttributes": _put_configuration_set,
    "GetEmailIdentityPolicies": _get_policies,
    "CreateEmailIdentityPolicy": _create_policy,
    "UpdateEmailIdentityPolicy": _update_policy,
    "DeleteEmailIdentityPolicy": _delete_policy,
}
