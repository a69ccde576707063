"""Issuing a credential: what stands at the end, and that every crash can be repeated."""

import json

from collections.abc import Callable
from dataclasses import replace

import pytest

from sending_account import SENDER, Crash, FakeAccount, FakeClock, Plan, identity

from sendas.aws.secret import Secret
from sendas.aws.writes import NotDone
from sendas.credentials.decide.credential import UnreadableCredential, load_credential
from sendas.credentials.decide.issue_plan import ISSUING, Unusable
from sendas.credentials.ground import NoIdentity
from sendas.credentials.issue import Issued, NoRoomForKey, NotStored, Wanted, issue
from sendas.errors import SendasError
from sendas.iam.policy import Request, decide
from sendas.outcome import NoAnswer, Why
from sendas.smtp.password import derive_smtp_password


TOKEN = "t" * 32
CALLS_OF_A_FIRST_RUN = 15


def run(account: FakeAccount, clock: FakeClock, **options: object) -> Issued:
    """One run for me@example.com."""
    wanted = Wanted(SENDER, TOKEN, **options)  # type: ignore[arg-type]  any option
    return issue(wanted, account, clock.timing(), lambda _: None)


def assert_settled(account: FakeAccount) -> None:
    """One active key, its right password stored, nothing unfinished."""
    (key,) = account.keys.values()
    secret = account.held[SENDER.secret]
    stored = load_credential(secret.text or "", secret.name)
    right = derive_smtp_password(account.secrets_of_keys[key.key_id], region=SENDER.region)
    assert (key.key_id, right.value) == (stored.username, stored.password)
    assert ISSUING not in secret.tags
    assert [SENDER.user] == list(account.users)
    assert ["sendas-send-as"] == list(account.policies[SENDER.user])


def test_from_nothing(account: FakeAccount, clock: FakeClock) -> None:
    """User, policy, key and secret are made; nothing waits."""
    issued = run(account, clock)

    assert issued.made
    assert Unusable.NONE_STORED is issued.why
    assert_settled(account)
    assert [] == clock.slept
    assert CALLS_OF_A_FIRST_RUN == len(account.plan.calls), account.plan.calls


def test_the_user_is_made_within_the_files_boundary(
    account: FakeAccount, clock: FakeClock
) -> None:
    """Whoever may only make what it binds could make no other; without one there is none."""
    bounded = Wanted(replace(SENDER, boundary="sendas-boundary"), TOKEN)
    issue(bounded, account, clock.timing(), lambda _: None)
    other = FakeAccount()
    run(other, clock)

    arn = "arn:aws:iam::123456789012:policy/sendas-boundary"
    assert ({SENDER.user: arn}, {SENDER.user: ""}) == (account.boundaries, other.boundaries)


def test_the_second_run_changes_nothing(account: FakeAccount, clock: FakeClock) -> None:
    """What stands is used again, and only questions are asked."""
    first = run(account, clock)
    account.plan = Plan()

    again = run(account, clock)

    assert not again.made
    assert first.stored == again.stored
    assert {"identity", "secret", "user_exists", "account_id", "policies_of", "keys_of"} == set(
        account.plan.calls
    )


def failing(kind: str) -> Callable[[], BaseException]:
    """What a call raises."""
    if kind == "crash":
        return Crash
    return lambda: NotDone(NoAnswer(Why.TIMEOUT, "scripted"))


@pytest.mark.parametrize("dead", [False, True], ids=["once", "from-then-on"])
@pytest.mark.parametrize("kind", ["crash", "refusal"])
@pytest.mark.parametrize("after_effect", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("at", range(CALLS_OF_A_FIRST_RUN))
def test_any_call_may_fail(
    account: FakeAccount, clock: FakeClock, *, at: int, after_effect: bool, kind: str, dead: bool
) -> None:
    """Whichever call fails, and however, repeating the run ends in the same state."""
    account.plan = Plan(at=at, after_effect=after_effect, error=failing(kind), dead=dead)
    with pytest.raises((Crash, SendasError)):
        run(account, clock)
    assert account.plan.failed
    account.plan = Plan()

    run(account, clock)

    assert_settled(account)


@pytest.mark.parametrize("after_effect", [False, True], ids=["before", "after"])
def test_a_password_that_cannot_be_stored_takes_its_key_along(
    account: FakeAccount, clock: FakeClock, *, after_effect: bool
) -> None:
    """No key is left whose secret nobody has; the message says so, and holds no secret."""
    at = ["put_secret"]
    original = account.put_secret

    def refuse(name: str, text: str, token: str) -> None:
        if at.pop() and after_effect:
            original(name, text, token)
        raise NotDone(NoAnswer(Why.DENIED, "secretsmanager:PutSecretValue: AccessDenied"))

    account.put_secret = refuse  # type: ignore[method-assign]  the fault

    with pytest.raises(NotStored, match=r"PutSecretValue.*no key is left over") as caught:
        run(account, clock)

    assert {} == account.keys
    assert not any(secret in str(caught.value) for secret in account.secrets_of_keys.values())


def test_a_key_that_could_not_be_deleted_either_is_named(
    account: FakeAccount, clock: FakeClock
) -> None:
    """By its last four; and the next run deletes it."""
    account.put_secret = refusing("PutSecretValue")  # type: ignore[method-assign]  the fault
    account.delete_key = refusing("DeleteAccessKey")  # type: ignore[method-assign]  the fault
    with pytest.raises(NotStored, match=r"a key \(…M001\) is left over"):
        run(account, clock)
    del account.put_secret, account.delete_key

    run(account, clock)

    assert_settled(account)


def refusing(what: str) -> Callable[..., None]:
    """A call that is refused each time."""

    def refuse(*_: object) -> None:
        raise NotDone(NoAnswer(Why.DENIED, what))

    return refuse


def test_the_answer_to_create_key_is_lost_and_asked_again(
    account: FakeAccount, clock: FakeClock
) -> None:
    """The SDK repeats what it heard nothing of: the first key is an orphan, and goes."""
    once = account.create_key

    def twice(user: str) -> object:
        once(user)
        return once(user)

    account.create_key = twice  # type: ignore[method-assign, assignment]  the fault

    issued = run(account, clock)

    assert issued.stored.username.endswith("002")
    assert_settled(account)


def test_ctrl_c_between_making_and_storing(account: FakeAccount, clock: FakeClock) -> None:
    """The key goes, and the interruption goes on."""

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    account.put_secret = interrupt  # type: ignore[method-assign]  the fault

    with pytest.raises(KeyboardInterrupt):
        run(account, clock)

    assert {} == account.keys


def test_a_run_that_may_still_be_under_way_is_waited_for(
    account: FakeAccount, clock: FakeClock
) -> None:
    """A key made ten seconds ago by another run is not taken for an orphan at once."""
    account.plan = Plan(at=11, error=Crash, dead=True)  # put_secret, and no cleaning up
    with pytest.raises(Crash):
        run(account, clock)
    assert 1 == len(account.keys)
    account.plan = Plan()
    clock.sleep(10)

    run(account, clock)

    assert [10, 20] == clock.slept
    assert_settled(account)


def test_a_lost_secret(account: FakeAccount, clock: FakeClock) -> None:
    """The key whose secret nobody has stays, for Gmail may be using it; a second one is made."""
    account._new_key(SENDER.user)  # noqa: SLF001  a key from before
    account.users[SENDER.user] = {}

    issued = run(account, clock)

    assert ["AKIAIOSFODNN7EXAM001"] == [key.key_id for key in issued.others]
    assert issued.stored.username.endswith("002")
    assert 2 == len(account.keys)


def test_two_lost_secrets(account: FakeAccount, clock: FakeClock) -> None:
    """There is no room: which one may go is for a person to say, and both are described."""
    account.users[SENDER.user] = {}
    for _ in range(2):
        account._new_key(SENDER.user)  # noqa: SLF001  keys from before

    with pytest.raises(NoRoomForKey, match=r"…M001 active, never used; …M002.*--replace-key"):
        run(account, clock)
    assert 2 == len(account.keys)
    assert "create_key" not in account.plan.calls

    issued = run(account, clock, give_up="M001")

    assert {"AKIAIOSFODNN7EXAM002", "AKIAIOSFODNN7EXAM003"} == set(account.keys)
    assert issued.stored.username.endswith("003")


def test_the_stored_key_was_deleted(account: FakeAccount, clock: FakeClock) -> None:
    """What is stored is worth nothing then; a new one replaces it."""
    first = run(account, clock)
    account.keys.clear()

    again = run(account, clock)

    assert Unusable.KEY_GONE is again.why
    assert first.stored != again.stored
    assert_settled(account)


def test_a_secret_that_waits_for_its_end_is_restored(
    account: FakeAccount, clock: FakeClock
) -> None:
    """Its name cannot be used otherwise, for up to thirty days."""
    first = run(account, clock)
    held = account.held[SENDER.secret]
    account.held[SENDER.secret] = Secret(held.name, held.text, held.tags, deleted=True)

    again = run(account, clock)

    assert first.stored == again.stored
    assert not account.held[SENDER.secret].deleted


@pytest.mark.parametrize("text", ["", "{}", "[]", "null", '{"schema": 1}', "password"])
def test_somebody_elses_secret_is_left_alone(
    account: FakeAccount, clock: FakeClock, text: str
) -> None:
    """It is not overwritten, and never quoted."""
    account.held[SENDER.secret] = Secret(SENDER.secret, text or "?!", {})

    with pytest.raises(UnreadableCredential) as caught:
        run(account, clock)

    assert (text or "?!") == account.held[SENDER.secret].text
    assert f" {text} " not in str(caught.value)
    assert {} == account.users


def test_a_domain_that_ses_does_not_know(account: FakeAccount, clock: FakeClock) -> None:
    """One line, and nothing was changed."""
    account.identities.clear()

    with pytest.raises(NoIdentity, match=r"example\.com is no identity of SES in us-east-2"):
        run(account, clock)

    assert ["identity"] == account.plan.calls


def test_the_policy_lets_this_address_send_and_no_other(
    account: FakeAccount, clock: FakeClock
) -> None:
    """Judged by the same rules as the doctor's; letter case does not matter."""
    run(account, clock)

    def allowed(author: str, resource: str = "identity/example.com") -> bool:
        prefix = "arn:aws:ses:us-east-2:123456789012:"
        request = Request(
            "ses:SendRawEmail",
            (prefix + resource, f"{prefix}configuration-set/main"),
            f"arn:aws:iam::123456789012:user/{SENDER.user}",
            {"ses:FromAddress": (author,)},
        )
        return decide(account.policies_of(SENDER.user), request).allowed

    assert allowed("me@example.com")
    assert allowed("Me@Example.com")
    assert not allowed("you@example.com")
    assert not allowed("me@example.com", "identity/example.org")


def test_a_user_that_may_send_already_keeps_its_policies(
    account: FakeAccount, clock: FakeClock
) -> None:
    """What stood before is enough, so nothing is added to it."""
    account.users[SENDER.user] = {}
    statement = {"Effect": "Allow", "Action": "ses:*", "Resource": "*"}
    text = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    account.policies[SENDER.user] = {"by-hand": text}

    run(account, clock)

    assert {"by-hand": text} == account.policies[SENDER.user]


def test_a_denial_is_told_and_not_fought(account: FakeAccount, clock: FakeClock) -> None:
    """Somebody denied it on purpose; an Allow could not change it anyway."""
    account.users[SENDER.user] = {}
    statement = {"Effect": "Deny", "Action": "ses:*", "Resource": "*"}
    text = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    account.policies[SENDER.user] = {"deny": text}

    issued = run(account, clock)

    assert ["deny"] == list(account.policies[SENDER.user])
    assert "a policy denies sendas-me@example.com to send" in issued.remarks[0]


def test_without_a_configuration_set(account: FakeAccount, clock: FakeClock) -> None:
    """The policy names the identity alone."""
    account.identities["example.com"] = identity("example.com", configuration_set=None)

    run(account, clock)

    (text,) = account.policies[SENDER.user].values()
    assert (
        "arn:aws:ses:us-east-2:123456789012:identity/example.com"
        == json.loads(text)["Statement"][0]["Resource"]
    )


def test_nothing_shows_the_password(account: FakeAccount, clock: FakeClock) -> None:
    """Neither what is said on the way, nor the repr of what comes out."""
    said: list[str] = []
    issued = issue(Wanted(SENDER, TOKEN), account, clock.timing(), said.append)

    shown = " ".join((*said, repr(issued), repr(account.held)))
    assert issued.stored.password not in shown
    assert not any(secret in shown for secret in account.secrets_of_keys.values())
    assert issued.stored.username not in " ".join(said)
