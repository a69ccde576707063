"""What an SMTP user name looks like."""

import re

from sendas.doctor.evidence import Evidence
from sendas.doctor.rules.password._stored import user_name
from sendas.smtp.username import looks_secret


_LONG_TERM = re.compile(r"AKIA[A-Z0-9]{12,124}")
"""IAM API, AccessKeyMetadata: 16 to 128 characters."""
_TEMPORARY = re.compile(r"ASIA[A-Z0-9]{12,124}")


def long_term_key(evidence: Evidence) -> str | None:
    """The user name, if it is the id of a long-term key."""
    name = (user_name(evidence) or "").strip()
    return name if _LONG_TERM.fullmatch(name) else None


def is_temporary(name: str) -> bool:
    """Whether *name* is the id of a temporary key."""
    return _TEMPORARY.fullmatch(name.strip()) is not None


def is_secret(name: str) -> bool:
    """Whether *name* looks like a secret key or a password: it must not be shown."""
    return looks_secret(name)


def is_key_id(name: str) -> bool:
    """Whether *name* is the id of a key of either kind."""
    return _LONG_TERM.fullmatch(name.strip()) is not None or is_temporary(name)
