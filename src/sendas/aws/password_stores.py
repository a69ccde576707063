"""The two stores of SMTP passwords, with one face: which one it is, the name says.

Names of parameters begin with a slash, those of our secrets do not.
"""

from collections.abc import Mapping, Sequence
from typing import Protocol

from sendas.aws import parameters, secrets
from sendas.aws.secret import Secret, StagedSecret
from sendas.aws.session import Session
from sendas.outcome import NoAnswer, Seen
from sendas.ses.regions import Region
from sendas.stages import ListedSecret, Stage


class PasswordStore(Protocol):
    """What a store does; whatever changes something raises NotDone."""

    def find_secret(self, session: Session, region: Region, name: str) -> Seen[Secret | None]:
        """A secret with its current value; None if there is none."""

    def find_staged(
        self, session: Session, region: Region, name: str
    ) -> Seen[StagedSecret | None]:
        """The same with the version of each stage."""

    def create_secret(
        self,
        session: Session,
        region: Region,
        name: str,
        description: str,
        tags: Mapping[str, str],
    ) -> None:
        """Make it, without a value; one that is there is as good."""

    def restore_secret(self, session: Session, region: Region, name: str) -> None:
        """Take its deletion back, where it waits for that."""

    def put_secret(
        self, session: Session, region: Region, name: str, text: str, token: str
    ) -> None:
        """Make *text* its current value; the same again changes nothing."""

    def stage_secret(  # noqa: PLR0913, PLR0917  a place, a value, and what it is for
        self, session: Session, region: Region, name: str, text: str, token: str, stage: Stage
    ) -> bool:
        """Add a version; False if *token* was taken by another text."""

    def move_stage(  # noqa: PLR0913, PLR0917  a place, and from where to where
        self,
        session: Session,
        region: Region,
        name: str,
        stage: Stage,
        from_id: str,
        to_id: str,
    ) -> None:
        """Move what a version is for to another, and make the one before the previous one."""

    def tag_secret(
        self, session: Session, region: Region, name: str, key: str, value: str
    ) -> None:
        """Put a tag on it."""

    def untag_secret(self, session: Session, region: Region, name: str, key: str) -> None:
        """Take a tag off."""

    def delete_secret(self, session: Session, region: Region, name: str) -> None:
        """Have it deleted; none there is as good."""

    def secrets_named(
        self, session: Session, region: Region, prefix: str
    ) -> Seen[tuple[ListedSecret, ...]]:
        """Those whose name begins with *prefix*, without values."""

    def current_texts(
        self, session: Session, region: Region, names: Sequence[str]
    ) -> Seen[Mapping[str, Seen[str | None]]]:
        """The current text of each of at most `secrets.MOST_AT_ONCE`, or why not of one."""

    def secret_at(
        self, session: Session, region: Region, name: str, stage: Stage
    ) -> Seen[str | None]:
        """The text at a stage; None if there is none."""


def store_of(name: str) -> PasswordStore:
    """The store that keeps what is called *name*."""
    return parameters if name.startswith("/") else secrets


def passwords_named(
    session: Session, region: Region, prefix: str
) -> Seen[tuple[ListedSecret, ...]]:
    """What both stores keep under *prefix*, which is written without a slash before it."""
    found: list[ListedSecret] = []
    for store, beginning in ((secrets, prefix), (parameters, f"/{prefix}")):
        named = store.secrets_named(session, region, beginning)
        if isinstance(named, NoAnswer):
            return named
        found += named
    return tuple(found)


def current_texts(
    session: Session, region: Region, names: Sequence[str]
) -> Seen[Mapping[str, Seen[str | None]]]:
    """The current text of each of at most `secrets.MOST_AT_ONCE`, of whichever store."""
    found: dict[str, Seen[str | None]] = {}
    for store in (secrets, parameters):
        mine = [name for name in names if store_of(name) is store]
        told = store.current_texts(session, region, mine) if mine else {}
        if isinstance(told, NoAnswer):
            return told
        found |= told
    return found
