"""``sendas init``: a few questions, or a look at what exists, become `sendas.toml`."""

import asyncio
import os
import sys

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from sendas.cli.shared_options import FILE, Profile
from sendas.errors import CouldNotLook, UsageError
from sendas.text import visible


if TYPE_CHECKING:
    from collections.abc import Callable

    from sendas.config.model import DnsProvider, Mailbox
    from sendas.mail.address import Address
    from sendas.mail.domain import Domain
    from sendas.ses.regions import Region
    from sendas.setup.init import Found, Outcome


T = TypeVar("T")
_DEFAULT_REGION = "us-east-1"


class BadInit(UsageError):
    """The answers do not suffice, or cannot stand; nothing was written."""


@dataclass(frozen=True, slots=True)
class _Given:
    """The flags, as they were typed."""

    domain: "Domain"
    region: str | None
    mailboxes: tuple[str, ...]
    dns: str | None
    receive: bool | None
    alarms: tuple[str, ...]
    profile: str | None
    asking: bool
    """Whether somebody is there to be asked."""
    looking: bool


def command(  # noqa: PLR0913  typer: a parameter per option
    domain: Annotated[
        str | None, typer.Argument(metavar="DOMAIN", help="Such as example.com.")
    ] = None,
    *,
    region: Annotated[
        str | None,
        typer.Option(
            metavar="REGION", help="SES's Region; else the one that AWS is configured for."
        ),
    ] = None,
    mailbox: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=TARGET[,TARGET]",
            help='An address, and where its mail goes; "*" for all others. May be repeated.',
        ),
    ] = None,
    dns: Annotated[
        str | None,
        typer.Option(metavar="route53|manual", help="Who holds the zone; else asked of the DNS."),
    ] = None,
    receive: Annotated[
        bool | None,
        typer.Option(
            "--receive/--no-receive", help="Whether SES receives its mail; else told by the MX."
        ),
    ] = None,
    alarms: Annotated[
        list[str] | None,
        typer.Option(metavar="ADDRESS", help="Who is told when something breaks."),
    ] = None,
    adopt: Annotated[
        bool,
        typer.Option("--adopt", help="Describe what stands in the account; reads only."),
    ] = False,
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="FILE", help="Where to write.")
    ] = FILE,
    force: Annotated[bool, typer.Option("--force", help="Replace FILE.")] = False,
    yes: Annotated[
        bool, typer.Option("--yes", "-y", help="Ask nothing; take the defaults.")
    ] = False,
    look: Annotated[
        bool, typer.Option("--look/--no-look", help="Ask the DNS what stands there now.")
    ] = True,
    schema: Annotated[
        bool, typer.Option("--schema", help="Print the JSON Schema of the file, and nothing else.")
    ] = False,
    profile: Profile = None,
) -> None:
    """Write sendas.toml: a few questions, or what exists (--adopt).

    Changes nothing but FILE, and never replaces one without --force. What the
    DNS says now is asked first: mail that another provider receives stays
    there, and a DMARC record keeps its policy.

    Exit status: 0 written; 2 an answer is missing or wrong, FILE exists, the
    domain is not delegated; 3 AWS or the DNS could not be asked.

    Example: sendas init example.com --mailbox me=owner@gmail.com
    """
    if schema:
        from sendas.config.schema import shipped

        typer.echo(shipped(), nl=False)
        return
    from sendas import files
    from sendas.config import readers

    files.check_free(output, force=force)
    try:
        name = _asked_domain(domain, asking=not yes)
    except readers.Wrong as wrong:
        raise BadInit(str(wrong)) from wrong
    asking = sys.stdin.isatty() and not yes
    given = _Given(
        name,
        region,
        tuple(mailbox or ()),
        dns,
        receive,
        tuple(alarms or ()),
        profile,
        asking,
        look,
    )
    outcome = _adopted(given) if adopt else _new(given)
    _write(outcome, output, force=force)


def _asked_domain(domain: str | None, *, asking: bool) -> "Domain":
    if domain is not None:
        return _domain_name(domain)
    if asking and sys.stdin.isatty():
        return _ask("Which domain", read=_domain_name)
    msg = "name the domain: sendas init example.com"
    raise BadInit(msg)


def _write(outcome: "Outcome", output: Path, *, force: bool) -> None:
    from sendas import files
    from sendas.config.load import parse_config
    from sendas.config.write import write

    text = write(outcome.config, outcome.remarks)
    config = parse_config(text, str(output))  # what cannot be read back is never written
    files.write_new(output, text, force=force)
    for remark in (*outcome.remarks, *config.warnings):
        typer.echo(f"note: {visible(remark)}", err=True)
    typer.echo(f"{output} written; `sendas plan` shows what would change.", err=True)


def _adopted(given: _Given) -> "Outcome":
    from sendas.aws.gateways import Gateways
    from sendas.aws.session import open_session
    from sendas.dialmap import load_dial_map
    from sendas.dns.resolver import NetworkResolver, nameserver_from
    from sendas.setup.adopt.description import adopt
    from sendas.setup.adopt.look import find_region, look_at_account

    if given.dns is not None or given.receive is not None or not given.looking:
        msg = "--adopt describes what stands: take --dns, --receive and --no-look out"
        raise BadInit(msg)
    mailboxes, alarms = _mailboxes(given), _addresses(given.alarms)
    resolver = NetworkResolver(nameserver_from(os.environ), load_dial_map(os.environ))
    near = _region(given)
    aws = Gateways(open_session(given.profile, os.environ))

    async def look() -> "Outcome":
        typer.echo("Looking at the account and the DNS; nothing is changed.", err=True)
        region = near if given.region else await find_region(aws, near, given.domain)
        return adopt(await look_at_account(aws, region, given.domain, resolver), mailboxes)

    outcome = asyncio.run(look())
    return replace(outcome, config=replace(outcome.config, alarms=alarms)) if alarms else outcome


def _new(given: _Given) -> "Outcome":
    from sendas.setup.init import Answers, first_config

    found = _look(given)
    region = _region(given)
    mailboxes = _mailboxes(given) or _asked_mailboxes(given, found)
    answers = Answers(
        given.domain,
        region,
        mailboxes,
        dns=_provider(given, found),
        receive=given.receive,
        alarms=_addresses(given.alarms),
    )
    return first_config(answers, found)


def _look(given: _Given) -> "Found":
    from sendas.setup.init import Found

    if not given.looking:
        return Found()
    from sendas.dialmap import load_dial_map
    from sendas.dns.resolver import NetworkResolver, nameserver_from
    from sendas.outcome import NoAnswer
    from sendas.setup.adopt.look import look_at_dns

    resolver = NetworkResolver(nameserver_from(os.environ), load_dial_map(os.environ))

    async def look() -> Found:
        return (await look_at_dns(given.domain, resolver))[0]

    found = asyncio.run(look())
    for what in (found.zone, found.mx, found.dmarc):
        if isinstance(what, NoAnswer):
            msg = f"the DNS could not be asked ({what}); --no-look writes the file without it"
            raise CouldNotLook(msg)
    return found


def _region(given: _Given) -> "Region":
    from sendas.ses.regions import is_known, parse_region

    text = given.region
    if text is None:
        from sendas.aws.session import configured_region

        text = configured_region(given.profile, os.environ) or _DEFAULT_REGION
        if given.asking:
            text = _ask("Which AWS Region", text, read=parse_region)
    region = parse_region(text)
    if not is_known(region):
        typer.echo(f"note: {region} is no Region that this release knows", err=True)
    return region


def _provider(given: _Given, found: "Found") -> "DnsProvider":
    text = given.dns
    if text is None and given.asking:
        return _ask("DNS: route53 or manual", found.dns.value, read=_dns)
    return _dns(text) if text else found.dns


def _dns(text: str) -> "DnsProvider":
    from sendas.config.model import DnsProvider

    try:
        return DnsProvider(text)
    except ValueError as error:
        msg = f"--dns {text!r}: write route53 (in this AWS account) or manual (anywhere else)"
        raise BadInit(msg) from error


def _mailboxes(given: _Given) -> tuple["Mailbox", ...]:
    from sendas.setup.init import parse_mailbox

    boxes = tuple(parse_mailbox(text, given.domain) for text in given.mailboxes)
    names = [box.name for box in boxes]
    for name in names:
        if names.count(name) > 1:
            msg = f"--mailbox {name} is given twice; name all its targets in one: {name}=a@x,b@y"
            raise BadInit(msg)
    for box in boxes:
        for target in box.targets:
            if target.domain == given.domain:
                msg = f"--mailbox {box.name}={target}: that is at {given.domain}: a circle"
                raise BadInit(msg)
    return boxes


def _asked_mailboxes(given: _Given, found: "Found") -> tuple["Mailbox", ...]:
    if not given.asking:
        msg = (
            f"name an address at {given.domain} and where you read its mail:"
            " --mailbox me=owner@gmail.com"
        )
        raise BadInit(msg)
    from sendas.config import readers
    from sendas.setup.init import parse_mailbox

    domain = given.domain
    local = _ask(f"Your address at {domain}", "me", read=readers.mailbox_name)
    receives = given.receive if given.receive is not None else not found.other_exchangers
    if not receives:
        return (parse_mailbox(f"{local}=", domain),)
    target = _ask("Where do you read its mail", read=lambda text: _target(text, domain))
    boxes = [parse_mailbox(f"{local}={target}", domain)]
    if _ask("Take mail to every other address there too (y or n)", "n", read=_yes_or_no):
        boxes.append(parse_mailbox(f"*={target}", domain))
    return tuple(boxes)


def _target(text: str, domain: "Domain") -> "Address":
    from sendas.config import readers

    address = readers.address(text)
    if address.domain == domain:
        msg = f"{address} is at {domain} itself: mail would go in a circle"
        raise BadInit(msg)
    return address


def _yes_or_no(text: str) -> bool:
    if text[:1].lower() not in {"y", "n"}:
        msg = "write y or n"
        raise BadInit(msg)
    return text[:1].lower() == "y"


def _domain_name(text: str) -> "Domain":
    from sendas.config import readers

    return readers.domain_name(text)


def _ask(question: str, default: str = "", *, read: "Callable[[str], T]") -> "T":
    """Ask on stderr, again until the answer can stand.

    Not typer's prompt: that writes to stdout, which is for data.
    """
    from sendas.config.readers import Wrong

    while True:
        hint = f" [{default}]" if default else ""
        typer.echo(f"{question}{hint}: ", err=True, nl=False)
        line = sys.stdin.readline()
        if not line:
            msg = "the answers ended before the questions did; nothing was written"
            raise BadInit(msg)
        try:
            return read(line.strip() or default)
        except (Wrong, UsageError) as error:
            typer.echo(str(error), err=True)


def _addresses(texts: tuple[str, ...]) -> "tuple[Address, ...]":
    from sendas.config import readers

    try:
        return tuple(map(readers.address, texts))
    except readers.Wrong as wrong:
        msg = f"--alarms: {wrong}"
        raise BadInit(msg) from wrong
