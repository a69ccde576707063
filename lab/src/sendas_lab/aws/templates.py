"""SES's templates: kept, rendered, sent one by one; both APIs over one state.

Source: SES guide, "Using templates to send personalized email"; API reference of both APIs.
A rendering that lacks an attribute is accepted and ends in the event Rendering Failure.
Only ``{{name}}`` with dots is rendered: sections, partials and helpers are refused plainly.
"""

import json
import re

from collections.abc import Mapping
from typing import Any

from sendas_lab.aws.calls import Context, Handler, Parameters, page
from sendas_lab.aws.errors import AwsError, Code
from sendas_lab.ses.region_state import Shape


_TAG = re.compile(r"\{\{\{?\s*([^{}]*?)\s*\}?\}\}")
_NAME = re.compile(r"[A-Za-z0-9_]\w*(?:\.\w+)*")
_PARTS = (("SubjectPart", "Subject"), ("TextPart", "Text"), ("HtmlPart", "Html"))
_TEMPLATE_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
_PAGE_V1, _PAGE_V2 = 10, 100


class MissingAttribute(Exception):
    """The data lacks what the template names."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


def render(text: str, data: Mapping[str, Any]) -> str:
    """The text with every ``{{name}}`` replaced.

    Raises:
        MissingAttribute: A name is not in *data*.
        AwsError: The template uses what the lab does not render.
    """

    def value(match: re.Match[str]) -> str:
        name = match[1]
        if not _NAME.fullmatch(name):
            said = f"sendas lab: {match[0]} in a template is not modelled; see docs/lab.md"
            raise AwsError(Code.NOT_IMPLEMENTED_BY_LAB, said, 400)
        found: Any = data
        for part in name.split("."):
            if not isinstance(found, Mapping) or part not in found:
                raise MissingAttribute(name)
            found = found[part]
        return str(found)

    return _TAG.sub(value, text)


def rendered(template: Shape, data: str, wrong: str) -> dict[str, str]:
    """Subject, Text and Html, of those that the template has.

    Raises:
        MissingAttribute: As `render`.
        AwsError: The data is no JSON object; code *wrong*.
    """
    try:
        values = json.loads(data or "{}")
    except ValueError:
        values = None
    if not isinstance(values, dict):
        raise AwsError(wrong, "Template data is not a JSON object.", 400)
    return {
        name: render(str(template[part]), values) for part, name in _PARTS if template.get(part)
    }


def attempted(template: Shape, data: str, wrong: str) -> tuple[dict[str, str], str | None]:
    """As `rendered`; where the data lack what it names, an empty mail, and what they lack.

    Raises:
        AwsError: As `rendered`.
    """
    try:
        return rendered(template, data, wrong), None
    except MissingAttribute as error:
        return {"Subject": "", "Text": ""}, error.name


def find(context: Context, name: str, *, v1: bool) -> Shape:
    """The template of that name.

    Raises:
        AwsError: There is none.
    """
    found: Shape | None = context.state.templates.get(name)
    if found is None:
        text = f"Template {name} does not exist"
        if v1:
            raise AwsError("TemplateDoesNotExist", text, 400)  # noqa: EM101  a code
        raise AwsError(Code.NOT_FOUND_EXCEPTION, text, 404)
    return found


def _add(context: Context, name: str, parts: Shape, *, v1: bool) -> None:
    if not _TEMPLATE_NAME.fullmatch(name):
        code = "InvalidTemplate" if v1 else Code.BAD_REQUEST_EXCEPTION
        text = f"Invalid template name: {name}" if name else "The template name must be specified."
        raise AwsError(code, text, 400)
    if name in context.state.templates:
        code = "AlreadyExists" if v1 else Code.ALREADY_EXISTS_EXCEPTION
        text = f"Template {name} already exists for account id {context.ses.account_id}"
        raise AwsError(code, text, 400)
    context.state.templates[name] = {"created": context.now, **parts}


def _of_v1(template: Mapping[str, Any]) -> Shape:
    return {part: template[part] for part, _ in _PARTS if part in template}


def of_v2(content: Mapping[str, Any]) -> Shape:
    """A template as v2 spells it, with v1's names of its parts."""
    return {part: content[name] for part, name in _PARTS if name in content}


def _create_v1(context: Context, given: Parameters) -> Shape:
    template = given["Template"]
    _add(context, template.get("TemplateName") or "", _of_v1(template), v1=True)
    return {}


def _update_v1(context: Context, given: Parameters) -> Shape:
    template = given["Template"]
    found = find(context, template.get("TemplateName") or "", v1=True)
    found.update(_of_v1(template))
    return {}


def _get_v1(context: Context, given: Parameters) -> Shape:
    found = find(context, given["TemplateName"], v1=True)
    return {"Template": {"TemplateName": given["TemplateName"], **_of_v1(found)}}


def _delete_v1(context: Context, given: Parameters) -> Shape:
    context.state.templates.pop(given["TemplateName"], None)
    return {}


def _listed(context: Context, given: Parameters, key: str, size: int | None, most: int) -> Any:  # noqa: ANN401  a page
    items: list[Shape] = [
        {key: name, "CreatedTimestamp": held["created"]}
        for name, held in context.state.templates.items()
    ]
    wrong = AwsError(Code.INVALID_NEXT_TOKEN_EXCEPTION, "Invalid NextToken.", 400)
    return page(items, given.get("NextToken"), size, most=most, error=wrong)


def _list_v1(context: Context, given: Parameters) -> Shape:
    shown, more = _listed(context, given, "Name", given.get("MaxItems"), _PAGE_V1)
    return {"TemplatesMetadata": shown} | ({"NextToken": more} if more else {})


def _render_v1(context: Context, given: Parameters) -> Shape:
    found = find(context, given["TemplateName"], v1=True)
    return {"RenderedTemplate": _shown(found, given["TemplateData"], v1=True)}


def _shown(template: Shape, data: str, *, v1: bool) -> str:
    wrong = "InvalidRenderingParameter" if v1 else Code.BAD_REQUEST_EXCEPTION
    try:
        parts = rendered(template, data, wrong)
    except MissingAttribute as error:
        code = "MissingRenderingAttribute" if v1 else Code.BAD_REQUEST_EXCEPTION
        text = f"Attribute '{error.name}' is not present in the rendering data."
        raise AwsError(code, text, 400) from error
    body = parts.get("Text") or parts.get("Html") or ""
    return f"Subject: {parts.get('Subject', '')}\r\n\r\n{body}"


def _create_v2(context: Context, given: Parameters) -> Shape:
    _add(context, given["TemplateName"], of_v2(given["TemplateContent"]), v1=False)
    return {}


def _update_v2(context: Context, given: Parameters) -> Shape:
    find(context, given["TemplateName"], v1=False).update(of_v2(given["TemplateContent"]))
    return {}


def _get_v2(context: Context, given: Parameters) -> Shape:
    found = find(context, given["TemplateName"], v1=False)
    content = {name: found[part] for part, name in _PARTS if part in found}
    return {"TemplateName": given["TemplateName"], "TemplateContent": content}


def _delete_v2(context: Context, given: Parameters) -> Shape:
    find(context, given["TemplateName"], v1=False)
    del context.state.templates[given["TemplateName"]]
    return {}


def _list_v2(context: Context, given: Parameters) -> Shape:
    shown, more = _listed(context, given, "TemplateName", given.get("PageSize"), _PAGE_V2)
    return {"TemplatesMetadata": shown} | ({"NextToken": more} if more else {})


def _render_v2(context: Context, given: Parameters) -> Shape:
    found = find(context, given["TemplateName"], v1=False)
    return {"RenderedTemplate": _shown(found, given["TemplateData"], v1=False)}


V1_HANDLERS: Mapping[str, Handler] = {
    "CreateTemplate": _create_v1,
    "UpdateTemplate": _update_v1,
    "GetTemplate": _get_v1,
    "DeleteTemplate": _delete_v1,
    "ListTemplates": _list_v1,
    "TestRenderTemplate": _render_v1,
}
V2_HANDLERS: Mapping[str, Handler] = {
    "CreateEmailTemplate": _create_v2,
    "UpdateEmailTemplate": _update_v2,
    "GetEmailTemplate": _get_v2,
    "DeleteEmailTemplate": _delete_v2,
    "ListEmailTemplates": _list_v2,
    "TestRenderEmailTemplate": _render_v2,
}
