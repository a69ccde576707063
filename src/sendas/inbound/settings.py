"""What the function is told by its environment: read once, every mistake at once."""

import re

from collections.abc import Mapping
from dataclasses import dataclass

from sendas.errors import UsageError
from sendas.forward.probe import announcement_key, taken_key


HANDLER = "sendas.inbound.handler.handle"
"""What Lambda calls in the zip."""
DEFAULT_ROUTES_KEY = "sendas/routes.json"
DEFAULT_STATE_PREFIX = "sendas/"
EVENTS = "events/"
"""Behind the state prefix: the history, a folder for each day."""
ALERTED = f"{EVENTS}told/"
"""Beside the days: of which events the owner was told."""
REPORTS = "reports/"
"""Behind the state prefix: what receivers report, a folder for each day."""
_DAY = 24 * 60 * 60
_LONGEST_LINK = 7 * _DAY
"""S3: the longest a signed address may be good for; with a role's key, no longer than that key."""


class MisconfiguredFunction(UsageError):
    """The function's environment variables cannot be used; all that is wrong is named."""


def records_prefix(state_prefix: str) -> str:
    """Where the mails' records lie."""
    return f"{state_prefix}state/"


def record_key(state_prefix: str, ses_message_id: str) -> str:
    """Where a mail's record lies."""
    return f"{records_prefix(state_prefix)}{ses_message_id}.json"


@dataclass(frozen=True, slots=True)
class Settings:
    """Where things lie and how the function behaves.

    *prefix* is the receipt rule's, before each mail's key; *state_prefix* is
    before everything that the function writes, in the same bucket.
    """

    bucket: str
    region: str
    bucket_region: str
    prefix: str = ""
    state_prefix: str = DEFAULT_STATE_PREFIX
    routes_key: str = DEFAULT_ROUTES_KEY
    configuration_set: str = ""
    feedback_address: str = ""
    hash_addresses: bool = False
    """Whether addresses stand in the history as hashes."""
    reply_secret: str = ""
    """The name or ARN of the secret that holds the keys of aliases; empty where nobody answers."""
    link_seconds: int = _DAY // 2
    log_personal: bool = False

    @property
    def records_prefix(self) -> str:
        """Where the mails' records lie."""
        return records_prefix(self.state_prefix)

    def record_key(self, ses_message_id: str) -> str:
        """Where the mail's record lies."""
        return record_key(self.state_prefix, ses_message_id)

    def quarantine_prefix(self, day: str) -> str:
        """Where the marks lie that say: in quarantine since *day* (ISO)."""
        return f"{self.state_prefix}quarantine/{day}/"

    def stop_key(self, day: str, owner: str) -> str:
        """Where it is written that *owner* (a digest) was told on *day* of the stop."""
        return f"{self.state_prefix}digest/{day}/stopped-{owner}"

    def rate_prefix(self, hour: str, pair: str) -> str:
        """Where the mails of one author to one forward-path in one hour are counted."""
        return f"{self.state_prefix}rate/{hour}/{pair}/"

    def probe_key(self, token: str) -> str:
        """Where a probe of the road in is announced."""
        return announcement_key(self.state_prefix, token)

    def probe_taken_key(self, token: str) -> str:
        """Where it is written which mail that probe is."""
        return taken_key(self.state_prefix, token)

    def kept_key(self, mark: str) -> str:
        """Where the address of an alias lies that does not fit into it, by its hash."""
        return f"{self.state_prefix}reply/kept/{mark}"

    def answered_key(self, mark: str) -> str:
        """Where it is written that an answer went out, by its Message-ID and target."""
        return f"{self.state_prefix}reply/sent/{mark}"

    def reply_state_key(self) -> str:
        """Where it stands which aliases are closed and which mailboxes paused."""
        return f"{self.state_prefix}reply/state.json"

    def events_prefix(self, day: str) -> str:
        """Where the events about mail sent on *day* (ISO) lie."""
        return f"{self.state_prefix}{EVENTS}{day}/"

    def reports_prefix(self, day: str) -> str:
        """Where reports about *day* (ISO) lie."""
        return f"{self.state_prefix}{REPORTS}{day}/"

    def alerted_key(self, event: str) -> str:
        """Where it is written that the owner was notified of an event, by its id."""
        return f"{self.state_prefix}{ALERTED}{event}"

    def mail_key(self, ses_message_id: str) -> str:
        """Where SES stored the mail."""
        return self.prefix + ses_message_id


_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_REGION = re.compile(r"[a-z]{2,}(-[a-z]+)+-\d+")
_PREFIX = re.compile(r"[A-Za-z0-9!_.*'()/-]*")


def read_settings(environment: Mapping[str, str]) -> Settings:
    """The settings in the function's environment.

    SENDAS_BUCKET is needed; AWS_REGION Lambda sets.  Not needed: SENDAS_PREFIX,
    SENDAS_STATE_PREFIX, SENDAS_ROUTES_KEY, SENDAS_BUCKET_REGION,
    SENDAS_CONFIGURATION_SET, SENDAS_FEEDBACK_ADDRESS, SENDAS_LINK_HOURS,
    SENDAS_REPLY_SECRET, SENDAS_EVENTS_ADDRESSES (``hashed``), SENDAS_LOG_PERSONAL (``1``).

    Raises:
        MisconfiguredFunction: Naming every variable that is missing or wrong.
    """
    wrong: list[str] = []

    def read(name: str, pattern: re.Pattern[str], default: str | None = None) -> str:
        value = environment.get(name, "").strip()
        if not value and default is not None:
            return default
        if not value:
            wrong.append(f"{name} is missing")
        elif not pattern.fullmatch(value):
            wrong.append(f"{name} cannot be {value[:60]!r}")
        return value

    region = environment.get("AWS_REGION") or environment.get("AWS_DEFAULT_REGION") or ""
    if not _REGION.fullmatch(region):
        wrong.append(
            f"AWS_REGION cannot be {region[:60]!r}" if region else "AWS_REGION is missing"
        )
    settings = Settings(
        bucket=read("SENDAS_BUCKET", _BUCKET),
        region=region,
        bucket_region=read("SENDAS_BUCKET_REGION", _REGION, region),
        prefix=read("SENDAS_PREFIX", _PREFIX, ""),
        state_prefix=read("SENDAS_STATE_PREFIX", _PREFIX, DEFAULT_STATE_PREFIX),
        routes_key=read("SENDAS_ROUTES_KEY", re.compile(r".+"), DEFAULT_ROUTES_KEY),
        configuration_set=read("SENDAS_CONFIGURATION_SET", re.compile(r"[\w-]{1,64}"), ""),
        feedback_address=read("SENDAS_FEEDBACK_ADDRESS", re.compile(r"[^\s@]+@[^\s@]+"), ""),
        hash_addresses=environment.get("SENDAS_EVENTS_ADDRESSES", "") == "hashed",
        reply_secret=read("SENDAS_REPLY_SECRET", re.compile(r"[\w/+=.@:-]{1,2048}"), ""),
        link_seconds=_link_seconds(environment.get("SENDAS_LINK_HOURS", ""), wrong),
        log_personal=environment.get("SENDAS_LOG_PERSONAL", "") == "1",
    )
    if wrong:
        raise MisconfiguredFunction("; ".join(wrong))
    return settings


def _link_seconds(text: str, wrong: list[str]) -> int:
    if not text:
        return _DAY // 2
    try:
        seconds = round(float(text) * 3600)
    except ValueError:
        seconds = 0
    if not 0 < seconds <= _LONGEST_LINK:
        wrong.append("SENDAS_LINK_HOURS must be a number of hours up to 168")
    return seconds
