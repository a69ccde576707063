"""What Route 53 refuses of a record set, and moto takes.

Source: Route 53 Developer Guide, "Supported DNS record types", "Values that you
specify"; the words are Route 53's as public issues show them (FACTS 25).
"""

import re

from collections.abc import Mapping
from typing import Any

from sendas_lab.aws.errors import AwsError
from sendas_lab.aws.service import backends_of


_STRINGS = re.compile(r'"(?:[^"\\]|\\.)*"(?:\s+"(?:[^"\\]|\\.)*")*')
_STRING = re.compile(r'"((?:[^"\\]|\\.)*)"')
_MX = re.compile(r"\d{1,5}\s+\S+")
MAX_STRING = 255


def refuse(account_id: str, given: Mapping[str, Any]) -> None:
    """Look at every change of a ChangeResourceRecordSets.

    Raises:
        AwsError: InvalidChangeBatch, with everything that is wrong.
    """
    zone = backends_of("route53")[account_id]["aws"].zones.get(
        str(given.get("HostedZoneId", "")).rpartition("/")[2]
    )
    if zone is None:
        return  # moto says so
    changes = given.get("ChangeBatch", {}).get("Changes", ())
    origin = _normal(str(zone.name))
    held = {(_normal(str(one.name)), str(one.type)) for one in list(zone.rrsets)}
    held |= {_named(c["ResourceRecordSet"]) for c in changes if c["Action"] != "DELETE"}
    held -= {_named(c["ResourceRecordSet"]) for c in changes if c["Action"] == "DELETE"}
    wrong = [
        said
        for change in changes
        if change["Action"] != "DELETE"
        for said in _wrong(change["ResourceRecordSet"], origin, held)
    ]
    if wrong:
        code = "InvalidChangeBatch"
        raise AwsError(code, f"[{', '.join(wrong)}]", 400)


def _named(record_set: Mapping[str, Any]) -> tuple[str, str]:
    return _normal(record_set["Name"]), record_set["Type"]


def _normal(name: str) -> str:
    return f"{name.rstrip('.').lower()}."


def _wrong(record_set: Mapping[str, Any], origin: str, held: set[tuple[str, str]]) -> list[str]:
    name, kind = _named(record_set)
    about = f"RRSet of type {kind} with DNS name {name} is not permitted"
    if kind == "CNAME" and name == origin:
        return [f"{about} at apex in zone {origin}"]
    others = {other for at, other in held if at == name and other != kind}
    if kind == "CNAME" and others:
        why = "as it conflicts with other records with the same DNS name"
        return [f"{about} {why} in zone {origin}"]
    if kind != "CNAME" and "CNAME" in others:
        why = "because a conflicting RRSet of type CNAME with the same DNS name already exists"
        return [f"{about} {why} in zone {origin}"]
    values = [record["Value"] for record in record_set.get("ResourceRecords") or ()]
    return [said for value in values if (said := _value(kind, value))]


def _value(kind: str, value: str) -> str | None:
    problem = None
    if kind in {"TXT", "SPF"}:
        if not _STRINGS.fullmatch(value.strip()):
            problem = "InvalidCharacterString (Value should be enclosed in quotation marks)"
        elif any(len(one) > MAX_STRING for one in _STRING.findall(value)):
            problem = "CharacterStringTooLong (Value is too long)"
    elif kind == "MX" and not _MX.fullmatch(value.strip()):
        problem = "MXRRDATANotTwoFields (MX record doesn't have 2 fields)"
    elif kind == "CNAME" and " " in value.strip():
        problem = "DomainNameInvalid (Value is not a valid domain name)"
    if problem is None:
        return None
    return f"Invalid Resource Record: 'FATAL problem: {problem} encountered with '{value}''"
