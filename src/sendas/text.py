"""A stranger's text made safe to show: on a terminal, in a page, in a letter.

Mail, DNS records and servers' replies hold whatever somebody wrote into them: escape sequences
repaint a terminal, direction marks (UTS 55) turn a line round, and a line separator makes two
of one.  ``str.isprintable`` says no to all of these: Unicode's categories Other and Separator,
but for the blank.
"""

SHOWN = "\N{REPLACEMENT CHARACTER}"
"""Stands where something was that cannot be shown."""


def visible(line: str) -> str:
    """*line* with a tab as a blank, and ``SHOWN`` for whatever else does not print."""
    if line.isprintable():
        return line
    return "".join(c if c.isprintable() else " " if c == "\t" else SHOWN for c in line)


def visible_lines(text: str) -> str:
    """*text* with its LF kept and each line `visible`."""
    return "\n".join(map(visible, text.split("\n")))


def one_line(text: str) -> str:
    """*text* on one line, with single blanks, and `visible`."""
    return visible(" ".join(text.split()))


def without_unseen(text: str) -> str:
    """*text* on one line, with single blanks, and nothing where something does not print.

    For names in a header field: a mail shows them as the author wrote them, without ``SHOWN``.
    """
    if not text.isprintable():
        text = "".join(c if c.isprintable() else " " for c in text)
    return " ".join(text.split())
