"""One record's values become a row."""

from typing import NamedTuple, TypeAlias

from sendas.reports.model import DkimResult, Override, Row, SpfResult


FIELDS = (
    "source_ip", "count", "disposition", "dkim", "spf", "header_from", "envelope_from",
    "envelope_to",
)  # fmt: skip
"""What is told once of the mails of a record."""
PARTS = {
    "dkim": ("domain", "selector", "result", "human_result"),
    "spf": ("domain", "scope", "result", "human_result"),
    "reason": ("type", "comment"),
}
"""What a record says of a signature, of an SPF check, of an override."""
CLOSING = frozenset(
    ("row", "identifiers", "identities", "policy_evaluated",
     "auth_results", "date_range")
)  # fmt: skip
WHOLE = frozenset(("version", "record", "report_metadata", "policy_published", "feedback"))
"""What is understood as soon as it ends; all else, when one of these does."""
KNOWN = (
    CLOSING
    | WHOLE
    | frozenset(PARTS).union(*PARTS.values())
    | frozenset(
        ("org_name", "email", "extra_contact_info", "report_id", "begin", "end",
         "error", "generator", "p", "sp", "np", "adkim", "aspf", "pct", "fo", "testing",
         "discovery_method", "source_ip", "count", "disposition", "type", "comment",
         "header_from", "envelope_from", "envelope_to")
    )
)  # fmt: skip
"""Every element of the schemas of RFC 7489, RFC 9990 and the draft before them."""


MAX_COUNT = 10**12
"""Mails of one record."""
MAX_EVALUATIONS = 200


Evaluation: TypeAlias = tuple[
    str,
    str,
    str,
    tuple[Override, ...],
    str,
    str,
    str,
    tuple[DkimResult, ...],
    tuple[SpfResult, ...],
]
"""The fields of a `Row` behind its source and its number of mails."""


class Shape(NamedTuple):
    """Where a record's values stand, by their number; -1 where there is none.

    A maker writes thousands of records alike: what is what is found out once.
    """

    places: tuple[int, ...]
    """Of `FIELDS`."""
    signatures: tuple[tuple[int, ...], ...]
    checks: tuple[tuple[int, ...], ...]
    reasons: tuple[tuple[int, ...], ...]

    def row(self, values: list[str], evaluations: dict[tuple[str, ...], Evaluation]) -> Row | None:
        """The row of *values*; None if it is none.

        *evaluations* holds how mails fared so far: most sources of a report share a few.
        """
        values.append("")  # number -1
        source_at, mails_at, *_ = self.places
        source_ip, written = values[source_at], values[mails_at]
        try:
            mails = int(written)
        except ValueError:
            return None
        if not 0 <= mails <= MAX_COUNT or not source_ip:
            return None
        values[source_at] = values[mails_at] = ""
        key = tuple(values)
        evaluation = evaluations.get(key)
        if evaluation is None:
            if len(evaluations) >= MAX_EVALUATIONS:
                evaluations.clear()
            evaluation = evaluations[key] = self._evaluation(values)
        # Half the price of a named tuple's own constructor.
        return tuple.__new__(Row, (source_ip, mails, *evaluation))

    def _evaluation(self, values: list[str]) -> Evaluation:
        """All of the row but its source and how many there were."""
        _, _, disposition, dkim, spf, author, sender, recipient = self.places
        reasons = [
            Override(values[kind].lower(), values[comment]) for kind, comment in self.reasons
        ]
        return (
            values[disposition].lower(),
            values[dkim].lower(),
            values[spf].lower(),
            tuple([reason for reason in reasons if any(reason)]),
            values[author].lower(),
            values[sender],
            values[recipient],
            tuple([
                DkimResult(values[a], values[b], values[c].lower(), values[d])
                for a, b, c, d in self.signatures
            ]),
            tuple([
                SpfResult(values[a], values[b], values[c].lower(), values[d])
                for a, b, c, d in self.checks
            ]),
        )  # fmt: skip


def shape_of(ended: tuple[str, ...]) -> Shape:
    """What is what among the elements of a record, in the order in which they ended.

    An element ends after those within it: a ``dkim`` after a ``domain`` is a
    signature, one after no such thing is DMARC's result.
    """
    found: dict[str, int] = {}
    current: dict[str, int] = {}
    groups: dict[str, list[tuple[int, ...]]] = {name: [] for name in PARTS}
    for number, name in enumerate(ended):
        parts = PARTS.get(name)
        if parts and (name == "reason" or "domain" in current or "result" in current):
            groups[name].append(tuple([current.pop(part, -1) for part in parts]))
        elif parts:
            found.setdefault(name, number)
        elif name in CLOSING:
            found.update(current)
            current.clear()
        else:
            current[name] = number
    found.update(current)
    places = tuple([found.get(name, -1) for name in FIELDS])
    return Shape(places, *(tuple(groups[name]) for name in PARTS))
