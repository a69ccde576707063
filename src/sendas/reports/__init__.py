"""What receivers report about a domain's mail: DMARC aggregate and failure reports, TLS reports.

`unpack` finds the reports in whatever they came in, `aggregate`, `failure` and
`tls` read them, `line` writes them down, and `senders`, `advice_policy` and
`tls_answers` say what they mean.  Pure: bytes in, values out.  A report is a
stranger's text: every reader is bounded in memory, and a report that cannot be
read is a value with one line that says why.
"""
