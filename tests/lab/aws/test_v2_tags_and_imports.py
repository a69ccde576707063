"""SES API v2: tags of what an owner has, and suppression lists by the file.

Source: API reference (TagResource, CreateImportJob); the form of the file: SES guide, "Adding
email addresses in bulk to your account-level suppression list".
"""

import json

import pytest

from botocore.exceptions import ClientError

from tests.lab.aws.conftest import REGION, World


KINDS = {"identity": "example.com", "configuration-set": "news"}


def arn(world: World, kind: str, name: str) -> str:
    """Of something of SES's."""
    return f"arn:aws:ses:{REGION}:{world.account_id}:{kind}/{name}"


@pytest.mark.parametrize("kind", KINDS)
def test_tags_are_put_replaced_listed_and_taken(world: World, kind: str) -> None:
    """A key that is there gets the new value; Get shows what List shows."""
    ses = world.client("sesv2")
    tags = [{"Key": "team", "Value": "a"}]
    ses.create_email_identity(EmailIdentity="example.com", Tags=tags)
    ses.create_configuration_set(ConfigurationSetName="news", Tags=tags)
    about = arn(world, kind, KINDS[kind])

    more = [{"Key": "team", "Value": "b"}, {"Key": "cost", "Value": "7"}]
    ses.tag_resource(ResourceArn=about, Tags=more)
    assert more == ses.list_tags_for_resource(ResourceArn=about)["Tags"]
    ses.untag_resource(ResourceArn=about, TagKeys=["team", "never there"])

    left = [{"Key": "cost", "Value": "7"}]
    assert left == ses.list_tags_for_resource(ResourceArn=about)["Tags"]
    got = (
        ses.get_email_identity(EmailIdentity="example.com")
        if kind == "identity"
        else ses.get_configuration_set(ConfigurationSetName="news")
    )
    assert left == got["Tags"]


def test_tags_that_cannot_be(world: World) -> None:
    """Of nothing, of another account, reserved, too many: refused, nothing changed."""
    ses = world.client("sesv2")
    ses.create_email_identity(EmailIdentity="example.com")
    about = arn(world, "identity", "example.com")
    one = [{"Key": "a", "Value": "b"}]
    elsewhere = about.replace(world.account_id, "123456789012")
    for resource, tags, code in (
        (arn(world, "identity", "example.net"), one, "NotFoundException"),
        (arn(world, "identity-of-sorts", "example.com"), one, "NotFoundException"),
        (elsewhere, one, "BadRequestException"),
        ("example.com", one, "BadRequestException"),
        (about, [{"Key": "aws:x", "Value": ""}], "BadRequestException"),
        (about, [{"Key": str(n), "Value": ""} for n in range(51)], "BadRequestException"),
    ):
        with pytest.raises(ClientError) as error:
            ses.tag_resource(ResourceArn=resource, Tags=tags)
        assert code == error.value.response["Error"]["Code"]
    assert [] == ses.list_tags_for_resource(ResourceArn=about)["Tags"]


def test_who_may_tag_one_may_not_tag_another(world: World) -> None:
    """Service Authorization Reference: ses:TagResource is about the resource's ARN."""
    world.client("sesv2").create_email_identity(EmailIdentity="example.com")
    world.client("sesv2").create_email_identity(EmailIdentity="example.net")
    mine = arn(world, "identity", "example.com")
    allow = {"Effect": "Allow", "Action": "ses:TagResource", "Resource": mine}
    ses = world.client("sesv2", key=world.user("u", allow))
    tags = [{"Key": "a", "Value": "b"}]
    ses.tag_resource(ResourceArn=mine, Tags=tags)
    with pytest.raises(ClientError) as error:
        ses.tag_resource(ResourceArn=arn(world, "identity", "example.net"), Tags=tags)
    assert "AccessDeniedException" == error.value.response["Error"]["Code"]


CSV = "A@example.net,BOUNCE\nb@example.net,COMPLAINT\nnobody,BOUNCE\nc@example.net,SPITE\n"
LINES = (
    '{"emailAddress":"A@example.net","reason":"BOUNCE"}\n'
    '{"emailAddress":"b@example.net","reason":"COMPLAINT"}\n'
    "no json\n"
    '["c@example.net"]\n'
)


def imported(world: World, text: str, form: str, action: str = "PUT", *, may: bool = True) -> dict:  # type: ignore[type-arg]  # boto3's own
    """A finished job."""
    s3, ses = world.client("s3", "us-east-1"), world.client("sesv2")
    s3.create_bucket(Bucket="lists")
    allow = {
        "Effect": "Allow",
        "Principal": {"Service": "ses.amazonaws.com"},
        "Action": "s3:GetObject",
        "Resource": "arn:aws:s3:::lists/*",
        "Condition": {"StringEquals": {"aws:SourceAccount": world.account_id}},
    }
    if may:
        s3.put_bucket_policy(Bucket="lists", Policy=json.dumps({"Statement": [allow]}))
    s3.put_object(Bucket="lists", Key="a/list", Body=text.encode())
    made = ses.create_import_job(
        ImportDestination={"SuppressionListDestination": {"SuppressionListImportAction": action}},
        ImportDataSource={"S3Url": "s3://lists/a/list", "DataFormat": form},
    )
    world.ses.settle()
    found: dict = ses.get_import_job(JobId=made["JobId"])  # type: ignore[type-arg]  # the same
    return found


@pytest.mark.parametrize(("text", "form"), [(CSV, "CSV"), (LINES, "JSON")])
def test_a_file_is_put_on_the_list(world: World, text: str, form: str) -> None:
    """Each line alone: what cannot be read is counted and hinders nothing."""
    world.ses.grant_production_access(REGION)
    job = imported(world, text, form)

    assert ("COMPLETED", 4, 2) == tuple(
        job[name] for name in ("JobStatus", "ProcessedRecordsCount", "FailedRecordsCount")
    )
    listed = world.client("sesv2").list_suppressed_destinations()
    assert {"a@example.net": "BOUNCE", "b@example.net": "COMPLAINT"} == {
        one["EmailAddress"]: one["Reason"] for one in listed["SuppressedDestinationSummaries"]
    }
    (seen,) = world.client("sesv2").list_import_jobs()["ImportJobs"]
    assert job["JobId"] == seen["JobId"]


def test_a_file_takes_addresses_off(world: World) -> None:
    """DELETE needs no reason."""
    world.ses.grant_production_access(REGION)
    world.ses.suppress(REGION, "a@example.net")
    world.ses.suppress(REGION, "b@example.net")
    job = imported(world, "A@example.net\n", "CSV", "DELETE")

    assert 0 == job["FailedRecordsCount"]
    listed = world.client("sesv2").list_suppressed_destinations()
    (left,) = listed["SuppressedDestinationSummaries"]
    assert "b@example.net" == left["EmailAddress"]


def test_a_file_that_ses_may_not_read(world: World) -> None:
    """The job fails and says what could not be read; nothing is listed."""
    world.ses.grant_production_access(REGION)
    job = imported(world, CSV, "CSV", may=False)

    assert "FAILED" == job["JobStatus"]
    assert "s3://lists/a/list" in job["FailureInfo"]["ErrorMessage"]
    assert not world.client("sesv2").list_suppressed_destinations()[
        "SuppressedDestinationSummaries"
    ]


def test_no_import_in_the_sandbox(world: World) -> None:
    """FACTS 13."""
    with pytest.raises(ClientError) as error:
        imported(world, CSV, "CSV")
    assert "BadRequestException" == error.value.response["Error"]["Code"]
