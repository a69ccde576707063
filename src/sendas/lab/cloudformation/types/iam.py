"""AWS::IAM types.

Source: CloudFormation Template Reference, IAM.
"""

import json

from dataclasses import dataclass

from sendas.lab.cloudformation.calls import Refused, ResourceFailed
from sendas.lab.cloudformation.provider import Made, Properties, Provider, Work, picked, words
from sendas.lab.cloudformation.template import Value


def _text(document: Value) -> str:
    return document if isinstance(document, str) else json.dumps(document)


@dataclass(frozen=True, slots=True)
class _Holder:
    """What has policies: a user, a role or a group."""

    kind: str

    @property
    def key(self) -> str:
        return f"{self.kind}Name"

    def put(self, work: Work, name: str, policy: str, document: Value) -> None:
        given = {self.key: name, "PolicyName": policy, "PolicyDocument": _text(document)}
        work.call("iam", f"Put{self.kind}Policy", **given)

    def remove(self, work: Work, name: str, policy: str) -> None:
        given = {self.key: name, "PolicyName": policy}
        work.call.quietly("iam", f"Delete{self.kind}Policy", **given)

    def attach(self, work: Work, name: str, arn: str) -> None:
        work.call("iam", f"Attach{self.kind}Policy", **{self.key: name, "PolicyArn": arn})

    def detach(self, work: Work, name: str, arn: str) -> None:
        given = {self.key: name, "PolicyArn": arn}
        work.call.quietly("iam", f"Detach{self.kind}Policy", **given)

    def set(self, work: Work, name: str, wanted: Properties, before: Properties) -> None:
        """Its inline and managed policies, and its boundary."""
        old = {p["PolicyName"]: p["PolicyDocument"] for p in before.get("Policies") or ()}
        new = {p["PolicyName"]: p["PolicyDocument"] for p in wanted.get("Policies") or ()}
        for policy, document in new.items():
            if old.get(policy) != document:
                self.put(work, name, policy, document)
        for policy in old.keys() - new.keys():
            self.remove(work, name, policy)
        was = set(before.get("ManagedPolicyArns") or ())
        will = set(wanted.get("ManagedPolicyArns") or ())
        for arn in sorted(will - was):
            self.attach(work, name, arn)
        for arn in sorted(was - will):
            self.detach(work, name, arn)

    def clear(self, work: Work, name: str, properties: Properties) -> None:
        """Take off what the template put on, so that the holder can be deleted."""
        self.set(work, name, {}, properties)

    def inline(self, work: Work, name: str, policy: str) -> Value:
        given = {self.key: name, "PolicyName": policy}
        return _document(work.call("iam", f"Get{self.kind}Policy", **given)["PolicyDocument"])

    def read(self, work: Work, name: str, properties: Properties) -> dict[str, Value]:
        """Policies as they are, in the template's shape."""
        found: dict[str, Value] = {}
        if "Policies" in properties:
            found["Policies"] = [
                {
                    "PolicyName": one["PolicyName"],
                    "PolicyDocument": self._or_none(work, name, one["PolicyName"]),
                }
                for one in properties["Policies"]
            ]
        if "ManagedPolicyArns" in properties:
            listed = work.call("iam", f"ListAttached{self.kind}Policies", **{self.key: name})
            found["ManagedPolicyArns"] = [p["PolicyArn"] for p in listed["AttachedPolicies"]]
        return found

    def _or_none(self, work: Work, name: str, policy: str) -> Value:
        try:
            return self.inline(work, name, policy)
        except ResourceFailed as error:
            if error.kind == "NotFound":
                return None
            raise


def _document(found: Value) -> Value:
    return json.loads(found) if isinstance(found, str) else found


_USER, _ROLE, _GROUP = _Holder("User"), _Holder("Role"), _Holder("Group")


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
        _USER.set(work, name, properties, {})
        for group in properties.get("Groups") or ():
            work.call("iam", "AddUserToGroup", UserName=name, GroupName=group)
    except ResourceFailed:
        _delete_user(work, Made(name), properties)
        raise
    return Made(name, {"Arn": made["User"]["Arn"]})


def _update_user(work: Work, made: Made, wanted: Properties, before: Properties) -> Made:
    name = made.physical_id
    _USER.set(work, name, wanted, before)
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
        _retag(work, _USER, name, wanted, before)
    return made


def _retag(work: Work, holder: _Holder, name: str, wanted: Properties, before: Properties) -> None:
    old = [tag["Key"] for tag in before.get("Tags") or ()]
    gone = [key for key in old if key not in {tag["Key"] for tag in wanted.get("Tags") or ()}]
    if gone:
        work.call("iam", f"Untag{holder.kind}", **{holder.key: name, "TagKeys": gone})
    if wanted.get("Tags"):
        work.call("iam", f"Tag{holder.kind}", **{holder.key: name, "Tags": wanted["Tags"]})


def _delete_user(work: Work, made: Made, properties: Properties) -> None:
    for group in properties.get("Groups") or ():
        work.call.quietly("iam", "RemoveUserFromGroup", UserName=made.physical_id, GroupName=group)
    _USER.clear(work, made.physical_id, properties)
    work.call("iam", "DeleteUser", UserName=made.physical_id)


def _read_user(work: Work, made: Made, properties: Properties) -> Properties:
    found = work.call("iam", "GetUser", UserName=made.physical_id)["User"]
    groups = work.call("iam", "ListGroupsForUser", UserName=made.physical_id)["Groups"]
    return {
        "UserName": found["UserName"],
        "Path": found["Path"],
        "Groups": [group["GroupName"] for group in groups] or None,
        "PermissionsBoundary": found.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn"),
        **_USER.read(work, made.physical_id, properties),
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
        AssumeRolePolicyDocument=_text(properties["AssumeRolePolicyDocument"]),
        **picked(
            properties, "Path", "Description", "MaxSessionDuration", "PermissionsBoundary", "Tags"
        ),
    )
    try:
        _ROLE.set(work, name, properties, {})
    except ResourceFailed:
        _delete_role(work, Made(name), properties)
        raise
    return Made(name, {"Arn": made["Role"]["Arn"], "RoleId": made["Role"]["RoleId"]})


def _update_role(work: Work, made: Made, wanted: Properties, before: Properties) -> Made:
    name, trust = made.physical_id, "AssumeRolePolicyDocument"
    if wanted[trust] != before[trust]:
        work.call(
            "iam", "UpdateAssumeRolePolicy", RoleName=name, PolicyDocument=_text(wanted[trust])
        )
    _ROLE.set(work, name, wanted, before)
    if any(wanted.get(k) != before.get(k) for k in ("Description", "MaxSessionDuration")):
        work.call(
            "iam",
            "UpdateRole",
            RoleName=name,
            Description=wanted.get("Description", ""),
            MaxSessionDuration=wanted.get("MaxSessionDuration", 3600),
        )
    if wanted.get("Tags") != before.get("Tags"):
        _retag(work, _ROLE, name, wanted, before)
    return made


def _delete_role(work: Work, made: Made, properties: Properties) -> None:
    _ROLE.clear(work, made.physical_id, properties)
    work.call("iam", "DeleteRole", RoleName=made.physical_id)


def _read_role(work: Work, made: Made, properties: Properties) -> Properties:
    found = work.call("iam", "GetRole", RoleName=made.physical_id)["Role"]
    return {
        "RoleName": found["RoleName"],
        "AssumeRolePolicyDocument": _document(found["AssumeRolePolicyDocument"]),
        **picked(found, "Path", "Description", "MaxSessionDuration"),
        **_ROLE.read(work, made.physical_id, properties),
    }


def _find_role(work: Work, properties: Properties) -> Made:
    found = work.call("iam", "GetRole", RoleName=properties["RoleName"])["Role"]
    return Made(found["RoleName"], {"Arn": found["Arn"], "RoleId": found["RoleId"]})


# Groups and managed policies --------------------------------------------------


def _create_group(work: Work, properties: Properties) -> Made:
    name = properties.get("GroupName") or work.name(128)
    made = work.call("iam", "CreateGroup", GroupName=name, **picked(properties, "Path"))
    _GROUP.set(work, name, properties, {})
    return Made(name, {"Arn": made["Group"]["Arn"]})


def _update_group(work: Work, made: Made, wanted: Properties, before: Properties) -> Made:
    _GROUP.set(work, made.physical_id, wanted, before)
    return made


def _delete_group(work: Work, made: Made, properties: Properties) -> None:
    _GROUP.clear(work, made.physical_id, properties)
    work.call("iam", "DeleteGroup", GroupName=made.physical_id)


_HOLDERS = {"Users": _USER, "Roles": _ROLE, "Groups": _GROUP}


def _create_managed(work: Work, properties: Properties) -> Made:
    name = properties.get("ManagedPolicyName") or work.name(128)
    made = work.call(
        "iam",
        "CreatePolicy",
        PolicyName=name,
        PolicyDocument=_text(properties["PolicyDocument"]),
        **picked(properties, "Path", "Description"),
    )
    arn = made["Policy"]["Arn"]
    _attach(work, arn, properties, {})
    return Made(arn, {"PolicyArn": arn, "PolicyId": made["Policy"].get("PolicyId", "")})


def _attach(work: Work, arn: str, wanted: Properties, before: Properties) -> None:
    for key, holder in _HOLDERS.items():
        old, new = set(before.get(key) or ()), set(wanted.get(key) or ())
        for name in sorted(new - old):
            holder.attach(work, name, arn)
        for name in sorted(old - new):
            holder.detach(work, name, arn)


def _update_managed(work: Work, made: Made, wanted: Properties, before: Properties) -> Made:
    if wanted["PolicyDocument"] != before["PolicyDocument"]:
        _forget_old_versions(work, made.physical_id)
        work.call(
            "iam",
            "CreatePolicyVersion",
            PolicyArn=made.physical_id,
            PolicyDocument=_text(wanted["PolicyDocument"]),
            SetAsDefault=True,
        )
    _attach(work, made.physical_id, wanted, before)
    return made


def _forget_old_versions(work: Work, arn: str) -> None:
    """IAM keeps five versions; CloudFormation keeps the default one."""
    for version in work.call("iam", "ListPolicyVersions", PolicyArn=arn)["Versions"]:
        if not version["IsDefaultVersion"]:
            work.call("iam", "DeletePolicyVersion", PolicyArn=arn, VersionId=version["VersionId"])


def _delete_managed(work: Work, made: Made, properties: Properties) -> None:
    _attach(work, made.physical_id, {}, properties)
    _forget_old_versions(work, made.physical_id)
    work.call("iam", "DeletePolicy", PolicyArn=made.physical_id)


def _read_managed(work: Work, made: Made, properties: Properties) -> Properties:
    found = work.call("iam", "GetPolicy", PolicyArn=made.physical_id)["Policy"]
    version = work.call(
        "iam",
        "GetPolicyVersion",
        PolicyArn=made.physical_id,
        VersionId=found["DefaultVersionId"],
    )["PolicyVersion"]
    return {**properties, "PolicyDocument": _document(version["Document"])}


# Inline policies as resources of their own --------------------------------------


def _create_policy(work: Work, properties: Properties) -> Made:
    for key, holder in _HOLDERS.items():
        for name in properties.get(key) or ():
            holder.put(work, name, properties["PolicyName"], properties["PolicyDocument"])
    physical_id = work.name()
    return Made(physical_id, {"Id": physical_id})


def _update_policy(work: Work, made: Made, wanted: Properties, before: Properties) -> Made:
    for key, holder in _HOLDERS.items():
        old, new = set(before.get(key) or ()), set(wanted.get(key) or ())
        for name in sorted(new):
            holder.put(work, name, wanted["PolicyName"], wanted["PolicyDocument"])
        renamed = wanted["PolicyName"] != before["PolicyName"]
        for name in sorted(old if renamed else old - new):
            holder.remove(work, name, before["PolicyName"])
    return made


def _delete_policy(work: Work, _made: Made, properties: Properties) -> None:
    for key, holder in _HOLDERS.items():
        for name in properties.get(key) or ():
            holder.remove(work, name, properties["PolicyName"])


def _read_policy(work: Work, _made: Made, properties: Properties) -> Properties:
    for key, holder in _HOLDERS.items():
        for name in properties.get(key) or ():
            document = holder.inline(work, name, properties["PolicyName"])
            return {**properties, "PolicyDocument": document}
    return properties


def _own_policy(holder: _Holder) -> Provider:
    """AWS::IAM::UserPolicy, RolePolicy and GroupPolicy."""

    def create(work: Work, properties: Properties) -> Made:
        name, policy = properties[holder.key], properties["PolicyName"]
        holder.put(work, name, policy, properties.get("PolicyDocument", {}))
        return Made(f"{policy}|{name}")

    def update(work: Work, made: Made, wanted: Properties, _before: Properties) -> Made:
        holder.put(work, wanted[holder.key], wanted["PolicyName"], wanted["PolicyDocument"])
        return made

    def delete(work: Work, _made: Made, properties: Properties) -> None:
        holder.remove(work, properties[holder.key], properties["PolicyName"])

    def read(work: Work, _made: Made, properties: Properties) -> Properties:
        document = holder.inline(work, properties[holder.key], properties["PolicyName"])
        return {**properties, "PolicyDocument": document}

    kind = f"AWS::IAM::{holder.kind}Policy"
    modelled = words(f"PolicyName PolicyDocument {holder.key}")
    return Provider(kind, modelled, create, delete, update, read)


# Access keys ------------------------------------------------------------------


def _create_key(work: Work, properties: Properties) -> Made:
    made = work.call("iam", "CreateAccessKey", UserName=properties["UserName"])["AccessKey"]
    if properties.get("Status") == "Inactive":
        _set_key(work, made["AccessKeyId"], properties)
    key_id = made["AccessKeyId"]
    return Made(key_id, {"Id": key_id, "SecretAccessKey": made["SecretAccessKey"]})


def _set_key(work: Work, key_id: str, properties: Properties) -> None:
    work.call(
        "iam",
        "UpdateAccessKey",
        UserName=properties["UserName"],
        AccessKeyId=key_id,
        Status=properties.get("Status", "Active"),
    )


def _update_key(work: Work, made: Made, wanted: Properties, _before: Properties) -> Made:
    _set_key(work, made.physical_id, wanted)
    return made


def _delete_key(work: Work, made: Made, properties: Properties) -> None:
    work.call(
        "iam", "DeleteAccessKey", UserName=properties["UserName"], AccessKeyId=made.physical_id
    )


def _read_key(work: Work, made: Made, properties: Properties) -> Properties:
    listed = work.call("iam", "ListAccessKeys", UserName=properties["UserName"])
    for key in listed["AccessKeyMetadata"]:
        if key["AccessKeyId"] == made.physical_id:
            return {**properties, "Status": key["Status"]}
    raise Refused("iam", "NoSuchEntity", made.physical_id, 404)


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
    Provider(
        "AWS::IAM::Group",
        words("GroupName Path Policies ManagedPolicyArns"),
        _create_group,
        _delete_group,
        _update_group,
    ),
    Provider(
        "AWS::IAM::ManagedPolicy",
        words("ManagedPolicyName PolicyDocument Path Description Users Roles Groups"),
        _create_managed,
        _delete_managed,
        _update_managed,
        _read_managed,
    ),
    Provider(
        "AWS::IAM::Policy",
        words("PolicyName PolicyDocument Users Roles Groups"),
        _create_policy,
        _delete_policy,
        _update_policy,
        _read_policy,
    ),
    _own_policy(_USER),
    _own_policy(_ROLE),
    _own_policy(_GROUP),
    Provider(
        "AWS::IAM::AccessKey",
        words("UserName Status Serial"),
        _create_key,
        _delete_key,
        _update_key,
        _read_key,
    ),
)
