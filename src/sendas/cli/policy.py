"""``sendas policy``: the least IAM policy for the operator."""

import json

from pathlib import Path
from typing import Annotated

import typer

from sendas.cli.shared_options import OptionalConfig
from sendas.errors import UsageError
from sendas.iam.rights import Verb


class BadPolicy(UsageError):
    """The options name what is not there."""


def command(
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
    actions: Annotated[
        bool, typer.Option("--actions", help="A plain list of the actions, one a line.")
    ] = False,
) -> None:
    """Print the least IAM policy that lets an operator use the verbs; without any, all.

    Only what the domains of sendas.toml need, if there is one; else any domain's.
    Asks nobody and changes nothing. Exit status: 0 printed; 2 no such verb, or
    the file is wrong.

    Example: sendas policy plan apply --account 123456789012
    """
    import re

    from sendas.config.load import FILE_NAME, load
    from sendas.iam.rights import actions_of
    from sendas.operator.policy import MAX_CHARACTERS, operator_policies
    from sendas.operator.table import RIGHTS
    from sendas.ses.regions import partition_of

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
        typer.echo("\n".join(sorted(actions_of(RIGHTS, wanted))))
        return
    path = config or (Path(FILE_NAME) if Path(FILE_NAME).exists() else None)
    read = load(path) if path else None
    partition = partition_of(read.domains[0].region) if read else "aws"
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
