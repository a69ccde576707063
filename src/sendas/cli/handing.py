"""How an SMTP password is handed to its owner: clipboard, a page shown once, the terminal."""

import os

from typing import TYPE_CHECKING, Annotated

import typer

from sendas.cli.gmail_call import talk
from sendas.errors import UsageError


if TYPE_CHECKING:
    from sendas.credentials.decide.credential import StoredCredential


Copy = Annotated[bool, typer.Option("--copy", help="Put the password onto the clipboard.")]
Page = Annotated[
    bool, typer.Option("--page", help="Show it once on a page of this machine's own.")
]
Show = Annotated[bool, typer.Option("--show", help="Print it on the terminal.")]
ReplaceKey = Annotated[
    str | None,
    typer.Option(metavar="LAST4", help="If two keys leave no room: the one that may be deleted."),
]

_PAGE_SECONDS = 300.0


class BadOptions(UsageError):
    """The options do not go together."""


def check_one_way(*, copy: bool, page: bool, show: bool) -> None:
    """Refuse more than one of them; raises BadOptions."""
    if copy + page + show > 1:
        msg = "choose one of --copy, --page and --show"
        raise BadOptions(msg)


def check_clipboard() -> None:
    """Refuse where `hand_over` could not copy, before anything is made; raises NoClipboard."""
    from sendas.credentials import clipboard

    clipboard.check(os.environ)


def hand_over(stored: "StoredCredential", name: str | None, *, page: bool) -> None:
    """Show Gmail's dialog with the password once on a *page*, or else put it on the clipboard.

    *name* stands before the address in From, if any.

    Raises:
        NoClipboard: None is there, or none could be filled.
    """
    if not page:
        from sendas.credentials import clipboard

        program = clipboard.copy(stored.password, os.environ)
        talk(f"the password is on the clipboard (by {program}); copy something else afterwards")
        return
    from sendas.credentials.decide.dialog import windows
    from sendas.gmail.onetime import OneTimePage

    sheets = windows(stored, name=name, password=stored.password)
    with OneTimePage(f"Send mail as {stored.address}", sheets) as shown:
        talk(f"open this within five minutes, on this machine: {shown.url}")
        if shown.wait(_PAGE_SECONDS):
            talk("the page was shown, and is gone")
        else:
            talk("nobody opened the page; it is gone")
