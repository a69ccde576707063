"""Whether a mail is a probe of the road in that `sendas doctor --prove` has announced."""

from datetime import datetime

from sendas.aws.lean import Lean
from sendas.aws.refusals import Conflict, NotFound
from sendas.forward.probe import Copied, MalformedAnnouncement, Probe, read
from sendas.inbound.mail import Mail
from sendas.inbound.settings import Settings
from sendas.mail.address import Address, MalformedAddress
from sendas.mail.canary import CANARY, canary_address, token_of


def probe_of(mail: Mail, aws: Lean, settings: Settings, now: datetime) -> Probe | Copied | None:
    """The probe that it is, or says it is; None where none is announced.

    Raises:
        AwsFailure: The bucket could not tell.
    """
    said = (mail.head.get(CANARY.lower().encode()) or b"").decode("ascii", "replace").strip()
    paths = [path for path in mail.receipt.forward_paths if said and token_of(path) == said]
    if not paths:
        return None
    try:
        announced = read(aws.read(settings.bucket, settings.probe_key(said)).content)
        target = canary_address(Address(paths[0]), announced.onward)
    except (NotFound, MalformedAnnouncement, MalformedAddress):
        return None
    if announced.token != said or now >= announced.until:
        return None
    if not _taken(mail.receipt.ses_message_id, said, aws, settings):
        return Copied(paths[0])
    return Probe(paths[0], target, announced.onward, announced.to_inbox)


def _taken(ses_message_id: str, token: str, aws: Lean, settings: Settings) -> bool:
    """Whether the probe is this very mail: the first one that came for it, ever again."""
    key = settings.probe_taken_key(token)
    try:
        aws.write(settings.bucket, key, ses_message_id.encode("ascii"), only_over="")
    except Conflict:
        return aws.read(settings.bucket, key).content == ses_message_id.encode("ascii")
    return True
