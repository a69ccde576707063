"""``sendas doctor``: why a mail did not arrive, whose fault it is, and what to do."""

import os
import sys

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sendas.cli.doctor_file import DomainsOptions, completed, known_of, look_at_all, named_by
from sendas.cli.doctor_printed import Outputs, talk, write
from sendas.cli.doctor_relay import RelayOptions, with_relay
from sendas.cli.shared_options import AsJson, OptionalConfig, Profile
from sendas.errors import UsageError


if TYPE_CHECKING:
    from sendas.doctor.evidence import Evidence, Symptom
    from sendas.doctor.observe import Request
    from sendas.doctor.subject import Words


_MAX_BOUNCE_BYTES = 40_000_000
"""What SES takes at most (FACTS 6): no bounce of one of its mails is longer."""


class BadOptions(UsageError):
    """The options do not go together, or name what is not there."""


def command(  # noqa: PLR0913  typer: a parameter per option
    domain: Annotated[
        str | None,
        typer.Argument(
            metavar="DOMAIN",
            help="The domain mail is sent as; left out: --from's, or all that sendas.toml names.",
        ),
    ] = None,
    *,
    region: Annotated[
        str | None,
        typer.Option(
            metavar="REGION", help="SES's Region; else the SMTP host's or the profile's."
        ),
    ] = None,
    to: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="Whom mail does not reach.")
    ] = None,
    from_: Annotated[
        str | None,
        typer.Option("--from", metavar="ADDRESS", help="The address that mail is sent as."),
    ] = None,
    mailbox: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="Where you read: the Gmail address.")
    ] = None,
    smtp_username: Annotated[
        str | None,
        typer.Option(metavar="USER", help="The user name stored in Gmail: an access key id."),
    ] = None,
    password_env: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="The variable that holds the stored SMTP password."),
    ] = None,
    secret_env: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="The variable that holds the secret access key."),
    ] = None,
    smtp_host: Annotated[
        str | None, typer.Option(help="The host stored in Gmail, if not SES's.")
    ] = None,
    smtp_port: Annotated[int, typer.Option(min=1, max=65535, help="Its port.")] = 587,
    login: Annotated[
        bool, typer.Option("--login/--no-login", help="Dial the SMTP server; nothing is sent.")
    ] = True,
    relay: Annotated[
        str | None,
        typer.Option(
            metavar="HOST",
            help="An own relay to dial as Gmail does; else the file's, if the domain uses it.",
        ),
    ] = None,
    relay_username: Annotated[
        str | None,
        typer.Option(metavar="USER", help="Log in there as this mailbox; else as --from."),
    ] = None,
    relay_password_env: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="The variable that holds the relay's password."),
    ] = None,
    relay_status: Annotated[
        str | None,
        typer.Option(metavar="ADDRESS:PORT", help="Where the relay's /healthz is."),
    ] = None,
    bounce: Annotated[
        list[str] | None,
        typer.Option(metavar="FILE|-|WORDS", help="A bounce or refusal you got; may be repeated."),
    ] = None,
    json: AsJson = False,
    html: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the report as one page, too.")
    ] = None,
    save_evidence: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write what was observed, too.")
    ] = None,
    redact: Annotated[
        bool,
        typer.Option("--redact", help="Without names and ids in all that is shown or written."),
    ] = False,
    evidence: Annotated[
        Path | None,
        typer.Option(metavar="FILE|-", help="Judge saved evidence; nothing is asked."),
    ] = None,
    only: Annotated[
        list[str] | None,
        typer.Option(
            metavar="CODE|LAYER",
            help="Show only this; the exit status is of all. May be repeated.",
        ),
    ] = None,
    resolver: Annotated[
        str | None,
        typer.Option(metavar="ADDRESS:PORT", help="The DNS server to ask, not the system's."),
    ] = None,
    prove: Annotated[
        bool,
        typer.Option("--prove", help="Send real mail in and out, and follow it; see below."),
    ] = False,
    to_inbox: Annotated[
        bool,
        typer.Option("--to-inbox", help="With --prove: let the person get that mail, too."),
    ] = False,
    credentials: Annotated[
        bool,
        typer.Option("--credentials", help="Judge every key that can send as the domain, too."),
    ] = False,
    config: OptionalConfig = None,
    profile: Profile = None,
    deadline: Annotated[
        float,
        typer.Option(
            metavar="SECONDS", min=1, max=600, help="Seconds after which silence is an answer."
        ),
    ] = 30.0,
) -> None:
    """Find out why mail does not arrive: whose fault it is, and what to do.

    It asks DNS, AWS, the SMTP server and an own relay; without --prove it changes nothing.
    Without DOMAIN it looks at every domain of sendas.toml side by side: a line for
    each, the details of what fails, with --json one object.  Of a domain in the
    file it knows Region, profile, targets and wishes, and advises accordingly.
    --prove sends one mail into the domain and, with the password, one out of it, to
    one-time addresses of your own that reach nobody, follows both hop by hop, and
    deletes them from the bucket.  --credentials judges what `sendas credentials list`
    shows.  Neither report nor evidence ever holds a secret.
    Exit status: 0 well, 1 something is wrong, 2 wrong usage, 3 could not look everywhere.

    Example: sendas doctor example.com --bounce bounce.eml
    """
    from sendas.doctor.judge import codes_of
    from sendas.doctor.registry import all_rules
    from sendas.doctor.run import examine, exit_status
    from sendas.doctor.subject import Words

    outputs = Outputs(json, html, save_evidence)
    outputs.check()
    if prove and evidence:
        msg = "--prove sends mail, and --evidence judges what was saved: leave one of them out"
        raise BadOptions(msg)
    if credentials and evidence:
        msg = "--credentials asks AWS, and --evidence judges what was saved: leave one of them out"
        raise BadOptions(msg)
    if to_inbox and not prove:
        msg = "--to-inbox says what becomes of the mail that --prove sends: add --prove"
        raise BadOptions(msg)
    codes_of(only or (), all_rules())
    shown = _symptoms(bounce or [])
    words = Words(domain, region, from_, to, mailbox, smtp_username, smtp_host, smtp_port, relay)
    environment = {**os.environ, **({"SENDAS_RESOLVER": resolver} if resolver else {})}
    known = None if evidence else known_of(config, words)
    if known is None and evidence is None and domain is None and from_ is None:
        _refuse_with_many(
            words, password_env, secret_env, html, save_evidence, bounce, prove, credentials,
            relay_username, relay_password_env, relay_status,
        )  # fmt: skip
        status = look_at_all(
            named_by(config), environment, profile, only or (),
            DomainsOptions(json, redact, log_in=login, deadline=deadline),
        )  # fmt: skip
        raise typer.Exit(status)
    if evidence:
        _refuse_with_evidence(
            words, password_env, secret_env, resolver, profile,
            relay_username, relay_password_env, relay_status,
        )  # fmt: skip
        seen = _loaded(evidence)
        seen = replace(seen, symptoms=seen.symptoms + shown)
    else:
        profile = profile or (known.profile if known else None)
        request = _request(completed(words, known), shown, environment, profile)
        request = replace(
            request,
            password=_variable(password_env, environment, "--password-env"),
            secret=_variable(secret_env, environment, "--secret-env"),
            log_in=login,
            deadline_seconds=deadline,
        )
        secret = _variable(relay_password_env, environment, "--relay-password-env")
        request = with_relay(request, known, config, RelayOptions(
            relay, relay_username, secret, relay_status
        ))  # fmt: skip
        seen = _observed(request, environment, profile)
        if credentials:
            seen = _with_credentials(seen, config, profile)
        if prove:
            seen = _proven(seen, request, environment, profile, to_inbox=to_inbox)
    if redact:
        from sendas.doctor.redact import redact as twin_of

        seen = twin_of(seen)
    diagnosis = examine(seen, only=only or ())
    if known is not None and not redact:
        from sendas.doctor.file_advice import advised

        diagnosis = advised(diagnosis, known)
    write(seen, diagnosis, outputs, whole=not only)
    raise typer.Exit(exit_status(diagnosis))


def _refuse_with_many(words: "Words", *others: object) -> None:
    from sendas.doctor.subject import Words

    if words != Words() or any(others):
        msg = (
            "which domain? what is asked about one of them needs its name: `sendas doctor "
            "example.com …`, or --from"
        )
        raise BadOptions(msg)


def _refuse_with_evidence(words: "Words", *others: str | None) -> None:
    """Saved evidence answers what it was asked: nothing else can be asked of it."""
    from sendas.doctor.subject import Words

    if words != Words() or any(others):
        msg = "--evidence judges what was saved: leave out the domain and what tells whom to ask"
        raise BadOptions(msg)


def _loaded(path: Path) -> "Evidence":
    from sendas.doctor.bundle import MAX_BYTES, load
    from sendas.files import read_bounded

    return load(read_bounded(path, max_bytes=MAX_BYTES), str(path))


def _symptoms(bounces: Iterable[str]) -> "tuple[Symptom, ...]":
    found: list[Symptom] = []
    for given in bounces:
        from sendas.cli.bounce import explained
        from sendas.doctor.symptoms import symptoms

        raw, explanation = explained(given, max_bytes=_MAX_BOUNCE_BYTES)
        told = symptoms(explanation, raw)
        if not told:
            talk(f"{given} tells of no failure ({explanation.title}); it is left out")
        found += told
    return tuple(found)


def _request(
    words: "Words",
    shown: "tuple[Symptom, ...]",
    environment: Mapping[str, str],
    profile: str | None,
) -> "Request":
    from sendas.doctor.observe import Request
    from sendas.doctor.subject import read_subject, well_formed
    from sendas.ses.regions import is_known, region_of_smtp_host

    fallback = None
    if not words.region and not region_of_smtp_host(words.smtp_host or ""):
        fallback = _configured_region(environment, profile)
    subject = read_subject(words, fallback)
    if not is_known(subject.region):
        talk(f"{subject.region} is not a Region that this release knows; asking all the same")
    if subject.to_address is None:
        # Whoever shows a bounce need not say again whom the mail was for.
        read = (well_formed(symptom.recipient) for symptom in shown)
        recipient = next((address for address in read if address), None)
        subject = replace(subject, to_address=recipient)
    return Request(subject, symptoms=shown)


def _configured_region(environment: Mapping[str, str], profile: str | None) -> str | None:
    said = environment.get("AWS_REGION") or environment.get("AWS_DEFAULT_REGION")
    if said:
        return said
    from sendas.aws.session import configured_region

    return configured_region(profile, environment)


def _variable(name: str | None, environment: Mapping[str, str], option: str) -> str | None:
    if name is None:
        return None
    if not environment.get(name):
        msg = f"{option}: the environment has no variable {name}, or it is empty"
        raise BadOptions(msg)
    return environment[name]


def _observed(
    request: "Request", environment: Mapping[str, str], profile: str | None
) -> "Evidence":
    import asyncio

    from sendas.doctor.doors import default_doors
    from sendas.doctor.waiting import observe_aloud

    doors = default_doors(environment, profile=profile)
    return asyncio.run(observe_aloud(request, doors, sys.stderr))


def _with_credentials(seen: "Evidence", config: Path | None, profile: str | None) -> "Evidence":
    """The evidence with what `sendas credentials list` says of what can send as the domain."""
    from sendas.cli.credentials_list import gathered
    from sendas.cli.gmail_call import load_config
    from sendas.credentials.for_doctor import credentials_seen
    from sendas.errors import CouldNotLook
    from sendas.outcome import NoAnswer, Why

    subject = seen.subject
    try:
        inventory = gathered(
            load_config(config), profile, [subject.region], days=30, now=seen.observed_at
        )
    except CouldNotLook as error:
        return replace(seen, credentials=NoAnswer(Why.UNREACHABLE, str(error)))
    return replace(seen, credentials=credentials_seen(inventory, subject.domain))


def _proven(
    seen: "Evidence",
    request: "Request",
    environment: Mapping[str, str],
    profile: str | None,
    *,
    to_inbox: bool,
) -> "Evidence":
    """The evidence with what mail that is sent now shows."""
    import secrets

    from sendas.prove.doors import real_doors
    from sendas.prove.run import ProofOptions, prove

    options = ProofOptions(
        lambda: secrets.token_hex(8), request.password, request.deadline_seconds, to_inbox
    )
    talk(f"sending mail to prove {seen.subject.domain}; it waits {options.patience_seconds:.0f} s")
    doors = real_doors(environment, profile, seen.subject.domain)
    return replace(seen, proof=prove(seen, options, doors))
