"""How to take a hindering statement away, or widen a boundary, document by document."""

import json

from collections.abc import Mapping
from dataclasses import replace

from sendas.advice import Applies, Help
from sendas.doctor.evidence import Evidence
from sendas.doctor.rules.account._aws_cli import aws
from sendas.doctor.rules.iam._grant import Grant, allow, least_statement
from sendas.iam.policy import Outcome, PolicyDocument, Source, decide
from sendas.ses.regions import partition_of


def lift_all(found: Grant, evidence: Evidence) -> tuple[Help, ...]:
    """Take the denying statement out, and allow sending where nothing else does."""
    region, domain = evidence.subject.region, evidence.subject.domain
    mend = lift(found, region)
    document, statement = found.decision.document, found.decision.statement
    if document is None or statement is None:
        return (mend,)
    rest = _without(document.text, statement.index)
    left = (replace(document, text=json.dumps(rest)),) if rest else ()
    others = (one for one in found.documents if one != document)
    after = decide((*others, *left), found.request)
    allowed = after.allowed or after.outcome is Outcome.EXPLICIT_DENY
    return (mend,) if allowed else (mend, allow(found, domain))


def lift(found: Grant, region: str) -> Help:
    """Take the denying statement out of its document."""
    document, statement = found.decision.document, found.decision.statement
    if document is None or statement is None:
        return Help("Find the document that denies, and take the statement out.")
    rest = _without(document.text, statement.index)
    text = f"Take {statement.name} out of the {document.source} policy {document.name}."
    command = _shrink(found, document, rest, region) if rest else _remove(found, document, region)
    if command is None:
        who = f" of {document.holder}" if document.holder else ""
        return Help(f"{text[:-1]}{who}, or take the user out of what it binds.")
    return Help(text, commands=(command,), applies=Applies.CONFIRM, wait_seconds=60)


def widen(found: Grant, region: str) -> Help:
    """Let the boundary allow sending as well."""
    boundary = found.decision.document
    if boundary is None:
        return Help("Let the permissions boundary allow sending as well.")
    document = json.loads(boundary.text)
    statements = document["Statement"]
    statements = statements if isinstance(statements, list) else [statements]
    widened = {**document, "Statement": [*statements, least_statement(found.request.resources)]}
    command = _new_version(found, boundary, widened, region)
    return Help(
        f"Let the permissions boundary {boundary.name} allow sending as well.",
        commands=(command,),
        applies=Applies.CONFIRM,
        wait_seconds=60,
    )


def _without(text: str, index: int) -> Mapping[str, object] | None:
    """The document without one statement; None if nothing is left."""
    document = json.loads(text)
    statements = document["Statement"]
    statements = statements if isinstance(statements, list) else [statements]
    rest = statements[:index] + statements[index + 1 :]
    return {**document, "Statement": rest} if rest else None


def _shrink(
    found: Grant, document: PolicyDocument, rest: Mapping[str, object], region: str
) -> str | None:
    """The command that stores what is left of the document; None if its place is not known."""
    match document.source:
        case Source.INLINE:
            return aws(
                "iam put-user-policy",
                user_name=found.user,
                policy_name=document.name,
                policy_document=rest,
            )
        case Source.MANAGED:
            return _new_version(found, document, rest, region)
        case Source.IDENTITY:
            return aws(
                "sesv2 update-email-identity-policy",
                region=region,
                email_identity=document.holder,
                policy_name=document.name,
                policy=rest,
            )
        case _:
            return None


def _remove(found: Grant, document: PolicyDocument, region: str) -> str | None:
    """The command that takes the whole document off the user or the identity."""
    match document.source:
        case Source.INLINE:
            return aws("iam delete-user-policy", user_name=found.user, policy_name=document.name)
        case Source.MANAGED:
            return aws(
                "iam detach-user-policy",
                user_name=found.user,
                policy_arn=_policy_arn(found, document, region),
            )
        case Source.IDENTITY:
            return aws(
                "sesv2 delete-email-identity-policy",
                region=region,
                email_identity=document.holder,
                policy_name=document.name,
            )
        case _:
            return None


def _new_version(
    found: Grant, document: PolicyDocument, content: Mapping[str, object], region: str
) -> str:
    return aws(
        "iam create-policy-version",
        policy_arn=_policy_arn(found, document, region),
        set_as_default=True,
        policy_document=content,
    )


def _policy_arn(found: Grant, document: PolicyDocument, region: str) -> str:
    if document.name.startswith("arn:"):
        return document.name
    return f"arn:{partition_of(region)}:iam::{found.account_id}:policy/{document.name}"
