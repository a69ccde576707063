"""``sendas smtp check``: dial, secure the line, log in, and stop before sending."""

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from sendas.cli import EXIT_COULD_NOT_LOOK, EXIT_FAILING, new_app
from sendas.cli.password import read_region, read_secret
from sendas.errors import UsageError


if TYPE_CHECKING:
    from sendas.smtp.probe import Probe
    from sendas.smtp.session import TestMessage
    from sendas.smtp.verdict import Conclusion


app = new_app(no_args_is_help=True)


@app.callback()
def smtp() -> None:
    """Dial an SMTP server and see how far a login comes.

    Example: sendas smtp check --region us-east-2
    """


_MAX_EXPLAINED = 40_000_000
"""What SES takes at most (FACTS 6): no message that tells of a refusal is longer."""


class Tls(StrEnum):
    """How TLS begins."""

    STARTTLS = "starttls"
    IMPLICIT = "implicit"


class IncompleteCall(UsageError):
    """The options do not say whom to dial, or as whom."""


@app.command()
def check(  # noqa: PLR0913  one parameter per option
    *,
    region: Annotated[
        str | None,
        typer.Option("--region", metavar="REGION", help="Dial this Region's SES endpoint."),
    ] = None,
    host: Annotated[str | None, typer.Option("--host", help="Dial this host instead.")] = None,
    port: Annotated[
        int, typer.Option("--port", min=1, max=65535, help="587, 465, 2587, 2465 or 25.")
    ] = 587,
    tls: Annotated[
        Tls | None,
        typer.Option("--tls", help="How TLS begins; by default as the port wants it."),
    ] = None,
    username: Annotated[
        str | None, typer.Option("--username", metavar="USER", help="For SES the access key id.")
    ] = None,
    password_env: Annotated[
        str | None,
        typer.Option("--password-env", metavar="NAME", help="Read the password from here."),
    ] = None,
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Read it from standard input.")
    ] = False,
    send_test: Annotated[
        str | None,
        typer.Option("--send-test", metavar="TO", help="Send one real message to this address."),
    ] = None,
    from_: Annotated[
        str | None, typer.Option("--from", metavar="ADDRESS", help="Author of that message.")
    ] = None,
    explain: Annotated[
        str | None,
        typer.Option(
            "--explain",
            metavar="FILE|-|WORDS",
            help="Explain what a client was told; nothing is dialled.",
        ),
    ] = None,
    timeout: Annotated[
        float,
        typer.Option(
            "--timeout",
            metavar="SECONDS",
            min=0.1,
            max=300,
            help="Seconds to wait for each reply.",
        ),
    ] = 10.0,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Dial an SMTP server, check its certificate, log in, and stop before sending.

    Prints the dialogue with secrets masked, how long each step took, what the
    end means and what to do. Without --username it stops before the login.
    With --explain it dials nobody: it explains an exception, a log line or a
    reply that another program showed, as `sendas bounce` does.
    Exit status: 0 it works, 1 it was refused, 2 wrong usage, or nothing to
    explain, 3 it could not be reached.

    Example: sendas smtp check --region us-east-2 --username AKIAIOSFODNN7EXAMPLE
    """
    if explain is not None:
        if any((region, host, tls, username, password_env, password_stdin, send_test, from_)):
            msg = "--explain dials nobody: leave out whom to dial, and as whom"
            raise IncompleteCall(msg)
        from sendas.cli import bounce

        bounce.show(bounce.explained(explain, max_bytes=_MAX_EXPLAINED)[1], as_json=as_json)
        return
    import os
    import ssl
    import time

    from sendas.dialmap import load_dial_map
    from sendas.ses.regions import smtp_host
    from sendas.smtp.dialogue import dial
    from sendas.smtp.session import Credential
    from sendas.smtp.verdict import COULD_NOT_LOOK, IMPLICIT_TLS_PORTS, WELL, conclude

    where = read_region(region) if region else None
    server = host or (smtp_host(where) if where else None)
    if server is None:
        msg = "whom to dial? give --region, such as --region us-east-2, or --host"
        raise IncompleteCall(msg)
    credential = None
    if username is not None:
        secret = read_secret("SMTP password", stdin=password_stdin, env=password_env)
        credential = Credential(username, secret)
    elif password_stdin or password_env or send_test:
        msg = "a login needs --username; for SES it is the access key id"
        raise IncompleteCall(msg)
    mode = tls or (Tls.IMPLICIT if port in IMPLICIT_TLS_PORTS else Tls.STARTTLS)
    message = _message(send_test, from_)
    typer.echo(f"sendas: dialling {ascii(server)[1:-1]} port {port} …", err=True)
    probe = dial(
        server,
        port,
        implicit_tls=mode is Tls.IMPLICIT,
        tls=ssl.create_default_context(),
        clock=time.monotonic,
        credential=credential,
        dial_map=load_dial_map(os.environ),
        timeout=timeout,
        send=message,
    )
    end = conclude(probe)
    typer.echo(_as_json(probe, end) if as_json else _as_text(probe, end))
    if probe.outcome in COULD_NOT_LOOK:
        raise typer.Exit(EXIT_COULD_NOT_LOOK)
    if probe.outcome not in WELL:
        raise typer.Exit(EXIT_FAILING)


def _message(to: str | None, from_: str | None) -> "TestMessage | None":
    """The message to send, if one was asked for."""
    if to is None:
        return None
    if from_ is None:
        msg = "--send-test TO needs --from ADDR, and both are addresses such as you@example.com"
        raise IncompleteCall(msg)
    from sendas.mail.address import Address
    from sendas.mail.canary import CANARY

    from_, to = Address(from_), Address(to)
    from sendas.smtp.session import TestMessage

    lines = (
        f"From: {from_}",
        f"To: {to}",
        "Subject: A test by sendas smtp check",
        "MIME-Version: 1.0",
        "Content-Type: text/plain; charset=utf-8",
        "Auto-Submitted: auto-generated",  # RFC 3834: no auto-responder answers it
        f"{CANARY}: smtp-check",  # so that the history takes it for no holder's mail
        "",
        "This message was sent to prove that the SMTP login and the way out work.",
    )
    # What is no text stays unprintable, and is refused as such before anything is dialled.
    return TestMessage(from_, to, "\r\n".join((*lines, "")).encode("utf-8", "replace"))


def _as_text(probe: "Probe", end: "Conclusion") -> str:
    lines = [
        f"{step.elapsed_seconds * 1000:8.1f} ms  {step.direction} {step.text}"
        for step in probe.steps
    ]
    total = sum(step.elapsed_seconds for step in probe.steps)
    lines += [f"{total * 1000:8.1f} ms  in all", "", f"{probe.outcome}: {end.words}"]
    if probe.reply and probe.reply.code >= _REFUSALS_FROM:
        lines.append(f"  the server said: {probe.reply}")
    if probe.detail:
        lines.append(f"  {probe.detail}")
    for number, advice in enumerate(end.help):
        lines.append(("To do: " if not number else "   or: ") + advice.text)
        lines += [f"  {command}" for command in advice.commands]
    return "\n".join(lines)


_REFUSALS_FROM = 400


def _as_json(probe: "Probe", end: "Conclusion") -> str:
    import json

    reply = probe.reply
    answer = {
        "schema": "sendas.smtp-check/1",
        "host": probe.host,
        "port": probe.port,
        "tls": Tls.IMPLICIT if probe.implicit_tls else Tls.STARTTLS,
        "outcome": probe.outcome,
        "stage": probe.stage,
        "reply": {"code": reply.code, "text": reply.text} if reply else None,
        "cause": end.cause,
        "owner": end.owner,
        "explanation": end.words,
        "detail": probe.detail,
        "mechanisms": probe.mechanisms,
        "help": [
            {"text": h.text, "commands": h.commands, "wait_seconds": h.wait_seconds}
            for h in end.help
        ],
        "steps": [
            {
                "stage": step.stage,
                "direction": step.direction,
                "text": step.text,
                "elapsed_seconds": round(step.elapsed_seconds, 6),
            }
            for step in probe.steps
        ],
    }
    return json.dumps(answer, indent=2)
