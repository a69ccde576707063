"""Files that people hand in or ask for: read whole or refused, written whole or not at all."""

import os
import secrets
import stat

from pathlib import Path

from sendas.errors import UsageError


class UnusableFile(UsageError):
    """A file that cannot be read or written; nothing was done."""


class WouldOverwrite(UnusableFile):
    """There is a file of that name already; nothing was written."""


class CannotWrite(UnusableFile):
    """The folder is missing, or may not be written to; nothing was written."""


def read_bounded(path: Path, *, max_bytes: int) -> bytes:
    """All of *path*, or all of standard input for ``-``.

    Raises:
        UnusableFile: It cannot be read, or is longer than *max_bytes*.
    """
    try:
        # By descriptor number, so that `-` is read as the same bytes.
        with open(0 if str(path) == "-" else path, "rb", closefd=str(path) != "-") as file:
            raw = file.read(max_bytes + 1)
    except (OSError, ValueError) as error:
        raise UnusableFile(_why(path, "read", error)) from error
    if len(raw) > max_bytes:
        msg = f"{path} is longer than {max_bytes // 1_000_000} MB; this is not what was asked for"
        raise UnusableFile(msg)
    return raw


def check_writable(path: Path) -> None:
    """Refuse at once a *path* that could not be written later; touches nothing.

    Raises:
        UnusableFile: It is a folder, or its folder is missing or may not be written to.
    """
    folder = path.resolve().parent
    if str(path) == "-":
        reason = "name a file; standard output is for the report"
    elif path.is_dir():
        reason = "it is a folder"
    elif not folder.is_dir():
        reason = f"there is no folder {folder}"
    elif not path.exists() and not os.access(folder, os.W_OK):
        reason = f"the folder {folder} may not be written to"
    else:
        return
    raise CannotWrite(_cannot(path, reason))


def write_whole(path: Path, text: str | bytes, *, private: bool = False) -> None:
    """Put *text*, as UTF-8, at *path*: all of it, or nothing and the old file stays.

    *private* is for what holds addresses: readable by its owner alone.

    Raises:
        UnusableFile: The folder is missing or may not be written to.
    """
    target = path.resolve() if path.is_symlink() else path
    try:
        content = text.encode("utf-8") if isinstance(text, str) else text
        if target.exists() and not target.is_file():
            # A terminal, a pipe, /dev/stdout: nothing to replace.
            target.write_bytes(content)
            return
        draft = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
        try:
            # Not by tempfile: a report is an ordinary file, as the umask says.
            if private:
                draft.touch(0o600, exist_ok=False)  # before there is anything in it to read
            with draft.open("wb" if private else "xb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())  # else a power cut may leave the new name and no text
            if not private and target.exists():
                draft.chmod(stat.S_IMODE(target.stat().st_mode))
            draft.replace(target)
        finally:
            draft.unlink(missing_ok=True)
    except (OSError, ValueError) as error:
        raise UnusableFile(_why(path, "write", error)) from error


def check_free(path: Path, *, force: bool) -> None:
    """Refuse a *path* that could not be written later; touches nothing.

    Raises:
        WouldOverwrite: It exists, and *force* is not set.
        CannotWrite: It is a folder, or its folder is missing.
    """
    if path.is_dir():
        raise CannotWrite(_cannot(path, "it is a folder"))
    if not path.resolve().parent.is_dir():
        raise CannotWrite(_cannot(path, f"there is no folder {path.resolve().parent}"))
    if not os.access(path.resolve().parent, os.W_OK):
        raise CannotWrite(
            _cannot(path, f"the folder {path.resolve().parent} may not be written to")
        )
    if not force and path.exists():
        raise WouldOverwrite(_exists(path))


def write_new(path: Path, text: str, *, force: bool = False) -> None:
    """Write *text*, which holds addresses, to *path*, readable by its owner alone.

    Without *force* an existing file wins, even one that appears meanwhile.

    Raises:
        WouldOverwrite: It exists, and *force* is not set.
        CannotWrite: The operating system refused.
    """
    target = path.resolve() if path.is_symlink() else path
    draft = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    try:
        try:
            draft.touch(0o600, exist_ok=False)  # before there is anything in it to read
            with draft.open("w", encoding="utf-8", newline="\n") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            if force:
                draft.replace(target)
            else:
                target.hardlink_to(draft)  # unlike a rename, fails if the name is taken
        finally:
            draft.unlink(missing_ok=True)
    except FileExistsError as error:
        raise WouldOverwrite(_exists(path)) from error
    except (OSError, ValueError) as error:
        raise CannotWrite(_why(path, "write", error)) from error


def _exists(path: Path) -> str:
    return (
        f"{path} exists already and was not touched; --force replaces it, --output names another"
    )


def _cannot(path: Path, why: str) -> str:
    return f"cannot write {path}: {why}"


def _why(path: Path, verb: str, error: Exception) -> str:
    reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
    return f"cannot {verb} {path}: {reason}"
