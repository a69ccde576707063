"""``sendas watch``: what changed since the last look, and whether anybody looks."""

import json
import os
import time

from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from sendas.cli import EXIT_COULD_NOT_LOOK, EXIT_FAILING, new_app
from sendas.cli.plan_options import talk
from sendas.cli.shared_options import FILE, AsJson, ConfigFile, Profile, Yes
from sendas.errors import CouldNotLook
from sendas.text import visible_lines


if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sendas.aws.session import Session
    from sendas.aws.telling import Teller
    from sendas.config.model import Config, ConfiguredDomain
    from sendas.ses.regions import Region
    from sendas.watch.alarms import Linted
    from sendas.watch.daily.run import Ran
    from sendas.watch.decide.memory import Remembered
    from sendas.watch.decide.settings import Watched
    from sendas.watch.proving import Proof


app = new_app(no_args_is_help=True)
_RUN_SECONDS = 900.0

DomainOption = Annotated[
    str | None,
    typer.Option("--domain", metavar="DOMAIN", help="One of the file's; else all."),
]


@dataclass(frozen=True, slots=True)
class _Place:
    """One domain, and the ways to what is known of it."""

    config: "Config"
    domain: "ConfiguredDomain"
    watched: "Watched"
    session: "Session"
    aws: "Teller"


@app.callback()
def group() -> None:
    """What changed since the last look at your domains, and whether anybody looks.

    Example: sendas watch status
    """


@app.command()
def run(
    *,
    domain: DomainOption = None,
    as_json: AsJson = False,
    config: ConfigFile = FILE,
    profile: Profile = None,
) -> None:
    """Look now, compare with the last look, tell what changed by mail and SNS; for cron.

    What the stack's function does once a day.  Prints what changed, and nothing
    if nothing did.  Exit status: 0 nothing is failing, 1 something is, 3 some of it
    could not be looked at, or nobody could be told.

    Example: sendas watch run
    """
    _each(_places(config, domain, profile), lambda place: _run_one(place, as_json=as_json))


@app.command()
def status(
    *,
    domain: DomainOption = None,
    as_json: AsJson = False,
    config: ConfigFile = FILE,
    profile: Profile = None,
) -> None:
    """Tell when somebody last looked, what is open since when, and what waits to be told.

    Exit status: 0 nothing is failing, 1 something is, 3 nobody has looked for a day
    and a half, some of it could not be looked at, or nobody could be told.

    Example: sendas watch status
    """
    _each(_places(config, domain, profile), lambda place: _show(place, as_json=as_json))


@app.command()
def rates(
    *,
    since: Annotated[
        str, typer.Option(metavar="TIME", help="From then on: 2026-11-29, 36h, 7d.")
    ] = "30d",
    domain: Annotated[
        str | None, typer.Option("--domain", metavar="DOMAIN", help="Which of the file's.")
    ] = None,
    as_json: AsJson = False,
    config: ConfigFile = FILE,
    profile: Profile = None,
) -> None:
    """Tell how much arrived, bounced and was complained about, and how near a review is.

    By stream (own mail, forwards, probes), recipient domain and credential; and the
    newest 10,000 mails as SES may count them: how many more hard bounces until 5 %.
    Of this domain's mail alone, while SES counts the whole account in the Region.
    Exit status: 0 below SES's review, 1 there or above, 3 the history, or a
    line of it, cannot be read.

    Example: sendas watch rates --since 7d
    """
    from sendas.cli.trace import open_history, talk_of_strange, time_of
    from sendas.config.load import load
    from sendas.history.rates import REVIEW_BOUNCES, REVIEW_COMPLAINTS
    from sendas.watch.rates_told import document, told

    start = time_of(since, _now())
    own = {one.name for one in load(config).domains}
    history = open_history(config, domain, profile)
    with history.open_cache() as cache:
        filled = history.fill(cache, _now(), since_day="", talk=talk)
        talk_of_strange(filled.strange)
        found = cache.rates(own, since=start)
    if as_json:
        typer.echo(json.dumps(document(found, start)))
    else:
        typer.echo(visible_lines("\n".join(told(found, start))))
    reputation = found.reputation
    if reputation.bounce_rate >= REVIEW_BOUNCES or reputation.complaint_rate >= REVIEW_COMPLAINTS:
        raise typer.Exit(EXIT_FAILING)
    if filled.strange:
        raise typer.Exit(EXIT_COULD_NOT_LOOK)


@app.command()
def alarms(
    *,
    prove: Annotated[
        bool,
        typer.Option("--prove", help="Let each of ours ring once, and see that it was told."),
    ] = False,
    yes: Yes = False,
    as_json: AsJson = False,
    config: ConfigFile = FILE,
    profile: Profile = None,
) -> None:
    """Find the alarms about mail that cannot ring, ring always, or tell nobody.

    Every alarm of the account on a metric of SES, in all Regions, whoever made it,
    and those that the stacks of the file should have.  Changes nothing, but with
    --prove: then each alarm of ours rings once, and whoever hears it gets two mails.
    Exit status: 0 each can ring and is heard, 1 one is not, 3 some of it could not
    be looked at.

    Example: sendas watch alarms
    """
    from sendas.cli.plan_options import chosen
    from sendas.watch.alarms import together

    file, domains = chosen(config, None)
    accounts: dict[str | None, list[ConfiguredDomain]] = {}
    for one in domains:
        accounts.setdefault(profile or one.profile, []).append(one)
    looks = [_linted(file, there, named) for named, there in accounts.items()]
    found = together(look.found for look in looks)
    proofs: tuple[Proof, ...] = ()
    if prove:
        from sendas.cli.plan_options import agree
        from sendas.watch.proving import prove as prove_all

        count = sum(len(look.own) for look in looks)
        agree(f"Let {count} alarms ring once? Whoever hears them gets two mails each", yes=yes)
        proofs = tuple(
            proof
            for look in looks
            for proof in prove_all(look.session, look.found.alarms, look.own, time.sleep)
        )
    if as_json:
        document = {
            "schema": "sendas.watch-alarms/1",
            "alarms": [one.name for one in found.alarms],
            "faults": [asdict(one) for one in found.faults],
            "unseen": list(found.unseen),
        }
        if prove:
            document["proofs"] = [asdict(one) for one in proofs]
        typer.echo(json.dumps(document))
    else:
        _print_alarms(found, proofs)
    if not found.alarms:
        talk("there is no alarm about mail: nobody would be notified of anything")
    if found.faults or any(one.fault for one in proofs):
        raise typer.Exit(EXIT_FAILING)
    if found.unseen or any(one.unseen for one in proofs):
        raise typer.Exit(EXIT_COULD_NOT_LOOK)
    if not found.alarms:
        raise typer.Exit(EXIT_FAILING)


class _Linting(NamedTuple):
    """The alarms of one account; *own* are those that its stacks should have, by name."""

    session: "Session"
    own: "Mapping[str, Region]"
    found: "Linted"


def _linted(
    file: "Config", domains: "Sequence[ConfiguredDomain]", profile: str | None
) -> _Linting:
    from sendas.aws.regions import ses_regions
    from sendas.aws.session import open_session
    from sendas.setup.template.whole import alarm_names
    from sendas.watch.alarms import lint_all

    session = open_session(profile, os.environ)
    regions = list(dict.fromkeys(one.region for one in domains))
    regions += [one for one in ses_regions(session, regions[0]) if one not in regions]
    own = {name: one.region for one in domains for name in alarm_names(file, one)}
    return _Linting(session, own, lint_all(session, regions, own))


def _print_alarms(found: "Linted", proofs: "tuple[Proof, ...]") -> None:
    for one in found.faults:
        typer.echo(visible_lines(f"{one.alarm} ({one.region}): {one.title}\n    do  {one.help}"))
    if not found.faults:
        typer.echo(f"no fault in {len(found.alarms)} alarms about mail")
    for proof in proofs:
        typer.echo(visible_lines(_proven(proof)))
    for line in found.unseen:
        talk(f"could not look: {line}")


def _proven(proof: "Proof") -> str:
    if proof.fault:
        return f"{proof.alarm} ({proof.region}): not proven: {proof.fault}"
    if proof.unseen:
        return f"{proof.alarm} ({proof.region}): not known: {proof.unseen}"
    return f"{proof.alarm} ({proof.region}): proven, told {', '.join(proof.heard)}"


def _each(places: "list[_Place]", one: "Callable[[_Place], int]") -> None:
    """One after the other; what keeps one from being looked at is no matter of the next."""
    from sendas.aws.refusals import AwsFailure
    from sendas.watch.decide.memory import MalformedState

    ended = []
    for place in places:
        try:
            ended.append(one(place))
        except (AwsFailure, CouldNotLook, MalformedState) as error:
            talk(f"{place.domain.name}: {error}")
            ended.append(EXIT_COULD_NOT_LOOK)
    worst = EXIT_FAILING if EXIT_FAILING in ended else max(ended, default=0)
    if worst:
        raise typer.Exit(worst)


def _places(config: Path, name: str | None, profile: str | None) -> list[_Place]:
    from sendas.aws import sts
    from sendas.aws.session import open_session
    from sendas.aws.telling import Teller
    from sendas.cli.plan_options import chosen
    from sendas.outcome import see
    from sendas.setup.stack.watched import unwatched_why
    from sendas.setup.template.whole import wanted_of

    file, domains = chosen(config, name)
    reasons = {one.name: unwatched_why(one) for one in domains}
    if not all(reasons.values()):  # else the first says why not
        for deaf, why in reasons.items():
            if why:
                talk(f"{deaf} is not watched: {why}")
        domains = tuple(one for one in domains if not reasons[one.name])
    places = []
    for one in domains:
        session = open_session(profile or one.profile, os.environ)
        caller = see(sts.caller(session, one.region), "which account this is")
        watched = wanted_of(file, one, "").watched(caller.account_id)
        aws = Teller(session.signing_key(), one.region, os.environ)
        places.append(_Place(file, one, watched, session, aws))
    return places


def _run_one(place: _Place, *, as_json: bool) -> int:
    from sendas.credentials.charge import charges_of
    from sendas.doctor.doors import default_doors
    from sendas.forward.routes_file import parse_routes
    from sendas.inbound.log import Log
    from sendas.setup.stack.routes import routes_object
    from sendas.watch.daily.look import Looking
    from sendas.watch.daily.run import Watcher
    from sendas.watch.daily.tending import tending_of
    from sendas.watch.decide.letter import lines_of

    routed = parse_routes(routes_object(place.config, place.domain)).domains[place.domain.name]
    looking = Looking(place.watched, place.session, default_doors(os.environ), time.sleep)
    log = Log(write=_only_alarms)
    charges = charges_of(place.domain, audited=place.config.watch.audits)
    tending = tending_of(place.watched, place.session, lambda: charges, os.environ, log)
    watcher = Watcher(
        place.watched, looking, lambda: routed, place.aws, clock=_now, log=log, tending=tending
    )
    ran = watcher.run(f"cron/{os.getpid()}", _RUN_SECONDS)
    if ran.busy is not None:
        talk(f"{place.domain.name}: another run is at work, until {ran.busy.until}")
        return EXIT_COULD_NOT_LOOK
    if ran.state is None:
        raise AssertionError
    if as_json:
        typer.echo(json.dumps(_document(place, ran.state, ran)))
    elif ran.changes:
        lines = lines_of(place.domain.name, ran.before, ran.state.known, ran.changes)
        typer.echo(visible_lines("\n".join(lines)))
    return _status_of(ran.state)


def _show(place: _Place, *, as_json: bool) -> int:
    from sendas.watch.daily.run import Book
    from sendas.watch.decide.letter import status_lines
    from sendas.watch.decide.measures import SILENT_AFTER
    from sendas.watch.decide.memory import is_ahead

    state = Book(place.aws, place.watched).read()
    now = _now()
    at = state.known.at
    silent = not at or is_ahead(at, now) or now - datetime.fromisoformat(at) > SILENT_AFTER
    if as_json:
        typer.echo(json.dumps(_document(place, state) | {"silent": silent}))
    else:
        typer.echo(
            visible_lines("\n".join(status_lines(place.domain.name, state, now, silent=silent)))
        )
    return EXIT_COULD_NOT_LOOK if silent else _status_of(state)


def _status_of(state: "Remembered") -> int:
    if any(one.grade > 1 for one in state.known.problems.values()):
        return EXIT_FAILING
    untold = any(not one.told for one in state.notices)
    return EXIT_COULD_NOT_LOOK if state.known.blind or untold else 0


def _document(place: _Place, state: "Remembered", ran: "Ran | None" = None) -> dict[str, object]:
    found: dict[str, object] = {
        "schema": "sendas.watch-status/1",
        "domain": place.domain.name,
        "region": place.domain.region,
        "looked_at": state.known.at or None,
        "runs": state.runs,
        "open": [{"key": key, **asdict(one)} for key, one in state.known.problems.items()],
        "unseen": [{"key": key, **asdict(one)} for key, one in state.known.blind.items()],
        "waiting": [one.subject for one in state.notices if not one.told],
    }
    if ran is not None:
        found["changes"] = [
            {"kind": type(one).__name__.lower(), **asdict(one)} for one in ran.changes
        ]
    return found


def _only_alarms(line: str) -> None:
    told = json.loads(line)
    if told["level"] == "ERROR":
        talk(f"{told['what']}: {told.get('why', '')}")


def _now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251  the door for time
