"""IAM101: SES did not refuse the message for want of permission.

Asks: does a reply or bounce that was shown to us say ``Access denied``, where
the policies that can be seen allow the message or cannot be seen?

Why it matters: SES names the user, the action and the resource it wanted, which
is enough to write the policy.  Where the policies allow it now, either they
were mended since, or a service control policy denies, which the account
itself cannot show.

How to mend: grant the action on the resource named; else ask whoever runs the
AWS organization.

Source: RULES IAM-01 and IAM-10; FACTS 3.2 and 4.
"""

from sendas.advice import Applies, Help, Owner
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Exhibit, Layer, Rule, Severity, Status, Verdict
from sendas.doctor.rules.account._aws_cli import aws
from sendas.doctor.rules.iam._grant import Grant, grant, least_policy
from sendas.doctor.rules.iam._texts import AccessDenied, access_denied
from sendas.errors import CouldNotLook


def judge(evidence: Evidence) -> Verdict | None:
    """Whether a refusal stands that no visible policy accounts for."""
    denied = next(
        (
            each
            for each in access_denied(evidence)
            if each.identity.rpartition("@")[2].lower() in {"", evidence.subject.domain}
        ),
        None,
    )
    if denied is None:
        return None
    try:
        found = grant(evidence)
    except CouldNotLook:
        found = None  # the text is all there is
    if found is None:
        return _by_text(denied)
    return None if found.fault else _unaccounted(found, denied)


def _by_text(denied: AccessDenied) -> Verdict:
    user = denied.user.rpartition("/")[2]
    command = aws(
        "iam put-user-policy",
        user_name=user,
        policy_name="send-as",
        policy_document=least_policy((denied.resource,)),
    )
    return Verdict(
        Status.FAIL,
        f"SES refused: {user} may not do {denied.action}",
        "The login passed, and the policies do not cover the message.",
        (_exhibit(denied),),
        (
            Help(
                "Allow sending on the resource that SES names.",
                commands=(command,),
                applies=Applies.CONFIRM,
                wait_seconds=60,
            ),
        ),
    )


def _unaccounted(found: Grant, denied: AccessDenied) -> Verdict:
    return Verdict(
        Status.FAIL,
        f"SES refused {found.user}, and the policies that can be seen allow it",
        "Either they were mended since, or the organization's service control policy denies it.",
        (_exhibit(denied),),
        (
            Help(
                "Grant nothing: it is granted. Send again; if SES still refuses, ask whoever runs "
                "the AWS organization for its service control policies.",
            ),
        ),
        severity=Severity.MEDIUM,
    )


def _exhibit(denied: AccessDenied) -> Exhibit:
    return Exhibit("refusal", f"{denied.user}: {denied.action} on {denied.resource}")


RULE = Rule(
    code="IAM101",
    title="SES did not refuse the message for want of permission",
    layer=Layer.IAM,
    owner=Owner.IAM,
    severity=Severity.HIGH,
    judge=judge,
)
