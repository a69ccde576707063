"""``sendas mail routes``: the object in S3 that says who gets which mail."""

from pathlib import Path
from typing import Annotated

import typer

from sendas.cli import new_app
from sendas.cli.mail_place import Bucket, NoSuchMail, Where, count_of
from sendas.cli.shared_options import DryRun, OptionalConfig, Profile, RegionName
from sendas.errors import UsageError
from sendas.inbound.settings import DEFAULT_ROUTES_KEY


app = new_app(
    no_args_is_help=True,
    help="The object in S3 that says who gets which mail.\n\nExample: sendas mail routes show",
)


class Unreadable(UsageError):
    """A file that cannot be read."""


@app.command("check")
def check_routes(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Routes as JSON.")],
) -> None:
    """Say every mistake in a file of routes; exit status 2 if there is one.

    Example: sendas mail routes check routes.json
    """
    from sendas.forward.routes_file import parse_routes

    routes = parse_routes(_read(file))
    typer.echo(f"{file}: {count_of(routes.domains, 'domain')}, no mistake")


@app.command("put")
def put_routes(  # noqa: PLR0913  the same
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Routes as JSON.")],
    *,
    dry_run: DryRun = False,
    bucket: Bucket = None,
    region: RegionName = None,
    config: OptionalConfig = None,
    profile: Profile = None,
    key: Annotated[str, typer.Option(help="The object's key.")] = DEFAULT_ROUTES_KEY,
) -> None:
    """Check a file of routes and put it where the function reads it, for the next mail on.

    Where another forwarder works on the mail it changes nothing yet, which is said.

    Example: sendas mail routes put routes.json --dry-run
    """
    from sendas.forward.routes_file import format_routes, parse_routes
    from sendas.inbound.mail_location import Silent
    from sendas.outcome import NoAnswer

    routes = parse_routes(_read(file))
    location = Where(bucket, None, "-", region, profile, config=config).location()
    where = f"s3://{location.store.bucket}/{key}"
    if location.anothers:
        # No refusal: a move puts the routes before the function of sendas is switched on.
        until = "the routes count once sendas' function does"
        typer.echo(f"{location.anothers} works on this mail; {until}", err=True)
    if dry_run:
        typer.echo(f"would write {count_of(routes.domains, 'domain')} to {where}", err=True)
        return
    answer = location.store.write(key, format_routes(routes).encode())
    if isinstance(answer, NoAnswer):
        raise Silent(str(answer.detail))
    typer.echo(f"{where}: {count_of(routes.domains, 'domain')}", err=True)


@app.command("show")
def show_routes(
    *,
    bucket: Bucket = None,
    region: RegionName = None,
    config: OptionalConfig = None,
    profile: Profile = None,
    key: Annotated[str, typer.Option(help="The object's key.")] = DEFAULT_ROUTES_KEY,
) -> None:
    """Print the routes that are in force; exit status 2 if they are malformed.

    Example: sendas mail routes show
    """
    from sendas.forward.routes_file import format_routes, parse_routes
    from sendas.inbound.mail_location import Silent
    from sendas.outcome import NoAnswer

    location = Where(bucket, None, "-", region, profile, config=config).location()
    content = location.store.read(key)
    if isinstance(content, NoAnswer):
        raise Silent(str(content.detail))
    if content is None:
        msg = f"no routes at s3://{location.store.bucket}/{key}; sendas mail routes put FILE"
        raise NoSuchMail(msg)
    typer.echo(format_routes(parse_routes(content)), nl=False)


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        msg = f"{file}: {error.strerror or error}"
        raise Unreadable(msg) from error
