"""DMARC for one mail: the tree walk, alignment, the result (RFC 9989), without I/O.

Walks yield the Questions they need answered (see `sendas.dns.asking`).  They
follow RFC 9989 as FACTS section 20 tells it: organizational domains are found
by asking upwards, not in a list of public suffixes.  Certainty: the steps are
those of the drafts that became the RFC; the RFC's own text is still to be
compared (FACTS, 26, no. 17).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum, auto

from sendas.auth.dmarc import (
    Alignment,
    DmarcRecord,
    MalformedDmarc,
    Policy,
    claims_dmarc,
    parse_dmarc,
)
from sendas.dns.answers import Absent, Question, Records, RecordType
from sendas.dns.asking import Asking
from sendas.dns.names import can_be_asked, canonical
from sendas.outcome import NoAnswer


MAX_QUERIES = 8
"""Of one walk: a longer name jumps to its last seven labels after the first."""


class DmarcResult(StrEnum):
    """RFC 9989: how a mail fares."""

    NONE = auto()
    PASS = auto()
    FAIL = auto()
    TEMPERROR = auto()
    PERMERROR = auto()


@dataclass(frozen=True, slots=True)
class Authenticated:
    """A domain that SPF or DKIM speaks for, and how that check ended.

    *result* is the check's own word: ``pass``, ``fail``, ``temperror``, ...
    """

    domain: str
    result: str


@dataclass(frozen=True, slots=True)
class Walked:
    """What a tree walk found: records by the domain they stand at, nearest first."""

    start: str
    records: tuple[tuple[str, DmarcRecord], ...]

    @property
    def organizational_domain(self) -> str:
        """The domain whose owner answers for *start* (RFC 9989, 4.10.2)."""
        for domain, record in self.records:
            if record.public_suffix is False:
                return domain
            if record.public_suffix is True and domain != self.start:
                labels = self.start.split(".")
                return ".".join(labels[-(domain.count(".") + 2) :])
        return self.records[-1][0] if self.records else self.start

    def at(self, domain: str) -> DmarcRecord | None:
        """The record that stands at *domain*."""
        return dict(self.records).get(domain)

    @property
    def policy(self) -> tuple[str, DmarcRecord] | None:
        """The record that governs *start*, and where it stands (RFC 9989, 4.10.1).

        Its own; else the organizational domain's; else the public suffix's.
        """
        for domain in (self.start, self.organizational_domain):
            if record := self.at(domain):
                return domain, record
        suffixes = [pair for pair in self.records if pair[1].public_suffix]
        return suffixes[0] if suffixes else None


@dataclass(frozen=True, slots=True)
class DmarcVerdict:
    """How it ended and why.

    *policy* is what the record asks for this author domain, before ``t=y``;
    None without a record.  *disposition* is what a receiver that follows it
    does: NONE unless the result is fail.
    """

    result: DmarcResult
    author_domain: str
    why: str
    policy: Policy | None = None
    disposition: Policy = Policy.NONE
    record_at: str | None = None
    organizational_domain: str | None = None
    spf_aligned: bool = False
    dkim_aligned: bool = False


class _Silence(Exception):
    """Nobody answered a question the result depends on."""


def walk_names(domain: str) -> tuple[str, ...]:
    """The domains a walk from *domain* may visit, at most eight, *domain* first."""
    labels = canonical(domain).split(".")
    start = 1 if len(labels) < MAX_QUERIES else len(labels) - (MAX_QUERIES - 1)
    rest = (".".join(labels[at:]) for at in range(start, len(labels)))
    return (canonical(domain), *rest)


def dmarc_name(domain: str) -> str:
    """Where the DMARC record of *domain* stands."""
    return f"_dmarc.{canonical(domain)}"


def tree_walk(domain: str) -> Asking[Walked | NoAnswer]:
    """Ask upwards from *domain*; NoAnswer if any question on the way got none."""
    start = canonical(domain)
    records: list[tuple[str, DmarcRecord]] = []
    for name in walk_names(start):
        if not can_be_asked(dmarc_name(name)):
            continue
        answer = yield Question(dmarc_name(name), RecordType.TXT)
        if isinstance(answer, NoAnswer):
            return answer
        record = the_record(answer.values if isinstance(answer, Records) else ())
        if record is None:
            continue
        records.append((name, record))
        if record.public_suffix is False or (record.public_suffix and name != start):
            break
    return Walked(start, tuple(records))


def the_record(texts: Iterable[str]) -> DmarcRecord | None:
    """The one record that receivers apply: none if there are several, or it is malformed."""
    claims = [text for text in texts if claims_dmarc(text)]
    if len(claims) != 1:
        return None
    try:
        return parse_dmarc(claims[0])
    except MalformedDmarc:
        return None


def evaluate(
    author_domain: str, spf: Authenticated | None, dkim: Iterable[Authenticated]
) -> Asking[DmarcVerdict]:
    """DMARC for one mail.

    *author_domain* is that of the header From.  *spf* is SPF's result with the
    domain it was checked for, *dkim* each signature's with its ``d=``.
    """
    author = canonical(author_domain)
    walked = yield from tree_walk(author)
    if isinstance(walked, NoAnswer):
        return DmarcVerdict(DmarcResult.TEMPERROR, author, f"DMARC record: {walked}")
    if (governing := walked.policy) is None:
        why = f"no DMARC record for {author}"
        return DmarcVerdict(DmarcResult.NONE, author, why)
    record_at, record = governing
    organization = walked.organizational_domain
    checks = tuple(dkim)
    try:
        dkim_aligned = yield from _any_aligned(author, organization, checks, record.dkim_alignment)
        spf_aligned = yield from _any_aligned(
            author, organization, (spf,) if spf else (), record.spf_alignment
        )
        policy = yield from _policy_for(author, record_at, record)
    except _Silence as silence:
        return DmarcVerdict(DmarcResult.TEMPERROR, author, str(silence))
    temporary = [c for c in (*checks, *((spf,) if spf else ())) if c.result == "temperror"]
    if dkim_aligned or spf_aligned:
        by = " and ".join(["DKIM"] * dkim_aligned + ["SPF"] * spf_aligned)
        result, why, disposition = DmarcResult.PASS, f"{by} passes and aligns", Policy.NONE
    elif temporary:
        result, disposition = DmarcResult.TEMPERROR, Policy.NONE
        why = f"nothing aligned passes, and {temporary[0].domain} could not be checked"
    else:
        result, disposition = DmarcResult.FAIL, _enforced(policy, testing=record.testing)
        why = "neither SPF nor DKIM passes for a domain that aligns"
    return DmarcVerdict(
        result,
        author,
        why,
        policy,
        disposition,
        record_at,
        organization,
        spf_aligned,
        dkim_aligned,
    )


def _any_aligned(
    author: str, organization: str, checks: Iterable[Authenticated], mode: Alignment
) -> Asking[bool]:
    for check in checks:
        if check.result != "pass":
            continue
        domain = canonical(check.domain)
        if domain == author:
            return True
        if mode is Alignment.RELAXED and (yield from _organization(domain)) == organization:
            return True
    return False


def _organization(domain: str) -> Asking[str]:
    walked = yield from tree_walk(domain)
    if isinstance(walked, NoAnswer):
        msg = f"organizational domain of {domain}: {walked}"
        raise _Silence(msg)
    return walked.organizational_domain


def _policy_for(author: str, record_at: str, record: DmarcRecord) -> Asking[Policy]:
    if record_at == author:
        return record.policy
    if record.nonexistent_policy is None:
        return record.for_subdomain(exists=True)
    answer = yield Question(author, RecordType.A)
    if isinstance(answer, NoAnswer):
        msg = f"whether {author} exists: {answer}"
        raise _Silence(msg)
    exists = not (isinstance(answer, Absent) and not answer.name_exists)
    return record.for_subdomain(exists=exists)


def _enforced(policy: Policy, *, testing: bool) -> Policy:
    # RFC 9989: t=y asks for one level less
    if not testing:
        return policy
    return Policy.QUARANTINE if policy is Policy.REJECT else Policy.NONE
