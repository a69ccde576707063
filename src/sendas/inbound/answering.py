"""The shell around `sendas.reply`: keys, what the bucket keeps for aliases, each answer once.

Costs a mail of a domain that nobody answers as nothing; of one that is, the
signing keys, which a process reads once in a quarter of an hour.
"""

import hashlib

from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sendas.auth.ses_trace import proven_domains, trace_of
from sendas.aws.lean import Lean
from sendas.aws.refusals import AwsFailure, Conflict, NotFound
from sendas.forward.decision import Decision, Forward, Notify, Reason
from sendas.forward.routes import RoutedDomain, Routes
from sendas.inbound.counting import Counting
from sendas.inbound.mail import Mail
from sendas.inbound.settings import Settings
from sendas.mail.address import domain_of
from sendas.reply.alias import Aliases, base32, has_shape, month_end
from sendas.reply.case import Case, Known, Rules
from sendas.reply.case import Mail as ReplyMail
from sendas.reply.closed import ReplyState, parse_state
from sendas.reply.decision import Answer
from sendas.reply.incoming import Instead, instead
from sendas.reply.keys import SigningKeys, parse_keys
from sendas.reply.plan import Planned, case_of, decide, hashes_in
from sendas.ses.notices import Verdict


KEYS_FOR = timedelta(minutes=15)
"""How long a process believes the keys that it read: a revoked key lives so long at most."""


@dataclass(frozen=True, slots=True)
class Decided:
    """What became of the forward-paths that are aliases; the rest is for *routes*."""

    decisions: tuple[Decision | Answer, ...]
    paths: frozenset[str]
    routes: Routes


class Answering:
    """Aliases and answers of one process."""

    def __init__(
        self, aws: Lean, settings: Settings, counting: Counting, clock: Callable[[], datetime]
    ) -> None:
        self._aws = aws
        self._settings = settings
        self._counting = counting
        self._clock = clock
        self._keys: tuple[datetime, SigningKeys] | None = None

    def decide(self, mail: Mail, routes: Routes, waived: Collection[Reason]) -> Decided:
        """Decide about aliases and compose addresses among the mail's forward-paths.

        Raises:
            AwsFailure, MalformedKeys: The keys, or what the bucket keeps, could not be had.
        """
        decided = Decided((), frozenset(), routes)
        names = dict.fromkeys(p.rpartition("@")[2].lower() for p in mail.receipt.forward_paths)
        for name in names:
            domain = routes.domains.get(name)
            if domain is not None and domain.answering.mailboxes:
                planned = self._plan(mail, domain, waived)
                decided = Decided(
                    (*decided.decisions, *planned.decisions),
                    decided.paths | planned.paths,
                    replace(
                        decided.routes, domains={**decided.routes.domains, name: planned.domain}
                    ),
                )
        return decided

    def instead(self, forward: Forward, mail: Mail) -> Instead | None:
        """What the copy says instead, so that it can be answered; None where nobody answers."""
        box = forward.mailbox
        if box is None or not box.is_owner(forward.target):
            return None
        domain = box.address.rpartition("@")[2]
        aliases = Aliases(domain, self.keys())
        expires = month_end(mail.receipt.received_at, box.expires_days)
        return instead(mail.head, mail.facts.authors, box, aliases, expires)

    def keep(self, made: Instead) -> None:
        """Let the bucket hold the addresses that fit into no alias; the same again is the same."""
        self._keep(made.to_keep)

    def _keep(self, addresses: Iterable[tuple[str, str]]) -> None:
        for mark, address in addresses:
            key = self._settings.kept_key(mark)
            self._aws.write(self._settings.bucket, key, address.encode("ascii"))

    def sent_before(self, answer: Answer, mail: Mail) -> str:
        """The SES id of another mail with which this very answer went out; else it is ours now.

        The mark is written under the condition that there is none, before the
        answer is sent: a mail that comes twice, by a retry of Gmail's or by
        somebody who replays it, goes out once.
        """
        message_id = mail.head.get(b"message-id")
        if not message_id:
            return ""
        text = message_id + b"\0" + answer.target.lower().encode()
        mark = base32(hashlib.sha256(text).digest()[:20])
        bucket, key = self._settings.bucket, self._settings.answered_key(mark)
        own = mail.receipt.ses_message_id
        try:
            self._aws.write(bucket, key, own.encode("ascii"), only_over="")
        except Conflict:
            other = self._aws.read(bucket, key).content.decode("ascii", "replace")
            return "" if other == own else other
        return ""

    def _plan(self, mail: Mail, domain: RoutedDomain, waived: Collection[Reason]) -> Planned:
        now = self._clock()
        answering = domain.answering
        written = mail.receipt.forward_paths
        names = [p.rpartition("@")[0].lower() for p in written if domain_of(p) == domain.name]
        if not any(has_shape(one) or one == answering.compose.lower() for one in names):
            # Most mail: without the keys, which somebody may have deleted, it goes its way.
            return Planned((), frozenset(), domain)
        aliases = Aliases(domain.name, self.keys(), answering.prefix)
        rules = Rules(answering.mailboxes, aliases, answering.compose)
        ours = ReplyMail(mail.receipt, mail.head, mail.facts)
        kept = self._kept(hashes_in(ours, rules, now))
        known = Known(kept=kept, aligned=_is_aligned(mail))
        case = case_of(ours, domain, rules, known, now, waived)
        return Planned((), frozenset(), domain) if case is None else self._decided(mail, case)

    def _decided(self, mail: Mail, case: Case) -> Planned:
        """Asks S3 and SES only for what this mail's decision turns on."""
        found, known = decide(case), case.known
        if found.domain is not case.domain:
            return decide(replace(case, known=replace(known, closed=self._state().closed)))
        answers = [one for one in found.decisions if isinstance(one, Answer)]
        self._keep(found.to_keep)
        if answers:
            from sendas.reply.signed import names_owner  # noqa: PLC0415  most mail is no answer

            box = answers[0].mailbox
            hour, day = self._counting.count_answers(
                mail.receipt, box.address, box.per_hour, box.per_day
            )
            known = replace(
                known,
                sent_this_hour=hour,
                sent_today=day,
                paused=self._state().paused,
                signer=names_owner(mail.head, box.owners),
                suppressed=self._suppressed(
                    one.target for one in answers if one.subject is not None
                ),
            )
            return decide(replace(case, known=known))
        if any(isinstance(one, Notify) for one in found.decisions):
            hour = self._counting.count_refused(mail.receipt, case.domain.name)
            return decide(replace(case, known=replace(known, refused_this_hour=hour)))
        return found

    def _kept(self, hashes: Collection[str]) -> Mapping[str, str]:
        found = {}
        for mark in hashes:
            try:
                stored = self._aws.read(self._settings.bucket, self._settings.kept_key(mark))
            except NotFound:
                continue
            found[mark] = stored.content.decode("ascii", "replace")
        return found

    def _suppressed(self, composed: Iterable[str]) -> frozenset[str]:
        """Whom SES would send nothing.  Where it does not tell, it does when it has the mail."""
        found = set()
        with suppress(AwsFailure):  # who does not answer once is not asked fifty times
            for address in composed:
                if self._aws.is_suppressed(address):
                    found.add(address)
        return frozenset(found)

    def _state(self) -> ReplyState:
        try:
            stored = self._aws.read(self._settings.bucket, self._settings.reply_state_key())
        except NotFound:
            return ReplyState()
        return parse_state(stored.content)

    def keys(self) -> SigningKeys:
        """The signing keys, as they were within `KEYS_FOR`."""
        now = self._clock()
        if self._keys is None or not timedelta() <= now - self._keys[0] < KEYS_FOR:
            self._keys = (now, parse_keys(self._aws.secret(self._settings.reply_secret)))
        return self._keys[1]


def _is_aligned(mail: Mail) -> bool:
    """Whether DKIM or SPF passed for the very domain of the first author, by SES's own word.

    Asked where it counts: of an author's domain without a DMARC record.
    """
    if mail.receipt.verdicts.dmarc is not Verdict.GRAY:
        return False
    trace = trace_of(mail.head)
    author = domain_of(mail.facts.authors[0].address) if mail.facts.authors else ""
    return trace is not None and author in proven_domains(trace)
