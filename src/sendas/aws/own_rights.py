"""Which rights the caller lacks, as far as IAM shows the caller's own policies."""

from sendas.aws import iam_policies, sts
from sendas.aws.session import Session
from sendas.errors import CouldNotLook
from sendas.iam.keys import Caller
from sendas.iam.lacking import Needs, lacking_actions
from sendas.iam.policy import PolicyDocument
from sendas.outcome import NoAnswer, Seen, Why
from sendas.ses.regions import Region


def own_policies(
    session: Session, region: Region, caller: Caller
) -> Seen[tuple[PolicyDocument, ...] | None]:
    """Every document that binds the caller; None of a role or of the root user.

    Of those nothing can be known beforehand: session policies, and what an
    organization forbids, are nowhere to be read.
    """
    user = user_of(caller)
    return None if user is None else iam_policies.policies_of(session, region, user)


def lacking(
    documents: tuple[PolicyDocument, ...], caller: Caller, needs: Needs, just_done: str
) -> Seen[tuple[str, ...]]:
    """The needed actions that *documents* do not allow; no answer where they decide nothing.

    *just_done* is an action that AWS has just allowed: policies that forbid it are
    not all that counts, and nothing is known by them.
    """
    oneself = user_of(caller)
    place = {**needs.place, "oneself": (oneself or "*",)}
    try:
        found = lacking_actions(documents, caller.arn, Needs(needs.rights, place, needs.known))
    except CouldNotLook as error:
        return NoAnswer(Why.SERVER_FAILURE, f"one's own policies: {error}")
    return () if just_done in found else found


def known_lacking(
    session: Session, region: Region, needs: Needs, just_done: str
) -> Seen[tuple[str, ...]]:
    """Which of the needed actions the caller is known to lack; see `lacking`."""
    caller = sts.caller(session, region)
    if isinstance(caller, NoAnswer):
        return caller
    documents = own_policies(session, region, caller)
    if documents is None or isinstance(documents, NoAnswer):
        return documents or ()
    return lacking(documents, caller, needs, just_done)


def user_of(caller: Caller) -> str | None:
    """``arn:aws:iam::123456789012:user/path/name`` → ``name``; None of anybody but a user."""
    _, found, name = caller.arn.rpartition(":user/")
    return name.rpartition("/")[2] if found else None
