"""``sendas bounce``, run as a user runs it."""

import json
import subprocess
import sys

from pathlib import Path

import pytest

from sendas.bounce import explain


FIXTURES = Path(__file__).parent / "fixtures"


def bounce(*words: str, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    """Run ``sendas bounce`` with *given* on standard input."""
    return subprocess.run(  # noqa: S603  our own program
        [sys.executable, "-m", "sendas", "bounce", *words],
        input=given,
        capture_output=True,
        env={"PATH": "/usr/bin:/bin"},
        check=False,
    )


def test_says_who_what_whose_and_what_to_do() -> None:
    """Incident B's Gmail bounce: the recipient, the reason, the owner, the rules."""
    run = bounce(str(FIXTURES / "send-as-535.eml"))
    said = run.stdout.decode()

    assert (1, b"") == (run.returncode, run.stderr)
    for words in (
        "user@example.net",
        "security-error",
        "you:gmail",
        "gmail-send-as",
        "GM001",
        "PW019",
    ):
        assert words in said


@pytest.mark.parametrize(
    ("file", "status"),
    [("send-as-535.eml", 1), ("ses-delay.json", 1), ("arf-abuse.eml", 1), ("auto-reply.eml", 0),
     ("ordinary.eml", 0), ("ses-delivery.json", 0)],
)  # fmt: skip
def test_exit_status(file: str, status: int) -> None:
    """1 when something is wrong with the mail, 0 when not."""
    assert status == bounce(str(FIXTURES / file), "--json").returncode


def test_standard_input_and_json() -> None:
    """A dash reads standard input; --json prints one object and nothing else."""
    run = bounce("-", "--json", given=b"550 5.1.1 <a@example.net>: User unknown\n")
    written = json.loads(run.stdout)

    assert ("sendas.bounce/1", "bounce") == (written["schema"], written["kind"])
    assert "user-unknown" == written["recipients"][0]["reason"]


@pytest.mark.parametrize("given", [b"", b"\n \r\n"])
def test_empty_is_wrong_usage(given: bytes) -> None:
    """Exit status 2, one line."""
    run = bounce("-", given=given)

    assert (2, b"") == (run.returncode, run.stdout)
    assert b"empty" in run.stderr


def test_prose_is_wrong_usage() -> None:
    """What is no message and quotes no refusal: exit status 2, with what was looked for."""
    run = bounce("-", given=b"See you on Monday, Jane\n")

    assert (2, b"") == (run.returncode, run.stdout)
    assert b"standard input: Nothing readable in it. Looked for: a message" in run.stderr


def test_unreadable_is_wrong_usage(tmp_path: Path) -> None:
    """A file that is not there, or is a folder: exit status 2, no traceback."""
    for path in (tmp_path / "none.eml", tmp_path):
        run = bounce(str(path))

        assert 2 == run.returncode
        assert 1 == run.stderr.count(b"\n")
        assert b"Traceback" not in run.stderr


@pytest.mark.parametrize(
    ("kind", "said"),
    [("Bounce", "bounce"), ("Complaint", "complaint"), ("Reject", "bounce"),
     ("DeliveryDelay", "delay")],
)  # fmt: skip
@pytest.mark.parametrize("key", ["eventType", "notificationType"])
@pytest.mark.parametrize("rest", ["", ',"mail":{}', ',"bounce":{"bouncedRecipients":[]}'])
def test_an_event_of_trouble_that_names_nobody_is_still_trouble(
    kind: str, said: str, key: str, rest: str
) -> None:
    """A cut or redacted event: one recipient without address, and the title says why."""
    found = explain(f'{{"{key}":"{kind}"{rest}}}'.encode())

    assert (said, True) == (found.kind, found.failed)
    assert [""] == [one.recipient for one in found.recipients]
    assert found.title.endswith("The event is not whole: it names no recipient.")


def test_an_event_cut_short_ends_with_status_1() -> None:
    """So that no script takes it for delivered."""
    run = bounce("-", given=b'{"eventType":"Bounce","bounce":{"bounceType":"Permanent"}}')

    assert (1, b"") == (run.returncode, run.stderr)
    assert b"(recipient not named)" in run.stdout
    assert b"not whole" in run.stdout


@pytest.mark.parametrize("kind", ["Delivery", "Send", "Open", "Teleport"])
def test_an_event_of_no_trouble_may_name_nobody(kind: str) -> None:
    """Nothing failed in it."""
    assert not explain(f'{{"eventType":"{kind}"}}'.encode()).failed


@pytest.mark.parametrize("file", ["/dev/zero", "-"])
def test_longer_than_anybody_keeps_is_refused(file: str) -> None:
    """/dev/zero has no end: by name or by pipe, reading stops, with one line and status 2."""
    with Path("/dev/zero").open("rb") as zeros:
        told = subprocess.run(  # noqa: S603  our own program
            [sys.executable, "-m", "sendas", "bounce", file],
            stdin=zeros, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False,
        )  # fmt: skip

    assert 2 == told.returncode
    assert f"{file} is longer than 100 MB".encode() in told.stderr
    assert 1 == told.stderr.count(b"\n")


def test_no_input_can_repaint_a_terminal() -> None:
    """Control characters in a stranger's text are shown as what they are not."""
    run = bounce("-", given=b"550 5.1.1 <a@example.net>: \x1b[2J\x1b[31mUser unknown\n")

    assert b"\x1b" not in run.stdout


def test_half_a_character_is_no_crash() -> None:
    """JSON can hold one half of a surrogate pair, which no output encoding can."""
    event = (
        rb'{"notificationType":"Bounce","mail":{},"bounce":{"bouncedRecipients":'
        rb'[{"emailAddress":"a\ud800@example.net","diagnosticCode":"smtp; 550 5.1.1 \ud83d"}]}}'
    )

    for words in (("-",), ("-", "--json")):
        run = bounce(*words, given=event)
        assert (1, b"") == (run.returncode, run.stderr)
    assert "a\ud800@example.net" == json.loads(run.stdout)["recipients"][0]["recipient"]
