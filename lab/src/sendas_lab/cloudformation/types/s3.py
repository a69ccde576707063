"""AWS::S3 types.

Source: CloudFormation Template Reference, Amazon S3.
"""

import json

from collections.abc import Callable

from sendas_lab.cloudformation.calls import ResourceFailed
from sendas_lab.cloudformation.provider import Made, Properties, Provider, Work, words
from sendas_lab.cloudformation.template import Value


def _attributes(work: Work, name: str) -> dict[str, Value]:
    return {
        "Arn": f"arn:aws:s3:::{name}",
        "DomainName": f"{name}.s3.amazonaws.com",
        "RegionalDomainName": f"{name}.s3.{work.region}.amazonaws.com",
        "DualStackDomainName": f"{name}.s3.dualstack.{work.region}.amazonaws.com",
        "WebsiteURL": f"http://{name}.s3-website-{work.region}.amazonaws.com",
    }


def _create(work: Work, properties: Properties) -> Made:
    # Template reference: names made by CloudFormation are lower case, at most 63 characters.
    name = properties.get("BucketName") or work.name(63, lower=True)
    where: dict[str, Value] = {"Bucket": name}
    if work.region != "us-east-1":
        where["CreateBucketConfiguration"] = {"LocationConstraint": work.region}
    if "OwnershipControls" in properties:
        rules = properties["OwnershipControls"]["Rules"]
        where["ObjectOwnership"] = rules[0]["ObjectOwnership"]
    if work.region == "us-east-1" and _exists(work, name):
        # S3 says 200 there to the owner who asks again; CloudFormation does not.
        text = f"{name} already exists"
        raise ResourceFailed(text, "AlreadyExists")
    work.call("s3", "CreateBucket", **where)
    try:
        _set(work, name, properties, {})
    except ResourceFailed:
        work.call.quietly("s3", "DeleteBucket", Bucket=name)
        raise
    return Made(name, _attributes(work, name))


def _exists(work: Work, name: str) -> bool:
    return _or_none(work, "HeadBucket", name) is not None


def _update(work: Work, made: Made, wanted: Properties, before: Properties) -> Made:
    _set(work, made.physical_id, wanted, before)
    return made


def _set(work: Work, name: str, wanted: Properties, before: Properties) -> None:
    for key, put in _PUTS.items():
        if wanted.get(key) != before.get(key):
            put(work, name, wanted.get(key))


def _encryption(work: Work, name: str, given: Value) -> None:
    if given is None:
        work.call.quietly("s3", "DeleteBucketEncryption", Bucket=name)
        return
    rules = [
        {
            "ApplyServerSideEncryptionByDefault": rule["ServerSideEncryptionByDefault"],
            **(
                {"BucketKeyEnabled": rule["BucketKeyEnabled"]}
                if "BucketKeyEnabled" in rule
                else {}
            ),
        }
        for rule in given["ServerSideEncryptionConfiguration"]
    ]
    configuration = {"Rules": rules}
    work.call(
        "s3",
        "PutBucketEncryption",
        Bucket=name,
        ServerSideEncryptionConfiguration=configuration,
    )


def _public_access(work: Work, name: str, given: Value) -> None:
    if given is None:
        work.call.quietly("s3", "DeletePublicAccessBlock", Bucket=name)
        return
    work.call("s3", "PutPublicAccessBlock", Bucket=name, PublicAccessBlockConfiguration=given)


def _versioning(work: Work, name: str, given: Value) -> None:
    work.call(
        "s3", "PutBucketVersioning", Bucket=name,
        VersioningConfiguration=given or {"Status": "Suspended"},
    )  # fmt: skip


def _ownership(work: Work, name: str, given: Value) -> None:
    if given is None:
        work.call.quietly("s3", "DeleteBucketOwnershipControls", Bucket=name)
        return
    work.call("s3", "PutBucketOwnershipControls", Bucket=name, OwnershipControls=given)


def _lifecycle(work: Work, name: str, given: Value) -> None:
    if given is None:
        work.call.quietly("s3", "DeleteBucketLifecycle", Bucket=name)
        return
    rules = [_lifecycle_rule(rule) for rule in given["Rules"]]
    work.call(
        "s3",
        "PutBucketLifecycleConfiguration",
        Bucket=name,
        LifecycleConfiguration={"Rules": rules},
    )


_LIFECYCLE = words(
    "Id Status Prefix ExpirationInDays ExpirationDate AbortIncompleteMultipartUpload"
    " NoncurrentVersionExpiration Transitions NoncurrentVersionExpirationInDays"
    " ExpiredObjectDeleteMarker TagFilters ObjectSizeGreaterThan ObjectSizeLessThan"
)


def _lifecycle_rule(rule: Properties) -> dict[str, Value]:
    """As the API has it: the template's names differ nearly everywhere."""
    strange = sorted(set(rule) - _LIFECYCLE)
    if strange:
        text = f"sendas lab: {', '.join(strange)} of a lifecycle rule is not modelled"
        raise ResourceFailed(text)
    made: dict[str, Value] = {"Status": rule["Status"], "Filter": _lifecycle_filter(rule)}
    if "Id" in rule:
        made["ID"] = rule["Id"]
    expiration = {
        api: rule[key]
        for key, api in (
            ("ExpirationInDays", "Days"),
            ("ExpirationDate", "Date"),
            ("ExpiredObjectDeleteMarker", "ExpiredObjectDeleteMarker"),
        )
        if key in rule
    }
    if expiration:
        made["Expiration"] = expiration
    if "AbortIncompleteMultipartUpload" in rule:
        made["AbortIncompleteMultipartUpload"] = rule["AbortIncompleteMultipartUpload"]
    days = rule.get("NoncurrentVersionExpirationInDays")
    if days is not None:
        made["NoncurrentVersionExpiration"] = {"NoncurrentDays": days}
    if "NoncurrentVersionExpiration" in rule:
        made["NoncurrentVersionExpiration"] = rule["NoncurrentVersionExpiration"]
    if "Transitions" in rule:
        made["Transitions"] = [
            {"Days": one["TransitionInDays"], "StorageClass": one["StorageClass"]}
            for one in rule["Transitions"]
        ]
    return made


def _lifecycle_filter(rule: Properties) -> dict[str, Value]:
    parts: dict[str, Value] = {}
    if rule.get("Prefix"):
        parts["Prefix"] = rule["Prefix"]
    for key in ("ObjectSizeGreaterThan", "ObjectSizeLessThan"):
        if key in rule:
            parts[key] = int(rule[key])
    tags = rule.get("TagFilters") or []
    if len(parts) + len(tags) > 1:
        return {"And": {**parts, **({"Tags": tags} if tags else {})}}
    if tags:
        return {"Tag": tags[0]}
    return parts or {"Prefix": ""}


def _notification(work: Work, name: str, given: Value) -> None:
    made: dict[str, Value] = {}
    for key, api, target, arn in (
        ("LambdaConfigurations", "LambdaFunctionConfigurations", "Function", "LambdaFunctionArn"),
        ("QueueConfigurations", "QueueConfigurations", "Queue", "QueueArn"),
        ("TopicConfigurations", "TopicConfigurations", "Topic", "TopicArn"),
    ):
        found = [_notified(one, target, arn) for one in (given or {}).get(key, ())]
        if found:
            made[api] = found
    if "EventBridgeConfiguration" in (given or {}):
        made["EventBridgeConfiguration"] = {}
    work.call(
        "s3", "PutBucketNotificationConfiguration", Bucket=name, NotificationConfiguration=made
    )


def _notified(one: Properties, target: str, arn: str) -> dict[str, Value]:
    made: dict[str, Value] = {arn: one[target], "Events": [one["Event"]]}
    rules = one.get("Filter", {}).get("S3Key", {}).get("Rules")
    if rules:
        made["Filter"] = {"Key": {"FilterRules": rules}}
    return made


def _tags(work: Work, name: str, given: Value) -> None:
    if given:
        work.call("s3", "PutBucketTagging", Bucket=name, Tagging={"TagSet": given})
    else:
        work.call.quietly("s3", "DeleteBucketTagging", Bucket=name)


_PUTS: dict[str, Callable[[Work, str, Value], None]] = {
    "BucketEncryption": _encryption,
    "PublicAccessBlockConfiguration": _public_access,
    "VersioningConfiguration": _versioning,
    "OwnershipControls": _ownership,
    "LifecycleConfiguration": _lifecycle,
    "NotificationConfiguration": _notification,
    "Tags": _tags,
}


def _delete(work: Work, made: Made, _properties: Properties) -> None:
    work.call("s3", "DeleteBucket", Bucket=made.physical_id)


def _read(work: Work, made: Made, properties: Properties) -> Properties:
    name = made.physical_id
    work.call("s3", "HeadBucket", Bucket=name)
    found: dict[str, Value] = {**properties, "BucketName": name}
    if "PublicAccessBlockConfiguration" in properties:
        got = _or_none(work, "GetPublicAccessBlock", name)
        found["PublicAccessBlockConfiguration"] = (got or {}).get("PublicAccessBlockConfiguration")
    if "VersioningConfiguration" in properties:
        status = (_or_none(work, "GetBucketVersioning", name) or {}).get("Status", "Suspended")
        found["VersioningConfiguration"] = {"Status": status}
    if "BucketEncryption" in properties:
        found["BucketEncryption"] = _encryption_now(work, name, properties["BucketEncryption"])
    if "LifecycleConfiguration" in properties:
        got = _or_none(work, "GetBucketLifecycleConfiguration", name)
        same = [_lifecycle_rule(rule) for rule in properties["LifecycleConfiguration"]["Rules"]]
        if _plain((got or {}).get("Rules")) != _plain(same):
            found["LifecycleConfiguration"] = {"Rules": (got or {}).get("Rules", [])}
    return found


def _plain(rules: Value) -> Value:
    """Lifecycle rules without the ids that S3 makes up."""
    return [{k: v for k, v in rule.items() if k != "ID"} for rule in rules or ()]


def _encryption_now(work: Work, name: str, written: Properties) -> Value:
    got = _or_none(work, "GetBucketEncryption", name)
    if got is None:
        return None
    rules = got["ServerSideEncryptionConfiguration"]["Rules"]
    keys = [set(rule) for rule in written["ServerSideEncryptionConfiguration"]]
    made = []
    for place, rule in enumerate(rules):
        one = {"ServerSideEncryptionByDefault": rule["ApplyServerSideEncryptionByDefault"]}
        if place < len(keys) and "BucketKeyEnabled" in keys[place]:
            one["BucketKeyEnabled"] = rule.get("BucketKeyEnabled", False)
        made.append(one)
    return {"ServerSideEncryptionConfiguration": made}


def _or_none(work: Work, operation: str, name: str) -> Value:
    try:
        return work.call("s3", operation, Bucket=name)
    except ResourceFailed as error:
        if error.kind == "NotFound":
            return None
        raise


def _find(work: Work, properties: Properties) -> Made:
    name = properties["BucketName"]
    work.call("s3", "HeadBucket", Bucket=name)
    return Made(name, _attributes(work, name))


# Policy ---------------------------------------------------------------------


def _put_policy(work: Work, bucket: str, document: Value) -> None:
    text = document if isinstance(document, str) else json.dumps(document)
    work.call("s3", "PutBucketPolicy", Bucket=bucket, Policy=text)


def _create_policy(work: Work, properties: Properties) -> Made:
    bucket = properties["Bucket"]
    if _or_none(work, "GetBucketPolicy", bucket) is not None:
        text = f"The bucket policy already exists on bucket {bucket}."
        raise ResourceFailed(text, "AlreadyExists")
    _put_policy(work, bucket, properties["PolicyDocument"])
    return Made(bucket)


def _update_policy(work: Work, made: Made, wanted: Properties, _before: Properties) -> Made:
    _put_policy(work, made.physical_id, wanted["PolicyDocument"])
    return made


def _delete_policy(work: Work, made: Made, _properties: Properties) -> None:
    work.call.quietly("s3", "DeleteBucketPolicy", Bucket=made.physical_id)


def _read_policy(work: Work, made: Made, _properties: Properties) -> Properties:
    got = work.call("s3", "GetBucketPolicy", Bucket=made.physical_id)
    return {"Bucket": made.physical_id, "PolicyDocument": json.loads(got["Policy"])}


def _find_policy(work: Work, properties: Properties) -> Made:
    work.call("s3", "GetBucketPolicy", Bucket=properties["Bucket"])
    return Made(properties["Bucket"])


PROVIDERS = (
    Provider(
        "AWS::S3::Bucket",
        words("BucketName") | frozenset(_PUTS),
        _create,
        _delete,
        _update,
        _read,
        _find,
    ),
    Provider(
        "AWS::S3::BucketPolicy",
        words("Bucket PolicyDocument"),
        _create_policy,
        _delete_policy,
        _update_policy,
        _read_policy,
        _find_policy,
    ),
)
