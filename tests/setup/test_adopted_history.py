"""What stood before sendas tells of sent mail too: its configuration set, or its identity."""

import pytest

from sendas.config.load import parse_config
from sendas.ses.identity import Notifications
from sendas.setup.plan.telling import heard, stop, tell, unheard
from sendas.setup.steps import StopTelling, TellOfMail


OURS = "arn:aws:sns:us-east-1:123456789012:sendas-example-com-events"
THEIRS = "arn:aws:sns:us-east-1:123456789012:bounces"
FAR = "arn:aws:sns:us-east-1:210987654321:central"
FILE = """\
[[domain]]
name = "example.com"
region = "us-east-1"
adopted = { identity = true }
[[domain.mailbox]]
name = "me"
to = ["owner@gmail.com"]
"""
(DOMAIN,) = parse_config(FILE).domains


@pytest.mark.parametrize(
    ("topics", "headers", "listened", "told", "lost"),
    [
        ({}, (), (), ("Bounce", "Complaint", "Delivery"), 0),
        ({"Bounce": THEIRS}, (), (THEIRS,), ("Complaint", "Delivery"), 0),
        ({"Bounce": THEIRS, "Complaint": THEIRS, "Delivery": FAR}, (), (THEIRS,), (), 1),
        (dict.fromkeys(("Bounce", "Complaint", "Delivery"), OURS), ("Bounce", "Complaint"), (),
         ("Delivery",), 0),
    ],
    ids=["nobody is told", "bounces to a topic", "another account's topic", "header fields"],
)  # fmt: skip
def test_what_is_told_already_stays(
    topics: dict[str, str],
    headers: tuple[str, ...],
    listened: tuple[str, ...],
    told: tuple[str, ...],
    lost: int,
) -> None:
    """A topic of theirs gets one more listener; only what nobody is told is set, and unset."""
    seen = Notifications(topics, frozenset(headers))

    assert listened == heard(seen, OURS)
    assert [TellOfMail("example.com", told, OURS)] * bool(told) == tell(DOMAIN, seen, OURS)
    assert lost == len(unheard(seen, OURS))
    ours = tuple(kind for kind in ("Bounce", "Complaint", "Delivery") if topics.get(kind) == OURS)
    assert [StopTelling("example.com", ours)] * bool(ours) == stop(DOMAIN, seen, OURS)
