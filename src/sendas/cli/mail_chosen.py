"""Which mails: the options by which `sendas mail` chooses, and what they mean."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from sendas.errors import UsageError


if TYPE_CHECKING:
    from sendas.inbound.listing import MailState, Window
    from sendas.mail.domain import Domain


Since = Annotated[
    str | None,
    typer.Option(metavar="TIME", help="From this moment on: 2026-01-02 or with T03:04."),
]
Until = Annotated[
    str | None, typer.Option(metavar="TIME", help="Up to, and without, this moment.")
]
Ids = Annotated[list[str] | None, typer.Argument(metavar="ID", help="SES message ids.")]


class BadMoment(UsageError):
    """A moment that cannot be read."""


class NothingChosen(UsageError):
    """It was not said which mails."""


def states_named(words: Sequence[str], *, failed: bool) -> "list[MailState]":
    """The states of those names; raises NothingChosen for a word that is none."""
    from sendas.inbound.listing import MailState

    try:
        states = [MailState(word) for word in words]
    except ValueError as error:
        msg = f"--only: one of {', '.join(MailState)}"
        raise NothingChosen(msg) from error
    return [*states, *(state for state in MailState if failed and state.failed)]


def domain_named(name: str | None) -> "Domain | None":
    """The domain of that name, if one is given."""
    from sendas.mail.domain import Domain

    return None if name is None else Domain(name)


def window_between(since: str | None, until: str | None) -> "Window":
    """The time between two moments as they are typed; raises BadMoment."""
    from sendas.inbound.listing import Window

    return Window(_moment(since), _moment(until))


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        msg = f"{text!r} is no moment; write 2026-01-02 or 2026-01-02T03:04 (UTC unless it says)"
        raise BadMoment(msg) from error
    return at if at.tzinfo else at.replace(tzinfo=UTC)
