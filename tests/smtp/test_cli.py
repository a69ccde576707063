"""`sendas password` and `sendas smtp check`, run as a user runs them."""

import json
import os
import subprocess
import sys

from pathlib import Path
from typing import Any, TypeAlias

import pytest


SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
RIGHT = "BLBM/9hSUELfq8Gw+rU1YcBjkOxGbhT2XG763xVLGWL9"
DATELESS = "BNOQtjXpQe39u9GCuviACuNPtQA/FyiVxHwE0tkOhDdl"
HOST = "email-smtp.us-east-1.amazonaws.com"
Servers: TypeAlias = Any
Certificates: TypeAlias = Any
"""The types of conftest, which pytest's importlib mode keeps to itself."""


def sendas(*words: str, stdin: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command with nothing in the environment but PATH and *environment*."""
    return subprocess.run(  # noqa: S603  our own program
        [sys.executable, "-m", "sendas", *words],
        capture_output=True,
        text=True,
        input=stdin,
        env={
            "PATH": "/usr/bin:/bin",
            "PYTHONPATH": os.environ.get("PYTHONPATH", ""),
            **environment,
        },
        check=False,
    )


@pytest.mark.parametrize("end", ["", "\n", "\r\n"])
def test_derive_prints_the_bare_password(end: str) -> None:
    """Nothing else goes to stdout, and the line end of a pipe is not part of the key."""
    run = sendas("password", "derive", "--region", "us-east-1", "--secret-stdin",
                 stdin=SECRET + end)  # fmt: skip

    assert (0, RIGHT + "\n", "") == (run.returncode, run.stdout, run.stderr)


def test_derive_warns_of_an_unknown_region() -> None:
    """A Region opened after this release is used all the same."""
    run = sendas("password", "derive", "--region", "zz-north-1", "--secret-env", "K", K=SECRET)

    assert 0 == run.returncode
    assert 45 == len(run.stdout)
    assert "zz-north-1" in run.stderr


@pytest.mark.parametrize(
    ("words", "stdin", "says"),
    [
        (("--region", "Ohio", "--secret-stdin"), SECRET, "not a Region code"),
        (("--region", "us-east-1", "--secret-stdin"), "", "empty"),
        (("--region", "us-east-1", "--secret-stdin"), "wJal rXUt", "copy it again"),
        (("--region", "us-east-1", "--secret-stdin"), "\ufeffwJalrXUt", "copy it again"),
        (("--region", "us-east-1", "--secret-env", "NOPE"), "", "NOPE is not set"),
        (("--region", "us-east-1", "--secret-env", "K", "--secret-stdin"), "", "at once"),
    ],
)
def test_bad_input_is_one_clear_line(words: tuple[str, ...], stdin: str, says: str) -> None:
    """Exit status 2, one line, no traceback, and the secret is not in it."""
    run = sendas("password", "derive", *words, stdin=stdin, K=SECRET)

    assert (2, "") == (run.returncode, run.stdout)
    assert says in run.stderr
    assert 1 == run.stderr.count("\n")
    assert "rXUt" not in run.stderr


@pytest.mark.parametrize(
    ("secret", "says"),
    [("AKIAIOSFODNN7EXAMPLE", "access key id"), ("ASIAIOSFODNN7EXAMPLE", "access key id"),
     (RIGHT, "looks like an SMTP password"), (SECRET[:-1], "39 characters"),
     (SECRET * 2, "80 characters"), ("x", "1 characters"),
     ("${SES_SECRET}", "variable"), ("op://vault/ses/secret", "store"),
     ("(sensitive", "10 characters"), ("abcdefghijklmnop", "Google app password")],
)  # fmt: skip
def test_derive_refuses_what_is_hardly_a_secret(secret: str, says: str) -> None:
    """Exit status 2 and one line that does not repeat it; --anyway derives all the same."""
    words = ("password", "derive", "--region", "us-east-1", "--secret-env", "K")
    refused, told = sendas(*words, K=secret), sendas(*words, "--anyway", K=secret)

    assert (2, "", 1) == (refused.returncode, refused.stdout, refused.stderr.count("\n"))
    assert (0, 45, 1) == (told.returncode, len(told.stdout), told.stderr.count("\n"))
    for run in (refused, told):
        assert says in run.stderr
        assert len(secret) == 1 or secret not in run.stderr


@pytest.mark.parametrize(
    ("username", "status", "says"),
    [
        ("AKIAIOSFODNN7EXAMPLE", 0, "It is the right SES SMTP password"),
        ("smtp-user", 1, "The user name is wrong, even if the password is right"),
        ("ASIAIOSFODNN7EXAMPLE", 1, "To do: make a new long-term key"),
    ],
)
def test_identify_minds_the_user_name(username: str, status: int, says: str) -> None:
    """A right password with a user name that SES cannot know: exit status 1."""
    run = sendas("password", "identify", "--password-env", "P", "--secret-env", "K", "--region",
                 "us-east-1", "--username", username, P=RIGHT, K=SECRET)  # fmt: skip

    assert (status, "") == (run.returncode, run.stderr)
    assert says in run.stdout
    assert "It is the user name is" not in run.stdout
    assert "password derive" not in run.stdout


def test_identify_as_json_minds_the_user_name() -> None:
    """For machines the pair is what is right or not."""
    words = ("password", "identify", "--password-env", "P", "--username", "smtp-user", "--json")
    run = sendas(*words, P=RIGHT)
    told = json.loads(run.stdout)

    assert (1, False, "ses-smtp-v4") == (run.returncode, told["right"], told["kind"])
    assert "The user name is wrong" in told["explanation"]


def test_identify_in_words() -> None:
    """The mistake is named for people; the right password stays hidden."""
    run = sendas(
        "password", "identify", "--password-env", "P", "--secret-stdin", "--region", "us-east-1",
        stdin=SECRET + "\n", P=DATELESS,
    )  # fmt: skip

    assert 1 == run.returncode
    assert "v4-without-date" in run.stdout
    assert "11111111" in run.stdout
    assert RIGHT not in run.stdout + run.stderr
    assert DATELESS not in run.stdout + run.stderr


def test_identify_as_json() -> None:
    """The promised keys; the right password only with --show."""
    words = ("password", "identify", "--password-env", "P", "--secret-env", "K",
             "--region", "us-west-2", "--json")  # fmt: skip
    hidden = json.loads(sendas(*words, P=RIGHT, K=SECRET).stdout)
    shown = json.loads(sendas(*words, "--show", P=RIGHT, K=SECRET).stdout)

    assert ("v4-other-region", "us-east-1") == (hidden["kind"], hidden["region"])
    assert "correct" not in hidden
    assert "BF2PynzbSCAjX08zhZZnP/kW+T9P5zs/1Er0pi5vTEmd" == shown["correct"]


def test_identify_reads_a_pipe_where_no_source_is_named() -> None:
    """Without a terminal, standard input answers in the prompt's place."""
    run = sendas("password", "identify", "--json", stdin=RIGHT + "\n")

    assert (0, "ses-smtp-v4") == (run.returncode, json.loads(run.stdout)["kind"])


@pytest.fixture
def world(serve: Servers, authority: Certificates, tmp_path: Path) -> dict[str, str]:
    """An SES endpoint on loopback that refuses every password; the environment to find it."""

    def play(talk: Servers) -> None:
        talk.say(b"220 email-smtp.amazonaws.com ESMTP\r\n")
        talk.hear()
        talk.say(b"250-mail\r\n250 STARTTLS\r\n")
        talk.hear()
        talk.say(b"220 Ready\r\n")
        talk.tls(authority.server(HOST))
        talk.hear()
        talk.say(b"250-mail\r\n250 AUTH PLAIN\r\n")
        talk.hear()
        talk.say(b"535 Authentication Credentials Invalid\r\n")

    server = serve(play)
    pairs = tmp_path / "dialmap.json"
    pairs.write_text(json.dumps({f"{HOST}:587": f"127.0.0.1:{server.port}"}))
    return {"SENDAS_DIALMAP": str(pairs), "SSL_CERT_FILE": str(authority.pem_file())}


def test_check_shows_the_refusal(world: dict[str, str]) -> None:
    """535: exit status 1, the transcript with the secret masked, the verdict, what to do."""
    run = sendas("smtp", "check", "--region", "us-east-1", "--username", "AKIAIOSFODNN7EXAMPLE",
                 "--password-stdin", stdin=DATELESS, **world)  # fmt: skip

    assert 1 == run.returncode, run.stderr
    assert "> AUTH PLAIN ********" in run.stdout
    assert "535 Authentication Credentials Invalid" in run.stdout
    assert "sendas password derive --region us-east-1 --secret-stdin" in run.stdout
    assert DATELESS not in run.stdout + run.stderr
    assert "\x1b" not in run.stdout


def test_check_as_json(world: dict[str, str]) -> None:
    """The same for machines; timings in seconds."""
    run = sendas("smtp", "check", "--host", HOST, "--username", "AKIAIOSFODNN7EXAMPLE",
                 "--password-env", "P", "--json", P=DATELESS, **world)  # fmt: skip

    answer = json.loads(run.stdout)
    assert ("refused", "auth", "credentials-invalid") == (
        answer["outcome"],
        answer["stage"],
        answer["cause"],
    )
    assert all(step["elapsed_seconds"] >= 0 for step in answer["steps"])
    assert DATELESS not in run.stdout


def test_check_that_could_not_look() -> None:
    """Nobody there: exit status 3, which says nothing of the credential."""
    run = sendas("smtp", "check", "--host", "127.0.0.1", "--port", "1", "--timeout", "1")

    assert 3 == run.returncode
    assert "connection-refused" in run.stdout


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("--region", "US-EAST-1"),
        ("--host", "x\ny"),
        ("--host", HOST, "--port", "0"),
        ("--host", HOST, "--password-stdin"),
        ("--host", HOST, "--send-test", "a@example.com"),
        ("--host", HOST, "--username", "u", "--password-env", "P", "--send-test", "a@example.com"),
        ("--host", HOST, "--username", "u", "--password-env", "P", "--send-test", "a@example.com",
         "--from", "me@example.com\udcff"),
    ],
)  # fmt: skip
def test_check_with_bad_words(words: tuple[str, ...]) -> None:
    """Wrong usage is exit status 2, before anything is dialled."""
    run = sendas("smtp", "check", *words, stdin="x", P="x")

    assert (2, "") == (run.returncode, run.stdout)
    assert "Traceback" not in run.stderr
    assert "broke" not in run.stderr
