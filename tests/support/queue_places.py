"""The places that hold a queue: a folder, and what machines share (tests/relay/test_queue.py)."""

import atexit

from collections.abc import Callable
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

import boto3

from queue_world import Place
from sendas_lab.world import Lab

from sendas.aws.shared_queue import SharedQueue as Door
from sendas.aws.signer import AwsKey
from sendas.relay.mail_queue import Queue, QueueAdmin
from sendas.relay.on_disk.folder import Folder
from sendas.relay.on_disk.queue import FolderQueue
from sendas.relay.shared.admin import SharedAdmin
from sendas.relay.shared.queue import SharedQueue, Times
from sendas.ses.regions import Region


class FolderPlace:
    """A folder."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def queue(self) -> Queue:
        """The relay's."""
        return FolderQueue(Folder(self._path, owner=True))

    def admin(self) -> QueueAdmin:
        """The command line's."""
        return Folder(self._path)


REGION = Region("us-east-2")
AT_ONCE = Times(look=0.0, beat=0.0)
"""Looks each time that it is asked, so that no test waits."""
_numbers = count()


@cache
def _lab() -> Lab:
    """One for all tests of a process: each place in it has names of its own."""
    lab = Lab()
    atexit.register(lab.stop)
    lab.start()
    return lab


class SharedPlace:
    """A bucket and a queue in the lab's AWS."""

    def __init__(self, _: Path) -> None:
        environment = _lab().environment()
        self.name = f"relay-{next(_numbers)}"
        self._client("s3").create_bucket(
            Bucket=self.name, CreateBucketConfiguration={"LocationConstraint": str(REGION)}
        )
        self._client("sqs").create_queue(QueueName=self.name)
        key = AwsKey(environment["AWS_ACCESS_KEY_ID"], environment["AWS_SECRET_ACCESS_KEY"])
        self.door = Door(REGION, environment, lambda: key, self.name, self.name)

    def queue(self) -> Queue:
        """A relay's; there may be several at once."""
        return SharedQueue(self.door, AT_ONCE)

    def admin(self) -> QueueAdmin:
        """The command line's."""
        return SharedAdmin(self.door, lambda: float(next(_numbers)))

    def keys(self, prefix: str = "") -> list[str]:
        """The objects in the bucket."""
        found = self._client("s3").list_objects_v2(Bucket=self.name, Prefix=prefix)
        return [one["Key"] for one in found.get("Contents", ())]

    def _client(self, service: str) -> Any:  # noqa: ANN401  boto3's own
        environment = _lab().environment()
        made: Callable[..., Any] = boto3.client
        return made(
            service,
            region_name=REGION,
            endpoint_url=environment["AWS_ENDPOINT_URL"],
            aws_access_key_id=environment["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=environment["AWS_SECRET_ACCESS_KEY"],
        )


PLACES: tuple[Callable[[Path], Place], ...] = (FolderPlace, SharedPlace)
"""Every kind of queue."""
