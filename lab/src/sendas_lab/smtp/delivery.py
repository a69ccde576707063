"""Carrying mail to its recipients' servers, as the lab's DNS names them."""

import ssl

from collections.abc import Callable, Iterator
from dataclasses import replace

from sendas.dns.answers import Absent, Answer, Question, Records, RecordType
from sendas.outcome import NoAnswer
from sendas.smtp.connection import capabilities
from sendas_lab.mail import DeliveryResult, Envelope, SmtpReply, Transmission
from sendas_lab.network import Network
from sendas_lab.smtp.client import Client, CouldNotTalk


SMTP_PORT = 25


class Delivery:
    """Delivers over SMTP: one attempt, every mail exchanger in its turn."""

    def __init__(self, network: Network, resolve: Callable[[Question], Answer]) -> None:
        self._network = network
        self._resolve = resolve

    def deliver(self, transmission: Transmission) -> tuple[DeliveryResult, ...]:
        """Try each domain's servers; the results stand in the order of the forward-paths."""
        results: dict[str, DeliveryResult] = {}
        by_domain: dict[str, list[str]] = {}
        for forward_path in transmission.envelope.forward_paths:
            by_domain.setdefault(forward_path.rpartition("@")[2].lower(), []).append(forward_path)
        for domain, forward_paths in by_domain.items():
            part = replace(
                transmission,
                envelope=Envelope(transmission.envelope.reverse_path, tuple(forward_paths)),
            )
            results.update({r.forward_path: r for r in self._to_domain(domain, part)})
        return tuple(results[path] for path in transmission.envelope.forward_paths)

    def _to_domain(self, domain: str, part: Transmission) -> tuple[DeliveryResult, ...]:
        hosts = self._mail_exchangers(domain)
        if isinstance(hosts, SmtpReply):
            return _all(part, hosts, "")
        last = _all(part, _unable(f"Unable to connect to {domain}"), "")
        for host in hosts:
            last = self._to_host(host, part)
            if not all(result.reply.transient for result in last):
                return last
        return last

    def _mail_exchangers(self, domain: str) -> tuple[str, ...] | SmtpReply:
        """Hosts by preference (RFC 5321, 5.1), or why there are none."""
        answer = self._resolve(Question(domain, RecordType.MX))
        match answer:
            case Records(values=("0 .",)):
                # RFC 7505, 3 and 4: the domain says that it takes no mail.
                return SmtpReply(556, "5.1.10 Recipient address has a null MX")
            case Records(values=values):
                pairs = sorted((int(value.split()[0]), value.split()[1]) for value in values)
                return tuple(host for _, host in pairs)
            case Absent(name_exists=True):
                return (domain,)
            case Absent() | NoAnswer():
                # SES's words for both, seen in its bounces.
                return SmtpReply(421, f"4.4.0 Unable to lookup DNS for {domain}")

    def _to_host(self, host: str, part: Transmission) -> tuple[DeliveryResult, ...]:
        for address in self._addresses(host):
            try:
                client = Client(self._network, address, SMTP_PORT, part.source_ip)
            except CouldNotTalk:
                continue
            try:
                return tuple(self._dialogue(client, host, part))
            except CouldNotTalk as error:
                return _all(part, SmtpReply(421, f"4.4.2 Connection dropped: {error}"), host)
            finally:
                client.quit()
        return _all(part, _unable(f"Unable to connect to {host}"), host)

    def _addresses(self, host: str) -> tuple[str, ...]:
        answer = self._resolve(Question(host, RecordType.A))
        return answer.values if isinstance(answer, Records) else ()

    def _dialogue(self, client: Client, host: str, part: Transmission) -> Iterator[DeliveryResult]:
        failed = self._open(client, part.helo) or client.say(
            f"MAIL FROM:<{part.envelope.reverse_path}>"
        )
        if not failed.accepted:
            yield from _all(part, _one_line(failed), host)
            return
        taken = []
        for forward_path in part.envelope.forward_paths:
            answer = client.say(f"RCPT TO:<{forward_path}>")
            if answer.accepted:
                taken.append(forward_path)
            else:
                yield DeliveryResult(forward_path, _one_line(answer), host)
        if taken:
            answer = _one_line(client.data(part.content))
            yield from (DeliveryResult(forward_path, answer, host) for forward_path in taken)

    def _open(self, client: Client, helo: str) -> SmtpReply | None:
        """Greeting, EHLO, and TLS where it is offered; a reply only if that failed."""
        greeting = client.reply()
        if not greeting.accepted:
            return greeting
        hello = client.say(f"EHLO {helo}")
        if not hello.accepted:
            return hello
        if "STARTTLS" in capabilities(hello.text.split("\n")) and client.say("STARTTLS").accepted:
            client.start_tls(_opportunistic())
            hello = client.say(f"EHLO {helo}")
        return None if hello.accepted else hello


def _opportunistic() -> ssl.SSLContext:
    # RFC 7435: between servers, encryption without proof of identity beats none.
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _unable(detail: str) -> SmtpReply:
    return SmtpReply(421, f"4.4.1 {detail}")


def _one_line(reply: SmtpReply) -> SmtpReply:
    """The lines of a long reply in one, without the status code that each repeats."""
    first, *rest = reply.text.split("\n")
    status = first.split(" ", 1)[0]
    texts = (line.removeprefix(status).strip() for line in rest)
    return SmtpReply(reply.code, " ".join([first.strip(), *filter(None, texts)]))


def _all(part: Transmission, reply: SmtpReply, host: str) -> tuple[DeliveryResult, ...]:
    return tuple(DeliveryResult(path, reply, host) for path in part.envelope.forward_paths)
