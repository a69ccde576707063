"""Regular expressions that few reports need: compiled when first asked for."""

import re

from functools import cache


@cache
def lazily(pattern: str) -> re.Pattern[str]:
    """The compiled *pattern*, which takes no notice of case."""
    return re.compile(pattern, re.IGNORECASE)


@cache
def lowered(pattern: str) -> re.Pattern[str]:
    """The compiled *pattern* for text that is in lower case already, which is found faster."""
    return re.compile(pattern)
