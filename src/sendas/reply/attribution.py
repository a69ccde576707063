"""The private address in the lines that say who wrote what is quoted: found, and exchanged; pure.

Only what a mail program writes by itself is touched: the line before a quote, the block
of From, Sent and To that Outlook puts there, the elements that Gmail, Thunderbird, Outlook
and Apple Mail mark as such.  What a person typed stays, also where it holds the address.
"""

import re

from collections.abc import Iterator, Mapping


_QUOTE = re.compile(r"(?:[>|] ?)*")
_COLONS = (":", "\uff1a")
_MAX_LINES = 3
"""An attribution that its program wrapped."""
# Possessive: a stranger's line of a hundred thousand dashes is read once.
_SEPARATOR = re.compile(r"(?:-{2,}+[^-]{1,80}+-{2,}+|-{4,}+|_{10,}+)\s*+\Z")
_FIELD = re.compile(r"\*?[^\W\d_][\w \u00a0-]{0,24}:\*?(?:\s|\Z)")
_LEAST_FIELDS = 3


def scrubbed(text: str, instead: Mapping[str, str], *, html: bool) -> str:
    """*text* with each key of *instead*, an address, exchanged in attributions only."""
    patterns = {
        re.compile(rf"(?<![\w.+%=-]){re.escape(one)}(?![\w-]|\.\w)", re.IGNORECASE): other
        for one, other in instead.items()
    }
    if not any(pattern.search(text) for pattern in patterns):
        return text
    spans = _in_html(text) if html else _in_plain(text)
    pieces: list[str] = []
    position = 0
    for start, end in sorted(spans):
        if start < position:
            continue
        piece = text[start:end]
        for pattern, other in patterns.items():
            piece = pattern.sub(other.replace("\\", r"\\"), piece)
        pieces += [text[position:start], piece]
        position = end
    return "".join((*pieces, text[position:]))


# Plain text ---------------------------------------------------------------------------


def _in_plain(text: str) -> list[tuple[int, int]]:
    """Where attributions stand."""
    lines = list(_lines(text))
    return [*_before_quotes(lines), *_blocks(lines)]


_Line = tuple[int, int, int, str]
"""Start, end, depth of the quote, and what stands behind its marks."""


def _lines(text: str) -> Iterator[_Line]:
    position = 0
    for line in text.splitlines(keepends=True):
        bare = line.rstrip("\r\n")
        marks = _QUOTE.match(bare)
        quoted = marks.group() if marks else ""
        depth = quoted.count(">") + quoted.count("|")
        yield position, position + len(bare), depth, bare[len(quoted) :].strip()
        position += len(line)


def _before_quotes(lines: list[_Line]) -> Iterator[tuple[int, int]]:
    """The paragraph that ends with a colon right before a deeper quote begins."""
    following = 0
    for number in range(len(lines) - 1, -1, -1):
        start, end, depth, said = lines[number]
        if not said:
            continue
        if said.endswith(_COLONS) and following > depth:
            first, joined = number, said
            while (
                "<" not in joined
                and first
                and number - first < _MAX_LINES - 1
                and lines[first - 1][2] == depth
                and lines[first - 1][3]
            ):
                first -= 1
                joined = f"{lines[first][3]} {joined}"
            if "<" in joined and ">" in joined:
                yield lines[first][0], end
            del start
        following = depth


def _blocks(lines: list[_Line]) -> Iterator[tuple[int, int]]:
    """Fields, one a line, behind a separator: Outlook's, and those of a forwarded mail."""
    for number, (_, _, depth, said) in enumerate(lines):
        if not _SEPARATOR.match(said):
            continue
        first = last = number + 1
        while last < len(lines) and lines[last][2] == depth and _FIELD.match(lines[last][3]):
            last += 1
        if last - first >= _LEAST_FIELDS:
            yield lines[first][0], lines[last - 1][1]


# HTML ---------------------------------------------------------------------------------

_TAG = re.compile(r"<(?P<close>/?)(?P<name>[a-z][a-z0-9]*)(?P<rest>[^<>]{0,2000})>", re.IGNORECASE)
_ATTRIBUTE = re.compile(
    r"\b(class|id)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))", re.IGNORECASE
)
_MARKS = {
    "class": re.compile(r"\b(?:gmail_attr|moz-cite-prefix)\b", re.IGNORECASE),
    "id": re.compile(r"\bdivRplyFwdMsg\b", re.IGNORECASE),
}
_CITED = re.compile(r"\btype\s*=\s*[\"']?cite\b", re.IGNORECASE)
_ANY_TAG = re.compile(r"<[^<>]{0,2000}>")


def _in_html(text: str) -> list[tuple[int, int]]:
    """The elements that mail programs mark as an attribution; Apple's by its place and colon."""
    tags = list(_TAG.finditer(text))
    ends = _ends(tags)
    spans = []
    for number, tag in enumerate(tags):
        if tag["close"]:
            continue
        if _is_marked(tag["rest"]):
            spans.append((tag.end(), ends.get(number, tag.end())))
        elif tag["name"].lower() == "blockquote" and _CITED.search(tag["rest"]):
            spans += _apple(text, tags, ends, number)
    return spans


def _is_marked(attributes: str) -> bool:
    return any(
        _MARKS[found[1].lower()].search(found[2] or found[3] or found[4] or "")
        for found in _ATTRIBUTE.finditer(attributes)
    )


def _apple(
    text: str, tags: list[re.Match[str]], ends: Mapping[int, int], number: int
) -> Iterator[tuple[int, int]]:
    """``<blockquote type="cite"><div>On …, Jane &lt;…&gt; wrote:<br>``: the first thing in it."""
    near = range(number + 1, min(number + 6, len(tags)))
    divs = (n for n in near if not tags[n]["close"] and tags[n]["name"].lower() == "div")
    inside = next(divs, None)
    if inside is None or _ANY_TAG.sub("", text[tags[number].end() : tags[inside].start()]).strip():
        return
    start = tags[inside].end()
    end = ends.get(inside, start)
    after = (tags[n] for n in range(inside + 1, len(tags)))
    breaks = (tag.start() for tag in after if tag["name"].lower() in {"br", "blockquote"})
    line_end = min(next(breaks, end), end)
    said = _ANY_TAG.sub("", text[start:line_end]).replace("&nbsp;", " ").strip()
    if said.endswith(_COLONS) and "&lt;" in said:
        yield start, line_end


def _ends(tags: list[re.Match[str]]) -> dict[int, int]:
    """Where each element that is closed ends, by the number of its tag; found in one pass."""
    ends: dict[int, int] = {}
    begun: dict[str, list[int]] = {}
    for number, tag in enumerate(tags):
        if tag["rest"].endswith("/"):
            continue
        same = begun.setdefault(tag["name"].lower(), [])
        if not tag["close"]:
            same.append(number)
        elif same:
            ends[same.pop()] = tag.start()
    return ends
