"""``sendas credentials audit``: is each password right, does mail arrive, is each copy in use?"""

import os

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sendas.cli import EXIT_COULD_NOT_LOOK, EXIT_FAILING
from sendas.cli.plan_options import talk
from sendas.cli.shared_options import FILE, AsJson, ConfigFile, Profile
from sendas.errors import UsageError
from sendas.text import visible_lines


if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from sendas.aws.session import Session
    from sendas.config.model import Config
    from sendas.credentials.audit import Doors, RunOptions
    from sendas.credentials.decide.audit_file import Account
    from sendas.credentials.decide.audited import Report
    from sendas.credentials.decide.inventory import Inventory
    from sendas.credentials.decide.verdicts import HolderSeen
    from sendas.credentials.sender import Sender
    from sendas.mail.address import Address
    from sendas.outcome import Seen
    from sendas.ses.regions import Region


class NothingToAudit(UsageError):
    """No mailbox sends over SMTP."""


class NoPassword(UsageError):
    """The environment lacks a password."""


def command(  # noqa: PLR0913  one parameter per option
    address: Annotated[
        str | None, typer.Argument(metavar="ADDRESS", help="Only this mailbox; else all.")
    ] = None,
    *,
    from_file: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Servers that are not SES: host, port, user, password variable, address.",
        ),
    ] = None,
    canary: Annotated[
        bool, typer.Option("--canary/--no-canary", help="Send one; else only log in.")
    ] = True,
    ask: Annotated[
        bool, typer.Option("--ask", help="Ask holders that were not seen, by mail, to answer.")
    ] = False,
    timeout: Annotated[
        float,
        typer.Option(metavar="SECONDS", min=1, max=600, help="For a canary to arrive."),
    ] = 90.0,
    as_json: AsJson = False,
    config: ConfigFile = FILE,
    profile: Profile = None,
) -> None:
    """Prove that every stored SMTP password works, and every copy of it.

    Logs in, sends a mail to an address of your own domain, sees it arrive authenticated,
    and deletes it; a holder's copy is proven by a mail of its own, the relay's passwords
    by their logins. Exit status: 0 all of it is proven, 1 something is wrong or not
    proven, 2 wrong usage, 3 could not look everywhere.

    Example: sendas credentials audit --ask
    """
    import secrets

    from datetime import UTC, datetime

    from sendas.cli.undumped import leave_no_core
    from sendas.config.load import load
    from sendas.credentials.audit import RunOptions
    from sendas.credentials.decide.audited import Ending, ending, render, told

    file = load(config)
    accounts = _accounts(from_file) if from_file else ()
    options = RunOptions(lambda: secrets.token_hex(16), talk, timeout, canary)
    leave_no_core()
    now = datetime.now(UTC)  # noqa: TID251  the door for time
    run = _Run(file, config, profile, options)
    reports = run.elsewhere(accounts) if from_file else run.mailboxes(address, now, ask=ask)
    if as_json:
        typer.echo(render(reports, now), nl=False)
    else:
        typer.echo(visible_lines("\n".join(told(reports))), nl=False)
    match ending(reports):
        case Ending.WRONG:
            raise typer.Exit(EXIT_FAILING)
        case Ending.UNKNOWN:
            raise typer.Exit(EXIT_COULD_NOT_LOOK)
        case Ending.PROVEN:
            return


def _accounts(path: Path) -> "tuple[tuple[Account, str], ...]":
    """Each account with its password; every one that is missing is named."""
    from sendas.credentials.decide.audit_file import MAX_BYTES, read_accounts
    from sendas.files import read_bounded

    accounts = read_accounts(read_bounded(path, max_bytes=MAX_BYTES), str(path))
    missing = [one.variable for one in accounts if not os.environ.get(one.variable)]
    if missing:
        msg = f"the environment lacks, or has empty: {', '.join(dict.fromkeys(missing))}"
        raise NoPassword(msg)
    return tuple((one, os.environ[one.variable]) for one in accounts)


class _Run:
    def __init__(
        self, config: "Config", path: Path, profile: str | None, options: "RunOptions"
    ) -> None:
        from sendas.aws.session import open_session

        self._config, self._path, self._profile = config, path, profile
        self._options = options
        self._session: Session = open_session(profile, os.environ)

    def _doors(self, region: "Region") -> "Doors":
        from sendas.aws.mailbox_gateways import MailboxGateways
        from sendas.credentials.audit import Doors
        from sendas.credentials.doors import real_dial, real_timing

        aws = MailboxGateways(self._session, region)
        return Doors(aws, aws, real_dial(os.environ), real_timing())

    def elsewhere(self, accounts: "Iterable[tuple[Account, str]]") -> "tuple[Report, ...]":
        """Servers that are not SES; their canaries arrive where the address's domain does."""
        from sendas.config.model import UnknownDomain
        from sendas.credentials.audit_elsewhere import audit_account

        found = []
        for account, password in accounts:
            region = self._config.domains[0].region
            if account.address is not None:
                try:
                    region = self._config.domain(account.address.domain).region
                except UnknownDomain:
                    talk(f"{account.address} is of no domain of the file")
            found.append(audit_account(account, password, self._doors(region), self._options))
        return tuple(found)

    def mailboxes(
        self, address: str | None, now: "datetime", *, ask: bool
    ) -> "tuple[Report, ...]":
        """Each mailbox that sends over SMTP, or one."""
        from sendas.cli.credentials_list import gathered
        from sendas.credentials.audit import ask_holders, audit_mailbox
        from sendas.credentials.decide.ages import OVERDUE
        from sendas.credentials.decide.boxes import senders_in
        from sendas.mail.address import Address, same_address

        only = Address(address) if address else None
        senders = [
            sender
            for sender, _ in senders_in(self._config)
            if only is None or same_address(sender.address, only)
        ]
        relay = self._of_the_relay(only, now)
        if not senders and relay:
            return relay
        if not senders:
            msg = (
                f'no mailbox of {self._path} sends over SMTP (send = "smtp") or the relay '
                '(send = "relay")'
            )
            raise NothingToAudit(f"{msg} as {only}" if only else msg)
        regions = [str(r) for r in dict.fromkeys(sender.region for sender in senders)]
        inventory = gathered(self._config, self._profile, regions, days=OVERDUE.days, now=now)
        found = []
        for sender in senders:
            talk(f"auditing {sender.address}")
            holders, doors = _holders(inventory, sender), self._doors(sender.region)
            report = audit_mailbox(sender, holders, doors, self._options)
            if ask:
                report = ask_holders(report, sender, holders, doors, self._options)
            found.append(report)
        return (*found, *relay)

    def _of_the_relay(self, only: "Address | None", now: "datetime") -> "tuple[Report, ...]":
        """Each password of the file's relay."""
        from sendas.cli.relay_file import passwords_seen
        from sendas.credentials.decide.audited_relay import relay_reports

        if self._config.relay is None:
            return ()
        return relay_reports(passwords_seen(self._config.relay), self._config, now, only)


def _holders(inventory: "Inventory", sender: "Sender") -> "Seen[tuple[HolderSeen, ...]]":
    """Who was seen to have what is current; why nobody knows, if nobody does."""
    from sendas.outcome import NoAnswer, Why

    if isinstance(inventory.judged, NoAnswer):
        return inventory.judged
    for one in inventory.judged:
        it = one.credential
        if it.box is None or it.box.address != sender.address or not one.holders:
            continue
        blind = isinstance(it.seen, NoAnswer) and it.seen.why is not Why.NOT_ASKED
        if blind and not all(holder.at for holder in one.holders):
            return it.seen if isinstance(it.seen, NoAnswer) else one.holders
        return one.holders
    return NoAnswer(Why.SERVER_FAILURE, "the current credential was not found among the keys")
