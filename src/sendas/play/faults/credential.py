"""Passwords and user names that cannot work (issue 2, section 4, items 1 and 2)."""

import base64
import hmac

from collections.abc import Callable
from datetime import timedelta

from sendas.play.faults.fault import Fault
from sendas.play.scene import Scene
from sendas.ses.regions import Region
from sendas.smtp.password import derive_smtp_password


_DATE, _MESSAGE, _VERSION = b"11111111", b"SendRawEmail", b"\x04"
_PROPAGATION = timedelta(seconds=60)
_TOO_YOUNG = timedelta(seconds=20)
_LONG_AGO = timedelta(days=1)


def chain(secret: str, *steps: bytes, version: bytes = _VERSION) -> str:
    """A derivation of any steps; right are date, Region, ses, aws4_request, SendRawEmail."""
    digest = b"AWS4" + secret.encode()
    for step in steps:
        digest = hmac.digest(digest, step, "sha256")
    return base64.b64encode(version + digest).decode("ascii")


def _password(make: Callable[[Scene], str]) -> Callable[[Scene], None]:
    def play(scene: Scene) -> None:
        scene.password = make(scene)

    return play


def _no_date(scene: Scene) -> str:
    region = scene.region.encode()
    return chain(scene.secret, region, b"ses", b"aws4_request", _MESSAGE)


def _real_date(scene: Scene) -> str:
    today = f"{scene.lab.clock.now():%Y%m%d}".encode()
    return chain(scene.secret, today, scene.region.encode(), b"ses", b"aws4_request", _MESSAGE)


def _wrong_message(scene: Scene) -> str:
    region = scene.region.encode()
    return chain(scene.secret, _DATE, region, b"ses", b"aws4_request", b"SendEmail")


def _no_version(scene: Scene) -> str:
    region = scene.region.encode()
    steps = (_DATE, region, b"ses", b"aws4_request", _MESSAGE)
    return chain(scene.secret, *steps, version=b"")


def _version_2(scene: Scene) -> str:
    digest = hmac.digest(scene.secret.encode(), _MESSAGE, "sha256")
    return base64.b64encode(b"\x02" + digest).decode("ascii")


def _other_region(scene: Scene) -> str:
    other = Region("eu-west-1" if scene.region != "eu-west-1" else "us-east-1")
    return derive_smtp_password(scene.secret, region=other).value


def _username(make: Callable[[Scene], str]) -> Callable[[Scene], None]:
    def play(scene: Scene) -> None:
        scene.username = make(scene)

    return play


def _another_key(scene: Scene) -> str:
    made = scene.call("iam", "CreateAccessKey", UserName=scene.set_up.user)["AccessKey"]
    scene.lab.clock.move(_LONG_AGO)
    return str(made["AccessKeyId"])


def _propagating(scene: Scene) -> None:
    scene.lab.ses.key_propagation = _PROPAGATION
    scene.new_key(age=_TOO_YOUNG)


def _inactive(scene: Scene) -> None:
    scene.call(
        "iam",
        "UpdateAccessKey",
        UserName=scene.set_up.user,
        AccessKeyId=scene.key_id,
        Status="Inactive",
    )


def _deleted(scene: Scene) -> None:
    scene.call("iam", "DeleteAccessKey", UserName=scene.set_up.user, AccessKeyId=scene.key_id)


def _temporary(scene: Scene) -> None:
    role = scene.call(
        "iam",
        "CreateRole",
        RoleName="mailer",
        AssumeRolePolicyDocument='{"Version":"2012-10-17","Statement":[]}',
    )["Role"]
    made = scene.call("sts", "AssumeRole", RoleArn=role["Arn"], RoleSessionName="mailer")[
        "Credentials"
    ]
    scene.username = made["AccessKeyId"]
    scene.password = derive_smtp_password(made["SecretAccessKey"], region=scene.region).value


FAULTS = (
    Fault(
        "password-no-date",
        "password",
        "the password was derived without the fixed date step",
        _password(_no_date),
    ),
    Fault(
        "password-real-date",
        "password",
        "the password was derived with today's date",
        _password(_real_date),
    ),
    Fault(
        "password-wrong-message",
        "password",
        "the password was derived for SendEmail",
        _password(_wrong_message),
    ),
    Fault(
        "password-no-version",
        "password",
        "the password lacks the version byte",
        _password(_no_version),
    ),
    Fault(
        "password-other-region",
        "password",
        "the password is for another Region",
        _password(_other_region),
    ),
    Fault(
        "password-v2",
        "password",
        "the password is of the withdrawn version 2",
        _password(_version_2),
    ),
    Fault(
        "password-raw-secret",
        "password",
        "the secret access key itself is used as the password",
        _password(lambda scene: scene.secret),
    ),
    Fault(
        "password-newline",
        "password",
        "the password has a line end after it",
        _password(lambda scene: scene.password + "\n"),
    ),
    Fault(
        "password-quotes",
        "password",
        "the password stands in quotes",
        _password(lambda scene: f'"{scene.password}"'),
    ),
    Fault(
        "username-iam-user",
        "password",
        "the user name is the IAM user's name",
        _username(lambda scene: scene.set_up.user),
    ),
    Fault(
        "username-address",
        "password",
        "the user name is an e-mail address",
        _username(lambda scene: scene.address),
    ),
    Fault(
        "username-other-key",
        "password",
        "the user name is another key's id",
        _username(_another_key),
    ),
    Fault(
        "key-propagating",
        "iam",
        "the key is 20 s old, and the endpoint does not know it yet",
        _propagating,
    ),
    Fault("key-inactive", "iam", "the key is inactive", _inactive),
    Fault("key-deleted", "iam", "the key is deleted", _deleted),
    Fault("key-temporary", "iam", "the credentials are temporary", _temporary),
)
