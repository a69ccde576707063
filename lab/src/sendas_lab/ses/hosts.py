"""The names SES's own hosts have, and the made-up addresses they get in the lab.

Addresses are from RFC 5737's documentation blocks, one per Region and role, so
that what a person sees looks like the world and nothing real is ever named.
"""

import zlib

from sendas.ses.regions import KNOWN, Region, feedback_host, inbound_host, smtp_host


SIGNING_ZONE = "dkim.amazonses.com"
_BLOCK = "203.0.113."
_FIRST = {"smtp": 0, "inbound": 32, "feedback": 64}
_OUTBOUND_FIRST = 64
OUTBOUND_NETWORK = "198.51.100.64/27"
"""Everything SES sends comes from here; the include of amazonses.com says so."""


def _place(region: Region) -> int:
    """0 to 31, the same for a Region in every lab."""
    if region in KNOWN:
        return KNOWN.index(region) % 32
    return zlib.crc32(region.encode()) % 32


def smtp_address(region: Region) -> str:
    """Where ``email-smtp.<region>.amazonaws.com`` is."""
    return f"{_BLOCK}{_FIRST['smtp'] + _place(region)}"


def inbound_address(region: Region) -> str:
    """Where ``inbound-smtp.<region>.amazonaws.com`` is."""
    return f"{_BLOCK}{_FIRST['inbound'] + _place(region)}"


def feedback_address(region: Region) -> str:
    """Where ``feedback-smtp.<region>.amazonses.com`` is."""
    return f"{_BLOCK}{_FIRST['feedback'] + _place(region)}"


def outbound_address(region: Region) -> str:
    """Where mail that SES sends in *region* comes from."""
    return f"198.51.100.{_OUTBOUND_FIRST + _place(region)}"


def outbound_name(region: Region) -> str:
    """The name SES gives in EHLO, as seen in Received headers."""
    if region == "us-east-1":
        return "a8-31.smtp-out.amazonses.com"
    return f"e226-31.smtp-out.{region}.amazonses.com"


def default_mail_from(region: Region) -> str:
    """The reverse-path's domain where no custom one is set (SES guide, "MAIL FROM domain")."""
    return "amazonses.com" if region == "us-east-1" else f"{region}.amazonses.com"


def message_id_domain(region: Region) -> str:
    """What stands behind the ``@`` of the Message-ID that SES writes."""
    return "email.amazonses.com" if region == "us-east-1" else f"{region}.amazonses.com"


Published = dict[tuple[str, str], tuple[str, ...]]
"""Records by (name, type): the shape C2's name servers read."""


def host_records() -> Published:
    """A, MX, PTR and TXT of everything SES runs, except identities' keys."""
    spf = f"v=spf1 ip4:{OUTBOUND_NETWORK} -all"
    records: Published = {
        ("amazonses.com", "TXT"): (spf,),
        ("amazonses.com", "MX"): (f"10 {feedback_host(Region('us-east-1'))}",),
    }
    for region in KNOWN:
        records[smtp_host(region), "A"] = (smtp_address(region),)
        records[inbound_host(region), "A"] = (inbound_address(region),)
        records[feedback_host(region), "A"] = (feedback_address(region),)
        out = outbound_address(region)
        records[outbound_name(region), "A"] = (out,)
        reverse = ".".join(reversed(out.split(".")))
        records[f"{reverse}.in-addr.arpa", "PTR"] = (outbound_name(region),)
        if region != "us-east-1":
            ours = default_mail_from(region)
            records[ours, "TXT"] = ("v=spf1 include:amazonses.com -all",)
            records[ours, "MX"] = (f"10 {feedback_host(region)}",)
    return records
