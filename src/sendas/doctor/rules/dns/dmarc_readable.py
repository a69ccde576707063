"""DNS018: exactly one well-formed DMARC record stands where receivers look.

Asks: how many texts at ``_dmarc.<domain>`` are DMARC records, is the one
well-formed, and does one that was meant stand elsewhere or miss a sign?

Why it matters: with two records, or one that breaks off at the first letter,
receivers apply no policy at all (RFC 9989; RFC 7489, 6.6.3).

How to mend: one record, beginning ``v=DMARC1;``, at ``_dmarc``.

Source: RULES DNS-18; RFC 9989, 4.7; FACTS 20.
"""

from sendas.advice import Help, Owner
from sendas.auth.dmarc import MalformedDmarc, claims_dmarc, corrected, near_miss, parse_dmarc
from sendas.auth.dmarc_walk import dmarc_name
from sendas.dns.answers import RecordType
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Layer, Rule, Severity, Status, Verdict
from sendas.doctor.rules.dns._dmarc import claims, meant, texts
from sendas.doctor.rules.dns._records import exhibit, line, lines, wait_seconds


def judge(evidence: Evidence) -> Verdict | None:
    """Whether receivers can use the record that was meant."""
    found = claims(evidence)
    name = dmarc_name(evidence.subject.domain)
    if len(found) > 1:
        best = next((text for text in found if _is_right(text)), found[0])
        title = f"{name} holds {len(found)} DMARC records"
        cause = "Receivers that find more than one apply none."
        return _fail(evidence, title, cause, best, advice="Keep one of them.")
    if found:
        try:
            parse_dmarc(found[0])
        except MalformedDmarc as error:
            cause = f"Receivers cannot use it: {error}."
            return _fail(evidence, f"The DMARC record is malformed: {error.why}", cause, found[0])
        return Verdict(Status.OK, found[0], exhibits=(exhibit(evidence, name, RecordType.TXT),))
    near = meant(evidence)
    if near is None:
        return None  # DNS012 tells
    where, text = near
    if where == name:
        why = near_miss(text)
        title = f"The DMARC record is not read as one: {why}"
        return _fail(evidence, title, f"Receivers pass over {text!r}.", text)
    return _fail(
        evidence,
        f"The DMARC record stands at {where}",
        f"Receivers look at {name} only.",
        text,
        advice="Move it to where receivers look.",
        remove=(line(where, RecordType.TXT, text),),
    )


def _is_right(text: str) -> bool:
    try:
        parse_dmarc(text)
    except MalformedDmarc:
        return False
    return True


def _fail(  # noqa: PLR0913  the parts of one verdict
    evidence: Evidence,
    title: str,
    cause: str,
    text: str,
    *,
    advice: str = "Correct it.",
    remove: tuple[str, ...] = (),
) -> Verdict:
    name = dmarc_name(evidence.subject.domain)
    record = text if _is_right(text) else corrected(text)
    others = [t for t in texts(evidence) if not claims_dmarc(t) and not near_miss(t)]
    mend = Help(
        advice,
        records=lines(name, RecordType.TXT, [*others, record]),
        remove=remove,
        wait_seconds=wait_seconds(evidence, (name, RecordType.TXT)),
        verify_by=f"dig TXT {name}",
    )
    return Verdict(Status.FAIL, title, cause, (exhibit(evidence, name, RecordType.TXT),), (mend,))


RULE = Rule(
    code="DNS018",
    title="Exactly one well-formed DMARC record stands where receivers look",
    layer=Layer.DNS,
    owner=Owner.DNS,
    severity=Severity.HIGH,
    judge=judge,
)
