"""What `plan`, `apply`, `destroy` and others do alike: open the doors, ask, show records."""

import os
import sys
import time

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from sendas.errors import UsageError
from sendas.text import visible_lines


if TYPE_CHECKING:
    from collections.abc import Callable

    from sendas.config.model import Config, ConfiguredDomain
    from sendas.dns.zone import Zone
    from sendas.setup.plan.changes import Production
    from sendas.setup.plan.look import Doors
    from sendas.setup.steps import PasteRecords


class NotAgreed(UsageError):
    """Nobody said yes; nothing was changed."""


def open_doors(profile: str | None) -> "Doors":
    """The world, or what the environment puts in its place.

    Raises:
        UsageError: No such profile, or variables that cannot be used.
        NoCredentials: None found.
    """
    from sendas.aws.session import open_session
    from sendas.dialmap import load_dial_map
    from sendas.dns.resolver import NetworkResolver, nameserver_from
    from sendas.setup.plan.look import Doors

    resolver = NetworkResolver(nameserver_from(os.environ), load_dial_map(os.environ))
    return Doors(open_session(profile, os.environ), resolver, time.sleep)


def doors_of(profile: str | None) -> "Callable[[ConfiguredDomain], Doors]":
    """The doors to a domain's account: *profile*'s, or else its own in the file's, opened once."""
    opened: dict[str | None, Doors] = {}

    def doors(domain: "ConfiguredDomain") -> "Doors":
        name = profile or domain.profile
        if name not in opened:
            opened[name] = open_doors(name)
        return opened[name]

    return doors


def chosen(config: Path, name: str | None) -> "tuple[Config, tuple[ConfiguredDomain, ...]]":
    """The file, and the domain that is meant; all of them if none is named.

    Raises:
        BadConfig: The file cannot be used.
        UnknownDomain: It does not speak of that domain.
    """
    from sendas.config.load import load

    read = load(config)
    return read, read.domains if name is None else (read.domain(name),)


def production_of(
    *, wanted: bool, website: str | None, use_case: str | None
) -> "Production | None":
    """What AWS is told in the request to leave the sandbox, if it is wanted.

    Raises:
        UsageError: Some of it is missing.
    """
    if not wanted:
        return None
    if not website or not use_case:
        msg = "--request-production needs --website URL and --use-case TEXT: a person reads them"
        raise UsageError(msg)
    from sendas.setup.plan.changes import Production

    return Production(website, use_case)


def agree(question: str, *, yes: bool) -> None:
    """Go on only if somebody says yes.

    Raises:
        NotAgreed: No, or there is nobody to ask.
    """
    if yes:
        return
    if not sys.stdin.isatty():
        msg = "nobody is there to ask; --yes says yes beforehand"
        raise NotAgreed(msg)
    try:
        agreed = typer.confirm(question, default=False, err=True)
    except typer.Abort:  # the end of input: nobody answers
        agreed = False
    if not agreed:
        msg = "nothing was changed"
        raise NotAgreed(msg)


def talk(line: str) -> None:
    """Progress, on stderr, without anything that could repaint a terminal."""
    typer.echo(visible_lines(line), err=True)


def show_records(zone: "Zone", step: "PasteRecords") -> None:
    """Records that a person must put into *zone*, on stdout."""
    from sendas.setup.records.printed import Sheet, as_table
    from sendas.setup.records.providers import provider_of

    domain = min((change.name for change in step.changes), key=len)
    sheet = Sheet(domain, zone.apex, provider_of(zone.servers), step.changes)
    typer.echo(visible_lines(as_table(sheet)))
