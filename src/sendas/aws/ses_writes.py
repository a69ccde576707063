"""What only SES's own API can do: the rule set in force, notifications, leaving the sandbox.

SES API v1 allows one such call a second (FACTS 6); botocore's retries wait.
"""

from sendas.aws import ses, sesv2
from sendas.aws.session import Session
from sendas.aws.writes import NotDone, do, do_unless
from sendas.outcome import NoAnswer
from sendas.ses.identity import ASKED, CLICKED
from sendas.ses.regions import Region


_MISSING = ("RuleSetDoesNotExist", "RuleSetDoesNotExistException")


def make_rule_set(session: Session, region: Region, name: str) -> None:
    """An empty rule set; one that is there stays as it is.

    Raises:
        NotDone: SES did not.
    """
    do_unless(
        ("AlreadyExists", "AlreadyExistsException"),
        session,
        "ses",
        "CreateReceiptRuleSet",
        region=region,
        RuleSetName=name,
    )


def activate_rule_set(session: Session, region: Region, name: str | None) -> None:
    """Let SES obey *name* from now on; None: no mail is received any more.

    Raises:
        NotDone: SES did not.
    """
    named = {"RuleSetName": name} if name else {}
    do(session, "ses", "SetActiveReceiptRuleSet", region=region, **named)


def delete_rule_set(session: Session, region: Region, name: str) -> None:
    """Delete a rule set, with every rule in it; the active one SES never deletes.

    Raises:
        NotDone: SES did not.
    """
    do_unless(_MISSING, session, "ses", "DeleteReceiptRuleSet", region=region, RuleSetName=name)


def tell_of_mail(session: Session, region: Region, identity: str, kind: str, topic: str) -> None:
    """Let *identity* tell *topic* of each *kind*, with the mail's header fields.

    Raises:
        NotDone: SES did not.
    """
    about = {"Identity": identity, "NotificationType": kind}
    do(session, "ses", "SetIdentityNotificationTopic", region=region, SnsTopic=topic, **about)
    do(
        session, "ses", "SetIdentityHeadersInNotificationsEnabled", region=region, Enabled=True,
        **about,
    )  # fmt: skip


def tell_nobody(session: Session, region: Region, identity: str, kind: str) -> None:
    """Let *identity* tell no topic of any *kind*; one that is gone tells nobody anyway.

    Raises:
        NotDone: SES did not.
    """
    do_unless(
        ("InvalidParameterValue",),
        session,
        "ses",
        "SetIdentityNotificationTopic",
        region=region,
        Identity=identity,
        NotificationType=kind,
    )


def request_production(
    session: Session, region: Region, *, website: str, use_case: str, contact: str | None = None
) -> None:
    """Ask AWS to let the account leave the sandbox; a person there decides.

    A request that is under review already is well, too.

    Raises:
        NotDone: SES did not take it.
    """
    contacts = {"AdditionalContactEmailAddresses": [contact]} if contact else {}
    do_unless(
        ("ConflictException",),
        session,
        "sesv2",
        "PutAccountDetails",
        region=region,
        MailType="TRANSACTIONAL",
        WebsiteURL=website,
        UseCaseDescription=use_case,
        ProductionAccessEnabled=True,
        **contacts,
    )


def ask_target(session: Session, region: Region, address: str) -> None:
    """Let SES send *address* the mail whose link verifies it; again if no earlier link counts.

    Raises:
        NotDone: SES did not.
    """
    found = sesv2.identity(session, region, address)
    if isinstance(found, NoAnswer):
        raise NotDone(found)
    if found is not None and found.verification_status in (CLICKED, ASKED):
        return  # by us or by somebody else
    if found is not None:
        _address(session, region, "DeleteEmailIdentity", address, "NotFoundException")
    _address(session, region, "CreateEmailIdentity", address, "AlreadyExistsException")


def _address(session: Session, region: Region, operation: str, address: str, well: str) -> None:
    do_unless((well,), session, "sesv2", operation, region=region, EmailIdentity=address)


def retire_rule_set(session: Session, region: Region, name: str) -> bool:
    """Deactivate and delete the rule set *name* if no rule is in it; whether it is gone.

    Looks again at the very moment: a rule of another domain may have come in.
    Another set that is active stays active.

    Raises:
        NotDone: SES did not, or would not tell.
    """
    found = ses.rule_set(session, region, name)
    active = ses.active_rule_set(session, region)
    for seen in (found, active):
        if isinstance(seen, NoAnswer):
            raise NotDone(seen)
    if found is None:
        return True
    if isinstance(found, NoAnswer) or found.rules:
        return False
    if not isinstance(active, NoAnswer) and active is not None and active.name == name:
        activate_rule_set(session, region, None)
    delete_rule_set(session, region, name)
    return True
