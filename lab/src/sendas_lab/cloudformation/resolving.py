"""What the names of a template mean for one stack at one moment."""

from collections.abc import Mapping

from sendas_lab.cloudformation import parameters
from sendas_lab.cloudformation.changes import Unknown
from sendas_lab.cloudformation.intrinsics import Find, NotYetKnown, Scope, evaluate
from sendas_lab.cloudformation.schemas import Schema, coerced
from sendas_lab.cloudformation.stack_state import Goal, Resource, Stack
from sendas_lab.cloudformation.template import TemplateError, Value


PSEUDO = frozenset(
    {
        "AWS::AccountId", "AWS::NoValue", "AWS::NotificationARNs", "AWS::Partition",
        "AWS::Region", "AWS::StackId", "AWS::StackName", "AWS::URLSuffix",
    }
)  # fmt: skip


def scope(  # noqa: PLR0913, PLR0917  all that a name can mean
    goal: Goal,
    account_id: str,
    region: str,
    stack: tuple[str, str],
    find: Find,
    exports: Mapping[str, str],
) -> Scope:
    """The scope of *goal*; *stack* is its id and its name."""
    pseudo = {
        "AWS::AccountId": account_id,
        "AWS::NotificationARNs": list(goal.notification_arns),
        "AWS::Partition": "aws",
        "AWS::Region": region,
        "AWS::StackId": stack[0],
        "AWS::StackName": stack[1],
        "AWS::URLSuffix": "amazonaws.com",
    }
    texts = parameters.texts(goal.template, goal.parameters)
    return Scope(
        goal.template, parameters.meant(goal.template, texts, goal.resolved), pseudo, find, exports
    )


def find_in(stack: Stack, remade: frozenset[str] = frozenset()) -> Find:
    """Look in the stack's resources; those in *remade* are as good as not there yet."""

    def find(logical_id: str, attribute: str | None) -> Value:
        held = stack.resources.get(logical_id)
        if held is None or held.physical_id is None or logical_id in remade:
            raise NotYetKnown(logical_id, attribute)
        return held.physical_id if attribute is None else attribute_of(held, attribute)

    return find


def attribute_of(held: Resource, attribute: str) -> Value:
    """What Fn::GetAtt gives.

    Raises:
        TemplateError: The type has no such attribute.
    """
    found: Value = held.attributes
    for key in (
        [attribute, *attribute.split(".")] if attribute not in held.attributes else [attribute]
    ):
        if isinstance(found, Mapping) and key in found:
            found = found[key]
        elif key != attribute:
            found = None
    if found is held.attributes or found is None:
        msg = (
            f"Template error: resource {held.logical_id} does not support attribute type"
            f" {attribute} in Fn::GetAtt"
        )
        raise TemplateError(msg)
    return found


def properties_of(
    name: str, names: Scope, schema: Schema | None, tags: Mapping[str, str]
) -> dict[str, Value]:
    """The resource's properties, worked out, typed and tagged.

    Raises:
        NotYetKnown: They hang on a resource that is still to be made.
        TemplateError: A function is used wrongly.
    """
    written = names.template.resources[name].get("Properties") or {}
    found = evaluate(written, names)
    if not isinstance(found, dict):
        msg = f"[/Resources/{name}/Properties] 'null' values are not allowed in templates"
        raise TemplateError(msg)
    return found if schema is None else tagged(coerced(found, schema), schema, tags)


def foreseen(
    name: str, names: Scope, schema: Schema | None, tags: Mapping[str, str]
) -> dict[str, Value]:
    """The same before the stack is touched: what cannot be known yet is Unknown."""
    written = names.template.resources[name].get("Properties") or {}
    found: dict[str, Value] = {}
    for key, value in written.items():
        try:
            worked_out = evaluate({key: value}, names)
        except NotYetKnown as error:
            cause = (
                f"{error.logical_id}.{error.attribute}" if error.attribute else error.logical_id
            )
            found[key] = Unknown(cause, error.attribute is not None)
            continue
        found.update(coerced(worked_out, schema) if schema else worked_out)
    return found if schema is None else tagged(found, schema, tags)


def tagged(
    properties: dict[str, Value], schema: Schema, tags: Mapping[str, str]
) -> dict[str, Value]:
    """With the stack's tags; the resource's own win."""
    own = properties.get("Tags")
    if tags and schema.takes_tags and schema.properties.get("Tags", {}).get("type") == "object":
        return {**properties, "Tags": {**tags, **(own if isinstance(own, dict) else {})}}
    if not tags or not schema.takes_tags or not (own is None or isinstance(own, list)):
        return properties
    named = {tag["Key"] for tag in own or ()}
    more = [{"Key": key, "Value": value} for key, value in tags.items() if key not in named]
    return {**properties, "Tags": [*(own or ()), *more]}
