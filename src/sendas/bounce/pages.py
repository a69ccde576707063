"""The documentation of every row: ``python -m sendas.pages docs/bounce-tables.md``."""

from collections.abc import Iterator

from sendas.bounce.judge import rows_of_providers
from sendas.bounce.meaning import MEANINGS
from sendas.bounce.tables.common_phrases import WORDS
from sendas.bounce.tables.registry import REGISTRY
from sendas.bounce.tables.row import Row
from sendas.bounce.tables.ses import EVENTS
from sendas.bounce.tables.ses_api import API_ROWS, CODES
from sendas.bounce.tables.submission import CAUSES, SUBMISSION


_HEAD = """# What bounces say: every row

Made by `python -m sendas.pages`; do not edit. How the rows are used, and what the
words mean: [bounce.md](bounce.md).

A refusal is matched against its provider's rows, from top to bottom; without one that fits, the
words that servers everywhere use are weighed against each other, with the codes. `…` in a text
stands for up to 120 characters; texts are compared in lower case, without addresses and codes.
`x.7.26` is 4.7.26 and 5.7.26.
"""


def page() -> str:
    """The whole page, as Markdown."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield _HEAD
    yield "## Reasons\n"
    yield "| reason | meaning | whose | rules |"
    yield "|---|---|---|---|"
    for reason, meaning in MEANINGS.items():
        whose = f"`{meaning.owner}`" if meaning.owner else ""
        says = _cell(f"{meaning.says} {meaning.whose}")
        yield f"| `{reason}` | {says} | {whose} | {_codes(meaning.rules)} |"
    yield "\n## Providers\n"
    for provider, rows in rows_of_providers().items():
        yield f"### {provider}\n"
        yield from _table(rows)
        yield ""
    yield "## Everybody\n"
    yield from _table(WORDS)
    yield "\n## Codes (IANA's registry)\n"
    yield from _table((*(one.row for one in REGISTRY.statuses.values()), *REGISTRY.replies))
    yield "\n## SES events\n"
    yield "| event | reason | whose | rules | source |"
    yield "|---|---|---|---|---|"
    for event in EVENTS:
        why = (
            f"`{event.reason}`"
            if event.reason
            else f"by the diagnostic text, else `{event.otherwise}`"
        )
        whose = f"`{event.owner}`" if event.owner else ""
        yield (
            f"| {event.event} | {why} | {whose} | {_codes(event.rules)} | {_cell(event.source)} |"
        )
    yield "\n## Refused at submission (Gmail wraps these in `CustomFromDenied`)\n"
    yield "| text | reason | whose | rules | source |"
    yield "|---|---|---|---|---|"
    for known in CAUSES:
        held = f"`{known.held}` when Gmail holds it" if known.held else ""
        yield (
            f"| SES: {known.cause} | `{known.reason}` | {held} | {_codes(known.rules)} | "
            "`sendas.smtp.replies` |"
        )
    for refusal in (*SUBMISSION, *API_ROWS):
        yield (
            f"| {_cell(refusal.text)} | `{refusal.reason}` | `{refusal.owner}` | "
            f"{_codes(refusal.rules)} | {_cell(refusal.source)} |"
        )

    known_bare = ", ".join(f"`{words}` ({code})" for words, code in CODES)
    yield f"\nKnown without their code, since nobody but SES writes them: {known_bare}."


def _table(rows: tuple[Row, ...]) -> Iterator[str]:
    yield "| reason | codes | texts | whose | rules | source | sure | weight |"
    yield "|---|---|---|---|---|---|---|---|"
    for row in rows:
        owner = row.owner or MEANINGS[row.reason].owner
        whose = f"`{owner}`" if owner else ""
        texts = ", ".join(f"`{_cell(text)}`" for text in row.texts)
        stages = (
            f" at {'/'.join(stage or 'no stage' for stage in row.stages)}" if row.stages else ""
        )
        yield (
            f"| `{row.reason}` | {_codes(row.codes)}{stages} | {texts} | {whose} | "
            f"{_codes(row.rules)} | {_cell(row.source)} | {row.confidence} | {_weight(row)} |"
        )


def _weight(row: Row) -> str:
    return "" if row.provider else row.weight.name.lower()


def _codes(codes: tuple[str, ...]) -> str:
    return ", ".join(codes)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
