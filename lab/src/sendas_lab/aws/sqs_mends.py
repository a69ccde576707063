"""SQS where moto is not SQS: visibility, batches, permissions."""

import importlib

from typing import Any

from sendas_lab.aws.sqs_checks import of_message


def mend_sqs() -> None:
    """Mend moto's own classes; once for the process."""
    _one_at_a_time()
    _count_from_receipt()
    _fail_entries_alone()
    _word_permissions()
    _keep_the_policy()


def _one_at_a_time() -> None:
    """Let nobody send to a queue while another rebuilds its list of messages.

    moto deletes by writing the list again, without the lock that it takes to send: what was
    sent meanwhile was lost; and it gave one message to two who received at once.  Who waits
    for a message lets go of the lock.
    """
    models = importlib.import_module("moto.sqs.models")
    delete, receive = models.Queue.delete_message, models.SQSBackend.receive_message

    def delete_alone(self: Any, receipt_handle: str) -> None:  # noqa: ANN401  moto's
        with self._messages_lock:
            delete(self, receipt_handle)

    def receive_alone(self: Any, queue_name: str, *args: Any, **more: Any) -> Any:  # noqa: ANN401  the same
        with self.get_queue(queue_name)._messages_lock:  # noqa: SLF001  moto has no other
            return receive(self, queue_name, *args, **more)

    models.Queue.delete_message = delete_alone
    models.SQSBackend.receive_message = receive_alone


_MOST_HIDDEN_MS = 43_200_000


def _count_from_receipt() -> None:
    """Count the 12 hours that a message may be out of sight from its receipt.

    SQS guide, "Visibility timeout": "12 hours from the time Amazon SQS receives
    the ReceiveMessage request". moto counts from when the message was sent.
    """
    models = importlib.import_module("moto.sqs.models")
    refused = importlib.import_module("moto.sqs.exceptions").InvalidParameterValue
    mark_received = models.Message.mark_received

    def received(self: Any, visibility_timeout: Any = None) -> None:  # noqa: ANN401  moto's
        self.received_at_ms = models.unix_time_millis()
        mark_received(self, visibility_timeout)

    def change(self: Any, queue_name: str, receipt_handle: str, visibility_timeout: Any) -> None:  # noqa: ANN401  the same
        queue, seconds = self.get_queue(queue_name), int(visibility_timeout)
        found = [m for m in list(queue._messages) if m.had_receipt_handle(receipt_handle)]  # noqa: SLF001  moto has no other list
        if not found:
            raise models.ReceiptHandleIsInvalid
        (message,) = found
        until = models.unix_time_millis() + seconds * 1000
        if until - getattr(message, "received_at_ms", until) > _MOST_HIDDEN_MS:
            msg = f"Total VisibilityTimeout is beyond the limit with {seconds} seconds"
            raise refused(msg)
        message.change_visibility(seconds)
        if message.visible:
            queue.pending_messages.discard(message)

    models.Message.mark_received = received
    models.SQSBackend.change_message_visibility = change


def _fail_entries_alone() -> None:
    """One message of a batch that cannot be sent fails alone (recorded, test_sqs)."""
    backend = importlib.import_module("moto.sqs.models").SQSBackend
    theirs = backend.send_message_batch

    def send(self: Any, queue_name: str, entries: dict[str, dict[str, Any]]) -> Any:  # noqa: ANN401  moto's
        queue = self.get_queue(queue_name)
        wrong = {
            place: error
            for place, entry in entries.items()
            for error in list(of_message(queue, entry))[:1]
        }
        rest = {place: entry for place, entry in entries.items() if place not in wrong}
        sent, failed = theirs(self, queue_name, rest) if rest else ([], [])
        failed = failed + [
            {
                "Id": entries[place]["Id"],
                "Code": error.code,
                "Message": error.message.replace("are invalid.", "cannot be validated."),
                "SenderFault": True,
            }
            for place, error in wrong.items()
        ]
        return sent, failed

    backend.send_message_batch = send


def _word_permissions() -> None:
    """A queue's first policy by AddPermission has the version of 2008 (recorded, test_sqs)."""
    models = importlib.import_module("moto.sqs.models")
    add, remove = models.SQSBackend.add_permission, models.SQSBackend.remove_permission

    def allow(self: Any, region_name: str, queue_name: str, *args: Any, **more: Any) -> None:  # noqa: ANN401  moto's
        policy = self.get_queue(queue_name)._policy_json  # noqa: SLF001  moto has no other
        if not policy["Statement"]:
            policy["Version"] = "2008-10-17"
        add(self, region_name, queue_name, *args, **more)

    def disallow(self: Any, queue_name: str, label: str) -> None:  # noqa: ANN401  the same
        held = self.get_queue(queue_name)._policy_json["Statement"]  # noqa: SLF001  the same
        if all(one.get("Sid") != label for one in held):
            text = f"Value {label} for parameter Label is invalid. Reason: can't find label."
            raise models.InvalidParameterValue(text)
        remove(self, queue_name, label)

    models.SQSBackend.add_permission = allow
    models.SQSBackend.remove_permission = disallow


def _keep_the_policy() -> None:
    """Leave a queue's policy as it is where SetQueueAttributes says nothing of it.

    SQS API, SetQueueAttributes: "Sets the value of one or more queue attributes";
    moto takes the policy away with every other attribute that is set.
    """
    queue = importlib.import_module("moto.sqs.models").Queue
    theirs = queue._set_attributes  # noqa: SLF001  moto has no other

    def set_attributes(self: Any, attributes: dict[str, Any], now: float | None = None) -> None:  # noqa: ANN401  moto's
        stands = getattr(self, "policy", None)
        theirs(self, attributes, now)
        if "Policy" not in attributes:
            self.policy = stands

    queue._set_attributes = set_attributes  # noqa: SLF001  the same
