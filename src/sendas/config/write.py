"""Print a `Config` as a commented `sendas.toml`; `load` reads back the same."""

import json

from collections.abc import Iterable, Iterator
from dataclasses import fields

from sendas.auth.dmarc import Policy as DmarcPolicy
from sendas.config.model import (
    Adopted,
    Config,
    ConfiguredDomain,
    Dmarc,
    Limits,
    Mailbox,
    PasswordStore,
    Relay,
    ReplyWords,
    Reports,
    Rotation,
    SendWay,
    Verdicts,
    Watch,
    default_forwarding_address,
    default_notices,
)
from sendas.text import one_line


_HEAD = """\
# sendas.toml: what you want of your mail.  No secret belongs here.
# `sendas plan` shows what would change, `sendas apply` does it.  Every key is
# explained in docs/config.md; `sendas init --schema` prints a schema for editors."""

_COMMENTS = {
    "alarms": "Who is told when something breaks; each address confirms once.",
    "permissions_boundary": "What sendas makes can never do more than this IAM policy says.",
    "dns": 'Who holds the zone: "route53", or "manual" (`sendas records` prints what to paste).',
    "password_store": "The SMTP passwords are kept in Parameter Store, which costs nothing.",
    "receive": "SES does not receive this domain's mail: its MX stays where it is.",
    "keep_deleted_days": "For so long what is deleted from the mail bucket can be had back.",
    "mail_from": "Where bounces go and SPF is checked: a name that nobody writes to.",
    "spf": "The domain's own SPF record is left alone.",
    "notices": "Who is notified of mail that could not be forwarded.",
    "forwarding_address": "What stands in From of forwarded mail; no mailbox.",
    "dmarc": "What receivers shall do with mail that fails: none, quarantine, reject.",
    "reports": "Where daily reports go.",
    "receivers' reports": "Receivers' DMARC and TLS reports are taken here: sendas reports.",
    "verdicts": "What becomes of mail that SES has doubts about.",
    "adopted": "What stood before sendas: used as it is, never made, changed or deleted by it.",
    "mailbox": 'The addresses; "*" takes what no other takes.',
    "to": "Each target gets a copy.",
    "keep": "Its mail stays in the bucket, and goes on to nobody.",
    "reject": "Its mail is refused with this text.",
    "send": 'How you write as it: "smtp" is Gmail\'s "Send mail as" over SES; or'
    ' "reply-alias", "none".',
    "user": "The IAM user that sends for it.",
    "held_by": "Who keeps a copy of its SMTP password: each is told when it is replaced.",
    "rotation": "When that password is due: prepare the next one, remind, or off.",
    "reply": "You also write as it by answering forwarded mail.",
    "reply words": "What the addresses to write to are called.",
    "watch": "What is remembered of sent mail, and who looks; `watch = false` ends all of it.",
    "limits": "Where forwarding stops.",
    "relay": "SMTP in with passwords of our own, SES's API out: `sendas relay run`.",
}
"""Said once in a file, above the first key or table of that name."""


_OF_RELAY = (
    "certificate", "key", "directory", "bucket", "queue", "address", "proxies", "starttls", "tls",
    "configuration_set", "notices_from", "alarm_topic", "status", "give_up_hours", "calls",
    "max_message_bytes", "max_recipients", "max_connections", "min_free_disk_bytes",
)  # fmt: skip
"""The keys of [relay], in the order of the file."""


def write(config: Config, remarks: tuple[str, ...] = ()) -> str:
    """The file's text.  *remarks* stand at its top, as comments for the owner to read."""
    return "\n".join(_Writer(config, remarks).lines()) + "\n"


class _Writer:
    def __init__(self, config: Config, remarks: tuple[str, ...]) -> None:
        self._config, self._remarks = config, remarks
        self._said: set[str] = set()

    def lines(self) -> Iterator[str]:
        yield _HEAD
        for remark in self._remarks:
            yield "#"
            yield from (f"# {line}" for line in _wrapped(remark))
        regions = {domain.region for domain in self._config.domains}
        yield ""
        if len(regions) == 1:
            yield _pair("region", next(iter(regions)))
        for boundary in {d.permissions_boundary for d in self._config.domains} - {None}:
            yield from self._key("permissions_boundary", boundary)
        if self._config.watch.off:
            yield from self._key("watch", value=False)
        if self._config.alarms:
            yield from self._table("[alarms]", "alarms")
            yield _pair("to", list(self._config.alarms))
        yield from self._section("[limits]", "limits", self._config.limits)
        watch, usual = self._config.watch, Watch()
        if watch != usual and not watch.off:
            yield from self._table("[watch]", "watch")
            yield _pair("history", watch.history)
            yield _pair("keep_days", watch.keep_days)
            yield _pair("addresses", "hashed" if watch.hash_addresses else "whole")
            yield _pair("daily", watch.daily)
            yield _pair("summary", watch.summary)
            yield _pair("audit", "monthly" if watch.audits else "never")
            yield _pair("athena", watch.athena)
        if self._config.relay:
            yield from self._relay(self._config.relay)
        for domain in self._config.domains:
            yield from self._domain(domain, own_region=len(regions) > 1)

    def _relay(self, relay: Relay) -> Iterator[str]:
        yield from self._table("[relay]", "relay")
        yield _pair("host", relay.host)
        yield _pair("region", relay.region)
        usual = Relay(relay.host, relay.region)
        for name in _OF_RELAY:
            value = getattr(relay, name)
            if value != getattr(usual, name):
                yield _pair(name, _listed(value) if isinstance(value, tuple) else value)
        for one in relay.networks:
            yield from ("", "[[relay.network]]", _pair("name", one.name))
            yield _pair("network", str(one.network))
            yield _pair("senders", list(one.senders))
            if one.after_ses:
                yield _pair("answer", "after-ses")

    def _place(self, domain: ConfiguredDomain, *, own_region: bool) -> Iterator[str]:
        """Which domain it is, and where."""
        yield from ("", "[[domain]]", _pair("name", domain.name))
        if own_region:
            yield _pair("region", domain.region)
        if domain.profile:
            yield _pair("profile", domain.profile)
        if domain.password_store is not PasswordStore.SECRETS_MANAGER:
            yield from self._key("password_store", domain.password_store.value)

    def _domain(self, domain: ConfiguredDomain, *, own_region: bool) -> Iterator[str]:
        yield from self._place(domain, own_region=own_region)
        yield from self._key("dns", domain.dns.value)
        if not domain.receive:
            yield from self._key("receive", value=False)
        if domain.keep_deleted_days:
            yield from self._key("keep_deleted_days", domain.keep_deleted_days)
        if domain.mail_from:
            label = domain.mail_from.removesuffix(f".{domain.name}")
            yield from self._key("mail_from", domain.mail_from if "." in label else label)
        if not domain.spf:
            yield from self._key("spf", value=False)
        if domain.notices != default_notices(domain.mailboxes, self._config.alarms):
            yield from self._key("notices", domain.notices)
        usual = default_forwarding_address(domain.name, domain.mailboxes)
        if domain.forwarding_address != usual:
            yield from self._key("forwarding_address", domain.forwarding_address)
        if domain.dmarc:
            yield from self._dmarc(domain.dmarc, domain)
        if domain.reports:
            yield from self._reports(domain.reports)
        yield from self._section("[domain.verdicts]", "verdicts", domain.verdicts)
        yield from self._section("[domain.reply]", "reply words", domain.reply)
        yield from self._section("[domain.adopted]", "adopted", domain.adopted)
        for mailbox in domain.mailboxes:
            yield from self._mailbox(mailbox)

    def _dmarc(self, dmarc: Dmarc, domain: ConfiguredDomain) -> Iterator[str]:
        elsewhere = [one for one in dmarc.reports if one != domain.report_address]
        if domain.reports and not elsewhere and dmarc.policy is DmarcPolicy.NONE:
            return  # [domain.reports] says as much
        yield from self._table("[domain.dmarc]", "dmarc")
        yield _pair("policy", dmarc.policy.value)
        if elsewhere:
            yield from self._key("reports", elsewhere)

    def _reports(self, reports: Reports) -> Iterator[str]:
        yield from self._table("[domain.reports]", "receivers' reports")
        yield _pair("mailbox", reports.mailbox)
        if not reports.tls:
            yield _pair("tls", value=False)

    def _mailbox(self, mailbox: Mailbox) -> Iterator[str]:
        yield from self._table("[[domain.mailbox]]", "mailbox")
        yield _pair("name", mailbox.name)
        if mailbox.targets:
            yield from self._key("to", list(mailbox.targets))
        if mailbox.reject is not None:
            yield from self._key("reject", mailbox.reject)
        if mailbox.keep:
            yield from self._key("keep", value=True)
        if mailbox.send is not SendWay.NONE:
            yield from self._key("send", mailbox.send.value)
        if mailbox.display_name:
            yield _pair("display_name", mailbox.display_name)
        yield from self._password(mailbox)
        if mailbox.reply is not None:
            yield from self._table("[domain.mailbox.reply]", "reply")
            yield _pair("enabled", mailbox.reply.enabled)
            for field in fields(mailbox.reply)[1:]:
                value = getattr(mailbox.reply, field.name)
                if value is not None and value is not False:
                    yield _pair(field.name, value)

    def _password(self, mailbox: Mailbox) -> Iterator[str]:
        if mailbox.user:
            yield from self._key("user", mailbox.user)
        if mailbox.held_by:
            yield from self._key("held_by", list(mailbox.held_by))
        if mailbox.rotation is not Rotation.REMIND:
            yield from self._key("rotation", mailbox.rotation.value)

    def _section(
        self, header: str, name: str, values: Limits | Verdicts | Adopted | ReplyWords
    ) -> Iterator[str]:
        """A table of what was given; what has its default is left out."""
        empty = type(values)()
        given = [
            f.name for f in fields(values) if getattr(values, f.name) != getattr(empty, f.name)
        ]
        if not given:
            return
        yield from self._table(header, name)
        for field in given:
            value = getattr(values, field)
            yield _pair(field, list(value) if isinstance(value, tuple) else value)

    def _table(self, header: str, name: str) -> Iterator[str]:
        yield ""
        yield from self._comment(name)
        yield header

    def _key(self, name: str, value: object) -> Iterator[str]:
        yield from self._comment(name)
        yield _pair(name, value)

    def _comment(self, name: str) -> Iterator[str]:
        if name in _COMMENTS and name not in self._said:
            self._said.add(name)
            yield from (f"# {line}" for line in _wrapped(_COMMENTS[name]))


def _pair(key: str, value: object) -> str:
    # A TOML basic string is JSON's but for DEL (TOML 1.0, "String").
    text = json.dumps(value, ensure_ascii=False)
    return f"{key} = {text}".replace("\x7f", "\\u007f")


def _wrapped(text: str) -> list[str]:
    import textwrap  # noqa: PLC0415  only for whoever writes

    return textwrap.wrap(one_line(text), 88, break_on_hyphens=False)


def _listed(values: Iterable[object]) -> list[object]:
    """Numbers as they are; all else, such as networks, as text."""
    return [one if isinstance(one, int) else str(one) for one in values]
