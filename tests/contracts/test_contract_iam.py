"""IAM and STS as our gateways see them."""

import json

from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

import pytest

from sendas.aws import principals
from sendas.iam.policy import PolicyDocument, Source


Account: TypeAlias = Any
"""A type of conftest, which pytest's importlib mode keeps to itself."""

Clients: TypeAlias = Callable[[str], Any]
USER = "contract-alice"
NOBODY = "sendas-contract-nobody"


def test_the_caller_is_known(account: Account) -> None:
    """Twelve digits, an ARN of that account, and the key in use."""
    seen = account.gateways.caller(account.region)

    assert 12 == len(seen.account_id)
    assert seen.account_id.isdigit()
    assert f":{seen.account_id}:" in seen.arn
    assert seen.key_id is not None


def test_nobody_has_no_keys(account: Account) -> None:
    """A user who does not exist is told apart from one who may not be asked about."""
    gateways, region = account.gateways, account.region

    assert gateways.user_exists(region, NOBODY) is False
    assert gateways.user_exists(region, "me@example.com no user's name") is False
    assert () == gateways.keys_of(region, NOBODY)
    assert () == gateways.policies_of(region, NOBODY)


def test_a_key_that_is_not_the_account_s_has_no_owner(account: Account) -> None:
    """A deleted key, or somebody else's: whichever way IAM says it, None."""
    assert account.gateways.owner_of(account.region, "AKIAIOSFODNN7EXAMPLE") is None


def policy(action: str) -> str:
    """A policy that allows one action."""
    statement = {"Effect": "Allow", "Action": action, "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


@pytest.fixture
def alice(client: Clients) -> Iterator[tuple[str, str]]:
    """A user with two keys and a policy from every side; gives the keys' ids."""
    iam = client("iam")
    arns = {
        name: iam.create_policy(PolicyName=name, PolicyDocument=policy(action))["Policy"]["Arn"]
        for name, action in (
            ("contract-managed", "ses:SendEmail"), ("contract-limit", "ses:*"),
            ("contract-shared", "ses:SendBulkEmail"),
        )
    }  # fmt: skip
    iam.create_user(UserName=USER, PermissionsBoundary=arns["contract-limit"])
    iam.put_user_policy(UserName=USER, PolicyName="own", PolicyDocument=policy("ses:SendRawEmail"))
    iam.attach_user_policy(UserName=USER, PolicyArn=arns["contract-managed"])
    iam.create_group(GroupName="contract-mail")
    iam.put_group_policy(
        GroupName="contract-mail", PolicyName="ours", PolicyDocument=policy("ses:Get*")
    )
    iam.attach_group_policy(GroupName="contract-mail", PolicyArn=arns["contract-shared"])
    iam.add_user_to_group(GroupName="contract-mail", UserName=USER)
    old, new = (iam.create_access_key(UserName=USER)["AccessKey"]["AccessKeyId"] for _ in "ab")
    iam.update_access_key(UserName=USER, AccessKeyId=old, Status="Inactive")
    yield old, new
    for key_id in (old, new):
        iam.delete_access_key(UserName=USER, AccessKeyId=key_id)
    iam.delete_user_policy(UserName=USER, PolicyName="own")
    iam.detach_user_policy(UserName=USER, PolicyArn=arns["contract-managed"])
    iam.remove_user_from_group(GroupName="contract-mail", UserName=USER)
    iam.delete_group_policy(GroupName="contract-mail", PolicyName="ours")
    iam.detach_group_policy(GroupName="contract-mail", PolicyArn=arns["contract-shared"])
    iam.delete_group(GroupName="contract-mail")
    iam.delete_user(UserName=USER)
    for arn in arns.values():
        iam.delete_policy(PolicyArn=arn)


def test_keys_and_their_states(lab_account: Account, alice: tuple[str, str]) -> None:
    """A key leads to its user; each key says whether it is active and when it was made."""
    old, new = alice
    gateways, region = lab_account.gateways, lab_account.region

    assert USER == gateways.owner_of(region, old) == gateways.owner_of(region, new)
    assert gateways.user_exists(region, USER) is True
    keys = gateways.keys_of(region, USER)
    assert {old: False, new: True} == {key.key_id: key.active for key in keys}
    assert all(key.user == USER and key.created for key in keys)


@pytest.mark.usefixtures("alice")
def test_every_document_that_binds(lab_account: Account) -> None:
    """Inline, managed, and the group's two."""
    documents = lab_account.gateways.policies_of(lab_account.region, USER)

    assert {
        ("own", Source.INLINE, USER, "ses:SendRawEmail"),
        ("contract-managed", Source.MANAGED, USER, "ses:SendEmail"),
        ("ours", Source.GROUP, "contract-mail", "ses:Get*"),
        ("contract-shared", Source.GROUP, "contract-mail", "ses:SendBulkEmail"),
    } == {
        (d.name, d.source, d.holder, allowed(d))
        for d in documents
        if d.source is not Source.BOUNDARY
    }


@pytest.mark.usefixtures("alice")
def test_the_boundary_binds(lab_account: Account) -> None:
    """The permissions boundary is among the documents, marked as what it is."""
    documents = lab_account.gateways.policies_of(lab_account.region, USER)

    assert ["contract-limit"] == [d.name for d in documents if d.source is Source.BOUNDARY]


@pytest.mark.usefixtures("alice")
def test_the_whole_account_tells_what_single_questions_tell(lab_account: Account) -> None:
    """GetAccountAuthorizationDetails against ten questions for each user: the same documents."""
    session, region = lab_account.gateways.session, lab_account.region
    (alice,) = [p for p in principals.principals(session, region) if p.name == USER]
    documents = lab_account.gateways.policies_of(region, USER)

    assert set(map(repr, documents)) == set(map(repr, alice.documents))


def test_root_and_keys(lab_account: Account, alice: tuple[str, str]) -> None:
    """Root has no key; of two keys that nobody used IAM says so, and not nothing."""
    session, region = lab_account.gateways.session, lab_account.region

    assert principals.has_root_key(session, region) is False
    keys = principals.keys_in_use(session, region, USER)
    assert dict(zip(alice, (False, True), strict=True)) == {k.key_id: k.active for k in keys}
    assert [None, None] == [key.used for key in keys]
    assert () == principals.keys_in_use(session, region, NOBODY)


def allowed(document: PolicyDocument) -> str:
    """The one action that a document of these tests allows."""
    action: str = json.loads(document.text)["Statement"][0]["Action"]
    return action
