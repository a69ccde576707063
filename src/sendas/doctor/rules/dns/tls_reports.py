"""DNS114: senders can report how TLS went.

Asks: is there at most one TLS-RPT record at ``_smtp._tls``, and does it say where
reports go?

Why it matters: senders pass over a record that they cannot read, and over all where
there are two; nobody then tells that mail could not be brought in over TLS.

How to mend: let one record stand, ``v=TLSRPTv1; rua=mailto:ADDRESS``.

Source: RFC 8460, section 3.
"""

from sendas.advice import Help, Owner
from sendas.auth.tls_rpt import fault_of_tls_rpt, tls_rpt_claims, tls_rpt_name
from sendas.dns.answers import RecordType
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Layer, Rule, Severity, Status, Verdict
from sendas.doctor.rules.dns._records import exhibit, values


def judge(evidence: Evidence) -> Verdict | None:
    """Whether the record that stands there is read."""
    name = tls_rpt_name(evidence.subject.domain)
    standing = values(evidence, name, RecordType.TXT)
    claims = tls_rpt_claims(standing)
    meant = [text for text in standing if "tlsrpt" in text.lower()]
    shown = (exhibit(evidence, name, RecordType.TXT),)
    if not meant:
        return None
    if not claims:
        fault = "it does not begin with v=TLSRPTv1;"
    elif len(claims) > 1:
        fault = f"{len(claims)} records stand there, and senders then read none"
    else:
        fault = fault_of_tls_rpt(claims[0])
    if not fault:
        return Verdict(Status.OK, f"TLS reports have a place to go: {claims[0]}", exhibits=shown)
    return Verdict(
        Status.WARN,
        f"The TLS-RPT record at {name} is not read: {fault}",
        "Senders pass over it, and report nothing of TLS that fails.",
        shown,
        (
            Help(
                "Let one record stand there that says where reports go, such as "
                f"v=TLSRPTv1; rua=mailto:reports@{evidence.subject.domain}.",
                verify_by=f"dig TXT {name}",
            ),
        ),
    )


RULE = Rule(
    code="DNS114",
    title="Senders can report how TLS went",
    layer=Layer.DNS,
    owner=Owner.DNS,
    severity=Severity.LOW,
    judge=judge,
)
