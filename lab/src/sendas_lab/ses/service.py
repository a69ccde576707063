"""SES of one account, all Regions: the one object the lab's servers talk to."""

import threading

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sendas.dns.answers import Answer, Question
from sendas.ses.regions import Region, parse_region
from sendas_lab.clock import Clock
from sendas_lab.kept import Kept
from sendas_lab.mail import SmtpReply, Transmission
from sendas_lab.ses import hosts
from sendas_lab.ses.addresses import bare
from sendas_lab.ses.authorization import (
    author_address,
    configuration_set_name,
    identity_arn,
)
from sendas_lab.ses.checks import Case, counted, first_refusal, must_be_verified
from sendas_lab.ses.courier import Courier, Deliver
from sendas_lab.ses.events import Sent
from sendas_lab.ses.identities import candidates, identity_for, published_keys
from sendas_lab.ses.login import authenticate
from sendas_lab.ses.message import Message, crlf, parse
from sendas_lab.ses.outgoing import (
    Leaving,
    message_tags,
    new_message_id,
    own_key_records,
    prepare,
)
from sendas_lab.ses.ports import Absent, Functions, Iam, Principal, Resolve, Storage, Topics
from sendas_lab.ses.receipt import AuthVerdicts
from sendas_lab.ses.receiving import Receiving
from sendas_lab.ses.region_state import Identity, RegionState, Status, Suppressed
from sendas_lab.ses.sending import Sending
from sendas_lab.ses.submission import Accepted, Api, LoginRefused, Refused, Submission
from sendas_lab.ses.verification import check_identity, check_mail_from


class Ses:
    """SES as its doors see it; every method is safe from any thread."""

    def __init__(  # noqa: PLR0913  the world SES stands in
        self,
        account_id: str,
        clock: Clock,
        resolve: Resolve,
        deliver: Deliver,
        iam: Iam,
        *,
        s3: Storage | None = None,
        sns: Topics | None = None,
        functions: Functions | None = None,
    ) -> None:
        self.account_id = account_id
        self.clock = clock
        self.iam = iam
        self.lock = threading.RLock()
        self.key_propagation = timedelta()
        """How old a key must be before SMTP knows it; none unless a fault says so."""
        self._resolve = resolve
        self._regions: dict[Region, RegionState] = {}
        self._fixed = hosts.host_records() | own_key_records()
        self._published: hosts.Published = dict(self._fixed)
        self._sent: dict[str, Sent] = {}
        self.s3: Storage = s3 or Absent()
        self.sns: Topics = sns or Absent()
        self.functions: Functions = functions or Absent()
        self.courier = Courier(clock, deliver)
        self._sending = Sending(clock, self.courier, self.region, self.sns)
        self._receiving = Receiving(self)

    # The courier --------------------------------------------------------

    def start(self) -> None:
        """Begin to deliver."""
        self.courier.start()

    def stop(self) -> None:
        """Stop delivering."""
        self.courier.stop()

    def settle(self, timeout_seconds: float = 60.0) -> None:
        """Wait until every delivery, event and receipt that is due has been made."""
        self.courier.settle(timeout_seconds)

    def reset(self) -> None:
        """A new account: nothing in any Region."""
        self.courier.clear()
        with self.lock:
            self._regions.clear()
            self._sent.clear()
            self._receiving.reset()
            self.key_propagation = timedelta()
            self._published = dict(self._fixed)

    # State --------------------------------------------------------------

    def region(self, region: str) -> RegionState:
        """What SES remembers in *region*; any Region that looks like one exists."""
        name = parse_region(region)
        with self.lock:
            if name not in self._regions:
                self._regions[name] = RegionState(name)
            return self._regions[name]

    def regions(self) -> Sequence[RegionState]:
        """Every Region that was ever touched."""
        with self.lock:
            return tuple(self._regions.values())

    def identities_changed(self) -> None:
        """Publish the keys of the identities there are now."""
        with self.lock:
            published = dict(self._fixed)
            for state in self._regions.values():
                for identity in state.identities.values():
                    published |= published_keys(identity)
            self._published = published

    def published_records(self) -> hosts.Published:
        """The records SES itself publishes, by (name, type); takes no lock."""
        return self._published

    def refresh(self) -> None:
        """Look at the DNS for every identity, and at what has fallen due: the clock moved."""
        with self.lock:
            for state in self._regions.values():
                for identity in state.identities.values():
                    self.check(identity)
        self.courier.wake()

    def resolve(self, question: Question) -> Answer:
        """Ask the lab's DNS."""
        return self._resolve(question)

    def check(self, identity: Identity) -> None:
        """Look at the DNS for one identity."""
        now = self.clock.now()
        check_identity(identity, self._resolve, now)
        if identity.mail_from is not None:
            check_mail_from(identity.mail_from, self._resolve, now)

    def check_for(self, state: RegionState, address: str) -> None:
        """Look at the DNS for every identity that *address* could be used by."""
        for name in candidates(address):
            if name in state.identities:
                self.check(state.identities[name])

    # Doors --------------------------------------------------------------

    def login(self, region: str, username: str, password: str) -> Principal | LoginRefused:
        """SMTP AUTH; where from is not looked at, as policies are read at the send."""
        state = self.region(region)
        with self.lock:
            return authenticate(
                self.iam,
                state,
                username,
                password,
                self.clock.now(),
                propagation=self.key_propagation,
            )

    def submit(self, submission: Submission) -> Accepted | Refused:
        """Take a message or refuse it; deliveries and events follow by themselves."""
        message = parse(crlf(submission.content))
        with self.lock:
            state = self.region(submission.region)
            now = self.clock.now()
            author = author_address(submission, message)
            case = Case(submission, message, state, self.iam, now)
            for address in must_be_verified(case):
                self.check_for(state, address)
            refused = first_refusal(case)
            if refused is not None:
                return refused
            message_id = new_message_id(state.region)
            sent = self._record(submission, message, message_id, now)
            state.sent.append((now, counted(submission.destinations)))
            state.tally(now).attempts += len(submission.destinations)
            self._sent[message_id] = sent
            leaving = prepare(state, message, author, message_id, now)
        self._dispatch(sent, leaving)
        return Accepted(message_id)

    def _dispatch(self, sent: Sent, leaving: Leaving) -> None:
        self.courier.post(lambda: self._sending.accepted(sent, leaving))

    def _record(
        self, submission: Submission, message: Message, message_id: str, now: datetime
    ) -> Sent:
        state = self.region(submission.region)
        author = author_address(submission, message)
        identity = identity_for(state, author)
        name = identity.name if identity else author
        return Sent(
            message_id=message_id,
            region=state.region,
            account_id=self.account_id,
            at=now,
            source=message.get("From") or author,
            source_arn=identity_arn(state, self.account_id, name),
            operation=submission.operation,
            template=submission.template,
            missing=submission.missing,
            source_ip=submission.source_ip,
            caller=submission.principal.user,
            outgoing_ip=hosts.outbound_address(state.region),
            reporting_mta=hosts.outbound_name(state.region),
            destinations=submission.destinations,
            head=Kept(message.header_block()),
            configuration_set=configuration_set_name(state, submission, message),
            tags=message_tags(message, submission.tags),
            feedback_to=_feedback_to(submission, message, author),
            identity=name.lower(),
        )

    # Receiving ----------------------------------------------------------

    def accepts(self, region: str, forward_path: str, source_ip: str) -> SmtpReply:
        """The reply to RCPT at the inbound endpoint."""
        with self.lock:
            return self._receiving.accepts(self.region(region), forward_path, source_ip)

    def receive(
        self, region: str, transmission: Transmission, verdicts: AuthVerdicts
    ) -> SmtpReply:
        """Take a received mail; the active rule set runs by itself afterwards."""
        with self.lock:
            return self._receiving.receive(self.region(region), transmission, verdicts)

    def bounce(
        self,
        region: str,
        original: str,
        sender: str,
        people: Mapping[str, str],
        explanation: str,
    ) -> Accepted | Refused:
        """SendBounce: a DSN about a received mail, recipient to status code."""
        with self.lock:
            return self._receiving.bounce(
                self.region(region), original, sender, people, explanation
            )

    @property
    def receiving(self) -> Receiving:
        """Receipt rules at work."""
        return self._receiving

    # What only AWS's staff, a click or other people's servers can do -----

    def grant_production_access(
        self, region: str, *, max_24_hour: float = 50_000, max_rate: float = 14
    ) -> None:
        """AWS's review says yes: out of the sandbox, with a quota."""
        with self.lock:
            account = self.region(region).account
            account.production = True
            account.max_24_hour, account.max_rate = max_24_hour, max_rate
            if account.details is not None:
                account.details["ReviewDetails"] = {"Status": "GRANTED", "CaseId": "lab-1"}

    def enter_sandbox(self, region: str) -> None:
        """As a new account is."""
        with self.lock:
            account = self.region(region).account
            account.production, account.max_24_hour, account.max_rate = False, 200, 1

    def deny_production_access(self, region: str) -> None:
        """AWS's review says no."""
        with self.lock:
            details = self.region(region).account.details or {}
            details["ReviewDetails"] = {"Status": "DENIED", "CaseId": "lab-1"}
            self.region(region).account.details = details

    def set_enforcement(self, region: str, status: str) -> None:
        """HEALTHY, PROBATION (under review) or SHUTDOWN."""
        with self.lock:
            self.region(region).account.enforcement = status

    def set_quota(
        self, region: str, *, max_24_hour: float | None = None, max_rate: float | None = None
    ) -> None:
        """AWS sets how much may be sent in 24 hours and in a second; -1 a day is no limit."""
        with self.lock:
            account = self.region(region).account
            account.max_24_hour = account.max_24_hour if max_24_hour is None else max_24_hour
            account.max_rate = account.max_rate if max_rate is None else max_rate

    def use_up_quota(self, region: str) -> None:
        """As if the whole day's quota had just been sent."""
        with self.lock:
            state, now = self.region(region), self.clock.now()
            left = int(state.account.max_24_hour) - state.sent_last_24_hours(now)
            state.sent.append((now - timedelta(hours=1), max(0, left)))

    def set_sending_enabled(self, region: str, *, enabled: bool) -> None:
        """Pause or resume the account."""
        with self.lock:
            self.region(region).account.sending_enabled = enabled

    def subscribe(self, region: str, *, subscribed: bool = True) -> None:
        """Whether SES was ever opened in that Region."""
        with self.lock:
            self.region(region).account.subscribed = subscribed

    def confirm_address(self, region: str, address: str) -> None:
        """The owner of *address* clicks the link in SES's verification mail.

        Raises:
            LookupError: No such identity waits.
        """
        with self.lock:
            identity = self.region(region).identities.get(address.lower())
            if identity is None or not identity.is_address:
                raise LookupError(address)
            now = self.clock.now()
            identity.verification.status = Status.SUCCESS
            identity.verification.last_success = identity.verification.last_checked = now

    def suppress(
        self, region: str, address: str, reason: str = "BOUNCE", *, since: datetime | None = None
    ) -> None:
        """Put *address* on the list, as an earlier bounce or complaint did."""
        with self.lock:
            entry = Suppressed(address.lower(), reason, since or self.clock.now())
            self.region(region).suppressed[address.lower()] = entry

    def complain(self, message_id: str, address: str, kind: str | None = "abuse") -> None:
        """The recipient *address* of a sent mail reports it as spam.

        Raises:
            LookupError: SES never sent such a message.
        """
        sent = self._sent[message_id]
        self.courier.post(lambda: self._sending.complain(sent, address, kind))

    def sent(self, region: str | None = None) -> tuple[Sent, ...]:
        """Every message SES accepted, oldest first."""
        with self.lock:
            return tuple(s for s in self._sent.values() if region in {None, s.region})


def _feedback_to(submission: Submission, message: Message, author: str) -> str:
    """FACTS 7.1: where bounces go, by door."""
    if submission.feedback_address:
        return bare(submission.feedback_address)
    if submission.api is not Api.V2 and submission.reverse_path:
        return bare(submission.reverse_path)
    return bare(message.get("Return-Path") or "") or author
