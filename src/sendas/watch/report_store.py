"""The reports that the domain's own bucket received, as the function kept them."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

from sendas.aws.mail_store import MailStore
from sendas.errors import CouldNotLook
from sendas.inbound.settings import DEFAULT_STATE_PREFIX, REPORTS
from sendas.outcome import NoAnswer, see
from sendas.reports.line import Line, LostLine, MalformedLine, Origin, read_line


_PREFIX = f"{DEFAULT_STATE_PREFIX}{REPORTS}"
_AT_ONCE = 16
_BATCH = 64
_ABOUT_BEFORE = timedelta(days=2)
"""A report that began before a day may reach into it."""


def read_kept(store: MailStore, since: date | None = None) -> Iterator[Iterator[Line]]:
    """The documents in the bucket, each as its lines; those that may reach to *since* and later.

    Raises:
        CouldNotLook: S3 does not tell, or an object could not be read.
    """
    first = f"{since - _ABOUT_BEFORE:%Y-%m-%d}" if since else ""
    keys = [key for key in _keys(store) if key.removeprefix(_PREFIX)[:10] >= first]
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        for start in range(0, len(keys), _BATCH):
            batch = keys[start : start + _BATCH]
            for key, content in zip(batch, pool.map(store.read, batch), strict=True):
                raw = see(content, key)
                if raw is not None:  # None: past its time meanwhile
                    yield _lines(key, raw)


def _keys(store: MailStore) -> Iterator[str]:
    for one in store.objects(_PREFIX):
        if isinstance(one, NoAnswer):
            msg = f"the reports: {one}"
            raise CouldNotLook(msg)
        if one.key.endswith(".jsonl"):
            yield one.key


def _lines(key: str, raw: bytes) -> Iterator[Line]:
    for line in raw.split(b"\n"):
        if line:
            try:
                yield read_line(line)
            except MalformedLine as error:
                yield LostLine(key, str(error), Origin())
