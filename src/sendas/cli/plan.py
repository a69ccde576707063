"""``sendas plan``: what `apply` would do, and nothing is done."""

from typing import Annotated

import typer

from sendas.cli.shared_options import FILE, AsJson, ConfigFile, DomainName, Profile, TakeOver
from sendas.text import visible_lines


def command(  # noqa: PLR0913  typer: a parameter per option
    domain: DomainName = None,
    *,
    config: ConfigFile = FILE,
    json: AsJson = False,
    exit_code: Annotated[
        bool, typer.Option("--exit-code", help="Exit with 1 where something would change.")
    ] = False,
    drift: Annotated[
        bool,
        typer.Option(
            "--drift/--no-drift", help="Let CloudFormation look for changes made by hand."
        ),
    ] = True,
    take_over: TakeOver = False,
    profile: Profile = None,
) -> None:
    """Show what would be made, changed and removed, and why; change nothing.

    Exit status: 0 shown; 1 with --exit-code, where something would change;
    2 something is in the way, or the file is wrong; 3 could not look, as where
    a permission is missing (one that only `apply` needs is listed, no more).

    Example: sendas plan example.com
    """
    from sendas.cli.plan_options import chosen, doors_of
    from sendas.errors import CouldNotLook, UsageError
    from sendas.setup.apply import plan_for
    from sendas.setup.plan.code import stack_code
    from sendas.setup.plan.printed import as_json, as_text
    from sendas.setup.plan.take_over import taken_over

    read, domains = chosen(config, domain)
    doors, code = doors_of(profile), stack_code()
    if take_over:
        domains = tuple(map(taken_over, domains))
    plans = [
        plan_for(read, one, code, doors(one), detect_drift=drift, take_over=take_over)
        for one in domains
    ]
    for plan in plans:
        typer.echo(as_json(plan) if json else visible_lines(as_text(plan)), nl=False)
    if any(plan.stops for plan in plans):
        msg = "the plan cannot be carried out as it is"
        raise UsageError(msg)
    if any(plan.unseen for plan in plans):
        msg = "not everything could be seen"
        raise CouldNotLook(msg)
    if exit_code and any(plan.changes_something for plan in plans):
        raise typer.Exit(1)
