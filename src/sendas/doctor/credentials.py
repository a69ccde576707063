"""What is the matter with the credentials that can send: a value of the evidence.

`sendas.credentials` looks and judges; a rule for each verdict says what to do.
"""

from dataclasses import dataclass

from sendas.iam.credential_verdict import CredentialVerdict
from sendas.outcome import NOT_ASKED, Seen


@dataclass(frozen=True, slots=True)
class CredentialRemark:
    """One verdict on one key, or on a user without any.  *key* is its last four signs."""

    user: str
    key: str
    verdict: CredentialVerdict
    words: str

    @property
    def of(self) -> str:
        """Whose it is, for people."""
        return f"…{self.key} of {self.user}" if self.key else self.user


@dataclass(frozen=True, slots=True)
class CredentialsSeen:
    """All that was said of those that can send as the domain.

    *history* says whether sent mail is remembered; *doubts* are what could not be looked at.
    """

    remarks: tuple[CredentialRemark, ...] = ()
    doubts: tuple[str, ...] = ()
    root_key: Seen[bool] = NOT_ASKED
    """Whether the account's root has an access key."""
    history: bool = False
