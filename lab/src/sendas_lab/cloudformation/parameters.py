"""What was given for a template's parameters, checked against what it declares."""

import re

from collections.abc import Mapping, Sequence

from sendas_lab.aws.java_order import hash_map_place
from sendas_lab.cloudformation.template import Template, TemplateError, Value


_HIDDEN = "****"
_LISTS = ("CommaDelimitedList", "List<")
_STORED = "AWS::SSM::Parameter::Value<"


def given_parameters(
    listed: Sequence[Mapping[str, Value]], previous: Mapping[str, str]
) -> dict[str, str]:
    """The request's list as name to text; UsePreviousValue takes the stack's.

    Raises:
        TemplateError: There is no previous value.
    """
    found: dict[str, str] = {}
    for entry in listed:
        name = entry["ParameterKey"]
        if not entry.get("UsePreviousValue"):
            found[name] = entry.get("ParameterValue", "")
        elif name in previous:
            found[name] = previous[name]
        else:
            msg = (
                f"Invalid input for parameter key {name}. Cannot specify usePreviousValue as true"
                " for a parameter key not in the previous template"
            )
            raise TemplateError(msg)
    return found


def texts(template: Template, given: Mapping[str, str]) -> dict[str, str]:
    """Every declared parameter's text: given, or its default.

    Raises:
        TemplateError: Something is missing, unknown, or not allowed.
    """
    unknown = sorted(set(given) - set(template.parameters))
    if unknown:
        msg = f"Parameters: [{', '.join(unknown)}] do not exist in the template"
        raise TemplateError(msg)
    found: dict[str, str] = {}
    missing = []
    for name, declared in template.parameters.items():
        if name in given:
            found[name] = given[name]
        elif "Default" in declared:
            found[name] = _written(declared["Default"])
        else:
            missing.append(name)
    if missing:
        msg = f"Parameters: [{', '.join(missing)}] must have values"
        raise TemplateError(msg)
    for name, text in found.items():
        _check(name, text, template.parameters[name])
    return found


def _written(default: Value) -> str:
    if isinstance(default, bool):
        return "true" if default else "false"
    return str(default)


def _check(name: str, text: str, declared: Mapping[str, Value]) -> None:
    said = declared.get("ConstraintDescription")
    allowed = declared.get("AllowedValues")
    wrong = None
    if allowed is not None and text not in map(_written, allowed):
        shown = ", ".join(map(_written, allowed))
        wrong = f"Member must satisfy enum value set: [{shown}]"
    elif "AllowedPattern" in declared and not re.fullmatch(declared["AllowedPattern"], text):
        wrong = f"Member must satisfy regular expression pattern: {declared['AllowedPattern']}"
    elif len(text) < int(declared.get("MinLength", 0)):
        wrong = f"Member must have length greater than or equal to {declared['MinLength']}"
    elif len(text) > int(declared.get("MaxLength", len(text))):
        wrong = f"Member must have length less than or equal to {declared['MaxLength']}"
    elif declared.get("Type") == "Number" and not re.fullmatch(r"-?\d+(\.\d+)?", text):
        wrong = "Member must be a number"
    if wrong:
        msg = f"Parameter {name} failed to satisfy constraint: {said or wrong}"
        raise TemplateError(msg)


def stored(template: Template, found: Mapping[str, str]) -> dict[str, str]:
    """The parameters whose text is the name of one of Systems Manager's, by name."""
    return {
        name: text
        for name, text in found.items()
        if str(template.parameters[name].get("Type")).startswith(_STORED)
    }


def meant(
    template: Template, found: Mapping[str, str], resolved: Mapping[str, str]
) -> dict[str, Value]:
    """Parameters as Ref gives them: lists for the list types, what is stored for the stored."""
    return {
        name: [part.strip() for part in resolved.get(name, text).split(",")]
        if str(template.parameters[name].get("Type")).removeprefix(_STORED).startswith(_LISTS)
        else resolved.get(name, text)
        for name, text in found.items()
    }


def shown(
    template: Template, found: Mapping[str, str], resolved: Mapping[str, str]
) -> list[dict[str, Value]]:
    """As DescribeStacks shows them: NoEcho ones hidden; in the order of a Java hash table.

    Recorded: test_updating_an_updated_stack_sets_status, test_nested_conditions.
    """
    return [
        {
            "ParameterKey": name,
            "ParameterValue": _HIDDEN
            if str(template.parameters[name].get("NoEcho")).lower() == "true"
            else text,
            **({"ResolvedValue": resolved[name]} if name in resolved else {}),
        }
        for name, text in sorted(found.items(), key=lambda one: hash_map_place(one[0], len(found)))
        if name in template.parameters
    ]


def declared(template: Template) -> list[dict[str, Value]]:
    """As ValidateTemplate lists them."""
    return [
        {
            "ParameterKey": name,
            "NoEcho": str(about.get("NoEcho")).lower() == "true",
            **({"DefaultValue": _written(about["Default"])} if "Default" in about else {}),
            **({"Description": about["Description"]} if "Description" in about else {}),
        }
        for name, about in template.parameters.items()
    ]
