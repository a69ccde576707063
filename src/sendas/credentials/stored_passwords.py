"""Asking both stores whose passwords they keep; the passwords themselves are let go at once."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from typing import Protocol, TypeAlias

from sendas.aws.secrets import MOST_AT_ONCE
from sendas.credentials.decide.credential import UnreadableCredential, stored_in
from sendas.credentials.decide.marks import read_marks
from sendas.credentials.decide.verdicts import CURRENT, Box, Stored
from sendas.credentials.sender import PARAMETER_PREFIX, SECRET_PREFIX
from sendas.outcome import NoAnswer, Seen, Why
from sendas.ses.regions import Region
from sendas.stages import ListedSecret, Stage


Text: TypeAlias = Callable[[], Seen[str | None]]
"""Waits for the text of one version."""
_BESIDES = (Stage.PENDING, Stage.PREVIOUS)


class PasswordsAccount(Protocol):
    """What is asked of the stores; read-only, safe from any thread."""

    def passwords_named(self, region: Region, prefix: str) -> Seen[tuple[ListedSecret, ...]]:
        """What keeps passwords under a prefix, in the store that it is of."""

    def current_texts(
        self, region: Region, names: Sequence[str]
    ) -> Seen[Mapping[str, Seen[str | None]]]:
        """The current texts of at most `MOST_AT_ONCE`."""

    def secret_at(self, region: Region, name: str, stage: Stage) -> Seen[str | None]:
        """The text at a stage."""


class StoredPasswords:
    """What is stored in some Regions; what could not be looked at joins *doubts*."""

    def __init__(
        self, account: PasswordsAccount, pool: ThreadPoolExecutor, doubts: list[str]
    ) -> None:
        self._account, self._pool, self._doubts = account, pool, doubts
        self._listed: list[tuple[Region, Seen[tuple[ListedSecret, ...]]]] = []
        self._texts: list[tuple[Region, str, Stage, Text]] = []
        self._by_key: Seen[dict[str, Stored]] = {}

    def ask(self, regions: Iterable[Region]) -> None:
        """List what is stored, and begin to ask for the texts."""
        asked = [
            (region, self._pool.submit(self._account.passwords_named, region, prefix))
            for region in regions
            for prefix in (SECRET_PREFIX, PARAMETER_PREFIX)
        ]
        self._listed = [(region, future.result()) for region, future in asked]
        for region, listed in self._listed:
            if isinstance(listed, NoAnswer):
                self._doubts.append(f"the passwords stored in {region}: {listed}")
            else:
                self._texts += self._asked(region, listed)

    def _asked(
        self, region: Region, listed: Iterable[ListedSecret]
    ) -> Iterable[tuple[Region, str, Stage, Text]]:
        """The current ones by twenty, others one by one."""
        current = []
        for one in listed:
            for stage in _BESIDES:
                if one.stages is None or stage in one.stages:
                    asking = self._pool.submit(self._account.secret_at, region, one.name, stage)
                    yield region, one.name, stage, asking.result
            if one.stages is None or Stage.CURRENT in one.stages:
                current.append(one.name)
        for start in range(0, len(current), MOST_AT_ONCE):
            names = current[start : start + MOST_AT_ONCE]
            batch = self._pool.submit(self._account.current_texts, region, names)
            for name in names:
                yield region, name, Stage.CURRENT, partial(self._of_batch, batch, region, name)

    def _of_batch(
        self, batch: Future[Seen[Mapping[str, Seen[str | None]]]], region: Region, name: str
    ) -> Seen[str | None]:
        """One of many; asked for by itself where many at once were not to be had."""
        told = batch.result()
        if isinstance(told, NoAnswer) or name not in told:
            return self._account.secret_at(region, name, Stage.CURRENT)
        return told[name]

    def by_key(self) -> Seen[dict[str, Stored]]:
        """Where the password of each key is stored; waits for the texts."""
        silence: NoAnswer | None = next(
            (one for _, one in self._listed if isinstance(one, NoAnswer)), None
        )
        found: dict[str, Stored] = {}
        for region, name, stage, answer in self._texts:
            text = answer()
            if isinstance(text, NoAnswer):
                self._doubts.append(f"the password {name} in {region}: {text}")
                silence = silence or text
                continue
            try:
                credential = stored_in(text, name)
            except UnreadableCredential as error:
                self._doubts.append(str(error))
                silence = silence or NoAnswer(Why.SERVER_FAILURE, str(error))
                continue
            if credential is None:
                continue
            one = Stored(name, region, credential.username, stage.name.lower())
            if one.key_id not in found or one.stage == CURRENT:
                found[one.key_id] = one
        self._by_key = silence if silence is not None else found
        return self._by_key

    def known_of(self, box: Box, region: Region) -> Box:
        """*box* with its marks and its current credential, after `by_key`."""
        tags: Mapping[str, str] = next(
            (
                one.tags
                for where, listed in self._listed
                if where == region and not isinstance(listed, NoAnswer)
                for one in listed
                if one.name == box.secret
            ),
            {},
        )
        stored = {} if isinstance(self._by_key, NoAnswer) else self._by_key
        current = next(
            (
                one
                for one in stored.values()
                if (one.secret, one.region, one.stage) == (box.secret, region, CURRENT)
            ),
            None,
        )
        return replace(box, marks=read_marks(tags), current=current)
