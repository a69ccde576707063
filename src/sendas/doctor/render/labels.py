"""The words every report uses for owners, layers and waiting times."""

from collections.abc import Iterable

from sendas.advice import Owner
from sendas.doctor.model import Diagnosis, Exhibit, Finding, Status
from sendas.doctor.render.not_looked_at import not_looked_at


OWNERS = {
    Owner.DNS: "you, at your DNS provider",
    Owner.SES: "you, in the SES account",
    Owner.IAM: "you, in IAM",
    Owner.GMAIL: "you, in Gmail's settings",
    Owner.CONTENT: "you, in what the message says or whom it addresses",
    Owner.CODE: "you, in the program that sends",
    Owner.AWS: "AWS",
    Owner.RECIPIENT_ADMIN: "the recipient's mail administrator",
    Owner.RECIPIENT: "the recipient",
    Owner.SENDER: "the sender's mail administrator",
    Owner.WAIT: "nobody: time mends it",
}

_MINUTE, _HOUR, _DAY = 60, 3600, 86400


def is_command(text: str) -> bool:
    """Whether *text* is a shell line, to be copied whole, and not a sentence."""
    return text.partition(" ")[0] in _PROGRAMS


_PROGRAMS = frozenset({"aws", "curl", "dig", "openssl", "sendas", "swaks"})


def duration(seconds: int) -> str:
    """A waiting time as people say it: ``90 s``, ``30 minutes``, ``2 hours``, ``3 days``."""
    for unit, name in ((_DAY, "day"), (_HOUR, "hour"), (_MINUTE, "minute")):
        if seconds >= 2 * unit or seconds == unit:
            count = -(-seconds // unit)
            return f"{count} {name}{'s' if count > 1 else ''}"
    return f"{seconds} s"


def count(number: int, noun: str) -> str:
    """``1 check``, ``2 checks``."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def merged(exhibits: Iterable[Exhibit]) -> list[tuple[str, list[tuple[str, str]]]]:
    """Each question with its answers, and in words who gave each and for how long it holds.

    Servers that said the same stand together, with the longest TTL of theirs.
    """
    asked: dict[str, dict[str, list[Exhibit]]] = {}
    for exhibit in exhibits:
        asked.setdefault(exhibit.asked, {}).setdefault(exhibit.answer, []).append(exhibit)
    return [
        (question, [(answer, _source(same)) for answer, same in answers.items()])
        for question, answers in asked.items()
    ]


def _source(same: list[Exhibit]) -> str:
    servers = [exhibit.server for exhibit in same if exhibit.server]
    ttls = [exhibit.ttl for exhibit in same if exhibit.ttl is not None]
    return ", ".join([*servers, *([f"TTL {duration(max(ttls))}"] if ttls else [])])


def explained(diagnosis: Diagnosis, root: Finding) -> tuple[Finding, ...]:
    """What *root* explains, and what could not be judged because of it."""
    return tuple(
        finding
        for finding in diagnosis.findings
        if root.code in (finding.explained_by, finding.skipped_because)
    )


def by_status(diagnosis: Diagnosis, *wanted: Status) -> tuple[Finding, ...]:
    """The findings that ended so, less those that a root explains."""
    return tuple(f for f in diagnosis.findings if f.status in wanted and not f.explained_by)


def summary(diagnosis: Diagnosis, *, whole: bool = True) -> str:
    """The last line: how it stands, and what to do first.

    Unless *whole*, layers without findings were not wanted, and are not called left out;
    what is wrong where nobody wanted to look is said all the same.
    """
    beyond = not_shown(diagnosis)
    return _summary(diagnosis, whole=whole) + (f" Not shown: {beyond}." if beyond else "")


def not_shown(diagnosis: Diagnosis) -> str:
    """What else is not well, where only a part was asked for; empty where all of it is."""
    failing = [f.code for f in diagnosis.not_shown if f.status is Status.FAIL]
    blind = len(diagnosis.not_shown) - len(failing)
    parts = [f"{', '.join(failing)} failing"] if failing else []
    parts += [f"{count(blind, 'check')} that could not be made"] if blind else []
    return " and ".join(parts)


def _summary(diagnosis: Diagnosis, *, whole: bool) -> str:
    checks = len(diagnosis.findings)
    if diagnosis.roots:
        first = diagnosis.roots[0]
        follow = sum(f.explained_by in diagnosis.roots for f in diagnosis.findings)
        verb, from_what = "s" * (follow == 1), "it" if len(diagnosis.roots) == 1 else "them"
        said = f" {count(follow, 'other finding')} only follow{verb} from {from_what}."
        more = said if follow else ""
        if len(diagnosis.roots) == 1:
            return f"1 cause: mend {first}.{more}"
        return f"{len(diagnosis.roots)} independent causes; mend {first} first.{more}"
    blind = [f for f in diagnosis.findings if f.status in _BLIND]
    if blind:
        unseen = f"{len(blind)} of {count(checks, 'check')} could not be made"
        return f"Nothing seen is failing, but {unseen}."
    left_out = _left_out(diagnosis) if whole else ""
    warnings = len(by_status(diagnosis, Status.WARN))
    if warnings:
        told = f"{count(warnings, 'warning')} above"
        return f"None of {count(checks, 'check')} is failing; {told}.{left_out}"
    if left_out:
        return f"Nothing is wrong in what was looked at ({count(checks, 'check')}).{left_out}"
    well = f"All {count(checks, 'check')} are well" if checks != 1 else "The one check is well"
    return f"{well}{_proven(diagnosis) if whole else ''}."


def _proven(diagnosis: Diagnosis) -> str:
    """What sent mail proved: well without reserve is for a proven way."""
    proven = [f"the way {one.way}" for one in diagnosis.journeys if one.proven]
    if not proven:
        return "; no mail was sent to prove it (--prove)"
    return f", and mail that was sent proves {' and '.join(proven)}"


def _left_out(diagnosis: Diagnosis) -> str:
    lacking = [f"{one.what} ({one.option})" for one in not_looked_at(diagnosis)]
    return f" Not looked at: {', '.join(lacking)}." if lacking else ""


_BLIND = frozenset({Status.UNKNOWN, Status.SKIPPED, Status.CRASHED})
