"""After SES accepted a message: suppression, the simulator, delivery, retries, feedback."""

from collections.abc import Callable
from datetime import timedelta

from sendas_lab.clock import Clock
from sendas_lab.mail import DeliveryResult, Envelope, SmtpReply, Transmission
from sendas_lab.ses import events, outcome
from sendas_lab.ses.addresses import domain_of
from sendas_lab.ses.checks import SIMULATOR_DOMAIN
from sendas_lab.ses.courier import Courier
from sendas_lab.ses.delivery_insights import of_event
from sendas_lab.ses.dsn import bounce_mail, out_of_office
from sendas_lab.ses.events import Bounced, Event, Sent
from sendas_lab.ses.hosts import outbound_address, outbound_name
from sendas_lab.ses.message import EICAR
from sendas_lab.ses.outcome import Kind
from sendas_lab.ses.outgoing import Leaving
from sendas_lab.ses.ports import Topics
from sendas_lab.ses.region_state import Identity, RegionState, Suppressed


RETRY_AFTER = (300, 600, 1200, 2400, 3600)
"""Seconds before each further try; the last one is repeated (inferred)."""
GIVE_UP_AFTER = timedelta(hours=14)
"""A configuration set's MaxDeliverySeconds is at most 50,400 (FACTS 6); taken as the default."""
_SUPPRESSED_TEXT = (
    "Amazon SES did not send the message to this address because it is on the suppression list"
    " for your account."
)


class Sending:
    """Carries accepted messages to their end."""

    def __init__(
        self,
        clock: Clock,
        courier: Courier,
        state_of: Callable[[str], RegionState],
        topics: Topics,
    ) -> None:
        self._clock = clock
        self._courier = courier
        self._state_of = state_of
        self._topics = topics

    def accepted(self, sent: Sent, leaving: Leaving) -> None:
        """Everything that follows 250; on the courier's thread."""
        if sent.missing is not None:
            self._tell(Event("RENDERING_FAILURE", sent, events.rendering_failure(sent)))
            return
        self._tell(Event("SEND", sent, events.send()))
        if EICAR in leaving.content:
            self._state_of(sent.region).tally(self._clock.now()).rejects += 1
            self._tell(Event("REJECT", sent, events.reject()))
            return
        for address in sent.destinations:
            if domain_of(address) == SIMULATOR_DOMAIN:
                self._simulate(sent, address)
            elif (entry := self._entry(sent, address)) is not None:
                self._drop(sent, entry)
            else:
                self._try(sent, leaving, address, 0)

    def complain(self, sent: Sent, address: str, kind: str | None) -> None:
        """*address* pressed "spam" at a provider that reports it to SES."""
        now = self._clock.now()
        state = self._state_of(sent.region)
        state.tally(now).complaints += 1
        detail = events.complaint((address,), now, kind=kind)
        if "COMPLAINT" in self._reasons(sent):
            self._list(sent, address, "COMPLAINT", detail["feedbackId"])
        self._tell(Event("COMPLAINT", sent, detail))

    def _reasons(self, sent: Sent) -> tuple[str, ...]:
        state = self._state_of(sent.region)
        used = state.configuration_sets.get(sent.configuration_set or "")
        own = used.suppressed_reasons if used else None
        return state.account.suppressed_reasons if own is None else own

    def _entry(self, sent: Sent, address: str) -> Suppressed | None:
        entry = self._state_of(sent.region).suppressed.get(address.lower())
        return entry if entry is not None and entry.reason in self._reasons(sent) else None

    def _list(self, sent: Sent, address: str, reason: str, feedback_id: str) -> None:
        state = self._state_of(sent.region)
        state.suppressed[address.lower()] = Suppressed(
            address.lower(), reason, self._clock.now(), sent.message_id, feedback_id
        )

    def _drop(self, sent: Sent, entry: Suppressed) -> None:
        """Accepted and not sent; does not count to the bounce rate (FACTS 13)."""
        now = self._clock.now()
        if entry.reason == "COMPLAINT":
            detail = events.complaint(
                (entry.address,), now, kind=None, subtype=outcome.SUPPRESSED.subtype
            )
            self._tell(Event("COMPLAINT", sent, detail))
            return
        person = Bounced(entry.address, "5.1.1", _SUPPRESSED_TEXT)
        self._bounced(sent, person, outcome.SUPPRESSED, counts=False)

    def _simulate(self, sent: Sent, address: str) -> None:
        """SES guide, "Mailbox simulator": no effect on rates or the list."""
        now = self._clock.now()
        what = address.partition("@")[0].partition("+")[0].lower()
        ok = DeliveryResult(address, SmtpReply(250, "2.6.0 Message received"), "127.0.2.0")
        # The texts: public captures of 2026 (FACTS 27).
        said = f"smtp; 550 5.1.1 As requested: user unknown <{address}>"
        unknown = Bounced(address, "5.1.1", said)
        match what:
            case "bounce":
                self._bounced(sent, unknown, Kind("Permanent", "General"), counts=False)
            case "suppressionlist":
                said = (
                    f"smtp; 550 5.1.1 As requested: user unknown (suppressed address: <{address}>)"
                )
                listed = Bounced(address, "5.1.1", said)
                self._bounced(sent, listed, Kind("Permanent", "General"), counts=False)
            case _:
                self._tell(Event("DELIVERY", sent, events.delivery(sent, ok, now)))
                if what == "complaint":
                    detail = events.complaint((address,), now, kind="abuse")
                    self._tell(Event("COMPLAINT", sent, detail))
                if what == "ooto":
                    bare = events.bounce(sent, "Transient", "General", (Bounced(address),), now)
                    self._tell(Event("BOUNCE", sent, bare))
                    self._mail_feedback(sent, out_of_office(sent, address, now))

    def _try(self, sent: Sent, leaving: Leaving, address: str, tries: int) -> None:
        envelope = Envelope(f"{sent.message_id}@{leaving.mail_from_domain}", (address,))
        try:
            results = self._courier.carry(self._transmission(sent, envelope, leaving.content))
        except OSError as error:
            text = f"4.4.1 Unable to connect: {error}"
            results = (DeliveryResult(address, SmtpReply(421, text), ""),)
        for result in results:
            self._ended(sent, leaving, result, tries)

    def _transmission(self, sent: Sent, envelope: Envelope, content: bytes) -> Transmission:
        return Transmission(
            envelope, content, outbound_address(sent.region), outbound_name(sent.region)
        )

    def _ended(self, sent: Sent, leaving: Leaving, result: DeliveryResult, tries: int) -> None:
        now = self._clock.now()
        reply = result.reply
        person = Bounced(
            result.forward_path, outcome.enhanced_status(reply), outcome.diagnostic(reply)
        )
        if reply.accepted:
            self._tell(Event("DELIVERY", sent, events.delivery(sent, result, now)))
        elif reply.transient:
            self._later(sent, leaving, person, reply, tries)
        else:
            self._bounced(sent, person, outcome.bounce_kind(reply))

    def _later(
        self, sent: Sent, leaving: Leaving, person: Bounced, reply: SmtpReply, tries: int
    ) -> None:
        now, expires = self._clock.now(), sent.at + GIVE_UP_AFTER
        if now >= expires:
            self._bounced(sent, person, outcome.EXPIRED)
            return
        if tries == 0:
            detail = events.delay(outcome.delay_type(reply), expires, person, now)
            self._tell(Event("DELIVERY_DELAY", sent, detail))
        wait = RETRY_AFTER[min(tries, len(RETRY_AFTER) - 1)]
        due = now + timedelta(seconds=wait)
        self._courier.post(lambda: self._try(sent, leaving, person.address, tries + 1), due)

    def _bounced(self, sent: Sent, person: Bounced, kind: Kind, *, counts: bool = True) -> None:
        now = self._clock.now()
        detail = events.bounce(sent, kind.type, kind.subtype, (person,), now)
        if counts and kind.hard:
            self._state_of(sent.region).tally(now).bounces += 1
            if "BOUNCE" in self._reasons(sent):
                self._list(sent, person.address, "BOUNCE", detail["feedbackId"])
        self._tell(Event("BOUNCE", sent, detail))
        if self._forwards_feedback(sent):
            self._mail_feedback(sent, bounce_mail(sent, (person,), now))

    def _identity(self, sent: Sent) -> Identity | None:
        return self._state_of(sent.region).identities.get(sent.identity or "")

    def _forwards_feedback(self, sent: Sent) -> bool:
        # FACTS 7.1: without another channel SES mails feedback even when told not to.
        identity = self._identity(sent)
        return identity is None or identity.feedback_forwarding or "Bounce" not in identity.topics

    def _mail_feedback(self, sent: Sent, content: bytes) -> None:
        if not sent.feedback_to:
            return
        envelope = Envelope("", (sent.feedback_to,))
        transmission = self._transmission(sent, envelope, content)

        def mail() -> None:
            # A bounce of a bounce is nobody's: RFC 5321, 6.1.
            self._courier.carry(transmission)

        self._courier.post(mail)

    def _tell(self, event: Event) -> None:
        state = self._state_of(event.sent.region)
        told = state.told.setdefault(event.sent.message_id, [])
        told.extend(of_event(event, self._clock.now()))
        used = state.configuration_sets.get(event.sent.configuration_set or "")
        if used is not None:
            for destination in list(used.destinations.values()):
                if destination.get("Enabled") and event.kind in destination["MatchingEventTypes"]:
                    topic = destination.get("SnsDestination", {}).get("TopicArn")
                    self._publish(topic, event.published(), "Amazon SES Email Event Notification")
        identity = self._identity(event.sent)
        kind = event.kind.capitalize()
        if identity is not None and kind in identity.topics:
            headers = kind in identity.headers_in_notifications
            body = event.notification(headers=headers)
            if body is not None:
                self._publish(identity.topics[kind], body, "")

    def _publish(self, topic: str | None, body: events.Json, subject: str) -> None:
        if topic is None:
            return
        try:
            self._topics.publish(topic, events.as_text(body), subject)
        except LookupError:
            # A topic deleted since: SES loses the event, too.
            return
