"""Where the owner's mail lies and what forwards it, by what is named and by the receipt rules."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from sendas.aws.mail_store import MailStore
from sendas.aws.ses import active_rule_set
from sendas.aws.session import Session
from sendas.errors import CouldNotLook, UsageError
from sendas.inbound.settings import DEFAULT_STATE_PREFIX, record_key
from sendas.mail.domain import Domain
from sendas.outcome import NoAnswer
from sendas.ses.receiving import LambdaAction, ReceiptRule, S3Action
from sendas.ses.regions import Region


DEFAULT_FUNCTION = "sendas-forward"


class NoReceiving(UsageError):
    """The active receipt rule set stores no mail, and no bucket was named."""


class Silent(CouldNotLook):
    """AWS did not answer."""


class NotOurs(UsageError):
    """The mail goes through a forwarder that stood before sendas, which sendas cannot ask."""


@dataclass(frozen=True, slots=True)
class MailLocation:
    """Where the owner's mail lies, and what forwards it.

    *anothers* names what works on it where that is no function of sendas's: nothing is
    written down there that sendas can read, and nobody can be asked.
    """

    store: MailStore
    prefix: str = ""
    state_prefix: str = DEFAULT_STATE_PREFIX
    function: str = DEFAULT_FUNCTION
    anothers: str = ""

    def record_key(self, ses_message_id: str) -> str:
        """Where the mail's record lies."""
        return record_key(self.state_prefix, ses_message_id)

    def ours(self) -> "MailLocation":
        """This one.

        Raises:
            NotOurs: It is another forwarder's.
        """
        if self.anothers:
            msg = (
                f"{self.anothers} works on this mail, and sendas cannot tell it anything; "
                "`sendas plan --take-over` shows how the mail moves to sendas; to try a function "
                "of ours before, name mails by id, and it with --function"
            )
            raise NotOurs(msg)
        return self


def find_location(  # noqa: PLR0913  what the owner may name
    session: Session,
    region: Region,
    *,
    bucket: str | None = None,
    prefix: str | None = None,
    function: str | None = None,
    domain: Domain | None = None,
    adopted: Mapping[str, str] = MappingProxyType({}),
) -> MailLocation:
    """The location, from what is named, and for the rest from the active receipt rule set.

    *adopted* are rules that stood before sendas: by name, the function behind each, or "".

    Raises:
        NoReceiving: No rule of it stores mail (for *domain*).
        Silent: AWS did not say.
    """
    found, anothers = S3Action(bucket or "", prefix or ""), ""
    if bucket is None or prefix is None or function is None:
        found, own, anothers = _from_rules(session, region, domain, bucket, adopted)
        function = function or own
    store = MailStore(session, region, bucket or found.bucket)
    chosen = found.prefix if prefix is None else prefix
    return MailLocation(store, chosen, function=function or DEFAULT_FUNCTION, anothers=anothers)


def _from_rules(
    session: Session,
    region: Region,
    domain: Domain | None,
    bucket: str | None,
    adopted: Mapping[str, str],
) -> tuple[S3Action, str | None, str]:
    """Where the first rule stores, our function behind it, and another's."""
    rules = active_rule_set(session, region)
    if isinstance(rules, NoAnswer):
        if bucket is not None:
            return S3Action(bucket), None, ""
        raise Silent(str(rules.detail))
    for rule in rules.rules if rules else ():
        if domain and not _takes(rule, domain):
            continue
        stores = [a for a in rule.actions if isinstance(a, S3Action)]
        if rule.enabled and stores and bucket in {None, stores[0].bucket}:
            return stores[0], *_behind(rule, adopted)
    if bucket is not None:
        return S3Action(bucket), None, ""
    msg = (
        f"no enabled rule of the active receipt rule set in {region} stores mail"
        f"{f' for {domain}' if domain else ''} in S3; name the bucket with --bucket"
    )
    raise NoReceiving(msg)


def _behind(rule: ReceiptRule, adopted: Mapping[str, str]) -> tuple[str | None, str]:
    """Our function that works on the rule's mail, and another's, in words."""
    if rule.name.startswith("sendas-"):  # a stack of ours calls rule and function alike
        return rule.name, ""
    called = [a.function_arn for a in rule.actions if isinstance(a, LambdaAction)]
    called += [arn for arn in (adopted.get(rule.name),) if arn]
    ours = [arn for arn in called if _name(arn).startswith("sendas")]
    if ours:
        return ours[0], ""
    tells = any(isinstance(a, S3Action) and a.topic_arn for a in rule.actions)
    if rule.name not in adopted and (tells or not called):
        return None, ""  # ours may be behind the topic, set up by hand
    return None, f"the function {_name(called[-1])}" if called else f"the rule {rule.name}"


def _name(function_arn: str) -> str:
    return function_arn.rpartition(":")[2]


def _takes(rule: ReceiptRule, domain: Domain) -> bool:
    """Whether the rule takes mail for any address at *domain*."""
    domains = {recipient.lower().rpartition("@")[2] for recipient in rule.recipients}
    return not domains or domain in domains
