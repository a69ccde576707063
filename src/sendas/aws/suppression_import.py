"""Many addresses onto the suppression list at once: SES's import jobs.

SES reads a file of lines ``address,reason`` from S3, by the bucket's policy, at most 100,000
of them (SES guide, "Adding email addresses in bulk to your account-level suppression list").
What a job came to is not believed here: whoever asks for it looks at the list afterwards.
"""

import csv
import hashlib
import io

from collections.abc import Sequence
from dataclasses import dataclass

from sendas.aws import objects
from sendas.aws.session import Session
from sendas.aws.suppression_list import Pause
from sendas.aws.writes import do
from sendas.errors import CouldNotLook
from sendas.outcome import NoAnswer
from sendas.ses.regions import Region
from sendas.ses.suppression import IMPORTS, Suppressed


MOST_ROWS = 100_000
_FIRST_PAUSE, _LONGEST_PAUSE, _MOST_POLLS = 0.5, 10.0, 180


class ImportFailed(CouldNotLook):
    """The job did not come to its end, or SES says that it failed."""


@dataclass(frozen=True, slots=True)
class ImportPlace:
    """The bucket from which SES may read."""

    bucket: str
    region: Region


def import_entries(
    session: Session,
    region: Region,
    entries: Sequence[Suppressed],
    place: ImportPlace,
    pause: Pause,
) -> None:
    """Let SES put up to `MOST_ROWS` entries onto *region*'s list, and wait until it has.

    Raises:
        NotDone: S3 or SES did not take it, as SES in the sandbox.
        ImportFailed: The job failed, or does not end within half an hour.
    """
    body = _lines(entries)
    key = f"{IMPORTS}{region}-{hashlib.sha256(body).hexdigest()[:32]}.csv"
    objects.put(session, place.region, place.bucket, key, body)
    try:
        made = do(
            session,
            "sesv2",
            "CreateImportJob",
            region=region,
            ImportDestination={
                "SuppressionListDestination": {"SuppressionListImportAction": "PUT"}
            },
            ImportDataSource={"S3Url": f"s3://{place.bucket}/{key}", "DataFormat": "CSV"},
        )
        _await(session, region, str(made["JobId"]), pause)
    finally:
        do(session, "s3", "DeleteObject", region=place.region, Bucket=place.bucket, Key=key)


def _lines(entries: Sequence[Suppressed]) -> bytes:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([one.address, one.reason] for one in entries)
    return out.getvalue().encode("utf-8")


def _await(session: Session, region: Region, job: str, pause: Pause) -> None:
    seconds = _FIRST_PAUSE
    for _ in range(_MOST_POLLS):
        found = session.ask("sesv2", "GetImportJob", region=region, JobId=job)
        if isinstance(found, NoAnswer):
            raise ImportFailed(str(found))
        status = found.get("JobStatus")
        if status == "COMPLETED":
            return
        if status in {"FAILED", "CANCELLED"}:
            why = found.get("FailureInfo", {}).get("ErrorMessage", "SES does not say why")
            msg = f"import job {job} in {region}: {status}: {why}"
            raise ImportFailed(msg)
        pause(seconds)
        seconds = min(2 * seconds, _LONGEST_PAUSE)
    msg = f"import job {job} in {region}: has not ended for half an hour"
    raise ImportFailed(msg)
