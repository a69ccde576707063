"""``sendas reply``: write as your own address by just answering, without SMTP."""

import json
import sys
import time

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from sendas.cli import EXIT_FAILING, new_app
from sendas.cli.reply_place import NoAlias, NoMailbox, described, mailbox_of, place_of, places_of
from sendas.cli.shared_options import FILE, AsJson, ConfigFile, Profile
from sendas.errors import UsageError


app = new_app(no_args_is_help=True)

Mailbox = Annotated[
    str | None, typer.Option("--as", metavar="MAILBOX", help="Which of your mailboxes writes.")
]
AliasArgument = Annotated[str, typer.Argument(metavar="ALIAS", help="The alias's address.")]
MailboxArgument = Annotated[str, typer.Argument(metavar="MAILBOX", help="Such as me@example.com.")]


@app.callback()
def reply() -> None:
    """Write as your own address by just answering: no SMTP, no password.

    Mail that is forwarded to a mailbox with `send = "reply-alias"` can be answered
    as it is.  To write first, make an address to write to.

    Example: sendas reply address them@example.net
    """


@app.command()
def address(  # noqa: PLR0913  one parameter per option
    them: Annotated[str, typer.Argument(metavar="THEM", help="Whom to write to.")],
    *,
    sender: Mailbox = None,
    vcard: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write it as a vCard, for contacts.")
    ] = None,
    csv: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write it as CSV for Google Contacts.")
    ] = None,
    name: Annotated[str, typer.Option(metavar="NAME", help="What the contact is called.")] = "",
    as_json: AsJson = False,
    config: ConfigFile = FILE,
    profile: Profile = None,
) -> None:
    """Print the address by which you write to somebody first.

    Write to it from the inbox that gets the mailbox's mail; it goes out as the
    mailbox.

    Example: sendas reply address them@example.net --vcard them.vcf
    """
    from sendas.files import check_writable, write_whole
    from sendas.inbound.aliases import new_address
    from sendas.reply.contact import as_csv, as_vcard

    for file in filter(None, (vcard, csv)):
        check_writable(file)
    place, mailbox = mailbox_of(config, profile, sender)
    alias = new_address(place, mailbox, them, datetime.now(UTC))  # noqa: TID251  the door for time
    written = f"{alias.local_part}@{place.domain}"
    shown = name or f"{them} as {mailbox}"
    if vcard:
        write_whole(vcard, as_vcard(shown, written), private=True)
    if csv:
        write_whole(csv, as_csv(shown, written), private=True)
    if as_json:
        typer.echo(json.dumps(described(alias, place), indent=2))
        return
    typer.echo(written)
    sys.stderr.write(f"It reaches {them} as {mailbox}, until {alias.expires}.\n")


@app.command()
def page(
    *,
    minutes: Annotated[int, typer.Option(min=1, max=600, help="How long it is served.")] = 30,
    config: ConfigFile = FILE,
    profile: Profile = None,
) -> None:
    """Serve a page on this machine that makes addresses to write to, as `address` does.

    It listens on loopback alone, at a path nobody can guess, until Ctrl-C or the time
    is over.

    Example: sendas reply page --minutes 10
    """
    from sendas.inbound.alias_page import alias_answer
    from sendas.inbound.aliases import new_address
    from sendas.loopback import LoopbackPage

    places = {box: place for place in places_of(config, profile) for box in place.mailboxes}

    def make(mailbox: str, them: str) -> str:
        place = places[mailbox]
        now = datetime.now(UTC)  # noqa: TID251  the door for time
        alias = new_address(place, mailbox, them, now)
        return f"{alias.local_part}@{place.domain}"

    with LoopbackPage(alias_answer(tuple(places), make)) as served:
        typer.echo(served.url)
        served_for = "a minute" if minutes == 1 else f"{minutes} minutes"
        sys.stderr.write(f"Open it in a browser; it ends in {served_for}, or by Ctrl-C.\n")
        time.sleep(minutes * 60)


@app.command("list")
def list_state(
    *, as_json: AsJson = False, config: ConfigFile = FILE, profile: Profile = None
) -> None:
    """List the mailboxes that can be answered as, and what is closed or paused.

    Aliases themselves are kept nowhere: each holds all that is to be known.

    Example: sendas reply list
    """
    from sendas.inbound.aliases import state_of

    document, lines = [], []
    for place in places_of(config, profile):
        state = state_of(place)
        document.append(
            {
                "domain": place.domain,
                "mailboxes": [
                    {
                        "address": box.address,
                        "owners": list(box.owners),
                        "paused": box.address in state.paused,
                        "per_hour": box.per_hour,
                        "per_day": box.per_day,
                        "expires_days": box.expires_days,
                    }
                    for box in place.mailboxes.values()
                ],
                "closed": [f"{local}@{place.domain}" for local in sorted(state.closed)],
            }
        )
        for box in place.mailboxes.values():
            paused = "  paused" if box.address in state.paused else ""
            lines.append(f"{box.address}  answered by {', '.join(box.owners)}{paused}")
        lines += [f"{one}@{place.domain}  closed to others" for one in sorted(state.closed)]
    if as_json:
        typer.echo(json.dumps({"schema": "sendas.reply-list/1", "domains": document}, indent=2))
        return
    for line in lines:
        typer.echo(line)


@app.command()
def show(
    alias: AliasArgument,
    *,
    as_json: AsJson = False,
    config: ConfigFile = FILE,
    profile: Profile = None,
) -> None:
    """Say whom an alias stands for, and whether it can still be answered.

    Exit status 1 if it cannot.

    Example: sendas reply show jane_at_example.net.k3abc@example.com
    """
    from sendas.inbound.aliases import examine

    place = place_of(config, profile, alias)
    found = examine(place, alias, datetime.now(UTC))  # noqa: TID251  the door for time
    if found is None:
        msg = f"{alias} has not the shape of an alias"
        raise NoAlias(msg)
    standing, read = found
    if as_json:
        shown = described(read, place) if read else {}
        typer.echo(json.dumps({"standing": standing, **shown}, indent=2))
    else:
        kept = "an address that the bucket keeps no more"
        whom = (read.address or kept) if read else "no key of yours has signed it"
        until = f", until {read.expires}" if read else ""
        typer.echo(f"{standing}: {whom}{until}")
    if standing != "good":
        raise typer.Exit(EXIT_FAILING)


@app.command()
def close(alias: AliasArgument, *, config: ConfigFile = FILE, profile: Profile = None) -> None:
    """Put what others write to an alias into the quarantine; you can still answer it.

    Example: sendas reply close jane_at_example.net.k3abc@example.com
    """
    _set_closed(alias, config, profile, closed=True)


@app.command("open")
def open_again(
    alias: AliasArgument, *, config: ConfigFile = FILE, profile: Profile = None
) -> None:
    """Let others write to an alias again.

    Example: sendas reply open jane_at_example.net.k3abc@example.com
    """
    _set_closed(alias, config, profile, closed=False)


@app.command()
def pause(mailbox: MailboxArgument, *, config: ConfigFile = FILE, profile: Profile = None) -> None:
    """Let no answer go out as a mailbox, from the next mail on; received mail is forwarded.

    Example: sendas reply pause me@example.com
    """
    _set_paused(mailbox, config, profile, paused=True)


@app.command()
def resume(
    mailbox: MailboxArgument, *, config: ConfigFile = FILE, profile: Profile = None
) -> None:
    """Let answers go out as a mailbox again.

    Example: sendas reply resume me@example.com
    """
    _set_paused(mailbox, config, profile, paused=False)


@app.command()
def stats(
    *,
    days: Annotated[int, typer.Option(min=1, max=400, help="How far to look back.")] = 7,
    as_json: AsJson = False,
    config: ConfigFile = FILE,
    profile: Profile = None,
) -> None:
    """Count what became of answers: sent, refused and why, by the records of the mails.

    Example: sendas reply stats --days 30
    """
    from sendas.inbound.aliases import stats_of

    since = datetime.now(UTC) - timedelta(days=days)  # noqa: TID251  the door for time
    for place in places_of(config, profile):
        found = stats_of(place, since)
        if as_json:
            document = {
                "schema": "sendas.reply-stats/1",
                "domain": place.domain,
                "days": days,
                "answers": dict(found.by_state),
                "not_sent": dict(found.refused),
                "unreadable_records": found.unread,
            }
            typer.echo(json.dumps(document))
            continue
        told = [f"{number} {state}" for state, number in found.by_state.most_common()]
        told += [f"{number} not sent: {why}" for why, number in found.refused.most_common()]
        told += [f"{found.unread} records cannot be read"] if found.unread else []
        typer.echo(f"{place.domain}, {days} days: {', '.join(told) or 'no answers'}")


@app.command()
def key(
    *,
    rotate: Annotated[bool, typer.Option("--rotate", help="Sign with a new key.")] = False,
    revoke: Annotated[
        str, typer.Option(metavar="ID", help="Believe a key no more: its aliases end.")
    ] = "",
    domain: Annotated[
        str | None, typer.Option("--domain", metavar="DOMAIN", help="Which of the file's.")
    ] = None,
    config: ConfigFile = FILE,
    profile: Profile = None,
) -> None:
    """Show the ids of the keys that sign aliases; make a new one; revoke a leaked one.

    No key is ever printed.  Aliases that an older key signed stay answerable until
    they expire, or until the key is revoked.

    Example: sendas reply key --rotate
    """
    from sendas.inbound.aliases import keys_of, revoke_key, rotate_keys

    if rotate and revoke:
        msg = "one at a time: --rotate first, then --revoke the old one"
        raise UsageError(msg)
    places = [p for p in places_of(config, profile) if domain in {None, p.domain}]
    if len(places) != 1:
        msg = f"name the domain with --domain: {', '.join(p.domain for p in places)}"
        raise NoMailbox(msg)
    (place,) = places
    keys = (
        rotate_keys(place) if rotate else revoke_key(place, revoke) if revoke else keys_of(place)
    )
    for one in sorted(keys.secrets):
        word = "signs" if one == keys.current else "believed" if keys.believed(one) else "revoked"
        typer.echo(f"{one}  {word}")
    if rotate or revoke:
        sys.stderr.write("Running functions learn of it within a quarter of an hour.\n")


def _set_closed(alias: str, config: Path, profile: str | None, *, closed: bool) -> None:
    from sendas.inbound.aliases import examine, put_state, state_of

    place = place_of(config, profile, alias)
    found = examine(place, alias, datetime.now(UTC))  # noqa: TID251  the door for time
    if found is None or found[1] is None:
        msg = f"{alias} is no alias of {place.domain}"
        raise NoAlias(msg)
    put_state(place, state_of(place).with_closed(found[1].local_part, closed=closed))
    sys.stderr.write(f"{alias} is {'closed to others' if closed else 'open'}.\n")


def _set_paused(address: str, config: Path, profile: str | None, *, paused: bool) -> None:
    from sendas.inbound.aliases import put_state, state_of

    place, mailbox = mailbox_of(config, profile, address)
    put_state(place, state_of(place).with_paused(mailbox, paused=paused))
    how = "no answer goes out, you are notified of each" if paused else "answers go out"
    sys.stderr.write(f"{mailbox}: {how}.\n")
