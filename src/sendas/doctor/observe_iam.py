"""Observing IAM: whose key the SMTP user name is, and what that user may do."""

import asyncio
import re

from sendas.doctor.evidence import IamEvidence, Subject
from sendas.doctor.inquiry import Inquiry
from sendas.iam.keys import AccessKey
from sendas.outcome import NoAnswer, Seen
from sendas.ses.regions import Region
from sendas.smtp.username import looks_secret


_LONG_TERM_KEY = re.compile(r"AKIA[A-Z0-9]{12,124}")
"""IAM API, AccessKeyMetadata: 16 to 128 characters."""
_TEMPORARY_KEY = re.compile(r"ASIA[A-Z0-9]{12,124}")
"""Of a role or a session: IAM lists no such key, and nobody's policies hang on it."""


async def observe_iam(subject: Subject, inquiry: Inquiry) -> IamEvidence:
    """Follow the SMTP user name to its user; if it is a user's name instead, to that user."""
    name = (subject.smtp_username or "").strip()
    # A secret in the wrong field goes to nobody: IAM would write it into CloudTrail.
    if not name or _TEMPORARY_KEY.fullmatch(name) or looks_secret(name):
        return IamEvidence()
    if not _LONG_TERM_KEY.fullmatch(name):
        return await _by_user_name(name, subject.region, inquiry)
    owner = await inquiry.ask(lambda aws: aws.owner_of(subject.region, name), "owner of the key")
    if owner is None or isinstance(owner, NoAnswer):
        return IamEvidence(key=owner)
    return await _of_user(owner, name, subject.region, inquiry)


async def _by_user_name(name: str, region: Region, inquiry: Inquiry) -> IamEvidence:
    exists = await inquiry.ask(lambda aws: aws.user_exists(region, name), "IAM user")
    if exists is not True:
        return IamEvidence(key=None, user_exists=exists)
    found = await _of_user(name, "", region, inquiry)
    return IamEvidence(None, found.sibling_keys, found.policies, user_exists=True)


async def _of_user(user: str, key_id: str, region: Region, inquiry: Inquiry) -> IamEvidence:
    keys, policies = await asyncio.gather(
        inquiry.ask(lambda aws: aws.keys_of(region, user), "access keys"),
        inquiry.ask(lambda aws: aws.policies_of(region, user), "policies"),
    )
    key, siblings = _apart(keys, key_id)
    return IamEvidence(key, siblings, policies)


def _apart(
    keys: Seen[tuple[AccessKey, ...]], key_id: str
) -> tuple[Seen[AccessKey | None], Seen[tuple[AccessKey, ...]]]:
    """The key itself, and the others of its user."""
    if isinstance(keys, NoAnswer):
        return keys, keys
    own = next((key for key in keys if key.key_id == key_id), None)
    return own, tuple(key for key in keys if key is not own)
