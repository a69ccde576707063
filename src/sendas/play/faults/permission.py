"""Policies that refuse the send (issue 2, section 4, item 2)."""

import json

from sendas.play.faults.fault import Fault
from sendas.play.scene import Scene, allow_sending


def _no_action(scene: Scene) -> None:
    allow_sending(scene, Action=["ses:GetSendQuota"])


def _from_address(scene: Scene) -> None:
    other = f"billing@{scene.domain}"
    allow_sending(scene, Condition={"StringEquals": {"ses:FromAddress": other}})


def _other_identity(scene: Scene) -> None:
    account = scene.lab.account_id
    arn = f"arn:aws:ses:{scene.region}:{account}:identity/other.example"
    allow_sending(scene, Resource=arn)


def _explicit_deny(scene: Scene) -> None:
    deny = {"Effect": "Deny", "Action": "ses:Send*", "Resource": "*"}
    scene.call(
        "iam",
        "PutUserPolicy",
        UserName=scene.set_up.user,
        PolicyName="no-sending",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [deny]}),
    )


FAULTS = (
    Fault("iam-no-send", "iam", "the user may not call ses:SendRawEmail", _no_action),
    Fault(
        "iam-from-address",
        "iam",
        "the policy allows another ses:FromAddress only",
        _from_address,
    ),
    Fault("iam-other-identity", "iam", "the policy allows another identity only", _other_identity),
    Fault("iam-explicit-deny", "iam", "a policy denies sending", _explicit_deny),
)
