"""The names of a policy's statements: IAM refuses a policy in which two are alike."""

from collections.abc import Iterator, Sequence
from itertools import combinations

import pytest

from hypothesis import given
from hypothesis import strategies as st

from sendas.iam.rights import EVERYWHERE, Right, Role, When, policy_of, rights_of
from sendas.operator.table import RIGHTS


def sids(rights: Sequence[Right], role: Role, when: Sequence[When] = tuple(When)) -> list[str]:
    """Of the role's policy."""
    statements = policy_of(rights, role, EVERYWHERE, when)["Statement"]
    return [one["Sid"] for one in statements]  # type: ignore[attr-defined]  # a list


def configurations(role: Role) -> Iterator[tuple[When, ...]]:
    """Every choice of what a domain may want that matters to the role."""
    known = sorted({right.when for right in rights_of(RIGHTS, [role])})
    for size in range(len(known) + 1):
        yield from combinations(known, size)


@pytest.mark.parametrize("role", Role)
def test_no_two_statements_of_a_role_are_called_alike(role: Role) -> None:
    """Whatever the domain wants: one for each right, each with a name of its own."""
    for when in configurations(role):
        found = sids(RIGHTS, role, when)
        wanted = [right for right in rights_of(RIGHTS, [role]) if right.when in when]

        assert len(wanted) == len(found)
        assert len(found) == len({one.casefold() for one in found}), when


@pytest.mark.parametrize("role", Role)
def test_no_two_rights_of_a_role_have_one_reason(role: Role) -> None:
    """A number would be a poor name: it tells nobody what the right is for."""
    assert [] == [sid for sid in sids(RIGHTS, role) if sid[-1].isdigit()]


@given(st.lists(st.sampled_from(["Set up", "Setup", "set-up", "Set up 2", "Setup 22", "Sét up"])))
def test_reasons_that_look_alike_make_names_that_do_not(reasons: list[str]) -> None:
    """Also where a name with a number is another's name already."""
    rights = [Right(why, ("s3:GetObject",), ("*",), (Role.WATCHER,)) for why in reasons]
    found = sids(rights, Role.WATCHER)

    assert len(reasons) == len({one.casefold() for one in found})
    assert all(one.isascii() and one.isalnum() for one in found)


def test_the_first_of_a_name_keeps_it() -> None:
    """So that a role that stands does not change because another right was added behind."""
    right = Right("Read it", ("s3:GetObject",), ("*",), (Role.WATCHER,))

    assert ["ReadIt", "ReadIt2", "ReadIt3"] == sids([right] * 3, Role.WATCHER)
