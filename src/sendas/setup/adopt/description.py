"""From what an account holds to the `sendas.toml` that describes it; pure.

Describes and nothing more: whatever stands is named under ``adopted``, so that
`apply` uses it as it is, and a wish that would change the DNS is not made.  What
has no place in the file is told in words.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from sendas.config.model import (
    CATCH_ALL,
    Adopted,
    Config,
    ConfiguredDomain,
    Dmarc,
    DnsProvider,
    Mailbox,
    default_forwarding_address,
    default_notices,
)
from sendas.dns.names import within
from sendas.dns.zone import Zone
from sendas.mail.address import Address, MalformedAddress, domain_of
from sendas.mail.domain import Domain
from sendas.outcome import NoAnswer
from sendas.ses.receiving import LambdaAction, OtherAction, ReceiptRule, RuleSet, S3Action
from sendas.setup.adopt.seen import AccountSeen
from sendas.setup.adopt.senders import place_senders
from sendas.setup.init import Outcome, published_dmarc
from sendas.setup.records.wanted import EASY_DKIM_ZONE, SES_SENDER


_REFUSAL = "This address does not accept mail."
_TARGET_WORDS = ("to", "forward", "target", "recipient", "dest", "owner", "inbox")


@dataclass(slots=True)
class _Story:
    """What has been described so far, and what could not be."""

    seen: AccountSeen
    remarks: list[str] = field(default_factory=list)

    def tell(self, remark: str) -> None:
        if remark not in self.remarks:
            self.remarks.append(remark)


def adopt(seen: AccountSeen, named: tuple[Mailbox, ...] = ()) -> Outcome:
    """The configuration that describes *seen*; *named* are mailboxes the owner named.

    The remarks say what has no place in the file, or was not seen.
    """
    story = _Story(seen)
    rules = tuple(_matching(seen, story))
    receive = _receives(story, rules)
    mailboxes = tuple(_mailboxes(story, rules, named)) if receive else _send_only(named)
    placed = place_senders(seen, mailboxes)
    mailboxes = placed.mailboxes
    for remark in placed.remarks:
        story.tell(remark)
    _identity(story)
    domain = ConfiguredDomain(
        seen.domain,
        seen.region,
        mailboxes,
        dns=_dns(story),
        receive=receive,
        mail_from=seen.identity.mail_from.domain.lower() if seen.identity.mail_from else None,
        spf=_spf(story),
        dmarc=_dmarc(story),
        notices=default_notices(mailboxes, ()),
        forwarding_address=default_forwarding_address(seen.domain, mailboxes),
        adopted=_adopted(story, rules if receive else ()),
    )
    return Outcome(Config((domain,)), tuple(story.remarks))


# Receiving ----------------------------------------------------------------------


def _matching(seen: AccountSeen, story: _Story) -> Iterator[ReceiptRule]:
    """The rules in force that take mail for the domain; the others are told."""
    if isinstance(seen.active, NoAnswer):
        story.tell(f"Receipt rules could not be looked at: {seen.active}.")
        return
    for rule in seen.active.rules if seen.active else ():
        if not _concerns(rule, seen.domain):
            below = [r for r in rule.recipients if within(r.lstrip("."), seen.domain)]
            if below:
                story.tell(
                    f"Rule {rule.name} takes mail for {', '.join(below)}, a subdomain: it is"
                    " another domain to SES, and not described here."
                )
        elif not rule.enabled:
            story.tell(f"Rule {rule.name} is switched off, and left out.")
        else:
            yield rule


def _concerns(rule: ReceiptRule, domain: Domain) -> bool:
    return not rule.recipients or any(_is_at(r, domain) for r in rule.recipients)


def _is_at(recipient: str, domain: Domain) -> bool:
    return (domain_of(recipient) or recipient.lower()) == domain


def _receives(story: _Story, rules: tuple[ReceiptRule, ...]) -> bool:
    seen, others = story.seen, ", ".join(story.seen.dns.other_exchangers)
    if others:
        if rules:
            story.tell(
                f"There are receipt rules for {seen.domain}, but its MX is {others}: written as"
                " receive = false, and the MX is left alone."
            )
        return False
    there = seen.dns.received_in
    if there and there != seen.region:
        story.tell(f"The MX names SES in {there}, not in {seen.region}: receive = false here.")
        return False
    if there and not rules:
        story.tell(
            f"The MX names SES, but no rule in force takes {seen.domain}'s mail: it is refused"
            " now. `sendas plan` shows the rules that would be made."
        )
    if rules and not there:
        story.tell(
            f"There are receipt rules for {seen.domain}, but no MX names SES: nothing arrives"
            " now. Written as receive = false."
        )
    return there is not None


def _mailboxes(
    story: _Story, rules: tuple[ReceiptRule, ...], named: tuple[Mailbox, ...]
) -> Iterator[Mailbox]:
    targets = _targets(story)
    described = {mailbox.name for mailbox in named}
    yield from named
    for rule in rules:
        for recipient in rule.recipients or (story.seen.domain,):
            local, at, _ = recipient.rpartition("@")
            if not _is_at(recipient, story.seen.domain):
                continue
            name = local.lower() if at else CATCH_ALL
            if name in described:
                continue
            described.add(name)
            yield _mailbox(story, rule, name, targets)
    if not rules and CATCH_ALL not in described:
        yield Mailbox(CATCH_ALL, keep=True)


def _mailbox(story: _Story, rule: ReceiptRule, name: str, targets: tuple[Address, ...]) -> Mailbox:
    kinds = [action.name for action in rule.actions if isinstance(action, OtherAction)]
    if "BounceAction" in kinds and not any(isinstance(a, S3Action) for a in rule.actions):
        story.tell(f"Rule {rule.name} bounces; its own text is not known here.")
        return Mailbox(name, reject=_REFUSAL)
    for kind in kinds:
        story.tell(f"Rule {rule.name} has a {kind}, which the file has no word for; it stays.")
    return Mailbox(name, targets=targets, keep=not targets)


def _targets(story: _Story) -> tuple[Address, ...]:
    """Where the function that runs now sends mail, if its variables tell beyond doubt."""
    forwarders = story.seen.forwarders
    if isinstance(forwarders, NoAnswer):
        story.tell(f"Who forwards received mail could not be looked at: {forwarders}.")
        return ()
    if not forwarders:
        return ()
    first = forwarders[0]
    for other in forwarders[1:]:
        story.tell(f"Function {_name(other.arn)} hears of mail too ({other.told_by}); it stays.")
    found = {
        address: variable
        for variable, addresses in first.addresses.items()
        for address in filter(None, map(_address, addresses))
        if address.domain != story.seen.domain and _means_target(variable)
    }
    if len(found) == 1:
        ((address, variable),) = found.items()
        story.tell(
            f"Function {_name(first.arn)} forwards; {address} was taken from its variable"
            f" {variable}. Look whether that is where your mail goes."
        )
        return (address,)
    story.tell(
        f"Function {_name(first.arn)} forwards, and where to is in its code. It goes on as it"
        " is; write the targets as `to` before you let sendas forward."
    )
    return ()


def _means_target(variable: str) -> bool:
    parts = variable.lower().replace("-", "_").split("_")
    return any(part.startswith(word) for part in parts for word in _TARGET_WORDS)


def _address(text: str) -> Address | None:
    try:
        return Address(text)
    except MalformedAddress:
        return None


def _name(arn: str) -> str:
    return arn.rpartition(":function:")[2] or arn


def _send_only(named: tuple[Mailbox, ...]) -> tuple[Mailbox, ...]:
    return tuple(Mailbox(box.name, send=box.send) for box in named if not box.is_catch_all)


# The rest -----------------------------------------------------------------------


def _adopted(story: _Story, rules: tuple[ReceiptRule, ...]) -> Adopted:
    seen = story.seen
    stores = [action for rule in rules for action in rule.actions if isinstance(action, S3Action)]
    for store in stores[1:]:
        if (store.bucket, store.prefix) != (stores[0].bucket, stores[0].prefix):
            story.tell(
                f"Mail is stored in {store.bucket}/{store.prefix} too; that stays as it is."
            )
    for store in stores:
        if store.kms_key_arn:
            story.tell(
                f"Mail in {store.bucket} is encrypted by SES before it is stored: only AWS's Java"
                " and Ruby clients can read it, and sendas cannot (FACTS 8.3)."
            )
    function = next((action.function_arn for action in _lambda_actions(rules)), None)
    forwarders = () if isinstance(seen.forwarders, NoAnswer) or not rules else seen.forwarders
    return Adopted(
        identity=True,
        configuration_set=seen.identity.configuration_set,
        zone_id=_zone_id(seen),
        rule_set=_set_name(seen.active) if rules else None,
        rules=tuple(rule.name for rule in rules),
        bucket=stores[0].bucket if stores else None,
        prefix=stores[0].prefix if stores else "",
        topic_arn=next((store.topic_arn for store in stores if store.topic_arn), None),
        function_arn=next((one.arn for one in forwarders), function),
    )


def _lambda_actions(rules: tuple[ReceiptRule, ...]) -> Iterator[LambdaAction]:
    for rule in rules:
        yield from (action for action in rule.actions if isinstance(action, LambdaAction))


def _set_name(active: RuleSet | NoAnswer | None) -> str | None:
    return active.name if isinstance(active, RuleSet) else None


def _zone_id(seen: AccountSeen) -> str | None:
    """The zone in this account that the world really asks."""
    if isinstance(seen.zones, NoAnswer) or not isinstance(seen.dns.zone, Zone):
        return None
    servers = set(seen.dns.zone.servers)
    for zone in seen.zones:
        if servers & set(zone.name_servers):
            return zone.zone_id
    return None


def _dns(story: _Story) -> DnsProvider:
    seen = story.seen
    if _zone_id(seen):
        return DnsProvider.ROUTE53
    if isinstance(seen.zones, NoAnswer):
        story.tell(f"Route 53 could not be looked at: {seen.zones}. Written as dns = manual.")
    for zone in () if isinstance(seen.zones, NoAnswer) else seen.zones:
        story.tell(
            f"Route 53 has a zone {zone.name} ({zone.zone_id}), but the world asks other name"
            " servers: what is written there is not seen."
        )
    return DnsProvider.MANUAL


def _dmarc(story: _Story) -> Dmarc | None:
    record = published_dmarc(story.seen.dns.dmarc)
    if record is None:
        story.tell(
            "No DMARC record that receivers apply: the file leaves DMARC out. Add [domain.dmarc]"
            " to have one."
        )
        return None
    return Dmarc(record.policy, tuple(filter(None, map(_address, record.aggregate_reports))))


def _spf(story: _Story) -> bool:
    """Whether the domain's own SPF record lets SES send already."""
    texts = story.seen.spf
    if isinstance(texts, NoAnswer):
        story.tell(f"SPF could not be looked at: {texts}. Written as spf = false.")
        return False
    return len(texts) == 1 and SES_SENDER in texts[0].lower().split()


def _identity(story: _Story) -> None:
    seen, dkim = story.seen, story.seen.identity.dkim
    if seen.identity.verification_status != "SUCCESS":
        story.tell(f"SES says {seen.identity.verification_status} of {seen.domain}, not SUCCESS.")
    if dkim.origin != "AWS_SES":
        story.tell(
            f"DKIM comes from {dkim.origin}, not from SES's own keys (Easy DKIM): its records"
            " stand as they are, and `sendas records` does not print them."
        )
    elif dkim.signing_zone != EASY_DKIM_ZONE:
        story.tell(f"SES keeps this identity's DKIM keys under {dkim.signing_zone}.")
    if isinstance(seen.addresses, NoAnswer):
        story.tell(f"Other identities could not be looked at: {seen.addresses}.")
        return
    for address in seen.addresses:
        story.tell(
            f"{address} is an identity of its own: mail from it uses that identity's settings,"
            " not the domain's. Once nothing needs it, delete it."
        )
    for name in seen.identity.policies:
        story.tell(f"Policy {name} on the identity lets somebody else send; it stays.")
