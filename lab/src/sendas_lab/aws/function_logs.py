"""What functions write, in CloudWatch Logs: one group for each function.

Source: Lambda guide, "Sending Lambda function logs to CloudWatch Logs": the group
``/aws/lambda/<name>`` is made at the first invocation, by the rights of the role; without
them there are no logs.
"""

from collections.abc import Sequence
from typing import Any

from sendas_lab.aws.asynchronous import Allows
from sendas_lab.aws.service import Now, backends_of, on_behalf_of


class FunctionLogs:
    """The logs of one account's functions."""

    def __init__(self, account_id: str, now: Now, allows: Allows) -> None:
        self._account_id = account_id
        self._now = now
        self._allows = allows

    def write(self, function: Any, stream: str, lines: Sequence[str]) -> None:  # noqa: ANN401  moto's LambdaFunction
        """Add *lines* to the function's group, if its role may."""
        group = f"/aws/lambda/{function.function_name}"
        region = function.region
        arn = f"arn:aws:logs:{region}:{self._account_id}:log-group:{group}:log-stream:{stream}"
        if not self._allows(function, "logs:PutLogEvents", arn):
            return
        now = self._now()
        with on_behalf_of(self._account_id, self._now):
            backend = backends_of("logs")[self._account_id][region]
            if group not in backend.groups:
                made = f"arn:aws:logs:{region}:{self._account_id}:log-group:{group}"
                if not self._allows(function, "logs:CreateLogGroup", made):
                    return
                backend.ensure_log_group(group)
            name = f"{now:%Y/%m/%d}/[{function.version}]{stream}"
            backend.ensure_log_stream(group, name)
            stamp = int(now.timestamp() * 1000)
            events = [{"timestamp": stamp, "message": line} for line in lines]
            backend.groups[group].streams[name].put_log_events(events)
