"""docs/lab-recorded.md, made from the cases: what is the same, what differs, what is left out."""

import json

from pathlib import Path
from typing import Any

from tests.lab.recorded.replay import differs, files


_HEAD = """\
# The lab against recordings of AWS

Made by `python -m tests.lab.recorded.table`; do not edit. Answers that AWS gave to LocalStack's
tests (`*.snapshot.json`, commit 8b9a79f05846835cf4dff63ab7eefdde9df83783, Apache-2.0), asked
again of the lab over HTTP with botocore by `tests/lab/recorded`. *Same* is status, error code,
text, keys and values after placeholders. An answer is left out where the recording is not what a
call answered, or how it was asked is not known; each has its reason below. Tests of what sendas
does not use (FIFO, push, SMS, HTTP, metrics, multipart) are asked with SENDAS_RECORDED=all alone.

"""


def page() -> str:
    """The whole page."""
    known = {
        name: {key: why for why, answers in reasons.items() for key in answers}
        for name, reasons in differs().items()
    }
    parts = [_HEAD, "| recordings | same | differs | left out |\n|---|---|---|---|\n"]
    for name, file in files().items():
        asked = _keys(file)
        other = len(known[name])
        answers = sum(len(case.get("left_out", {})) for case in file["cases"])
        gone = len(file["left_out"])
        parts.append(
            f"| {name} (`{file['source']}`) | {asked - other} of {asked} | {other} |"
            f" {answers} answers, {gone} whole tests |\n"
        )
    parts += _unseen()
    parts.append("\n## What differs, and why\n")
    for name in files():
        reasons = set(known[name].values())
        if reasons:
            parts.append(f"\n### {name}\n\n| why | answers |\n|---|---|\n")
            parts += [f"| {why} | {_shown(known[name], why)} |\n" for why in sorted(reasons)]
    parts.append("\n## What is left out, and why\n")
    for name, file in files().items():
        parts.append(f"\n### {name}\n\n| why | tests |\n|---|---|\n")
        left = dict(file["left_out"])
        for case in file["cases"]:
            for key, why in case.get("left_out", {}).items():
                left[f"{case['test']}, {key}"] = why
        parts += [f"| {why} | {_shown(left, why)} |\n" for why in sorted(set(left.values()))]
    return "".join(parts)


_UNSEEN = """
## Recordings that nobody looked at

More of LocalStack's tests, at the same commit, were run as they are against the lab (their code is
not here), once before anything was mended for them and once after. A third of them, chosen by the
SHA-256 of the test's name, was only counted: nothing was mended for an answer of theirs (that
enums are told in the order of a hash table was checked in all). *Same* is as above; what was not
reached, since a test failed before it, is not the same. Waiting was cut short, which some tests do
not bear. Measured {at}.

| recordings | unseen, before | unseen, after | looked at, before | looked at, after |
|---|---|---|---|---|
"""


def _unseen() -> list[str]:
    """What was measured of recordings that are not among the cases."""
    told = json.loads(Path(__file__).with_name("unseen.json").read_text("utf-8"))
    rows = [
        f"| {name} | " + " | ".join(f"{same} of {asked}" for same, asked in figures) + " |\n"
        for name, figures in told["figures"].items()
    ]
    return [_UNSEEN.format(at=told["measured"]), *rows]


def _keys(file: dict[str, Any]) -> int:
    return sum(len(step.get("recorded", ())) for case in file["cases"] for step in case["steps"])


def _shown(reasons: dict[str, str], why: str) -> str:
    named = sorted(key for key, reason in reasons.items() if reason == why)
    return ", ".join(f"`{name.replace('|', chr(92) + '|')}`" for name in named)


if __name__ == "__main__":
    (Path(__file__).parents[3] / "docs" / "lab-recorded.md").write_text(page(), encoding="utf-8")
