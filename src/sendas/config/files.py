"""Put `sendas.toml` on disk: whole or not at all, and never over another by accident."""

import os
import secrets

from pathlib import Path

from sendas.errors import UsageError


class WouldOverwrite(UsageError):
    """There is a file of that name already; nothing was written."""


class CannotWrite(UsageError):
    """The folder is missing, or may not be written to; nothing was written."""


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
    if not force and path.exists():
        raise WouldOverwrite(_exists(path))


def write_new(path: Path, text: str, *, force: bool = False) -> None:
    """Write *text* to *path*, readable by whoever the umask lets.

    Without *force* an existing file wins, even one that appears meanwhile.

    Raises:
        WouldOverwrite: It exists, and *force* is not set.
        CannotWrite: The operating system refused.
    """
    target = path.resolve() if path.is_symlink() else path
    draft = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    try:
        try:
            with draft.open("x", encoding="utf-8", newline="\n") as file:
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
        why = (error.strerror if isinstance(error, OSError) else None) or str(error)
        raise CannotWrite(_cannot(path, why)) from error


def _exists(path: Path) -> str:
    return (
        f"{path} exists already and was not touched; --force replaces it, --output names another"
    )


def _cannot(path: Path, why: str) -> str:
    return f"cannot write {path}: {why}"
