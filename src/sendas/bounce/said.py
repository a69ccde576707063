"""What the refusing server said, apart from what the reporting program says around it.

Only the quoted refusal is evidence: a program's "host mx.example.net said" or "could not be
delivered" says nothing of why.
"""

import re

from dataclasses import dataclass

from sendas.bounce.report import Command


MAX_TEXT = 4_000
"""Characters of a refusal that are looked at; servers say less than a tenth of that."""

# Postfix, smtp_proto.c: "host NAME[ADDRESS] said: REPLY (in reply to COMMAND command)".
_POSTFIX = re.compile(
    r"(?:host|connect to) (?P<host>[\w.-]{1,255})\[[^\[\]]{2,60}\](?::\d{1,5})?\)?:?"
    r" (?:said:|(?:server )?refused to talk to me:) ?",
)
# Exim, deliver.c and smtp transport; 1&1 writes the same otherwise.
_EXIM = re.compile(
    r"(?:host:? (?P<before>[\w.-]{1,255}) ?[\[(][^\])]{2,60}[\])] ?:? ?)?"
    r"SMTP error from remote (?:mail |mailer )?server (?:after|for) "
    r"(?P<command>(?:pipelined |sending )?[A-Za-z][A-Za-z ]{2,30}?)(?: command|:?<[^<>]{0,320}>)?"
    r"(?: SIZE=\d{1,12})?(?: [A-Z]{3,12}=\S{1,80}){0,4}[:,] ?"
    r"(?:host:? (?P<after>[\w.-]{1,255}) ?[\[(][^\])]{2,60}[\])] ?:? ?)?(?:reason: ?)?",
)
# Postfix, smtp_sasl_glue.c: the other server's answer to the login.
_LOGIN = re.compile(
    r"SASL authentication failed; (?:cannot authenticate to )?server (?P<host>[\w.-]{1,255})"
    r"\[[^\]]{1,60}\] said: ",
)
_OTHERS = re.compile(
    r"(?:remote host said: |error that the other server returned was: |"
    r"response (?:from the remote server )?was: |remote (?:mail )?server (?:returned|said|replied)"
    r"(?: message denied)?:? ?['\"]?(?=[45]\d\d)|server returned:? ?['\"]?(?=[45]\d\d)|"
    r"server response was: |reported error: )['\"]?",
    re.IGNORECASE,
)
_OPENINGS = (
    (_LOGIN, "SASL"),
    (_POSTFIX, "said:"),
    (_POSTFIX, "talk to me:"),
    (_EXIM, "SMTP error"),
    (_OTHERS, ""),
)
"""Each with what must stand there for it to be tried at all."""
# What qmail (addbounce in qmail-send.c) and Exim (retry.c) add to the reason when the time is up.
_TIME_IS_UP = re.compile(
    r"(?<=\S{3})(?: ?I'm not going to try again; this message has been in the queue too long\.?"
    r"|: retry timeout exceeded| ?Giving up on [\w.:\[\]-]{3,255})\Z"
)
_REPLYING_TO = re.compile(r" ?\(in reply to (?P<command>[a-zA-Z ]{2,30}?)(?: command)?\)+")

_COMMANDS = (
    ("rcpt", Command.RCPT),
    ("mail", Command.MAIL),
    ("end of data", Command.DATA),
    ("data", Command.DATA),
    ("text", Command.DATA),
    ("sending data", Command.DATA),
    ("ehlo", Command.EHLO),
    ("helo", Command.EHLO),
    ("starttls", Command.STARTTLS),
    ("auth", Command.AUTH),
    ("initial connection", Command.CONNECT),
)


@dataclass(frozen=True, slots=True)
class Said:
    """The server's own *words*; *host* and *command* where the program around them tells."""

    words: str
    host: str = ""
    command: Command = Command.UNKNOWN


def said_in(text: str) -> Said:
    """What the server said in *text*, on one line; all of it where nothing sets it apart."""
    flat = " ".join(text[:MAX_TEXT].split())
    host, command = "", Command.UNKNOWN
    for opening, sign in _OPENINGS:
        found = opening.search(flat) if sign in flat else None
        if found is None or not flat[found.end() :].strip():
            continue
        told = found.groupdict()
        host = told.get("host") or told.get("before") or told.get("after") or ""
        command = command_named(told.get("command") or "")
        if "refused to talk" in found.group():
            command = Command.CONNECT
        if opening is _LOGIN:
            command = Command.AUTH
        flat = flat[found.end() :]
        break
    closing = _REPLYING_TO.search(flat)
    if closing is not None:
        command = command_named(closing["command"]) or command
        flat = flat[: closing.start()] or flat
    return Said(_TIME_IS_UP.sub("", flat).strip(), host.lower(), command)


def command_named(name: str) -> Command:
    """The stage that a program calls *name*: ``RCPT TO``, ``end of data``, ``pipelined DATA``."""
    lowered = name.lower().removeprefix("pipelined ")
    return next((one for words, one in _COMMANDS if lowered.startswith(words)), Command.UNKNOWN)
