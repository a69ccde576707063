"""The table of what goes wrong in a rotation: every known failure, each with tests that exist."""

import re

from pathlib import Path


ROOT = Path(__file__).parents[2]
MODES = (ROOT / "docs/facts/rotation.md").read_text().partition("### 17.4 ")[2]
TABLE = (ROOT / "docs/credentials.md").read_text().partition("### What goes wrong")[2]
ROWS = re.findall(r"^\| (?!failure|-)(.+?) \| .+? \| (.+?) \|$", TABLE, re.MULTILINE)


def test_every_failure_mode_that_is_known_is_played() -> None:
    """FACTS 17.4, word for word."""
    listed = MODES.partition("\n")[2].strip().partition("\n")[0].rstrip(".")
    modes = {mode.strip() for mode in listed.split(";")}

    assert 12 == len(modes)
    assert modes <= {failure for failure, _ in ROWS}


def test_the_tests_exist() -> None:
    """Each is a function of a module of tests."""
    written = "\n".join(
        path.read_text()
        for room in ("credentials", "peers")
        for path in (ROOT / "tests" / room).glob("test_*.py")
    )
    named = {name for _, tests in ROWS for name in re.findall(r"`(\w+)`", tests)}

    assert len(ROWS) <= sum(len(re.findall(r"`(\w+)`", tests)) for _, tests in ROWS)
    assert set() == {name for name in named if f"def {name}(" not in written}
