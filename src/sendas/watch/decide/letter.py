"""What changed, as a notice: in the doctor's words, each thing once, with what to do; pure."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from sendas.advice import Help
from sendas.doctor.render.labels import OWNERS, count
from sendas.text import one_line, visible
from sendas.watch.decide.compare import (
    Became,
    Came,
    Change,
    Changed,
    Known,
    Listed,
    SeenAgain,
    Unseen,
    Went,
)
from sendas.watch.decide.memory import Remembered, is_ahead


MOST_BLIND = 10
"""Reasons for not having looked that one notice shows."""
MOST_LISTED = 20
"""Addresses that one notice names."""
_MAX_SUBJECT = 90
"""Characters: SNS takes fewer than a hundred, ASCII only (SNS API, Publish)."""
_SHOWN = 300
"""Characters of a value that changed."""


def subject_of(domain: str, changes: Sequence[Change]) -> str:
    """One line: what is worst, and how much more there is."""
    came = [one.problem for one in changes if isinstance(one, Came | Became)]
    roots = sorted(
        (one for one in came if not one.because_of), key=lambda one: (not one.loud, -one.grade)
    )
    head = "ATTENTION: " if roots and roots[0].loud else ""
    if roots:
        first = roots[0].title
    elif came:
        first = came[0].title
    else:
        first = _what(changes[0])
    text = one_line(f"{head}{domain}: {first}")
    rest = f" (and {len(changes) - 1} more)" if len(changes) > 1 else ""
    text = text.encode("ascii", "replace").decode("ascii")
    room = _MAX_SUBJECT - len(rest)
    return (text if len(text) <= room else f"{text[: room - 3]}...") + rest


def _what(change: Change) -> str:
    match change:
        case Came(problem) | Became(problem, _):
            return problem.title
        case Went(_, was):
            return f"over: {was.title}"
        case Changed(key, _, _):
            return f"{_name(key)} changed"
        case Unseen():
            return "something cannot be looked at any more"
        case SeenAgain():
            return "what could not be looked at can be again"
        case Listed(entries):
            return f"{count(len(entries), 'address')} on a suppression list"


def lines_of(
    domain: str, before: Known, known: Known, changes: Sequence[Change]
) -> tuple[str, ...]:
    """The text of the notice, line by line."""
    since = f" since {_time(before.at)}" if before.at else ": the first look"
    return tuple(
        visible(line) if line else ""
        for line in (
            f"{domain}, looked at {_time(known.at)}. What changed{since}:",
            "",
            *_came(changes),
            *_went(changes),
            *_changed(changes),
            *_listed(changes),
            *_unseen(changes),
            *_rest(domain, known, changes),
        )
    )


def _came(changes: Iterable[Change]) -> Iterator[str]:
    before = {one.problem.key: one.was for one in changes if isinstance(one, Became)}
    came = [one.problem for one in changes if isinstance(one, Came | Became)]
    keys = {one.key for one in came}
    for problem in sorted(came, key=lambda one: (bool(one.because_of), not one.loud, -one.grade)):
        mark = "NEW" if problem.grade > 1 else "WARNING"
        if problem.key in before:
            mark = "NOW"
        yield f"{mark}  {problem.title}{_code(problem.key)}"
        if problem.key in before:
            was = before[problem.key]
            yield f"    Was:   {was.title}, since {_time(was.since)}"
        if problem.because_of:
            yield f"    Follows from {problem.because_of}" + (
                "." if problem.because_of in keys else ", which you know of."
            )
            yield ""
            continue
        if problem.cause:
            yield f"    Why:   {problem.cause}"
        if problem.whose:
            yield f"    Whose: {OWNERS[problem.whose]}"
        for help_ in problem.help:
            yield from (f"    {line}" for line in _advice(help_))
        yield ""


def _advice(help_: Help) -> Iterator[str]:
    first, *more = help_.text.split("\n")
    yield f"Do:    {first}"
    yield from (f"       {line}" for line in more)
    for line in help_.remove:
        yield f"         take away: {line}"
    for line in help_.records:
        yield f"         {line}"
    for line in help_.commands:
        yield f"         $ {line}"


def _went(changes: Iterable[Change]) -> Iterator[str]:
    went = [one for one in changes if isinstance(one, Went)]
    for one in went:
        yield f"OVER  {one.was.title}{_code(one.key)}, since {_time(one.was.since)}"
    if went:
        yield ""


def _changed(changes: Iterable[Change]) -> Iterator[str]:
    for one in changes:
        if isinstance(one, Changed):
            yield f"CHANGED  {_name(one.key)}"
            yield f"    was:   {_cut(one.was) or '(nothing)'}"
            yield f"    is:    {_cut(one.now) or '(nothing)'}"
            yield "    If it was not you, find out who: then put it back (sendas plan shows how)."
            yield ""


def _listed(changes: Iterable[Change]) -> Iterator[str]:
    for one in changes:
        if isinstance(one, Listed):
            yield "LISTED  SES sends these addresses nothing any more:"
            yield from (f"    {entry}" for entry in one.entries[:MOST_LISTED])
            if len(one.entries) > MOST_LISTED:
                yield f"    and {len(one.entries) - MOST_LISTED} more: sendas suppression list"
            yield "    Do:    sendas suppression check ADDRESS says why, remove takes it off."
            yield ""


def _unseen(changes: Iterable[Change]) -> Iterator[str]:
    blind: dict[str, list[str]] = {}
    for one in changes:
        if isinstance(one, Unseen):
            blind.setdefault(one.blind.why, []).append(_name(one.key))
    for number, (why, names) in enumerate(blind.items()):
        if number == MOST_BLIND:
            yield f"CANNOT LOOK  for {len(blind) - MOST_BLIND} more reasons: sendas watch status"
            break
        yield f"CANNOT LOOK  {', '.join(names)}"
        yield f"    Why:   {_cut(why)}"
        yield "    Whether it is well is not known, and not taken for granted."
    seen = [one for one in changes if isinstance(one, SeenAgain)]
    if seen:
        yield f"SEEN AGAIN  {', '.join(_name(one.key) for one in seen)}"
    if blind or seen:
        yield ""


def _rest(domain: str, known: Known, changes: Iterable[Change]) -> Iterator[str]:
    fresh = {one.problem.key for one in changes if isinstance(one, Came | Became)}
    older = [one for key, one in known.problems.items() if key not in fresh]
    if older:
        yield f"Still open, told before: {count(len(older), 'problem')} (sendas watch status)."
    yield f"The whole picture now: sendas doctor {domain}"


def summary_lines(domain: str, known: Known, now: datetime) -> tuple[str, ...]:
    """The regular summary, wanted or not: what is open, and that somebody looks."""
    first = f"{domain}: {count(len(known.problems), 'problem')} open"
    if known.blind:
        first += f", and {count(len(known.blind), 'question')} that nobody could answer"
    lines = [f"{first}.", "", *_open(known)]
    lines += ["", f"Looked at {_time(known.at)}; this summary was made {now:%Y-%m-%d %H:%M} UTC."]
    return tuple(visible(line) if line else "" for line in lines)


def _open(known: Known) -> Iterator[str]:
    for key, one in sorted(known.problems.items(), key=lambda each: (-each[1].grade, each[0])):
        mark = "problem" if one.grade > 1 else "warning"
        yield f"  {mark}  {one.title}{_code(key)}, since {_time(one.since)}"
    by_reason: dict[str, list[str]] = {}
    for key, blind in known.blind.items():
        by_reason.setdefault(f"{_cut(blind.why)}, since {_time(blind.since)}", []).append(key)
    for why, keys in by_reason.items():
        yield f"  unseen   {', '.join(map(_name, keys))}: {why}"


def status_lines(
    domain: str, state: Remembered, now: datetime, *, silent: bool
) -> tuple[str, ...]:
    """When somebody last looked, and what is open; *silent*: that was too long ago."""
    known = state.known
    if not known.at:
        lines = [f"{domain}: nobody has looked yet; sendas watch run looks now"]
    else:
        hours = int((now - datetime.fromisoformat(known.at)).total_seconds() // 3600)
        ago = f"{count(hours, 'hour') if hours > 0 else 'less than an hour'} ago"
        ahead = is_ahead(known.at, now)
        when = "which is yet to come: a clock is wrong" if ahead else ago
        lines = [f"{domain}: looked at {_time(known.at)}, {when}; {count(state.runs, 'run')}"]
        if silent and not ahead:
            lines.append("  nobody has looked since: what follows may be over, or worse by now")
        lines += list(_open(known)) or ["  nothing is open"]
    lines += [f"  not told yet: {one.subject}" for one in state.notices if not one.told]
    return tuple(map(visible, lines))


def _code(key: str) -> str:
    return f" ({key})" if key.isalnum() else ""


def _name(key: str) -> str:
    """A key as people read it."""
    head, _, rest = key.partition(":")
    names = {
        "dns": f"DNS {rest}",
        "rule-set": "the active receipt rule set",
        "history-road": "whether SES tells what becomes of sent mail",
        "subscription": f"alarm subscriptions {rest}",
        "key": f"access keys of {rest.rstrip(':')}",
        "proof": f"what arrived of {rest.rstrip(':') or 'your credentials'}",
        "listed": "suppression lists",
        "rotation": f"the rotation of {rest.rstrip(':')}",
        "audit": f"what is proven of {rest.rstrip(':')}",
    }
    return names.get(head, key).strip()


def _cut(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def _time(stamp: str) -> str:
    return f"{stamp[:16].replace('T', ' ')} UTC"
