"""``sendas doctor``: why a mail did not arrive, whose fault it is, and what to do."""

import os
import shutil
import sys

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sendas.cli.shared_options import FILE, AsJson, OptionalConfig, Profile
from sendas.errors import UsageError
from sendas.text import visible


if TYPE_CHECKING:
    from sendas.config.model import Config, ConfiguredDomain
    from sendas.doctor.evidence import Evidence, Symptom
    from sendas.doctor.model import Diagnosis
    from sendas.doctor.observe import Request
    from sendas.doctor.render.terminal import Look
    from sendas.doctor.subject import Words


_MAX_BOUNCE_BYTES = 40_000_000
"""What SES takes at most (FACTS 6): no bounce of one of its mails is longer."""


class BadOptions(UsageError):
    """The options do not go together, or name what is not there."""


@dataclass(frozen=True, slots=True)
class _Outputs:
    json: bool
    html: Path | None
    evidence: Path | None

    def check(self) -> None:
        from sendas.files import check_writable

        for path in filter(None, (self.html, self.evidence)):
            check_writable(path)


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
        typer.Option(metavar="CODE|LAYER", help="Show only this; may be repeated."),
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

    It asks DNS, AWS and the SMTP server, and without --prove changes nothing.
    Without DOMAIN it looks at every domain of sendas.toml side by side: a line for
    each, the details of what fails, with --json one object.  Of a domain in the
    file it knows Region, profile, targets and wishes, and advises accordingly.
    --prove sends one mail into the domain and, with the password, one out of it, to
    one-time addresses of your own that reach nobody, follows both hop by hop, and
    deletes them from the bucket.  Neither report nor evidence ever holds a secret.
    Exit status: 0 well, 1 something is wrong, 2 wrong usage, 3 could not look everywhere.

    Example: sendas doctor example.com --bounce bounce.eml
    """
    from sendas.doctor.judge import codes_of
    from sendas.doctor.registry import all_rules
    from sendas.doctor.run import examine, exit_status
    from sendas.doctor.subject import Words

    outputs = _Outputs(json, html, save_evidence)
    outputs.check()
    if prove and evidence:
        msg = "--prove sends mail, and --evidence judges what was saved: leave one of them out"
        raise BadOptions(msg)
    if to_inbox and not prove:
        msg = "--to-inbox says what becomes of the mail that --prove sends: add --prove"
        raise BadOptions(msg)
    codes_of(only or (), all_rules())
    shown = _symptoms(bounce or [])
    words = Words(domain, region, from_, to, mailbox, smtp_username, smtp_host, smtp_port)
    environment = {**os.environ, **({"SENDAS_RESOLVER": resolver} if resolver else {})}
    known = None if evidence else _known(config, words)
    if known is None and evidence is None and domain is None and from_ is None:
        _refuse_with_many(words, password_env, secret_env, html, save_evidence, bounce, prove)
        status = _look_at_all(
            _file(config), environment, profile, only or (),
            _Manner(json, redact, log_in=login, deadline=deadline),
        )  # fmt: skip
        raise typer.Exit(status)
    if evidence:
        _refuse_with_evidence(words, password_env, secret_env, resolver, profile)
        seen = _loaded(evidence)
        seen = replace(seen, symptoms=seen.symptoms + shown)
    else:
        profile = profile or (known.profile if known else None)
        request = _request(_completed(words, known), shown, environment, profile)
        request = replace(
            request,
            password=_variable(password_env, environment, "--password-env"),
            secret=_variable(secret_env, environment, "--secret-env"),
            log_in=login,
            deadline_seconds=deadline,
        )
        seen = _observed(request, environment, profile)
        if prove:
            seen = _proven(seen, request, environment, profile, to_inbox=to_inbox)
    if redact:
        from sendas.doctor.redact import redact as twin_of

        seen = twin_of(seen)
    diagnosis = examine(seen, only=only or ())
    if known is not None and not redact:
        from sendas.doctor.file_advice import advised

        diagnosis = advised(diagnosis, known)
    _write(seen, diagnosis, outputs, whole=not only)
    raise typer.Exit(exit_status(diagnosis))


@dataclass(frozen=True, slots=True)
class _Manner:
    """How all of the file's domains are looked at, and told of."""

    json: bool
    redact: bool
    log_in: bool
    deadline: float


def _file(config: Path | None) -> "Config":
    """sendas.toml, where no domain was named.

    Raises:
        BadOptions: There is none: nobody said which domain.
        BadConfig: It holds mistakes.
    """
    from sendas.cli.gmail_call import load_config

    found = load_config(config)
    if found is None:
        msg = (
            "which domain? say `sendas doctor example.com`, or --from with an address at it; all "
            "of them where there is a sendas.toml"
        )
        raise BadOptions(msg)
    return found


def _known(config: Path | None, words: "Words") -> "ConfiguredDomain | None":
    """What sendas.toml says of the domain that was named; None where it says nothing.

    Raises:
        BadConfig: The file that --config names holds mistakes; that in this folder is left out.
    """
    from sendas.cli.gmail_call import load_config
    from sendas.config.mistakes import BadConfig
    from sendas.errors import SendasError
    from sendas.mail.domain import Domain

    named = words.domain or (words.from_address or "").rpartition("@")[2]
    if not named:
        return None
    try:
        found = load_config(config)
        wanted = Domain(named)
    except BadConfig as mistakes:
        if config is not None:
            raise
        _talk(f"{FILE} is left out of this: {str(mistakes).splitlines()[0]}")
        return None
    except SendasError:
        return None  # what is wrong with the domain is said where it is read
    return next((one for one in (found.domains if found else ()) if one.name == wanted), None)


def _completed(words: "Words", known: "ConfiguredDomain | None") -> "Words":
    """*words*, and what the file knows where nothing was said."""
    if known is None:
        return words
    from sendas.doctor.file_subjects import subject_of

    subject = subject_of(known)
    return replace(
        words,
        region=words.region or (None if words.smtp_host else known.region),
        mailbox=subject.mailbox if words.mailbox is None else words.mailbox,
    )


def _refuse_with_many(words: "Words", *others: object) -> None:
    from sendas.doctor.subject import Words

    if words != Words() or any(others):
        msg = (
            "which domain? what is asked about one of them needs its name: `sendas doctor "
            "example.com …`, or --from"
        )
        raise BadOptions(msg)


def _look_at_all(
    file: "Config",
    environment: Mapping[str, str],
    profile: str | None,
    only: Iterable[str],
    manner: _Manner,
) -> int:
    """Every domain of the file, side by side; the exit status."""
    import asyncio

    from sendas.doctor.doors import default_doors
    from sendas.doctor.file_advice import advised
    from sendas.doctor.file_subjects import subject_of
    from sendas.doctor.many import Asked, observe_all
    from sendas.doctor.observe import Request
    from sendas.doctor.redact import redact
    from sendas.doctor.render import many
    from sendas.doctor.run import examine, exit_status
    from sendas.doctor.waiting import aloud

    asked = [
        Asked(
            Request(subject_of(one), log_in=manner.log_in, deadline_seconds=manner.deadline),
            profile or one.profile,
        )
        for one in file.domains
    ]
    seen = asyncio.run(
        aloud(
            lambda progress: observe_all(
                asked, lambda name: default_doors(environment, profile=name), progress
            ),
            sys.stderr,
        )
    )
    judged = []
    for domain, one, evidence in zip(file.domains, asked, seen, strict=True):
        if manner.redact:
            judged.append(many.Judged(examine(redact(evidence), only=only)))
        else:
            found = advised(examine(evidence, only=only), domain)
            judged.append(many.Judged(found, one.profile))
    if manner.json:
        typer.echo(many.as_json(judged), nl=False)
    else:
        _echo(many.as_text(judged, _look(whole=True)))
    statuses = {exit_status(one.diagnosis) for one in judged}
    return 1 if 1 in statuses else max(statuses)


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
            _talk(f"{given} tells of no failure ({explanation.title}); it is left out")
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
        _talk(f"{subject.region} is not a Region that this release knows; asking all the same")
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
    from sendas.prove.run import Manner, prove

    manner = Manner(
        lambda: secrets.token_hex(8), request.password, request.deadline_seconds, to_inbox
    )
    _talk(f"sending mail to prove {seen.subject.domain}; it waits {manner.patience_seconds:.0f} s")
    doors = real_doors(environment, profile, seen.subject.domain)
    return replace(seen, proof=prove(seen, manner, doors))


def _write(seen: "Evidence", diagnosis: "Diagnosis", outputs: _Outputs, *, whole: bool) -> None:
    from sendas.files import write_whole

    if outputs.evidence:
        from sendas.doctor.bundle import dump

        write_whole(outputs.evidence, dump(seen), private=True)
    if outputs.html:
        from sendas.doctor.render import html_page

        made = f"{seen.observed_at:%Y-%m-%d %H:%M %Z}"
        page = html_page.render(diagnosis, made=made, whole=whole)
        write_whole(outputs.html, page, private=True)
    if outputs.json:
        from sendas.doctor.render import json_document

        typer.echo(json_document.render(diagnosis), nl=False)
    else:
        _print(diagnosis, whole=whole)


def _print(diagnosis: "Diagnosis", *, whole: bool) -> None:
    from sendas.doctor.render import terminal

    _echo(terminal.render(diagnosis, _look(whole=whole)))


def _look(*, whole: bool) -> "Look":
    from sendas.doctor.render import terminal

    return terminal.Look(
        width=shutil.get_terminal_size().columns,
        colour=sys.stdout.isatty()
        and not os.environ.get("NO_COLOR")
        and os.environ.get("TERM") != "dumb",
        unicode=(sys.stdout.encoding or "ascii").lower().startswith("utf"),
        whole=whole,
    )


def _echo(text: str) -> None:
    encoding = sys.stdout.encoding or "ascii"
    typer.echo(text.encode(encoding, "replace").decode(encoding), nl=False)


def _talk(line: str) -> None:
    typer.echo(f"sendas: {visible(line)}", err=True)
