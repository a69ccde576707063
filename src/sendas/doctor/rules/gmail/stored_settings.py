"""GM001: what Gmail holds under "Send mail as" works.

Asks: did Gmail bounce a mail by itself, saying that the settings are
"misconfigured or out of date" (``CustomFromDenied``), over the login?

Why it matters: Gmail keeps a copy of user name and password.  When the key is
rotated, or was entered wrong, Gmail is refused at the door, and the mail never
reaches SES: AWS sees nothing, and nobody but the sender is told.

How to mend: enter user name and password in Gmail again, both.  Where another
finding explains this one, mend that first.

Source: RULES GM-01 to GM-03; FACTS 5.3 and 23, incident B.
"""

from sendas.advice import Help, Owner
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Layer, Rule, Severity, Status, Verdict
from sendas.doctor.rules.gmail._bounce import Kind, bounce
from sendas.doctor.rules.smtp._advice import derive, enter_in_gmail, try_it
from sendas.doctor.rules.smtp._login import reply_exhibit
from sendas.smtp.probe import Outcome, Probe


_ANOTHER_COPY = (
    "The credential given here works, so Gmail holds another one: an old copy, from before the "
    "key was rotated."
)
_WRONG_COPY = (
    "The mail never reached SES. Gmail keeps a copy of user name and password, and that copy is "
    "wrong or out of date."
)
_WORKS = (Outcome.ACCEPTED, Outcome.SENT)


def judge(evidence: Evidence) -> Verdict | None:
    """Whether Gmail was refused over the login."""
    found = bounce(evidence, Kind.CREDENTIAL)
    if found is None:
        return None
    probe = evidence.login
    works = isinstance(probe, Probe) and probe.outcome in _WORKS
    return Verdict(
        Status.FAIL,
        "Gmail's stored SMTP settings do not work",
        _ANOTHER_COPY if works else _WRONG_COPY,
        (found.exhibit, reply_exhibit(probe))
        if isinstance(probe, Probe) and works
        else (found.exhibit,),
        (enter_in_gmail(evidence),)
        if works
        else (_prove(evidence), derive(evidence), enter_in_gmail(evidence)),
    )


def _prove(evidence: Evidence) -> Help:
    return Help(
        "Try the stored user name and password from here; the answer tells which half is wrong.",
        commands=(try_it(evidence),),
    )


RULE = Rule(
    code="GM001",
    title='What Gmail holds under "Send mail as" works',
    layer=Layer.GMAIL,
    owner=Owner.GMAIL,
    severity=Severity.HIGH,
    judge=judge,
    explained_by=(
        "PW020", "PW019", "PW018", "PW016", "PW015", "PW021", "PW003", "PW001", "PW002", "PW004",
        "PW005", "PW006", "PW007", "PW008", "PW009", "PW010", "PW011", "PW012", "PW013", "PW014",
        "PW017", "PW101", "PW102", "PW104", "PW105", "SMTP004", "SMTP005", "SMTP007", "SMTP012",
        "SMTP102",
        "SMTP008", "SMTP103", "SMTP104", "SMTP101", "ACC001", "ACC003", "ACC006",
    ),
)  # fmt: skip
