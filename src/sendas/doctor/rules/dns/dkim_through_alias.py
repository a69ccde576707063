"""DNS005: the zone's servers serve TXT questions through the DKIM CNAMEs.

Asks: does a name server that knows the CNAME fail when asked for TXT at the
same name?

Why it matters: receivers ask for TXT.  A server that answers SERVFAIL instead
of the CNAME leaves every signature without its key.

How to mend: have the DNS provider repair it, or move the zone to one that
follows the standard (RFC 1034, 3.6.2: a CNAME answers every type).

Source: RULES DNS-05; SES guide, "Troubleshooting DKIM problems".
"""

from sendas.advice import Help, Owner
from sendas.dns.answers import Records, RecordType
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Exhibit, Layer, Rule, Severity, Status, Verdict
from sendas.doctor.rules.dns._dkim import Found, dkim_records, easy_dkim_identity
from sendas.doctor.rules.dns._records import authoritative
from sendas.outcome import NoAnswer, Why


def judge(evidence: Evidence) -> Verdict | None:
    """Whether a server breaks on TXT where it knows the CNAME."""
    identity = easy_dkim_identity(evidence)
    if identity is None:
        return None
    right = [r for r in dkim_records(evidence, identity) if r.found is Found.RIGHT]
    if not right:
        return None
    broken = tuple(shown for record in right for shown in _broken(evidence, record.name))
    if not broken:
        return Verdict(Status.OK, "TXT questions pass through the DKIM CNAMEs")
    servers = ", ".join(sorted({shown.server or "" for shown in broken}))
    return Verdict(
        Status.FAIL,
        f"{servers} cannot answer for DKIM keys",
        "It knows the CNAME, but fails when receivers ask for the key behind it.",
        broken,
        (Help("Have the DNS provider repair this, or move the zone to another provider."),),
    )


def _broken(evidence: Evidence, name: str) -> list[Exhibit]:
    alias = authoritative(evidence.lookup(name, RecordType.CNAME)).answers
    texts = authoritative(evidence.lookup(name, RecordType.TXT)).answers
    return [
        Exhibit(f"TXT {name}", str(said), server)
        for server, said in texts.items()
        if isinstance(said, NoAnswer)
        and said.why is Why.SERVER_FAILURE
        and not said.detail.startswith("behind the alias")
        and isinstance(alias.get(server), Records)
    ]


RULE = Rule(
    code="DNS005",
    title="The name servers answer for the keys behind the DKIM CNAMEs",
    layer=Layer.DNS,
    owner=Owner.DNS,
    severity=Severity.HIGH,
    judge=judge,
)
