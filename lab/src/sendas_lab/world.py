"""The whole lab, started and stopped as one thing."""

import contextlib
import itertools
import json
import secrets
import tempfile
import threading

from pathlib import Path
from types import TracebackType
from typing import Self

from sendas import dialmap
from sendas.aws.session import Session, open_session
from sendas.dns.answers import Answer, Question
from sendas.ses.regions import Region
from sendas_lab.amazon import SMTP_PORT, AmazonHosts
from sendas_lab.aws.backends import MotoFunctions, MotoIam, MotoStorage, MotoTopics
from sendas_lab.aws.confirmations import agree_at_once, click
from sendas_lab.aws.server import AwsServer, new_administrator
from sendas_lab.certificates import Certificates
from sendas_lab.clock import Clock
from sendas_lab.dns import route53
from sendas_lab.dns.internet import Dns
from sendas_lab.gmail import Gmail
from sendas_lab.gmail.google import EXCHANGER_ADDRESS, EXCHANGER_HOST, OUTGOING_ADDRESS
from sendas_lab.gmail.settings import Submitter
from sendas_lab.mail import DeliveryResult, Envelope, Transmission
from sendas_lab.network import Network
from sendas_lab.others import (
    EXCHANGE_ADDRESS,
    ORDINARY_ADDRESS,
    ORDINARY_DOMAINS,
    ORDINARY_HOST,
    TENANT_DOMAIN,
    publish_exchange,
    publish_google,
    publish_ordinary,
)
from sendas_lab.recipients import ExchangeOnline, OrdinaryServer
from sendas_lab.recipients.mailbox import StoredMail
from sendas_lab.recipients.receiving import Surroundings
from sendas_lab.ses.service import Ses
from sendas_lab.smtp.conversation import Opening
from sendas_lab.smtp.delivery import Delivery
from sendas_lab.smtp.servers import SmtpServers


ACCOUNT_ID = "123456789012"
"""The account id of AWS's documentation; a second lab in the process gets the next number."""


class _AccountIds:
    """moto keeps its state per account in the process: no two labs may share one."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._taken: set[int] = set()

    def take(self) -> str:
        with self._lock:
            free = next(n for n in itertools.count(int(ACCOUNT_ID)) if n not in self._taken)
            self._taken.add(free)
        return f"{free:012}"

    def give_back(self, account_id: str) -> None:
        with self._lock:
            self._taken.discard(int(account_id))


_account_ids = _AccountIds()


class Lab:
    """The outside world on loopback: a context manager that starts and stops all of it.

    *region* is where the environment points; every Region is there.  AWS listens at a free
    port unless *aws_port* names one.
    """

    def __init__(self, region: str = "us-east-1", *, aws_port: int = 0) -> None:
        self.region = Region(region)
        self._aws_port = aws_port
        self.account_id = _account_ids.take()
        self.clock = Clock()
        self.network = Network()
        self._files = tempfile.TemporaryDirectory(prefix="sendas-lab-")
        self.directory = Path(self._files.name)
        self.certificates = Certificates(self.directory)
        administrator = new_administrator(self.account_id)
        now = self.clock.now
        self.ses = Ses(
            self.account_id,
            self.clock,
            self._resolve,
            self._deliver,
            MotoIam(self.account_id, now, administrator),
            s3=MotoStorage(self.account_id, now),
            sns=MotoTopics(self.account_id, now),
            functions=MotoFunctions(self.account_id),
        )
        self.aws = AwsServer(self.ses, self.clock, administrator)
        agree_at_once(self.account_id, agree=True)
        self.dns = Dns(
            self.network,
            self.clock,
            published=self.ses.published_records,
            hosted_zones=lambda server: route53.hosted_zones(self.account_id, server),
        )
        self._delivery = Delivery(self.network, self._resolve)
        surroundings = Surroundings(self.clock, self._resolve)
        self.recipients = OrdinaryServer(
            ORDINARY_HOST, ORDINARY_DOMAINS, surroundings, self._complain
        )
        self.exchange = ExchangeOnline(TENANT_DOMAIN, surroundings)
        submitter = Submitter(self.network, OUTGOING_ADDRESS, self.certificates.client_context)
        self.gmail = Gmail(surroundings, submitter, self._deliver)
        self._servers: SmtpServers | None = None
        self._amazon: AmazonHosts | None = None
        self._session: Session | None = None
        self._stopped = False

    # Running ------------------------------------------------------------

    def __enter__(self) -> Self:
        """Start; what has begun when something fails is stopped again."""
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop."""
        self.stop()

    def start(self) -> None:
        """Listen everywhere; returns when everything answers."""
        route53.give_each_zone_its_own_servers()
        publish_google(self.dns)
        publish_ordinary(self.dns, self.recipients)
        publish_exchange(self.dns, self.exchange)
        self.dns.start()
        self._servers = SmtpServers(self.network)
        self._amazon = AmazonHosts(self.network, self._servers, self.certificates, self._resolve)
        self._amazon.open(self.ses)
        self._receive(EXCHANGER_HOST, EXCHANGER_ADDRESS, self.gmail.exchanger.open)
        self._receive(ORDINARY_HOST, ORDINARY_ADDRESS, self.recipients.open)
        self._receive(self.exchange.host, EXCHANGE_ADDRESS, self.exchange.open)
        self.ses.start()
        self.aws.start(self._aws_port)
        self.write_dial_map()
        self.aws.functions.world = self._network_environment()

    def stop(self) -> None:
        """Stop everything and leave nothing behind; a second call does nothing."""
        if self._stopped:
            return
        self._stopped = True
        # A stack runs from its end, and runs on when a step raises: files and id go last.
        with contextlib.ExitStack() as steps:
            steps.callback(_account_ids.give_back, self.account_id)
            steps.callback(self._files.cleanup)
            steps.callback(self.aws.reset)
            steps.callback(self.dns.stop)
            if self._amazon is not None:
                steps.callback(self._amazon.stop)
            if self._servers is not None:
                steps.callback(self._servers.stop)
            steps.callback(self.ses.stop)
            steps.callback(self.aws.stop)
            if self._session is not None:
                steps.callback(self._session.close)
        self._session = None

    def reset(self) -> None:
        """Back to the empty world, quickly: no zone, no identity, no key, no mail, no fault."""
        self.aws.reset()
        agree_at_once(self.account_id, agree=True)
        self.dns.reset()
        self.gmail.reset()
        self.recipients.reset()
        self.exchange.reset()
        self.certificates.reset()
        self.amazon.reset()
        self.clock.reset()
        self.write_dial_map()

    def let_subscribers_wait(self) -> None:
        """Let topics tell by mail only who has clicked in SNS's mail, as AWS does.

        Without, until the next `reset`, who is subscribed has agreed and gets no mail.
        """
        agree_at_once(self.account_id, agree=False)

    def settle(self, timeout_seconds: float = 60.0) -> None:
        """Wait until every delivery, event and receipt rule that is due has run."""
        self.ses.settle(timeout_seconds)

    # For programs -------------------------------------------------------

    @property
    def amazon(self) -> AmazonHosts:
        """SES's SMTP hosts.  Raises RuntimeError before `start`."""
        if self._amazon is None:
            msg = "the lab has not been started"
            raise RuntimeError(msg)
        return self._amazon

    def environment(self) -> dict[str, str]:
        """What a program needs in its environment to live in the lab."""
        administrator = self.aws.administrator
        return {
            "AWS_ENDPOINT_URL": self.aws.url,
            "AWS_ACCESS_KEY_ID": administrator.principal.key_id,
            "AWS_SECRET_ACCESS_KEY": administrator.secret,
            "AWS_DEFAULT_REGION": self.region,
            "AWS_REGION": self.region,
            **self._network_environment(),
        }

    def _network_environment(self) -> dict[str, str]:
        """What leads a program to the lab's DNS and hosts instead of the world's."""
        host, port = self.dns.resolver_address
        return {
            "SENDAS_RESOLVER": f"{host}:{port}",
            dialmap.VARIABLE: str(self._dial_map_file),
            "SSL_CERT_FILE": str(self.certificates.authority_file),
        }

    def session(self) -> Session:
        """The session with AWS as the lab's administrator; the process's own keys do not count.

        One for the life of the lab: botocore reads its models once for each.
        """
        if self._session is None:
            self._session = open_session(None, self.environment())
        return self._session

    def write_dial_map(self) -> None:
        """Write the file that SENDAS_DIALMAP names, as the network is now."""
        pairs = self.network.dial_map().pairs
        text = json.dumps({name: f"{host}:{port}" for name, (host, port) in pairs.items()})
        self._dial_map_file.write_text(text, encoding="utf-8")

    # Mail from outside --------------------------------------------------

    def write_to_owner(
        self,
        to: str,
        *,
        sender: str = "jane@example.net",
        subject: str = "Hello",
        text: str = "Hello.\n",
    ) -> DeliveryResult:
        """A correspondent's server delivers one mail to *to*; unsigned, SPF passes."""
        body = "".join(f"{line}\r\n" for line in text.splitlines())
        content = (
            f"From: {sender}\r\nTo: {to}\r\nSubject: {subject}\r\n"
            f"Date: {self.clock.now():%a, %d %b %Y %H:%M:%S +0000}\r\n"
            f"Message-ID: <{secrets.token_hex(8)}@{ORDINARY_HOST}>\r\n"
            f"MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{body}"
        )
        transmission = Transmission(
            Envelope(sender, (to,)), content.encode(), ORDINARY_ADDRESS, ORDINARY_HOST
        )
        return self._deliver(transmission)[0]

    def bring(self, transmission: Transmission) -> tuple[DeliveryResult, ...]:
        """Carry any mail from anywhere to its recipients' servers, as the lab's DNS says."""
        return self._deliver(transmission)

    def received(self) -> list[tuple[str, StoredMail]]:
        """Every mail that arrived anywhere, with its mailbox, oldest first."""
        everywhere = (self.gmail, self.recipients.mailboxes, self.exchange.mailboxes)
        found = [one for server in everywhere for one in server.by_mailbox()]
        return sorted(found, key=lambda one: one[1].at)

    def click_verification(self, address: str) -> bool:
        """Click in the mails of SES and SNS to *address*; whether there was anything to click.

        SES's is the lab's Region's, SNS's are of every Region.
        """
        subscribed = click(self.account_id, address)
        try:
            self.ses.confirm_address(self.region, address)
        except LookupError:
            return subscribed
        return True

    def delegate(self, domain: str) -> str:
        """Register *domain* and let a new Route 53 zone answer for it; gives the zone's id."""
        made = self.session().call(
            "route53",
            "CreateHostedZone",
            region=self.region,
            Name=f"{domain}.",
            CallerReference=f"lab-{domain}",
        )
        zone_id = str(made["HostedZone"]["Id"]).rpartition("/")[2]
        self.dns.registry.delegate(domain, route53.servers_of(self.account_id, zone_id))
        return zone_id

    # Inside -------------------------------------------------------------

    @property
    def _dial_map_file(self) -> Path:
        return self.directory / "dialmap.json"

    def _resolve(self, question: Question) -> Answer:
        return self.dns.resolve(question)

    def _deliver(self, transmission: Transmission) -> tuple[DeliveryResult, ...]:
        return self._delivery.deliver(transmission)

    def _complain(self, message_id: str, recipient: str) -> None:
        if any(sent.message_id == message_id for sent in self.ses.sent()):
            self.ses.complain(message_id, recipient)

    def _receive(self, host: str, address: str, opening: Opening) -> None:
        if self._servers is None:
            return
        really = self._servers.listen(opening, lambda: self.certificates.server_context(host))
        self.network.listen(host, SMTP_PORT, really)
        self.network.listen(address, SMTP_PORT, really)
