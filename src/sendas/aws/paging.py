"""Lists that AWS tells page by page, each page naming the next.

Every list of ours is read by `follow`: a list that goes round in a circle, or does not
end, is no answer, since a part of it would pass for the whole.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeAlias

from sendas.aws.reading import Raw, understand
from sendas.aws.session import Session
from sendas.iam.actions import iam_action
from sendas.outcome import NoAnswer, Seen, Why
from sendas.ses.regions import Region


MOST_PAGES = 50
"""Of 100 entries as a rule, far beyond any quota."""
MOST_PAGES_OF_MUCH = 100_000
"""Of 1,000 entries: of what no quota limits, such as objects in a bucket."""

Page: TypeAlias = Mapping[str, object]
"""What a question says so that it is answered by one page; empty for the first."""
Following: TypeAlias = Callable[[Raw], Page]
"""From a page to the next one; empty where it was the last."""


def by_token(given: str = "NextToken", wanted: str | None = None) -> Following:
    """The next page is what the answer calls *given*, and the question *wanted*."""
    return lambda answer: {wanted or given: answer[given]} if answer.get(given) else {}


def by_truncation(given: str, wanted: str) -> Following:
    """The same where the answer says ``IsTruncated``, as IAM and S3 do."""
    return lambda answer: {wanted: answer[given]} if answer.get("IsTruncated") else {}


def follow(
    ask: Callable[[Page], Seen[Raw | None]],
    following: Following,
    what: str,
    *,
    most: int = MOST_PAGES,
) -> Iterator[Seen[Raw | None]]:
    """The pages, ending with the first NoAnswer, or with None if what is listed of is not there.

    *what* is asked, by IAM's name, such as ``iam:ListUsers``.
    """
    page: Page = {}
    asked: set[tuple[tuple[str, object], ...]] = set()
    while True:
        asked.add(tuple(page.items()))
        answer = ask(page)
        yield answer
        if answer is None or isinstance(answer, NoAnswer):
            return
        after = understand(answer, following)
        if isinstance(after, NoAnswer):
            yield after
            return
        if not after:
            return
        if tuple(after.items()) in asked:
            yield NoAnswer(Why.SERVER_FAILURE, f"{what}: the same page again")
            return
        if len(asked) == most:
            yield NoAnswer(Why.SERVER_FAILURE, f"{what}: no end after {most} pages")
            return
        page = after


def pages(  # noqa: PLR0913  a question, and how its pages follow
    session: Session,
    service: str,
    operation: str,
    following: Following,
    *,
    region: Region,
    absent: tuple[str, ...] = (),
    most: int = MOST_PAGES,
    **params: object,
) -> Iterator[Seen[Raw | None]]:
    """The pages of an operation's answer, as `follow` gives them."""

    def ask(page: Page) -> Seen[Raw | None]:
        return session.find(service, operation, region=region, absent=absent, **params, **page)

    return follow(ask, following, iam_action(service, operation), most=most)


def entries_of(told: Iterator[Seen[Raw | None]], entries: str) -> Seen[tuple[Any, ...] | None]:
    """Everything under *entries* on all pages; None if what is listed of does not exist."""
    found: list[Any] = []
    for answer in told:
        if answer is None or isinstance(answer, NoAnswer):
            return answer
        part = understand(answer, lambda raw: tuple(raw.get(entries, ())))
        if isinstance(part, NoAnswer):
            return part
        found += part
    return tuple(found)


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
    """
    told = pages(
        session,
        service,
        operation,
        by_token(*tokens),
        region=region,
        absent=absent,
        most=MOST_PAGES,
        **params,
    )
    return entries_of(told, entries)
