"""Keys of the file put out of force where they stand, as comments, and nothing else; pure."""

from collections.abc import Iterable

from sendas.config.lines import Place, key_lines


def commented_out(text: str, places: Iterable[Place], why: str) -> str:
    """*text* with the lines of each place behind ``#``, *why* above the first.

    Places that are not there are passed over.  What stands beside a value on its
    line goes with it: whoever calls reads the text again, and compares.
    """
    known = key_lines(text)
    lines = text.splitlines(keepends=True)
    gone: set[int] = set()
    for place in places:
        if place not in known:
            continue
        start = known[place]
        behind = [at for one, at in known.items() if at > start and one[: len(place)] != place]
        end = min(behind, default=len(lines) + 1)
        while end - 1 > start and _is_empty(lines[end - 2]):
            end -= 1
        gone |= set(range(start, end))
    if not gone:
        return text
    made = []
    for number, line in enumerate(lines, 1):
        if number == min(gone):
            made.append(f"# {why}\n")
        made.append(f"# {line}" if number in gone else line)
    return "".join(made)


def _is_empty(line: str) -> bool:
    return not line.strip() or line.lstrip().startswith("#")
