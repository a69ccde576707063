"""What works on the mail of the active rule, by the rule and by what the file adopted."""

import pytest

from sendas.inbound import mail_location as module
from sendas.inbound.mail_location import MailLocation, find_location
from sendas.ses.receiving import Action, LambdaAction, ReceiptRule, RuleSet, S3Action
from sendas.ses.regions import Region


REGION = Region("us-east-1")
LAMBDA = "arn:aws:lambda:us-east-1:123456789012:function:"
TOPIC = "arn:aws:sns:us-east-1:123456789012:mail"
STORES = S3Action("mail", "in/")
TELLS = S3Action("mail", "in/", TOPIC)
OLD, BY_HAND = LambdaAction(LAMBDA + "old-forwarder"), LambdaAction(LAMBDA + "sendas-forward")


def found(
    monkeypatch: pytest.MonkeyPatch, name: str, actions: tuple[Action, ...], **adopted: str
) -> MailLocation:
    """That of an account with one active rule; *adopted* is what the file says of rules."""
    rule = ReceiptRule(name, enabled=True, recipients=(), actions=actions, scan_enabled=True)
    monkeypatch.setattr(module, "active_rule_set", lambda *_: RuleSet("set", (rule,)))
    return find_location(None, REGION, adopted=adopted)  # type: ignore[arg-type]  # nobody is asked


@pytest.mark.parametrize(
    ("name", "actions", "adopted", "function", "anothers"),
    [
        ("sendas-example-com", (TELLS,), {}, "sendas-example-com", ""),
        ("mine", (STORES, BY_HAND), {}, BY_HAND.function_arn, ""),
        ("mine", (STORES, BY_HAND), {"mine": ""}, BY_HAND.function_arn, ""),
        ("mine", (TELLS,), {}, "sendas-forward", ""),
        ("mine", (OLD, TELLS), {}, "sendas-forward", ""),
        ("mine", (STORES, OLD), {}, "sendas-forward", "the function old-forwarder"),
        ("mine", (TELLS,), {"mine": OLD.function_arn}, "sendas-forward",
         "the function old-forwarder"),
        ("mine", (TELLS,), {"mine": ""}, "sendas-forward", "the rule mine"),
        ("mine", (TELLS,), {"mine": BY_HAND.function_arn}, BY_HAND.function_arn, ""),
        ("mine", (TELLS,), {"other": OLD.function_arn}, "sendas-forward", ""),
    ],
)  # fmt: skip
def test_who_works_on_the_mail(
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    actions: tuple[Action, ...],
    adopted: dict[str, str],
    function: str,
    anothers: str,
) -> None:
    """Ours by its name; another's where the rule calls it alone, or the file adopted the rule."""
    location = found(monkeypatch, name, actions, **adopted)

    assert (function, anothers) == (location.function, location.anothers)
