"""Receipt rule sets, whose mail their rules take (SES API v1, DescribeActiveReceiptRuleSet)."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class S3Action:
    """Store the mail at ``bucket/prefix + SES message id``, then tell *topic_arn*."""

    bucket: str
    prefix: str = ""
    topic_arn: str | None = None
    role_arn: str | None = None
    kms_key_arn: str | None = None


@dataclass(frozen=True, slots=True)
class LambdaAction:
    """Invoke a function; the event holds headers, not the body."""

    function_arn: str
    invocation_type: str = "Event"


@dataclass(frozen=True, slots=True)
class OtherAction:
    """Any other action, by SES's own name: SNSAction, BounceAction, StopAction and so on."""

    name: str


Action = S3Action | LambdaAction | OtherAction


@dataclass(frozen=True, slots=True)
class ReceiptRule:
    """One rule.  No recipients means every recipient of every verified domain."""

    name: str
    enabled: bool
    recipients: tuple[str, ...]
    actions: tuple[Action, ...]
    scan_enabled: bool = False
    tls_required: bool = False

    def names(self, domain: str) -> bool:
        """Whether a recipient is the domain or an address of it."""
        return any(one.rpartition("@")[2].lower() == domain for one in self.recipients)

    def takes(self, domain: str) -> bool:
        """Whether it could take mail of the domain: it names it, or takes everything."""
        return not self.recipients or self.names(domain)

    def takes_all(self, domain: str) -> bool:
        """Whether it takes the mail of every address at the domain."""
        return not self.recipients or any(one.lower() == domain for one in self.recipients)

    def matches(self, forward_path: str) -> bool:
        """Whether SES applies the rule to *forward_path*, an address.

        A recipient is an address, a domain (every address at it), or a domain
        with a leading dot (every subdomain).  SES guide, "Receipt rules".
        """
        if not self.recipients:
            return True
        local, _, domain = forward_path.rpartition("@")
        return any(_matches(wanted, local, domain.lower()) for wanted in self.recipients)


def _matches(wanted: str, local: str, domain: str) -> bool:
    wanted_local, at, wanted_domain = wanted.rpartition("@")
    wanted_domain = wanted_domain.lower()
    if at:
        # SES ignores a label: user+label@ matches a rule for user@ (guide, "Receipt rules").
        return wanted_domain == domain and local.lower() in _labelled(wanted_local.lower(), local)
    if wanted_domain.startswith("."):
        return domain.endswith(wanted_domain)
    return wanted_domain == domain


def _labelled(wanted_local: str, local: str) -> tuple[str, ...]:
    base, plus, _ = local.lower().partition("+")
    return (wanted_local, local.lower()) if plus and base == wanted_local else (wanted_local,)


@dataclass(frozen=True, slots=True)
class RuleSet:
    """The active rule set; rules in the order SES applies them."""

    name: str
    rules: tuple[ReceiptRule, ...]

    def rules_for(self, forward_path: str) -> tuple[ReceiptRule, ...]:
        """The enabled rules that apply to *forward_path*, in order."""
        return tuple(rule for rule in self.rules if rule.enabled and rule.matches(forward_path))

    def rules_of(self, domain: str) -> tuple[ReceiptRule, ...]:
        """The enabled rules that take some mail of the domain, in order."""
        return tuple(rule for rule in self.rules if rule.enabled and rule.takes(domain))


@dataclass(frozen=True, slots=True)
class Bucket:
    """A bucket that a receipt rule writes to; *policy* is JSON text, None if it has none."""

    name: str
    exists: bool
    policy: str | None
