"""Every value is the one that parsedmarc reads, on every file that both read.

``parsedmarc.json`` holds what parsedmarc said, written by ``tests/peers/test_parsedmarc.py``
(with SENDAS_WRITE_PARSEDMARC=1); of the shared corpus, whose contents are not ours, only a
digest of the values, by a digest of the file.
"""

import json

from pathlib import Path
from typing import Any

import pytest

from beside_parsedmarc import MADE, alike, digest, mark, ours


EXPECTED: dict[str, Any] = json.loads(Path(__file__).with_name("parsedmarc.json").read_text())


@pytest.mark.parametrize("name", sorted(MADE))
def test_reports_of_our_making_have_parsedmarcs_values(name: str) -> None:
    """Aggregate, failure and TLS reports."""
    (found,) = ours(MADE[name])

    assert EXPECTED["made"][name] in (alike(name, found), digest(alike(name, found)))


def test_every_file_of_the_corpus_has_parsedmarcs_values(shared_data: Path) -> None:
    """24 files of parsedmarc's own samples, the broken ones among them."""
    paths = sorted((shared_data / "reports").glob("*/*"))
    files = {path.name: path.read_bytes() for path in paths}

    found = {
        mark(raw): [digest(alike(name, one)) for one in ours(raw)] for name, raw in files.items()
    }

    assert {key: [value] for key, value in EXPECTED["shared"].items()} == found
