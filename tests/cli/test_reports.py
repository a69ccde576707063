"""``sendas reports`` as it is typed."""

import json

from pathlib import Path

from made_reports import WHOLE, gzipped, tls_report, zipped
from typed import Type


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
