"""The rules on policies and keys, judged from evidence alone."""

import itertools
import json
import shlex

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from sendas.doctor.evidence import Evidence, IamEvidence, RegionEvidence, Subject, Symptom
from sendas.doctor.model import Rule, Status, Verdict
from sendas.doctor.rules.iam import (
    action,
    both_actions,
    condition,
    denial,
    recipient_identity,
    refusal,
    resource,
    two_keys,
)
from sendas.errors import CouldNotLook, NotAsked
from sendas.iam.keys import AccessKey, Caller
from sendas.iam.policy import PolicyDocument, Source
from sendas.outcome import NoAnswer, Why
from sendas.ses.account_state import Account
from sendas.ses.identity import Dkim, Identity
from sendas.ses.regions import Region


HERE, THERE = Region("us-east-1"), Region("eu-west-1")
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
KEY = AccessKey("AKIAIOSFODNN7EXAMPLE", "smtp", active=True, created=NOW)
IDENTITY = Identity(
    "example.com",
    HERE,
    "SUCCESS",
    verified_for_sending=True,
    dkim=Dkim("SUCCESS", True, ()),  # noqa: FBT003  signing
)
ARN = "arn:aws:ses:us-east-1:123456789012:identity/example.com"
SET_ARN = "arn:aws:ses:us-east-1:123456789012:configuration-set/events"
SILENCE = NoAnswer(Why.DENIED, "iam:ListUserPolicies")
ACCOUNT = Account(
    HERE,
    production_access=True,
    sending_enabled=True,
    enforcement="HEALTHY",
    max_24_hour_send=200,
    max_send_rate_per_second=1,
    sent_last_24_hours=0,
    suppressed_reasons=(),
)


def document(*statements: dict[str, object], source: Source = Source.INLINE) -> PolicyDocument:
    """A policy named after where it binds from."""
    text = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
    holder = "example.com" if source is Source.IDENTITY else "smtp"
    return PolicyDocument(str(source), source, text, holder)


def allow(**changes: object) -> dict[str, object]:
    """A statement that allows sending raw mail as anybody, changed."""
    return {"Effect": "Allow", "Action": "ses:SendRawEmail", "Resource": "*"} | changes


def deny(**changes: object) -> dict[str, object]:
    """A statement that denies everything, changed."""
    return {"Effect": "Deny", "Action": "*", "Resource": "*"} | changes


def only(key: str, value: str, operator: str = "StringLike") -> dict[str, object]:
    """A condition."""
    return {operator: {key: value}}


def evidence(
    *documents: PolicyDocument,
    identity: Identity | None = IDENTITY,
    sender: str | None = "me@example.com",
    text: str = "",
    sandbox: bool = False,
) -> Evidence:
    """A user with these policies; *text* is a refusal that was shown."""
    return Evidence(
        Subject("example.com", HERE, sender, smtp_username=KEY.key_id),
        NOW,
        caller=Caller("123456789012", "arn:aws:iam::123456789012:user/admin"),
        regions={
            HERE: RegionEvidence(
                replace(ACCOUNT, production_access=not sandbox), {"example.com": identity}
            ),
            THERE: RegionEvidence(identities={"example.com": replace(IDENTITY, region=THERE)}),
        },
        iam=IamEvidence(KEY, (), documents),
        symptoms=(Symptom("ses", text),) if text else (),
    )


def denied(name: str = "example.com") -> str:
    """SES's words, with its odd pair of quotation marks (FACTS 3.2)."""
    return (
        "554 Access denied: User `arn:aws:iam::123456789012:user/smtp' is not authorized to "
        "perform `ses:SendRawEmail' on resource "
        f"`arn:aws:ses:us-east-1:123456789012:identity/{name}'"
    )


FINE = document(allow())
WITH_SET = replace(IDENTITY, configuration_set="events")
OTHERS_ADDRESS = only("ses:FromAddress", "you@example.com")

WITHOUT_MFA = {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}
WITH_MFA = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
OUTSIDE = {"StringNotEquals": {"aws:RequestedRegion": THERE}}
OFFICE = {"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}}

CASES = [
    # What a run knows: an access key has no MFA, the Region, and no VPC endpoint (IAM guide).
    (denial.RULE, evidence(FINE, document(deny(Condition=WITHOUT_MFA))), Status.FAIL),
    (denial.RULE, evidence(FINE, document(deny(Condition=OUTSIDE))), Status.FAIL),
    (
        denial.RULE,
        evidence(FINE, document(deny(Condition=only("aws:SourceVpce", "vpce-1")))),
        Status.OK,
    ),
    (condition.RULE, evidence(document(allow(Condition=WITH_MFA))), Status.FAIL),
    (
        condition.RULE,
        evidence(document(allow(Condition=only("aws:RequestedRegion", HERE)))),
        Status.OK,
    ),
    (
        condition.RULE,
        evidence(document(allow(Condition=only("aws:SourceVpce", "vpce-1")))),
        Status.FAIL,
    ),
    # From where Gmail comes is not known, until SES has refused.
    (condition.RULE, evidence(document(allow(Condition=OFFICE))), Status.WARN),
    (condition.RULE, evidence(document(allow(Condition=OFFICE)), text=denied()), Status.FAIL),
    (
        condition.RULE,
        evidence(document(allow(Condition=OFFICE)), text=denied("example.org")),
        Status.WARN,
    ),
    (action.RULE, evidence(FINE), Status.OK),
    (action.RULE, evidence(), Status.FAIL),
    (action.RULE, evidence(document(allow(Action="ses:SendEmail"))), Status.FAIL),
    (action.RULE, evidence(document(allow(Action="s3:*"))), Status.FAIL),
    (action.RULE, evidence(document(allow(Action="SES:sendrawemail"))), Status.OK),
    (action.RULE, evidence(document(allow(), source=Source.BOUNDARY)), Status.FAIL),
    (resource.RULE, evidence(document(allow(Resource=ARN))), Status.OK),
    (resource.RULE, evidence(document(allow(Resource=ARN.replace("com", "net")))), Status.FAIL),
    (resource.RULE, evidence(document(allow(Resource=ARN)), identity=WITH_SET), Status.FAIL),
    (
        resource.RULE,
        evidence(document(allow(Resource=[ARN, SET_ARN])), identity=WITH_SET),
        Status.OK,
    ),
    (resource.RULE, evidence(document(allow(Action="s3:*"))), None),
    (resource.RULE, evidence(document(allow(Resource=ARN)), identity=None), Status.OK),
    (
        resource.RULE,
        evidence(document(allow(Resource=ARN.replace(HERE, THERE))), identity=None),
        Status.OK,
    ),
    (resource.RULE, evidence(document(allow(Resource=ARN.replace(HERE, THERE)))), Status.FAIL),
    (condition.RULE, evidence(FINE), Status.OK),
    (condition.RULE, evidence(document(allow(Condition=OTHERS_ADDRESS))), Status.FAIL),
    (
        condition.RULE,
        evidence(document(allow(Condition=only("ses:FromAddress", "*@example.com")))),
        Status.OK,
    ),
    (
        condition.RULE,
        evidence(document(allow(Condition=only("ses:FromAddress", "Me@example.com")))),
        Status.FAIL,
    ),
    (
        condition.RULE,
        evidence(document(allow(Condition=OTHERS_ADDRESS)), sender=None),
        Status.WARN,
    ),
    (
        condition.RULE,
        evidence(document(allow(Condition=only("aws:SourceIp", "192.0.2.0/24", "IpAddress")))),
        Status.WARN,
    ),
    (
        condition.RULE,
        evidence(
            document(
                allow(),
                deny(Condition=only("ses:FromAddress", "you@example.com", "StringNotEquals")),
            )
        ),
        Status.FAIL,
    ),
    (condition.RULE, evidence(document(allow(Resource=ARN.replace("com", "net")))), None),
    (denial.RULE, evidence(FINE), Status.OK),
    (denial.RULE, evidence(document(allow(), deny())), Status.FAIL),
    (denial.RULE, evidence(FINE, document(deny(), source=Source.GROUP)), Status.FAIL),
    (denial.RULE, evidence(FINE, document(allow(), source=Source.BOUNDARY)), Status.OK),
    (
        denial.RULE,
        evidence(FINE, document(allow(Action="s3:*"), source=Source.BOUNDARY)),
        Status.FAIL,
    ),
    (
        denial.RULE,
        evidence(
            document(allow(), deny(Condition=only("aws:SourceIp", "192.0.2.0/24", "NotIpAddress")))
        ),
        Status.WARN,
    ),
    (both_actions.RULE, evidence(FINE), Status.INFO),
    (both_actions.RULE, evidence(document(allow(Action="ses:*"))), Status.OK),
    (both_actions.RULE, evidence(), None),
    (two_keys.RULE, evidence(FINE), Status.OK),
    (
        two_keys.RULE,
        replace(evidence(FINE), iam=IamEvidence(KEY, (replace(KEY, active=False),), (FINE,))),
        Status.INFO,
    ),
    (recipient_identity.RULE, evidence(FINE), None),
    (
        recipient_identity.RULE,
        evidence(FINE, text=denied("friend@example.net"), sandbox=True),
        Status.FAIL,
    ),
    (recipient_identity.RULE, evidence(FINE, text=denied("friend@example.net")), None),
    (recipient_identity.RULE, evidence(FINE, text=denied(), sandbox=True), None),
    (refusal.RULE, evidence(FINE), None),
    # The root: nothing that can be seen refuses, so granting more would mend nothing.
    (refusal.RULE, evidence(FINE, text=denied()), Status.FAIL),
    (refusal.RULE, evidence(FINE, text=denied().replace("`", "'")), Status.FAIL),
    (refusal.RULE, evidence(text=denied()), None),
    (
        refusal.RULE,
        replace(evidence(text=denied()), iam=IamEvidence(SILENCE, SILENCE, SILENCE)),
        Status.FAIL,
    ),
]


@pytest.mark.parametrize("operator", ["StringEquals", "StringEqualsIgnoreCase"])
def test_a_star_that_no_operator_reads_is_told(operator: str) -> None:
    """IAM guide, "String condition operators": only StringLike knows * and ?."""
    starred = document(allow(Condition=only("ses:FromAddress", "*@example.com", operator)))
    told = condition.RULE.judge(evidence(starred))
    plain = document(allow(Condition=only("ses:FromAddress", "you@example.com", operator)))
    other = condition.RULE.judge(evidence(plain))

    assert told is not None
    assert other is not None
    assert "compares letter by letter, so that *@example.com is met by no" in told.cause
    assert "StringLike knows" in told.cause
    assert "letter by letter" not in other.cause


ASKING = [action.RULE, resource.RULE, condition.RULE, denial.RULE, both_actions.RULE]


@pytest.mark.parametrize(("rule", "seen", "status"), CASES)
def test_each_branch(rule: Rule, seen: Evidence, status: Status | None) -> None:
    """Each shape of policy has its one answer."""
    verdict = rule.judge(seen)

    assert status is (verdict and verdict.status)


@pytest.mark.parametrize("rule", [*ASKING, two_keys.RULE])
def test_deleted_key_is_not_asked_about(rule: Rule) -> None:
    """Without the key there is no user to ask about; the password rules tell."""
    assert rule.judge(replace(evidence(FINE), iam=IamEvidence(None, (), ()))) is None


@pytest.mark.parametrize("rule", ASKING)
def test_unseen_policies_are_not_missing(rule: Rule) -> None:
    """Without permission to read the policies nothing is concluded."""
    with pytest.raises(CouldNotLook, match="denied"):
        rule.judge(replace(evidence(), iam=IamEvidence(KEY, (), SILENCE)))


@pytest.mark.parametrize("rule", [*ASKING, two_keys.RULE])
def test_no_user_name_no_question(rule: Rule) -> None:
    """A run that knows no SMTP user name leaves policies out."""
    with pytest.raises(NotAsked):
        rule.judge(replace(evidence(), iam=IamEvidence()))


@pytest.mark.parametrize(
    "faulty",
    [
        evidence(),
        evidence(document(allow(Resource=ARN)), identity=WITH_SET),
        evidence(document(allow(Condition=OTHERS_ADDRESS))),
        evidence(document(allow(), deny())),
        evidence(document(allow(), deny(Condition=OTHERS_ADDRESS), deny())),
        evidence(FINE, document(allow(Action="s3:*"), source=Source.BOUNDARY)),
        evidence(FINE, document(deny(), source=Source.MANAGED)),
        evidence(FINE, document(allow(Action="s3:*"), deny(), source=Source.MANAGED)),
    ],
)
def test_advice_mends_what_it_names(faulty: Evidence) -> None:
    """With each suggested policy in place, sending is allowed and nothing else is wrong."""
    failing: list[Verdict] = []
    for _ in range(3):
        verdicts = [verdict for rule in ASKING if (verdict := rule.judge(faulty))]
        failing = [verdict for verdict in verdicts if verdict.status is Status.FAIL]
        if not failing:
            break
        faulty = _applied(faulty, failing[0].help[0].commands[0])

    assert not failing


def _applied(seen: Evidence, command: str) -> Evidence:
    words = shlex.split(command)
    options = dict(itertools.pairwise(words))
    text = options.get("--policy-document", "")
    assert isinstance(seen.iam.policies, tuple)
    found = seen.iam.policies
    match words[2]:
        case "put-user-policy":
            name, source = options["--policy-name"], Source.INLINE
        case "create-policy-version":
            name = options["--policy-arn"].rpartition("/")[2]
            source = Source(name)
        case _:
            assert words[2] == "detach-user-policy"
            name, source = options["--policy-arn"].rpartition("/")[2], Source.MANAGED
    kept = tuple(each for each in found if (each.name, each.source) != (name, source))
    changed = (*kept, PolicyDocument(name, source, text, "smtp")) if text else kept
    return replace(seen, iam=replace(seen.iam, policies=changed))


def _commands(rule: Rule, seen: Evidence) -> tuple[str, ...]:
    verdict = rule.judge(seen)
    assert verdict is not None
    return verdict.help[0].commands


def test_least_policy_is_complete() -> None:
    """The command holds the whole document: both actions, both resources."""
    expected = (
        "aws iam put-user-policy --user-name smtp --policy-name send-as-example.com "
        """--policy-document '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","""
        """"Action":["ses:SendRawEmail","ses:SendEmail"],"""
        f""""Resource":["{ARN}","{SET_ARN}"]}}]}}'"""
    )

    assert (expected,) == _commands(action.RULE, evidence(identity=WITH_SET))


@pytest.mark.parametrize(
    ("source", "others", "command"),
    [
        (Source.INLINE, (), "aws iam delete-user-policy --user-name smtp --policy-name inline"),
        (
            Source.MANAGED,
            (),
            (
                "aws iam detach-user-policy --user-name smtp "
                "--policy-arn arn:aws:iam::123456789012:policy/managed"
            ),
        ),
        (
            Source.INLINE,
            (allow(Action="s3:*"),),
            (
                "aws iam put-user-policy --user-name smtp --policy-name inline --policy-document "
                """'{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","""
                """"Resource":"*"}]}'"""
            ),
        ),
    ],
)
def test_only_the_denying_statement_goes(
    source: Source, others: tuple[dict[str, object], ...], command: str
) -> None:
    """What else the document says stays; an empty document goes whole."""
    seen = evidence(replace(FINE, name="fine"), document(*others, deny(), source=source))

    assert (command,) == _commands(denial.RULE, seen)


def test_a_denial_that_stood_in_a_grants_place() -> None:
    """Once it is taken out nothing allows sending: the advice goes on to allow it."""
    verdict = denial.RULE.judge(evidence(document(deny(Action="ses:*"))))
    beside_a_grant = denial.RULE.judge(evidence(FINE, document(deny(Action="ses:*"))))

    assert verdict is not None
    assert beside_a_grant is not None
    assert ["iam delete-user-policy", "iam put-user-policy"] == [
        " ".join(help_.commands[0].split()[1:3]) for help_ in verdict.help
    ]
    assert 1 == len(beside_a_grant.help)


def test_identity_policy_is_asked_too() -> None:
    """A sending authorization policy can deny as well, and is mended at SES."""
    text = document(deny(Principal="*", Action="ses:*")).text
    seen = evidence(FINE, identity=replace(IDENTITY, policies={"strict": text}))

    assert (
        (
            "aws sesv2 delete-email-identity-policy --region us-east-1 "
            "--email-identity example.com --policy-name strict"
        ),
    ) == _commands(denial.RULE, seen)


def test_shadowed_domain_is_asked_as_it_will_be() -> None:
    """A harmful address identity is ID003's fault, not a second one of the policy."""
    shadow = replace(
        IDENTITY, name="me@example.com", dkim=Dkim("NOT_STARTED", signing_enabled=False, tokens=())
    )
    seen = evidence(document(allow(Resource=ARN)))
    identities = {**seen.here.identities, "me@example.com": shadow}
    shadowed = replace(seen, regions={HERE: replace(seen.here, identities=identities)})
    signing = replace(shadow, dkim=IDENTITY.dkim)
    beside = {**seen.here.identities, "me@example.com": signing}

    def status(told: Evidence) -> Status:
        verdict = resource.RULE.judge(told)
        assert verdict is not None
        return verdict.status

    assert Status.OK is status(shadowed)
    assert Status.FAIL is status(
        replace(seen, regions={HERE: replace(seen.here, identities=beside)})
    )


def test_keys_are_shown_by_their_last_four() -> None:
    """No whole access key id reaches a report."""
    seen = replace(evidence(FINE), iam=IamEvidence(KEY, (replace(KEY, active=False),), ()))
    verdict = two_keys.RULE.judge(seen)

    assert verdict is not None
    assert KEY.key_id not in repr(verdict)
    assert "…MPLE" in repr(verdict)
