"""Many mutants, on evidence alone or in the lab, and the figures of how the doctor did."""

import random
import sys

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, fields

from sendas_lab.world import Lab

from algebra.account import account_mutants
from algebra.byodkim import own_key_mutants
from algebra.judged import Judged, judged
from algebra.look import dns_evidence, whole_evidence
from algebra.mutant import Mutant
from algebra.pairs import judged_pair, pairs
from algebra.playing import Played, Playground
from algebra.records import put_back, record_mutants, records
from algebra.road import road_mutants
from algebra.weigh import said_of, weigh
from algebra.worlds import WORLDS
from sendas.doctor.run import examine


@dataclass(slots=True)
class Tally:
    """How many were right, by what was mistaken; and each that was not, a line of it."""

    mutants: int = 0
    unsound: int = 0
    incomplete: int = 0
    disagreeing: int = 0
    tried_to_mend: int = 0
    unmended: int = 0
    left_to_people: int = 0
    wrong: list[str] = field(default_factory=list)
    by_element: Counter[str] = field(default_factory=Counter)

    def add(self, one: Judged) -> None:
        """Count a judgement."""
        self.mutants += 1
        self.by_element[one.mutant.element.rstrip(" 123")] += 1
        self.unsound += bool(one.unsound)
        self.incomplete += bool(one.incomplete)
        if not one.right:
            self.wrong.append(f"{one.mutant}: {one.harm}, {one.unsound or one.incomplete}")

    def __add__(self, other: "Tally") -> "Tally":
        """Both together."""
        return Tally(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(Tally)))

    def add_played(self, one: Played) -> None:
        """Count one that was played in the lab."""
        self.add(one.judged)
        if not one.agrees:
            self.disagreeing += 1
            self.wrong.append(
                f"{one.judged.mutant}: stated {one.stated}, and mail {one.judged.harm}"
            )
        self.left_to_people += one.left_to_people
        if one.mended is not None:
            self.tried_to_mend += 1
            self.unmended += bool(one.mended)
            if one.mended:
                roots = ", ".join(one.judged.roots)
                self.wrong.append(f"{one.judged.mutant}: {roots} not mended: {one.mended}")


def sample(mutants: Sequence[Mutant], size: int | None, seed: int) -> list[Mutant]:
    """*size* of them, each kind of mistake before a kind's second; all where None."""
    shuffled = list(mutants)
    random.Random(seed).shuffle(shuffled)  # noqa: S311  no secret
    rank: Counter[tuple[str, str]] = Counter()
    ranked: list[tuple[int, int, Mutant]] = []
    for place, one in enumerate(shuffled):
        kind = one.element, one.mistake
        ranked.append((rank[kind], place, one))
        rank[kind] += 1
    ranked.sort(key=lambda entry: entry[:2])
    return [one for _, _, one in ranked][:size]


def on_evidence(lab: Lab, world: str, size: int | None, seed: int) -> Iterator[Judged]:
    """Mistakes in the records of a world whose zone is kept by hand; no mail is sent."""
    scene = WORLDS[world].build(lab)
    standing, before, zone = whole_evidence(scene), weigh(scene), records(scene)
    for mutant in sample([*record_mutants(world, scene), *own_key_mutants(world, scene)], size,
                         seed):  # fmt: skip
        mutant.act(scene)
        harm = said_of(mutant, scene, before)
        yield judged(mutant, harm, examine(dns_evidence(scene, standing)))
        put_back(scene, zone)


def in_the_lab(lab: Lab, world: str, size: int | None, seed: int) -> Iterator[Played]:
    """Half of them in the records, half at AWS; mail is written, and the help carried out."""
    scene = WORLDS[world].build(lab)
    playground = Playground(lab)
    half = None if size is None else (size + 1) // 2
    at_aws = [*account_mutants(world, scene), *road_mutants(world, scene)]
    account = sample(at_aws, half, seed)
    more = None if size is None else size - len(account)
    in_dns = [*record_mutants(world, scene), *own_key_mutants(world, scene)]
    for mutant in (*account, *sample(in_dns, more, seed)):
        try:
            yield playground.play(mutant)
        except TimeoutError:  # the lab did not come to rest on a crowded machine: once more
            yield playground.play(mutant)


def two_at_once(lab: Lab, world: str, size: int | None, seed: int) -> Iterator[Judged]:
    """Two mistakes of two layers in one world: both are to be roots, each at its place."""
    scene = WORLDS[world].build(lab)
    found = list(pairs(world, scene))
    random.Random(seed).shuffle(found)  # noqa: S311  no secret
    for one in found[:size]:
        scene = WORLDS[world].build(lab)
        for mutant in one:
            mutant.act(scene)
        scene.lab.ses.refresh()
        yield judged_pair(one, examine(whole_evidence(scene)))


def kept_by_hand(worlds: Iterable[str] = WORLDS) -> tuple[str, ...]:
    """The worlds whose records can be changed and put back without AWS."""
    return tuple(name for name in worlds if not WORLDS[name].set_up.route53)


def tally_on_evidence(world: str, size: int, seed: int) -> Tally:
    """*size* mistakes in one world's records, or all where 0; for a process of its own."""
    tally = Tally()
    with Lab() as lab:
        for one in on_evidence(lab, world, size or None, seed):
            tally.add(one)
    return _told(tally, world, "on evidence")


def tally_pairs(world: str, size: int, seed: int) -> Tally:
    """*size* pairs in one world; the same."""
    tally = Tally()
    with Lab() as lab:
        for one in two_at_once(lab, world, size or None, seed):
            tally.add(one)
    return _told(tally, world, "pairs")


def tally_played(world: str, size: int, seed: int) -> Tally:
    """*size* mistakes of every kind in one world, in the lab; the same."""
    tally = Tally()
    with Lab() as lab:
        for one in in_the_lab(lab, world, size or None, seed):
            tally.add_played(one)
    return _told(tally, world, "in the lab")


def _told(tally: Tally, world: str, where: str) -> Tally:
    """Say at once what came of a world: a later one that breaks takes nothing with it."""
    lines = "".join(f"  {line}\n" for line in tally.wrong)
    sys.stderr.write(f"{world}: {tally.mutants} {where}, {tally.unsound} unsound\n{lines}")
    return tally
