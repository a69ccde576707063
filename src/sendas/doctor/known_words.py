"""The words that a redacted twin may keep: those that sendas itself is written with.

A rule can look only for what stands in its own source.  So words and public
domains found there can be kept without telling whose they are, and whatever is
not there can be hidden without changing a verdict.
"""

import re

from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable


_ROOMS = ("doctor", "bounce", "smtp", "ses", "iam", "auth", "dns", "aws")
_FILES = ("outcome.py", "errors.py", "aws_errors.py")
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9]+(?:'[a-z]+)?")
_DOMAIN = re.compile(
    r"\b(?:[a-z0-9-]+\.)+(?:com|net|org|jp|de|fr|ru|io|us|cn|uk|kr|nl|ch|it|br|pl|eu)\b"
)
SECOND_LEVEL = frozenset({"co", "com", "org", "net", "ac", "gov", "edu", "or", "ne", "gob", "go"})
"""Under a country's two letters these are nobody's own, such as ``co.uk``."""
_MADE_UP = ("example", "test", "invalid")
_LEAST = 2


@cache
def known_words() -> frozenset[str]:
    """In lower case."""
    return frozenset(
        word.lower() for text in _texts() for word in _WORD.findall(text) if len(word) >= _LEAST
    )


@cache
def known_domains() -> frozenset[str]:
    """Domains of providers that rules know, in lower case: the last two labels of each."""
    found = set()
    for text in _texts():
        for name in _DOMAIN.findall(text.lower()):
            labels = name.split(".")
            if not any(label.startswith(_MADE_UP) for label in labels):
                found.add(".".join(labels[-2:]))
    return frozenset(one for one in found if one.partition(".")[0] not in SECOND_LEVEL)


@cache
def _texts() -> tuple[str, ...]:
    root = files("sendas")
    texts = [text for room in _ROOMS for text in _sources(root / room)]
    return (*texts, *((root / name).read_text("utf-8") for name in _FILES))


def _sources(folder: Traversable) -> Iterator[str]:
    for one in folder.iterdir():
        if one.is_dir() and not one.name.startswith("__"):
            yield from _sources(one)
        elif one.name.endswith(".py"):
            yield one.read_text("utf-8")
