"""An AWS account that may be asked for real, and what sweeps up behind the questions.

Everything that is made bears the mark: IAM users have its path, rule sets and buckets begin
with it.  A run begins and ends by taking away whatever bears it, so that a run that was
killed is cleaned up by the next, or by `pytest --live tests/live -k swept`.
"""

import contextlib
import secrets
import smtplib
import socket
import ssl
import time

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError

from sendas.ses.regions import Region, smtp_host
from sendas.smtp.password import derive_smtp_password


MARK = "sendas-live-"
PATH = f"/{MARK.rstrip('-')}/"
SIMULATOR = "success@simulator.amazonses.com"
_SECONDS = 30.0
Dial = Callable[[str, int], tuple[str, int]]


@dataclass
class Account:
    """The account of the environment, or a lab's.

    *author* is an address of a verified identity, where there is one: questions that send
    are skipped without.
    """

    client: Callable[..., Any]
    region: Region
    author: str | None
    regions: tuple[str, ...]
    tls: ssl.SSLContext = field(default_factory=ssl.create_default_context)
    dial: Dial = lambda host, port: (host, port)
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic
    patience_seconds: float = 300.0

    @contextlib.contextmanager
    def user(self, *statements: Mapping[str, Any]) -> Iterator[Mapping[str, str]]:
        """A user that may do just that, its access key, and an end to both."""
        import json  # noqa: PLC0415  for this alone

        iam = self.client("iam")
        name = MARK + secrets.token_hex(6)
        try:
            iam.create_user(UserName=name, Path=PATH)
            document = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
            iam.put_user_policy(UserName=name, PolicyName="p", PolicyDocument=document)
            yield iam.create_access_key(UserName=name)["AccessKey"]
        finally:
            drop_user(iam, name)

    def until(self, done: Callable[[], bool]) -> float | None:
        """The seconds until it is so; None if it was not in time."""
        begun = self.clock()
        while not done():
            if self.clock() - begun > self.patience_seconds:
                return None
            self.sleep(1.0)
        return self.clock() - begun

    @contextlib.contextmanager
    def smtp(self) -> Iterator[smtplib.SMTP]:
        """A line to SES over TLS, after EHLO."""
        line = _Line(self.dial, smtp_host(self.region), 587, timeout=_SECONDS)
        try:
            line.starttls(context=self.tls)
            line.ehlo("sendas-live.example.com")
            yield line
        finally:
            with contextlib.suppress(smtplib.SMTPException, OSError):
                line.quit()

    def login(self, line: smtplib.SMTP, key: Mapping[str, str]) -> tuple[int, str]:
        """The reply to AUTH with the password of the key's secret."""
        password = derive_smtp_password(key["SecretAccessKey"], region=self.region)
        try:
            code, text = line.login(key["AccessKeyId"], password.value)
        except smtplib.SMTPAuthenticationError as refused:
            code, text = refused.smtp_code, refused.smtp_error
        return code, text.decode() if isinstance(text, bytes) else text


class _Line(smtplib.SMTP):
    """smtplib's, to wherever *dial* says the host is."""

    def __init__(self, dial: Dial, host: str, port: int, **more: Any) -> None:  # noqa: ANN401  smtplib's own
        self._dial = dial
        super().__init__(host, port, **more)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        return socket.create_connection(self._dial(host, port), timeout)


def drop_user(iam: Any, name: str) -> None:  # noqa: ANN401  boto3's client
    """Whatever of it was made."""
    gone = iam.exceptions.NoSuchEntityException
    with contextlib.suppress(gone):
        for key in iam.list_access_keys(UserName=name)["AccessKeyMetadata"]:
            with contextlib.suppress(gone):
                iam.delete_access_key(UserName=name, AccessKeyId=key["AccessKeyId"])
    with contextlib.suppress(gone):
        iam.delete_user_policy(UserName=name, PolicyName="p")
    with contextlib.suppress(gone):
        iam.delete_user(UserName=name)


def sweep(account: Account) -> list[str]:
    """Take away everything that bears the mark; its names."""
    found = []
    iam = account.client("iam")
    pages = iam.get_paginator("list_users").paginate(PathPrefix=PATH)
    for name in [user["UserName"] for page in pages for user in page["Users"]]:
        drop_user(iam, name)
        found.append(f"user {name}")
    ses = account.client("ses")
    with contextlib.suppress(ClientError):  # a Region without receiving has no rule sets
        for one in ses.list_receipt_rule_sets()["RuleSets"]:
            if one["Name"].startswith(MARK):
                ses.delete_receipt_rule_set(RuleSetName=one["Name"])
                found.append(f"rule set {one['Name']}")
    return found
