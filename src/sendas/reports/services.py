"""Who sends: by network, and by the domains that a mail is signed and returned with.

Networks as of 2026-11: those that ``amazonses.com`` and ``_spf.google.com`` name in their
SPF records (several snapshots joined; both change rarely and only grow).  Domains: those that
the services' own help pages name for DKIM, MAIL FROM and bounces.  A service that is not
here is no error: it is shown by its network or its domain.
"""

import ipaddress

from collections.abc import Iterable
from functools import lru_cache
from typing import TypeAlias

from sendas.dns.names import within


Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network

SES = "Amazon SES"
GOOGLE = "Google"
MICROSOFT = "Microsoft 365"


def _networks(text: str) -> tuple[Network, ...]:
    return tuple(ipaddress.ip_network(one) for one in text.split())


_OWNED: tuple[tuple[str, tuple[Network, ...]], ...] = (
    (
        SES,
        _networks(
            "199.255.192.0/22 199.127.232.0/22 54.240.0.0/18 54.240.64.0/18 69.169.224.0/20"
            " 23.249.208.0/20 23.251.224.0/19 76.223.176.0/20 76.223.128.0/19 52.82.172.0/22"
            " 216.221.160.0/19 206.55.144.0/20 24.110.64.0/18"
        ),
    ),
    (
        GOOGLE,
        _networks(
            "35.190.247.0/24 64.233.160.0/19 66.102.0.0/20 66.249.80.0/20 72.14.192.0/18"
            " 74.125.0.0/16 108.177.8.0/21 108.177.96.0/19 130.211.0.0/22 172.217.0.0/16"
            " 172.253.0.0/16 173.194.0.0/16 209.85.128.0/17 216.58.192.0/19 216.239.32.0/19"
            " 2001:4860:4000::/36 2404:6800:4000::/36 2607:f8b0:4000::/36 2800:3f0:4000::/36"
            " 2a00:1450:4000::/36 2c0f:fb50:4000::/36"
        ),
    ),
    (
        MICROSOFT,
        _networks(
            "40.92.0.0/15 40.107.0.0/16 52.100.0.0/15 52.102.0.0/16 52.103.0.0/17 104.47.0.0/17"
            " 2a01:111:f400::/48 2a01:111:f403::/48"
        ),
    ),
)
_SERVICES: tuple[tuple[str, str], ...] = (
    ("amazonses.com", SES),
    ("gmail.com", GOOGLE),
    ("google.com", GOOGLE),
    ("googlegroups.com", "Google Groups"),
    ("gappssmtp.com", "Google Workspace"),
    ("onmicrosoft.com", MICROSOFT),
    ("outlook.com", MICROSOFT),
    ("hotmail.com", MICROSOFT),
    ("sendgrid.net", "SendGrid"),
    ("sendgrid.info", "SendGrid"),
    ("mailgun.org", "Mailgun"),
    ("mailgun.net", "Mailgun"),
    ("mcsv.net", "Mailchimp"),
    ("mcdlv.net", "Mailchimp"),
    ("rsgsv.net", "Mailchimp"),
    ("mailchimpapp.net", "Mailchimp"),
    ("mandrillapp.com", "Mandrill"),
    ("sparkpostmail.com", "SparkPost"),
    ("mtasv.net", "Postmark"),
    ("hubspotemail.net", "HubSpot"),
    ("hubspot.com", "HubSpot"),
    ("hubspotlinks.com", "HubSpot"),
    ("exacttarget.com", "Salesforce Marketing Cloud"),
    ("salesforce.com", "Salesforce"),
    ("zendesk.com", "Zendesk"),
    ("zohomail.com", "Zoho"),
    ("zoho.com", "Zoho"),
    ("zoho.eu", "Zoho"),
    ("zcsend.net", "Zoho Campaigns"),
    ("freshemail.io", "Freshdesk"),
    ("sendinblue.com", "Brevo"),
    ("brevosend.com", "Brevo"),
    ("mailin.fr", "Brevo"),
    ("mailjet.com", "Mailjet"),
    ("constantcontact.com", "Constant Contact"),
    ("klaviyomail.com", "Klaviyo"),
    ("shopifyemail.com", "Shopify"),
    ("shopify.com", "Shopify"),
    ("intercom-mail.com", "Intercom"),
    ("helpscoutemail.com", "Help Scout"),
    ("atlassian.net", "Atlassian"),
    ("stripe.com", "Stripe"),
    ("mailerlite.com", "MailerLite"),
    ("mlsend.com", "MailerLite"),
    ("customeriomail.com", "Customer.io"),
    ("resend.dev", "Resend"),
    ("fastmail.com", "Fastmail"),
    ("messagingengine.com", "Fastmail"),
    ("protonmail.ch", "Proton Mail"),
    ("icloud.com", "iCloud Mail"),
    ("yandex.net", "Yandex"),
    ("squarespace.com", "Squarespace"),
    ("wix.com", "Wix"),
)
_LISTS = ("googlegroups.com", "groups.io", "freelists.org", "ietf.org", "lists.sourceforge.net")
_LIST_LABELS = ("lists", "list", "groups", "mailman", "listserv")


@lru_cache(maxsize=10_000)
def service_of_address(address: str) -> str:
    """The service whose network *address* is in; empty where it is none that is known."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return ""
    for name, networks in _OWNED:
        if any(found.version == one.version and found in one for one in networks):
            return name
    return ""


@lru_cache(maxsize=10_000)
def network_of(address: str) -> str:
    """The network that is shown for an address: its /24, or /48; what is no address as it is."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address[:60]
    length = 24 if found.version == 4 else 48  # noqa: PLR2004  IP versions
    return str(ipaddress.ip_network((found, length), strict=False))


def service_of_domains(domains: Iterable[str]) -> str:
    """The first service that one of *domains* (lower case) belongs to; empty where none does."""
    for domain in domains:
        for suffix, name in _SERVICES:
            if within(domain, suffix):
                return name
    return ""


def is_list_host(domain: str) -> bool:
    """Whether mail that returns to *domain* has come over a mailing list."""
    return any(within(domain, one) for one in _LISTS) or domain.partition(".")[0] in _LIST_LABELS
