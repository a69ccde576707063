"""The watcher's entry: what Lambda calls once a day."""

import os
import time

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Protocol

from sendas.aws.lean import key_from
from sendas.aws.session import open_session
from sendas.aws.telling import Teller
from sendas.credentials.charge import Charge
from sendas.doctor.doors import default_doors
from sendas.forward.routes import RoutedDomain
from sendas.inbound.log import Log
from sendas.outcome import Seen
from sendas.watch.daily.look import Looking
from sendas.watch.daily.run import Watcher, stored_route, stored_users
from sendas.watch.daily.tending import stored_charges, tending_of
from sendas.watch.decide.settings import read_watched


_RESERVE_SECONDS = 5.0


class Context(Protocol):
    """What Lambda tells of the call."""

    aws_request_id: str

    def get_remaining_time_in_millis(self) -> int:
        """How long it may still take."""


def handle(_event: Mapping[str, Any], context: Context) -> dict[str, Any]:
    """Lambda's entry: ``sendas.watch.daily.handler.handle``.

    Raises:
        MisconfiguredFunction: Naming every variable that is missing or wrong.
        SendasError: It did not come to its end; Lambda is to try it again.
    """
    watched = read_watched(os.environ)
    settings = watched.settings
    aws = Teller(
        key_from(os.environ), settings.region, os.environ, bucket_region=settings.bucket_region
    )
    seconds = context.get_remaining_time_in_millis() / 1000
    aws.until = time.monotonic() + seconds - _RESERVE_SECONDS
    watched = replace(watched, users=stored_users(aws, watched))
    session, log = open_session(None, os.environ), Log()
    looking = Looking(watched, session, default_doors(os.environ), time.sleep)

    def clock() -> datetime:
        return datetime.now(UTC)  # noqa: TID251  the door where time comes in

    def route() -> Seen[RoutedDomain]:
        return stored_route(aws, watched)

    def charges() -> tuple[Charge, ...]:
        return stored_charges(aws, watched)

    tending = tending_of(watched, session, charges, os.environ, log)
    watcher = Watcher(watched, looking, route, aws, clock=clock, log=log, tending=tending)
    ran = watcher.run(context.aws_request_id, seconds)
    return {"changes": len(ran.changes), "notices": len(ran.notices), "busy": bool(ran.busy)}
