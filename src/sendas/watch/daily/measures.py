"""What the watcher measures, and how CloudWatch calls it; pure."""

from sendas.ses.account import Account


NAMESPACE = "sendas"
"""CloudWatch's namespace of our own metrics."""
WATCHED = "Watched"
"""1 for each look that came to its end, its notices told.  No data: nobody looks."""
QUOTA = "QuotaUsedPercent"
"""Of what the account may send in 24 hours; no native metric tells (FACTS 12)."""
DIMENSION = "Stack"
"""By which the metrics of two domains are told apart."""


def quota_percent(account: Account) -> float:
    """How much of the quota is used; 0 where it is unlimited."""
    most = account.max_24_hour_send
    if most < 0:
        return 0.0
    return 100 * account.sent_last_24_hours / most if most else 100.0
