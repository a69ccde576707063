"""The handler in the lab: what came in, what went out, what is remembered, what is logged."""

import json

from typing import Any


def test_forwards_from_the_queue(house: Any, context: Any) -> None:
    """A mail to a routed address reaches its target once, and the batch has no failure."""
    house.write(text="The code is 123456")

    answer = house.function().handle(house.event(), context)

    assert [] == answer["batchItemFailures"]
    ((target, content),) = house.sent()
    assert "owner@gmail.com" == target
    assert b"\r\n\r\nThe code is 123456" in content
    record = house.record()
    assert ["done"] == [deed["state"] for deed in record["deeds"]]
    assert "" == record["holder"]
