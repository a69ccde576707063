"""AWS as the doctor's bench needs it: canned answers, each as late as a real one.

Behaves like no AWS: it answers whoever asks, and always the same.  The lab is
the faithful stand-in; this one is here because it costs next to no processor
time beside the program that is measured.
"""

import asyncio
import json
import re
import threading
import time

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import parse_qs, urlsplit


DELAY_SECONDS = 0.050
KEY_ID, USER = "AKIAIOSFODNN7EXAMPLE", "gmail-smtp"
BUCKET = "amzn-s3-demo-bucket"

_IDENTITY = {
    "IdentityType": "DOMAIN", "FeedbackForwardingStatus": True, "VerifiedForSendingStatus": True,
    "VerificationStatus": "SUCCESS", "ConfigurationSetName": "mail",
    "MailFromAttributes": {
        "MailFromDomain": "bounce.example.com", "MailFromDomainStatus": "SUCCESS",
        "BehaviorOnMxFailure": "USE_DEFAULT_VALUE",
    },
}  # fmt: skip
_DKIM = {"SigningEnabled": True, "Status": "SUCCESS", "SigningAttributesOrigin": "AWS_SES"}
_ACCOUNT = {
    "ProductionAccessEnabled": True, "SendingEnabled": True, "EnforcementStatus": "HEALTHY",
    "SendQuota": {"Max24HourSend": 50000.0, "MaxSendRate": 14.0, "SentLast24Hours": 3.0},
    "SuppressionAttributes": {"SuppressedReasons": ["BOUNCE", "COMPLAINT"]},
}  # fmt: skip
_SET = {"ConfigurationSetName": "mail", "SendingOptions": {"SendingEnabled": True}}
_SEND = {"Effect": "Allow", "Action": ["ses:SendEmail", "ses:SendRawEmail"], "Resource": "*"}
_POLICY = json.dumps({"Version": "2012-10-17", "Statement": [_SEND]})
_RULES = f"""<Metadata><Name>mail</Name></Metadata><Rules><member><Name>in</Name>
<Enabled>true</Enabled><Recipients><member>example.com</member></Recipients><Actions><member>
<S3Action><BucketName>{BUCKET}</BucketName></S3Action></member></Actions>
<ScanEnabled>true</ScanEnabled></member></Rules>"""
_BUCKET_POLICY = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow", "Principal": {"Service": "ses.amazonaws.com"},
            "Action": "s3:PutObject", "Resource": f"arn:aws:s3:::{BUCKET}/*",
        }
    ],
}  # fmt: skip
_QUERY = {
    "GetCallerIdentity": "<Account>123456789012</Account>"
    "<Arn>arn:aws:iam::123456789012:user/owner</Arn><UserId>AIDAEXAMPLE</UserId>",
    "DescribeActiveReceiptRuleSet": _RULES,
    "DescribeReceiptRuleSet": _RULES,
    "ListReceiptRuleSets": "<RuleSets><member><Name>mail</Name></member></RuleSets>",
    "GetAccessKeyLastUsed": f"<UserName>{USER}</UserName><AccessKeyLastUsed><ServiceName>ses"
    "</ServiceName><Region>us-east-1</Region><LastUsedDate>2026-11-20T08:00:00Z</LastUsedDate>"
    "</AccessKeyLastUsed>",
    "ListAccessKeys": f"<AccessKeyMetadata><member><UserName>{USER}</UserName><AccessKeyId>"
    f"{KEY_ID}</AccessKeyId><Status>Active</Status><CreateDate>2026-01-02T03:04:05Z</CreateDate>"
    "</member></AccessKeyMetadata><IsTruncated>false</IsTruncated>",
    "GetUser": f"<User><UserName>{USER}</UserName><Path>/</Path><UserId>AIDAEXAMPLE</UserId>"
    f"<Arn>arn:aws:iam::123456789012:user/{USER}</Arn></User>",
    "ListUserPolicies": "<PolicyNames><member>send</member></PolicyNames>",
    "GetUserPolicy": f"<UserName>{USER}</UserName><PolicyName>send</PolicyName>"
    f"<PolicyDocument>{_POLICY}</PolicyDocument>",
    "ListAttachedUserPolicies": "<AttachedPolicies/>",
    "ListGroupsForUser": "<Groups><member><GroupName>mail</GroupName></member></Groups>",
    "ListGroupPolicies": "<PolicyNames/>",
    "ListAttachedGroupPolicies": "<AttachedPolicies/>",
}


class StandIn:
    """The answers; *tokens* are each identity's DKIM tokens.

    *throttling*: SES API v1 answers one question a second and account, as FACTS 6 has it.
    """

    def __init__(
        self, domains: tuple[str, ...], region: str, tokens: tuple[str, ...], *,
        throttling: bool = False,
    ) -> None:  # fmt: skip
        self.asked = self.throttled = 0
        self._region, self._throttling, self._free_at = region, throttling, 0.0
        self._members = "".join(f"<member>{domain}</member>" for domain in domains)
        dkim = {"Tokens": list(tokens), "SigningHostedZone": "dkim.amazonses.com"}
        self._identities = {
            domain: _IDENTITY
            | {"DkimAttributes": _DKIM | dkim}
            | {
                "MailFromAttributes": _IDENTITY["MailFromAttributes"]
                | {"MailFromDomain": f"bounce.{domain}"}
            }
            for domain in domains
        }

    def answer(self, target: str, body: str, signature: str) -> tuple[int, str]:
        """Status and body."""
        self.asked += 1
        url = urlsplit(target)
        if "Action=" in body:
            action = parse_qs(body)["Action"][0]
            if self._throttling and "/ses/aws4_request" in signature and not self._may():
                said = "<Code>Throttling</Code><Message>Rate exceeded</Message>"
                return 400, f"<ErrorResponse><Error>{said}</Error></ErrorResponse>"
            known = _QUERY.get(action, "").replace("<member>example.com</member>", self._members)
            inside = f"<{action}Result>{known}</{action}Result>"
            return 200, f"<{action}Response>{inside}</{action}Response>"
        if url.path.startswith("/v2/email/"):
            return self._v2(url.path.removeprefix("/v2/email/"), f"/{self._region}/" in signature)
        if "hostedzonesbyname" in url.path:
            answer = "ListHostedZonesByNameResponse"
            return 200, f"<{answer}><HostedZones/></{answer}>"
        if url.query.startswith("notification"):
            return 200, "<NotificationConfiguration/>"
        return 200, json.dumps(_BUCKET_POLICY)

    def _may(self) -> bool:
        now = time.monotonic()
        if now < self._free_at:
            self.throttled += 1
            return False
        self._free_at = now + 1
        return True

    def _v2(self, path: str, here: bool) -> tuple[int, str]:  # noqa: FBT001  private
        own = self._identities if here else {}
        known = {
            "account": _ACCOUNT,
            "list-identities": {"EmailIdentities": [{"IdentityName": name} for name in own]},
            f"identities/{path.rpartition('/')[2]}": own.get(path.rpartition("/")[2]),
            "configuration-sets/mail": _SET,
            "configuration-sets/mail/event-destinations": {"EventDestinations": []},
        }.get(path)
        if known is None:
            return 404, json.dumps({"__type": "NotFoundException", "message": "not here"})
        return 200, json.dumps(known)


@contextmanager
def serving(stand_in: StandIn) -> Iterator[int]:
    """*stand_in* over HTTP in a thread of its own; gives the port."""
    loop = asyncio.new_event_loop()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while head := await _head(reader):
            line, _, rest = head.partition("\r\n")
            _, target, _ = line.split(" ")
            length = re.search(r"(?i)content-length: *(\d+)", rest)
            body = (await reader.readexactly(int(length[1]) if length else 0)).decode()
            await asyncio.sleep(DELAY_SECONDS)
            status, said = stand_in.answer(target, body, rest)
            kind = "X-Amzn-Errortype: NotFoundException\r\n" if status >= 400 else ""  # noqa: PLR2004  HTTP
            writer.write(
                f"HTTP/1.1 {status} x\r\n{kind}Content-Length: {len(said)}\r\n\r\n{said}".encode()
            )
        writer.close()

    async def start() -> int:
        server = await asyncio.start_server(talk, "127.0.0.1", 0)
        return int(server.sockets[0].getsockname()[1])

    port = loop.run_until_complete(start())
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield port
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()


async def _head(reader: asyncio.StreamReader) -> str:
    try:
        return (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    except asyncio.IncompleteReadError:
        return ""
