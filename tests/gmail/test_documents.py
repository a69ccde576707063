"""Every command that the pages and the runbook name can be typed as it stands there."""

import re
import shlex

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from sending_account import NOW, REGION, SENDER

from sendas.cli import app
from sendas.config.load import parse_config
from sendas.gmail.decide.runbook import Standing, Subject, runbook
from sendas.iam.keys import AccessKey
from sendas.outcome import NoAnswer, Why
from sendas.ses.account_state import Account


ROOT = Path(__file__).parents[2]
FILE = """
region = "us-east-2"
[[domain]]
name = "example.com"
[[domain.mailbox]]
name = "me"
to = ["owner@gmail.com"]
send = "smtp"
[[domain.mailbox]]
name = "no|body"
reject = "no such address"
[alarms]
to = ["me@example.net"]
"""


def book(standing: Standing | None = None) -> str:
    """The runbook of example.com."""
    config = parse_config(FILE)
    return runbook(Subject(config.domain(), (SENDER,), config.alarms, NOW, standing))


def commands(text: str) -> Iterator[list[str]]:
    """What is typed in code blocks and between backticks, comments aside."""
    blocks = re.findall(r"^```\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    for line in "\n".join(blocks).splitlines():
        if line.startswith("sendas "):
            yield shlex.split(line, comments=True)
    for line in re.findall(
        r"`(sendas [^`]+)`", re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
    ):
        yield shlex.split(line)


def complaint(words: list[str]) -> str:
    """What click would say of it; empty if it could be typed."""
    words = [word for word in words[1:] if word != "…"]
    if ">>" in words:
        words = words[: words.index(">>")]
    command: Any = typer.main.get_command(app)
    context = typer.Context(command)
    while hasattr(command, "get_command"):  # a group, whichever click it is of
        if not words:
            return ""
        name = words.pop(0)
        found = command.get_command(context, name)
        if found is None:
            return f"no {name}"
        command, context = found, typer.Context(found, parent=context)
    known = {option for one in command.params for option in (*one.opts, *one.secondary_opts)}
    unknown = [w for w in words if w.startswith("--") and w not in known]
    return f"no {unknown[0]}" if unknown else ""


@pytest.mark.parametrize("page", ["gmail.md", "questions.md", "options.md"])
def test_pages(page: str) -> None:
    """Verb, sub-verb and options are there."""
    found = list(commands((ROOT / "docs" / page).read_text()))

    assert len(found) >= 3
    assert [] == [(words, said) for words in found if (said := complaint(words))]


def test_each_of_the_eight_questions_has_a_command() -> None:
    """Eight headings, and something to type under each."""
    parts = (ROOT / "docs/questions.md").read_text().split("\n## ")[1:]

    assert 8 == len(parts)
    for number, part in enumerate(parts, 1):
        assert part.startswith(f"{number}. ")
        assert list(commands(part)), part


def test_the_runbooks_commands() -> None:
    """With the owner's own names in them."""
    found = list(commands(book()))

    assert ["sendas", "gmail", "verify", "me@example.com"] in found
    assert [] == [(words, said) for words in found if (said := complaint(words))]


def test_the_runbook_says_what_the_account_said() -> None:
    """An old key stands out; silence is told as such."""
    old = AccessKey("AKIAIOSFODNN7EXAMPLE", SENDER.user, active=True, created=NOW.replace(month=1))
    account = Account(
        region=REGION,
        production_access=False,
        sending_enabled=True,
        enforcement="HEALTHY",
        max_24_hour_send=200,
        max_send_rate_per_second=1,
        sent_last_24_hours=0,
        suppressed_reasons=(),
    )
    silent = NoAnswer(Why.DENIED, "ses:GetEmailIdentity")
    text = book(Standing(account, silent, ((SENDER.user, (old,)),)))

    assert "- Account: **in the sandbox**, healthy, 200 mails a day" in text
    assert "could not be asked (denied: ses:GetEmailIdentity)" in text
    assert "key …MPLE active, **304 days old: rotate**, never used" in text


def test_the_runbook_holds_what_an_owner_needs() -> None:
    """Rotation, Gmail's fields, whom to call, and no password."""
    text = book()

    for words in (
        "## Mail is broken",
        "## Rotate an SMTP password",
        "## Change it in Gmail",
        "## Whom to call",
        "| me@example.com | owner@gmail.com | smtp | sendas-me@example.com |",
        "email-smtp.us-east-2.amazonaws.com",
        "Alarms go to: me@example.net.",
        "| no\\|body@example.com | refused |",
    ):
        assert words in text, words
