"""``sendas credentials rotate``: another SMTP password, and nobody's mail is interrupted."""

import os

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sendas.cli import EXIT_COULD_NOT_LOOK, EXIT_FAILING, EXIT_USAGE
from sendas.cli.gmail_call import Address, Call, User, load_config, open_call, talk
from sendas.cli.handing import (
    BadOptions,
    Copy,
    Page,
    ReplaceKey,
    Show,
    check_clipboard,
    check_one_way,
    hand_over,
)
from sendas.cli.shared_options import FILE, AsJson, OptionalConfig, Profile, RegionName
from sendas.errors import UsageError
from sendas.text import visible


if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sendas.config.model import Mailbox
    from sendas.credentials.decide.credential import StoredCredential
    from sendas.credentials.decide.holders import Holder
    from sendas.credentials.decide.rotation.state import Wish
    from sendas.credentials.looking import Subject
    from sendas.credentials.rotate import Result
    from sendas.history.line import Line
    from sendas.mail.address import Address as AddressValue
    from sendas.outcome import Seen


_POLL_SECONDS = 5.0


class UnknownHolder(UsageError):
    """Nobody of that name holds a copy."""


class NoFile(UsageError):
    """There is no file that says where the history lies."""


class NoSuchKey(UsageError):
    """No key of the mailbox ends so."""


def rotate(  # noqa: PLR0913  one parameter per option
    address: Address,
    *,
    status: Annotated[
        bool, typer.Option("--status", help="Say where it stands; change nothing.")
    ] = False,
    early: Annotated[
        bool, typer.Option("--early", help="Begin although nothing is due yet.")
    ] = False,
    undo: Annotated[
        bool, typer.Option("--undo", help="Back to the old one, as long as its key is there.")
    ] = False,
    revoke_now: Annotated[
        str | None,
        typer.Option(
            metavar="LAST4",
            help="This key's password got out: it dies first, whoever is cut off.",
        ),
    ] = None,
    vouch: Annotated[
        list[str] | None,
        typer.Option(
            metavar="HOLDER", help="Take your word that it has the new one; may be repeated."
        ),
    ] = None,
    replace_key: ReplaceKey = None,
    retire_user: Annotated[
        str | None,
        typer.Option(
            metavar="USER", help="End this user's old key although it may do more than send."
        ),
    ] = None,
    rest: Annotated[
        int,
        typer.Option(
            metavar="DAYS", min=0, max=90, help="How long the old key is inactive before its end."
        ),
    ] = 7,
    wait: Annotated[
        float,
        typer.Option(metavar="MINUTES", min=0, max=1_440, help="Wait for the holders' mail."),
    ] = 0.0,
    timeout: Annotated[
        float,
        typer.Option(
            metavar="SECONDS",
            min=0,
            max=600,
            help="For a new key to become known, and for the canary to arrive.",
        ),
    ] = 90.0,
    login_only: Annotated[
        bool,
        typer.Option("--login-only", help="Send no canary, where the domain receives no mail."),
    ] = False,
    copy: Copy = False,
    page: Page = False,
    show: Show = False,
    as_json: AsJson = False,
    region: RegionName = None,
    config: OptionalConfig = None,
    user: User = None,
    profile: Profile = None,
) -> None:
    """Replace a mailbox's SMTP password: repeat it until it says that all is done.

    Each run goes on from where it stands, on whatever machine: a new key is made
    and proven by a login and a mail that arrives, then handed to each holder in
    turn. The old one works until every holder was seen to use the new one; then
    it is inactive for some days, and deleted. --undo goes back.

    Exit status: 0 it went on, or nothing is due; 1 the new one is not proven, a
    holder is late, or the old one is used although replaced; 2 wrong usage, or
    no room for a key; 3 AWS or the SMTP server could not be reached, or who sent
    with which could not be looked at.

    Example: sendas credentials rotate you@example.com --copy
    """
    check_one_way(copy=copy, page=page, show=show)
    if status + undo + (revoke_now is not None) > 1 or (undo and early):
        msg = "choose one of --status, --undo and --revoke-now"
        raise BadOptions(msg)
    if copy:
        check_clipboard()
    call = open_call(address, region, config, user, profile)
    run = _Run(call, config, profile, patience=timeout, arrival=not login_only)
    result = run.go(
        run.wish(early, status, revoke_now, replace_key, vouch, retire_user, rest),
        minutes=wait,
        undo=undo,
        status=status,
    )
    shown = _Shown(call, result, history=run.history)
    shown.report(as_json=as_json, password=show)
    if (copy or page) and shown.current is not None and not result.refused:
        hand_over(shown.current, call.sender.name, page=page)
    raise typer.Exit(_status(result))


class _Run:
    """One run of the command: what the room needs of the world."""

    def __init__(
        self,
        call: Call,
        config: Path | None,
        profile: str | None,
        *,
        patience: float,
        arrival: bool,
    ) -> None:
        import secrets

        from sendas.credentials.doors import real_dial
        from sendas.credentials.rotate import Doors, RunOptions

        self._call, self._config, self._profile = call, config, profile
        self._subject = self._make_subject()
        self._doors: Doors = Doors(call.aws, call.aws, real_dial(os.environ), call.timing)
        self._options: RunOptions = RunOptions(
            lambda: secrets.token_hex(16), talk, patience, arrival
        )
        self._run = secrets.token_hex(8)
        self._said = False
        self.history = True
        """Whether the domain's sent mail is remembered; known after the first look."""

    def _make_subject(self) -> "Subject":
        from sendas.config.model import Mailbox
        from sendas.credentials.decide.holders import holders_of
        from sendas.credentials.decide.pair import pair_of
        from sendas.credentials.looking import Subject

        sender = self._call.sender
        mailbox = _mailbox(sender.address, self._config) or Mailbox(sender.address)
        return Subject(
            sender, pair_of(sender.address, sender.user), holders_of(mailbox), self._lines
        )

    def _lines(
        self, since: "datetime", once: "Mapping[AddressValue, Holder]"
    ) -> "Seen[tuple[Line, ...]]":
        """Who sent as the address: by the history, or else by what came to one-time addresses."""
        from sendas.errors import CouldNotLook
        from sendas.outcome import NoAnswer, Why

        try:
            return _from_history(self._call, self._config, self._profile, since)
        except UsageError as none:
            self.history = False
            self._say_once(f"no history of sent mail: {none}; only one-time mails can be seen")
        except CouldNotLook as error:
            return NoAnswer(Why.UNREACHABLE, str(error))
        return _from_bucket(self._call, since, once)

    def _say_once(self, text: str) -> None:
        if not self._said:
            self._said = True
            talk(text)

    def wish(  # noqa: PLR0913, PLR0917  the options
        self,
        early: bool,  # noqa: FBT001  as typed
        status: bool,  # noqa: FBT001  as typed
        revoke: str | None,
        replace: str | None,
        vouch: list[str] | None,
        retire: str | None,
        rest: int,
    ) -> "Wish":
        from datetime import timedelta

        from sendas.credentials.decide.rotation.state import Begin, Wish

        begin = Begin.NOW if early else Begin.IF_DUE
        return Wish(
            run=self._run,
            begin=Begin.NEVER if status else begin,
            revoke=_key_end(revoke, "--revoke-now"),
            replace=_key_end(replace, "--replace-key"),
            vouched=tuple(_named(one, self._subject.holders) for one in vouch or ()),
            user=retire or "",
            rest=timedelta(days=rest),
        )

    def go(self, wish: "Wish", *, minutes: float, undo: bool, status: bool) -> "Result":
        """Do it; and, with *minutes*, go on while holders' mails come in."""
        from sendas.credentials import rotate as room

        way = room.undo if undo else room.status if status else room.rotate
        if wish.revoke:
            _check_revoked(
                wish.revoke, room.status(self._subject, wish, self._doors, self._options)
            )
        result = way(self._subject, wish, self._doors, self._options)
        ends = self._call.timing.now().timestamp() + 60 * minutes
        while not (undo or status) and _waits_for_mail(result):
            left = ends - self._call.timing.now().timestamp()
            if left <= 0:
                break
            if not result.done:
                talk(f"waiting for the holders' mail, {left:.0f} s at most")
            self._call.timing.sleep(min(_POLL_SECONDS, left))
            result = way(self._subject, wish, self._doors, self._options)
        return result


def standing_of(call: Call, config: Path | None, profile: str | None) -> "Seen[tuple[str, ...]]":
    """Where a mailbox's credential stands, in lines; nothing is changed."""
    from sendas.credentials.decide.rotation.messages import step_text
    from sendas.credentials.decide.rotation.state import Begin, Wish
    from sendas.errors import SendasError
    from sendas.outcome import NoAnswer, Why

    try:
        run = _Run(call, config, profile, patience=0, arrival=True)
        wish = Wish("", Begin.NEVER)
        result = run.go(wish, minutes=0, undo=False, status=True)
    except SendasError as error:
        return NoAnswer(Why.UNREACHABLE, str(error))
    return tuple(step_text(result.seen, result.step))


def _mailbox(address: "AddressValue", config: Path | None) -> "Mailbox | None":
    """What the file says of the mailbox; None if it does not speak of it."""
    from sendas.config.model import UnknownDomain, UnknownMailbox

    loaded = load_config(config)
    if loaded is None:
        return None
    try:
        return loaded.domain(address.domain).mailbox(address)
    except (UnknownDomain, UnknownMailbox):
        return None


def _from_history(
    call: Call, config: Path | None, profile: str | None, since: "datetime"
) -> "Seen[tuple[Line, ...]]":
    from sendas.cli.trace import open_history
    from sendas.history.line import stamp_of
    from sendas.watch.cache import Question
    from sendas.watch.history import ask

    if load_config(config) is None:
        msg = "there is no sendas.toml here"
        raise NoFile(msg)
    history = open_history(config or FILE, call.sender.domain, profile)
    start = stamp_of(since)
    with history.open_cache() as cache:
        filled = history.fill(cache, call.timing.now(), since_day=start[:10], talk=talk)
        found = ask(cache, Question(since=start))
    # A use of the old credential may stand in what cannot be read.
    return filled.silence or tuple(line for trace in found for line in trace.lines)


def _from_bucket(
    call: Call, since: "datetime", once: "Mapping[AddressValue, Holder]"
) -> "Seen[tuple[Line, ...]]":
    from sendas.credentials.arrivals import arrived
    from sendas.credentials.watching import NothingStored, places_for
    from sendas.outcome import NoAnswer, Why

    rules = call.aws.active_rule_set()
    if isinstance(rules, NoAnswer):
        return rules
    try:
        places = {place for address in once for place in places_for(address, rules)}
    except NothingStored as nowhere:
        return NoAnswer(Why.NOT_ASKED, str(nowhere))
    sender = call.sender
    return arrived(sender.address, sender.region, once, since, tuple(places), call.aws)


def _key_end(text: str | None, option: str) -> str:
    """The end of a key's id: four signs of it at least, so that it means one."""
    if text is None:
        return ""
    shortest = 4
    if len(text) < shortest or not (text.isascii() and text.isalnum() and text.isupper()):
        msg = f"{option} wants the last four signs of a key's id, as --status shows them"
        raise BadOptions(msg)
    return text


def _named(name: str, holders: "tuple[Holder, ...]") -> "Holder":
    wanted = name.strip().lower()
    for holder in holders:
        if wanted in {holder.name.lower(), str(holder).lower()}:
            return holder
    known = ", ".join(f'"{holder.name}"' for holder in holders)
    msg = f"{name!r} is no holder; there are {known} (`held_by` in sendas.toml names them)"
    raise UnknownHolder(msg)


def _check_revoked(end: str, result: "Result") -> None:
    known = any(key.key_id.endswith(end) for key in result.seen.keys)
    revoked = result.seen.marks.revoked
    if not known and not (revoked and any(one.endswith(end) for one in revoked.words)):
        have = ", ".join(f"…{key.key_id[-4:]}" for key in result.seen.keys) or "none"
        msg = f"no key of the mailbox ends in {end}; there are {have}"
        raise NoSuchKey(msg)


def _waits_for_mail(result: "Result") -> bool:
    from sendas.credentials.decide.rotation.decide import HandOver

    return isinstance(result.step, HandOver) and bool(result.step.waiting) and not result.refused


def _status(result: "Result") -> int:
    from sendas.credentials.decide.rotation.decide import NoRoom
    from sendas.credentials.decide.rotation.messages import is_well

    if result.refused:
        return EXIT_COULD_NOT_LOOK if result.not_reached else EXIT_FAILING
    if isinstance(result.step, NoRoom):
        return EXIT_USAGE
    if not is_well(result.step):
        return EXIT_FAILING
    return EXIT_COULD_NOT_LOOK if result.seen.blind else 0


class _Shown:
    """The end of a run, on the terminal."""

    def __init__(self, call: Call, result: "Result", *, history: bool) -> None:
        self._call, self._result, self._history = call, result, history

    def report(self, *, as_json: bool, password: bool) -> None:
        """All of it; the password only where it was asked for."""
        import json

        from sendas.credentials.decide.rotation.messages import step_json, step_text

        result = self._result
        if as_json:
            document = step_json(result.seen, result.step)
            document["done"] = [type(step).__name__.lower() for step in result.done]
            document["refused"] = result.refused or None
            document["remarks"] = list(result.remarks)
            typer.echo(json.dumps(document, indent=2))
            return
        if result.refused:
            talk(f"{result.refused}. Nothing was handed out; repeat this to go on.")
        for line in step_text(result.seen, result.step):
            typer.echo(visible(line))
        for holder in self._waiting():
            typer.echo("")
            for line in self._to_type(holder, password=password):
                typer.echo(visible(line))
        for remark in result.remarks:
            talk(f"note: {remark}")

    def _waiting(self) -> "tuple[Holder, ...]":
        from sendas.credentials.decide.rotation.decide import HandOver

        step = self._result.step
        return step.waiting if isinstance(step, HandOver) and not self._result.refused else ()

    @property
    def current(self) -> "StoredCredential | None":
        """What is handed out now."""
        held = self._result.seen.current
        return held.credential if held else None

    def _to_type(self, holder: "Holder", *, password: bool) -> list[str]:
        from sendas.credentials.to_type import to_type

        name, seen = self._call.sender.name, self._result.seen
        lines = [*to_type(seen, holder, name, password=password, history=self._history)]
        if lines and not password:
            lines.append("The password: repeat this with --copy, --page or --show.")
        return lines
