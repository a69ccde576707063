"""Options that several verbs have: one name, one short form, one sentence each."""

from pathlib import Path
from typing import Annotated

import typer


FILE = Path("sendas.toml")

ConfigFile = Annotated[
    Path, typer.Option("--config", metavar="FILE", help="What you want, as sendas.toml says it.")
]
"""For verbs that cannot do without it: `FILE` by default."""
OptionalConfig = Annotated[
    Path | None,
    typer.Option("--config", metavar="FILE", help="sendas.toml, if not the one in this folder."),
]
"""For verbs that can: None is the file in this folder, if there is one."""
DomainName = Annotated[
    str | None, typer.Argument(metavar="DOMAIN", help="Which of the file's, if it has several.")
]
RegionName = Annotated[
    str | None,
    typer.Option(
        "--region", metavar="REGION", help="SES's Region; else sendas.toml's or the profile's."
    ),
]
Profile = Annotated[
    str | None, typer.Option("--profile", metavar="NAME", help="The AWS profile to act with.")
]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")]
TakeOver = Annotated[
    bool,
    typer.Option("--take-over", help="End the forwarder that stood before, as ours begins."),
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would be done, do nothing.")]
Output = Annotated[
    Path | None, typer.Option("--output", "-o", metavar="FILE", help="A file; else stdout.")
]
