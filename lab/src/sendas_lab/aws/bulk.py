"""The data of one mail of a bulk send."""

import json


def merged(default: str | None, replacement: str | None) -> str:
    """The default data with the destination's own over it; what is no JSON is left as it is."""
    try:
        return json.dumps({**json.loads(default or "{}"), **json.loads(replacement or "{}")})
    except (ValueError, TypeError):
        return replacement or default or "{}"
