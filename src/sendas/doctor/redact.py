"""A twin of the evidence without personal data, for showing it to someone else.

Redacted by structure: each field of the evidence is a word of AWS's or ours,
which stays (`_KEPT`), a name, which gets a stand-in (`_NAMES`), or a text.  In
texts stay the words that sendas itself is written with (`known_words`), since
a rule can look for no other; host names, addresses, numbers and every other word
are replaced, each by the same stand-in wherever it occurs.  So whatever nobody
thought of is hidden, and the twin is judged as the original is.

What stays: status words, Regions, times, ports, reply codes, IAM's actions,
conditions and their wildcards, tags and mechanisms of SPF and DMARC, and public
providers' domains, such as gmail.com.
"""

import re

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass, replace
from enum import Enum
from typing import Any, cast

from sendas.auth.mta_sts import (
    MalformedPolicy,
    Served,
    fault_of_record,
    parse_policy,
    sts_claims,
)
from sendas.dns.answers import Records
from sendas.dns.hosted_zone import HostedZone
from sendas.dns.zone import Zone
from sendas.doctor.credentials import CredentialRemark
from sendas.doctor.evidence import Evidence, RegionEvidence, Subject, Symptom
from sendas.doctor.known_words import known_words
from sendas.doctor.proof import Journey
from sendas.doctor.road import Road
from sendas.doctor.stand_ins import Hosts, People, StandIns
from sendas.forward.rights import BESIDE, EACH_MAIL
from sendas.iam.keys import AccessKey
from sendas.iam.policy import PolicyDocument, Source
from sendas.ses.account_state import Account
from sendas.ses.configuration_set import ConfigurationSet, EventDestination
from sendas.ses.identity import Dkim, Identity, MailFrom
from sendas.ses.receiving import (
    Bucket,
    LambdaAction,
    OtherAction,
    ReceiptRule,
    RuleSet,
    S3Action,
)
from sendas.ses.road import Filter, Function, Place, Reader, Subscription
from sendas.ses.simulator import SIMULATOR
from sendas.ses.suppression import Suppressed
from sendas.smtp.identification import Identification
from sendas.smtp.probe import Probe, Step
from sendas.smtp.username import kept, looks_secret


_KEY_ID = re.compile(r"A[KS]IA[A-Z0-9]{12,}")
HIDDEN = "(hidden)"

_KEPT: frozenset[tuple[type, str]] = frozenset(
    (
        (Account, "enforcement"), (Account, "review_status"), (Account, "suppressed_reasons"),
        (Account, "pricing_plan"), (Account, "region"), (Identity, "region"),
        (Identity, "verification_status"), (Dkim, "status"), (Dkim, "origin"),
        (Dkim, "key_length"), (MailFrom, "status"), (MailFrom, "behavior_on_mx_failure"),
        (Suppressed, "reason"), (Suppressed, "region"), (ConfigurationSet, "suppressed_reasons"),
        (EventDestination, "event_types"), (EventDestination, "kind"),
        (LambdaAction, "invocation_type"), (OtherAction, "name"), (AccessKey, "last_used_service"),
        (AccessKey, "last_used_region"), (Step, "direction"), (Probe, "mechanisms"),
        (Symptom, "reporter"), (Symptom, "status"), (Symptom, "reason"), (Subject, "region"),
        (Identification, "region"), (Identification, "expected_region"),
        (Subscription, "protocol"), (Reader, "state"), (Function, "state"), (Journey, "option"),
        # Written by sendas alone, from the password's shape.
        (Identification, "explanation"), (Identification, "detail"),
    )
)  # fmt: skip
"""Closed vocabularies: words of AWS's, SMTP's, or ours."""

Hide = Callable[[str], str]


def redact(evidence: Evidence) -> Evidence:
    """The twin of *evidence*."""
    top = evidence.subject.domain.rpartition(".")[2]
    return cast("Evidence", _Redaction(top).twin(evidence))


class _Redaction:
    """The stand-ins for one piece of evidence, given out in the order of appearance."""

    def __init__(self, top: str) -> None:
        """Nobody has one yet; *top* is the top-level domain, which stays."""
        self._top = top
        self._people = People()
        self._hosts = Hosts()
        self._keys = StandIns("EXAMPLE{:09}")
        self._accounts = StandIns("11112222{:04}")
        self._users = StandIns("user-{}")
        self._buckets = StandIns("bucket-{}")
        self._names = StandIns("name-{}")
        self._zones = StandIns("Z0EXAMPLE{:06}")
        self._cases = StandIns("case-{}")
        self._messages = StandIns("message-{}")
        self._networks = StandIns("198.51.100.{}")
        self._networks6 = StandIns("2001:db8::{:x}")
        self._by_field: Mapping[tuple[type, str], Hide] = {
            (Subject, "smtp_username"): self._user,
            (CredentialRemark, "user"): self._user,
            (CredentialRemark, "key"): self._key_end,
            (Probe, "username"): self._user,
            (AccessKey, "user"): self._user,
            (Bucket, "name"): self._buckets.of,
            (S3Action, "bucket"): self._buckets.of,
            (S3Action, "prefix"): self._key,
            (HostedZone, "zone_id"): self._zones.of,
            (Account, "case_id"): self._cases.of,
            (Suppressed, "ses_message_id"): self._messages.of,
            (RuleSet, "name"): self._names.of,
            (ReceiptRule, "name"): self._names.of,
            (ConfigurationSet, "name"): self._names.of,
            (Identity, "configuration_set"): self._names.of,
            (EventDestination, "name"): self._names.of,
            (PolicyDocument, "name"): self._names.of,
            (Place, "bucket"): self._buckets.of,
            (Place, "key"): self._key,
            (Filter, "name"): self._names.of,
            (Filter, "cidr"): self._network,
            (Zone, "apex"): self._apex,
            (Dkim, "tokens"): self._hosts.token,
            (Records, "values"): self._record,
            (Served, "text"): self._policy,
        }
        self._in_text: Mapping[str, Hide] = {
            "arn": self._arn,
            "key": lambda key: key[:_PREFIX] + self._keys.of(key),
            "address": self._address,
            "v4": lambda v4: v4 if v4.startswith(_MADE_UP_V4) else self._networks.of(v4),
            "v6": self._networks6.of,
            "host": self._hosts.of,
            "account": self._accounts.of,
            "number": lambda n: n if len(n) <= _SHORT or _YEAR.fullmatch(n) else HIDDEN,
            "joined": self._joined,
            "word": self._word,
        }  # an action by IAM's name and a stand-in stay
        self._pattern = re.compile(
            r"(?P<arn>\barn:aws[\w-]*:[\w-]*:[\w-]*:\d*:[^\s\"',;]+)"
            r"|\b(?P<key>A[KS]IA[A-Z0-9]{12,})\b"
            r"|(?<![\w.+%*?-])(?P<address>[\w.+%*?-]{1,256}@[\w*-]+(?:\.[\w*-]+)+)"
            r"|(?P<v4>(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w.]))"
            r"|(?P<v6>(?<![\w:])(?:[0-9A-Fa-f]{0,4}:){2,7}[0-9A-Fa-f]{0,4}(?![\w:]))"
            r"|(?P<action>\b[a-z][a-z0-9-]{1,30}:(?:[A-Z*][A-Za-z*]*)(?![\w-]))"
            r"|(?P<host>(?<![\w-])(?:[\w*-]{1,63}\.)+[A-Za-z][\w-]{1,62}\.?(?![\w-]))"
            r"|(?P<account>(?<!\w)\d{12}(?!\w))"
            r"|(?P<number>(?<!\w)\d+(?:\.\d+)*(?!\w))"
            r"|(?P<stand_in>\b(?:user|bucket|name|case|message|person|detail|label)-\d+\b)"
            r"|(?P<joined>(?<![\w-])[A-Za-z0-9]+(?:-[A-Za-z0-9]+)+(?![\w-]))"
            r"|(?P<word>\w+(?:'[a-z]+)?)"
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
        value, where = getattr(holder, name), (type(holder), name)
        if where in _KEPT:
            return value
        hide = self._by_field.get(where)
        if hide and isinstance(value, str):
            return hide(value)
        if hide and isinstance(value, tuple):
            return tuple(hide(each) for each in value)
        by_keys: dict[tuple[type, str], Hide] = {
            (Evidence, "buckets"): self._buckets.of,
            (Road, "bucket_notices"): self._buckets.of,
            (RegionEvidence, "configuration_sets"): self._names.of,
            (Identity, "policies"): self._names.of,
            (Evidence, "regions"): lambda region: region,
        }
        by_key = by_keys.get(where)
        if by_key:
            return {by_key(key): self.twin(each) for key, each in value.items()}
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

    def _key_end(self, signs: str) -> str:
        """The last four signs of a key's id."""
        return self._keys.of(signs)[-4:] if signs else ""

    def _path(self, path: str) -> str:
        """The end of an ARN, part by part; wildcards stay."""
        return re.sub(r"[^/*?:]+", lambda part: self._part(part[0]), path)

    def _key(self, path: str) -> str:
        """An object's key or a prefix, part by part; wildcards and sendas's own names stay."""
        if not _OURS.match(path):
            return self._path(path)
        return re.sub(
            r"[^/*?]+", lambda one: one[0] if one[0] in _OUR_PARTS else self._part(one[0]), path
        )

    def _part(self, part: str) -> str:
        # What a stack makes is called after it: the rule of a role's rights joins the two.
        stem, dash, use = part.rpartition("-")
        if stem and use in _OUR_USES:
            return self._names.of(stem) + dash + use
        return self._names.of(part)

    def _network(self, cidr: str) -> str:
        """What a filter blocks; so many addresses that they are nobody's stay."""
        address, slash, width = cidr.partition("/")
        if slash and width.isdecimal() and len(width) < 3 and int(width) <= _NOBODYS_BITS:  # noqa: PLR2004  as a small width is written
            return cidr
        return self._text(address) + slash + self._text(width)

    def _record(self, value: str) -> str:
        """What stands in the DNS: SPF, DMARC and DKIM are read by rules, another TXT by nobody."""
        bare = value.strip('"').lstrip()
        if " " not in bare and re.fullmatch(r"[\w.:*-]+", bare):  # an address or a host
            return self._text(value)
        if re.match(r"\d{1,5} \S+$", bare):  # MX
            return self._text(value)
        if sts_claims((value,)) and not fault_of_record(value):
            return "v=STSv1; id=1"
        if re.match(r"v=(?:spf1|DMARC1|TLSRPT|STS)", bare, re.IGNORECASE):
            return self._text(value)
        if re.search(r"(?:^|[;\s])p=", bare) and re.match(r"[vkghnst]=|p=", bare, re.IGNORECASE):
            return re.sub(r"(?<=\bp=)[A-Za-z0-9+/=\s\"]+", self._public_key, value)
        return HIDDEN

    def _policy(self, text: str) -> str:
        """An MTA-STS policy: what senders read of it."""
        try:
            policy = parse_policy(text)
        except MalformedPolicy:
            return self._text(text)
        hosts = (f"mx: {self._text(pattern)}" for pattern in policy.patterns)
        age = f"max_age: {policy.max_age_seconds}"
        return "\n".join(("version: STSv1", f"mode: {policy.mode}", *hosts, age))

    @staticmethod
    def _public_key(found: re.Match[str]) -> str:
        """A key of the same length and kind: its first bytes say only what kind it is."""
        return re.sub(r"[A-Za-z0-9+/]", "A", found[0][32:]).join((found[0][:32], ""))

    def _text(self, text: str) -> str:
        return self._pattern.sub(self._found, text)

    def _found(self, found: re.Match[str]) -> str:
        """The stand-in for one match; exactly one of the alternatives is there."""
        hide = self._in_text.get(found.lastgroup or "")
        return hide(found[0]) if hide else found[0]

    def _joined(self, joined: str) -> str:
        """Words with hyphens: each may be an everyday one, and together they name the owner."""
        if joined.lower().startswith("sendas-"):  # what a stack makes is called after its domain
            return self._part(joined)
        if (domain := self._hosts.dashed(joined)) is not None:
            return domain
        return "-".join(map(self._text, joined.split("-")))

    @staticmethod
    def _word(word: str) -> str:
        known = len(word) <= _TELLS_NOTHING or word.lower() in known_words()
        return word if known else HIDDEN

    def _apex(self, name: str) -> str:
        """A zone's name: a domain, or the top-level domain that this one would be below."""
        if name.rstrip(".") in (self._top, ""):
            return name
        return self._hosts.of(name) if _DOMAIN.fullmatch(name) else self._text(name)

    def _address(self, address: str) -> str:
        local, _, domain = address.rpartition("@")
        # SES's own simulator: what happens hangs on the local-part.
        if domain.lower() == SIMULATOR:
            return address
        return f"{self._people.of(local)}@{self._hosts.of(domain)}"

    def _arn(self, arn: str) -> str:
        """Partition, service and Region stay; account and what it names are replaced."""
        head, _, rest = arn.partition("::") if arn.count(":") < _ARN_COLONS else ("", "", arn)
        parts = (head or rest).split(":", _ARN_COLONS)
        if len(parts) <= _ARN_COLONS:
            return self._path(arn)
        account = self._accounts.of(parts[4]) if parts[4] else ""
        return ":".join((*parts[:4], account, self._named(parts[2], parts[5])))

    def _named(self, service: str, rest: str) -> str:
        """What an ARN names at its end."""
        if service == "s3":
            bucket, slash, key = rest.partition("/")
            shown = bucket if set(bucket) <= {"*"} else self._buckets.of(bucket)
            return shown + slash + self._key(key)
        known = _KIND.match(rest)
        kind, cut, name = known.groups() if known else ("", "", rest)
        if kind in {"user", "group"}:
            path, slash, last = name.rpartition("/")
            shown = self._path(last) if set(last) & set("*?") else self._user(last)
            return f"{kind}{cut}{self._path(path)}{slash}{shown}"
        if kind == "identity":
            return f"{kind}{cut}{self._text(name)}"
        if kind == "log-group" and name.startswith(_LAMBDA_LOG):
            return f"{kind}{cut}{_LAMBDA_LOG}{self._path(name.removeprefix(_LAMBDA_LOG))}"
        return f"{kind}{cut}{self._path(name)}"


_DOMAIN = re.compile(r"(?:[\w-]{1,63}\.)+[A-Za-z][\w-]{1,62}\.?")
_IN_OUR_BUCKET = re.compile(r"\{bucket\}/(sendas/[^*]*)")
_OUR_PARTS = frozenset(
    part
    for right in (*EACH_MAIL, *BESIDE)
    for resource in right.resources
    for path in _IN_OUR_BUCKET.findall(resource)
    for part in path.split("/")
)
"""How sendas calls its own objects in every bucket."""
_OURS = re.compile(r"sendas/")
_LAMBDA_LOG = "/aws/lambda/"
_OUR_USES = frozenset(("received", "failed", "events"))
"""How it ends the names of its queues and topics."""
_NOBODYS_BITS = 8
_MADE_UP_V4 = "198.51.100."
_PREFIX = len("AKIA")
_SHORT, _TELLS_NOTHING = 5, 1
_YEAR = re.compile(r"\d{4}(?:\.\d+)*")
_ARN_COLONS = 5
_KIND = re.compile(
    r"(user|group|role|assumed-role|policy|identity|configuration-set|receipt-rule-set|function"
    r"|secret|log-group|stack|alarm|key)([/:])(.*)",
    re.DOTALL,
)
