"""The aws CLI, Debian's of 2022 and today's, typed as an owner types it after incident A or B."""

import base64
import json
import subprocess

from collections.abc import Callable

import pytest

from sendas_lab.world import Lab

from sendas.play.scene import Scene


pytestmark = pytest.mark.peer

Run = Callable[..., subprocess.CompletedProcess[str]]
Aws = Callable[..., dict[str, object]]


@pytest.fixture(params=["aws-of-today", "aws-of-debian"])
def aws(request: pytest.FixtureRequest, peer: Callable[[str], str], run: Run, scene: Scene) -> Aws:
    """The CLI in the scene's Region; its JSON answer."""
    program = peer(request.param)
    # Debian's version 2 does not read AWS_ENDPOINT_URL, so the address is given as a person would.
    endpoint = scene.lab.environment()["AWS_ENDPOINT_URL"]

    def type_it(*words: str, **more: str) -> dict[str, object]:
        options = ("--region", scene.region, "--endpoint-url", endpoint, "--output", "json")
        done = run(program, *words, *options, **more)
        assert 0 == done.returncode, done.stderr
        return json.loads(done.stdout) if done.stdout.strip() else {}

    return type_it


def test_route53_lists_the_records(aws: Aws, scene: Scene) -> None:
    """The three DKIM CNAMEs stand in the zone."""
    zones = aws("route53", "list-hosted-zones-by-name", "--dns-name", scene.domain)
    zone_id = zones["HostedZones"][0]["Id"]

    answer = aws("route53", "list-resource-record-sets", "--hosted-zone-id", zone_id)

    cnames = [r for r in answer["ResourceRecordSets"] if "CNAME" == r["Type"]]
    assert 3 == len([r for r in cnames if "._domainkey." in r["Name"]])


def test_identity_is_verified_in_both_apis(aws: Aws, scene: Scene) -> None:
    """SES v1 and v2 tell the same story of one identity."""
    v1 = aws("ses", "get-identity-verification-attributes", "--identities", scene.domain)
    v2 = aws("sesv2", "get-email-identity", "--email-identity", scene.domain)

    assert "Success" == v1["VerificationAttributes"][scene.domain]["VerificationStatus"]
    assert "SUCCESS" == v2["DkimAttributes"]["Status"]
    assert v2["VerifiedForSendingStatus"]


def test_account(aws: Aws) -> None:
    """Production access and the quota are there to read."""
    answer = aws("sesv2", "get-account")

    assert answer["ProductionAccessEnabled"]
    assert "HEALTHY" == answer["EnforcementStatus"]


def test_listing_identities_works_at_both_addresses(aws: Aws, scene: Scene) -> None:
    """SES moved this operation's address between the two CLIs (FACTS 25)."""
    answer = aws("sesv2", "list-email-identities")

    assert scene.domain in [i["IdentityName"] for i in answer["EmailIdentities"]]


def test_suppression(aws: Aws) -> None:
    """An entry can be put, read, listed by reason and deleted."""
    address = "jane@example.net"
    aws("sesv2", "put-suppressed-destination", "--email-address", address, "--reason", "COMPLAINT")

    one = aws("sesv2", "get-suppressed-destination", "--email-address", address)
    listed = aws("sesv2", "list-suppressed-destinations", "--reasons", "COMPLAINT")
    others = aws("sesv2", "list-suppressed-destinations", "--reasons", "BOUNCE")
    aws("sesv2", "delete-suppressed-destination", "--email-address", address)

    assert "COMPLAINT" == one["SuppressedDestination"]["Reason"]
    assert [address] == [e["EmailAddress"] for e in listed["SuppressedDestinationSummaries"]]
    assert [] == others["SuppressedDestinationSummaries"]


def test_access_keys(aws: Aws, scene: Scene) -> None:
    """The SMTP user's key is listed, Active."""
    answer = aws("iam", "list-access-keys", "--user-name", scene.set_up.user)

    assert [(scene.key_id, "Active")] == [
        (key["AccessKeyId"], key["Status"]) for key in answer["AccessKeyMetadata"]
    ]


def test_ses_send_email(aws: Aws, scene: Scene, lab: Lab) -> None:
    """`ses send-email`: the recipient has it."""
    answer = aws(
        "ses", "send-email", "--from", f"hello@{scene.domain}", "--to", "jane@example.net",
        "--subject", "by v1", "--text", "hello",
    )  # fmt: skip

    lab.settle()
    assert answer["MessageId"]
    assert "by v1" in subjects(lab)


def test_ses_send_raw_email(
    aws: Aws, scene: Scene, lab: Lab, request: pytest.FixtureRequest
) -> None:
    """`ses send-raw-email`: an 8-bit body arrives byte for byte."""
    raw = (
        f"From: hello@{scene.domain}\r\nTo: jane@example.net\r\nSubject: raw v1\r\n"
        "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
        "Content-Transfer-Encoding: 8bit\r\n\r\ncaf\xe9\r\n"
    )
    # Version 2 of the CLI wants blobs in base64, version 1 as they are.
    is_version_2 = "aws-of-debian" in request.node.callspec.id
    data = base64.b64encode(raw.encode()).decode() if is_version_2 else raw

    aws("ses", "send-raw-email", "--raw-message", json.dumps({"Data": data}))

    lab.settle()
    received = lab.recipients.mailboxes.of("jane@example.net")
    assert any(mail.content.endswith("\r\n\r\ncaf\xe9\r\n".encode()) for mail in received)


def test_sesv2_send_email(aws: Aws, scene: Scene, lab: Lab) -> None:
    """`sesv2 send-email` with simple content: the recipient has it."""
    content = {"Simple": {"Subject": {"Data": "by v2"}, "Body": {"Text": {"Data": "hello"}}}}

    aws(
        "sesv2", "send-email", "--from-email-address", f"hello@{scene.domain}",
        "--destination", json.dumps({"ToAddresses": ["jane@example.net"]}),
        "--content", json.dumps(content),
    )  # fmt: skip

    lab.settle()
    assert "by v2" in subjects(lab)


def test_what_is_not_modelled_says_so(
    peer: Callable[[str], str], run: Run, scene: Scene, lab: Lab
) -> None:
    """A clean AWS error that names the operation, not a stack trace."""
    done = run(
        peer("aws-of-today"), "sesv2", "list-contact-lists", "--region", scene.region,
        "--endpoint-url", lab.environment()["AWS_ENDPOINT_URL"],
    )  # fmt: skip

    assert 0 != done.returncode
    assert "ListContactLists" in done.stderr
    assert "lab" in done.stderr


def subjects(lab: Lab) -> list[str]:
    """The subjects in Jane's mailbox."""
    return [mail.subject for mail in lab.recipients.mailboxes.of("jane@example.net")]
