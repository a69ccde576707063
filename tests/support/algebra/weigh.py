"""What receivers and SES make of the DNS as it stands, without a mail: the statement of a mutant.

By the evaluation that the vectors of RFC 7208's test suite and of DMARC hold (tests/auth),
not by the doctor's rules.
"""

import ipaddress

from collections.abc import Callable
from dataclasses import dataclass

from sendas_lab.ses.hosts import OUTBOUND_NETWORK, default_mail_from

from algebra.mutant import Harm, Mutant
from sendas.auth.dmarc import DmarcRecord
from sendas.auth.dmarc_walk import (
    Authenticated,
    DmarcResult,
    DmarcVerdict,
    dmarc_name,
    evaluate,
    the_record,
)
from sendas.auth.spf_walk import SpfMail, check_host
from sendas.dns.answers import Answer, Question, Records, RecordType
from sendas.dns.asking import drive
from sendas.play.scene import Scene


_SES = next(ipaddress.ip_network(OUTBOUND_NETWORK).hosts())
Resolve = Callable[[Question], Answer]


@dataclass(frozen=True, slots=True)
class Weight:
    """What a receiver finds of a mail that SES signed and sent."""

    dmarc: DmarcVerdict
    record: DmarcRecord | None
    texts: frozenset[str]
    """Every TXT at the names that are looked at, as a resolver gives it."""

    def harm_against(self, well: "Weight") -> Harm:
        """What was lost since *well*."""
        if well.dmarc.result is DmarcResult.PASS and self.dmarc.result is not DmarcResult.PASS:
            return Harm.WEAKENS  # the signature still holds, and the mail arrives
        if well.dmarc.spf_aligned and not self.dmarc.spf_aligned:
            return Harm.WEAKENS
        same = self.record == well.record and self.texts == well.texts
        return Harm.NONE if same else Harm.BESIDE


def weigh(scene: Scene) -> Weight:
    """Look at the MAIL FROM domain's SPF, and at DMARC; DKIM is taken to pass."""
    resolve: Resolve = scene.lab.dns.resolve
    sender = scene.mail_from or default_mail_from(scene.region)
    spf = drive(check_host(SpfMail(_SES, f"probe@{sender}", "a.smtp-out.amazonses.com")), resolve)
    dmarc = drive(
        evaluate(
            scene.domain,
            Authenticated(sender, str(spf.result)),
            [Authenticated(scene.domain, "pass")],
        ),
        resolve,
    )
    names = [scene.domain, dmarc_name(scene.domain), sender]
    said = {name: _texts(resolve, name) for name in names}
    return Weight(
        dmarc,
        the_record(said[dmarc_name(scene.domain)]),
        frozenset(text for texts in said.values() for text in texts),
    )


def said_of(mutant: Mutant, scene: Scene, before: Weight) -> Harm:
    """What *mutant*, made in *scene*, states of itself; *before* is the healthy world's."""
    if mutant.harm is not None:
        return mutant.harm
    # What stands at the apex is other senders': SES passes SPF elsewhere.
    return Harm.BESIDE if mutant.element == "SPF" else weigh(scene).harm_against(before)


def _texts(resolve: Resolve, name: str) -> tuple[str, ...]:
    answer = resolve(Question(name, RecordType.TXT))
    return answer.values if isinstance(answer, Records) else ()
