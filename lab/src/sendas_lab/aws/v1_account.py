"""SES API v1: quota, statistics, and the account's sending switch."""

from collections.abc import Mapping
from datetime import timedelta

from sendas_lab.aws.calls import Context, Handler, Parameters
from sendas_lab.ses.region_state import Shape


_STATISTICS_KEPT = timedelta(days=14)
"""API reference, GetSendStatistics: the last two weeks, in quarters of an hour."""


def _quota(context: Context, _given: Parameters) -> Shape:
    account = context.state.account
    return {
        "Max24HourSend": account.max_24_hour,
        "MaxSendRate": account.max_rate,
        "SentLast24Hours": float(context.state.sent_last_24_hours(context.now)),
    }


def _statistics(context: Context, _given: Parameters) -> Shape:
    since = context.now - _STATISTICS_KEPT
    return {
        "SendDataPoints": [
            {
                "Timestamp": tally.start,
                "DeliveryAttempts": tally.attempts,
                "Bounces": tally.bounces,
                "Complaints": tally.complaints,
                "Rejects": tally.rejects,
            }
            for tally in context.state.tallies
            if tally.start > since
        ]
    }


def _get_enabled(context: Context, _given: Parameters) -> Shape:
    return {"Enabled": context.state.account.sending_enabled}


def _set_enabled(context: Context, given: Parameters) -> Shape:
    context.state.account.sending_enabled = bool(given.get("Enabled", False))
    return {}


HANDLERS: Mapping[str, Handler] = {
    "GetSendQuota": _quota,
    "GetSendStatistics": _statistics,
    "GetAccountSendingEnabled": _get_enabled,
    "UpdateAccountSendingEnabled": _set_enabled,
}
