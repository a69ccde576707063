"""ID009: a broken custom MAIL FROM does not make SES refuse mail.

Asks: where the identity says REJECT_MESSAGE, is its MAIL FROM status SUCCESS?

Why it matters: in that mode SES refuses every message while it cannot find the
MAIL FROM domain's MX: ``554 MAIL FROM domain not verified``.  The other mode
falls back to amazonses.com, and mail flows.

How to mend: fall back (USE_DEFAULT_VALUE) until the status is SUCCESS.

Source: RULES ID-09, SMTP-21; FACTS 9; SES API v2,
PutEmailIdentityMailFromAttributes.
"""

from sendas.advice import Applies, Help, Owner
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Exhibit, Layer, Rule, Severity, Status, Verdict
from sendas.doctor.rules.account._aws_cli import aws
from sendas.doctor.rules.identity._sending import sending_identity


def judge(evidence: Evidence) -> Verdict | None:
    """Whether SES refuses mail because of the MAIL FROM domain."""
    identity = sending_identity(evidence)
    if identity is None or identity.mail_from is None:
        return None
    mail_from = identity.mail_from
    asked = (
        Exhibit(
            f"GetEmailIdentity {identity.name} in {identity.region}",
            f"MAIL FROM {mail_from.domain} {mail_from.status}, "
            f"BehaviorOnMxFailure {mail_from.behavior_on_mx_failure}",
        ),
    )
    rejects = mail_from.behavior_on_mx_failure == "REJECT_MESSAGE"
    if mail_from.status == "SUCCESS" or not rejects:
        title = f"SES refuses no mail because of {mail_from.domain}"
        return Verdict(Status.OK, title, exhibits=asked)
    command = aws(
        "sesv2 put-email-identity-mail-from-attributes",
        region=identity.region,
        email_identity=identity.name,
        mail_from_domain=mail_from.domain,
        behavior_on_mx_failure="USE_DEFAULT_VALUE",
    )
    return Verdict(
        Status.FAIL,
        f"SES refuses mail while the MAIL FROM domain {mail_from.domain} is {mail_from.status}",
        "The identity is told to reject messages whenever the MX of its MAIL FROM domain is not "
        "found.",
        asked,
        (
            Help(
                "Let SES fall back to amazonses.com until the MAIL FROM domain is verified.",
                commands=(command,),
                applies=Applies.AUTO,
            ),
        ),
    )


RULE = Rule(
    code="ID009",
    title="A broken custom MAIL FROM does not make SES refuse mail",
    layer=Layer.IDENTITY,
    owner=Owner.SES,
    severity=Severity.HIGH,
    judge=judge,
    explained_by=("DNS007", "DNS008", "DNS009", "DNS019"),
)
