"""What `destroy` does with users and secrets that mailboxes have beside the stack."""

from dataclasses import replace

import pytest

from owner_setup import Killed, Mortal, Owner

from sendas.config.model import ConfiguredDomain, Mailbox, SendWay
from sendas.setup.leftovers import Found, Leftovers, leftovers


POLICY = (
    '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"ses:Send*","Resource":"*"}]}'
)
TAG = "sendas:address"


def test_ours_go_and_others_are_named(owner_domain: ConfiguredDomain) -> None:
    """By the tag, not by the name alone; a user that stood before sendas stays."""
    found = Found(
        secrets={"sendas/smtp/me@example.com": {TAG: "me@example.com", "sendas:found": "hand"}},
        users={
            "sendas-me@example.com": {TAG: "me@example.com"},
            "sendas-me@example.com=b": {TAG: "me@example.com"},
            "sendas-info@example.com": {},
            "sendas-x@example.net": {TAG: "x@example.net"},
        },
    )

    left = leftovers(owner_domain, found, ["Sendas-me@example.com"])

    assert ("sendas-me@example.com=b",) == left.users
    assert ("sendas/smtp/me@example.com",) == left.secrets
    assert ["hand", "sendas-info@example.com:", "sendas-x@example.net:"] == [
        one.split()[2] for one in left.kept
    ]


def test_nothing_left(owner_domain: ConfiguredDomain) -> None:
    """An account without any."""
    assert Leftovers() == leftovers(owner_domain, Found(), ["sendas-me@example.com"])


def furnish(owner: Owner) -> None:
    """The second user of a pair, a mailbox that sends otherwise now, and others' things."""
    for user, address in (
        ("sendas-me@example.com=b", "me@example.com"),
        ("sendas-news@example.com", "news@example.com"),
        ("sendas-hand@example.com", None),
        ("sendas-me@example.net", "me@example.net"),
    ):
        tags = [{"Key": TAG, "Value": address}] if address else []
        owner.call("iam", "CreateUser", UserName=user, Tags=tags)
        owner.call("iam", "CreateAccessKey", UserName=user)
        owner.call("iam", "PutUserPolicy", UserName=user, PolicyName="send", PolicyDocument=POLICY)
    for address in ("me@example.com", "news@example.com", "me@example.net"):
        owner.call(
            "secretsmanager", "CreateSecret", Name=f"sendas/smtp/{address}", SecretString="x",
            Tags=[{"Key": TAG, "Value": address}],
        )  # fmt: skip


def what_is_left(owner: Owner) -> tuple[list[str], list[str]]:
    """Users, and secrets of mailboxes, by AWS's own answer."""
    users = [one["UserName"] for one in owner.call("iam", "ListUsers")["Users"]]
    listed = owner.call("secretsmanager", "ListSecrets")["SecretList"]
    return sorted(users), sorted(s["Name"] for s in listed if s["Name"].startswith("sendas/smtp"))


def test_destroy_takes_both_users_of_each_pair(
    owner: Owner, owner_domain: ConfiguredDomain
) -> None:
    """And the secrets; another domain's, and what lacks our tag, stay."""
    owner.apply(owner_domain)
    furnish(owner)

    owner.destroy(owner_domain)

    users, secrets = what_is_left(owner)
    assert ["sendas-hand@example.com", "sendas-me@example.net"] == users
    assert ["sendas/smtp/me@example.net"] == secrets


@pytest.mark.parametrize("before", [True, False], ids=["before", "after"])
def test_killed_and_repeated_it_ends_the_same(
    owner: Owner, owner_domain: ConfiguredDomain, *, before: bool
) -> None:
    """Whichever of its last calls it dies at."""
    alone = replace(owner_domain, mailboxes=(Mailbox("me", keep=True, send=SendWay.NONE),))
    furnish(owner)
    counting = Mortal(owner.lab.session())
    owner.destroy(alone, counting)
    wanted = what_is_left(owner)
    for at in range(max(1, counting.calls - 12), counting.calls + 1, 3):
        owner.lab.reset()
        owner.delegate(domain="example.com")
        furnish(owner)
        with pytest.raises(Killed):
            owner.destroy(alone, Mortal(owner.lab.session(), at=at, before=before))
        owner.destroy(alone)

        assert wanted == what_is_left(owner), at
