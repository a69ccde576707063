"""What becomes of a mail that is addressed to aliases: pure.

In order: is it the owner, is each alias good, would the owner's own address
have leaked, is it within bounds.  Everything or nothing: a mail of which one
recipient is wrong goes to nobody, and the owner is told, and can send it all
the same (`sendas mail release`).

Somebody else who writes to an alias wrote to the mailbox: an alias is an
address, and people will use it.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sendas.forward.answering import ReplyMailbox
from sendas.forward.decision import Decision, Discard, Notify, Quarantine, Reason
from sendas.forward.routes import RoutedDomain, To
from sendas.mail.address import same_address
from sendas.mail.mailboxes import Mailbox
from sendas.reply.alias import Alias, Kind, Standing, month_end, readable
from sendas.reply.case import Case, Known, Mail, Rules, Writer
from sendas.reply.decision import Answer
from sendas.reply.owner import Proof, authorship
from sendas.reply.stopped import stopped


MAX_NOTICES = 10
"""Within the hour, of answers that did not go out: each is a mail that we send."""


@dataclass(frozen=True, slots=True)
class Planned:
    """*decisions* about *paths*; the rest is forwarding's, by the routes of *domain*."""

    decisions: tuple[Decision | Answer, ...]
    paths: frozenset[str]
    domain: RoutedDomain
    to_keep: tuple[tuple[str, str], ...] = ()
    """What the bucket must hold for the aliases that are told: hash, address."""


_Found = Mapping[str, tuple[Standing, Alias | None]]


def plan(  # noqa: PLR0913, PLR0917  what is known of one mail
    mail: Mail,
    domain: RoutedDomain,
    rules: Rules,
    known: Known,
    now: datetime,
    waived: Collection[Reason] = (),
) -> Planned:
    """Decide about the forward-paths at *domain* that are aliases, or the compose address.

    *waived* are reasons that the owner overruled: a release.
    """
    case = case_of(mail, domain, rules, known, now, waived)
    return Planned((), frozenset(), domain) if case is None else decide(case)


def case_of(  # noqa: PLR0913, PLR0917  as above
    mail: Mail,
    domain: RoutedDomain,
    rules: Rules,
    known: Known,
    now: datetime,
    waived: Collection[Reason] = (),
) -> Case | None:
    """The half of `plan` that looks, once however often it is decided; None without an alias."""
    written = mail.receipt.forward_paths
    read = {path: rules.read(path, now) for path in written}
    found = {path: one for path, one in read.items() if one is not None}
    composed = tuple(path for path in read if same_address(path, rules.compose_address))
    if not found and not composed:
        return None
    writer = _writer(mail, rules, known, found)
    case = Case(mail, domain, rules, known, frozenset(waived), writer, found, composed, now)
    own = (path for path in written if case.is_own(path))
    return replace(case, paths=tuple(dict.fromkeys((*found, *composed, *own))))


def decide(case: Case) -> Planned:
    """The half of `plan` that decides."""
    proof = case.writer.who.proof
    if proof is Proof.SOMEBODY_ELSE:
        return _from_strangers(case)
    knows = case.composed or any(alias is not None for _, alias in case.found.values())
    if proof is Proof.UNPROVEN and not knows:
        # Who neither proves to be the owner nor knows an alias is anybody: no notice goes
        # out, and nothing is guessed, for an address that a stranger made up.
        return Planned((), frozenset(), case.domain)
    if proof is Proof.UNPROVEN and Reason.NOT_THE_OWNER not in case.waived:
        return _refused(case, Reason.NOT_THE_OWNER, case.writer.who.why)
    return _from_owner(case)


def hashes_in(mail: Mail, rules: Rules, now: datetime) -> frozenset[str]:
    """What `Known.kept` is needed for: the hashes in aliases that the mail speaks of."""
    written = (*mail.receipt.forward_paths, *(box.address for box in mail.named()))
    read = (rules.read(one, now) for one in written)
    found = (one[1].kept_hash for one in read if one is not None and one[1] is not None)
    return frozenset(filter(None, found))


def _writer(mail: Mail, rules: Rules, known: Known, found: _Found) -> Writer:
    """Whose mailbox the mail would be sent as: of several, one whose owner it says wrote it."""
    named = dict.fromkeys(alias.mailbox for _, alias in found.values() if alias is not None)
    judged = [
        Writer(box, authorship(mail.head, mail.receipt.verdicts, box, aligned=known.aligned))
        for box in (rules.mailboxes[one] for one in named or rules.mailboxes)
    ]
    owned = (one for one in judged if one.who.proof is not Proof.SOMEBODY_ELSE)
    return next(owned, judged[0])


def _from_strangers(case: Case) -> Planned:
    """An alias, even one that expired, leads to its mailbox; a closed one to the quarantine."""
    domain, known = case.domain, case.known
    decisions: list[Decision | Answer] = []
    routes, boxes = dict(domain.routes), dict(domain.answering.mailboxes)
    done: set[str] = set()
    for path, (_, alias) in case.found.items():
        local = path.rpartition("@")[0].lower()
        box = _mailbox_of(alias, case.rules)
        if box is None:
            continue
        if _is_closed(local, alias, known.closed):
            why = f"you closed {path} to others than yourself"
            decisions.append(Quarantine(Reason.ALIAS_CLOSED, why, (path,), box.owners))
            done.add(path)
        else:
            routes[local] = To(box.owners)
            boxes[f"{local}@{domain.name}"] = box
    if len(routes) > len(domain.routes):
        answering = replace(domain.answering, mailboxes=boxes)
        domain = replace(domain, routes=routes, answering=answering)
    return Planned(tuple(decisions), frozenset(done), domain)


def _mailbox_of(alias: Alias | None, rules: Rules) -> ReplyMailbox | None:
    """Whose mail it is; None where that cannot be known.

    No key of ours may fit any more: a key that is gone for good takes along what shows
    whose its aliases were.  They are in people's address books all the same, and where
    one owner alone answers, they were that owner's.
    """
    if alias is not None:
        return rules.mailboxes[alias.mailbox]
    first, *others = rules.mailboxes.values()
    return first if all(one.owners == first.owners for one in others) else None


def _is_closed(local_part: str, alias: Alias | None, closed: Collection[str]) -> bool:
    """Whether it was closed; of one that no key fits, whether one for the same person was.

    Else a closed alias with one letter changed would be open.
    """
    if alias is not None:
        return local_part in closed
    return readable(local_part) in map(readable, closed)


def _from_owner(case: Case) -> Planned:
    why_not = stopped(case)
    if why_not is not None:
        return _refused(case, *why_not)
    answers = _answers(case)
    if isinstance(answers, tuple):
        return _refused(case, *answers)
    if not answers:
        return _refused(case, Reason.BAD_ALIAS, "it names nobody who can be written to")
    decisions: list[Decision | Answer] = [*answers]
    to_keep: tuple[tuple[str, str], ...] = ()
    if case.composed:
        told, to_keep = _aliases_of(case, answers)
        decisions.append(told)
    if case.known.signer:
        why = f"its signature, or the key in it, names {case.known.signer}"
        about = _notice(case, Reason.SIGNER, why, answers[0].forward_paths)
        decisions.append(_to_writer(case, about))
    reached = {path for one in answers for path in one.forward_paths}
    for path in case.paths:
        if path not in reached:
            own = same_address(path, case.mailbox.address)
            why = "you wrote it yourself, as this mailbox" if own else "you wrote it yourself"
            decisions.append(Discard(Reason.OWN_ANSWER, why, (path,)))
    return Planned(tuple(decisions), frozenset(case.paths), case.domain, to_keep)


def _answers(case: Case) -> list[Answer] | tuple[Reason, str]:
    """A copy for each correspondent whom an alias stands for, or whom the subject names."""
    shown = {
        name: tuple(filter(None, map(case.translated, boxes))) for name, boxes in case.mail.visible
    }
    targets = _Targets()
    for path, (_, alias) in case.found.items():
        if alias is not None:
            targets.add(case.correspondent(alias), (path,))
    subject: str | None = None
    if case.composed:
        # Loaded here: most answers are to an alias, and each cold start loads this module.
        from sendas.reply.compose import composed  # noqa: PLC0415  as said

        wanted = composed(case)
        if isinstance(wanted, tuple):
            return wanted
        subject = wanted.subject
        seen = {box.address.lower() for boxes in shown.values() for box in boxes}
        added = (Mailbox("", one) for one in wanted.to if one.lower() not in seen)
        shown["To"] = (*added, *shown["To"])
        for one in wanted.to:
            targets.add(one, case.composed)
    visible = tuple(shown.items())
    return [
        Answer(target, paths, case.mailbox, visible, subject) for target, paths in targets.all()
    ]


class _Targets:
    """Correspondents, each once whatever its case, with the forward-paths that lead there."""

    def __init__(self) -> None:
        self._found: dict[str, tuple[str, tuple[str, ...]]] = {}

    def add(self, target: str, paths: tuple[str, ...]) -> None:
        """One more way to *target*; nothing where that is empty: nobody can be written to."""
        if target:
            known, before = self._found.get(target.lower(), (target, ()))
            self._found[target.lower()] = known, tuple(dict.fromkeys((*before, *paths)))

    def all(self) -> Iterable[tuple[str, tuple[str, ...]]]:
        """In the order of the mail."""
        return self._found.values()


def _aliases_of(
    case: Case, answers: Iterable[Answer]
) -> tuple[Notify, tuple[tuple[str, str], ...]]:
    """The notice that names an alias for each whom the mail goes to, and what it needs kept."""
    box, targets = case.mailbox, [one.target for one in answers]
    expires = month_end(case.mail.receipt.received_at, box.expires_days)
    made = [case.rules.aliases.make(Kind.COMPOSE, box.address, one, expires) for one in targets]
    why = f"you wrote to {', '.join(targets)}"
    told = _to_writer(case, _notice(case, Reason.COMPOSED, why, case.composed))
    kept = tuple(one.to_keep for one in made if one.to_keep is not None)
    return replace(told, targets=tuple(one.address for one in made)), kept


def _notice(case: Case, reason: Reason, why: str, paths: tuple[str, ...]) -> Notify:
    return Notify(
        reason,
        why,
        paths,
        case.domain.notice_address,
        case.domain.forwarding_address,
        case.mailbox.owners[:1],
    )


def _to_writer(case: Case, notice: Notify) -> Notify:
    """The notice to the owner who wrote the mail, if that is proven."""
    proven = case.writer.who.proof is Proof.PROVEN and case.mail.facts.authors
    if not proven:
        return notice
    return replace(notice, notice_address=case.mail.facts.authors[0].address)


def _refused(case: Case, reason: Reason, why: str) -> Planned:
    """Nothing goes out; the owner is told, at the address that the domain's notices go to.

    Not at the author's: whoever forged the mail would choose who gets it.  And
    not for each of many: then the daily digest tells.
    """
    paths = case.paths
    if case.known.refused_this_hour >= MAX_NOTICES:
        kept = Quarantine(reason, why, paths, case.mailbox.owners)
        return Planned((kept,), frozenset(paths), case.domain)
    return Planned((_notice(case, reason, why, paths),), frozenset(paths), case.domain)
