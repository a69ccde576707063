"""Message tags as SES takes them, in its words (recorded, FACTS 27: checked before identities)."""

import re

from collections.abc import Iterable, Mapping


_MOST = 255
_OWN = frozenset({"ses:feedback-id-a", "ses:feedback-id-b"})
"""SES guide, "Feedback-ID": the two that a sender may set."""
_NAME, _VALUE = re.compile(r"[A-Za-z0-9_-]+"), re.compile(r"[A-Za-z0-9_.@-]+")


def complaint_about_tags(tags: Iterable[Mapping[str, str]]) -> str | None:
    """What SES says is wrong with the first bad tag; None if nothing is."""
    for tag in tags:
        said = _name(tag.get("Name") or "") or _value(tag.get("Value") or "")
        if said:
            return said
    return None


def _name(name: str) -> str | None:
    if not name:
        return "The tag name must be specified."
    if len(name) > _MOST:
        return f"Tag name cannot exceed {_MOST} characters."
    if name not in _OWN and not _NAME.fullmatch(name):
        return (
            f"Invalid tag name <{name}>: only alphanumeric ASCII characters, '_',  '-' are"
            " allowed."
        )
    return None


def _value(value: str) -> str | None:
    if not value:
        return "The tag value must be specified."
    if len(value) > _MOST:
        return f"Tag value cannot exceed {_MOST} characters."
    if not _VALUE.fullmatch(value):
        return (
            f"Invalid tag value <{value}>: only alphanumeric ASCII characters, '_',  '-' , '.',"
            " '@' are allowed."
        )
    return None
