"""How the rules read what was seen at a relay's ports."""

from collections.abc import Callable

from sendas.advice import Help
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Exhibit, Status, Verdict
from sendas.doctor.relay import RelaySeen
from sendas.errors import CouldNotLook
from sendas.outcome import see
from sendas.smtp.probe import Stage
from sendas.smtp.submission import Amiss, PortSeen, Remark


def relay_of(evidence: Evidence) -> RelaySeen | None:
    """What was seen of the relay; None where nobody asked; raises CouldNotLook."""
    return None if evidence.relay is None else see(evidence.relay, "the relay")


def port_judge(
    title: str, well: str, *kinds: Amiss, status: Status = Status.FAIL
) -> Callable[[Evidence], Verdict | None]:
    """The judge of *kinds* at all ports; ``{host}`` in *title* and *well* is the relay's."""

    def judge(evidence: Evidence) -> Verdict | None:
        seen = relay_of(evidence)
        if seen is None:
            return None
        found = seen.amiss(evidence.observed_at, *kinds)
        if found:
            return Verdict(
                status, title.format(host=seen.host), exhibits=exhibits(found), help=helps(found)
            )
        return Verdict(Status.OK, well.format(host=seen.host))

    return judge


def exhibits(found: tuple[tuple[PortSeen, Remark], ...]) -> tuple[Exhibit, ...]:
    """Each remark with its port."""
    return tuple(
        Exhibit(f"{port.probe.host} port {port.probe.port}", remark.words)
        for port, remark in found
    )


def helps(found: tuple[tuple[PortSeen, Remark], ...]) -> tuple[Help, ...]:
    """What to do, each once."""
    return tuple(Help(text) for text in dict.fromkeys(remark.help for _, remark in found))


def unless_turned_away(seen: RelaySeen, evidence: Evidence, *behind: Stage) -> None:
    """Raise CouldNotLook where every port refused us for now, before it came to *behind*."""
    away = tuple(
        (port, remark)
        for port, remark in seen.amiss(evidence.observed_at, Amiss.TURNED_AWAY)
        if port.probe.stage not in behind
    )
    if away and len(away) == sum(port.reached for port in seen.ports):
        port, remark = away[0]
        msg = f"{port.probe.host} port {port.probe.port}: {remark.words}"
        raise CouldNotLook(msg)
