"""What a function's argument must look like, and what CloudFormation says where it does not.

Recorded (LocalStack's test_change_set_fn_*): Select, Split, GetAtt, an unknown condition in
If; the others in the words of public issues.
"""

from collections.abc import Callable, Mapping

from sendas_lab.cloudformation.template import Template, TemplateError, Value, functions


def _of(length: int) -> Callable[[Value], bool]:
    return lambda argument: isinstance(argument, list) and len(argument) == length


def _select(argument: Value) -> bool:
    if not _of(2)(argument):
        return False
    index, items = argument
    number = isinstance(index, dict) or str(index).lstrip("-").isdigit()
    return number and isinstance(items, (list, dict))


def _get_att(argument: Value) -> bool:
    if isinstance(argument, str):
        name, dot, attribute = argument.partition(".")
        return bool(name and dot and attribute)
    return (
        isinstance(argument, list)
        and len(argument) >= 2  # noqa: PLR2004  the name and the attribute
        and all(isinstance(one, (str, dict)) and one for one in argument)
    )


def _sub(argument: Value) -> bool:
    if isinstance(argument, str):
        return True
    return _of(2)(argument) and isinstance(argument[0], str) and isinstance(argument[1], dict)


def _text_and(argument: Value) -> bool:
    return _of(2)(argument) and isinstance(argument[0], str)


_FORMS: Mapping[str, tuple[Callable[[Value], bool], str]] = {
    "Fn::Select": (
        _select,
        "Fn::Select requires a list argument with two elements: an integer index and a list",
    ),
    "Fn::GetAtt": (
        _get_att,
        (
            "every Fn::GetAtt object requires two non-empty parameters, the resource name and the"
            " resource attribute"
        ),
    ),
    "Fn::Split": (
        _text_and,
        (
            "every Fn::Split object requires two parameters, (1) a string delimiter and (2) a"
            " string to be split or a function that returns a string to be split."
        ),
    ),
    "Fn::Join": (
        _text_and,
        (
            "every Fn::Join object requires two parameters, (1) a string delimiter and (2) a list"
            " of strings to be joined or a function that returns a list of strings (such as"
            " Fn::GetAZs) to be joined."
        ),
    ),
    "Fn::FindInMap": (
        lambda argument: isinstance(argument, list) and len(argument) in {3, 4},
        (
            "every Fn::FindInMap object requires three parameters, the map name, map key and the"
            " attribute for return value"
        ),
    ),
    "Fn::Sub": (
        _sub,
        (
            "One or more Fn::Sub intrinsic functions don't specify expected arguments. Specify a"
            " string as first argument, and an optional second argument to specify a mapping of"
            " values to replace in the string"
        ),
    ),
    "Fn::Base64": (
        lambda argument: isinstance(argument, (str, dict)),
        "every Fn::Base64 object must have a String-typed value.",
    ),
    "Fn::If": (_of(3), "Fn::If requires a list argument with three elements"),
    "Fn::Equals": (_of(2), "every Fn::Equals object requires a list of 2 string parameters."),
    "Fn::Not": (_of(1), "every Fn::Not object requires one boolean parameter."),
    "Ref": (
        lambda argument: isinstance(argument, str),
        "every Ref object must have a single String value.",
    ),
}


def check_forms(template: Template) -> None:
    """Look at every function of the resources, conditions and outputs.

    Raises:
        TemplateError: The first whose argument is of no form that it takes.
    """
    parts = [resource.get("Properties") for resource in template.resources.values()]
    everything = [*parts, *template.conditions.values(), *template.outputs.values()]
    for name, argument in functions(everything):
        fits, text = _FORMS.get(name, (None, ""))
        if fits is not None and not fits(argument):
            msg = f"Template error: {text}"
            raise TemplateError(msg)
        if name == "Fn::If" and argument[0] not in template.conditions:
            msg = f"Template error: unresolved condition dependency {argument[0]} in Fn::If"
            raise TemplateError(msg)
