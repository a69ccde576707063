"""What an SPF record costs: its include tree, with the price of each branch.

Independent of any one mail: every term is taken as tried, which is what the
owner of a record must budget for.  Only answers already known are used;
`SpfBranch.missing` says what is still to be asked, so that the same code plans
the questions and judges the answers.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from sendas.auth.spf import (
    ASKING,
    Directive,
    MalformedSpf,
    Mechanism,
    Qualifier,
    SpfRecord,
    claims_spf,
    parse_spf,
)
from sendas.auth.spf_macros import MacroString
from sendas.auth.spf_walk import MAX_ASKING_TERMS, MAX_VOID
from sendas.dns.answers import Answer, Question, Records, RecordType
from sendas.dns.names import can_be_asked, canonical
from sendas.outcome import NoAnswer


_COST_WIDTH = 22
"""Of ``12 look-ups, 3 void`` and a blank or two."""

Known = Callable[[Question], Answer | None]
"""What has been answered so far; None for what nobody asked."""


@dataclass(frozen=True, slots=True)
class SpfBranch:
    """One term that asks, or at the root the domain itself.

    *lookups* and *voids* count this term and all below it.  *error* is why
    receivers end in permerror here, *silence* who did not answer, *missing*
    what was not asked.  *record* is the SPF record read at *target*.
    """

    term: str
    target: str | None
    qualifier: Qualifier = Qualifier.PASS
    record: SpfRecord | None = None
    lookups: int = 0
    voids: int = 0
    error: str | None = None
    silence: NoAnswer | None = None
    missing: tuple[Question, ...] = ()
    addresses: tuple[str, ...] = ()
    """Where an ``a`` term without prefix leads, over IPv4."""
    branches: tuple["SpfBranch", ...] = ()

    def walk(self) -> Iterator["SpfBranch"]:
        """This branch and all below it."""
        yield self
        for branch in self.branches:
            yield from branch.walk()

    @property
    def errors(self) -> tuple[str, ...]:
        """Every reason for permerror in the tree, the limits of the whole aside."""
        return tuple(branch.error for branch in self.walk() if branch.error)

    @property
    def silences(self) -> tuple[NoAnswer, ...]:
        """Every question of the tree that nobody answered."""
        return tuple(branch.silence for branch in self.walk() if branch.silence)

    @property
    def unasked(self) -> frozenset[Question]:
        """Every question of the tree still to be asked."""
        return frozenset(question for branch in self.walk() for question in branch.missing)

    @property
    def over_lookups(self) -> bool:
        """More terms that ask than receivers follow (RFC 7208, 4.6.4)."""
        return self.lookups > MAX_ASKING_TERMS

    @property
    def over_voids(self) -> bool:
        """More void look-ups than receivers bear (RFC 7208, 4.6.4)."""
        return self.voids > MAX_VOID

    def authorises(self, host: str) -> bool:
        """Whether what *host*'s record lets send passes here: an include or redirect reaches it.

        Knows includes only: addresses written out are not compared.
        """
        reached = any(
            branch.qualifier is Qualifier.PASS
            and branch.term.lstrip("+").lower().startswith(("include:", "redirect="))
            and (branch.target == canonical(host) or branch.authorises(host))
            for branch in self.branches
        )
        everyone = self.record is not None and any(
            d.mechanism is Mechanism.ALL and d.qualifier is Qualifier.PASS
            for d in self.record.reachable
        )
        return reached or everyone

    def render(self) -> str:
        """The tree as text, one branch a line, costs in front."""
        return "\n".join(self._lines(""))

    def _lines(self, indent: str) -> Iterator[str]:
        note = self.error or (f"no answer: {self.silence}" if self.silence else "")
        void = f", {self.voids} void" if self.voids else ""
        cost = f"{self.lookups:>2} look-up{'' if self.lookups == 1 else 's'}{void}"
        yield f"{cost:<{_COST_WIDTH}}{indent}{self.term}{f'   <- {note}' if note else ''}"
        for branch in self.branches:
            yield from branch._lines(f"{indent}  ")  # noqa: SLF001  itself, one level down


def spf_tree(domain: str, known: Known) -> SpfBranch:
    """The tree of the SPF record at *domain*."""
    return _read(canonical(domain), canonical(domain), known, (), Qualifier.PASS, own=0)


def _read(  # noqa: PLR0913  the state of one step down the tree
    term: str,
    domain: str,
    known: Known,
    above: tuple[str, ...],
    qualifier: Qualifier,
    *,
    own: int,
) -> SpfBranch:
    """The branch whose record stands at *domain*; *own* is the cost of its own term."""
    leaf = SpfBranch(term, domain, qualifier, lookups=own)
    if domain in above:
        return replace(leaf, error=f"{domain} includes itself")
    question = Question(domain, RecordType.TXT)
    answer = known(question)
    if answer is None:
        return replace(leaf, missing=(question,))
    if isinstance(answer, NoAnswer):
        return replace(leaf, silence=answer)
    texts = answer.values if isinstance(answer, Records) else ()
    record = _the_record(domain, texts, required=bool(above))
    if not isinstance(record, SpfRecord):
        return replace(leaf, voids=int(bool(above) and not texts), error=record)
    branches = tuple(_branches(domain, record, known, (*above, domain)))
    return replace(
        leaf,
        record=record,
        lookups=own + sum(branch.lookups for branch in branches),
        voids=sum(branch.voids for branch in branches),
        branches=branches,
    )


def _the_record(domain: str, texts: tuple[str, ...], *, required: bool) -> SpfRecord | str | None:
    """The one record, or why receivers see a permanent error, or None: no SPF at all."""
    match [text for text in texts if claims_spf(text)]:
        case []:
            return f"{domain} has no SPF record" if required else None
        case [text]:
            try:
                return parse_spf(text)
            except MalformedSpf as malformed:
                return f"{domain}: {malformed}"
        case several:
            return f"{domain} has {len(several)} SPF records"


def _branches(
    domain: str, record: SpfRecord, known: Known, above: tuple[str, ...]
) -> Iterator[SpfBranch]:
    for directive in record.reachable:
        if directive.mechanism in ASKING:
            yield _directive(domain, directive, known, above)
    if (redirect := record.redirect) is not None:
        yield _follow(f"redirect={redirect.text}", redirect, known, above, Qualifier.PASS)


def _directive(
    domain: str, directive: Directive, known: Known, above: tuple[str, ...]
) -> SpfBranch:
    term, qualifier = directive.text, directive.qualifier
    if directive.mechanism is Mechanism.INCLUDE and directive.domain is not None:
        return _follow(term, directive.domain, known, above, qualifier)
    target = domain if directive.domain is None else directive.domain.constant
    type_ = RecordType.MX if directive.mechanism is Mechanism.MX else RecordType.A
    if target is None or directive.mechanism is Mechanism.PTR or not can_be_asked(target):
        return SpfBranch(term, target, qualifier, lookups=1)
    question = Question(canonical(target), type_)
    answer = known(question)
    if answer is None:
        return SpfBranch(term, question.name, qualifier, lookups=1, missing=(question,))
    if isinstance(answer, NoAnswer):
        return SpfBranch(term, question.name, qualifier, lookups=1, silence=answer)
    # SES sends from IPv4, so a name without A is void to those who check its mail.
    leaf = SpfBranch(term, question.name, qualifier, lookups=1)
    if not isinstance(answer, Records):
        return replace(leaf, voids=1)
    whole = directive.mechanism is Mechanism.A and "/" not in directive.text
    return replace(leaf, addresses=answer.values if whole else ())


def _follow(
    term: str,
    spec: MacroString,
    known: Known,
    above: tuple[str, ...],
    qualifier: Qualifier,
) -> SpfBranch:
    target = spec.constant
    if target is None or not can_be_asked(target):
        return SpfBranch(term, target, qualifier, lookups=1)  # depends on each mail
    return _read(term, canonical(target), known, above, qualifier, own=1)


def flattened(root: SpfBranch, keep: str, *, addresses_too: bool = False) -> str | None:
    """The root's record with includes written out as networks, *keep* left as it is.

    None if the root has no record.  An include is written out when everything
    below it is ``ip4:`` and ``ip6:``, possibly through further includes.  What
    errs or leads nowhere is left out, for it lets nobody send; any other stays.
    With *addresses_too*, ``a:`` terms become the IPv4 addresses they lead to.
    """
    if root.record is None:
        return None
    words: dict[str, None] = {}
    branches = {branch.term: branch for branch in root.branches}
    for word in root.record.text.split():
        branch = branches.get(word)
        instead = (word,) if branch is None else _instead(branch, keep, addresses_too)
        words.update(dict.fromkeys(instead))
    return " ".join(words)


def _instead(branch: SpfBranch, keep: str, addresses_too: bool) -> tuple[str, ...]:  # noqa: FBT001
    """The terms that take the place of a root term."""
    include = f"include:{canonical(keep)}"
    if not branch.term.lstrip("+").lower().startswith("include:"):
        if branch.voids:
            return ()  # leads nowhere: it never matches
        written_out = addresses_too and branch.qualifier is Qualifier.PASS and branch.addresses
        return tuple(f"ip4:{ip}" for ip in branch.addresses) if written_out else (branch.term,)
    if branch.target == canonical(keep):
        return (branch.term,)
    networks = _networks(branch, keep)
    if branch.authorises(keep):
        return (include, *(networks or ()))
    if branch.errors:
        return ()
    return (branch.term,) if networks is None else networks


def _networks(branch: SpfBranch, keep: str) -> tuple[str, ...] | None:
    """The networks that pass at *branch*, as terms; None if they can't be told by value."""
    if branch.target == canonical(keep):
        return ()
    if branch.record is None or branch.errors or branch.silences or branch.unasked:
        return None
    found: list[str] = []
    below = iter(branch.branches)
    for directive in branch.record.reachable:
        match directive.mechanism:
            case Mechanism.IP4 | Mechanism.IP6 if directive.qualifier is Qualifier.PASS:
                found.append(directive.text.lstrip("+"))
            case Mechanism.INCLUDE if directive.qualifier is Qualifier.PASS:
                deeper = _networks(next(below), keep)
                if deeper is None:
                    return None
                found += deeper
            case Mechanism.ALL if directive.qualifier is not Qualifier.PASS:
                break
            case _:
                return None
    return tuple(found) if branch.record.redirect is None else None
