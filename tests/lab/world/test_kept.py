"""Bytes on disk: what is put is got, and the file is cut when nothing is held."""

import gc
import random

from moto.s3.models import FakeKey
from sendas_lab.kept import Kept, KeptBuffer, _the_file


def test_what_is_put_is_got() -> None:
    """Whatever the order of holding and letting go; equal bytes are equal."""
    chance = random.Random(7)  # noqa: S311  no secret
    held: list[tuple[bytes, Kept]] = []
    for _ in range(200):
        content = chance.randbytes(chance.randrange(3000))
        held.append((content, Kept(content)))
        if chance.random() < 0.5:
            held.pop(chance.randrange(len(held)))
        for wanted, kept in chance.sample(held, min(3, len(held))):
            assert wanted == bytes(kept)
            assert len(wanted) == kept.size
    assert Kept(b"a") == Kept(b"a") != Kept(b"b")


def test_the_file_is_cut_when_nothing_is_held() -> None:
    """Otherwise a long run of tests would fill the disk."""
    gc.collect()
    file = _the_file()
    before = file._held  # noqa: SLF001  there is no other way to see it
    one = Kept(b"x" * 1000)
    assert before + 1 == file._held  # noqa: SLF001  the same
    del one
    assert before == file._held  # noqa: SLF001  the same
    if not before:
        assert 0 == file._end  # noqa: SLF001  the same


def test_moto_s_objects_are_kept_so() -> None:
    """Their value can be set, read, read in blocks for the ETag, and set again."""
    key = FakeKey("k", b"one", "123456789012", "us-east-1")
    key._value_buffer = KeptBuffer()  # noqa: SLF001  as the lab's S3 has it
    key.value = b"another"
    assert b"another" == key.value == key.value
    assert '"b32d73e56ec99bc5ec8f83871cde708a"' == key.etag  # printf another | md5sum
    key.value = b""
    assert b"" == key.value
    key.dispose()
