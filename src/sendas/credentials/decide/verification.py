"""Which way a mail took from Gmail to us, and whether send-as works end to end; pure.

The mail itself says most: SES's lines on top of it cannot be forged, and
what they found is that SES signed it, or that Gmail did.  Which user sent it is
told by SES's events or by the key's last use, where those are to be had.
"""

import ipaddress
import re

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sendas.auth.ses_trace import Trace, aligned, read_trace
from sendas.iam.keys import AccessKey
from sendas.mail.address import domain_of, same_address
from sendas.mail.mailboxes import parse_mailboxes
from sendas.mail.message import Headers, read_message
from sendas.outcome import NOT_ASKED, NoAnswer, Seen
from sendas.ses.events import SesEvent
from sendas.ses.regions import Region


SES_SIGNER = "amazonses.com"
_GMAIL_SIGNERS = ("gmail.com", "google.com", "googlemail.com")
_WORKSPACE_SIGNER = ".gappssmtp.com"
_GOOGLE_HOSTS = (".google.com", ".googlemail.com")
_SES_MESSAGE_ID = re.compile(
    r"<?(?P<id>[0-9a-f]{16}-[0-9a-f-]{36}-[0-9]{6})@(?P<at>[a-z0-9-]+)\.amazonses\.com>?"
)
_EMAIL = "email"
"""us-east-1's name there: ``@email.amazonses.com`` (FACTS, seen in the wild)."""


class Path(StrEnum):
    """Who handed the mail to our domain's mail exchanger."""

    SES = "ses"
    """SES, so Gmail submitted it to SES SMTP, or something else used our SES account."""
    GMAIL = "gmail"
    """Gmail's own servers: the alias does not use SES."""
    OTHER = "other"
    """Some other server."""
    UNKNOWN = "unknown"
    """SES's lines are missing or cannot be believed."""


class Status(StrEnum):
    """How one question ended."""

    OK = "ok"
    FAIL = "fail"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Check:
    """One question about the mail, and its answer."""

    name: str
    status: Status
    words: str


@dataclass(frozen=True, slots=True)
class Expected:
    """What was asked of the owner.  *user* and *key_id* are the credential that Gmail holds."""

    address: str
    forward_path: str
    region: Region
    since: datetime
    user: str = ""
    key_id: str = ""


@dataclass(frozen=True, slots=True)
class Beside:
    """What is known besides the mail: SES's event of it, and the user's keys afterwards."""

    event: Seen[SesEvent | None] = NOT_ASKED
    keys: Seen[tuple[AccessKey, ...]] = NOT_ASKED


@dataclass(frozen=True, slots=True)
class Report:
    """The whole finding; *works* is None where something decisive is not known."""

    path: Path
    author: str
    ses_message_id: str
    source_ip: str
    """Where SES got it from, if an event tells; else where we got it from."""
    network: str
    checks: tuple[Check, ...]
    works: bool | None
    conclusion: str


def is_answer(raw: bytes, expected: Expected) -> bool:
    """Whether the stored mail was sent to the one-time address."""
    headers = read_message(raw).headers
    trace = read_trace(headers)
    if trace is not None and same_address(trace.forward_path, expected.forward_path):
        return True
    addressed = " ".join(value for name in ("to", "cc") for value in headers.all(name))
    return expected.forward_path.lower() in addressed.lower()


def message_id(raw: bytes) -> str:
    """SES's id of a mail it sent, by the Message-ID it wrote; empty without."""
    found = _SES_MESSAGE_ID.fullmatch(read_message(raw).headers.get("message-id").strip())
    return found["id"] if found else ""


def judge(raw: bytes, expected: Expected, beside: Beside | None = None) -> Report:
    """Judge the mail *raw* that came to the one-time address."""
    beside = beside or Beside()
    headers = read_message(raw).headers
    trace = read_trace(headers)
    path = _path(trace)
    author = _author(headers)
    event = beside.event if isinstance(beside.event, SesEvent) else None
    checks = tuple(_checks(headers, trace, path, expected, beside))
    works, conclusion = _conclude(path, checks, expected)
    source = _tag(event, "ses:source-ip") or (trace.source_ip if trace else "")
    return Report(
        path=path,
        author=author,
        ses_message_id=message_id(raw),
        source_ip=source,
        network=_network(headers, trace, path, event),
        checks=checks,
        works=works,
        conclusion=conclusion,
    )


def _author(headers: Headers) -> str:
    boxes = [box for value in headers.all("from") for box in parse_mailboxes(value)]
    return boxes[0].address if len(boxes) == 1 else ""


def _path(trace: Trace | None) -> Path:
    if trace is None or trace.doubt:
        return Path.UNKNOWN
    signers = trace.signed_by
    if SES_SIGNER in signers:
        return Path.SES
    from_google = trace.source_name.endswith(_GOOGLE_HOSTS)
    if from_google and any(_is_gmails(signer) for signer in signers):
        return Path.GMAIL
    spf = any(r.result == "pass" and _is_gmails(r.domain) for r in trace.of("spf"))
    return Path.GMAIL if from_google or spf else Path.OTHER


def _is_gmails(domain: str) -> bool:
    return domain in _GMAIL_SIGNERS or domain.endswith(_WORKSPACE_SIGNER)


def _checks(
    headers: Headers, trace: Trace | None, path: Path, expected: Expected, beside: Beside
) -> Iterator[Check]:
    yield _path_check(trace, path)
    yield _author_check(headers, expected)
    if path is Path.SES:
        yield _region_check(headers, trace, expected)
    domain = domain_of(expected.address)
    yield _dkim_check(trace, domain)
    yield _spf_check(trace, domain)
    yield _dmarc_check(trace)
    if path is Path.SES:
        yield _user_check(expected, beside)


def _path_check(trace: Trace | None, path: Path) -> Check:
    came = f"from {trace.source_name or trace.helo} [{trace.source_ip}]" if trace else ""
    match path:
        case Path.SES:
            return Check("path", Status.OK, f"SES sent it: it came {came}, signed by {SES_SIGNER}")
        case Path.GMAIL:
            words = f"Gmail's own servers sent it, not SES: it came {came}"
            return Check("path", Status.FAIL, words)
        case Path.OTHER:
            return Check("path", Status.FAIL, f"neither SES nor Gmail sent it: it came {came}")
        case Path.UNKNOWN:
            why = trace.doubt if trace else "SES's lines are not on top of the mail"
            return Check("path", Status.UNKNOWN, why)


def _author_check(headers: Headers, expected: Expected) -> Check:
    author = _author(headers)
    if same_address(author, expected.address):
        return Check("from", Status.OK, f"From is {author}")
    if not author:
        return Check("from", Status.FAIL, "From is not one single address")
    words = f"From is {author}, not {expected.address}: choose it in Gmail's From before sending"
    return Check("from", Status.FAIL, words)


def _region_check(headers: Headers, trace: Trace | None, expected: Expected) -> Check:
    region = _region(headers, trace)
    if region is None:
        return Check("region", Status.UNKNOWN, "the mail does not show SES's Region")
    if region == expected.region:
        return Check("region", Status.OK, f"through {region}")
    words = f"through {region}, not {expected.region}: Gmail holds another Region's server"
    return Check("region", Status.FAIL, words)


def _region(headers: Headers, trace: Trace | None) -> str | None:
    found = _SES_MESSAGE_ID.fullmatch(headers.get("message-id").strip())
    if found:
        return "us-east-1" if found["at"] == _EMAIL else found["at"]
    host = (
        re.search(r"smtp-out\.(?:([a-z0-9-]+)\.)?amazonses\.com", trace.source_name)
        if trace
        else None
    )
    return (host[1] or "us-east-1") if host else None


def _dkim_check(trace: Trace | None, domain: str) -> Check:
    if trace is None or trace.doubt:
        return Check("dkim", Status.UNKNOWN, "not known")
    ours = [signer for signer in trace.signed_by if aligned(signer, domain)]
    if ours:
        return Check("dkim", Status.OK, f"signed by {ours[0]}, which is the domain of From")
    said = ", ".join(f"{r.domain or '?'} {r.result}" for r in trace.of("dkim")) or "no signature"
    return Check("dkim", Status.FAIL, f"no good signature of {domain} ({said})")


def _spf_check(trace: Trace | None, domain: str) -> Check:
    if trace is None or trace.doubt:
        return Check("spf", Status.UNKNOWN, "not known")
    spf = next(iter(trace.of("spf")), None)
    if spf is None:
        return Check("spf", Status.UNKNOWN, "SES says nothing of SPF")
    envelope = domain_of(trace.reverse_path) or spf.domain
    if spf.result != "pass":
        return Check("spf", Status.FAIL, f"{spf.result} for {envelope}")
    if aligned(envelope, domain):
        return Check("spf", Status.OK, f"pass for {envelope}, which is of the domain of From")
    words = f"pass for {envelope}, which is not of {domain}: no custom MAIL FROM domain"
    return Check("spf", Status.UNKNOWN, words)


def _dmarc_check(trace: Trace | None) -> Check:
    if trace is None or trace.doubt:
        return Check("dmarc", Status.UNKNOWN, "not known")
    dmarc = next(iter(trace.of("dmarc")), None)
    if dmarc is None or dmarc.result in {"none", "temperror"}:
        said = dmarc.result if dmarc else "nothing"
        return Check("dmarc", Status.UNKNOWN, f"SES says {said}: is there a DMARC record?")
    status = Status.OK if dmarc.result == "pass" else Status.FAIL
    return Check("dmarc", status, f"{dmarc.result} for {dmarc.domain}")


def _user_check(expected: Expected, beside: Beside) -> Check:
    event = beside.event if isinstance(beside.event, SesEvent) else None
    caller = _tag(event, "ses:caller-identity")
    if caller and expected.user and caller != expected.user:
        words = f"SES's record of it names the user {caller}, not {expected.user}"
        return Check("user", Status.FAIL, words)
    keys = () if isinstance(beside.keys, NoAnswer) else beside.keys
    used = [key for key in keys if key.last_used and key.last_used >= expected.since]
    if any(key.key_id == expected.key_id for key in used):
        words = f"the key …{expected.key_id[-4:]} of {expected.user} was used since you were asked"
        return Check("user", Status.OK, words)
    if used:
        words = (
            f"another key of {expected.user}, …{used[0].key_id[-4:]}, was used: Gmail holds an "
            "older password"
        )
        return Check("user", Status.FAIL, words)
    if caller:  # the record names the user, and not which of its keys
        named = f"SES's record of it names the user {caller}"
        able = {key.key_id for key in keys if key.active} | ({expected.key_id} - {""})
        if len(able) <= 1:
            return Check("user", Status.OK, named)
        either = " or ".join(f"…{key_id[-4:]}" for key_id in sorted(able))
        words = f"{named}; which key was used, {either}, is not known yet"
        return Check("user", Status.UNKNOWN, words)
    words = "not told: no event of it at hand, and IAM reports a key's last use with delay"
    return Check("user", Status.UNKNOWN, words)


def _tag(event: SesEvent | None, name: str) -> str:
    return next(iter(event.tags.get(name, ())), "") if event else ""


def _network(headers: Headers, trace: Trace | None, path: Path, event: SesEvent | None) -> str:
    """Whose network handed the mail in, as far as anything tells."""
    if path is Path.GMAIL:
        return "google"
    if path is not Path.SES:
        return (trace.source_name or trace.source_ip) if trace else ""
    source = _tag(event, "ses:source-ip")
    # Received lines under SES's own came with the mail: a hint, and no proof.
    hint = any(" by mail-" in f" {v}" and ".google.com" in v for v in headers.all("received"))
    hint = hint or headers.has("x-google-smtp-source") or headers.has("x-gm-message-state")
    if source and _is_address(source):
        return f"{source}, with Google's marks on the mail" if hint else source
    return "google, by the mail's own lines" if hint else ""


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _conclude(
    path: Path, checks: tuple[Check, ...], expected: Expected
) -> tuple[bool | None, str]:
    by_name = {check.name: check.status for check in checks}
    decisive = ("path", "from", "dkim", "dmarc", "region", "user")
    failed = [c for c in checks if c.name in decisive and c.status is Status.FAIL]
    if path is Path.GMAIL:
        return False, (
            "Send-as does not work: Gmail sent the mail over its own servers. Edit it in Gmail's "
            f"settings: {expected.address} needs SES's server, user name and password."
        )
    if failed:
        return False, f"Send-as does not work as it should: {failed[0].words}."
    if by_name.get("path") is Status.UNKNOWN:
        return None, "It cannot be told whether send-as works: nothing shows which way it came."
    return True, (
        f"Send-as works: a mail from {expected.address} left Gmail, went through SES in "
        f"{expected.region}, and arrived signed by its own domain."
    )
