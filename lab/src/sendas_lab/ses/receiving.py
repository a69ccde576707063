"""SES receiving: who is let in, and the active rule set at work.

Source: SES guide, "Email receiving concepts"; FACTS 8.1: our block filters
first, then the active rule set; a mail is judged by the rules in force when it
arrived; a failed action is tried again for four hours.
"""

import ipaddress

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from sendas.ses.receiving import ReceiptRule
from sendas_lab.mail import SmtpReply, Transmission
from sendas_lab.ses import actions
from sendas_lab.ses.actions import ActionFailed, Step, Tools
from sendas_lab.ses.identities import candidates, identity_for
from sendas_lab.ses.outgoing import new_message_id
from sendas_lab.ses.receipt import (
    MAX_INBOUND_BYTES,
    AuthVerdicts,
    Received,
    receive,
    with_header,
)
from sendas_lab.ses.region_state import RegionState, Shape
from sendas_lab.ses.submission import Accepted, Reason, Refused


if TYPE_CHECKING:
    from sendas_lab.ses.service import Ses


RETRY_FOR = timedelta(hours=4)
BOUNCE_WITHIN = timedelta(hours=24)
RETRY_AFTER = timedelta(minutes=5)
"""FACTS 8.1 gives the four hours; the pace is inferred."""

_UNKNOWN = SmtpReply(550, "5.1.1 Requested action not taken: mailbox unavailable")
_BLOCKED = SmtpReply(554, "5.7.1 Service unavailable; client host blocked")
_TOO_LARGE = SmtpReply(552, "5.3.4 Message size exceeds fixed limit")
_NEEDS_TLS = SmtpReply(530, "5.7.0 Must issue a STARTTLS command first")
_OK = SmtpReply(250, "Ok")


@dataclass(frozen=True, slots=True)
class Matched:
    """One rule, and the recipients for which it runs: once per mail, not once per recipient."""

    rule_set: str
    rule: Shape
    recipients: tuple[str, ...]


class Receiving:
    """The inbound side of one account; called under the lock of `Ses`."""

    def __init__(self, ses: "Ses") -> None:
        self._ses = ses
        self._received: dict[str, Received] = {}
        self.metrics: Counter[tuple[str, str, str]] = Counter()
        """PublishSuccess, PublishFailure, PublishExpired by (Region, rule, metric)."""

    def reset(self) -> None:
        """Forget what was received."""
        self._received.clear()
        self.metrics.clear()

    def accepts(self, state: RegionState, forward_path: str, source_ip: str) -> SmtpReply:
        """The reply to one RCPT."""
        if self._blocked(state, source_ip):
            return _BLOCKED
        self._ses.check_for(state, forward_path)
        return _OK if list(_matching(state, (forward_path,))) else _UNKNOWN

    def receive(
        self, state: RegionState, transmission: Transmission, auth: AuthVerdicts
    ) -> SmtpReply:
        """Take the mail, and let the rules run."""
        recipients = transmission.envelope.forward_paths
        matched = tuple(_matching(state, recipients))
        if not matched:
            return _UNKNOWN
        if len(transmission.content) > MAX_INBOUND_BYTES:
            return _TOO_LARGE
        if not transmission.tls:
            matched = tuple(m for m in matched if m.rule.get("TlsPolicy") != "Require")
            if not matched:
                return _NEEDS_TLS
        received = receive(
            transmission,
            auth,
            state.region,
            self._ses.account_id,
            tuple(dict.fromkeys(r for m in matched for r in m.recipients)),
            self._ses.clock.now(),
            scan=any(m.rule.get("ScanEnabled") for m in matched),
        )
        self._received[received.message_id] = received
        self._ses.courier.post(lambda: self._run(received, matched))
        return SmtpReply(250, f"OK {received.message_id}")

    def bounce(
        self,
        state: RegionState,
        original: str,
        sender: str,
        people: Mapping[str, str],
        explanation: str,
    ) -> Accepted | Refused:
        """SendBounce: within 24 hours of receipt, and from a verified sender (API reference)."""
        received = self._received.get(original)
        if received is None or self._ses.clock.now() - received.at > BOUNCE_WITHIN:
            return Refused(Reason.ILLEGAL_ADDRESS, f"Original message not found: {original}")
        identity = identity_for(state, sender)
        if identity is None or not identity.verified:
            text = (
                "Email address is not verified. The following identities failed the check in"
                f" region {state.region.upper()}: {sender}"
            )
            return Refused(Reason.NOT_VERIFIED, text)
        for address, status in people.items():
            action = {
                "SmtpReplyCode": "550",
                "StatusCode": status,
                "Message": explanation or "The mail could not be delivered",
                "Sender": sender,
            }
            now = self._ses.clock.now()
            step = Step(received, "", "", (address,), received.content, now)
            self._ses.courier.post(partial(actions.bounce, step, action, self._tools()))
        return Accepted(new_message_id(state.region))

    def _blocked(self, state: RegionState, source_ip: str) -> bool:
        """Our own filters; the closest network wins, and allow wins over block."""
        address = ipaddress.ip_address(source_ip)
        found: list[tuple[int, bool]] = []
        for shape in state.filters.values():
            network = ipaddress.ip_network(shape["IpFilter"]["Cidr"], strict=False)
            if address in network:
                found.append((network.prefixlen, shape["IpFilter"]["Policy"] == "Allow"))
        return bool(found) and not max(found)[1]

    def _tools(self) -> Tools:
        ses = self._ses
        return Tools(ses.iam, ses.s3, ses.sns, ses.functions, ses.courier.carry)

    def _run(self, received: Received, matched: tuple[Matched, ...]) -> None:
        """Every rule in order, every action in order; on the courier's thread."""
        content = received.content
        for one in matched:
            for action in one.rule.get("Actions", ()):
                name, detail = next(iter(action.items()))
                if name == "AddHeaderAction":
                    content = with_header(content, detail["HeaderName"], detail["HeaderValue"])
                    continue
                step = Step(
                    received,
                    one.rule_set,
                    one.rule["Name"],
                    one.recipients,
                    content,
                    self._ses.clock.now(),
                )
                disposition = self._attempt(step, name, detail)
                if disposition == "STOP_RULE_SET":
                    return
                if disposition == "STOP_RULE":
                    break

    def _attempt(self, step: Step, name: str, detail: Shape) -> str:
        try:
            disposition = self._act(step, name, detail)
        except ActionFailed:
            self._failed(step, name, detail)
            return "CONTINUE"
        self._count(step, "PublishSuccess")
        return disposition

    def _act(self, step: Step, name: str, detail: Shape) -> str:
        tools = self._tools()
        match name:
            case "S3Action":
                actions.store(step, detail, tools)
            case "SNSAction":
                actions.publish(step, detail, tools)
            case "LambdaAction":
                return actions.invoke(step, detail, tools)
            case "BounceAction":
                actions.bounce(step, detail, tools)
            case "StopAction":
                actions.stop(step, detail, tools)
                return "STOP_RULE_SET"
            case _:
                message = f"the lab has no {name}"
                raise ActionFailed(message)
        return "CONTINUE"

    def _failed(self, step: Step, name: str, detail: Shape) -> None:
        self._count(step, "PublishFailure")
        now = self._ses.clock.now()
        if now - step.received.at >= RETRY_FOR:
            self._count(step, "PublishExpired")
            return

        def again() -> None:
            self._attempt(replace(step, now=self._ses.clock.now()), name, detail)

        self._ses.courier.post(again, now + RETRY_AFTER)

    def _count(self, step: Step, metric: str) -> None:
        self.metrics[step.received.region, step.rule, metric] += 1


def _matching(state: RegionState, recipients: tuple[str, ...]) -> Iterator[Matched]:
    """The enabled rules of the active set that match any recipient at a verified domain."""
    rule_set = state.rule_sets.get(state.active_rule_set or "")
    if rule_set is None:
        return
    ours = tuple(r for r in recipients if _at_verified_domain(state, r))
    for rule in rule_set.rules:
        if not rule.get("Enabled"):
            continue
        asked = ReceiptRule(
            rule["Name"], enabled=True, recipients=tuple(rule["Recipients"]), actions=()
        )
        mine = tuple(r for r in ours if asked.matches(r))
        if mine:
            yield Matched(rule_set.name, dict(rule), mine)


def _at_verified_domain(state: RegionState, address: str) -> bool:
    found = (state.identities.get(name) for name in candidates(address)[1:])
    return any(identity is not None and identity.verified for identity in found)
