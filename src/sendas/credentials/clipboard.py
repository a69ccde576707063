"""Putting a secret onto the clipboard: over a pipe, never as an argument."""

import shutil
import subprocess

from collections.abc import Callable, Mapping

from sendas.errors import UsageError


_SECONDS = 5.0


class NoClipboard(UsageError):
    """No program here can fill the clipboard."""


def _programs(environment: Mapping[str, str]) -> list[list[str]]:
    """The programs that can work here, in the order in which to try them."""
    found: list[list[str]] = []
    if environment.get("WAYLAND_DISPLAY"):
        found.append(["wl-copy", "--trim-newline"])
    if environment.get("DISPLAY"):
        found += [["xclip", "-selection", "clipboard"], ["xsel", "--clipboard", "--input"]]
    # macOS, Windows under WSL, Android's Termux: they are there only where they work.
    return [*found, ["pbcopy"], ["clip.exe"], ["termux-clipboard-set"]]


def check(
    environment: Mapping[str, str], *, which: Callable[[str], str | None] = shutil.which
) -> None:
    """Refuse where `copy` could not work; touches nothing.

    Raises:
        NoClipboard: No program here fills a clipboard.
    """
    if not any(which(name) for name, *_ in _programs(environment)):
        msg = (
            "no clipboard here (looked for wl-copy, xclip, xsel, pbcopy, clip.exe, "
            "termux-clipboard-set); use --page or --show instead"
        )
        raise NoClipboard(msg)


def copy(
    text: str,
    environment: Mapping[str, str],
    *,
    which: Callable[[str], str | None] = shutil.which,
) -> str:
    """Fill the clipboard with *text*; the name of the program that did.

    Raises:
        NoClipboard: None is there, or none could.
    """
    check(environment, which=which)
    failed: list[str] = []
    for name, *arguments in _programs(environment):
        path = which(name)
        if path is None:
            continue
        try:
            subprocess.run(  # noqa: S603  the program found on the owner's own path
                [path, *arguments],
                input=text.encode(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                timeout=_SECONDS,
                check=True,
            )
        except (OSError, subprocess.SubprocessError):
            failed.append(name)
            continue
        return name
    msg = f"{', '.join(failed)} could not fill the clipboard; use --page or --show instead"
    raise NoClipboard(msg)
