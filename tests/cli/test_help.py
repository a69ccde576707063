"""Every help page: examples that can be typed, words for values, names that agree across verbs."""

import re
import shlex

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import pytest
import typer

from sendas.cli import VERBS, app


def walk(command: Any, names: tuple[str, ...], parent: Any) -> Iterator[tuple[Any, Any]]:  # noqa: ANN401  typer's
    """Every command under *command*, with its context."""
    context = command.make_context(names[-1], [], parent=parent, resilient_parsing=True)
    yield command, context
    for name in command.list_commands(context) if hasattr(command, "list_commands") else ():
        yield from walk(command.get_command(context, name), (*names, name), context)


PAGES = {
    context.command_path: (command, context)
    for command, context in walk(typer.main.get_command(app), ("sendas",), None)
}


def test_the_walk_finds_every_verb() -> None:
    """Else nothing below would be about all of them."""
    assert {f"sendas {verb}" for verb in VERBS} < set(PAGES)
    assert "sendas mail routes put" in PAGES


@pytest.mark.parametrize("path", PAGES)
def test_a_page_has_an_example_that_can_be_typed(path: str) -> None:
    """Its options and arguments are read as those of the command that it names."""
    command, context = PAGES[path]
    page = command.get_help(context)
    examples = re.findall(r"Example: (sendas .*(?:\n {2}\S.*)*)", page)

    assert examples, page
    for example in examples:
        words = shlex.split(example.replace("\n", " "), comments=True)
        assert words[: len(path.split())] == path.split()
        at = 1
        while at < len(words) and " ".join(words[: at + 1]) in PAGES:
            at += 1
        named, _ = PAGES[" ".join(words[:at])]
        named.make_context(named.name, words[at:])  # raises where it cannot be typed


@pytest.mark.parametrize("path", PAGES)
def test_a_page_has_no_python_in_it(path: str) -> None:
    """No ``<int range>``, no ``<list[str]>``, no ``0<=x<=600``."""
    command, context = PAGES[path]
    page = command.get_help(context)

    assert not re.search(r"<[^>]*>|<=|\[str\]|\bstr\b|\bint\b|\bfloat\b|%Y", page), page
    assert not re.search(r"Usage:.*[{}]|\[\[", page)


SAME_NAME = {
    # (option, where it is something else): why that is right
    ("--since", "sendas gmail confirm"): "hours back, not a time",
    ("--account", "sendas gmail confirm"): "a Gmail account, not one of AWS",
    ("--bucket", "sendas gmail confirm"): "with a prefix, since a probe is looked for there",
    ("--bucket", "sendas gmail verify"): "the same",
    ("--mailbox", "sendas init"): "a mailbox and its targets",
    ("--only", "sendas doctor"): "rules and layers, not what became of mails",
    ("--to", "sendas mail list"): "any part of an address",
    ("--format", "*"): "each verb has formats of its own",
}


def test_an_option_is_the_same_in_every_verb() -> None:
    """One short form, one word for its value, for `--config` as for `--yes`."""
    forms: dict[str, dict[tuple[object, ...], list[str]]] = defaultdict(lambda: defaultdict(list))
    for path, (command, context) in PAGES.items():
        for param in command.get_params(context):
            if param.param_type_name != "option":
                continue
            long = max(param.opts, key=len)
            if {(long, path), (long, "*")} & SAME_NAME.keys():
                continue
            value = None if param.is_flag else param.metavar
            forms[long][tuple(sorted(param.opts)), param.is_flag, value].append(path)
    differing = {name: dict(found) for name, found in forms.items() if len(found) > 1}

    assert {} == differing


def test_the_domain_is_spelled_alike() -> None:
    """One word for the argument in every usage line."""
    spelled = {
        param.metavar
        for command, context in PAGES.values()
        for param in command.get_params(context)
        if param.param_type_name == "argument" and param.name == "domain"
    }

    assert {"DOMAIN"} == spelled
