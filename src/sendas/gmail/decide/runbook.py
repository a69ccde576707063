"""The runbook of one owner's own set-up, as Markdown; pure.

What incident B's owners wanted to have had: what to do when mail is broken, how
to rotate, what to change in Gmail, and whom to call, with their own names in it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from shlex import quote

from sendas.config.model import ConfiguredDomain, SendWay
from sendas.credentials.decide.ages import DUE, OVERDUE, REST
from sendas.credentials.decide.dialog import EDIT, PORT, WHERE
from sendas.credentials.decide.holders import Holder, holders_of
from sendas.credentials.sender import Sender
from sendas.iam.keys import AccessKey
from sendas.outcome import NoAnswer, Seen
from sendas.ses.account_state import Account
from sendas.ses.identity import Identity
from sendas.ses.regions import inbound_host


OLD_KEY_DAYS = OVERDUE.days


@dataclass(frozen=True, slots=True)
class Standing:
    """What the account said, each or why not."""

    account: Seen[Account]
    identity: Seen[Identity | None]
    keys: "tuple[tuple[str, Seen[tuple[AccessKey, ...]]], ...]"
    """Of each IAM user, by its name."""
    rotations: "tuple[tuple[str, Seen[tuple[str, ...]]], ...]" = ()
    """Of each mailbox that sends, by its address: where its credential stands, in lines."""


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose runbook it is.  *alarms* are told when something breaks; *standing* may be missing."""

    domain: ConfiguredDomain
    senders: tuple[Sender, ...]
    alarms: tuple[str, ...]
    made: datetime
    standing: Standing | None = None


def runbook(subject: Subject) -> str:
    """The whole of it."""
    parts = (_head, _set_up, _standing, _broken, _rotate, _in_gmail, _by_hand, _people, _monthly)
    return "\n".join(line for part in parts for line in part(subject)) + "\n"


def _head(subject: Subject) -> Iterator[str]:
    yield f"# Runbook: mail of {subject.domain.name}"
    yield ""
    yield (
        f"Made by `sendas runbook` on {subject.made:%Y-%m-%d}; make it again after a change. "
        f"It holds no secret: passwords are in {subject.domain.password_store.service}."
    )
    yield ""


def _set_up(subject: Subject) -> Iterator[str]:
    domain = subject.domain
    yield "## What there is"
    yield ""
    yield "| what | where |"
    yield "|---|---|"
    yield f"| SES | {domain.region} |"
    if domain.receive:
        yield f"| MX of {domain.name} | 10 {inbound_host(domain.region)} |"
    if domain.adopted.bucket:
        yield f"| received mail | S3 bucket {domain.adopted.bucket}/{domain.adopted.prefix} |"
    yield f"| MAIL FROM domain | {domain.mail_from or 'amazonses.com, of SES'} |"
    yield f"| DNS | {_dns(domain)} |"
    yield ""
    store = domain.password_store.service
    yield f"| mailbox | goes to | sends by | IAM user | password in {store} |"
    yield "|---|---|---|---|---|"
    senders = {sender.address: sender for sender in subject.senders}
    for box in domain.mailboxes:
        address = domain.address_of(box)
        targets = _cell(", ".join(box.targets)) or ("refused" if box.reject else "stays in S3")
        sender = senders.get(address)
        user, secret = (sender.user, sender.secret) if sender else ("-", "-")
        yield f"| {_cell(address)} | {targets} | {box.send} | {user} | {secret} |"
    yield ""


def _cell(text: str) -> str:
    """An address in a table: it may hold the sign that ends a cell (RFC 5322, 3.2.3)."""
    return text.replace("|", "\\|")


def _dns(domain: ConfiguredDomain) -> str:
    if domain.dns == "route53":
        return "Route 53, in the same account"
    return f"elsewhere; `sendas records {domain.name}` prints what must stand there"


def _standing(subject: Subject) -> Iterator[str]:
    standing = subject.standing
    yield f"## How it stood on {subject.made:%Y-%m-%d %H:%M %Z}".rstrip()
    yield ""
    if standing is None:
        yield "The account was not asked."
        yield ""
        return
    yield f"- Account: {_account(standing.account)}"
    yield f"- Identity {subject.domain.name}: {_identity(standing.identity)}"
    for user, keys in standing.keys:
        for line in _keys(user, keys, subject.made):
            yield f"- {line}"
    yield ""


def _account(account: Seen[Account]) -> str:
    if isinstance(account, NoAnswer):
        return f"could not be asked ({account})"
    words = ["production" if account.production_access else "**in the sandbox**"]
    words.append(account.enforcement.lower())
    if not account.sending_enabled:
        words.append("**sending is paused**")
    if account.max_24_hour_send > 0:
        words.append(f"{account.max_24_hour_send:.0f} mails a day")
    return ", ".join(words)


def _identity(identity: Seen[Identity | None]) -> str:
    if isinstance(identity, NoAnswer):
        return f"could not be asked ({identity})"
    if identity is None:
        return "**not there**"
    state = "verified" if identity.verified_for_sending else "**not verified**"
    return f"{state}, DKIM {identity.dkim.status}"


def _keys(user: str, keys: Seen[tuple[AccessKey, ...]], now: datetime) -> Iterator[str]:
    if isinstance(keys, NoAnswer):
        yield f"{user}: keys could not be asked ({keys})"
        return
    if not keys:
        yield f"{user}: no key"
    for key in keys:
        days = max(0, (now - key.created).days) if key.created else None
        age = "of unknown age" if days is None else f"{days} days old"
        if days is not None and days >= OLD_KEY_DAYS:
            age = f"**{age}: rotate**"
        state = "active" if key.active else "inactive"
        used = f"last used {key.last_used:%Y-%m-%d}" if key.last_used else "never used"
        yield f"{user}: key …{key.key_id[-4:]} {state}, {age}, {used}"


def _broken(subject: Subject) -> Iterator[str]:
    domain = subject.domain
    sender = next(iter(subject.senders), None)
    address = quote(sender.address) if sender else f"you@{domain.name}"
    where = f"--region {domain.region}"
    yield "## Mail is broken"
    yield ""
    yield "1. Ask the doctor. It changes nothing, and names every independent cause:"
    yield f"   `sendas doctor {domain.name} {where} --from {address}`"
    yield "   Say `--to ADDRESS` if one person is not reached, and `--bounce FILE` for a bounce."
    yield "2. Look at **where the bounce came**. It decides the half of it:"
    yield ""
    yield "| what is seen | what it means | what to do |"
    yield "|---|---|---|"
    yield (
        '| Gmail: "settings are misconfigured or out of date" | the mail never reached SES; '
        "Gmail holds an old password or a wrong server | *Change it in Gmail*, below |"
    )
    yield (
        "| `535 Authentication Credentials Invalid` | key, password or Region; never DNS or "
        f"policy | `sendas gmail add {address}`, then *Change it in Gmail* |"
    )
    yield (
        "| `554 Access denied`, `554 Message rejected` | the login works; policy or identity "
        "refuses | the doctor names the statement or the identity |"
    )
    yield (
        "| a bounce from the recipient's server | SES sent it, the recipient refused it | "
        "`sendas bounce FILE` says whose it is |"
    )
    yield (
        "| nothing comes back, nothing arrives | the recipient may be on the suppression list, of "
        f"this Region or another | `sendas doctor {domain.name} {where} --to ADDRESS` |"
    )
    if domain.receive:
        yield (
            "| mail from outside does not come | MX, rules, bucket, forwarder | "
            f"`sendas doctor {domain.name} {where}`, layer receive |"
        )
    yield ""
    yield "3. Two faults can share one thread: go on until the doctor has nothing to say, then"
    yield f"   prove it: `sendas gmail verify {address}`."
    yield ""


def _rotate(subject: Subject) -> Iterator[str]:
    yield "## Rotate an SMTP password"
    yield ""
    yield (
        f"Every {OLD_KEY_DAYS} days (it is due after {DUE.days}), and at once if a password may "
        "be known. The old one works until every holder below was seen to use the new one, so "
        "mail is not interrupted. Any step may be repeated, by anybody, on any machine."
    )
    yield ""
    known = dict(subject.standing.rotations) if subject.standing else {}
    for sender in subject.senders:
        address = quote(sender.address)
        again = f"sendas credentials rotate {address}"
        yield f"### {sender.address}"
        yield ""
        yield from _where_it_stands(known.get(sender.address))
        yield f"1. `{again} --copy`: a new key, proven by a login and a mail that arrives;"
        yield "   it prints what each holder types (user name **and** password)."
        yield "2. Give it to each holder:"
        for holder in _holders(subject, sender):
            yield f"   - [ ] {holder}"
        yield f"3. `{again}` again, until each was seen: the old one is then inactive."
        yield f"   (to undo it: `{again} --undo`)."
        yield f"4. {REST.days} days later, `{again}` once more: the old one is deleted."
        yield ""
    if not subject.senders:
        yield "No mailbox sends over SES SMTP."
        yield ""


def _where_it_stands(told: Seen[tuple[str, ...]] | None) -> Iterator[str]:
    if told is None:
        return
    if isinstance(told, NoAnswer):
        yield f"It could not be asked where it stands ({told})."
    else:
        yield "```"
        yield from (line for line in told if line)
        yield "```"
    yield ""


def _holders(subject: Subject, sender: Sender) -> tuple[Holder, ...]:
    local = sender.address.rpartition("@")[0]
    return holders_of(subject.domain.mailbox(local))


def _in_gmail(subject: Subject) -> Iterator[str]:
    if not subject.senders:
        return
    yield "## Change it in Gmail"
    yield ""
    yield f"On a computer: {WHERE}, *{EDIT}* beside the address, Next Step:"
    yield ""
    yield "| mailbox | read at | SMTP Server | Port | Username |"
    yield "|---|---|---|---|---|"
    for sender in subject.senders:
        read_at = _cell(sender.reads_at or "?")
        yield (
            f"| {_cell(sender.address)} | {read_at} | {sender.host} | {PORT} | "
            f"`sendas gmail add {quote(sender.address)}` prints it |"
        )
    yield ""
    yield "Choose *Secured connection using TLS*, paste the password, and press *Save Changes*."
    yield "Gmail logs in before it saves: if it saves, the password is right."
    yield (
        "Every Gmail account and every program that holds a copy must be changed: those that "
        "`held_by` in sendas.toml names stand under *Rotate an SMTP password*."
    )
    yield ""


def _by_hand(subject: Subject) -> Iterator[str]:
    if any(box.send is SendWay.SMTP for box in subject.domain.mailboxes) and subject.senders:
        sender = subject.senders[0]
        yield "## A password got out"
        yield ""
        yield "Its key dies first, and a new one is made; mail stops until the holders have that:"
        yield f"`sendas credentials rotate {quote(sender.address)} --revoke-now LAST4`"
        yield "(`--status` shows the last four signs of each key)."
        yield "Then go on with step 2 of *Rotate an SMTP password*."
        yield ""


def _people(subject: Subject) -> Iterator[str]:
    domain = subject.domain
    told = ", ".join(subject.alarms) or "nobody yet: name them in sendas.toml, `[alarms]`"
    yield "## Whom to call"
    yield ""
    yield "| the doctor says it is with | call | with |"
    yield "|---|---|---|"
    holder = f"whoever holds the zone of {domain.name} ({_dns(domain)})"
    yield f"| you:dns | {holder} | the records it prints |"
    yield (
        "| you:ses, you:iam | whoever administers the AWS account | "
        "the commands it prints; `sendas policy` for the permissions |"
    )
    yield "| you:gmail | the owner of the Gmail account, see above | *Change it in Gmail* |"
    yield (
        "| aws | AWS Support, service SES, case type Service limit or Account | "
        "`sendas doctor … --save-evidence FILE --redact` |"
    )
    yield (
        "| recipient-admin | postmaster@ of the recipient's domain, by another way than this "
        "mail | the refusal's words and the time |"
    )
    yield "| recipient | the recipient, by telephone | that their mailbox refuses or is full |"
    yield ""
    yield f"Alarms go to: {told}."
    yield ""


def _monthly(subject: Subject) -> Iterator[str]:
    yield "## Once a month"
    yield ""
    for sender in subject.senders:
        yield f"- [ ] `sendas gmail verify {quote(sender.address)}`: the whole way, by a real mail"
    yield f"- [ ] `sendas doctor {subject.domain.name} --region {subject.domain.region}`"
    yield "- [ ] make this runbook again, and look at the age of the keys"
