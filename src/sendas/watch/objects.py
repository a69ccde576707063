"""Objects of the mail bucket, several at once, so many that memory holds them."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

from sendas.aws.mail_store import MailStore, StoredObject
from sendas.outcome import see


MOST_HELD = 64
_AT_ONCE = 16


def listed(store: MailStore, prefix: str, what: str) -> Iterator[StoredObject]:
    """Those whose key begins so and ends in ``.jsonl``.

    Raises:
        CouldNotLook: S3 does not tell; the message names *what* was asked.
    """
    for answer in store.objects(prefix):
        one = see(answer, what)
        if one.key.endswith(".jsonl"):
            yield one


def contents(store: MailStore, keys: Sequence[str]) -> Iterator[tuple[str, bytes]]:
    """Each key with what lies there, in their order; none that went meanwhile.

    Raises:
        CouldNotLook: One of them could not be read.
    """
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        for start in range(0, len(keys), MOST_HELD):
            batch = keys[start : start + MOST_HELD]
            for key, content in zip(batch, pool.map(store.read, batch), strict=True):
                raw = see(content, key)
                if raw is not None:
                    yield key, raw
