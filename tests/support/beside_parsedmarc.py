"""What sendas reads, in the words that parsedmarc has for it.

parsedmarc fills in what a report leaves open; so does this, and nothing else:
``none`` for a missing selector or result, ``mfrom`` for a missing scope, ``fail`` and
``none`` for a missing result of DMARC, the ``p`` for a missing ``sp``, the id
without brackets and what follows an @.
"""

import hashlib
import json

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from made_reports import ARF, HEAD, PLAIN, ROW, WHOLE, aggregate_xml, gzipped, tls_report, zipped

from sendas.reports.aggregate import read_aggregate
from sendas.reports.failure import read_failure
from sendas.reports.model import FailureReport, Head, Kind, Published, Row, TlsReport
from sendas.reports.tls import read_tls
from sendas.reports.unpack import Document, documents, of_bytes


_SPARSE = Head(
    "Example",
    "dmarc@example.net",
    report_id="<7@example.net>",
    begin=1,
    end=2,
    policies=(Published("example.com", "none"),),
)
_NEW = Published(
    "example.com", "reject", "quarantine", "reject", "s", "s", "", "1", "y", "treewalk"
)
_NAMESPACE = 'feedback xmlns="urn:ietf:params:xml:ns:dmarc-2.0"'
MADE: dict[str, bytes] = {
    "whole.xml": WHOLE,
    "whole.xml.gz": gzipped(WHOLE),
    "whole.zip": zipped({"whole.xml": WHOLE}),
    "upper.xml": WHOLE.replace(b">pass<", b">Pass<").replace(b"example.com</h", b"Example.COM</h"),
    "sparse.xml": aggregate_xml(
        _SPARSE,
        [
            ROW._replace(dkim_results=(), reasons=(), envelope_to="", envelope_from=""),
            ROW._replace(source_ip="2001:db8::1"),
        ],
    ),
    "rfc9990.xml": aggregate_xml(
        replace(_SPARSE, generator="gen 1", extra_contact_info="see above", policies=(_NEW,)),
        [ROW],
        _NAMESPACE,
    ),
    "thousand.xml": aggregate_xml(
        HEAD, [ROW._replace(source_ip=f"192.0.2.{n % 256}", mails=n) for n in range(1000)]
    ),
    "tls.json": json.dumps(tls_report()).encode(),
    "arf.eml": ARF,
    "plain.eml": PLAIN,
}
"""Reports of our own making that both read."""
DIFFERENCES = {"invalid_xml.xml": ("org_email", "header_from")}
"""``bad<xml.net`` in an address: lxml's recovery loses the value, we keep what is written."""


def ours(raw: bytes) -> list[dict[str, Any]]:
    """Everything sendas reads of one input."""
    found: list[dict[str, Any]] = []
    for one in documents("in", of_bytes(raw)):
        if not isinstance(one, Document):
            continue
        if one.kind is Kind.FAILURE and one.message is not None:
            found.append(_failure(read_failure(one.message)))
        elif one.kind is Kind.TLS:
            found.append(_tls(read_tls(one.open())))
        else:
            rows: list[Row] = []
            for batch in read_aggregate(one.open):
                rows += batch.rows
                if batch.last:
                    found.append(_aggregate(batch.head, rows))
                    rows = []
    return found


def _aggregate(head: Head, rows: list[Row]) -> dict[str, Any]:
    policy = head.policies[0]
    told = {name: value or None for name, value in policy._asdict().items()}
    told["sp"] = policy.sp or policy.p
    told["adkim"], told["aspf"] = policy.adkim or "r", policy.aspf or "r"
    return {
        "kind": "aggregate",
        "org_email": head.email or None,
        "contact": head.extra_contact_info or None,
        "report_id": head.report_id.replace("<", "").replace(">", "").partition("@")[0],
        "begin": head.begin,
        "end": head.end,
        "generator": head.generator or None,
        "policy": told,
        "records": [
            {
                "source_ip": row.source_ip,
                "count": row.mails,
                "disposition": row.disposition or "none",
                "dkim": row.dkim or "fail",
                "spf": row.spf or "fail",
                "reasons": [[kind or None, comment or None] for kind, comment in row.reasons],
                "header_from": row.header_from,
                "envelope_from": row.mail_from or None,
                "envelope_to": row.envelope_to or None,
                "aligned": row.passes,
                "dkim_results": [
                    [one.domain, one.selector or "none", one.result or "none", one.human or None]
                    for one in row.dkim_results
                    if one.domain
                ],
                "spf_results": [
                    [one.domain, one.scope or "mfrom", one.result or "none", one.human or None]
                    for one in row.spf_results
                    if one.domain
                ],
            }
            for row in rows
        ],
    }


def _tls(report: TlsReport) -> dict[str, Any]:
    def optional(**values: object) -> dict[str, object]:
        return {name: value for name, value in values.items() if value}

    def date(at: int | None) -> str:
        return f"{datetime.fromtimestamp(at or 0, UTC):%Y-%m-%dT%H:%M:%SZ}"

    return {
        "kind": "smtp_tls",
        "organization_name": report.org_name,
        "begin_date": date(report.begin),
        "end_date": date(report.end),
        "contact_info": report.contact,
        "report_id": report.report_id,
        "policies": [
            {
                "policy_domain": one.domain,
                "policy_type": one.policy_type,
                "successful_session_count": one.successful,
                "failed_session_count": one.failed,
                "failure_details": [
                    {"result_type": two.result_type, "failed_session_count": two.sessions}
                    | optional(
                        sending_mta_ip=two.sending_ip,
                        receiving_ip=two.receiving_ip,
                        receiving_mx_hostname=two.receiving_mx,
                        receiving_mx_helo=two.helo,
                        failure_reason_code=two.reason_code,
                        additional_info_uri=two.info,
                    )
                    for two in one.failures
                ],
            }
            | optional(policy_strings=list(one.strings))
            for one in report.policies
        ],
    }


def _failure(report: FailureReport) -> dict[str, Any]:
    result = report.delivery_result.lower()
    words = ("delivered", "spam", "policy", "reject")
    return {
        "kind": "failure",
        "feedback_type": report.feedback_type,
        "user_agent": report.user_agent or None,
        "original_mail_from": report.mail_from or None,
        "original_rcpt_to": report.rcpt_to or None,
        "auth_failure": list(report.auth_failure),
        "authentication_results": report.authentication_results or None,
        "reported_domain": report.reported_domain,
        "dkim_domain": report.dkim_domain or None,
        "delivery_result": next((word for word in words if word in result), "other"),
        "source_ip": report.source_ip,
        "arrived": report.arrived,
    }


def alike(name: str, values: dict[str, Any]) -> dict[str, Any]:
    """The values in which both must agree, written one way."""
    left = DIFFERENCES.get(name, ())
    found = {key: value for key, value in values.items() if key not in left}
    if "records" in found:
        found["records"] = [
            {key: _plain(value) for key, value in record.items() if key not in left}
            for record in found["records"]
        ]
    if found.get("original_mail_from"):
        found["original_mail_from"] = found["original_mail_from"].strip("<>")
    if "reported_domain" in found:
        found["reported_domain"] = found["reported_domain"].lower()
    for policy in found.get("policies", ()):
        policy.pop("mx_host_patterns", None)
        for one in policy.get("failure_details", ()):
            if "receiving_mx_hostname" in one:
                one["receiving_mx_hostname"] = one["receiving_mx_hostname"].lower().rstrip(".")
    return found


def _plain(value: object) -> object:
    """An empty override is none: parsedmarc keeps ``<reason><type/></reason>`` as nothings."""
    return [one for one in value if one != [None, None]] if isinstance(value, list) else value


def mark(raw: bytes) -> str:
    """By what a file is found that the repository may not name."""
    return hashlib.sha256(raw).hexdigest()[:16]


def digest(values: dict[str, Any]) -> str:
    """A mark of values that the repository may not hold."""
    return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()
