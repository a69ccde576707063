"""``sendas apply``: make it as the file wants it."""

import os
import sys

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sendas.cli import EXIT_FAILING
from sendas.cli.shared_options import FILE, ConfigFile, DomainName, Profile, TakeOver, Yes
from sendas.errors import UsageError
from sendas.text import visible_lines


if TYPE_CHECKING:
    from collections.abc import Callable

    from sendas.config.model import Config, ConfiguredDomain
    from sendas.setup.plan.changes import Code, Plan, Production
    from sendas.setup.plan.look import Doors


def command(  # noqa: PLR0913  typer: a parameter per option
    domain: DomainName = None,
    *,
    config: ConfigFile = FILE,
    yes: Yes = False,
    wait: Annotated[
        int, typer.Option(metavar="MINUTES", min=0, help="How long to wait for verification.")
    ] = 10,
    request_production: Annotated[
        bool, typer.Option("--request-production", help="Ask AWS to let you leave the sandbox.")
    ] = False,
    website: Annotated[str | None, typer.Option(metavar="URL", help="For that request.")] = None,
    use_case: Annotated[str | None, typer.Option(metavar="TEXT", help="For that request.")] = None,
    drift: Annotated[
        bool,
        typer.Option("--drift/--no-drift", help="Put back what was changed or deleted by hand."),
    ] = True,
    take_over: TakeOver = False,
    doctor: Annotated[
        bool, typer.Option("--doctor/--no-doctor", help="Look at the outcome when it is done.")
    ] = True,
    profile: Profile = None,
) -> None:
    """Carry out the plan, after you have seen it; interrupt and repeat it at will.

    With --take-over mail goes from the old forwarder to ours in one call of SES, none
    missed and none twice; what the file says of the old one becomes comments, and the
    plan says the way back.

    Exit status: 0 all stands, and the doctor finds nothing failing; 1 the doctor
    does, or something is left that waits for records, SES or a person; 2 something
    is in the way, nothing was changed; 3 a permission is missing, or AWS or the DNS
    did not answer: apply again to go on.

    Example: sendas apply --yes --wait 30
    """
    from sendas.cli.plan_options import chosen, doors_of, production_of
    from sendas.setup.apply import End
    from sendas.setup.plan.code import stack_code

    asked = production_of(wanted=request_production, website=website, use_case=use_case)
    read, domains = chosen(config, domain)
    if take_over and len(domains) > 1:
        msg = "name the domain whose forwarder is to end: one at a time"
        raise UsageError(msg)
    world = _World(read, config, doors_of(profile), stack_code(), asked, take_over)
    ends = [_apply(world, one, minutes=wait, yes=yes, drift=drift) for one in domains]
    for one, end in zip(domains, ends, strict=True):
        if end is End.DONE:
            _begin_watch(world, one)
    if End.WAITING in ends:
        typer.echo(
            "sendas: what is left waits for records, for SES or for a person; "
            "`sendas plan` shows it, apply again to go on",
            err=True,
        )
        raise typer.Exit(EXIT_FAILING)
    if doctor:
        statuses = [_examine(one, profile) for one in domains]
        raise typer.Exit(max(statuses))


@dataclass(frozen=True, slots=True)
class _World:
    """What a plan is made from, but for the domain."""

    file: "Config"
    path: Path
    doors: "Callable[[ConfiguredDomain], Doors]"
    code: "Code"
    asked: "Production | None"
    take_over: bool

    def plan(self, domain: "ConfiguredDomain", *, drift: bool) -> "Plan":
        """Look, and plan."""
        from sendas.setup.apply import plan_for

        return plan_for(
            self.file,
            domain,
            self.code,
            self.doors(domain),
            production=self.asked,
            detect_drift=drift,
            take_over=self.take_over,
        )


def _apply(
    world: _World, named: "ConfiguredDomain", *, minutes: int, yes: bool, drift: bool
) -> "str":
    from sendas.cli.plan_options import agree, show_records, talk
    from sendas.files import write_whole
    from sendas.setup.apply import ApplyOptions, End, apply_plan, check
    from sendas.setup.plan.printed import as_text
    from sendas.setup.plan.take_over import taken_over
    from sendas.setup.take_over_file import rewritten

    domain = taken_over(named) if world.take_over else named
    edited = rewritten(world.path, world.file, named) if domain != named else None

    def plan_again(look_for_drift: bool) -> "Plan":  # noqa: FBT001  as `apply_plan` asks
        return world.plan(domain, drift=look_for_drift)

    plan = plan_again(drift)
    typer.echo(visible_lines(as_text(plan)), nl=False)
    check(plan)
    if not plan.steps:
        return End.DONE
    agree(f"Carry out these {len(plan.steps)} steps?", yes=yes)
    if edited is not None:
        # Before anything else: whatever happens now, a plan without --take-over stops.
        write_whole(world.path, edited)
        talk(f"{world.path}: what it said of the old forwarder are comments now")
    options = ApplyOptions(talk, show_records, timedelta(minutes=minutes))
    return apply_plan(plan, plan_again, domain, world.doors(domain), options)


def _begin_watch(world: _World, domain: "ConfiguredDomain") -> None:
    """Let a watcher that never looked begin."""
    from sendas.cli.plan_options import talk
    from sendas.setup.first_look import begin_first_look
    from sendas.setup.plan.take_over import taken_over

    stands = taken_over(domain) if world.take_over else domain
    if said := begin_first_look(world.file, stands, world.doors(domain)):
        talk(f"{domain.name}: {said}")


def _examine(domain: "ConfiguredDomain", profile: str | None) -> int:
    """What the doctor says of it, on stdout; the status of the command line."""
    import asyncio

    from sendas.cli.doctor_printed import echo, look
    from sendas.doctor.doors import default_doors
    from sendas.doctor.evidence import Subject
    from sendas.doctor.observe import Request
    from sendas.doctor.render import terminal
    from sendas.doctor.run import examine, exit_status
    from sendas.doctor.waiting import observe_aloud

    doors = default_doors(os.environ, profile=profile or domain.profile)
    request = Request(Subject(domain.name, domain.region))
    diagnosis = examine(asyncio.run(observe_aloud(request, doors, sys.stderr)))
    echo(terminal.render(diagnosis, look(whole=False)))
    return exit_status(diagnosis)
