"""How many mails of one author to one forward-path came within the hour.

A mail is counted as an object whose key names the hour, the pair and the mail:
counted once however often it is tried, without two writers ever meeting.  A
storm keeps functions warm, so each process first counts in its memory, and uses
S3 only for pairs that have had a tenth of the cap in it; an ordinary mail costs
no call at all.
"""

from collections.abc import Iterable

from sendas.aws.lean import Lean
from sendas.forward.deeds import digest
from sendas.forward.plan import CountKey
from sendas.forward.settings import Settings


_FREE_PART = 10


class Counting:
    """The counts of one process, and those of all in S3."""

    def __init__(self, aws: Lean, settings: Settings) -> None:
        self._aws = aws
        self._settings = settings
        self._seen: dict[CountKey, set[str]] = {}
        self._written: set[tuple[CountKey, str]] = set()

    def count(
        self, ses_message_id: str, keys: Iterable[CountKey], most: int
    ) -> dict[CountKey, int]:
        """How many other mails have each key; beyond *most* it does not matter how many.

        Raises:
            AwsFailure: S3 could not tell.
        """
        wanted = tuple(dict.fromkeys(keys))
        hours = {key.hour for key in wanted}
        self._seen = {key: seen for key, seen in self._seen.items() if key.hour in hours}
        self._written = {(key, one) for key, one in self._written if key.hour in hours}
        return {key: self._one(ses_message_id, key, most) for key in wanted}

    def _one(self, ses_message_id: str, key: CountKey, most: int) -> int:
        seen = self._seen.setdefault(key, set())
        seen.add(ses_message_id)
        if len(seen) <= most // _FREE_PART:
            return len(seen) - 1
        bucket = self._settings.bucket
        pair = digest(f"{key.author},{key.forward_path}")
        prefix = self._settings.rate_prefix(key.hour, pair)
        for one in seen:
            if (key, one) not in self._written:
                self._aws.write(bucket, prefix + one, b"")
                self._written.add((key, one))
        listed = self._aws.listing(bucket, prefix, most=most + 2)
        return sum(1 for entry in listed if entry.key != prefix + ses_message_id)
