"""A canary in the lab: it is sent with the credential, and proves it only by arriving."""

import os

import pytest

from sendas_lab.world import Lab

from sendas.aws.mailbox_gateways import MailboxGateways
from sendas.credentials.canaries import Canary, CanaryRequest, CanaryResult, send_canary
from sendas.credentials.decide.credential import StoredCredential
from sendas.credentials.doors import real_dial, real_timing
from sendas.credentials.watching import places_for
from sendas.mail.address import Address
from sendas.mail.canary import canary_address
from sendas.outcome import see
from sendas.play.scene import Scene, SetUp, build
from sendas.ses.regions import Region


TOKEN = "0a1b2c3d4e5f"


@pytest.fixture
def scene(sendas_lab: Lab, sendas_environment: dict[str, str]) -> Scene:
    """example.com in us-east-2, receiving, with a hand-made SMTP user."""
    assert sendas_environment
    made = build(sendas_lab, SetUp(region=Region("us-east-2")))
    made.new_key()
    return made


def flown(scene: Scene, password: str = "", patience: float = 20) -> Canary:
    """Send one from me@example.com."""
    aws = MailboxGateways(scene.session, scene.region)
    stored = StoredCredential(
        scene.address, scene.region, scene.key_id, password or scene.password, scene.set_up.user
    )
    once = canary_address(Address(scene.address), TOKEN)
    places = places_for(once, see(aws.active_rule_set(), "rules"))
    request = CanaryRequest(stored, places, TOKEN, patience)
    return send_canary(request, real_dial(os.environ), aws, real_timing())


def test_it_arrives_with_everything_right(scene: Scene) -> None:
    """SES sent it, through the right Region, signed by the domain; DMARC passes."""
    canary = flown(scene)

    assert (canary.result, canary.words) == (CanaryResult.ARRIVED, canary.words)
    assert {c.name: c.status for c in canary.checks} == {
        "path": "ok", "from": "ok", "region": "ok", "dkim": "ok", "spf": "ok", "dmarc": "ok",
        "user": "unknown",
    }  # fmt: skip
    assert canary.arrived_at is not None
    assert canary.ses_message_id


def test_the_suppression_list_cannot_hide_it(scene: Scene) -> None:
    """FACTS 17.4, canary suppressed: an entry for the mailbox is none for the canary."""
    for address in (scene.address, f"me+sendas-canary-{'0' * 12}@example.com"):
        scene.call("sesv2", "PutSuppressedDestination", EmailAddress=address, Reason="COMPLAINT")

    assert flown(scene).well


def test_a_wrong_password(scene: Scene) -> None:
    """Refused at the login; nothing was sent."""
    canary = flown(scene, password="B" + scene.password[1:][::-1])

    assert canary.result is CanaryResult.REFUSED
    assert "535" in canary.words
    assert canary.sent_at is None
    assert scene.password not in repr(canary)


def test_a_login_is_no_proof(scene: Scene) -> None:
    """The user may log in and not send: 554, although the login works."""
    scene.call("iam", "DeleteUserPolicy", UserName=scene.set_up.user, PolicyName=policy(scene))

    canary = flown(scene)

    assert canary.result is CanaryResult.REFUSED
    assert "554" in canary.words


def policy(scene: Scene) -> str:
    """The user's only inline policy."""
    (name,) = scene.call("iam", "ListUserPolicies", UserName=scene.set_up.user)["PolicyNames"]
    return str(name)


def test_accepted_is_not_arrived(scene: Scene) -> None:
    """SES took it, and nothing receives it: that is no proof."""
    scene.set_record("example.com", "MX", "10 nowhere.example.net.")

    canary = flown(scene, patience=3)

    assert canary.result is CanaryResult.NOT_SEEN
    assert canary.sent_at is not None


def test_arrived_without_a_signature_of_the_domain(scene: Scene) -> None:
    """DKIM's records are gone: it comes, and is not well."""
    scene.remove_record("_dmarc.example.com", "TXT")
    scene.call("sesv2", "PutEmailIdentityDkimAttributes", EmailIdentity="example.com",
               SigningEnabled=False)  # fmt: skip

    assert flown(scene).result is CanaryResult.ARRIVED_BADLY
