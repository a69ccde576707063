"""The lab as a whole: it starts, is found, is emptied, stands beside others, and stops."""

import smtplib
import socket
import threading

from datetime import timedelta

import boto3
import dns.resolver
import pytest

from sendas_lab.world import Lab

from sendas.dialmap import load_dial_map
from sendas.play.scene import CORRESPONDENT, Scene, SetUp, build
from sendas.ses.regions import Region


def test_boto3_lives_in_the_environment(sendas_environment: dict[str, str]) -> None:
    """Unmodified, with nothing but the variables."""
    assert sendas_environment
    # A session of its own: boto3's default one would remember another test's key.
    client = boto3.Session().client("sesv2")

    assert not client.get_account()["ProductionAccessEnabled"]


def test_names_and_ports_are_found(sendas_lab: Lab) -> None:
    """The resolver names SES's host; the dial map says where its address listens."""
    environment = sendas_lab.environment()
    resolver = dns.resolver.Resolver(configure=False)
    host, _, port = environment["SENDAS_RESOLVER"].partition(":")
    resolver.nameservers, resolver.port = [host], int(port)

    (address,) = resolver.resolve("email-smtp.eu-west-1.amazonaws.com", "A")
    really = load_dial_map(environment).dial(address.to_text(), 587)

    with smtplib.SMTP(*really, timeout=5) as client:
        client.ehlo("client.example.net")
        assert client.has_extn("starttls")


@pytest.mark.parametrize(
    "set_up",
    [
        SetUp(),
        SetUp(route53=False),
        SetUp(mail_from=None),
        SetUp(route53=False, mail_from=None, region=Region("eu-west-1"), domain="example.org.uk"),
    ],
    ids=["route53", "other", "no-mail-from", "other-region"],
)
def test_healthy_set_ups_send_and_receive(sendas_lab: Lab, set_up: SetUp) -> None:
    """Verified, mail goes out with DMARC passing and comes in to S3."""
    scene = build(sendas_lab, set_up)
    scene.add_to_gmail()
    scene.send_from_gmail(CORRESPONDENT)

    (mail,) = sendas_lab.exchange.mailboxes.of(CORRESPONDENT)
    assert mail.authentication is not None
    assert mail.authentication.dmarc_passes
    assert set_up.mail_from is None or mail.authentication.dmarc.spf_aligned
    assert sendas_lab.write_to_owner(scene.address).reply.accepted
    assert any(b"Subject: Hello" in mail for mail in scene.stored_mail())


def test_reset_leaves_nothing(sendas_scene: Scene) -> None:
    """What the world itself has stays."""
    lab = sendas_scene.lab
    sendas_scene.add_to_gmail()
    sendas_scene.send_from_gmail(CORRESPONDENT)
    lab.clock.move(timedelta(days=3))

    lab.reset()

    call = sendas_scene.call
    assert [] == call("sesv2", "ListEmailIdentities").get("EmailIdentities", [])
    assert [] == call("route53", "ListHostedZones")["HostedZones"]
    assert [] == call("iam", "ListUsers")["Users"]
    assert [] == call("s3", "ListBuckets")["Buckets"]
    assert () == lab.exchange.mailboxes.all()
    assert () == lab.ses.sent()
    assert "5.1.1" in lab.write_to_owner("owner@gmail.com").reply.text


def test_labs_stand_side_by_side(sendas_lab: Lab) -> None:
    """Each has its own account, ports, names and mail."""
    with Lab("eu-west-1") as other:
        here, there = build(sendas_lab), build(other)
        here.add_to_gmail()
        here.send_from_gmail(CORRESPONDENT)

        assert sendas_lab.account_id != other.account_id
        assert 1 == len(sendas_lab.exchange.mailboxes.of(CORRESPONDENT))
        assert () == other.exchange.mailboxes.of(CORRESPONDENT)
        there.add_to_gmail()
        there.send_from_gmail(CORRESPONDENT)
        assert 1 == len(other.exchange.mailboxes.of(CORRESPONDENT))
    assert here.call("sesv2", "GetEmailIdentity", EmailIdentity="example.com")


def test_stops_cleanly() -> None:
    """No thread, no port and no file is left."""
    before = set(threading.enumerate())
    lab = Lab()
    lab.start()
    ports = set(lab.network.dial_map().pairs.values())
    directory = lab.directory
    lab.stop()
    lab.stop()

    assert set() == set(threading.enumerate()) - before
    assert not directory.exists()
    for host, port in list(ports)[:5]:
        with pytest.raises(OSError, match="refused"):
            socket.create_connection((host, port), timeout=1)


def test_a_start_that_fails_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """What had begun is stopped, and the account id is free again."""
    before = set(threading.enumerate())
    lab = Lab()

    def broken(port: int = 0) -> None:
        raise OSError(port)

    monkeypatch.setattr(lab.aws, "start", broken)
    with pytest.raises(OSError, match="0"), lab:
        pass

    assert set() == set(threading.enumerate()) - before
    again = Lab()
    assert lab.account_id == again.account_id
    again.stop()
