"""The role that ships is enough for every call that the function makes, and for no other mail.

The lab's IAM decides each of them: what the role lacks is refused while it runs.
"""

import json

import pytest

from sendas_lab.aws.bad_line import BadLine
from sendas_lab.ses.message import GTUBE

from sendas.forward.routes import Limits, Refuse
from sendas.iam.policy import PolicyDocument, Request, Source, decide
from sendas.iam.rights import Role, actions_of
from sendas.inbound.rights import RIGHTS
from sendas.play.receiving_stack import Receiver, Wish, receive_with, routes_for
from sendas.play.scene import Scene


OPERATIONS = {
    "GetObject",
    "PutObject",
    "DeleteObject",
    "ListObjectsV2",
    "SendEmail",
    "SendBounce",
    "GetSendStatistics",
    "ChangeMessageVisibility",
}
BY_LAMBDA = {
    "logs:CreateLogStream",
    "logs:PutLogEvents",
    "sqs:DeleteMessage",
    "sqs:GetQueueAttributes",
    "sqs:ReceiveMessage",
    "sqs:SendMessage",
}
"""What Lambda itself does in the role's name."""


def role_documents(scene: Scene) -> list[str]:
    """The policies of the function's role, as IAM shows them."""
    function = scene.call("lambda", "GetFunctionConfiguration", FunctionName="sendas-example-com")
    role = function["Role"].rpartition("/")[2]
    names = scene.call("iam", "ListRolePolicies", RoleName=role)["PolicyNames"]
    found = (scene.call("iam", "GetRolePolicy", RoleName=role, PolicyName=name) for name in names)
    return [json.dumps(one["PolicyDocument"]) for one in found]


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
        log = receiver.log()
        scene.lab.reset()

    assert {call.operation for call in calls} >= OPERATIONS
    assert "AccessDenied" not in log
    assert "not authorized" not in log


@pytest.mark.parametrize(
    ("action", "key"),
    [
        ("s3:GetObject", "elsewhere/secret"),
        ("s3:GetObject", "sendas/code/x.zip"),
        ("s3:PutObject", "mail/forged"),
        ("s3:PutObject", "sendas/routes.json"),
        ("s3:DeleteObject", "mail/gone"),
        ("s3:DeleteObject", "sendas/state/mail.json"),
    ],
)
def test_the_role_is_not_more(receiver: Receiver, action: str, key: str) -> None:
    """It can neither read what is no mail nor change or delete mail, code and routes."""
    scene = receiver.scene
    documents = [PolicyDocument("role", Source.INLINE, text) for text in role_documents(scene)]
    role = f"arn:aws:sts::{scene.lab.account_id}:assumed-role/role/function"

    def allowed(action: str, key: str) -> bool:
        where = (f"arn:aws:s3:::{scene.bucket}/{key}",)
        return decide(documents, Request(action, where, role)).allowed

    assert not allowed(action, key)
    assert allowed("s3:GetObject", "mail/mail")
    assert allowed("s3:PutObject", "sendas/state/mail.json")


def test_the_role_holds_the_table_s_actions(receiver: Receiver) -> None:
    """What the stack made is what the table of rights states, for Lambda's own part too."""
    held = {
        action
        for text in role_documents(receiver.scene)
        for statement in json.loads(text)["Statement"]
        for action in (
            [statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"]
        )
    }
    stated = actions_of(RIGHTS, [Role.FORWARDER])

    of_aliases = {"secretsmanager:GetSecretValue", "ses:GetSuppressedDestination"}
    assert held == stated - of_aliases
    assert held >= BY_LAMBDA
