"""`sendas trace` over a history that is given: what is shown, what is said, how it ends."""

import json
import sqlite3
import stat

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from typed import Type, typing

from sendas.aws.mail_store import StoredObject
from sendas.cli import trace as verb
from sendas.config.load import parse_config
from sendas.history.line import Line, write_line
from sendas.history.outcome import Outcome
from sendas.setup.plan.telling import remembered
from sendas.setup.template.whole import wanted_of
from sendas.watch.cache import Cache, Question
from sendas.watch.history import History


JANE, JOE = "jane@example.net", "joe@example.net"


@dataclass
class Bucket:
    """Objects by key, as `MailStore` hands them out."""

    held: dict[str, bytes] = field(default_factory=dict)

    def objects(self, prefix: str) -> Iterator[StoredObject]:
        """All whose key begins so."""
        for key, body in sorted(self.held.items()):
            if key.startswith(prefix):
                yield StoredObject(key, len(body), datetime(2026, 11, 29, tzinfo=UTC))

    def read(self, key: str) -> bytes | None:
        """One of them."""
        return self.held.get(key)

    def put(self, *lines: Line) -> None:
        """Another part of the day's events."""
        for one in lines:
            key = f"sendas/events/{one.at[:10]}/{one.id}.jsonl"
            self.held[key] = write_line(one)


def line(kind: str, recipient: str, at: datetime, mail: str = "0100-1") -> Line:
    """One event about one recipient."""
    stamp = f"{at:%Y-%m-%dT%H:%M:%S}.000Z"
    empty = dict.fromkeys(Line.__dataclass_fields__, "")
    told = {
        "id": f"{kind}{mail}{recipient[:3]}{stamp[:10]}",
        "at": stamp,
        "kind": kind,
        "mail": mail,
        "sent_at": stamp,
        "stream": "own",
        "sender": "me@example.com",
        "recipient": recipient,
    }
    return Line(**{**empty, **told})


@pytest.fixture
def now() -> datetime:
    """The clock of the command itself: what it asks about ends there."""
    return datetime.now(UTC)  # noqa: TID251  the command's own


@pytest.fixture
def bucket(now: datetime) -> Bucket:
    """Jane's mail arrived, Joe's bounced; both an hour ago."""
    found = Bucket()
    hour_ago = now - timedelta(hours=1)
    found.put(
        line("delivery", JANE, hour_ago),
        replace(line("bounce", JOE, hour_ago, "0100-2"), detail="Permanent"),
    )
    return found


@pytest.fixture
def type_(
    bucket: Bucket,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Type:
    """Type a command whose history is the bucket's."""
    history = History(bucket, tmp_path / "cache.sqlite", timedelta(days=400))  # type: ignore[arg-type]  as far as it is used
    monkeypatch.setattr(verb, "open_history", lambda *_: history)
    monkeypatch.chdir(tmp_path)
    return typing(capsys, monkeypatch)


def test_only_one_outcome_is_shown_and_all_are_judged(type_: Type) -> None:
    """The exit status is of the mail that was asked for, whatever of it is shown."""
    run = type_("trace", JOE, "--outcome", "delivered")

    assert (1, "") == (run.status, run.out)
    assert "1 known, none of them delivered" in run.err
    assert "nothing is known" not in run.err
    assert 0 == type_("trace", JANE, "--outcome", "bounced").status
    shown = type_("trace", "--outcome", "bounced", "--json").out
    assert [JOE] == [json.loads(one)["to"] for one in shown.splitlines()]


def test_an_outcome_that_there_is_not_is_wrong_usage(type_: Type) -> None:
    """A typo would show nothing for ever, and look like no mail."""
    run = type_("trace", "--outcome", "bounce")

    assert 2 == run.status
    assert all(str(word) in run.err for word in Outcome)


@pytest.mark.parametrize(
    "since",
    ["0001-01-01T00:00+05:00", "9999-12-31T23:59-05:00", "99999999999d", "²d", "soon", " "],
)
def test_what_is_no_time_is_refused(type_: Type, since: str) -> None:
    """Also the moments that UTC's calendar has no room for."""
    run = type_("trace", JANE, "--since", since)

    assert 2 == run.status, run.err
    assert "is no time: write" in run.err


def test_following_shows_what_changes_and_obeys_the_outcome(
    type_: Type, bucket: Bucket, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A mail that bounces while somebody looks for deliveries is not shown."""
    news = iter(
        [
            line("delivery", "ann@example.net", now, "0100-3"),
            replace(line("bounce", "bob@example.net", now, "0100-4"), detail="Permanent"),
        ]
    )

    def sleep(_seconds: float) -> None:
        one = next(news, None)
        if one is None:
            raise KeyboardInterrupt
        bucket.put(one)

    monkeypatch.setattr(verb, "time", SimpleNamespace(sleep=sleep))
    run = type_("trace", "--follow", "--outcome", "delivered", "--json")

    assert 130 == run.status
    told = [json.loads(one)["to"] for one in run.out.splitlines()]
    assert [JANE, "ann@example.net"] == told


def test_following_hears_of_older_mail(
    type_: Type, bucket: Bucket, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A complaint comes days after the mail, and lies in that one's day."""
    sent = now - timedelta(days=4)
    bucket.put(line("delivery", "ann@example.net", sent, "0100-3"))
    news = iter([line("complaint", "ann@example.net", sent, "0100-3")])

    def sleep(_seconds: float) -> None:
        one = next(news, None)
        if one is None:
            raise KeyboardInterrupt
        bucket.put(one)

    monkeypatch.setattr(verb, "time", SimpleNamespace(sleep=sleep))
    run = type_("trace", "ann@example.net", "--since", "7d", "--follow", "--json")

    told = [json.loads(one)["outcome"] for one in run.out.splitlines()]
    assert ["delivered", "complained"] == told


def test_the_cache_is_its_owners_alone(tmp_path: Path) -> None:
    """Addresses are in it: also where an earlier release made it for everybody."""
    path = tmp_path / "cache.sqlite"
    for _ in range(2):
        with Cache(path) as cache:
            cache.add([], "key", 1)
            modes = {stat.S_IMODE(one.stat().st_mode) for one in tmp_path.iterdir()}
            assert {0o600} == modes
        path.chmod(0o644)


def test_what_is_older_than_it_shall_be_kept_goes(bucket: Bucket, now: datetime) -> None:
    """The bucket's own rule deletes the objects; the cache is no archive beside it."""
    bucket.put(line("delivery", JANE, now - timedelta(days=31), "0100-9"))
    history = History(bucket, Path(":memory:"), timedelta(days=30))  # type: ignore[arg-type]  the same
    with Cache(":memory:") as cache:
        history.fill(cache, now, since_day="", talk=print)
        assert ["0100-1"] == [one.mail for one in cache.lines(Question(JANE))]
        assert 0 == history.fill(cache, now, since_day="", talk=print).read


def test_an_object_that_went_is_forgotten(bucket: Bucket, now: datetime) -> None:
    """Also where only some days are asked about: a key that went is not remembered for ever."""
    old = line("delivery", JANE, now - timedelta(days=9), "0100-9")
    bucket.put(old)
    history = History(bucket, Path(":memory:"), timedelta(days=30))  # type: ignore[arg-type]  the same
    with Cache(":memory:") as cache:
        history.fill(cache, now, since_day="", talk=print)
        bucket.held.clear()
        history.fill(cache, now, since_day=f"{now:%Y-%m-%d}", talk=print)
        assert {} == cache.known()


@pytest.mark.parametrize(
    ("adopted", "watch", "mailbox", "why"),
    [
        ("", "", 'to = ["owner@gmail.com"]', ""),
        ("", "history = false", 'to = ["owner@gmail.com"]', "history = false"),
        ("", "", "keep = true", "a mailbox with `to`"),
        ("identity = true", "", 'to = ["owner@gmail.com"]', ""),
        ('configuration_set = "theirs"', "", 'to = ["owner@gmail.com"]', ""),
        ('rule_set = "r"\nrules = ["a"]', "", 'to = ["owner@gmail.com"]', "--take-over"),
    ],
)
def test_trace_and_the_stack_agree_on_whether_there_is_a_history(
    adopted: str, watch: str, mailbox: str, why: str
) -> None:
    """What the stack does not keep nobody looks for: the reason is said instead."""
    text = (
        f'region = "us-east-1"\n[watch]\n{watch}\n[[domain]]\nname = "example.com"\n'
        f'[domain.adopted]\n{adopted}\n[[domain.mailbox]]\nname = "me"\n{mailbox}\n'
    )
    config = parse_config(text)
    wanted = wanted_of(config, config.domains[0], "")

    assert bool(why) is not wanted.remembers
    assert why in wanted.no_history_why
    topic = "arn:aws:sns:us-east-1:123456789012:sendas-example-com-events"
    said = remembered(wanted, None, topic, begins=False)
    noted = any("nothing is remembered of sent mail and nobody looks" in one for one in said)
    assert noted is (bool(why) and not watch), "who switched it off need not be told"


def test_what_strangers_wrote_repaints_nothing(type_: Type, bucket: Bucket, now: datetime) -> None:
    """A receiver's answer with escapes, a direction mark and a line separator in it."""
    hour_ago = now - timedelta(hours=1)
    hostile = "550 5.1.1 \x1b[2J\u202e\u2028gone"
    bucket.put(replace(line("bounce", "eve@example.net", hour_ago, "0100-3"), answer=hostile))
    run = type_("trace", "eve@example.net")

    assert "gone" in run.out
    assert run.out.replace("\n", "").isprintable()


def test_rates_of_the_same_history(type_: Type, tmp_path: Path) -> None:
    """`sendas watch rates`: one of two bounced, which is far above a review: exit status 1."""
    file = tmp_path / "rates.toml"
    file.write_text('region = "us-east-1"\n[[domain]]\nname = "example.com"\nreceive = false\n')
    run = type_("watch", "rates", "--config", str(file))

    assert 1 == run.status
    assert "the newest 2 mails" in run.out
    assert "at 10 % or above: SES may pause the account" in run.out
    told = json.loads(type_("watch", "rates", "--json", "--config", str(file)).out)
    assert (2, 1) == (told["whole"]["sent"], told["reputation"]["hard_bounces"])
    late = json.loads(
        type_("watch", "rates", "--since", "1m", "--json", "--config", str(file)).out
    )
    assert 0 == late["whole"]["sent"]
    assert 2 == type_("watch", "rates", "--since", "soon", "--config", str(file)).status


@pytest.mark.parametrize("wanted", ["0100-1", "<a@example.net>", "a@example.net"])
def test_no_question_reads_the_whole_history(wanted: str) -> None:
    """SQLite's own plan: every part of the question is answered by an index."""
    with Cache(":memory:") as cache:
        asked: list[str] = []
        cache._db.set_trace_callback(asked.append)  # noqa: SLF001  no other way to its plan
        assert [] == list(cache.lines(Question(wanted)))
        cache._db.set_trace_callback(None)  # noqa: SLF001  the same
        (text,) = [one for one in asked if "SELECT" in one]
        plan = cache._db.execute(f"EXPLAIN QUERY PLAN {text}").fetchall()  # noqa: SLF001  the same
    assert not [step for *_, step in plan if step.startswith("SCAN line")], plan


def test_a_line_that_cannot_be_read_is_no_all_clear(
    type_: Type, bucket: Bucket, now: datetime
) -> None:
    """Status 3, each time, not the first alone: what is missing may be the bounce asked for."""
    text = (
        'region = "us-east-1"\n[[domain]]\nname = "example.com"\n'
        '[[domain.mailbox]]\nname = "me"\nto = ["owner@gmail.com"]\n'
    )
    Path("sendas.toml").write_text(text)
    day = f"{now - timedelta(hours=1):%Y-%m-%d}"
    bucket.held[f"sendas/events/{day}/torn.jsonl"] = b'{"v":1,"id":"torn\n{"v":1,"kind":\n'
    for _ in range(2):
        run = type_("trace", JANE)
        assert 3 == run.status
        assert "delivered" in run.out
        assert "could not read 2 lines of the history" in run.err
        assert 3 == type_("trace", "nobody@example.net").status, "unknown, or in those"
    assert 1 == type_("trace", JOE).status, "a bounce is one, whatever else there is"
    bucket.held[f"sendas/events/{now - timedelta(days=9):%Y-%m-%d}/torn.jsonl"] = b"torn\n"
    assert "could not read 2 lines" in type_("trace", JANE, "--since", "2d").err
    assert 1 == type_("watch", "rates").status, "half of it bounced, whatever else there is"
    for key in [key for key in bucket.held if "bounce" in key]:
        del bucket.held[key]
    Path("cache.sqlite").unlink()
    for _ in range(2):
        run = type_("watch", "rates")
        assert 3 == run.status
        assert "could not read 3 lines" in run.err


def test_the_cache_of_another_release_is_filled_anew(bucket: Bucket, tmp_path: Path) -> None:
    """It is never the truth: nobody has to delete it by hand."""
    path = tmp_path / "cache.sqlite"
    with closing(sqlite3.connect(path)) as other:
        other.executescript(
            "CREATE TABLE object (key TEXT PRIMARY KEY, size INTEGER); "
            "INSERT INTO object VALUES ('sendas/events/2026-11-29/1.jsonl', 1); "
            "CREATE TABLE line (id TEXT); PRAGMA user_version = 1;"
        )
    history = History(bucket, path, timedelta(days=400))  # type: ignore[arg-type]  as far as it is used
    with Cache(path) as cache:
        assert 2 == history.fill(cache, datetime.now(UTC), since_day="", talk=print).read  # noqa: TID251  of the bucket's days


def test_the_cache_of_another_lab_is_filled_anew(
    bucket: Bucket, now: datetime, tmp_path: Path
) -> None:
    """Labs have one account and buckets of one name: what one forgot, the next has never sent."""
    path = tmp_path / "cache.sqlite"
    keep = timedelta(days=400)
    first = History(bucket, path, keep, "http://127.0.0.1:1")  # type: ignore[arg-type]  as far as it is used
    with first.open_cache() as cache:
        first.fill(cache, now, since_day="", talk=print)
        assert list(cache.lines(Question(JANE)))
    with first.open_cache() as cache:
        assert 0 == first.fill(cache, now, since_day="", talk=print).read, "kept"
    bucket.held.clear()
    second = History(bucket, path, keep, "http://127.0.0.1:2")  # type: ignore[arg-type]  the same
    with second.open_cache() as cache:
        second.fill(cache, now, since_day="", talk=print)
        assert [] == list(cache.lines(Question(JANE)))
