"""Every fault can be played upon every healthy scene, and shows what it should."""

import pytest

from sendas_lab.gmail import DialogError
from sendas_lab.world import Lab

from sendas.play.faults import FAULTS, UnknownFault, play
from sendas.play.scene import CORRESPONDENT, Scene, SetUp, build


REFUSED_AT_LOGIN = {
    "password-no-date": "535 Authentication Credentials Invalid",
    "password-real-date": "535 Authentication Credentials Invalid",
    "password-wrong-message": "535 Authentication Credentials Invalid",
    "password-no-version": "535 Authentication Credentials Invalid",
    "password-other-region": "535 Authentication Credentials Invalid",
    "password-v2": "535 Signature Version 2 is deprecated for use with SES from March 26, 2021.",
    "password-raw-secret": "535 Authentication Credentials Invalid",
    "password-newline": "535 Authentication Credentials Invalid",
    "password-quotes": "535 Authentication Credentials Invalid",
    "username-iam-user": "535 Authentication Credentials Invalid",
    "username-address": "535 Authentication Credentials Invalid",
    "username-other-key": "535 Authentication Credentials Invalid",
    "key-propagating": "535 Authentication Credentials Invalid",
    "key-inactive": "535 Authentication Credentials Invalid",
    "key-deleted": "535 Authentication Credentials Invalid",
    "key-temporary": "535 Authentication Credentials Invalid",
    "account-not-subscribed": "535 Account not subscribed to SES",
    "smtp-crowded": "421 Too many concurrent SMTP connections",
    "smtp-refused": "Couldn't reach server",
    "smtp-wrong-name": "TLS Negotiation failed, the certificate doesn't match the host.",
    "smtp-expired": "TLS Negotiation failed, the certificate doesn't match the host.",
    "incident-a": "535 Authentication Credentials Invalid",
}

REFUSED_AFTER_DATA = {
    "iam-no-send": "554 Access denied: User `arn:aws:iam::",
    "iam-from-address": "554 Access denied: User `arn:aws:iam::",
    "iam-other-identity": "554 Access denied: User `arn:aws:iam::",
    "iam-explicit-deny": "554 Access denied: User `arn:aws:iam::",
    "dkim-cname-missing": "554 Message rejected: Email address is not verified.",
    "dkim-undelegated": "554 Message rejected: Email address is not verified.",
    "identity-other-region": "554 Message rejected: Email address is not verified.",
    "account-sandbox": "554 Message rejected: Email address is not verified.",
    "account-paused": "554 Message rejected: ",
    "account-shutdown": "554 Message rejected: ",
    "account-quota": "454 Throttling failure: Daily message quota exceeded",
    "account-rate": "454 Throttling failure: Maximum sending rate exceeded",
}


@pytest.mark.parametrize("name", REFUSED_AT_LOGIN)
def test_the_dialog_refuses(sendas_scene: Scene, name: str) -> None:
    """Gmail's dialog shows what the endpoint said."""
    play(name, sendas_scene)

    with pytest.raises(DialogError) as refused:
        sendas_scene.add_to_gmail()
    assert refused.value.response.startswith(REFUSED_AT_LOGIN[name])


@pytest.mark.parametrize("name", REFUSED_AFTER_DATA)
def test_the_send_bounces_inside_gmail(sendas_scene: Scene, name: str) -> None:
    """Login works, SES refuses the message, Gmail bounces it with SES's words."""
    sendas_scene.add_to_gmail()
    play(name, sendas_scene)

    sendas_scene.send_from_gmail(CORRESPONDENT)

    bounce = sendas_scene.inbox()[-1].text()
    assert f"The response was:\n\n{REFUSED_AFTER_DATA[name]}" in bounce


@pytest.mark.parametrize(
    ("name", "accepted"),
    [
        ("receiving-none-active", False),
        ("receiving-other-active", False),
        ("receiving-no-rule", False),
        ("receiving-bucket-policy", True),
        ("mx-email-smtp", False),
        ("mx-feedback-smtp", False),
        ("mx-other-region", False),
    ],
)
def test_mail_does_not_come_in(sendas_scene: Scene, name: str, accepted: bool) -> None:  # noqa: FBT001  a table
    """Refused in SMTP, or taken and not stored."""
    play(name, sendas_scene)
    stored = len(sendas_scene.stored_mail())

    result = sendas_scene.lab.write_to_owner(sendas_scene.address)

    assert accepted is result.reply.accepted
    assert stored == len(sendas_scene.stored_mail())


def test_the_mx_that_names_the_sending_endpoint(sendas_scene: Scene) -> None:
    """Strangers hear ``530 Authentication required`` (aws-lambda-ses-forwarder#143)."""
    play("mx-email-smtp", sendas_scene)

    result = sendas_scene.lab.write_to_owner(sendas_scene.address)

    assert "530 Authentication required" == str(result.reply)


@pytest.mark.parametrize("name", ["suppressed-bounce", "suppressed-complaint"])
def test_a_suppressed_recipient(sendas_scene: Scene, name: str) -> None:
    """SES says 250, and nothing arrives."""
    sendas_scene.add_to_gmail()
    play(name, sendas_scene)

    sendas_scene.send_from_gmail(CORRESPONDENT)

    assert () == sendas_scene.lab.exchange.mailboxes.of(CORRESPONDENT)
    assert 1 == len(sendas_scene.lab.ses.sent())


def test_incident_b(sendas_scene: Scene) -> None:
    """Gmail bounces with 535; independently the recipient is listed with reason COMPLAINT."""
    play("incident-b", sendas_scene)

    sendas_scene.send_from_gmail(CORRESPONDENT)

    assert "535 Authentication Credentials Invalid" in sendas_scene.inbox()[-1].text()
    entry = sendas_scene.call("sesv2", "GetSuppressedDestination", EmailAddress=CORRESPONDENT)[
        "SuppressedDestination"
    ]
    assert "COMPLAINT" == entry["Reason"]


ELSEWHERE = [name for name in FAULTS if name not in REFUSED_AT_LOGIN | REFUSED_AFTER_DATA]


@pytest.mark.parametrize("name", ELSEWHERE)
def test_plays(sendas_lab: Lab, name: str) -> None:
    """At another provider, without a custom MAIL FROM, each fault finds what it changes."""
    scene = build(sendas_lab, SetUp(route53=False, mail_from=None))

    play(name, scene)

    assert FAULTS[name].title


def test_there_is_no_such_fault(sendas_scene: Scene) -> None:
    """A misspelt name is the caller's mistake, told with where to look."""
    with pytest.raises(UnknownFault, match="sendas lab faults"):
        play("no-such-fault", sendas_scene)
