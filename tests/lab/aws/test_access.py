"""Keys, signatures and policies, for every service behind the door."""

import json
import threading

from dataclasses import replace
from typing import Any

import pytest

from botocore.exceptions import ClientError, ReadTimeoutError
from sendas_lab.aws.backends import new_administrator

from sendas.iam.policy import PolicyDocument, Source


World = Any
"""The fixture's type, in conftest.py; tests are no package, so it cannot be imported."""

REGION = "us-east-2"
ARN = "arn:aws:ses:us-east-2:111122223333"
RAW = b"From: Me <me@example.com>\r\nTo: you@example.net\r\nSubject: Hi\r\n\r\nhello\r\n"
CALLS = [
    ("sts", "get_caller_identity", "InvalidClientTokenId", "SignatureDoesNotMatch"),
    ("iam", "list_users", "InvalidClientTokenId", "SignatureDoesNotMatch"),
    ("ses", "get_send_quota", "InvalidClientTokenId", "SignatureDoesNotMatch"),
    ("sesv2", "get_account", "UnrecognizedClientException", "InvalidSignatureException"),
    ("s3", "list_buckets", "InvalidAccessKeyId", "SignatureDoesNotMatch"),
    ("route53", "list_hosted_zones", "InvalidClientTokenId", "SignatureDoesNotMatch"),
    ("sqs", "list_queues", "UnrecognizedClientException", "InvalidSignatureException"),
]


@pytest.mark.parametrize(("service", "call", "bad_key", "bad_signature"), CALLS)
def test_only_active_keys_with_the_right_secret_get_in(
    world: World, service: str, call: str, bad_key: str, bad_signature: str
) -> None:
    """Unknown, wrong secret, Inactive, deleted: each service's code (django-ses#283 for v2)."""
    everything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    key = world.user("u", everything)
    iam = world.client("iam")
    given = {"UserName": "u", "AccessKeyId": key.principal.key_id}

    def outcome(with_key: object = key) -> str:
        try:
            getattr(world.client(service, key=with_key), call)()
        except ClientError as error:
            return str(error.response["Error"]["Code"])
        return "ok"

    assert outcome() == "ok"
    assert bad_signature == outcome(replace(key, secret="x" * 40))
    assert bad_key == outcome(new_administrator("111122223333"))
    iam.update_access_key(**given, Status="Inactive")
    assert bad_key == outcome()
    iam.update_access_key(**given, Status="Active")
    assert outcome() == "ok"
    iam.delete_access_key(**given)
    assert bad_key == outcome()


IDENTITY = f"{ARN}:identity/example.com"
ALLOW = {"Effect": "Allow", "Action": "ses:SendRawEmail"}
POLICIES = [
    ("identity", [{**ALLOW, "Resource": IDENTITY}], None),
    ("all", [{**ALLOW, "Resource": "*"}], None),
    ("nothing", [], IDENTITY),
    ("another action", [{**ALLOW, "Action": "ses:SendEmail", "Resource": "*"}], IDENTITY),
    ("another identity", [{**ALLOW, "Resource": f"{ARN}:identity/example.org"}], IDENTITY),
    ("explicit deny", [{**ALLOW, "Resource": "*"}, {**ALLOW, "Effect": "Deny", "Resource": "*"}],
     IDENTITY),
    ("FromAddress that fits", [{**ALLOW, "Resource": "*", "Condition": {
        "StringLike": {"ses:FromAddress": "*@example.com"}}}], None),
    ("FromAddress of another", [{**ALLOW, "Resource": "*", "Condition": {
        "StringEquals": {"ses:FromAddress": "boss@example.com"}}}], IDENTITY),
    ("FromAddress is case-sensitive", [{**ALLOW, "Resource": "*", "Condition": {
        "StringLike": {"ses:FromAddress": "ME@example.com"}}}], IDENTITY),
    ("display name", [{**ALLOW, "Resource": "*", "Condition": {
        "StringEquals": {"ses:FromDisplayName": "Me"}}}], None),
    ("all recipients", [{**ALLOW, "Resource": "*", "Condition": {
        "ForAllValues:StringLike": {"ses:Recipients": "*@example.net"}}}], None),
    ("other recipients", [{**ALLOW, "Resource": "*", "Condition": {
        "ForAllValues:StringLike": {"ses:Recipients": "*@example.org"}}}], IDENTITY),
    ("address range", [{**ALLOW, "Resource": "*", "Condition": {
        "IpAddress": {"aws:SourceIp": "192.0.2.0/24"}}}], IDENTITY),
    ("API version", [{**ALLOW, "Resource": "*", "Condition": {
        "StringEquals": {"ses:ApiVersion": "2"}}}], None),
]  # fmt: skip


@pytest.mark.parametrize(
    ("statements", "refused"), [p[1:] for p in POLICIES], ids=[p[0] for p in POLICIES]
)
def test_policies_decide_a_raw_send(
    world: World, statements: list[dict[str, Any]], refused: str | None
) -> None:
    """Action, resource and SES's condition keys; the refusal is in SES's words (FACTS 3.2, 4)."""
    world.verify()
    world.ses.grant_production_access(REGION)
    key = world.user("smtp-a", *statements)
    ses = world.client("sesv2", key=key)
    if refused is None:
        ses.send_email(Content={"Raw": {"Data": RAW}})
        return
    with pytest.raises(ClientError) as error:
        ses.send_email(Content={"Raw": {"Data": RAW}})
    seen = error.value.response
    assert seen["Error"]["Code"] == "AccessDeniedException"
    assert seen["ResponseMetadata"]["HTTPStatusCode"] == 403
    assert (
        "User `arn:aws:iam::111122223333:user/smtp-a' is not authorized to perform"
        f" `ses:SendRawEmail' on resource `{refused}'"
    ) == seen["Error"]["Message"]


def test_the_configuration_set_must_be_allowed_as_well(world: World) -> None:
    """FACTS 4: identity and configuration set."""
    world.verify()
    world.ses.grant_production_access(REGION)
    world.client("sesv2").create_configuration_set(ConfigurationSetName="main")
    key = world.user("u", {**ALLOW, "Resource": IDENTITY})
    with pytest.raises(ClientError) as error:
        world.client("ses", key=key).send_raw_email(
            RawMessage={"Data": RAW}, ConfigurationSetName="main"
        )
    assert error.value.response["Error"]["Code"] == "AccessDenied"
    assert f"{ARN}:configuration-set/main" in error.value.response["Error"]["Message"]


def test_an_address_identity_is_the_one_checked(world: World) -> None:
    """When address and domain are both identities, the address's ARN counts (FACTS 4)."""
    world.verify()
    world.ses.grant_production_access(REGION)
    world.client("sesv2").create_email_identity(EmailIdentity="me@example.com")
    world.ses.confirm_address(REGION, "me@example.com")
    key = world.user("u", {**ALLOW, "Resource": IDENTITY})
    with pytest.raises(ClientError) as error:
        world.client("ses", key=key).send_raw_email(RawMessage={"Data": RAW})
    assert f"{ARN}:identity/me@example.com" in error.value.response["Error"]["Message"]


def test_sandbox_checks_the_recipients_identity(world: World) -> None:
    """In the sandbox the ARN in the refusal can be the recipient's (FACTS 4)."""
    world.verify()
    world.verify("example.net")
    world.client("sesv2").get_email_identity(EmailIdentity="example.net")
    key = world.user("u", {**ALLOW, "Resource": IDENTITY})
    with pytest.raises(ClientError) as error:
        world.client("ses", key=key).send_raw_email(RawMessage={"Data": RAW})
    assert f"{ARN}:identity/example.net" in error.value.response["Error"]["Message"]


def test_other_calls_need_their_own_action(world: World) -> None:
    """Both APIs name the missing action (IAM guide, "Access denied error messages")."""
    key = world.user("u", {"Effect": "Allow", "Action": "ses:GetAccount", "Resource": "*"})
    world.client("sesv2", key=key).get_account()
    for service, call, code in (
        ("sesv2", "list_email_identities", "AccessDeniedException"),
        ("ses", "list_identities", "AccessDenied"),
    ):
        with pytest.raises(ClientError) as error:
            getattr(world.client(service, key=key), call)()
        assert code == error.value.response["Error"]["Code"]
        assert (
            "User: arn:aws:iam::111122223333:user/u is not authorized to perform: ses:List"
            in error.value.response["Error"]["Message"]
        )


def test_groups_and_managed_policies_count(world: World) -> None:
    """The console puts SMTP users into a group (FACTS 4)."""
    key = world.user("u")
    iam = world.client("iam")
    document = json.dumps({"Version": "2012-10-17", "Statement": [{**ALLOW, "Resource": "*"}]})
    iam.create_group(GroupName="g")
    iam.put_group_policy(GroupName="g", PolicyName="gp", PolicyDocument=document)
    iam.add_user_to_group(GroupName="g", UserName="u")
    made = iam.create_policy(PolicyName="mp", PolicyDocument=document)["Policy"]["Arn"]
    iam.attach_user_policy(UserName="u", PolicyArn=made)
    held = world.ses.iam.policies(key.principal)
    assert {(d.name, d.source) for d in held} == {("gp", Source.GROUP), ("mp", Source.MANAGED)}
    assert all(isinstance(d, PolicyDocument) for d in held)


def test_permissions_boundary_binds(world: World) -> None:
    """What the boundary does not allow is refused, though the user's own policy allows it."""
    world.verify()
    world.ses.grant_production_access(REGION)
    key = world.user("u", {**ALLOW, "Resource": "*"})
    iam = world.client("iam")
    document = {"Effect": "Allow", "Action": "ses:Get*", "Resource": "*"}
    text = json.dumps({"Version": "2012-10-17", "Statement": [document]})
    arn = iam.create_policy(PolicyName="limit", PolicyDocument=text)["Policy"]["Arn"]
    iam.put_user_permissions_boundary(UserName="u", PermissionsBoundary=arn)
    seen = iam.get_user(UserName="u")["User"]["PermissionsBoundary"]
    assert seen == {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": arn}
    ses = world.client("ses", key=key)
    with pytest.raises(ClientError) as error:
        ses.send_raw_email(RawMessage={"Data": RAW})
    assert error.value.response["Error"]["Code"] == "AccessDenied"
    iam.delete_user_permissions_boundary(UserName="u")
    ses.send_raw_email(RawMessage={"Data": RAW})


def test_last_use_names_user_service_and_region(world: World) -> None:
    """GetAccessKeyLastUsed: never used is N/A; then the service and Region of the call."""
    key = world.user("u", {"Effect": "Allow", "Action": "*", "Resource": "*"})
    iam = world.client("iam")
    given = {"AccessKeyId": key.principal.key_id}
    seen = iam.get_access_key_last_used(**given)
    assert seen["UserName"] == "u"
    assert seen["AccessKeyLastUsed"] == {"ServiceName": "N/A", "Region": "N/A"}
    world.client("sts", key=key).get_caller_identity()
    used = iam.get_access_key_last_used(**given)["AccessKeyLastUsed"]
    assert (used["ServiceName"], used["Region"]) == ("sts", REGION)
    assert abs((used["LastUsedDate"] - world.clock.now()).total_seconds()) < 5


def test_keys_are_as_old_as_the_lab_says(world: World) -> None:
    """A key made after the clock was moved is new, not ten days old."""
    world.pass_time(days=10)
    key = world.user("u")
    assert key.created is not None
    assert abs((world.clock.now() - key.created).total_seconds()) < 5


def test_faults_strike_and_end(world: World) -> None:
    """Deny one call, throttle, break; `clear` ends it; other calls are untouched."""
    ses = world.client("sesv2")
    world.aws.faults.deny("ses:GetAccount")
    with pytest.raises(ClientError) as error:
        ses.get_account()
    assert error.value.response["Error"]["Code"] == "AccessDeniedException"
    ses.list_email_identities()
    world.aws.faults.clear()
    world.aws.faults.throttle("ses:*", region=REGION)
    for service, call, code in (
        ("sesv2", "get_account", "TooManyRequestsException"),
        ("ses", "get_send_quota", "Throttling"),
    ):
        with pytest.raises(ClientError) as error:
            getattr(world.client(service), call)()
        assert code == error.value.response["Error"]["Code"]
    world.client("sesv2", "eu-west-1").get_account()
    world.aws.faults.clear()
    world.aws.faults.deny("iam:ListAccessKeys")
    with pytest.raises(ClientError) as error:
        world.client("iam").list_access_keys(UserName="u")
    assert error.value.response["Error"]["Code"] == "AccessDenied"
    world.aws.faults.clear()
    ses.get_account()


def test_a_call_can_hang(world: World) -> None:
    """The client gives up first; clearing lets the call go."""
    world.aws.faults.time_out("ses:GetAccount")
    client = world.client("sesv2")
    stop = threading.Timer(0.3, world.aws.faults.clear)
    stop.start()
    with pytest.raises((ClientError, ReadTimeoutError)) as error:
        client.get_account()
    stop.join()
    assert "kept this call waiting" in str(error.value)


def test_a_roles_session_is_bound_by_the_roles_policies(world: World) -> None:
    """Temporary keys work for the API with their token, never for SMTP (FACTS 2.1)."""
    iam = world.client("iam")
    trust = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    role = iam.create_role(RoleName="r", AssumeRolePolicyDocument=document)["Role"]["Arn"]
    allow = {"Effect": "Allow", "Action": "ses:GetAccount", "Resource": "*"}
    text = json.dumps({"Version": "2012-10-17", "Statement": [allow]})
    iam.put_role_policy(RoleName="r", PolicyName="p", PolicyDocument=text)
    made = world.client("sts").assume_role(RoleArn=role, RoleSessionName="session")["Credentials"]
    key = world.ses.iam.key(made["AccessKeyId"])
    assert key is not None
    assert key.temporary
    ses = world.client("sesv2", key=key)
    ses.get_account()
    with pytest.raises(ClientError) as error:
        ses.list_email_identities()
    assert "assumed-role/r/session is not authorized" in error.value.response["Error"]["Message"]
    with pytest.raises(ClientError) as error:
        world.client("sesv2", key=replace(key, session_token="other")).get_account()
    assert error.value.response["Error"]["Code"] == "UnrecognizedClientException"
