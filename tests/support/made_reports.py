"""Reports of our own making, for tests and the bench: rendered from the values they hold."""

import gzip
import io
import zipfile

from collections.abc import Callable, Iterable, Iterator
from typing import Any
from xml.sax.saxutils import escape

from sendas.reports.model import DkimResult, Head, Override, Published, Row, SpfResult


def opener(raw: bytes, size: int = 65_536) -> Callable[[], Iterator[bytes]]:
    """*raw* in chunks of *size*, as often as wanted."""
    return lambda: (raw[start : start + size] for start in range(0, len(raw), size))


def element(name: str, value: object) -> str:
    """One leaf; nothing for an empty value."""
    return f"<{name}>{escape(str(value))}</{name}>" if value != "" else ""


def row_xml(row: Row) -> str:
    """One record, in the order of RFC 7489's schema."""
    reasons = "".join(
        f"<reason>{element('type', kind)}{element('comment', comment)}</reason>"
        for kind, comment in row.reasons
    )
    signatures = "".join(
        f"<dkim><domain>{escape(one.domain)}</domain>{element('selector', one.selector)}"
        f"<result>{escape(one.result)}</result>{element('human_result', one.human)}</dkim>"
        for one in row.dkim_results
    )
    checks = "".join(
        f"<spf><domain>{escape(one.domain)}</domain>{element('scope', one.scope)}"
        f"<result>{escape(one.result)}</result>{element('human_result', one.human)}</spf>"
        for one in row.spf_results
    )
    return (
        f"<record>\n <row><source_ip>{escape(row.source_ip)}</source_ip>"
        f"<count>{row.mails}</count>\n  <policy_evaluated>"
        f"{element('disposition', row.disposition)}<dkim>{escape(row.dkim)}</dkim>"
        f"<spf>{escape(row.spf)}</spf>{reasons}</policy_evaluated></row>\n"
        f" <identifiers>{element('envelope_to', row.envelope_to)}"
        f"{element('envelope_from', row.envelope_from)}"
        f"<header_from>{escape(row.header_from)}</header_from></identifiers>\n"
        f" <auth_results>{signatures}{checks}</auth_results>\n</record>\n"
    )


def aggregate_xml(head: Head, rows: Iterable[Row], root: str = "feedback") -> bytes:
    """A whole aggregate report."""
    policies = "".join(
        "<policy_published>"
        + "".join(element(name, value) for name, value in zip(Published._fields, one, strict=True))
        + "</policy_published>\n"
        for one in head.policies
    )
    text = (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<{root}>\n{element("version", head.version)}'
        f"<report_metadata>{element('org_name', head.org_name)}{element('email', head.email)}"
        f"{element('extra_contact_info', head.extra_contact_info)}"
        f"{element('report_id', head.report_id)}"
        f"<date_range><begin>{head.begin}</begin><end>{head.end}</end></date_range>"
        f"{''.join(element('error', one) for one in head.errors)}"
        f"{element('generator', head.generator)}</report_metadata>\n"
        f"{policies}{''.join(map(row_xml, rows))}</{root.partition(' ')[0]}>\n"
    )
    return text.encode()


def zipped(files: dict[str, bytes]) -> bytes:
    """A zip file."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def gzipped(raw: bytes) -> bytes:
    """A gzip file, the same for the same content."""
    return gzip.compress(raw, mtime=0)


HEAD = Head(
    org_name="Example Receiver",
    email="dmarc@example.net",
    report_id="r-1",
    begin=1_700_000_000,
    end=1_700_086_399,
    version="1.0",
    policies=(Published("example.com", "none", "none", "", "r", "r", "100", "0"),),
)
ROW = Row(
    "192.0.2.1",
    3,
    "none",
    "pass",
    "fail",
    (Override("forwarded", "looks forwarded"),),
    "example.com",
    "mail.example.com",
    "example.org",
    (DkimResult("example.com", "s1", "pass", ""), DkimResult("example.net", "x", "fail", "bad")),
    (SpfResult("mail.example.com", "mfrom", "softfail", ""),),
)
WHOLE = aggregate_xml(HEAD, [ROW])
ARF = b"""From: dmarc@example.net
To: ruf@example.com
Date: Sat, 28 Nov 2026 12:00:00 +0000
Subject: FW: Earn money
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="b"

--b
Content-Type: text/plain

This is an authentication failure report.
--b
Content-Type: message/feedback-report

Feedback-Type: auth-failure
User-Agent: Reporter/1.0
Version: 1
Original-Mail-From: <anexample.reply@example.org>
Arrival-Date: Sat, 28 Nov 2026 11:59:00 +0000
Source-IP: 192.0.2.1
Authentication-Results: mx.example.net; dkim=fail header.d=example.com
Auth-Failure: signature, dmarc
DKIM-Domain: example.com
DKIM-Selector: s1
Identity-Alignment: dkim
Delivery-Result: reject
Reported-Domain: Example.com

--b
Content-Type: text/rfc822-headers

From: "Boss" <boss@example.com>
To: jane@example.net
Subject: A private matter
Message-ID: <1@example.com>

--b--
"""
PLAIN = b"""From: no-reply@gate.example.net
To: ruf@example.com
Date: Sat, 28 Nov 2026 12:00:00 +0000
Subject: DMARC Forensic Report for example.com from IP 192.0.2.1
Content-Type: text/plain

A message claiming to be from you has failed the published DMARC policy for your domain.

  Sender Domain: example.com
  Sender IP Address: 192.0.2.1
  Received date: Sat, 28 Nov 2026 11:59:00 +0000
  DMARC Results: None, Accept

------ This is a copy of the headers that were received before the error was detected.

From: <boss@example.com>
Message-Id: <1@example.com>
Subject: Sender Domain: evil.example
"""


def tls_report(**changes: object) -> dict[str, Any]:
    """A whole report, with some keys changed."""
    return {
        "organization-name": "Example Receiver",
        "date-range": {
            "start-datetime": "2026-11-28T00:00:00Z",
            "end-datetime": "2026-11-28T23:59:59Z",
        },
        "contact-info": "tls@example.net",
        "report-id": "r-1",
        "policies": [
            {
                "policy": {
                    "policy-type": "sts",
                    "policy-string": ["version: STSv1", "mode: testing"],
                    "policy-domain": "example.com",
                    "mx-host": ["*.example.com"],
                },
                "summary": {
                    "total-successful-session-count": 5,
                    "total-failure-session-count": 2,
                },
                "failure-details": [
                    {
                        "result-type": "certificate-expired",
                        "sending-mta-ip": "192.0.2.1",
                        "receiving-mx-hostname": "MX1.example.com.",
                        "receiving-ip": "198.51.100.1",
                        "failed-session-count": 2,
                        "additional-information": "https://example.net/1",
                    }
                ],
            }
        ],
        **changes,
    }
