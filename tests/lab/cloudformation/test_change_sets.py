"""Change sets: what would happen, told as CloudFormation tells it, and then done."""

import json

from typing import Any

import pytest

from botocore.exceptions import ClientError
from lab_stacks import Stacks


def template(**resources: object) -> str:
    """A template of those resources."""
    return json.dumps({"Resources": resources})


def topic(name: str, **more: object) -> dict[str, Any]:
    """A topic of that name."""
    return {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": name, **more}}


def described(stacks: Stacks, body: str, kind: str = "UPDATE", **more: object) -> dict[str, Any]:
    """A new change set's description."""
    made = stacks.api.create_change_set(
        StackName="mail", ChangeSetName="next", ChangeSetType=kind, TemplateBody=body, **more
    )
    return dict(stacks.api.describe_change_set(ChangeSetName=made["Id"]))


def changes(found: dict[str, Any]) -> list[tuple[str, str, str | None]]:
    """Action, logical id and replacement of each change."""
    shapes = [one["ResourceChange"] for one in found["Changes"]]
    return [(s["Action"], s["LogicalResourceId"], s.get("Replacement")) for s in shapes]


def test_creates_a_stack_under_review(stacks: Stacks) -> None:
    """Until it is executed there is a stack with nothing in it."""
    found = described(stacks, template(T=topic("t")), "CREATE")

    assert ("CREATE_COMPLETE", "AVAILABLE") == (found["Status"], found["ExecutionStatus"])
    assert [("Add", "T", None)] == changes(found)
    assert "REVIEW_IN_PROGRESS" == stacks.status()
    assert [] == stacks.client("sns").list_topics()["Topics"]

    stacks.api.execute_change_set(ChangeSetName="next", StackName="mail")
    stacks.settle()
    assert "CREATE_COMPLETE" == stacks.status()


def test_tells_adding_changing_replacing_and_removing(stacks: Stacks) -> None:
    """What hangs on a replaced resource is conditional; removed and retained are apart."""
    stacks.create(
        template(
            A=topic("a"),
            B=topic("b"),
            Gone=topic("gone"),
            Kept={**topic("kept"), "DeletionPolicy": "Retain"},
            Q={
                "Type": "AWS::SQS::Queue",
                "Properties": {"QueueName": {"Fn::GetAtt": ["A", "TopicName"]}},
            },
        )
    )
    found = described(
        stacks,
        template(
            A=topic("a2"),
            B=topic("b", DisplayName="B"),
            New=topic("new"),
            Q={
                "Type": "AWS::SQS::Queue",
                "Properties": {"QueueName": {"Fn::GetAtt": ["A", "TopicName"]}},
            },
        ),
    )

    assert [
        ("Modify", "A", "True"),
        ("Modify", "B", "False"),
        ("Add", "New", None),
        ("Modify", "Q", "Conditional"),
        ("Remove", "Gone", None),
        ("Remove", "Kept", None),
    ] == changes(found)
    shapes = {
        s["ResourceChange"]["LogicalResourceId"]: s["ResourceChange"] for s in found["Changes"]
    }
    assert "Retain" == shapes["Kept"]["PolicyAction"]
    assert "Delete" == shapes["Gone"]["PolicyAction"]
    assert "ReplaceAndDelete" == shapes["A"]["PolicyAction"]
    assert {"Attribute": "Properties", "Name": "DisplayName", "RequiresRecreation": "Never"} == (
        shapes["B"]["Details"][0]["Target"]
    )
    # Recorded (test_change_set_fn_get_attr): what hangs on a resource that is replaced is Static.
    assert ("Static", "A.TopicName") == (
        shapes["Q"]["Details"][0]["Evaluation"],
        shapes["Q"]["Details"][0]["CausingEntity"],
    )


def test_nothing_to_change_is_a_failed_change_set(stacks: Stacks) -> None:
    """The reason is AWS's own sentence; UpdateStack has another."""
    body = template(T=topic("t"))
    stacks.create(body)
    found = described(stacks, body)

    assert ("FAILED", "UNAVAILABLE") == (found["Status"], found["ExecutionStatus"])
    assert found["StatusReason"].startswith("The submitted information didn't contain changes.")
    with pytest.raises(ClientError, match="No updates are to be performed"):
        stacks.api.update_stack(StackName="mail", TemplateBody=body)
    with pytest.raises(ClientError, match="cannot be executed in its current status"):
        stacks.api.execute_change_set(ChangeSetName="next", StackName="mail")


def test_waiters_of_boto3_work(stacks: Stacks) -> None:
    """The stack's and the change set's waiters come to an end."""
    described(stacks, template(T=topic("t")), "CREATE")
    stacks.api.get_waiter("change_set_create_complete").wait(
        StackName="mail", ChangeSetName="next", WaiterConfig={"Delay": 0, "MaxAttempts": 50}
    )
    stacks.api.execute_change_set(ChangeSetName="next", StackName="mail")
    stacks.api.get_waiter("stack_create_complete").wait(
        StackName="mail", WaiterConfig={"Delay": 1, "MaxAttempts": 50}
    )

    assert "CREATE_COMPLETE" == stacks.status()


def test_takes_in_what_stands(stacks: Stacks) -> None:
    """An import change set makes a stack of a hand-made bucket, which is not touched."""
    s3 = stacks.client("s3")
    s3.create_bucket(
        Bucket="made-by-hand", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
    )
    s3.put_object(Bucket="made-by-hand", Key="mail", Body=b"mail")
    bucket = {
        "Type": "AWS::S3::Bucket",
        "DeletionPolicy": "Retain",
        "Properties": {"BucketName": "made-by-hand"},
    }
    imported = {
        "ResourceType": "AWS::S3::Bucket",
        "LogicalResourceId": "Bucket",
        "ResourceIdentifier": {"BucketName": "made-by-hand"},
    }
    found = described(stacks, template(Bucket=bucket), "IMPORT", ResourcesToImport=[imported])
    stacks.api.execute_change_set(ChangeSetName="next", StackName="mail")
    stacks.settle()

    assert [("Import", "Bucket", None)] == changes(found)
    assert "IMPORT_COMPLETE" == stacks.status()
    assert ["mail"] == [o["Key"] for o in s3.list_objects_v2(Bucket="made-by-hand")["Contents"]]
    assert "UPDATE_COMPLETE" == stacks.update(template(Bucket=bucket, T=topic("t")))


def test_values_are_told_with_the_details(stacks: Stacks) -> None:
    """Recorded: LocalStack's test_change_set_ref and test_change_set_fn_get_attr (2025).

    What refers to a resource that is replaced is told twice, with what it was; what refers to
    an attribute of one that changes in place is told only where values are not asked for.
    """

    def wanted(name: str, shown: str) -> str:
        at = {"Fn::GetAtt": ["A", "TopicName"]}
        return template(A=topic(name, DisplayName=shown), B=topic("b", DisplayName=at))

    stacks.create(wanted("a", "one"))

    def told(body: str) -> list[tuple[str, list[dict[str, Any]]]]:
        made = stacks.api.create_change_set(
            StackName="mail", ChangeSetName="c", TemplateBody=body, ChangeSetType="UPDATE"
        )
        found = stacks.api.describe_change_set(
            ChangeSetName=made["Id"], IncludePropertyValues=True
        )
        plain = stacks.api.describe_change_set(ChangeSetName=made["Id"])
        stacks.api.delete_change_set(ChangeSetName=made["Id"])
        assert ["A", "B"] == [c["ResourceChange"]["LogicalResourceId"] for c in plain["Changes"]]
        return [
            (c["ResourceChange"]["LogicalResourceId"], c["ResourceChange"]["Details"])
            for c in found["Changes"]
        ]

    target = {
        "Attribute": "Properties",
        "Name": "DisplayName",
        "RequiresRecreation": "Never",
        "Path": "/Properties/DisplayName",
        "AttributeChangeType": "Modify",
    }
    direct = {"ChangeSource": "DirectModification", "Evaluation": "Static"}
    assert [
        ("A", [{**direct, "Target": {**target, "BeforeValue": "one", "AfterValue": "two"}}])
    ] == told(wanted("a", "two"))

    later = {**target, "BeforeValue": "a", "AfterValue": "{{changeSet:KNOWN_AFTER_APPLY}}"}
    (_, (_first, *_)), (name, details) = told(wanted("a2", "one"))
    assert "B" == name
    assert [
        {
            "ChangeSource": "ResourceAttribute",
            "Evaluation": "Static",
            "CausingEntity": "A.TopicName",
            "Target": later,
        },
        {"ChangeSource": "DirectModification", "Evaluation": "Dynamic", "Target": later},
    ] == details
