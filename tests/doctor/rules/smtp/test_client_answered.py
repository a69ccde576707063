"""A client that no server answered, shown to the doctor."""

from datetime import UTC, datetime

import pytest

from sendas.advice import Owner
from sendas.bounce import explain
from sendas.doctor.evidence import Evidence, Subject
from sendas.doctor.model import Status
from sendas.doctor.registry import all_rules
from sendas.doctor.rules.smtp.client_answered import RULE
from sendas.doctor.run import examine
from sendas.doctor.symptoms import symptoms
from sendas.ses.regions import Region


def shown(text: str) -> Evidence:
    """What an owner shows who has nothing else to show."""
    raw = text.encode()
    return Evidence(
        Subject("example.com", Region("us-east-1")),
        datetime(2026, 11, 29, tzinfo=UTC),
        symptoms=symptoms(explain(raw), raw),
    )


# CPython, OpenSSL and Node write these; none of them is any server's word.
@pytest.mark.parametrize(
    "text",
    [
        "ssl.SSLError: [SSL: WRONG_VERSION_NUMBER] wrong version number (_ssl.c:1006)",
        "Error: connect ECONNREFUSED 192.0.2.3:587",
        "socket.gaierror: [Errno -2] Name or service not known",
    ],
)
def test_a_client_that_met_nobody_is_the_root(text: str) -> None:
    """The root is the client's call, and no recipient's system is blamed for it."""
    verdict = RULE.judge(shown(text))
    roots = examine(shown(text), rules=all_rules()).roots

    assert verdict is not None
    assert (Status.FAIL, Owner.CODE) == (verdict.status, verdict.owner)
    assert ("SMTP109",) == roots


def test_a_servers_reply_is_no_silence() -> None:
    """A client that was answered was answered, whatever it says beside the reply."""
    assert RULE.judge(shown("Error: read ECONNRESET after 535 5.7.8 rejected")) is None
