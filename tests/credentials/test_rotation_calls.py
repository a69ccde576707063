"""What a rotation hands to AWS and to the screen, and where its process may die, in the lab."""

import itertools
import os

from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest

from owner_setup import Killed, Mortal
from sendas_lab.world import Lab
from typed import Type

from sendas.aws.mailbox_gateways import MailboxGateways
from sendas.aws.session import Session
from sendas.credentials.doors import real_dial, real_timing
from sendas.credentials.holders import Holder
from sendas.credentials.looking import Subject
from sendas.credentials.pair import pair_of
from sendas.credentials.rotate import Doors, Manner, Result, rotate
from sendas.credentials.rotation.state import Wish
from sendas.credentials.sender import sender_of
from sendas.mail.address import Address
from sendas.outcome import NOT_ASKED
from sendas.play.scene import Scene, SetUp, build
from sendas.ses.regions import Region
from sendas.smtp.password import derive_smtp_password


ME, REGION, HAND = Address("me@example.com"), Region("us-east-2"), "ses-smtp-user"
ALL = bool(os.environ.get("SENDAS_ALL_KILLS"))
SHOP = Holder("shop")
_RUNS = itertools.count()


@pytest.fixture
def scene(sendas_lab: Lab, sendas_environment: dict[str, str]) -> Scene:
    """example.com in us-east-2, receiving, with a hand-made SMTP user and its key."""
    assert sendas_environment
    return build(sendas_lab, SetUp(region=REGION))


def test_secrets_go_to_secrets_manager_alone(
    scene: Scene, type_: Type, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The password is in one parameter of one call, the key's secret in none.

    Nor in what is printed, in JSON, in tags, in policies, or in a mail that was stored.
    """
    asked: list[tuple[str, Mapping[str, object]]] = []
    made: list[str] = []
    call = Session.call

    def record(
        self: Session, service: str, operation: str, *, region: Region, **params: object
    ) -> Mapping[str, Any]:
        answer = call(self, service, operation, region=region, **params)
        asked.append((operation, params))
        if operation == "CreateAccessKey":
            made.append(answer["AccessKey"]["SecretAccessKey"])
        return answer

    monkeypatch.setattr(Session, "call", record)
    words = ("credentials", "rotate", ME, "--region", REGION, "--user", HAND)
    runs = [
        type_(*words),
        type_(*words, "--json"),
        type_(*words, "--status"),
        type_(*words, "--undo"),
    ]

    assert [0, 0, 0, 0] == [run.status for run in runs], runs[0].err
    (secret,) = made
    password = derive_smtp_password(secret, region=REGION).value
    printed = "".join(run.out + run.err for run in runs)
    mails = b"".join(scene.stored_mail()).decode("latin-1")
    assert not any(one in printed + mails for one in (secret, password))
    where = {
        (operation, name)
        for operation, params in asked
        for name, value in params.items()
        if secret in repr(value) or password in repr(value)
    }
    assert where == {("PutSecretValue", "SecretString")}
    assert not any(secret in repr(params) for _, params in asked)


def one_run(session: Session, *, vouched: bool = False) -> Result:
    """One run of the command, at *session*."""
    sender = sender_of(ME, REGION)
    subject = Subject(sender, pair_of(ME, HAND), (SHOP,), lambda *_: NOT_ASKED)
    gateways = MailboxGateways(session, REGION)
    number = next(_RUNS)
    numbers = iter(range(100))
    manner = Manner(lambda: f"{number:016x}{next(numbers):016x}", lambda _: None, 20)
    # A claim of a killed run is waited for by the lab's clock, which a test may move.
    wish = Wish(f"run-{number}", vouched=(SHOP,) if vouched else (), user=HAND, rest=timedelta(0))
    return rotate(subject, wish, Doors(gateways, gateways, real_dial(os.environ), _fast()), manner)


def _fast() -> Any:  # noqa: ANN401  a Timing
    timing = real_timing()
    shift = [timedelta()]

    def sleep(seconds: float) -> None:
        timing.sleep(min(seconds, 0.02))
        shift[0] += timedelta(seconds=seconds)

    return type(timing)(lambda: timing.now() + shift[0], sleep)


def standing(scene: Scene) -> object:
    """Users with the states of their keys, and which labels the secret has."""
    users = [one["UserName"] for one in scene.call("iam", "ListUsers")["Users"]]
    keys = {
        user: [
            key["Status"]
            for key in scene.call("iam", "ListAccessKeys", UserName=user)["AccessKeyMetadata"]
        ]
        for user in users
    }
    told = scene.call("secretsmanager", "DescribeSecret", SecretId=f"sendas/smtp/{ME}")
    labels = sorted({label for one in told["VersionIdsToStages"].values() for label in one})
    return keys, labels


@pytest.mark.timeout(3600 if ALL else 120)
@pytest.mark.parametrize("before", [True, False], ids=["before", "after"])
def test_a_process_dies_at_a_call_to_aws(sendas_lab: Lab, scene: Scene, *, before: bool) -> None:
    """Through the real gateways, AWS's own answers, and SMTP: the next run ends the same.

    A sample here; `make kills` takes every call.
    """
    counting = Mortal(sendas_lab.session())
    one_run(counting)
    one_run(sendas_lab.session(), vouched=True)
    wanted = standing(scene)
    every = range(1, counting.calls + 1)
    for at in every if ALL else every[7 :: len(every) // 2]:
        sendas_lab.reset()
        again = build(sendas_lab, SetUp(region=REGION))
        with suppress(Killed):  # how often a mail is looked for is chance: the last may not come
            one_run(Mortal(sendas_lab.session(), at=at, before=before))
        one_run(sendas_lab.session())
        one_run(sendas_lab.session(), vouched=True)

        assert wanted == standing(again), at
