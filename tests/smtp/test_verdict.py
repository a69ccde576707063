"""What the end of a dialogue means."""

from dataclasses import replace

import pytest

from sendas.smtp.meaning import Cause
from sendas.smtp.probe import Outcome, Probe, Reply, Stage
from sendas.smtp.username import NOT_KEPT
from sendas.smtp.verdict import COULD_NOT_LOOK, WELL, conclude


def ended(outcome: Outcome, reply: Reply | None = None, host: str = "mail.example.com") -> Probe:
    """A dialogue that ended so."""
    return Probe(host, 587, False, None, outcome, Stage.AUTH, reply, ())  # noqa: FBT003  its fields


@pytest.mark.parametrize("outcome", Outcome)
def test_every_end_has_words_and_a_way_on(outcome: Outcome) -> None:
    """No end leaves a person alone; what went well needs no help."""
    end = conclude(ended(outcome))

    assert end.words
    assert end.help or outcome in WELL or outcome is Outcome.REFUSED


def test_a_reply_decides_by_its_text() -> None:
    """The Region dialled stands in the commands."""
    reply = Reply(535, ("Authentication Credentials Invalid",))

    end = conclude(ended(Outcome.REFUSED, reply, "email-smtp.eu-west-1.amazonaws.com"))

    assert Cause.CREDENTIALS_INVALID is end.cause
    commands = [command for help_ in end.help for command in help_.commands]
    assert "sendas password derive --region eu-west-1 --secret-stdin" in commands


@pytest.mark.parametrize(
    "typed", ["wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", f"B{'a1' * 21}=", NOT_KEPT]
)
def test_a_secret_typed_as_user_name_makes_its_key_a_used_one(typed: str) -> None:
    """User names are logged where they are typed: the first advice is a new key."""
    reply = Reply(535, ("Authentication Credentials Invalid",))
    refused = replace(ended(Outcome.REFUSED, reply), username=typed)
    first = conclude(refused).help[0]

    assert "make a new key" in first.text
    assert any("create-access-key" in command for command in first.commands)
    assert typed not in repr(conclude(refused))
    assert first not in conclude(replace(refused, username="AKIAIOSFODNN7EXAMPLE")).help


def test_nothing_is_both_well_and_unseen() -> None:
    """The three exit statuses do not overlap."""
    assert not WELL & COULD_NOT_LOOK
