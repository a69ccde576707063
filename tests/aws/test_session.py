"""Credentials, Regions and trust: what a session finds, and what it signs."""

import threading

from pathlib import Path
from typing import Any, TypeAlias

import pytest

from botocore.exceptions import ReadTimeoutError

from sendas.aws.buckets import bucket
from sendas.aws.gateways import Gateways
from sendas.aws.key_writes import create_key
from sendas.aws.reading import understand
from sendas.aws.regions import ses_regions
from sendas.aws.session import (
    BadAwsConfiguration,
    NoCredentials,
    UnknownProfile,
    configured_region,
    open_session,
)
from sendas.aws.sesv2 import account
from sendas.aws.sts import caller
from sendas.aws.writes import NotDone
from sendas.iam.keys import Caller
from sendas.outcome import NoAnswer, Why
from sendas.ses.regions import Region


ScriptedAws: TypeAlias = Any
"""A type of conftest, which pytest's importlib mode keeps to itself."""

HERE, THERE = Region("us-east-1"), Region("eu-west-1")
KEY_ID, SECRET = "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
KEY = {"AWS_ACCESS_KEY_ID": KEY_ID, "AWS_SECRET_ACCESS_KEY": SECRET}


def test_one_client_speaks_to_every_region(scripted: ScriptedAws) -> None:
    """Host and signature follow the Region of the question, whichever was asked first."""
    session = scripted.session()
    for region in (HERE, THERE, HERE):
        account(session, region)

    assert [
        ("email.us-east-1.amazonaws.com", True),
        ("email.eu-west-1.amazonaws.com", True),
        ("email.us-east-1.amazonaws.com", True),
    ] == [
        (request.url.split("/")[2], f"/{region}/ses/" in str(request.headers["Authorization"]))
        for request, region in zip(scripted.requests, (HERE, THERE, HERE), strict=True)
    ]


def test_a_stand_in_is_told_the_region_by_the_signature(scripted: ScriptedAws) -> None:
    """With AWS_ENDPOINT_URL every Region is at one address, and S3 in the path."""
    session = scripted.session(endpoint="http://127.0.0.1:9")
    account(session, THERE)
    account(session, HERE)
    bucket(session, THERE, "amzn-s3-demo-bucket")

    assert {"127.0.0.1:9"} == {request.url.split("/")[2] for request in scripted.requests}
    assert ["/eu-west-1/ses/", "/us-east-1/ses/", "/eu-west-1/s3/"] == [
        "/" + "/".join(str(r.headers["Authorization"]).split("/")[2:4]) + "/"
        for r in scripted.requests
    ]
    assert "/amzn-s3-demo-bucket" in scripted.requests[-1].url


def test_global_services_keep_their_own_region(scripted: ScriptedAws) -> None:
    """IAM and Route 53 are signed for us-east-1 from anywhere."""
    gateways = Gateways(scripted.session())
    gateways.keys_of(THERE, "alice")
    gateways.hosted_zones(THERE, "example.com")

    assert {"iam.amazonaws.com", "route53.amazonaws.com"} == {
        request.url.split("/")[2] for request in scripted.requests
    }
    assert all("/us-east-1/" in str(r.headers["Authorization"]) for r in scripted.requests)


def test_a_key_is_asked_for_once_whatever_comes_back(
    scripted: ScriptedAws, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Silence, or 500: each time that is asked again IAM may have made another key.

    botocore asks several times by itself (its guide, "Retries"): a question is asked so.
    """
    monkeypatch.setattr("time.sleep", lambda _: None)
    for answer in ((500, ""), ReadTimeoutError(endpoint_url="https://iam.amazonaws.com")):
        scripted.requests.clear()
        scripted.answer = lambda _, answer=answer: answer
        session = scripted.session()
        with pytest.raises(NotDone):
            create_key(session, HERE, "alice")
        assert 1 == len(scripted.requests)
        assert isinstance(Gateways(session).keys_of(HERE, "alice"), NoAnswer)
        assert 2 < len(scripted.requests)


def test_questions_from_many_threads_keep_apart(scripted: ScriptedAws) -> None:
    """Thirty Regions asked at once: each request goes where its signature says."""
    session = scripted.session()
    regions = ses_regions(session, HERE)
    threads = [threading.Thread(target=account, args=(session, region)) for region in regions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert 25 < len(regions) == len(scripted.requests)
    for request in scripted.requests:
        region = request.url.split(".")[1]
        assert f"/{region}/ses/" in str(request.headers["Authorization"])


def test_regions_begin_near_and_stay_in_the_partition(scripted: ScriptedAws) -> None:
    """Regions of SES by botocore's data; a Region it has never heard of is asked all the same."""
    session = scripted.session()
    regions = ses_regions(session, Region("eu-central-1"))

    assert "eu-central-1" == regions[0]
    assert {"us-east-1", "ap-northeast-1"} < set(regions)
    assert len(set(regions)) == len(regions)
    assert Region("xx-new-9") == ses_regions(session, Region("xx-new-9"))[0]
    assert all(r.startswith("us-gov") for r in ses_regions(session, Region("us-gov-west-1")))


def test_says_who_is_asking(scripted: ScriptedAws) -> None:
    """The caller's account and ARN, and the key in use."""
    arn = "arn:aws:iam::123456789012:user/alice"
    body = (
        "<GetCallerIdentityResponse><GetCallerIdentityResult><Account>123456789012</Account>"
        f"<Arn>{arn}</Arn></GetCallerIdentityResult></GetCallerIdentityResponse>"
    )

    assert Caller("123456789012", arn, KEY_ID) == caller(scripted.says(200, body), HERE)


class TestSecret:
    """The session's own secret serves to recompute a password."""

    def test_of_its_own_key(self, scripted: ScriptedAws) -> None:
        """It is handed out for the session's own long-term key, and hidden in repr."""
        own = scripted.session().secret_for(KEY_ID)

        assert SECRET == own.value
        assert SECRET not in repr(own)
        assert SECRET == Gateways(scripted.session()).secret_for(KEY_ID)

    def test_of_no_other(self, scripted: ScriptedAws) -> None:
        """Not for another key, nor for a temporary one."""
        assert scripted.session().secret_for("AKIAI44QH8DHBEXAMPLE") is None
        assert scripted.session(token="t").secret_for(KEY_ID) is None


@pytest.mark.usefixtures("scripted")
class TestOpening:
    """Credentials are found as the aws CLI finds them, and trouble is one clear line."""

    def test_from_the_environment(self) -> None:
        """A key in the environment is taken; AWS_PROFILE beside it does not count."""
        assert KEY_ID == open_session(None, KEY | {"AWS_PROFILE": "nobody"}).key_id

    def test_a_key_counts_more_than_the_process_s_profile(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Also where AWS_PROFILE stands in the process itself, and names what is not there."""
        monkeypatch.setenv("AWS_PROFILE", "nobody")

        session = open_session(None, KEY | {"AWS_PROFILE": "nobody"})

        assert KEY_ID == session.key_id
        assert isinstance(session.ask("sts", "GetCallerIdentity", region="us-east-1"), NoAnswer)

    def test_none(self) -> None:
        """No credentials anywhere: could not look, with what to do."""
        with pytest.raises(NoCredentials, match="run `aws configure`"):
            open_session(None, {})

    def test_unknown_profile(self) -> None:
        """A profile that is not configured is a mistake in usage, named."""
        with pytest.raises(UnknownProfile, match="'nobody'"):
            open_session("nobody", KEY)
        with pytest.raises(UnknownProfile, match="'nobody'"):
            configured_region("nobody", {})

    def test_half_a_key(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """A key id without its secret is a broken configuration."""
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", KEY_ID)

        with pytest.raises(BadAwsConfiguration, match="AWS_SECRET_ACCESS_KEY"):
            open_session(None, {"AWS_ACCESS_KEY_ID": KEY_ID})

    def test_profile(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        """A named profile counts more than a key in the environment; its Region is known."""
        config = tmp_path / "config"
        config.write_text(
            "[profile mail]\nregion = eu-west-1\naws_access_key_id = AKIAI44QH8DHBEXAMPLE\n"
            f"aws_secret_access_key = {SECRET}\n"
        )
        monkeypatch.setenv("AWS_CONFIG_FILE", str(config))

        assert "AKIAI44QH8DHBEXAMPLE" == open_session("mail", KEY).key_id
        assert "AKIAI44QH8DHBEXAMPLE" == open_session(None, {"AWS_PROFILE": "mail"}).key_id
        assert "eu-west-1" == configured_region("mail", {})
        assert configured_region(None, {}) is None

    @pytest.mark.parametrize("broken", ["[profile mail\nregion", "no section = 1"])
    def test_broken_file(
        self, broken: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        """A configuration file that cannot be read is named, without a traceback."""
        config = tmp_path / "config"
        config.write_text(broken)
        monkeypatch.setenv("AWS_CONFIG_FILE", str(config))

        with pytest.raises(BadAwsConfiguration, match="config"):
            open_session(None, KEY)


def test_an_answer_without_sense_is_no_answer() -> None:
    """A missing field that decides is no verdict."""
    seen = understand({}, lambda raw: raw["SuppressedDestination"])

    assert NoAnswer(Why.SERVER_FAILURE, "AWS's answer is not understood: "
                    "KeyError('SuppressedDestination')") == seen  # fmt: skip


def test_aws_itself_is_one_endpoint() -> None:
    """Whatever Region is asked first: the cache of the history goes by it."""
    keys = {"AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE", "AWS_SECRET_ACCESS_KEY": "x"}
    here = "http://127.0.0.1:1"

    assert "" == open_session(None, keys).endpoint
    assert here == open_session(None, {**keys, "AWS_ENDPOINT_URL": here}).endpoint
