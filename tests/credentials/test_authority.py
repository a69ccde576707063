"""Who may send as what: decided from documents, no name counts."""

import json

from datetime import UTC, datetime

import pytest

from sendas.credentials.decide.authority import (
    SMTP_ACTION,
    assumed_by,
    beyond_sending,
    foreign_senders,
    may_send,
)
from sendas.iam.condition import MalformedPolicy
from sendas.iam.policy import PolicyDocument, Source
from sendas.iam.principal import Kind, Principal
from sendas.ses.identity import Dkim, Identity
from sendas.ses.regions import Region


NOW = datetime(2026, 11, 29, 10, 0, tzinfo=UTC)
ACCOUNT = "123456789012"
HERE = Region("us-east-1")


def identity(name: str = "example.com", **policies: object) -> Identity:
    """A verified identity."""
    texts = {key: json.dumps(value) for key, value in policies.items()}
    return Identity(name, HERE, "SUCCESS", True, Dkim("SUCCESS", True, ()), policies=texts)  # noqa: FBT003  fields


def policy(*statements: dict[str, object]) -> dict[str, object]:
    """A document."""
    return {"Version": "2012-10-17", "Statement": list(statements)}


def allow(action: str | list[str] = SMTP_ACTION, **more: object) -> dict[str, object]:
    """An Allow of everything but what *more* says."""
    return {"Effect": "Allow", "Action": action, "Resource": "*", **more}


def user(*documents: dict[str, object], boundary: dict[str, object] | None = None) -> Principal:
    """A user whose inline policies those are."""
    held = [
        PolicyDocument(f"p{n}", Source.INLINE, json.dumps(d), "office")
        for n, d in enumerate(documents)
    ]
    if boundary:
        held.append(PolicyDocument("bound", Source.BOUNDARY, json.dumps(boundary), "office"))
    return Principal(Kind.USER, "office", f"arn:aws:iam::{ACCOUNT}:user/office", tuple(held))


def ways(principal: Principal, *identities: Identity) -> list[tuple[str, ...]]:
    """The addresses that it may send as."""
    found = may_send(principal, identities or (identity(),), ACCOUNT, NOW)
    return [way.addresses for way in found]


def from_(operator: str, *values: str) -> dict[str, object]:
    """A condition on the address in From."""
    return {"Condition": {operator: {"ses:FromAddress": list(values)}}}


@pytest.mark.parametrize(
    ("statements", "addresses"),
    [
        ([allow()], [("*@example.com",)]),
        ([allow("*")], [("*@example.com",)]),
        ([allow("ses:SendEmail")], [("*@example.com",)]),
        ([{"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}], [("*@example.com",)]),
        ([allow(**from_("StringEquals", "me@example.com"))], [("me@example.com",)]),
        ([allow(**from_("StringLike", "shop-*@example.com"))], [("shop-*@example.com",)]),
        ([allow(**from_("StringLike", "*@example.com"))], [("*@example.com",)]),
        ([allow(**from_("StringLike", "me@*.com"))], [("me@*.com",)]),
        ([allow(**from_("StringEquals", "me@example.com", "shop@example.com"))],
         [("me@example.com", "shop@example.com")]),
        # A domain covers its subdomains, and no other domain that ends alike.
        ([allow(**from_("StringEquals", "me@mail.example.com"))], [("me@mail.example.com",)]),
        ([allow(**from_("StringEquals", "me@badexample.com"))], []),
        ([allow("ses:Get*")], []),
        ([allow("s3:*")], []),
        ([allow(), {**allow(), "Effect": "Deny"}], []),
        ([allow(Resource="arn:aws:ses:us-east-1:123456789012:identity/example.net")], []),
        ([allow(Resource="arn:aws:ses:*:123456789012:identity/*")], [("*@example.com",)]),
    ],
)  # fmt: skip
def test_as_what_a_user_may_send(
    statements: list[dict[str, object]], addresses: list[tuple[str, ...]]
) -> None:
    """By the policies alone."""
    assert addresses == ways(user(policy(*statements)))


def test_the_api_alone_is_told_apart() -> None:
    """SMTP takes ses:SendRawEmail: who has SendEmail only cannot log in and send."""
    (api,) = may_send(user(policy(allow("ses:SendEmail"))), [identity()], ACCOUNT, NOW)
    (both,) = may_send(user(policy(allow("ses:Send*"))), [identity()], ACCOUNT, NOW)

    assert (False, True) == (api.smtp, both.smtp)


def test_a_boundary_limits() -> None:
    """The boundary must allow it as well."""
    assert [] == ways(user(policy(allow()), boundary=policy(allow("s3:*"))))
    assert [("*@example.com",)] == ways(user(policy(allow()), boundary=policy(allow("ses:*"))))


def test_a_source_address_is_told_and_not_taken_for_a_refusal() -> None:
    """Whoever may send from one network only may send."""
    only = {
        **allow(),
        "Effect": "Deny",
        "Condition": {"NotIpAddress": {"aws:SourceIp": "192.0.2.0/24"}},
    }
    (way,) = may_send(user(policy(allow(), only)), [identity()], ACCOUNT, NOW)

    assert "if aws:SourceIp is 192.0.2.0 or its like" == way.needs


def test_what_has_run_out_lets_nobody_send() -> None:
    """A policy may end on a day; the moment is known."""
    ended = {"Condition": {"DateLessThan": {"aws:CurrentTime": "2026-01-01T00:00:00Z"}}}

    assert [] == ways(user(policy(allow(**ended))))


def test_an_identity_s_policy_lets_a_user_send_who_has_none() -> None:
    """A sending authorization policy to the user itself is enough within the account."""
    nobody = user()
    grant = policy(
        {**allow("ses:SendEmail"), "Principal": {"AWS": nobody.arn}, "Resource": "*"},
    )

    assert [("*@example.com",)] == ways(nobody, identity(partner=grant))


def test_an_address_identity_is_that_address() -> None:
    """Nothing else can be sent from it."""
    assert [("me@example.net",)] == ways(user(policy(allow())), identity("me@example.net"))


def test_tags_of_the_user_count() -> None:
    """A condition on the caller's own tags is known, not open."""
    tagged = {"Condition": {"StringEquals": {"aws:PrincipalTag/mail": "yes"}}}
    bare = user(policy(allow(**tagged)))
    with_tag = Principal(bare.kind, bare.name, bare.arn, bare.documents, tags={"mail": "yes"})
    other = Principal(bare.kind, bare.name, bare.arn, bare.documents, tags={"mail": "no"})

    assert [("*@example.com",)] == ways(with_tag)
    assert [] == ways(other)


def test_a_policy_that_cannot_be_read_is_no_answer() -> None:
    """Nothing is known of the user: neither that it may, nor that it may not."""
    broken = Principal(Kind.USER, "x", f"arn:aws:iam::{ACCOUNT}:user/x",
                       (PolicyDocument("p", Source.INLINE, "{", "x"),))  # fmt: skip

    with pytest.raises(MalformedPolicy):
        may_send(broken, [identity()], ACCOUNT, NOW)


@pytest.mark.parametrize(
    ("statements", "boundary", "beyond"),
    [
        ([allow(["ses:SendEmail", "ses:SendRawEmail"])], None, ()),
        ([allow("ses:*")], None, ("ses:*",)),
        ([allow("*")], None, ("*",)),
        ([allow(["ses:Send*", "s3:GetObject"])], None, ("s3:GetObject",)),
        ([allow("ses:*")], policy(allow("ses:Send*")), ()),
        ([allow("*"), {**allow("*"), "Effect": "Deny"}], None, ()),
        ([{"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}], None,
         ("anything but iam:*",)),
    ],
)  # fmt: skip
def test_rights_beyond_sending(
    statements: list[dict[str, object]],
    boundary: dict[str, object] | None,
    beyond: tuple[str, ...],
) -> None:
    """What is allowed and not needed; what a boundary takes away again does not count."""
    assert beyond == beyond_sending(user(policy(*statements), boundary=boundary), ACCOUNT, NOW)


@pytest.mark.parametrize(
    ("principal", "strangers"),
    [
        ("*", ("*",)),
        ({"AWS": "210987654321"}, ("210987654321",)),
        ({"AWS": ["arn:aws:iam::210987654321:user/x", f"arn:aws:iam::{ACCOUNT}:user/y"]},
         ("arn:aws:iam::210987654321:user/x",)),
        ({"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, ()),
        ({"AWS": ACCOUNT}, ()),
        ({"Service": "events.amazonaws.com"}, ("events.amazonaws.com",)),
    ],
)  # fmt: skip
def test_other_accounts_that_an_identity_lets_send(
    principal: object, strangers: tuple[str, ...]
) -> None:
    """Its policy alone lets anybody outside send (FACTS 4)."""
    grant = policy({**allow("ses:SendEmail"), "Principal": principal})
    found = foreign_senders([identity(partner=grant)], ACCOUNT)

    assert strangers == tuple(name for one in found for name in one.principals)


def test_a_policy_that_lets_them_look_only_is_none() -> None:
    """Reading is not sending."""
    grant = policy({**allow("ses:GetEmailIdentity"), "Principal": "*"})

    assert () == foreign_senders([identity(partner=grant)], ACCOUNT)


def test_who_takes_on_a_role() -> None:
    """By its trust policy."""
    trust = policy(
        {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"},
         "Action": "sts:AssumeRole"},
    )  # fmt: skip
    role = Principal(Kind.ROLE, "r", f"arn:aws:iam::{ACCOUNT}:role/r", trust=json.dumps(trust))

    assert ("lambda.amazonaws.com",) == assumed_by(role)
