"""``sendas template``: the CloudFormation document, for people who deploy it themselves."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from sendas.cli.shared_options import FILE, ConfigFile, DomainName


class Format(StrEnum):
    """How the document is written."""

    YAML = "yaml"
    JSON = "json"


def command(  # noqa: PLR0913  typer: a parameter per option
    domain: DomainName = None,
    *,
    config: ConfigFile = FILE,
    format_: Annotated[Format, typer.Option("--format", help="yaml or json.")] = Format.YAML,
    zone_id: Annotated[
        str | None, typer.Option(metavar="ID", help="The Route 53 zone; else without records.")
    ] = None,
    storage_only: Annotated[
        bool,
        typer.Option("--storage-only", help="The mail bucket alone, to put the code into first."),
    ] = False,
    code: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write the forwarder's code there, too: a zip."),
    ] = None,
    watcher_code: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write the watcher's code there, too: a zip."),
    ] = None,
    routes: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write the forwarder's routes there, too: JSON."),
    ] = None,
) -> None:
    """Print the CloudFormation document of one domain; asks nobody, changes nothing.

    Its Metadata says what CloudFormation cannot do, and the commands that do it.
    Exit status: 0 printed; 2 the file is wrong, or one cannot be written.

    Example: sendas template example.com --code forwarder.zip
    """
    from dataclasses import replace

    from sendas.config.load import load
    from sendas.files import check_writable, write_whole
    from sendas.inbound.settings import DEFAULT_ROUTES_KEY
    from sendas.setup.plan.code import stack_code
    from sendas.setup.stack.routes import routes_object
    from sendas.setup.template.whole import build_template, storage_template, wanted_of

    for file in filter(None, (code, watcher_code, routes)):
        check_writable(file)
    read = load(config)
    one = read.domain(domain)
    made = stack_code()
    wanted = wanted_of(read, one, made.key, made.watcher_key)
    if zone_id:
        wanted = replace(wanted, zone_id=zone_id)
    template = storage_template(wanted) if storage_only else build_template(wanted)
    if code:
        write_whole(code, made.body)
        typer.echo(f"code: {code}, to be stored as {made.key}", err=True)
    if watcher_code:
        write_whole(watcher_code, made.watcher_body)
        typer.echo(f"watcher's code: {watcher_code}, to be stored as {made.watcher_key}", err=True)
    if routes:
        write_whole(routes, routes_object(read, one), private=True)
        typer.echo(f"routes: {routes}, to be stored as {DEFAULT_ROUTES_KEY}", err=True)
    # Last: where a file cannot be written, nothing is printed.
    typer.echo(template.yaml() if format_ is Format.YAML else template.readable(), nl=False)
