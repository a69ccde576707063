"""The SPF records that matter, in order from bad to right.

Several rules speak of SPF, and each names its own fault, but all of them
advise the same record per name: the one with every fault mended.  Otherwise two
pieces of advice would undo each other.
"""

from collections.abc import Callable
from dataclasses import dataclass

from sendas.advice import Help
from sendas.auth.spf import MalformedSpf, claims_spf, extend, merge, parse_spf
from sendas.auth.spf_repair import meant_as_spf, repair
from sendas.auth.spf_tree import SpfBranch, flattened, spf_tree
from sendas.dns.answers import Answer, Question, Records, RecordType
from sendas.dns.names import canonical
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Exhibit
from sendas.doctor.rules.dns._mail_from import with_mail_from
from sendas.doctor.rules.dns._records import exhibit, lines, values, wait_seconds
from sendas.errors import CouldNotLook, NotAsked


SES_INCLUDE, SES_TERM = "amazonses.com", "include:amazonses.com"
FRESH = f"v=spf1 {SES_TERM} ~all"
"""What SES's guide asks for at the MAIL FROM domain."""


@dataclass(frozen=True, slots=True)
class SpfAt:
    """What stands at one name; *for_ses* says that mail sent through SES is checked here."""

    name: str
    texts: tuple[str, ...]
    for_ses: bool
    tree: SpfBranch
    meant: tuple[str, ...] = ()
    """Texts that a person meant as SPF, and receivers do not take for it."""

    @property
    def malformed(self) -> MalformedSpf | None:
        """Why the one record cannot be read, if it cannot."""
        if len(self.texts) != 1:
            return None
        try:
            parse_spf(self.texts[0])
        except MalformedSpf as error:
            return error
        return None

    @property
    def sound(self) -> bool:
        """Whether there is one record that can be read."""
        return len(self.texts) == 1 and self.malformed is None


def spf_names(evidence: Evidence) -> tuple[SpfAt, ...]:
    """The domain, and the custom MAIL FROM domain if SES tells of one."""
    domain = canonical(evidence.subject.domain)
    names = [(domain, False)]
    try:
        found = with_mail_from(evidence)
    except CouldNotLook:
        found = None
    if found is not None:
        names.append((canonical(found[1].domain), True))
    return tuple(spf_at(evidence, name, for_ses=ses) for name, ses in names)


def spf_at(evidence: Evidence, name: str, *, for_ses: bool) -> SpfAt:
    """What stands at *name*; raises CouldNotLook."""
    standing = values(evidence, name, RecordType.TXT)
    texts = tuple(filter(claims_spf, standing))
    meant = tuple(filter(meant_as_spf, standing))
    return SpfAt(name, texts, for_ses, spf_tree(name, known(evidence)), meant)


def nothing_at(evidence: Evidence, name: str) -> bool:
    """Whether neither an MX nor an SPF record, nor what was meant as one, stands at *name*."""
    at = spf_at(evidence, name, for_ses=True)
    return not (at.texts or at.meant or values(evidence, name, RecordType.MX))


def known(evidence: Evidence) -> Callable[[Question], Answer | None]:
    """The answers of the evidence, as a tree wants them."""

    def answer(question: Question) -> Answer | None:
        try:
            return evidence.answer(question.name, question.type)
        except NotAsked:
            return None
        except CouldNotLook:
            return next(iter(evidence.lookups[question].silent.values()), None)

    return answer


def complete(at: SpfAt) -> None:
    """Make sure that the whole tree was seen.

    Raises:
        CouldNotLook: A name on the way gave no answer, or was not asked.
    """
    if at.tree.silences:
        msg = f"SPF of {at.name}: {at.tree.silences[0]}"
        raise CouldNotLook(msg)
    if at.tree.unasked:
        msg = f"SPF of {at.name}: {min(at.tree.unasked)} was not asked"
        raise NotAsked(msg)


def shown(evidence: Evidence, at: SpfAt, *, tree: bool = False) -> tuple[Exhibit, ...]:
    """The record, and the price of each of its branches if *tree*."""
    text = exhibit(evidence, at.name, RecordType.TXT)
    own = Exhibit(text.asked, " | ".join(at.texts) or text.answer, ttl=text.ttl)
    return (own, Exhibit(f"SPF of {at.name}, term by term", at.tree.render())) if tree else (own,)


def mend(evidence: Evidence, at: SpfAt, text: str, *, let_ses: bool = False) -> Help:
    """Advice to let exactly the mended record stand at the name, beside its other texts."""
    standing = values(evidence, at.name, RecordType.TXT)
    others = [t for t in standing if not claims_spf(t) and t not in at.meant]
    record, left_out = mended(evidence, at, let_ses=let_ses or at.for_ses)
    if left_out:
        text = (
            f"{text}  It leaves out {', '.join(left_out)}, which lets nobody send as it stands: "
            "see first whom it was meant to name."
        )
    return Help(
        text,
        records=lines(at.name, RecordType.TXT, [*others, record]),
        wait_seconds=wait_seconds(evidence, (at.name, RecordType.TXT)),
        verify_by=f"dig TXT {at.name}",
    )


def mended(evidence: Evidence, at: SpfAt, *, let_ses: bool) -> tuple[str, tuple[str, ...]]:
    """The one record with every fault mended that can be told from here, and what it leaves out.

    A term that errs or leads nowhere, and a word that names nobody, lets nobody
    send today; all others still may.
    """
    repaired = [repair(text) for text in (*at.texts, *at.meant)]
    if not repaired:
        return FRESH, ()
    text = merge(one.text for one in repaired) if len(repaired) > 1 else repaired[0].text
    left_out = [word for one in repaired for word in one.left_out]
    tree = spf_tree(at.name, _with(known(evidence), at.name, text))
    if tree.errors or tree.over_voids or tree.over_lookups:
        broken = [branch.term for branch in tree.branches if branch.error or branch.voids]
        text = flattened(tree, SES_INCLUDE) or text
        left_out += [term for term in broken if term not in text.split()]
        again = spf_tree(at.name, _with(known(evidence), at.name, text))
        if again.over_lookups:
            text = flattened(tree, SES_INCLUDE, addresses_too=True) or text
            again = spf_tree(at.name, _with(known(evidence), at.name, text))
        tree = again
    if let_ses and not tree.authorises(SES_INCLUDE):
        text = extend(text, SES_TERM)
    return text, tuple(dict.fromkeys(left_out))


def _with(
    answers: Callable[[Question], Answer | None], name: str, text: str
) -> Callable[[Question], Answer | None]:
    asked = Question(name, RecordType.TXT)
    return lambda question: Records((text,), 300) if question == asked else answers(question)
