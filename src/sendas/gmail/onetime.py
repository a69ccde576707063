"""A page that shows a secret once.

Opening it shows a button and no secret, so that nothing that looks ahead (a
browser's prefetching, a scanner) uses it up; pressing the button shows it, and
once a browser has taken that whole there is no page any more.
"""

import html
import threading

from dataclasses import dataclass, field

from sendas.credentials.decide.dialog import PASSWORD, Window
from sendas.loopback import Form, LoopbackPage, Shown, field_with_copy


_COVER = (
    "<p>The password is shown once; then this page is gone.</p>"
    '<form method="post"><button>Show it</button></form>'
)
_GONE = "<p>This was shown already, once.</p>"


@dataclass(slots=True)
class _Secret:
    title: str
    page: str = field(repr=False)
    shown: threading.Event = field(default_factory=threading.Event)
    offered: threading.Lock = field(default_factory=threading.Lock)
    """Held while one browser is being given the page, and for ever once it has it."""

    def answer(self, form: Form | None) -> Shown:
        """The cover when the page is opened, the secret for the first who presses the button."""
        if form is None:
            return Shown(self.title, _COVER)
        if not self.offered.acquire(blocking=False):
            return Shown(self.title, _GONE, 410)
        return Shown(self.title, self.page, settled=self._settle)

    def _settle(self, taken: bool) -> None:  # noqa: FBT001  a callback's one argument
        if taken:
            self.page = ""
            self.shown.set()
        else:
            self.offered.release()


class OneTimePage(LoopbackPage):
    """A context manager; *url* is worth nothing once the page was shown."""

    def __init__(self, title: str, windows: tuple[Window, ...]) -> None:
        self._secret = _Secret(title, _secret_page(windows))
        super().__init__(self._secret.answer)

    def wait(self, seconds: float) -> bool:
        """Whether it was shown within that time."""
        return self._secret.shown.wait(seconds)


def _secret_page(windows: tuple[Window, ...]) -> str:
    parts = []
    for window in windows:
        parts.append(f"<h2>{html.escape(window.title)}</h2><dl>")
        for number, one in enumerate(window.fields):
            more = ' spellcheck="false" autocomplete="off"' if one.label == PASSWORD else ""
            name = f"f{len(parts)}-{number}"
            parts.append(field_with_copy(name, one.label, one.value, one.remark, more))
        parts.append(f"</dl><p>Then press <b>{html.escape(window.button)}</b>.</p>")
    return "".join(parts)
