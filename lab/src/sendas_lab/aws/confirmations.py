"""SNS: subscriptions by mail and HTTP wait for their owner's word; mail goes out by mail.

Source: SNS API, Subscribe ("pending confirmation" unless ReturnSubscriptionArn), ListSubscriptions
("PendingConfirmation"), ConfirmSubscription; SNS guide, "Email notifications".  Refusals are
recorded (test_sns).  Nobody calls an HTTP endpoint in the lab: such a subscription waits
for ever.  The words of the mails are ours.
"""

import copy
import importlib
import json
import secrets
import threading

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from sendas.ses.regions import parse_region
from sendas_lab.aws.errors import AwsError
from sendas_lab.aws.service import backends_of, is_in_use
from sendas_lab.ses.notices import notice
from sendas_lab.ses.service import Ses


_BY_MAIL = frozenset({"email", "email-json"})
_WAITING = _BY_MAIL | {"http", "https"}
_PENDING_LISTED, _PENDING_ANSWER = "PendingConfirmation", "pending confirmation"
_TOKEN_BYTES = 144
"""Twice as many hexadecimal digits, as in recorded requests."""
_INVALID = "InvalidParameter"


_mailers: dict[str, Ses] = {}
_agreeing: set[str] = set()
_lock = threading.Lock()


def mail_with(ses: Ses) -> None:
    """Let *ses* carry the mails of the topics of its account."""
    with _lock:
        _mailers[ses.account_id] = ses


def agree_at_once(account_id: str, *, agree: bool) -> None:
    """Whether who is subscribed by mail in that account has agreed by that, and gets no mail."""
    with _lock:
        (_agreeing.add if agree else _agreeing.discard)(account_id)


def click(account_id: str, address: str) -> bool:
    """The owner of *address* clicks in every mail that waits for it; whether there was one."""
    if not is_in_use("sns"):
        return False
    waiting = [
        one
        for backend in list(backends_of("sns")[account_id].values())
        for one in list(backend.subscriptions.values())
        if one.protocol in _BY_MAIL and one.endpoint.lower() == address.lower() and _waits(one)
    ]
    for one in waiting:
        _confirm(one)
    return bool(waiting)


def _waits(subscription: Any) -> bool:  # noqa: ANN401  moto's Subscription
    return getattr(subscription, "token", None) is not None


def _confirm(subscription: Any, *, authenticated: bool = False) -> None:  # noqa: ANN401  the same
    subscription.token = None
    subscription.attributes["PendingConfirmation"] = False
    subscription.attributes["ConfirmationWasAuthenticated"] = authenticated


def _send(subscription: Any, subject: str, text: str) -> None:  # noqa: ANN401  the same
    with _lock:
        ses = _mailers.get(subscription.account_id)
    if ses is None:
        return
    region = parse_region(subscription.topic.sns_backend.region_name)
    mail = notice(region, subscription.endpoint, subject, text, ses.clock.now())

    def carry() -> None:
        ses.courier.carry(mail)

    ses.courier.post(carry)


def _ask(subscription: Any) -> None:  # noqa: ANN401  the same
    """The mail with the link."""
    if subscription.protocol not in _BY_MAIL:
        return
    topic = subscription.topic
    query = urlencode(
        {
            "Action": "ConfirmSubscription",
            "TopicArn": topic.arn,
            "Token": subscription.token,
            "Endpoint": subscription.endpoint,
        }
    )
    text = (
        f"You were subscribed to the topic:\n{topic.arn}\n\n"
        f"To confirm the subscription, visit:\n{_host(topic)}/confirmation.html?{query}\n"
    )
    _send(subscription, "AWS Notification - Subscription Confirmation", text)


def _host(topic: Any) -> str:  # noqa: ANN401  moto's Topic
    return f"https://sns.{topic.sns_backend.region_name}.amazonaws.com"


def _notify(subscription: Any, message: str, told: Any) -> None:  # noqa: ANN401  moto's Subscription
    """One notification by mail; *told* is what other endpoints would get."""
    subject = told.get("Subject") or "AWS Notification Message"
    if subscription.protocol == "email-json":
        _send(subscription, subject, json.dumps(told, indent=2))
        return
    query = urlencode({"SubscriptionArn": subscription.arn, "Endpoint": subscription.endpoint})
    text = (
        f"{message}\n\n--\nTo unsubscribe: {_host(subscription.topic)}/unsubscribe.html?{query}\n"
    )
    _send(subscription, subject, text)


def wait_for_owners() -> None:
    """Mend moto's SNS; once for the process."""
    models = importlib.import_module("moto.sns.models")
    _begin_pending(models.SNSBackend)
    _list_pending(models.SNSBackend)
    _publish_to_the_confirmed(models.Subscription)
    _answer(importlib.import_module("moto.sns.responses").SNSResponse)


def _begin_pending(backend: Any) -> None:  # noqa: ANN401  moto's SNSBackend
    theirs = backend.subscribe

    def subscribe(self: Any, topic_arn: str, endpoint: str, protocol: str) -> Any:  # noqa: ANN401  the same
        known = set(self.subscriptions)
        made = theirs(self, topic_arn, endpoint, protocol)
        if protocol in _WAITING and made.arn not in known and self.account_id not in _agreeing:
            made.token = secrets.token_hex(_TOKEN_BYTES)
            made.attributes["PendingConfirmation"] = True
            made.attributes["ConfirmationWasAuthenticated"] = False
        if _waits(made):  # who subscribes again is mailed again
            _ask(made)
        return made

    backend.subscribe = subscribe


def _list_pending(backend: Any) -> None:  # noqa: ANN401  the same
    def shown(one: Any) -> Any:  # noqa: ANN401  moto's Subscription
        if not _waits(one):
            return one
        seen = copy.copy(one)
        seen.arn = _PENDING_LISTED
        return seen

    def over(theirs: Callable[..., Any]) -> Callable[..., Any]:
        def listed(self: Any, *args: Any, **more: Any) -> Any:  # noqa: ANN401  the same
            found, token = theirs(self, *args, **more)
            return [shown(one) for one in found], token

        return listed

    backend.list_subscriptions = over(backend.list_subscriptions)
    backend.list_subscriptions_by_topic = over(backend.list_subscriptions_by_topic)


def _publish_to_the_confirmed(subscription: Any) -> None:  # noqa: ANN401  moto's class
    theirs = subscription.publish

    def publish(self: Any, message: str, message_id: str, *args: Any, **more: Any) -> None:  # noqa: ANN401  moto's
        if _waits(self):
            return
        if self.protocol not in _BY_MAIL or self.account_id in _agreeing:
            theirs(self, message, message_id, *args, **more)
            return
        matcher = self._filter_policy_matcher
        attributes, subject = more.get("message_attributes"), more.get("subject")
        if matcher is not None and not matcher.matches(attributes, message):
            return
        if more.get("message_structure") == "json":
            message = self._parse_message_structure(message, self.protocol)
        _notify(self, message, self.get_post_data(message, message_id, subject, attributes))

    subscription.publish = publish


def _answer(responses: Any) -> None:  # noqa: ANN401  moto's class
    theirs = responses.subscribe

    def subscribe(self: Any) -> Any:  # noqa: ANN401  moto's
        answer = theirs(self)
        made = self.backend.subscriptions[answer.result["SubscriptionArn"]]
        asked = str(self._get_param("ReturnSubscriptionArn")).lower() == "true"
        if _waits(made) and not asked:
            answer.result["SubscriptionArn"] = _PENDING_ANSWER
        return answer

    def confirm(self: Any) -> Any:  # noqa: ANN401  the same
        topic, token = self._get_param("TopicArn"), str(self._get_param("Token"))
        authenticated = str(self._get_param("AuthenticateOnUnsubscribe")).lower() == "true"
        if set(token) - set("0123456789abcdef"):
            raise AwsError(_INVALID, "Invalid token", 400)
        for one in self.backend.subscriptions.values():
            if one.topic.arn == topic and getattr(one, "token", None) == token:
                _confirm(one, authenticated=authenticated)
                answers = importlib.import_module("moto.core.responses")
                return answers.ActionResult({"SubscriptionArn": one.arn})
        raise AwsError(_INVALID, "Invalid parameter: Token", 400)

    responses.subscribe = subscribe
    responses.confirm_subscription = confirm
