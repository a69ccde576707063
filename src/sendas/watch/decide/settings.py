"""What the watcher is told by its environment, or by sendas.toml; every mistake at once.

Whose keys it looks at stands in the bucket: a function's environment holds 4 KB.
"""

import json
import re

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sendas.errors import SendasError
from sendas.inbound.settings import MisconfiguredFunction, Settings, read_settings
from sendas.mail.domain import Domain, MalformedDomain
from sendas.outcome import Seen


HANDLER = "sendas.watch.daily.handler.handle"
"""What Lambda calls in the watcher's zip."""
WATCH = "watch/"
"""Behind the state prefix: the watcher's own."""
CHARGES = f"{WATCH}mailboxes.json"
USERS = f"{WATCH}users.json"
_USERS_SCHEMA = "sendas.watched-users/1"
KEPT = f"{WATCH}kept/"
"""What was seen, and what was found in it: for as long as `KEPT_DAYS`."""
KEPT_DAYS = 90
SUMMARIES = ("never", "weekly", "monthly")
_TOPIC = re.compile(r"arn:[\w-]+:sns:[\w-]+:\d{12}:[\w.-]{1,256}")
_STACK = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,127}")
_USER = re.compile(r"[A-Za-z0-9+=,.@_-]{1,64}")


class MalformedUsers(SendasError):
    """What stands in the bucket does not say whose keys to look at."""


def format_users(users: Iterable[str]) -> bytes:
    """The object at `Watched.users_key`, line by line, so that two versions can be compared."""
    value = {"schema": _USERS_SCHEMA, "users": list(users)}
    return (json.dumps(value, indent=1) + "\n").encode("ascii")


def read_users(content: bytes) -> tuple[str, ...]:
    """Read what `format_users` wrote.

    Raises:
        MalformedUsers: It did not.
    """
    try:
        value = json.loads(content)
        users = tuple(value["users"])
        if value["schema"] == _USERS_SCHEMA and all(map(_USER.fullmatch, users)):
            return users
    except (AttributeError, KeyError, TypeError, ValueError, RecursionError) as error:
        msg = f"whose keys to look at cannot be read: {type(error).__name__}"
        raise MalformedUsers(msg) from error
    msg = "whose keys to look at cannot be read: not as this release writes it"
    raise MalformedUsers(msg)


@dataclass(frozen=True, slots=True)
class Watched:
    """One domain, and where what is known of it lies.

    *users* are the IAM users that send for it, or why nobody knows; *topic_arn* is empty where
    no alarms are; *remembers* says whether there is a history of sent mail.
    """

    domain: Domain
    stack: str
    settings: Settings
    topic_arn: str = ""
    users: Seen[tuple[str, ...]] = ()
    remembers: bool = False
    summary: str = "never"
    events_arn: str = ""
    """The topic that SES tells of sent mail, and then our queue; empty without a history."""
    tends: bool = False
    """Whether credentials are looked after, as the mailboxes at `charges_key` say."""

    @property
    def charges_key(self) -> str:
        """Where it stands whose credentials are looked after, and how."""
        return f"{self.settings.state_prefix}{CHARGES}"

    @property
    def users_key(self) -> str:
        """Where it stands whose keys are looked at."""
        return f"{self.settings.state_prefix}{USERS}"

    @property
    def state_key(self) -> str:
        """Where it stands what is known."""
        return f"{self.settings.state_prefix}{WATCH}state.json"

    def kept_key(self, what: str, stamp: str, ending: str) -> str:
        """Where something of the look at *stamp* is kept."""
        return f"{self.settings.state_prefix}{KEPT}{what}/{stamp.replace(':', '')}.{ending}"

    @staticmethod
    def kept_at(key: str) -> datetime:
        """When the look was of which something is kept at *key*."""
        return datetime.fromisoformat(key.rpartition("/")[2].rpartition(".")[0])


def read_watched(environment: Mapping[str, str]) -> Watched:
    """What the function's environment says; all but the users.

    SENDAS_WATCH_DOMAIN and SENDAS_WATCH_STACK are needed, and what
    `read_settings` needs.  Not needed: SENDAS_WATCH_TOPIC, SENDAS_WATCH_EVENTS,
    SENDAS_WATCH_SUMMARY, SENDAS_WATCH_HISTORY and SENDAS_WATCH_CREDENTIALS (``1``).

    Raises:
        MisconfiguredFunction: Naming every variable that is missing or wrong.
    """
    wrong: list[str] = []
    settings: Settings | None = None
    domain: Domain | None = None
    try:
        settings = read_settings(environment)
    except MisconfiguredFunction as error:
        wrong.append(str(error))
    try:
        domain = Domain(environment.get("SENDAS_WATCH_DOMAIN", ""))
    except MalformedDomain as error:
        wrong.append(f"SENDAS_WATCH_DOMAIN: {error}")

    def read(name: str, pattern: re.Pattern[str], default: str) -> str:
        value = environment.get(name, default).strip()
        if value != default and not pattern.fullmatch(value):
            wrong.append(f"{name} cannot be {value[:60]!r}")
        return value

    stack = read("SENDAS_WATCH_STACK", _STACK, "")
    if not stack:
        wrong.append("SENDAS_WATCH_STACK is missing")
    topic = read("SENDAS_WATCH_TOPIC", _TOPIC, "")
    events = read("SENDAS_WATCH_EVENTS", _TOPIC, "")
    summary = read("SENDAS_WATCH_SUMMARY", re.compile("|".join(SUMMARIES)), "never")
    if wrong or settings is None or domain is None:
        raise MisconfiguredFunction("; ".join(wrong))
    remembers = environment.get("SENDAS_WATCH_HISTORY", "") == "1"
    tends = environment.get("SENDAS_WATCH_CREDENTIALS", "") == "1"
    return Watched(
        domain, stack, settings, topic, (), remembers, summary, events_arn=events, tends=tends
    )
