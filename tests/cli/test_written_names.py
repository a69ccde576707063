"""One table of domains and addresses, through every verb and every file that reads one."""

import json

from collections.abc import Callable
from pathlib import Path

import pytest

from typed import Type
from typed import typing as typed_here
from written_names import ADDRESSES, DOMAINS, NO_ADDRESSES, NO_DOMAINS

from sendas.config.load import parse_config
from sendas.config.mistakes import BadConfig
from sendas.doctor.evidence import Subject
from sendas.doctor.subject import Words, read_subject, reread_subject
from sendas.errors import UsageError
from sendas.forward.routes_file import MalformedRoutes, parse_routes
from sendas.mail.address import Address
from sendas.ses.regions import Region


HERE = Region("us-east-2")
FILE = """
region = "us-east-2"
[[domain]]
name = {domain}
[[domain.mailbox]]
name = "me"
to = [{target}]
"""


def quoted(text: str) -> str:
    """A TOML string that says exactly *text*."""
    escaped = "".join(
        char if char.isprintable() and char not in '"\\' else f"\\U{ord(char):08X}"
        for char in text
    )
    return f'"{escaped}"'


def file_of(domain: str = "example.com", target: str = "owner@gmail.com") -> str:
    """A sendas.toml."""
    return FILE.format(domain=quoted(domain), target=quoted(target))


def routes_of(domain: str = "example.com", target: str = "owner@gmail.com") -> str:
    """A file of routes."""
    one = {"forwarding_address": f"forwarded@{domain}", "notice_address": target}
    value = one | {"routes": {"me": [target]}}
    return json.dumps({"schema": "sendas.routes/1", "domains": {domain: value}})


def of_config(text: str) -> str:
    """The domain as sendas.toml names it."""
    return parse_config(file_of(domain=text)).domains[0].name


def of_routes(text: str) -> str:
    """The domain as a file of routes names it."""
    return next(iter(parse_routes(routes_of(domain=text.strip())).domains))


def of_doctor(text: str) -> str:
    """The domain that `sendas doctor DOMAIN` asks about."""
    return read_subject(Words(text, HERE), None).domain


def of_evidence(text: str) -> str:
    """The domain of saved evidence."""
    return reread_subject(Subject(text, HERE)).domain


def of_choice(text: str) -> str:
    """The domain that plan, apply, destroy, records, template, runbook, options take."""
    written = next(shown for one, _, shown in DOMAINS if one == text)
    return parse_config(file_of(domain=written)).domain(text).name


DOMAIN_READERS = [of_config, of_routes, of_doctor, of_evidence, of_choice]


@pytest.mark.parametrize("read", DOMAIN_READERS)
@pytest.mark.parametrize(("text", "ascii_"), [(text, ascii_) for text, ascii_, _ in DOMAINS])
def test_every_reader_finds_the_same_domain(
    read: Callable[[str], str], text: str, ascii_: str
) -> None:
    """What doctor examines is what apply sets up: for straße.de too."""
    assert ascii_ == read(text)


def target_of_config(text: str) -> str:
    """A target in sendas.toml."""
    return (
        parse_config(file_of(domain="ours.example", target=text))
        .domains[0]
        .mailboxes[0]
        .targets[0]
    )


def target_of_routes(text: str) -> str:
    """A target in a file of routes."""
    parsed = parse_routes(routes_of("ours.example", text))
    return parsed.domains["ours.example"].notice_address


def from_of_doctor(text: str) -> str:
    """`sendas doctor --from`."""
    return str(read_subject(Words(region=HERE, from_address=text), None).from_address)


def mailbox_of_evidence(text: str) -> str:
    """The mailbox of saved evidence."""
    return str(reread_subject(Subject("example.com", HERE, mailbox=text)).mailbox)


ADDRESS_READERS = [
    target_of_config,
    target_of_routes,
    from_of_doctor,
    mailbox_of_evidence,
    Address,
]


@pytest.mark.parametrize("read", ADDRESS_READERS)
@pytest.mark.parametrize(("text", "address"), ADDRESSES)
def test_every_reader_finds_the_same_address(
    read: Callable[[str], str], text: str, address: str
) -> None:
    """Verb or file."""
    assert address == read(text)


@pytest.mark.parametrize("text", NO_DOMAINS)
def test_every_file_refuses_no_domains(text: str) -> None:
    """And says so as a mistake of the file."""
    with pytest.raises(BadConfig):
        of_config(text)
    with pytest.raises(MalformedRoutes):
        parse_routes(routes_of(domain=text))
    with pytest.raises(UsageError):
        of_evidence(text)


@pytest.mark.parametrize("text", NO_ADDRESSES)
def test_every_file_refuses_no_addresses(text: str) -> None:
    """The same of an address."""
    with pytest.raises(BadConfig):
        target_of_config(text)
    with pytest.raises(MalformedRoutes):
        target_of_routes(text)
    with pytest.raises(UsageError):
        mailbox_of_evidence(text)


DOMAIN_VERBS = [
    ("doctor", "--region", "us-east-2", "--"),
    ("init", "--no-look", "--yes", "--mailbox", "me=owner@gmail.com", "--"),
    ("plan", "--"),
    ("apply", "--"),
    ("destroy", "--"),
    ("records", "--"),
    ("template", "--"),
    ("runbook", "--"),
    ("options", "--"),
    ("mail", "list", "--bucket", "b", "--region", "us-east-2", "--domain"),
    ("mail", "redeliver", "--failed", "--bucket", "b", "--region", "us-east-2", "--domain"),
]
ADDRESS_VERBS = [
    ("doctor", "--region", "us-east-2", "example.com", "--from"),
    ("doctor", "--region", "us-east-2", "example.com", "--to"),
    ("doctor", "--region", "us-east-2", "example.com", "--mailbox"),
    ("init", "example.com", "--no-look", "--yes", "--mailbox", "me=o@gmail.com", "--alarms"),
    ("gmail", "add", "--region", "us-east-2", "--"),
    ("gmail", "confirm", "--region", "us-east-2", "--"),
    ("gmail", "confirm", "me@example.com", "--region", "us-east-2", "--account"),
    ("gmail", "verify", "--region", "us-east-2", "--"),
    ("gmail", "password", "--region", "us-east-2", "--"),
    ("smtp", "check", "--host", "x.invalid", "--send-test", "a@example.com", "--from"),
    ("smtp", "check", "--host", "x.invalid", "--from", "a@example.com", "--send-test"),
]


type_ = pytest.fixture(typed_here)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a sendas.toml, where nobody can be asked."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SMTP_PASSWORD", "x")
    (tmp_path / "sendas.toml").write_text(file_of())
    return tmp_path


def refused(type_: Type, folder: Path, words: tuple[str, ...], text: str) -> None:
    """Status 2, one clear line that ends, nothing on stdout and nothing written."""
    extra = ("--username", "AKIAIOSFODNN7EXAMPLE", "--password-env", "SMTP_PASSWORD")
    words = (*words[:2], *extra, *words[2:]) if words[0] == "smtp" else words
    before = {file: file.read_bytes() for file in folder.iterdir()}

    run = type_(*words, text)

    assert (2, "") == (run.status, run.out), (words, text, run.err)
    assert before == {file: file.read_bytes() for file in folder.iterdir()}
    assert 1 == len(run.err.splitlines()), (words, text, run.err)
    assert all(char.isprintable() or char == "\n" for char in run.err), (words, text)


@pytest.mark.parametrize("words", DOMAIN_VERBS, ids=lambda words: "-".join(words[:2]))
def test_every_verb_refuses_no_domains(type_: Type, folder: Path, words: tuple[str, ...]) -> None:
    """Before anybody is asked."""
    for text in NO_DOMAINS:
        refused(type_, folder, words, text)


@pytest.mark.parametrize(
    "words", ADDRESS_VERBS, ids=lambda words: "-".join((*words[:2], words[-1]))
)
def test_every_verb_refuses_no_addresses(
    type_: Type, folder: Path, words: tuple[str, ...]
) -> None:
    """The same of an address."""
    for text in NO_ADDRESSES:
        refused(type_, folder, words, text)
