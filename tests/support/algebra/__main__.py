"""Run the fault algebra and write its table: ``make algebra``.

Usage: python -m algebra PAGE [IN_THE_LAB [ON_EVIDENCE [SEED]]]

As many mutants of each world, or all of them where that is 0.  Exit status 1 where a
target of the table is missed; every mutant that went wrong is printed by its name.
"""

import os
import sys

from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from algebra.campaign import Tally, kept_by_hand, tally_on_evidence, tally_pairs, tally_played
from algebra.pairs import PAIRED
from algebra.table import missed, page
from algebra.worlds import WORLDS


def run(out: Path, in_lab: int = 40, on_evidence_each: int = 0, seed: int = 1) -> int:
    """Each world by itself, as many at once as the machine has processors."""
    # Threads and sockets of a lab do not survive a fork.
    with ProcessPoolExecutor(os.cpu_count(), get_context("spawn")) as pool:
        shown = [pool.submit(tally_played, world, in_lab, seed) for world in WORLDS]
        two = [pool.submit(tally_pairs, world, in_lab // 4, seed) for world in PAIRED]
        read = [pool.submit(tally_on_evidence, w, on_evidence_each, seed) for w in kept_by_hand()]
        in_labs = sum((one.result() for one in shown), Tally())
        on_paper = sum((one.result() for one in read), Tally())
        in_pairs = sum((one.result() for one in two), Tally())
    short = missed(on_paper, in_labs, in_pairs)
    for line in (*on_paper.wrong, *in_labs.wrong, *in_pairs.wrong, *short):
        sys.stdout.write(f"{line}\n")
    out.write_text(page(on_paper, in_labs, in_pairs, seed), encoding="utf-8")
    return bool(short)


if __name__ == "__main__":
    sys.exit(run(Path(sys.argv[1]), *map(int, sys.argv[2:])))
