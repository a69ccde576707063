"""dig against the lab's name servers."""

import subprocess

from collections.abc import Callable

import pytest

from sendas_lab.world import Lab

from sendas.play.scene import Scene


pytestmark = pytest.mark.peer

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def dig(peer: Callable[[str], str], run: Run, lab: Lab) -> Callable[..., str]:
    """Ask the lab's recursive resolver."""
    host, port = lab.environment()["SENDAS_RESOLVER"].rsplit(":", 1)

    def ask(*words: str) -> str:
        done = run(peer("dig"), f"@{host}", "-p", port, *words)
        assert 0 == done.returncode, done.stderr
        return done.stdout

    return ask


def test_mx(dig: Callable[..., str], scene: Scene) -> None:
    """The MX that Route 53 holds is what dig reads."""
    assert (
        f"10 inbound-smtp.{scene.region}.amazonaws.com."
        == dig("+short", scene.domain, "MX").strip()
    )


def test_dkim_key_through_the_cname(dig: Callable[..., str], scene: Scene) -> None:
    """A receiver that asks for the DKIM key is led to SES's zone, and finds an RSA key."""
    token = scene.tokens[0]

    answer = dig("+short", f"{token}._domainkey.{scene.domain}", "TXT")

    assert f"{token}.dkim.amazonses.com." in answer
    assert "p=MII" in answer.replace('" "', "")


def test_a_name_that_is_not_there(dig: Callable[..., str], scene: Scene) -> None:
    """NXDOMAIN, with the SOA that says for how long (RFC 2308)."""
    answer = dig(f"nothing.{scene.domain}", "TXT")

    assert "status: NXDOMAIN" in answer
    assert "SOA" in answer


def test_over_tcp(dig: Callable[..., str], scene: Scene) -> None:
    """The same answer over TCP."""
    assert "v=DMARC1" in dig("+tcp", "+short", f"_dmarc.{scene.domain}", "TXT")
