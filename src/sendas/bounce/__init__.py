"""Bounces: what they say, whose fault it is, what to do.

``explain`` reads anything that says "not delivered": a delivery status
notification, free text of many mail programs, a complaint, an SES event, a bare SMTP
reply, an mbox.  It does no I/O and never raises on input.

>>> from sendas.bounce import explain
>>> found = explain(b"550 5.7.515 Access denied, sending domain example.com does not meet the "
...                 b"required authentication level.")
>>> found.recipients[0].reason, found.recipients[0].owner
(<Reason.AUTH_FAILURE: 'auth-failure'>, <Owner.DNS: 'you:dns'>)
"""

from sendas.bounce.explain import explain
from sendas.bounce.explanation import Confidence, Explanation, Kind, RecipientReport
from sendas.bounce.reason import Reason


__all__ = ["Confidence", "Explanation", "Kind", "Reason", "RecipientReport", "explain"]
