"""What the watcher says to others: a notice by SNS, a measurement to CloudWatch."""

from collections.abc import Mapping
from urllib.parse import quote, urlencode

from sendas.aws.calls import worth_another_try
from sendas.aws.http_client import Reply
from sendas.aws.lean import Lean


_FORM = "application/x-www-form-urlencoded; charset=utf-8"
_SNS, _CLOUDWATCH = "2010-03-31", "2010-08-01"
"""The versions of the two APIs (AWS query protocol)."""


class Teller(Lean):
    """The lean client, and two calls more."""

    def publish(self, topic_arn: str, subject: str, text: str) -> None:
        """Tell everybody who is subscribed; *subject* is ASCII, under a hundred characters.

        Raises:
            NoReply: With ``sent``, they may have been told.
            AwsFailure: They were not.
        """
        form = {"Action": "Publish", "TopicArn": topic_arn, "Subject": subject, "Message": text}
        self.carefully(lambda: self._asked("sns", "sns:Publish", _SNS, form))

    def measure(self, namespace: str, metric: str, value: float, about: Mapping[str, str]) -> None:
        """Add one value to a metric, now; *about* are its dimensions.

        Raises:
            AwsFailure: It may be missing.
        """
        form = {
            "Action": "PutMetricData",
            "Namespace": namespace,
            "MetricData.member.1.MetricName": metric,
            "MetricData.member.1.Value": f"{value:g}",
        }
        for number, (name, which) in enumerate(about.items(), 1):
            form[f"MetricData.member.1.Dimensions.member.{number}.Name"] = name
            form[f"MetricData.member.1.Dimensions.member.{number}.Value"] = which
        action = "cloudwatch:PutMetricData"
        self.patiently(
            lambda: self._asked("monitoring", action, _CLOUDWATCH, form), again=worth_another_try
        )

    def _asked(self, service: str, action: str, version: str, form: Mapping[str, str]) -> Reply:
        body = urlencode({"Version": version, **form}, quote_via=quote).encode("ascii")
        url = self.endpoint(service) + "/"
        return self.call(action, service, "POST", url, {"Content-Type": _FORM}, body)
