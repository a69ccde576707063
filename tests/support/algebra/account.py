"""Mistakes at AWS: identity, account, IAM, receiving; and in the pair that Gmail holds."""

import json

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from algebra.mutant import Harm, Mutant
from algebra.spelling import slips
from sendas.play.scene import (
    CONFIGURATION_SET,
    CORRESPONDENT,
    RULE,
    RULE_SET,
    SMTP_POLICY_NAME,
    Scene,
    allow_sending,
    bucket_policy,
)  # fmt: skip


Act = Callable[[Scene], object]
OTHER_REGION, OTHER_ACCOUNT = "eu-central-1", "210987654321"


def account_mutants(world: str, scene: Scene) -> Iterator[Mutant]:
    """Every mistake outside the DNS that fits *scene*."""
    parts = [_identity(scene), _account(scene), _iam(scene), _credential()]
    if scene.set_up.receiving and not scene.received_in:
        parts.append(_receiving(scene))
    for part in parts:
        for one in part:
            harm = one.harm
            if world == "address" and one.element in {"MAIL FROM", "configuration set"}:
                # The probe's address has settings of its own; others at the domain suffer.
                harm = Harm.NONE if harm is Harm.NONE else Harm.BESIDE
            yield Mutant(world, one.element, one.mistake, one.detail, one.places, harm, one.act)


@dataclass(frozen=True, slots=True)
class _One:
    element: str
    mistake: str
    detail: str
    places: tuple[str, ...]
    harm: Harm
    act: Act


def _called(service: str, operation: str, **parameters: object) -> Act:
    return lambda scene: scene.call(service, operation, **parameters)


# The identity --------------------------------------------------------------------------


def _identity(scene: Scene) -> Iterator[_One]:
    domain = scene.domain
    name = {"EmailIdentity": domain}
    yield _One(
        "identity", "deleted", "", (domain,), Harm.BREAKS,
        _called("sesv2", "DeleteEmailIdentity", **name),
    )  # fmt: skip
    yield _One(
        "identity", "DKIM signing off", "", (domain,),
        Harm.BREAKS,
        _called("sesv2", "PutEmailIdentityDkimAttributes", SigningEnabled=False, **name),
    )  # fmt: skip
    yield _One(
        "identity", "no feedback by mail", "", (), Harm.NONE,
        _called(
            "sesv2", "PutEmailIdentityFeedbackAttributes", EmailForwardingEnabled=False, **name
        ),
    )  # fmt: skip
    if scene.mail_from:
        # Taken away altogether, it cannot be told from what never was there.
        for detail, label in slips(scene.mail_from.partition(".")[0]):
            other = f"{label}.{domain}"
            if label and label[0].isalnum() and label[-1].isalnum() and other != scene.mail_from:
                yield _One(
                    "MAIL FROM", "misspelt", detail, (other,), Harm.WEAKENS,
                    _called(
                        "sesv2", "PutEmailIdentityMailFromAttributes",
                        MailFromDomain=other, BehaviorOnMxFailure="USE_DEFAULT_VALUE", **name,
                    ),
                )  # fmt: skip
    if scene.set_up.configuration_set:
        chosen = {"ConfigurationSetName": CONFIGURATION_SET}
        yield _One(
            "configuration set", "sending off", "", (CONFIGURATION_SET,), Harm.BREAKS,
            _called("sesv2", "PutConfigurationSetSendingOptions", SendingEnabled=False, **chosen),
        )  # fmt: skip
        yield _One(
            "configuration set", "TLS required", "", (), Harm.NONE,
            _called("sesv2", "PutConfigurationSetDeliveryOptions", TlsPolicy="REQUIRE", **chosen),
        )  # fmt: skip
        yield _One(
            "configuration set", "no longer default", "", (), Harm.NONE,
            _called("sesv2", "PutEmailIdentityConfigurationSetAttributes", **name),
        )  # fmt: skip


# The account ----------------------------------------------------------------------------


def _account(scene: Scene) -> Iterator[_One]:
    yield _One(
        "account", "sending paused", "", (), Harm.BREAKS,
        _called("sesv2", "PutAccountSendingAttributes", SendingEnabled=False),
    )  # fmt: skip
    for reason in ("BOUNCE", "COMPLAINT"):
        yield _One(
            "suppression list", reason, "", (CORRESPONDENT,), Harm.BREAKS,
            _called(
                "sesv2", "PutSuppressedDestination", EmailAddress=CORRESPONDENT, Reason=reason
            ),
        )  # fmt: skip
        yield _One(
            "suppression list", "another's", reason, (), Harm.NONE,
            _called(
                "sesv2", "PutSuppressedDestination",
                EmailAddress="somebody@example.org", Reason=reason,
            ),
        )  # fmt: skip
    if scene.set_up.configuration_set:

        def listed_and_let(one: Scene) -> None:
            one.call(
                "sesv2", "PutSuppressedDestination", EmailAddress=CORRESPONDENT, Reason="BOUNCE"
            )
            one.call(
                "sesv2", "PutConfigurationSetSuppressionOptions",
                ConfigurationSetName=CONFIGURATION_SET, SuppressedReasons=[],
            )  # fmt: skip

        yield _One("suppression list", "overridden by the set", "", (), Harm.NONE, listed_and_let)


# IAM ------------------------------------------------------------------------------------

SEND, SEND_V2 = "ses:SendRawEmail", "ses:SendEmail"


def _iam(scene: Scene) -> Iterator[_One]:
    user = scene.set_up.user
    identity = f"arn:aws:ses:{scene.region}:{scene.lab.account_id}:identity/{scene.domain}"
    chosen = (
        f"arn:aws:ses:{scene.region}:{scene.lab.account_id}:configuration-set/{CONFIGURATION_SET}"
    )

    def policy(mistake: str, detail: str, harm: Harm, /, **statement: object) -> _One:
        return _One(
            "user's policy", mistake, detail, (user,) if harm is not Harm.NONE else (), harm,
            lambda one: allow_sending(one, **statement),
        )  # fmt: skip

    for action, harm in (
        ([SEND], Harm.NONE),
        (SEND.lower(), Harm.NONE),
        ("ses:Send*", Harm.NONE),
        ("ses:*", Harm.NONE),
        ("*", Harm.NONE),
        ([SEND_V2], Harm.BREAKS),
        ("sesv2:SendRawEmail", Harm.BREAKS),
        ("ses:Get*", Harm.BREAKS),
    ):
        yield policy("action", str(action), harm, Action=action)
    for detail, action in slips(SEND.removeprefix("ses:")):
        if action.lower() != "sendrawemail":
            yield policy("action misspelt", detail, Harm.BREAKS, Action=f"ses:{action}")
    for detail, resource, harm in (
        ("identity and set", [identity, chosen], Harm.NONE),
        ("every identity, every set", [f"{identity.rpartition('/')[0]}/*", chosen], Harm.NONE),
        ("another Region", identity.replace(scene.region, OTHER_REGION), Harm.BREAKS),
        ("another account", identity.replace(scene.lab.account_id, OTHER_ACCOUNT), Harm.BREAKS),
        ("another domain", identity.replace(scene.domain, "example.org"), Harm.BREAKS),
        ("the service", "arn:aws:ses:::*", Harm.BREAKS),
    ):
        yield policy("resource", detail, harm, Resource=resource)
    for detail, domain in slips(scene.domain):
        yield policy(
            "resource misspelt", detail, Harm.BREAKS,
            Resource=[identity.replace(scene.domain, domain), chosen],
        )  # fmt: skip
    for detail, condition, harm in (
        ("From its own", {"StringEquals": {"ses:FromAddress": scene.address}}, Harm.NONE),
        ("From like", {"StringLike": {"ses:FromAddress": f"*@{scene.domain}"}}, Harm.NONE),
        ("From equals *", {"StringEquals": {"ses:FromAddress": f"*@{scene.domain}"}}, Harm.BREAKS),
        ("From another", {"StringEquals": {"ses:FromAddress": "x@example.org"}}, Harm.BREAKS),
        ("Region", {"StringEquals": {"aws:RequestedRegion": scene.region}}, Harm.NONE),
        ("another Region", {"StringEquals": {"aws:RequestedRegion": OTHER_REGION}}, Harm.BREAKS),
        ("MFA", {"Bool": {"aws:MultiFactorAuthPresent": "true"}}, Harm.BREAKS),
        ("MFA if there", {"BoolIfExists": {"aws:MultiFactorAuthPresent": "true"}}, Harm.NONE),
        ("VPC endpoint", {"StringEquals": {"aws:SourceVpce": "vpce-1"}}, Harm.BREAKS),
    ):
        yield policy("condition", detail, harm, Condition=condition)
    yield policy("effect", "Deny", Harm.BREAKS, Effect="Deny")
    yield _One(
        "user's policy", "deleted", "", (user,), Harm.BREAKS,
        _called("iam", "DeleteUserPolicy", UserName=user, PolicyName=SMTP_POLICY_NAME),
    )  # fmt: skip
    for detail, beside, harm in (
        ("everything", {}, Harm.BREAKS),
        ("sending alone", {"Action": SEND}, Harm.BREAKS),
        ("another action", {"Action": "s3:*"}, Harm.NONE),
        ("without MFA", {
            "Condition": {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}},
        }, Harm.BREAKS),
        ("another Region", {
            "Condition": {"StringNotEquals": {"aws:RequestedRegion": OTHER_REGION}},
        }, Harm.BREAKS),
        ("every other Region", {
            "Condition": {"StringNotEquals": {"aws:RequestedRegion": scene.region}},
        }, Harm.NONE),
    ):  # fmt: skip
        yield _One(
            "user's denials", "added", detail, (user,) if harm is not Harm.NONE else (), harm,
            _deny(beside),
        )  # fmt: skip
    yield _One(
        "key", "inactive", "", (user,), Harm.BREAKS,
        lambda one: one.call(
            "iam", "UpdateAccessKey", UserName=user, AccessKeyId=one.key_id, Status="Inactive"
        ),
    )  # fmt: skip
    yield _One(
        "key", "deleted", "", (), Harm.BREAKS,
        lambda one: one.call("iam", "DeleteAccessKey", UserName=user, AccessKeyId=one.key_id),
    )  # fmt: skip


def _deny(beside: dict[str, Any]) -> Act:
    statement = {"Sid": "No", "Effect": "Deny", "Action": "*", "Resource": "*", **beside}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    return lambda one: one.call(
        "iam", "PutUserPolicy",
        UserName=one.set_up.user, PolicyName="guard", PolicyDocument=document,
    )  # fmt: skip


# Receiving ------------------------------------------------------------------------------


def _receiving(scene: Scene) -> Iterator[_One]:
    domain, bucket = scene.domain, scene.bucket
    store = {"S3Action": {"BucketName": bucket}}

    def rule(**changed: object) -> Act:
        whole = {
            "Name": RULE, "Enabled": True, "ScanEnabled": True,
            "Recipients": [domain], "Actions": [store], **changed,
        }  # fmt: skip
        return _called("ses", "UpdateReceiptRule", RuleSetName=RULE_SET, Rule=whole)

    def front(action: dict[str, object], recipients: list[str]) -> Act:
        whole = {"Name": "first", "Enabled": True, "Recipients": recipients, "Actions": [action]}
        return _called("ses", "CreateReceiptRule", RuleSetName=RULE_SET, Rule=whole)

    stop: dict[str, object] = {"StopAction": {"Scope": "RuleSet"}}
    made: list[tuple[str, str, tuple[str, ...], Harm, Act]] = [
        ("rule set", "inactive", (), Harm.BREAKS, _called("ses", "SetActiveReceiptRuleSet")),
        ("rule", "disabled", (RULE,), Harm.BREAKS, rule(Enabled=False)),
        ("rule", "deleted", (domain,), Harm.BREAKS,
         _called("ses", "DeleteReceiptRule", RuleSetName=RULE_SET, RuleName=RULE)),
        ("rule", "for everybody", (), Harm.NONE, rule(Recipients=[])),
        ("rule", "for the address", (), Harm.NONE, rule(Recipients=[scene.address])),
        ("rule", "upper case", (), Harm.NONE, rule(Recipients=[domain.upper()])),
        ("rule", "for sub-domains", (domain,), Harm.BREAKS, rule(Recipients=[f".{domain}"])),
        ("rule", "for another address", (domain,), Harm.BREAKS,
         rule(Recipients=[f"info@{domain}"])),
        ("rule", "stops first", (RULE,), Harm.BREAKS, rule(Actions=[stop, store])),
        ("rule", "stops last", (), Harm.NONE, rule(Actions=[store, stop])),
        ("rule", "TLS required", (), Harm.NONE, rule(TlsPolicy="Require")),
        ("rule", "not scanned", (), Harm.NONE, rule(ScanEnabled=False)),
        ("rule in front", "stops", ("first",), Harm.BREAKS, front(stop, [])),
        ("rule in front", "stops the domain's", ("first",), Harm.BREAKS, front(stop, [domain])),
        ("rule in front", "stops another's", (), Harm.NONE, front(stop, ["example.org"])),
        ("rule in front", "stops noreply", (), Harm.NONE, front(stop, [f"noreply@{domain}"])),
        ("bucket", "policy deleted", (bucket,), Harm.BREAKS,
         _called("s3", "DeleteBucketPolicy", Bucket=bucket)),
        ("bucket", "deleted", (bucket,), Harm.BREAKS, _bucket_gone),
        ("filter", "blocks all", ("f",), Harm.BREAKS, _filter("0.0.0.0/0", "Block")),
        ("filter", "blocks one", (), Harm.NONE, _filter("198.51.100.77/32", "Block")),
        ("filter", "allows one", (), Harm.NONE, _filter("198.51.100.77/32", "Allow")),
    ]  # fmt: skip
    for element, mistake, places, harm, act in made:
        yield _One(element, mistake, "", places, harm, act)
    for detail, other in slips(domain):
        if not other.startswith(".") and ".." not in other:
            yield _One(
                "rule", "misspelt", detail, (domain,), Harm.BREAKS, rule(Recipients=[other])
            )
    for element, old, new in (
        ("account", scene.lab.account_id, OTHER_ACCOUNT),
        ("rule's name", f"receipt-rule/{RULE}", "receipt-rule/old"),
        ("Region", f":ses:{scene.region}:", f":ses:{OTHER_REGION}:"),
        ("action", "s3:PutObject", "s3:GetObject"),
        ("service", "ses.amazonaws.com", "sns.amazonaws.com"),
        ("effect", '"Allow"', '"Deny"'),
        ("folder", f"{bucket}/*", f"{bucket}/in/*"),
        ("no star", f"{bucket}/*", bucket),
    ):
        yield _One("bucket", "policy changed", element, (bucket,), Harm.BREAKS, _policy(old, new))


def _policy(old: str, new: str) -> Act:
    def put(scene: Scene) -> None:
        text = json.dumps(bucket_policy(scene))
        assert old in text
        scene.call("s3", "PutBucketPolicy", Bucket=scene.bucket, Policy=text.replace(old, new))

    return put


def _bucket_gone(scene: Scene) -> None:
    for one in scene.call("s3", "ListObjectsV2", Bucket=scene.bucket).get("Contents", ()):
        scene.call("s3", "DeleteObject", Bucket=scene.bucket, Key=one["Key"])
    scene.call("s3", "DeleteBucket", Bucket=scene.bucket)


def _filter(cidr: str, policy: str) -> Act:
    return _called(
        "ses",
        "CreateReceiptFilter",
        Filter={"Name": "f", "IpFilter": {"Policy": policy, "Cidr": cidr}},
    )


# The pair that Gmail holds ----------------------------------------------------------------


def _credential() -> Iterator[_One]:
    def typed(
        *, username: Callable[[Scene], str] | None = None,
        password: Callable[[Scene], str] | None = None,
    ) -> Act:  # fmt: skip
        def act(one: Scene) -> None:
            one.username, one.password = (
                username(one) if username else one.username,
                password(one) if password else one.password,
            )

        return act

    passwords: list[tuple[str, Callable[[Scene], str]]] = [
        ("the secret key", lambda one: one.secret),
        ("the key id", lambda one: one.key_id),
        ("cut off", lambda one: one.password[:-4]),
        ("blank behind", lambda one: f"{one.password} "),
        ("blank inside", lambda one: f"{one.password[:9]} {one.password[9:]}"),
        ("quoted", lambda one: f'"{one.password}"'),
        ("upper case", lambda one: one.password.upper()),
        ("a reference", lambda _: "${SES_SMTP_PASSWORD}"),
        ("a vault's path", lambda _: "op://Private/ses/password"),
        ("Terraform's mask", lambda _: "(sensitive value)"),
        ("a secret's ARN", lambda _: "arn:aws:secretsmanager:us-east-1:123456789012:secret:x"),
        ("an app password", lambda _: "abcd efgh ijkl mnop"),
        ("JSON", lambda one: json.dumps({"password": one.password})),
    ]
    for detail, password in passwords:
        yield _One("password", "typed", detail, (), Harm.BREAKS, typed(password=password))
    users: list[tuple[str, Callable[[Scene], str]]] = [
        ("the IAM user", lambda one: one.set_up.user),
        ("the address", lambda one: one.address),
        ("lower case", lambda one: one.username.lower()),
        ("the host", lambda one: f"email-smtp.{one.region}.amazonaws.com"),
        ("the password", lambda one: one.password),
        ("cut off", lambda one: one.username[:-1]),
    ]
    for detail, username in users:
        yield _One("user name", "typed", detail, (), Harm.BREAKS, typed(username=username))
    for detail, _ in slips("0123456789"):
        at = int(detail.split()[1])

        def slip(one: Scene, at: int = at, kind: str = detail.split()[0]) -> str:
            return dict(slips(one.password)).get(f"{kind} {at}", one.password[:-1])

        yield _One("password", "misspelt", detail, (), Harm.BREAKS, typed(password=slip))
