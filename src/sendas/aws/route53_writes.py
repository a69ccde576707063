"""Route 53: whole record sets put in the place of what stands there, in one batch."""

from sendas.aws.route53 import parse_set
from sendas.aws.session import Session
from sendas.aws.writes import do
from sendas.ses.regions import Region


_MAX_STRING = 255
"""RFC 1035, 3.3: one character-string of a TXT record."""


def put_records(
    session: Session,
    region: Region,
    zone_id: str,
    wanted: tuple[tuple[str, str, tuple[str, ...], int], ...],
) -> str:
    """For each name, type, values and TTL: those values, and no other, stand there.

    Values read as those of `sendas.dns.answers`: TXT plain.  Without values the
    record set is removed.  All of it happens, or nothing.  The change's id, for `in_sync`; empty
    if there was none to make.

    Raises:
        NotDone: Route 53 did not.
    """
    changes: list[dict[str, object]] = []
    for name, kind, values, ttl in wanted:
        if values:
            changes.append(
                {"Action": "UPSERT", "ResourceRecordSet": _set(name, kind, values, ttl)}
            )
        else:
            standing = _standing(session, region, zone_id, name, kind)
            changes += [{"Action": "DELETE", "ResourceRecordSet": one} for one in standing]
    if not changes:
        return ""
    answer = do(
        session,
        "route53",
        "ChangeResourceRecordSets",
        region=region,
        HostedZoneId=zone_id,
        ChangeBatch={"Comment": "sendas", "Changes": changes},
    )
    return str(answer["ChangeInfo"]["Id"])


def in_sync(session: Session, region: Region, change_id: str) -> bool:
    """Whether every server of the zone knows of the change: mostly within a minute.

    Raises:
        NotDone: Nobody answered.
    """
    answer = do(session, "route53", "GetChange", region=region, Id=change_id)
    return bool(answer["ChangeInfo"]["Status"] == "INSYNC")


def _set(name: str, kind: str, values: tuple[str, ...], ttl: int) -> dict[str, object]:
    return {
        "Name": f"{name}.",
        "Type": kind,
        "TTL": ttl,
        "ResourceRecords": [{"Value": presented(kind, value)} for value in values],
    }


def presented(kind: str, value: str) -> str:
    """A value as Route 53 wants it: TXT in quotes, in pieces of at most 255 octets."""
    if kind != "TXT":
        return value
    pieces = [value[i : i + _MAX_STRING] for i in range(0, len(value), _MAX_STRING)] or [""]
    return " ".join(f'"{_escaped(piece)}"' for piece in pieces)


def _escaped(text: str) -> str:
    plain = text.replace("\\", "\\\\").replace('"', '\\"')
    return "".join(
        c if " " <= c <= "~" else "".join(f"\\{octet:03o}" for octet in c.encode()) for c in plain
    )


def _standing(
    session: Session, region: Region, zone_id: str, name: str, kind: str
) -> list[object]:
    answer = do(
        session,
        "route53",
        "ListResourceRecordSets",
        region=region,
        HostedZoneId=zone_id,
        StartRecordName=f"{name}.",
        StartRecordType=kind,
        MaxItems="1",
    )
    return [
        one for one in answer.get("ResourceRecordSets", ()) if parse_set(one)[:2] == (kind, name)
    ]
