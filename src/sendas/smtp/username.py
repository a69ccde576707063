"""What stands in an SMTP user name's field, and whether it may be kept.

A secret is sometimes pasted there.  It still has to be tried, and the finding
must still name the mistake; but no evidence, report or call to AWS may hold it.
"""

import re

from sendas.percent import unquote


NOT_KEPT = "(the form of a secret; not kept)"
"""What is kept in place of such a user name.  No key, user or address is spelled so."""

_AROUND = " \t\r\n\"'`"
_SECRET = re.compile(r"[A-Za-z0-9+/]{40}|[A-Za-z0-9+/]{43}[A-Za-z0-9+/=]")
"""A secret access key, or a derived password (FACTS 2.3)."""


def looks_secret(name: str) -> bool:
    """Whether *name* has the form of a secret key or a password, or stands for one."""
    bare = name.strip(_AROUND)
    return name == NOT_KEPT or any(_SECRET.fullmatch(one) for one in (bare, unquote(bare)))


def kept(name: str, *secrets: str | None) -> str:
    """*name* as it may be kept: itself, unless it looks secret or is one of *secrets*."""
    return NOT_KEPT if looks_secret(name) or name.strip(_AROUND) in secrets else name
