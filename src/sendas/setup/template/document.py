"""A CloudFormation document as typed values; pure.

Nothing of it is sendas's own idea: names are those of the CloudFormation
guide, "Template anatomy".
"""

import json

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from sendas.iam.rights import Place, Right, Role, When, policy_of


Value: TypeAlias = (
    "str | int | float | bool | list[Value] | dict[str, Value] | Mapping[str, Value]"
)
"""Whatever may stand in a template: JSON without null."""

MAX_BODY_BYTES = 51_200
"""A longer template must be handed over as an object in S3 (CloudFormation quotas)."""


@dataclass(frozen=True, slots=True)
class Resource:
    """One resource.  *why* becomes its Metadata, so that a reader learns what it is for."""

    type: str
    properties: Mapping[str, Value] = field(default_factory=dict)
    depends_on: tuple[str, ...] = ()
    retain: bool = False
    """Whether it outlives the stack."""
    why: str = ""

    def document(self) -> dict[str, Value]:
        """As it stands in the template."""
        written: dict[str, Value] = {"Type": self.type}
        if self.why:
            written["Metadata"] = {"Why": self.why}
        if self.depends_on:
            written["DependsOn"] = list(self.depends_on)
        if self.retain:
            written["DeletionPolicy"] = written["UpdateReplacePolicy"] = "Retain"
        if self.properties:
            written["Properties"] = dict(self.properties)
        return written


Resources: TypeAlias = dict[str, Resource]
"""By logical id."""


@dataclass(frozen=True, slots=True)
class Template:
    """A whole document: the same values always give the same text."""

    description: str
    resources: Mapping[str, Resource]
    metadata: Mapping[str, Value] = field(default_factory=dict)
    outputs: Mapping[str, Value] = field(default_factory=dict)

    def document(self) -> dict[str, Value]:
        """The document as CloudFormation reads it."""
        written: dict[str, Value] = {
            "AWSTemplateFormatVersion": "2010-09-09",
            "Description": self.description,
        }
        if self.metadata:
            written["Metadata"] = dict(self.metadata)
        written["Resources"] = {
            name: resource.document() for name, resource in self.resources.items()
        }
        if self.outputs:
            written["Outputs"] = {name: {"Value": value} for name, value in self.outputs.items()}
        return written

    def compact(self) -> str:
        """JSON without a needless character, to be handed to CloudFormation."""
        return json.dumps(self.document(), separators=(",", ":"))

    def readable(self) -> str:
        """JSON for people, and for `aws cloudformation deploy`."""
        return json.dumps(self.document(), indent=2) + "\n"

    def yaml(self) -> str:
        """YAML for people; every text that could be taken for something else is quoted."""
        return "\n".join(_yaml(self.document(), 0)) + "\n"


def ref(name: str) -> Value:
    """Fn::Ref: what the resource is called."""
    return {"Ref": name}


def att(name: str, attribute: str) -> Value:
    """Fn::GetAtt: something else about the resource."""
    return {"Fn::GetAtt": [name, attribute]}


def sub(text: str) -> Value:
    """Fn::Sub where *text* needs it, else the text itself."""
    return {"Fn::Sub": text} if "${" in text else text


def allow(
    actions: Iterable[str],
    resources: Iterable[Value],
    *,
    sid: str,
    condition: Mapping[str, Value] | None = None,
    service: str | None = None,
) -> dict[str, Value]:
    """One statement of a policy: *service* where it is a resource's policy."""
    wanted, at = list(actions), list(resources)
    statement: dict[str, Value] = {"Sid": sid, "Effect": "Allow"}
    if service:
        statement["Principal"] = {"Service": service}
    statement["Action"] = wanted[0] if len(wanted) == 1 else list[Value](wanted)
    if at:
        statement["Resource"] = at[0] if len(at) == 1 else at
    if condition:
        statement["Condition"] = dict(condition)
    return statement


def policy(*statements: dict[str, Value]) -> dict[str, Value]:
    """A policy document."""
    return {"Version": "2012-10-17", "Statement": list(statements)}


def policy_from(
    rights: Iterable[Right], role: Role, place: Place, when: Collection[When] = tuple(When)
) -> Value:
    """The policy of a role or user that the stack makes, from the table of rights."""
    return with_subs(policy_of(rights, role, place, when))


def with_subs(value: object) -> Value:
    """*value* with Fn::Sub at each text that needs it."""
    if isinstance(value, str):
        return sub(value)
    if isinstance(value, Mapping):
        return {str(key): with_subs(one) for key, one in value.items()}
    return [with_subs(one) for one in value] if isinstance(value, list) else str(value)


def from_account(*source_arns: str, like: bool = False) -> dict[str, Value]:
    """Only on behalf of this account, and of those very things: no confused deputy.

    IAM guide, "The confused deputy problem"; SES asks for both keys (FACTS 8.3).
    """
    sources = [sub(arn) for arn in source_arns]
    return {
        "StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}},
        "ArnLike" if like else "ArnEquals": {
            "aws:SourceArn": sources[0] if len(sources) == 1 else sources
        },
    }


_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:@ ,;()'")
_RESERVED = frozenset({"true", "false", "yes", "no", "on", "off", "null", "y", "n", "~", ""})


def _yaml(value: Value, depth: int) -> list[str]:
    pad = "  " * depth
    lines: list[str] = []
    if isinstance(value, Mapping):
        for key, held in value.items():
            lines += _entry(f"{pad}{_scalar(key)}:", held, depth)
    elif isinstance(value, list):
        for held in value:
            inner = _yaml(held, depth + 1) if isinstance(held, Mapping | list) and held else []
            if inner:
                lines.append(f"{pad}- {inner[0].lstrip()}")
                lines += inner[1:]
            else:
                lines.append(f"{pad}- {_scalar(held)}")
    return lines


def _entry(head: str, held: Value, depth: int) -> list[str]:
    if isinstance(held, Mapping | list) and held:
        return [head, *_yaml(held, depth + 1)]
    return [f"{head} {_scalar(held)}"]


def _scalar(value: Value) -> str:
    if not isinstance(value, str):
        return json.dumps(value)
    plain = (
        value.lower() not in _RESERVED
        and set(value) <= _PLAIN
        and value[0].isalpha()
        and ": " not in value
        and not value.endswith((":", " "))
    )
    return value if plain else json.dumps(value, ensure_ascii=False)
