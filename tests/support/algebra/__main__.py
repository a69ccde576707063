"""Run the fault algebra and write its table: ``make algebra``.

Usage: python -m algebra PAGE [MUTANTS_IN_THE_LAB [SEED]]

Exit status 1 where a target of the table is missed; every mutant that went wrong is
printed, and is chosen again by its name.
"""

import sys

from pathlib import Path

from sendas_lab.world import Lab

from algebra.campaign import Tally, in_the_lab, kept_by_hand, on_evidence
from algebra.table import missed, page
from algebra.worlds import WORLDS


def run(out: Path, in_lab: int, seed: int) -> int:
    """Every mutant of the records on evidence, and a sample in the lab."""
    evidence, lab_tally = Tally(), Tally()
    with Lab() as lab:
        for world in kept_by_hand():
            for one in on_evidence(lab, world, None, seed):
                evidence.add(one)
            sys.stderr.write(f"{world}: {evidence.mutants} on evidence\n")
        for world in WORLDS:
            for played in in_the_lab(lab, world, -(-in_lab // len(WORLDS)), seed):
                lab_tally.add_played(played)
            sys.stderr.write(f"{world}: {lab_tally.mutants} in the lab\n")
    for line in (*evidence.wrong, *lab_tally.wrong):
        sys.stdout.write(f"{line}\n")
    out.write_text(page(evidence, lab_tally, seed), encoding="utf-8")
    return bool(missed(evidence, lab_tally))


if __name__ == "__main__":
    sizes = [int(word) for word in sys.argv[2:]]
    sys.exit(run(Path(sys.argv[1]), *(sizes or [360]), *([1] if len(sizes) < 2 else [])))
