"""Gmail's "Send mail as" dialog, field by field, in Gmail's own words; pure.

Source: Gmail help, "Send emails from a different address or alias"
(google/22370), and FACTS 5.1.
"""

from dataclasses import dataclass, replace

from sendas.credentials.decide.credential import StoredCredential
from sendas.ses.regions import Region, smtp_host


WHERE = "Settings (the gear), See all settings, Accounts and Import, Send mail as"
START = "Add another email address"
EDIT = "edit info"
PORT = 587
PASSWORD = "Password"  # noqa: S105  the label of a field
HIDDEN = "(not shown)"


@dataclass(frozen=True, slots=True)
class Field:
    """One field or button of the dialog."""

    label: str
    value: str
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Window:
    """One of the dialog's windows; *button* is what is pressed at its end."""

    title: str
    fields: tuple[Field, ...]
    button: str


def windows(
    stored: StoredCredential, *, name: str | None, password: str | None = None
) -> tuple[Window, ...]:
    """What to type.  The password stands in it only where it is given."""
    return (
        Window(
            "Add another email address you own",
            (
                Field("Name", name or "your name", "" if name else "as readers shall see it"),
                Field("Email address", stored.address),
                Field(
                    "Treat as an alias", "ticked", "as Gmail has it; it matters to replies only"
                ),
            ),
            "Next Step",
        ),
        Window(
            "Send mail through your SMTP server",
            (
                Field("SMTP Server", smtp_host(stored.region), "replace what Gmail proposes"),
                Field("Port", str(PORT)),
                Field("Username", stored.username, "not the address"),
                Field(PASSWORD, password or HIDDEN, "44 characters, without blanks"),
                Field("Secured connection using TLS", "chosen"),
            ),
            "Add Account",
        ),
    )


def relay_windows(
    address: str, *, name: str | None, host: str, port: int, implicit: bool
) -> tuple[Window, ...]:
    """What to type for a mailbox that sends through our relay; its password is made there."""
    first, _ = windows(StoredCredential(address, Region(""), "", ""), name=name)
    secured = "SSL" if implicit else "TLS"
    return (
        first,
        Window(
            "Send mail through your SMTP server",
            (
                Field("SMTP Server", host, "replace what Gmail proposes"),
                Field("Port", str(port)),
                Field("Username", address, "the whole address"),
                Field(PASSWORD, HIDDEN, "32 letters and digits, as the relay printed them once"),
                Field(f"Secured connection using {secured}", "chosen"),
            ),
            "Add Account",
        ),
    )


def changed(shown: tuple[Window, ...]) -> tuple[Window, ...]:
    """The windows by which an address that Gmail sends as already gets another password."""
    first, second = shown
    return (
        replace(first, title="Edit email address", fields=first.fields[:1]),
        replace(second, button="Save Changes"),
    )


def as_text(shown: tuple[Window, ...], start: str = START) -> str:
    """The windows as lines for a terminal; *start* is what opens the first."""
    lines: list[str] = [f"In Gmail: {WHERE}, {start}."]
    for window in shown:
        lines += ["", window.title]
        width = max(len(field.label) for field in window.fields)
        for field in window.fields:
            remark = f"   ({field.remark})" if field.remark else ""
            lines.append(f"  {field.label:<{width}}  {field.value}{remark}")
        lines.append(f"  [{window.button}]")
    return "\n".join(lines)


def as_json(shown: tuple[Window, ...]) -> list[dict[str, object]]:
    """The windows for programs; the password is null where it is hidden."""
    return [
        {
            "window": window.title,
            "fields": [
                {"label": f.label, "value": None if f.value == HIDDEN else f.value}
                for f in window.fields
            ],
            "button": window.button,
        }
        for window in shown
    ]
