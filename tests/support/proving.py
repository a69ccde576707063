"""Proving a scene as `sendas doctor --prove` does, in this process."""

import asyncio
import os
import time

from dataclasses import dataclass, field, replace

from sendas_lab.world import Lab

from sendas.aws.proof_gateways import ProofGateways
from sendas.credentials.doors import Timing, real_timing
from sendas.doctor.evidence import Evidence, Subject
from sendas.doctor.model import Diagnosis
from sendas.doctor.observe import Request, observe
from sendas.doctor.proof import End, Hop, Journey, Way
from sendas.doctor.run import examine
from sendas.play.scene import Scene
from sendas.play.story.doctoring import doors as doctor_doors
from sendas.prove.doors import Doors, opportunistic
from sendas.prove.run import ProofOptions, prove
from sendas.smtp.dialogue import dial, hand_over
from sendas.smtp.probe import Probe
from sendas.smtp.session import Credential, TestMessage
from sendas.smtp.verdict import IMPLICIT_TLS_PORTS


@dataclass(frozen=True, slots=True)
class Proven:
    """What the doctor says of a scene after the proof."""

    evidence: Evidence
    diagnosis: Diagnosis

    def journey(self, way: Way) -> Journey:
        """One way's time line."""
        found = self.evidence.proof.journey(way) if self.evidence.proof else None
        assert found is not None
        return found

    def stopped_at(self, way: Way = Way.IN) -> Hop | None:
        """The hop that was not passed; None where all were."""
        passages = self.journey(way).passages
        return next((one.hop for one in passages if one.end is End.STOPPED), None)

    @property
    def told(self) -> str:
        """Both time lines and what fails, for a failing test."""
        lines = [
            f"{journey.way} {one.seconds} {one.hop} {one.end} {one.words}"
            for journey in (self.evidence.proof.journeys if self.evidence.proof else ())
            for one in journey.passages
        ]
        unsent = [j.not_sent for j in self.diagnosis.journeys if j.not_sent]
        failing = [f"{f.code} {f.status} {f.title}" for f in self.diagnosis.findings
                   if f.status not in {"ok", "info"}]  # fmt: skip
        return "\n".join((*lines, *unsent, *failing))


def look(scene: Scene, *, client: bool = True) -> tuple[Evidence, Request]:
    """The doctor's evidence of the scene, and what was asked."""
    subject = Subject(scene.domain, scene.region, from_address=scene.address)
    if client:
        subject = replace(subject, smtp_username=scene.username)
    request = Request(
        subject, password=scene.password if client else None, log_in=client, deadline_seconds=60
    )
    return asyncio.run(observe(request, doctor_doors(scene.lab))), request


def lab_doors(lab: Lab, timing: Timing | None = None) -> Doors:
    """The lab's world for a proof."""
    dial_map = lab.network.dial_map()

    def hand(host: str, message: TestMessage) -> Probe:
        return hand_over(
            host, message, tls=opportunistic(), clock=time.monotonic, dial_map=dial_map,
            timeout=20.0,
        )  # fmt: skip

    def call(
        host: str, port: int, credential: Credential, send: TestMessage | None = None
    ) -> Probe:
        return dial(
            host, port, implicit_tls=port in IMPLICIT_TLS_PORTS,
            tls=lab.certificates.client_context(), clock=time.monotonic, credential=credential,
            dial_map=dial_map, send=send, timeout=5.0,
        )  # fmt: skip

    session = lab.session()
    return Doors(
        lambda region: ProofGateways(session, region), hand, call, timing or real_timing()
    )


def proven(
    scene: Scene, *, client: bool = False, patience: float = 6.0, to_inbox: bool = False,
    doors: Doors | None = None,
) -> Proven:  # fmt: skip
    """Look, prove and judge; with the *client*'s password, the way out too."""
    seen, request = look(scene, client=client)
    options = ProofOptions(tokens(), request.password, patience, to_inbox)
    seen = replace(seen, proof=prove(seen, options, doors or lab_doors(scene.lab)))
    return Proven(seen, examine(seen))


def tokens() -> "Tokens":
    """New ones."""
    return Tokens()


@dataclass
class Tokens:
    """Gives tokens, and remembers them."""

    given: list[str] = field(default_factory=list)

    def __call__(self) -> str:
        """A new one."""
        self.given.append(os.urandom(8).hex())
        return self.given[-1]


__all__ = ["Proven", "lab_doors", "look", "proven", "tokens"]
