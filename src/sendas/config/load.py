"""Read `sendas.toml`: a whole `Config`, or every mistake at once."""

import re
import tomllib

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sendas.auth.dmarc import Policy as DmarcPolicy
from sendas.config import checks, readers
from sendas.config.lines import Place, key_lines, line_of
from sendas.config.mistakes import BadConfig, Mistake, header, key_path, section, unknown_key
from sendas.config.model import (
    Adopted,
    Config,
    ConfiguredDomain,
    Dmarc,
    DnsProvider,
    Handling,
    Limits,
    Mailbox,
    PasswordStore,
    Relay,
    Reply,
    ReplyWords,
    Reports,
    Rotation,
    SendWay,
    Verdicts,
    Watch,
    default_forwarding_address,
    default_notices,
)
from sendas.config.networks import TrustedNetwork, parse_network
from sendas.config.remark import Remark
from sendas.dns.names import within
from sendas.mail.address import Address
from sendas.mail.domain import Domain
from sendas.ses.regions import Region


if TYPE_CHECKING:
    from sendas.config import shape


FILE_NAME = "sendas.toml"
MAX_BYTES = 1_000_000
"""Thousands of mailboxes; more is not a configuration."""

_SYNTAX = re.compile(
    r"(?P<why>.*) \(at (?:line (?P<line>\d+), column \d+|(?P<end>end of document))\)"
)


def load(path: Path) -> Config:
    """Read the file at *path*.

    Raises:
        BadConfig: It cannot be read, or it holds mistakes: all of them.
    """
    origin = str(path)
    try:
        size = path.stat().st_size
        raw = path.read_bytes() if size <= MAX_BYTES else b""
    except FileNotFoundError as error:
        remedy = "`sendas init DOMAIN` writes one; --config names another"
        raise BadConfig(origin, [Mistake("", None, "there is no such file", remedy)]) from error
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise BadConfig(origin, [Mistake("", None, "cannot be read", why)]) from error
    if size > MAX_BYTES:
        why = f"{size} bytes; at most {MAX_BYTES}"
        raise BadConfig(origin, [Mistake("", None, "is too long for a configuration", why)])
    return parse_config(raw, origin)


def parse_config(raw: bytes | str, origin: str = FILE_NAME) -> Config:
    """Read the file's text; *origin* is what mistakes call it.

    Raises:
        BadConfig: With every mistake, in the order of the file.
    """
    text = _decoded(raw, origin)
    values = _read_toml(text, origin)
    lines = key_lines(text)
    shaped = _shaped(values)
    wrong = list(shaped) if isinstance(shaped, tuple) else []
    named = {remark.place for remark in wrong}
    wrong += [remark for remark in checks.mistakes(values) if remark.place not in named]
    if wrong or isinstance(shaped, tuple):
        found = {_located(remark, lines) for remark in wrong}
        raise BadConfig(origin, sorted(found, key=lambda m: (m.line or 0, m.key, m.problem)))
    warnings = tuple(str(_located(doubt, lines)) for doubt in checks.doubts(values))
    return _config(shaped, warnings)


def _decoded(raw: bytes | str, origin: str) -> str:
    if isinstance(raw, str):
        return raw.removeprefix("\ufeff")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        remedy = "save it as UTF-8; TOML knows no other encoding"
        mistake = Mistake("", line, f"byte {raw[error.start]:#04x} is not UTF-8", remedy)
        raise BadConfig(origin, [mistake]) from error


def _read_toml(text: str, origin: str) -> Mapping[str, Any]:
    try:
        return tomllib.loads(text)
    except RecursionError as error:
        mistake = Mistake("", None, "is nested too deeply", "no key needs that")
        raise BadConfig(origin, [mistake]) from error
    except ValueError as error:  # TOMLDecodeError, or a number that int() refuses
        raise BadConfig(origin, [_syntax(str(error), text)]) from error


def _syntax(message: str, text: str) -> Mistake:
    found = _SYNTAX.fullmatch(message)
    if found is None:
        return Mistake("", None, f"not TOML: {readers.shown(message)}", "")
    line = int(found["line"]) if found["line"] else text.rstrip("\n").count("\n") + 1
    why = found["why"]
    remedies = {
        "Cannot overwrite a value": "the key stands twice in its table; keep one",
        "Invalid value": 'a text stands in quotes: key = "text"',
        "Expected '=' after a key in a key/value pair": "write key = value",
        "Cannot declare": "a table is opened once; [[domain]] and [[domain.mailbox]] have two"
        " pairs of brackets",
    }
    remedy = next((text for start, text in remedies.items() if why.startswith(start)), "")
    return Mistake("", line, f"not TOML: {why}", remedy)


def _located(remark: Remark, lines: Mapping[Place, int]) -> Mistake:
    return Mistake(
        key_path(remark.place), line_of(lines, remark.place), remark.problem, remark.remedy
    )


def _shaped(values: Mapping[str, Any]) -> "shape.File | tuple[Remark, ...]":
    from pydantic import ValidationError  # noqa: PLC0415  takes longer than all else here

    from sendas.config import shape  # noqa: PLC0415  as above

    try:
        return shape.File.model_validate(dict(values))
    except ValidationError as error:
        known = dict(_tables(shape.File, ""))
        return tuple(_remark(one["type"], one, known) for one in error.errors(include_url=False))


def _tables(model: Any, path: str) -> Iterator[tuple[str, tuple[str, ...]]]:  # noqa: ANN401  a pydantic class
    """The keys of each table, by the table's path."""
    yield path, tuple(model.model_fields)
    for name, info in model.model_fields.items():
        kinds = [info.annotation, *getattr(info.annotation, "__args__", ())]
        inner = next((kind for kind in kinds if hasattr(kind, "model_fields")), None)
        if inner is not None:
            yield from _tables(inner, f"{path}.{name}" if path else name)


_KINDS = {
    "string_type": ("is not a text", 'write it in quotes: key = "text"'),
    "list_type": ("is not a list", 'write it in brackets: key = ["one", "two"]'),
    "bool_type": ("is neither true nor false", "write true or false, without quotes"),
    "int_type": ("is not a whole number", "write it without quotes and point"),
    "float_type": ("is not a number", "write it without quotes"),
    "model_type": ("is not a table", "open it as [table]"),
}


def _remark(kind: str, error: Mapping[str, Any], known: Mapping[str, tuple[str, ...]]) -> Remark:
    place: Place = error["loc"]
    context = error.get("ctx", {})
    match kind:
        case "sendas":
            problem, remedy = context["problem"], context["remedy"]
        case "extra_forbidden":
            problem = "there is no such key"
            remedy = unknown_key(str(place[-1]), section(place[:-1]), known)
        case "missing":
            problem, remedy = _missing(place)
        case "literal_error":
            problem = f"{readers.shown(error['input'])} is not known here"
            remedy = f"write {context['expected']}".replace("'", '"')
        case "list_type" if header(section(place)).startswith("[["):
            problem, remedy = "there may be several", f"open each as {header(section(place))}"
        case "greater_than_equal" | "less_than_equal":
            problem = f"{readers.shown(error['input'])} is out of range"
            remedy = f"at least {context['ge']}" if "ge" in context else f"at most {context['le']}"
        case "too_long":
            problem = f"{context['actual_length']} of them"
            remedy = f"at most {context['max_length']}"
        case _:
            problem, remedy = _KINDS.get(kind, ("cannot stand here", str(error["msg"])))
    return Remark(place, problem, remedy)


def _missing(place: Place) -> tuple[str, str]:
    if place[-1] == "domain":
        return "no domain is named", 'begin with [[domain]] and name = "example.com"'
    examples = {"domain": "example.com", "domain.mailbox": "info", "relay": "relay.example.com"}
    example = examples.get(section(place[:-1]), "…")
    return "is missing", f'write {place[-1]} = "{example}"'


def _config(file: "shape.File", warnings: tuple[str, ...]) -> Config:
    return Config(
        domains=_with_consents(tuple(_domain(one, file) for one in file.domain)),
        alarms=tuple(map(Address, file.alarms.to)),
        limits=Limits(**file.limits.model_dump()),
        watch=_watch(file.watch),
        relay=_relay(file) if file.relay else None,
        warnings=warnings,
    )


def _watch(one: "shape.Watch | None") -> Watch:
    if one is None:
        return Watch.none()
    return Watch(
        one.history,
        one.keep_days,
        one.addresses == "hashed",
        one.daily,
        one.summary,
        one.audit == "monthly",
        one.athena,
    )


def _relay(file: "shape.File") -> Relay | None:
    one = file.relay
    if one is None:
        return None
    first = file.domain[0]
    given = one.model_dump(exclude={"network", "region", "host", "starttls", "tls", "proxies"})
    given |= {
        "configuration_set": one.configuration_set or "",
        "notices_from": Address(one.notices_from or f"mailer-daemon@{first.name}"),
        "alarm_topic": one.alarm_topic or "",
        "bucket": one.bucket or "",
        "queue": one.queue or "",
        "proxies": tuple(map(parse_network, one.proxies)),
    }
    return Relay(
        host=Domain(one.host),
        region=Region(one.region or file.region or first.region or ""),
        starttls=tuple(one.starttls),
        tls=tuple(one.tls),
        networks=tuple(
            TrustedNetwork(
                n.name, parse_network(n.network), tuple(n.senders), n.answer == "after-ses"
            )
            for n in one.network
        ),
        **given,
    )


def _with_consents(domains: tuple[ConfiguredDomain, ...]) -> tuple[ConfiguredDomain, ...]:
    """Each domain knows about which others reports come to it: it must agree (RFC 9990)."""
    return tuple(
        replace(
            one,
            reports_about=tuple(
                other.name
                for other in domains
                if other.dmarc
                and not within(one.name, other.name)
                and any(address.domain == one.name for address in other.dmarc.reports)
            ),
        )
        for one in domains
    )


def _domain(one: "shape.DomainTable", file: "shape.File") -> ConfiguredDomain:
    mailboxes = tuple(map(_mailbox, one.mailbox))
    adopted = one.adopted.model_dump()
    return ConfiguredDomain(
        name=Domain(one.name),
        region=Region(one.region or file.region or ""),
        profile=one.profile,
        mailboxes=mailboxes,
        dns=DnsProvider(one.dns),
        receive=one.receive,
        keep_deleted_days=one.keep_deleted_days,
        mail_from=one.mail_from and checks.mail_from_name(one.mail_from, one.name),
        spf=one.spf,
        dmarc=_dmarc(one),
        reports=Reports(**one.reports.model_dump()) if one.reports else None,
        verdicts=Verdicts(
            **{n: None if w is None else Handling(w) for n, w in one.verdicts.model_dump().items()}
        ),
        reply=ReplyWords(**one.reply.model_dump()),
        notices=Address(one.notices)
        if one.notices
        else default_notices(mailboxes, tuple(map(Address, file.alarms.to))),
        forwarding_address=one.forwarding_address
        or default_forwarding_address(one.name, mailboxes),
        adopted=Adopted(**(adopted | {"rules": tuple(one.adopted.rules)})),
        permissions_boundary=file.permissions_boundary,
        password_store=PasswordStore(one.password_store),
    )


def _dmarc(one: "shape.DomainTable") -> Dmarc | None:
    """With the domain's own address for reports, if it has one: the record asks for them."""
    if one.dmarc is None and one.reports is None:
        return None
    policy = DmarcPolicy(one.dmarc.policy) if one.dmarc else DmarcPolicy.NONE
    reports = tuple(map(Address, one.dmarc.reports if one.dmarc else []))
    if one.reports:
        own = Address(f"{one.reports.mailbox}@{one.name}")
        reports = (own, *(address for address in reports if address != own))
    return Dmarc(policy, reports)


def _mailbox(one: "shape.Mailbox") -> Mailbox:
    return Mailbox(
        name=one.name,
        targets=tuple(map(Address, one.to)),
        reject=one.reject,
        keep=one.keep,
        send=SendWay(one.send),
        display_name=one.display_name or None,
        user=one.user,
        held_by=tuple(one.held_by),
        rotation=Rotation(one.rotation),
        reply=Reply(**one.reply.model_dump()) if one.reply else None,
    )
