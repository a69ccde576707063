"""The relay looked at from outside, as Gmail will: name, certificate, AUTH; and misused.

What can be amiss, and what to do about it, is `sendas.smtp.submission`'s; here it is shown.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sendas.dialmap import load_dial_map
from sendas.relay.delivery import utc_now
from sendas.smtp.session import Credential
from sendas.smtp.submission import COULD_NOT_LOOK, Amiss, PortSeen, remarks
from sendas.smtp.submission_look import look_at_ports


@dataclass(frozen=True, slots=True)
class Looked:
    """One port: whether all is *well* (None: nobody answered), what was seen, what to do."""

    port: int
    well: bool | None
    said: str
    help: tuple[str, ...] = ()

    def lines(self) -> list[str]:
        """For people."""
        mark = {True: "well", False: "FAILS", None: "no answer"}[self.well]
        return [
            f"port {self.port}: {mark}: {self.said}",
            *(f"  to do: {one}" for one in self.help),
        ]

    def as_json(self) -> dict[str, object]:
        """For programs."""
        return {"port": self.port, "well": self.well, "said": self.said, "help": list(self.help)}


def look(  # noqa: PLR0913, PLR0917  one look has these parts
    host: str,
    ports: Mapping[int, bool],
    environment: Mapping[str, str],
    username: str | None,
    password: str | None,
    timeout: float,
) -> tuple[Looked, ...]:
    """Dial each of *ports* (whether TLS begins at once); with a password, log in."""
    credential = Credential(username, password) if username and password else None
    seen = look_at_ports(
        host, ports, load_dial_map(environment), credential=credential, timeout=timeout
    )
    return tuple(looked(one, utc_now()) for one in seen)


def looked(seen: PortSeen, now: datetime) -> Looked:
    """One port, judged: what fails stands before what nobody saw, and both before a hint."""
    port = seen.probe.port
    found = remarks(seen, now)
    failing = [r for r in found if r.amiss not in COULD_NOT_LOOK | {Amiss.CERTIFICATE_ENDS}]
    unseen = [r for r in found if r.amiss in COULD_NOT_LOOK]
    for well, amiss in ((False, failing), (None, unseen)):
        if amiss:
            return Looked(port, well, amiss[0].words, (amiss[0].help,))
    logged = "logs in, " if seen.probe.username else ""
    said = (
        f"{logged}the certificate is good for {seen.probe.host}, AUTH under TLS only, "
        "no mail without a login"
    )
    helps = tuple(remark.help for remark in found)
    return Looked(port, well=True, said="; ".join((said, *(r.words for r in found))), help=helps)
