"""How long `sendas credentials list` takes over 200 users and 30 days of events.

AWS answers every call after 50 ms.  Each run is a new process.  Cold: the cache of events is
empty, and the 30 objects of the history are read; warm: only what is new.  The stand-in
shares the machine, so that its processor time counts as well.
"""

import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape

from stand_in_aws import DELAY_SECONDS, StandIn, serving

from sendas.history.line import Line, write_line


ROUNDS, GOAL_SECONDS = 5, 2.0
USERS, DAYS, MAILS_A_DAY = 200, 30, 1
"""Mails of each user a day: 6,000 in all, a Send and a Delivery of each."""
SENDAS = Path(sys.executable).with_name("sendas")
NOW = datetime.now(UTC)  # noqa: TID251  the process that is measured has this clock
FILE = """\
region = "us-east-1"
[alarms]
to = ["owner@gmail.com"]
[[domain]]
name = "example.com"
"""
_BOX = """[[domain.mailbox]]
name = "u{n}"
to = ["owner@gmail.com"]
send = "smtp"
"""
_PREFIX = "sendas/events/"


def _user(number: int) -> str:
    return f"sendas-u{number}@example.com"


def _key(number: int) -> str:
    return f"AKIA{number:016}"


class Account(StandIn):
    """Two hundred mailboxes with a user, a key and a secret each, and their mail of a month."""

    def __init__(self, mails: int) -> None:
        super().__init__("example.com", "us-east-1", ())
        self._details = _details()
        days = [f"{NOW - timedelta(days=n):%Y-%m-%d}" for n in range(DAYS)]
        self._objects = {f"{_PREFIX}{day}/all.jsonl": _events(day, mails) for day in days}

    def answer(  # noqa: PLR0911  a service each
        self, target: str, body: str, signature: str
    ) -> tuple[int, str]:
        """Status and body."""
        url = urlsplit(target)
        if "Action=" in body:
            self.asked += 1
            given = {name: values[0] for name, values in parse_qs(body).items()}
            action = given["Action"]
            known = {
                "GetAccountAuthorizationDetails": lambda: self._details,
                "GetAccountSummary": lambda: (
                    "<SummaryMap><entry><key>AccountAccessKeysPresent"
                    "</key><value>0</value></entry></SummaryMap>"
                ),
                "ListAccessKeys": lambda: _keys(given["UserName"]),
                "GetAccessKeyLastUsed": _last_used,
            }.get(action)
            if known is not None:
                inside = f"<{action}Result>{known()}</{action}Result>"
                return 200, f"<{action}Response>{inside}</{action}Response>"
            self.asked -= 1
            return super().answer(target, body, signature)
        if body.startswith("{") and url.path == "/":
            self.asked += 1
            return 200, _json(json.loads(body), self._names())
        if url.path in {"/v2/email/identities", "/v2/email/list-identities"}:
            self.asked += 1
            here = "/us-east-1/" in signature
            one = {"IdentityType": "DOMAIN", "IdentityName": "example.com", "SendingEnabled": True}
            return 200, json.dumps({"EmailIdentities": [one] if here else []})
        if url.path.count("/") >= 1 and url.path.startswith("/sendas-"):
            self.asked += 1
            key = unquote(url.path.partition("/")[2].partition("/")[2])
            if key:
                return 200, self._objects[key]
            return 200, self._listing()
        return super().answer(target, body, signature)

    def _names(self) -> list[str]:
        return [f"sendas/smtp/u{n}@example.com" for n in range(USERS)]

    def _listing(self) -> str:
        contents = "".join(
            f"<Contents><Key>{key}</Key><LastModified>2026-11-20T08:00:00.000Z</LastModified>"
            f"<Size>{len(text)}</Size></Contents>"
            for key, text in self._objects.items()
        )
        return (
            '<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">'
            f"<IsTruncated>false</IsTruncated>{contents}</ListBucketResult>"
        )


def _json(given: dict[str, object], names: list[str]) -> str:
    """CloudTrail and Secrets Manager, told apart by what they are asked."""
    if "LookupAttributes" in given:
        return json.dumps({"Events": []})
    listed = given.get("SecretIdList")
    if isinstance(listed, list):
        values = [{"Name": str(name), **_secret(str(name))} for name in listed]
        return json.dumps({"SecretValues": values, "Errors": []})
    if "SecretId" in given:
        return json.dumps(_secret(str(given["SecretId"])))
    at = int(str(given.get("NextToken") or 0))
    page = names[at : at + 100]
    entries = [{"Name": name, "SecretVersionsToStages": {"v": ["AWSCURRENT"]}} for name in page]
    more = {"NextToken": str(at + 100)} if at + 100 < len(names) else {}
    if "ParameterFilters" in given:
        return json.dumps({"Parameters": []})
    return json.dumps({"SecretList": entries, **more})


def _secret(name: str) -> dict[str, str]:
    number = int(name.partition("/u")[2].partition("@")[0])
    stored = {
        "schema": "sendas.smtp-credential/1", "address": f"u{number}@example.com",
        "region": "us-east-1", "username": _key(number), "password": "B" * 44,
    }  # fmt: skip
    return {"SecretString": json.dumps(stored)}


def _details() -> str:
    def one(number: int) -> str:
        allow = {
            "Effect": "Allow", "Action": ["ses:SendEmail", "ses:SendRawEmail"],
            "Resource": "arn:aws:ses:us-east-1:123456789012:identity/example.com",
            "Condition": {"StringEqualsIgnoreCase": {"ses:FromAddress": f"u{number}@example.com"}},
        }  # fmt: skip
        policy = json.dumps({"Version": "2012-10-17", "Statement": [allow]})
        return (
            f"<member><UserName>{_user(number)}</UserName><Path>/</Path><UserId>A{number}</UserId>"
            f"<Arn>arn:aws:iam::123456789012:user/{_user(number)}</Arn>"
            "<CreateDate>2026-10-01T00:00:00Z</CreateDate><GroupList/><UserPolicyList><member>"
            f"<PolicyName>send</PolicyName><PolicyDocument>{escape(policy)}</PolicyDocument>"
            "</member></UserPolicyList><AttachedManagedPolicies/></member>"
        )

    users = "".join(map(one, range(USERS)))
    return (
        f"<UserDetailList>{users}</UserDetailList><GroupDetailList/><RoleDetailList/><Policies/>"
        "<IsTruncated>false</IsTruncated>"
    )


def _keys(user: str) -> str:
    number = int(user.partition("-u")[2].partition("@")[0])
    return (
        f"<AccessKeyMetadata><member><UserName>{user}</UserName><AccessKeyId>{_key(number)}"
        "</AccessKeyId><Status>Active</Status><CreateDate>2026-10-01T00:00:00Z</CreateDate>"
        "</member></AccessKeyMetadata><IsTruncated>false</IsTruncated>"
    )


def _last_used() -> str:
    return (
        "<UserName>x</UserName><AccessKeyLastUsed><ServiceName>ses-smtp</ServiceName>"
        "<Region>us-east-1</Region><LastUsedDate>2026-11-20T08:00:00Z</LastUsedDate>"
        "</AccessKeyLastUsed>"
    )


def _events(day: str, mails: int) -> str:
    """A Send and a Delivery for each mail."""
    found = []
    for number in range(mails):
        at = f"{day}T{number % 24:02}:{number % 60:02}:00.000Z"
        user = number % USERS
        send = Line(
            id=f"{day}-{number}-s", at=at, kind="send", mail=f"{day}-{number}", sent_at=at,
            sender=f"u{user}@example.com", recipient="jane@example.net",
            message_id=f"<{day}{number}@mail.gmail.com>", credential=_user(user),
            operation="SendSmtpEmail", source_ip="198.51.100.7", user_agent="",
        )  # fmt: skip
        found += [send, replace(send, id=f"{day}-{number}-d", kind="delivery")]
    return b"".join(map(write_line, found)).decode()


def _run(
    command: tuple[str, ...], environment: dict[str, str], folder: Path
) -> tuple[float, float]:
    """Seconds by the clock, and of a processor, which a loaded machine does not change much."""
    start, before = time.perf_counter(), _processor()
    done = subprocess.run(  # noqa: S603  our own command
        command, env=environment, capture_output=True, text=True, check=False, cwd=folder
    )
    took, worked = time.perf_counter() - start, _processor() - before
    if done.returncode not in {0, 1} or done.stdout.count(_user(0)) < 1:
        sys.exit(f"sendas credentials list could not look:\n{done.stdout[-2000:]}{done.stderr}")
    return took, worked


def _processor() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _empty(folder: Path) -> None:
    for path in folder.glob("sendas/*.sqlite*"):
        path.unlink()


def main() -> int:
    """Print the table; exit status 1 if the goal is missed."""
    mails = USERS * MAILS_A_DAY
    account = Account(mails)
    with tempfile.TemporaryDirectory() as name, serving(account) as port:
        folder = Path(name)
        (folder / "sendas.toml").write_text(FILE + "".join(_BOX.format(n=n) for n in range(USERS)))
        environment = {
            "PATH": os.environ["PATH"], "HOME": name, "XDG_CACHE_HOME": name,
            **{k: os.environ[k] for k in ("PYTHONPATH",) if k in os.environ},
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
            "AWS_ACCESS_KEY_ID": "AKIAI44QH8DHBEXAMPLE",
            "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
            "SENDAS_RESOLVER": "127.0.0.1:9",
        }  # fmt: skip
        command = (str(SENDAS), "credentials", "list")
        _run(command, environment, folder)  # writes the byte code, and is thrown away
        cold = []
        account.asked = 0
        for _ in range(ROUNDS):
            _empty(folder)
            cold.append(_run(command, environment, folder))
        calls = account.asked // ROUNDS
        account.asked = 0
        warm = [_run(command, environment, folder) for _ in range(ROUNDS)]
        again = account.asked // ROUNDS
    print(
        f"sendas credentials list, whole process: {USERS} users, {DAYS} days of {mails} mails; "
        f"{DELAY_SECONDS * 1000:.0f} ms per AWS call, {ROUNDS} rounds"
    )
    print(f"{'':6}{'median':>10}{'range':>20}{'processor':>12}{'AWS calls':>12}")
    for label, both, asked in (("cold", cold, calls), ("warm", warm, again)):
        seconds = [took for took, _ in both]
        worked = statistics.median(work for _, work in both)
        span = f"{min(seconds) * 1000:.0f} to {max(seconds) * 1000:.0f} ms"
        median = f"{statistics.median(seconds) * 1000:.0f} ms"
        print(f"{label:6}{median:>10}{span:>20}{worked * 1000:>9.0f} ms{asked:>12}")
    met = statistics.median(took for took, _ in warm) <= GOAL_SECONDS
    print(f"goal, warm: at most {GOAL_SECONDS * 1000:.0f} ms: {'met' if met else 'MISSED'}")
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
