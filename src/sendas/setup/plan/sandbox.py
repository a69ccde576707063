"""Whom SES would send nothing to while the account is in the sandbox; pure.

There SES writes to verified addresses only, so each target is asked once, by SES's own
mail, and has to click.  Source: FACTS 9.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sendas.mail.address import domain_of
from sendas.ses.identity import ASKED, CLICKED


@dataclass(frozen=True, slots=True)
class Targets:
    """Those who have not clicked: *unasked* have no link that counts, *asked* have one."""

    unasked: tuple[str, ...] = ()
    asked: tuple[str, ...] = ()

    @property
    def left(self) -> tuple[str, ...]:
        """All of them."""
        return (*self.unasked, *self.asked)


NOBODY = Targets()


def targets_left(recipients: Iterable[str], own: str, known: Mapping[str, str]) -> Targets:
    """*recipients* whom SES would refuse: *known* are the Region's identities and their status.

    A verified domain stands for its addresses and for its subdomains; *own* is the domain
    that is set up, which is verified before anything is forwarded.
    """
    status = {name.lower(): word for name, word in known.items()}
    unasked: list[str] = []
    asked: list[str] = []
    for recipient in recipients:
        address, domain = recipient.lower(), str(domain_of(recipient)).lower()
        labels = domain.split(".")
        over = [address, *(".".join(labels[n:]) for n in range(len(labels) - 1))]
        if own in over or any(status.get(name) == CLICKED for name in over):
            continue
        (asked if status.get(address) == ASKED else unasked).append(recipient)
    return Targets(tuple(unasked), tuple(asked))
