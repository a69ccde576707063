"""What CloudFormation refuses before anything is made, in AWS's words."""

import json

from typing import Any

import pytest

from botocore.exceptions import ClientError
from lab_stacks import Stacks


@pytest.mark.parametrize(
    ("properties", "text"),
    [
        (  # recorded: test_invalid_select_index_type
            {"TopicName": {"Fn::Select": ["one", ["a", "b"]]}},
            "Fn::Select requires a list argument with two elements: an integer index and a list",
        ),
        (  # recorded: test_invalid_structure
            {"TopicName": {"Fn::GetAtt": ["Other"]}},
            (
                "every Fn::GetAtt object requires two non-empty parameters, the resource name and"
                " the resource attribute"
            ),
        ),
        (  # recorded: test_validate_split_arguments_len
            {"TopicName": {"Fn::Split": ["a", "b", "c"]}},
            (
                "every Fn::Split object requires two parameters, (1) a string delimiter and (2) a"
                " string to be split or a function that returns a string to be split."
            ),
        ),
        (  # recorded: test_missing_condition
            {"TopicName": {"Fn::If": ["Missing", "a", "b"]}},
            "unresolved condition dependency Missing in Fn::If",
        ),
    ],
)
def test_functions_of_no_form(stacks: Stacks, properties: dict[str, Any], text: str) -> None:
    """In the words that AWS was recorded to have (LocalStack's test_change_set_fn_*)."""
    body = {"Resources": {"T": {"Type": "AWS::SNS::Topic", "Properties": properties}}}

    with pytest.raises(ClientError) as refused:
        stacks.api.create_stack(StackName="mail", TemplateBody=json.dumps(body))

    assert f"Template error: {text}" == refused.value.response["Error"]["Message"]


@pytest.mark.parametrize(
    ("more", "text"),
    [
        (  # recorded: test_dependent_ref
            {"Resources": {"B": {"Ref": "A"}}},
            (
                "Template format error: Unresolved resource dependencies [A] in the Resources"
                " block of the template"
            ),
        ),
        (  # recorded: test_output_reference_to_skipped_resource
            {"Outputs": {"O": {"Value": {"Ref": "A"}}}},
            "Unresolved resource dependencies [A] in the Outputs block of the template",
        ),
        (  # recorded: test_mapping_with_nonexisting_key
            {"Resources": {"B": {"Fn::FindInMap": ["M", {"Ref": "P"}, "Suffix"]}}},
            "Template error: Unable to get mapping for M::no::Suffix",
        ),
    ],
)
def test_what_only_parameters_show(stacks: Stacks, more: dict[str, Any], text: str) -> None:
    """Resources that a condition leaves out, places that a mapping has not."""
    topic = {"Type": "AWS::SNS::Topic"}
    body = {
        "Parameters": {"P": {"Type": "String"}},
        "Mappings": {"M": {"yes": {"Suffix": "s"}}},
        "Conditions": {"C": {"Fn::Equals": [{"Ref": "P"}, "yes"]}},
        "Resources": {"A": {**topic, "Condition": "C"}, "Z": topic}
        | {
            name: {**topic, "Properties": {"DisplayName": value}}
            for name, value in more.get("Resources", {}).items()
        },
        "Outputs": more.get("Outputs", {}),
    }

    with pytest.raises(ClientError) as refused:
        stacks.api.create_change_set(
            StackName="mail",
            ChangeSetName="c",
            ChangeSetType="CREATE",
            TemplateBody=json.dumps(body),
            Parameters=[{"ParameterKey": "P", "ParameterValue": "no"}],
        )

    assert text == refused.value.response["Error"]["Message"]


def test_parameters_of_systems_manager(stacks: Stacks) -> None:
    """UG, "Supplied parameter types": the value stands behind the name (what CDK asks of it)."""
    stacks.client("ssm").put_parameter(Name="/cdk/version", Value="21", Type="String")
    kind = "AWS::SSM::Parameter::Value<String>"
    body = {
        "Parameters": {"Version": {"Type": kind, "Default": "/cdk/version"}},
        "Resources": {
            "T": {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": {"Ref": "Version"}}}
        },
    }
    stacks.create(json.dumps(body))

    (stack,) = stacks.api.describe_stacks(StackName="mail")["Stacks"]
    assert [
        {"ParameterKey": "Version", "ParameterValue": "/cdk/version", "ResolvedValue": "21"}
    ] == stack["Parameters"]

    body["Parameters"]["Version"]["Default"] = "/none"
    with pytest.raises(ClientError, match=r"Unable to fetch parameters \[/none\]"):
        stacks.api.update_stack(StackName="mail", TemplateBody=json.dumps(body))
