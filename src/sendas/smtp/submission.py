"""A submission server as a mail client meets it: what was seen at a port, what is amiss; pure.

`sendas relay check` shows it port by port, and the doctor has a rule for each kind.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sendas.smtp.probe import Outcome, Probe, Reply, Stage


PORTS: Mapping[int, bool] = {587: False, 465: True}
"""What Gmail dials, and whether TLS begins at once."""
RENEWED_BEFORE = timedelta(days=14)
"""Let's Encrypt's are renewed 30 days before their end: by then something is wrong."""
_PERMANENT = 500


class Amiss(StrEnum):
    """What can be wrong with a port, in the order in which a client meets it."""

    NO_HOST = "no-host"
    CLOSED = "closed"
    UNSEEN = "unseen"
    """Nobody answered, or fell silent: it says nothing of the server."""
    TLS = "tls"
    """No SMTP, or no TLS, as the port is meant."""
    STARTTLS = "starttls"
    CERTIFICATE = "certificate"
    CERTIFICATE_ENDS = "certificate-ends"
    AUTH = "auth"
    CLEAR_AUTH = "clear-auth"
    OPEN = "open"
    """It takes mail of anybody."""
    LOGIN = "login"
    SENDER = "sender"
    TURNED_AWAY = "turned-away"
    """It refuses us for now, or for good, before it has heard who we are."""


COULD_NOT_LOOK = frozenset({Amiss.UNSEEN})


@dataclass(frozen=True, slots=True)
class Allowed:
    """What a stranger may do; how far the look came is *probe*'s to say.

    *mail* is the reply to a MAIL FROM that was taken without a login, in clear or under TLS.
    *clear_auth* says that AUTH is offered before TLS, where a password would travel in clear
    (RFC 4954, 4).
    """

    probe: Probe
    mail: Reply | None
    clear_auth: bool

    @property
    def known(self) -> bool:
        """Whether the look came far enough to say that a stranger may do nothing."""
        return self.clear_auth or self.mail is not None or self.probe.outcome is Outcome.REACHED


@dataclass(frozen=True, slots=True)
class PortSeen:
    """One port, dialled as a client does; *stranger* None: it did not come so far as a login.

    With a credential, *probe* ends behind the login, and behind MAIL FROM where one was asked for.
    """

    probe: Probe
    stranger: Allowed | None = None

    @property
    def reached(self) -> bool:
        """Whether somebody answered there."""
        kind = _KINDS.get(self.probe.outcome)
        return kind not in {Amiss.NO_HOST, Amiss.CLOSED, Amiss.UNSEEN}


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing amiss: what is, and what to do."""

    amiss: Amiss
    words: str
    help: str


_KINDS = {
    Outcome.NAME_UNKNOWN: Amiss.NO_HOST,
    Outcome.CONNECTION_REFUSED: Amiss.CLOSED,
    Outcome.NO_ROUTE: Amiss.UNSEEN,
    Outcome.BLOCKED: Amiss.UNSEEN,
    Outcome.TIMED_OUT: Amiss.UNSEEN,
    Outcome.DISCONNECTED: Amiss.UNSEEN,
    Outcome.WRONG_TLS_MODE: Amiss.TLS,
    Outcome.TLS_FAILED: Amiss.TLS,
    Outcome.NOT_SMTP: Amiss.TLS,
    Outcome.BAD_CERTIFICATE: Amiss.CERTIFICATE,
    Outcome.STARTTLS_NOT_OFFERED: Amiss.STARTTLS,
    Outcome.AUTH_NOT_OFFERED: Amiss.AUTH,
}


def amiss_at(probe: Probe) -> Amiss | None:
    """How a client's call ended, as far as that is amiss."""
    if probe.outcome is not Outcome.REFUSED:
        return _KINDS.get(probe.outcome)
    if probe.reply is None or probe.reply.code < _PERMANENT:
        return Amiss.TURNED_AWAY
    return {Stage.AUTH: Amiss.LOGIN, Stage.SEND: Amiss.SENDER}.get(probe.stage, Amiss.TURNED_AWAY)


def remarks(seen: PortSeen, now: datetime) -> tuple[Remark, ...]:
    """All that is amiss at a port, in the order in which a client meets it."""
    found = []
    if (kind := amiss_at(seen.probe)) is not None:
        found.append(Remark(kind, _words(kind, seen.probe), _HELP[kind]))
    end = seen.probe.certificate_ends_at
    if end is not None and end - now < RENEWED_BEFORE:
        words = f"the certificate ends on {end:%Y-%m-%d %H:%M} UTC"
        found.append(Remark(Amiss.CERTIFICATE_ENDS, words, _HELP[Amiss.CERTIFICATE_ENDS]))
    return (*found, *_of_strangers(seen.stranger))


def _of_strangers(allowed: Allowed | None) -> tuple[Remark, ...]:
    if allowed is None:
        return ()
    if not allowed.known:
        words = "it could not be tried whether it takes mail from anybody"
        return (Remark(Amiss.UNSEEN, words, _HELP[Amiss.UNSEEN]),)
    found = []
    if allowed.clear_auth:
        found.append(
            Remark(Amiss.CLEAR_AUTH, "AUTH is offered without TLS", _HELP[Amiss.CLEAR_AUTH])
        )
    if allowed.mail is not None:
        words = f"it takes mail without a login from here: {allowed.mail}"
        found.append(Remark(Amiss.OPEN, words, _HELP[Amiss.OPEN]))
    return tuple(found)


def _words(kind: Amiss, probe: Probe) -> str:
    said = str(probe.reply) if probe.reply else probe.detail
    host, port = probe.host, probe.port
    return {
        Amiss.NO_HOST: f"there is no host {host}",
        Amiss.CLOSED: f"nothing listens at {host} port {port}",
        Amiss.UNSEEN: f"nobody answers at {host} port {port}: {said or probe.outcome}",
        Amiss.TLS: f"TLS cannot begin: {said or probe.outcome}",
        Amiss.STARTTLS: "STARTTLS is not offered, so nobody can log in",
        Amiss.CERTIFICATE: f"Gmail refuses the certificate: {said}",
        Amiss.AUTH: f"AUTH is not offered under TLS, so Gmail cannot log in: {said}",
        Amiss.LOGIN: f"the login is refused: {said}",
        Amiss.SENDER: f"the sender is refused: {said}",
        Amiss.TURNED_AWAY: f"it turns us away: {said}",
    }[kind]


_HELP: Mapping[Amiss, str] = {
    Amiss.NO_HOST: ("Correct the name, or add its A record (AAAA for IPv6) at your DNS provider."),
    Amiss.CLOSED: (
        "On the relay's machine see whether it runs: `systemctl status sendas-relay`, and which "
        "ports [relay] of its sendas.toml names (`starttls`, `tls`; the latter only with a "
        "certificate)."
    ),
    Amiss.UNSEEN: (
        "Ask again from another network, since Gmail dials from its own. If it is the same there, "
        "let the port in at the machine's security group or firewall."
    ),
    Amiss.TLS: (
        "Match port and mode: 587 and 2587 begin with STARTTLS (Gmail calls it TLS), 465 with TLS "
        "at once (Gmail calls it SSL). If they match, something else listens there, or a proxy "
        "stands in between."
    ),
    Amiss.STARTTLS: (
        "Name `certificate` and `key` in [relay]: without them there is no TLS, and no login. If "
        "they are named, something on the way takes STARTTLS out: use port 465."
    ),
    Amiss.CERTIFICATE: (
        "Install a certificate of a public authority for the very name that is dialled, with its "
        "chain (certbot's fullchain.pem); Gmail takes no other. The relay reads it within half a "
        "minute."
    ),
    Amiss.CERTIFICATE_ENDS: (
        "Renew it: see why it was not renewed 30 days before its end with `certbot renew "
        "--dry-run`; port 80 must reach the machine for certbot's answer."
    ),
    Amiss.AUTH: (
        "Let the server offer AUTH PLAIN and LOGIN once TLS is on. sendas's relay always does: "
        "something else answers here, or stands in between."
    ),
    Amiss.CLEAR_AUTH: (
        "A client may send its password in clear (RFC 4954, 4): let the server offer AUTH under "
        "TLS alone. sendas's relay never does so: something else answers here."
    ),
    Amiss.OPEN: (
        "if this machine is in a network that sendas.toml names, that is meant; if not, "
        "stop the relay"
    ),
    Amiss.LOGIN: (
        "The user name is the mailbox, such as me@example.com, and the password one of its own: "
        "`sendas relay password list` shows them on the relay, and `sendas relay password add` "
        "makes a new one for Gmail."
    ),
    Amiss.SENDER: (
        "A password sends as its mailbox and as what `--sender` adds: on the relay make one that "
        "may send as this address (`sendas relay password add MAILBOX --label LABEL --sender "
        "ADDRESS`), or send as the mailbox."
    ),
    Amiss.TURNED_AWAY: (
        "Wait as long as it says, and ask again; the relay's log says why (`journalctl -u "
        "sendas-relay`)."
    ),
}
