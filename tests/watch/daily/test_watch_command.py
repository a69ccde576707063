"""`sendas watch` as it is typed, in the lab: what it prints, and what its exit status says."""

import json

from datetime import timedelta
from pathlib import Path

import pytest

from sendas_lab.world import Lab
from typed import Type
from watchman import Watchman, hire


@pytest.fixture
def watchman(sendas_lab: Lab, type_: Type) -> Watchman:
    """A stack that stands, and its file in the folder of the command line."""
    del type_
    return hire(sendas_lab, Path.cwd())


def test_run_and_status(watchman: Watchman, type_: Type) -> None:
    """Never looked; looked and well; a problem, told once; nobody has looked for two days."""
    status = type_("watch", "status")
    assert 3 == status.status
    assert "nobody has looked yet" in status.out
    first = type_("watch", "run")
    assert (0, "") == (first.status, first.out), first.err
    status = type_("watch", "status")
    assert 0 == status.status
    assert "nothing is open" in status.out

    watchman.lab.ses.set_enforcement("us-east-1", "PROBATION")
    run = type_("watch", "run", "--json")
    assert 1 == run.status
    told = json.loads(run.out)
    assert ["came"] == [one["kind"] for one in told["changes"]]
    watchman.lab.settle()
    assert 1 == len(watchman.mails())
    again = type_("watch", "run")
    assert (1, "") == (again.status, again.out), "open still, and told before"
    status = type_("watch", "status")
    assert 1 == status.status
    assert "(ACC002), since" in status.out
    shown = json.loads(type_("watch", "status", "--json").out)
    assert ["ACC002"] == [one["key"] for one in shown["open"]]
    assert shown["silent"] is False


def test_an_old_look_is_no_all_clear(watchman: Watchman, type_: Type) -> None:
    """What was well two days ago is not called well."""
    watchman.lab.clock.move(timedelta(days=-2))
    assert () == watchman.run().changes
    watchman.lab.clock.move(timedelta(days=2))
    status = type_("watch", "status")
    assert 3 == status.status
    assert "nobody has looked since" in status.out


def test_what_nobody_was_told_is_no_all_clear(watchman: Watchman, type_: Type) -> None:
    """Nothing is failing, but what changed went out by no channel: 3, as the run itself said."""
    assert () == watchman.run().changes
    watchman.lab.ses.suppress("eu-west-1", "jane@example.net", "BOUNCE")
    for action in ("ses:SendRawEmail", "ses:SendEmail", "sns:Publish"):
        watchman.lab.aws.faults.deny(action)
    run = type_("watch", "run")
    assert 3 == run.status
    status = type_("watch", "status")
    assert "nothing is open" in status.out
    assert "not told yet: " in status.out
    assert 3 == status.status


def test_one_domain_that_cannot_be_read_does_not_hide_the_next(
    watchman: Watchman, type_: Type
) -> None:
    """The state of the first is none of ours: that is said, and the second is shown still."""
    path = Path("sendas.toml")
    path.write_text(
        path.read_text()
        + '[[domain]]\nname = "example.net"\n[[domain.mailbox]]\n'
        + 'name = "me"\nto = ["owner@gmail.com"]\n'
    )
    place = {"Bucket": watchman.bucket, "Key": watchman.watched.state_key}
    watchman.owner.call("s3", "PutObject", **place, Body=b"{}")
    status = type_("watch", "status")
    assert "example.com: the watcher's state cannot be read" in status.err
    assert "example.net: nobody has looked yet" in status.out
    assert 3 == status.status


def test_what_cannot_be_watched_says_so(watchman: Watchman, type_: Type) -> None:
    """A domain without a bucket is wrong usage; a bucket that does not answer, no answer."""
    watchman.lab.aws.faults.deny("s3:GetObject")
    run = type_("watch", "status")
    assert 3 == run.status
    assert "s3:GetObject" in run.err
    Path("sendas.toml").write_text(
        'region = "us-east-1"\n[[domain]]\nname = "example.com"\nreceive = false\n'
    )
    run = type_("watch", "run")
    assert 2 == run.status
    assert "no bucket" in run.err
    Path("sendas.toml").write_text(
        'region = "us-east-1"\n[[domain]]\nname = "example.com"\n'
        '[[domain.mailbox]]\nname = "*"\nkeep = true\n'
    )
    for verb in ("run", "status"):
        found = type_("watch", verb)
        assert (2, True) == (found.status, "nobody to be told" in found.err), found.err


def test_a_domain_without_mail_does_not_hide_the_others(watchman: Watchman, type_: Type) -> None:
    """It is said of the one, and the other is looked at; named by itself it is wrong usage."""
    path = Path("sendas.toml")
    path.write_text(path.read_text() + '[[domain]]\nname = "example.net"\nreceive = false\n')
    watchman.lab.ses.set_enforcement("us-east-1", "PROBATION")
    run = type_("watch", "run")
    assert 1 == run.status
    assert "example.net is not watched: it receives no mail" in run.err
    assert "NEW" in run.out
    assert 2 == type_("watch", "run", "--domain", "example.net").status


@pytest.mark.timeout(600)
def test_apply_lets_a_new_watcher_look(watchman: Watchman, type_: Type) -> None:
    """The function itself, once all stands; the next apply has nothing to ask of it."""
    run = type_("apply", "--yes", "--no-doctor")
    assert 0 == run.status, run.err
    assert "example.com: the watcher looks for the first time" in run.err
    watchman.lab.aws.settle()
    status = type_("watch", "status")
    assert 0 == status.status, status.out
    assert "less than an hour ago; 1 run" in status.out
    assert "looks for the first time" not in type_("apply", "--yes", "--no-doctor").err


@pytest.mark.timeout(600)
def test_apply_says_so_if_the_watcher_was_not_asked(watchman: Watchman, type_: Type) -> None:
    """All stands nevertheless: it looks tomorrow."""
    watchman.lab.aws.faults.deny("lambda:Invoke")
    run = type_("apply", "--yes", "--no-doctor")
    assert 0 == run.status
    assert "the watcher was not asked to look" in run.err
    assert "sendas watch run" in run.err
