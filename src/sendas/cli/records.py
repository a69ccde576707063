"""``sendas records``: the DNS records to paste, merged with what is published."""

import asyncio
import os

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from sendas.cli.shared_options import FILE, ConfigFile, DomainName, Profile
from sendas.errors import CouldNotLook


if TYPE_CHECKING:
    from sendas.config.model import ConfiguredDomain
    from sendas.dns.zone import Zone
    from sendas.outcome import Seen
    from sendas.setup.records.diff import Published
    from sendas.setup.records.printed import Sheet
    from sendas.setup.records.wanted import RecordSet


class Format(StrEnum):
    """How records are printed."""

    TABLE = "table"
    BIND = "bind"
    JSON = "json"


def command(  # noqa: PLR0913  typer: a parameter per option
    domain: DomainName = None,
    *,
    config: ConfigFile = FILE,
    format_: Annotated[
        Format,
        typer.Option("--format", help="A table to type from, BIND zone lines, or JSON."),
    ] = Format.TABLE,
    provider: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="Whose panel: cloudflare, godaddy, namecheap, route53, generic;"
            " else told by the name servers.",
        ),
    ] = None,
    look: Annotated[
        bool,
        typer.Option("--look/--no-look", help="Merge with what the DNS says now."),
    ] = True,
    token: Annotated[
        list[str] | None,
        typer.Option(metavar="TOKEN", help="A DKIM token; given three times, AWS is not asked."),
    ] = None,
    profile: Profile = None,
) -> None:
    """Print the DNS records to paste.

    Changes nothing. What is published now is asked at the zone's own name
    servers: an SPF record is extended, a DMARC record keeps its tags, and an MX
    that serves another provider is left alone.

    Exit status: 0 printed; 2 what stands is in the way, or the file is wrong;
    3 AWS or the DNS could not be asked.

    Example: sendas records --format bind
    """
    from sendas.config.load import load
    from sendas.setup.records import printed as records_print
    from sendas.setup.records.wanted import Mark

    wanted = load(config)
    sheet = _sheet(wanted.domain(domain), provider, token or [], profile, look=look)
    printed = {
        Format.TABLE: records_print.as_table,
        Format.BIND: records_print.as_zone_lines,
        Format.JSON: records_print.as_json,
    }[format_](sheet)
    typer.echo(printed)
    marks = {change.mark for change in sheet.changes}
    if Mark.STOP in marks:
        raise typer.Exit(2)
    if Mark.UNKNOWN in marks:
        raise typer.Exit(3)


def _sheet(
    domain: "ConfiguredDomain",
    provider: str | None,
    tokens: list[str],
    profile: str | None,
    *,
    look: bool,
) -> "Sheet":
    from sendas.outcome import NoAnswer
    from sendas.setup.records.printed import Sheet, unlooked
    from sendas.setup.records.providers import GENERIC, provider_called, provider_of
    from sendas.setup.records.wanted import wanted_records

    panel = provider_called(provider) if provider else None
    wanted = wanted_records(domain, *_tokens(domain, tokens, profile))
    if not look:
        return Sheet(domain.name, domain.name, panel or GENERIC, unlooked(wanted), looked=False)
    from sendas.setup.records.diff import diff

    zone, published = asyncio.run(_look(domain.name, wanted))
    apex = domain.name if isinstance(zone, NoAnswer) else zone.apex
    servers = () if isinstance(zone, NoAnswer) else zone.servers
    return Sheet(domain.name, apex, panel or provider_of(servers), diff(wanted, published))


async def _look(name: str, wanted: tuple["RecordSet", ...]) -> tuple["Seen[Zone]", "Published"]:
    from sendas.dialmap import load_dial_map
    from sendas.dns.resolver import NetworkResolver, nameserver_from
    from sendas.setup.records.look import find_zone, look_at

    resolver = NetworkResolver(nameserver_from(os.environ), load_dial_map(os.environ))
    zone = await find_zone(name, resolver)
    return zone, await look_at([one.question for one in wanted], zone, resolver)


def _tokens(
    domain: "ConfiguredDomain", given: list[str], profile: str | None
) -> tuple[tuple[str, ...], str]:
    """The identity's DKIM tokens and the zone they point into."""
    from sendas.setup.records.wanted import EASY_DKIM_ZONE

    if given:
        return tuple(token.lower() for token in given), EASY_DKIM_ZONE
    from sendas.aws.session import open_session
    from sendas.aws.sesv2 import identity
    from sendas.outcome import NoAnswer

    found = identity(
        open_session(profile or domain.profile, os.environ), domain.region, domain.name
    )
    if isinstance(found, NoAnswer):
        msg = f"SES could not be asked for the DKIM tokens of {domain.name}: {found}"
        raise CouldNotLook(msg)
    if found is None:
        typer.echo(
            f"note: SES has no identity {domain.name} in {domain.region} yet, so its DKIM records"
            f" are not known; `sendas apply` makes it.{_mx_waits(domain)}",
            err=True,
        )
        return (), EASY_DKIM_ZONE
    if not found.verified_for_sending and domain.receive:
        typer.echo(f"note: SES has not verified {domain.name} yet.{_mx_waits(domain)}", err=True)
    if found.dkim.origin != "AWS_SES":
        typer.echo(
            f"note: DKIM of {domain.name} comes from {found.dkim.origin}; those records are not"
            " printed",
            err=True,
        )
        return (), EASY_DKIM_ZONE
    return found.dkim.tokens, found.dkim.signing_zone


def _mx_waits(domain: "ConfiguredDomain") -> str:
    if not domain.receive:
        return ""
    return (
        f" Paste the MX of {domain.name} last, when `sendas apply` prints it: SES refuses mail"
        " of a domain that it has not verified, or that no rule takes"
    )
