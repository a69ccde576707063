"""The two incidents (FACTS 23)."""

import dataclasses

from sendas_lab.recipients import Refusal

from sendas.play.faults import credential
from sendas.play.faults.fault import Fault
from sendas.play.scene import CORRESPONDENT, Scene


def _incident_a(scene: Scene) -> None:
    played = next(f for f in credential.FAULTS if f.name == "password-no-date")
    played.play(scene)


def _rotated(scene: Scene) -> None:
    """Gmail keeps what was right; the key behind it is gone, and another one made."""
    gmail, account = scene.lab.gmail, scene.set_up.gmail
    try:
        stored = gmail.send_as(account, scene.address)
    except LookupError:
        stored = scene.add_to_gmail()
    username, password, old = scene.username, scene.password, scene.key_id
    scene.new_key()
    scene.call("iam", "DeleteAccessKey", UserName=scene.set_up.user, AccessKeyId=old)
    scene.username, scene.password = username, password
    gmail.remember(account, dataclasses.replace(stored, username=username, password=password))


def _refused_then_suppressed(scene: Scene) -> None:
    """An earlier mail passed SES, Exchange Online refused it, and a complaint was noted."""
    scene.lab.exchange.refusal = Refusal.BANNED_SENDER
    scene.call(
        "sesv2",
        "SendEmail",
        FromEmailAddress=scene.address,
        Destination={"ToAddresses": [CORRESPONDENT]},
        Content={
            "Simple": {
                "Subject": {"Data": "An earlier mail"},
                "Body": {"Text": {"Data": "Hello.\n"}},
            }
        },
    )
    scene.lab.settle()
    scene.lab.exchange.refusal = None
    scene.lab.ses.suppress(scene.region, CORRESPONDENT, "COMPLAINT")


def _incident_b(scene: Scene) -> None:
    _refused_then_suppressed(scene)
    _rotated(scene)


FAULTS = (
    Fault(
        "incident-a",
        "incident",
        "535 while the API works: derived without the date step",
        _incident_a,
    ),
    Fault(
        "incident-b",
        "incident",
        "two failures, one message: the key was rotated, the recipient is suppressed",
        _incident_b,
    ),
    Fault(
        "incident-b-rotated",
        "incident",
        "only the first half of incident B: Gmail holds the old key's password",
        _rotated,
    ),
    Fault(
        "incident-b-suppressed",
        "incident",
        "only the second half of incident B: the recipient is suppressed",
        _refused_then_suppressed,
    ),
)
