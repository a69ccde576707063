"""The SMTP server machine: dialogues as a table, fed whole, byte by byte and with garbage after.

Where truth comes from: the RFCs named at each row; the end-of-data sequences published with
CVE-2023-51764 to 51766; and Python's own client, smtplib, which we did not write.
"""

import base64
import itertools
import smtplib
import socket
import threading

from collections.abc import Iterable
from dataclasses import replace

import pytest

from hypothesis import given
from hypothesis import strategies as st

from sendas.smtp.server.events import (
    Closed,
    Event,
    Hello,
    Login,
    Mail,
    MailParameters,
    Message,
    Recipient,
    RecipientParameters,
    StartTls,
)
from sendas.smtp.server.machine import LocalProtocolError, ServerMachine
from sendas.smtp.server.offer import Offer
from sendas.smtp.server.reply import Reply
from sendas.smtp.server.state import State


OFFER = Offer("relay.example.com", mechanisms=("PLAIN", "LOGIN"), max_message_bytes=1000)
PLAIN = base64.b64encode(b"\0anna\0secret")
OK = Reply(250, "2.0.0", "Ok")


def decide(event: Event) -> Reply | None:
    """A server that lets everybody in and takes everything."""
    match event:
        case Hello() | Closed():
            return None
        case StartTls():
            return Reply(220, "2.0.0", "Ready to start TLS")
        case Login():
            return Reply(235, "2.7.0", "Authentication successful")
        case _:
            return OK


def talk(
    pieces: Iterable[bytes], offer: Offer = OFFER, *, tls: bool = True
) -> tuple[list[Event], bytes, ServerMachine]:
    """All events, all output, and the machine as it stands then."""
    machine = ServerMachine(offer, tls=tls)
    machine.open(Reply(220, "", "relay.example.com ESMTP"))
    events: list[Event] = []
    output = machine.output()
    for piece in pieces:
        machine.receive(piece)
        while (event := machine.next_event()) is not None:
            events.append(event)
            reply = decide(event)
            if reply is not None:
                machine.answer(reply)
        output += machine.output()
    return events, output, machine


def codes(output: bytes) -> list[int]:
    """The code of each reply; a multi-line one counts once."""
    return [int(line[:3]) for line in output.splitlines() if line[3:4] == b" "]


def mail(path: str = "a@example.com", **given_: object) -> Mail:
    """A MAIL event."""
    return Mail(path, replace(MailParameters(), **given_))  # type: ignore[arg-type]


def rcpt(path: str = "b@example.net", sender: str = "a@example.com") -> Recipient:
    """A RCPT event."""
    return Recipient(sender, path)


BEGIN = b"EHLO c\r\nMAIL FROM:<a@example.com>\r\nRCPT TO:<b@example.net>\r\nDATA\r\n"
HELLO = Hello("c", extended=True)

DIALOGUES: dict[str, tuple[bytes, list[int], list[Event]]] = {
    "5321 D.1: a message": (
        BEGIN + b"Subject: x\r\n\r\nhi\r\n.\r\n",
        [220, 250, 250, 250, 354, 250],
        [HELLO, mail(), rcpt(), Message(mail(), (rcpt(),), b"Subject: x\r\n\r\nhi\r\n")],
    ),
    "5321 4.5.2: stuffed dots": (
        BEGIN + b"..a\r\n...\r\n.b\r\n.\r\n",
        [220, 250, 250, 250, 354, 250],
        [HELLO, mail(), rcpt(), Message(mail(), (rcpt(),), b".a\r\n..\r\nb\r\n")],
    ),
    "an empty message": (
        BEGIN + b".\r\n",
        [220, 250, 250, 250, 354, 250],
        [HELLO, mail(), rcpt(), Message(mail(), (rcpt(),), b"")],
    ),
    "5321 4.1.4: nothing before EHLO": (
        b"MAIL FROM:<a@example.com>\r\nRCPT TO:<b@example.net>\r\nDATA\r\n",
        [220, 503, 503, 503],
        [],
    ),
    "5321 4.1.1.5: RSET forgets": (
        BEGIN[: BEGIN.index(b"DATA")] + b"RSET\r\nDATA\r\n",
        [220, 250, 250, 250, 250, 503],
        [HELLO, mail(), rcpt()],
    ),
    "5321 4.1.4: a second EHLO forgets": (
        BEGIN[: BEGIN.index(b"DATA")] + b"EHLO c\r\nDATA\r\n",
        [220, 250, 250, 250, 250, 503],
        [HELLO, mail(), rcpt(), HELLO],
    ),
    "5321 4.5.5: the null reverse-path": (
        b"HELO c\r\nMAIL FROM:<>\r\n",
        [220, 250, 250],
        [Hello("c", extended=False), mail("")],
    ),
    "5321 appendix C: a source route": (
        b"EHLO c\r\nMAIL FROM:<@x.example,@y.example:a@example.com>\r\n",
        [220, 250, 250],
        [HELLO, mail()],
    ),
    "1870, 6152, 6531, 3461, 4954: parameters": (
        (b"EHLO c\r\nMAIL FROM:<\xc3\xa4@example.com> SIZE=12 body=8bitmime SMTPUTF8 RET=HDRS"
        b" ENVID=a+2Bb AUTH=<>\r\nRCPT TO:<b@example.net> NOTIFY=FAILURE,DELAY"
        b" ORCPT=rfc822;b+2Bc@example.net\r\n"),
        [220, 250, 250, 250],
        [
            HELLO,
            mail("ä@example.com", size=12, body="8BITMIME", utf8=True, auth="<>", ret="HDRS",
                 envid="a+b"),
            Recipient("ä@example.com", "b@example.net", RecipientParameters(
                frozenset({"FAILURE", "DELAY"}), "rfc822;b+c@example.net")),
        ],
    ),
    "1870 6.1: too long by its own word": (
        b"EHLO c\r\nMAIL FROM:<a@example.com> SIZE=1001\r\n", [220, 250, 552], [HELLO],
    ),
    "too long without a word": (
        BEGIN + b"x" * 999 + b"\r\n.\r\nNOOP\r\n", [220, 250, 250, 250, 354, 552, 250],
        [HELLO, mail(), rcpt()],
    ),
    "much too long": (
        BEGIN + b"x" * 9999 + b"\r\n.\r\nNOOP\r\n", [220, 250, 250, 250, 354, 552, 250],
        [HELLO, mail(), rcpt()],
    ),
    "5321 4.1.1.11: unknown, double, wrong parameters": (
        (b"EHLO c\r\n"
        b"MAIL FROM:<a@example.com> FOO=1\r\n"
        b"MAIL FROM:<a@example.com> SIZE=1 SIZE=2\r\n"
        b"MAIL FROM:<a@example.com> SIZE=-1\r\n"
        b"MAIL FROM:<a@example.com>SIZE=1\r\n"),
        [220, 250, 555, 555, 555, 501],
        [HELLO],
    ),
    "6531 3.5: beyond ASCII without SMTPUTF8": (
        b"EHLO c\r\nMAIL FROM:<\xc3\xa4@example.com>\r\n", [220, 250, 553], [HELLO],
    ),
    "4954: PLAIN at once": (
        b"EHLO c\r\nAUTH PLAIN " + PLAIN + b"\r\n", [220, 250, 235],
        [HELLO, Login("anna", "secret")],
    ),
    "4954: PLAIN after the prompt": (
        b"EHLO c\r\nAUTH PLAIN\r\n" + PLAIN + b"\r\n", [220, 250, 334, 235],
        [HELLO, Login("anna", "secret")],
    ),
    "LOGIN": (
        b"EHLO c\r\nauth login\r\nYW5uYQ==\r\nc2VjcmV0\r\n", [220, 250, 334, 334, 235],
        [HELLO, Login("anna", "secret", "LOGIN")],
    ),
    "4954 4: cancelled, no base64, no NUL, unknown": (
        b"EHLO c\r\nAUTH LOGIN\r\n*\r\nAUTH PLAIN !\r\nAUTH PLAIN YQ==\r\nAUTH CRAM-MD5\r\n",
        [220, 250, 334, 501, 501, 501, 504],
        [HELLO],
    ),
    "4954 4: not twice": (
        b"EHLO c\r\nAUTH PLAIN " + PLAIN + b"\r\nAUTH PLAIN " + PLAIN + b"\r\n",
        [220, 250, 235, 503],
        [HELLO, Login("anna", "secret")],
    ),
    "an endless line": (b"EHLO " + b"x" * 9000 + b"\r\nNOOP\r\n", [220, 500, 250], []),
    "NUL and 8 bits in commands": (
        b"EH\0LO c\r\nMAIL FROM:<\xff@x>\r\nEHLO c\0d\r\n", [220, 500, 500, 500], [],
    ),
    "typed by hand": (b"ehlo c\nnoop\nvrfy x\n", [220, 250, 250, 252], [HELLO]),
    "3207 4: no second TLS": (b"EHLO c\r\nSTARTTLS\r\n", [220, 250, 503], [HELLO]),
    "421 after too many errors": (b"X\r\n" * 25, [220] + [500] * 20 + [421], [Closed()]),
}  # fmt: skip


@pytest.mark.parametrize("name", DIALOGUES)
def test_dialogue_however_it_is_cut(name: str) -> None:
    """The same events and replies, whole and byte by byte."""
    raw, expected_codes, expected_events = DIALOGUES[name]

    for pieces in ([raw], [bytes([b]) for b in raw]):
        events, output, _ = talk(pieces)
        assert expected_codes == codes(output)
        assert expected_events == events


@pytest.mark.parametrize("name", [n for n in DIALOGUES if not n.startswith("421")])
def test_dialogue_with_garbage_after_its_end(name: str) -> None:
    """After QUIT nothing is read any more, whatever still comes."""
    raw, expected_codes, expected_events = DIALOGUES[name]

    events, output, machine = talk([raw + b"QUIT\r\n" + BEGIN + b"\0\xff\r\n.\r\n"])

    assert [*expected_codes, 221] == codes(output)
    assert [*expected_events, Closed()] == events
    assert 0 == machine.buffered


# SEC Consult, "SMTP Smuggling" (2023), and the advisories of Postfix, Exim and Sendmail.
LAX_ENDS = [
    b"\n.\n", b"\n.\r\n", b"\r\n.\n", b"\r.\r", b"\r.\r\n", b"\r\n.\r", b"\n.\r", b"\r.\n",
    b"\r\r\n.\r\r\n", b"\r\n.\x00\r\n", b"\r\n\x00.\r\n", b"\r\n.\r\x00\n", b"\n\n.\r\n",
    b"\r\n. \r\n", b"\r\n.\t\r\n", b"\r\n.\x0b\r\n", b"\r\n.\x85\r\n",
    b"\xe2\x80\xa8.\xe2\x80\xa8",
]  # fmt: skip


@pytest.mark.parametrize("end", LAX_ENDS, ids=repr)
def test_no_lax_end_of_data_smuggles_a_second_message(end: bytes) -> None:
    """Only CR LF . CR LF ends a message: what hides behind another end stays content."""
    hidden = b"MAIL FROM:<evil@example.org>\r\nRCPT TO:<b@example.net>\r\nDATA\r\nhidden"
    raw = BEGIN + b"first" + end + hidden + b"\r\n.\r\n"

    for pieces in ([raw], [bytes([b]) for b in raw]):
        events, output, _ = talk(pieces)
        messages = [event for event in events if isinstance(event, Message)]
        assert 1 == len(messages)
        assert messages[0].content.endswith(b"DATA\r\nhidden\r\n")
        assert [220, 250, 250, 250, 354, 250] == codes(output)


def test_nothing_survives_starttls() -> None:
    """What was sent behind STARTTLS, or learnt before it, is gone (RFC 3207, 4.2)."""
    machine = ServerMachine(OFFER, tls=False)
    machine.open(Reply(220, "", "x"))
    machine.receive(
        b"EHLO before\r\nSTARTTLS\r\nEHLO injected\r\nMAIL FROM:<evil@example.org>\r\n"
    )

    assert Hello("before", extended=True) == machine.next_event()
    assert StartTls() == machine.next_event()
    machine.answer(Reply(220, "2.0.0", "Ready"))
    machine.receive(b"EHLO meanwhile\r\n")
    assert machine.next_event() is None
    assert 0 == machine.buffered
    machine.output()
    machine.tls_started()

    assert machine.next_event() is None
    assert ("", False, State.FRESH) == (machine.helo, machine.authenticated, machine.state)
    machine.receive(b"MAIL FROM:<a@example.com>\r\nEHLO c\r\n")
    assert Hello("c", extended=True) == machine.next_event()
    assert [503, 250] == codes(machine.output())


def test_before_tls_no_login_and_no_mail_where_tls_is_needed() -> None:
    """AUTH is neither announced nor taken on an open line; nor is mail without a login."""
    offer = replace(OFFER, needs_tls=True, needs_auth=True)
    raw = b"EHLO c\r\nAUTH PLAIN " + PLAIN + b"\r\nMAIL FROM:<a@example.com>\r\n"

    events, output, _ = talk([raw], offer, tls=False)
    assert [HELLO] == events
    assert [220, 250, 530, 530] == codes(output)
    assert b"STARTTLS" in output
    assert b"AUTH PLAIN" not in output

    events, output, _ = talk([b"EHLO c\r\nMAIL FROM:<a@example.com>\r\n"], offer, tls=True)
    assert [220, 250, 530] == codes(output)
    assert b"250-AUTH PLAIN LOGIN" in output.replace(b"250 AUTH", b"250-AUTH")


def test_recipients_are_capped_without_ending_the_transaction() -> None:
    """One too many gets 452 4.5.3; those before it stay (RFC 5321, 4.5.3.1.10)."""
    raw = BEGIN.replace(b"DATA", b"RCPT TO:<c@example.net>\r\nDATA") + b"x\r\n.\r\n"

    events, output, _ = talk([raw], replace(OFFER, max_recipients=1))

    assert [220, 250, 250, 250, 452, 354, 250] == codes(output)
    assert Message(mail(), (rcpt(),), b"x\r\n") == events[-1]


# RFC 5321, 4.1.4, RFC 3207, 4 and RFC 4954, 4, written down a second time, by hand.
EXPECTED = {
    State.FRESH: {"EHLO", "HELO", "NOOP", "RSET", "VRFY", "QUIT", "STARTTLS"},
    State.READY: {"EHLO", "HELO", "NOOP", "RSET", "VRFY", "QUIT", "STARTTLS", "AUTH", "MAIL"},
    State.MAIL: {"EHLO", "HELO", "NOOP", "RSET", "VRFY", "QUIT", "RCPT"},
    State.RCPT: {"EHLO", "HELO", "NOOP", "RSET", "VRFY", "QUIT", "RCPT", "DATA"},
}
LINES = {
    "EHLO": b"EHLO c", "HELO": b"HELO c", "NOOP": b"NOOP", "RSET": b"RSET", "VRFY": b"VRFY x",
    "QUIT": b"QUIT", "STARTTLS": b"STARTTLS", "AUTH": b"AUTH PLAIN " + PLAIN,
    "MAIL": b"MAIL FROM:<a@example.com>", "RCPT": b"RCPT TO:<b@example.net>", "DATA": b"DATA",
}  # fmt: skip
WAYS = {
    State.FRESH: b"",
    State.READY: b"EHLO c\r\n",
    State.MAIL: b"EHLO c\r\nMAIL FROM:<a@example.com>\r\n",
    State.RCPT: BEGIN[: BEGIN.index(b"DATA")],
}


@pytest.mark.parametrize(("state", "command"), list(itertools.product(EXPECTED, LINES)))
def test_what_is_allowed_when(state: State, command: str) -> None:
    """A command out of sequence is 503 and changes nothing; any other is carried out."""
    _, _, before = talk([WAYS[state]], tls=False)
    assert state is before.state

    _, output, after = talk([WAYS[state] + LINES[command] + b"\r\n"], tls=False)

    assert (command in EXPECTED[state]) == (codes(output)[-1] != 503)
    if command not in EXPECTED[state]:
        assert state is after.state


def test_a_reply_never_overtakes_another() -> None:
    """Pipelined commands wait for the answer to the one before them (RFC 2920, 3.2)."""
    machine = ServerMachine(OFFER, tls=True)
    machine.open(Reply(220, "", "x"))
    machine.receive(BEGIN)
    machine.next_event()
    machine.output()

    assert mail() == machine.next_event()
    assert machine.next_event() is None
    assert b"" == machine.output()
    machine.answer(Reply(550, "5.7.1", "no"))
    assert machine.next_event() is None
    assert [550, 503, 503] == codes(machine.output())


def test_a_shell_that_errs_is_told() -> None:
    """Answers to nothing, a second greeting and an unagreed handshake are mistakes of ours."""
    machine = ServerMachine(OFFER)
    machine.open(Reply(220, "", "x"))

    for mistake in (lambda: machine.answer(OK), lambda: machine.open(OK), machine.tls_started):
        with pytest.raises(LocalProtocolError):
            mistake()


def test_a_refused_greeting_closes() -> None:
    """Anything but 220 ends the connection before it began."""
    machine = ServerMachine(OFFER)
    machine.open(Reply(421, "4.7.0", "Too many connections"))

    assert Closed() == machine.next_event()
    assert machine.next_event() is None
    assert b"421 4.7.0 Too many connections\r\n" == machine.output()


def test_a_text_cannot_begin_another_reply() -> None:
    """Control characters in a reply's text are shown; the log's text is never sent."""
    reply = Reply(550, "5.7.1", "bad\r250 Ok\nmore", log="the secret cause")

    assert b"550-5.7.1 bad?250 Ok\r\n550 5.7.1 more\r\n" == reply.encode()


def test_a_password_is_in_no_repr() -> None:
    """An event may be logged: what it holds of a secret or a mail is not shown."""
    assert "secret" not in repr(Login("anna", "secret"))
    assert "secret" not in repr(Message(mail(), (), b"secret"))


TOKENS = [
    *LINES.values(), b"\r\n", b"\r\n", b"\r\n", b"\n", b"\r", b".", b"\r\n.\r\n", b"\0", b"\xff",
    b" SIZE=9", b"x" * 700, PLAIN, b"*", b"=", b"<", b">",
]  # fmt: skip


@given(st.lists(st.sampled_from(TOKENS) | st.binary(max_size=20), max_size=40), st.data())
def test_any_bytes_give_the_same_however_they_are_cut(
    parts: list[bytes], data: st.DataObject
) -> None:
    """No input raises, and none means something else for arriving in other pieces."""
    raw = b"".join(parts)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(raw)), max_size=8)))
    pieces = [raw[a:b] for a, b in itertools.pairwise([0, *cuts, len(raw)])]

    assert talk([raw])[:2] == talk(pieces)[:2]


class _Wired(smtplib.SMTP):
    """smtplib over a socket that stands already."""

    def __init__(self, stream: socket.socket) -> None:
        self._stream = stream
        super().__init__("relay.example.com", 587, "client.example.com", timeout=30)

    def _get_socket(self, *_: object) -> socket.socket:  # type: ignore[override]
        return self._stream


def test_smtplib_logs_in_and_sends() -> None:
    """Python's client speaks to the machine: login, two recipients, dots, 8-bit, QUIT."""
    ours, theirs = socket.socketpair()
    machine, events = ServerMachine(OFFER, tls=True), list[Event]()

    def serve() -> None:
        machine.open(Reply(220, "", "relay.example.com ESMTP"))
        with ours:
            ours.sendall(machine.output())
            while chunk := ours.recv(7):
                machine.receive(chunk)
                while (event := machine.next_event()) is not None:
                    events.append(event)
                    reply = decide(event)
                    if reply is not None:
                        machine.answer(reply)
                ours.sendall(machine.output())

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    client = _Wired(theirs)
    client.login("anna", "secret")
    refused = client.sendmail(
        "a@example.com", ["b@example.net", "c@example.net"],
        b"Subject: x\r\n\r\n.dot\r\n\xe4\r\n", mail_options=["BODY=8BITMIME"],
    )  # fmt: skip
    client.quit()
    thread.join(30)

    assert {} == refused
    assert Login("anna", "secret") in events
    message = next(event for event in events if isinstance(event, Message))
    assert b"Subject: x\r\n\r\n.dot\r\n\xe4\r\n" == message.content
    assert ["b@example.net", "c@example.net"] == [one.forward_path for one in message.recipients]
    assert Closed() == events[-1]
