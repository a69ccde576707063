"""What each holder of an SMTP password is to type, field by field, in a rotation; pure."""

from sendas.credentials.decide.dialog import EDIT, HIDDEN, PORT, START, as_text, changed, windows
from sendas.credentials.decide.holders import Holder
from sendas.credentials.decide.rotation.decide import had_one
from sendas.credentials.decide.rotation.messages import holder_text
from sendas.credentials.decide.rotation.state import Situation
from sendas.ses.regions import smtp_host


def to_type(
    seen: Situation,
    holder: Holder,
    name: str | None,
    *,
    password: bool = False,
    history: bool = True,
) -> tuple[str, ...]:
    """The current credential as *holder* asks for it, and what proves that it has it.

    *name* stands before the address in From.  The password stands in it only if asked for.
    """
    stored = seen.current.credential if seen.current else None
    if stored is None:
        return ()
    lines = [f"{holder}:"]
    if holder.is_gmail:
        sheets = windows(stored, name=name, password=stored.password if password else None)
        if had_one(seen):
            lines += as_text(changed(sheets), f"{EDIT} beside it").splitlines()
        else:
            lines += as_text(sheets, START).splitlines()
    else:
        lines += [
            f"  SMTP server  {smtp_host(stored.region)}",
            f"  Port         {PORT}, STARTTLS",
            f"  User name    {stored.username}",
            f"  Password     {stored.password if password else HIDDEN}",
        ]
    lines.append(holder_text(seen, holder, history=history))
    return tuple(lines)
