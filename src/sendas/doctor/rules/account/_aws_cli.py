"""Commands as an owner types them: lines for the AWS CLI, quoted for a POSIX shell."""

import json
import shlex

from collections.abc import Mapping, Sequence


Option = str | bool | Mapping[str, object] | Sequence[object]
"""A text, a flag (True: alone, False: left out), or what becomes JSON."""


def aws(operation: str, *, region: str | None = None, **options: Option) -> str:
    """One line: ``aws sesv2 get-account --region us-east-1``.

    *operation* is service and operation; *options* become ``--long-names`` in
    the order given.
    """
    words = ["aws", *operation.split()]
    if region:
        words += ["--region", region]
    for name, value in options.items():
        if value is False:
            continue
        words.append(f"--{name.replace('_', '-')}")
        if value is not True:
            words.append(shlex.quote(value if isinstance(value, str) else compact(value)))
    return " ".join(words)


def compact(document: object) -> str:
    """JSON on one line, without blanks."""
    return json.dumps(document, separators=(",", ":"))
