"""``sendas relay queue``: what waits, looked at and changed beside a relay that works."""

import json

from typing import TYPE_CHECKING, Annotated

import typer

from sendas.cli import EXIT_FAILING, new_app
from sendas.cli.plan_options import agree, talk
from sendas.cli.relay_file import BadChoice, NotThere, admin_of, now, relay_of
from sendas.cli.shared_options import FILE, AsJson, ConfigFile, Yes
from sendas.text import visible_lines


if TYPE_CHECKING:
    from sendas.relay.decide.queued import Item
    from sendas.relay.mail_queue import QueueAdmin


app = new_app(no_args_is_help=True)

_MAX_LISTED = 100_000

MailId = Annotated[str, typer.Argument(metavar="ID", help="The queue id, as `list` shows it.")]


@app.callback()
def the_queue() -> None:
    """Look at what waits; try it again, hold it, drop it.

    Example: sendas relay queue list
    """


@app.command("list")
def list_queue(
    *,
    all_: Annotated[bool, typer.Option("--all", help="What ended in the last week, too.")] = False,
    config: ConfigFile = FILE,
    as_json: AsJson = False,
) -> None:
    """List what waits, the oldest first: id, state, age, size, from whom, to whom.

    Exit status: 0 nothing is held or refused; 1 something is.

    Example: sendas relay queue list
    """
    from sendas.relay.decide.shown import item_json, queue_line

    _, wanted = relay_of(config)
    with admin_of(wanted) as admin:
        found = admin.listed(_MAX_LISTED, ended=all_)
        counts = admin.counts()
    if as_json:
        listed = [item_json(one) for one in found]
        typer.echo(json.dumps({"schema": "sendas.relay-queue/1", "tasks": listed}, indent=2))
    else:
        for one in found:
            typer.echo(visible_lines(queue_line(one, now())))
        talk(f"{len(found)} tasks" + (" listed, and more" if len(found) == _MAX_LISTED else ""))
    if counts.held or counts.refused or counts.uncertain:
        raise typer.Exit(EXIT_FAILING)


@app.command("show")
def show(
    mail: MailId,
    *,
    content: Annotated[
        bool, typer.Option("--content", help="Print the mail itself, and nothing else.")
    ] = False,
    config: ConfigFile = FILE,
    as_json: AsJson = False,
) -> None:
    """Show all that is known of one mail: who sent it, what SES said, when it is tried next.

    Exit status: 0 shown; 2 there is none of that id.

    Example: sendas relay queue show AABVJ2Y5R4KQA
    """
    import sys

    from sendas.relay.decide.shown import details, item_json

    _, wanted = relay_of(config)
    with admin_of(wanted) as admin:
        found = _items(admin, mail)
        raw = admin.content(found[0].mail.id) if content else None
    if content:
        if raw is None:
            msg = f"the content of {mail} is gone: every recipient's is sent"
            raise NotThere(msg)
        sys.stdout.buffer.write(raw)
    elif as_json:
        listed = [item_json(one) for one in found]
        typer.echo(json.dumps({"schema": "sendas.relay-queue/1", "tasks": listed}, indent=2))
    else:
        typer.echo("\n".join(details(found)))


@app.command("retry")
def retry(
    mails: Annotated[
        list[str] | None, typer.Argument(metavar="ID...", help="Queue ids, or --all.")
    ] = None,
    *,
    everything: Annotated[bool, typer.Option("--all", help="All that waits or is held.")] = False,
    config: ConfigFile = FILE,
) -> None:
    """Let mail be tried now: what waits, what is held, and, by its id, what was refused.

    Where an answer of SES was lost, the recipient may get it twice.
    Exit status: 0 it is due; 2 there is none of that id, or it is sent already.

    Example: sendas relay queue retry --all
    """
    from sendas.relay.decide.queued import released

    if bool(mails) == everything:
        msg = "give queue ids, or --all"
        raise BadChoice(msg)
    _, wanted = relay_of(config)
    with admin_of(wanted) as admin:
        if everything:
            found = [one for one in admin.listed(_MAX_LISTED) if one.task.state == "due"]
        else:
            found = [one for mail in mails or () for one in _to_retry(_items(admin, mail), mail)]
        at = now()
        count = admin.change([(one, released(one, at)) for one in found])
        if found and not count:
            msg = "none of it waits any more: the relay has just taken it up"
            raise NotThere(msg)
        admin.ask_for_retry()
    talk(f"{count} tasks are due now")


def _to_retry(items: "list[Item]", mail: str) -> "list[Item]":
    """What of a mail can be tried again.

    Raises:
        NotThere: Nothing: all of it is sent, or is being sent.
    """
    left = [one for one in items if one.task.state not in {"sending", "done"}]
    if not left:
        sent = all(one.task.state == "done" for one in items)
        why = "SES took it for every recipient" if sent else "SES is being asked about it"
        msg = f"{visible_lines(mail)[:40]} cannot be tried again: {why}"
        raise NotThere(msg)
    return left


@app.command("hold")
def hold(mail: MailId, *, config: ConfigFile = FILE) -> None:
    """Keep one mail from being sent until `retry` releases it.

    Exit status: 0 held; 2 there is none of that id, or it has gone.

    Example: sendas relay queue hold AABVJ2Y5R4KQA
    """
    from sendas.relay.decide.queued import held_by_owner

    _, wanted = relay_of(config)
    with admin_of(wanted) as admin:
        waiting = [one for one in _items(admin, mail) if one.task.state == "due"]
        changes = [(one, held_by_owner(one)) for one in waiting]
        if not admin.change(changes):
            msg = f"{mail} is not waiting any more"
            raise NotThere(msg)
    talk(f"{mail} is held")


@app.command("drop")
def drop(mail: MailId, *, yes: Yes = False, config: ConfigFile = FILE) -> None:
    """Forget one mail: it is not sent, and nobody is told.

    Exit status: 0 dropped; 2 there is none of that id, or nobody said yes.

    Example: sendas relay queue drop AABVJ2Y5R4KQA --yes
    """
    _, wanted = relay_of(config)
    with admin_of(wanted) as admin:
        found = _items(admin, mail)
        one = found[0].mail
        agree(visible_lines(f"forget the mail of {one.author}, {one.size} bytes?"), yes=yes)
        admin.drop(one.id)
    talk(f"{mail} is dropped")


def _items(admin: "QueueAdmin", mail: str) -> "list[Item]":
    from sendas.relay.decide.queued import id_of

    number = id_of(mail)
    found = admin.of_mail(number) if number is not None else []
    if not found:
        shown = visible_lines(mail)[:40]
        msg = f"there is no mail {shown} in the queue; `sendas relay queue list` shows it"
        raise NotThere(msg)
    return found
