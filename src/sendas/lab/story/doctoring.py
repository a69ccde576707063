"""Asking the doctor from inside a story, as the command line asks."""

import asyncio

from dataclasses import dataclass

from sendas.doctor.evidence import Subject, Symptom
from sendas.doctor.model import Diagnosis
from sendas.doctor.observe import Request, observe
from sendas.doctor.run import examine
from sendas.lab.scene import Scene


@dataclass(frozen=True, slots=True)
class Consultation:
    """What the owner knows and shows; the password and the secret stay out of what is printed."""

    scene: Scene
    to_address: str | None = None
    username: str | None = None
    password: str | None = None
    secret: str | None = None
    symptoms: tuple[Symptom, ...] = ()


def consult(consultation: Consultation) -> Diagnosis:
    """Observe the lab and judge; what `sendas doctor` does."""
    scene = consultation.scene
    subject = Subject(
        domain=scene.domain,
        region=scene.region,
        from_address=scene.address,
        to_address=consultation.to_address,
        mailbox=scene.mailbox,
        smtp_username=consultation.username,
    )
    request = Request(
        subject,
        password=consultation.password,
        secret=consultation.secret,
        symptoms=consultation.symptoms,
    )
    return examine(asyncio.run(observe(request, scene.lab.doors())))
