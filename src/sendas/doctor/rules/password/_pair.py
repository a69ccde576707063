"""When everything that can be seen is right, and the login is refused all the same."""

from datetime import timedelta

from sendas.doctor.evidence import Evidence
from sendas.doctor.rules.password._stored import examined
from sendas.doctor.rules.smtp._advice import key_of
from sendas.doctor.rules.smtp._login import credential_refused, endpoint_region
from sendas.iam.keys import AccessKey


PROPAGATION = timedelta(seconds=60)
"""How long a new key may be unknown to SES's endpoints (FACTS 3.3 no. 10)."""


def is_young(evidence: Evidence, key: AccessKey) -> bool:
    """Whether the key may not have reached every endpoint yet; clocks may differ a little."""
    return key.created is not None and evidence.observed_at - key.created < PROPAGATION


def right_yet_refused(evidence: Evidence) -> AccessKey | None:
    """The key that the user name is, if the password is right for another secret than its own.

    The password recomputes right, the key is active and old enough, and SES
    says 535: then the secret given is not that key's.
    """
    found, key = examined(evidence), key_of(evidence)
    subject = evidence.subject
    if endpoint_region(evidence) != subject.region or key is None:
        return None
    if subject.smtp_username != key.key_id:
        return None  # such as blanks around it, which is fault enough
    if found is None or found.right is not True or not key.active:
        return None
    if is_young(evidence, key) or not credential_refused(evidence):
        return None
    return key
