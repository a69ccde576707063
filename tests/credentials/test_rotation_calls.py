"""What a rotation hands to AWS and to the screen, and where its process may die, in the lab."""

import itertools
import os

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any, TypeAlias

import pytest

from botocore.exceptions import ClientError
from owner_setup import Killed, Mortal
from sendas_lab.world import Lab
from typed import Type

from sendas.aws.mailbox_gateways import MailboxGateways
from sendas.aws.secret import StagedSecret
from sendas.aws.session import Session
from sendas.config.model import PasswordStore
from sendas.credentials.decide.holders import Holder
from sendas.credentials.decide.pair import pair_of
from sendas.credentials.decide.rotation.state import Begin, Wish
from sendas.credentials.doors import real_dial, real_timing
from sendas.credentials.looking import Subject
from sendas.credentials.rotate import Doors, Result, RunOptions, rotate, undo
from sendas.credentials.sender import Sender, sender_of
from sendas.mail.address import Address
from sendas.outcome import NOT_ASKED
from sendas.play.scene import Scene, SetUp, build
from sendas.ses.regions import Region
from sendas.smtp.password import derive_smtp_password


ME, REGION, HAND = Address("me@example.com"), Region("us-east-2"), "ses-smtp-user"
ALL = bool(os.environ.get("SENDAS_ALL_KILLS"))
SHOP = Holder("shop")
_RUNS = itertools.count()
Act: TypeAlias = Callable[[Session, Address], None]
Way: TypeAlias = Callable[[Subject, Wish, Doors, RunOptions], Result]


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


def address_of(number: int, store: PasswordStore) -> Address:
    """Each kill has a mailbox of its own, in one lab: nothing is set up twice."""
    return Address(f"{store.value}-{number}@example.com")


def sender(address: Address) -> Sender:
    """The mailbox, with the store that `address_of` put into its name."""
    store = PasswordStore(address.local_part.rpartition("-")[0])
    return replace(sender_of(address, REGION), store=store)


def one_run(session: Session, address: Address, way: Way = rotate, **wish: Any) -> Result:  # noqa: ANN401  any field of Wish
    """One run of the command, at *session*."""
    subject = Subject(sender(address), pair_of(address), (SHOP,), lambda *_: NOT_ASKED)
    gateways = MailboxGateways(session, REGION)
    number = next(_RUNS)
    numbers = iter(range(100))
    options = RunOptions(
        lambda: f"{number:016x}{next(numbers):016x}", lambda _: None, 20, ask_rights=False
    )
    asked = Wish(f"run-{number}", rest=timedelta(0), **wish)
    return way(subject, asked, Doors(gateways, gateways, real_dial(os.environ), _fast()), options)


def _fast() -> Any:  # noqa: ANN401  a Timing
    timing = real_timing()
    shift = [timedelta()]

    def sleep(seconds: float) -> None:
        timing.sleep(min(seconds, 0.02))
        shift[0] += timedelta(seconds=seconds)

    return type(timing)(lambda: timing.now() + shift[0], sleep)


def standing(scene: Scene, address: Address) -> object:
    """The mailbox's users with the states of their keys, and which labels its secret has."""
    keys = {}
    for turn, user in enumerate(pair_of(address)):
        try:
            told = scene.call("iam", "ListAccessKeys", UserName=user)["AccessKeyMetadata"]
        except ClientError:
            continue
        keys[turn] = [key["Status"] for key in told]
    kept = MailboxGateways(scene.lab.session(), REGION).staged_secret(sender(address).secret)
    assert isinstance(kept, StagedSecret)
    return keys, sorted(kept.versions)


def first(session: Session, address: Address) -> None:
    """Nothing stands."""
    one_run(session, address)


def second(session: Session, address: Address) -> None:
    """One credential stands and is replaced."""
    one_run(session, address, begin=Begin.NOW)


def back(session: Session, address: Address) -> None:
    """The replacement is undone."""
    one_run(session, address, undo)


def leaked(session: Session, address: Address) -> None:
    """What stands got out."""
    keys = MailboxGateways(session, REGION).keys_of(pair_of(address).first)
    for key in keys:
        one_run(session, address, revoke=key.key_id[-4:])


def settled(session: Session, address: Address) -> None:
    """A run of whoever comes next, and one of whoever vouches for the holder."""
    one_run(session, address)
    one_run(session, address, vouched=(SHOP,))


STORIES: dict[str, tuple[Act, ...]] = {
    "first": (first,),
    "second": (first, settled, second),
    "undo": (first, settled, second, back),
    "revoke": (first, leaked),
}
"""What went before, and last the run that is killed."""


SECRETS_MANAGER, PARAMETER_STORE = PasswordStore
PLAYED = [
    *((SECRETS_MANAGER, story) for story in STORIES),
    *((PARAMETER_STORE, story) for story in STORIES if ALL or story == "undo"),
]


@pytest.mark.timeout(7200 if ALL else 240)
@pytest.mark.parametrize(("store", "story"), PLAYED)
def test_a_process_dies_at_a_call_to_aws(
    sendas_lab: Lab, scene: Scene, store: PasswordStore, story: str
) -> None:
    """Through the real gateways, AWS's own answers, and SMTP: repeated, it ends the same.

    A sample here; `make kills` takes every call of each story, before it and after it.
    """
    *before, act = STORIES[story]
    numbers = itertools.count()
    session = sendas_lab.session()

    def ready() -> Address:
        address = address_of(next(numbers), store)
        for one in before:
            one(session, address)
        return address

    whole = ready()
    counting = Mortal(session)
    act(counting, whole)
    settled(session, whole)
    wanted = standing(scene, whole)
    every = range(1, counting.calls + 1)
    played = 0
    for at in every if ALL else every[3 :: max(1, len(every) // 2)]:
        for dies_before in (True, False) if ALL else (bool(at % 2),):
            address = ready()
            with suppress(Killed):  # how often a mail is looked for is chance
                act(Mortal(session, at=at, before=dies_before), address)
            act(session, address)
            settled(session, address)

            assert wanted == standing(scene, address), (at, dies_before)
            played += 1
    print(f"{store}, {story}: killed {played} times, each time the same end")  # noqa: T201  `make kills` shows it
