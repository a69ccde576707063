"""Lists that AWS tells page by page, each page naming the next."""

from typing import Any

from sendas.aws.reading import understand
from sendas.aws.session import Session
from sendas.iam.actions import iam_action
from sendas.outcome import NoAnswer, Seen, Why
from sendas.ses.regions import Region


MOST_PAGES = 50
"""Of 100 entries as a rule, far beyond any quota: whoever goes on goes round in a circle."""


def paged(  # noqa: PLR0913  a question, and what its pages are called
    session: Session,
    service: str,
    operation: str,
    entries: str,
    *,
    region: Region,
    absent: tuple[str, ...] = (),
    tokens: tuple[str, str] = ("NextToken", "NextToken"),
    **params: object,
) -> Seen[tuple[Any, ...] | None]:
    """Everything under *entries* on all pages; None if what is listed of does not exist.

    *tokens* are what an answer calls the next page, and what the question calls it.
    A list that does not end is no answer: a part of it would pass for the whole.
    """
    given, wanted = tokens
    found: list[Any] = []
    page: dict[str, object] = {}
    for _ in range(MOST_PAGES):
        answer = session.find(service, operation, region=region, absent=absent, **params, **page)
        if answer is None or isinstance(answer, NoAnswer):
            return answer
        part = understand(answer, lambda raw: tuple(raw.get(entries, ())))
        if isinstance(part, NoAnswer):
            return part
        found += part
        if not answer.get(given):
            return tuple(found)
        page = {wanted: answer[given]}
    action = iam_action(service, operation)
    return NoAnswer(Why.SERVER_FAILURE, f"{action}: no end after {MOST_PAGES} pages")
