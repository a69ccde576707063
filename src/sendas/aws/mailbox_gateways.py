"""What a mailbox's journey asks and does at AWS, bound to one session and Region."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sendas.aws import (
    iam,
    iam_policies,
    insights,
    key_writes,
    mail_objects,
    own_rights,
    ses,
    sesv2,
    sts,
)
from sendas.aws.key_writes import NewKey
from sendas.aws.mail_objects import MailObject
from sendas.aws.password_stores import store_of
from sendas.aws.secret import Secret, StagedSecret
from sendas.aws.session import Session
from sendas.iam.keys import AccessKey
from sendas.iam.lacking import Needs
from sendas.iam.policy import PolicyDocument
from sendas.outcome import NoAnswer, Seen
from sendas.ses.events import SesEvent
from sendas.ses.identity import Identity
from sendas.ses.receiving import RuleSet
from sendas.ses.regions import Region
from sendas.stages import Stage


@dataclass(frozen=True, slots=True)
class MailboxGateways:
    """The gateway modules' functions, as methods.  Whatever changes something raises NotDone."""

    session: Session
    region: Region

    def account_id(self) -> Seen[str]:
        """The account's number."""
        caller = sts.caller(self.session, self.region)
        return caller if isinstance(caller, NoAnswer) else caller.account_id

    def lacking(self, needs: Needs) -> Seen[tuple[str, ...]]:
        """Which of the needed actions the caller is known to lack."""
        done = "ses:GetEmailIdentity"
        return own_rights.known_lacking(self.session, self.region, needs, done)

    def identity(self, name: str) -> Seen[Identity | None]:
        """A domain in SES."""
        return sesv2.identity(self.session, self.region, name)

    def active_rule_set(self) -> Seen[RuleSet | None]:
        """The receipt rules in force."""
        return ses.active_rule_set(self.session, self.region)

    # IAM ----------------------------------------------------------------

    def user_exists(self, user: str) -> Seen[bool]:
        """Whether IAM has the user."""
        return iam.user_exists(self.session, self.region, user)

    def create_user(self, user: str, tags: Mapping[str, str], boundary: str = "") -> None:
        """Make the user, bounded by the policy *boundary* if one is named."""
        key_writes.create_user(self.session, self.region, user, tags, boundary)

    def policies_of(self, user: str) -> Seen[tuple[PolicyDocument, ...]]:
        """Every document that binds the user."""
        return iam_policies.policies_of(self.session, self.region, user)

    def put_policy(self, user: str, name: str, document: str) -> None:
        """Give the user an inline policy."""
        key_writes.put_user_policy(self.session, self.region, user, name, document)

    def keys_of(self, user: str) -> Seen[tuple[AccessKey, ...]]:
        """The user's keys, with their last use."""
        return iam.keys_of(self.session, self.region, user)

    def create_key(self, user: str) -> NewKey:
        """Make a key; not repeatable."""
        return key_writes.create_key(self.session, self.region, user)

    def owner_of(self, key_id: str) -> Seen[str | None]:
        """The user whose key it is; None if it is none of the account."""
        return iam.owner_of(self.session, self.region, key_id)

    def set_key_active(self, user: str, key_id: str, *, active: bool) -> None:
        """Make a key active or inactive."""
        key_writes.set_key_active(self.session, self.region, user, key_id, active=active)

    def delete_key(self, user: str, key_id: str) -> None:
        """Delete a key."""
        key_writes.delete_key(self.session, self.region, user, key_id)

    # Stored passwords ---------------------------------------------------

    def secret(self, name: str) -> Seen[Secret | None]:
        """A secret with its value."""
        return store_of(name).find_secret(self.session, self.region, name)

    def create_secret(self, name: str, description: str, tags: Mapping[str, str]) -> None:
        """Make it, empty."""
        store_of(name).create_secret(self.session, self.region, name, description, tags)

    def restore_secret(self, name: str) -> None:
        """Take its deletion back."""
        store_of(name).restore_secret(self.session, self.region, name)

    def put_secret(self, name: str, text: str, token: str) -> None:
        """Give it a value."""
        store_of(name).put_secret(self.session, self.region, name, text, token)

    def staged_secret(self, name: str) -> Seen[StagedSecret | None]:
        """A secret with the version of each stage."""
        return store_of(name).find_staged(self.session, self.region, name)

    def stage_secret(self, name: str, text: str, token: str, stage: Stage) -> bool:
        """Add a version; False if the token was taken by another text."""
        return store_of(name).stage_secret(self.session, self.region, name, text, token, stage)

    def move_stage(self, name: str, stage: Stage, from_id: str, to_id: str) -> None:
        """Move a label between versions."""
        store_of(name).move_stage(self.session, self.region, name, stage, from_id, to_id)

    def tag_secret(self, name: str, key: str, value: str) -> None:
        """Put a tag on it."""
        store_of(name).tag_secret(self.session, self.region, name, key, value)

    def untag_secret(self, name: str, key: str) -> None:
        """Take a tag off it."""
        store_of(name).untag_secret(self.session, self.region, name, key)

    # Mail ---------------------------------------------------------------

    def mails_since(
        self, bucket: str, prefix: str, since: datetime
    ) -> Seen[tuple[MailObject, ...]]:
        """What was stored since, newest first."""
        return mail_objects.mails_since(self.session, self.region, bucket, prefix, since)

    def read_mail(self, mail: MailObject, max_bytes: int) -> Seen[bytes | None]:
        """Its first bytes."""
        return mail_objects.read_mail(self.session, self.region, mail, max_bytes=max_bytes)

    def delete_mail(self, mail: MailObject) -> None:
        """Delete it."""
        mail_objects.delete_mail(self.session, self.region, mail)

    def secret_for(self, key_id: str) -> str | None:
        """The session's own secret if *key_id* is its key; for recomputation only."""
        own = self.session.secret_for(key_id)
        return own.value if own else None

    def sent_message(self, message_id: str) -> Seen[SesEvent | None]:
        """What SES remembers of a mail it sent."""
        return insights.message_insights(self.session, self.region, message_id)
