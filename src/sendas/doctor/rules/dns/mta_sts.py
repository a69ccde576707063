"""DNS115: the MTA-STS policy lets mail come to the MX.

Asks: where a record at ``_mta-sts`` says that there is a policy, can it be read, is it
served as senders want it, and does it name the domain's exchangers?

Why it matters: senders that know a policy in mode ``enforce`` bring no mail to a host
that it does not name, whatever the MX says.  A policy that is left from another
provider ends mail from Gmail, Outlook and others, and nothing at SES tells of it.

How to mend: name the MX's host in the policy, and publish a new id.

Source: RFC 8461, sections 3.1 to 3.3, 4.1 and 5.
"""

from sendas.advice import Help, Owner
from sendas.auth.mta_sts import (
    POLICY_PATH,
    MalformedPolicy,
    Mode,
    Policy,
    fault_of_record,
    parse_policy,
    sts_claims,
    sts_host,
    sts_name,
)
from sendas.dns.answers import RecordType
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Exhibit, Layer, Rule, Severity, Status, Verdict
from sendas.doctor.rules.dns._mx import exchanges
from sendas.doctor.rules.dns._records import exhibit, line, values
from sendas.outcome import see


def judge(evidence: Evidence) -> Verdict | None:
    """Whether senders that obey the policy find the way in."""
    domain = evidence.subject.domain
    standing = values(evidence, sts_name(domain), RecordType.TXT)
    if not any("stsv1" in text.lower() for text in standing):
        return None
    try:
        policy = _policy(evidence, standing)
    except MalformedPolicy as error:
        return _idle(evidence, str(error))
    real = [mx.host for mx in exchanges(evidence).parsed if not mx.is_null]
    left_out = [one for one in real if not policy.allows(one)]
    if policy.mode is Mode.NONE or not left_out:
        return Verdict(Status.OK, f"The MTA-STS policy ({policy.mode}) names the MX")
    shut = policy.mode is Mode.ENFORCE and len(left_out) == len(real)
    said = f"mode: {policy.mode}, mx: {', '.join(policy.patterns)}"
    return Verdict(
        Status.FAIL if shut else Status.WARN,
        f"The MTA-STS policy of {domain} does not name {', '.join(left_out)}",
        "Senders that obey it (Gmail and Outlook do) bring no mail there."
        if policy.mode is Mode.ENFORCE
        else "Senders report it, and would bring no mail there in mode enforce.",
        (
            Exhibit(f"https://{sts_host(domain)}{POLICY_PATH}", said),
            exhibit(evidence, domain, RecordType.MX),
        ),
        (_mend(evidence, left_out),),
        severity=Severity.HIGH if shut else Severity.MEDIUM,
    )


def _policy(evidence: Evidence, standing: tuple[str, ...]) -> Policy:
    """The policy as senders come by it.

    Raises:
        MalformedPolicy: They come by none, and why.
        CouldNotLook: Nobody answered.
    """
    domain = evidence.subject.domain
    host, claims = sts_host(domain), sts_claims(standing)
    fault = ""
    if len(claims) != 1:
        fault = f"{len(claims)} records begin with v=STSv1;, and senders want one"
    elif fault := fault_of_record(claims[0]):
        pass
    elif not any(values(evidence, host, kind) for kind in (RecordType.A, RecordType.AAAA)):
        fault = f"{host}, which is to serve the policy, has no address"
    if fault:
        raise MalformedPolicy(fault)
    served = see(evidence.sts_policy, f"https://{host}{POLICY_PATH}")
    if served.fault:
        msg = f"https://{host}: {served.fault}"
        raise MalformedPolicy(msg)
    return parse_policy(served.text)


def _idle(evidence: Evidence, fault: str) -> Verdict:
    name = sts_name(evidence.subject.domain)
    return Verdict(
        Status.WARN,
        f"MTA-STS is not in force: {fault}",
        "Senders that know no policy act as if there were none; those that kept an earlier one "
        "go on obeying it.",
        (exhibit(evidence, name, RecordType.TXT),),
        (
            Help(
                "Put record and policy right, or take the record away once a policy with "
                "mode: none has been served as long as the last one's max_age."
            ),
        ),
        severity=Severity.LOW,
    )


def _mend(evidence: Evidence, left_out: list[str]) -> Help:
    domain = evidence.subject.domain
    name = sts_name(domain)
    lines = " and ".join(f"`mx: {host}`" for host in left_out)
    fresh = f"v=STSv1; id={evidence.observed_at:%Y%m%d%H%M%S}"
    return Help(
        f"Add the line {lines} to https://{sts_host(domain)}{POLICY_PATH}; then publish a new "
        "id, so that senders read the policy again before the old one ages.",
        records=(line(name, RecordType.TXT, fresh),),
        verify_by=f"curl https://{sts_host(domain)}{POLICY_PATH}",
    )


RULE = Rule(
    code="DNS115",
    title="The MTA-STS policy lets mail come to the MX",
    layer=Layer.DNS,
    owner=Owner.DNS,
    severity=Severity.MEDIUM,
    judge=judge,
    explained_by=("DNS015", "DNS016", "DNS017", "DNS107"),
)
