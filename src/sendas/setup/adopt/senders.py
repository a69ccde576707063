"""Which IAM user sends as which mailbox, by what its policies allow; pure."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from sendas.config.model import CATCH_ALL, Mailbox, SendWay
from sendas.iam.condition import MalformedPolicy
from sendas.iam.policy import Outcome, PolicyDocument, Request, decide
from sendas.iam.statement import parse_statements
from sendas.outcome import NoAnswer
from sendas.setup.adopt.seen import AccountSeen, Sender


_SEND = "ses:SendRawEmail"
"""What SMTP asks leave for (SES guide, "Controlling access")."""
_ADMINISTRATION = "iam:CreateUser"
"""Whoever may do this is an administrator, not somebody's mailbox."""


@dataclass(frozen=True, slots=True)
class Placed:
    """The mailboxes with their users, and what could not be placed."""

    mailboxes: tuple[Mailbox, ...]
    remarks: tuple[str, ...]


def place_senders(seen: AccountSeen, mailboxes: tuple[Mailbox, ...]) -> Placed:
    """Give each mailbox the user that sends for it.

    A user bound to one From address is that mailbox's; one that may send as any
    is given to the mailboxes that send and have none, if there is but one such.
    """
    if isinstance(seen.senders, NoAnswer):
        return Placed(mailboxes, (f"IAM users could not be looked at: {seen.senders}.",))
    remarks = [
        f"IAM user {one.name}: its policies could not be read ({one.policies})."
        for one in seen.senders
        if isinstance(one.policies, NoAnswer)
    ]
    receives = any(box.keep or box.targets or box.reject for box in mailboxes)
    able = [one for one in seen.senders if _is_sender(seen, one)]
    boxes = {box.name: box for box in mailboxes}
    free: list[Sender] = []
    for sender in able:
        bound = _bound_to(seen, sender)
        if not bound:
            free.append(sender)
        for name in bound:
            # Its mail goes where the rest goes: describing must not look like a wish.
            rest = boxes.get(CATCH_ALL, Mailbox(name, keep=receives))
            standing = boxes.get(name, replace(rest, name=name))
            boxes[name] = replace(standing, send=SendWay.SMTP, user=sender.name)
    waiting = [box for box in boxes.values() if box.send is SendWay.SMTP and not box.user]
    if len(free) == 1 and waiting:
        for box in waiting:
            boxes[box.name] = replace(box, user=free[0].name)
        free = []
    remarks += [_unplaced(seen, sender) for sender in free]
    return Placed(tuple(boxes.values()), tuple(remarks))


def _unplaced(seen: AccountSeen, sender: Sender) -> str:
    keys = "no active key" if not sender.active_keys else f"{sender.active_keys} active key(s)"
    return (
        f"IAM user {sender.name} ({keys}) may send as any address at {seen.domain}, so nothing"
        ' tells whose it is. It goes on working. Write it to its mailbox: send = "smtp", user ='
        f' "{sender.name}".'
    )


def _is_sender(seen: AccountSeen, sender: Sender) -> bool:
    if isinstance(sender.policies, NoAnswer):
        return False
    return any(
        _allows(seen, sender, sender.policies, _SEND, address)
        for address in _candidates(seen, sender.policies)
    ) and not _allows(seen, sender, sender.policies, _ADMINISTRATION, "")


def _bound_to(seen: AccountSeen, sender: Sender) -> tuple[str, ...]:
    """The local-parts the user may send as, if it may not send as just anything."""
    if isinstance(sender.policies, NoAnswer):
        return ()
    anything = f"sendas-control-address@{seen.domain}"
    if _allows(seen, sender, sender.policies, _SEND, anything):
        return ()
    return tuple(
        address.rpartition("@")[0]
        for address in _candidates(seen, sender.policies)
        if address != anything and _allows(seen, sender, sender.policies, _SEND, address)
    )


def _candidates(seen: AccountSeen, documents: Iterable[PolicyDocument]) -> tuple[str, ...]:
    """Addresses at the domain that the policies themselves name, and one they cannot."""
    named = [f"sendas-control-address@{seen.domain}"]
    for document in documents:
        try:
            statements = parse_statements(document.text)
        except MalformedPolicy:
            continue
        named += [
            value.lower()
            for statement in statements
            for condition in statement.conditions
            for value in condition.wanted
            if value.lower().endswith(f"@{seen.domain}") and not set("*?$") & set(value)
        ]
    return tuple(dict.fromkeys(named))


def _allows(
    seen: AccountSeen,
    sender: Sender,
    documents: Iterable[PolicyDocument],
    action: str,
    from_address: str,
) -> bool:
    account = seen.account_id
    resource = f"arn:aws:ses:{seen.region}:{account}:identity/{seen.domain}"
    if action == _ADMINISTRATION:
        resource = f"arn:aws:iam::{account}:user/sendas-control"
    request = Request(
        action,
        (resource,),
        f"arn:aws:iam::{account}:user/{sender.name}",
        {"ses:FromAddress": (from_address,)} if from_address else {},
    )
    try:
        return decide(documents, request).outcome is Outcome.ALLOWED
    except MalformedPolicy:
        return False
