"""SMTP102: the SMTP host is SES's endpoint in this Region.

Asks: is the host that the mail client dials ``email-smtp.REGION.amazonaws.com``,
with the Region in which the domain is set up?

Why it matters: identities, quotas and passwords belong to one Region.  At
another Region's endpoint the password is refused (535), or the identity is (554).
SES's hosts for inbound mail, feedback and the API take no logins.

How to mend: enter this Region's endpoint.

Source: RULES SMTP-02 and PW-22; FACTS 2.1 and 3.1; SES guide, "Regions and Amazon SES".
"""

import re

from sendas.advice import Help, Owner
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Exhibit, Layer, Rule, Severity, Status, Verdict
from sendas.doctor.rules.smtp._advice import enter_in_gmail
from sendas.doctor.rules.smtp._login import endpoint_region, host
from sendas.ses.mail_manager import is_ingress_host
from sendas.ses.regions import smtp_host
from sendas.smtp.probe import Outcome, Probe
from sendas.smtp.shapes import is_key_id
from sendas.smtp.verdict import WELL


_OTHER_SES_HOST = re.compile(
    r"(?:(?:inbound-smtp|feedback-smtp|email|email-smtp)\..*\.|email-smtp\.)amazon(?:aws|ses)\.com\.?",
    re.IGNORECASE,
)


def judge(evidence: Evidence) -> Verdict | None:
    """Whether the client dials where the domain lives."""
    if evidence.subject.smtp_host is None:
        return None
    dialled, here = host(evidence), evidence.subject.region
    region = endpoint_region(evidence)
    if region == here:
        return Verdict(Status.OK, f"{dialled} is the SES endpoint of {here}")
    if region is not None:
        return _wrong(
            evidence,
            Status.WARN if _works(evidence) else Status.FAIL,
            f"{dialled} is the endpoint of {region}, while the domain is set up in {here}",
        )
    if is_ingress_host(dialled):
        return _ingress(evidence, dialled)
    title = _none_of_ses(evidence, dialled)
    if title is not None:
        return _wrong(evidence, Status.FAIL, title)
    return Verdict(
        Status.INFO,
        f"{dialled} is not SES: a relay or another provider",
        "What SES wants of user name and password does not hold there.",
        (Exhibit("the SMTP host", dialled),),
    )


def _none_of_ses(evidence: Evidence, dialled: str) -> str | None:
    """What stands in the host's field, if it cannot be any server that takes a login."""
    if is_key_id(dialled.upper()):
        return "An access key id stands in the SMTP host's field"
    if _OTHER_SES_HOST.fullmatch(dialled):
        return f"{dialled} is no SMTP endpoint for sending"
    return f"There is no host {dialled}" if _unknown(evidence) else None


def _ingress(evidence: Evidence, dialled: str) -> Verdict:
    here = evidence.subject.region
    return Verdict(
        Status.INFO if _works(evidence) else Status.FAIL,
        f"{dialled} is a Mail Manager ingress endpoint, not SES's SMTP interface",
        "It has a user name (inp-…) and a password of its own, derived from nothing, and takes "
        "ports 25 and 587 only; what becomes of the mail its rule set says, and without a Send "
        "action nothing goes out. The SES console offers both kinds.",
        (Exhibit("the SMTP host", dialled),),
        (
            Help(
                f"To send with an IAM user's access key, dial {smtp_host(here)}, with a password "
                f"derived for {here}.",
                commands=(f"sendas password derive --region {here} --secret-stdin",),
            ),
            enter_in_gmail(evidence, here),
            Help(
                "To keep the ingress endpoint: its own user name and password as the console "
                "shows them, port 587, and a rule with the action Send.",
            ),
        ),
    )


def _works(evidence: Evidence) -> bool:
    probe = evidence.login
    return isinstance(probe, Probe) and probe.outcome in WELL


def _unknown(evidence: Evidence) -> bool:
    probe = evidence.login
    return isinstance(probe, Probe) and probe.outcome is Outcome.NAME_UNKNOWN


def _wrong(evidence: Evidence, status: Status, title: str) -> Verdict:
    here = evidence.subject.region
    return Verdict(
        status,
        title,
        f"The endpoint here is {smtp_host(here)}; passwords and identities hold in one Region.",
        (Exhibit("the SMTP host", host(evidence)),),
        (
            Help(
                f"Dial {smtp_host(here)}, with a password derived for {here}.",
                commands=(f"sendas password derive --region {here} --secret-stdin",),
            ),
            enter_in_gmail(evidence, here),
        ),
    )


RULE = Rule(
    code="SMTP102",
    title="The SMTP host is SES's endpoint in this Region",
    layer=Layer.SMTP,
    owner=Owner.GMAIL,
    severity=Severity.HIGH,
    judge=judge,
)
