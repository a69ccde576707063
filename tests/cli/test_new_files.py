"""Putting the file on disk: whole or not at all, and never over another by accident."""

import os

from pathlib import Path

import pytest

from sendas.files import CannotWrite, WouldOverwrite, check_free, write_new


def test_writes_what_was_given(tmp_path: Path) -> None:
    """The text is there, and nothing beside it."""
    write_new(tmp_path / "sendas.toml", "é = 1\n")

    assert "é = 1\n" == (tmp_path / "sendas.toml").read_text("utf-8")
    assert ["sendas.toml"] == [file.name for file in tmp_path.iterdir()]


def test_never_over_another(tmp_path: Path) -> None:
    """An existing file wins, even one that the check did not see yet."""
    file = tmp_path / "sendas.toml"
    check_free(file, force=False)
    file.write_text("mine")
    with pytest.raises(WouldOverwrite):
        check_free(file, force=False)
    with pytest.raises(WouldOverwrite):
        write_new(file, "yours")

    assert "mine" == file.read_text()
    assert ["sendas.toml"] == [one.name for one in tmp_path.iterdir()]


def test_force_replaces(tmp_path: Path) -> None:
    """Asked to, the new text takes the old one's place; a link leads to its target."""
    file, link = tmp_path / "sendas.toml", tmp_path / "link"
    file.write_text("old")
    link.symlink_to(file)
    write_new(link, "new", force=True)

    assert "new" == file.read_text()
    assert link.is_symlink()


@pytest.mark.parametrize("name", ["none/sendas.toml", "."])
def test_where_nothing_can_be_written(tmp_path: Path, name: str) -> None:
    """A missing folder and a folder of that name are told in one line."""
    for force in (False, True):
        with pytest.raises(CannotWrite, match="cannot write"):
            check_free(tmp_path / name, force=force)
    with pytest.raises((CannotWrite, WouldOverwrite)):
        write_new(tmp_path / name, "x")


@pytest.mark.parametrize("force", [False, True])
def test_it_holds_addresses_and_is_its_owners_alone(tmp_path: Path, *, force: bool) -> None:
    """Whatever the umask lets, and in the place of a file that others could read."""
    file = tmp_path / "sendas.toml"
    if force:
        file.touch()
        file.chmod(0o644)
    write_new(file, "text", force=force)

    assert 0o600 == file.stat().st_mode & 0o777


def test_a_folder_that_is_not_ours_to_write_is_said_before_the_questions(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not after them; root may write everywhere, so the answer of the system is played."""
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(CannotWrite, match="may not be written to"):
        check_free(tmp_path / "sendas.toml", force=False)
