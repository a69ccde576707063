"""A twin of the evidence without personal data, for showing it to someone else.

Replaced, each by the same stand-in wherever it occurs: the owner's and the
correspondents' domains and the local-parts of addresses; account, access key,
hosted zone, case and message ids; bucket and IAM user names; and the tokens by
which other services know the domain.  Kept: what the verdict hangs on, DKIM
tokens, IP addresses and the names of policies and rule sets among it, and
public names such as gmail.com.  The twin is judged as the original is.
"""

import re

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from enum import Enum
from typing import Any, cast

from sendas.dns.hosted_zone import HostedZone
from sendas.doctor.evidence import Evidence, Subject
from sendas.doctor.stand_ins import Domains, People, StandIns, any_of
from sendas.iam.keys import AccessKey
from sendas.iam.policy import PolicyDocument, Source
from sendas.outcome import NoAnswer
from sendas.ses.account import Account
from sendas.ses.receiving import Bucket, S3Action
from sendas.ses.suppression import Suppressed
from sendas.smtp.probe import Probe
from sendas.smtp.username import kept, looks_secret


_KEY_ID = re.compile(r"A[KS]IA[A-Z0-9]{12,}")
# A whole TXT record such as google-site-verification=…, MS=…, apple-domain-verification=…
_TOKEN = re.compile(
    r'(?P<name>"?(?!v=)(?:MS|[\w.-]*(?:verif|validat|challenge|ownership|dnsauth|domain)[\w.-]*)'
    r'[=:])[^\s"]+(?P<end>"?)',
    re.IGNORECASE,
)

_FEWEST_DISTINCTIVE = 6
"""A shorter name may be an everyday word, and is hidden only where it is surely the name."""

Hide = Callable[[str], str]


def redact(evidence: Evidence) -> Evidence:
    """The twin of *evidence*."""
    return cast("Evidence", _Redaction(evidence).twin(evidence))


class _Redaction:
    """The stand-ins for one piece of evidence, given out in the order of appearance."""

    def __init__(self, evidence: Evidence) -> None:
        """Give everything its stand-in."""
        self._people = People()
        self._keys = StandIns("EXAMPLE{:09}")
        self._accounts = StandIns("11112222{:04}")
        self._users = StandIns("user-{}")
        self._buckets = StandIns("bucket-{}")
        self._zones = StandIns("Z0EXAMPLE{:06}")
        self._cases = StandIns("case-{}")
        self._messages = StandIns("message-{}")
        self._by_field: Mapping[tuple[type, str], Hide] = {
            (Subject, "smtp_username"): self._user,
            (Probe, "username"): self._user,
            (AccessKey, "user"): self._user,
            (Bucket, "name"): self._buckets.of,
            (S3Action, "bucket"): self._buckets.of,
            (HostedZone, "zone_id"): self._zones.of,
            (Account, "case_id"): self._cases.of,
            (Suppressed, "ses_message_id"): self._messages.of,
        }
        self._domains = Domains(_domains_of_people(evidence))
        self._pattern = self._compiled(())
        self.twin(evidence)
        # Now that every name is known, hide it inside other texts, too.
        self._named = {
            name: given
            for given in (self._users, self._buckets, self._zones, self._cases, self._messages)
            for name in given.names
            if len(name) >= _FEWEST_DISTINCTIVE
        }
        self._pattern = self._compiled(self._named)

    def _compiled(self, names: Iterable[str]) -> re.Pattern[str]:
        """All that is hidden inside texts, as one pattern, so that no stand-in is hidden again."""
        return re.compile(
            r":user/(?P<path>(?:[\w+=,.@-]+/)*)(?P<user>[\w+=,.@-]+)"
            r"|(?<=:s3:::)(?P<bucket>[\w.-]+)"
            r"|\b(?P<kind>A[KS]IA)[A-Z0-9]{12,}\b"
            r"|(?<!\w)(?P<account>\d{12})(?!\w)"
            # `*` and `?` are there for the patterns of IAM conditions.
            r"|(?<![\w.+%*?-])(?P<local>[\w.+%*?-]{1,256})@(?P<at>[\w-]+(?:\.[\w-]+)+)"
            rf"|(?P<name>{any_of(names)})"
            rf"|(?P<domain>(?i:{any_of(self._domains.names)}))"
        )

    def twin(self, value: Any) -> Any:  # noqa: ANN401  whatever evidence is made of
        """*value* with every stand-in put in."""
        if isinstance(value, Enum):
            return value
        if isinstance(value, str):
            return self._text(value)
        if isinstance(value, tuple):
            return tuple(self.twin(each) for each in value)
        if isinstance(value, Mapping):
            return {self.twin(key): self.twin(each) for key, each in value.items()}
        if is_dataclass(value) and not isinstance(value, type):
            return self._fields(value)
        return value

    def _fields(self, value: Any) -> Any:  # noqa: ANN401  any dataclass
        changed = {f.name: self._field(value, f.name) for f in fields(value) if f.init}
        return replace(value, **changed)

    def _field(self, holder: Any, name: str) -> Any:  # noqa: ANN401  any field
        value = getattr(holder, name)
        hide = self._by_field.get((type(holder), name))
        if hide and isinstance(value, str):
            return hide(value)
        if isinstance(holder, Evidence) and name == "buckets":
            return {self._buckets.of(key): self.twin(each) for key, each in value.items()}
        if isinstance(holder, PolicyDocument) and name == "holder":
            return self._text(value) if holder.source is Source.IDENTITY else self._user(value)
        return self.twin(value)

    def _user(self, name: str) -> str:
        """An IAM user's or group's name; what is typed for one may be an address or a key id."""
        if looks_secret(name):
            return kept(name)
        if not name or "@" in name or _KEY_ID.fullmatch(name):
            return self._text(name)
        return self._users.of(name)

    def _text(self, text: str) -> str:
        if _TOKEN.fullmatch(text):
            return _TOKEN.sub(r"\g<name>redacted\g<end>", text)
        return self._pattern.sub(self._found, text)

    def _found(self, found: re.Match[str]) -> str:
        """The stand-in for one match; exactly one of the alternatives is there."""
        match found.groupdict():
            case {"user": str(user), "path": str(path)}:
                stand_in = f":user/{path}{self._user(user)}"
            case {"bucket": str(bucket)}:
                stand_in = self._buckets.of(bucket)
            case {"kind": str(kind)}:
                stand_in = kind + self._keys.of(found[0])
            case {"account": str(account)}:
                stand_in = self._accounts.of(account)
            case {"local": str(local), "at": str(domain)}:
                stand_in = self._address(local, domain)
            case {"name": str(name)}:
                stand_in = self._named[name].of(name)
            case _:
                stand_in = self._domains.of(found[0])
        return stand_in

    def _address(self, local: str, domain: str) -> str:
        # SES's own simulator: what happens hangs on the local-part.
        if domain.lower() == "simulator.amazonses.com":
            return f"{local}@{domain}"
        return f"{self._people.of(local)}@{self._pattern.sub(self._found, domain)}"


def _domains_of_people(evidence: Evidence) -> Iterator[str]:
    """The domains that tell who the owner and the correspondents are."""
    subject = evidence.subject
    if not isinstance(evidence.zone, NoAnswer):
        yield evidence.zone.apex
    yield subject.domain
    if not isinstance(evidence.hosted_zones, NoAnswer):
        yield from (zone.name for zone in evidence.hosted_zones)
    for region in evidence.regions.values():
        yield from (name.rpartition("@")[2] for name in region.identities)
        yield from (address.rpartition("@")[2] for address in region.suppressed)
        if region.active_rule_set and not isinstance(region.active_rule_set, NoAnswer):
            for rule in region.active_rule_set.rules:
                yield from (one.rpartition("@")[2].lstrip(".") for one in rule.recipients)
    addresses = (subject.from_address, subject.to_address, subject.mailbox, subject.smtp_username)
    shown = (symptom.recipient for symptom in evidence.symptoms)
    yield from (one.rpartition("@")[2] for one in (*addresses, *shown) if one and "@" in one)
