"""What sendas.toml says, for the doctor: of the domain that is asked about, or all its domains."""

import sys

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from sendas.cli.doctor_printed import echo, look, talk
from sendas.cli.doctor_relay import of_the_file
from sendas.cli.shared_options import FILE
from sendas.errors import UsageError


if TYPE_CHECKING:
    from sendas.config.model import Config, ConfiguredDomain
    from sendas.doctor.subject import Words


class NoDomain(UsageError):
    """Nobody said which domain, and there is no file that names any."""


@dataclass(frozen=True, slots=True)
class DomainsOptions:
    """How all of the file's domains are looked at, and shown."""

    json: bool
    redact: bool
    log_in: bool
    deadline: float


def named_by(config: Path | None) -> "Config":
    """sendas.toml, where no domain was named.

    Raises:
        NoDomain: There is none: nobody said which domain.
        BadConfig: It holds mistakes.
    """
    from sendas.cli.gmail_call import load_config

    found = load_config(config)
    if found is None:
        msg = (
            "which domain? say `sendas doctor example.com`, or --from with an address at it; all "
            "of them where there is a sendas.toml"
        )
        raise NoDomain(msg)
    return found


def known_of(config: Path | None, words: "Words") -> "ConfiguredDomain | None":
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
        talk(f"{FILE} is left out of this: {str(mistakes).splitlines()[0]}")
        return None
    except SendasError:
        return None  # what is wrong with the domain is said where it is read
    return next((one for one in (found.domains if found else ()) if one.name == wanted), None)


def completed(words: "Words", known: "ConfiguredDomain | None") -> "Words":
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


def look_at_all(
    file: "Config",
    environment: Mapping[str, str],
    profile: str | None,
    only: Iterable[str],
    options: DomainsOptions,
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

    asked = []
    for named in file.domains:
        relay = of_the_file(file, named)
        request = Request(
            replace(subject_of(named), relay=relay.host if relay else None),
            log_in=options.log_in,
            relay=relay if options.log_in else None,
            deadline_seconds=options.deadline,
        )
        asked.append(Asked(request, profile or named.profile))
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
        if options.redact:
            judged.append(many.Judged(examine(redact(evidence), only=only)))
        else:
            found = advised(examine(evidence, only=only), domain)
            judged.append(many.Judged(found, one.profile))
    if options.json:
        typer.echo(many.as_json(judged), nl=False)
    else:
        echo(many.as_text(judged, look(whole=True)))
    statuses = {exit_status(one.diagnosis) for one in judged}
    return 1 if 1 in statuses else max(statuses)
