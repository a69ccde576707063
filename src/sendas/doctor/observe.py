"""Observing: every question at once, each with its own outcome.

DNS, AWS and SMTP are asked side by side; only what hangs on an answer waits
for it: DKIM names for the identity's tokens, policies for the key's user,
buckets for the rules.  What nobody answered is a NoAnswer in its place.

The password is examined here, and only what it turned out to be goes on.
"""

import asyncio

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from sendas.auth.mta_sts import Served, sts_claims, sts_host, sts_name
from sendas.dns.answers import Absent, Question, Records, RecordType
from sendas.doctor.dns_look import DnsView, look
from sendas.doctor.dns_questions import Expectations
from sendas.doctor.doors import Doors
from sendas.doctor.evidence import Evidence, IamEvidence, Subject, Symptom
from sendas.doctor.inquiry import Inquiry, Progress
from sendas.doctor.observe_iam import observe_iam
from sendas.doctor.observe_ses import observe_elsewhere, observe_here
from sendas.doctor.relay import RelaySeen, RelayToLookAt
from sendas.doctor.subject import well_formed
from sendas.doctor.threads import DaemonThreads
from sendas.outcome import NOT_ASKED, NoAnswer, Seen
from sendas.ses.regions import region_of_smtp_host, smtp_host
from sendas.smtp.identification import Identification
from sendas.smtp.identify import identify
from sendas.smtp.probe import Probe
from sendas.smtp.session import Credential
from sendas.smtp.username import kept


_THREADS = 40
_SHARE_OF_DNS = 0.95
_MOST_BOUNCED = 5
"""Each costs a call in every Region, and SES answers few a second (FACTS 6)."""


@dataclass(frozen=True, slots=True)
class Request:
    """What to look at, and the secrets that only observing may see.

    *password* is the stored SMTP password to examine; *secret* the secret
    access key to recompute it from, where the session's own will not do.
    *log_in* asks for an SMTP login; without a password it ends before AUTH.
    *relay* asks for a look at an own relay; with *relay_login* the login there is tried, and
    the subject's From with it.
    """

    subject: Subject
    password: str | None = field(default=None, repr=False)
    secret: str | None = field(default=None, repr=False)
    log_in: bool = False
    relay: RelayToLookAt | None = None
    relay_login: Credential | None = None
    symptoms: tuple[Symptom, ...] = ()
    deadline_seconds: float = 30.0


async def observe(
    request: Request,
    doors: Doors,
    progress: Callable[[Progress], None] | None = None,
    *,
    threads: DaemonThreads | None = None,
) -> Evidence:
    """Ask everything about *request*'s subject; nobody's silence raises.

    *threads* are those of whoever looks at several domains, and ends them himself.

    Raises:
        UsageError: No such AWS profile, or a secret that cannot be one.
    """
    own = threads or DaemonThreads(_THREADS)
    inquiry = Inquiry(doors.aws, own, request.deadline_seconds, progress)
    try:
        return await _observe(request, doors, inquiry)
    except BaseExceptionGroup as group:
        raise _first(group) from None
    finally:
        if threads is None:
            own.shutdown()


def _first(group: BaseException) -> BaseException:
    """What one question raised, out of the groups around it."""
    while isinstance(group, BaseExceptionGroup):
        group = group.exceptions[0]
    return group


async def _observe(request: Request, doors: Doors, inquiry: Inquiry) -> Evidence:
    subject, addresses = request.subject, _to_look_up(request)
    expectations: asyncio.Future[Expectations] = asyncio.get_running_loop().create_future()
    async with asyncio.TaskGroup() as group:
        dns = group.create_task(_dns(subject, doors, inquiry, expectations))
        login = group.create_task(_login(request, doors, inquiry))
        relay = group.create_task(_relay(request, doors, inquiry))
        here = group.create_task(observe_here(subject, inquiry, expectations, addresses))
        elsewhere = group.create_task(observe_elsewhere(subject, inquiry, addresses))
        iam = group.create_task(observe_iam(subject, inquiry))
        password = group.create_task(_password(request, doors, inquiry, iam))
        caller = group.create_task(
            inquiry.ask(lambda aws: aws.caller(subject.region), "AWS credentials")
        )
        policy = group.create_task(_policy(subject, doors, inquiry, dns))
        zones = group.create_task(
            inquiry.ask(lambda aws: aws.hosted_zones(subject.region, subject.domain), "Route 53")
        )
    return Evidence(
        subject=_without_secret(subject, request),
        observed_at=doors.now(),
        zone=dns.result().zone,
        lookups=dns.result().lookups,
        hosted_zones=zones.result(),
        caller=caller.result(),
        regions={subject.region: here.result().region} | elsewhere.result(),
        iam=iam.result(),
        buckets=here.result().buckets,
        road=here.result().road,
        sts_policy=policy.result(),
        password=password.result(),
        login=login.result(),
        relay=relay.result(),
        symptoms=request.symptoms,
    )


def _to_look_up(request: Request) -> tuple[str, ...]:
    """Those that must not be on a suppression list: who was asked about, and who bounced."""
    subject = request.subject
    asked = [address for address in (subject.to_address, subject.mailbox) if address]
    # A bounce is a stranger's text: what is no address is asked of nobody.
    read = (well_formed(symptom.recipient) for symptom in request.symptoms)
    bounced = [address for address in read if address]
    unique = {address.lower(): address for address in reversed([*asked, *bounced])}
    first = sorted(unique.values(), key=[*asked, *bounced].index)
    return tuple(first[: len(asked) + _MOST_BOUNCED])


async def _dns(
    subject: Subject, doors: Doors, inquiry: Inquiry, expectations: asyncio.Future[Expectations]
) -> DnsView:
    # Looking ends a moment before the run does, so that what was answered by then is kept.
    seconds = inquiry.seconds_left() * _SHARE_OF_DNS
    looking = look(
        subject.domain,
        expectations,
        doors.resolver,
        seconds=seconds,
        recipient=subject.to_address,
    )
    view = await inquiry.within(looking, "DNS")
    return DnsView(view, {}) if isinstance(view, NoAnswer) else view


async def _policy(
    subject: Subject, doors: Doors, inquiry: Inquiry, dns: asyncio.Task[DnsView]
) -> Seen[Served]:
    """The MTA-STS policy, where a record says that there is one."""
    lookup = (await dns).lookups.get(Question(sts_name(subject.domain), RecordType.TXT))
    said = [texts for _, answer in lookup.usable() for texts in _texts(answer)] if lookup else []
    if not sts_claims(said):
        return NOT_ASKED
    host = sts_host(subject.domain)
    return await inquiry.within(inquiry.in_thread(lambda: doors.policy(host)), f"https://{host}")


def _texts(answer: Records | Absent) -> tuple[str, ...]:
    return answer.values if isinstance(answer, Records) else ()


async def _login(request: Request, doors: Doors, inquiry: Inquiry) -> Seen[Probe]:
    if not request.log_in:
        return NOT_ASKED
    subject = request.subject
    credential = None
    if request.password is not None and subject.smtp_username:
        credential = Credential(subject.smtp_username, request.password)
    host = subject.smtp_host or smtp_host(subject.region)
    call = inquiry.in_thread(lambda: doors.dial(host, subject.smtp_port, credential))
    seen = await inquiry.within(call, f"SMTP {host}:{subject.smtp_port}")
    if isinstance(seen, NoAnswer) or seen.username is None:
        return seen
    return replace(seen, username=kept(seen.username, request.secret))


async def _relay(request: Request, doors: Doors, inquiry: Inquiry) -> Seen[RelaySeen] | None:
    """The relay's ports as Gmail dials them, and its health where this machine may ask."""
    relay, credential = request.relay, request.relay_login
    if relay is None:
        return None
    sender = request.subject.from_address
    if sender is None and credential is not None:
        sender = well_formed(credential.username)
    call = inquiry.in_thread(lambda: doors.relay(relay, credential, sender))
    seen = await inquiry.within(call, f"the relay {relay.host}")
    if isinstance(seen, NoAnswer) or credential is None:
        return seen
    # A secret pasted as user name has been tried by now.
    name = kept(credential.username, credential.password)
    probes = (replace(one.probe, username=name) for one in seen.ports)
    ports = (replace(one, probe=p) for one, p in zip(seen.ports, probes, strict=True))
    return replace(seen, ports=tuple(ports))


def _without_secret(subject: Subject, request: Request) -> Subject:
    """The subject as it may be kept: a secret pasted as user name has been tried by now."""
    name = subject.smtp_username
    return replace(subject, smtp_username=kept(name, request.secret) if name else name)


async def _password(
    request: Request, doors: Doors, inquiry: Inquiry, iam: asyncio.Task[IamEvidence]
) -> Identification | None:
    """What the password is; the key's age tells which dates to try."""
    password, subject = request.password, request.subject
    if password is None:
        return None
    key = (await iam).key
    created = None if key is None or isinstance(key, NoAnswer) else key.created
    secret = request.secret or await _own_secret(subject, inquiry)
    region = region_of_smtp_host(subject.smtp_host or "") or subject.region
    found = await inquiry.in_thread(
        lambda: identify(
            password,
            secret=secret,
            region=region,
            username=subject.smtp_username,
            now=doors.now().date(),
            created=created.date() if created else None,
        )
    )
    return replace(found, correct=None)


async def _own_secret(subject: Subject, inquiry: Inquiry) -> str | None:
    aws = await inquiry.aws()
    if isinstance(aws, NoAnswer) or not subject.smtp_username:
        return None
    return aws.secret_for(subject.smtp_username)
