"""Every alarm of the account about mail, in all Regions: which of them can ring, and be heard."""

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from sendas.aws import cloudwatch, road, ses
from sendas.aws.regions import is_closed
from sendas.aws.session import Session
from sendas.outcome import NoAnswer, Seen
from sendas.ses.alarm import Alarm
from sendas.ses.regions import Region
from sendas.watch.decide.alarm_lint import Fault, concerns_ses, lint, sns_topics


_AT_ONCE = 16


@dataclass(frozen=True, slots=True)
class Linted:
    """What was found; a Region that is not enabled is left out, one that is silent is not."""

    alarms: tuple[Alarm, ...]
    faults: tuple[Fault, ...]
    unseen: tuple[str, ...]


def together(several: Iterable[Linted]) -> Linted:
    """What was found in several accounts."""
    found = list(several)
    return Linted(
        tuple(alarm for one in found for alarm in one.alarms),
        tuple(fault for one in found for fault in one.faults),
        tuple(unseen for one in found for unseen in one.unseen),
    )


def lint_all(session: Session, regions: Sequence[Region], own: Mapping[str, Region]) -> Linted:
    """Look at all of *regions*; *own* are the alarms that stacks should have, by name."""
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        seen = dict(
            zip(regions, pool.map(lambda r: cloudwatch.alarms(session, r), regions), strict=True)
        )
    alarms: list[Alarm] = []
    faults: list[Fault] = []
    unseen: list[str] = []
    for region, found in seen.items():
        if isinstance(found, NoAnswer):
            if not is_closed(found) or region in own.values():
                unseen.append(f"{region}: {found}")
            continue
        ours = [one for one in found if concerns_ses(one, frozenset(own))]
        alarms += ours
        there = {one.name for one in found}
        faults += [
            Fault(name, region, "it should be there and is not", "sendas apply makes it again.")
            for name, where in own.items()
            if where == region and name not in there
        ]
        for result in _judged(session, region, ours):
            if isinstance(result, NoAnswer):
                unseen.append(f"{region}: {result}")
            else:
                faults.append(result)
    return Linted(tuple(alarms), tuple(faults), tuple(dict.fromkeys(unseen)))


def _judged(session: Session, region: Region, alarms: Sequence[Alarm]) -> list[Fault | NoAnswer]:
    if not alarms:
        return []
    arns = dict.fromkeys(arn for one in alarms for arn in sns_topics(one))
    topics = {arn: road.topic(session, Region(arn.split(":")[3]), arn) for arn in arns}
    rules: Seen[frozenset[str]] = frozenset()
    if any("RuleName" in one.dimensions for one in alarms):
        active = ses.active_rule_set(session, region)
        if isinstance(active, NoAnswer):
            rules = active
        elif active is not None:
            rules = frozenset(rule.name for rule in active.rules if rule.enabled)
    return [result for one in alarms for result in lint(one, topics, rules)]
