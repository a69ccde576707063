"""What parsedmarc reads of reports, reduced to the values of the reports themselves.

Run by the Python that parsedmarc is installed in, which need not be ours::

    PARSEDMARC_PYTHON tests/support/parsedmarc_values.py FILE…

Prints one JSON object: by file name what was read, or the error.  With --time N the
files are read N times first, and the processor time of the fastest round is printed.
"""

import calendar
import json
import logging
import os
import sys
import time

from pathlib import Path
from typing import Any


def main(arguments: list[str]) -> None:
    """Read the files."""
    os.environ["TZ"] = "UTC"
    time.tzset()
    import parsedmarc  # noqa: PLC0415  time zone first

    logging.disable(logging.CRITICAL)
    if arguments[:1] == ["--time"]:
        rounds, files = int(arguments[1]), arguments[2:]
        best = min(_round(parsedmarc, files) for _ in range(rounds))
        sys.stdout.write(json.dumps({"seconds": best, "version": parsedmarc.__version__}))
        return
    found = {Path(name).name: _read(parsedmarc, name) for name in arguments}
    sys.stdout.write(json.dumps({"version": parsedmarc.__version__, "files": found}))


def _round(parsedmarc: Any, files: list[str]) -> float:  # noqa: ANN401  a foreign module
    started = time.process_time()
    for name in files:
        parsedmarc.parse_report_file(name, offline=True)
    return time.process_time() - started


def _read(parsedmarc: Any, name: str) -> dict[str, Any]:  # noqa: ANN401  a foreign module
    try:
        found = parsedmarc.parse_report_file(
            name, offline=True, normalize_timespan_threshold_hours=1e9
        )
    except Exception as error:  # noqa: BLE001  whatever it is, it did not read the file
        return {"error": type(error).__name__}
    kind, report = found["report_type"], found["report"]
    return {"kind": kind} | {
        "aggregate": _aggregate,
        "smtp_tls": _tls,
        "failure": _failure,
    }[kind](report)


def _aggregate(report: dict[str, Any]) -> dict[str, Any]:
    about = report["report_metadata"]
    return {
        "org_email": about["org_email"],
        "contact": about["org_extra_contact_info"],
        "report_id": about["report_id"],
        "begin": _epoch(about["begin_date"]),
        "end": _epoch(about["end_date"]),
        "generator": about["generator"],
        "policy": report["policy_published"],
        "records": [
            {
                "source_ip": one["source"]["ip_address"],
                "count": one["count"],
                "disposition": one["policy_evaluated"]["disposition"],
                "dkim": one["policy_evaluated"]["dkim"],
                "spf": one["policy_evaluated"]["spf"],
                "reasons": [
                    [reason.get("type"), reason.get("comment")]
                    for reason in one["policy_evaluated"]["policy_override_reasons"]
                ],
                "header_from": one["identifiers"]["header_from"],
                "envelope_from": one["identifiers"]["envelope_from"],
                "envelope_to": one["identifiers"]["envelope_to"],
                "aligned": one["alignment"]["dmarc"],
                "dkim_results": [
                    [d["domain"], d["selector"], d["result"], d["human_result"]]
                    for d in one["auth_results"]["dkim"]
                ],
                "spf_results": [
                    [s["domain"], s["scope"], s["result"], s["human_result"]]
                    for s in one["auth_results"]["spf"]
                ],
            }
            for one in report["records"]
        ],
    }


def _tls(report: dict[str, Any]) -> dict[str, Any]:
    return report


def _failure(report: dict[str, Any]) -> dict[str, Any]:
    wanted = (
        "feedback_type", "user_agent", "original_mail_from", "original_rcpt_to", "auth_failure",
        "authentication_results", "reported_domain", "dkim_domain", "delivery_result",
    )  # fmt: skip
    return {name: report[name] for name in wanted} | {
        "source_ip": report["source"]["ip_address"],
        "arrived": _epoch(report["arrival_date_utc"]),
    }


def _epoch(text: str) -> int:
    return calendar.timegm(time.strptime(text, "%Y-%m-%d %H:%M:%S"))


if __name__ == "__main__":
    main(sys.argv[1:])
