"""What the end of a dialogue means for the person who asked, and what to do.

A reply is judged by its text; an end without one by how far the call came.
"""

from dataclasses import dataclass, replace

from sendas.advice import Help, Owner
from sendas.ses.regions import Region, region_of_smtp_host
from sendas.smtp.meaning import Cause
from sendas.smtp.probe import Outcome, Probe
from sendas.smtp.replies import classify
from sendas.smtp.username import looks_secret


IMPLICIT_TLS_PORTS = (465, 2465)
"""SES guide, "Connecting to an SMTP endpoint": the others begin with STARTTLS."""

WELL = frozenset({Outcome.ACCEPTED, Outcome.SENT, Outcome.REACHED})
COULD_NOT_LOOK = frozenset(
    {
        Outcome.NAME_UNKNOWN,
        Outcome.NO_ROUTE,
        Outcome.BLOCKED,
        Outcome.CONNECTION_REFUSED,
        Outcome.TIMED_OUT,
        Outcome.DISCONNECTED,
    }
)
"""Ends that tell nothing about the credential, nor about the mail."""


@dataclass(frozen=True, slots=True)
class Conclusion:
    """The end in a sentence, whose it is, and what to do; *cause* where a reply told it."""

    words: str
    owner: Owner
    help: tuple[Help, ...] = ()
    cause: Cause | None = None


def conclude(probe: Probe) -> Conclusion:
    """What the end of *probe* means."""
    if probe.reply is not None and probe.outcome is Outcome.REFUSED:
        meaning = classify(probe.reply, probe.stage)
        region = region_of_smtp_host(probe.host)
        known = meaning.help
        if looks_secret(probe.username or ""):
            known = (_NEW_KEY, *known)
        advice = tuple(filled(help_, region) for help_ in known)
        return Conclusion(meaning.words, meaning.owner, advice, meaning.cause)
    return _CONCLUSIONS[probe.outcome]


def conclusion_of(outcome: Outcome) -> Conclusion:
    """What an end without a reply means, whoever met it."""
    return _CONCLUSIONS[outcome]


def filled(advice: Help, region: Region | None) -> Help:
    """The same advice with *region* in place of the word REGION in its commands."""
    if region is None:
        return advice
    commands = tuple(command.replace("REGION", region) for command in advice.commands)
    return replace(advice, commands=commands)


_NEW_KEY = Help(
    "What was given as user name has the form of a secret, and may have been logged where it was "
    "typed: make a new key, derive its password, and delete the old key. The user name is the "
    "access key id (AKIA…).",
    commands=(
        "aws iam create-access-key --user-name IAM_USER",
        "sendas password derive --region REGION --secret-stdin",
        "aws iam delete-access-key --user-name IAM_USER --access-key-id OLD_ACCESS_KEY_ID",
    ),
)
_OTHER_PORTS = Help(
    "Try another port: 587 or 2587 with STARTTLS, 465 or 2465 with implicit TLS. Port 25 is often "
    "filtered, on EC2 too."
)
_MODES = Help(
    "Match port and mode: 587, 2587 and 25 begin with STARTTLS (Gmail calls it TLS), 465 and 2465 "
    "with implicit TLS (Gmail calls it SSL)."
)

_CONCLUSIONS: dict[Outcome, Conclusion] = {
    Outcome.ACCEPTED: Conclusion(
        "The login works: user name, password and Region belong together. Policies and identities "
        "are judged when a message is sent.",
        Owner.WAIT,
    ),
    Outcome.SENT: Conclusion(
        "The login works and the test message was taken. Taken is not delivered: see whether it "
        "arrives.",
        Owner.WAIT,
    ),
    Outcome.REACHED: Conclusion(
        "The server is there, with a valid certificate, and offers a login. No credential was "
        "tried.",
        Owner.WAIT,
        (Help("Give --username and a password to try a login."),),
    ),
    Outcome.NAME_UNKNOWN: Conclusion(
        "This machine's resolver knows no host of that name.",
        Owner.CODE,
        (
            Help(
                "Correct the host or the Region: SES's is email-smtp, a dot, the Region, then "
                ".amazonaws.com, and not every Region has one. If it is right, the network or "
                "the resolver here is not."
            ),
        ),
    ),
    Outcome.NO_ROUTE: Conclusion(
        "This machine has no way to the server: no network, no route, or no name server.",
        Owner.CODE,
        (Help("Restore this machine's network, or ask from another one."),),
    ),
    Outcome.BLOCKED: Conclusion(
        "Nothing answers: a filter between here and the server swallows the packets.",
        Owner.CODE,
        (_OTHER_PORTS,),
    ),
    Outcome.CONNECTION_REFUSED: Conclusion(
        "The host is there, but nothing listens on that port.", Owner.CODE, (_OTHER_PORTS,)
    ),
    Outcome.WRONG_TLS_MODE: Conclusion(
        "Port and TLS mode do not fit together.", Owner.CODE, (_MODES,)
    ),
    Outcome.BAD_CERTIFICATE: Conclusion(
        "The server's certificate does not prove that it is this host, so nothing was sent to it.",
        Owner.CODE,
        (
            Help(
                "Dial the host by the name in its certificate. For a relay of your own, install a "
                "certificate of a public authority for that name: Gmail takes no other. For an "
                "SES host, look for a proxy that opens TLS on the way."
            ),
        ),
    ),
    Outcome.TLS_FAILED: Conclusion(
        "TLS could not be agreed on.",
        Owner.CODE,
        (Help("Use a client that speaks TLS 1.2 or 1.3, without a proxy on the way."), _MODES),
    ),
    Outcome.STARTTLS_NOT_OFFERED: Conclusion(
        "The server does not offer STARTTLS on this port; SES always does, so something on the "
        "way takes it out.",
        Owner.CODE,
        (Help("Use implicit TLS on port 465 or 2465, or another network."),),
    ),
    Outcome.AUTH_NOT_OFFERED: Conclusion(
        "The server offers no login with user name and password, even under TLS.",
        Owner.CODE,
        (Help("On a relay of your own, turn on AUTH PLAIN and LOGIN once TLS is on."),),
    ),
    Outcome.REFUSED: Conclusion("The server refused.", Owner.CODE),
    Outcome.TIMED_OUT: Conclusion(
        "The server is there but fell silent.",
        Owner.WAIT,
        (
            Help(
                "Try again. If it lasts and only larger packets are lost, lower this machine's "
                "MTU to 1500.",
                wait_seconds=30,
            ),
        ),
    ),
    Outcome.DISCONNECTED: Conclusion(
        "The server hung up in the middle.", Owner.WAIT, (Help("Try again.", wait_seconds=30),)
    ),
    Outcome.NOT_SMTP: Conclusion(
        "What answers on that port does not speak SMTP.",
        Owner.CODE,
        (Help("Correct host and port."), _MODES),
    ),
}
