"""Objects of S3 and the hops behind a rule: what breaks off is no answer, and aborts nothing."""

from typing import Any, TypeAlias

import botocore.session
import pytest

from botocore import exceptions as errors

from sendas.aws import buckets, objects, road
from sendas.aws.mail_store import MailStore
from sendas.aws.session import Session
from sendas.aws.writes import NotAllowed, NotDone
from sendas.outcome import NoAnswer, Why
from sendas.ses.regions import Region


ScriptedAws: TypeAlias = Any
"""A type of conftest, which pytest's importlib mode keeps to itself."""

HERE = Region("us-east-1")
ROLE = "arn:aws:iam::123456789012:role/forwarder"
URL = "https://mail.s3.us-east-1.amazonaws.com/"


class BreaksOff(Session):
    """S3 answers, and the body does not come."""

    def __init__(self, error: Exception) -> None:
        super().__init__(botocore.session.Session(), None)
        self._error = error

    def call(self, *_: str, **__: object) -> dict[str, Any]:
        """An answer whose body breaks off."""
        return {"Body": self}

    def read(self) -> bytes:
        """Nothing comes."""
        raise self._error


@pytest.mark.parametrize(
    ("error", "why"),
    [
        (errors.ReadTimeoutError(endpoint_url=URL), Why.TIMEOUT),
        (errors.IncompleteReadError(actual_bytes=1, expected_bytes=9), Why.SERVER_FAILURE),
    ],
)
def test_a_body_that_breaks_off_is_no_answer(error: Exception, why: Why) -> None:
    """S3 may fall silent after its headers; that is said of this object, and the rest goes on."""
    session = BreaksOff(error)

    for seen in (
        road.text_object(session, HERE, "mail", "sendas/routes.json"),
        MailStore(session, HERE, "mail").read("key"),
        objects.read(session, HERE, "mail", "sendas/routes.json", absent=objects.NOWHERE),
    ):
        assert isinstance(seen, NoAnswer)
        assert why is seen.why
        assert seen.detail.startswith("s3:GetObject: ")


def test_an_empty_object_has_no_first_bytes(scripted: ScriptedAws) -> None:
    """S3 calls every range of an empty object invalid (S3 API, GetObject)."""
    session = scripted.says(416, "<Error><Code>InvalidRange</Code></Error>")

    assert b"" == MailStore(session, HERE, "mail").read("key", first=10)


def test_a_role_of_no_known_shape_is_no_answer(scripted: ScriptedAws) -> None:
    """An answer that names no role is not understood, which is no reason to break."""
    session = scripted.says(200, "<GetRoleResponse><GetRoleResult/></GetRoleResponse>")

    assert isinstance(road.role_policies(session, HERE, ROLE), NoAnswer)


LISTED = (
    "<ListVersionsResult><IsTruncated>false</IsTruncated>"
    "<Version><Key>a</Key><VersionId>null</VersionId></Version></ListVersionsResult>"
)


@pytest.mark.parametrize(
    ("code", "kind"), [("AccessDenied", NotAllowed), ("InternalError", NotDone)]
)
def test_an_object_that_s3_keeps_ends_the_deleting(
    scripted: ScriptedAws, code: str, kind: type[NotDone]
) -> None:
    """S3 answers 200 and names what it did not delete (S3 API, DeleteObjects): not for ever."""
    kept = f"<DeleteResult><Error><Key>a</Key><Code>{code}</Code></Error></DeleteResult>"
    answers = iter([LISTED, kept])
    scripted.answer = lambda _: (200, next(answers))

    with pytest.raises(NotDone, match="s3:DeleteObject") as caught:
        buckets.delete_bucket(scripted.session(), HERE, "mail")

    assert kind is type(caught.value)
    assert code == caught.value.code
