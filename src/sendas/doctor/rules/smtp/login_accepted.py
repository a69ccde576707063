"""SMTP101: the stored credential logs in.

Asks: does a real login at the endpoint, with the stored user name and password,
get ``235``?

Why it matters: it is the one proof that key, password, Region and transport are
right together.  A ``535`` is about the credential alone: no work on identity,
policy or DNS can mend it, and none of them can cause it.

How to mend: the finding that explains this one says what is wrong with the
credential; if none does, give the secret key, so that it can be found.

Source: RULES SMTP-01 to SMTP-03 and PW-22; FACTS 3.3; SES guide, "Amazon SES SMTP
issues".
"""

from sendas.advice import Help, Owner
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Layer, Rule, Severity, Status, Verdict
from sendas.doctor.rules.smtp._advice import derive, enter_in_gmail, region_to_use
from sendas.doctor.rules.smtp._login import endpoint_region, login, refusal, reply_exhibit
from sendas.smtp.meaning import Cause
from sendas.smtp.probe import Outcome, Probe, Stage


_PERMANENT = 500
_WELL = (Outcome.ACCEPTED, Outcome.SENT)


def judge(evidence: Evidence) -> Verdict | None:
    """Whether the login was accepted; how else a call may end is other rules' question."""
    probe = login(evidence)
    if probe.outcome in _WELL:
        return Verdict(
            Status.OK, f"The login at {probe.host} works", exhibits=(reply_exhibit(probe),)
        )
    meaning = refusal(evidence)
    if meaning is None or probe.stage is not Stage.AUTH or not _for_good(probe):
        return None
    if endpoint_region(evidence) is None:
        return _elsewhere(probe)
    known = meaning.cause is not Cause.UNKNOWN
    return Verdict(
        Status.FAIL,
        f"SES refuses the login: {probe.reply}",
        meaning.words if known else "SES says so in words that are not known.",
        (reply_exhibit(probe),),
        (_find_out(evidence), derive(evidence), enter_in_gmail(evidence)),
    )


def _for_good(probe: Probe) -> bool:
    return probe.reply is not None and probe.reply.code >= _PERMANENT


def _find_out(evidence: Evidence) -> Help:
    return Help(
        "Find out what the stored password is, with the secret access key at hand, and that the "
        "user name is the id of that very key.",
        commands=(f"sendas password identify --region {region_to_use(evidence)} --secret-stdin",),
    )


def _elsewhere(probe: Probe) -> Verdict:
    return Verdict(
        Status.FAIL,
        f"{probe.host} refuses the login: {probe.reply}",
        "It is no SES endpoint: it wants user name and password of its own.",
        (reply_exhibit(probe),),
        (Help("Enter the credential of that server, or dial the SES endpoint instead."),),
        owner=Owner.GMAIL,
    )


RULE = Rule(
    code="SMTP101",
    title="The stored credential logs in",
    layer=Layer.SMTP,
    owner=Owner.IAM,
    severity=Severity.HIGH,
    judge=judge,
    explained_by=(
        "PW020", "PW019", "PW018", "PW016", "PW015", "PW021", "PW003", "PW001", "PW002", "PW004",
        "PW005", "PW006", "PW007", "PW008", "PW009", "PW010", "PW011", "PW012", "PW013", "PW014",
        "PW017", "PW101", "PW102", "PW104", "PW105", "SMTP004", "SMTP007", "SMTP102",
    ),
)  # fmt: skip
