"""The table of the fault algebra, and what it must hold."""

from algebra.campaign import Tally


COMPLETE, MENDABLE = 99.0, 97.0
"""Per cent of mutants; unsound ones there may be none."""


def missed(evidence: Tally, lab: Tally, pairs: Tally | None = None) -> tuple[str, ...]:
    """The targets that are missed."""
    found = []
    rows = (("on evidence", evidence), ("in the lab", lab), ("in pairs", pairs or Tally()))
    for name, one in rows:
        if one.unsound:
            found.append(f"{one.unsound} {name}: all was called well")
        if _per_cent(one.mutants - one.incomplete, one.mutants) < COMPLETE:
            found.append(f"{one.incomplete} of {one.mutants} {name}: not the one root")
    if lab.disagreeing:
        found.append(f"{lab.disagreeing} in the lab: mail did not do what the mutant stated")
    if _per_cent(lab.tried_to_mend - lab.unmended, lab.tried_to_mend) < MENDABLE:
        found.append(f"{lab.unmended} of {lab.tried_to_mend}: the help did not mend")
    return tuple(found)


def _per_cent(part: int, whole: int) -> float:
    return 100.0 * part / whole if whole else 100.0


_HEAD = """# The fault algebra

Made by `make algebra`. Each healthy world of `tests/support/algebra/worlds.py` is changed in every
way that people change one by mistake: each record's owner name, type, value and presence;
identity, account, IAM, receiving; the pair that Gmail holds. A mutant states beforehand what
becomes of mail; in the lab, mail says whether that is true, once SES and resolvers looked again.

- *Sound*: where mail fails, or loses a verdict it had, the doctor says so.
- *Complete*: one root, at the mutated place, and no other; none where no harm was done.
- *Mendable*: the printed help, carried out to the letter, leaves no root, and mail does as before.

What a person must decide, or `sendas apply` alone can do, is counted apart from both.

| | mutants | unsound | complete | statement true | mendable | left to people |
|---|---|---|---|---|---|---|
"""
_FOOT = """| target | 5,000 | 0 | 99 % | 100 % | 97 % | |

What was changed, in how many of them:

| element | on evidence | in the lab |
|---|---|---|
"""


def page(evidence: Tally, lab: Tally, pairs: Tally, seed: int) -> str:
    """docs/fault-algebra.md."""
    mended = _per_cent(lab.tried_to_mend - lab.unmended, lab.tried_to_mend)
    rows = [
        ("records, on evidence alone", evidence, "-", "-"),
        (
            f"in the lab, seed {seed}",
            lab,
            f"{_per_cent(lab.mutants - lab.disagreeing, lab.mutants):.1f} %",
            f"{mended:.1f} % of {lab.tried_to_mend}",
        ),
        ("two of two layers", pairs, "-", "-"),
    ]
    table = "".join(
        f"| {name} | {one.mutants} | {one.unsound} | "
        f"{_per_cent(one.mutants - one.incomplete, one.mutants):.1f} % | {true} | {mended} | "
        f"{one.left_to_people or '-'} |\n"
        for name, one, true, mended in rows
    )
    changed = "".join(
        f"| {name} | {evidence.by_element[name]} | {lab.by_element[name]} |\n"
        for name in sorted(evidence.by_element | lab.by_element)
    )
    return _HEAD + table + _FOOT + changed
