"""What the journey's ends look like: JSON objects and lines for a terminal; pure."""

from collections.abc import Sequence

from sendas.credentials.decide import dialog
from sendas.credentials.decide.dialog import Window
from sendas.credentials.decide.verification import Report, Status
from sendas.credentials.issue import Issued
from sendas.credentials.proving import Proof, Proven
from sendas.credentials.sender import Sender
from sendas.gmail.decide.confirmation import SENDER, Confirmed, Forged, Refused, Strange


Json = dict[str, object]
_SIGNS = {Status.OK: "ok", Status.FAIL: "FAIL", Status.UNKNOWN: "?"}


def added_json(
    sender: Sender, issued: Issued, proven: Proven, windows: tuple[Window, ...]
) -> Json:
    """``sendas gmail add --json``."""
    return {
        "schema": "sendas.gmail-add/1",
        "address": sender.address,
        "region": sender.region,
        "user": sender.user,
        "made": issued.made,
        "secret": sender.secret,
        "proof": proven.proof,
        "tries": proven.tries,
        "port": proven.port,
        "explanation": proven.words,
        "dialog": dialog.as_json(windows),
        "other_keys": [f"…{key.key_id[-4:]}" for key in issued.others],
        "remarks": list(issued.remarks),
    }


def added_text(sender: Sender, issued: Issued, proven: Proven) -> list[str]:
    """What to say before the dialog."""
    lines = []
    if not issued.made:
        key = issued.stored.username[-4:]
        lines.append(f"The password stored for {sender.address} (key …{key}) is used again.")
    elif issued.why:
        lines.append(f"A new password was made for {sender.address}, as {issued.why}.")
    match proven.proof:
        case Proof.LOGGED_IN:
            after = f" at the {_ordinal(proven.tries)} try" if proven.tries > 1 else ""
            lines.append(f"It logs in at {sender.host} port {proven.port}{after}.")
        case Proof.REFUSED:
            lines += [
                f"It does not log in at {sender.host}: {proven.words}",
                "It is stored all the same; repeat this in a minute, or with --new-key.",
            ]
        case Proof.NOT_REACHED:
            lines += [
                f"It could not be tried from here: {proven.words}",
                "It is stored; repeat this where the SMTP server can be reached.",
            ]
    lines += [f"Note: {remark}." for remark in issued.remarks]
    lines += [_other_key(sender.user, key.key_id[-4:], key.active) for key in issued.others]
    return lines


def _other_key(user: str, last_four: str, active: bool) -> str:  # noqa: FBT001  one call, above
    if not active:
        return f"Note: {user} has another key, …{last_four}, which is inactive."
    return (
        f"Note: {user} has another active key, …{last_four}; something may send with it still, so "
        "it is left alone. Once nothing does, make it inactive, and later delete it."
    )


def _ordinal(number: int) -> str:
    return {2: "second", 3: "third"}.get(number, f"{number}th")


def confirmed_json(found: Confirmed | None, refused: Sequence[Refused]) -> Json:
    """``sendas gmail confirm --json``; *account_is_yours* is null where nobody said."""
    return {
        "schema": "sendas.gmail-confirm/1",
        "arrived": found is not None,
        "account": found.account if found else None,
        "account_is_yours": (found.is_ours or None) if found else None,
        "code": found.code or None if found else None,
        "link": found.link or None if found else None,
        "refused": [_refused_json(one) for one in refused],
    }


def _refused_json(one: Refused) -> Json:
    if isinstance(one, Strange):
        return {"author": SENDER, "subject": None, "why": one.why}
    return {"author": one.author, "subject": one.subject, "why": one.why}


def confirmed_text(found: Confirmed) -> list[str]:
    """What to do with a genuine confirmation."""
    lines = [
        "Gmail's confirmation has come; Google's signature on it is good.",
        f"  Asked for by       {found.account}",
    ]
    if found.code:
        lines.append(f"  Confirmation code  {found.code}")
    if found.link:
        lines.append(f"  Link               {found.link}")
    if not found.is_ours:
        lines.append(f"Is {found.account} yours? If not, somebody else wants to write as you.")
    if found.code:
        lines.append("Type the code into Gmail's window.")
    else:
        lines.append("Open the link and press Confirm.")
    return lines


def strange_text(one: Strange) -> str:
    """A genuine letter that is not ours to confirm."""
    return (
        f"refused a genuine confirmation: {one.why}. Somebody may be trying to write as you: do "
        "not open its link. If the account is yours, name it with --account"
    )


def forged_text(one: Forged) -> str:
    """A mail that only looks like a confirmation."""
    subject = f" with the subject {one.subject!r}" if one.subject else ""
    return f"refused a mail by {one.author or 'nobody'}{subject}: {one.why}; do not use its link"


def verified_json(report: Report) -> Json:
    """``sendas gmail verify --json``."""
    return {
        "schema": "sendas.gmail-verify/1",
        "works": report.works,
        "path": report.path,
        "from": report.author or None,
        "ses_message_id": report.ses_message_id or None,
        "source_ip": report.source_ip or None,
        "network": report.network or None,
        "checks": [
            {"name": check.name, "status": check.status, "explanation": check.words}
            for check in report.checks
        ],
        "conclusion": report.conclusion,
    }


def verified_text(report: Report) -> list[str]:
    """The report as lines."""
    lines = [
        f"  {_SIGNS[check.status]:<4}  {check.name:<7} {check.words}" for check in report.checks
    ]
    if report.network:
        lines.append(f"        source  {report.network}")
    return [*lines, "", report.conclusion]
