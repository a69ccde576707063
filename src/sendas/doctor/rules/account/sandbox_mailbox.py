"""ID104: the account may write to the mailbox that mail is forwarded to.

Asks: where the account is in the sandbox, is the owner's own mailbox, or its domain,
a verified identity?

Why it matters: so an account begins.  In the sandbox SES refuses every forward to a
mailbox that is not verified, while mail is received and nothing else looks wrong.

How to mend: verify the mailbox, which its owner can do at once; or request production
access.

Source: RULES ID-02; FACTS 6 and 11; SES guide, "Request production access".
"""

from dataclasses import replace

from sendas.advice import Owner
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Exhibit, Layer, Rule, Severity, Status, Verdict
from sendas.doctor.rules.account._aws_cli import aws
from sendas.doctor.rules.account.sandbox import may_receive, request, verify


def judge(evidence: Evidence) -> Verdict | None:
    """Whether the sandbox keeps forwarded mail from its owner."""
    mailbox = evidence.subject.mailbox
    if mailbox is None:
        return None
    account = evidence.account()
    if not account.in_sandbox:
        return Verdict(Status.OK, f"Production access is on: {mailbox} may be written to")
    if may_receive(evidence, mailbox):
        return Verdict(Status.OK, f"Your mailbox {mailbox} is verified, as the sandbox asks")
    begin = aws("sesv2 create-email-identity", region=account.region, email_identity=mailbox)
    return Verdict(
        Status.FAIL,
        f"The account is in the sandbox in {account.region}, and your mailbox {mailbox} is not "
        "verified",
        "In the sandbox SES refuses every recipient that is not a verified identity: nothing is "
        "forwarded.",
        (Exhibit(f"GetEmailIdentity {mailbox}", "not verified"),),
        (
            replace(
                verify(mailbox, account.region),
                text=f"Verify {mailbox}: SES writes to it, and you follow the link.",
                commands=(begin,),
            ),
            request(account, evidence.subject.domain),
        ),
    )


RULE = Rule(
    code="ID104",
    title="The account may write to the mailbox that mail is forwarded to",
    layer=Layer.ACCOUNT,
    owner=Owner.SES,
    severity=Severity.HIGH,
    judge=judge,
    explained_by=("ID002",),
)
