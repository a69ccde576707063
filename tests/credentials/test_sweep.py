"""A canary's mail is cleaned up after whoever forwards has read it, and nothing else is."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sendas.aws.mail_objects import MailObject
from sendas.credentials.audit import Doors, Run, RunOptions, sweep
from sendas.credentials.decide.audited import Standing
from sendas.credentials.doors import Timing
from sendas.credentials.watching import Place
from sendas.mail.canary import CANARY


BEGAN = datetime(2026, 11, 29, 12, tzinfo=UTC)
TOKEN, OTHER = "0a1b2c3d4e5f", "ffffffffffff"


class Bucket:
    """Two stored canaries; notes what happens, in order."""

    def __init__(self) -> None:
        self.happened: list[Any] = []

    def mails_since(self, bucket: str, prefix: str, since: datetime) -> Sequence[MailObject]:
        """Both, whoever asks."""
        assert (bucket, prefix, since) == ("mail", "in/", BEGAN)
        return [MailObject(bucket, f"in/{token}", BEGAN, 1) for token in (TOKEN, OTHER)]

    def read_mail(self, mail: MailObject, max_bytes: int) -> bytes:
        """What marks it."""
        assert max_bytes
        return f"{CANARY}: {mail.key.removeprefix('in/')}\r\n\r\n".encode()

    def delete_mail(self, mail: MailObject) -> None:
        """It goes."""
        self.happened.append(mail.key)


def test_the_forwarder_reads_it_first() -> None:
    """Ten seconds for the function that every stored mail comes to; only this very canary goes."""
    bucket: Any = Bucket()
    timing = Timing(lambda: BEGAN, bucket.happened.append)
    run = Run(Doors(bucket, bucket, bucket, timing), RunOptions(lambda: TOKEN, print))

    sweep(run, [Place("mail", "in/")], BEGAN, TOKEN)

    assert [10.0, f"in/{TOKEN}"] == bucket.happened
    assert [Standing.DONE] == [claim.standing for claim in run.claims]
