"""``sendas policy``: the least IAM policy for the operator."""

import json

from pathlib import Path
from typing import Annotated

import typer

from sendas.cli.shared_options import OptionalConfig
from sendas.errors import UsageError
from sendas.iam.rights import BOUNDARY_NAME, Verb


_UNBOUNDED = (
    "note: whoever holds this can give a role of ours more, and so become an administrator: "
    f'write permissions_boundary = "{BOUNDARY_NAME}" at the top of the file'
)


class BadPolicy(UsageError):
    """The options name what is not there."""


def command(  # noqa: PLR0913  typer: a parameter per option
    verbs: Annotated[
        list[str] | None,
        typer.Argument(metavar="VERB", help=f"{', '.join(Verb)}."),
    ] = None,
    *,
    config: OptionalConfig = None,
    account: Annotated[
        str, typer.Option(metavar="ID", help="The account's 12 digits; else any.")
    ] = "*",
    part: Annotated[
        int, typer.Option(min=1, help="Which document, where one would be too long for IAM.")
    ] = 1,
    boundary: Annotated[
        bool,
        typer.Option("--boundary", help="The permissions boundary of what sendas makes, instead."),
    ] = False,
    actions: Annotated[
        bool, typer.Option("--actions", help="A plain list of the actions, one a line.")
    ] = False,
) -> None:
    """Print the least IAM policy that lets an operator use the verbs; without any, all.

    Only what the domains of sendas.toml need, if there is one; else any domain's. Where
    the file names a permissions_boundary, roles and users can only be made within it, so
    that nobody with the policy can make himself more; an administrator makes it once.
    Without a file they can only be made within sendas-boundary, which init writes.
    Asks nobody and changes nothing. Exit status: 0 printed; 2 no such verb, or
    the file is wrong.

    Example: sendas policy plan apply --account 123456789012
    """
    import re

    from sendas.config.load import FILE_NAME, load
    from sendas.iam.rights import actions_of
    from sendas.operator.policy import (
        MAX_CHARACTERS,
        PRINTED,
        makes_holders,
        operator_policies,
    )
    from sendas.ses.regions import partition_of
    from sendas.setup.template.boundary import boundary_document

    known = {verb.value: verb for verb in Verb}
    for verb in verbs or ():
        if verb not in known:
            msg = f"{verb!r} asks nothing of AWS, or is no verb; there are {', '.join(known)}"
            raise BadPolicy(msg)
    if not re.fullmatch(r"\*|\d{12}", account, re.ASCII):
        msg = f"--account {account!r}: an account id has 12 digits"
        raise BadPolicy(msg)
    wanted = [known[verb] for verb in verbs or known]
    if actions:
        typer.echo("\n".join(sorted(actions_of(PRINTED, wanted))))
        return
    path = config or (Path(FILE_NAME) if Path(FILE_NAME).exists() else None)
    read = load(path) if path else None
    partition = partition_of(read.domains[0].region) if read else "aws"
    if boundary:
        typer.echo(json.dumps(boundary_document(read), indent=2))
        return
    unbounded = read is not None and any(not d.permissions_boundary for d in read.domains)
    if unbounded and makes_holders(wanted):
        typer.echo(_UNBOUNDED, err=True)
    documents = operator_policies(wanted, read, account_id=account, partition=partition)
    if part > len(documents):
        msg = f"--part {part}: there are {len(documents)}"
        raise BadPolicy(msg)
    typer.echo(json.dumps(documents[part - 1], indent=2))
    if len(documents) > 1:
        typer.echo(
            f"note: part {part} of {len(documents)}, since IAM takes {MAX_CHARACTERS} characters"
            " in one policy; --part prints another, and all of them are to be attached",
            err=True,
        )
