"""The relay looked at from outside, as Gmail will: name, certificate, AUTH; and misused."""

import ssl
import time

from collections.abc import Mapping
from dataclasses import dataclass

from sendas.dialmap import DialMap, load_dial_map
from sendas.smtp.dialogue import dial
from sendas.smtp.probe import Outcome
from sendas.smtp.session import Call, Credential
from sendas.smtp.stranger import what_a_stranger_may
from sendas.smtp.verdict import COULD_NOT_LOOK, WELL, conclude


PORTS: Mapping[int, bool] = {587: False, 465: True}
"""What Gmail dials, and whether TLS begins at once."""


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
    dial_map = load_dial_map(environment)
    credential = Credential(username, password) if username and password else None
    return tuple(
        _one(host, port, dial_map, credential, timeout, implicit=implicit)
        for port, implicit in ports.items()
    )


def _one(  # noqa: PLR0913  as `look`
    host: str,
    port: int,
    dial_map: DialMap,
    credential: Credential | None,
    timeout: float,
    *,
    implicit: bool,
) -> Looked:
    probe = dial(
        host, port, implicit_tls=implicit, tls=ssl.create_default_context(),
        clock=time.monotonic, credential=credential, dial_map=dial_map, timeout=timeout,
    )  # fmt: skip
    if probe.outcome in COULD_NOT_LOOK:
        return Looked(port, None, conclude(probe).words or str(probe.outcome))
    if probe.outcome not in WELL:
        end = conclude(probe)
        return Looked(port, well=False, said=end.words, help=tuple(h.text for h in end.help))
    if not {"PLAIN", "LOGIN"} & {one.upper() for one in probe.mechanisms}:
        text = "AUTH is not offered under TLS, so Gmail cannot log in"
        return Looked(port, well=False, said=text)
    misused = _misused(host, port, dial_map, implicit=implicit, timeout=timeout)
    if misused is None:
        return Looked(port, None, "it could not be tried whether it takes mail from anybody")
    if not misused.well:
        return misused
    logged = "logs in, " if credential else ""
    return Looked(
        port,
        well=True,
        said=(
            f"{logged}the certificate is good for {host}, AUTH under TLS only, "
            "no mail without a login"
        ),
    )  # fmt: skip


def _misused(
    host: str, port: int, dial_map: DialMap, *, implicit: bool, timeout: float
) -> Looked | None:
    """What a stranger may do, before TLS and under it; None if nobody knows."""
    allowed = what_a_stranger_may(
        Call(
            host=host,
            port=port,
            implicit_tls=implicit,
            tls=ssl.create_default_context(),
            clock=time.monotonic,
            dial_map=dial_map,
            timeout=timeout,
        )
    )
    if allowed.clear_auth:
        return Looked(port, well=False, said="AUTH is offered without TLS")
    if allowed.mail is None:
        looked = allowed.probe.outcome is Outcome.REACHED
        return Looked(port, well=True, said="") if looked else None
    text = f"it takes mail without a login from here: {allowed.mail}"
    help_ = ("if this machine is in a network that sendas.toml names, that is meant; if not, "
             "stop the relay")  # fmt: skip
    return Looked(port, well=False, said=text, help=(help_,))
