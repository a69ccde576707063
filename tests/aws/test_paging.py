"""Lists in pages: the whole of one, or no answer."""

from typing import Any, TypeAlias

from sendas.aws import inventory, paging, ses, sns
from sendas.outcome import NoAnswer
from sendas.ses.regions import Region


ScriptedAws: TypeAlias = Any
"""A type of conftest, which pytest's importlib mode keeps to itself."""

HERE = Region("us-east-1")
TOPIC = "arn:aws:sns:us-east-1:123456789012:received"
ENTRY = {"IdentityName": "example.com"}
RULE_SETS = (
    "<ListReceiptRuleSetsResponse><ListReceiptRuleSetsResult><RuleSets/>"
    "<NextToken>more</NextToken></ListReceiptRuleSetsResult></ListReceiptRuleSetsResponse>"
)
SUBSCRIPTIONS = (
    "<ListSubscriptionsByTopicResponse><ListSubscriptionsByTopicResult><Subscriptions/>"
    "<NextToken>more</NextToken></ListSubscriptionsByTopicResult>"
    "</ListSubscriptionsByTopicResponse>"
)


def test_every_page_is_read(scripted: ScriptedAws) -> None:
    """The list ends where no token is given."""
    pages = iter([{"EmailIdentities": [ENTRY], "NextToken": "a"}, {"EmailIdentities": [ENTRY]}])
    scripted.answer = lambda _: (200, next(pages))

    assert ("example.com",) * 2 == inventory.identities(scripted.session(), HERE)


def test_a_list_without_an_end_is_no_answer(scripted: ScriptedAws) -> None:
    """Its beginning would pass for the whole; nor is it read for ever."""
    seen = inventory.identities(
        scripted.says(200, {"EmailIdentities": [ENTRY], "NextToken": "more"}), HERE
    )

    assert isinstance(seen, NoAnswer)
    assert seen.detail.startswith("ses:ListEmailIdentities: ")
    assert paging.MOST_PAGES == len(scripted.requests)
    assert isinstance(ses.rule_sets(scripted.says(200, RULE_SETS), HERE), NoAnswer)
    assert isinstance(sns.unconfirmed(scripted.says(200, SUBSCRIPTIONS), HERE, TOPIC), NoAnswer)
