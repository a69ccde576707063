"""The local page that makes aliases: what it shows, and that a stranger's text is none of it."""

import http.client

from urllib.parse import urlencode, urlsplit

import pytest

from sendas.errors import UsageError
from sendas.inbound.alias_page import alias_answer
from sendas.loopback import LoopbackPage


BOXES = ("me@example.com", "she@example.com")


def make(mailbox: str, them: str) -> str:
    """An alias, as far as the page is concerned."""
    if "bad" in them:
        msg = f"{them} is <b>bad</b>"
        raise UsageError(msg)
    return f"to.{them.replace('@', '_at_')}.{mailbox[:2]}@example.com"


def test_an_alias_is_made_and_can_be_copied() -> None:
    """Over HTTP, as a browser asks: the form, then the alias of the chosen mailbox."""
    with LoopbackPage(alias_answer(BOXES, make)) as page:
        where = urlsplit(page.url)
        texts = []
        for body in (None, urlencode({"them": "jane@example.net", "mailbox": BOXES[1]})):
            connection = http.client.HTTPConnection(where.netloc, timeout=5)
            connection.request("POST" if body else "GET", where.path, body)
            texts.append(connection.getresponse().read().decode())
            connection.close()

    assert "to.jane" not in texts[0]
    assert 'value="to.jane_at_example.net.sh@example.com"' in texts[1]
    assert "<option selected>she@example.com</option>" in texts[1]


@pytest.mark.parametrize(
    "form",
    [
        {"them": '"><script>x</script>@bad', "mailbox": BOXES[0]},
        {"them": '"><script>x</script>', "mailbox": BOXES[0]},
        {"them": "jane@example.net", "mailbox": "<script>x</script>"},
    ],
)
def test_what_was_typed_is_no_markup(form: dict[str, str]) -> None:
    """Escaped in the form, in the label and in the reason of a refusal."""
    shown = alias_answer(BOXES, make)(form)

    assert "<script>" not in shown.body
    assert "<b>" not in shown.body


def test_a_refusal_says_why() -> None:
    """And leaves what was typed in the form, to be mended."""
    shown = alias_answer(BOXES, make)({"them": "bad@example.net"})

    assert 400 == shown.status
    assert "bad@example.net is" in shown.body
    assert 'value="bad@example.net"' in shown.body
