"""What must change in the DNS: wanted records against published ones; pure.

Nothing of somebody else's is lost: other texts at a name stay, an SPF record is
extended, a DMARC record keeps its tags and is never made laxer.  Where what
stands serves another provider, or where nobody answered, nothing is proposed
but to look.
"""

import re

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias

from sendas.auth import dmarc, spf
from sendas.dns.answers import Absent, Answer, Question, Records, RecordType
from sendas.dns.mx import MalformedMx, Mx, SesHost, parse_mx, ses_host
from sendas.dns.names import canonical
from sendas.outcome import NOT_ASKED, NoAnswer
from sendas.setup.records.wanted import SES_SENDER, Mark, Purpose, RecordChange, RecordSet


Published: TypeAlias = Mapping[Question, Answer]
"""What stands at each name and type; `sendas.setup.records.look` asks the DNS for it."""

_SPF_LOOKUPS_HINT = "`sendas doctor` counts its look-ups"


@dataclass(frozen=True, slots=True)
class _Merged:
    """What shall stand; *stop* says why it must not be touched."""

    after: tuple[str, ...]
    why: str = ""
    stop: bool = False


def diff(wanted: Iterable[RecordSet], published: Published) -> tuple[RecordChange, ...]:
    """One change for each wanted record set, in the same order.

    What was not asked, or not answered, is `Mark.UNKNOWN`: never taken as absent.
    """
    return tuple(_change(one, published.get(one.question, NOT_ASKED)) for one in wanted)


def removals(ours: Iterable[RecordSet], published: Published) -> tuple[RecordChange, ...]:
    """How to take *ours* out again, and leave all else at those names as it is.

    A DMARC record stays, for it protects the domain whoever sends; an SPF record
    that holds more than SES loses only SES's term.
    """
    return tuple(_removal(one, published.get(one.question, NOT_ASKED)) for one in ours)


def stops(changes: Iterable[RecordChange]) -> tuple[RecordChange, ...]:
    """What forbids the plan to go on."""
    return tuple(change for change in changes if change.mark is Mark.STOP)


def _change(wanted: RecordSet, answer: Answer) -> RecordChange:
    base = RecordChange(
        Mark.ADD, wanted.name, wanted.type, (), wanted.values, wanted.purpose, wanted.ttl
    )
    if isinstance(answer, NoAnswer):
        return replace(base, mark=Mark.UNKNOWN, after=(), why=str(answer))
    before = answer.values if isinstance(answer, Records) else ()
    merged = _MERGE[wanted.purpose](wanted, before)
    unchanged = _same(before, merged.after)
    if answer.alias and wanted.type is not RecordType.CNAME and not (unchanged or merged.stop):
        merged = _Merged(before, _elsewhere(wanted, answer), stop=True)
    if merged.stop:
        return replace(base, mark=Mark.STOP, before=before, after=before, why=merged.why)
    if unchanged:
        return replace(base, mark=Mark.KEEP, before=before, after=before, why=merged.why)
    mark = Mark.CHANGE if before else Mark.ADD
    return replace(base, mark=mark, before=before, after=merged.after, why=merged.why)


def _elsewhere(wanted: RecordSet, answer: Records | Absent) -> str:
    return (
        f"{wanted.name} is a CNAME to {answer.alias[-1]}: its {wanted.type} record stands there."
        " Change it there, or take the CNAME away"
    )


def _same(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    return sorted(one) == sorted(other)


# What becomes of one record set ------------------------------------------------


def _only(wanted: RecordSet, before: tuple[str, ...]) -> _Merged:
    """DKIM: the name is SES's own token, so whatever stands there was meant for it."""
    if tuple(map(canonical, before)) == wanted.values:
        return _Merged(before)
    why = f"replaces {', '.join(before)}" if before else ""
    return _Merged(wanted.values, why)


def _spf(wanted: RecordSet, before: tuple[str, ...]) -> _Merged:
    records = [text for text in before if spf.claims_spf(text)]
    others = tuple(text for text in before if not spf.claims_spf(text))
    if not records:
        return _Merged((*others, *wanted.values))
    if len(records) > 1:
        why = f"{len(records)} SPF records are one too many (RFC 7208, 4.5): merged into one"
        return _Merged((*others, spf.extend(spf.merge(records), SES_SENDER)), why)
    try:
        read = spf.parse_spf(records[0])
    except spf.MalformedSpf as error:
        why = f"the SPF record that stands cannot be read: {error}. Mend it, then plan again"
        return _Merged(before, why, stop=True)
    said = _of_ses(read)
    if said is spf.Qualifier.PASS:
        return _Merged(before)
    if said is not None:
        why = f"the SPF record says {said}{SES_SENDER}: SES may not send. Take that out first"
        return _Merged(before, why, stop=True)
    # Behind `all` nothing is tried: there SES's term stands in vain.
    words = [word for word in records[0].split() if word.lower() != SES_SENDER]
    extended = spf.extend(" ".join(words), SES_SENDER)
    why = f"the SPF record that stands is kept, with {SES_SENDER} added; {_SPF_LOOKUPS_HINT}"
    return _Merged((*others, extended), why)


def _of_ses(record: spf.SpfRecord) -> spf.Qualifier | None:
    """What the record says of SES's hosts by SES's own term, where that is tried at all."""
    for directive in record.reachable:
        if directive.text.lower().lstrip("+-~?") == SES_SENDER:
            return directive.qualifier
    return None


def _dmarc(wanted: RecordSet, before: tuple[str, ...]) -> _Merged:
    records = [text for text in before if dmarc.claims_dmarc(text)]
    near = [text for text in before if dmarc.near_miss(text)]
    others = tuple(text for text in before if text not in [*records, *near])
    if len(records) > 1:
        why = (
            f"{len(records)} DMARC records: receivers apply none (RFC 9989, 4.7)."
            " Only you know which is meant: take the others away"
        )
        return _Merged(before, why, stop=True)
    if not records:
        why = f"replaces {near[0]!r}, which receivers pass over" if near else ""
        return _Merged((*others, *wanted.values), why)
    text, why = _merge_dmarc(records[0], wanted.values[0])
    return _Merged((*others, text) if text != records[0] else before, why)


def _merge_dmarc(standing: str, wished: str) -> tuple[str, str]:
    wish = dmarc.parse_dmarc(wished)
    try:
        stands = dmarc.parse_dmarc(standing)
    except dmarc.MalformedDmarc as error:
        return wished, f"replaces {standing!r}, which receivers pass over: {error}"
    changes: dict[str, str] = {}
    why = ""
    if wish.policy.strictness > stands.policy.strictness:
        changes["p"] = wish.policy
        why = f"p={stands.policy} becomes p={wish.policy}; every other tag stays"
    elif wish.policy is not stands.policy:
        why = f"p={stands.policy} is stricter than the file's {wish.policy}, and stays"
    known = {address.lower() for address in stands.aggregate_reports}
    missing = [a for a in wish.aggregate_reports if a.lower() not in known]
    if missing:
        addresses = [*stands.aggregate_reports, *missing]
        changes["rua"] = ",".join(f"mailto:{address}" for address in addresses)
        why = "; ".join(filter(None, [why, f"reports go to {', '.join(missing)} too"]))
    return (dmarc.with_tags(standing, **changes) if changes else standing), why


def _mx(wanted: RecordSet, before: tuple[str, ...]) -> _Merged:
    (host,) = (parse_mx(value).host for value in wanted.values)
    try:
        standing = [parse_mx(value) for value in before]
    except MalformedMx as error:
        return _Merged(before, str(error), stop=True)
    others = [mx for mx in standing if mx.host != host and not _takes_nothing(mx)]
    if others:
        return _Merged(before, _served(wanted, others, host), stop=True)
    if standing and all(mx.host == host for mx in standing):
        return _Merged(before)
    why = f"replaces {', '.join(before)}, where no mail is taken" if standing else ""
    return _Merged(wanted.values, why)


def _takes_nothing(mx: Mx) -> bool:
    """The null MX, and the hosts of SES that no mail for a mailbox can reach."""
    found = ses_host(mx.host)
    return mx.is_null or (found is not None and found[0] is SesHost.SUBMISSION)


def _served(wanted: RecordSet, others: list[Mx], host: str) -> str:
    names = ", ".join(sorted({mx.host for mx in others}))
    found = ses_host(others[0].host)
    if wanted.purpose is Purpose.MAIL_FROM_MX:
        return (
            f"{wanted.name} receives mail at {names}. A MAIL FROM domain has one MX, SES's: set"
            " `mail_from` to a name that nobody writes to"
        )
    if found and found[0] is SesHost.INBOUND:
        return (
            f"mail is received by SES in {found[1]}: its MX is {names}. Set region ="
            f' "{found[1]}" in the file, or move the MX to {host} yourself once this Region'
            " receives"
        )
    return (
        f"mail is received by {names}. Taking the MX away from it would stop that mail: set"
        " receive = false in the file to send only, or move the mailboxes and the MX yourself"
    )


_TLS_REPORTS = re.compile(r"v=TLSRPTv1\s*;\s*rua\s*=\s*([^;]+?)\s*(?:;.*)?")
"""RFC 8460, 3: version and rua, in this order; what follows is for later versions."""


def _tls_reports(wanted: RecordSet, before: tuple[str, ...]) -> _Merged:
    ours = [text for text in before if text.strip().lower().startswith("v=tlsrpt")]
    others = tuple(text for text in before if text not in ours)
    if len(ours) > 1:
        why = (
            f"{len(ours)} records for TLS reports: senders obey none (RFC 8460, 3). Only you know"
            " which is meant: take the others away"
        )
        return _Merged(before, why, stop=True)
    if not ours:
        return _Merged((*others, *wanted.values))
    read = _TLS_REPORTS.fullmatch(ours[0])
    if read is None:
        return _Merged((*others, *wanted.values), f"replaces {ours[0]!r}, which nobody can read")
    (mine,) = _places(wanted.values[0])
    if mine.lower() in map(str.lower, _places(ours[0])):
        return _Merged(before)
    text = f"v=TLSRPTv1; rua={','.join([*_places(ours[0]), mine])}"
    return _Merged((*others, text), f"TLS reports go to {mine.removeprefix('mailto:')} too")


def _places(text: str) -> list[str]:
    """The URIs of a record for TLS reports."""
    read = _TLS_REPORTS.fullmatch(text)
    return [one.strip() for one in read[1].split(",") if one.strip()] if read else []


def _consent(wanted: RecordSet, before: tuple[str, ...]) -> _Merged:
    given = any(dmarc.claims_dmarc(text) for text in before)
    return _Merged(before if given else (*before, *wanted.values))


_MERGE: Mapping[Purpose, Callable[[RecordSet, tuple[str, ...]], _Merged]] = {
    Purpose.DKIM: _only,
    Purpose.SPF: _spf,
    Purpose.MAIL_FROM_SPF: _spf,
    Purpose.DMARC: _dmarc,
    Purpose.MAIL_FROM_MX: _mx,
    Purpose.INBOUND_MX: _mx,
    Purpose.TLS_REPORTS: _tls_reports,
    Purpose.REPORT_CONSENT: _consent,
}


# Taking ours away ---------------------------------------------------------------


def _removal(ours: RecordSet, answer: Answer) -> RecordChange:
    base = RecordChange(Mark.KEEP, ours.name, ours.type, (), (), ours.purpose, ours.ttl)
    if isinstance(answer, NoAnswer):
        return replace(base, mark=Mark.UNKNOWN, why=str(answer))
    if isinstance(answer, Absent) or (answer.alias and ours.type is not RecordType.CNAME):
        return base
    before = answer.values
    after, why = _without(ours, before)
    if _same(before, after):
        return replace(base, before=before, after=before, why=why)
    mark = Mark.CHANGE if after else Mark.REMOVE
    return replace(base, mark=mark, before=before, after=after, why=why)


def _without(ours: RecordSet, before: tuple[str, ...]) -> tuple[tuple[str, ...], str]:
    if ours.purpose is Purpose.DMARC:
        return before, "stays: it protects the domain, whoever sends for it"
    if ours.purpose in {Purpose.SPF, Purpose.MAIL_FROM_SPF}:
        left = tuple(text for one in before if (text := _without_ses(one, ours)) is not None)
        return left, ""
    if ours.purpose is Purpose.TLS_REPORTS:
        left = tuple(text for one in before if (text := _without_place(one, ours)) is not None)
        return left, ""
    wanted = set(ours.values)
    return tuple(value for value in before if canonical(value) not in wanted), ""


def _without_place(text: str, ours: RecordSet) -> str | None:
    """A record for TLS reports without our address; None if it had no other."""
    (mine,) = _places(ours.values[0])
    places = _places(text)
    left = [one for one in places if one.lower() != mine.lower()]
    if len(left) == len(places):
        return text
    return f"v=TLSRPTv1; rua={','.join(left)}" if left else None


def _without_ses(text: str, ours: RecordSet) -> str | None:
    """An SPF record without SES's term; None if it said nothing else, or is ours whole."""
    if not spf.claims_spf(text):
        return text
    if text in ours.values:
        return None
    words = [word for word in text.split() if word.lower().removeprefix("+") != SES_SENDER]
    return " ".join(words) if len(words) < len(text.split()) else text
