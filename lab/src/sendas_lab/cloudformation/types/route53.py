"""AWS::Route53 types.

Source: CloudFormation Template Reference, Amazon Route 53.
"""

from sendas_lab.cloudformation.calls import Refused, ResourceFailed, gone
from sendas_lab.cloudformation.provider import Made, Properties, Provider, Work, picked, words
from sendas_lab.cloudformation.template import Value


_POLICY = (
    "SetIdentifier", "Weight", "Region", "Failover", "GeoLocation", "HealthCheckId",
    "MultiValueAnswer",
)  # fmt: skip
_RECORD = words(
    "Name Type TTL ResourceRecords AliasTarget HostedZoneId HostedZoneName Comment"
) | frozenset(_POLICY)


def _zone(work: Work, properties: Properties) -> str:
    if "HostedZoneId" in properties:
        zone: str = properties["HostedZoneId"].rpartition("/")[2]
        return zone
    name = properties.get("HostedZoneName")
    if not name:
        text = "Either HostedZoneId or HostedZoneName must be specified."
        raise ResourceFailed(text)
    if not name.endswith("."):
        # Template reference: the trailing dot is required here.
        text = f"No hosted zones named {name} found"
        raise ResourceFailed(text, "NotFound")
    listed = work.call("route53", "ListHostedZonesByName", DNSName=name)["HostedZones"]
    found = [zone["Id"].rpartition("/")[2] for zone in listed if zone["Name"] == name]
    if len(found) != 1:
        many = "Found more than one hosted zone" if found else "No hosted zones"
        text = f"{many} named {name} found"
        raise ResourceFailed(text, "NotFound")
    return str(found[0])


def _record_set(properties: Properties) -> dict[str, Value]:
    made = picked(properties, "Name", "Type", *_POLICY)
    if "AliasTarget" in properties:
        target = dict(properties["AliasTarget"])
        target.setdefault("EvaluateTargetHealth", False)
        made["AliasTarget"] = target
    else:
        made["TTL"] = int(properties.get("TTL", 300))
        made["ResourceRecords"] = [{"Value": v} for v in properties.get("ResourceRecords", ())]
    return made


def _change(work: Work, zone: str, *changes: tuple[str, Properties]) -> None:
    batch = {
        "Changes": [
            {"Action": action, "ResourceRecordSet": _record_set(one)} for action, one in changes
        ]
    }
    try:
        work.call("route53", "ChangeResourceRecordSets", HostedZoneId=zone, ChangeBatch=batch)
    except Refused as error:
        # As CloudFormation shows it: the service's words in brackets, and nothing else.
        kind = "AlreadyExists" if "already exists" in error.message else error.kind
        kind = "NotFound" if "was not found" in error.message else kind
        shown = error.message if error.message.startswith("[") else f"[{error.message}]"
        raise ResourceFailed(shown, kind) from error


def _create(work: Work, properties: Properties) -> Made:
    _change(work, _zone(work, properties), ("CREATE", properties))
    return Made(properties["Name"])


def _key(properties: Properties) -> tuple[Value, ...]:
    return tuple(properties.get(key) for key in ("Name", "Type", "SetIdentifier"))


def _update(work: Work, made: Made, wanted: Properties, before: Properties) -> Made:
    zone = _zone(work, wanted)
    if _key(wanted) == _key(before):
        _change(work, zone, ("UPSERT", wanted))
    else:
        _change(work, zone, ("DELETE", _standing(work, zone, before)), ("CREATE", wanted))
    return made


def _standing(work: Work, zone: str, properties: Properties) -> Properties:
    """The record set as it stands: Route 53 deletes only what is given exactly."""
    name = properties["Name"].rstrip(".").lower()
    listed = work.call(
        "route53",
        "ListResourceRecordSets",
        HostedZoneId=zone,
        StartRecordName=properties["Name"],
        StartRecordType=properties["Type"],
    )
    for one in listed["ResourceRecordSets"]:
        same = one["Name"].rstrip(".").lower() == name and one["Type"] == properties["Type"]
        if same and one.get("SetIdentifier") == properties.get("SetIdentifier"):
            records = [record["Value"] for record in one.get("ResourceRecords", ())]
            return {**one, "ResourceRecords": records}
    text = f"record set [name='{properties['Name']}', type='{properties['Type']}'] was not found"
    raise gone(text, "route53")


def _delete(work: Work, _made: Made, properties: Properties) -> None:
    try:
        zone = _zone(work, properties)
        standing = _standing(work, zone, properties)
    except ResourceFailed as error:
        if error.kind == "NotFound":
            return
        raise
    _change(work, zone, ("DELETE", standing))


def _read(work: Work, _made: Made, properties: Properties) -> Properties:
    standing = dict(_standing(work, _zone(work, properties), properties))
    standing["Name"] = properties["Name"]  # with or without its dot
    if "TTL" in properties:
        standing["TTL"] = str(standing.get("TTL"))
    zone = {k: properties[k] for k in ("HostedZoneId", "HostedZoneName") if k in properties}
    return {**standing, **zone}


def _find(work: Work, properties: Properties) -> Made:
    _standing(work, _zone(work, properties), properties)
    return Made(properties["Name"])


# Groups -----------------------------------------------------------------------


def _each(properties: Properties) -> list[dict[str, Value]]:
    zone = picked(properties, "HostedZoneId", "HostedZoneName")
    return [{**zone, **one} for one in properties.get("RecordSets") or ()]


def _create_group(work: Work, properties: Properties) -> Made:
    sets = _each(properties)
    if sets:
        _change(work, _zone(work, sets[0]), *(("CREATE", one) for one in sets))
    return Made(work.name())


def _update_group(work: Work, made: Made, wanted: Properties, before: Properties) -> Made:
    old, new = {_key(one): one for one in _each(before)}, {_key(one): one for one in _each(wanted)}
    zone = _zone(work, wanted)
    gone = [("DELETE", _standing(work, zone, one)) for key, one in old.items() if key not in new]
    put = [
        ("UPSERT" if key in old else "CREATE", one)
        for key, one in new.items()
        if old.get(key) != one
    ]
    if gone or put:
        _change(work, zone, *gone, *put)
    return made


def _delete_group(work: Work, made: Made, properties: Properties) -> None:
    for one in _each(properties):
        _delete(work, made, one)


def _read_group(work: Work, made: Made, properties: Properties) -> Properties:
    zone = picked(properties, "HostedZoneId", "HostedZoneName")
    sets = [
        {k: v for k, v in _read(work, made, one).items() if k not in zone}
        for one in _each(properties)
    ]
    return {**properties, "RecordSets": sets}


# Zones ------------------------------------------------------------------------


def _create_zone(work: Work, properties: Properties) -> Made:
    made = work.call(
        "route53",
        "CreateHostedZone",
        Name=properties["Name"],
        CallerReference=work.name(),
        **picked(properties, "HostedZoneConfig"),
    )
    zone = made["HostedZone"]["Id"].rpartition("/")[2]
    return Made(zone, {"Id": zone, "NameServers": made["DelegationSet"]["NameServers"]})


def _delete_zone(work: Work, made: Made, _properties: Properties) -> None:
    work.call("route53", "DeleteHostedZone", Id=made.physical_id)


def _update_zone(work: Work, made: Made, wanted: Properties, _before: Properties) -> Made:
    comment = (wanted.get("HostedZoneConfig") or {}).get("Comment", "")
    work.call("route53", "UpdateHostedZoneComment", Id=made.physical_id, Comment=comment)
    return made


PROVIDERS = (
    Provider("AWS::Route53::RecordSet", _RECORD, _create, _delete, _update, _read, _find),
    Provider(
        "AWS::Route53::RecordSetGroup",
        words("HostedZoneId HostedZoneName RecordSets Comment"),
        _create_group,
        _delete_group,
        _update_group,
        _read_group,
    ),
    Provider(
        "AWS::Route53::HostedZone",
        words("Name HostedZoneConfig"),
        _create_zone,
        _delete_zone,
        _update_zone,
    ),
)
