"""Reading templates and working out their functions, without a lab."""

import contextlib
import json

from typing import Any

import pytest
import yaml

from hypothesis import given
from hypothesis import strategies as st
from sendas_lab.cloudformation import graph
from sendas_lab.cloudformation.changes import Difference, differences, replacement
from sendas_lab.cloudformation.checking import checked
from sendas_lab.cloudformation.drift import drifted
from sendas_lab.cloudformation.intrinsics import NotYetKnown, Scope, evaluate
from sendas_lab.cloudformation.schemas import coerced, mistakes, schema_of
from sendas_lab.cloudformation.template import TemplateError, places, read_template


RESOURCES = "Resources: {T: {Type: 'AWS::SNS::Topic'}}\n"


def scope(**conditions: object) -> Scope:
    """A scope with a parameter, a list, a mapping, and one resource that is not there yet."""
    body = {
        "Resources": {"T": {"Type": "AWS::SNS::Topic"}},
        "Mappings": {"M": {"eu-west-1": {"Host": "inbound"}}},
        "Conditions": conditions,
    }

    def find(logical_id: str, attribute: str | None) -> str:
        if logical_id == "T":
            return f"T.{attribute}" if attribute else "T"
        raise NotYetKnown(logical_id, attribute)

    return Scope(
        read_template(json.dumps(body)),
        {"Domain": "example.com", "Names": ["a", "b"]},
        {"AWS::Region": "eu-west-1"},
        find,
        {"exported": "value"},
    )


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"Ref": "Domain"}, "example.com"),
        ({"Fn::Sub": "mail.${Domain}"}, "mail.example.com"),
        (
            {"Fn::Sub": "${T.TopicName} ${AWS::Region} ${!Domain}"},
            "T.TopicName eu-west-1 ${Domain}",
        ),
        ({"Fn::Sub": ["${A}-${Domain}", {"A": {"Ref": "T"}}]}, "T-example.com"),
        ({"Fn::Join": [".", ["mail", {"Ref": "Domain"}]]}, "mail.example.com"),
        ({"Fn::Join": [",", {"Ref": "Names"}]}, "a,b"),
        ({"Fn::Select": ["1", {"Ref": "Names"}]}, "b"),
        ({"Fn::Split": [".", "a.b"]}, ["a", "b"]),
        ({"Fn::GetAtt": "T.A.B"}, "T.A.B"),
        ({"Fn::FindInMap": ["M", {"Ref": "AWS::Region"}, "Host"]}, "inbound"),
        ({"Fn::ImportValue": "exported"}, "value"),
        ({"Fn::Base64": "a"}, "YQ=="),
        ({"Fn::If": ["Yes", 1, 2]}, 1),
        ({"a": {"Fn::If": ["No", 1, {"Ref": "AWS::NoValue"}]}, "b": 2}, {"b": 2}),
        ([1, {"Ref": "AWS::NoValue"}], [1]),
    ],
)
def test_functions(value: object, expected: object) -> None:
    """Each function gives what the User Guide says."""
    yes = {"Fn::Equals": [{"Ref": "Domain"}, "example.com"]}
    names = scope(Yes=yes, No={"Fn::Not": [{"Condition": "Yes"}]})

    assert expected == evaluate(value, names)


def test_what_is_still_to_be_made_is_not_guessed() -> None:
    """A value that hangs on it says so."""
    with pytest.raises(NotYetKnown) as unknown:
        evaluate({"Fn::Sub": "${Queue.Arn}/x"}, scope())

    assert ("Queue", "Arn") == (unknown.value.logical_id, unknown.value.attribute)


def test_yaml_and_json_are_the_same() -> None:
    """Short functions, and a version date that stays a text."""
    text = (
        "AWSTemplateFormatVersion: 2010-09-09\nResources:\n  T:\n    Type: AWS::SNS::Topic\n"
        "    Properties: {TopicName: !Sub '${A}', DisplayName: !GetAtt [B, C], Tags: !Ref D}\n"
    )
    body = read_template(text).body

    assert "2010-09-09" == body["AWSTemplateFormatVersion"]
    assert {
        "TopicName": {"Fn::Sub": "${A}"},
        "DisplayName": {"Fn::GetAtt": ["B", "C"]},
        "Tags": {"Ref": "D"},
    } == body["Resources"]["T"]["Properties"]


@given(st.text())
def test_any_text_is_a_template_or_an_error(text: str) -> None:
    """Nothing but TemplateError comes of reading garbage."""
    for whole in (text, "{" + text, RESOURCES + text):
        with contextlib.suppress(TemplateError):
            assert read_template(whole).resources


@given(
    st.recursive(
        st.none() | st.booleans() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=8,
    )
)
def test_any_structure_is_a_template_or_an_error(body: Any) -> None:  # noqa: ANN401  any at all
    """The same of structures, in the places where structures are looked at."""
    topic = {"Type": "AWS::SNS::Topic"}
    for whole in (
        body,
        {"Resources": body},
        {"Resources": {"A": body}},
        {"Resources": {"A": {**topic, "Properties": body, "DependsOn": body}}},
        {"Resources": {"A": topic}, "Outputs": body, "Conditions": body, "Parameters": body},
    ):
        with contextlib.suppress(TemplateError):
            template = read_template(yaml.safe_dump(whole))
            checked(template, "eu-west-1")
            assert template.resources


@given(st.lists(st.sampled_from("abc${}!. ")).map("".join))
def test_places_are_in_the_text(text: str) -> None:
    """What Fn::Sub is to fill in stands in its text between braces."""
    assert all(place in text for place in places(text))


def test_order_follows_needs() -> None:
    """Each after what it needs, otherwise as written."""
    needs = {"C": frozenset({"A"}), "B": frozenset[str](), "A": frozenset({"B"})}

    assert ("B", "A", "C") == graph.in_order(needs)


def test_registry_schemas_type_and_judge() -> None:
    """Texts become what the schema wants, and what cannot is told by its path."""
    schema = schema_of("AWS::SES::ReceiptRule", "eu-west-1")
    assert schema is not None
    typed = coerced({"RuleSetName": "s", "Rule": {"Enabled": "true"}}, schema)

    assert {"RuleSetName": "s", "Rule": {"Enabled": True}} == typed
    assert [] == mistakes(typed, schema)
    assert ["#/Rule/Enabled: expected type: Boolean, found: String"] == mistakes(
        {"RuleSetName": "s", "Rule": {"Enabled": "perhaps"}}, schema
    )


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        ({"RuleSetName": "s", "Rule": {"Name": "r", "Enabled": False}}, "False"),
        ({"RuleSetName": "s", "Rule": {"Name": "other"}}, "True"),
        ({"RuleSetName": "other", "Rule": {"Name": "r"}}, "True"),
    ],
)
def test_replacement_is_the_registrys(after: dict[str, Any], expected: str) -> None:
    """Rule/Name and RuleSetName are create-only, the rest of a rule is not (FACTS 16.1)."""
    schema = schema_of("AWS::SES::ReceiptRule", "eu-west-1")
    assert schema is not None
    before = {"RuleSetName": "s", "Rule": {"Name": "r"}}
    found: tuple[Difference, ...] = differences(before, after, schema)

    assert expected == replacement(found)


def test_drift_compares_policies_as_json() -> None:
    """Text or structure, order of texts in a list: the same; a missing value is REMOVE."""
    assert [] == list(drifted({"P": {"a": ["x", "y"]}}, {"P": '{"a": ["y", "x"]}'}))
    assert [("/P/a", "REMOVE")] == [
        (one.path, one.kind) for one in drifted({"P": {"a": 1}}, {"P": {}})
    ]
