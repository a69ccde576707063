"""The passwords that all relays of a shared queue know: an object for each mailbox.

Its key is a digest: whoever tries to log in names any text, and no text may be a path.
"""

import base64
import hashlib
import json

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sendas.aws.refusals import AwsFailure, Conflict, NotFound
from sendas.aws.shared_queue import Shared
from sendas.errors import CouldNotLook
from sendas.mail.address import Address
from sendas.relay.decide.passwords import Password
from sendas.relay.mail_queue import NotWritten
from sendas.relay.shared.store import not_read, not_written


PASSWORD = "password/"  # noqa: S105  a folder's name
_ROUNDS, _MOST = 8, 100_000


class Passwords:
    """The passwords in one bucket; from any thread."""

    def __init__(self, place: Shared) -> None:
        self._place = place

    def of(self, mailbox: str) -> list[Password]:
        """Those of one mailbox, by label.  Raises CouldNotLook."""
        return self._at(_key(mailbox))[0]

    def all(self) -> list[Password]:
        """Every one, by name.  Raises CouldNotLook."""
        try:
            keys = [one.key for one in self._place.listing(PASSWORD, most=_MOST)]
        except AwsFailure as error:
            raise not_read(error) from error
        found = [one for key in keys for one in self._at(key)[0]]
        return sorted(found, key=lambda one: (one.mailbox.lower(), one.label))

    def add(self, new: Password) -> bool:
        """Keep a new one; False if there is one of that name.  Raises NotWritten."""

        def work(known: list[Password]) -> list[Password] | None:
            return None if any(one.label == new.label for one in known) else [*known, new]

        return self._change(new.mailbox, work)

    def remove(self, mailbox: str, label: str) -> bool:
        """Revoke one; False if there is none.  Raises NotWritten."""

        def work(known: list[Password]) -> list[Password] | None:
            left = [one for one in known if one.label != label]
            return left if len(left) < len(known) else None

        return self._change(mailbox, work)

    def used(self, mailbox: str, label: str, now: datetime, network: str) -> None:
        """Note when and from which network one was last used.  Raises NotWritten."""

        def work(known: list[Password]) -> list[Password] | None:
            noted = [
                replace(one, last_used_at=now, last_used_from=network)
                if one.label == label else one
                for one in known
            ]  # fmt: skip
            return noted if noted != known else None

        self._change(mailbox, work)

    def _change(
        self, mailbox: str, work: Callable[[list[Password]], list[Password] | None]
    ) -> bool:
        """Write what *work* makes of a mailbox's passwords, if it makes anything of them."""
        key, last = _key(mailbox), ""
        for _ in range(_ROUNDS):
            known, etag = self._at(key)
            wanted = work(known)
            if wanted is None:
                # Perhaps it is this very writing, whose answer was lost.
                return bool(last) and _values(known) == last
            last = _values(sorted(wanted, key=lambda one: one.label))
            try:
                self._place.write(key, last.encode("ascii"), only_over=etag)
            except (Conflict, NotFound):
                continue
            except AwsFailure as error:
                raise not_written(error) from error
            return True
        msg = "the shared passwords cannot be written to: others keep writing"
        raise NotWritten(msg)

    def _at(self, key: str) -> tuple[list[Password], str]:
        """The passwords of one object, and its ETag; empty where there is none."""
        try:
            found = self._place.read(key)
        except AwsFailure as error:
            raise not_read(error) from error
        if found is None:
            return [], ""
        try:
            return [_password(one) for one in json.loads(found.content)], found.etag
        except (ValueError, KeyError, TypeError) as error:
            msg = f"the shared passwords cannot be read: {type(error).__name__}"
            raise CouldNotLook(msg) from error


def _key(mailbox: str) -> str:
    return PASSWORD + hashlib.sha256(mailbox.lower().encode("utf-8", "replace")).hexdigest()


def _values(known: Sequence[Password]) -> str:
    return json.dumps([_value(one) for one in known], separators=(",", ":"))


def _value(one: Password) -> Mapping[str, object]:
    used = one.last_used_at
    return {
        "mailbox": one.mailbox, "label": one.label, "senders": list(one.senders),
        "salt": base64.b64encode(one.salt).decode("ascii"),
        "digest": base64.b64encode(one.digest).decode("ascii"),
        "after_ses": one.after_ses, "created_at": one.created_at.isoformat(),
        "last_used_at": used and used.isoformat(), "last_used_from": one.last_used_from,
    }  # fmt: skip


def _password(raw: Mapping[str, Any]) -> Password:
    used = raw["last_used_at"]
    return Password(
        Address(raw["mailbox"]), raw["label"], base64.b64decode(raw["salt"]),
        base64.b64decode(raw["digest"]), tuple(raw["senders"]), raw["after_ses"],
        datetime.fromisoformat(raw["created_at"]), used and datetime.fromisoformat(used),
        raw["last_used_from"],
    )  # fmt: skip
