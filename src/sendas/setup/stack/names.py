"""What everything of a domain is called in AWS; pure.

A name is found again from the domain and the Region alone, so that nothing
needs to be remembered between two runs, and two domains never share one.
Where a name must hold the account's id it says ``${AWS::AccountId}``, as
CloudFormation's Fn::Sub reads it; `StackNames.real` fills it in.
"""

import hashlib
import re

from collections.abc import Mapping
from dataclasses import dataclass

from sendas.config.model import ConfiguredDomain, Mailbox
from sendas.ses.regions import Region, partition_of


ACCOUNT = "${AWS::AccountId}"
PARTITION = "${AWS::Partition}"
RULE_SET = "sendas"
"""One for the account and Region, shared by all domains: SES obeys a single one (FACTS 8)."""
MAIL_PREFIX = "mail/"
STATE_PREFIX = "sendas/"
_ACCOUNT_DIGITS = 12
_MAX_BUCKET = 63
_MAX_ROOT = 48
"""Leaves room for ``-function-errors`` and its like: a Lambda name has at most 64."""


@dataclass(frozen=True, slots=True)
class StackNames:
    """Every name of one domain's things, in one Region."""

    domain: str
    region: Region
    root: str
    """The stack's own name, with which all others begin."""
    bucket: str
    """With ``${AWS::AccountId}`` in it, unless it stood before; see `real`."""
    prefix: str
    rule_set: str
    configuration_set: str | None
    """None where an identity that stood before has none."""

    @property
    def rule(self) -> str:
        """The receipt rule; further ones, past a hundred recipients, end in ``-2`` and so on."""
        return self.root

    @property
    def function(self) -> str:
        """The forwarder."""
        return self.root

    @property
    def watcher(self) -> str:
        """The function that looks once a day."""
        return f"{self.root}-watch"

    @property
    def functions(self) -> Mapping[str, str]:
        """Both, by the logical ids that the template gives them."""
        return {"Forwarder": self.function, "Watcher": self.watcher}

    @property
    def database(self) -> str:
        """Glue's database of the history; Athena's names have no hyphens."""
        return self.root.replace("-", "_")

    @property
    def log_group(self) -> str:
        """Where the forwarder writes its log."""
        return f"/aws/lambda/{self.function}"

    @property
    def watcher_log_group(self) -> str:
        """Where the watcher writes its log."""
        return f"/aws/lambda/{self.watcher}"

    @property
    def received(self) -> str:
        """The topic and the queue of received mail."""
        return f"{self.root}-received"

    @property
    def reply_secret(self) -> str:
        """The secret that holds the keys of aliases."""
        return reply_secret_name(self.domain)

    @property
    def dead_letters(self) -> str:
        """The queue of mail that could not be forwarded."""
        return f"{self.root}-failed"

    @property
    def events(self) -> str:
        """The topic of SES's events about sent mail."""
        return f"{self.root}-events"

    @property
    def alarms(self) -> str:
        """The topic of alarms."""
        return f"{self.root}-alarms"

    def alarm(self, what: str) -> str:
        """An alarm, by what is wrong."""
        return f"{self.root}-{what}"

    def real(self, name: str, account_id: str) -> str:
        """*name* with the account's id in its place."""
        return name.replace(ACCOUNT, account_id)

    def real_bucket(self, account_id: str) -> str:
        """The mail bucket's name in *account_id*."""
        return self.real(self.bucket, account_id)


def stack_names(domain: ConfiguredDomain) -> StackNames:
    """The names of *domain*'s things; where it adopted something, the name that it has."""
    adopted = domain.adopted
    root = root_name(domain.name)
    own_set = None if adopted.identity else root
    return StackNames(
        domain=domain.name,
        region=domain.region,
        root=root,
        bucket=adopted.bucket or bucket_name(domain.name, domain.region),
        prefix=adopted.prefix if adopted.bucket else MAIL_PREFIX,
        rule_set=adopted.rule_set or RULE_SET,
        configuration_set=adopted.configuration_set or own_set,
    )


def topic_arn(region: Region, account_id: str, name: str) -> str:
    """The ARN of a topic of the account in that Region."""
    return f"arn:{partition_of(region)}:sns:{region}:{account_id}:{name}"


def reply_secret_name(domain: str) -> str:
    """What the secret with the keys of *domain*'s aliases is called."""
    return f"sendas/reply/{domain}"


def slug(domain: str) -> str:
    """The domain in letters, digits and hyphens, so that no two domains look alike.

    A dot becomes one hyphen, a hyphen two; labels neither begin nor end with
    one (RFC 1123, 2.1), so this can be told back.
    """
    return domain.lower().replace("_", "---").replace("-", "--").replace(".", "-")


def root_name(domain: str) -> str:
    """``sendas-example-com``; cut and marked with a hash where it would be too long."""
    return f"sendas-{_cut(slug(domain), _MAX_ROOT - len('sendas-'))}"


def bucket_name(domain: str, region: Region) -> str:
    """The bucket of received mail, ``${AWS::AccountId}`` in it: bucket names are the world's."""
    room = _MAX_BUCKET - len(f"sendas---{region}") - _ACCOUNT_DIGITS
    return f"sendas-{_cut(slug(domain), room)}-{ACCOUNT}-{region}"


def _cut(text: str, room: int) -> str:
    if len(text) <= room:
        return text
    mark = hashlib.sha256(text.encode()).hexdigest()[:8]
    return f"{text[: room - 9].rstrip('-')}-{mark}"


def logical_id(kind: str, name: str) -> str:
    """A logical id for one of many: letters and digits, told apart by a hash where needed."""
    plain = "".join(part.capitalize() for part in re.findall(r"[A-Za-z0-9]+", name))
    if re.fullmatch(r"[a-z0-9]+", name):
        return f"{kind}{plain}"
    return f"{kind}{plain}{hashlib.sha256(name.encode()).hexdigest()[:6]}"


def own_users(domain: ConfiguredDomain) -> tuple[tuple[Mailbox, str], ...]:
    """The mailboxes with an IAM user that the stack makes, and the user's name."""
    return tuple(
        (mailbox, domain.user_of(mailbox))
        for mailbox in domain.mailboxes
        if mailbox.send == "smtp" and not mailbox.user
    )
