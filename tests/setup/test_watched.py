"""What the watcher is told by its environment: every user, or as many as it holds."""

import pytest

from sendas.config.load import parse_config
from sendas.setup.stack.watched import environment_of, sending_users
from sendas.setup.template.whole import wanted_of
from sendas.watch.daily.settings import read_watched


ENVIRONMENT_BYTES = 4096
"""Lambda guide, "Quotas": all variables together."""


@pytest.mark.parametrize(("count", "all_of_them"), [(1, True), (70, True), (400, False)])
def test_the_users_come_out_as_they_went_in(count: int, *, all_of_them: bool) -> None:
    """Both of each mailbox's pair, one that stood before, and never more than Lambda takes."""
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
    watched = wanted_of(config, domain, "code", "code").watched("123456789012")
    environment = {
        **environment_of(watched),
        "SENDAS_BUCKET": watched.settings.bucket,
        "AWS_REGION": "us-east-1",
    }

    assert watched.users == read_watched(environment).users
    assert all_of_them is (sending_users(domain) == watched.users)
    assert sum(len(name) + len(value) for name, value in environment.items()) < ENVIRONMENT_BYTES
