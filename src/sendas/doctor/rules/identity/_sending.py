"""Which identity SES goes by when the domain sends."""

from sendas.doctor.evidence import Evidence, RegionEvidence
from sendas.ses.identity import Identity
from sendas.ses.regions import Region


DKIM_RECORDS = ("DNS001", "DNS002", "DNS003", "DNS004", "DNS005", "DNS019", "DNS112")
"""Rules whose failure keeps SES from finding the DKIM records (RULES 12)."""


def domain_identity(evidence: Evidence) -> Identity | None:
    """The identity that covers the domain here: its own, else a verified parent's.

    SES takes a verified domain for its subdomains too (guide,
    "Verified identities").

    Raises:
        CouldNotLook: Nobody answered about the domain itself.
    """
    own = evidence.identity(evidence.subject.domain)
    return own or _covering_parent(evidence)


def _covering_parent(evidence: Evidence) -> Identity | None:
    labels = evidence.subject.domain.split(".")
    for start in range(1, len(labels) - 1):
        seen = evidence.here.identities.get(".".join(labels[start:]))
        if isinstance(seen, Identity) and seen.verified_for_sending:
            return seen
    return None


def sending_identity(evidence: Evidence) -> Identity | None:
    """The identity whose settings and ARN count for the From address.

    A separately verified address goes before its domain (FACTS 4 and 9).  One
    that does so without signing is a fault that ID003 tells; every other
    question is then about the domain, as it will be once the address is gone.

    Raises:
        CouldNotLook: Nobody answered about the domain.
    """
    domain = domain_identity(evidence)
    address = address_identity(evidence)
    if address is None or (domain and domain.verified_for_sending and not signs(address)):
        return domain
    return address


def signs(identity: Identity) -> bool:
    """Whether mail of the identity leaves signed.

    An address with signing on is signed as its domain (SES API v1,
    SetIdentityDkimEnabled), whatever its own status says.
    """
    dkim = identity.dkim
    return dkim.signing_enabled and (identity.is_address or dkim.status == "SUCCESS")


def address_identity(evidence: Evidence) -> Identity | None:
    """The From address as an identity of its own, once verified here."""
    seen = evidence.here.identities.get((evidence.subject.from_address or "").lower())
    return seen if isinstance(seen, Identity) and seen.verified_for_sending else None


def regions_that_verified(evidence: Evidence) -> tuple[Region, ...]:
    """The other Regions where the domain is verified, as far as they answered."""
    return tuple(
        region
        for region, seen in evidence.regions.items()
        if region != evidence.subject.region and _verified(seen, evidence.subject.domain)
    )


def _verified(region: RegionEvidence, name: str) -> bool:
    identity = region.identities.get(name)
    return isinstance(identity, Identity) and identity.verified_for_sending


def dkim_records(identity: Identity) -> tuple[str, ...]:
    """The zone lines SES waits for; none with a key of the owner's own (BYODKIM)."""
    dkim = identity.dkim
    if dkim.origin == "EXTERNAL":
        return ()
    return tuple(
        f"{token}._domainkey.{identity.name}. 1800 IN CNAME {token}.{dkim.signing_zone}."
        for token in dkim.tokens
    )
