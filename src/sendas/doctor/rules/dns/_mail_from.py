"""The custom MAIL FROM domain, and the lines it needs."""

from sendas.dns.answers import RecordType
from sendas.doctor.evidence import Evidence
from sendas.doctor.rules.account._aws_cli import aws
from sendas.doctor.rules.dns._records import line
from sendas.doctor.rules.identity._sending import domain_identity
from sendas.ses.identity import Identity, MailFrom
from sendas.ses.regions import feedback_host


def with_mail_from(evidence: Evidence) -> tuple[Identity, MailFrom] | None:
    """The domain's identity and its custom MAIL FROM domain, if it has one.

    Raises:
        CouldNotLook: SES did not tell.
    """
    identity = domain_identity(evidence)
    if identity is None or identity.mail_from is None:
        return None
    return identity, identity.mail_from


def mx_line(identity: Identity, mail_from: MailFrom) -> str:
    """The one MX record that SES wants (guide, "Using a custom MAIL FROM domain")."""
    return line(mail_from.domain, RecordType.MX, f"10 {feedback_host(identity.region)}")


def set_again(identity: Identity, mail_from: MailFrom) -> tuple[str, ...]:
    """The command that makes SES look again, where it has given up; else none."""
    if mail_from.status != "FAILED":
        return ()
    return (
        aws(
            "sesv2 put-email-identity-mail-from-attributes",
            region=identity.region,
            email_identity=identity.name,
            mail_from_domain=mail_from.domain,
            behavior_on_mx_failure=mail_from.behavior_on_mx_failure,
        ),
    )
