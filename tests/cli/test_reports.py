"""``sendas reports`` as it is typed."""

import json

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from made_reports import WHOLE, aggregate_xml, gzipped, tls_report, zipped
from reported_world import FORGED, World
from typed import Type

from sendas.reports.line import ReportLine, RowLine
from sendas.reports.model import DkimResult, Head


def test_read_says_what_files_and_folders_hold(type_: Type, tmp_path: Path) -> None:
    """A line for each report; what is none is named on stderr, and the exit status is 1."""
    (tmp_path / "deep" / "er").mkdir(parents=True)
    (tmp_path / "a.xml.gz").write_bytes(gzipped(WHOLE))
    (tmp_path / "deep" / "er" / "b.zip").write_bytes(
        zipped({"b.json": json.dumps(tls_report()).encode()})
    )
    (tmp_path / ".hidden").write_bytes(b"x")

    well = type_("reports", "read", str(tmp_path))
    (tmp_path / "c.txt").write_bytes(b"a note\x1b[31m of mine, which is no report")
    ill = type_("reports", "read", str(tmp_path))

    assert 0 == well.status
    assert [
        "2023-11-14  dmarc   example.com  by Example Receiver: 3 mails",
        "2026-11-28  tls     example.com  by Example Receiver: 7 sessions",
    ] == well.out.splitlines()
    assert 1 == ill.status
    assert well.out == ill.out
    assert "c.txt: it is no report: text of another kind" in ill.err


def test_json_is_a_line_for_each_row_and_report(type_: Type, tmp_path: Path) -> None:
    """For machines: as they are kept in the bucket."""
    path = tmp_path / "a.xml"
    path.write_bytes(WHOLE)

    found = [
        json.loads(line) for line in type_("reports", "read", "--json", str(path)).out.splitlines()
    ]

    assert ["dmarc", "report"] == [one["line"] for one in found]
    assert ("192.0.2.1", 3) == (found[0]["source_ip"], found[0]["mails"])


def test_a_path_that_is_not_there_is_one_line(type_: Type, tmp_path: Path) -> None:
    """Exit status 2: nothing was read."""
    found = type_("reports", "read", str(tmp_path / "nothing"))

    assert 2 == found.status
    assert "there is no such file or folder" in found.err


def test_an_empty_folder_is_not_well(type_: Type, tmp_path: Path) -> None:
    """Nothing was read: that is no exit status 0."""
    found = type_("reports", "read", str(tmp_path))

    assert (1, "there is no file in it\n") == (found.status, found.err)


def written(folder: Path, world: World) -> None:
    """A world's reports as files, one a day and reporter."""
    for number, lines in enumerate(world.documents()):
        whole = lines[-1]
        assert isinstance(whole, ReportLine)
        about = whole.about
        head = Head(
            about.org,
            about.email,
            report_id=about.report_id,
            begin=about.begin,
            end=about.end,
            policies=(world.policy,),
        )
        rows = [line.row for line in lines if isinstance(line, RowLine)]
        (folder / f"{number}.xml.gz").write_bytes(gzipped(aggregate_xml(head, rows)))


def now_ending() -> World:
    """A healthy month that ended yesterday."""
    return World(ends=datetime.now(UTC).date() - timedelta(days=1))  # noqa: TID251  as the CLI's


def test_senders_names_everybody(type_: Type, tmp_path: Path) -> None:
    """SES by its stream, the forwarder, the forgers; with figures that add up."""
    written(tmp_path, now_ending())

    found = type_("reports", "senders", str(tmp_path))
    value = json.loads(type_("reports", "senders", "--json", str(tmp_path)).out)

    assert 0 == found.status
    assert (
        "Amazon SES, MAIL FROM mail.example.com, selector of Easy DKIM (yours, by SES)"
        in found.out
    )
    assert "forwarder.example (forwarded)" in found.out
    assert "(unknown)" in found.out
    assert value["mails"] == sum(one["mails"] for one in value["senders"]) == 4446
    assert value["failed"] == sum(one["failed"] for one in value["senders"]) == 36


def test_policy_says_yes_with_the_way_there(type_: Type, tmp_path: Path) -> None:
    """Exit status 0, one paragraph, and the records; by the file's word where DNS is not asked."""
    written(tmp_path, now_ending())

    found = type_("reports", "policy", "--offline", str(tmp_path))

    assert 0 == found.status
    assert found.out.startswith("Yes, example.com may go to p=quarantine. Of 4,446 mails from ")
    assert "p=quarantine" in found.out.splitlines()[1]


def test_policy_says_no_and_names_what_would_be_hit(type_: Type, tmp_path: Path) -> None:
    """Exit status 1; 0 again once the owner says that it is not theirs."""
    service = FORGED._replace(
        source_ip="167.89.0.1",
        mails=9,
        dkim_results=(DkimResult("sendgrid.net", "s1", "pass"),),
    )
    written(tmp_path, now_ending().everywhere(service))

    found = type_("reports", "policy", "--offline", str(tmp_path))
    mine = type_("reports", "policy", "--offline", "--not-mine", "SendGrid", str(tmp_path))
    value = json.loads(type_("reports", "policy", "--offline", "--json", str(tmp_path)).out)

    assert 1 == found.status
    assert "315 mails of SendGrid" in found.out
    assert 0 == mine.status
    assert ("not_yet", "SendGrid") == (value["answer"], value["hit"][0]["name"])


def test_policy_of_old_or_no_reports_could_not_look(type_: Type, tmp_path: Path) -> None:
    """Exit status 3: no reports are no all-clear."""
    empty = tmp_path / "empty"
    empty.mkdir()
    written(tmp_path, World(ends=date(2020, 1, 1), days=40))

    old = type_("reports", "policy", "--offline", str(tmp_path))

    assert 3 == old.status
    assert "left out" in old.err
    assert 3 == type_("reports", "policy", "--offline", str(empty)).status
    assert 2 == type_("reports", "policy", "--offline", "--since", "soon", str(empty)).status


def lately(days: int = 1) -> dict[str, str]:
    """The range of a TLS report about the day so many days ago (RFC 8460, 4.4)."""
    day = datetime.now(UTC).date() - timedelta(days=days)  # noqa: TID251  as the CLI's
    return {"start-datetime": f"{day}T00:00:00Z", "end-datetime": f"{day}T23:59:59Z"}


def test_tls_of_old_reports_is_no_all_clear(type_: Type, tmp_path: Path) -> None:
    """Nothing failed then, and nothing is known of the days since: 3, and it is said."""
    path = tmp_path / "r.json"
    policy = tls_report()["policies"][0] | {"failure-details": []}
    policy["summary"] = {"total-successful-session-count": 5, "total-failure-session-count": 0}
    for days, status in ((1, 0), (3, 0), (9, 3), (-20, 3)):
        path.write_text(json.dumps(tls_report(policies=[policy]) | {"date-range": lately(days)}))
        found = type_("reports", "tls", str(path))
        assert status == found.status, (days, found.out)
        assert bool(status) is ("whether TLS works since then is not known" in found.out)


def test_what_cannot_be_read_is_no_all_clear(type_: Type, tmp_path: Path) -> None:
    """A torn report among good ones: the answer is given, and the exit status is 3."""
    written(tmp_path, now_ending())
    (tmp_path / "torn.zip").write_bytes(b"PK\x03\x04 torn")

    for verb in (("senders",), ("policy", "--offline")):
        found = type_("reports", *verb, str(tmp_path))
        assert 3 == found.status, verb
        assert "could not read 1 input: sendas reports read says why" in found.err
        assert "example.com" in found.out


def test_tls_names_what_failed_at_which_mx(type_: Type, tmp_path: Path) -> None:
    """Exit status 1; 3 without a report, 0 where nothing failed."""
    path = tmp_path / "r.json"
    empty = tmp_path / "empty"
    empty.mkdir()
    path.write_text(json.dumps(tls_report()))
    ill = type_("reports", "tls", str(path))
    policy = tls_report()["policies"][0] | {"failure-details": []}
    policy["summary"] = {"total-successful-session-count": 5, "total-failure-session-count": 0}
    path.write_text(json.dumps(tls_report(policies=[policy]) | {"date-range": lately()}))

    assert 1 == ill.status
    assert "at mx1.example.com:" in ill.out
    assert "certificate-expired: the MX's certificate has expired" in ill.out
    assert 0 == type_("reports", "tls", str(path)).status
    assert 3 == type_("reports", "tls", str(empty)).status


def test_tls_says_nothing_is_well_by_what_tells_of_no_session(type_: Type, tmp_path: Path) -> None:
    """No policy, no figures: 3; failures that only the details count: 1; what is lost is said."""
    path = tmp_path / "a.json"
    policy = tls_report()["policies"][0]

    found = {}
    for name, policies in {
        "none": [],
        "no figures": [policy | {"summary": {}, "failure-details": []}],
        "details": [policy | {"summary": {"total-successful-session-count": 5}}],
    }.items():
        path.write_text(json.dumps(tls_report(policies=policies)))
        found[name] = type_("reports", "tls", str(path)).status
    path.write_text(json.dumps(tls_report()))
    (tmp_path / "b.json").write_text('{"policies": [')
    torn = type_("reports", "tls", str(tmp_path))
    value = json.loads(type_("reports", "tls", "--json", str(tmp_path)).out)

    assert {"none": 3, "no figures": 3, "details": 1} == found
    assert "1 could not be read" in torn.out
    assert 1 == value["unreadable"]
