"""What docs/cost.md counts is what the function asks for."""

from collections import Counter

from sendas_lab.aws.bad_line import BadLine

from sendas.inbound.bundle import bundle
from sendas.play.receiving_stack import Wish, receive_with, routes_for
from sendas.play.scene import Scene
from sendas.prices.forwarding import Workload


def test_the_calls_of_one_mail(scene: Scene) -> None:
    """S3 reads and writes of a warm function that forwards one mail to one mailbox."""
    counted = Workload(5000)
    with BadLine(scene.lab.aws) as line:
        receiver = receive_with(scene, routes_for(scene), Wish(endpoint=line.url))
        receiver.write(subject="warms up")
        line.listen()
        receiver.write(subject="is counted")
        calls = Counter(call.operation for call in line.heard)
        scene.lab.reset()

    expected = {"GetObject": counted.s3_gets, "PutObject": counted.s3_puts, "SendEmail": 1}
    assert expected == dict(calls)


def test_the_function_is_small() -> None:
    """The zip is far under a megabyte without the SDK."""
    assert len(bundle()) < 1_000_000
