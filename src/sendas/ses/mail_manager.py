"""Mail Manager's ingress endpoints: SMTP of SES, but not the interface that IAM keys log in to.

The console offers both (FACTS 27).  An ingress endpoint has a host, a user name and a password
of its own, which is derived from nothing; what it takes goes where its rule set says.
Seen in public configurations of 2026: ``abc.defg.mail-manager-smtp.amazonaws.com``, ``inp-…``.
"""

import re


_HOST = re.compile(
    r"[a-z0-9.-]{1,200}\.mail-manager-smtp(?:\.[a-z0-9-]{1,40})?\.amazonaws\.com\.?"
)
_USER = re.compile(r"inp-[a-z0-9]{8,96}")


def is_ingress_host(host: str) -> bool:
    """Whether *host* is an ingress endpoint's."""
    return _HOST.fullmatch(host.strip().lower()) is not None


def is_ingress_user(name: str) -> bool:
    """Whether *name* is an ingress endpoint's id, which is its user name."""
    return _USER.fullmatch(name.strip()) is not None
