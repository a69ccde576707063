"""Decisions as deeds of a record, and back: pure.

A deed's name is made of what it does, so that the same decision taken again, by
another worker or for a second notice of the same mail, is the same deed.
"""

import hashlib

from collections.abc import Iterable
from typing import TypeAlias

from sendas.forward.decision import (
    Decision,
    Discard,
    Fail,
    Forward,
    Notify,
    Quarantine,
    Reason,
    Reject,
)
from sendas.forward.routes import Routes
from sendas.journal.record import Deed, Kind


Undertaking: TypeAlias = Forward | Quarantine | Reject | Discard | Notify
"""A decision that can be carried out."""


def undertakings(decisions: Iterable[Decision]) -> dict[str, Undertaking]:
    """What is to be done, by the names of the deeds."""
    return {name_of(one): one for one in decisions if not isinstance(one, Fail)}


def failures(decisions: Iterable[Decision]) -> tuple[Fail, ...]:
    """What could not be decided."""
    return tuple(one for one in decisions if isinstance(one, Fail))


def name_of(one: Undertaking) -> str:
    """The deed's name; addresses are in it as digests, for names are logged."""
    match one:
        case Forward():
            return f"forward:{digest(one.target.lower())}"
        case Notify():
            # One for each set of addresses: two refusals are two notices.
            about = ",".join(sorted((*one.forward_paths, *one.targets)))
            return f"notice:{one.reason}:{digest(f'{one.notice_address},{about}'.lower())}"
        case Reject():
            return f"reject:{digest(one.forward_path.lower())}"
        case Quarantine() | Discard():
            # For others of the same mail, told of by another notice, it is another deed.
            about = ",".join(sorted(one.forward_paths))
            return f"{_KINDS[type(one)]}:{one.reason}:{digest(about.lower())}"


def paths_of(one: Undertaking) -> tuple[str, ...]:
    """The forward-paths it is about."""
    return (one.forward_path,) if isinstance(one, Reject) else one.forward_paths


def deed_of(name: str, one: Undertaking, because_of: str = "") -> Deed:
    """The deed of that name, still to be done."""
    return Deed(
        name=name,
        kind=_KINDS[type(one)],
        reason=one.reason,
        why=one.why,
        target=_target(one),
        forward_paths=paths_of(one),
        because_of=because_of,
        meant_for=one.targets if isinstance(one, (Notify, Quarantine)) else (),
    )


_KINDS: dict[type[Undertaking], Kind] = {
    Forward: Kind.FORWARD,
    Notify: Kind.NOTICE,
    Reject: Kind.REJECT,
    Quarantine: Kind.QUARANTINE,
    Discard: Kind.DISCARD,
}


def _target(one: Undertaking) -> str:
    match one:
        case Forward():
            return one.target
        case Notify():
            return one.notice_address
        case Reject():
            return one.forward_path
        case Quarantine() | Discard():
            return ""


def notice_of(deed: Deed, routes: Routes) -> Notify | None:
    """The notice that a stored deed stands for; None when its domain is not ours any more."""
    domain = routes.domain_of(deed.forward_paths[0]) if deed.forward_paths else None
    if domain is None:
        return None
    return Notify(
        Reason(deed.reason),
        deed.why,
        deed.forward_paths,
        deed.target,
        domain.forwarding_address,
        deed.meant_for,
    )


def digest(text: str) -> str:
    """Twelve letters that stand for *text*."""
    return hashlib.sha256(text.encode()).hexdigest()[:12]
