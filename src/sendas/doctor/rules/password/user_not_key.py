"""PW015: the SMTP user name is an access key id.

Asks: has the user name the form of an access key id, or is it an IAM user's
name or something else?

Why it matters: IAM users have a name and access keys have an id.  SES wants the
id (AKIA…); with the user's name it answers ``535 Authentication Credentials
Invalid``.

How to mend: enter the access key id as user name.

Source: RULES PW-15; FACTS 3.3 no. 2.
"""

from sendas.advice import Help, Owner
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Exhibit, Layer, Rule, Severity, Status, Verdict
from sendas.doctor.rules.account._aws_cli import aws
from sendas.doctor.rules.password._names import is_key_id, is_secret
from sendas.doctor.rules.password._stored import user_name
from sendas.doctor.rules.smtp._advice import enter_in_gmail, last_four
from sendas.ses.mail_manager import is_ingress_user
from sendas.smtp.stand_in_values import stands_for


def judge(evidence: Evidence) -> Verdict | None:
    """Whether the user name is no key id; an address and a secret are other rules' questions."""
    name = user_name(evidence)
    if name is None or "@" in name or is_secret(name):
        return None
    if is_key_id(name):
        return Verdict(Status.OK, f"The user name is an access key id, {last_four(name)}")
    exists = evidence.iam.user_exists is True
    what = "the name of an IAM user" if exists else stands_for(name) or "no access key id"
    if is_ingress_user(name):
        what = "the id of a Mail Manager ingress endpoint, which has a host of its own"
    return Verdict(
        Status.FAIL,
        f"The SMTP user name {name!r} is {what}",
        "SES looks for an access key of that id and finds none.",
        (Exhibit("the SMTP user name", name),),
        (*_find(evidence, name, exists=exists), enter_in_gmail(evidence)),
    )


def _find(evidence: Evidence, name: str, *, exists: bool) -> tuple[Help, ...]:
    if not exists:
        return (Help("Find the access key id (AKIA…) that the password was derived with."),)
    keys = evidence.iam.sibling_keys
    known = (
        [last_four(key.key_id) for key in keys if key.active] if isinstance(keys, tuple) else []
    )
    which = f"; active: {', '.join(known)}" if known else ""
    return (
        Help(
            f"Look up the ids of {name}'s access keys{which}. The password must come from the "
            "secret of the same key.",
            commands=(aws("iam list-access-keys", user_name=name),),
        ),
    )


RULE = Rule(
    code="PW015",
    title="The SMTP user name is an access key id",
    layer=Layer.PASSWORD,
    owner=Owner.GMAIL,
    severity=Severity.HIGH,
    judge=judge,
)
