"""Where received mail lies: the options that `sendas mail` and `sendas mail routes` share."""

import os

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sendas.errors import UsageError


if TYPE_CHECKING:
    from sendas.config.model import ConfiguredDomain
    from sendas.inbound.mail_location import MailLocation
    from sendas.mail.domain import Domain
    from sendas.ses.regions import Region


Bucket = Annotated[
    str | None,
    typer.Option(metavar="BUCKET", help="Where SES stores mail; else by the rule set."),
]
Prefix = Annotated[
    str | None,
    typer.Option(metavar="PREFIX", help="Before each mail's key; else by the rule set."),
]
Function = Annotated[str | None, typer.Option(metavar="NAME", help="The function that forwards.")]
DomainOption = Annotated[
    str | None, typer.Option("--domain", metavar="DOMAIN", help="Only mail for this domain.")
]


class NoSuchMail(UsageError):
    """There is no mail of that id in the bucket."""


@dataclass(frozen=True, slots=True)
class Where:
    """The options that say where mail lies."""

    bucket: str | None
    prefix: str | None
    function: str | None
    region: str | None
    profile: str | None
    domain: str | None = None
    config: Path | None = None

    def location(self) -> "MailLocation":
        """Find it; raises as `find_location` and `open_session` do."""
        from sendas.aws.session import open_session
        from sendas.cli.gmail_call import profile_in_file
        from sendas.inbound.mail_location import find_location
        from sendas.mail.domain import Domain

        domain = Domain(self.domain) if self.domain is not None else None
        in_file = self._in_file(domain)
        region = self._region(in_file)
        profile = self.profile or profile_in_file(self.config, domain)
        return find_location(
            open_session(profile, os.environ),
            region,
            bucket=self.bucket,
            prefix=self.prefix,
            function=self.function,
            domain=domain,
            adopted={
                rule: one.adopted.function_arn or ""
                for one in in_file
                if one.region == region
                for rule in one.adopted.rules
            },
        )

    def _in_file(self, domain: "Domain | None") -> "list[ConfiguredDomain]":
        from sendas.cli.gmail_call import load_config

        file = load_config(self.config)
        return [one for one in (file.domains if file else ()) if domain in {None, one.name}]

    def _region(self, in_file: "list[ConfiguredDomain]") -> "Region":
        """The one that is named, else the file's, else the environment's or the profile's."""
        from sendas.aws.session import configured_region
        from sendas.ses.regions import parse_region

        if self.region:
            return parse_region(self.region)
        of_file = {one.region for one in in_file}
        if len(of_file) == 1:
            return of_file.pop()
        name = (
            os.environ.get("AWS_REGION")
            or os.environ.get("AWS_DEFAULT_REGION")
            or configured_region(self.profile, os.environ)
        )
        if not name:
            msg = "no Region: name the one that receives with --region"
            raise UsageError(msg)
        return parse_region(name)


def count_of(things: Sequence[object] | Iterable[object], name: str) -> str:
    """How many, for people."""
    number = len(list(things))
    return f"{number} {name}{'' if number == 1 else 's'}"
