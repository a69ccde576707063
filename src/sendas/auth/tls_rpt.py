"""TLS-RPT: where senders report how TLS went with a domain's exchangers (RFC 8460); pure."""

import re

from collections.abc import Iterable

from sendas.auth.tags import MalformedTags, parse_tags
from sendas.dns.names import canonical


_CLAIMS = re.compile(r"v=TLSRPTv1[ \t]*;")
_URI = re.compile(r"(?:mailto:[^\s@,]+@[^\s@,]+|https://[^\s,/]+\S*)", re.IGNORECASE)


def tls_rpt_name(domain: str) -> str:
    """Where the record stands."""
    return f"_smtp._tls.{canonical(domain)}"


def tls_rpt_claims(texts: Iterable[str]) -> tuple[str, ...]:
    """Those of *texts* that begin as a record must; others are passed over (RFC 8460, 3)."""
    return tuple(text for text in texts if _CLAIMS.match(text))


def fault_of_tls_rpt(text: str) -> str:
    """What is wrong with a record; empty where senders read it (RFC 8460, 3)."""
    try:
        tags = {tag.name: tag.value for tag in parse_tags(text)}
    except MalformedTags as error:
        return str(error)
    places = [place.strip() for place in tags.get("rua", "").split(",")]
    if not any(places):
        return "rua= is missing"
    bad = next((place for place in places if not _URI.fullmatch(place)), None)
    return f"rua={bad} is neither mailto: nor https:" if bad is not None else ""
