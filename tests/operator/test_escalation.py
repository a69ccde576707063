"""An operator with the printed policy cannot make himself an administrator; the lab's IAM decides.

The roads are those of Rhino Security Labs' list of IAM privilege escalations, as far
as they begin with something that the policy grants or that it might.
"""

import json

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from sendas_lab.world import Lab

from sendas.aws.failure import error_code
from sendas.aws.session import Session, open_session
from sendas.config.load import parse_config
from sendas.config.model import Config
from sendas.iam.rights import BOUNDARY_NAME, Verb
from sendas.operator.policy import operator_policies
from sendas.setup.template.boundary import boundary_document


FILE = """\
permissions_boundary = "sendas-boundary"
region = "us-east-1"
[[domain]]
name = "example.com"
notices = "owner@gmail.com"
[[domain.mailbox]]
name = "me"
to = ["owner@gmail.com"]
send = "smtp"
"""
ANYTHING = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}],
    }
)
ADMINISTRATOR = "arn:aws:iam::ACCOUNT:policy/everything"
"""A managed policy that allows anything, as AWS's own for administrators does."""
USER, ROLE = "sendas-eve@example.com", "sendas-example-com-eve"


@dataclass(frozen=True)
class World:
    """The lab, and who is in it."""

    lab: Lab
    operator: Session

    def call(self, service: str, operation: str, **given: object) -> Mapping[str, Any]:
        """As the operator."""
        return self.operator.call(service, operation, region=self.lab.region, **given)

    def session(self, key: Mapping[str, Any]) -> Session:
        """Of whoever has that key."""
        environment = {
            **self.lab.environment(),
            "AWS_ACCESS_KEY_ID": key["AccessKeyId"],
            "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"],
        }
        if "SessionToken" in key:
            environment["AWS_SESSION_TOKEN"] = key["SessionToken"]
        return open_session(None, environment)

    @property
    def boundary(self) -> str:
        """Its ARN."""
        return f"arn:aws:iam::{self.lab.account_id}:policy/{BOUNDARY_NAME}"

    def role_for(self, principal: str) -> str:
        """A trust policy."""
        who = {"AWS": f"arn:aws:iam::{self.lab.account_id}:user/{principal}"}
        return json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": [{"Effect": "Allow", "Principal": who, "Action": "sts:AssumeRole"}],
            }
        )


def world(lab: Lab, config: Config, monkeypatch: pytest.MonkeyPatch) -> World:
    """An administrator made the boundary, himself, a role of his, and the operator."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)

    everything = ADMINISTRATOR.replace("ACCOUNT", lab.account_id)

    def call(operation: str, **given: object) -> Mapping[str, Any]:
        return lab.session().call("iam", operation, region=lab.region, **given)

    call("CreatePolicy", PolicyName="everything", PolicyDocument=ANYTHING)
    call(
        "CreatePolicy",
        PolicyName=BOUNDARY_NAME,
        PolicyDocument=json.dumps(boundary_document(config)),
    )
    call("CreateUser", UserName="admin")
    call("AttachUserPolicy", UserName="admin", PolicyArn=everything)
    call("CreateGroup", GroupName="admins")
    call("AttachGroupPolicy", GroupName="admins", PolicyArn=everything)
    call("CreateUser", UserName="operator")
    trust = World(lab, lab.session()).role_for("admin")
    call("CreateRole", RoleName="admin", AssumeRolePolicyDocument=trust)
    call("AttachRolePolicy", RoleName="admin", PolicyArn=everything)
    documents = operator_policies(Verb, config, account_id=lab.account_id)
    for number, document in enumerate(documents):
        made = call(
            "CreatePolicy", PolicyName=f"operator-{number}", PolicyDocument=json.dumps(document)
        )
        call("AttachUserPolicy", UserName="operator", PolicyArn=made["Policy"]["Arn"])
    key = call("CreateAccessKey", UserName="operator")["AccessKey"]
    return World(lab, World(lab, lab.session()).session(key))


# Roads ---------------------------------------------------------------------------

Road = Callable[[World], Session | None]


def a_user(world: World) -> Session:
    """One of ours, with a policy that allows anything."""
    world.call("iam", "CreateUser", UserName=USER, PermissionsBoundary=world.boundary)
    return _armed(world)


def a_free_user(world: World) -> Session:
    """The same without a boundary."""
    world.call("iam", "CreateUser", UserName=USER)
    return _armed(world)


def _armed(world: World) -> Session:
    world.call("iam", "PutUserPolicy", UserName=USER, PolicyName="all", PolicyDocument=ANYTHING)
    return world.session(world.call("iam", "CreateAccessKey", UserName=USER)["AccessKey"])


def a_role(world: World) -> Session:
    """One of ours that the operator may take, with AWS's policy for administrators."""
    world.call(
        "iam",
        "CreateRole",
        RoleName=ROLE,
        AssumeRolePolicyDocument=world.role_for("operator"),
        PermissionsBoundary=world.boundary,
    )
    return _taken(world)


def a_free_role(world: World) -> Session:
    """The same without a boundary."""
    trust = world.role_for("operator")
    world.call("iam", "CreateRole", RoleName=ROLE, AssumeRolePolicyDocument=trust)
    return _taken(world)


def _taken(world: World) -> Session:
    everything = ADMINISTRATOR.replace("ACCOUNT", world.lab.account_id)
    world.call("iam", "AttachRolePolicy", RoleName=ROLE, PolicyArn=everything)
    world.call("iam", "PutRolePolicy", RoleName=ROLE, PolicyName="all", PolicyDocument=ANYTHING)
    taken = world.call(
        "sts",
        "AssumeRole",
        RoleArn=f"arn:aws:iam::{world.lab.account_id}:role/{ROLE}",
        RoleSessionName="eve",
    )
    return world.session(taken["Credentials"])


def call(service: str, operation: str, **given: object) -> Road:
    """One call, after which the operator's own key is tried."""

    def road(world: World) -> Session:
        filled = json.loads(
            json.dumps(given)
            .replace("BOUNDARY", world.boundary)
            .replace("ACCOUNT", world.lab.account_id)
        )
        world.call(service, operation, **filled)
        return world.operator

    return road


def cloudformation(template: Mapping[str, object], **given: object) -> Road:
    """A stack of ours that makes *template*."""

    def road(world: World) -> Session:
        arguments = json.loads(json.dumps(given).replace("ACCOUNT", world.lab.account_id))
        name = "sendas-example-com"
        world.call(
            "cloudformation",
            "CreateChangeSet",
            StackName=name,
            ChangeSetName="eve",
            ChangeSetType="CREATE",
            Capabilities=["CAPABILITY_NAMED_IAM"],
            TemplateBody=json.dumps({"Resources": template}).replace(
                "ACCOUNT", world.lab.account_id
            ),
            **arguments,
        )
        world.call("cloudformation", "ExecuteChangeSet", StackName=name, ChangeSetName="eve")
        status = "CREATE_IN_PROGRESS"
        while status.endswith("IN_PROGRESS"):
            (stack,) = world.call("cloudformation", "DescribeStacks", StackName=name)["Stacks"]
            status = stack["StackStatus"]
        assert status != "CREATE_COMPLETE", "CloudFormation made it"
        return world.operator

    return road


IAM = "iam"
ROADS: dict[str, Road] = {
    "a user within the boundary": a_user,
    "a user without one": a_free_user,
    "a role within the boundary": a_role,
    "a role without one": a_free_role,
    "another boundary": call(
        IAM, "CreateUser", UserName=USER, PermissionsBoundary=ADMINISTRATOR
    ),
    "a boundary taken off": call(
        IAM, "DeleteUserPermissionsBoundary", UserName="sendas-x@example.com"
    ),
    "a boundary put in its place": call(
        IAM,
        "PutUserPermissionsBoundary",
        UserName="sendas-x@example.com",
        PermissionsBoundary=ADMINISTRATOR,
    ),
    "a role's boundary taken off": call(
        IAM, "DeleteRolePermissionsBoundary", RoleName="sendas-example-com-x"
    ),
    "the boundary rewritten": call(
        IAM,
        "CreatePolicyVersion",
        PolicyArn="BOUNDARY",
        PolicyDocument=ANYTHING,
        SetAsDefault=True,
    ),
    "the boundary replaced": call(IAM, "DeletePolicy", PolicyArn="BOUNDARY"),
    "the boundary made first": call(
        IAM, "CreatePolicy", PolicyName=BOUNDARY_NAME, PolicyDocument=ANYTHING
    ),
    "an older version": call(
        IAM, "SetDefaultPolicyVersion", PolicyArn="BOUNDARY", VersionId="v1"
    ),
    "one's own policy": call(
        IAM, "PutUserPolicy", UserName="operator", PolicyName="all", PolicyDocument=ANYTHING
    ),
    "a managed policy": call(
        IAM, "AttachUserPolicy", UserName="operator", PolicyArn=ADMINISTRATOR
    ),
    "a group": call(IAM, "AddUserToGroup", UserName="operator", GroupName="admins"),
    "an administrator's key": call(IAM, "CreateAccessKey", UserName="admin"),
    "an administrator's console": call(
        IAM, "CreateLoginProfile", UserName="admin", Password="Eve-1234567890!"
    ),
    "an administrator renamed": call(
        IAM, "UpdateUser", UserName="admin", NewUserName="sendas-admin@example.com"
    ),
    "an administrator's role": call(
        "sts", "AssumeRole", RoleArn="arn:aws:iam::ACCOUNT:role/admin", RoleSessionName="eve"
    ),
    "its trust": call(
        IAM, "UpdateAssumeRolePolicy", RoleName="admin", PolicyDocument=ANYTHING
    ),
    "a function that has it": call(
        "lambda",
        "CreateFunction",
        FunctionName="sendas-example-com",
        Runtime="python3.13",
        Role="arn:aws:iam::ACCOUNT:role/admin",
        Handler="x.y",
        Code={"S3Bucket": "sendas-example-com", "S3Key": "x"},
    ),
    "a stack that runs as it": cloudformation(
        {"T": {"Type": "AWS::SNS::Topic"}}, RoleARN="arn:aws:iam::ACCOUNT:role/admin"
    ),
    "a stack that makes a user": cloudformation(
        {
            "U": {
                "Type": "AWS::IAM::User",
                "Properties": {"UserName": USER, "ManagedPolicyArns": [ADMINISTRATOR]},
            }
        }
    ),
    "a stack that makes a role": cloudformation(
        {
            "R": {
                "Type": "AWS::IAM::Role",
                "Properties": {
                    "RoleName": ROLE,
                    "AssumeRolePolicyDocument": json.loads(ANYTHING),
                    "ManagedPolicyArns": [ADMINISTRATOR],
                },
            }
        }
    ),
}  # fmt: skip


def is_administrator(world: World, session: Session) -> bool:
    """Whether it may make anything of anybody."""
    try:
        session.call("iam", "CreateUser", region=world.lab.region, UserName="anybody")
    except Exception as error:  # noqa: BLE001  botocore's classes are made at run time
        assert error_code(error) in REFUSALS, error  # noqa: PT017  any other proves nothing
        return False
    return True


REFUSALS = {"AccessDenied", "AccessDeniedException"}


def arrives(world: World, road: Road) -> bool:
    """Whether *road* leads to an administrator's rights; AWS's refusal ends it."""
    try:
        session = road(world)
    except Exception as error:  # noqa: BLE001  the same
        assert error_code(error) in REFUSALS, error  # noqa: PT017  the same
        return False
    return session is not None and is_administrator(world, session)


@pytest.mark.parametrize("name", ROADS)
def test_no_road_leads_to_an_administrator(
    sendas_lab: Lab, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Refused, or bounded: whoever is made may not make anybody."""
    there = world(sendas_lab, parse_config(FILE), monkeypatch)

    assert not arrives(there, ROADS[name])


@pytest.mark.parametrize("name", ["a user without one", "a role without one"])
def test_without_a_boundary_some_do(
    sendas_lab: Lab, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """So the roads are real, `sendas policy` says it, and the test above can fail."""
    unbounded = parse_config(FILE.split("\n", 1)[1])
    there = world(sendas_lab, unbounded, monkeypatch)

    assert arrives(there, ROADS[name])
