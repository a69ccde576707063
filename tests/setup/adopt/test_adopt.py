"""Describing an account, purely: what is placed, and what is told instead."""

import json

from dataclasses import replace

import pytest

from sendas.auth import dmarc
from sendas.config.load import parse_config
from sendas.config.model import (
    Adopted,
    Config,
    ConfiguredDomain,
    Dmarc,
    DnsProvider,
    Mailbox,
    SendWay,
)
from sendas.config.write import write
from sendas.dns.answers import Absent, Answer, Records
from sendas.dns.hosted_zone import HostedZone
from sendas.dns.zone import Zone
from sendas.iam.policy import PolicyDocument, Source
from sendas.outcome import NoAnswer, Why
from sendas.ses.identity import Dkim, Identity, MailFrom
from sendas.ses.receiving import (
    LambdaAction,
    OtherAction,
    ReceiptRule,
    RuleSet,
    S3Action,
)
from sendas.ses.regions import Region
from sendas.setup.adopt.description import adopt
from sendas.setup.adopt.seen import AccountSeen, Forwarder, Sender
from sendas.setup.init import Found, Outcome


HERE = Region("us-east-2")
ACCOUNT = "123456789012"
FUNCTION = f"arn:aws:lambda:{HERE}:{ACCOUNT}:function:forwarder"
TOPIC = f"arn:aws:sns:{HERE}:{ACCOUNT}:mail"
DENIED = NoAnswer(Why.DENIED, "iam:ListUsers")
NONE = Absent(name_exists=True, negative_ttl=300)


def records(*values: str) -> Answer:
    """An answer of the DNS."""
    return Records(values, 300)


def rule(name: str, *recipients: str, **options: object) -> ReceiptRule:
    """A rule that stores mail, unless told otherwise."""
    actions = options.pop("actions", (S3Action("mail-bucket", "in/", TOPIC),))
    return ReceiptRule(
        name, recipients=recipients, actions=actions, **({"enabled": True} | options)
    )  # type: ignore[arg-type]  # a test's shorthand


def sender(name: str, statement: dict[str, object] | None = None) -> Sender:
    """A user that may send as anything, unless told otherwise."""
    right = {"Effect": "Allow", "Action": "ses:SendRawEmail", "Resource": "*"}
    text = json.dumps({"Version": "2012-10-17", "Statement": [right | (statement or {})]})
    return Sender(name, 1, (PolicyDocument("p", Source.INLINE, text, name),))


def bound(*addresses: str) -> dict[str, object]:
    """What binds a user to From addresses, as the SES guide has it."""
    return {"Condition": {"StringEquals": {"ses:FromAddress": list(addresses)}}}


SEEN = AccountSeen(
    "example.com",
    HERE,
    ACCOUNT,
    Identity(
        "example.com",
        HERE,
        "SUCCESS",
        verified_for_sending=True,
        dkim=Dkim("SUCCESS", signing_enabled=True, tokens=("a", "b", "c")),
        mail_from=MailFrom("bounce.example.com", "SUCCESS"),
        configuration_set="main",
    ),
    addresses=(),
    active=RuleSet("inbound", (rule("store", "example.com"),)),
    forwarders=(Forwarder(FUNCTION, "topic mail", {"FORWARD_TO": ("owner@gmail.com",)}),),
    senders=(),
    zones=(HostedZone("Z1", "example.com", ("ns1.example.net", "ns2.example.net")),),
    dns=Found(
        Zone("example.com", ("ns1.example.net", "ns2.example.net")),
        records("10 inbound-smtp.us-east-2.amazonaws.com"),
        records("v=DMARC1; p=quarantine; rua=mailto:d@example.com"),
    ),
    spf=("v=spf1 include:amazonses.com ~all",),
)


def domain_of(outcome: Outcome) -> ConfiguredDomain:
    """The one domain; the file can be printed and read back."""
    read = parse_config(write(outcome.config, outcome.remarks))

    assert outcome.config == replace(read, warnings=())
    return outcome.config.domain()


def told(outcome: Outcome, text: str) -> bool:
    """Whether a remark says so."""
    return any(text in remark for remark in outcome.remarks)


def test_a_whole_set_up() -> None:
    """Everything has its place, and only the guess is told."""
    outcome = adopt(SEEN)

    assert (
        Config(
            (
                ConfiguredDomain(
                    "example.com",
                    HERE,
                    (Mailbox("*", ("owner@gmail.com",)),),
                    dns=DnsProvider.ROUTE53,
                    mail_from="bounce.example.com",
                    dmarc=Dmarc(dmarc.Policy.QUARANTINE, ("d@example.com",)),
                    notices="owner@gmail.com",
                    forwarding_address="forwarded@example.com",
                    adopted=Adopted(
                        identity=True,
                        configuration_set="main",
                        zone_id="Z1",
                        rule_set="inbound",
                        rules=("store",),
                        bucket="mail-bucket",
                        prefix="in/",
                        topic_arn=TOPIC,
                        function_arn=FUNCTION,
                    ),
                ),
            )
        )
        == outcome.config
    )
    assert 1 == len(outcome.remarks)
    assert told(outcome, "owner@gmail.com was taken from its variable FORWARD_TO")
    domain_of(outcome)


@pytest.mark.parametrize(
    "addresses",
    [
        {},
        {"FORWARD_TO": ("a@gmail.com", "b@gmail.com")},
        {"FROM_ADDRESS": ("noreply@example.org",)},
        {"FORWARD_TO": ("me@example.com",)},
    ],
)
def test_where_mail_goes_is_not_guessed(addresses: dict[str, tuple[str, ...]]) -> None:
    """Two targets, a sender's address, one of ours: the owner has to say."""
    outcome = adopt(replace(SEEN, forwarders=(Forwarder(FUNCTION, "rule store", addresses),)))
    domain = domain_of(outcome)

    assert (Mailbox("*", keep=True),) == domain.mailboxes
    assert FUNCTION == domain.adopted.function_arn
    assert told(outcome, "where to is in its code")


def test_rules_become_mailboxes() -> None:
    """An address is a mailbox, the domain the catch-all; a mailbox in two rules is one."""
    rules = (
        rule("one", "Info@example.com", "sales@example.com", "x@example.org"),
        rule("two", "info@example.com", "example.com"),
        rule("off", "old@example.com", enabled=False),
        rule("below", ".example.com", "eu.example.com"),
        rule("other", "example.org"),
        rule("bounce", "gone@example.com", actions=(OtherAction("BounceAction"),)),
        rule("odd", "odd@example.com", actions=(S3Action("b2"), OtherAction("WorkmailAction"))),
    )
    outcome = adopt(replace(SEEN, active=RuleSet("inbound", rules), forwarders=()))
    domain = domain_of(outcome)

    assert ["info", "sales", "*", "gone", "odd"] == [box.name for box in domain.mailboxes]
    assert ("one", "two", "bounce", "odd") == domain.adopted.rules
    assert domain.mailbox("gone").reject
    assert told(outcome, "Rule off is switched off")
    assert told(outcome, "Rule below takes mail for .example.com, eu.example.com")
    assert told(outcome, "Rule odd has a WorkmailAction")
    assert told(outcome, "Mail is stored in b2/ too")


def test_a_rule_for_everything() -> None:
    """No recipients means every domain of the account (SES guide, "Receipt rules")."""
    domain = domain_of(adopt(replace(SEEN, active=RuleSet("inbound", (rule("all"),)))))

    assert ["*"] == [box.name for box in domain.mailboxes]
    assert ("all",) == domain.adopted.rules


def test_a_lambda_action_is_the_forwarder() -> None:
    """SES may call the function itself."""
    actions = (S3Action("mail-bucket"), LambdaAction(FUNCTION))
    seen = replace(
        SEEN, active=RuleSet("s", (rule("r", "example.com", actions=actions),)), forwarders=()
    )

    assert FUNCTION == domain_of(adopt(seen)).adopted.function_arn


@pytest.mark.parametrize(
    ("mx", "rules", "receive", "remark"),
    [
        (("1 smtp.google.com",), True, False, "its MX is smtp.google.com"),
        (("1 smtp.google.com",), False, False, ""),
        (("10 inbound-smtp.eu-west-1.amazonaws.com",), True, False, "SES in eu-west-1"),
        ((), True, False, "no MX names SES"),
        ((), False, False, ""),
        (("10 inbound-smtp.us-east-2.amazonaws.com",), False, True, "no rule in force takes"),
    ],
)
def test_where_mail_arrives_now(
    mx: tuple[str, ...],
    rules: bool,  # noqa: FBT001  a table
    receive: bool,  # noqa: FBT001  the same
    remark: str,
) -> None:
    """The MX tells who receives; the file never wishes for another."""
    dns = replace(SEEN.dns, mx=records(*mx) if mx else NONE)
    active = SEEN.active if rules else None
    outcome = adopt(replace(SEEN, dns=dns, active=active), (Mailbox("me", ("o@gmail.com",)),))
    domain = domain_of(outcome)

    assert receive is domain.receive
    assert receive or not domain.adopted.rules
    assert told(outcome, remark) if remark else not outcome.remarks


def test_users_are_placed_by_what_binds_them() -> None:
    """A user bound to a From address is that mailbox's; an administrator is nobody's."""
    seen = replace(
        SEEN,
        senders=(
            sender("smtp-info", bound("info@example.com")),
            sender("smtp-two", bound("a@example.com", "b@example.com")),
            sender("elsewhere", bound("info@example.org")),
            sender("admin", {"Action": "*"}),
            sender("reader", {"Action": "s3:GetObject"}),
            sender("other-identity", {"Resource": "arn:aws:ses:*:*:identity/example.org"}),
            Sender("hidden", 1, DENIED),
        ),
    )
    outcome = adopt(seen)
    users = {box.name: box.user for box in domain_of(outcome).mailboxes}

    assert {"*": None, "info": "smtp-info", "a": "smtp-two", "b": "smtp-two"} == users
    assert ("owner@gmail.com",) == outcome.config.domain().mailbox("info").targets
    assert told(outcome, "IAM user hidden: its policies could not be read")
    assert not any(name in remark for remark in outcome.remarks for name in ("admin", "reader"))


def test_a_user_that_may_send_as_anything() -> None:
    """It is the mailbox's that the owner named; else it is told."""
    seen = replace(SEEN, senders=(sender("ses-smtp-user"),))
    me = Mailbox("me", ("o@gmail.com",), send=SendWay.SMTP)

    assert "ses-smtp-user" == domain_of(adopt(seen, (me,))).mailbox("me").user
    assert told(adopt(seen), "IAM user ses-smtp-user (1 active key(s)) may send as any address")


def test_two_users_that_may_send_as_anything() -> None:
    """Which of them is whose, nobody can tell."""
    seen = replace(SEEN, senders=(sender("one"), sender("two")))
    outcome = adopt(seen, (Mailbox("me", ("o@gmail.com",), send=SendWay.SMTP),))

    assert domain_of(outcome).mailbox("me").user is None
    assert told(outcome, "IAM user one")
    assert told(outcome, "IAM user two")


@pytest.mark.parametrize(
    ("change", "remark"),
    [
        ({"senders": DENIED}, "IAM users could not be looked at: denied: iam:ListUsers"),
        ({"active": DENIED}, "Receipt rules could not be looked at"),
        ({"forwarders": DENIED}, "Who forwards received mail could not be looked at"),
        ({"zones": DENIED}, "Route 53 could not be looked at"),
        ({"addresses": DENIED}, "Other identities could not be looked at"),
        ({"spf": DENIED}, "SPF could not be looked at"),
        ({"addresses": ("me@example.com",)}, "me@example.com is an identity of its own"),
        (
            {"zones": (HostedZone("Z9", "example.com", ("ns.example.org",)),)},
            "the world asks other",
        ),
    ],
)
def test_what_has_no_place_is_told(change: dict[str, object], remark: str) -> None:
    """What could not be seen, or not be written, is said; the rest is described."""
    outcome = adopt(replace(SEEN, **change))  # type: ignore[arg-type]  # a test's shorthand

    assert told(outcome, remark)
    domain_of(outcome)


@pytest.mark.parametrize(
    ("texts", "wished"),
    [
        (("v=spf1 include:amazonses.com -all",), True),
        (("v=spf1 mx -all",), False),
        ((), False),
        (("v=spf1 include:amazonses.com -all", "v=spf1 -all"), False),
    ],
)
def test_spf_is_wished_for_only_where_it_is_so(texts: tuple[str, ...], wished: bool) -> None:  # noqa: FBT001  a table
    """Adopting asks for no change."""
    assert wished is domain_of(adopt(replace(SEEN, spf=texts))).spf


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (NONE, None),
        (records("v=DMARC1; p=none", "v=DMARC1; p=none"), None),
        (
            records("v=DMARC1; p=reject; rua=mailto:x@example.org!10m"),
            Dmarc(dmarc.Policy.REJECT, ("x@example.org",)),
        ),
    ],
)
def test_dmarc_as_it_stands(answer: Answer, expected: Dmarc | None) -> None:
    """The file says what receivers apply, or nothing."""
    seen = replace(SEEN, dns=replace(SEEN.dns, dmarc=answer))

    assert expected == domain_of(adopt(seen)).dmarc


def test_other_keys_than_ses_own() -> None:
    """BYODKIM has no CNAMEs of SES's to print."""
    dkim = Dkim("SUCCESS", signing_enabled=True, tokens=("sel",), origin="EXTERNAL")
    outcome = adopt(replace(SEEN, identity=replace(SEEN.identity, dkim=dkim)))

    assert told(outcome, "DKIM comes from EXTERNAL")
