"""The open questions of FACTS 26 that one account can answer in minutes, each asked safely.

What is sent goes to SES's mailbox simulator; what is made bears the mark (`account.MARK`) and
is taken away; nothing of the owner's is changed.  Asked in part: 4 (nobody can provoke a 454),
7 (data events need a trail, which costs), 14 (what the price list tells).  Not asked here: 8 and
9 (Gmail's), 11 and 12 (they would harm reputation), 15 and 17 (another service, a text).
"""

import json
import secrets
import smtplib

from collections.abc import Callable
from typing import Any, NamedTuple

from botocore.exceptions import BotoCoreError, ClientError

from tests.live.account import MARK, SIMULATOR, Account


_MAIL = b"From: %s\r\nTo: %s\r\nSubject: sendas live suite\r\n\r\nA question to SES.\r\n"
_BURST = 60
_SENDS = frozenset({"SendEmail", "SendRawEmail", "SendBulkEmail"})
_MANY = 101
"""One more than FACTS 6 says a rule takes."""


class Question(NamedTuple):
    """One of FACTS 26; *ask* gives the answer in words."""

    number: str
    text: str
    ask: Callable[[Account], str]
    sends: bool = False


def _code(error: ClientError) -> str:
    return f"{error.response['Error']['Code']}: {error.response['Error']['Message']}"


def _receiving_regions(account: Account) -> str:
    able = []
    for region in account.regions:
        try:
            account.client("ses", region_name=region).describe_active_receipt_rule_set()
        except (ClientError, BotoCoreError):
            continue
        able.append(region)
    return f"{len(able)} of {len(account.regions)} Regions answer: {', '.join(able)}"


def _recipients_of_a_rule(account: Account) -> str:
    ses = account.client("ses")
    name = MARK + secrets.token_hex(6)
    ses.create_receipt_rule_set(RuleSetName=name)
    try:
        people = [f"{n}.example.com" for n in range(_MANY)]
        rule = {"Name": "r", "Enabled": False, "Recipients": people, "Actions": []}
        try:
            ses.create_receipt_rule(RuleSetName=name, Rule=rule)
        except ClientError as refused:
            return f"{_MANY} recipients are refused: {_code(refused)}"
        return f"{_MANY} recipients in one rule are taken"
    finally:
        ses.delete_receipt_rule_set(RuleSetName=name)


def _send(account: Account, key: Any) -> str:  # noqa: ANN401  boto3's own
    """What a raw send of API v2 ends in, with that key."""
    author = str(account.author)
    client = account.client("sesv2", key=key)
    content = {"Raw": {"Data": _MAIL % (author.encode(), SIMULATOR.encode())}}
    try:
        client.send_email(Content=content)
    except ClientError as refused:
        return _code(refused)
    return "sent"


def _settled(account: Account, key: Any) -> str:  # noqa: ANN401  the same
    """The same, once the key is known."""
    said: list[str] = []

    def known() -> bool:
        said.append(_send(account, key))
        return "UnrecognizedClient" not in said[-1] and "security token" not in said[-1]

    account.until(known)
    return said[-1]


def _raw_rights(account: Account) -> str:
    found = []
    for action in ("ses:SendEmail", "ses:SendRawEmail"):
        with account.user({"Effect": "Allow", "Action": action, "Resource": "*"}) as key:
            found.append(f"with {action} alone: {_settled(account, key)}")
    return "; ".join(found)


def _reply_to_condition(account: Account) -> str:
    """FACTS 26, no. 3: where a condition on the author bites."""
    deny = {
        "Effect": "Deny",
        "Action": "ses:SendRawEmail",
        "Resource": "*",
        "Condition": {"StringEquals": {"ses:FromAddress": str(account.author)}},
    }
    allow = {"Effect": "Allow", "Action": "ses:SendRawEmail", "Resource": "*"}
    with account.user(allow, deny) as key:
        _until_login(account, key)
        with account.smtp() as line:
            said = account.login(line, key)
            if said[0] != 235:
                return f"AUTH is answered {said[0]} {said[1]}"
            mail = _MAIL % (str(account.author).encode(), SIMULATOR.encode())
            try:
                line.sendmail(str(account.author), [SIMULATOR], mail)
            except smtplib.SMTPResponseException as refused:
                text = refused.smtp_error
                told = text.decode() if isinstance(text, bytes) else text
                return f"AUTH is taken, DATA is answered {refused.smtp_code} {told}"
            except smtplib.SMTPRecipientsRefused as refused:
                return f"AUTH is taken, RCPT is answered {refused.recipients}"
    return "the mail is taken: the condition does not bite"


def _until_login(account: Account, key: Any) -> float | None:  # noqa: ANN401  the same
    def logs_in() -> bool:
        with account.smtp() as line:
            return account.login(line, key)[0] == 235

    return account.until(logs_in)


def _told(seconds: float | None, account: Account) -> str:
    return f"{seconds:.0f} s" if seconds is not None else f"over {account.patience_seconds:.0f} s"


def _propagation(account: Account) -> str:
    allow = {"Effect": "Allow", "Action": "ses:SendRawEmail", "Resource": "*"}
    iam = account.client("iam")
    with account.user(allow) as key:
        known = _until_login(account, key)
        iam.update_access_key(
            UserName=key["UserName"], AccessKeyId=key["AccessKeyId"], Status="Inactive"
        )

        def refused() -> bool:
            with account.smtp() as line:
                return account.login(line, key)[0] != 235

        gone = account.until(refused)
    return (
        f"a new key logs in after {_told(known, account)},"
        f" an inactive one is refused after {_told(gone, account)}"
    )


def _last_used(account: Account) -> str:
    allow = {"Effect": "Allow", "Action": "ses:SendRawEmail", "Resource": "*"}
    iam = account.client("iam")
    with account.user(allow) as key:
        _until_login(account, key)
        seen: list[Any] = []

        def told() -> bool:
            got = iam.get_access_key_last_used(AccessKeyId=key["AccessKeyId"])
            seen.append(got["AccessKeyLastUsed"])
            return seen[-1]["ServiceName"] != "N/A"

        took = account.until(told)
    if took is None:
        return f"nothing is told within {account.patience_seconds:.0f} s"
    return (
        f"ServiceName {seen[-1]['ServiceName']}, Region {seen[-1]['Region']},"
        f" after {_told(took, account)}"
    )


def _sandbox_reply_to(account: Account) -> str:
    client = account.client("sesv2")
    if client.get_account()["ProductionAccessEnabled"]:
        return "not asked: the account is out of the sandbox"
    try:
        client.send_email(
            FromEmailAddress=account.author,
            Destination={"ToAddresses": [SIMULATOR]},
            ReplyToAddresses=["nobody@example.com"],
            Content={
                "Simple": {
                    "Subject": {"Data": "sendas live suite"},
                    "Body": {"Text": {"Data": "A question to SES."}},
                }
            },
        )
    except ClientError as refused:
        return f"an unverified Reply-To is refused in the sandbox: {_code(refused)}"
    return "an unverified Reply-To is taken in the sandbox"


def _suppression_rate(account: Account) -> str:
    client = account.client("sesv2")
    begun = account.clock()
    for number in range(_BURST):
        try:
            client.list_suppressed_destinations(PageSize=1)
        except ClientError as refused:
            took = account.clock() - begun
            return f"call {number + 1} is refused after {took:.1f} s: {_code(refused)}"
    return f"{_BURST} calls in {account.clock() - begun:.1f} s are all answered"


def _ehlo(account: Account) -> str:
    with account.smtp() as line:
        words = [f"{name.upper()} {value}".strip() for name, value in line.esmtp_features.items()]
    return "after STARTTLS: " + ", ".join(words)


def _unreadable_login(account: Account) -> str:
    """FACTS 26, no. 4: what is said of a login that is no base64; no credential is sent."""
    found = []
    for words in ("LOGIN !", "PLAIN !", "NONE"):
        with account.smtp() as line:
            code, text = line.docmd("AUTH", words)
            found.append(f"AUTH {words}: {code} {text.decode('ascii', 'replace')}")
    return "; ".join(found)


def _history(account: Account) -> str:
    """FACTS 26, no. 7, the free half: the event history holds management events alone."""
    trail = account.client("cloudtrail")
    by_source = [{"AttributeKey": "EventSource", "AttributeValue": "ses.amazonaws.com"}]

    def sends() -> set[str]:
        events = trail.lookup_events(LookupAttributes=by_source, MaxResults=50)["Events"]
        return {one["EventId"] for one in events if one["EventName"] in _SENDS}

    before = sends()
    said = _send(account, None)
    if said != "sent":
        return f"not asked: {said}"
    took = account.until(lambda: bool(sends() - before))
    if took is None:
        return f"a send is not in the event history within {account.patience_seconds:.0f} s"
    return f"a send is in the event history after {_told(took, account)}"


def _prices(account: Account) -> str:
    """FACTS 26, no. 14: what the price list has of SES's plans in this Region."""
    client = account.client("pricing", region_name="us-east-1")
    here = [{"Type": "TERM_MATCH", "Field": "regionCode", "Value": account.region}]
    found = set()
    try:
        pages = client.get_paginator("get_products").paginate(
            ServiceCode="AmazonSES", Filters=here
        )
        for one in (json.loads(text) for page in pages for text in page["PriceList"]):
            about = one["product"]["attributes"]
            found.add(f"{about.get('group', '-')} ({about.get('usagetype', '-')})")
    except (ClientError, BotoCoreError) as refused:
        return f"the price list is not told: {refused}"
    return f"{len(found)} products: {', '.join(sorted(found))}"


QUESTIONS = (
    Question("1", "which Regions receive", _receiving_regions),
    Question("1", "how many recipients a receipt rule takes", _recipients_of_a_rule),
    Question("2", "what a raw send of API v2 needs", _raw_rights, sends=True),
    Question("3", "where ses:FromAddress bites over SMTP", _reply_to_condition, sends=True),
    Question("4", "what SMTP says of a login that cannot be read", _unreadable_login),
    Question("5", "how fast keys come and go at the SMTP endpoint", _propagation),
    Question("6", "what GetAccessKeyLastUsed says of SMTP", _last_used),
    Question("7", "is a send in CloudTrail's event history", _history, sends=True),
    Question("10", "does the sandbox check Reply-To", _sandbox_reply_to, sends=True),
    Question("13", "how fast ListSuppressedDestinations may be asked", _suppression_rate),
    Question("14", "which SES products the price list has", _prices),
    Question("16", "what EHLO says today", _ehlo),
)
