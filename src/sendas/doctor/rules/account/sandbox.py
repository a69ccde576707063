"""ID002: the account may write to this recipient.

Asks: is production access granted in this Region; if not, is the recipient
verified?

Why it matters: in the sandbox SES delivers only to verified identities and to
its mailbox simulator.  To anybody else it answers ``554 … Email address is not
verified`` and lists the recipient.  The sandbox is per Region: being out of it
in one says nothing of another.

How to mend: request production access; a person at AWS decides, usually within
a day.  For a test, verify the recipient.

Source: RULES ID-02; FACTS 6 and 11; SES guide, "Request production access".
"""

import re

from sendas.advice import Applies, Help, Owner
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Exhibit, Layer, Rule, Severity, Status, Verdict
from sendas.doctor.rules.account._aws_cli import aws
from sendas.doctor.rules.account._refusals import refusals
from sendas.outcome import NOT_ASKED, see
from sendas.ses.account_state import Account
from sendas.ses.regions import Region
from sendas.ses.simulator import SIMULATOR


# SES names what it found unverified, From and recipients alike (FACTS 3.2).
_FAILED_CHECK = re.compile(r"failed the check in region [\w-]+: (.*)", re.IGNORECASE)
_DAY_SECONDS = 24 * 60 * 60


def judge(evidence: Evidence) -> Verdict:
    """Whether the sandbox keeps the mail from its recipient."""
    account = evidence.account()
    access = str(account.production_access).lower()
    asked = Exhibit(f"GetAccount in {account.region}", f"ProductionAccessEnabled {access}")
    if not account.in_sandbox:
        return Verdict(
            Status.OK, f"Production access is on in {account.region}", exhibits=(asked,)
        )
    recipient = evidence.subject.to_address or _refused(evidence)
    if recipient is None:
        return Verdict(
            Status.WARN,
            f"The account is in the sandbox in {account.region}",
            "SES delivers only to verified identities and to its simulator.",
            (asked,),
            (request(account, evidence.subject.domain),),
            severity=Severity.MEDIUM,
        )
    if evidence.subject.to_address and may_receive(evidence, recipient):
        return Verdict(
            Status.INFO,
            f"The account is in the sandbox in {account.region}, and {recipient} is verified",
            "SES delivers only to verified identities and to its simulator.",
            (asked,),
            (request(account, evidence.subject.domain),),
        )
    return Verdict(
        Status.FAIL,
        f"The account is in the sandbox in {account.region}, and {recipient} is not verified",
        "In the sandbox SES refuses every recipient that is not a verified identity.",
        (asked, Exhibit(f"GetEmailIdentity {recipient}", "not verified")),
        (
            request(account, evidence.subject.domain),
            verify(recipient, account.region),
        ),
    )


def _refused(evidence: Evidence) -> str | None:
    """The first recipient that SES itself named as not verified, in a refusal shown to us."""
    ours = f"@{evidence.subject.domain}"
    for text in refusals(evidence):
        if named := _FAILED_CHECK.search(text):
            for word in named[1].split(","):
                name = word.strip(" .<>")
                if "@" in name and not name.lower().endswith(ours):
                    return name
    return None


def may_receive(evidence: Evidence, recipient: str) -> bool:
    """Whether address or domain is verified; raises CouldNotLook if it may be."""
    address = recipient.lower()
    domain = address.rpartition("@")[2]
    if domain == SIMULATOR:
        return True
    identities = evidence.here.identities
    answers = [identities[name] for name in (recipient, address, domain) if name in identities]
    told = [see(each, f"GetEmailIdentity for {recipient}") for each in answers or [NOT_ASKED]]
    return any(identity is not None and identity.verified_for_sending for identity in told)


def request(account: Account, domain: str) -> Help:
    """Ask AWS for production access, or see what became of the request."""
    if account.review_status in {"DENIED", "FAILED", "PENDING"}:
        case = f"case {account.case_id}" if account.case_id else "the case"
        return Help(
            f"A request is {account.review_status.lower()}: follow {case} in the Support Center.",
            wait_seconds=_DAY_SECONDS,
        )
    command = aws(
        "sesv2 put-account-details",
        region=account.region,
        production_access_enabled=True,
        mail_type="TRANSACTIONAL",
        website_url=f"https://{domain}",
        contact_language="EN",
        use_case_description=f"Personal mail of {domain}, one message at a time, to people "
        "who write to it. Bounces and complaints are read by its owner.",
    )
    return Help(
        "Request production access, in your own words; a person at AWS decides.",
        commands=(command,),
        applies=Applies.CONFIRM,
        wait_seconds=_DAY_SECONDS,
    )


def verify(recipient: str, region: Region) -> Help:
    """Let the one recipient be written to."""
    return Help(
        f"Or, for a test, verify {recipient}: SES writes to it, and its reader follows the link.",
        applies=Applies.MANUAL,
        verify_by=aws("sesv2 get-email-identity", region=region, email_identity=recipient),
    )


RULE = Rule(
    code="ID002",
    title="The account may write to this recipient",
    layer=Layer.ACCOUNT,
    owner=Owner.SES,
    severity=Severity.HIGH,
    judge=judge,
)
