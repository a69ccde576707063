"""One step of a story: what was done, what could be read on the way, what is claimed."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Claim:
    """Something that must be so now; *seen* is what was found instead, if it is not."""

    text: str
    holds: bool
    seen: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """*title* is one short line; *command* what an owner would type; *output* what they read."""

    title: str
    claims: tuple[Claim, ...]
    command: str = ""
    output: str = ""

    @property
    def holds(self) -> bool:
        """Whether everything claimed is so."""
        return all(claim.holds for claim in self.claims)


def equal(text: str, expected: object, found: object) -> Claim:
    """The claim *text*, which holds when *found* is what was *expected*."""
    return Claim(text, expected == found, "" if expected == found else f"found {found!r}")


def true(text: str, *, holds: bool, seen: str = "") -> Claim:
    """The claim *text*; *seen* is told only when it does not hold."""
    return Claim(text, holds, "" if holds else seen)
