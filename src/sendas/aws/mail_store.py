"""The owner's side of received mail: the bucket, and the function that forwards.

Read with the owner's own credentials, from the owner's own machine; what is to
be sent is left to the function, which has the permission and the record.
"""

import json

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from botocore.config import Config

from sendas.aws import objects
from sendas.aws.paging import MOST_PAGES_OF_MUCH, Page, follow
from sendas.aws.session import Session
from sendas.outcome import NoAnswer, Seen, Why
from sendas.ses.regions import Region


_INVOKE_SECONDS = 150
"""The function's own 120 (its template's time-out), a cold start, and the way there and back."""


@dataclass(frozen=True, slots=True)
class StoredObject:
    """One object of the bucket."""

    key: str
    size: int
    modified: datetime


_FIRST = "0123456789abcdefghijklmnopqrstuvwxyz"
_AT_ONCE = 16


def _behind(page: Mapping[str, Any]) -> Page:
    """The next page begins behind the last key of this one."""
    return {"StartAfter": page["Contents"][-1]["Key"]} if page.get("IsTruncated") else {}


def _listed(page: Mapping[str, Any]) -> Iterator[StoredObject]:
    for entry in page.get("Contents", ()):
        yield StoredObject(entry["Key"], entry["Size"], entry["LastModified"])


@dataclass(frozen=True, slots=True)
class MailStore:
    """One bucket and one function; safe from any thread."""

    session: Session
    region: Region
    bucket: str

    def objects(self, prefix: str) -> Iterator[Seen[StoredObject]]:
        """Every object whose key begins with *prefix*; NoAnswer, last, if S3 falls silent."""
        page = self._page(prefix)
        if isinstance(page, NoAnswer):
            yield page
            return
        yield from _listed(page)
        if not page.get("IsTruncated"):
            return
        # The rest side by side: SES's ids begin with any letter or digit, and a page takes its
        # time.  Each range begins behind the end of the one before: none is left out.
        last = page["Contents"][-1]["Key"]
        edges = [last, *(edge for c in _FIRST if (edge := prefix + c) > last)]
        ranges = list(zip(edges, [*edges[1:], None], strict=True))
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            for found in pool.map(lambda ends: list(self._between(prefix, *ends)), ranges):
                yield from found

    def _between(self, prefix: str, after: str, until: str | None) -> Iterator[Seen[StoredObject]]:
        """The objects behind *after*, up to and with *until*."""

        def ask(page: Page) -> Seen[Mapping[str, Any]]:
            return self._page(prefix, **{"StartAfter": after, **page})

        told = follow(ask, _behind, "s3:ListBucket", most=MOST_PAGES_OF_MUCH)
        for page in told:
            if isinstance(page, NoAnswer):
                yield page
                return
            for one in _listed(page or {}):
                if until is not None and one.key > until:
                    return
                yield one

    def _page(self, prefix: str, **more: object) -> Seen[Mapping[str, Any]]:
        return self.session.ask(
            "s3",
            "ListObjectsV2",
            region=self.region,
            Bucket=self.bucket,
            Prefix=prefix,
            **more,
        )

    def read(self, key: str, *, first: int | None = None) -> Seen[bytes | None]:
        """The object, or its *first* bytes; None if there is none."""
        return objects.read(self.session, self.region, self.bucket, key, first=first)

    def write(self, key: str, content: bytes) -> Seen[None]:
        """Put an object."""
        answer = self.session.ask(
            "s3",
            "PutObject",
            region=self.region,
            Bucket=self.bucket,
            Key=key,
            Body=content,
            ContentType="application/json",
        )
        return answer if isinstance(answer, NoAnswer) else None

    def invoke(self, function: str, request: Mapping[str, Any]) -> Seen[Mapping[str, Any]]:
        """What the function answers; its own failure is no answer.

        Asked once: a function whose answer is late is still at work.
        """
        with closing(_Patient(self.session)) as session:
            answer = session.ask(
                "lambda",
                "Invoke",
                region=self.region,
                FunctionName=function,
                Payload=json.dumps(request).encode(),
            )
            if isinstance(answer, NoAnswer):
                return answer
            said = json.loads(answer["Payload"].read() or b"null")
        if answer.get("FunctionError") or not isinstance(said, dict):
            kind = said.get("errorType", "") if isinstance(said, dict) else ""
            return NoAnswer(Why.SERVER_FAILURE, f"lambda:Invoke: {function} failed: {kind}")
        return said


class _Patient(Session):
    """*session* for a call that takes as long as it takes, and is made once."""

    def __init__(self, session: Session) -> None:
        super().__init__(session._inner, session._endpoint)  # noqa: SLF001  the same credentials
        self._lock = session._lock  # noqa: SLF001  clients of one botocore session are made in turn

    def _config(self, service: str) -> Config:
        # Keep-alive: what is between drops a connection on which nothing is said for
        # minutes (Lambda API reference, Invoke).
        asked_once = Config(
            read_timeout=_INVOKE_SECONDS,
            retries={"mode": "standard", "total_max_attempts": 1},
            tcp_keepalive=True,
        )
        return super()._config(service).merge(asked_once)
