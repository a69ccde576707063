"""What the lab's mail does: a probe out of the domain and one into it, and what was lost."""

import secrets

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from algebra.mutant import Harm
from sendas.dns.names import within
from sendas.play.scene import CORRESPONDENT, Scene


SES_HAS_LOOKED_AGAIN = timedelta(days=5)
"""Longer than SES's 72 hours, and than any TTL here."""
STRANGER = "jane@example.net"


@dataclass(frozen=True, slots=True)
class Arrival:
    """How a probe out of the domain was taken; all False where it did not come."""

    came: bool
    dmarc: bool = False
    spf_aligned: bool = False
    dkim_aligned: bool = False


@dataclass(frozen=True, slots=True)
class Truth:
    """What became of the probes: to each correspondent, and into the domain."""

    out: tuple[Arrival, ...]
    stored: bool | None
    """Whether the letter lies in the bucket, or came to the inbox where somebody forwards; None
    where the world does not receive."""

    def harm_against(self, well: "Truth") -> Harm:
        """What was lost since *well*."""
        if well.stored and not self.stored:
            return Harm.BREAKS
        pairs = list(zip(self.out, well.out, strict=True))
        if any(was.came and not now.came for now, was in pairs):
            return Harm.BREAKS
        # With no record at all there is nothing to pass; a signature that is lost is worse.
        if any(was.dkim_aligned and not now.dkim_aligned and was.dmarc for now, was in pairs):
            return Harm.BREAKS
        lost = any(
            (was.dmarc and not now.dmarc) or (was.spf_aligned and not now.spf_aligned)
            for now, was in pairs
        )
        return Harm.WEAKENS if lost else Harm.NONE


def play(scene: Scene, *, later: timedelta = SES_HAS_LOOKED_AGAIN) -> Truth:
    """Let time pass, then write out of Gmail and into the domain."""
    scene.lab.clock.move(later)
    scene.lab.ses.refresh()
    scene.lab.settle()
    return Truth(
        tuple(_out(scene, to) for to in (CORRESPONDENT, STRANGER)),
        _in(scene) if scene.set_up.receiving else None,
    )


def _out(scene: Scene, to: str) -> Arrival:
    subject = f"probe {secrets.token_hex(6)}"
    scene.send_from_gmail(to, subject=subject)
    boxes = (scene.lab.exchange.mailboxes, scene.lab.recipients.mailboxes)
    for mail in (one for box in boxes for one in box.of(to)):
        found = mail.authentication
        if mail.subject == subject and found is not None:
            dmarc = found.dmarc
            # Whoever signed, and not DMARC's word for it: without a record it says nothing.
            signed = any(
                check.result == "pass" and within(check.domain, scene.domain)
                for check in found.dkim
            )
            return Arrival(
                came=True,
                dmarc=found.dmarc_passes,
                spf_aligned=dmarc.spf_aligned,
                dkim_aligned=signed,
            )
    return Arrival(came=False)


def _in(scene: Scene) -> bool:
    subject = f"letter {secrets.token_hex(6)}"
    scene.lab.write_to_owner(scene.address, sender=STRANGER, subject=subject)
    scene.lab.settle()
    if scene.received_in:  # somebody forwards: stored alone is not arrived
        scene.lab.aws.mappings.settle()
        scene.lab.settle()
        return any(mail.subject == subject for mail in scene.inbox())
    return any(subject.encode() in mail for mail in _stored_anywhere(scene))


def _stored_anywhere(scene: Scene) -> Iterator[bytes]:
    """Every object of every bucket: a mend may have made a new one."""
    for bucket in scene.call("s3", "ListBuckets")["Buckets"]:
        name = bucket["Name"]
        for one in scene.call("s3", "ListObjectsV2", Bucket=name).get("Contents", ()):
            yield scene.call("s3", "GetObject", Bucket=name, Key=one["Key"])["Body"].read()
