"""Mail by SMTP into the queue and out to SES; clients are smtplib's and bare sockets."""

import base64
import email
import email.policy
import smtplib
import socket
import sqlite3
import ssl

from collections.abc import Callable
from email.message import EmailMessage

import pytest

from relay_world import (
    HOST,
    ME,
    NOT_VERIFIED,
    SECRET,
    Running,
    ScriptedSes,
    add_password,
    network,
    running,
)
from sendas_lab.certificates import Certificates

from sendas.aws.refusals import NoReply
from sendas.relay.decide.limits import Limits
from sendas.relay.decide.offers import Door
from sendas.relay.on_disk import rows
from sendas.relay.on_disk.folder import Folder
from sendas.relay.service import Settings


TO = "you@example.net"


def message(subject: str = "hello", **more: str) -> EmailMessage:
    """A mail as programs make it."""
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = ME, TO, subject
    for name, value in more.items():
        made[name.replace("_", "-")] = value
    made.set_content("A line.\n.\n..dots\n")
    return made


def talk(connection: socket.socket, *lines: bytes, until: int = 0) -> list[bytes]:
    """Say *lines*, each when the one before is answered; the last lines of the replies."""
    file = connection.makefile("rb")
    replies = [last_line(file)] if not until else []
    for line in lines:
        connection.sendall(line)
        replies.append(last_line(file))
    return replies


def last_line(file: object) -> bytes:
    """The last line of one reply."""
    while (line := file.readline()) and b"-" == line[3:4]:  # type: ignore[attr-defined]
        pass
    return bytes(line).rstrip()


def secure(relay: Running) -> ssl.SSLSocket:
    """Implicit TLS, verified for the relay's name."""
    return relay.client_tls.wrap_socket(relay.raw(Door.IMPLICIT), server_hostname=HOST)


PLAIN = b"AUTH PLAIN " + base64.b64encode(f"\0{ME}\0{SECRET}".encode()) + b"\r\n"


# Taking ----------------------------------------------------------------------------


@pytest.mark.parametrize("implicit", [False, True])
def test_a_mail_goes_out(relay: Running, implicit: bool) -> None:  # noqa: FBT001
    """By STARTTLS on 587 and implicit TLS on 465: SES has it, with tags and configuration set."""
    with relay.client(implicit=implicit) as client:
        assert {} == client.send_message(message(Bcc="secret@example.net"))
    relay.wait(lambda: relay.ses.sent)
    (sent,) = relay.ses.sent
    found = email.message_from_bytes(sent.content, policy=email.policy.default)

    assert (ME, "main") == (sent.submission.from_address, sent.submission.configuration_set)
    assert {TO, "secret@example.net"} == set(sent.submission.recipients)
    assert {"sendas-user": ME, "sendas-label": "gmail"} == sent.submission.tags
    assert b"secret" not in sent.content
    assert "A line.\n.\n..dots\n" == found.get_content().replace("\r\n", "\n")
    assert "ESMTPSA" in found["Received"]
    relay.wait(lambda: 1 == relay.folder.counts().done)


def test_a_hundred_and_twenty_recipients(relay: Running) -> None:
    """Three calls, each recipient once."""
    with relay.client() as client:
        client.send_message(message(), to_addrs=[f"r{n}@example.net" for n in range(120)])
    relay.wait(lambda: 3 == len(relay.ses.sent))

    got = [r for one in relay.ses.sent for r in one.submission.recipients]
    assert sorted(got) == sorted(f"r{n}@example.net" for n in range(120))


def test_what_is_offered(relay: Running) -> None:
    """AUTH under TLS only; sizes, 8BITMIME, SMTPUTF8, PIPELINING, DSN, enhanced codes."""
    with smtplib.SMTP("127.0.0.1", relay.port()) as client:
        client.ehlo("x")
        assert client.has_extn("STARTTLS")
        assert not client.has_extn("AUTH")
        code, text = client.docmd("AUTH PLAIN", PLAIN.split()[2].decode())
        assert (530, b"5.7.0 Must issue a STARTTLS command first") == (code, text)
        assert 530 == client.docmd(f"MAIL FROM:<{ME}>")[0]
    with relay.client(login=False, implicit=True) as client:
        client.ehlo("x")
        assert {"PLAIN", "LOGIN"} == set(client.esmtp_features["auth"].split())
        offered = {"size", "8bitmime", "smtputf8", "pipelining", "dsn", "enhancedstatuscodes"}
        assert offered <= set(client.esmtp_features)
        assert not client.has_extn("STARTTLS")
        assert 530 == client.docmd(f"MAIL FROM:<{ME}>")[0]


@pytest.mark.parametrize("user", [ME, "ghost@example.com", "", "x" * 500])
def test_the_same_words_for_all_who_are_wrong(relay: Running, user: str) -> None:
    """PEERS 2.1 a: a reply code, and nothing that tells a known user from an unknown one."""
    with relay.client(login=False) as client, pytest.raises(smtplib.SMTPAuthenticationError) as no:
        client.login(user, "wrong")
    assert (535, b"5.7.8 Authentication credentials invalid") == (
        no.value.smtp_code, no.value.smtp_error,
    )  # fmt: skip


def test_guessing_is_slowed_and_hung_up_on(relay: Running) -> None:
    """PEERS 2.1 b: after ten different wrong secrets 421; the right one from elsewhere goes in."""
    guessing = relay.relay.guessing
    for n in range(10):
        guessing.failed("127.0.0.0/24", ME, f"wrong{n}", relay.relay.loop.time() - 100)
    with secure(relay) as connection:
        connection.settimeout(0.5)
        bad = base64.b64encode(f"\0{ME}\0eleventh".encode())
        with pytest.raises(TimeoutError):  # the answer takes fifteen seconds
            talk(connection, b"EHLO x\r\n", b"AUTH PLAIN " + bad + b"\r\n")
    with relay.client() as client:  # the owner, from the same network even
        assert 250 == client.noop()[0]


def test_use_is_written_down(relay: Running) -> None:
    """When, and from which network: what `sendas relay password list` shows."""
    with relay.client():
        pass
    relay.wait(lambda: relay.folder.passwords(ME)[0].last_used_at)

    assert "127.0.0.0/24" == relay.folder.passwords(ME)[0].last_used_from


@pytest.mark.parametrize(
    ("reverse_path", "author", "words"),
    [
        ("boss@example.com", ME, b"MAIL FROM boss@example.com"),
        (ME, "boss@example.com", b"From: boss@example.com"),
    ],
)
def test_nobody_sends_as_somebody_else(
    relay: Running, reverse_path: str, author: str, words: bytes
) -> None:
    """Envelope and header are both checked, refused at once, with 5xx and the name."""
    made = message()
    made.replace_header("From", author)
    with relay.client() as client, pytest.raises(smtplib.SMTPResponseException) as no:
        client.send_message(made, from_addr=reverse_path)
    assert 550 == no.value.smtp_code
    error = no.value.smtp_error
    assert words in (error if isinstance(error, bytes) else error.encode())
    assert [] == relay.ses.asked


def test_a_recipient_that_ses_cannot_have(relay: Running) -> None:
    """Refused by itself at RCPT; the others get the mail."""
    with relay.client() as client:
        refused = client.send_message(message(), to_addrs=["good@example.net", "b ad@example.net"])
    assert {"b ad@example.net"} == set(refused)
    relay.wait(lambda: relay.ses.sent)
    assert ("good@example.net",) == relay.ses.sent[0].submission.recipients


def test_parameters_are_read(relay: Running) -> None:
    """PEERS 2.1 d: BODY, SIZE, RET, ENVID, NOTIFY, ORCPT are no reason to refuse."""
    with relay.client() as client:
        client.send_message(
            message(),
            mail_options=["BODY=8BITMIME", "RET=HDRS", "ENVID=QQ314159"],
            rcpt_options=["NOTIFY=FAILURE,DELAY", f"ORCPT=rfc822;{TO}"],
        )
    relay.wait(lambda: relay.ses.sent)


def test_too_large_is_refused_before_it_is_sent(start: Callable[..., Running]) -> None:
    """By SIZE (RFC 1870), and at the end of DATA for who does not announce it."""
    relay = start(limits=Limits(free_disk_bytes=0, message_bytes=10_000))
    big = message()
    big.set_content("x\n" * 20_000)
    with relay.client() as client, pytest.raises(smtplib.SMTPSenderRefused) as no:
        client.send_message(big)
    assert 552 == no.value.smtp_code
    with relay.client() as client:
        client.ehlo()
        client.esmtp_features.pop("size")
        with pytest.raises(smtplib.SMTPDataError) as late:
            client.send_message(big)
    assert 552 == late.value.smtp_code


def test_a_mail_of_forty_megabytes(relay: Running) -> None:
    """The whole of what SES takes; it lies in the spool until it is gone."""
    line = b"x" * 76 + b"\r\n"
    body = line * ((40 * 1024 * 1024 - 1000) // len(line))
    head = f"From: {ME}\r\nTo: {TO}\r\nSubject: big\r\nMIME-Version: 1.0\r\n\r\n".encode()
    with relay.client() as client:
        client.sendmail(ME, [TO], head + body)
    relay.wait(lambda: relay.ses.sent)
    assert relay.ses.sent[0].content.endswith(body)
    relay.wait(lambda: [] == list(relay.folder.spool.folder.iterdir()))


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        (Limits(free_disk_bytes=1 << 60), b"4.3.1 Insufficient disk"),
        (Limits(free_disk_bytes=0, queue_mails=0), b"4.3.1 The queue is full"),
        (Limits(free_disk_bytes=0, memory_bytes=100), b"4.3.1 Too much mail"),
    ],
)
def test_no_room(start: Callable[..., Running], limits: Limits, words: bytes) -> None:
    """452 while there is room to say so (issue 17)."""
    relay = start(limits=limits)
    with relay.client() as client, pytest.raises(smtplib.SMTPSenderRefused) as no:
        client.send_message(message())
    assert 452 == no.value.smtp_code
    assert no.value.smtp_error.startswith(words)


# SES's answers ----------------------------------------------------------------------


def test_a_refusal_comes_back_as_a_dsn(relay: Running) -> None:
    """PEERS 2.1 c: not 451 for days, but once, with SES's reason and ours."""
    relay.ses.answers = [NOT_VERIFIED]
    with relay.client() as client:
        client.send_message(message())
    relay.wait(lambda: relay.ses.sent)
    (sent,) = relay.ses.sent

    assert (ME,) == sent.submission.recipients
    assert "mailer-daemon@example.com" == sent.submission.from_address
    assert b"Action: failed" in sent.content
    assert b"not verified" in sent.content
    assert 1 == relay.folder.counts().refused


def test_a_client_that_waits_hears_it_at_once(
    start: Callable[..., Running], settings: Settings, ses: ScriptedSes
) -> None:
    """``answer = "after-ses"``: 5xx with SES's reason, no DSN; 250 names SES's own id."""
    add_password(settings.folder, after_ses=True)
    ses.answers = [NOT_VERIFIED]
    relay = start()
    with relay.client() as client:
        with pytest.raises(smtplib.SMTPDataError) as no:
            client.send_message(message())
        code, text = no.value.smtp_code, no.value.smtp_error
        assert 554 == code
        assert b"5.7.1 SES refused it: MessageRejected" in text
        client.send_message(message("again"))
        client.ehlo()
        client.mail(ME)
        client.rcpt(TO)
        assert b"SES took it as 0100-2" in client.data(message("third").as_bytes())[1]
    assert 3 == len(relay.ses.asked)
    relay.wait(lambda: (2, 0) == (relay.folder.counts().done, relay.folder.waiting()))


def test_a_client_that_waits_in_vain_has_its_mail_queued(
    start: Callable[..., Running], settings: Settings, ses: ScriptedSes
) -> None:
    """SES is away: 250, for the mail is on disk, and it goes later."""
    add_password(settings.folder, after_ses=True)
    ses.answers = [("ServiceUnavailable", "", 503), NoReply("ses:SendEmail", "x", sent=True)]
    relay = start()
    with relay.client() as client:
        client.send_message(message())
        client.send_message(message("lost answer"))
    relay.wait(lambda: 2 == relay.folder.counts().due)

    assert [0, 1] == [one.task.unanswered for one in relay.folder.items("1 ORDER BY m.id")]


def test_paused_mail_waits_and_is_alarmed(relay: Running) -> None:
    """Not given up, not bounced: the owner is told once, by the topic."""
    paused = ("SendingPausedException", "Sending paused for this account.", 400)
    relay.ses.answers = [paused] * 3
    with relay.client() as client:
        for _ in range(3):
            client.send_message(message())
    relay.wait(lambda: relay.ses.published)
    relay.wait(lambda: "held-paused" in relay.relay.alarms.lately())

    assert "held-paused" in relay.ses.published[0][0]
    assert 1 == len(relay.ses.published)
    assert 3 == relay.folder.waiting()
    assert [] == relay.ses.sent


def test_a_quota_that_is_used_up_is_not_asked_for(
    start: Callable[..., Running], ses: ScriptedSes
) -> None:
    """GetAccount says 50,000 of 50,000: the owner hears it, and SES no call, until it changes."""
    ses.sent_today = 50_000.0
    relay = start()
    relay.wait(lambda: relay.relay.delivery.account)
    with relay.client() as client:
        client.send_message(message())
    relay.wait(lambda: "held-quota" in relay.relay.alarms.lately())
    assert [] == ses.asked
    assert not relay.relay.status().well
    relay.relay.delivery.pace.set_left(10.0)
    relay.relay.delivery._gate.try_now()  # noqa: SLF001  a minute has passed
    relay.wait(lambda: ses.sent)
    relay.wait(lambda: relay.relay.delivery.held_for_all is None)


def test_fast_mail_waits_its_turn(start: Callable[..., Running], ses: ScriptedSes) -> None:
    """At 20 a second 45 mails take at least a second: SES never hears more."""
    ses.rate = 20.0
    relay = start()
    relay.wait(lambda: relay.relay.delivery.account)
    began = relay.relay.loop.time()
    with relay.client() as client:
        for n in range(45):
            client.send_message(message(str(n)))
    relay.wait(lambda: 45 == len(ses.sent))

    assert relay.relay.loop.time() - began >= 1.0


# Networks without a password ---------------------------------------------------------


def test_a_printer_sends_without_a_password(start: Callable[..., Running]) -> None:
    """An old printer: HELO, no TLS, no login, blanks in its paths, bare LF, a line of 5,000."""
    relay = start(networks=(network("127.0.0.0/8", "printer@example.com"),))
    with relay.raw() as connection:
        replies = talk(
            connection,
            b"HELO printer\n",
            b"MAIL FROM: printer@example.com\r\n",
            b"RCPT TO: you@example.net\r\n",
            b"DATA\r\n",
            b"From: Scanner\nTo: you@example.net\nSubject: Scan\n\n" + b"y" * 5000
            + b"\nend\n\r\n.\r\n",
            b"QUIT\r\n",
        )  # fmt: skip
    assert [b"220", b"250", b"250", b"250", b"354", b"250", b"221"] == [r[:3] for r in replies]
    relay.wait(lambda: relay.ses.sent)
    found = email.message_from_bytes(relay.ses.sent[0].content)

    assert '"Scanner"\r\n <printer@example.com>' == found["From"]
    assert "y" * 5000 + "\r\nend" in found.get_payload(decode=True).decode()
    assert "printer" == relay.ses.sent[0].submission.tags["sendas-label"]


def test_an_old_printer_that_logs_in(relay: Running) -> None:
    """HELO and AUTH LOGIN under TLS, each word on a line of its own."""
    user, secret = (base64.b64encode(x.encode()) + b"\r\n" for x in (ME, SECRET))
    with secure(relay) as connection:
        replies = talk(
            connection, b"HELO printer\r\n", b"AUTH LOGIN\r\n", user, secret,
            f"MAIL FROM: <{ME}>\r\n".encode(), b"RCPT TO:<you@example.net>\r\n", b"DATA\r\n",
            b"Subject: x\r\n\r\nscan\r\n.\r\n",
        )  # fmt: skip
    assert [b"220", b"250", b"334", b"334", b"235", b"250", b"250", b"354", b"250"] == [
        r[:3] for r in replies
    ]


def test_a_network_sends_as_its_own_only(start: Callable[..., Running]) -> None:
    """And its machines cannot log in without TLS either."""
    relay = start(networks=(network("127.0.0.0/8", "printer@example.com"),))
    with relay.raw() as connection:
        replies = talk(connection, b"EHLO x\r\n", PLAIN, f"MAIL FROM:<{ME}>\r\n".encode())
    assert [b"502", b"550"] == [
        b"502" if r[:1] == b"5" and r[:3] != b"550" else r[:3] for r in replies[2:]
    ]


def test_strangers_need_a_password(start: Callable[..., Running]) -> None:
    """A network that is named elsewhere is no help to whoever is not in it."""
    relay = start(networks=(network("192.168.0.0/16"),))
    with relay.raw() as connection:
        replies = talk(connection, b"EHLO x\r\n", f"MAIL FROM:<{ME}>\r\n".encode())
    assert b"530" == replies[-1][:3]


def test_without_a_certificate_nobody_logs_in(start: Callable[..., Running]) -> None:
    """No TLS, no AUTH, no mail: a relay that is not finished is no open one."""
    relay = start(certificate=None)
    with relay.raw() as connection:
        replies = talk(connection, b"EHLO x\r\n", b"STARTTLS\r\n", PLAIN, b"MAIL FROM:<>\r\n")
    assert {b"5"} == {r[:1] for r in replies[2:]}


# Crashes and stops --------------------------------------------------------------------


def test_what_waits_survives_a_stop(
    start: Callable[..., Running], settings: Settings, ses: ScriptedSes, certificates: Certificates
) -> None:
    """Stopped with mail in the queue, started again: it goes out, once."""
    add_password(settings.folder)
    ses.answers = [("ServiceUnavailable", "", 503)]
    with running(settings, ses, certificates) as first, first.client() as client:
        client.send_message(message())
        first.wait(lambda: 1 == len(ses.asked))
        first.wait(lambda: 1 == first.folder.counts().due)
    with Folder(settings.folder) as folder:
        folder.write(lambda c: c.execute("UPDATE task SET due_at = 0"))
    again = start()
    again.wait(lambda: 1 == len(ses.sent))


def test_an_answer_that_cannot_be_written_is_not_asked_for_again(
    relay: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk refuses just after SES took the mail: it is sent once, and written later."""
    really, refusals = rows.replace_item, [1, 2]

    def refusing(*given: object, **more: object) -> bool:
        if refusals:
            refusals.pop()
            message = "disk I/O error"
            raise sqlite3.OperationalError(message)
        return really(*given, **more)  # type: ignore[arg-type]  handed on

    monkeypatch.setattr(rows, "replace_item", refusing)
    with relay.client() as client:
        client.send_message(message())
    relay.wait(lambda: 1 == relay.folder.counts().done)

    assert 1 == len(relay.ses.asked)
    assert "queue-not-written" in relay.relay.alarms.lately()


def test_what_ses_took_is_not_refused_because_the_disk_is(
    start: Callable[..., Running], settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A client that waits hears 250, not 452 upon which it would send the mail a second time."""
    add_password(settings.folder, after_ses=True)
    relay = start()
    really, refusals = rows.replace_item, [1, 2]

    def refusing(*given: object, **more: object) -> bool:
        if refusals:
            refusals.pop()
            message = "disk I/O error"
            raise sqlite3.OperationalError(message)
        return really(*given, **more)  # type: ignore[arg-type]  handed on

    monkeypatch.setattr(rows, "replace_item", refusing)
    with relay.client() as client:
        client.send_message(message())
    relay.wait(lambda: 1 == relay.folder.counts().done)

    assert 1 == len(relay.ses.asked)


def test_going_down_is_said(relay: Running) -> None:
    """A client between two mails hears 421 4.3.2 (RFC 5321, 3.8)."""
    client = relay.client()
    relay.relay.loop.call_soon_threadsafe(relay.relay.loop.create_task, relay.relay.stop())
    code, text = client.getreply()
    assert (421, True) == (code, text.startswith(b"4.3.2"))
    client.close()
