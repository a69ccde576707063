"""Functions of a template really run, also those that answer for custom resources."""

import json

from lab_stacks import Stacks


ROLE = {
    "Type": "AWS::IAM::Role",
    "Properties": {
        "AssumeRolePolicyDocument": {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"Service": "lambda.amazonaws.com"},
                    "Action": "sts:AssumeRole",
                }
            ],
        }
    },
}


def function(source: str, **properties: object) -> dict[str, object]:
    """A function with that inline code."""
    return {
        "Type": "AWS::Lambda::Function",
        "Properties": {
            "Handler": "index.handler",
            "Runtime": "python3.12",
            "Role": {"Fn::GetAtt": ["Role", "Arn"]},
            "Timeout": 20,
            "Code": {"ZipFile": source},
            **properties,
        },
    }


def template(**resources: object) -> str:
    """A template of those resources and a role."""
    return json.dumps({"Resources": {"Role": ROLE, **resources}})


def invoked(stacks: Stacks) -> object:
    """What the function answers."""
    got = stacks.client("lambda").invoke(FunctionName="f", Payload=b"{}")
    return json.loads(got["Payload"].read())


def test_inline_code_runs_and_follows_updates(stacks: Stacks) -> None:
    """The second template's code is what runs after the update."""
    source = "def handler(event, context):\n    return {number}\n"
    stacks.create(template(F=function(source.format(number=1), FunctionName="f")))
    first = invoked(stacks)
    stacks.update(template(F=function(source.format(number=2), FunctionName="f")))

    assert 1 == first
    assert 2 == invoked(stacks)


CUSTOM = """
import json, urllib.request

def handler(event, context):
    kind = event["RequestType"]
    failed = event["ResourceProperties"].get("Fail") == kind
    said = {
        "Status": "FAILED" if failed else "SUCCESS",
        "Reason": "told to fail",
        "PhysicalResourceId": event.get("PhysicalResourceId", "made"),
        "StackId": event["StackId"],
        "RequestId": event["RequestId"],
        "LogicalResourceId": event["LogicalResourceId"],
        "Data": {"Word": kind + " " + event["ResourceProperties"].get("Name", "")},
    }
    asked = urllib.request.Request(event["ResponseURL"], json.dumps(said).encode(), method="PUT")
    urllib.request.urlopen(asked)
"""


def custom(**properties: object) -> dict[str, object]:
    """A custom resource over the function F."""
    return {
        "Type": "Custom::Thing",
        "Properties": {"ServiceToken": {"Fn::GetAtt": ["F", "Arn"]}, **properties},
    }


def test_custom_resources_answer(stacks: Stacks) -> None:
    """The function is asked to create, update and delete, and its data feed Fn::GetAtt."""
    uses = {"Type": "AWS::SSM::Parameter", "Properties": {
        "Name": "word", "Type": "String", "Value": {"Fn::GetAtt": ["Thing", "Word"]},
    }}  # fmt: skip
    f = function(CUSTOM, FunctionName="f")

    assert "CREATE_COMPLETE" == stacks.create(
        template(F=f, Thing=custom(Name="one"), Uses=uses)
    ), stacks.events()
    first = stacks.client("ssm").get_parameter(Name="word")["Parameter"]["Value"]
    assert "UPDATE_COMPLETE" == stacks.update(template(F=f, Thing=custom(Name="two"), Uses=uses))
    second = stacks.client("ssm").get_parameter(Name="word")["Parameter"]["Value"]

    assert ("Create one", "Update two") == (first, second)
    assert "DELETE_COMPLETE" == stacks.delete()


def test_a_custom_resource_that_fails(stacks: Stacks) -> None:
    """Its reason is the event's reason, and the stack is rolled back."""
    body = template(F=function(CUSTOM, FunctionName="f"), Thing=custom(Fail="Create"))

    assert "ROLLBACK_COMPLETE" == stacks.create(body)
    assert (
        "Received response status [FAILED] from custom resource."
        " Message returned: told to fail" == stacks.why("Thing")
    )
