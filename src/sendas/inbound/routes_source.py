"""The routes object in S3, read again only when it changed.

A changed route counts from the next mail on; no redeploy.  An object that cannot
be used does not stop the mail: the last good routes are kept, and every mail
says so in the log.  A process that never saw good routes cannot decide anything:
then mail waits in the queue.
"""

from dataclasses import dataclass

from sendas.aws.lean import Lean
from sendas.aws.refusals import AwsFailure
from sendas.errors import SendasError
from sendas.forward.routes import Routes
from sendas.forward.routes_file import MalformedRoutes, parse_routes
from sendas.inbound.settings import Settings


class NoRoutes(SendasError):
    """There are no routes that can be used."""


@dataclass(frozen=True, slots=True)
class Current:
    """The routes to go by; *broken* says why they are not the newest, empty if they are."""

    routes: Routes
    etag: str
    broken: str = ""


class RoutesSource:
    """The routes of one process."""

    def __init__(self, aws: Lean, settings: Settings) -> None:
        self._aws = aws
        self._settings = settings
        self._good: Current | None = None

    def current(self) -> Current:
        """The routes as they are now.

        Raises:
            NoRoutes: None that can be used, now or earlier.
        """
        good = self._good
        try:
            found = self._aws.read_if_changed(
                self._settings.bucket, self._settings.routes_key, good.etag if good else ""
            )
        except AwsFailure as error:
            return self._last_good(f"routes cannot be read: {error}", error)
        if found is None and good is not None:
            return good
        if found is None:
            return self._last_good("S3 says the routes have not changed", None)
        try:
            routes = parse_routes(found.content)
        except MalformedRoutes as error:
            # Not where: a place holds the owner's addresses, and this is logged.
            count = len(error.mistakes)
            why = f"routes are malformed, mistakes: {count}; sendas mail routes check says where"
            return self._last_good(why, error)
        self._good = Current(routes, found.etag)
        return self._good

    def _last_good(self, why: str, cause: Exception | None) -> Current:
        if self._good is None:
            raise NoRoutes(why) from cause
        return Current(self._good.routes, self._good.etag, why)
