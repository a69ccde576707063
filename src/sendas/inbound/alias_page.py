"""A local page that makes aliases to write to: an address in, an alias to copy out."""

import html

from collections.abc import Callable, Sequence

from sendas.errors import SendasError
from sendas.loopback import Form, Shown, field_with_copy
from sendas.text import one_line


Make = Callable[[str, str], str]
"""The alias by which a mailbox writes to somebody; raises SendasError with the reason."""


def alias_answer(mailboxes: Sequence[str], make: Make) -> Callable[[Form | None], Shown]:
    """What the page shows: the form, and below it what was asked for last."""

    def answer(form: Form | None) -> Shown:
        asked = form or {}
        mailbox, them = asked.get("mailbox", mailboxes[0]), one_line(asked.get("them", ""))
        body = _form(mailboxes, mailbox, them)
        if mailbox not in mailboxes:
            return _shown(f"{body}<p>That is none of your mailboxes.</p>", 400)
        if not them:
            return _shown(body)
        try:
            alias = make(mailbox, them)
        except SendasError as error:
            return _shown(f"{body}<p>{html.escape(one_line(str(error)))}</p>", 400)
        label = f"Write to this, and it reaches {them} as {mailbox}"
        link = f'<p><a href="mailto:{html.escape(alias, quote=True)}">Write now</a></p>'
        return _shown(f"{body}<dl>{field_with_copy('alias', label, alias)}</dl>{link}")

    return answer


def _shown(body: str, status: int = 200) -> Shown:
    return Shown("Write as your own address", body, status)


def _form(mailboxes: Sequence[str], chosen: str, them: str) -> str:
    options = "".join(
        f"<option{' selected' if one == chosen else ''}>{html.escape(one)}</option>"
        for one in mailboxes
    )
    value = html.escape(them, quote=True)
    return (
        f'<form method="post"><label>To <input name="them" type="email" required autofocus '
        f'value="{value}" placeholder="them@example.net"></label> '
        f'<label>as <select name="mailbox">{options}</select></label> '
        "<button>Make the address</button></form>"
    )
