"""How a road to the SMTP endpoint breaks, seen by a client that dials."""

import contextlib
import socket

import pytest

from sendas.play.faults import play
from sendas.play.scene import Scene


HOST = "email-smtp.us-east-1.amazonaws.com"


def connect(scene: Scene, port: int, timeout: float = 2) -> socket.socket:
    """Dial the endpoint's public name."""
    return socket.create_connection(scene.lab.network.dial_map().dial(HOST, port), timeout=timeout)


def test_a_blocked_port(sendas_scene: Scene) -> None:
    """Connecting hears nothing; the other ports are open, and so is this one after a reset."""
    play("smtp-blocked", sendas_scene)

    with pytest.raises(TimeoutError):
        connect(sendas_scene, 587, timeout=0.3)
    with contextlib.closing(connect(sendas_scene, 2587)) as open_port:
        assert open_port.recv(3) == b"220"
    sendas_scene.lab.reset()
    with contextlib.closing(connect(sendas_scene, 587)) as open_again:
        assert open_again.recv(3) == b"220"


def test_a_closed_port(sendas_scene: Scene) -> None:
    """Connecting is refused at once."""
    play("smtp-refused", sendas_scene)

    with pytest.raises(ConnectionRefusedError):
        connect(sendas_scene, 465)


def test_swapped_tls(sendas_scene: Scene) -> None:
    """465 greets in the clear; 587 waits for a handshake."""
    play("smtp-swapped-tls", sendas_scene)

    with contextlib.closing(connect(sendas_scene, 465)) as clear:
        assert clear.recv(3) == b"220"
    silent = connect(sendas_scene, 587, timeout=0.3)
    with contextlib.closing(silent), pytest.raises(TimeoutError):
        silent.recv(3)
