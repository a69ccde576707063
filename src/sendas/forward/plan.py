"""What to do with one received mail: pure, one decision per (forward-path, target).

In order, for each forward-path: is it ours, does its route want the mail at
all, is it clean, has it been here before, does it stay within its limits.  The
first answer that is not yes decides; decisions that are alike are joined, so
two recipients with one target give one copy, and thirty unknown ones give one
notice.

Never answered are machines and the null reverse-path (RFC 3834, 2), and those
who may not have written at all: a refusal to a forged address is spam.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sendas.forward.counters import Counters
from sendas.forward.decision import (
    Decision,
    Discard,
    Fail,
    Forward,
    Notify,
    Quarantine,
    Reason,
    Reject,
    TakeReports,
)
from sendas.forward.facts import Facts, mark_of
from sendas.forward.joining import joined
from sendas.forward.probe import Copied, Probe
from sendas.forward.routes import (
    Handling,
    Ignore,
    NoRoute,
    OwnAddress,
    Policy,
    Refuse,
    Reports,
    RoutedDomain,
    Routes,
    To,
)
from sendas.mail.address import domain_of
from sendas.mail.canary import is_canary_address
from sendas.ses.notices import DmarcPolicy, Receipt, Verdict


BOUNCE_WITHIN = timedelta(hours=24)
"""SES API, SendBounce: no later after receipt."""
MAX_PASSES = 5
"""Copies of copies; more is a circle through several mailboxes."""


def plan(  # noqa: PLR0913, PLR0917  what is known of one mail
    receipt: Receipt,
    facts: Facts,
    size: int,
    routes: Routes,
    counters: Counters,
    now: datetime,
    waived: Collection[Reason] = (),
    probe: Probe | Copied | None = None,
) -> tuple[Decision, ...]:
    """Decide what becomes of one mail of *size* bytes.

    *waived* are reasons for quarantine that the owner overruled: a release.
    *probe* is what it was announced as, if it was.
    Every forward-path is in one decision at least.
    """
    case = _Case(receipt, facts, size, routes, counters, now, frozenset(waived), probe)
    decisions: list[Decision] = []
    for forward_path in receipt.forward_paths:
        decisions += _one(case, forward_path)
    return joined(decisions)


def too_big(forward: Forward, size: int, routes: Routes) -> Notify | Fail:
    """What becomes of a copy that our own fields made too big."""
    domain = routes.domain_of(forward.forward_paths[0])
    if domain is None:
        return Fail(Reason.NOT_OUR_DOMAIN, "its route is gone", forward.forward_paths)
    return _too_big(domain, size, forward.forward_paths, (forward.target,), routes)


def unsendable(
    paths: tuple[str, ...], target: str, reason: Reason, why: str, routes: Routes
) -> Notify | Fail:
    """What becomes of what SES refused for good, for *why*; a bounce has no *target*."""
    domain = routes.domain_of(paths[0]) if paths else None
    if domain is None:
        return Fail(Reason.NOT_OUR_DOMAIN, "its route is gone", paths)
    return _notify(domain, reason, why, paths, (target,) if target else ())


@dataclass(frozen=True, slots=True)
class _Case:
    receipt: Receipt
    facts: Facts
    size: int
    routes: Routes
    counters: Counters
    now: datetime
    waived: frozenset[Reason]
    probe: Probe | Copied | None = None


def _one(case: _Case, path: str) -> list[Decision]:
    """The decisions for one forward-path."""
    domain = case.routes.domain_of(path)
    if domain is None:
        why = "a receipt rule took it, but the routes do not know its domain"
        return [Fail(Reason.NOT_OUR_DOMAIN, why, (path,))]
    match case.probe:
        case Probe(known) as probe if known == path:
            return _probed(case, domain, probe)
        case Copied(known) if known == path:
            return _routed(case, domain, path)
    return [_canary(path)] if _is_canary(case, path) else _routed(case, domain, path)


def _is_canary(case: _Case, path: str) -> bool:
    return case.facts.canary and is_canary_address(path)


def _canary(path: str) -> Discard:
    return Discard(Reason.CANARY, "a probe of sendas, which has arrived", (path,))


def _probed(case: _Case, domain: RoutedDomain, probe: Probe) -> list[Decision]:
    """A probe goes on where mail for its address would; what would stop that mail stops it.

    SES's doubts do not: who sends it is no judge of what others send.
    """
    route, path = domain.route_of(probe.path), probe.path
    if not isinstance(route, To):
        why = "no route sends mail for this address on to anybody"
        return [Discard(Reason.PROBE, why, (path,))]
    stopped = _limit(case, domain, path, route.targets)
    if stopped is not None:
        return [Discard(Reason.PROBE, stopped.why, (path,))]
    marks = _marks(case.receipt)
    copies = [Forward(probe.target, (path,), domain.forwarding_address, marks, Reason.PROBE,
                      canary=probe.token)]  # fmt: skip
    if probe.to_inbox:
        copies += [
            Forward(target, (path,), domain.forwarding_address, marks) for target in route.targets
        ]
    return [*copies]


def _routed(case: _Case, domain: RoutedDomain, path: str) -> list[Decision]:
    match domain.route_of(path):
        case To(targets):
            return _to(case, domain, path, targets)
        case Ignore():
            return [Discard(Reason.ROUTE_DISCARDS, "its route says so", (path,))]
        case Reports():
            return [_reports(case, domain, path)]
        case Refuse(text):
            return [_refuse(case, domain, path, text)]
        case OwnAddress():
            return [_to_ourselves(case, domain, path)]
        case NoRoute():
            return [_unknown(case, domain, path)]


def _reports(case: _Case, domain: RoutedDomain, path: str) -> TakeReports | Discard:
    """Reports are read whatever SES thinks of their mail: reading harms nothing; not a flood."""
    written = case.counters.written.get(path, 0)
    flood = _flood(case, domain, path)
    if written >= case.routes.limits.max_per_hour:
        flood = f"the author wrote {written} mails to {path} within the hour"
    if flood:
        return Discard(Reason.FLOOD, f"not read as a report: {flood}", (path,))
    return TakeReports(Reason.REPORTS, "it is for the address for reports", (path,))


def _to(case: _Case, domain: RoutedDomain, path: str, targets: tuple[str, ...]) -> list[Decision]:
    for question in (_doubt, _circle, _limit):
        stopped = question(case, domain, path, targets)
        if stopped is not None:
            return [stopped]
    return [_copy(case, domain, path, target) for target in targets]


def _copy(case: _Case, domain: RoutedDomain, path: str, target: str) -> Decision:
    if target.lower() in case.facts.delivered_to and Reason.LOOP not in case.waived:
        why = f"it comes out of the mailbox {target} that it would go to"
        return Quarantine(Reason.LOOP, why, (path,), (target,))
    box = domain.reply_mailbox(path)
    marks = _marks(case.receipt)
    return Forward(target, (path,), domain.forwarding_address, marks, mailbox=box)


def _marks(receipt: Receipt) -> tuple[str, ...]:
    return tuple(["=".join(told) for told in receipt.verdicts.words().items()])


def _doubt(
    case: _Case, domain: RoutedDomain, path: str, targets: tuple[str, ...] = ()
) -> Quarantine | Discard | None:
    """What SES's verdicts ask for, by the domain's policy."""
    for reason, handling, why in _doubts(case.receipt, domain.policy):
        if reason in case.waived or handling is Handling.FORWARD:
            continue
        if handling is Handling.DISCARD:
            return Discard(reason, why, (path,))
        return Quarantine(reason, why, (path,), targets)
    return None


def _doubts(receipt: Receipt, policy: Policy) -> Iterable[tuple[Reason, Handling, str]]:
    verdicts = receipt.verdicts
    if verdicts.virus is Verdict.FAIL:
        yield Reason.VIRUS, policy.virus, "SES found a virus in it"
    if verdicts.spam is Verdict.FAIL:
        yield Reason.SPAM, policy.spam, "SES takes it for spam"
    if verdicts.dmarc is Verdict.FAIL:
        asked = receipt.dmarc_policy
        if asked is DmarcPolicy.REJECT:
            why = "it fails DMARC, and the author's domain asks to refuse such mail"
            yield Reason.DMARC_REJECT, policy.dmarc_reject, why
        elif asked is DmarcPolicy.QUARANTINE:
            why = "it fails DMARC, and the author's domain asks to put such mail aside"
            yield Reason.DMARC_QUARANTINE, policy.dmarc_quarantine, why
    if verdicts.spam is Verdict.GRAY:
        yield Reason.UNSURE_SPAM, policy.unsure_spam, "SES is not sure that it is no spam"


def _circle(
    case: _Case, _domain: RoutedDomain, path: str, targets: tuple[str, ...]
) -> Quarantine | None:
    facts, most = case.facts, case.routes.limits.max_hops
    if Reason.LOOP not in case.waived:
        if mark_of(path) in facts.marked:
            why = f"it has been through {path} before: a mailbox behind it forwards back"
            return Quarantine(Reason.LOOP, why, (path,), targets)
        if facts.passes >= MAX_PASSES:
            why = f"it has been forwarded {facts.passes} times already"
            return Quarantine(Reason.LOOP, why, (path,), targets)
    if facts.hops > most and Reason.TOO_MANY_HOPS not in case.waived:
        why = f"{facts.hops} servers have handled it, more than {most}"
        return Quarantine(Reason.TOO_MANY_HOPS, why, (path,), targets)
    return None


def _limit(
    case: _Case, domain: RoutedDomain, path: str, targets: tuple[str, ...]
) -> Quarantine | Notify | None:
    limits, counters = case.routes.limits, case.counters
    percent = counters.bounce_percent
    if (
        percent is not None
        and percent >= limits.stop_at_bounce_percent
        and Reason.REPUTATION not in case.waived
    ):
        why = (
            f"{percent:.1f} % of what you sent bounced: forwarding has stopped to save the account"
        )
        return Quarantine(Reason.REPUTATION, why, (path,), targets)
    written = counters.written.get(path, 0)
    if written >= limits.max_per_hour and Reason.TOO_MANY not in case.waived:
        why = f"the author wrote {written} mails to {path} within the hour"
        return Quarantine(Reason.TOO_MANY, why, (path,), targets)
    flood = _flood(case, domain, path)
    if flood and Reason.FLOOD not in case.waived:
        return Quarantine(Reason.FLOOD, flood, (path,), targets)
    if case.size > limits.max_message_bytes:
        return _too_big(domain, case.size, (path,), targets, case.routes)
    return None


def _flood(case: _Case, domain: RoutedDomain, path: str) -> str:
    """Why so much mail is not sent on; empty when it is not so much."""
    limits, counters = case.routes.limits, case.counters
    for most, count, whose in (
        (limits.max_per_hour_address, counters.at_address.get(path, 0), path),
        (limits.max_per_hour_domain, counters.at_domain.get(domain.name, 0), domain.name),
    ):
        if count >= most:
            return f"more than {most} mails for {whose} came within the hour"
    return ""


def _too_big(
    domain: RoutedDomain,
    size: int,
    paths: tuple[str, ...],
    targets: tuple[str, ...],
    routes: Routes,
) -> Notify:
    most = routes.limits.max_message_bytes
    why = f"it has {size:,} bytes, and at most {most:,} are sent on"
    return _notify(domain, Reason.TOO_BIG, why, paths, targets)


def _refuse(case: _Case, domain: RoutedDomain, path: str, text: str) -> Reject | Discard | Notify:
    unanswered = _why_never_answered(case, path)
    if unanswered:
        return Discard(Reason.NEVER_ANSWERED, unanswered, (path,))
    if case.now - case.receipt.received_at >= BOUNCE_WITHIN:
        # It was to be refused, and a day long no bounce could go out: somebody must hear of it.
        why = "its author was to be told that it is refused; SES bounces within a day only"
        return _notify(domain, Reason.NEVER_ANSWERED, why, (path,))
    why = f"the route of {path} refuses mail"
    return Reject(Reason.ROUTE_REJECTS, why, path, domain.forwarding_address, "5.1.1", text)


def _why_never_answered(case: _Case, path: str) -> str:
    """Why no bounce may go out; empty when one may."""
    verdicts = case.receipt.verdicts
    if case.facts.automatic or case.facts.bulk:
        return "a machine wrote it, and would not read a refusal"
    if Verdict.FAIL in {verdicts.spam, verdicts.virus} or not _is_proven(case):
        return "its reverse-path may be forged: somebody else would get the refusal"
    if case.counters.written.get(path, 0) >= case.routes.limits.max_per_hour:
        return "its author was refused often enough within the hour"
    return ""


def _is_proven(case: _Case) -> bool:
    """Whether the reverse-path's own domain says that the mail is its: by SPF, or by DMARC.

    Nothing less: a bounce to an address that did not write is spam to its owner.
    """
    verdicts = case.receipt.verdicts
    if Verdict.FAIL in {verdicts.spf, verdicts.dmarc}:
        return False
    if verdicts.spf is Verdict.PASS:
        return True
    reverse = domain_of(case.receipt.reverse_path)
    authors = [domain_of(one.address) for one in case.facts.authors]
    return verdicts.dmarc is Verdict.PASS and authors == [reverse]


def _to_ourselves(case: _Case, domain: RoutedDomain, path: str) -> Decision:
    """Mail to the forwarding address: DSNs of what we sent, and answers gone astray.

    A machine's mail makes no notice: the notice's own bounce would come here.
    """
    if Reason.ANSWER_OF_A_MACHINE in case.waived:
        return _to_the_owner(case, domain, path)
    if case.facts.automatic or case.facts.bulk:
        why = "a machine answered what was forwarded"
        return Quarantine(Reason.ANSWER_OF_A_MACHINE, why, (path,))
    stopped = _doubt(case, domain, path) or _too_often(case, domain, path)
    if stopped is not None:
        return stopped
    why = f"somebody answered {path} instead of the author: it reached nobody"
    return _notify(domain, Reason.FORWARDING_ADDRESS, why, (path,))


def _unknown(case: _Case, domain: RoutedDomain, path: str) -> Decision:
    """Mail to an address of ours without a route: the owner is told, or finds it in the digest."""
    if Reason.NO_ROUTE in case.waived:
        return _to_the_owner(case, domain, path)
    doubt = _doubt(case, domain, path) or _circle(case, domain, path, ())
    if doubt is not None:
        return doubt
    if case.facts.automatic or case.facts.bulk:
        why = f"no route for {path}, and a machine wrote it"
        return Quarantine(Reason.NO_ROUTE, why, (path,))
    often = _too_often(case, domain, path)
    if often is not None:
        return often
    return _notify(domain, Reason.NO_ROUTE, f"there is no route for {path}", (path,))


def _too_often(case: _Case, domain: RoutedDomain, path: str) -> Quarantine | None:
    """Beyond the cap the owner is told by the digest: each notice is a mail that we send."""
    most, counters = case.routes.limits.max_per_hour, case.counters
    written = counters.written.get(path, 0)
    if written >= most:
        why = f"no route for {path}, and its author wrote {written} mails within the hour"
        return Quarantine(Reason.TOO_MANY, why, (path,))
    unrouted = counters.unrouted.get(domain.name, 0)
    if unrouted >= most:
        why = f"one of {unrouted + 1} mails within the hour to addresses without a route"
        return Quarantine(Reason.TOO_MANY, why, (path,))
    return None


def _to_the_owner(case: _Case, domain: RoutedDomain, path: str) -> Forward:
    """A mail without a route that the owner released: to whom notices go."""
    return Forward(domain.notice_address, (path,), domain.forwarding_address, _marks(case.receipt))


def _notify(
    domain: RoutedDomain,
    reason: Reason,
    why: str,
    paths: tuple[str, ...],
    targets: tuple[str, ...] = (),
) -> Notify:
    return Notify(reason, why, paths, domain.notice_address, domain.forwarding_address, targets)
