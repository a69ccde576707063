"""Looking at a mutant: at the lab's DNS without sockets, or wholly as the command does."""

import asyncio

from dataclasses import dataclass, replace

from scenario import seen
from sendas_lab.world import Lab

from sendas.dns.answers import Answer, Lookup, Question, Records, RecordType
from sendas.dns.names import ancestry
from sendas.dns.zone import Zone
from sendas.doctor.dns_look import DnsView, look
from sendas.doctor.dns_questions import Expectations
from sendas.doctor.evidence import Evidence
from sendas.outcome import NoAnswer, Seen, Why
from sendas.play.scene import Scene


@dataclass(frozen=True, slots=True)
class InProcess:
    """The lab's public DNS as a resolver, asked without a socket."""

    lab: Lab

    async def ask(self, question: Question) -> Answer:
        """What the public DNS says."""
        return self.lab.dns.resolve(question)

    async def ask_all(self, question: Question, zone: Zone) -> Lookup:
        """Every server of the zone says the same."""
        answer = self.lab.dns.resolve(question)
        return Lookup(question, dict.fromkeys(zone.servers, answer))

    async def find_zone(self, domain: str) -> Seen[Zone]:
        """The nearest name with NS records."""
        for name in ancestry(domain):
            answer = self.lab.dns.resolve(Question(name, RecordType.NS))
            if isinstance(answer, Records) and "." in name:
                return Zone(name, tuple(sorted(answer.values)))
        return NoAnswer(Why.UNREACHABLE, "no zone")


def whole_evidence(scene: Scene) -> Evidence:
    """Everything, over sockets, as `sendas doctor` with the credential does."""
    return seen(scene)


def dns_evidence(scene: Scene, standing: Evidence) -> Evidence:
    """*standing*, all but its DNS, with the DNS as it is now: SES has not looked again."""
    expectations = Expectations(scene.tokens, scene.mail_from)

    async def run() -> DnsView:
        return await look(scene.domain, expectations, InProcess(scene.lab))

    view = asyncio.run(run())
    return replace(standing, zone=view.zone, lookups=view.lookups)
