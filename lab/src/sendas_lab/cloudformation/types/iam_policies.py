"""AWS::IAM types that are policies, groups or keys.

Source: CloudFormation Template Reference, IAM.
"""

from sendas_lab.cloudformation.calls import gone
from sendas_lab.cloudformation.provider import Made, Properties, Provider, Work, picked, words
from sendas_lab.cloudformation.types.iam_holders import (
    GROUP,
    ROLE,
    USER,
    Holder,
    document_of,
    text_of,
)


# Groups and managed policies --------------------------------------------------


def _create_group(work: Work, properties: Properties) -> Made:
    name = properties.get("GroupName") or work.name(128)
    made = work.call("iam", "CreateGroup", GroupName=name, **picked(properties, "Path"))
    GROUP.set(work, name, properties, {})
    return Made(name, {"Arn": made["Group"]["Arn"]})


def _update_group(work: Work, made: Made, wanted: Properties, before: Properties) -> Made:
    GROUP.set(work, made.physical_id, wanted, before)
    return made


def _delete_group(work: Work, made: Made, properties: Properties) -> None:
    GROUP.clear(work, made.physical_id, properties)
    work.call("iam", "DeleteGroup", GroupName=made.physical_id)


_HOLDERS = {"Users": USER, "Roles": ROLE, "Groups": GROUP}


def _create_managed(work: Work, properties: Properties) -> Made:
    name = properties.get("ManagedPolicyName") or work.name(128)
    made = work.call(
        "iam",
        "CreatePolicy",
        PolicyName=name,
        PolicyDocument=text_of(properties["PolicyDocument"]),
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
            PolicyDocument=text_of(wanted["PolicyDocument"]),
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
    return {**properties, "PolicyDocument": document_of(version["Document"])}


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


def _own_policy(holder: Holder) -> Provider:
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
    raise gone(made.physical_id, "iam")


PROVIDERS = (
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
    _own_policy(USER),
    _own_policy(ROLE),
    _own_policy(GROUP),
    Provider(
        "AWS::IAM::AccessKey",
        words("UserName Status Serial"),
        _create_key,
        _delete_key,
        _update_key,
        _read_key,
    ),
)
