"""Asking the doctor about a scene, through the doors of the lab."""

import asyncio
import time

from dataclasses import replace

from sendas_lab.world import Lab

from sendas.aws.gateways import Gateways
from sendas.dns.resolver import NetworkResolver
from sendas.doctor.doors import Doors
from sendas.doctor.evidence import Subject
from sendas.doctor.model import Diagnosis
from sendas.doctor.observe import Request, observe
from sendas.doctor.run import examine
from sendas.play.scene import Scene
from sendas.smtp.dialogue import dial
from sendas.smtp.probe import Probe
from sendas.smtp.session import Credential
from sendas.smtp.verdict import IMPLICIT_TLS_PORTS


_SMTP_SECONDS = 5.0
"""On loopback silence is an answer sooner than in the world."""


def doors(lab: Lab) -> Doors:
    """The ways out that `sendas doctor` has in the lab's environment, and the lab's clock."""
    dial_map = lab.network.dial_map()

    def call(host: str, port: int, credential: Credential | None) -> Probe:
        return dial(
            host,
            port,
            implicit_tls=port in IMPLICIT_TLS_PORTS,
            tls=lab.certificates.client_context(),
            clock=time.monotonic,
            credential=credential,
            dial_map=dial_map,
            timeout=_SMTP_SECONDS,
        )

    return Doors(
        resolver=NetworkResolver(lab.dns.resolver_address, dial_map),
        aws=lambda: Gateways(lab.session()),
        dial=call,
        now=lab.clock.now,
    )


def subject_of(scene: Scene) -> Subject:
    """What the owner of *scene* asks about, before anything is said of a mail."""
    return Subject(
        scene.domain, scene.region, from_address=scene.address, mailbox=scene.set_up.gmail
    )


def consult(scene: Scene, request: Request | None = None) -> Diagnosis:
    """Observe and judge; without a *request*, what the scene's own credential gives."""
    request = request or Request(
        replace(subject_of(scene), smtp_username=scene.key_id),
        password=scene.smtp_password,
        secret=scene.secret,
        log_in=True,
    )
    return examine(asyncio.run(observe(request, doors(scene.lab))))
