"""The corpus of odd mails, by name, for every test that asks for one."""

import importlib.util

from pathlib import Path
from types import ModuleType

import pytest


def load_messages() -> ModuleType:
    """The corpus's module; tests are no package, so it is loaded by its path."""
    path = Path(__file__).parent / "corpus" / "messages.py"
    spec = importlib.util.spec_from_file_location("sendas_corpus_messages", path)
    if spec is None or spec.loader is None:
        raise ImportError(path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


MESSAGES = load_messages()


@pytest.fixture(scope="session")
def messages() -> ModuleType:
    """The corpus's module: `corpus()`, `as_stored()`, `mail()`, `FROM_FIELDS`."""
    return MESSAGES


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test that takes ``odd_mail`` runs once for each mail of the corpus."""
    if "odd_mail" in metafunc.fixturenames:
        found = MESSAGES.corpus()
        metafunc.parametrize("odd_mail", list(found.values()), ids=list(found))
