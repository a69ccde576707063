"""An inventory as the doctor's evidence: of what can send as one domain; pure."""

from sendas.credentials.decide.inventory import Inventory
from sendas.credentials.decide.verdicts import Judged
from sendas.doctor.credentials import CredentialRemark, CredentialsSeen
from sendas.outcome import NoAnswer, Seen


def credentials_seen(inventory: Inventory, domain: str) -> Seen[CredentialsSeen]:
    """What is said of each credential that can send as *domain*, or may be able to."""
    judged = inventory.judged
    if isinstance(judged, NoAnswer):
        return judged
    own = tuple(one for one in judged if _sends_as(one, domain))
    remarks = tuple(
        CredentialRemark(
            one.credential.name,
            one.credential.key.key_id[-4:] if one.credential.key else "",
            remark.verdict,
            remark.words,
        )
        for one in own
        for remark in one.remarks
    )
    doubts = (
        *inventory.doubts,
        *(f"{one.credential.name}: {d}" for one in own for d in one.doubts),
    )
    history = any(not isinstance(one.credential.seen, NoAnswer) for one in own)
    return CredentialsSeen(remarks, doubts, inventory.root_key, history=history)


def _sends_as(one: Judged, domain: str) -> bool:
    it = one.credential
    if it.box is not None:
        return str(it.box.address.domain) == domain
    if isinstance(it.sends, NoAnswer):
        return True
    return any(way.identity.rpartition("@")[2].lower() == domain.lower() for way in it.sends)
