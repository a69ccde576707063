"""`sendas relay check` finds what it says is not there: the relay is broken on purpose."""

import json

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from relay_world import HOST, Running

from sendas.dialmap import VARIABLE
from sendas.relay import session
from sendas.relay.checking import Looked, look
from sendas.relay.decide.offers import Door, offer_for
from sendas.relay.dialogue import Dialogue
from sendas.smtp.server.offer import Offer
from sendas.smtp.server.reply import Reply


@pytest.fixture
def looked(start: Callable[..., Running], tmp_path: Path) -> Callable[[Door], Looked]:
    """What is seen of one door of a relay, started now."""

    def see(door: Door) -> Looked:
        relay = start()
        file = tmp_path / "dialmap.json"
        port = 465 if door is Door.IMPLICIT else 587
        file.write_text(json.dumps({f"{HOST}:{port}": f"127.0.0.1:{relay.port(door)}"}))
        ports = {port: door is Door.IMPLICIT}
        (found,) = look(HOST, ports, {VARIABLE: str(file)}, None, None, 10.0)
        return found

    return see


@pytest.mark.parametrize("door", list(Door))
def test_a_relay_as_it_is_is_well(looked: Callable[[Door], Looked], door: Door) -> None:
    """Name, certificate, AUTH under TLS, and no mail from a stranger."""
    assert looked(door).well is True


@pytest.mark.parametrize("door", list(Door))
def test_mail_from_anybody_under_tls_is_found(
    looked: Callable[[Door], Looked], door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In clear it asks for STARTTLS first, and that refusal says nothing about a login."""

    def open_under_tls(*given: object, **more: object) -> Offer:
        return replace(offer_for(*given, **more), needs_auth=False)  # type: ignore[arg-type]  handed on

    monkeypatch.setattr(session, "offer_for", open_under_tls)
    monkeypatch.setattr(Dialogue, "_mail", lambda *_: Reply(250, "2.1.0", "Ok"))
    found = looked(door)

    assert found.well is False
    assert "takes mail without a login" in found.said


def test_auth_in_clear_is_found(
    looked: Callable[[Door], Looked], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A client that is offered AUTH before TLS may send its password in clear (RFC 4954, 4)."""

    def in_clear(*given: object, **more: object) -> Offer:
        return replace(offer_for(*given, **more), hides_auth=False)  # type: ignore[arg-type]  handed on

    monkeypatch.setattr(session, "offer_for", in_clear)
    found = looked(Door.STARTTLS)

    assert found.well is False
    assert "AUTH" in found.said
