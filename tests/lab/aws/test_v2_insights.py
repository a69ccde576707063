"""SES API v2, Virtual Deliverability Manager: one mail, counts, recommendations.

Source: API reference (GetMessageInsights, BatchGetMetricData, ListRecommendations);
the simulator's outcomes: SES guide, "Mailbox simulator".
"""

from datetime import timedelta
from typing import Any

import pytest

from botocore.exceptions import ClientError

from tests.lab.aws.conftest import REGION, World


BOUNCE, WELL = "bounce@simulator.amazonses.com", "success@simulator.amazonses.com"


def sent(world: World, *to: str, **more: Any) -> str:  # noqa: ANN401  boto3's own
    """The id of a mail that has had its end."""
    if "example.com" not in world.ses.region(REGION).identities:
        world.verify()
    made = world.client("sesv2").send_email(
        FromEmailAddress="me@example.com",
        Destination={"ToAddresses": list(to)},
        Content={"Simple": {"Subject": {"Data": "Hello"}, "Body": {"Text": {"Data": "x"}}}},
        **more,
    )
    world.ses.settle()
    return str(made["MessageId"])


def test_what_became_of_a_mail(world: World) -> None:
    """Each recipient alone, in order; own tags and SES's."""
    number = sent(world, WELL, BOUNCE, EmailTags=[{"Name": "kind", "Value": "news"}])
    got = world.client("sesv2").get_message_insights(MessageId=number)

    assert (number, "me@example.com", "Hello") == (
        got["MessageId"], got["FromEmailAddress"], got["Subject"],
    )  # fmt: skip
    tags = {tag["Name"]: tag["Value"] for tag in got["EmailTags"]}
    assert "news" == tags["kind"]
    assert "example.com" == tags["ses:from-domain"]
    well, bounced = got["Insights"]
    assert (WELL, ["SEND", "DELIVERY"]) == (
        well["Destination"], [one["Type"] for one in well["Events"]],
    )  # fmt: skip
    assert ["SEND", "BOUNCE"] == [one["Type"] for one in bounced["Events"]]
    assert "PERMANENT" == bounced["Events"][1]["Details"]["Bounce"]["BounceType"]
    assert "5.1.1" in bounced["Events"][1]["Details"]["Bounce"]["DiagnosticCode"]


def test_a_mail_that_never_was_is_not_found(world: World) -> None:
    """API reference: NotFoundException."""
    with pytest.raises(ClientError) as error:
        world.client("sesv2").get_message_insights(MessageId="0100")
    assert "NotFoundException" == error.value.response["Error"]["Code"]


def test_without_a_plan_there_are_no_insights(world: World) -> None:
    """FACTS 14: query access comes with each plan but NONE, or with VDM itself."""
    number = sent(world, WELL)
    world.ses.region(REGION).account.plan = "NONE"
    ses = world.client("sesv2")
    with pytest.raises(ClientError) as error:
        ses.get_message_insights(MessageId=number)
    assert "BadRequestException" == error.value.response["Error"]["Code"]
    ses.put_account_vdm_attributes(VdmAttributes={"VdmEnabled": "ENABLED"})
    assert number == ses.get_message_insights(MessageId=number)["MessageId"]


def test_counts_by_day(world: World) -> None:
    """Sends, deliveries and bounces of one identity on their days; of another none."""
    world.ses.set_quota(REGION, max_rate=100)
    begin = world.clock.now()
    sent(world, WELL, BOUNCE)
    world.pass_time(days=1)
    sent(world, WELL)

    def asked(name: str, metric: str, **dimensions: str) -> dict[str, Any]:
        query: dict[str, Any] = {
            "Id": name, "Namespace": "VDM", "Metric": metric, "StartDate": begin,
            "EndDate": begin + timedelta(days=1),
        }  # fmt: skip
        return query | ({"Dimensions": dimensions} if dimensions else {})

    got = world.client("sesv2").batch_get_metric_data(
        Queries=[
            asked("a", "SEND"),
            asked("b", "PERMANENT_BOUNCE", EMAIL_IDENTITY="example.com"),
            asked("c", "DELIVERY", EMAIL_IDENTITY="example.net"),
            asked("d", "OPEN"),
        ]
    )

    assert [("a", [2, 1]), ("b", [1, 0]), ("c", [0, 0]), ("d", [0, 0])] == [
        (one["Id"], one["Values"]) for one in got["Results"]
    ]
    days = [at.date() for at in got["Results"][0]["Timestamps"]]
    assert [begin.date(), (begin + timedelta(days=1)).date()] == days


def test_recommendations_follow_the_records(world: World) -> None:
    """What lacks is open, and gone when it is there."""
    ses = world.client("sesv2")
    made = ses.create_email_identity(EmailIdentity="example.com")
    assert {"DKIM", "DMARC"} == {
        one["Type"] for one in ses.list_recommendations()["Recommendations"]
    }
    for token in made["DkimAttributes"]["Tokens"]:
        name = f"{token}._domainkey.example.com"
        world.records[name, "CNAME"] = (f"{token}.dkim.amazonses.com",)
    (left,) = ses.list_recommendations(Filter={"STATUS": "OPEN"})["Recommendations"]
    assert ("DMARC", "HIGH") == (left["Type"], left["Impact"])
    assert [] == ses.list_recommendations(Filter={"TYPE": "DKIM"})["Recommendations"]
    world.records["_dmarc.example.com", "TXT"] = ("v=DMARC1; p=none",)
    assert [] == ses.list_recommendations()["Recommendations"]
