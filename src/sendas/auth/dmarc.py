"""DMARC records: read, spot near misses, correct (RFC 9989, section 4.7).

RFC 9989 obsoletes RFC 7489; what it changed is taken from second-hand sources
(FACTS, section 20), so nothing here refuses what only one of the two refuses.
"""

import re

from dataclasses import dataclass
from enum import StrEnum, auto

from sendas.auth.tags import Tag, read_tags
from sendas.errors import SendasError


_CLAIM = re.compile(r"v[ \t]*=[ \t]*DMARC1[ \t]*(;|$)")
_NEAR = re.compile(r"dmarc", re.IGNORECASE)
OBSOLETE_TAGS = frozenset({"pct", "rf", "ri"})
"""Removed by RFC 9989: readers ignore them."""
_KNOWN_TAGS = frozenset(
    {"v", "p", "sp", "np", "adkim", "aspf", "rua", "ruf", "fo", "psd", "t", *OBSOLETE_TAGS}
)
# RFC 9989 and RFC 7489, 6.3: a list of URIs; "!10m" after one is obsolete but still met.
_MAILTO = re.compile(
    r"mailto:(?P<address>[^@\s!,;]+@(?P<domain>[^@\s!,;]+))(?:![0-9]+[kmgt]?)?", re.IGNORECASE
)


class Policy(StrEnum):
    """What the domain owner asks receivers to do with mail that fails."""

    NONE = auto()
    QUARANTINE = auto()
    REJECT = auto()

    @property
    def strictness(self) -> int:
        """The higher, the more is asked: to compare by."""
        return tuple(Policy).index(self)


class Alignment(StrEnum):
    """How exactly an authenticated domain must match the author domain."""

    RELAXED = "r"
    STRICT = "s"


class MalformedDmarc(SendasError):
    """Receivers apply no policy from this text; *at* is the place, from 0."""

    def __init__(self, why: str, at: int = 0) -> None:
        super().__init__(f"{why} (character {at + 1})")
        self.why, self.at = why, at


@dataclass(frozen=True, slots=True)
class DmarcRecord:
    """A DMARC record as receivers read it.

    *policy* is what they apply; *declared* is what ``p=`` says, None where it
    is missing or unknown and ``rua=`` saves the record as ``p=none``.
    *obsolete* and *unknown* are tags that readers ignore.
    """

    text: str
    policy: Policy
    declared: Policy | None
    subdomain_policy: Policy | None = None
    nonexistent_policy: Policy | None = None
    dkim_alignment: Alignment = Alignment.RELAXED
    spf_alignment: Alignment = Alignment.RELAXED
    aggregate_reports: tuple[str, ...] = ()
    """Addresses of ``rua=mailto:``."""
    failure_reports: tuple[str, ...] = ()
    public_suffix: bool | None = None
    testing: bool = False
    obsolete: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()
    """Parts that are no tag, or a tag's second appearance."""
    policy_comes_late: bool = False
    """``p=`` is not the second tag: RFC 7489 readers may pass the record over."""

    def for_subdomain(self, *, exists: bool) -> Policy:
        """What applies to a domain below the one that publishes it."""
        inherited = self.subdomain_policy or self.policy
        return inherited if exists else self.nonexistent_policy or inherited


def claims_dmarc(text: str) -> bool:
    """Whether receivers read *text* as a DMARC record, well-formed or not."""
    return _CLAIM.match(text) is not None


def parse_dmarc(text: str) -> DmarcRecord:
    """Read a DMARC record.

    Raises:
        MalformedDmarc: Receivers apply no policy from it.
    """
    if not claims_dmarc(text):
        raise MalformedDmarc(near_miss(text) or "it does not begin with v=DMARC1;")
    # RFC 7489, 6.3: what cannot be read after the version and policy is passed over.
    tags, faults = read_tags(text)
    return _read(text, tags, tuple(fault.part for fault in faults))


def _read(text: str, tags: tuple[Tag, ...], ignored: tuple[str, ...]) -> DmarcRecord:
    values = {tag.name: tag.value for tag in tags}
    declared = _policy(values.get("p"))
    rua, ruf = (report_addresses(values.get(name, "")) for name in ("rua", "ruf"))
    wrong = [tag for tag in tags if tag.name in {"p", "sp", "np"} and _policy(tag.value) is None]
    if (declared is None or wrong) and not rua:
        # RFC 9989, 4.7 (RFC 7489, 6.6.3): without a valid p= only a valid rua= saves it.
        why = f"{wrong[0].name}={wrong[0].value} is no policy" if wrong else "p= is missing"
        raise MalformedDmarc(why, wrong[0].at if wrong else len(text))
    return DmarcRecord(
        text=text,
        policy=Policy.NONE if declared is None or wrong else declared,
        declared=declared,
        subdomain_policy=_policy(values.get("sp")),
        nonexistent_policy=_policy(values.get("np")),
        dkim_alignment=_alignment(values.get("adkim")),
        spf_alignment=_alignment(values.get("aspf")),
        aggregate_reports=rua,
        failure_reports=ruf,
        public_suffix={"y": True, "n": False}.get(values.get("psd", "u").lower()),
        testing=values.get("t", "n").lower() == "y",
        obsolete=tuple(tag.name for tag in tags if tag.name in OBSOLETE_TAGS),
        unknown=tuple(tag.name for tag in tags if tag.name not in _KNOWN_TAGS),
        ignored=ignored,
        policy_comes_late="p" in values and tags[1].name != "p",
    )


def _policy(value: str | None) -> Policy | None:
    try:
        return Policy((value or "").lower())
    except ValueError:
        return None


def _alignment(value: str | None) -> Alignment:
    return Alignment.STRICT if (value or "").lower() == "s" else Alignment.RELAXED


def report_addresses(value: str) -> tuple[str, ...]:
    """The addresses of the ``mailto:`` URIs in a ``rua=`` or ``ruf=`` value."""
    matches = (_MAILTO.fullmatch(uri.strip()) for uri in value.split(","))
    return tuple(match["address"] for match in matches if match)


def near_miss(text: str) -> str | None:
    """Why receivers pass *text* over although DMARC was meant; None if it was not."""
    stripped = text.strip()
    if claims_dmarc(text) or not _NEAR.search(stripped[:24]):
        return None
    if text != stripped and claims_dmarc(stripped):
        return "a blank stands before v=DMARC1"
    if re.match(r"v\s*=\s*DMARC1[ \t,:]*[^\s;]", stripped):
        return "there is no semicolon after v=DMARC1"
    if re.match(r"v\s*=\s*dmarc1", stripped, re.IGNORECASE):
        return "DMARC1 is written in capitals"
    if re.match(r"""["'“”\\]""", stripped):
        return "a quotation mark is part of the record"
    return "it does not begin with v=DMARC1;"


def corrected(text: str) -> str:
    """The record that *text* was meant to be, as far as can be told.

    Keeps what is well-formed, in RFC 7489's order (``v``, then ``p``); drops
    obsolete tags; a missing or unknown policy becomes ``p=none``.
    """
    body = re.sub(r"^.*?dmarc1?", "", text.strip(" \"'“”\\"), flags=re.IGNORECASE | re.DOTALL)
    found: dict[str, str] = {}
    for part in re.split(r"[;\s]+(?=[A-Za-z]+\s*=)|;", body):
        name, equals, value = part.strip(" \t;,:\"'“”\\").partition("=")
        name = name.strip().lower()
        if equals and name in _KNOWN_TAGS - OBSOLETE_TAGS - {"v"}:
            found.setdefault(name, re.sub(r"\s+", "", value))
    policy = _policy(found.pop("p", None)) or Policy.NONE
    kept = {n: v for n, v in found.items() if _is_valid(n, v)}
    return "; ".join(["v=DMARC1", f"p={policy}", *(f"{n}={v}" for n, v in kept.items())])


def _is_valid(name: str, value: str) -> bool:
    if name in {"sp", "np"}:
        return _policy(value) is not None
    if name in {"rua", "ruf"}:
        return bool(report_addresses(value))
    return value.isprintable() and bool(value)


def with_tags(text: str, **changes: str | None) -> str:
    """The record *text* with tags set, or removed where the value is None; the rest stays."""
    tags = {tag.name: tag.value for tag in read_tags(text)[0]}
    for name, value in changes.items():
        if value is None:
            tags.pop(name, None)
        else:
            tags[name] = value
    return "; ".join(f"{name}={value}" for name, value in tags.items())
