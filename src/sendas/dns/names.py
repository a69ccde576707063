"""Domain names as DNS compares them: lower-case A-labels without the final dot."""

from collections.abc import Iterator

from sendas.mail.domain import MAX_LABEL, MAX_NAME


def canonical(name: str) -> str:
    """The one spelling of *name*: lower case, no final dot."""
    return name.lower().removesuffix(".")


def can_be_asked(name: str) -> bool:
    """Whether DNS can carry *name*: no empty label, none too long, not too long itself.

    Says nothing about which characters a host may use: SPF may ask for any.
    """
    labels = name.removesuffix(".").split(".")
    return len(name.removesuffix(".")) <= MAX_NAME and all(
        1 <= len(label) <= MAX_LABEL for label in labels
    )


def within(name: str, zone: str) -> bool:
    """Whether *name* is *zone* or below it."""
    return name == zone or name.endswith(f".{zone}")


def ancestry(name: str) -> Iterator[str]:
    """*name*, its parent, and so on to the top-level domain."""
    labels = name.split(".")
    for start in range(len(labels)):
        yield ".".join(labels[start:])


def quoted(text: str) -> str:
    """*text* as zone-file strings of at most 255 bytes each (RFC 1035, 3.3 and 5.1)."""
    escaped = [_escape(char) for char in text]
    chunks = ["".join(escaped[at : at + 255]) for at in range(0, len(escaped), 255)] or [""]
    return " ".join(f'"{chunk}"' for chunk in chunks)


def _escape(char: str) -> str:
    if char in '"\\':
        return f"\\{char}"
    return char if " " <= char <= "~" else f"\\{ord(char):03d}"
