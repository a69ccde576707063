"""What to type where, so that a login works: commands, and Gmail's dialog."""

import re

from sendas.advice import Applies, Help
from sendas.doctor.evidence import Evidence
from sendas.doctor.rules.account._aws_cli import aws
from sendas.doctor.rules.smtp._login import endpoint_region
from sendas.iam.keys import AccessKey
from sendas.ses.regions import Region, smtp_host


def region_to_use(evidence: Evidence) -> Region:
    """The Region a password must be for: the endpoint's, or else the one asked about."""
    return endpoint_region(evidence) or evidence.subject.region


def told_elsewhere(evidence: Evidence, text: str) -> tuple[Region, Help] | None:
    """The Region that a refusal names, and how to ask about it, if it is not this run's."""
    found = _REFUSING_REGION.search(text)
    there = Region(found[1].lower()) if found else evidence.subject.region
    if there == evidence.subject.region:
        return None
    domain = evidence.subject.domain
    mend = Help(
        f"Ask about {there}, where the message went; or let the mail client send through "
        f"{evidence.subject.region}, with that Region's password.",
        commands=(f"sendas doctor {domain} --region {there}",),
    )
    return there, mend


_REFUSING_REGION = re.compile(r"failed the check in region ([A-Za-z]{2,}(?:-[A-Za-z]+)+-\d{1,2})")


def last_four(key_id: str) -> str:
    """A key id as people may see it."""
    return f"…{key_id.strip()[-4:]}"


def key_of(evidence: Evidence) -> AccessKey | None:
    """The key that the user name is, where that is known."""
    key = evidence.iam.key
    return key if isinstance(key, AccessKey) else None


def try_it(evidence: Evidence, region: Region | None = None) -> str:
    """The command that logs in as the key, which asks for the password."""
    key = key_of(evidence)
    username = key.key_id if key else "ACCESS_KEY_ID"
    return f"sendas smtp check --region {region or region_to_use(evidence)} --username {username}"


def derive(evidence: Evidence) -> Help:
    """Derive the password from the secret access key."""
    region, key = region_to_use(evidence), key_of(evidence)
    whose = f"secret of access key {last_four(key.key_id)}" if key else "key's secret"
    return Help(
        f"Derive the password from the {whose}; paste the secret when asked, or pipe it in.",
        commands=(f"sendas password derive --region {region} --secret-stdin",),
    )


def enter_in_gmail(evidence: Evidence, region: Region | None = None) -> Help:
    """Where to click, and what to type."""
    region = region or region_to_use(evidence)
    address = evidence.subject.from_address or f"your address at {evidence.subject.domain}"
    key = key_of(evidence)
    user = f"the access key id ({last_four(key.key_id)})" if key else "the access key id (AKIA…)"
    return Help(
        "Give user name and password to Gmail, both: Settings → See all settings → Accounts and "
        f"Import → Send mail as → edit info beside {address} → Next. SMTP server "
        f"{smtp_host(region)}, port 587, user name {user}, password its 44 derived "
        "characters and nothing around them, Secured connection using TLS → Save changes.",
        verify_by=try_it(evidence, region),
    )


def new_key(user: str) -> Help:
    """Make a new key where the secret of the old one is gone."""
    return Help(
        "If that secret key is kept nowhere: it cannot be read again. Make a new key, derive its "
        "password, and give the new user name and password to Gmail.",
        commands=(aws("iam create-access-key", user_name=user),),
        applies=Applies.CONFIRM,
    )


def store_anew(evidence: Evidence) -> tuple[Help, ...]:
    """Derive, enter; and what to do if the secret is lost."""
    key = key_of(evidence)
    lost = (new_key(key.user),) if key else ()
    return (derive(evidence), enter_in_gmail(evidence), *lost)
