"""The role's policy is enough for every call that the function makes, and for no other mail."""

import json

import pytest

from sendas_lab.aws.bad_line import BadLine, Heard
from sendas_lab.ses.message import GTUBE

from sendas.forward.routes import Limits, Refuse
from sendas.iam.policy import PolicyDocument, Request, Source, decide
from sendas.play.receiving_stack import (
    FUNCTION,
    PREFIX,
    QUEUE,
    STATE_PREFIX,
    Wish,
    function_policy,
    receive_with,
    routes_for,
)
from sendas.play.scene import Scene


ACTIONS = {
    "GetObject": "s3:GetObject",
    "PutObject": "s3:PutObject",
    "DeleteObject": "s3:DeleteObject",
    "ListObjectsV2": "s3:ListBucket",
    "SendEmail": "ses:SendRawEmail",
    "SendBounce": "ses:SendBounce",
    "GetSendStatistics": "ses:GetSendStatistics",
    "ChangeMessageVisibility": "sqs:ChangeMessageVisibility",
}


def allowed(scene: Scene, call: Heard) -> bool:
    """Whether the role's policy allows the call, by IAM's logic; the lab's S3 asks nobody."""
    account, bucket = scene.lab.account_id, f"arn:aws:s3:::{scene.bucket}"
    identity = f"arn:aws:ses:{scene.region}:{account}:identity/{scene.domain}"
    resource = {
        "s3": f"{bucket}/{call.key}" if call.key else bucket,
        "ses": "*" if call.operation == "GetSendStatistics" else identity,
        "sqs": f"arn:aws:sqs:{scene.region}:{account}:{QUEUE}",
    }[ACTIONS[call.operation].partition(":")[0]]
    role = f"arn:aws:sts::{account}:assumed-role/{FUNCTION}/{FUNCTION}"
    document = PolicyDocument(FUNCTION, Source.INLINE, json.dumps(function_policy(scene)))
    context = {"ses:FromAddress": (f"forwarded@{scene.domain}",)}
    request = Request(ACTIONS[call.operation], (resource,), role, context)
    return decide((document,), request).allowed


def test_the_role_is_enough(scene: Scene) -> None:
    """Whatever kind of mail, release, digest and storm: no call is denied."""
    routes = routes_for(scene, limits=Limits(max_per_hour=12), closed=Refuse())
    with BadLine(scene.lab.aws) as line:
        receiver = receive_with(scene, routes, Wish(endpoint=line.url))
        receiver.write()
        receiver.write("nobody@example.com")
        receiver.write("closed@example.com")
        receiver.bring(receiver.letter() + GTUBE)
        receiver.settle()
        [mark] = receiver.keys("sendas/quarantine/")
        receiver.ask(digest=f"{scene.lab.clock.now():%Y-%m-%d}")
        receiver.ask(release=[mark.split("/")[3]])
        for _ in range(15):
            receiver.bring(receiver.letter())
        scene.lab.ses.set_quota(scene.region, max_rate=0)
        receiver.set_environment(LAB_HASTE="50", AWS_ENDPOINT_URL=line.url)
        receiver.write(author="Bob <bob@example.net>")
        calls = line.heard
        scene.lab.reset()

    assert set(ACTIONS) == {call.operation for call in calls}
    assert [] == [call for call in calls if not allowed(scene, call)]


@pytest.mark.parametrize(
    "call",
    [
        Heard("GetObject", "elsewhere/secret"),
        Heard("PutObject", f"{PREFIX}forged"),
        Heard("DeleteObject", f"{PREFIX}gone"),
    ],
)
def test_the_role_is_not_more(scene: Scene, call: Heard) -> None:
    """It can neither read what is no mail nor change or delete mail."""
    assert not allowed(scene, call)
    assert allowed(scene, Heard("GetObject", f"{PREFIX}mail"))
    assert allowed(scene, Heard("PutObject", f"{STATE_PREFIX}state/mail.json"))
