"""What policies decide.

Truth: examples and rules of the IAM User Guide ("Policy evaluation logic",
"Permissions boundaries for IAM entities", "Cross-account policy evaluation
logic") and of the SES guide ("Identity-based policy examples", "Sending
authorization policy examples", "Giving permissions to Amazon SES for email
receiving"), with example names.
"""

import json

from typing import Any

import pytest

from hypothesis import given
from hypothesis import strategies as st

from sendas.iam.condition import MalformedPolicy
from sendas.iam.policy import Gap, Outcome, PolicyDocument, Request, Source, decide


IDENTITY = "arn:aws:ses:us-east-1:123456789012:identity/example.com"
OTHER = "arn:aws:ses:us-east-1:123456789012:identity/example.net"
RULE_SET = "arn:aws:ses:us-east-1:123456789012:receipt-rule-set/s"
SET = "arn:aws:ses:us-east-1:123456789012:configuration-set/mail"
USER = "arn:aws:iam::123456789012:user/mail/alice"
FROM_ALICE = {"ses:FromAddress": ("alice@example.com",)}


def document(*statements: dict[str, Any], source: Source = Source.INLINE) -> PolicyDocument:
    """A policy of these statements, named after its source."""
    text = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
    return PolicyDocument(f"{source}-policy", source, text, "alice")


def statement(effect: str = "Allow", action: object = "ses:*", **more: object) -> dict[str, Any]:
    """A statement on everything, unless it says otherwise."""
    return {"Effect": effect, "Action": action, "Resource": "*"} | more


SEND = Request("ses:SendRawEmail", (IDENTITY,), USER, FROM_ALICE)


def test_nothing_allows() -> None:
    """By default everything is denied."""
    assert Outcome.IMPLICIT_DENY is decide([], SEND).outcome


def test_a_single_statement_need_not_be_a_list() -> None:
    """Statement may be one object; actions have no letter case."""
    text = '{"Statement": {"Effect": "Allow", "Action": "SES:sendrawemail", "Resource": "*"}}'

    assert decide([PolicyDocument("p", Source.MANAGED, text)], SEND).allowed


def test_deny_wins() -> None:
    """An explicit deny overrides any allow, wherever it stands, and is named."""
    deny = document(statement("Deny", Sid="NoMail"), source=Source.GROUP)
    decision = decide([document(statement()), deny], SEND)

    assert Outcome.EXPLICIT_DENY is decision.outcome
    assert deny == decision.document
    assert decision.statement is not None
    assert "NoMail" == decision.statement.name


def test_names_what_allows() -> None:
    """The document that allows is part of the answer."""
    group = document(statement(action="ses:Send*"), source=Source.GROUP)

    assert group == decide([document(statement(action="s3:*")), group], SEND).document


@pytest.mark.parametrize(
    ("given_", "gap", "words"),
    [
        (statement(action="ses:SendEmail"), Gap.ACTION, "allows ses:SendEmail only"),
        (statement(Resource=OTHER), Gap.RESOURCE, f"allows {OTHER} only, not {IDENTITY}"),
        (
            statement(Condition={"StringLike": {"ses:FromAddress": "bob@*"}}), Gap.CONDITION,
            "has a condition: ses:FromAddress StringLike bob@*, given alice@example.com",
        ),
        (
            statement(Condition={"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}}), Gap.CONDITION,
            "has a condition: aws:SourceIp IpAddress 192.0.2.0/24, absent",
        ),
    ],
)  # fmt: skip
def test_says_why_an_allow_does_not_apply(given_: dict[str, Any], gap: Gap, words: str) -> None:
    """For every Allow that does not apply: the first thing that stands against it."""
    decision = decide([document(given_)], SEND)
    (miss,) = decision.misses

    assert Outcome.IMPLICIT_DENY is decision.outcome
    assert gap is miss.gap
    assert f"inline-policy (statement 1) {words}" == str(miss)


def test_string_like_minds_letter_case() -> None:
    """``Alice@example.com`` is not ``alice@example.com`` to StringLike (FACTS 4)."""
    condition = {"StringLike": {"ses:FromAddress": "Alice@example.com"}}

    assert not decide([document(statement(Condition=condition))], SEND).allowed


def test_every_resource_must_be_allowed() -> None:
    """SES wants the identity and the configuration set; the refused one is named (FACTS 4)."""
    request = Request("ses:SendRawEmail", (IDENTITY, SET), USER)
    decision = decide([document(statement(Resource=IDENTITY))], request)

    assert Outcome.IMPLICIT_DENY is decision.outcome
    assert SET == decision.resource
    assert decide([document(statement(Resource=[IDENTITY, SET]))], request).allowed


def test_not_action_and_not_resource() -> None:
    """The Not forms mean everything else; guide, "NotAction with Allow"."""
    everything_but_iam = {"Effect": "Allow", "NotAction": "iam:*", "NotResource": SET}

    assert decide([document(everything_but_iam)], SEND).allowed
    assert not decide(
        [document(everything_but_iam)], Request("iam:GetUser", (USER,), USER)
    ).allowed
    assert not decide(
        [document(everything_but_iam)], Request("ses:SendEmail", (SET,), USER)
    ).allowed


def test_user_name_is_known_from_the_arn() -> None:
    """``${aws:username}`` is the last part of the user's ARN, its path left out."""
    own = "arn:aws:iam::123456789012:user/mail/${aws:username}"

    assert decide(
        [document(statement(action="iam:*", Resource=own))], Request("iam:GetUser", (USER,), USER)
    ).allowed


class TestBoundary:
    """A permissions boundary grants nothing, and limits what others grant."""

    BOUNDARY = document(
        statement(action=["s3:*", "cloudwatch:*", "ec2:*"]), source=Source.BOUNDARY
    )  # ShirleyBoundary of the guide

    def test_limits(self) -> None:
        """What the boundary does not allow is denied, whatever the policy says."""
        decision = decide([document(statement(action="ses:*")), self.BOUNDARY], SEND)

        assert Outcome.IMPLICIT_DENY is decision.outcome
        assert decision.at_boundary
        assert self.BOUNDARY == decision.document
        assert [Gap.ACTION] == [miss.gap for miss in decision.misses]

    def test_grants_nothing(self) -> None:
        """A boundary alone allows nothing."""
        read = Request("s3:GetObject", ("arn:aws:s3:::b/k",), USER)

        assert not decide([self.BOUNDARY], read).allowed
        assert not decide([self.BOUNDARY], read).at_boundary

    def test_both(self) -> None:
        """What both allow is allowed, and the policy is what allows it."""
        read = Request("s3:GetObject", ("arn:aws:s3:::b/k",), USER)
        grant = document(statement(action="s3:Get*"))

        assert grant == decide([self.BOUNDARY, grant], read).document


class TestOnTheResource:
    """Policies that lie on an identity or a bucket name their principals."""

    # SES guide, "Giving permissions to Amazon SES for email receiving".
    RECEIVING = document(
        {
            "Sid": "AllowSESPuts",
            "Effect": "Allow",
            "Principal": {"Service": "ses.amazonaws.com"},
            "Action": "s3:PutObject",
            "Resource": "arn:aws:s3:::amzn-s3-demo-bucket/*",
            "Condition": {
                "StringEquals": {
                    "AWS:SourceAccount": "123456789012",
                    "AWS:SourceArn": f"{RULE_SET}:receipt-rule/r",
                }
            },
        },
        source=Source.BUCKET,
    )

    @pytest.mark.parametrize(
        ("rule", "account", "allowed"),
        [
            ("r", "123456789012", True),
            ("other", "123456789012", False),
            ("r", "210987654321", False),
        ],
    )
    def test_ses_may_write(self, rule: str, account: str, allowed: bool) -> None:  # noqa: FBT001  a column of the table
        """SES is let in by the bucket's policy alone, for the rule that it names."""
        request = Request(
            "s3:PutObject",
            ("arn:aws:s3:::amzn-s3-demo-bucket/inbox/1",),
            "ses.amazonaws.com",
            {
                "aws:SourceAccount": (account,),
                "aws:SourceArn": (f"{RULE_SET}:receipt-rule/{rule}",),
            },
        )

        assert allowed is decide([self.RECEIVING], request).allowed

    def test_others_may_not(self) -> None:
        """A user whom the bucket's policy does not name gains nothing by it."""
        request = Request("s3:PutObject", ("arn:aws:s3:::amzn-s3-demo-bucket/1",), USER)
        decision = decide([self.RECEIVING], request)

        assert [Gap.PRINCIPAL] == [miss.gap for miss in decision.misses]
        assert "for other principals" in str(decision.misses[0])

    def test_the_user_s_documents_bind_no_service(self) -> None:
        """What a user may do says nothing of what SES may do."""
        request = Request("s3:PutObject", ("arn:aws:s3:::b/1",), "ses.amazonaws.com")

        assert not decide([document(statement(action="s3:*"))], request).allowed

    @pytest.mark.parametrize("principal", [{"AWS": USER}, "*", {"AWS": "*"}])
    def test_naming_the_user_is_enough(self, principal: object) -> None:
        """In one account a grant to the user itself needs no other, nor heeds a boundary."""
        grant = {"Effect": "Allow", "Action": "ses:*", "Principal": principal}
        on_identity = document(grant | {"Resource": IDENTITY}, source=Source.IDENTITY)
        boundary = document(statement(action="s3:*"), source=Source.BOUNDARY)

        assert on_identity == decide([boundary, on_identity], SEND).document

    @pytest.mark.parametrize("account", ["123456789012", "arn:aws:iam::123456789012:root"])
    def test_naming_the_account_is_not(self, account: str) -> None:
        """Naming the account leaves it to the account's own policies."""
        grant = {"Effect": "Allow", "Action": "ses:*", "Principal": {"AWS": account}}
        on_identity = document(grant | {"Resource": IDENTITY}, source=Source.IDENTITY)

        assert not decide([on_identity], SEND).allowed
        assert decide([on_identity, document(statement())], SEND).allowed

    def test_across_accounts_both_must_allow(self) -> None:
        """Another account's identity needs its policy and the user's own."""
        theirs = IDENTITY.replace("123456789012", "210987654321")
        request = Request("ses:SendRawEmail", (theirs,), USER)
        grant = {
            "Effect": "Allow",
            "Action": "ses:*",
            "Principal": {"AWS": USER},
            "Resource": theirs,
        }
        on_identity, own = document(grant, source=Source.IDENTITY), document(statement())

        assert not decide([own], request).allowed
        assert not decide([on_identity], request).allowed
        assert decide([on_identity, own], request).allowed

    def test_not_principal(self) -> None:
        """NotPrincipal with Deny spares only those it names."""
        deny = {"Effect": "Deny", "Action": "*", "NotPrincipal": {"AWS": USER}, "Resource": "*"}
        on_identity = document(deny, source=Source.IDENTITY)
        other = Request("ses:SendRawEmail", (IDENTITY,), USER.replace("alice", "bob"))

        assert decide([on_identity, document(statement())], SEND).allowed
        assert Outcome.EXPLICIT_DENY is decide([on_identity, document(statement())], other).outcome


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "no JSON"),
        ("[]", "no policy"),
        ('{"Version": "2012-10-17"}', "no Statement"),
        ('{"Statement": ["x"]}', "statement 1 is no JSON object"),
        ('{"Statement": {"Effect": "allow", "Action": "*"}}', "neither Allow nor Deny"),
        ('{"Statement": {"Effect": ["Allow"], "Action": "*"}}', "neither Allow nor Deny"),
        ('{"Statement": {"Effect": "Allow"}}', "has no Action"),
        (
            '{"Statement": {"Effect": "Allow", "Action": "a", "NotAction": "b"}}',
            "both Action and NotAction",
        ),
        ('{"Statement": {"Effect": "Allow", "Action": 7}}', "neither text nor a list"),
        ('{"Statement": {"Effect": "Allow", "Action": "*", "Principal": 7}}', "Principal"),
    ],
)
def test_refuses_what_is_no_policy(text: str, words: str) -> None:
    """A policy that cannot be read is named, with what is wrong in it."""
    with pytest.raises(MalformedPolicy, match="policy broken: ") as refusal:
        decide([PolicyDocument("broken", Source.INLINE, text)], SEND)

    assert words in str(refusal.value)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2)
    ),
    max_leaves=5,
)
elements = st.fixed_dictionaries(
    {"Effect": st.sampled_from(["Allow", "Deny"]) | json_values},
    optional={
        name: st.sampled_from(["*", "ses:*", {"AWS": "*"}]) | json_values
        for name in ("Action", "NotAction", "Resource", "NotResource", "Principal", "Condition")
    },
)


@given(
    st.text() | json_values.map(json.dumps) | elements.map(lambda e: json.dumps({"Statement": e}))
)
def test_any_text_is_read_or_refused(text: str) -> None:
    """Whatever IAM hands out, a decision or MalformedPolicy comes of it, nothing else."""
    try:
        decision = decide([PolicyDocument("p", Source.INLINE, text)], SEND)
    except MalformedPolicy:
        return
    assert decision.outcome in set(Outcome)


allow_or_deny = st.builds(
    statement,
    st.sampled_from(["Allow", "Deny"]),
    st.sampled_from(["ses:*", "ses:SendEmail", "ses:SendRawEmail", "s3:*"]),
    Resource=st.sampled_from(["*", IDENTITY, SET]),
)
policies = st.lists(
    st.builds(document, allow_or_deny, source=st.sampled_from(list(Source)[:4])), max_size=5
)


@given(policies, policies)
def test_more_documents_never_lift_a_deny(
    some: list[PolicyDocument], more: list[PolicyDocument]
) -> None:
    """Once denied explicitly, always denied; and order does not matter."""
    before, after = decide(some, SEND).outcome, decide(some + more, SEND).outcome

    assert before is not Outcome.EXPLICIT_DENY or after is Outcome.EXPLICIT_DENY
    assert after is decide(list(reversed(some + more)), SEND).outcome
