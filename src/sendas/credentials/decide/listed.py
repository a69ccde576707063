"""The inventory for people, and for programs (``sendas.credentials/1``); pure."""

import json

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from sendas.credentials.decide.authority import MaySend
from sendas.credentials.decide.inventory import Inventory
from sendas.credentials.decide.marks import How
from sendas.credentials.decide.verdicts import Credential, Judged, mails
from sendas.history.line import stamp_of
from sendas.history.sighting import by_network
from sendas.iam.credential_verdict import CredentialVerdict as Verdict
from sendas.iam.key_acts import REMEMBERED, Act, KeyAct
from sendas.iam.principal import Kind
from sendas.outcome import NoAnswer, Seen, Why


SCHEMA = "sendas.credentials/1"
_COLUMNS = ("VERDICT", "WHO", "KEY", "AGE", "LAST USED", "SENDS AS")
_UNKNOWN = "not known"
_MOST_PLACES = 5
_ACTS = {Act.MADE: "made", Act.CHANGED: "changed", Act.DELETED: "deleted"}


def table(inventory: Inventory, *, whole: bool = False) -> Iterator[str]:
    """Lines: one row for each credential, then what is to be said of it; *whole*: all of it."""
    judged = inventory.judged
    if isinstance(judged, NoAnswer):
        yield f"who may send is not known: {judged}"
    else:
        rows = [_row(one, inventory.at) for one in judged]
        if rows:
            yield from _aligned([_COLUMNS, *rows])
        else:
            yield "no user and no role of this account may send"
        for one in judged:
            yield from _details(one, inventory, whole=whole)
    yield ""
    yield from _about_account(inventory)


def _row(one: Judged, now: datetime) -> tuple[str, ...]:
    it = one.credential
    words = ", ".join(one.verdicts) or _UNKNOWN
    name = it.name if it.kind is Kind.USER else f"role {it.name}"
    key, age, used = _key(it, now)
    return words, name, key, age, used, _sends(it.sends)


def _key(it: Credential, now: datetime) -> tuple[str, str, str]:
    if it.kind is Kind.ROLE:
        return "-", "-", f"{it.last_used:%Y-%m-%d}" if it.last_used else "never seen"
    if it.key is None:
        return ("?" if isinstance(it.keys, NoAnswer) else "no key"), "-", "-"
    key = it.key
    age = f"{(now - key.created).days} d" if key.created else "?"
    if isinstance(key.used, NoAnswer):
        used = "?"
    else:
        used = f"{key.used.at:%Y-%m-%d} {key.used.service}" if key.used else "never"
    mark = "" if key.active else " inactive"
    return f"…{key.key_id[-4:]}{mark}", age, used


def _sends(sends: Seen[tuple[MaySend, ...]]) -> str:
    if isinstance(sends, NoAnswer):
        return "?"
    told = [f"{', '.join(one.addresses)} ({one.region})" for one in sends]
    more = f" and {len(told) - 2} more" if len(told) > 2 else ""  # noqa: PLR2004  a line's room
    return "; ".join(told[:2]) + more or "nothing"


def _aligned(rows: list[tuple[str, ...]]) -> Iterator[str]:
    widths = [max(len(row[at]) for row in rows) for at in range(len(_COLUMNS))]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        yield "  ".join(cells).rstrip()


def _details(one: Judged, inventory: Inventory, *, whole: bool) -> Iterator[str]:
    it = one.credential
    fine = one.verdicts == (Verdict.FINE,)
    if fine and not whole:
        return
    key = f" …{it.key.key_id[-4:]}" if it.key else ""
    yield ""
    yield f"{it.name}{key}"
    for remark in one.remarks:
        yield f"  {remark.verdict}: {remark.words}"
    for doubt in one.doubts:
        yield f"  could not look: {doubt}"
    yield from (f"  {name:<10} {text}" for name, text in _facts(one, inventory))


def _facts(one: Judged, inventory: Inventory) -> Iterator[tuple[str, str]]:
    it = one.credential
    yield from _allowed(it)
    if it.box is not None:
        yield "mailbox", it.box.address
    if it.key is not None and not isinstance(it.stored, NoAnswer):
        held = it.stored
        where = (
            f"{held.secret} ({held.stage}, {held.region})" if held else "in no secret of sendas"
        )
        yield "password", where
    for holder in one.holders:
        how = "on your word" if holder.how == How.SAID else holder.how
        seen = f"{how}, {_minute(holder.at)}" if holder.at else "not seen"
        yield "held by", f"{holder.holder}: {seen}"
    if it.trusted:
        yield "taken on by", ", ".join(it.trusted)
    yield from _places(it)
    yield from _done(it, inventory)


def _allowed(it: Credential) -> Iterator[tuple[str, str]]:
    for way in () if isinstance(it.sends, NoAnswer) else it.sends:
        smtp = "" if way.smtp else ", by the API only"
        needs = f", {way.needs}" if way.needs else ""
        addresses = ", ".join(way.addresses)
        yield "sends as", f"{addresses} from {way.identity} in {way.region}{smtp}{needs}"


def _places(it: Credential) -> Iterator[tuple[str, str]]:
    if isinstance(it.seen, NoAnswer):
        if it.kind is Kind.USER:
            yield "seen", f"{_UNKNOWN}: {_because(it.seen)}"
        return
    places = sorted(by_network(it.seen).values(), key=lambda s: s.last, reverse=True)
    for place in places[:_MOST_PLACES]:
        program = f" ({place.sample.user_agent})" if place.sample.user_agent else ""
        where = f"{place.network or 'no address'}{program}"
        yield "seen", f"{mails(place.mails)} from {where}, last {_minute(place.last)}"
    if len(places) > _MOST_PLACES:
        yield "seen", f"and from {len(places) - _MOST_PLACES} other networks"


def _done(it: Credential, inventory: Inventory) -> Iterator[tuple[str, str]]:
    if isinstance(it.acts, NoAnswer):
        return
    for act in it.acts:
        yield _ACTS[act.act], _act(act)
    if it.key is not None and not any(act.act is Act.MADE for act in it.acts):
        yield "made", f"by whom is not known: CloudTrail looks back to {_back(inventory)}"


def _back(inventory: Inventory) -> str:
    return f"{inventory.at - REMEMBERED:%Y-%m-%d}"


def _because(silence: NoAnswer) -> str:
    return silence.detail if silence.why is Why.NOT_ASKED else str(silence)


def _act(act: KeyAct) -> str:
    status = f" ({act.status})" if act.act is Act.CHANGED and act.status else ""
    source = f" from {act.source_ip}" if act.source_ip else ""
    return f"…{act.key_id[-4:]}{status} on {act.at:%Y-%m-%d %H:%M} by {act.by or '?'}{source}"


def _about_account(inventory: Inventory) -> Iterator[str]:
    match inventory.root_key:
        case NoAnswer() as silence:
            yield f"root: whether it has an access key is not known: {silence}"
        case True:
            yield "root: has an access key, which may do everything, send as everybody: delete it"
        case _:
            yield "root: has no access key"
    foreign = inventory.foreign
    if isinstance(foreign, NoAnswer):
        yield f"other accounts: whom the identities let send is not known: {foreign}"
    else:
        for one in foreign:
            conditions = f", if {' and '.join(one.conditions)}" if one.conditions else ""
            yield (
                f"other accounts: {', '.join(one.principals)} may send as {one.identity} in "
                f"{one.region}, by its policy {one.policy}{conditions}"
            )
        if not foreign:
            yield "other accounts: none may send"
    yield from _keys_gone(inventory)
    yield from (f"could not look: {doubt}" for doubt in inventory.doubts)
    yield (
        f"looked at {inventory.at:%Y-%m-%d %H:%M} UTC, in {len(inventory.looked_in)} Regions; "
        f"mail: {inventory.mail_known or 'nothing is known'}"
    )


def _keys_gone(inventory: Inventory) -> Iterator[str]:
    acts = inventory.acts
    if isinstance(acts, NoAnswer):
        yield f"keys made and deleted: not known: {acts}"
        return
    for one in acts:
        if one.act is Act.DELETED:
            yield f"deleted: the key of {one.user} {_act(one)}"


def _minute(stamp: str) -> str:
    return stamp[:16].replace("T", " ")


# For programs ---------------------------------------------------------------------


def render(inventory: Inventory) -> str:
    """The text of the object, ASCII only."""
    return json.dumps(document(inventory), indent=2) + "\n"


def document(inventory: Inventory) -> dict[str, Any]:
    """The object itself; what could not be looked at is ``{"unknown": why}``."""
    return {
        "schema": SCHEMA,
        "account": inventory.account_id,
        "at": stamp_of(inventory.at),
        "mail_known": inventory.mail_known,
        "regions": list(inventory.looked_in),
        "credentials": _seen(inventory.judged, lambda all_: [_judged(one) for one in all_]),
        "root_key": _seen(inventory.root_key, lambda it: it),
        "other_accounts": _seen(
            inventory.foreign,
            lambda all_: [
                {
                    "identity": one.identity,
                    "region": one.region,
                    "principals": list(one.principals),
                    "policy": one.policy,
                    "conditions": list(one.conditions),
                }
                for one in all_
            ],
        ),
        "acts": _seen(inventory.acts, lambda all_: [_act_document(one) for one in all_]),
        "could_not_look": list(inventory.doubts),
    }


def _seen(answer: Any, shown: Any) -> Any:  # noqa: ANN401  any value, and how it is shown
    return {"unknown": str(answer)} if isinstance(answer, NoAnswer) else shown(answer)


def _judged(one: Judged) -> dict[str, Any]:
    it = one.credential
    return {
        "kind": it.kind.value,
        "name": it.name,
        "arn": it.arn,
        "verdicts": [verdict.value for verdict in one.verdicts],
        "remarks": [{"verdict": r.verdict.value, "words": r.words} for r in one.remarks],
        "could_not_look": list(one.doubts),
        "key": _key_document(it),
        "sends": _seen(
            it.sends,
            lambda all_: [
                {
                    "identity": way.identity,
                    "region": way.region,
                    "addresses": list(way.addresses),
                    "smtp": way.smtp,
                    "needs": way.needs,
                }
                for way in all_
            ],
        ),
        "beyond_sending": _seen(it.beyond, list),
        "mailbox": it.box.address if it.box else None,
        "password": _seen(
            it.stored,
            lambda held: (
                {"secret": held.secret, "region": held.region, "stage": held.stage}
                if held
                else None
            ),
        ),
        "holders": [
            {"name": h.holder.name, "seen_at": h.at or None, "how": h.how} for h in one.holders
        ],
        "trusted": list(it.trusted),
        "seen": _seen(
            it.seen,
            lambda all_: [
                {
                    "network": s.network,
                    "source_ip": s.sample.source_ip,
                    "user_agent": s.sample.user_agent,
                    "operation": s.sample.operation,
                    "stream": s.sample.stream,
                    "from": s.sample.sender,
                    "first": s.first,
                    "last": s.last,
                    "mails": s.mails,
                }
                for s in all_
            ],
        ),
        "acts": _seen(it.acts, lambda all_: [_act_document(a) for a in all_]),
    }


def _key_document(it: Credential) -> Mapping[str, Any] | None:
    if it.key is None:
        return {"unknown": str(it.keys)} if isinstance(it.keys, NoAnswer) else None
    return {
        "id": it.key.key_id,
        "active": it.key.active,
        "created": _stamp(it.key.created),
        "last_used": _seen(
            it.key.used,
            lambda use: (
                {"at": _stamp(use.at), "service": use.service, "region": use.region}
                if use
                else None
            ),
        ),
    }


def _act_document(act: KeyAct) -> dict[str, Any]:
    return {
        "act": act.act.value,
        "key": act.key_id,
        "user": act.user,
        "at": _stamp(act.at),
        "by": act.by,
        "source_ip": act.source_ip,
        "user_agent": act.user_agent,
        "status": act.status,
    }


def _stamp(at: datetime | None) -> str | None:
    return stamp_of(at.astimezone(UTC)) if at else None
