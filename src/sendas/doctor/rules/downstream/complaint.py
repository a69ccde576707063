"""DS103: recipients do not report the mail as spam.

Asks: was a complaint shown, as an SES event or a feedback report (ARF)?

Why it matters: the mail arrived, and its reader called it spam.  SES puts the
address on the suppression list with reason COMPLAINT, so that nothing reaches
it any more, and every complaint weighs on the account.

How to mend: write only to people who expect it; keep spam out of what is
forwarded.  Ask the reader by another way before taking the address off the list.

Source: FACTS 11 and 13; RFC 5965; SES guide, "Receiving complaint notifications".
"""

from sendas.advice import Help, Owner
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Exhibit, Layer, Rule, Severity, Status, Verdict


_COMPLAINT = "feedback"


def judge(evidence: Evidence) -> Verdict | None:
    """Whether a complaint was shown."""
    shown = [each for each in evidence.symptoms if each.reason == _COMPLAINT]
    if not shown:
        return None
    return Verdict(
        Status.WARN,
        "A recipient reported the mail as spam",
        "The mail arrived. SES takes such an address for one that wants no mail, and withholds "
        "what is sent to it from then on.",
        tuple(
            Exhibit("complaint", each.recipient or "of a recipient not named") for each in shown
        ),
        (
            Help(
                "Find out why: was it forwarded spam, or mail that nobody asked for? Write again "
                "only to somebody who says that your mail is wanted."
            ),
        ),
    )


RULE = Rule(
    code="DS103",
    title="Recipients do not report the mail as spam",
    layer=Layer.DOWNSTREAM,
    owner=Owner.CONTENT,
    severity=Severity.MEDIUM,
    judge=judge,
)
