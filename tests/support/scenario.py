"""What the scenario tests share: observing a scene as its owner would."""

import asyncio

from collections.abc import Callable

from sendas.bounce import explain
from sendas.doctor.evidence import Evidence, Subject, Symptom
from sendas.doctor.model import Diagnosis
from sendas.doctor.observe import Request, observe
from sendas.doctor.symptoms import symptoms
from sendas.play.scene import CORRESPONDENT, Scene
from sendas.play.story.doctoring import doors


Build = Callable[..., Scene]
"""Builds a healthy domain in the empty lab, with what `SetUp` takes."""


def seen(
    scene: Scene, *shown: Symptom, to: str = CORRESPONDENT, domain: str | None = None
) -> Evidence:
    """Observe as `sendas doctor --to … --bounce …` does with the credential the owner types."""
    subject = Subject(
        domain or scene.domain,
        scene.region,
        from_address=f"{scene.set_up.local_part}@{domain or scene.domain}",
        to_address=to,
        mailbox=scene.set_up.gmail,
        smtp_username=scene.username,
    )
    request = Request(
        subject,
        password=scene.password,
        secret=scene.secret,
        log_in=True,
        symptoms=shown,
        deadline_seconds=60,
    )
    return asyncio.run(observe(request, doors(scene.lab)))


def told_by_gmail(scene: Scene) -> tuple[Symptom, ...]:
    """Write from Gmail as the domain; what the mails then in the inbox say, if bounces."""
    before = len(scene.inbox())
    scene.send_from_gmail(CORRESPONDENT)
    arrived = scene.inbox()[before:]
    return tuple(s for mail in arrived for s in symptoms(explain(mail.content), mail.content))


def blamed(diagnosis: Diagnosis) -> str:
    """Every finding that is not well, a line each."""
    return "\n".join(
        f"{f.code} {f.status} {f.title} <- {f.explained_by or f.skipped_because or ''} {f.cause}"
        for f in diagnosis.findings
        if f.status not in {"ok", "info"}
    )
