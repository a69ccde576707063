"""DNS009: SES uses the custom MAIL FROM domain.

Asks: is the MAIL FROM status of the identity SUCCESS?

Why it matters: SES looks for the MX record for 72 hours.  After that the status
is FAILED and SES never looks again by itself, even when the record is right.

How to mend: mend the records first, then set the MAIL FROM domain again.  While
the status is PENDING, wait.

Source: RULES DNS-09; FACTS 9; SES guide, "MAIL FROM domain setup states".
"""

from sendas.advice import Applies, Help, Owner
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Exhibit, Layer, Rule, Severity, Status, Verdict
from sendas.doctor.rules.dns._mail_from import set_again, with_mail_from


_SES_LOOKS_SECONDS = 72 * 3600


def judge(evidence: Evidence) -> Verdict | None:
    """Whether SES found the MAIL FROM domain in order, or gave up."""
    found = with_mail_from(evidence)
    if found is None:
        return None
    identity, mail_from = found
    shown = (
        Exhibit(
            f"GetEmailIdentity {identity.name} in {identity.region}",
            f"MAIL FROM {mail_from.domain} {mail_from.status}",
        ),
    )
    match mail_from.status:
        case "SUCCESS":
            return Verdict(Status.OK, f"SES uses MAIL FROM domain {mail_from.domain}", "", shown)
        case "FAILED":
            again = Help(
                "Once its records are right, set the MAIL FROM domain again; SES looks again.",
                commands=set_again(identity, mail_from),
                applies=Applies.CONFIRM,
            )
            return Verdict(
                Status.FAIL,
                f"SES has stopped looking for MAIL FROM domain {mail_from.domain}",
                "For 72 hours SES did not find its MX record, and it does not look again by "
                "itself.  Until then mail goes out as amazonses.com, and SPF does not align.",
                shown,
                (again,),
            )
        case "TEMPORARY_FAILURE":
            title = f"SES does not find MAIL FROM domain {mail_from.domain} at present"
        case _:
            title = f"SES has not yet found MAIL FROM domain {mail_from.domain}"
    wait = Help("Wait: SES looks again by itself.", wait_seconds=_SES_LOOKS_SECONDS)
    return Verdict(Status.WARN, title, "", shown, (wait,), owner=Owner.WAIT)


RULE = Rule(
    code="DNS009",
    title="SES uses the custom MAIL FROM domain",
    layer=Layer.DNS,
    owner=Owner.SES,
    severity=Severity.MEDIUM,
    judge=judge,
    explained_by=("DNS007", "DNS008", "DNS019"),
)
