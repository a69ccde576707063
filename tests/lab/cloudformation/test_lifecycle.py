"""Create, update, replace, roll back, delete: events and reasons as CloudFormation tells them."""

import json

from typing import Any

import pytest

from botocore.exceptions import ClientError
from lab_stacks import Stacks


def template(**resources: object) -> str:
    """A template of those resources."""
    return json.dumps({"Resources": resources})


def queue(**properties: object) -> dict[str, Any]:
    """A queue."""
    return {"Type": "AWS::SQS::Queue", "Properties": properties}


def topic(name: str = "news") -> dict[str, Any]:
    """A topic of that name."""
    return {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": name}}


BROKEN = {
    "Type": "AWS::SES::ReceiptRule",
    "DependsOn": "Queue",
    "Properties": {"RuleSetName": "none", "Rule": {"Name": "r"}},
}


def test_tells_every_step(stacks: Stacks) -> None:
    """User initiated, in progress, initiated, complete; for the resource, then for the stack."""
    stacks.create(template(Queue=queue(QueueName="q")))

    assert [
        ("mail", "CREATE_IN_PROGRESS", "User Initiated"),
        ("Queue", "CREATE_IN_PROGRESS", None),
        ("Queue", "CREATE_IN_PROGRESS", "Resource creation Initiated"),
        ("Queue", "CREATE_COMPLETE", None),
        ("mail", "CREATE_COMPLETE", None),
    ] == stacks.events()


def test_a_failed_creation_is_rolled_back(stacks: Stacks) -> None:
    """The service's own words are the reason, and what was made before is gone."""
    status = stacks.create(template(Queue=queue(QueueName="q"), Rule=BROKEN))

    assert "ROLLBACK_COMPLETE" == status
    assert 'Resource handler returned message: "Rule set does not exist: none' in stacks.why(
        "Rule"
    )
    assert "HandlerErrorCode: NotFound" in stacks.why("Rule")
    assert (
        "mail",
        "ROLLBACK_IN_PROGRESS",
        "The following resource(s) failed to create: [Rule]. Rollback requested by user.",
    ) in stacks.events()
    assert ("Queue", "DELETE_COMPLETE", None) in stacks.events()
    assert "QueueUrls" not in stacks.client("sqs").list_queues()


@pytest.mark.parametrize(
    ("on_failure", "status", "queues"),
    [("DO_NOTHING", "CREATE_FAILED", 1), ("DELETE", "DELETE_COMPLETE", 0)],
)
def test_what_a_failure_leads_to(
    stacks: Stacks, on_failure: str, status: str, queues: int
) -> None:
    """OnFailure keeps what was made, or deletes the stack with it."""
    body = template(Queue=queue(QueueName="q"), Rule=BROKEN)
    made = stacks.api.create_stack(StackName="mail", TemplateBody=body, OnFailure=on_failure)
    stacks.settle()

    assert status == stacks.status(made["StackId"])
    assert queues == len(stacks.client("sqs").list_queues().get("QueueUrls", ()))


def test_a_type_that_is_not_modelled_fails_the_stack(stacks: Stacks) -> None:
    """Nothing is passed over in silence; the reason names the lab and the type."""
    instance = {"Type": "AWS::SES::VdmAttributes", "Properties": {}}

    assert "ROLLBACK_COMPLETE" == stacks.create(template(Vdm=instance))
    assert "sendas lab: AWS::SES::VdmAttributes is not modelled" in stacks.why("Vdm")


def test_a_property_that_is_not_modelled_fails_the_resource(stacks: Stacks) -> None:
    """The same for properties: a bucket that would replicate does not."""
    bucket = {
        "Type": "AWS::S3::Bucket",
        "Properties": {"AccelerateConfiguration": {"AccelerationStatus": "Enabled"}},
    }

    assert "ROLLBACK_COMPLETE" == stacks.create(template(Bucket=bucket))
    assert "sendas lab: AccelerateConfiguration of AWS::S3::Bucket is not modelled" in stacks.why(
        "Bucket"
    )


@pytest.mark.parametrize(
    ("properties", "said"),
    [
        (
            {"Rule": {}, "RuleSetName": "s", "Rules": []},
            "#: extraneous key [Rules] is not permitted",
        ),
        ({"RuleSetName": "s"}, "#: required key [Rule] not found"),
        (
            {"RuleSetName": "s", "Rule": {"TlsPolicy": "Maybe"}},
            "#/Rule/TlsPolicy: Maybe is not a valid enum value",
        ),
    ],
)
def test_properties_are_held_to_the_registry(
    stacks: Stacks, properties: dict[str, Any], said: str
) -> None:
    """The schemas are AWS's own, from cfn-lint."""
    rule = {"Type": "AWS::SES::ReceiptRule", "Properties": properties}
    stacks.create(template(Rule=rule))

    assert f"Properties validation failed for resource Rule with message:\n{said}" == stacks.why(
        "Rule"
    )


@pytest.mark.parametrize(
    ("body", "code", "said"),
    [
        ("{", "ValidationError", "Template format error: JSON not well-formed"),
        ("{}", "ValidationError", "At least one Resources member must be defined"),
        (
            template(X={"Type": "AWS::SES::Nothing"}),
            "ValidationError",
            "Unrecognized resource types: [AWS::SES::Nothing]",
        ),
        (
            template(Q=queue(QueueName={"Ref": "Nobody"})),
            "ValidationError",
            "Unresolved resource dependencies [Nobody] in the Resources block of the template",
        ),
        (
            template(Q=queue(QueueName={"Fn::GetAtt": ["T", "Colour"]}), T=topic()),
            "ValidationError",
            "resource T does not support attribute type Colour in Fn::GetAtt",
        ),
        (
            template(A={**topic("a"), "DependsOn": "B"}, B={**topic("b"), "DependsOn": "A"}),
            "ValidationError",
            "Circular dependency between resources: [A, B]",
        ),
        (
            template(U={"Type": "AWS::IAM::User", "Properties": {"UserName": "me"}}),
            "InsufficientCapabilitiesException",
            "Requires capabilities : [CAPABILITY_NAMED_IAM]",
        ),
        (
            json.dumps({"Parameters": {"A": {"Type": "String"}}, "Resources": {"T": topic()}}),
            "ValidationError",
            "Parameters: [A] must have values",
        ),
    ],
)
def test_refuses_before_it_begins(stacks: Stacks, body: str, code: str, said: str) -> None:
    """What is wrong with a template shows at once, and no stack is there."""
    with pytest.raises(ClientError) as refusal:
        stacks.api.create_stack(StackName="mail", TemplateBody=body)

    assert code == refusal.value.response["Error"]["Code"]
    assert said in refusal.value.response["Error"]["Message"]
    assert [] == stacks.api.describe_stacks()["Stacks"]


def test_types_are_there_by_region(stacks: Stacks) -> None:
    """Melbourne has no receipt types (FACTS 16.1)."""
    body = template(S={"Type": "AWS::SES::ReceiptRuleSet", "Properties": {}})

    with pytest.raises(ClientError, match="Unrecognized resource types"):
        stacks.client("cloudformation", "ap-southeast-4").create_stack(
            StackName="mail", TemplateBody=body
        )


def test_updates_in_place(stacks: Stacks) -> None:
    """A property that may change changes the same queue."""
    stacks.create(template(Queue=queue(QueueName="q", VisibilityTimeout=30)))
    url = stacks.client("sqs").get_queue_url(QueueName="q")["QueueUrl"]

    assert "UPDATE_COMPLETE" == stacks.update(
        template(Queue=queue(QueueName="q", VisibilityTimeout="60"))
    )
    found = stacks.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["All"])
    assert "60" == found["Attributes"]["VisibilityTimeout"]
    assert ("Queue", "UPDATE_COMPLETE", None) in stacks.events()


def test_replaces_what_cannot_change(stacks: Stacks) -> None:
    """The new one is made first, who refers to it follows, and the old one goes at the end."""
    name = {"Fn::GetAtt": ["Topic", "TopicName"]}
    stacks.create(template(Topic=topic("old"), Queue=queue(QueueName=name)))

    assert "UPDATE_COMPLETE" == stacks.update(
        template(Topic=topic("new"), Queue=queue(QueueName=name))
    )
    topics = stacks.client("sns").list_topics()["Topics"]
    assert ["new"] == [one["TopicArn"].rpartition(":")[2] for one in topics]
    assert [True] == [
        url.endswith("/new") for url in stacks.client("sqs").list_queues()["QueueUrls"]
    ]
    told = [(who, status) for who, status, _ in stacks.events()]
    assert told.index(("mail", "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS")) < told.index(
        ("Topic", "DELETE_COMPLETE")
    )


def test_a_failed_update_is_undone(stacks: Stacks) -> None:
    """What had changed is as before, what had been made is gone."""
    before = template(Queue=queue(QueueName="q", VisibilityTimeout=30))
    stacks.create(before)
    status = stacks.update(
        template(Queue=queue(QueueName="q", VisibilityTimeout=60), Topic=topic(), Rule=BROKEN)
    )

    assert "UPDATE_ROLLBACK_COMPLETE" == status
    assert [] == stacks.client("sns").list_topics()["Topics"]
    url = stacks.client("sqs").get_queue_url(QueueName="q")["QueueUrl"]
    found = stacks.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["All"])
    assert "30" == found["Attributes"]["VisibilityTimeout"]
    assert json.loads(before) == stacks.api.get_template(StackName="mail")["TemplateBody"]
    assert "UPDATE_COMPLETE" == stacks.update(
        template(Queue=queue(QueueName="q", VisibilityTimeout=60))
    )


def test_removed_resources_are_deleted_or_retained(stacks: Stacks) -> None:
    """What the template no longer has goes, unless its DeletionPolicy was Retain."""
    kept = {**topic("kept"), "DeletionPolicy": "Retain"}
    stacks.create(template(Kept=kept, Gone=topic("gone"), Stays=topic("stays")))
    stacks.update(template(Stays=topic("stays")))

    topics = stacks.client("sns").list_topics()["Topics"]
    assert ["kept", "stays"] == sorted(one["TopicArn"].rpartition(":")[2] for one in topics)
    assert ("Kept", "DELETE_SKIPPED", None) in stacks.events()


def test_a_fault_fails_once(stacks: Stacks) -> None:
    """Apply again after a resource failed on create: the second time it stands."""
    stacks.faults.fail("Topic", reason="Internal Failure")
    body = template(Topic=topic(), Queue=queue(QueueName="q"))

    assert "ROLLBACK_COMPLETE" == stacks.create(body)
    assert "Internal Failure" == stacks.why("Topic")
    stacks.delete()
    assert "CREATE_COMPLETE" == stacks.create(body)


def test_a_held_stack_is_seen_in_progress(stacks: Stacks) -> None:
    """A second update meanwhile is refused; deleting stops the creation and cleans up."""
    stacks.faults.hold("Queue")
    body = template(Topic=topic(), Queue={**queue(QueueName="q"), "DependsOn": "Topic"})
    made = stacks.api.create_stack(StackName="mail", TemplateBody=body)
    assert stacks.faults.wait_until_held("Queue")

    with pytest.raises(ClientError, match="is in CREATE_IN_PROGRESS state and can not be updated"):
        stacks.api.update_stack(StackName="mail", TemplateBody=body)
    with pytest.raises(ClientError, match=r"Stack \[mail\] already exists"):
        stacks.api.create_stack(StackName="mail", TemplateBody=body)
    stacks.api.delete_stack(StackName="mail")
    stacks.settle()

    assert "DELETE_COMPLETE" == stacks.status(made["StackId"])
    assert [] == stacks.client("sns").list_topics()["Topics"]


def test_an_update_can_be_cancelled(stacks: Stacks) -> None:
    """CancelUpdateStack undoes what the update has done so far."""
    stacks.create(template(Queue=queue(QueueName="q")))
    stacks.faults.hold("A")
    body = template(Queue=queue(QueueName="q"), A=topic("a"), B={**topic("b"), "DependsOn": "A"})
    stacks.api.update_stack(StackName="mail", TemplateBody=body)
    assert stacks.faults.wait_until_held("A")
    stacks.api.cancel_update_stack(StackName="mail")
    stacks.faults.release()
    stacks.settle()

    assert "UPDATE_ROLLBACK_COMPLETE" == stacks.status()
    assert [] == stacks.client("sns").list_topics()["Topics"]


def test_a_failed_rollback_can_be_continued(stacks: Stacks) -> None:
    """UPDATE_ROLLBACK_FAILED until what stood in the way is gone."""
    stacks.create(template(Queue=queue(QueueName="q", DelaySeconds=1)))
    stacks.faults.fail("Topic")
    stacks.lab.aws.faults.clear()
    stacks.faults.hold("Topic")
    body = template(
        Queue=queue(QueueName="q", DelaySeconds=2), Topic={**topic(), "DependsOn": "Queue"}
    )
    stacks.api.update_stack(StackName="mail", TemplateBody=body)
    assert stacks.faults.wait_until_held("Topic")
    stacks.lab.aws.faults.deny("sqs:SetQueueAttributes")
    stacks.faults.release()
    stacks.settle()
    assert "UPDATE_ROLLBACK_FAILED" == stacks.status()

    stacks.lab.aws.faults.clear()
    stacks.api.continue_update_rollback(StackName="mail")
    stacks.settle()

    assert "UPDATE_ROLLBACK_COMPLETE" == stacks.status()
    url = stacks.client("sqs").get_queue_url(QueueName="q")["QueueUrl"]
    found = stacks.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["All"])
    assert "1" == found["Attributes"]["DelaySeconds"]


def test_termination_protection(stacks: Stacks) -> None:
    """A protected stack is not deleted until it is no longer protected."""
    stacks.create(template(Topic=topic()), EnableTerminationProtection=True)

    with pytest.raises(ClientError, match="cannot be deleted while TerminationProtection"):
        stacks.api.delete_stack(StackName="mail")
    stacks.api.update_termination_protection(StackName="mail", EnableTerminationProtection=False)

    assert "DELETE_COMPLETE" == stacks.delete()


def test_a_full_bucket_is_not_deleted(stacks: Stacks) -> None:
    """DELETE_FAILED names it; with RetainResources the stack goes and the bucket stays."""
    bucket = {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "full-of-mail"}}
    stacks.create(template(Bucket=bucket, Topic=topic()))
    stacks.client("s3").put_object(Bucket="full-of-mail", Key="a", Body=b"a")

    assert "DELETE_FAILED" == stacks.delete()
    found = stacks.api.describe_stacks(StackName="mail")["Stacks"][0]
    assert "The following resource(s) failed to delete: [Bucket]. " == found["StackStatusReason"]
    stacks.api.delete_stack(StackName="mail", RetainResources=["Bucket"])
    stacks.settle()

    assert "DELETE_COMPLETE" == stacks.status(found["StackId"])
    assert ["full-of-mail"] == [b["Name"] for b in stacks.client("s3").list_buckets()["Buckets"]]


def test_the_callers_permissions_count(stacks: Stacks) -> None:
    """A caller that may not make identities sees it in the event, with the action's name."""
    stacks.lab.aws.faults.deny("ses:CreateEmailIdentity")
    body = template(
        I={"Type": "AWS::SES::EmailIdentity", "Properties": {"EmailIdentity": "example.com"}}
    )

    assert "ROLLBACK_COMPLETE" == stacks.create(body)
    assert "is not authorized to perform: ses:CreateEmailIdentity" in stacks.why("I")
    assert "HandlerErrorCode: AccessDenied" in stacks.why("I")


@pytest.mark.parametrize(
    ("record", "said"),
    [
        (("TXT", "example.com", "v=spf1 -all"), "Value should be enclosed in quotation marks"),
        (
            ("CNAME", "example.com", "a.example.net"),
            "is not permitted at apex in zone example.com.",
        ),
        (("MX", "other.example", "10 a.example.net"), "example"),
    ],
)
def test_route_53_refuses(stacks: Stacks, record: tuple[str, str, str], said: str) -> None:
    """Records that Route 53 does not take fail the stack with its words."""
    kind, name, value = record
    properties = {
        "HostedZoneId": stacks.zone(), "Name": name, "Type": kind, "TTL": 300,
        "ResourceRecords": [value],
    }  # fmt: skip

    stacks.create(template(R={"Type": "AWS::Route53::RecordSet", "Properties": properties}))

    assert said in stacks.why("R")


def test_a_record_that_stands_is_not_taken_over(stacks: Stacks) -> None:
    """CloudFormation creates: a record set that is already there fails it."""
    properties = {
        "HostedZoneId": stacks.zone(), "Name": "example.com", "Type": "MX", "TTL": 300,
        "ResourceRecords": ["10 mx.example.net"],
    }  # fmt: skip
    body = template(R={"Type": "AWS::Route53::RecordSet", "Properties": properties})
    stacks.create(body, "first")

    assert "ROLLBACK_COMPLETE" == stacks.create(body, "second")
    assert "but it already exists" in stacks.why("R", "second")


def test_exports_are_imported(stacks: Stacks) -> None:
    """A second stack builds on what the first exports."""
    first = {
        "Resources": {"T": topic()},
        "Outputs": {"T": {"Value": {"Ref": "T"}, "Export": {"Name": "topic"}}},
    }
    stacks.create(json.dumps(first), "first")
    body = template(Q=queue(QueueName="q"), S={
        "Type": "AWS::SNS::Subscription",
        "Properties": {
            "TopicArn": {"Fn::ImportValue": "topic"},
            "Protocol": "sqs",
            "Endpoint": {"Fn::GetAtt": ["Q", "Arn"]},
        },
    })  # fmt: skip

    assert "CREATE_COMPLETE" == stacks.create(body, "second")
    assert 1 == len(stacks.client("sns").list_subscriptions()["Subscriptions"])
