"""PW103: the stored password is the one SES accepts.

Asks: is the stored password, letter for letter, what the secret key gives for
the endpoint's Region?

Why it matters: a password proven right takes derivation and Region out of the
question; a 535 then comes from the user name, the key's state or its age.

How to mend: nothing, if it is right.  If only its form is known, give the secret
key as well, and the answer is certain.  What is wrong is another rule's finding.

Source: RULES section 5 and PW-22.
"""

from sendas.advice import Help, Owner
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Layer, Rule, Severity, Status, Verdict
from sendas.doctor.rules.password._stored import examined, exhibit
from sendas.doctor.rules.smtp._advice import region_to_use
from sendas.smtp.identification import Kind


def judge(evidence: Evidence) -> Verdict | None:
    """Whether the password is proven right, or at least of the right form."""
    found = examined(evidence)
    if found is None or found.kind is not Kind.SES_SMTP_V4:
        return None
    if found.right:
        return Verdict(
            Status.OK, "The stored password is the right one", exhibits=(exhibit(found),)
        )
    region = region_to_use(evidence)
    return Verdict(
        Status.INFO,
        "The stored password has the right form, which proves nothing",
        "Form does not show which key, Region or derivation made it.",
        (exhibit(found),),
        (
            Help(
                "Compare it with the secret access key at hand: the answer is then exact.",
                commands=(f"sendas password identify --region {region} --secret-stdin",),
            ),
        ),
    )


RULE = Rule(
    code="PW103",
    title="The stored password is the one SES accepts",
    layer=Layer.PASSWORD,
    owner=Owner.IAM,
    severity=Severity.LOW,
    judge=judge,
)
