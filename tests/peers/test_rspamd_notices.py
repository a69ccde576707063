"""An independent judge of the relay's notices: rspamd finds them authenticated."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from sendas_lab.recipients import StoredMail

from sendas.play.scene import Scene
from sendas.relay.decide.notices import About, Kind, Original, Reporter, make_notice


pytestmark = pytest.mark.peer

NOW = datetime(2026, 11, 29, 10, tzinfo=UTC)
TO = "owner@example.net"
MAILS = {
    "plain": b"From: me@example.com\r\nSubject: hello\r\n\r\nbody\r\n",
    "8-bit": "From: Jürgen <me@example.com>\r\nSubject: Grüße\r\n\r\nx\xff\r\n".encode("latin-1"),
    "parts": b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\r\ny\r\n--x--\r\n",
}


@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize("content", MAILS.values(), ids=MAILS)
def test_a_notice_passes_dmarc(
    judge: Callable[[StoredMail], set[str]], scene: Scene, kind: Kind, content: bytes
) -> None:
    """Sent through the lab's SES, as the relay sends it, whatever it tells about: DMARC passes."""
    notices_from = f"mailer-daemon@{scene.domain}"
    reporter = Reporter(f"relay.{scene.domain}", notices_from, "email.example.com")
    original = Original("T1", TO, NOW - timedelta(hours=5), content=content)
    raw = make_notice(
        kind, original, [About("jane@example.net")], "MessageRejected: x", reporter, NOW
    )
    scene.call(
        "sesv2", "SendEmail", FromEmailAddress=notices_from,
        Destination={"ToAddresses": [TO]}, Content={"Raw": {"Data": raw}},
    )  # fmt: skip
    scene.lab.settle()
    found = judge(scene.lab.recipients.mailboxes.of(TO)[-1])

    assert {"R_DKIM_ALLOW", "DMARC_POLICY_ALLOW"} <= found
