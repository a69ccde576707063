"""ID004: SES finds the domain's DKIM records.

Asks: is the DKIM status of the verified domain SUCCESS?

Why it matters: with the records gone SES warns by mail, keeps signing for some
days (TEMPORARY_FAILURE), then revokes DKIM (FAILED).  Unsigned mail fails
DMARC unless a custom MAIL FROM carries it.

How to mend: publish the CNAME records again.  Once the status is FAILED, also
ask SES to start again.

Source: RULES ID-04; FACTS 9; SES guide, "Troubleshooting DKIM problems".
"""

from sendas.advice import Applies, Help, Owner
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Exhibit, Layer, Rule, Severity, Status, Verdict
from sendas.doctor.rules.account._aws_cli import aws
from sendas.doctor.rules.identity._sending import DKIM_RECORDS, dkim_records, domain_identity
from sendas.ses.identity import Identity


_MEANING = {
    "TEMPORARY_FAILURE": "no longer finds the DKIM records of",
    "FAILED": "has given up looking for the DKIM records of",
    "PENDING": "has not yet found the DKIM records of",
    "NOT_STARTED": "has no DKIM set up for",
}


def judge(evidence: Evidence) -> Verdict | None:
    """Whether SES can sign for a domain that is otherwise verified."""
    identity = domain_identity(evidence)
    if identity is None or not identity.verified_for_sending:
        return None  # ID101 tells
    status = identity.dkim.status
    asked = (
        Exhibit(f"GetEmailIdentity {identity.name} in {identity.region}", f"DKIM status {status}"),
    )
    if status == "SUCCESS":
        return Verdict(Status.OK, f"SES finds the DKIM records of {identity.name}", exhibits=asked)
    if status not in _MEANING:
        return Verdict(Status.WARN, f"DKIM of {identity.name} is {status}", exhibits=asked)
    return Verdict(
        Status.FAIL,
        f"SES {_MEANING[status]} {identity.name}",
        "Mail leaves unsigned, or will once SES gives up.",
        asked,
        (_publish(identity),),
    )


def _publish(identity: Identity) -> Help:
    begin = identity.dkim.status in {"FAILED", "NOT_STARTED"}
    records = dkim_records(identity)
    command = aws(
        "sesv2 put-email-identity-dkim-signing-attributes",
        region=identity.region,
        email_identity=identity.name,
        signing_attributes_origin="AWS_SES",
    )
    if begin and not records:
        on = aws(
            "sesv2 put-email-identity-dkim-attributes",
            region=identity.region,
            email_identity=identity.name,
            signing_enabled=True,
        )
        return Help(
            "Ask SES to set DKIM up, with signing on; then publish a CNAME record for each of the "
            f"three tokens in its answer: TOKEN._domainkey.{identity.name} leads to "
            "TOKEN.dkim.amazonses.com.",
            commands=(command, on),
            applies=Applies.CONFIRM,
            wait_seconds=3600,
        )
    return Help(
        "Publish the DKIM records"
        + (", then ask SES to look for them again." if begin else "; SES looks again by itself."),
        records=records,
        commands=(command,) if begin else (),
        applies=Applies.CONFIRM,
        wait_seconds=3600,
    )


RULE = Rule(
    code="ID004",
    title="SES finds the domain's DKIM records",
    layer=Layer.IDENTITY,
    owner=Owner.DNS,
    severity=Severity.HIGH,
    judge=judge,
    explained_by=DKIM_RECORDS,
)
