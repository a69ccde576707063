"""Things of another kind in the fields for SES: each human mistake is one root."""

from datetime import UTC, date, datetime

import pytest

from sendas.doctor.evidence import Evidence, Subject
from sendas.doctor.registry import all_rules
from sendas.doctor.run import examine
from sendas.doctor.subject import Words, read_subject
from sendas.outcome import NOT_ASKED
from sendas.ses.regions import Region
from sendas.smtp.identify import identify


NOON = datetime(2026, 11, 29, 12, tzinfo=UTC)
KEY = "AKIAIOSFODNN7EXAMPLE"


def roots(username: str, password: str, host: str | None = None) -> tuple[str, ...]:
    """What the doctor blames, with the two fields and nothing else to look at."""
    words = Words("example.com", "us-east-1", smtp_username=username, smtp_host=host)
    evidence = Evidence(
        read_subject(words, None),
        NOON,
        password=identify(password, username=username, now=date(2026, 11, 29)),
        login=NOT_ASKED,
    )
    return examine(evidence, rules=all_rules()).roots


@pytest.mark.parametrize(
    ("username", "password", "root"),
    [
        (KEY, "${SMTP_PASSWORD}", "PW104"),
        (KEY, "(sensitive value)", "PW104"),
        (KEY, '{"password": "x"}', "PW104"),
        (KEY, "abcd efgh ijkl mnop", "PW105"),
        ("${SMTP_USER}", "${SMTP_PASSWORD}", "PW015"),
        ("alice", "Console-Passw0rd!", "PW015"),
        ("alice@example.com", "Console-Passw0rd!", "PW016"),
        ("alice@gmail.com", "abcd efgh ijkl mnop", "PW016"),
        ("inp-abcdefghijklmnopqrstuvwx", "V0rNothing-Known", "PW015"),
        (f"{KEY}\n", "B" + "A" * 43, "PW021"),
    ],
)
def test_one_mistake_is_one_root(username: str, password: str, root: str) -> None:
    """A console login, an unread reference, another service's password: one thing to mend each."""
    assert (root,) == roots(username, password)


@pytest.mark.parametrize(
    ("host", "says"),
    [
        (KEY, "access key id"),
        ("abcdefghijkl.wxyz.mail-manager-smtp.amazonaws.com", "Mail Manager"),
    ],
)
def test_the_host_is_none_of_ses(host: str, says: str) -> None:
    """A key id in the host's field, or an ingress endpoint, is told as that, and alone."""
    subject = Subject("example.com", Region("us-east-1"), smtp_host=host.lower())
    diagnosis = examine(Evidence(subject, NOON, login=NOT_ASKED), rules=all_rules())
    found = {finding.code: finding for finding in diagnosis.findings}

    assert ("SMTP102",) == diagnosis.roots
    assert says in found["SMTP102"].title


def test_a_line_end_around_the_user_name_is_said() -> None:
    """What cannot be seen is named."""
    subject = Subject("example.com", Region("us-east-1"), smtp_username=f"{KEY}\r\n")
    findings = examine(Evidence(subject, NOON), rules=all_rules()).findings

    assert "A line end stands around the SMTP user name" in {one.title for one in findings}
