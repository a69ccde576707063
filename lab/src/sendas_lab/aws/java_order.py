"""The order in which AWS's services tell what they hold in Java's hash tables.

Java SE API, `String.hashCode` and `HashMap`; that AWS tells enums, runtimes and parameters
so is seen in every recording but one (docs/lab-aws.md).
"""

from collections.abc import Sequence


def enum_in_order(values: Sequence[str]) -> list[str]:
    """An enum's values as refusals tell them: 32 places, what came last first in each."""
    last_first = values[::-1]
    return sorted(last_first, key=lambda value: _hash_code(value) % 32)


def hash_map_place(text: str, held: int) -> int:
    """Where a HashMap of *held* texts has this one: 16 places, or more when they fill up."""
    places = 16
    while held > places * 3 // 4:
        places *= 2
    code = _hash_code(text)
    return (code ^ code >> 16) % places


def _hash_code(text: str) -> int:
    """s[0] * 31^(n-1) + ... + s[n-1], as 32 bits without sign."""
    found = 0
    for unit in text:
        found = (31 * found + ord(unit)) & 0xFFFFFFFF
    return found
