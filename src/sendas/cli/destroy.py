"""``sendas destroy``: take away what sendas made for one domain, and nothing else."""

from datetime import timedelta
from typing import Annotated

import typer

from sendas.cli import EXIT_FAILING
from sendas.cli.shared_options import FILE, AsJson, ConfigFile, DryRun, Profile, Yes
from sendas.text import visible_lines


def command(  # noqa: PLR0913  typer: a parameter per option
    domain: Annotated[str, typer.Argument(metavar="DOMAIN", help="Which of the file's domains.")],
    *,
    config: ConfigFile = FILE,
    delete_mail: Annotated[
        bool, typer.Option("--delete-mail", help="Delete the received mail too, for ever.")
    ] = False,
    now: Annotated[
        bool, typer.Option("--now", help="Do not wait for the MX at another provider to go.")
    ] = False,
    dry_run: DryRun = False,
    json: AsJson = False,
    yes: Yes = False,
    profile: Profile = None,
) -> None:
    """Take away the stack, its records and rules; received mail stays unless told otherwise.

    Mail of other domains goes on, suppression data stays the account's. Exit
    status: 0 gone; 1 records are left at another DNS provider, the MX first; 2 wrong usage,
    or nobody agreed; 3 a permission is missing, or AWS or the DNS did not answer:
    repeat it to go on.

    Example: sendas destroy example.com --dry-run
    """
    from sendas.cli.plan_options import agree, chosen, open_doors, show_records, talk
    from sendas.setup.apply import ApplyOptions
    from sendas.setup.destroy import Ending, carry_out, check, farewell, look_to_destroy
    from sendas.setup.destroy_printed import farewell_json, farewell_text

    _, (one,) = chosen(config, domain)
    doors = open_doors(profile or one.profile)
    seen = look_to_destroy(one, doors, delete_mail=delete_mail)
    plan = farewell(one, seen, delete_mail=delete_mail)
    typer.echo(farewell_json(plan) if json else visible_lines(farewell_text(plan)), nl=False)
    if dry_run:
        return
    check(plan)
    if not plan.steps:
        return
    agree(f"Take all this away from {one.name}?", yes=yes)
    options = ApplyOptions(talk, show_records, timedelta())
    ending = carry_out(plan, one, doors, options, now=now)
    if ending is not Ending.GONE:
        talk(_LEFT[ending.value])
        raise typer.Exit(EXIT_FAILING)
    typer.echo(f"{one.name} is taken away", err=True)


_LEFT = {
    "mx_first": (
        "mail still comes here by the MX, so all stays until it is gone: remove these records "
        "at the DNS provider, then repeat this (--now does not wait, and SES refuses mail)"
    ),
    "records_left": (
        "everything at AWS is taken away; remove the records above at the DNS provider: with the "
        "identity gone nobody can tell you the names of its DKIM records again"
    ),
}
"""What is left to do, by the ending."""
