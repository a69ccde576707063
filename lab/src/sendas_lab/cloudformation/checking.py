"""What CloudFormation asks of a template before it begins."""

import re

from collections.abc import Mapping

from sendas_lab.aws.errors import AwsError
from sendas_lab.cloudformation import graph, parameters
from sendas_lab.cloudformation.resolving import PSEUDO
from sendas_lab.cloudformation.schemas import schema_of
from sendas_lab.cloudformation.template import Template, TemplateError, Value, references


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
