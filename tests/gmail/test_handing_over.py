"""How the password comes to the owner: dialog, clipboard, a page that shows it once."""

import http.client
import socket
import stat
import struct

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from sending_account import REGION

from sendas.credentials.clipboard import NoClipboard, copy
from sendas.credentials.decide import dialog
from sendas.credentials.decide.credential import StoredCredential
from sendas.gmail.onetime import OneTimePage


PASSWORD = "BFZxjcD/nSxXAnCAggxCyH7+tSPzTMR0PwoNAk0rQi3H"
STORED = StoredCredential("me@example.com", REGION, "AKIAIOSFODNN7EXAMPLE", PASSWORD)


def test_the_dialog_says_everything_but_the_password() -> None:
    """Each field in Gmail's words, in Gmail's order."""
    text = dialog.as_text(dialog.windows(STORED, name="The Owner"))

    for field in (
        "SMTP Server                   email-smtp.us-east-2.amazonaws.com",
        "Port                          587",
        "Username                      AKIAIOSFODNN7EXAMPLE",
        "Email address      me@example.com",
        "Name               The Owner",
    ):
        assert field in text
    assert PASSWORD not in text
    assert "(not shown)" in text


def test_the_password_only_when_it_is_handed_in() -> None:
    """And in JSON it is null otherwise."""
    shown = dialog.windows(STORED, name=None, password=PASSWORD)

    assert PASSWORD in dialog.as_text(shown)
    (field,) = [
        one
        for window in dialog.as_json(dialog.windows(STORED, name=None))
        for one in window["fields"]  # type: ignore[attr-defined]  a list
        if one["label"] == "Password"
    ]
    assert field["value"] is None


# The clipboard


def program(folder: Path, name: str, script: str) -> None:
    """A program of that name."""
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)


def in_folder(folder: Path, name: str) -> str | None:
    """Find a program there, and nowhere else."""
    path = folder / name
    return str(path) if path.exists() else None


def test_the_clipboard_gets_it_over_a_pipe(tmp_path: Path) -> None:
    """Never as an argument, which every user of the machine could read."""
    program(tmp_path, "xclip", f'echo "$@" > {tmp_path}/arguments; cat > {tmp_path}/text')

    used = copy(PASSWORD, {"DISPLAY": ":0"}, which=lambda name: in_folder(tmp_path, name))

    assert "xclip" == used
    assert PASSWORD == (tmp_path / "text").read_text()
    assert "-selection clipboard\n" == (tmp_path / "arguments").read_text()


def test_the_next_program_where_one_fails(tmp_path: Path) -> None:
    """Xclip without a display, and xsel that works."""
    program(tmp_path, "xclip", "exit 1")
    program(tmp_path, "xsel", f"cat > {tmp_path}/text")

    assert "xsel" == copy(
        PASSWORD, {"DISPLAY": ":0"}, which=lambda name: in_folder(tmp_path, name)
    )


def test_without_any_program(tmp_path: Path) -> None:
    """The other ways are named; programs that need a display are not tried without one."""
    program(tmp_path, "xclip", "exit 0")

    with pytest.raises(NoClipboard, match=r"--page or --show") as caught:
        copy(PASSWORD, {}, which=lambda name: in_folder(tmp_path, name))
    assert PASSWORD not in str(caught.value)


# The page


@pytest.fixture
def page() -> Iterator[OneTimePage]:
    """A page with the password, being served."""
    windows = dialog.windows(STORED, name='"><script>x</script>', password=PASSWORD)
    with OneTimePage("Send mail as me@example.com", windows) as served:
        yield served


def ask(
    page: OneTimePage, method: str, *, path: str | None = None, host: str | None = None
) -> tuple[int, str, http.client.HTTPMessage]:
    """One request; status, body and header."""
    where = urlsplit(page.url)
    connection = http.client.HTTPConnection(where.netloc, timeout=5)
    try:
        headers = {"Host": host} if host else {}
        connection.request(method, path or where.path, headers=headers)
        answer = connection.getresponse()
        return answer.status, answer.read().decode(), answer.headers
    finally:
        connection.close()


def test_it_is_shown_once(page: OneTimePage) -> None:
    """Opening it shows nothing, the button shows it, and then it is gone."""
    assert not page.wait(0)
    for _ in range(2):
        status, body, _ = ask(page, "GET")
        assert (200, False) == (status, PASSWORD in body)

    status, body, headers = ask(page, "POST")

    assert (200, True) == (status, PASSWORD in body)
    assert "no-store" == headers["Cache-Control"]
    assert page.wait(5)
    status, body, _ = ask(page, "POST")
    assert (410, False) == (status, PASSWORD in body)


def test_what_stands_in_it_is_escaped(page: OneTimePage) -> None:
    """The owner's name is no markup."""
    _, body, headers = ask(page, "POST")

    assert "<script>x" not in body
    assert "default-src 'none'" in headers["Content-Security-Policy"]


@pytest.mark.parametrize("path", ["/", "/favicon.ico", "/x" * 20])
def test_it_cannot_be_guessed(page: OneTimePage, path: str) -> None:
    """Any other path is nothing, and uses nothing up."""
    for method in ("GET", "POST"):
        status, body, _ = ask(page, method, path=path)
        assert (404, False) == (status, PASSWORD in body)
    assert PASSWORD in ask(page, "POST")[1]


def test_a_name_that_was_rebound_to_loopback(page: OneTimePage) -> None:
    """A page elsewhere cannot read it, even if it learns the path."""
    status, body, _ = ask(page, "POST", host="evil.example")

    assert (404, False) == (status, PASSWORD in body)


def test_it_listens_on_loopback_alone(page: OneTimePage) -> None:
    """And its path is long."""
    where = urlsplit(page.url)

    assert "127.0.0.1" == where.hostname
    assert len(where.path) > 40


def test_two_who_press_at_once(page: OneTimePage) -> None:
    """One of them gets it."""
    taken = [PASSWORD in ask(page, "POST")[1] for _ in range(5)]

    assert [True, False, False, False, False] == taken


def test_who_hangs_up_uses_nothing_up(page: OneTimePage) -> None:
    """A browser that breaks off before it has the page leaves it for the next."""
    where = urlsplit(page.url)
    rude = socket.create_connection((where.hostname or "", where.port or 0), timeout=5)
    # A reset in the place of a proper end: what was sent to it is lost.
    rude.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    rude.sendall(f"POST {where.path} HTTP/1.1\r\nHost: {where.netloc}\r\n\r\n".encode())
    rude.recv(1)
    rude.close()

    for _ in range(50):
        status, body, _ = ask(page, "POST")
        if status != 410:
            break
    assert (200, True) == (status, PASSWORD in body)
