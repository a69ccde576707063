"""`iam simulate-principal-policy` and `simulate-custom-policy`: what IAM would decide.

API reference, SimulatePrincipalPolicy; shape and positions as recorded (test_iam).  The
decision is the one that the lab's own door makes.
"""

import json

from collections.abc import Iterator, Mapping, Sequence

from sendas.iam.condition import MalformedPolicy
from sendas.iam.policy import Decision, Outcome, PolicyDocument, Request, Source, decide
from sendas.iam.statement import parse_statements
from sendas_lab.aws.calls import Context, Parameters
from sendas_lab.aws.errors import AwsError, Code
from sendas_lab.ses.ports import Principal
from sendas_lab.ses.region_state import Shape


_DECISIONS = {
    Outcome.ALLOWED: "allowed",
    Outcome.IMPLICIT_DENY: "implicitDeny",
    Outcome.EXPLICIT_DENY: "explicitDeny",
}
_TYPES = {Source.GROUP: "IAM Policy", Source.BOUNDARY: "IAM Permissions Boundary Policy"}


def simulate_principal(context: Context, given: Parameters) -> Shape:
    """By the policies of a user, group or role, and those that are added."""
    arn = str(given["PolicySourceArn"])
    name = arn.rpartition("/")[2]
    principal = Principal(context.ses.account_id, "", arn, name)
    try:
        held = tuple(context.ses.iam.policies(principal))
    except Exception as error:  # moto raises its own kinds for what is not there
        kind = arn.rpartition(":")[2].partition("/")[0].capitalize()
        text = f"{kind} {name} not found"
        raise AwsError(Code.NO_SUCH_ENTITY, text, 404) from error
    return _results(held + _added(given), str(given.get("CallerArn") or arn), given)


def simulate_custom(_context: Context, given: Parameters) -> Shape:
    """By the policies in the request alone."""
    return _results(_added(given), str(given.get("CallerArn") or ""), given)


def _added(given: Parameters) -> tuple[PolicyDocument, ...]:
    texts = given.get("PolicyInputList") or ()
    bounds = given.get("PermissionsBoundaryPolicyInputList") or ()
    return (
        *(
            PolicyDocument(f"PolicyInputList.{number}", Source.INLINE, text)
            for number, text in enumerate(texts, 1)
        ),
        *(
            PolicyDocument(f"PermissionsBoundaryPolicyInputList.{number}", Source.BOUNDARY, text)
            for number, text in enumerate(bounds, 1)
        ),
    )


def _results(held: Sequence[PolicyDocument], principal: str, given: Parameters) -> Shape:
    about = {
        str(one["ContextKeyName"]): tuple(map(str, one.get("ContextKeyValues") or ()))
        for one in given.get("ContextEntries") or ()
    }
    resources = tuple(given.get("ResourceArns") or ("*",))
    try:
        found = [
            _result(held, action, resources, principal, about) for action in given["ActionNames"]
        ]
    except MalformedPolicy as error:
        code = "InvalidInput"
        raise AwsError(code, str(error), 400) from error
    return {"EvaluationResults": found, "IsTruncated": False}


def _result(
    held: Sequence[PolicyDocument],
    action: str,
    resources: tuple[str, ...],
    principal: str,
    about: Mapping[str, tuple[str, ...]],
) -> Shape:
    each = [
        (resource, decide(held, Request(action, (resource,), principal, about)))
        for resource in resources
    ]
    worst = max(each, key=lambda one: list(_DECISIONS).index(one[1].outcome))
    name, decision = worst
    told: dict[str, object] = {
        "EvalActionName": action,
        "EvalResourceName": name,
        "EvalDecision": _DECISIONS[decision.outcome],
        "MatchedStatements": _matched(decision),
        "MissingContextValues": [],
        "OrganizationsDecisionDetail": {"AllowedByOrganizations": True},
        "EvalDecisionDetails": {},
    }
    if any(one.source is Source.BOUNDARY for one in held):
        told["PermissionsBoundaryDecisionDetail"] = {
            "AllowedByPermissionsBoundary": not decision.at_boundary
        }
    if name != "*":
        told["ResourceSpecificResults"] = [
            {
                "EvalResourceName": resource,
                "EvalResourceDecision": _DECISIONS[one.outcome],
                "MatchedStatements": _matched(one),
                "MissingContextValues": [],
            }
            for resource, one in each
        ]
    return told


def _matched(decision: Decision) -> list[Shape]:
    document, statement = decision.document, decision.statement
    if document is None or statement is None:
        return []
    number = list(parse_statements(document.text)).index(statement)
    spans = list(_spans(document.text))
    told: dict[str, object] = {
        "SourcePolicyId": document.name,
        "SourcePolicyType": _TYPES.get(document.source, "IAM Policy"),
    }
    if number < len(spans):
        start, end = spans[number]
        told["StartPosition"] = _position(document.text, start + 1)
        told["EndPosition"] = _position(document.text, end)
    return [told]


def _spans(text: str) -> Iterator[tuple[int, int]]:
    """Where each statement begins and ends."""
    decoder = json.JSONDecoder()
    at = text.find('"Statement"')
    at = min((p for p in (text.find("{", at), text.find("[", at)) if p >= 0), default=len(text))
    while (at := text.find("{", at)) >= 0:
        try:
            _, end = decoder.raw_decode(text, at)
        except ValueError:
            return
        yield at, end
        at = end


def _position(text: str, at: int) -> Shape:
    """As IAM counts: the column after what was read, from 1."""
    before = text[:at]
    return {"Line": before.count("\n") + 1, "Column": at - (before.rfind("\n") + 1) + 1}
