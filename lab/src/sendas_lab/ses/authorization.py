"""May this principal do this, by the documents IAM and SES hold?

Source: SES guide, "Controlling access to Amazon SES" and "Sending authorization
policies"; FACTS 4: a send needs the identity and the configuration set; when an
address and its domain are both identities, the address's ARN is the one checked.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sendas.iam.condition import MalformedPolicy
from sendas.iam.policy import PolicyDocument, Request, Source, decide
from sendas_lab.ses.addresses import all_bare, bare, display_name
from sendas_lab.ses.identities import candidates, identity_for
from sendas_lab.ses.message import Message
from sendas_lab.ses.ports import Iam, Principal
from sendas_lab.ses.region_state import Identity, RegionState
from sendas_lab.ses.submission import Api, Submission


Context = Mapping[str, tuple[str, ...]]


def identity_arn(state: RegionState, account_id: str, name: str) -> str:
    """The ARN of the identity *name* in the Region of *state*."""
    return f"arn:aws:ses:{state.region}:{account_id}:identity/{name}"


def configuration_set_arn(state: RegionState, account_id: str, name: str) -> str:
    """The ARN of the configuration set *name* in the Region of *state*."""
    return f"arn:aws:ses:{state.region}:{account_id}:configuration-set/{name}"


def allowed(  # noqa: PLR0913, PLR0917  one request to IAM has this many sides
    iam: Iam,
    principal: Principal,
    action: str,
    resource: str,
    context: Context,
    on_identity: Sequence[PolicyDocument] = (),
) -> bool:
    """Whether IAM lets *principal* do *action* on *resource*."""
    if principal.administrator:
        return True
    request = Request(action, (resource,), principal.arn, context)
    try:
        return decide((*iam.policies(principal), *on_identity), request).allowed
    except MalformedPolicy:
        return False


def refused_resource(
    iam: Iam, state: RegionState, submission: Submission, message: Message, now: datetime
) -> str | None:
    """The first ARN that a send is not allowed on; None if it is allowed on all."""
    # IAM guide, "Global condition context keys": in the context of every request.
    region = {"aws:RequestedRegion": (str(state.region),)}
    context = {**send_context(submission, message, now), **region}
    account = submission.principal.account_id
    for arn, identity in _resources(state, submission, message):
        if _foreign(arn, account):
            return arn  # the lab knows no other account, and so no policy that would let it
        policies = _identity_policies(identity)
        if not allowed(iam, submission.principal, submission.action, arn, context, policies):
            return arn
    return None


def _resources(
    state: RegionState, submission: Submission, message: Message
) -> list[tuple[str, Identity | None]]:
    account = submission.principal.account_id
    from_address = author_address(submission, message)
    identity = identity_for(state, from_address)
    name = identity.name if identity else (candidates(from_address) or (from_address,))[0]
    found: list[tuple[str, Identity | None]] = [
        (arn, None if _foreign(arn, account) else identity)
        for arn in named_arns(submission, message)
    ] or [(identity_arn(state, account, name), identity)]
    used = configuration_set_name(state, submission, message)
    if used:
        found.append((configuration_set_arn(state, account, used), None))
    if not state.account.production:
        # FACTS 4: in the sandbox the recipients' identities are checked as well.
        found += [
            (identity_arn(state, account, theirs.name), theirs)
            for address in submission.destinations
            if (theirs := identity_for(state, address)) is not None
        ]
    return found


_ARN_FIELDS = ("X-SES-SOURCE-ARN", "X-SES-FROM-ARN", "X-SES-RETURN-PATH-ARN")
_ACCOUNT = 4


def named_arns(submission: Submission, message: Message) -> tuple[str, ...]:
    """Identities named by ARN: by the call, or in the fields that SES takes them from."""
    return submission.arns or tuple(value for n in _ARN_FIELDS for value in message.all(n))


def _foreign(arn: str, account: str) -> bool:
    """Whether the identity is another account's; no ARN at all is nobody's."""
    parts = arn.split(":")
    return len(parts) <= _ACCOUNT or parts[_ACCOUNT] != account


def _identity_policies(identity: Identity | None) -> tuple[PolicyDocument, ...]:
    if identity is None:
        return ()
    return tuple(
        PolicyDocument(name, Source.IDENTITY, text, identity.name)
        for name, text in identity.policies.items()
    )


def author_address(submission: Submission, message: Message) -> str:
    """Whom the mail is from: API v2's FromEmailAddress, else the From field, else the envelope."""
    if submission.from_address:
        return bare(submission.from_address)
    authors = all_bare(message.get("From") or "")
    return authors[0] if authors else bare(submission.reverse_path)


def configuration_set_name(
    state: RegionState, submission: Submission, message: Message
) -> str | None:
    """The set a send uses: as the call says, as the header says, or the identity's default."""
    asked = submission.configuration_set or message.get("X-SES-CONFIGURATION-SET")
    if asked:
        return asked
    identity = identity_for(state, author_address(submission, message))
    return identity.configuration_set if identity else None


def send_context(submission: Submission, message: Message, now: datetime) -> Context:
    """SES's own condition keys and AWS's, for one send (SES guide, "Condition keys")."""
    author = message.get("From") or submission.from_address or submission.reverse_path
    feedback = (
        submission.feedback_address or submission.reverse_path or message.get("Return-Path") or ""
    )
    own = {
        "ses:FromAddress": (author_address(submission, message),),
        "ses:FromDisplayName": (display_name(author),),
        "ses:FeedbackAddress": (bare(feedback) or author_address(submission, message),),
        "ses:Recipients": submission.destinations,
        # Guide: SMTP counts as version 2.
        "ses:ApiVersion": ("1" if submission.api is Api.V1 else "2",),
    }
    if not display_name(author):
        del own["ses:FromDisplayName"]
    about = call_context(
        submission.source_ip, submission.user_agent, now, secure=submission.secure
    )
    return {**own, **about}


def call_context(source_ip: str, user_agent: str, now: datetime, *, secure: bool) -> Context:
    """The AWS-wide keys that SES honours (FACTS 4)."""
    return {
        "aws:SourceIp": (source_ip,),
        "aws:SecureTransport": ("true" if secure else "false",),
        "aws:CurrentTime": (now.strftime("%Y-%m-%dT%H:%M:%SZ"),),
        "aws:EpochTime": (str(int(now.timestamp())),),
        "aws:UserAgent": (user_agent,),
    }
