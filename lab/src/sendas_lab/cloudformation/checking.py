"""What CloudFormation asks of a template before it begins."""

import contextlib
import re

from collections.abc import Mapping

from sendas_lab.aws.errors import AwsError
from sendas_lab.cloudformation import graph, parameters
from sendas_lab.cloudformation.forms import check_forms
from sendas_lab.cloudformation.intrinsics import NotYetKnown, Scope, evaluate
from sendas_lab.cloudformation.resolving import PSEUDO
from sendas_lab.cloudformation.schemas import schema_of
from sendas_lab.cloudformation.template import (
    Template,
    TemplateError,
    Value,
    functions,
    references,
)


_STACK_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,127}")
_NAMED = {
    # User guide, "Acknowledging IAM resources in CloudFormation templates".
    "AWS::IAM::Group": "GroupName",
    "AWS::IAM::InstanceProfile": "InstanceProfileName",
    "AWS::IAM::ManagedPolicy": "ManagedPolicyName",
    "AWS::IAM::Role": "RoleName",
    "AWS::IAM::User": "UserName",
}
_IAM = {*_NAMED, "AWS::IAM::AccessKey", "AWS::IAM::Policy", "AWS::IAM::UserToGroupAddition"}


def check_stack_name(name: str) -> None:
    """Raises AwsError if no stack may have that name."""
    if not _STACK_NAME.fullmatch(name):
        text = (
            f"1 validation error detected: Value '{name}' at 'stackName' failed to satisfy"
            " constraint: Member must satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*"
        )
        code = "ValidationError"
        raise AwsError(code, text, 400)


def checked(template: Template, region: str) -> Template:
    """The template, when nothing is wrong with it that can be seen before it is carried out.

    Raises:
        TemplateError: Something is; or a part has a shape that no template has.
    """
    try:
        check(template, region)
        needed_capability(template)
        parameters.declared(template)
    except (AttributeError, KeyError, TypeError, ValueError, IndexError) as error:
        msg = "Template format error: unsupported structure."
        raise TemplateError(msg) from error
    return template


def check(template: Template, region: str) -> None:
    """Look for what is wrong without making anything.

    Raises:
        TemplateError: The first kind of mistake, with every instance of it.
    """
    check_forms(template)
    lost = graph.unresolved(template, {*template.parameters, *PSEUDO})
    if lost:
        msg = (
            f"Template format error: Unresolved resource dependencies [{', '.join(lost)}]"
            " in the Resources block of the template"
        )
        raise TemplateError(msg)
    missing = graph.unknown_conditions(template)
    if missing:
        msg = f"Template format error: Unresolved condition dependencies [{', '.join(missing)}]"
        raise TemplateError(msg)
    kinds = {resource["Type"] for resource in template.resources.values()}
    strange = sorted(
        kind
        for kind in kinds
        if not kind.startswith("Custom::") and schema_of(kind, region) is None
    )
    if strange:
        msg = f"Template format error: Unrecognized resource types: [{', '.join(strange)}]"
        raise TemplateError(msg)
    graph.in_order(graph.dependencies(template, template.resources))
    _check_attributes(template, region)


def _check_attributes(template: Template, region: str) -> None:
    parts: list[Value] = [one.get("Properties") for one in template.resources.values()]
    for name, attribute in references([*parts, *template.outputs.values()]):
        resource = template.resources.get(name)
        if attribute is None or resource is None:
            continue
        schema = schema_of(resource["Type"], region)
        if schema is None or resource["Type"] == "AWS::CloudFormation::CustomResource":
            continue
        known = schema.read_only | schema.properties.keys()
        if attribute not in known and attribute.split(".", 1)[0] not in known:
            msg = (
                f"Template error: resource {name} does not support attribute type {attribute}"
                " in Fn::GetAtt"
            )
            raise TemplateError(msg)


def check_with_parameters(names: Scope) -> None:
    """What can only be seen when the parameters are known: conditions and mappings.

    Recorded (test_conditions, test_mappings of LocalStack's).

    Raises:
        TemplateError: Something refers to a resource that its condition leaves out, or to a
            place that a mapping has not.
    """
    template = names.template
    gone = {name for name, part in template.resources.items() if not names.included(part)}
    resources = [one for name, one in template.resources.items() if name not in gone]
    outputs = [one for one in template.outputs.values() if names.included(one)]
    for where, parts in (
        ("Resources", [one.get("Properties") for one in resources]),
        ("Outputs", outputs),
    ):
        taken = [_taken(part, names) for part in parts]
        lost = sorted({name for name, _ in references(taken)} & gone)
        if lost:
            begin = "Template format error: " if where == "Resources" else ""
            msg = (
                f"{begin}Unresolved resource dependencies [{', '.join(lost)}] in the {where} block"
                " of the template"
            )
            raise TemplateError(msg)
        for name, argument in functions(taken):
            if name == "Fn::FindInMap":
                with contextlib.suppress(NotYetKnown):
                    evaluate({name: argument}, names)


def _taken(value: Value, names: Scope) -> Value:
    """*value* with the branch of each Fn::If that is taken, and no other."""
    if isinstance(value, list):
        return [_taken(item, names) for item in value]
    if not isinstance(value, dict):
        return value
    if len(value) == 1 and "Fn::If" in value:
        name, yes, no = value["Fn::If"]
        return _taken(yes if names.condition(name) else no, names)
    return {key: _taken(item, names) for key, item in value.items()}


def lacking_capabilities(template: Template, given: tuple[str, ...]) -> tuple[str, ...]:
    """The capabilities that the template needs and the request does not bring."""
    needed = needed_capability(template)
    if needed is None or needed in given or "CAPABILITY_NAMED_IAM" in given:
        return ()
    return (needed,)


def needed_capability(template: Template) -> str | None:
    """CAPABILITY_NAMED_IAM where IAM resources get names, CAPABILITY_IAM where there are any."""
    iam = [one for one in template.resources.values() if one["Type"] in _IAM]
    if any(_NAMED.get(one["Type"], "") in (one.get("Properties") or {}) for one in iam):
        return "CAPABILITY_NAMED_IAM"
    return "CAPABILITY_IAM" if iam else None


def summary(template: Template) -> Mapping[str, Value]:
    """ValidateTemplate's answer."""
    shape: dict[str, Value] = {"Parameters": parameters.declared(template)}
    if template.description:
        shape["Description"] = template.description
    needed = needed_capability(template)
    if needed:
        kinds = sorted({r["Type"] for r in template.resources.values() if r["Type"] in _IAM})
        shape["Capabilities"] = [needed]
        shape["CapabilitiesReason"] = (
            f"The following resource(s) require capabilities: [{', '.join(kinds)}]"
        )
    return shape
