"""Replies off the line: invariants under any bytes a server may send.

Whatever comes, the reader gives a Reply or ends the dialogue with an outcome.
"""

import contextlib
import socket
import time

from hypothesis import given, settings
from hypothesis import strategies as st

from sendas.smtp.connection import Connection, Ended
from sendas.smtp.probe import Outcome, Reply
from sendas.smtp.transcript import MASK, Transcript


GARBAGE = st.one_of(
    st.binary(max_size=400),
    st.text(st.sampled_from("25043 -\r\n\0aé"), max_size=80).map(str.encode),
)


def heard(data: bytes, *, in_pieces: bool = False) -> Reply | Outcome:
    """What a client makes of a server that says *data* and hangs up."""
    ours, theirs = socket.socketpair()
    line = Connection(ours, 2.0, time.monotonic)
    with ours, theirs:
        for piece in [data[i : i + 1] for i in range(len(data))] if in_pieces else [data]:
            theirs.sendall(piece)
        theirs.shutdown(socket.SHUT_WR)
        try:
            return line.receive()
        except Ended as ended:
            return ended.outcome


@given(GARBAGE)
@settings(deadline=None)
def test_any_bytes_end_in_a_reply_or_an_outcome(data: bytes) -> None:
    """No bytes raise anything else, and none are taken for a silence."""
    assert heard(data) is not Outcome.TIMED_OUT


@given(
    st.integers(200, 599),
    # Short: nobody reads while a byte at a time is written, and the kernel holds few packets.
    st.lists(
        st.text(st.characters(codec="ascii", categories=["L", "N", "P"]), max_size=8),
        min_size=1,
        max_size=8,
    ),
)
@settings(deadline=None)
def test_a_reply_reads_the_same_whole_and_byte_by_byte(code: int, lines: list[str]) -> None:
    """What was written is read, however it was cut on the way."""
    wired = "".join(
        f"{code}{' ' if last else '-'}{line}\r\n"
        for last, line in ((at == len(lines) - 1, line) for at, line in enumerate(lines))
    ).encode()

    assert Reply(code, tuple(lines)) == heard(wired) == heard(wired, in_pieces=True)


def test_what_follows_a_reply_is_kept_for_the_next() -> None:
    """Two replies in one packet are two replies; discarding drops what came too early."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        line = Connection(ours, 2.0, time.monotonic)
        theirs.sendall(b"220 one\r\n250 two\r\n250 three\r\n")

        assert Reply(220, ("one",)) == line.receive()
        assert Reply(250, ("two",)) == line.receive()
        assert len(b"250 three\r\n") == line.discard()


@given(st.text(min_size=4), st.text(), st.text())
def test_a_transcript_never_holds_a_secret(secret: str, before: str, after: str) -> None:
    """Wherever it stands in a line, it is masked, and control characters are gone."""
    transcript = Transcript(lambda: 0.0)
    transcript.hide(secret)

    shown = transcript.masked(f"{before}{secret}{after}")

    assert MASK in shown or secret in MASK
    assert secret not in shown.replace(MASK, "") or secret in f"{before}{after}".replace(
        secret, ""
    )
    with contextlib.suppress(UnicodeEncodeError):
        assert shown.isprintable()
