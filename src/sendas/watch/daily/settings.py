"""What the watcher is told by its environment, or by sendas.toml; every mistake at once."""

import re

from collections.abc import Mapping
from dataclasses import dataclass

from sendas.inbound.settings import MisconfiguredFunction, Settings, read_settings
from sendas.mail.domain import Domain, MalformedDomain


HANDLER = "sendas.watch.daily.handler.handle"
"""What Lambda calls in the watcher's zip."""
WATCH = "watch/"
"""Behind the state prefix: the watcher's own."""
CHARGES = f"{WATCH}mailboxes.json"
KEPT = f"{WATCH}kept/"
"""What was seen, and what was found in it: for as long as `KEPT_DAYS`."""
KEPT_DAYS = 90
SUMMARIES = ("never", "weekly", "monthly")
_TOPIC = re.compile(r"arn:[\w-]+:sns:[\w-]+:\d{12}:[\w.-]{1,256}")
_STACK = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,127}")
_USER = re.compile(r"[A-Za-z0-9+=,.@_-]{1,64}")


_HERE = "~"
"""For ``@`` and the domain, which end most users' names: the environment holds 4 KB."""


def shortened(user: str, domain: Domain) -> str:
    """A user's name as it stands in the environment."""
    return user.replace(f"@{domain}", _HERE)


@dataclass(frozen=True, slots=True)
class Watched:
    """One domain, and where what is known of it lies.

    *users* are the IAM users that send for it; *topic_arn* is empty where no alarms are;
    *remembers* says whether there is a history of sent mail.
    """

    domain: Domain
    stack: str
    settings: Settings
    topic_arn: str = ""
    users: tuple[str, ...] = ()
    remembers: bool = False
    summary: str = "never"
    tends: bool = False
    """Whether credentials are looked after, as the mailboxes at `charges_key` say."""

    @property
    def charges_key(self) -> str:
        """Where it stands whose credentials are looked after, and how."""
        return f"{self.settings.state_prefix}{CHARGES}"

    @property
    def state_key(self) -> str:
        """Where it stands what is known."""
        return f"{self.settings.state_prefix}{WATCH}state.json"

    def kept_key(self, what: str, stamp: str, ending: str) -> str:
        """Where something of the look at *stamp* is kept."""
        return f"{self.settings.state_prefix}{KEPT}{what}/{stamp.replace(':', '')}.{ending}"


def read_watched(environment: Mapping[str, str]) -> Watched:
    """What the function's environment says.

    SENDAS_WATCH_DOMAIN and SENDAS_WATCH_STACK are needed, and what
    `read_settings` needs.  Not needed: SENDAS_WATCH_TOPIC, SENDAS_WATCH_USERS
    (separated by blanks, see `shortened`), SENDAS_WATCH_SUMMARY, SENDAS_WATCH_HISTORY and
    SENDAS_WATCH_CREDENTIALS (``1``).

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
    summary = read("SENDAS_WATCH_SUMMARY", re.compile("|".join(SUMMARIES)), "never")
    written = environment.get("SENDAS_WATCH_USERS", "").replace(_HERE, f"@{domain}")
    users = tuple(written.split())
    wrong += [
        f"SENDAS_WATCH_USERS has {user[:70]!r}, no IAM user's name"
        for user in users
        if not _USER.fullmatch(user)
    ]
    if wrong or settings is None or domain is None:
        raise MisconfiguredFunction("; ".join(wrong))
    remembers = environment.get("SENDAS_WATCH_HISTORY", "") == "1"
    tends = environment.get("SENDAS_WATCH_CREDENTIALS", "") == "1"
    return Watched(domain, stack, settings, topic, users, remembers, summary, tends)
