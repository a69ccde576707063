"""CloudFormation: what a stack is, and change sets to make it something else.

Every change goes through a change set, so that repeating what was interrupted
is harmless.  Source: CloudFormation API reference.
"""

import json

from collections.abc import Iterable, Mapping
from typing import Any

from sendas.aws.failure import error_code, no_answer
from sendas.aws.paging import by_token, entries_of, follow, paged
from sendas.aws.reading import Raw, understand
from sendas.aws.session import Session
from sendas.aws.writes import NotDone, do, do_unless
from sendas.iam.actions import iam_action
from sendas.outcome import NoAnswer, Seen, Why
from sendas.ses.regions import Region
from sendas.stacks import ChangeSet, Drift, StackEvent, StackSeen


_CAPABILITIES = ["CAPABILITY_NAMED_IAM"]
_GONE = "DELETE_COMPLETE"


def stack(session: Session, region: Region, name: str) -> Seen[StackSeen | None]:
    """The stack *name* with its template and its resources; None if there is none."""
    described = _describe(session, region, name)
    if described is None or isinstance(described, NoAnswer):
        return described
    status = described["StackStatus"]
    if status == _GONE:
        return None
    reason = described.get("StackStatusReason", "")
    if status == "REVIEW_IN_PROGRESS":  # a change set was made and never carried out
        return StackSeen(name, status, reason=reason)
    body = _about(session, region, name, "GetTemplate")
    if body is None or isinstance(body, NoAnswer):  # None: deleted since it was described
        return body
    # DescribeStackResources would tell of the first hundred alone.
    told = follow(
        lambda page: _about(session, region, name, "ListStackResources", **page),
        by_token(),
        "cloudformation:ListStackResources",
    )
    held = entries_of(told, "StackResourceSummaries")
    if held is None or isinstance(held, NoAnswer):
        return held
    return StackSeen(
        name, status, _template(body.get("TemplateBody", {})), _resources(held), reason=reason
    )


def _describe(session: Session, region: Region, name: str) -> Seen[Raw | None]:
    answer = _about(session, region, name, "DescribeStacks")
    if answer is None or isinstance(answer, NoAnswer):
        return answer
    stacks: list[Raw] = answer.get("Stacks", [])
    return stacks[0] if stacks else None


def _about(
    session: Session, region: Region, name: str, operation: str, **page: object
) -> Seen[Raw | None]:
    """A question about one stack; None if there is none, which only the words tell."""
    try:
        return session.call("cloudformation", operation, region=region, StackName=name, **page)
    except Exception as error:  # noqa: BLE001  whatever botocore raises, nobody answered
        if error_code(error) == "ValidationError" and "does not exist" in str(error):
            return None
        return no_answer(error, iam_action("cloudformation", operation))


def _template(body: object) -> Mapping[str, Any]:
    """The template as it was handed over; botocore reads JSON itself."""
    if isinstance(body, str):
        try:
            body = json.loads(body)
        except ValueError:
            return {}  # YAML: somebody else's
    return body if isinstance(body, Mapping) else {}


def _resources(held: Iterable[Raw]) -> dict[str, str]:
    return {
        one["LogicalResourceId"]: one.get("PhysicalResourceId", "")
        for one in held
        if one.get("ResourceStatus") not in {_GONE, "DELETE_SKIPPED"}
    }


def make_change_set(  # noqa: PLR0913  what CloudFormation must be told
    session: Session,
    region: Region,
    name: str,
    change_set: str,
    template: Mapping[str, str],
    *,
    new: bool,
    revert_drift: bool = False,
) -> None:
    """Ask for a change set; *template* is ``{"TemplateBody": …}`` or ``{"TemplateURL": …}``.

    One of that name that is there already is the same one.  With *revert_drift* it
    is compared with what stands, not with the last template, so that what was
    changed or deleted by hand is put back (UG, "Using drift-aware change sets").

    Raises:
        NotDone: CloudFormation refuses it.
    """
    do_unless(
        ("AlreadyExistsException", "AlreadyExists"),
        session,
        "cloudformation",
        "CreateChangeSet",
        region=region,
        StackName=name,
        ChangeSetName=change_set,
        ChangeSetType="CREATE" if new else "UPDATE",
        Capabilities=_CAPABILITIES,
        **({"DeploymentMode": "REVERT_DRIFT"} if revert_drift else {}),
        **template,
    )


def change_set(session: Session, region: Region, name: str, change_set_name: str) -> ChangeSet:
    """How far the change set has come.

    Raises:
        NotDone: Nobody answered.
    """
    raw = do(
        session,
        "cloudformation",
        "DescribeChangeSet",
        region=region,
        StackName=name,
        ChangeSetName=change_set_name,
    )
    return ChangeSet(
        change_set_name,
        raw.get("Status", ""),
        raw.get("StatusReason", "") or "",
        raw.get("ExecutionStatus", "AVAILABLE"),
    )


def execute(session: Session, region: Region, name: str, change_set_name: str) -> None:
    """Let CloudFormation carry it out.

    Raises:
        NotDone: It will not.
    """
    do(
        session,
        "cloudformation",
        "ExecuteChangeSet",
        region=region,
        StackName=name,
        ChangeSetName=change_set_name,
    )


def drop_change_set(session: Session, region: Region, name: str, change_set_name: str) -> None:
    """Forget a change set, if it is there.

    Raises:
        NotDone: Nobody answered.
    """
    do_unless(
        ("ChangeSetNotFound", "ChangeSetNotFoundException"),
        session,
        "cloudformation",
        "DeleteChangeSet",
        region=region,
        StackName=name,
        ChangeSetName=change_set_name,
    )


def delete_stack(session: Session, region: Region, name: str) -> None:
    """Begin to delete the stack; none of that name is well, too.

    Raises:
        NotDone: CloudFormation will not.
    """
    do(session, "cloudformation", "DeleteStack", region=region, StackName=name)


def continue_rollback(session: Session, region: Region, name: str) -> None:
    """Go on with going back to what stood before.

    Raises:
        NotDone: CloudFormation will not.
    """
    do(session, "cloudformation", "ContinueUpdateRollback", region=region, StackName=name)


def status(session: Session, region: Region, name: str) -> tuple[str, str]:
    """The stack's status and why; ``DELETE_COMPLETE`` if there is none.

    Raises:
        NotDone: Nobody answered.
    """
    described = _describe(session, region, name)
    if isinstance(described, NoAnswer):
        raise NotDone(described)
    if described is None:
        return _GONE, ""
    return described["StackStatus"], described.get("StackStatusReason", "") or ""


def events(session: Session, region: Region, name: str) -> tuple[StackEvent, ...]:
    """The stack's newest events, newest first; none once the stack is gone."""
    answer = session.ask("cloudformation", "DescribeStackEvents", region=region, StackName=name)
    if isinstance(answer, NoAnswer):
        return ()
    return tuple(
        StackEvent(
            one.get("EventId", ""),
            one.get("LogicalResourceId", ""),
            one.get("ResourceType", ""),
            one.get("ResourceStatus", ""),
            one.get("ResourceStatusReason", "") or "",
        )
        for one in answer.get("StackEvents", ())
    )


def begin_drift(session: Session, region: Region, name: str) -> Seen[str]:
    """Have CloudFormation compare the stack with what stands; the id to ask by."""
    answer = session.ask("cloudformation", "DetectStackDrift", region=region, StackName=name)
    return answer if isinstance(answer, NoAnswer) else str(answer["StackDriftDetectionId"])


def drift_done(session: Session, region: Region, detection: str) -> Seen[bool]:
    """Whether the comparison has ended; one that failed compared a part, and is no answer."""
    answer = session.ask(
        "cloudformation",
        "DescribeStackDriftDetectionStatus",
        region=region,
        StackDriftDetectionId=detection,
    )
    if isinstance(answer, NoAnswer):
        return answer
    if answer.get("DetectionStatus") == "DETECTION_FAILED":
        why = answer.get("DetectionStatusReason", "") or "it did not say why"
        action = "cloudformation:DetectStackDrift"
        return NoAnswer(Why.SERVER_FAILURE, f"{action}: {why}; --no-drift does without it")
    return answer.get("DetectionStatus") != "DETECTION_IN_PROGRESS"


def drift(session: Session, region: Region, name: str) -> Seen[tuple[Drift, ...]]:
    """What the last comparison found."""
    found = paged(
        session,
        "cloudformation",
        "DescribeStackResourceDrifts",
        "StackResourceDrifts",
        region=region,
        StackName=name,
        StackResourceDriftStatusFilters=["MODIFIED", "DELETED"],
    )
    return understand(found, lambda entries: tuple(map(_parse_drift, entries or ())))


def _parse_drift(raw: Raw) -> Drift:
    return Drift(
        raw["LogicalResourceId"],
        raw["ResourceType"],
        gone=raw["StackResourceDriftStatus"] == "DELETED",
        details=tuple(
            f"{one['PropertyPath']}: {one.get('ActualValue', '')} instead of "
            f"{one.get('ExpectedValue', '')}"
            for one in raw.get("PropertyDifferences", ())
        ),
    )
