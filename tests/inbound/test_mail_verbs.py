"""What the verbs of ``sendas mail`` choose and refuse, over a store that is a dictionary."""

import json

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from typer.testing import CliRunner, Result

from sendas.aws.mail_store import StoredObject
from sendas.cli import app, mail_place
from sendas.errors import UsageError
from sendas.inbound.kinds import Kind
from sendas.inbound.mail_location import MailLocation
from sendas.inbound.settings import DEFAULT_ROUTES_KEY
from sendas.journal.record import Record
from sendas.journal.record_file import write_record
from sendas.journal.task import State, Task


NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
ROUTES = """{"schema": "sendas.routes/1", "domains": {"example.com": {
  "forwarding_address": "forwarded@example.com", "notice_address": "owner@gmail.com",
  "routes": {"me": ["owner@gmail.com"]}}}}"""
PATHS = ("me@example.com", "you@example.com")


class Store:
    """Stands for the bucket and the function."""

    bucket = "mail"

    def __init__(self) -> None:
        self.held: dict[str, tuple[bytes, datetime]] = {}
        self.asked: list[Any] = []
        self.answer: dict[str, Any] = {"outcome": "settled"}

    def put(self, key: str, content: bytes, at: datetime = NOW) -> None:
        """An object."""
        self.held[key] = (content, at)

    def objects(self, prefix: str) -> Iterator[StoredObject]:
        """Those whose key begins so."""
        for key, (content, at) in sorted(self.held.items()):
            if key.startswith(prefix):
                yield StoredObject(key, len(content), at)

    def read(self, key: str, *, first: int | None = None) -> bytes | None:
        """An object, or the first of it."""
        return self.held[key][0][:first] if key in self.held else None

    def write(self, key: str, content: bytes) -> None:
        """An object, from now on."""
        self.put(key, content)

    def invoke(self, function: str, payload: Any) -> Any:  # noqa: ANN401  JSON
        """The function does it."""
        self.asked.append((function, payload))
        ((_, ids),) = payload["sendas"].items()
        return {"results": [{"id": one, **self.answer} for one in ids]}


def record(ses_message_id: str, *tasks: Task, paths: tuple[str, ...] = PATHS[:1]) -> bytes:
    """What the function remembers."""
    key = f"inbound/{ses_message_id}"
    made = Record(ses_message_id, "mail", key, NOW, "jane@example.net", paths, tasks=tasks)
    return write_record(made)


def kept(reason: str) -> Task:
    """In quarantine."""
    return Task(
        f"quarantine:{reason}", Kind.QUARANTINE, reason, "", "", PATHS[:1], State.DONE
    )  # fmt: skip


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> Store:
    """Two in quarantine for the account's sake, one virus, one that was forwarded."""
    made = Store()
    tasks = {
        "stopped1": kept("reputation"),
        "stopped2": kept("reputation"),
        "virus": kept("virus"),
        "sent": Task(
            "forward:1", Kind.FORWARD, "routed", "", "o@gmail.com", PATHS[:1], State.DONE
        ),
    }
    for name, task in tasks.items():
        made.put(f"inbound/{name}", b"Subject: Hi\r\n\r\n")
        made.put(f"sendas/state/{name}.json", record(name, task))
    location = MailLocation(made, "inbound/")  # type: ignore[arg-type]  # what is asked of it
    monkeypatch.setattr(mail_place.Where, "location", lambda _: location)
    return made


def run(*arguments: str) -> Result:
    """One command."""
    return CliRunner().invoke(app, ["mail", *arguments])


def test_release_by_reason(store: Store) -> None:
    """After a stop all that was kept because of it goes out, and nothing else."""
    done = run("release", "--reason", "reputation")

    assert 0 == done.exit_code
    assert [("sendas-forward", {"sendas": {"release": ["stopped1", "stopped2"]}})] == store.asked


def test_the_list_says_why_a_mail_is_kept(store: Store) -> None:
    """What a stop kept can be told from spam and viruses."""
    del store

    assert "quarantined:reputation" in run("list", "--all").stdout
    assert "quarantined:virus" in run("list", "--all").stdout


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("release", "virus"), "sends none on"),
        (("release",), "which mails?"),
        (("release", "sent"), "not in quarantine"),
        (("release", "sent", "--reason", "spam"), "which mails?"),
        (("redeliver", "sent", "../x"), "'../x'"),
        (("redeliver", "sent", "--failed"), "leave out"),
        (("redeliver", "sent", "--since", "2026-01-01"), "leave out"),
        (("list", "--failed", "--only", "forwarded"), "not both"),
    ],
)
def test_refuses_before_anything_is_done(
    store: Store, arguments: tuple[str, ...], says: str
) -> None:
    """One clear error, status 2, and nothing asked of the function: good ids wait too."""
    done = run(*arguments)

    assert 2 == done.exit_code or isinstance(done.exception, Exception)
    assert says in done.output + str(done.exception)
    assert [] == store.asked


def test_what_nobody_could_say_is_not_a_failure(store: Store) -> None:
    """Status 3: the function was not reached, or does not know."""
    store.answer = {"outcome": "unknown"}

    assert 3 == run("redeliver", "sent").exit_code


def test_mail_from_before_the_function_is_anothers(store: Store) -> None:
    """After a move, --failed does not send again what the old forwarder delivered."""
    store.put("inbound/old", b"Subject: Old\r\n\r\n", NOW - timedelta(days=30))
    store.put("inbound/lost", b"Subject: Lost\r\n\r\n", NOW + timedelta(minutes=5))

    states = {
        one["id"]: one["state"]
        for one in json.loads(run("list", "--all", "--json").stdout)["mails"]
    }
    run("redeliver", "--failed")

    assert ("earlier", "unhandled") == (states["old"], states["lost"])
    assert [("sendas-forward", {"sendas": {"redeliver": ["lost"]}})] == store.asked


def test_without_any_record_nothing_is_anothers(store: Store) -> None:
    """A function that never began is a failure, not a move."""
    store.held.clear()
    store.put("inbound/first", b"Subject: First\r\n\r\n", NOW - timedelta(days=30))

    assert 1 == run("list", "--failed").exit_code


def test_what_is_shown_changes_no_verdict(store: Store) -> None:
    """`--only` shows a part; that something else failed, the exit status tells all the same."""
    assert 0 == run("list", "--all", "--only", "forwarded").exit_code
    store.put("inbound/lost", b"Subject: Lost\r\n\r\n", NOW + timedelta(minutes=5))
    shown = run("list", "--all", "--only", "forwarded")

    assert (1, 1) == (shown.exit_code, len(shown.stdout.splitlines()))


@pytest.fixture
def anothers(store: Store, monkeypatch: pytest.MonkeyPatch) -> Store:
    """A forwarder that stood before sendas works on the mail, and writes nothing down."""
    store.held.clear()
    store.put("inbound/one", b"Subject: One\r\n\r\n")
    location = MailLocation(store, "inbound/", anothers="the function old-forwarder")  # type: ignore[arg-type]  # what is asked of it
    monkeypatch.setattr(mail_place.Where, "location", lambda _: location)
    return store


@pytest.mark.usefixtures("anothers")
def test_what_another_forwarder_did_is_not_known() -> None:
    """Neither a failure nor well: status 3, and who works on it."""
    listed = run("list", "--all")
    shown = run("show", "one")

    assert (3, 0) == (listed.exit_code, shown.exit_code)
    assert "elsewhere" in listed.stdout
    assert "old-forwarder works on this mail" in listed.stderr
    assert "old-forwarder works on this mail" in shown.stdout
    assert "redeliver" not in shown.stdout
    assert (3, "") == (
        run("list", "--all", "--failed").exit_code,
        run("list", "--all", "--failed").stdout,
    )


@pytest.mark.parametrize(
    "arguments", [("redeliver", "one"), ("redeliver", "--failed"), ("release", "one")]
)
def test_another_forwarder_is_asked_for_nothing(
    anothers: Store, arguments: tuple[str, ...]
) -> None:
    """Nobody of ours is there to ask: wrong usage, and the way to have it otherwise."""
    refused = run(*arguments)

    assert (2, []) == (_status(refused), anothers.asked)
    assert "--take-over" in str(refused.exception)


@pytest.mark.parametrize("named", [("--failed",), ("--since", "2026-01-01")])
def test_what_another_forwarder_delivered_is_not_sent_again_by_the_lot(
    anothers: Store, named: tuple[str, ...]
) -> None:
    """Even with a function named: that would be every mail that the other one delivered."""
    refused = run("redeliver", *named, "--function", "sendas-forward")

    assert (2, []) == (_status(refused), anothers.asked)
    assert "name mails by id" in str(refused.exception)


def test_mails_and_function_named_are_the_owners_word(anothers: Store) -> None:
    """To try our function before the move; bucket and prefix are the rule's."""
    run("redeliver", "one", "--function", "sendas-forward")

    assert [("sendas-forward", {"sendas": {"redeliver": ["one"]}})] == anothers.asked


def test_routes_may_lie_there_before_the_move(anothers: Store, tmp_path: Path) -> None:
    """The other forwarder does not read them; who works on the mail until then is said."""
    file = tmp_path / "routes.json"
    file.write_text(ROUTES)

    tried = run("routes", "put", "--dry-run", str(file))
    assert (0, ["inbound/one"]) == (tried.exit_code, list(anothers.held))
    put = run("routes", "put", str(file))

    assert (0, ["inbound/one", DEFAULT_ROUTES_KEY]) == (put.exit_code, list(anothers.held))
    for one in (tried, put):
        assert "old-forwarder works on this mail; the routes count once" in one.stderr


def test_of_routes_that_are_read_nothing_more_is_said(store: Store, tmp_path: Path) -> None:
    """The line about another forwarder is for where there is one."""
    file = tmp_path / "routes.json"
    file.write_text(ROUTES)

    put = run("routes", "put", str(file))

    assert (0, 1) == (put.exit_code, len(put.stderr.splitlines()))
    assert DEFAULT_ROUTES_KEY in store.held


def _status(result: Result) -> int:
    """As the command line makes it of an error."""
    return 2 if isinstance(result.exception, UsageError) else result.exit_code


def test_a_spoilt_record_hides_no_header(store: Store) -> None:
    """The mail is shown, with the place of what is wrong and how to mend it."""
    store.put("sendas/state/sent.json", b"{")

    shown = run("show", "sent").stdout

    assert "Subject: Hi" in shown
    assert "s3://mail/sendas/state/sent.json" in shown
    assert "remove it, then redeliver sent" in shown


def test_shows_what_was_done_for_whom(store: Store) -> None:
    """With several recipients each task names its own."""
    tasks = [
        Task(f"discard:{n}", Kind.DISCARD, "route-discards", "", "", (path,), State.DONE)
        for n, path in enumerate(PATHS)
    ]
    store.put("sendas/state/sent.json", record("sent", *tasks, paths=PATHS))

    assert all(f"discard for {path}" in run("show", "sent").stdout for path in PATHS)


def test_reads_the_answer_of_an_older_function(store: Store) -> None:
    """The function is deployed apart from the command: an earlier one says deed for task."""
    old = {"deed": "forward", "reason": "routed", "state": "done"}
    new = {"task": "forward", "reason": "routed", "state": "done"}
    for key, said in (("deeds", old), ("tasks", new)):
        store.answer = {"outcome": "settled", key: [said]}

        assert "sent  settled  forward done\n" == run("redeliver", "sent").stdout
