"""AUTH at the SES SMTP endpoint: whose password is this?

Source: SES guide, "Obtaining SMTP credentials"; FACTS 2 and 3.3.  Nothing but
the key, its status, the Region and the account decides: policies and
identities are looked at when a message is offered.
"""

import hmac

from datetime import datetime, timedelta

from sendas.smtp.password import derive_smtp_password, derive_v2_password
from sendas_lab.ses.ports import Iam, Principal, StoredKey
from sendas_lab.ses.region_state import RegionState
from sendas_lab.ses.replies import CREDENTIALS_INVALID, NOT_SUBSCRIBED, SIGNATURE_VERSION_2
from sendas_lab.ses.submission import LoginRefused


def authenticate(  # noqa: PLR0913  everything AUTH depends on
    iam: Iam,
    state: RegionState,
    username: str,
    password: str,
    now: datetime,
    *,
    propagation: timedelta,
) -> Principal | LoginRefused:
    """Who it is, or the text of the 535.

    *propagation* is how old a key must be before the endpoint knows it
    (FACTS 3.3, no. 10).
    """
    key = iam.key(username)
    if key is None or key.temporary or not key.active:
        return LoginRefused(CREDENTIALS_INVALID)
    if key.created is not None and now - key.created < propagation:
        return LoginRefused(CREDENTIALS_INVALID)
    if _same(password, derive_v2_password(key.secret)):
        return LoginRefused(SIGNATURE_VERSION_2)
    if not _is_password(key, password, state):
        return LoginRefused(CREDENTIALS_INVALID)
    if not state.account.subscribed:
        return LoginRefused(NOT_SUBSCRIBED)
    iam.used(username, "ses-smtp", state.region, now)
    return key.principal


def _is_password(key: StoredKey, password: str, state: RegionState) -> bool:
    return _same(password, derive_smtp_password(key.secret, region=state.region).value)


def _same(given: str, right: str) -> bool:
    return hmac.compare_digest(given.encode("utf-8", "surrogateescape"), right.encode())
