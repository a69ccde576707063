"""What every test may lean on: where the shared corpora are, and which peers there are."""

import os

from pathlib import Path

import pytest

from hypothesis import HealthCheck, settings


# A loaded machine is slow, not wrong: speed is measured in bench/.
settings.register_profile(
    "sendas", deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)
settings.load_profile("sendas")

ROOT = Path(__file__).parents[1]

pytest_plugins = ["sendas.play.testing", "name_servers", "typed"]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Options of the whole suite."""
    parser.addoption(
        "--no-skipped-peers",
        action="store_true",
        help="a peer that is not installed fails its tests instead of skipping them",
    )
    parser.addoption(
        "--live",
        action="store_true",
        help="also ask the AWS account of the environment (read-only)",
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Live tests run only when asked for."""
    if config.getoption("--live"):
        return
    for item in items:
        if item.get_closest_marker("live"):
            item.add_marker(pytest.mark.skip(reason="asks a real AWS account: opt in with --live"))


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The corpora beside the checkout; a test that needs them is skipped without."""
    folder = Path(os.environ.get("SENDAS_SHARED", ROOT.parent / "shared")) / "data"
    if not folder.is_dir():
        pytest.skip(f"no corpora at {folder}: set SENDAS_SHARED")
    return folder
