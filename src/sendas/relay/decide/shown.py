"""The queue and the passwords for people and for programs; pure."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from sendas.relay.decide.passwords import Password
from sendas.relay.decide.queued import Item
from sendas.ses.hold import HOLDS, Hold
from sendas.text import one_line, visible


def state_of(item: Item) -> str:
    """One word: what it does now."""
    return "held" if item.hold and not item.task.ended else str(item.task.state)


def queue_line(item: Item, now: datetime) -> str:
    """One task on one line."""
    mail = item.mail
    many = f" +{len(item.recipients) - 1}" if len(item.recipients) > 1 else ""
    text = (
        f"{mail.token}  {state_of(item):<9} {_age(now - mail.accepted_at):>5}  "
        f"{mail.size:>9}  {mail.author} -> {item.recipients[0]}{many}"
    )
    return one_line(text)


def _age(age: timedelta) -> str:
    seconds = max(int(age.total_seconds()), 0)
    for unit, size in (("d", 86_400), ("h", 3600), ("m", 60)):
        if seconds >= size:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"


def details(items: Iterable[Item]) -> list[str]:
    """All that is known of one mail, as lines."""
    listed = list(items)
    mail = listed[0].mail
    lines = [
        f"queue id    {mail.token}",
        f"accepted    {mail.accepted_at:%Y-%m-%d %H:%M:%S} UTC, {mail.size} bytes",
        f"by          {mail.who}" + (" (a notice of ours)" if mail.notice else ""),
        f"from        {mail.author}, envelope <{mail.reverse_path}>",
        f"message id  {mail.message_id}",
    ]
    for item in listed:
        lines += ["", f"  {state_of(item)}: {', '.join(item.recipients)}"]
        if item.task.answer:
            lines.append(f"    SES said   {item.task.answer}")
        if item.hold:
            lines.append(f"    waits      {HOLDS[item.hold]}")
        if item.attempts:
            lines.append(f"    attempts   {item.attempts}, the last at {item.task.at}")
        if not item.task.ended and item.hold is not Hold.BY_OWNER:
            lines.append(f"    next       {item.due_at:%Y-%m-%d %H:%M:%S} UTC")
    return list(map(visible, lines))


def item_json(item: Item) -> Mapping[str, object]:
    """One task; schema ``sendas.relay-queue/1``."""
    mail = item.mail
    return {
        "id": mail.token,
        "task": item.task.name,
        "state": state_of(item),
        "accepted_at": mail.accepted_at.isoformat(timespec="seconds"),
        "by": mail.who,
        "author": mail.author,
        "reverse_path": mail.reverse_path,
        "recipients": list(item.recipients),
        "size": mail.size,
        "message_id": mail.message_id,
        "notice": mail.notice,
        "attempts": item.attempts,
        "unanswered": item.task.unanswered,
        "answer": item.task.answer or None,
        "hold": str(item.hold) if item.hold else None,
        "due_at": None
        if item.task.ended or item.hold is Hold.BY_OWNER
        else item.due_at.isoformat(timespec="seconds"),
    }


def password_line(one: Password, now: datetime) -> str:
    """One password on one line; never anything of the secret."""
    used = "never used"
    if one.last_used_at:
        used = f"used {_age(now - one.last_used_at)} ago from {one.last_used_from}"
    also = "" if one.senders == (one.mailbox,) else f"; sends as {', '.join(one.senders)}"
    waits = "; answers after SES" if one.after_ses else ""
    return one_line(f"{one.name}  made {one.created_at:%Y-%m-%d}, {used}{also}{waits}")


def password_json(one: Password) -> Mapping[str, object]:
    """One password; schema ``sendas.relay-passwords/1``."""
    used = one.last_used_at
    return {
        "mailbox": one.mailbox,
        "label": one.label,
        "senders": list(one.senders),
        "answer": "after-ses" if one.after_ses else "queued",
        "created_at": one.created_at.isoformat(timespec="seconds"),
        "last_used_at": used.isoformat(timespec="seconds") if used else None,
        "last_used_from": one.last_used_from or None,
    }
