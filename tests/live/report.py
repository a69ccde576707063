"""The answers of a live run as a page that can be pasted into the docs.  Pure."""

from collections.abc import Iterable

from tests.live.questions import Question


def report(day: str, region: str, answers: Iterable[tuple[Question, str]]) -> str:
    """Markdown; no name of the owner's, no account's number and no key is in it."""
    lines = [
        f"## FACTS 26, asked of a live account in {region} on {day}",
        "",
        "| # | question | answer |",
        "|---|---|---|",
    ]
    lines += [
        f"| {one.number} | {one.text} | {answer.replace('|', '/')} |" for one, answer in answers
    ]
    return "\n".join(lines) + "\n"
