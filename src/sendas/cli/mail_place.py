"""Where received mail lies: the options that `sendas mail` and `sendas mail routes` share."""

import os

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from sendas.errors import UsageError


if TYPE_CHECKING:
    from sendas.inbound.redeliver import Desk


Bucket = Annotated[str | None, typer.Option(help="Where SES stores mail; else by the rule set.")]
Prefix = Annotated[str | None, typer.Option(help="Before each mail's key; else by the rule set.")]
Function = Annotated[str | None, typer.Option(help="The function that forwards.")]
RegionName = Annotated[str | None, typer.Option("--region", help="The Region that receives.")]
Profile = Annotated[str | None, typer.Option(help="An AWS profile.")]
DomainName = Annotated[str | None, typer.Option("--domain", help="Only mail for this domain.")]
AsJson = Annotated[bool, typer.Option("--json", help="One object, for programs.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would be done, do nothing.")]


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

    def desk(self) -> "Desk":
        """Find it; raises as `find_desk` and `open_session` do."""
        from sendas.aws.session import configured_region, open_session
        from sendas.inbound.redeliver import find_desk
        from sendas.mail.domain import Domain
        from sendas.ses.regions import parse_region

        domain = Domain(self.domain) if self.domain is not None else None
        environment = os.environ
        name = (
            self.region
            or environment.get("AWS_REGION")
            or environment.get("AWS_DEFAULT_REGION")
            or configured_region(self.profile, environment)
        )
        if not name:
            msg = "no Region: name the one that receives with --region"
            raise UsageError(msg)
        return find_desk(
            open_session(self.profile, environment),
            parse_region(name),
            bucket=self.bucket,
            prefix=self.prefix,
            function=self.function,
            domain=domain,
        )


def count_of(things: Sequence[object] | Iterable[object], name: str) -> str:
    """How many, for people."""
    number = len(list(things))
    return f"{number} {name}{'' if number == 1 else 's'}"
