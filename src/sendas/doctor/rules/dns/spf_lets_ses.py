"""DNS104: SPF lets SES send.

Asks: does the SPF record at the custom MAIL FROM domain include amazonses.com?
Without a custom MAIL FROM domain: if the domain has an SPF record that refuses
others (``-all`` or ``~all``), does it include amazonses.com?

Why it matters: at the MAIL FROM domain this is what receivers check.  Without
one they check amazonses.com, where SPF passes but does not align; the domain's
own record is then read by filters that test the From domain, and it tells them
that SES is a stranger.  ``v=spf1 -all``, left from a parked domain, says that
nobody sends.

How to mend: add ``include:amazonses.com``.  Without a MAIL FROM domain, setting
one is the better way (DNS010).

Source: RULES DNS-11; FACTS 9; SES guide, "Authenticating email with SPF".
"""

from sendas.advice import Owner
from sendas.auth.spf import Mechanism, Qualifier
from sendas.dns.names import canonical
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Layer, Rule, Severity, Status, Verdict
from sendas.doctor.rules.dns._spf import (
    SES_INCLUDE,
    SpfAt,
    complete,
    mend,
    nothing_at,
    shown,
    spf_at,
)
from sendas.doctor.rules.identity._sending import domain_identity


def judge(evidence: Evidence) -> Verdict | None:
    """Whether mail sent through SES finds itself listed."""
    identity = domain_identity(evidence)
    if identity is None:
        return None
    if identity.mail_from is not None:
        name, at_mail_from = canonical(identity.mail_from.domain), True
    else:
        name, at_mail_from = canonical(evidence.subject.domain), False
    at = spf_at(evidence, name, for_ses=at_mail_from)
    # permerror, whoever sends: DNS011 and DNS103 tell, and their records let SES send.
    broken = len(at.texts) > 1 or at.malformed or (at.tree.errors and not at.tree.over_lookups)
    # Without a MAIL FROM domain none is needed: the reverse-path is SES's own.  Where such a
    # domain has no MX either, DNS007 tells of both: the name may be misspelt at SES.
    if broken or not (at.texts or at_mail_from) or (at_mail_from and nothing_at(evidence, name)):
        return None
    if at.tree.authorises(SES_INCLUDE):
        return Verdict(Status.OK, f"SPF of {name} lets SES send", exhibits=shown(evidence, at))
    complete(at)
    if not at_mail_from and not _refuses(at):
        return Verdict(Status.OK, f"SPF of {name} refuses nobody", exhibits=shown(evidence, at))
    if at_mail_from:
        title = (
            f"SPF of MAIL FROM domain {name} does not let SES send"
            if at.texts
            else f"MAIL FROM domain {name} has no SPF record"
        )
        cause = "Receivers check SPF at this name, and SES's hosts are not listed there."
    else:
        title = f"SPF of {name} does not let SES send"
        cause = (
            "Mail goes out as amazonses.com, so SPF passes there without aligning; filters that "
            f"test {name} itself read here that SES is a stranger."
        )
    if at.texts and at.texts[0].split()[1:] == ["-all"]:
        cause = f"The record says that nobody sends, as for a parked domain.  {cause}"
    text = "Let SES send." if at_mail_from else "Let SES send; or set a custom MAIL FROM domain."
    return Verdict(
        Status.FAIL,
        title,
        cause,
        shown(evidence, at, tree=bool(at.texts)),
        (mend(evidence, at, text, let_ses=True),),
    )


def _refuses(at: SpfAt) -> bool:
    record = at.tree.record
    return record is not None and (
        record.redirect is not None
        or any(
            d.mechanism is Mechanism.ALL and d.qualifier in {Qualifier.FAIL, Qualifier.SOFTFAIL}
            for d in record.reachable
        )
    )


RULE = Rule(
    code="DNS104",
    title="SPF lets SES send",
    layer=Layer.DNS,
    owner=Owner.DNS,
    severity=Severity.MEDIUM,
    judge=judge,
    explained_by=("DNS105", "DNS106", "DNS113", "DNS109", "DNS110", "DNS111"),
)
