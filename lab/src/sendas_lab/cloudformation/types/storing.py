"""AWS::SecretsManager, AWS::SSM and AWS::DynamoDB types.

Source: CloudFormation Template Reference of each service.
"""

import json

from sendas_lab.cloudformation.calls import ResourceFailed, gone
from sendas_lab.cloudformation.provider import Made, Properties, Provider, Work, picked, words
from sendas_lab.cloudformation.template import Value


_GENERATED = words(
    "ExcludeCharacters ExcludeLowercase ExcludeNumbers ExcludePunctuation ExcludeUppercase"
    " IncludeSpace PasswordLength RequireEachIncludedType"
)


def _create_secret(work: Work, properties: Properties) -> Made:
    name = properties.get("Name") or work.name(256)
    given = picked(properties, "Description", "KmsKeyId", "Tags")
    made = work.call(
        "secretsmanager",
        "CreateSecret",
        Name=name,
        SecretString=_secret(work, properties),
        **given,
    )
    return Made(made["ARN"], {"Id": made["ARN"]})


def _secret(work: Work, properties: Properties) -> str:
    if "SecretString" in properties:
        return str(properties["SecretString"])
    wanted = properties.get("GenerateSecretString")
    if wanted is None:
        return ""
    given = {key: value for key, value in wanted.items() if key in _GENERATED}
    password = work.call("secretsmanager", "GetRandomPassword", **given)["RandomPassword"]
    if "SecretStringTemplate" not in wanted:
        return str(password)
    shape = json.loads(wanted["SecretStringTemplate"])
    return json.dumps({**shape, wanted["GenerateStringKey"]: password})


def _update_secret(work: Work, made: Made, wanted: Properties, before: Properties) -> Made:
    given = picked(wanted, "Description", "KmsKeyId")
    if wanted.get("SecretString") != before.get("SecretString"):
        given["SecretString"] = _secret(work, wanted)
    key = "GenerateSecretString"
    if wanted.get(key) != before.get(key) and key in wanted:
        given["SecretString"] = _secret(work, wanted)
    work.call("secretsmanager", "UpdateSecret", SecretId=made.physical_id, **given)
    return made


def _delete_secret(work: Work, made: Made, _properties: Properties) -> None:
    # CloudFormation deletes without a recovery window.
    work.call(
        "secretsmanager",
        "DeleteSecret",
        SecretId=made.physical_id,
        ForceDeleteWithoutRecovery=True,
    )


def _read_secret(work: Work, made: Made, properties: Properties) -> Properties:
    found = work.call("secretsmanager", "DescribeSecret", SecretId=made.physical_id)
    if found.get("DeletedDate"):
        raise gone(made.physical_id, "secretsmanager")
    return {**properties, **picked(found, "Name", "Description", "KmsKeyId")}


def _put_policy(work: Work, properties: Properties) -> Made:
    document = properties["ResourcePolicy"]
    text = document if isinstance(document, str) else json.dumps(document)
    secret = properties["SecretId"]
    work.call("secretsmanager", "PutResourcePolicy", SecretId=secret, ResourcePolicy=text)
    return Made(secret, {"Id": secret})


def _update_policy(work: Work, _made: Made, wanted: Properties, _before: Properties) -> Made:
    return _put_policy(work, wanted)


def _delete_policy(work: Work, made: Made, _properties: Properties) -> None:
    work.call.quietly("secretsmanager", "DeleteResourcePolicy", SecretId=made.physical_id)


# Parameters ---------------------------------------------------------------------


def _put_parameter(work: Work, name: str, properties: Properties, *, overwrite: bool) -> None:
    work.call(
        "ssm",
        "PutParameter",
        Name=name,
        Overwrite=overwrite,
        **picked(properties, "Type", "Value", "Description", "Tier", "AllowedPattern"),
        **({} if overwrite else _parameter_tags(properties)),
    )


def _parameter_tags(properties: Properties) -> dict[str, Value]:
    """A map in the template, a list in the call."""
    tags = properties.get("Tags") or {}
    return {"Tags": [{"Key": key, "Value": str(value)} for key, value in tags.items()]}


def _create_parameter(work: Work, properties: Properties) -> Made:
    # Recorded: no name of the stack in it.
    name = properties.get("Name") or f"CFN-{work.logical_id}-{work.name()[-12:]}"
    _put_parameter(work, name, properties, overwrite=False)
    return Made(name, {"Type": properties["Type"], "Value": properties["Value"]})


def _update_parameter(work: Work, made: Made, wanted: Properties, _before: Properties) -> Made:
    _put_parameter(work, made.physical_id, wanted, overwrite=True)
    return Made(made.physical_id, {"Type": wanted["Type"], "Value": wanted["Value"]})


def _delete_parameter(work: Work, made: Made, _properties: Properties) -> None:
    work.call("ssm", "DeleteParameter", Name=made.physical_id)


def _read_parameter(work: Work, made: Made, properties: Properties) -> Properties:
    found = work.call("ssm", "GetParameter", Name=made.physical_id)["Parameter"]
    return {**properties, **picked(found, "Type", "Value")}


# Tables -------------------------------------------------------------------------

_TABLE = ("AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes", "BillingMode",
          "ProvisionedThroughput", "StreamSpecification", "Tags")  # fmt: skip


def _create_table(work: Work, properties: Properties) -> Made:
    name = properties.get("TableName") or work.name(255)
    given = picked(properties, *_TABLE)
    if "SSESpecification" in properties:
        sse = properties["SSESpecification"]
        given["SSESpecification"] = {
            "Enabled": sse["SSEEnabled"], **picked(sse, "SSEType", "KMSMasterKeyId"),
        }  # fmt: skip
    if "StreamSpecification" in given:
        given["StreamSpecification"] = {"StreamEnabled": True, **given["StreamSpecification"]}
    made = work.call("dynamodb", "CreateTable", TableName=name, **given)
    _set_table(work, name, properties, {})
    return Made(name, {"Arn": made["TableDescription"]["TableArn"]})


def _set_table(work: Work, name: str, wanted: Properties, before: Properties) -> None:
    ttl, was = wanted.get("TimeToLiveSpecification"), before.get("TimeToLiveSpecification")
    if ttl and ttl != was:
        work.call("dynamodb", "UpdateTimeToLive", TableName=name, TimeToLiveSpecification=ttl)
    key = "PointInTimeRecoverySpecification"
    if wanted.get(key) and wanted.get(key) != before.get(key):
        work.call(
            "dynamodb",
            "UpdateContinuousBackups",
            TableName=name,
            PointInTimeRecoverySpecification=wanted[key],
        )


def _update_table(work: Work, made: Made, wanted: Properties, before: Properties) -> Made:
    changed = [key for key in _TABLE if wanted.get(key) != before.get(key) and key != "Tags"]
    if changed:
        text = f"sendas lab: changing {', '.join(changed)} of a table is not modelled"
        raise ResourceFailed(text)
    key = "DeletionProtectionEnabled"
    if wanted.get(key) != before.get(key):
        given = {key: bool(wanted.get(key, False))}
        work.call("dynamodb", "UpdateTable", TableName=made.physical_id, **given)
    _set_table(work, made.physical_id, wanted, before)
    return made


def _delete_table(work: Work, made: Made, _properties: Properties) -> None:
    work.call("dynamodb", "DeleteTable", TableName=made.physical_id)


def _read_table(work: Work, made: Made, properties: Properties) -> Properties:
    found: Value = work.call("dynamodb", "DescribeTable", TableName=made.physical_id)["Table"]
    return {**properties, **picked(found, *({"KeySchema"} & set(properties)))}


PROVIDERS = (
    Provider(
        "AWS::SecretsManager::Secret",
        words("Name Description KmsKeyId SecretString GenerateSecretString Tags"),
        _create_secret,
        _delete_secret,
        _update_secret,
        _read_secret,
    ),
    Provider(
        "AWS::SecretsManager::ResourcePolicy",
        words("SecretId ResourcePolicy"),
        _put_policy,
        _delete_policy,
        _update_policy,
    ),
    Provider(
        "AWS::SSM::Parameter",
        words("Name Type Value Description Tier AllowedPattern Tags"),
        _create_parameter,
        _delete_parameter,
        _update_parameter,
        _read_parameter,
    ),
    Provider(
        "AWS::DynamoDB::Table",
        words(
            "TableName SSESpecification TimeToLiveSpecification PointInTimeRecoverySpecification"
            " DeletionProtectionEnabled"
        )
        | frozenset(_TABLE),
        _create_table,
        _delete_table,
        _update_table,
        _read_table,
    ),
)
