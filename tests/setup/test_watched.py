"""Whose keys the watcher looks at: all of them, by an object in the bucket, however many."""

import pytest

from sendas.config.load import parse_config
from sendas.setup.stack.watched import sending_users
from sendas.setup.template.whole import wanted_of
from sendas.watch.decide.settings import MalformedUsers, format_users, read_users


@pytest.mark.parametrize("count", [1, 70, 400])
def test_the_users_come_out_as_they_went_in(count: int) -> None:
    """Both of each mailbox's pair, and one that stood before: none is left out."""
    boxes = "".join(
        f'[[domain.mailbox]]\nname = "box{number}"\nto = ["owner@gmail.com"]\nsend = "smtp"\n'
        for number in range(count)
    )
    text = (
        'region = "us-east-1"\n[[domain]]\nname = "mail.example.com"\n'
        '[[domain.mailbox]]\nname = "old"\nto = ["owner@gmail.com"]\nsend = "smtp"\n'
        f'user = "before"\n{boxes}'
    )
    config = parse_config(text)
    (domain,) = config.domains
    users = sending_users(domain)

    assert users == read_users(format_users(users))
    assert users == wanted_of(config, domain, "code", "code").watched("123456789012").users
    assert {"before", "sendas-box0@mail.example.com"} < set(users)
    assert 2 * count < len(users)


@pytest.mark.parametrize(
    "content",
    [
        b"", b"[]", b"{}", b'{"users": []}', b'{"schema": "sendas.watched-users/2", "users": []}',
        b'{"schema": "sendas.watched-users/1", "users": ["a b"]}',
        b'{"schema": "sendas.watched-users/1", "users": [1]}', b"[" * 100_000,
    ],
)  # fmt: skip
def test_what_is_no_list_of_users_is_refused(content: bytes) -> None:
    """An object that says nothing is not "nobody's key is old"."""
    with pytest.raises(MalformedUsers):
        read_users(content)
