"""The steps about receipt rule sets, in which CloudFormation has little share; values only."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class MakeRuleSet:
    """Make the receipt rule set that all domains share; CloudFormation has no share in it."""

    name: str

    def __str__(self) -> str:
        """For people."""
        return f"receipt rule set {self.name}: make it (shared by all domains in the Region)"


@dataclass(frozen=True, slots=True)
class ActivateRuleSet:
    """Let SES obey the rule set, which CloudFormation cannot do."""

    name: str
    instead_of: str | None = None
    ends: tuple[str, ...] = ()
    """Rules of another forwarder that end with it: a take-over."""

    def __str__(self) -> str:
        """For people."""
        how = "in which no rule is enabled"
        if self.ends:
            how = f"which stays as it is; {', '.join(self.ends)} end with it, at once"
        was = f", in place of {self.instead_of}, {how}"
        return f"receipt rule set {self.name}: activate it{was if self.instead_of else ''}"


@dataclass(frozen=True, slots=True)
class CarryRules:
    """Copy other domains' rules into the set that takes over, each with its recipients."""

    source: str
    target: str
    rules: tuple[tuple[str, tuple[str, ...]], ...]

    def __str__(self) -> str:
        """For people."""
        named = ", ".join(name for name, _ in self.rules)
        return f"receipt rule set {self.target}: copy {named} from {self.source}, word for word"


@dataclass(frozen=True, slots=True)
class EndRules:
    """Take rules out of a set that is not in force; the set that is keeps them."""

    rule_set: str
    rules: tuple[str, ...]

    def __str__(self) -> str:
        """For people."""
        return f"receipt rule set {self.rule_set}: take {', '.join(self.rules)} out of it"


@dataclass(frozen=True, slots=True)
class KeepRuleSet:
    """Let SES obey a copy of the set, so that the set itself can be made ready."""

    name: str
    copy: str

    def __str__(self) -> str:
        """For people."""
        return f"receipt rule set {self.copy}: a copy of {self.name}, in force meanwhile"


@dataclass(frozen=True, slots=True)
class RepairRule:
    """Put a receipt rule back as it should be; the stack does not know that it is not."""

    rule_set: str
    rule: str
    recipients: tuple[str, ...]
    bucket: str
    prefix: str
    topic_arn: str
    exists: bool
    why: str

    def __str__(self) -> str:
        """For people."""
        return f"receipt rule {self.rule}: put it right ({self.why})"


@dataclass(frozen=True, slots=True)
class RetireRuleSet:
    """Deactivate and delete the shared rule set, if nobody's rule is left in it."""

    name: str

    def __str__(self) -> str:
        """For people."""
        return f"receipt rule set {self.name}: no other domain's rule is in it; take it away"
