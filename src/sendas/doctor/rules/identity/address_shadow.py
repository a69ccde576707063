"""ID003: no address identity stands before its verified domain.

Asks: is an address of the domain an identity of its own, beside the domain?

Why it matters: for mail from that address SES goes by the address identity:
its DKIM setting, its MAIL FROM, its configuration set, its ARN in policies.
All of these are usually unset, so the mail leaves unsigned, Gmail shows "via
amazonses.com", and DMARC fails although the domain's DKIM is well.

How to mend: delete the address identity; the domain covers the address.

Source: RULES ID-03; FACTS 9 and 4; SES guide, "Troubleshooting DKIM".
"""

from collections.abc import Iterator

from sendas.advice import Applies, Help, Owner
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Exhibit, Layer, Rule, Severity, Status, Verdict
from sendas.doctor.rules.account._aws_cli import aws
from sendas.doctor.rules.identity._sending import domain_identity, signs
from sendas.ses.identity import Identity


def judge(evidence: Evidence) -> Verdict | None:
    """Whether an address identity changes how the domain's mail is sent."""
    domain = domain_identity(evidence)
    if domain is None or not domain.verified_for_sending:
        return None
    found = tuple(_addresses(evidence))
    if not found:
        return Verdict(Status.OK, f"No address of {domain.name} is an identity of its own")
    harmful = [each for each in found if not signs(each)]
    ours = (evidence.subject.from_address or "").lower()
    counting = [each for each in harmful if not ours or each.name.lower() == ours]
    shown = counting or harmful or list(found)
    names = ", ".join(each.name for each in shown)
    status = Status.FAIL if counting else Status.WARN if harmful else Status.INFO
    cause = (
        "SES goes by the address identity, which does not sign, and not by the domain's."
        if harmful
        else "SES goes by the settings of the address identity, not by the domain's."
    )
    return Verdict(
        status,
        f"{names} is an identity of its own and stands before {domain.name}",
        cause,
        tuple(_exhibit(each) for each in shown),
        tuple(_delete(each) for each in shown),
        severity=None if counting else Severity.LOW,
    )


def _addresses(evidence: Evidence) -> Iterator[Identity]:
    ours = f"@{evidence.subject.domain}"
    for name, seen in evidence.here.identities.items():
        if not name.lower().endswith(ours):
            continue
        if isinstance(seen, Identity) and seen.is_address and seen.verified_for_sending:
            yield seen


def _exhibit(identity: Identity) -> Exhibit:
    signing = "on" if identity.dkim.signing_enabled else "off"
    return Exhibit(
        f"GetEmailIdentity {identity.name} in {identity.region}",
        f"verified, DKIM {identity.dkim.status}, signing {signing}",
    )


def _delete(identity: Identity) -> Help:
    return Help(
        f"Delete the identity {identity.name}: the domain's then covers it.",
        commands=(
            aws(
                "sesv2 delete-email-identity",
                region=identity.region,
                email_identity=identity.name,
            ),
        ),
        applies=Applies.CONFIRM,
    )


RULE = Rule(
    code="ID003",
    title="No address identity stands before its verified domain",
    layer=Layer.IDENTITY,
    owner=Owner.SES,
    severity=Severity.HIGH,
    judge=judge,
)
