"""What the login said, and what Gmail quoted from its own."""

import re

from collections.abc import Iterator

from sendas.doctor.evidence import Evidence, Symptom
from sendas.doctor.model import Exhibit
from sendas.outcome import see
from sendas.ses.regions import Region, region_of_smtp_host, smtp_host
from sendas.smtp.meaning import Cause, Meaning
from sendas.smtp.probe import Outcome, Probe, Reply, Stage
from sendas.smtp.replies import classify
from sendas.smtp.verdict import WELL


GMAIL_SEND_AS = "gmail-send-as"
_REPLY = re.compile(r"\b([245][0-9]{2})[ -](.+)", re.DOTALL)


def login(evidence: Evidence) -> Probe:
    """The dialogue; raises CouldNotLook where there was none."""
    return see(evidence.login, "the SMTP login")


def host(evidence: Evidence) -> str:
    """The host that the mail client dials."""
    return evidence.subject.smtp_host or smtp_host(evidence.subject.region)


def endpoint_region(evidence: Evidence) -> Region | None:
    """The Region of the SES endpoint that is dialled; None if it is another server."""
    return region_of_smtp_host(host(evidence))


def ended(evidence: Evidence, *outcomes: Outcome) -> Probe | None:
    """The dialogue if it ended in one of *outcomes*; raises CouldNotLook."""
    probe = login(evidence)
    return probe if probe.outcome in outcomes else None


def refusal(evidence: Evidence) -> Meaning | None:
    """What the refusal of our own login means; None if it was not refused, or not tried."""
    probe = evidence.login
    if not isinstance(probe, Probe) or probe.outcome is not Outcome.REFUSED or not probe.reply:
        return None
    return classify(probe.reply, probe.stage)


def credential_refused(evidence: Evidence) -> bool:
    """Whether our own login got ``535 Authentication Credentials Invalid``."""
    meaning = refusal(evidence)
    return meaning is not None and meaning.cause is Cause.CREDENTIALS_INVALID


def gmail_symptoms(evidence: Evidence) -> tuple[Symptom, ...]:
    """Gmail's own bounces: mail that never reached SES, or was refused at its door."""
    return tuple(each for each in evidence.symptoms if each.reporter == GMAIL_SEND_AS)


def quoted(symptom: Symptom) -> Reply | None:
    """The SMTP reply that *symptom* quotes."""
    match = _REPLY.search(symptom.text)
    if match:
        return Reply(int(match[1]), (" ".join(match[2].split()),))
    if symptom.reply_code:
        return Reply(symptom.reply_code, (" ".join(symptom.text.split()),))
    return None


def said(evidence: Evidence, cause: Cause) -> Exhibit | None:
    """Where *cause* was said: by our login, or, unless that went well, in Gmail's bounce."""
    return next((exhibit for found, exhibit in _all_said(evidence) if found is cause), None)


def _all_said(evidence: Evidence) -> Iterator[tuple[Cause, Exhibit]]:
    probe = evidence.login
    if isinstance(probe, Probe):
        if probe.outcome in WELL - {Outcome.REACHED}:
            return  # whatever Gmail heard once, today's login knows better
        if probe.reply:
            yield classify(probe.reply, probe.stage).cause, reply_exhibit(probe)
    for symptom in gmail_symptoms(evidence):
        if reply := quoted(symptom):
            yield classify(reply, Stage.AUTH).cause, Exhibit("Gmail's bounce", str(reply))


def reply_exhibit(probe: Probe) -> Exhibit:
    """What was dialled, and how it ended."""
    how = "implicit TLS" if probe.implicit_tls else "STARTTLS"
    answer = str(probe.reply) if probe.reply else probe.detail or str(probe.outcome)
    return Exhibit(f"{probe.stage} at {probe.host} port {probe.port}, {how}", answer)
