"""Message-IDs hidden and revealed."""

from hypothesis import given
from hypothesis import strategies as st

from sendas.reply.keys import SigningKeys
from sendas.reply.thread import MESSAGE_ID, hide, reveal


KEYS = SigningKeys("a", {"a": "k" * 32})
OTHER = SigningKeys("a", {"a": "j" * 32})
GMAIL = b"<CAGx-9=abc+d@mail.gmail.com>"

ids = st.from_regex(rb"<[!-;=?-~]{1,250}>", fullmatch=True)


@given(ids)
def test_a_hidden_id_is_revealed_again(one: bytes) -> None:
    """Also when a client folded its case on the way."""
    hidden = hide(KEYS, "example.com", one)

    assert MESSAGE_ID.fullmatch(hidden)
    assert one == reveal(KEYS, "example.com", hidden)
    assert one == reveal(
        KEYS, "example.com", hidden.upper().replace(b"EXAMPLE.COM", b"example.com")
    )


def test_it_says_nothing_of_the_original() -> None:
    """Neither the host nor any part of the id is in it, and one id hides as one."""
    hidden = hide(KEYS, "example.com", GMAIL)

    assert b"gmail" not in hidden
    assert hidden == hide(KEYS, "example.com", GMAIL)
    assert hidden != hide(OTHER, "example.com", GMAIL)


@given(ids)
def test_others_ids_stay_as_they_are(one: bytes) -> None:
    """An id of a stranger's, or one forged under our host, is passed on unchanged."""
    forged = one[:-1].replace(b"@", b"") + b"@id.example.com>"

    assert one == reveal(KEYS, "example.com", one)
    assert forged == reveal(KEYS, "example.com", forged)
    assert hide(OTHER, "example.com", GMAIL) == reveal(
        KEYS, "example.com", hide(OTHER, "example.com", GMAIL)
    )
