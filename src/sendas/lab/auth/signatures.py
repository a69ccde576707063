"""DKIM signatures on a mail, verified with the lab's DNS (dkimpy)."""

from collections.abc import Callable
from dataclasses import dataclass

import dkim

from sendas.dns.answers import Answer, Question, Records, RecordType
from sendas.outcome import NoAnswer


_MOST_CHECKED = 5
"""Signatures looked at; RFC 6376, 6.1 lets a verifier limit them."""


@dataclass(frozen=True, slots=True)
class DkimCheck:
    """One signature: whose, with which selector, and how it ended (RFC 8601, 2.7.1)."""

    domain: str
    selector: str
    result: str
    why: str = ""


class _Silence(Exception):
    pass


def check_signatures(
    content: bytes, resolve: Callable[[Question], Answer]
) -> tuple[DkimCheck, ...]:
    """Verify every DKIM-Signature of *content*, from the top."""
    try:
        mail = dkim.DKIM(content)
    except dkim.DKIMException:  # not a message: no signature either
        return ()
    present = sum(name.lower() == b"dkim-signature" for name, _ in mail.headers)
    return tuple(_check(content, index, resolve) for index in range(min(present, _MOST_CHECKED)))


def _check(content: bytes, index: int, resolve: Callable[[Question], Answer]) -> DkimCheck:
    mail = dkim.DKIM(content)

    def key_at(name: bytes, timeout: int = 5) -> bytes | None:  # noqa: ARG001  dkimpy's signature
        question = Question(name.decode("latin-1").lower().rstrip("."), RecordType.TXT)
        answer = resolve(question)
        if isinstance(answer, NoAnswer):
            raise _Silence(str(answer))
        return answer.values[0].encode("latin-1") if isinstance(answer, Records) else None

    try:
        passed = mail.verify(idx=index, dnsfunc=key_at)
        result, why = ("pass", "") if passed else ("fail", "signature did not verify")
    except _Silence as silence:
        result, why = "temperror", str(silence)
    except dkim.KeyFormatError as error:
        missing = "missing public key" in str(error)
        result, why = "permerror", "no key for signature" if missing else str(error)
    except dkim.DKIMException as error:
        result, why = "permerror", str(error)
    return DkimCheck(_text(mail, "domain"), _text(mail, "selector"), result, why)


def _text(mail: dkim.DKIM, name: str) -> str:
    value = getattr(mail, name, None) or b""
    return str(value.decode("latin-1")).lower()
