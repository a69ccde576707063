"""Making and finding identities."""

import hashlib

from datetime import datetime

from sendas_lab.ses.dkim_keys import POOL, private_key, record
from sendas_lab.ses.hosts import SIGNING_ZONE, Published
from sendas_lab.ses.region_state import Checked, Dkim, Identity, RegionState, Status


TOKEN_LENGTH = 32


def new_identity(name: str, seed: str, now: datetime, *, dkim: bool = True) -> Identity:
    """An identity as SES starts it: PENDING, with its own tokens.

    *seed* (account and Region) and the name decide the tokens, so that they
    are the same whenever the same identity is made, and differ otherwise.
    """
    pending = Checked(Status.PENDING, now)
    is_domain = "@" not in name
    return Identity(
        name=name,
        verification=pending,
        dkim=easy_dkim(name, seed, now) if is_domain and dkim else no_dkim(now),
        created=now,
    )


def no_dkim(now: datetime) -> Dkim:
    """Not set up: what an address, or a domain verified by TXT alone, has."""
    return Dkim(Checked(Status.NOT_STARTED, now), (), (), signing_enabled=False)


def easy_dkim(name: str, seed: str, now: datetime) -> Dkim:
    """Three tokens and SES's own keys, looked for from *now* on."""
    tokens = tuple(_token(f"{seed}/{name.lower()}/{n}") for n in range(POOL))
    return Dkim(Checked(Status.PENDING, now), tokens, tuple(range(POOL)), generated=now)


def _token(text: str) -> str:
    """32 lower-case letters and digits, the shape of SES's tokens."""
    digest = int.from_bytes(hashlib.sha256(text.encode()).digest(), "big")
    letters = []
    for _ in range(TOKEN_LENGTH):
        digest, digit = divmod(digest, 32)
        letters.append("abcdefghijklmnopqrstuvwxyz234567"[digit])
    return "".join(letters)


def txt_token(name: str, seed: str) -> str:
    """What API v1 wants at ``_amazonses.<domain>``: 44 characters, base64-like."""
    return _token(f"txt/{seed}/{name.lower()}")[:32] + "abcdefghijk="


def published_keys(identity: Identity) -> Published:
    """The records behind the identity's CNAMEs, in SES's own zone."""
    if identity.dkim.origin == "EXTERNAL":
        return {}
    return {
        (f"{token}.{SIGNING_ZONE}", "TXT"): (record(private_key(place)),)
        for token, place in zip(identity.dkim.tokens, identity.dkim.keys, strict=True)
    }


def find(state: RegionState, name: str) -> Identity | None:
    """The identity of exactly that name; letter case does not count."""
    return state.identities.get(name.lower())


def candidates(address: str) -> tuple[str, ...]:
    """The names whose verification lets *address* be used, the closest first.

    The address itself, its domain, then each parent domain (SES guide, "Verified
    identities": a domain covers its subdomains and all addresses).
    """
    address = address.lower()
    _, at, domain = address.rpartition("@")
    labels = domain.split(".")
    parents = tuple(".".join(labels[n:]) for n in range(max(1, len(labels) - 1)))
    return ((address,) if at else ()) + parents


def identity_for(state: RegionState, address: str) -> Identity | None:
    """The identity SES uses for *address*: the closest that exists and is verified.

    An address identity shadows its domain (FACTS 9), but one that nobody has
    confirmed does not stop its verified domain from sending.
    """
    found = [state.identities[n] for n in candidates(address) if n in state.identities]
    return next((i for i in found if i.verified), found[0] if found else None)
