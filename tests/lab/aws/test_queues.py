"""Queues of the lab when several ask them at once.

SQS guide, "Standard queues": at least once, so nothing that was sent may be lost.
"""

import importlib
import threading

from collections.abc import Iterator
from typing import Any

from sendas_lab.aws.service import backends_of

from tests.lab.aws.conftest import REGION, World
from tests.lab.aws.test_functions import queue


def test_what_is_sent_while_another_message_is_deleted_is_not_lost(world: World) -> None:
    """The second is sent at the very moment at which the first is being deleted."""
    url, _ = queue(world, "q")
    sqs = world.client("sqs")
    sqs.send_message(QueueUrl=url, MessageBody="first")
    (first,) = sqs.receive_message(QueueUrl=url)["Messages"]
    models = importlib.import_module("moto.sqs.models")
    held = backends_of("sqs")[world.account_id][REGION].get_queue("q")
    second = models.Message("second-id", "second", {})
    second.mark_sent()
    sender = threading.Thread(target=held.add_message, args=(second,))

    class Interrupted(list[Any]):
        """moto's list; at the end of the second walk over it somebody sends."""

        walks = 0

        def __iter__(self) -> Iterator[Any]:
            self.walks += 1
            yield from list(super().__iter__())
            if self.walks == 2:
                sender.start()
                sender.join(0.2)  # where nothing holds it back it is done by then

    held._messages = Interrupted(held._messages)  # noqa: SLF001  moto has no other
    sqs.delete_message(QueueUrl=url, ReceiptHandle=first["ReceiptHandle"])
    sender.join()

    assert ["second"] == [one["Body"] for one in sqs.receive_message(QueueUrl=url)["Messages"]]


def test_one_who_waits_for_a_message_keeps_nobody_from_sending(world: World) -> None:
    """Long polling gives what is sent meanwhile, to one of those who wait."""
    url, _ = queue(world, "q")
    sqs = world.client("sqs")
    got: list[list[dict[str, Any]]] = []

    def wait() -> None:
        answer = sqs.receive_message(QueueUrl=url, WaitTimeSeconds=2)
        got.append(answer.get("Messages", []))

    waiting = [threading.Thread(target=wait) for _ in range(2)]
    for one in waiting:
        one.start()
    sqs.send_message(QueueUrl=url, MessageBody="hello")
    for one in waiting:
        one.join()

    assert ["hello"] == [message["Body"] for messages in got for message in messages]
