"""A real load balancer before the relay: HAProxy with send-proxy-v2 and its health check."""

import smtplib
import subprocess
import time

from collections.abc import Callable
from pathlib import Path

import pytest

from ports import free_port
from relay_world import (
    HOST,
    ME,
    SECRET,
    Running,
    certificates,
    ses,
    settings,
    start,
    trusting,
)

from sendas.config.networks import parse_network


__all__ = ["certificates", "ses", "settings", "start", "trusting"]

pytestmark = pytest.mark.peer
CONFIG = """
defaults
  mode tcp
  timeout connect 20s
  timeout client 60s
  timeout server 60s
frontend submission
  bind 127.0.0.1:{front}
  default_backend relays
backend relays
  server one 127.0.0.1:{relay} send-proxy-v2 check check-send-proxy inter 500ms
"""


def test_haproxy(
    peer: Callable[[str], str], start: Callable[..., Running], tmp_path: Path
) -> None:
    """A mail goes through it, over TLS and with a login; its checks find the relay well."""
    relay = start(proxies=(parse_network("127.0.0.1"),))
    front = free_port()
    file = tmp_path / "haproxy.cfg"
    file.write_text(CONFIG.format(front=front, relay=relay.port()))
    with subprocess.Popen([peer("haproxy"), "-f", str(file), "-db"]) as balancer:  # noqa: S603  the peer
        try:
            client = smtplib.SMTP(timeout=30)
            until = time.monotonic() + 60
            while True:
                try:
                    client.connect("127.0.0.1", front)
                    break
                except (OSError, smtplib.SMTPException):
                    assert time.monotonic() < until, "HAProxy did not begin"
                    time.sleep(0.1)
            client._host = HOST  # type: ignore[attr-defined]  # noqa: SLF001  the name to check for
            client.starttls(context=relay.client_tls)
            client.login(ME, SECRET)
            client.sendmail(ME, ["you@example.net"], f"From: {ME}\r\n\r\nHello\r\n")
            client.quit()
        finally:
            balancer.terminate()
    relay.wait(lambda: relay.ses.sent, 20)
    assert b"Hello" in relay.ses.sent[0].content
