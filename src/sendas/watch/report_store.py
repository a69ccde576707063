"""The reports that the domain's own bucket received, as the function kept them."""

from collections.abc import Iterator
from datetime import date, timedelta

from sendas.aws.mail_store import MailStore
from sendas.inbound.settings import DEFAULT_STATE_PREFIX, REPORTS
from sendas.reports.line import Line, LostLine, MalformedLine, Origin, read_line
from sendas.watch.objects import contents, listed


_PREFIX = f"{DEFAULT_STATE_PREFIX}{REPORTS}"
_ABOUT_BEFORE = timedelta(days=2)
"""A report that began before a day may reach into it."""


def read_kept(store: MailStore, since: date | None = None) -> Iterator[Iterator[Line]]:
    """The documents in the bucket, each as its lines; those that may reach to *since* and later.

    Raises:
        CouldNotLook: S3 does not tell, or an object could not be read.
    """
    first = f"{since - _ABOUT_BEFORE:%Y-%m-%d}" if since else ""
    keys = [one.key for one in listed(store, _PREFIX, "the reports")]
    wanted = [key for key in keys if key.removeprefix(_PREFIX)[:10] >= first]
    for key, raw in contents(store, wanted):
        yield _lines(key, raw)


def _lines(key: str, raw: bytes) -> Iterator[Line]:
    for line in raw.split(b"\n"):
        if line:
            try:
                yield read_line(line)
            except MalformedLine as error:
                yield LostLine(key, str(error), Origin())
