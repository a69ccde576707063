"""The credential of a mailbox, as Secrets Manager or Parameter Store keeps it.

The SMTP password is kept and the secret access key is not: whoever reads the
secret can send as this address in this Region, and do nothing else.
"""

import json

from dataclasses import dataclass, field

from sendas.credentials.decide.claim import is_claim
from sendas.errors import UsageError
from sendas.ses.regions import MalformedRegion, Region, parse_region, smtp_host


SCHEMA = "sendas.smtp-credential/1"


class UnreadableCredential(UsageError):
    """What is stored there is not what sendas puts there; it is left alone."""


@dataclass(frozen=True, slots=True)
class StoredCredential:
    """User name (the access key id) and password for one Region's endpoint."""

    address: str
    region: Region
    username: str
    password: str = field(repr=False)
    user: str = ""
    """The IAM user whose key *username* is; empty in what an older release stored."""

    def dump(self) -> str:
        """As it is kept."""
        return json.dumps(
            {
                "schema": SCHEMA,
                "address": self.address,
                "region": self.region,
                "host": smtp_host(self.region),
                "port": 587,
                "username": self.username,
                "password": self.password,
                **({"user": self.user} if self.user else {}),
            }
        )


def load_credential(text: str, secret_name: str) -> StoredCredential:
    """Read what `StoredCredential.dump` wrote.

    Raises:
        UnreadableCredential: It is something else; the text is never in the message.
    """
    msg = (
        f"the secret {secret_name} holds something that sendas did not write; "
        "look at it, and delete or rename it"
    )
    try:
        raw = json.loads(text)
        if raw["schema"] != SCHEMA:
            raise UnreadableCredential(msg)
        words = [raw[name] for name in ("address", "username", "password")]
        region = parse_region(raw["region"])
        user = raw.get("user", "")
    except (ValueError, KeyError, TypeError, MalformedRegion, RecursionError):
        raise UnreadableCredential(msg) from None
    if not isinstance(user, str) or not all(isinstance(word, str) and word for word in words):
        raise UnreadableCredential(msg)
    return StoredCredential(words[0], region, words[1], words[2], user)


def stored_in(text: str | None, secret_name: str) -> StoredCredential | None:
    """The credential that a secret's value is; None without one, and of a claim on the secret.

    Raises:
        UnreadableCredential: It is something else.
    """
    if not text or is_claim(text):
        return None
    return load_credential(text, secret_name)
