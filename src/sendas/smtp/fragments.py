"""Parts and distortions of a password that is known: cut, emptied of signs, retyped.

These can only be told by holding the text against candidates, so they need
the secret key.
"""

import hmac

from sendas.smtp.identification import Kind
from sendas.smtp.readings import PASSWORD_LENGTH, Damage


_SHORTEST = 12
_MOST_TYPOS = 3


def fragment(text: str, password: str) -> Damage | None:
    """How *text* came from *password*, a 44-character one; None if it did not."""
    if len(text) > PASSWORD_LENGTH:
        return _longer(text, password)
    if len(text) < _SHORTEST:
        return None
    if len(text) < PASSWORD_LENGTH:
        return _shorter(text, password)
    return _retyped(text, password)


def same(left: str, right: str) -> bool:
    """Whether two texts are equal, in constant time."""
    return hmac.compare_digest(
        left.encode("utf-8", "surrogatepass"), right.encode("utf-8", "surrogatepass")
    )


def _shorter(text: str, password: str) -> Damage | None:
    missing = PASSWORD_LENGTH - len(text)
    if same(text, password[: len(text)]):
        return Damage(Kind.TRUNCATED, f"lost its last {missing} of 44 characters")
    if same(text, password[missing:]):
        return Damage(Kind.TRUNCATED, f"lost its first {missing} of 44 characters")
    for signs, words in (("+", "every +"), ("/", "every /"), ("+/", "every + and /")):
        if same(text, "".join(c for c in password if c not in signs)):
            return Damage(Kind.MANGLED, f"lost {words}")
    if missing == 1 and any(
        same(text, password[:at] + password[at + 1 :]) for at in range(PASSWORD_LENGTH)
    ):
        return Damage(Kind.MANGLED, "lost one character in the middle")
    return None


def _longer(text: str, password: str) -> Damage | None:
    extra = len(text) - PASSWORD_LENGTH
    if any(same(text[at : at + PASSWORD_LENGTH], password) for at in range(min(extra, 64) + 1)):
        return Damage(Kind.PREFIXED, f"got {extra} more characters around it, pasted along")
    if extra == 1 and any(
        same(text[:at] + text[at + 1 :], password) for at in range(PASSWORD_LENGTH)
    ):
        return Damage(Kind.MANGLED, "got one character too many in the middle")
    return None


def _retyped(text: str, password: str) -> Damage | None:
    if same(text.lower(), password.lower()):
        return Damage(Kind.MANGLED, "lost the difference between capitals and small letters")
    typos = sum(left != right for left, right in zip(text, password, strict=True))
    if 0 < typos <= _MOST_TYPOS:
        noun = "character" if typos == 1 else "characters"
        return Damage(Kind.MANGLED, f"got {typos} wrong {noun}, as retyping by hand does")
    return None
