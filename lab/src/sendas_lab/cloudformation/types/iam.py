"""AWS::IAM types.

Source: CloudFormation Template Reference, IAM.
"""

from sendas_lab.cloudformation.calls import ResourceFailed
from sendas_lab.cloudformation.provider import Made, Properties, Provider, Work, picked, words
from sendas_lab.cloudformation.types import iam_policies
from sendas_lab.cloudformation.types.iam_holders import ROLE, USER, Holder, document_of, text_of


# Users ----------------------------------------------------------------------


def _create_user(work: Work, properties: Properties) -> Made:
    name = properties.get("UserName") or work.name()
    made = work.call(
        "iam",
        "CreateUser",
        UserName=name,
        **picked(properties, "Path", "PermissionsBoundary", "Tags"),
    )
    try:
        USER.set(work, name, properties, {})
        for group in properties.get("Groups") or ():
            work.call("iam", "AddUserToGroup", UserName=name, GroupName=group)
    except ResourceFailed:
        _delete_user(work, Made(name), properties)
        raise
    return Made(name, {"Arn": made["User"]["Arn"]})


def _update_user(work: Work, made: Made, wanted: Properties, before: Properties) -> Made:
    name = made.physical_id
    USER.set(work, name, wanted, before)
    old, new = set(before.get("Groups") or ()), set(wanted.get("Groups") or ())
    for group in sorted(new - old):
        work.call("iam", "AddUserToGroup", UserName=name, GroupName=group)
    for group in sorted(old - new):
        work.call.quietly("iam", "RemoveUserFromGroup", UserName=name, GroupName=group)
    boundary = wanted.get("PermissionsBoundary")
    if boundary != before.get("PermissionsBoundary"):
        if boundary:
            work.call(
                "iam", "PutUserPermissionsBoundary", UserName=name, PermissionsBoundary=boundary
            )
        else:
            work.call.quietly("iam", "DeleteUserPermissionsBoundary", UserName=name)
    if wanted.get("Tags") != before.get("Tags"):
        _retag(work, USER, name, wanted, before)
    return made


def _retag(work: Work, holder: Holder, name: str, wanted: Properties, before: Properties) -> None:
    old = [tag["Key"] for tag in before.get("Tags") or ()]
    gone = [key for key in old if key not in {tag["Key"] for tag in wanted.get("Tags") or ()}]
    if gone:
        work.call("iam", f"Untag{holder.kind}", **{holder.key: name, "TagKeys": gone})
    if wanted.get("Tags"):
        work.call("iam", f"Tag{holder.kind}", **{holder.key: name, "Tags": wanted["Tags"]})


def _delete_user(work: Work, made: Made, properties: Properties) -> None:
    for group in properties.get("Groups") or ():
        work.call.quietly("iam", "RemoveUserFromGroup", UserName=made.physical_id, GroupName=group)
    USER.clear(work, made.physical_id, properties)
    work.call("iam", "DeleteUser", UserName=made.physical_id)


def _read_user(work: Work, made: Made, properties: Properties) -> Properties:
    found = work.call("iam", "GetUser", UserName=made.physical_id)["User"]
    groups = work.call("iam", "ListGroupsForUser", UserName=made.physical_id)["Groups"]
    return {
        "UserName": found["UserName"],
        "Path": found["Path"],
        "Groups": [group["GroupName"] for group in groups] or None,
        "PermissionsBoundary": found.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn"),
        **USER.read(work, made.physical_id, properties),
    }


def _find_user(work: Work, properties: Properties) -> Made:
    found = work.call("iam", "GetUser", UserName=properties["UserName"])["User"]
    return Made(found["UserName"], {"Arn": found["Arn"]})


# Roles ----------------------------------------------------------------------


def _create_role(work: Work, properties: Properties) -> Made:
    name = properties.get("RoleName") or work.name()
    made = work.call(
        "iam",
        "CreateRole",
        RoleName=name,
        AssumeRolePolicyDocument=text_of(properties["AssumeRolePolicyDocument"]),
        **picked(
            properties, "Path", "Description", "MaxSessionDuration", "PermissionsBoundary", "Tags"
        ),
    )
    try:
        ROLE.set(work, name, properties, {})
    except ResourceFailed:
        _delete_role(work, Made(name), properties)
        raise
    return Made(name, {"Arn": made["Role"]["Arn"], "RoleId": made["Role"]["RoleId"]})


def _update_role(work: Work, made: Made, wanted: Properties, before: Properties) -> Made:
    name, trust = made.physical_id, "AssumeRolePolicyDocument"
    if wanted[trust] != before[trust]:
        work.call(
            "iam", "UpdateAssumeRolePolicy", RoleName=name, PolicyDocument=text_of(wanted[trust])
        )
    boundary = wanted.get("PermissionsBoundary")
    if boundary != before.get("PermissionsBoundary"):
        if boundary:
            work.call(
                "iam", "PutRolePermissionsBoundary", RoleName=name, PermissionsBoundary=boundary
            )
        else:
            work.call.quietly("iam", "DeleteRolePermissionsBoundary", RoleName=name)
    ROLE.set(work, name, wanted, before)
    if any(wanted.get(k) != before.get(k) for k in ("Description", "MaxSessionDuration")):
        work.call(
            "iam",
            "UpdateRole",
            RoleName=name,
            Description=wanted.get("Description", ""),
            MaxSessionDuration=wanted.get("MaxSessionDuration", 3600),
        )
    if wanted.get("Tags") != before.get("Tags"):
        _retag(work, ROLE, name, wanted, before)
    return made


def _delete_role(work: Work, made: Made, properties: Properties) -> None:
    ROLE.clear(work, made.physical_id, properties)
    work.call("iam", "DeleteRole", RoleName=made.physical_id)


def _read_role(work: Work, made: Made, properties: Properties) -> Properties:
    found = work.call("iam", "GetRole", RoleName=made.physical_id)["Role"]
    return {
        "RoleName": found["RoleName"],
        "AssumeRolePolicyDocument": document_of(found["AssumeRolePolicyDocument"]),
        **picked(found, "Path", "Description", "MaxSessionDuration"),
        "PermissionsBoundary": found.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn"),
        **ROLE.read(work, made.physical_id, properties),
    }


def _find_role(work: Work, properties: Properties) -> Made:
    found = work.call("iam", "GetRole", RoleName=properties["RoleName"])["Role"]
    return Made(found["RoleName"], {"Arn": found["Arn"], "RoleId": found["RoleId"]})


PROVIDERS = (
    Provider(
        "AWS::IAM::User",
        words("UserName Path Groups Policies ManagedPolicyArns PermissionsBoundary Tags"),
        _create_user,
        _delete_user,
        _update_user,
        _read_user,
        _find_user,
    ),
    Provider(
        "AWS::IAM::Role",
        words(
            "RoleName AssumeRolePolicyDocument Path Description MaxSessionDuration Policies"
            " ManagedPolicyArns PermissionsBoundary Tags"
        ),
        _create_role,
        _delete_role,
        _update_role,
        _read_role,
        _find_role,
    ),
    *iam_policies.PROVIDERS,
)
