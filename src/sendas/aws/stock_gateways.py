"""What an inventory of credentials asks of one account, as methods."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sendas.aws import cloudtrail, inventory, password_stores, principals, sesv2
from sendas.aws.key_reader import KeyReader
from sendas.aws.password_stores import store_of
from sendas.aws.session import Session
from sendas.iam.key_acts import KeyAct
from sendas.iam.keys import KeyUse
from sendas.iam.principal import Principal
from sendas.outcome import Seen
from sendas.ses.identity import Identity
from sendas.ses.regions import Region
from sendas.stages import ListedSecret, Stage


@dataclass(frozen=True, slots=True)
class StockGateways:
    """`sendas.credentials.gather.Account`; *region* leads to IAM, which is global."""

    session: Session
    region: Region
    keys: KeyReader

    def principals(self) -> Seen[tuple[Principal, ...]]:
        """Every user and role."""
        return principals.principals(self.session, self.region)

    def has_root_key(self) -> Seen[bool]:
        """Whether root has a key."""
        return principals.has_root_key(self.session, self.region)

    def keys_in_use(self, user: str) -> Seen[tuple[KeyUse, ...]]:
        """A user's keys."""
        return self.keys.keys_in_use(user)

    def key_acts(self, since: datetime) -> Seen[tuple[KeyAct, ...]]:
        """What was done to keys."""
        return cloudtrail.key_acts(self.session, self.region, since)

    def identities(self, region: Region) -> Seen[tuple[str, ...]]:
        """The names of a Region's identities."""
        return inventory.identities(self.session, region)

    def identity(self, region: Region, name: str) -> Seen[Identity | None]:
        """One of them."""
        return sesv2.identity(self.session, region, name)

    def passwords_named(self, region: Region, prefix: str) -> Seen[tuple[ListedSecret, ...]]:
        """What keeps passwords under *prefix*, in the store that it is of."""
        return store_of(prefix).secrets_named(self.session, region, prefix)

    def current_texts(
        self, region: Region, names: Sequence[str]
    ) -> Seen[Mapping[str, Seen[str | None]]]:
        """The current texts of at most twenty secrets."""
        return password_stores.current_texts(self.session, region, names)

    def secret_at(self, region: Region, name: str, stage: Stage) -> Seen[str | None]:
        """A secret's text."""
        return store_of(name).secret_at(self.session, region, name, stage)
