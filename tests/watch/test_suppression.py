"""`sendas suppression` in the lab, against all Regions at once."""

import json

from collections.abc import Mapping
from pathlib import Path

import pytest

from sendas_lab.world import Lab
from typed import Type

from sendas.iam.rights import Verb, actions_of
from sendas.operator.table import RIGHTS
from sendas.watch.decide.suppression_file import (
    BadExport,
    as_csv,
    as_json_lines,
    read_export,
    rows,
)


HERE, THERE = "us-east-1", "eu-west-1"
JANE, JOE, ANN = "jane@example.net", "joe@example.net", "ann@example.net"


@pytest.fixture
def lists(sendas_lab: Lab) -> Lab:
    """Jane bounced in two Regions, Joe complained in one."""
    for region in (HERE, THERE):
        sendas_lab.ses.grant_production_access(region)
        sendas_lab.ses.suppress(region, JANE)
    sendas_lab.ses.suppress(HERE, JOE, "COMPLAINT")
    return sendas_lab


def test_an_address_is_found_in_every_region_and_taken_off(lists: Lab, type_: Type) -> None:
    """Status 1 while it is on a list; 0 once it is on none; a complaint needs a yes."""
    run = type_("suppression", "check", "Jane@example.net")
    assert (1, True, True) == (run.status, HERE in run.out, THERE in run.out), run.err
    assert 0 == type_("suppression", "check", ANN).status
    assert 0 == type_("suppression", "remove", JANE).status
    assert 0 == type_("suppression", "check", JANE).status
    assert 2 == type_("suppression", "remove", JOE).status
    assert 1 == type_("suppression", "check", JOE).status
    assert 0 == type_("suppression", "remove", JOE, "--yes").status
    assert {} == lists.ses.region(HERE).suppressed


def test_what_came_and_went_since_an_export(lists: Lab, type_: Type) -> None:
    """Removals too, which a start date alone does not show; the same lists, the same bytes."""
    assert 0 == type_("suppression", "export", "-o", "a.csv").status
    assert 0 == type_("suppression", "export", "-o", "b.csv").status
    assert Path("a.csv").read_bytes() == Path("b.csv").read_bytes()
    type_("suppression", "remove", JANE, "--region", THERE)
    lists.ses.suppress(HERE, ANN)
    run = type_("suppression", "export", "--against", "a.csv")
    told = [line.split(",")[:3] for line in run.out.splitlines()]
    header = ["change", "region", "address"]
    assert [header, ["added", HERE, ANN], ["removed", THERE, JANE]] == told
    narrow = type_("suppression", "export", "--against", "a.csv", "--region", HERE)
    assert (3, "") == (narrow.status, narrow.out)


def test_what_was_lost_is_put_back_once(lists: Lab, type_: Type) -> None:
    """After SES has emptied its lists; a second time there is nothing to do."""
    type_("suppression", "export", "--format", "jsonl", "-o", "a.jsonl")
    for region in (HERE, THERE):
        lists.ses.region(region).suppressed.clear()
    run = type_("suppression", "restore", "a.jsonl", "--yes")
    assert (0, True) == (run.status, "3 are back, 0 were there" in run.err), run.err
    assert {JANE: "BOUNCE", JOE: "COMPLAINT"} == {
        one.address: one.reason for one in lists.ses.region(HERE).suppressed.values()
    }
    assert "all 3 are on their lists" in type_("suppression", "restore", "a.jsonl").err


READABLE = {
    "Effect": "Allow",
    "Principal": {"Service": "ses.amazonaws.com"},
    "Action": "s3:GetObject",
}
"""SES guide, "Adding email addresses in bulk to your account-level suppression list"."""


@pytest.mark.parametrize("readable", [True, False])
def test_many_are_put_back_by_a_job(lists: Lab, type_: Type, *, readable: bool) -> None:
    """Over a hundred of a Region; where SES may not read the file, one by one; all are there."""
    many = {f"r{number}@example.net" for number in range(101)}
    for address in many:
        lists.ses.suppress(HERE, address)
    Path("sendas.toml").write_text(
        f'[[domain]]\nname = "example.com"\nregion = "{HERE}"\n'
        '[[domain.mailbox]]\nname = "me"\nkeep = true\n'
    )
    bucket = f"sendas-example-com-{lists.account_id}-{HERE}"

    def s3(operation: str, **given: str) -> Mapping[str, object]:
        return lists.session().call("s3", operation, region=HERE, Bucket=bucket, **given)

    s3("CreateBucket")
    if readable:
        statement = READABLE | {"Resource": f"arn:aws:s3:::{bucket}/sendas/import/*"}
        policy = json.dumps({"Version": "2012-10-17", "Statement": statement})
        s3("PutBucketPolicy", Policy=policy)
    run = type_("suppression", "export", "--region", HERE, "-o", "a.csv")
    assert 0 == run.status, run.err
    lists.ses.region(HERE).suppressed.clear()
    run = type_("suppression", "restore", "a.csv", "--yes")

    assert (0, True) == (run.status, "103 are back, 0 were there" in run.err), run.err
    assert many | {JANE, JOE} == set(lists.ses.region(HERE).suppressed)
    assert readable is not ("one by one" in run.err)
    (job,) = lists.ses.region(HERE).import_jobs
    assert ("COMPLETED" if readable else "FAILED") == job["JobStatus"]
    assert "Contents" not in s3("ListObjectsV2"), "addresses lie nowhere"


@pytest.mark.parametrize("verb", [["list"], ["export"], ["check", ANN], ["remove", ANN]])
def test_a_silent_region_is_no_empty_list(lists: Lab, type_: Type, verb: list[str]) -> None:
    """Status 3, never an all-clear."""
    actions = ("ses:ListSuppressedDestinations", "ses:GetSuppressedDestination")
    for action in actions:
        lists.aws.faults.deny(action, region=THERE)
    run = type_("suppression", *verb)
    lists.aws.faults.clear()
    assert (3, True) == (run.status, THERE in run.err)


def test_both_formats_are_read_as_they_were_written(lists: Lab, type_: Type) -> None:
    """CSV and newline JSON hold the same entries, and give the same bytes again."""
    csv = type_("suppression", "export").out
    jsonl = type_("suppression", "export", "--format", "jsonl").out
    assert 3 == len(lists.ses.region(HERE).suppressed) + len(lists.ses.region(THERE).suppressed)
    assert csv == as_csv(rows(read_export(jsonl.encode(), "j")))
    assert jsonl == as_json_lines(rows(read_export(csv.encode(), "c")))


@pytest.mark.parametrize(
    "raw",
    [
        b"\xff", b"", b"a,b\n", b'{"region": 1}', b"{" * 100_000,
        b"region,address,reason,since\nus-east-1,jane@example.net,BOUNCE\n",
        b"region,address,reason,since\nus-east-1,jane@example.net,SPAM,2026-01-01\n",
        b"region,address,reason,since\nnowhere,jane@example.net,BOUNCE,2026-01-01\n",
        b"region,address,reason,since\nus-east-1,jane@example.net,BOUNCE,2026-01-01T1",
        b"region,address,reason,since\n" + 2 * b"us-east-1,j@example.net,BOUNCE,2026-01-01\n",
        b"region,address,reason,since\nus-east-1,j@example.net,BOUNCE,2026-01-01\ntotal,2,,\n",
        b"region,address,reason,since\ntotal,0,,\nus-east-1,j@example.net,BOUNCE,2026-01-01\n",
        b'{"total": 0}\n{"total": 0}\n',
    ],
)  # fmt: skip
def test_a_broken_export_is_refused(raw: bytes) -> None:
    """One clear error that names the file, whatever is in it."""
    with pytest.raises(BadExport, match=r"export\.csv"):
        read_export(raw, "export.csv")


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_an_export_that_was_cut_anywhere_is_refused(lists: Lab, type_: Type, form: str) -> None:
    """Also at a line end, and without its last line end: nothing is compared or put back."""
    whole = type_("suppression", "export", "--format", form).out.encode()
    assert 3 == len(read_export(whole, "export"))
    for length in range(len(whole)):
        with pytest.raises(BadExport, match="export"):
            read_export(whole[:length], "export")
    lines = whole.splitlines(keepends=True)
    for number in range(len(lines)):
        Path("cut").write_bytes(b"".join(lines[:number] + lines[number + 1 :]))
        for verb in (("export", "--against", "cut"), ("restore", "cut", "--yes")):
            run = type_("suppression", *verb)
            assert (2, "", True) == (run.status, run.out, "cut" in run.err), (number, run.err)
    assert 2 == len(lists.ses.region(HERE).suppressed)


def test_the_policy_holds_what_is_called() -> None:
    """The actions of SES API v2 that the room calls."""
    assert {
        "s3:DeleteObject",
        "s3:PutObject",
        "ses:CreateImportJob",
        "ses:DeleteSuppressedDestination",
        "ses:GetAccount",
        "ses:GetImportJob",
        "ses:GetSuppressedDestination",
        "ses:ListSuppressedDestinations",
        "ses:PutSuppressedDestination",
    } == actions_of(RIGHTS, [Verb.SUPPRESSION])
