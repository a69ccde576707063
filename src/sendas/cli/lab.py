"""`sendas lab`: the outside world on loopback, for as long as it runs."""

import contextlib
import http.client
import json
import os
import shlex
import signal
import sys
import threading

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlencode, urlsplit

import typer

from sendas.cli import new_app
from sendas.errors import UsageError
from sendas.mail.domain import Domain
from sendas.ses.regions import inbound_host, parse_region
from sendas.text import visible


if TYPE_CHECKING:
    from sendas_lab.world import Lab

    from sendas.play.scene import Scene


app = new_app(invoke_without_command=True)

_TRY = """\
The lab is running; Ctrl-C stops it.  In another shell, after the lines above:

  sendas doctor example.com           aws sesv2 get-account
  dig @{host} -p {port} gmail.com MX
  openssl s_client -crlf -quiet -starttls smtp -connect {submission}
  sendas lab inbox                    what recipients got; a page of it is at $LAB_INBOX
  sendas lab confirm ADDRESS          the click in SES's verification mail

The aws CLI obeys AWS_ENDPOINT_URL from 2.13.0 on (`aws --version`).  Of 1.x, older ones and
every `aws sqs` would dial the real AWS.  This one cannot:

  alias aws='aws --endpoint-url "$AWS_ENDPOINT_URL"'

{scene}Nothing in it is real: mail stays here, and every address is a documentation address.
"""

_CREDENTIAL = """\
What its owner typed into Gmail is LAB_USERNAME and LAB_PASSWORD, the key's secret LAB_SECRET:

  sendas doctor example.com --smtp-username "$LAB_USERNAME" \\
    --password-env LAB_PASSWORD --secret-env LAB_SECRET
  sendas smtp check --region {region} --username "$LAB_USERNAME" --password-env LAB_PASSWORD

"""

_RECEIVING = """
Mail to {address} is forwarded to {owner}.  Bring some in:

  swaks --server {host}:{port} --from jane@example.net --to {address} --header "Subject: Hello"

and look at it: sendas mail list     its route: sendas mail routes show
What arrives in the mailbox is told here.

"""
_SMTP_PORT = 25
_INBOX = "LAB_INBOX"
_LOOK_SECONDS = 0.5


class LabMissing(UsageError):
    """What the lab stands on is not installed."""


@app.callback()
def run(  # noqa: PLR0913  one for each option
    context: typer.Context,
    *,
    region: Annotated[
        str, typer.Option(metavar="REGION", help="The Region that AWS_DEFAULT_REGION names.")
    ] = "us-east-1",
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the environment as one JSON object.")
    ] = False,
    fault: Annotated[
        list[str] | None,
        typer.Option(
            metavar="FAULT", help="Build example.com and play this fault; may be given again."
        ),
    ] = None,
    healthy: Annotated[
        bool, typer.Option("--healthy", help="Build example.com, all well.")
    ] = False,
    domain: Annotated[
        list[str] | None,
        typer.Option(
            metavar="DOMAIN",
            help="Register this domain, with an empty Route 53 zone; may be given again.",
        ),
    ] = None,
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="The port of AWS; 0 takes a free one.")
    ] = 0,
    receiving: Annotated[
        bool,
        typer.Option("--receiving", help="Also forward its mail, and show what Gmail gets."),
    ] = False,
) -> None:
    """Run the outside world on loopback: AWS, SES, DNS, Gmail.

    Prints the environment that sendas, the aws CLI and boto3 need to live in
    it, as `export` lines, and runs until Ctrl-C.

    Example: sendas lab --healthy --receiving
    """
    if context.invoked_subcommand is not None:
        return
    parse_region(region)
    domains = [Domain(name) for name in domain or ()]
    world = load_lab()
    from sendas_lab.inbox import Inbox

    stop = stop_when_told()
    with contextlib.ExitStack() as steps:
        lab = steps.enter_context(world(region, aws_port=port))
        for name in domains:
            lab.delegate(str(name))
            lab.gmail.exchanger.anybody = True  # the owner forwards to any address of theirs
        inbox = Inbox(lab.received, lab.click_verification)
        steps.callback(inbox.stop)
        faults = tuple(fault or ())
        scene = _set_the_scene(lab, faults) if faults or healthy or receiving else None
        if scene is not None and receiving:
            from sendas.play.receiving_stack import receive_with

            receive_with(scene)
        lab.let_subscribers_wait()
        print_environment(lab, as_json=as_json, scene=scene, inbox=inbox.start())
        if scene is not None and receiving:
            _show_arrivals(scene, stop)
        stop.wait()
    sys.stderr.write("The lab has stopped.\n")


@app.command("faults")
def list_faults(
    *,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON array.")] = False,
) -> None:
    """List what can be made to go wrong, by name.

    Example: sendas lab faults
    """
    load_lab()
    from sendas.play.faults import FAULTS

    if as_json:
        rows = [{"name": f.name, "layer": f.layer, "title": f.title} for f in FAULTS.values()]
        typer.echo(json.dumps(rows, indent=2))
        return
    width = max(map(len, FAULTS))
    for fault in FAULTS.values():
        typer.echo(f"{fault.name:<{width}}  {fault.layer:<11}  {fault.title}")


@app.command("inbox")
def show_inbox(
    address: Annotated[
        str | None, typer.Argument(metavar="ADDRESS", help="One mailbox; without it, all.")
    ] = None,
    *,
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON array, with each mail's text.")
    ] = False,
) -> None:
    """Show what recipients got in the lab that this shell lives in.

    Example: sendas lab inbox jane@example.net
    """
    mails = [
        mail
        for mail in json.loads(_asked("/mails.json"))
        if address is None or mail["mailbox"] == address.lower()
    ]
    if as_json:
        typer.echo(json.dumps(mails, indent=2))
        return
    for mail in mails:
        typer.echo(
            f"{mail['at']}  {visible(mail['mailbox'])}  from {visible(mail['from'])}:"
            f" {visible(mail['subject'])}"
        )
    if not mails:
        typer.echo("Nothing has arrived.", err=True)


@app.command("confirm")
def confirm(
    address: Annotated[str, typer.Argument(metavar="ADDRESS", help="Who got SES's mail.")],
) -> None:
    """Click the link of SES's verification mail to an address, in the lab of this shell.

    Example: sendas lab confirm me@example.net
    """
    if not json.loads(_asked(f"/confirm?{urlencode({'address': address})}"))["confirmed"]:
        msg = f"SES waits for no confirmation of {address!r} in the lab's Region"
        raise UsageError(msg)
    typer.echo(f"{address} is verified.")


def _asked(path: str) -> bytes:
    """The running lab's answer.

    Raises:
        UsageError: No lab runs that this shell knows.
    """
    where = urlsplit(os.environ.get(_INBOX, ""))
    if not where.hostname:
        msg = f"{_INBOX} is not set: run `sendas lab` and put its `export` lines into this shell"
        raise UsageError(msg)
    connection = http.client.HTTPConnection(where.hostname, where.port, timeout=10)
    try:
        connection.request("GET", path)
        return connection.getresponse().read()
    except OSError as error:
        msg = f"no lab answers at {where.netloc}; it has been stopped"
        raise UsageError(msg) from error
    finally:
        connection.close()


def stop_when_told() -> threading.Event:
    """An event that Ctrl-C, SIGTERM and SIGHUP set from now on, in place of ending the process."""
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: stop.set())
    return stop


def load_lab() -> "type[Lab]":
    """The lab, which is an extra of the package.  Raises LabMissing."""
    try:
        from sendas_lab.world import Lab
    except ImportError as error:
        msg = f"the lab needs {error.name}; install it with: pip install 'sendas[lab]'"
        raise LabMissing(msg) from error
    return Lab


def _show_arrivals(scene: "Scene", stop: threading.Event) -> None:
    """Say what arrives in the owner's mailbox, until told to stop."""
    lab, owner = scene.lab, scene.set_up.gmail
    host, port = lab.network.dial_map().dial(inbound_host(scene.region), _SMTP_PORT)
    sys.stderr.write(_RECEIVING.format(host=host, port=port, address=scene.address, owner=owner))
    seen = 0
    while not stop.wait(_LOOK_SECONDS):
        mails = lab.gmail.inbox(owner)
        for mail in mails[seen:]:
            sys.stderr.write(f"{owner} has mail: {mail.subject!r} from {mail.author!r}\n")
        sys.stderr.flush()
        seen = len(mails)


def _set_the_scene(lab: "Lab", faults: tuple[str, ...]) -> "Scene":
    from sendas.play.faults import play
    from sendas.play.scene import build

    scene = build(lab)
    for name in faults:
        play(name, scene)
    sys.stderr.write(
        f"{scene.domain} stands in {scene.region}; its SMTP user name is {scene.username!r}\n"
        f"and {scene.set_up.gmail} is its owner's mailbox."
        + (f"  Played: {', '.join(faults)}.\n" if faults else "  All is well.\n")
    )
    return scene


def _typed(scene: "Scene") -> Mapping[str, str]:
    """What the scene's owner holds: without it nobody could look at a fault of the password."""
    return {
        "LAB_USERNAME": scene.username,
        "LAB_PASSWORD": scene.password,
        "LAB_SECRET": scene.secret,
    }


def print_environment(
    lab: "Lab", *, as_json: bool, scene: "Scene | None" = None, inbox: str | None = None
) -> None:
    """What to put into a shell, on stdout; what to try there, on stderr."""
    environment = {**lab.environment(), **(_typed(scene) if scene else {})}
    if inbox is not None:
        environment[_INBOX] = inbox
    if as_json:
        typer.echo(json.dumps(environment, indent=2))
    else:
        for name, value in environment.items():
            typer.echo(f"export {name}={shlex.quote(value)}")
    sys.stdout.flush()
    host, port = lab.dns.resolver_address
    submission = lab.network.dial_map().dial(f"email-smtp.{lab.region}.amazonaws.com", 587)
    sys.stderr.write(
        _TRY.format(
            host=host,
            port=port,
            submission=f"{submission[0]}:{submission[1]}",
            scene=_CREDENTIAL.format(region=scene.region) if scene else "",
        )
    )
    sys.stderr.flush()
