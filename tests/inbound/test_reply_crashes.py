"""Death and silence at every external call while the owner's answer is sent on."""

# ruff: noqa: ANN401  the fixtures' classes are in conftest.py, which cannot be imported

import email

from datetime import date
from typing import Any

import pytest

from struck import Died, finish, strike

from sendas.aws.refusals import NoReply, Throttled
from sendas.reply.alias import Aliases, Kind
from sendas.reply.keys import SigningKeys, format_keys


OWNER, JANE, BEN, ME = "owner@gmail.com", "jane@example.net", "ben@example.net", "me@example.com"
SECRET = "sendas/alias-keys"
KEYS = SigningKeys("a", {"a": "k" * 40})
CALLS = 11
"""Routes, mail, keys, state, count, claim; then the mark, the send and the record of two."""


@pytest.fixture
def answered(house: Any) -> Any:
    """The owner has answered Jane and Ben at once; SES has stored that, and told the queue."""
    lab = house.scene.lab
    house.scene.call("secretsmanager", "CreateSecret", Name=SECRET, SecretString=format_keys(KEYS))
    routes = house.routes()
    routes["domains"]["example.com"]["answering"] = {"mailboxes": {"me": {}}}
    house.put_routes(routes)
    aliases = Aliases("example.com", KEYS)
    to = tuple(aliases.make(Kind.REPLY, ME, one, date(2027, 5, 31)).address for one in (JANE, BEN))
    lab.gmail.open_account(OWNER)
    lab.gmail.send(OWNER, to=to, subject="Re: Hello", text="Hello both.")
    lab.settle()
    return house


def got(house: Any, address: str) -> int:
    """How many copies somebody has."""
    house.scene.lab.settle()
    return len(house.scene.lab.recipients.mailboxes.of(address))


def process(house: Any) -> Any:
    """A process of the function, that knows where the keys are."""
    return house.function(SENDAS_REPLY_SECRET=SECRET)


def later(house: Any, event: Any, context: Any) -> None:
    """As `finish`, with processes that know the keys."""
    made = house.function
    house.function = lambda: made(SENDAS_REPLY_SECRET=SECRET)
    finish(house, event, context)


def test_takes_so_many_calls(answered: Any, context: Any) -> None:
    """Else the tests below would miss some; and the two get a copy each."""
    function = process(answered)
    actions = strike(function, 99, after=False, error=Died)
    assert not function.handle(answered.event(), context)["batchItemFailures"]

    assert CALLS == len(actions), actions
    assert 2 == actions.count("ses:SendEmail")
    assert (1, 1) == (got(answered, JANE), got(answered, BEN))


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("number", range(CALLS))
def test_death(answered: Any, context: Any, number: int, after: bool) -> None:  # noqa: FBT001  a table
    """Whenever a worker dies, both have the answer in the end; one of them twice at most."""
    event, function = answered.event(), process(answered)
    actions = strike(function, number, after=after, error=Died)
    try:
        function.handle(event, context)
    except Died:
        later(answered, event, context)

    copies = (got(answered, JANE), got(answered, BEN))
    # Only an answer of SES that was lost, or not written down, costs a copy.
    lost = "ses:SendEmail" in actions and (actions[-1], after) in {
        ("ses:SendEmail", True),
        ("s3:PutObject", False),
    }
    assert 1 <= min(copies)
    assert sum(copies) <= (3 if lost else 2)


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("number", range(CALLS))
def test_silence(answered: Any, context: Any, number: int, after: bool) -> None:  # noqa: FBT001  a table
    """A lost connection, before and after the effect."""
    event, function = answered.event(), process(answered)

    def silent(action: str) -> NoReply:
        return NoReply(action, "ConnectionResetError", sent=after)

    actions = strike(function, number, after=after, error=silent)
    if function.handle(event, context)["batchItemFailures"]:
        later(answered, event, context)

    copies = (got(answered, JANE), got(answered, BEN))
    lost = after and number < len(actions) and actions[number] == "ses:SendEmail"
    assert 1 <= min(copies)
    assert sum(copies) <= (3 if lost else 2)


@pytest.mark.parametrize("number", range(CALLS))
def test_too_much_at_once(answered: Any, context: Any, number: int) -> None:
    """AWS throttles one call, or SES the send: it was not done, so each has one copy."""
    event, function = answered.event(), process(answered)

    def throttled(action: str) -> Throttled:
        return Throttled(action, "TooManyRequestsException", status=429)

    strike(function, number, after=False, error=throttled)
    if function.handle(event, context)["batchItemFailures"]:
        later(answered, event, context)

    assert (1, 1) == (got(answered, JANE), got(answered, BEN))


def test_the_same_notice_twice(answered: Any, context: Any) -> None:
    """Nothing goes out again."""
    event = answered.event()
    for _ in range(2):
        process(answered).handle(event, context)

    assert (1, 1) == (got(answered, JANE), got(answered, BEN))


def test_composing_by_mail_answers_with_the_aliases(answered: Any, context: Any) -> None:
    """The mail goes out, the owner gets the aliases, and answering that letter goes out too."""
    lab = answered.scene.lab
    process(answered).handle(answered.event(), context)
    lab.gmail.send(OWNER, to="compose@example.com", subject="to: zoe@example.net | Hi", text="Hi.")
    lab.settle()
    process(answered).handle(answered.event(), context)
    assert 1 == got(answered, "zoe@example.net")

    (letter,) = [mail for mail in lab.gmail.inbox(OWNER) if mail.subject.startswith("Aliases: ")]
    alias = email.message_from_bytes(letter.content)["Reply-To"]
    assert "to.zoe_at_example.net." in str(alias)
    lab.gmail.reply(OWNER, letter, text="More.")
    lab.settle()
    process(answered).handle(answered.event(), context)
    assert 2 == got(answered, "zoe@example.net")
