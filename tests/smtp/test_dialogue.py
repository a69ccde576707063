"""Dialling servers on loopback, each of which behaves or misbehaves in one way."""

import base64
import socket
import time

from collections.abc import Callable
from typing import Any, Protocol, TypeAlias

import pytest

from sendas.dialmap import DialMap
from sendas.smtp.dialogue import dial
from sendas.smtp.meaning import Cause
from sendas.smtp.probe import Outcome, Probe, Stage
from sendas.smtp.replies import classify
from sendas.smtp.session import Credential, NotOneLine, TestMessage
from sendas.smtp.verdict import conclude


HOST = "mail.example.com"
PASSWORD = "BLBM/9hSUELfq8Gw+rU1YcBjkOxGbhT2XG763xVLGWL9"
KEY_ID = "AKIAIOSFODNN7EXAMPLE"
WHO = Credential(KEY_ID, PASSWORD)
PLAIN = base64.b64encode(f"\0{KEY_ID}\0{PASSWORD}".encode())
BANNER = b"220 email-smtp.amazonaws.com ESMTP SimpleEmailService-d-XXXX abc\r\n"
CAPABILITIES = b"250-mail\r\n250-8BITMIME\r\n250-STARTTLS\r\n250-AUTH PLAIN LOGIN\r\n250 Ok\r\n"
NO_AUTH = b"250-mail\r\n250-STARTTLS\r\n250 Ok\r\n"
INVALID = b"535 Authentication Credentials Invalid\r\n"


Servers: TypeAlias = Any
Certificates: TypeAlias = Any
"""The types of conftest, which pytest's importlib mode keeps to itself."""


class Talk(Protocol):
    """What the servers of conftest hand to a part."""

    heard: list[bytes]

    def say(self, data: bytes) -> None: ...  # noqa: D102
    def hear(self) -> bytes: ...  # noqa: D102
    def tls(self, context: Certificates) -> None:
        """Go over to TLS."""


Play: TypeAlias = Callable[[Talk], None]


def call(server: Servers, authority: Certificates, **changed: object) -> Probe:
    """Dial *server* as the public host, trusting only the test's authority."""
    options: dict[str, Any] = {
        "implicit_tls": False,
        "credential": WHO,
        "tls": authority.client(),
        "dial_map": server.dial_map() if server else DialMap(),
        "timeout": 0.4,
        "clock": time.monotonic,
    }
    return dial(HOST, 587, **(options | changed))


def secured(authority: Certificates, then: Callable[[Talk], None], **certificate: object) -> Play:
    """A part: SES's opening up to TLS, EHLO once more, then *then*."""

    def play(talk: Talk) -> None:
        talk.say(BANNER)
        talk.hear()
        talk.say(CAPABILITIES)
        talk.hear()
        talk.say(b"220 Ready to start TLS\r\n")
        talk.tls(authority.server(**certificate))
        talk.hear()
        then(talk)

    return play


def answering(*replies: bytes) -> Callable[[Talk], None]:
    """Capabilities, then one reply for each line heard."""

    def play(talk: Talk) -> None:
        talk.say(CAPABILITIES)
        for reply in replies:
            talk.hear()
            talk.say(reply)
        talk.hear()

    return play


def shown(probe: Probe) -> str:
    """The whole transcript."""
    return "\n".join(f"{step.direction} {step.text}" for step in probe.steps)


def test_accepted(serve: Servers, authority: Certificates) -> None:
    """235 is success; the password was sent inside TLS and stands nowhere in the result."""
    server = serve(secured(authority, answering(b"235 Authentication successful.\r\n")))

    probe = call(server, authority)

    assert (Outcome.ACCEPTED, Stage.DONE) == (probe.outcome, probe.stage)
    assert b"AUTH PLAIN " + PLAIN in server.talks[0].heard
    assert ("PLAIN", "LOGIN") == probe.mechanisms
    assert "TLSv1.3" in shown(probe)
    assert PASSWORD not in repr(probe)
    assert PLAIN.decode() not in repr(probe)
    assert all(step.elapsed_seconds >= 0 for step in probe.steps)


def test_no_secret_though_the_server_repeats_it(serve: Servers, authority: Certificates) -> None:
    """A server that echoes what it was told cannot get the password into a transcript."""
    echo = b"535 you said " + PLAIN + b" that is " + PASSWORD.encode() + b"\r\n"
    server = serve(secured(authority, answering(echo)), secured(authority, answering(INVALID)))

    probe = call(server, authority)

    assert PASSWORD not in repr(probe)
    assert PLAIN.decode() not in repr(probe)
    assert PASSWORD not in repr(WHO)


def test_a_secret_as_user_name_is_no_part_of_the_transcript(
    serve: Servers, authority: Certificates
) -> None:
    """A server that repeats the user name repeats a secret, if one was pasted there."""
    secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
    echo = f"535 no user {secret}\r\n".encode()
    server = serve(secured(authority, answering(echo)), secured(authority, answering(echo)))

    probe = call(server, authority, credential=Credential(secret, PASSWORD))

    assert "no user ********" in shown(probe)
    assert secret not in shown(probe) + str(probe.reply)


def test_nothing_is_sent_without_being_asked(serve: Servers, authority: Certificates) -> None:
    """After the login comes QUIT, never MAIL."""
    server = serve(secured(authority, answering(b"235 Ok\r\n", b"221 Bye\r\n")))

    call(server, authority)

    verbs = [line.split()[0] for line in server.talks[0].heard if line]
    assert [b"EHLO", b"STARTTLS", b"EHLO", b"AUTH", b"QUIT"] == verbs


def test_a_test_message_is_sent_when_asked(serve: Servers, authority: Certificates) -> None:
    """The message goes out with its dots doubled and CRLF line ends."""

    def then(talk: Talk) -> None:
        talk.say(CAPABILITIES)
        for reply in (b"235 Ok\r\n", b"250 Ok\r\n", b"250 Ok\r\n", b"354 Go\r\n"):
            talk.hear()
            talk.say(reply)
        while talk.hear() != b".":
            pass
        talk.say(b"250 Ok 0100018f-message-id\r\n")
        talk.hear()

    server = serve(secured(authority, then))
    message = TestMessage("a@example.com", "b@example.net", b"Subject: x\n\n.dot\nend\n")

    probe = call(server, authority, send=message)

    assert Outcome.SENT is probe.outcome
    assert "250 Ok 0100018f-message-id" == str(probe.reply)
    heard = server.talks[0].heard
    assert b"MAIL FROM:<a@example.com>" in heard
    assert [b"Subject: x", b"", b"..dot", b"end", b"."] == heard[-6:-1]


def test_a_refused_message_is_told_by_its_text(serve: Servers, authority: Certificates) -> None:
    """554 after 235 is a policy's word, at the stage of sending."""
    denied = b"554 Access denied: User `x' is not authorized to perform `ses:SendRawEmail'\r\n"
    server = serve(secured(authority, answering(b"235 Ok\r\n", denied)))

    probe = call(server, authority, send=TestMessage("a@example.com", "b@example.net", b"x"))

    assert (Outcome.REFUSED, Stage.SEND) == (probe.outcome, probe.stage)
    assert probe.reply
    assert Cause.ACCESS_DENIED is classify(probe.reply, probe.stage).cause


def test_without_a_credential_it_stops_at_auth(serve: Servers, authority: Certificates) -> None:
    """TLS and AUTH are there: reached, and nothing tried."""
    probe = call(serve(secured(authority, answering(b"221 Bye\r\n"))), authority, credential=None)

    assert (Outcome.REACHED, None) == (probe.outcome, probe.reply)


@pytest.mark.parametrize(
    ("reply", "cause"),
    [
        (INVALID, Cause.CREDENTIALS_INVALID),
        (b"535 Account not subscribed to SES\r\n", Cause.NOT_SUBSCRIBED),
        (b"535 Signature Version 2 is deprecated for use with SES\r\n", Cause.SIGV2_DEPRECATED),
    ],
)
def test_535_is_tried_again_by_login_on_a_new_line(
    serve: Servers,
    authority: Certificates,
    reply: bytes,
    cause: Cause,
) -> None:
    """After a refused PLAIN comes LOGIN, on a new connection; the reply's text is kept."""
    prompts = (b"334 VXNlcm5hbWU6\r\n", b"334 UGFzc3dvcmQ6\r\n", reply)
    server = serve(secured(authority, answering(reply)), secured(authority, answering(*prompts)))

    probe = call(server, authority)

    assert (Outcome.REFUSED, Stage.AUTH) == (probe.outcome, probe.stage)
    assert probe.reply
    assert cause is classify(probe.reply, probe.stage).cause
    assert 2 == len(server.talks)
    assert base64.b64encode(PASSWORD.encode()) in server.talks[1].heard


def test_login_can_succeed_where_plain_does_not(serve: Servers, authority: Certificates) -> None:
    """A server that breaks PLAIN but takes LOGIN has accepted the credential."""
    prompts = (b"334 VXNlcm5hbWU6\r\n", b"334 UGFzc3dvcmQ6\r\n", b"235 Ok\r\n")
    server = serve(
        secured(authority, answering(b"504 Unrecognized\r\n")),
        secured(authority, answering(*prompts)),
    )

    assert Outcome.ACCEPTED is call(server, authority).outcome


def test_a_second_call_that_fails_does_not_hide_the_refusal(
    serve: Servers,
    authority: Certificates,
) -> None:
    """The server that hangs up on the second call has still said 535 on the first."""
    server = serve(secured(authority, answering(INVALID)), lambda _: None)

    probe = call(server, authority)

    assert (Outcome.REFUSED, 535) == (probe.outcome, probe.reply and probe.reply.code)


@pytest.mark.parametrize(
    ("code", "cause"),
    [
        (b"454 Temporary authentication failure\r\n", Cause.TEMPORARY_AUTH_FAILURE),
        (b"421 Too many concurrent SMTP connections\r\n", Cause.TOO_MANY_CONNECTIONS),
    ],
)
def test_a_refusal_for_now_is_not_repeated(
    serve: Servers,
    authority: Certificates,
    code: bytes,
    cause: Cause,
) -> None:
    """4xx ends the call: the other mechanism would hear the same."""
    server = serve(secured(authority, answering(code)))

    probe = call(server, authority)

    assert Outcome.REFUSED is probe.outcome
    assert probe.reply
    assert cause is classify(probe.reply, Stage.AUTH).cause
    assert 1 == len(server.talks)


def test_421_as_greeting(serve: Servers, authority: Certificates) -> None:
    """A full server says so before anything else."""
    server = serve(lambda talk: talk.say(b"421 Too many concurrent SMTP connections\r\n"))

    probe = call(server, authority)

    assert (Outcome.REFUSED, Stage.GREETING) == (probe.outcome, probe.stage)


def silent(talk: Talk) -> None:
    """Say nothing until the client goes."""
    talk.hear()


def drip(talk: Talk) -> None:
    """One byte now and then: alive, yet never a reply."""
    for _ in range(30):
        talk.say(b"2")
        time.sleep(0.05)


def flood(talk: Talk) -> None:
    """A reply that never ends."""
    for _ in range(400):
        talk.say(b"220-more\r\n")


@pytest.mark.parametrize(
    ("play", "outcome"),
    [
        (silent, Outcome.TIMED_OUT),
        (drip, Outcome.TIMED_OUT),
        (flood, Outcome.NOT_SMTP),
        (lambda talk: talk.say(b"x" * 9000), Outcome.NOT_SMTP),
        (lambda talk: talk.say(b"220 " + b"x" * 9000 + b"\r\n"), Outcome.NOT_SMTP),
        (lambda talk: talk.say(b"HTTP/1.1 400 Bad Request\r\n\r\n"), Outcome.NOT_SMTP),
        (lambda talk: talk.say(b"SSH-2.0-OpenSSH_9.6\r\n"), Outcome.NOT_SMTP),
        (lambda talk: talk.say(b"\xff\xfe\x00\x80\r\n"), Outcome.NOT_SMTP),
        (lambda talk: talk.say(b"220-a\r\n250 b\r\n"), Outcome.NOT_SMTP),
        (lambda talk: talk.say(b"999 x\r\n"), Outcome.NOT_SMTP),
        (lambda talk: talk.say(b"220 half a li"), Outcome.NOT_SMTP),
        (lambda _: None, Outcome.DISCONNECTED),
        (lambda talk: talk.say(b"\x15\x03\x01\x00\x02\x02\x46"), Outcome.WRONG_TLS_MODE),
    ],
)
def test_odd_greetings(
    serve: Servers,
    authority: Certificates,
    play: Callable[[Talk], None],
    outcome: Outcome,
) -> None:
    """Silence, floods, giant lines, garbage and hang-ups each have their name."""
    probe = call(serve(play), authority)

    assert outcome is probe.outcome
    assert Stage.GREETING is probe.stage
    assert probe.detail


def test_silence_after_login_began(serve: Servers, authority: Certificates) -> None:
    """A server that hears AUTH and says no more timed out there."""

    def then(talk: Talk) -> None:
        talk.say(CAPABILITIES)
        talk.hear()
        talk.hear()

    probe = call(serve(secured(authority, then)), authority)

    assert (Outcome.TIMED_OUT, Stage.AUTH) == (probe.outcome, probe.stage)


def test_starttls_spoken_to_an_implicit_tls_port(serve: Servers, authority: Certificates) -> None:
    """A server that waits for TLS keeps silent; it is asked, and then it is known."""
    server = serve(lambda talk: talk.tls(authority.server()))

    assert Outcome.WRONG_TLS_MODE is call(server, authority).outcome


def test_a_server_that_waits_for_tls_no_longer_than_we_do(
    serve: Servers, authority: Certificates
) -> None:
    """Where it hangs up first, a new line tells that it was TLS that it waited for."""
    server = serve(lambda _: None, lambda talk: talk.tls(authority.server()))

    probe = call(server, authority)

    assert (Outcome.WRONG_TLS_MODE, Stage.GREETING) == (probe.outcome, probe.stage)


@pytest.mark.parametrize("port", [465, 2465])
@pytest.mark.parametrize("patience", [0.1, 5])
def test_starttls_on_an_implicit_tls_port_is_no_chance(
    serve: Servers, authority: Certificates, port: int, patience: float
) -> None:
    """Whether our patience or the server's ends first, port and silence tell the same."""

    def hang_up(_: Talk) -> None:
        time.sleep(0.3)

    table = serve(hang_up).dial_map(port)
    probe = dial(
        HOST, port, implicit_tls=False, tls=authority.client(), clock=time.monotonic,
        credential=WHO, dial_map=table, timeout=patience,
    )  # fmt: skip

    assert Outcome.WRONG_TLS_MODE is probe.outcome
    assert "MTU" not in "".join(help_.text for help_ in conclude(probe).help)


def test_implicit_tls_spoken_to_a_starttls_port(serve: Servers, authority: Certificates) -> None:
    """A server that greets in plain text where TLS was begun is told by its first byte."""

    def greet(talk: Talk) -> None:
        talk.say(BANNER)
        talk.hear()

    probe = call(serve(greet), authority, implicit_tls=True)

    assert (Outcome.WRONG_TLS_MODE, Stage.TLS) == (probe.outcome, probe.stage)


def test_implicit_tls(serve: Servers, authority: Certificates) -> None:
    """On port 465 TLS comes first, and no STARTTLS is asked for."""

    def play(talk: Talk) -> None:
        talk.tls(authority.server())
        talk.say(BANNER)
        talk.hear()
        answering(b"235 Ok\r\n")(talk)

    server = serve(play)

    assert Outcome.ACCEPTED is call(server, authority, implicit_tls=True).outcome
    assert b"STARTTLS" not in server.talks[0].heard


@pytest.mark.parametrize(
    ("certificate", "words"),
    [
        ({"name": "other.example.com"}, "not for mail.example.com"),
        ({"days": -1}, "expired"),
        ({"signed": False}, "self-signed"),
    ],
)
def test_bad_certificates(
    serve: Servers,
    authority: Certificates,
    certificate: dict[str, Any],
    words: str,
) -> None:
    """A wrong name, an old date and an own signature are told apart, and nothing is sent."""
    server = serve(secured(authority, silent, **certificate))

    probe = call(server, authority)

    assert (Outcome.BAD_CERTIFICATE, Stage.TLS) == (probe.outcome, probe.stage)
    assert words in probe.detail
    assert not any(b"AUTH" in line for line in server.talks[0].heard)


def test_a_handshake_that_breaks(serve: Servers, authority: Certificates) -> None:
    """A hang-up inside the handshake is neither a bad certificate nor a wrong mode."""

    def play(talk: Talk) -> None:
        talk.say(BANNER)
        talk.hear()
        talk.say(CAPABILITIES)
        talk.hear()
        talk.say(b"220 Go\r\n")

    assert Outcome.TLS_FAILED is call(serve(play), authority).outcome


def test_starttls_stripped(serve: Servers, authority: Certificates) -> None:
    """Where somebody hides STARTTLS, no credential is sent in the clear."""

    def play(talk: Talk) -> None:
        talk.say(BANNER)
        talk.hear()
        talk.say(b"250-mail\r\n250 AUTH PLAIN LOGIN\r\n")
        talk.hear()

    server = serve(play)

    assert Outcome.STARTTLS_NOT_OFFERED is call(server, authority).outcome
    assert not any(b"AUTH" in line for line in server.talks[0].heard)


def test_starttls_refused(serve: Servers, authority: Certificates) -> None:
    """454 to STARTTLS is a refusal at that stage."""

    def play(talk: Talk) -> None:
        talk.say(BANNER)
        talk.hear()
        talk.say(CAPABILITIES)
        talk.hear()
        talk.say(b"454 TLS not available\r\n")

    probe = call(serve(play), authority)

    assert (Outcome.REFUSED, Stage.STARTTLS) == (probe.outcome, probe.stage)


def test_replies_injected_before_tls_are_not_believed(
    serve: Servers, authority: Certificates
) -> None:
    """RFC 3207, 4.2: what came in one packet with the 220 is thrown away."""

    def play(talk: Talk) -> None:
        talk.say(BANNER)
        talk.hear()
        talk.say(CAPABILITIES)
        talk.hear()
        talk.say(b"220 Go\r\n250 AUTH X-EVIL\r\n235 welcome\r\n")
        talk.tls(authority.server())
        talk.hear()
        answering(INVALID)(talk)

    server = serve(play)

    probe = call(server, authority)

    assert Outcome.REFUSED is probe.outcome
    assert "X-EVIL" not in probe.mechanisms
    assert "discarded" in shown(probe)


@pytest.mark.parametrize("capabilities", [NO_AUTH, b"250-m\r\n250 AUTH XOAUTH2\r\n", b"250 m\r\n"])
def test_auth_not_offered(serve: Servers, authority: Certificates, capabilities: bytes) -> None:
    """No AUTH, or none that takes a password."""
    server = serve(secured(authority, lambda talk: talk.say(capabilities)))

    assert Outcome.AUTH_NOT_OFFERED is call(server, authority).outcome


def test_nothing_listens(authority: Certificates) -> None:
    """A closed port refuses at once."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

    probe = call(None, authority, dial_map=DialMap({f"{HOST}:587": ("127.0.0.1", port)}))

    assert (Outcome.CONNECTION_REFUSED, Stage.CONNECT) == (probe.outcome, probe.stage)


@pytest.mark.parametrize(
    ("failure", "outcome"),
    [
        (TimeoutError(), Outcome.BLOCKED),
        (OSError(101, "Network is unreachable"), Outcome.NO_ROUTE),
        (OSError(113, "No route to host"), Outcome.NO_ROUTE),
    ],
)
def test_packets_that_go_nowhere(
    authority: Certificates,
    monkeypatch: pytest.MonkeyPatch,
    failure: OSError,
    outcome: Outcome,
) -> None:
    """A filter and a missing route cannot be had on loopback; the kernel's errors stand in."""

    def fail(*_: object) -> None:
        raise failure

    monkeypatch.setattr(socket.socket, "connect", fail)

    probe = call(None, authority, dial_map=DialMap({f"{HOST}:587": ("192.0.2.1", 587)}))

    assert (outcome, Stage.CONNECT) == (probe.outcome, probe.stage)


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (socket.gaierror(socket.EAI_NONAME, "x"), Outcome.NAME_UNKNOWN),
        (socket.gaierror(socket.EAI_AGAIN, "x"), Outcome.NO_ROUTE),
        (UnicodeError("label too long"), Outcome.NAME_UNKNOWN),
    ],
)
def test_names(
    authority: Certificates,
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
    outcome: Outcome,
) -> None:
    """A name that does not exist is not a resolver that does not answer."""

    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(socket, "getaddrinfo", fail)

    probe = call(None, authority)

    assert (outcome, Stage.RESOLVE) == (probe.outcome, probe.stage)


@pytest.mark.parametrize("bad", ["a@example.com>\r\nRCPT TO:<x@example.com", "a\n", "<>"])
def test_addresses_cannot_break_out(authority: Certificates, bad: str) -> None:
    """A line end in an address would be a command of somebody else's choosing."""
    with pytest.raises(NotOneLine):
        call(None, authority, send=TestMessage("a@example.com", bad, b""))
