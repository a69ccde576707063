"""Files that people hand in and ask for."""

import os

from pathlib import Path

import pytest

from sendas.files import UnusableFile, check_writable, read_bounded, write_whole


def test_a_file_is_read_whole_or_refused(tmp_path: Path) -> None:
    """Up to the limit, and not a byte more."""
    file = tmp_path / "file"
    file.write_bytes(b"x" * 10)

    assert b"x" * 10 == read_bounded(file, max_bytes=10)
    with pytest.raises(UnusableFile, match="longer than"):
        read_bounded(file, max_bytes=9)


@pytest.mark.parametrize("name", [".", "missing", "a\0b"])
def test_what_cannot_be_read_is_named(tmp_path: Path, name: str) -> None:
    """A folder, nothing, and no name at all."""
    with pytest.raises(UnusableFile, match="cannot read"):
        read_bounded(tmp_path / name, max_bytes=10)


def test_writing_replaces_the_whole(tmp_path: Path) -> None:
    """Nothing of the old is left, and no draft either."""
    file = tmp_path / "file"
    file.write_text("the old, longer text")
    write_whole(file, "new")

    assert "new" == file.read_text()
    assert [file] == list(tmp_path.iterdir())


def test_a_failed_write_leaves_the_old(tmp_path: Path) -> None:
    """Text that UTF-8 cannot carry stops half-way; the file does not change."""
    file = tmp_path / "file"
    file.write_text("old")
    with pytest.raises(UnusableFile, match="cannot write"):
        write_whole(file, "new \ud800")

    assert "old" == file.read_text()
    assert [file] == list(tmp_path.iterdir())


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    """What it points to is replaced."""
    file, link = tmp_path / "file", tmp_path / "link"
    link.symlink_to(file)
    write_whole(link, "new")

    assert link.is_symlink()
    assert "new" == file.read_text()


def test_bytes_are_written_as_they_are(tmp_path: Path) -> None:
    """Line ends of all kinds, and what is no text."""
    write_whole(tmp_path / "file", b"\xff\r\n\n\r")

    assert b"\xff\r\n\n\r" == (tmp_path / "file").read_bytes()


@pytest.mark.parametrize("before", [None, 0o644])
def test_what_holds_addresses_is_its_owners_alone(tmp_path: Path, before: int | None) -> None:
    """Also in the place of a file that others could read."""
    file = tmp_path / "file"
    if before:
        file.touch()
        file.chmod(before)
    write_whole(file, "text", private=True)

    assert 0o600 == file.stat().st_mode & 0o777


def test_what_others_may_read_is_as_the_umask_says(tmp_path: Path) -> None:
    """A report is an ordinary file."""
    old = os.umask(0o022)
    try:
        write_whole(tmp_path / "file", "text")
    finally:
        os.umask(old)

    assert 0o644 == (tmp_path / "file").stat().st_mode & 0o777


@pytest.mark.parametrize("name", [".", "missing/file", "-"])
def test_a_place_that_cannot_be_written_is_refused_beforehand(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before anything is asked, not after half a minute."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UnusableFile, match="cannot write"):
        check_writable(Path(name))

    assert [] == list(tmp_path.iterdir())
