"""``sendas gmail``: add an address to Gmail, confirm it, prove that it works."""

import os

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sendas.cli import EXIT_COULD_NOT_LOOK, EXIT_FAILING, new_app
from sendas.cli.gmail_call import Address, Call, User, open_call, talk
from sendas.cli.gmail_clients import password, settings
from sendas.cli.gmail_relay import added_through_relay
from sendas.cli.handing import (
    Copy,
    Page,
    ReplaceKey,
    Show,
    check_clipboard,
    check_one_way,
    hand_over,
)
from sendas.cli.shared_options import AsJson, OptionalConfig, Profile, RegionName
from sendas.text import visible


if TYPE_CHECKING:
    from sendas.credentials.decide.dialog import Window
    from sendas.credentials.decide.verification import Beside, Report
    from sendas.credentials.watching import Place
    from sendas.gmail.decide.confirmation import Confirmed, Refused
    from sendas.ses.events import SesEvent


_MAX_MAIL_BYTES = 40_000_000

app = new_app(no_args_is_help=True)

Bucket = Annotated[
    str | None, typer.Option(metavar="BUCKET[/PREFIX]", help="Where SES stores its mail.")
]


@app.callback()
def gmail() -> None:
    """Write as your own address in Gmail: add it, confirm it, prove that it works.

    Example: sendas gmail add me@example.com
    """


@app.command()
def add(  # noqa: PLR0913  one parameter per option, and what each asks for
    address: Address,
    *,
    region: RegionName = None,
    config: OptionalConfig = None,
    user: User = None,
    name: Annotated[
        str | None,
        typer.Option("--name", metavar="NAME", help="What stands before the address in From."),
    ] = None,
    copy: Copy = False,
    page: Page = False,
    show: Show = False,
    new_key: Annotated[
        bool,
        typer.Option(
            "--new-key",
            help="Make another although the stored one is good, and store it in its place, "
            "unproven; the old key works on. sendas credentials rotate proves it first.",
        ),
    ] = False,
    replace_key: ReplaceKey = None,
    timeout: Annotated[
        float,
        typer.Option(
            metavar="SECONDS", min=0, max=600, help="Seconds for a new key to become known."
        ),
    ] = 60.0,
    as_json: AsJson = False,
    profile: Profile = None,
) -> None:
    """Make the mailbox's SMTP password, prove it by login, and say what to type in Gmail.

    Makes the IAM user, its policy and its key where they are missing, and keeps
    the password in Secrets Manager or Parameter Store. Safe to repeat: what stands is used again.
    The password itself is shown only with --copy, --page or --show.  A mailbox with
    `send = "relay"` is led to the relay of sendas.toml instead; AWS is not asked.

    Exit status: 0 it logs in, 1 it is refused, 2 wrong usage, 3 AWS or the SMTP
    server could not be reached.

    Example: sendas gmail add me@example.com --page
    """
    import secrets

    from sendas.credentials.decide.dialog import windows
    from sendas.credentials.doors import real_dial
    from sendas.credentials.issue import Wanted, issue
    from sendas.credentials.proving import Proof, prove
    from sendas.gmail import view

    check_one_way(copy=copy, page=page, show=show)
    others = (copy, page, show, new_key, replace_key, user)
    if added_through_relay(address, config, name, others, as_json=as_json):
        return
    if copy:
        check_clipboard()
    dial = real_dial(os.environ)
    call = open_call(address, region, config, user, profile)
    wanted = Wanted(call.sender, secrets.token_hex(16), anew=new_key, give_up=replace_key)
    issued = issue(wanted, call.aws, call.timing, talk)
    proven = prove(issued.stored, dial, call.timing, patience_seconds=timeout, talk=talk)
    well = proven.proof is Proof.LOGGED_IN
    shown = issued.stored.password if show else None
    name = name or call.sender.name
    sheets = windows(issued.stored, name=name, password=shown)
    if as_json:
        _print_json(view.added_json(call.sender, issued, proven, sheets))
    else:
        for line in view.added_text(call.sender, issued, proven):
            talk(line)
        if well:
            _print_dialog(sheets)
    if not well:
        refused = proven.proof is Proof.REFUSED
        raise typer.Exit(EXIT_FAILING if refused else EXIT_COULD_NOT_LOOK)
    if copy or page:
        hand_over(issued.stored, name, page=page)
    elif not show:
        talk("the password: repeat this with --copy, --page or --show")
    talk(
        'before you press "Add Account": sendas gmail confirm '
        f"{call.sender.address}, in another window"
    )


def _print_dialog(sheets: "tuple[Window, ...]") -> None:
    from sendas.credentials.decide.dialog import as_text

    typer.echo(as_text(sheets))


@app.command()
def confirm(  # noqa: PLR0913  one parameter per option
    address: Address,
    *,
    region: RegionName = None,
    config: OptionalConfig = None,
    bucket: Bucket = None,
    account: Annotated[
        list[str] | None,
        typer.Option(
            metavar="ADDRESS",
            help="The Gmail account that may ask, if not the mailbox's targets in sendas.toml; "
            "may be repeated.",
        ),
    ] = None,
    link: Annotated[
        bool, typer.Option("--link", help="Show the link too; the code does the same.")
    ] = False,
    timeout: Annotated[
        float, typer.Option(metavar="SECONDS", min=0, max=86_400, help="Seconds to wait for it.")
    ] = 300.0,
    since: Annotated[
        float,
        typer.Option(
            metavar="HOURS", min=0, max=720, help="Take mail from before this command, too."
        ),
    ] = 0.0,
    as_json: AsJson = False,
    profile: Profile = None,
) -> None:
    """Show the code of Gmail's confirmation mail as soon as it arrives.

    Type it first, then press "Add Account" or "Resend email" in Gmail: it takes
    only mail that comes from now on. It watches the bucket in which SES stores
    the address's mail, and takes only what SES found to be signed by google.com
    and an account of yours asked for. Anybody can ask Google to have your
    address confirmed for theirs: such a letter is genuine, and is refused.

    Exit status: 0 it came, 1 it did not (in time), 2 wrong usage, 3 the bucket
    could not be read.

    Example: sendas gmail confirm me@example.com
    """
    from datetime import timedelta

    from sendas.credentials.watching import Watch, first
    from sendas.gmail import view
    from sendas.mail.address import Address as OneAddress

    accounts = tuple(map(OneAddress, account or ()))
    call = open_call(address, region, config, None, profile)
    looking = _Looking(call.sender.address, accounts or call.sender.targets, link)
    watch = Watch(
        _places(call, call.sender.address, bucket),
        call.timing.now() - timedelta(hours=since),
        timeout,
    )
    found = first(watch, call.aws, call.timing, looking, _Waiting("Gmail's confirmation"))
    if as_json:
        _print_json(view.confirmed_json(found, looking.refused))
    elif found:
        typer.echo("\n".join(view.confirmed_text(found)))
    if found is None:
        talk(
            f"no confirmation for {call.sender.address} within {timeout:.0f} s; press "
            '"Resend email" in Gmail while this waits (--since 1 takes one of the last hour), '
            "and ask `sendas doctor` whether mail arrives at all"
        )
        raise typer.Exit(EXIT_FAILING)


class _Looking:
    """Takes the first confirmation that one of *ours* asked for, and says what it passes over."""

    def __init__(self, address: str, ours: tuple[str, ...], link: bool) -> None:  # noqa: FBT001  as typed
        self._address, self._ours, self._link = address, ours, link
        self.refused: list[Refused] = []
        self._told: set[str] = set()

    def __call__(self, raw: bytes) -> "Confirmed | None":
        from sendas.gmail import view
        from sendas.gmail.decide import confirmation

        match confirmation.judge(raw, self._address):
            case confirmation.Confirmation() as found:
                judged = confirmation.vouched(found, self._ours, with_link=self._link)
                if isinstance(judged, confirmation.Confirmed):
                    return judged
                self._refuse(judged)
                talk(view.strange_text(judged))
            case confirmation.Forged() as forged:
                self._refuse(forged)
                talk(view.forged_text(forged))
            case confirmation.Other(what) if what and what not in self._told:
                self._told.add(what)
                talk(f"passed over {what}")
        return None

    def _refuse(self, one: "Refused") -> None:
        self.refused.append(one)


@app.command()
def verify(  # noqa: PLR0913  one parameter per option
    address: Address,
    *,
    region: RegionName = None,
    config: OptionalConfig = None,
    user: User = None,
    bucket: Bucket = None,
    timeout: Annotated[
        float,
        typer.Option(metavar="SECONDS", min=0, max=86_400, help="Seconds to wait for the mail."),
    ] = 600.0,
    message: Annotated[
        Path | None,
        typer.Option(metavar="FILE|-", help="Judge this stored mail; nothing is asked of AWS."),
    ] = None,
    events: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="SES's events, which tell user and source address."),
    ] = None,
    as_json: AsJson = False,
    profile: Profile = None,
) -> None:
    """Prove that send-as works, by a mail that you write in Gmail and that arrives.

    Gives a one-time address at the domain. When the mail to it has come, tells
    which way it took and whether From, DKIM, SPF and DMARC are right.

    Exit status: 0 it works, 1 it does not or nothing came, 2 wrong usage, 3 it
    cannot be told.

    Example: sendas gmail verify me@example.com
    """
    from sendas.gmail import view

    known = _events(events)
    if message:
        report = _judge_saved(address, region, config, message, known)
    else:
        call = open_call(address, region, config, user, profile)
        report = _judge_arriving(call, bucket, timeout, known)
    if as_json:
        _print_json(view.verified_json(report))
    else:
        typer.echo("\n".join(visible(line) for line in view.verified_text(report)))
    if report.works is not True:
        raise typer.Exit(EXIT_COULD_NOT_LOOK if report.works is None else EXIT_FAILING)


def _judge_saved(
    address: str,
    region: str | None,
    config: Path | None,
    message: Path,
    known: "tuple[SesEvent, ...]",
) -> "Report":
    from datetime import UTC, datetime

    from sendas.cli.gmail_call import sender_from
    from sendas.credentials.decide.verification import Expected, judge
    from sendas.files import read_bounded

    sender = sender_from(address, region, config, None, None)
    raw = read_bounded(message, max_bytes=_MAX_MAIL_BYTES)
    since = datetime.min.replace(tzinfo=UTC)
    expected = Expected(sender.address, "", sender.region, since, sender.user)
    return judge(raw, expected, _beside(raw, known, None, ""))


def _judge_arriving(
    call: Call, bucket: str | None, timeout: float, known: "tuple[SesEvent, ...]"
) -> "Report":
    import secrets

    from sendas.credentials.decide.verification import Expected, is_answer, judge
    from sendas.credentials.watching import Watch, first

    sender = call.sender
    local = sender.address.rpartition("@")[0].partition("+")[0]
    # SES applies a rule for local@ to local+label@ as well (FACTS 8.1).
    once = f"{local}+sendas-{secrets.token_hex(4)}@{sender.domain}"
    now = call.timing.now()
    user, key_id = _in_use(call)
    expected = Expected(sender.address, once, sender.region, now, user, key_id)
    watch = Watch(_places(call, once, bucket), now, timeout)
    talk(f"in Gmail, write a mail from {sender.address} to {once}, and send it")
    raw = first(
        watch,
        call.aws,
        call.timing,
        lambda mail: mail if is_answer(mail, expected) else None,
        _Waiting("that mail"),
    )
    if raw is None:
        talk(
            f"nothing came within {timeout:.0f} s. If Gmail bounced it: `sendas bounce FILE` "
            f"explains; else ask `sendas doctor --from {sender.address}`"
        )
        raise typer.Exit(EXIT_FAILING)
    return judge(raw, expected, _beside(raw, known, call, user))


def _beside(raw: bytes, known: "tuple[SesEvent, ...]", call: Call | None, user: str) -> "Beside":
    from sendas.credentials.decide.verification import Beside, message_id
    from sendas.outcome import NOT_ASKED

    wanted = message_id(raw)
    event = next((one for one in known if wanted and one.message_id == wanted), None)
    if call is None:
        return Beside(event or NOT_ASKED)
    if event is None and wanted:
        return Beside(call.aws.sent_message(wanted), call.aws.keys_of(user))
    return Beside(event or NOT_ASKED, call.aws.keys_of(user))


def _in_use(call: Call) -> tuple[str, str]:
    """User and key of the stored credential; the key empty if that cannot be told: a detail."""
    from sendas.credentials.decide.credential import UnreadableCredential, stored_in
    from sendas.outcome import NoAnswer

    nothing = (call.sender.user, "")
    found = call.aws.secret(call.sender.secret)
    if isinstance(found, NoAnswer) or found is None:
        return nothing
    try:
        stored = stored_in(found.text, found.name)
    except UnreadableCredential:
        return nothing
    return (stored.user or call.sender.user, stored.username) if stored else nothing


def _places(call: Call, address: str, bucket: str | None) -> "tuple[Place, ...]":
    from sendas.credentials.watching import Place, places_for
    from sendas.outcome import see

    if bucket:
        name, _, prefix = bucket.partition("/")
        return (Place(name, prefix),)
    return places_for(address, see(call.aws.active_rule_set(), "the active receipt rule set"))


def _events(path: Path | None) -> "tuple[SesEvent, ...]":
    if path is None:
        return ()
    from sendas.files import read_bounded
    from sendas.ses.events import read_events

    raw = read_bounded(path, max_bytes=_MAX_MAIL_BYTES)
    return read_events(raw.decode("utf-8", "replace"))


class _Waiting:
    """Says after a second, and then now and again, that nothing has come yet."""

    _EVERY = 15

    def __init__(self, what: str) -> None:
        self._what, self._pauses = what, 0

    def __call__(self, left_seconds: float) -> None:
        if self._pauses % self._EVERY == 0:
            talk(f"waiting for {self._what}, {left_seconds:.0f} s at most")
        self._pauses += 1


def _print_json(value: dict[str, object]) -> None:
    import json

    typer.echo(json.dumps(value, indent=2))


app.command()(settings)
app.command()(password)
