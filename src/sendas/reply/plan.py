"""What becomes of a mail that is addressed to aliases: pure.

In order: is it the owner, is each alias good, would the owner's own address
have leaked, is it within bounds.  Everything or nothing: a mail of which one
recipient is wrong goes to nobody, and the owner is told, and can send it all
the same (`sendas mail release`).

Somebody else who writes to an alias wrote to the mailbox: an alias is an
address, and people will use it.
"""

import re

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from itertools import chain

from sendas.forward.answering import ReplyMailbox
from sendas.forward.decision import Decision, Discard, Notify, Quarantine, Reason
from sendas.forward.facts import Facts, subject_of
from sendas.forward.routes import RoutedDomain, To
from sendas.mail.address import addresses_in, is_plain_address, same_address
from sendas.mail.headers import Head
from sendas.mail.mailboxes import Mailbox, mailboxes_of
from sendas.reply.alias import Alias, Aliases, Kind, Standing, month_end
from sendas.reply.decision import Answer
from sendas.reply.owner import Authorship, Proof, authorship
from sendas.ses.notices import Receipt, Verdict


MAX_NOTICES = 10
"""Within the hour, of answers that did not go out: each is a mail that we send."""
MAX_RECIPIENTS = 50
"""SES API v2, SendEmail: recipients of one mail; more in one answer is no person's."""
_COMPOSED = re.compile(r"\s*to\s*:\s*(?P<to>[^|]{1,2000})\|(?P<subject>.*)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Known:
    """What the shell found out before.

    *kept* are the addresses that the bucket holds by hash; *closed* the aliases
    (local-parts) that the owner closed to strangers, *paused* mailboxes that send
    nothing; *aligned* is of `authorship`; *signer* is of `sendas.reply.signed`;
    *suppressed* are those of a composed mail's recipients whom SES sends nothing;
    *sent_this_hour* and *sent_today* count this mailbox's answers.
    """

    kept: Mapping[str, str] = field(default_factory=dict)
    closed: Collection[str] = frozenset()
    paused: Collection[str] = frozenset()
    aligned: bool = False
    signer: str = ""
    suppressed: Collection[str] = frozenset()
    sent_this_hour: int = 0
    sent_today: int = 0
    refused_this_hour: int = 0


@dataclass(frozen=True, slots=True)
class Planned:
    """*decisions* about *paths*; the rest is forwarding's, by the routes of *domain*."""

    decisions: tuple[Decision | Answer, ...]
    paths: frozenset[str]
    domain: RoutedDomain
    to_keep: tuple[tuple[str, str], ...] = ()
    """What the bucket must hold for the aliases that are told: hash, address."""


@dataclass(frozen=True)
class Mail:
    """One received mail, for those of its forward-paths that are at one domain of ours."""

    receipt: Receipt
    head: Head
    facts: Facts

    @cached_property
    def visible(self) -> tuple[tuple[str, tuple[Mailbox, ...]], ...]:
        """Whom the fields To and Cc name."""
        fields = (("To", b"to"), ("Cc", b"cc"))
        return tuple((name, tuple(mailboxes_of(self.head, key))) for name, key in fields)

    def named(self) -> Iterator[Mailbox]:
        """All of them."""
        return chain.from_iterable(boxes for _, boxes in self.visible)


@dataclass(frozen=True, slots=True)
class Rules:
    """How one domain answers: its mailboxes by address, its aliases, its compose address."""

    mailboxes: Mapping[str, ReplyMailbox]
    aliases: Aliases
    compose: str = "compose"


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
    paths = tuple(p for p in mail.receipt.forward_paths if _is_at(p, domain.name))
    read = {path: _alias(path, rules, now) for path in paths}
    found = {path: one for path, one in read.items() if one is not None}
    writer = _writer(mail, rules, known, found, paths)
    if writer is None or _is_stranger(writer, rules, found, paths):
        return _from_strangers(domain, rules, known, found)
    case = _Case(mail, domain, rules, known, frozenset(waived), writer, now)
    if writer.who.proof is Proof.UNPROVEN and Reason.NOT_THE_OWNER not in case.waived:
        return _refused(case, paths, Reason.NOT_THE_OWNER, writer.who.why)
    return _from_owner(case, paths, found)


def hashes_in(mail: Mail, rules: Rules, now: datetime) -> frozenset[str]:
    """What `Known.kept` is needed for: the hashes in aliases that the mail speaks of."""
    written = [*mail.receipt.forward_paths, *(box.address for box in mail.named())]
    read = (_alias(one, rules, now) for one in written if _is_at(one, rules.aliases.domain))
    found = (one[1].kept_hash for one in read if one is not None and one[1] is not None)
    return frozenset(filter(None, found))


@dataclass(frozen=True, slots=True)
class _Writer:
    mailbox: ReplyMailbox
    who: Authorship


@dataclass(frozen=True, slots=True)
class _Case:
    mail: Mail
    domain: RoutedDomain
    rules: Rules
    known: Known
    waived: frozenset[Reason]
    writer: _Writer
    now: datetime

    @property
    def mailbox(self) -> ReplyMailbox:
        return self.writer.mailbox


_Read = Mapping[str, tuple[Standing, Alias | None]]


def _is_at(path: str, domain: str) -> bool:
    return path.rpartition("@")[2].lower() == domain


def _alias(path: str, rules: Rules, now: datetime) -> tuple[Standing, Alias | None] | None:
    return rules.aliases.read(path.rpartition("@")[0], rules.mailboxes, now)


def _writer(
    mail: Mail, rules: Rules, known: Known, found: _Read, paths: tuple[str, ...]
) -> _Writer | None:
    """Whose mailbox the mail would be sent as, and whether its owner wrote it.

    None when it is for no alias and not for the compose address.
    """
    named = [alias.mailbox for _, alias in found.values() if alias is not None]
    composes = any(_is_compose(path, rules) for path in paths)
    if not named and not composes and not found:
        return None
    candidates = [rules.mailboxes[one] for one in dict.fromkeys(named)]
    candidates = candidates or list(rules.mailboxes.values())
    judged = [
        _Writer(box, authorship(mail.head, mail.receipt.verdicts, box, aligned=known.aligned))
        for box in candidates
    ]
    owned = [one for one in judged if one.who.proof is not Proof.SOMEBODY_ELSE]
    return next(iter(owned), judged[0] if judged else None)


def _is_stranger(writer: _Writer, rules: Rules, found: _Read, paths: tuple[str, ...]) -> bool:
    """Whether the mail is nobody's answer.

    Who neither proves to be the owner nor knows an alias is anybody: no notice
    goes out for an address that a stranger made up.
    """
    match writer.who.proof:
        case Proof.PROVEN:
            return False
        case Proof.SOMEBODY_ELSE:
            return True
        case Proof.UNPROVEN:
            knows = any(alias is not None for _, alias in found.values())
            return not knows and not any(_is_compose(path, rules) for path in paths)


def _is_compose(path: str, rules: Rules) -> bool:
    return same_address(path.rpartition("@")[0], rules.compose)


def _from_strangers(domain: RoutedDomain, rules: Rules, known: Known, found: _Read) -> Planned:
    """An alias, even one that expired, leads to its mailbox; a closed one to the quarantine."""
    decisions: list[Decision | Answer] = []
    routes, boxes = dict(domain.routes), dict(domain.answering.mailboxes)
    done: set[str] = set()
    for path, (_, alias) in found.items():
        if alias is None:
            continue
        box = rules.mailboxes[alias.mailbox]
        owners = box.owners
        if alias.local_part in known.closed:
            why = f"you closed {path} to others than yourself"
            decisions.append(Quarantine(Reason.ALIAS_CLOSED, why, (path,), owners))
            done.add(path)
        else:
            routes[alias.local_part] = To(owners)
            boxes[f"{alias.local_part}@{domain.name}"] = box
    if len(routes) > len(domain.routes):
        answering = replace(domain.answering, mailboxes=boxes)
        domain = replace(domain, routes=routes, answering=answering)
    return Planned(tuple(decisions), frozenset(done), domain)


def _from_owner(case: _Case, paths: tuple[str, ...], found: _Read) -> Planned:
    stopped = _stopped(case, found)
    if stopped is not None:
        return _refused(case, paths, *stopped)
    composed = [path for path in paths if _is_compose(path, case.rules)]
    answers = _composed(case, composed) if composed else _answers(case, found)
    if isinstance(answers, tuple):
        return _refused(case, paths, *answers)
    if not answers:
        return _refused(case, paths, Reason.BAD_ALIAS, "it names nobody who can be written to")
    decisions: list[Decision | Answer] = [*answers]
    to_keep: tuple[tuple[str, str], ...] = ()
    if composed:
        told, to_keep = _aliases_of(case, answers, composed)
        decisions.append(told)
    if case.known.signer:
        why = f"its signature, or the key in it, names {case.known.signer}"
        about = _notice(case, Reason.SIGNER, why, answers[0].forward_paths)
        decisions.append(_to_writer(case, about))
    reached = {path for one in answers for path in one.forward_paths}
    for path in paths:
        if path in reached:
            continue
        own = same_address(path, case.mailbox.address)
        why = "you wrote it yourself, as this mailbox" if own else "you wrote it yourself"
        decisions.append(Discard(Reason.OWN_ANSWER, why, (path,)))
    return Planned(tuple(decisions), frozenset(paths), case.domain, to_keep)


def _stopped(case: _Case, found: _Read) -> tuple[Reason, str] | None:
    """Why none of it may go out."""
    for reason, why in (
        (Reason.VIRUS, _virus(case)),
        (Reason.MAILBOX_PAUSED, _paused(case)),
        (Reason.AUTOMATIC_ANSWER, _automatic(case)),
        (Reason.LOOP, _loop(case)),
        (Reason.BAD_ALIAS, _bad_alias(case, found)),
        (Reason.LEAK, _leak(case)),
        (Reason.TOO_MANY, _too_many(case)),
    ):
        if why and (reason not in case.waived or reason is Reason.VIRUS):
            return reason, why
    return None


def _virus(case: _Case) -> str:
    failed = case.mail.receipt.verdicts.virus is Verdict.FAIL
    return "SES found a virus in it" if failed else ""


def _paused(case: _Case) -> str:
    address = case.mailbox.address
    return f"you paused answering as {address}" if address in case.known.paused else ""


def _automatic(case: _Case) -> str:
    """RFC 3834: a vacation answer; the owner may not want it sent as the mailbox."""
    automatic = case.mail.facts.automatic and not case.mailbox.automatic
    return "a program wrote it, such as a vacation answer" if automatic else ""


def _loop(case: _Case) -> str:
    facts = case.mail.facts
    return "it has been forwarded by us before" if facts.marked or facts.passes else ""


def _bad_alias(case: _Case, found: _Read) -> str:
    for path, (standing, alias) in found.items():
        match standing:
            case Standing.FORGED:
                return f"{path} is no alias that we made"
            case Standing.REVOKED:
                return f"the key that signed {path} was revoked; write to a new alias"
            case Standing.EXPIRED:
                return f"{path} has expired; write to a new alias"
            case Standing.GOOD:
                pass
        if alias is not None and alias.mailbox != case.mailbox.address:
            return f"{path} is an alias of {alias.mailbox}, not of {case.mailbox.address}"
        if alias is not None and not _correspondent(alias, case.known):
            return f"whom {path} stands for is not in the bucket any more"
    return ""


def _leak(case: _Case) -> str:
    """An address in To or Cc that your mail program wrote to from your private address."""
    for box in case.mail.named():
        address = box.address
        if not address or _translated(case, box) is not None or _is_ours(case, address):
            continue
        return (
            f"{address} is no alias: your mail program has sent it the mail from your own "
            "address already; write to an alias instead"
        )
    return ""


def _is_ours(case: _Case, address: str) -> bool:
    """The mailbox itself, the forwarding address, the compose address, or an owner's own."""
    ours = (
        case.mailbox.address,
        case.domain.forwarding_address,
        f"{case.rules.compose}@{case.domain.name}",
    )
    return any(same_address(address, one) for one in ours) or case.mailbox.is_owner(address)


def _too_many(case: _Case) -> str:
    mailbox, known = case.mailbox, case.known
    if known.sent_this_hour >= mailbox.per_hour:
        most, many = f"{mailbox.per_hour} an hour", known.sent_this_hour
    elif known.sent_today >= mailbox.per_day:
        most, many = f"{mailbox.per_day} a day", known.sent_today
    else:
        return ""
    return f"you sent {many} answers already, and at most {most} go out"


def _answers(case: _Case, found: _Read) -> list[Answer]:
    visible = tuple(
        (name, tuple(filter(None, (_translated(case, box) for box in boxes))))
        for name, boxes in case.mail.visible
    )
    by_target: dict[str, list[str]] = {}
    for path, (_, alias) in found.items():
        if alias is not None:
            by_target.setdefault(_correspondent(alias, case.known), []).append(path)
    return [
        Answer(target, tuple(paths), case.mailbox, visible)
        for target, paths in by_target.items()
        if target
    ]


def _composed(case: _Case, paths: list[str]) -> list[Answer] | tuple[Reason, str]:
    """``to: them@example.net, her@example.org | Subject``, written to the compose address."""
    found = _COMPOSED.fullmatch(subject_of(case.mail.head, 2000))
    to = addresses_in(found["to"], MAX_RECIPIENTS + 1) if found else []
    how = "write `to: them@example.net | Subject` as the subject"
    if found is None or not to:
        return Reason.BAD_ALIAS, f"the subject names no recipients; {how}"
    strange = [one for one in to if not is_plain_address(one) or _is_ours(case, one)]
    if strange or len(to) > MAX_RECIPIENTS:
        why = strange[0] if strange else f"{len(to)} recipients"
        return Reason.BAD_ALIAS, f"{why}: cannot be written to; {how}"
    if listed := [one for one in to if one in case.known.suppressed]:
        why = f"SES sends nothing to {', '.join(listed)}: on the account's suppression list"
        return Reason.SUPPRESSED, why
    visible = (("To", tuple(Mailbox("", one) for one in to)),)
    subject = found["subject"].strip()
    return [Answer(one, tuple(paths), case.mailbox, visible, subject) for one in dict.fromkeys(to)]


def _aliases_of(
    case: _Case, answers: Sequence[Answer], paths: Sequence[str]
) -> tuple[Notify, tuple[tuple[str, str], ...]]:
    """The notice that names an alias for each whom the mail goes to, and what it needs kept."""
    box = case.mailbox
    expires = month_end(case.mail.receipt.received_at, box.expires_days)
    made = [
        case.rules.aliases.make(Kind.COMPOSE, box.address, one.target, expires) for one in answers
    ]
    why = f"you wrote to {', '.join(one.target for one in answers)}"
    told = _to_writer(case, _notice(case, Reason.COMPOSED, why, tuple(paths)))
    kept = tuple(one.to_keep for one in made if one.to_keep is not None)
    return replace(told, targets=tuple(one.address for one in made)), kept


def _notice(case: _Case, reason: Reason, why: str, paths: tuple[str, ...]) -> Notify:
    return Notify(
        reason,
        why,
        paths,
        case.domain.notice_address,
        case.domain.forwarding_address,
        case.mailbox.owners[:1],
    )


def _to_writer(case: _Case, notice: Notify) -> Notify:
    """The notice to the owner who wrote the mail, if that is proven."""
    proven = case.writer.who.proof is Proof.PROVEN and case.mail.facts.authors
    if not proven:
        return notice
    return replace(notice, notice_address=case.mail.facts.authors[0].address)


def _refused(case: _Case, paths: tuple[str, ...], reason: Reason, why: str) -> Planned:
    """Nothing goes out; the owner is told, at the address that the domain's notices go to.

    Not at the author's: whoever forged the mail would choose who gets it.  And
    not for each of many: then the daily digest tells.
    """
    if case.known.refused_this_hour >= MAX_NOTICES:
        kept = Quarantine(reason, why, paths, case.mailbox.owners)
        return Planned((kept,), frozenset(paths), case.domain)
    return Planned((_notice(case, reason, why, paths),), frozenset(paths), case.domain)


def _correspondent(alias: Alias, known: Known) -> str:
    return alias.address or known.kept.get(alias.kept_hash, "")


def _translated(case: _Case, box: Mailbox) -> Mailbox | None:
    """The correspondent that an alias in To or Cc stands for; None if it is no good alias."""
    if not _is_at(box.address, case.domain.name):
        return None
    standing, alias = _alias(box.address, case.rules, case.now) or (None, None)
    if standing is not Standing.GOOD or alias is None or alias.mailbox != case.mailbox.address:
        return None
    address = _correspondent(alias, case.known)
    return Mailbox(_own_name(box.name, address), address) if address else None


def _own_name(shown: str, address: str) -> str:
    """The correspondent's name, out of ``Jane Doe (jane at example.net)`` as we showed it."""
    marked = address.replace("@", " at ")
    if shown.lower() in {marked.lower(), address.lower()}:
        return ""
    ending = f" ({marked})"
    return shown[: -len(ending)] if shown.lower().endswith(ending.lower()) else shown
