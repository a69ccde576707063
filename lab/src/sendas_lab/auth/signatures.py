"""DKIM signatures on a mail, verified with the lab's DNS (dkimpy)."""

from collections.abc import Callable
from dataclasses import dataclass

import dkim

from sendas.dns.answers import Answer, Question, Records, RecordType
from sendas.outcome import NoAnswer


_MOST_CHECKED = 5
"""Signatures looked at; RFC 6376, 6.1 lets a verifier limit them."""


_UNREADABLE = (ValueError, TypeError, KeyError, IndexError)
"""What dkimpy lets through when a signature or key is nonsense."""


@dataclass(frozen=True, slots=True)
class DkimCheck:
    """One signature: whose, with which selector, and how it ended (RFC 8601, 2.7.1)."""

    domain: str
    selector: str
    result: str
    why: str = ""


class _Silence(Exception):
    """Nobody said whether there is a key."""


class _BadKey(Exception):
    """There is no key, or none that can be read; dkimpy would only say False."""


def check_signatures(
    content: bytes, resolve: Callable[[Question], Answer]
) -> tuple[DkimCheck, ...]:
    """Verify every DKIM-Signature of *content*, from the top."""
    try:
        mail = dkim.DKIM(content)
    except (dkim.DKIMException, *_UNREADABLE):  # not a message: no signature either
        return ()
    present = sum(name.lower() == b"dkim-signature" for name, _ in mail.headers)
    return tuple(_check(content, index, resolve) for index in range(min(present, _MOST_CHECKED)))


def _check(content: bytes, index: int, resolve: Callable[[Question], Answer]) -> DkimCheck:
    mail = dkim.DKIM(content)

    def key_at(name: bytes, timeout: int = 5) -> bytes:  # noqa: ARG001  dkimpy's signature
        question = Question(name.decode("latin-1").lower().rstrip("."), RecordType.TXT)
        answer = resolve(question)
        if isinstance(answer, NoAnswer):
            raise _Silence(str(answer))
        if not isinstance(answer, Records):
            msg = "no key for signature"
            raise _BadKey(msg)
        return _readable(name, answer.values[0].encode("latin-1", "replace"))

    try:
        passed = mail.verify(idx=index, dnsfunc=key_at)
        result, why = ("pass", "") if passed else ("fail", "signature did not verify")
    except _Silence as silence:
        result, why = "temperror", str(silence)
    except (dkim.DKIMException, _BadKey, *_UNREADABLE) as error:
        mismatch = str(error).startswith("body hash mismatch")
        result, why = (
            ("fail", "body hash did not verify") if mismatch else ("permerror", _plain(error))
        )
    return DkimCheck(_text(mail.domain), _text(mail.selector), result, why)


def _readable(name: bytes, key: bytes) -> bytes:
    try:
        dkim.evaluate_pk(name, key)
    except (dkim.DKIMException, *_UNREADABLE) as error:
        msg = f"key cannot be read: {_plain(error)}"
        raise _BadKey(msg) from error
    return key


def _plain(error: Exception) -> str:
    """One line without parentheses, as a comment in a header must be."""
    text = str(error) or type(error).__name__
    return "".join(c if c.isprintable() and c not in "()" else " " for c in text)[:100]


def _text(value: bytes | str | None) -> str:
    """What dkimpy read; its own default where it read nothing."""
    if isinstance(value, bytes):
        return "".join(filter(str.isprintable, value.decode("latin-1").lower()))
    return ""
