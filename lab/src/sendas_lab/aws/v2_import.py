"""SES API v2: import jobs, which put many addresses on the suppression list or take them off.

Source: API reference, CreateImportJob; SES guide, "Adding email addresses in bulk to your
account-level suppression list": lines ``address,reason`` or JSON objects of emailAddress and
reason, at most 100,000.  That the bucket's policy lets SES read is the guide's way; how
a job fails that may not, and the words of failures, are inferred.
"""

import csv
import json
import uuid

from collections.abc import Iterator, Mapping
from typing import Any

from sendas_lab.aws.calls import Context, Handler, Parameters, page
from sendas_lab.aws.errors import AwsError, Code
from sendas_lab.ses.actions import policy_lets_ses
from sendas_lab.ses.addresses import complaint_about
from sendas_lab.ses.region_state import Shape, Suppressed


_MOST_ROWS = 100_000
_MAX_PAGE = 1000
_REASONS = frozenset({"BOUNCE", "COMPLAINT"})
_SUMMARY = (
    "JobId", "ImportDestination", "JobStatus", "CreatedTimestamp", "ProcessedRecordsCount",
    "FailedRecordsCount",
)  # fmt: skip


def _create(context: Context, given: Parameters) -> Shape:
    action = given["ImportDestination"].get("SuppressionListDestination")
    if action is None:
        text = "sendas lab: import jobs of contact lists are not modelled; see docs/lab.md"
        raise AwsError(Code.NOT_IMPLEMENTED_BY_LAB, text, 400)
    if not context.state.account.production:  # FACTS 13
        text = "Suppression list changes need production access; this account is in the sandbox."
        raise AwsError(Code.BAD_REQUEST_EXCEPTION, text, 400)
    job: Shape = {
        "JobId": str(uuid.uuid4()),
        "ImportDestination": given["ImportDestination"],
        "ImportDataSource": given["ImportDataSource"],
        "JobStatus": "CREATED",
        "CreatedTimestamp": context.now,
    }
    context.state.import_jobs.append(job)
    context.ses.courier.post(lambda: _work(context, job))
    return {"JobId": job["JobId"]}


def _work(context: Context, job: Shape) -> None:
    """Do the job, on the courier's thread: nobody waits for it."""
    source = job["ImportDataSource"]
    bucket, _, key = source["S3Url"].removeprefix("s3://").partition("/")
    ses = context.ses
    with ses.lock:
        may = policy_lets_ses(ses.s3, ses.account_id, "s3:GetObject", bucket, key)
        try:
            text = ses.s3.get(bucket, key).decode("utf-8-sig")
        except (LookupError, UnicodeDecodeError):
            may, text = False, ""
        rows = list(_rows(text, source["DataFormat"]))
        if not may:
            _end(context, job, f"Unable to read {source['S3Url']}")
            return
        if len(rows) > _MOST_ROWS:
            _end(context, job, f"The file has more than {_MOST_ROWS} records")
            return
        deletes = (
            job["ImportDestination"]["SuppressionListDestination"]["SuppressionListImportAction"]
            == "DELETE"
        )
        done = [_apply(context, *row, deletes=deletes) for row in rows]
        _end(context, job)
        job["ProcessedRecordsCount"] = len(done)
        job["FailedRecordsCount"] = done.count(False)


def _end(context: Context, job: Shape, why: str | None = None) -> None:
    job["JobStatus"] = "FAILED" if why else "COMPLETED"
    job["CompletedTimestamp"] = context.now
    if why:
        job["FailureInfo"] = {"ErrorMessage": why}


def _rows(text: str, form: str) -> Iterator[tuple[str, str]]:
    """Address and reason; both empty where a line cannot be read."""
    if form == "CSV":
        for cells in csv.reader(text.splitlines()):
            if cells:
                yield cells[0].strip(), cells[1].strip() if len(cells) > 1 else ""
        return
    for line in text.splitlines():
        if line.strip():
            yield _row(line)


def _row(line: str) -> tuple[str, str]:
    try:
        told: Any = json.loads(line)
    except ValueError:
        return "", ""
    if not isinstance(told, dict):
        return "", ""
    return str(told.get("emailAddress", "")), str(told.get("reason", ""))


def _apply(context: Context, address: str, reason: str, *, deletes: bool) -> bool:
    """Whether the record could be done."""
    if complaint_about(address) is not None or not (deletes or reason in _REASONS):
        return False
    listed = context.state.suppressed
    if deletes:
        listed.pop(address.lower(), None)
    else:
        listed[address.lower()] = Suppressed(address.lower(), reason, context.now)
    return True


def _get(context: Context, given: Parameters) -> Shape:
    for job in context.state.import_jobs:
        if job["JobId"] == given["JobId"]:
            return dict(job)
    text = f"Import job {given['JobId']} does not exist."
    raise AwsError(Code.NOT_FOUND_EXCEPTION, text, 404)


def _list(context: Context, given: Parameters) -> Shape:
    lists_only = given.get("ImportDestinationType") in {None, "SUPPRESSION_LIST"}
    jobs = context.state.import_jobs[::-1] if lists_only else []
    items = [{name: job[name] for name in _SUMMARY if name in job} for job in jobs]
    wrong = AwsError(Code.BAD_REQUEST_EXCEPTION, "Invalid NextToken.", 400)
    shown, more = page(
        items, given.get("NextToken"), given.get("PageSize"), most=_MAX_PAGE, error=wrong
    )
    return {"ImportJobs": shown} | ({"NextToken": more} if more else {})


HANDLERS: Mapping[str, Handler] = {
    "CreateImportJob": _create,
    "GetImportJob": _get,
    "ListImportJobs": _list,
}
