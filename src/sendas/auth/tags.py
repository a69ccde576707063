"""Tag lists, ``v=X; p=none``: the form DKIM keys and DMARC records share.

RFC 6376, 3.2.  Unknown tags are kept: both standards tell readers to ignore
them.
"""

import re

from dataclasses import dataclass

from sendas.errors import SendasError


_TAG = re.compile(r"[ \t\r\n]*(?P<name>[A-Za-z][A-Za-z0-9_]*)[ \t\r\n]*=(?P<value>.*)", re.DOTALL)


class MalformedTags(SendasError):
    """The text is no tag list.

    *part* is what stands between two semicolons and *at* its place, from 0.
    """

    def __init__(self, why: str, part: str, at: int) -> None:
        super().__init__(f"{why}: {part!r} at character {at + 1}")
        self.why, self.part, self.at = why, part, at


@dataclass(frozen=True, slots=True)
class Tag:
    """``name=value``, blanks around both taken off; *at* is its place in the text."""

    name: str
    value: str
    at: int


def parse_tags(text: str) -> tuple[Tag, ...]:
    """Read a tag list, in order; empty parts between semicolons are passed over.

    Raises:
        MalformedTags: A part without ``=``, or a name that stands twice.
    """
    tags, faults = read_tags(text)
    if faults:
        raise faults[0]
    return tags


def read_tags(text: str) -> tuple[tuple[Tag, ...], tuple[MalformedTags, ...]]:
    """Read what can be read of a tag list; of a name that stands twice, the first."""
    tags: dict[str, Tag] = {}
    faults: list[MalformedTags] = []
    at = 0
    for part in text.split(";"):
        if part.strip():
            match = _TAG.fullmatch(part)
            if match is None:
                faults.append(MalformedTags("not of the form name=value", part.strip(), at))
            elif (name := match["name"].lower()) in tags:  # RFC 6376, 3.2: MUST NOT occur twice
                faults.append(MalformedTags(f"{name}= stands twice", part.strip(), at))
            else:
                tags[name] = Tag(name, match["value"].strip(" \t\r\n"), at)
        at += len(part) + 1
    return tuple(tags.values()), tuple(faults)
