"""The gateways of the journey: our words for AWS's answers, against botocore's own models."""

from dataclasses import replace
from datetime import timedelta

import botocore.session
import pytest

from sendas_lab.world import Lab
from sending_account import NOW

from sendas.aws.insights import parse_insights
from sendas.aws.mail_objects import mails_since, read_mail
from sendas.aws.secrets import create_secret, find_secret, put_secret
from sendas.aws.writes import NotDone
from sendas.ses.regions import Region


def test_insights_are_read_by_the_names_of_the_model() -> None:
    """A sample with every member that is read; the names are botocore's."""
    model = botocore.session.get_session().get_service_model("sesv2")
    output = model.operation_model("GetMessageInsights").output_shape
    assert output is not None
    assert {"MessageId", "FromEmailAddress", "EmailTags", "Insights"} <= set(output.members)
    assert {"Name", "Value"} == set(output.members["EmailTags"].member.members)

    event = parse_insights(
        {
            "MessageId": "0100",
            "FromEmailAddress": "me@example.com",
            "EmailTags": [
                {"Name": "ses:caller-identity", "Value": "sendas-me@example.com"},
                {"Name": "ses:source-ip", "Value": "198.51.100.129"},
            ],
            "Insights": [{"Destination": "jane@example.net"}],
        }
    )

    assert ("sendas-me@example.com",) == event.tags["ses:caller-identity"]
    assert ("jane@example.net",) == event.forward_paths


def test_mails_in_a_bucket(sendas_lab: Lab) -> None:
    """Newest first, without SES's own note; an empty one and a gone one can be read."""
    session, region = sendas_lab.session(), sendas_lab.region
    session.call("s3", "CreateBucket", region=region, Bucket="mails")
    began = sendas_lab.clock.now().replace(microsecond=0)
    names = ("in/a", "in/b", "in/empty", "in/AMAZON_SES_SETUP_NOTIFICATION", "elsewhere")
    for key in names:
        body = b"" if key == "in/empty" else b"the mail"
        session.call("s3", "PutObject", region=region, Bucket="mails", Key=key, Body=body)
        sendas_lab.clock.move(timedelta(seconds=5))

    found = mails_since(session, region, "mails", "in/", began)

    assert isinstance(found, tuple)
    assert ["in/empty", "in/b", "in/a"] == [mail.key for mail in found]
    assert () == mails_since(session, region, "mails", "in/", began + timedelta(hours=1))
    assert b"the m" == read_mail(session, region, found[1], max_bytes=5)
    assert b"" == read_mail(session, region, found[0], max_bytes=9)
    assert None is read_mail(session, region, replace(found[0], key="in/gone"), max_bytes=9)


class Paged:
    """A session whose bucket is told page by page."""

    def __init__(self, pages: int) -> None:
        self.pages = pages
        self.asked: list[object] = []

    def find(self, service: str, operation: str, **params: object) -> dict[str, object]:
        """The page behind the token."""
        assert ("s3", "ListObjectsV2") == (service, operation)
        token = params.get("ContinuationToken", "1")
        self.asked.append(token)
        number = int(str(token))
        entry = {"Key": f"mail-{number}", "LastModified": NOW, "Size": 1}
        more = number < self.pages
        return {
            "Contents": [entry],
            "IsTruncated": more,
            **({"NextContinuationToken": str(number + 1)} if more else {}),
        }


def test_every_page_is_read() -> None:
    """SES's keys are random, so the newest mail may stand on any."""
    session = Paged(3)

    found = mails_since(session, Region("us-east-2"), "b", "", NOW)  # type: ignore[arg-type]  the part that is used

    assert isinstance(found, tuple)
    assert 3 == len(found)
    assert ["1", "2", "3"] == session.asked


def test_a_secret_in_all_its_states(sendas_lab: Lab) -> None:
    """Absent, empty, with a value, waiting for its end."""
    session, region = sendas_lab.session(), sendas_lab.region
    name = "sendas/smtp/me@example.com"
    assert None is find_secret(session, region, name)

    for _ in range(2):  # there already is as good
        create_secret(session, region, name, "x", {"a": "b"})
    empty = find_secret(session, region, name)
    for _ in range(2):  # the same token changes nothing
        put_secret(session, region, name, "the value", "t" * 32)
    full = find_secret(session, region, name)
    session.call("secretsmanager", "DeleteSecret", region=region, SecretId=name)
    doomed = find_secret(session, region, name)

    assert [None, "the value", None] == [one.text for one in (empty, full, doomed)]  # type: ignore[union-attr]  Secrets
    assert [False, False, True] == [one.deleted for one in (empty, full, doomed)]  # type: ignore[union-attr]  the same
    assert "the value" not in repr(full)


def test_a_value_that_cannot_be_stored_is_not_repeated(sendas_lab: Lab) -> None:
    """Botocore's own complaints may quote what they complain about."""
    with pytest.raises(NotDone) as caught:
        put_secret(sendas_lab.session(), sendas_lab.region, "nowhere", "the value", "t" * 32)

    assert "the value" not in str(caught.value)
