"""The part of the stack that sends: identity, configuration set, events, one user a mailbox."""

from sendas.config.model import ConfiguredDomain, Mailbox
from sendas.credentials.rights import RIGHTS, role_of
from sendas.setup.rights.place import template_place
from sendas.setup.stack.names import StackNames, logical_id, own_users
from sendas.setup.template.document import (
    Resource,
    Resources,
    Value,
    policy_from,
    ref,
)
from sendas.setup.template.events import events_of_set


def sending_resources(domain: ConfiguredDomain, names: StackNames) -> Resources:
    """What *domain* needs in order to send."""
    resources: Resources = {}
    if not domain.adopted.identity:
        if not domain.adopted.configuration_set:
            resources |= _configuration_set(names)
        resources["Identity"] = _identity(domain, names)
    for mailbox, user in own_users(domain):
        resources[logical_id("User", mailbox.name)] = _user(domain, names, mailbox, user)
    return resources


def _identity(domain: ConfiguredDomain, names: StackNames) -> Resource:
    events: Value = ref("ConfigurationSet")
    if domain.adopted.configuration_set and names.configuration_set:
        events = names.configuration_set
    properties: dict[str, Value] = {
        "EmailIdentity": domain.name,
        "DkimAttributes": {"SigningEnabled": True},
        "DkimSigningAttributes": {"NextSigningKeyLength": "RSA_2048_BIT"},
        "FeedbackAttributes": {"EmailForwardingEnabled": True},
        "ConfigurationSetAttributes": {"ConfigurationSetName": events},
    }
    if domain.mail_from:
        properties["MailFromAttributes"] = {
            "MailFromDomain": domain.mail_from,
            # SPF then passes for amazonses.com without aligning; DKIM still aligns, and
            # mail goes out.  REJECT_MESSAGE would stop it for a DNS mistake (FACTS 9).
            "BehaviorOnMxFailure": "USE_DEFAULT_VALUE",
        }
    return Resource(
        "AWS::SES::EmailIdentity",
        properties,
        why="The domain, signed with Easy DKIM; its default configuration set is the only way "
        "to hear of mail that Gmail sends, since Gmail cannot name one.",
    )


def _configuration_set(names: StackNames) -> Resources:
    return {
        "ConfigurationSet": Resource(
            "AWS::SES::ConfigurationSet",
            {"Name": names.configuration_set or "", "SendingOptions": {"SendingEnabled": True}},
        ),
        **events_of_set(names, ref("ConfigurationSet")),
    }


def _user(domain: ConfiguredDomain, names: StackNames, mailbox: Mailbox, user: str) -> Resource:
    return Resource(
        "AWS::IAM::User",
        {
            "UserName": user,
            "Policies": [
                {
                    "PolicyName": "sendas-send-as",
                    "PolicyDocument": policy_from(
                        RIGHTS, role_of(mailbox), template_place(domain, names, mailbox)
                    ),
                }
            ],
        },
        why=f"Sends as {domain.address_of(mailbox)} and as nobody else; its key is made by "
        "`sendas gmail add`.",
    )
