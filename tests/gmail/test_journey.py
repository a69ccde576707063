"""The whole journey in the lab, by the commands an owner types.

From an account with a verified domain to a mail that was sent from Gmail and
has arrived, with DMARC passing at both ends; Gmail's side is the lab's Gmail.
"""

import json
import re
import threading
import time

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from click.testing import Result
from sendas_lab.gmail import DialogError
from sendas_lab.mail import Envelope, Transmission
from sendas_lab.world import Lab
from typer.testing import CliRunner

from sendas.cli import app
from sendas.credentials.doors import Timing, real_timing
from sendas.errors import CouldNotLook, SendasError
from sendas.play.scene import Scene, SetUp, build
from sendas.ses.regions import Region


OWNER, ME, JANE = "owner@gmail.com", "me@example.com", "jane@example.net"


@pytest.fixture
def scene(
    sendas_lab: Lab, sendas_environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> Scene:
    """example.com in us-east-2, and commands that find the lab."""
    assert sendas_environment
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.setenv(name, "us-east-2")
    monkeypatch.setenv("COLUMNS", "100")
    return build(sendas_lab, SetUp(region=Region("us-east-2")))


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def sendas(*words: str, status: int = 0) -> Result:
    """Type a command; it must end with *status*."""
    done = CliRunner().invoke(app, list(words))
    if isinstance(done.exception, SendasError):
        raise done.exception
    assert status == done.exit_code, f"{done.output}\n{done.exception!r}"
    return done


def type_into_gmail(scene: Scene, added: str) -> None:
    """Fill in Gmail's dialog with what `gmail add --show` printed, word for word."""
    fields = dict(re.findall(r"^  (\w[\w ]*?)  +(\S+)", added, re.MULTILINE))
    scene.lab.gmail.add_send_as(
        OWNER,
        address=fields["Email address"],
        name="The Owner",
        host=fields["SMTP Server"],
        port=int(fields["Port"]),
        username=fields["Username"],
        password=fields["Password"],
    )
    scene.lab.settle()


def verified(scene: Scene, *more: str, author: str | None = ME, status: int = 0) -> Result:
    """`gmail verify`, and the mail that it asks for, written in Gmail."""
    done: list[Result] = []
    waiting = threading.Thread(
        target=lambda: done.append(
            sendas("gmail", "verify", ME, "--timeout", "120", *more, status=status)
        )
    )
    once: list[str] = []
    heard = threading.Event()
    original = sendas_talk(once, heard)
    try:
        waiting.start()
        heard.wait(120)
        scene.lab.gmail.send(OWNER, to=once[0], subject="x", text="x", sender=author)
        scene.lab.settle()
        waiting.join(150)
    finally:
        original()
    return done[0]


def sendas_talk(once: list[str], heard: threading.Event) -> Callable[[], None]:
    """Hear the one-time address as soon as it is said."""
    from sendas.cli import gmail  # noqa: PLC0415  patched here

    said = gmail.talk

    def listen(line: str) -> None:
        found = re.search(r"to (\S+), and send it", line)
        if found:
            once.append(found[1])
            heard.set()
        said(line)

    gmail.talk = listen

    def undo() -> None:
        gmail.talk = said

    return undo


def test_add_confirm_send_verify(scene: Scene) -> None:
    """Under two minutes, and DMARC passes where the mail arrives, here and at Jane's."""
    began = time.monotonic()
    added = sendas("gmail", "add", ME, "--show").stdout
    type_into_gmail(scene, added)
    code = re.search(r"Confirmation code +(\d+)", sendas("gmail", "confirm", ME).stdout)
    assert code
    assert scene.lab.gmail.confirm(OWNER, ME, code[1])
    scene.lab.gmail.send(OWNER, to=JANE, subject="From Gmail", text="Hello.", sender=ME)
    scene.lab.settle()
    report = json.loads(verified(scene, "--json").stdout)

    assert time.monotonic() - began < 120
    assert True is report["works"]
    assert {"ok"} == {check["status"] for check in report["checks"]}
    (at_jane,) = scene.lab.recipients.mailboxes.of(JANE)
    assert at_jane.authentication.dmarc_passes
    assert any(
        "dmarc=pass" in mail.decode() and "From: The Owner" in mail.decode()
        for mail in scene.stored_mail()
    )


def test_add_twice(scene: Scene) -> None:
    """The second time the same credential, one key, and no new version of the secret."""
    first = json.loads(sendas("gmail", "add", ME, "--json", "--show").stdout)
    second = json.loads(sendas("gmail", "add", ME, "--json", "--show").stdout)

    assert (True, False) == (first["made"], second["made"])
    assert first["dialog"] == second["dialog"]
    keys = scene.call("iam", "ListAccessKeys", UserName="sendas-me@example.com")
    assert 1 == len(keys["AccessKeyMetadata"])


def test_the_password_is_shown_only_when_asked(scene: Scene) -> None:
    """Not on stdout, not on stderr, not in JSON."""
    stored = sendas("gmail", "add", ME, "--show").stdout
    password = re.search(r"Password +(\S{44})", stored)
    assert password

    for words in (("add", ME), ("add", ME, "--json"), ("settings", ME, "--client", "msmtp")):
        assert password[1] not in sendas("gmail", *words).output
    assert f"{password[1]}\n" == sendas("gmail", "password", ME).stdout
    assert scene.key_id not in stored


def test_a_key_that_is_not_known_yet(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """The endpoint learns of a key late: the login is tried again until it does."""
    clock = scene.lab.clock
    timing = Timing(clock.now, lambda seconds: clock.move(timedelta(seconds=seconds)))
    monkeypatch.setattr("sendas.credentials.doors.real_timing", lambda: timing)
    monkeypatch.setattr(scene.lab.ses, "key_propagation", timedelta(seconds=9))

    done = sendas("gmail", "add", ME, "--json", "--timeout", "60")

    # After 0, 1, 3, 6 and 11 s; on a slow machine the lab's clock is ahead, and fewer suffice.
    assert 2 <= json.loads(done.stdout)["tries"] <= 5
    assert "trying again" in done.stderr


def test_gmails_own_servers_are_told_apart(scene: Scene) -> None:
    """Somebody writes from the Gmail address itself."""
    done = verified(scene, author=None, status=1)

    assert "Gmail's own servers sent it, not SES" in done.stdout
    assert "From is owner@gmail.com, not me@example.com" in done.stdout


def test_a_forged_confirmation_is_named_and_refused(scene: Scene) -> None:
    """A stranger's server sends the same letter, unsigned; it never counts."""
    content = (
        "From: Gmail Team <gmail-noreply@google.com>\r\n"
        f"To: {ME}\r\nSubject: Gmail Confirmation - Send Mail as {ME}\r\n"
        "Authentication-Results: amazonses.com; dkim=pass header.i=@google.com;"
        " dmarc=pass header.from=google.com\r\n"
        "Message-ID: <1@example.net>\r\n\r\n"
        "Confirmation code: 666666666\r\nhttps://mail-settings.google.com/mail/vf-%5Bx%5D-6\r\n"
    )
    scene.lab._deliver(  # noqa: SLF001  a stranger's server
        Transmission(
            Envelope("x@example.net", (ME,)), content.encode(), "198.51.100.20", "mx1.example.net"
        )
    )
    scene.lab.settle()

    done = sendas("gmail", "confirm", ME, "--timeout", "0", "--json", status=1)

    answer = json.loads(done.stdout)
    assert (False, None, None) == (answer["arrived"], answer["code"], answer["link"])
    assert "carries no signature of google.com" in answer["refused"][0]["why"]
    assert "666666666" not in done.output


def ask_as(scene: Scene, account: str) -> None:
    """Add the address to an account's Gmail, by a password that somebody leaked."""
    gmail = scene.lab.gmail
    gmail.open_account(account)
    gmail.add_send_as(
        account,
        address=ME,
        name="x",
        host="email-smtp.us-east-2.amazonaws.com",
        port=587,
        username=scene.key_id,
        password=scene.smtp_password,
    )
    scene.lab.settle()


def test_a_strangers_request_is_not_vouched_for(scene: Scene, tmp_path: Path) -> None:
    """Google's genuine letter for mallory's account: no code and no link of it is shown."""
    (tmp_path / "sendas.toml").write_text(
        'region = "us-east-2"\n[[domain]]\nname = "example.com"\n[[domain.mailbox]]\n'
        'name = "me"\nto = ["owner@gmail.com"]\nsend = "smtp"\n'
    )
    ask_as(scene, "mallory@gmail.com")
    secret = scene.lab.gmail.send_as("mallory@gmail.com", ME).code

    done = sendas("gmail", "confirm", ME, "--timeout", "0", status=1)

    assert secret not in done.output
    assert "vf-" not in done.output
    assert "mallory@gmail.com asked for it" in done.stderr
    ask_as(scene, OWNER)
    both = sendas("gmail", "confirm", ME, "--timeout", "0", "--json")
    answer = json.loads(both.stdout)
    assert (OWNER, True, scene.lab.gmail.send_as(OWNER, ME).code, None) == (
        answer["account"], answer["account_is_yours"], answer["code"], answer["link"],
    )  # fmt: skip
    assert secret not in both.output


def test_an_older_letter_is_not_taken(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody asked an hour ago: only --since looks back."""
    ask_as(scene, OWNER)
    later = Timing(lambda: real_timing().now() + timedelta(hours=1), lambda _: None)
    monkeypatch.setattr("sendas.credentials.doors.real_timing", lambda: later)

    sendas("gmail", "confirm", ME, "--timeout", "0", status=1)
    done = sendas("gmail", "confirm", ME, "--timeout", "0", "--since", "2", "--account", OWNER)

    assert scene.lab.gmail.send_as(OWNER, ME).code in done.stdout
    assert "vf-" not in done.stdout


def test_a_wrong_password_in_gmail_never_gets_here(scene: Scene) -> None:
    """Gmail logs in before it creates: the dialog itself refuses."""
    added = sendas("gmail", "add", ME, "--show").stdout

    with pytest.raises(DialogError):
        type_into_gmail(scene, re.sub(r"(Password +)\S+", r"\g<1>" + "B" * 44, added))


def test_the_next_password_while_the_old_one_works(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """--new-key: a second key; Gmail's old copy goes on working until it is changed."""
    type_into_gmail(scene, sendas("gmail", "add", ME, "--show").stdout)
    code = re.search(r"Confirmation code +(\d+)", sendas("gmail", "confirm", ME).stdout)
    assert code
    scene.lab.gmail.confirm(OWNER, ME, code[1])

    again = sendas("gmail", "add", ME, "--new-key", "--json")

    assert 1 == len(json.loads(again.stdout)["other_keys"])
    scene.lab.gmail.send(OWNER, to=JANE, subject="still", text="x", sender=ME)
    scene.lab.settle()
    assert ["still"] == [m.subject for m in scene.lab.recipients.mailboxes.of(JANE)]
    # verify tells which of the two Gmail holds, once their uses are apart
    clock = scene.lab.clock
    clock.move(timedelta(minutes=1))
    asked = Timing(lambda: clock.now() - timedelta(seconds=30), real_timing().sleep)
    monkeypatch.setattr("sendas.credentials.doors.real_timing", lambda: asked)
    report = json.loads(verified(scene, "--json", status=1).stdout)
    assert "older password" in next(
        check["explanation"] for check in report["checks"] if check["name"] == "user"
    )


def test_judging_a_saved_mail(scene: Scene, tmp_path: Path) -> None:
    """`verify --message` asks nobody."""
    scene.add_to_gmail()
    scene.send_from_gmail("me+saved@example.com")
    (mail,) = [m for m in scene.stored_mail() if b"me+saved@" in m]
    (tmp_path / "mail.eml").write_bytes(mail)

    done = sendas("gmail", "verify", ME, "--message", "mail.eml")

    assert "Send-as works" in done.stdout


BAD_INPUT = [
    (("add", "me"), "is not an address"),
    (("add", ME, "--region", "nowhere"), "is not a Region code"),
    (("add", ME, "--copy", "--show"), "choose one of"),
    (("add", "me@example.org"), "is no identity of SES"),
    (("add", ME, "--region", "eu-west-1"), "is no identity of SES in eu-west-1"),
    (("add", ME, "--config", "nothing.toml"), "there is no such file"),
    (("password", "you@example.com"), "no password is stored"),
    (("confirm", "me@example.org"), "no rule of the active set"),
    (("settings", ME, "--client", "thunderbird", "--with-password"), "no place"),
]


def test_bad_input(scene: Scene) -> None:
    """One line that says what is wrong, and nothing was made."""
    for words, message in BAD_INPUT:
        with pytest.raises(SendasError, match=message) as caught:
            sendas("gmail", *words)
        assert "\n" not in str(caught.value).strip() or "--config" in words

    users = {user["UserName"] for user in scene.call("iam", "ListUsers")["Users"]}
    assert {scene.set_up.user} == users
    assert [] == scene.call("secretsmanager", "ListSecrets")["SecretList"]


def test_a_missing_permission_is_named(scene: Scene) -> None:
    """Exit 3, by IAM's name; each time one more is granted, the same command gets further."""
    for action in (
        "ses:GetEmailIdentity", "secretsmanager:DescribeSecret", "secretsmanager:CreateSecret",
        "iam:GetUser", "iam:CreateUser", "iam:PutUserPolicy", "iam:ListAccessKeys",
        "secretsmanager:TagResource", "iam:CreateAccessKey", "secretsmanager:PutSecretValue",
    ):  # fmt: skip
        scene.lab.aws.faults.deny(action)
        with pytest.raises(CouldNotLook, match=action):
            sendas("gmail", "add", ME)
        scene.lab.aws.faults.clear()

    sendas("gmail", "add", ME)

    keys = scene.call("iam", "ListAccessKeys", UserName="sendas-me@example.com")
    assert 1 == len(keys["AccessKeyMetadata"])


def test_settings_in_a_file_are_private(scene: Scene, tmp_path: Path) -> None:
    """Mode 0600, whether or not the password is in it."""
    assert scene
    sendas("gmail", "add", ME)

    sendas("gmail", "settings", ME, "--client", "msmtp", "--with-password", "--output", "rc")

    assert 0o600 == (tmp_path / "rc").stat().st_mode & 0o777


def test_the_runbook_says_how_it_stands(scene: Scene, tmp_path: Path) -> None:
    """With the account's own answers in it."""
    assert scene
    (tmp_path / "sendas.toml").write_text(
        'region = "us-east-2"\n[[domain]]\nname = "example.com"\n[[domain.mailbox]]\n'
        'name = "me"\nto = ["owner@gmail.com"]\nsend = "smtp"\n'
    )
    sendas("gmail", "add", ME)

    text = sendas("runbook").stdout

    assert "- Account: production, healthy" in text
    assert "- Identity example.com: verified, DKIM SUCCESS" in text
    assert re.search(r"- sendas-me@example\.com: key …\w{4} active, 0 days old", text)
