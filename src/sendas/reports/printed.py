"""The answers in words: who sends, what changed, whether the policy may be made stricter."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from sendas.auth.dmarc import DmarcRecord, Policy, with_tags
from sendas.reports.readiness import Answer, Readiness
from sendas.reports.sources import Source, SourceKind
from sendas.reports.tally import Tally
from sendas.reports.weighing import Remark, Weight


_KINDS = {
    SourceKind.SES: "yours, by SES",
    SourceKind.GMAIL: "Gmail without SES",
    SourceKind.SERVICE: "a service",
    SourceKind.OWN: "named by your SPF record",
    SourceKind.FORWARDER: "forwarded",
    SourceKind.MAILING_LIST: "a mailing list",
    SourceKind.CHANGED: "forwarded and changed, or forged",
    SourceKind.UNKNOWN: "unknown",
}
_WEEK = timedelta(days=7)


def senders(tally: Tally) -> Iterator[str]:
    """Everybody who sends as the domain, a line each, those with most mails first."""
    days = tally.days()
    if not days:
        yield f"no report about {tally.domain} was read"
        return
    yield (
        f"{tally.domain}, {days[0]} to {days[-1]}: {tally.mails:,} mails,"
        f" {tally.mails - tally.failed:,} pass DMARC, {tally.failed:,} fail;"
        f" told by {len(tally.reporters)} receiver{_s(len(tally.reporters))}"
    )
    yield f"{'mails':>9} {'DKIM+SPF':>9} {'DKIM':>8} {'SPF':>8} {'fail':>8}  who"
    for source, sums in tally.of(*SourceKind):
        yield (
            f"{sums.mails:>9,} {sums.both:>9,} {sums.by_dkim:>8,} {sums.by_spf:>8,}"
            f" {sums.failed:>8,}  {shown(source)} ({_KINDS[source.kind]})"
        )
    yield from _aside(tally)


def _aside(tally: Tally) -> Iterator[str]:
    if tally.claimed:
        mails = sum(sums.mails for sums in tally.claimed.values())
        yield (
            f"not counted: {mails:,} mails that only unproven reports tell of"
            f" ({tally.unproven_reports} of them)"
        )
    if tally.doubles:
        yield f"{tally.doubles} report{_s(tally.doubles)} came more than once, and count once"
    for domain, count in sorted(tally.others.items())[:10]:
        yield f"left out: {count} report{_s(count)} about {domain}"
    if tally.lost_count:
        yield f"{tally.lost_count} could not be read: sendas reports read says why"


@dataclass(frozen=True, slots=True)
class Change:
    """How many mails one source sent in the last week, and in the one before."""

    source: Source
    now: int
    before: int
    failed: int


def changes(tally: Tally) -> list[Change]:
    """What is new, gone, doubled or halved in the last seven days that there are reports of."""
    days = tally.days()
    if not days or (days[-1] - days[0]).days < _WEEK.days:
        return []
    last = days[-1]
    found = []
    for source, sums in tally.of(*SourceKind):
        now = sums.between(last - _WEEK + timedelta(days=1), last)
        before = sums.between(last - 2 * _WEEK + timedelta(days=1), last - _WEEK)
        much = max(now, before) >= _WORTH_SAYING
        if (now == 0) != (before == 0) or (much and not before / 2 <= now <= before * 2):
            found.append(Change(source, now, before, sums.failed))
    return found


_WORTH_SAYING = 10


def changed(tally: Tally) -> Iterator[str]:
    """`changes` in words."""
    days = tally.days()
    if not days:
        return
    if (days[-1] - days[0]).days < _WEEK.days:
        yield "what changed since last week: the reports cover less than two weeks"
        return
    found = changes(tally)
    if not found:
        yield "since last week: nothing new, nothing gone, nothing doubled or halved"
    for one in found:
        what = "new" if not one.before else "gone" if not one.now else "more"
        what = "less" if one.now and one.now < one.before else what
        yield (
            f"since last week, {what}: {shown(one.source)} ({_KINDS[one.source.kind]}),"
            f" {one.before:,} then {one.now:,} mails"
        )


def shown(source: Source) -> str:
    """A source in words."""
    return f"{source.name}, {source.stream}" if source.stream else source.name


def paragraph(found: Readiness) -> str:
    """The answer as one paragraph."""
    if found.answer is Answer.NO_REPORTS:
        return (
            f"No report about {found.domain} was read, so nothing can be said. Reports come a day"
            " after the DMARC record asks for them (rua=), from receivers that get its mail."
        )
    pieces = [_opening(found), _figures(found)]
    for weight, words in _SAID.items():
        several = found.of(weight)
        if several:
            pieces.append(f"{words}: {'; '.join(_said(one) for one in several)}.")
    pieces.append(_whom(found))
    return " ".join(piece for piece in pieces if piece)


_SAID = {
    Weight.LOSS: "Mend first",
    Weight.QUESTION: "Say whether it is yours",
    Weight.DATA: "Not known",
    Weight.NOTE: "To know",
}


def _opening(found: Readiness) -> str:
    asked = f"p={found.asked}"
    return {
        Answer.TOO_EARLY: f"It is too early to say whether {found.domain} may go to {asked}.",
        Answer.NOT_YET: (
            f"No: {found.domain} is at p=reject, and mail that is or may be yours is refused."
            if found.current is Policy.REJECT
            else f"No, {found.domain} should not go to {asked} yet."
        ),
        Answer.QUARANTINE: f"Yes, {found.domain} may go to p=quarantine.",
        Answer.REJECT: f"Yes, {found.domain} may go to p=reject.",
        Answer.THERE: f"{found.domain} is at p=reject, and no mail of yours is seen to be hit.",
    }[found.answer]


def _figures(found: Readiness) -> str:
    return (
        f"Of {found.mails:,} mails from {found.first} to {found.last}, told by"
        f" {found.receivers} receiver{_s(found.receivers)}, {found.mails - found.failed:,} pass"
        f" and {found.failed:,} fail."
    )


def _whom(found: Readiness) -> str:
    if not found.hit:
        return "Nothing seen in these days would be hit."
    names = [f"{sums.failed:,} of {source.name}" for source, sums in found.hit[:3]]
    rest = sum(sums.failed for _, sums in found.hit[3:])
    if rest:
        names.append(f"{rest:,} of {len(found.hit) - 3} others")
    word = "It hits" if found.current is not Policy.NONE else "It would hit"
    return f"{word} {_and(names)}."


def _said(one: Remark) -> str:
    return f"{one.text} ({one.help})" if one.help else one.text


def _and(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _s(count: int) -> str:
    return "" if count == 1 else "s"


@dataclass(frozen=True, slots=True)
class Stage:
    """One step of the way to p=reject: what to do, and the record that then stands."""

    what: str
    record: str = ""


def stages(found: Readiness, record: DmarcRecord | None, today: date) -> list[Stage]:
    """The way from here to p=reject, in order.

    Without *record*, what is published now, only what to change in it is said.
    """
    if found.answer is Answer.THERE:
        return []
    if found.answer is Answer.NO_REPORTS:
        asks = record is not None and bool(record.aggregate_reports)
        what = (
            "wait for the reports of tomorrow" if asks else "let the record ask for reports: rua="
        )
        return [Stage(what)]
    steps = [Stage(f"mend: {one.text}: {one.help}") for one in found.of(Weight.LOSS)]
    steps += [Stage(f"find out: {one.text}: {one.help}") for one in found.of(Weight.QUESTION)]
    if found.answer in {Answer.NO_REPORTS, Answer.TOO_EARLY, Answer.NOT_YET}:
        steps.append(Stage("read new reports in two weeks: sendas reports policy"))
    if found.current is Policy.REJECT:
        return steps
    ready = found.answer in {Answer.QUARANTINE, Answer.REJECT}
    when = f"now ({today})" if ready else "then"
    if found.current is Policy.NONE:
        steps.append(_to(record, Policy.QUARANTINE, when))
        when = "after four weeks, if sendas reports policy says yes"
    steps.append(_to(record, Policy.REJECT, when))
    steps.append(
        Stage(f"to go back at any time: p={found.current}; records live minutes to hours")
    )
    return steps


def _to(record: DmarcRecord | None, policy: Policy, when: str) -> Stage:
    if record is None:
        return Stage(
            f"{when}: in the record at _dmarc, p={policy}; leave out pct, t and a weaker sp or np"
        )
    obsolete = dict.fromkeys(record.obsolete)
    below = record.subdomain_policy or policy
    weaker: dict[str, str | None] = {"sp": None} if below.strictness <= policy.strictness else {}
    made_up = record.nonexistent_policy or below
    if made_up.strictness <= policy.strictness:
        weaker |= {"np": None}
    testing: dict[str, str | None] = {"t": None} if record.testing else {}
    text = with_tags(record.text, p=policy, **weaker, **obsolete, **testing)
    return Stage(f"{when}: p={policy}", text)
