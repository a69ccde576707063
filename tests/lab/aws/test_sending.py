"""Sending over both APIs: every refusal by its literal code and text, and what leaves."""

from collections.abc import Callable
from typing import Any

import dkim
import pytest

from botocore.exceptions import ClientError
from sendas_lab.mail import SmtpReply


World = Any
"""The fixture's type, in conftest.py; tests are no package, so it cannot be imported."""

REGION = "us-east-2"
RAW = b"From: Me <me@example.com>\r\nTo: you@example.net\r\nSubject: Hi\r\n\r\nhello\r\n"
UNVERIFIED = (
    "Email address is not verified. "
    "The following identities failed the check in region US-EAST-2: "
)


@pytest.fixture
def ready(world: World) -> World:
    """A verified domain out of the sandbox."""
    world.verify()
    world.ses.grant_production_access(REGION)
    return world


def v1(world: World, raw: bytes = RAW, **more: object) -> str:
    """SendRawEmail; gives the message id."""
    return str(world.client("ses").send_raw_email(RawMessage={"Data": raw}, **more)["MessageId"])


def v2(world: World, raw: bytes = RAW, **more: object) -> str:
    """SendEmail with raw content; gives the message id."""
    sent = world.client("sesv2").send_email(Content={"Raw": {"Data": raw}}, **more)
    return str(sent["MessageId"])


def with_header(line: bytes) -> bytes:
    """The mail with one more header line."""
    return line + b"\r\n" + RAW


BIG = RAW + b"x" * 76 + b"\r\n" + (b"y" * 76 + b"\r\n") * 140_000
CROWD = b", ".join([b"a%d@x.net" % n for n in range(51)])
CASES = [
    ("unverified From", RAW.replace(b"me@example.com", b"me@example.org"),
     ("MessageRejected", UNVERIFIED + "me@example.org"),
     ("MessageRejected", UNVERIFIED + "me@example.org")),
    ("unverified Sender", with_header(b"Sender: s@example.org"),
     ("MessageRejected", UNVERIFIED + "s@example.org"),
     ("MessageRejected", UNVERIFIED + "s@example.org")),
    ("unverified Return-Path", with_header(b"Return-Path: <r@example.org>"),
     ("MessageRejected", UNVERIFIED + "r@example.org"),
     ("MessageRejected", UNVERIFIED + "r@example.org")),
    ("twice Subject", with_header(b"Subject: again"),
     ("InvalidParameterValue", "Duplicate header 'Subject'."),
     ("BadRequestException", "Duplicate header 'Subject'.")),
    ("orphaned fold", b" folded\r\n" + RAW,
     ("InvalidParameterValue", "Empty header names are illegal."),
     ("BadRequestException", "Empty header names are illegal.")),
    ("malformed recipient", RAW.replace(b"you@example.net", b"you@-bad-.net"),
     ("InvalidParameterValue", "Invalid domain name: '-bad-.net'"),
     ("BadRequestException", "Invalid domain name: '-bad-.net'")),
    ("51 recipients", RAW.replace(b"you@example.net", CROWD),
     ("InvalidParameterValue", "Recipient count exceeds 50."),
     ("BadRequestException", "Recipient count exceeds 50.")),
    ("unknown configuration set", with_header(b"X-SES-CONFIGURATION-SET: none"),
     ("ConfigurationSetDoesNotExist", "Configuration set <none> does not exist."),
     ("NotFoundException", "Configuration set <none> does not exist.")),
    ("long line", RAW + b"x" * 1200,
     ("InvalidParameterValue", "Line length exceeds 1000 characters."),
     ("BadRequestException", "Line length exceeds 1000 characters.")),
]  # fmt: skip


@pytest.mark.parametrize(
    ("raw", "in_v1", "in_v2"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_refusals(
    ready: World, raw: bytes, in_v1: tuple[str, str], in_v2: tuple[str, str]
) -> None:
    """Each fault has one text and each API's own code (FACTS 3.2, 6, 7; service models)."""
    for send, expected in ((v1, in_v1), (v2, in_v2)):
        with pytest.raises(ClientError) as error:
            send(ready, raw)
        seen = error.value.response["Error"]
        assert expected == (seen["Code"], seen["Message"])
    assert ready.outbox == []


def test_ten_megabytes_is_v1s_limit(ready: World) -> None:
    """FACTS 6; that v2 takes 40 MB is in tests/lab/ses."""
    with pytest.raises(ClientError) as error:
        v1(ready, BIG)
    seen = error.value.response["Error"]
    assert seen["Code"] == "InvalidParameterValue"
    assert f"Message length is more than 10485760 bytes long: '{len(BIG)}'." == seen["Message"]


def test_reply_to_need_not_be_verified(ready: World) -> None:
    """From, Source, Sender and Return-Path must be; Reply-To not (FACTS 7.1)."""
    v1(ready, with_header(b"Reply-To: someone@example.org"))
    with pytest.raises(ClientError) as error:
        v1(ready, Source="someone@example.org")
    assert UNVERIFIED + "someone@example.org" == error.value.response["Error"]["Message"]


@pytest.mark.parametrize("author", [b"me@sub.example.com", b"me@EXAMPLE.com"])
def test_subdomain_and_letter_case_pass(ready: World, author: bytes) -> None:
    """A domain identity covers its subdomains, in any letter case (moto refuses both)."""
    v1(ready, RAW.replace(b"me@example.com", author))


@pytest.mark.parametrize(
    ("prepare", "in_v1", "in_v2", "text"),
    [
        (lambda ses: ses.set_sending_enabled(REGION, enabled=False),
         "AccountSendingPausedException", "SendingPausedException",
         "Sending paused for this account."),
        (lambda ses: ses.set_enforcement(REGION, "SHUTDOWN"),
         "MessageRejected", "AccountSuspendedException", "Sending suspended for this account."),
        (lambda ses: ses.use_up_quota(REGION),
         "Throttling", "TooManyRequestsException", "Daily message quota exceeded."),
        (lambda ses: ses.set_quota(REGION, max_rate=0),
         "Throttling", "TooManyRequestsException", "Maximum sending rate exceeded."),
        (lambda ses: ses.enter_sandbox(REGION),
         "MessageRejected", "MessageRejected", UNVERIFIED + "you@example.net"),
    ],
    ids=["paused", "shut down", "quota", "rate", "sandbox"],
)  # fmt: skip
def test_account_states_stop_sending(
    ready: World, prepare: Callable[..., object], in_v1: str, in_v2: str, text: str
) -> None:
    """The account's state in the Region decides before anything is sent."""
    prepare(ready.ses)
    for send, code in ((v1, in_v1), (v2, in_v2)):
        with pytest.raises(ClientError) as error:
            send(ready)
        assert code == error.value.response["Error"]["Code"]
        assert error.value.response["Error"]["Message"].startswith(text)


def test_quota_rolls_with_the_clock(ready: World) -> None:
    """24 hours later the quota is whole again; recipients are counted, not messages."""
    ready.ses.set_quota(REGION, max_24_hour=3)
    v1(ready, Destinations=["a@example.net", "b@example.net"])
    with pytest.raises(ClientError):
        v1(ready, Destinations=["a@example.net", "b@example.net"])
    assert ready.client("ses").get_send_quota()["SentLast24Hours"] == 2.0
    ready.pass_time(hours=24, seconds=1)
    v1(ready, Destinations=["a@example.net", "b@example.net"])


def test_reject_mode_of_mail_from(ready: World) -> None:
    """REJECT_MESSAGE refuses while the MX is wrong; USE_DEFAULT_VALUE falls back (FACTS 9)."""
    ses = ready.client("sesv2")
    given = {"EmailIdentity": "example.com", "MailFromDomain": "bounce.example.com"}
    ses.put_email_identity_mail_from_attributes(**given, BehaviorOnMxFailure="REJECT_MESSAGE")
    with pytest.raises(ClientError) as error:
        v2(ready)
    assert error.value.response["Error"]["Code"] == "MailFromDomainNotVerifiedException"
    ses.put_email_identity_mail_from_attributes(**given)
    v2(ready)
    ready.ses.settle()
    assert ready.outbox[0].envelope.reverse_path.endswith("@us-east-2.amazonses.com")
    ready.records["bounce.example.com", "MX"] = ("10 feedback-smtp.us-east-2.amazonses.com",)
    v2(ready)
    ready.ses.settle()
    assert ready.outbox[1].envelope.reverse_path.endswith("@bounce.example.com")


def test_paused_configuration_set(ready: World) -> None:
    """SendingEnabled False on the set stops what uses it, as does the identity's default."""
    ses = ready.client("sesv2")
    ses.create_configuration_set(
        ConfigurationSetName="main", SendingOptions={"SendingEnabled": False}
    )
    ses.put_email_identity_configuration_set_attributes(
        EmailIdentity="example.com", ConfigurationSetName="main"
    )
    for send, code in (
        (v1, "ConfigurationSetSendingPausedException"),
        (v2, "SendingPausedException"),
    ):
        with pytest.raises(ClientError) as error:
            send(ready)
        assert code == error.value.response["Error"]["Code"]


def test_what_leaves(ready: World) -> None:
    """Message-ID and Date are SES's, control headers and Bcc are gone, bytes stay (FACTS 7.1)."""
    raw = (
        b"From: me@example.com\r\nTo: you@example.net\r\nBcc: hidden@example.net\r\n"
        b"Message-ID: <mine@example.com>\r\nDate: Thu, 01 Jan 1970 00:00:00 +0000\r\n"
        b"X-SES-MESSAGE-TAGS: a=b\r\nFeedback-ID: theirs\r\nX-Own: stays\r\n"
        b"Subject: \xe4\xf6\xfc\r\n\r\nGr\xfc\xdfe \xff\xfe\r\n"
    )
    message_id = v1(ready, raw)
    ready.ses.settle()
    assert [t.envelope.forward_paths for t in ready.outbox] == [
        ("you@example.net",),
        ("hidden@example.net",),
    ]
    head, _, body = ready.outbox[0].content.partition(b"\r\n\r\n")
    assert body == b"Gr\xfc\xdfe \xff\xfe\r\n"
    names = [line.split(b":")[0].lower() for line in head.split(b"\r\n") if line[:1] not in b" \t"]
    for name in (b"message-id", b"date", b"feedback-id"):
        assert names.count(name) == 1
    assert f"Message-ID: <{message_id}@us-east-2.amazonses.com>".encode() in head
    assert b"1970" not in head
    assert b"X-Own: stays" in head
    assert b"\xe4\xf6\xfc" in head
    assert not {b"bcc", b"x-ses-message-tags"} & set(names)
    assert ready.outbox[0].source_ip == "198.51.100.65"


def test_both_signatures_verify_by_the_published_keys(ready: World) -> None:
    """dkimpy, which SES did not write, verifies d=example.com and d=amazonses.com."""
    v2(ready)
    ready.ses.settle()

    def txt(name: bytes, **_: object) -> bytes:
        published = ready.ses.published_records()
        key = name.decode().rstrip(".")
        alias = ready.records.get((key, "CNAME"), (key,))[0]
        return "".join(published[alias, "TXT"]).encode()

    mail = dkim.DKIM(ready.outbox[0].content)
    assert [True, True] == [mail.verify(n, dnsfunc=txt) for n in (0, 1)]
    with pytest.raises(KeyError):
        txt(b"none._domainkey.example.com")


def test_address_identity_shadows_its_domain(ready: World) -> None:
    """Mail from a separately verified address leaves without the domain's DKIM (FACTS 9)."""
    ready.client("sesv2").create_email_identity(EmailIdentity="me@example.com")
    v2(ready)
    ready.ses.confirm_address(REGION, "me@example.com")
    v2(ready)
    ready.ses.settle()
    signed = [b"d=example.com" in t.content for t in ready.outbox]
    assert signed == [True, False]


def test_simple_content_with_headers(ready: World) -> None:
    """Simple content becomes MIME with the caller's headers (moto drops them)."""
    ready.client("sesv2").send_email(
        FromEmailAddress="Me <me@example.com>",
        Destination={"ToAddresses": ["you@example.net"]},
        Content={
            "Simple": {
                "Subject": {"Data": "Grüße"},
                "Body": {"Text": {"Data": "hi"}, "Html": {"Data": "<b>hi</b>"}},
                "Headers": [{"Name": "X-Own", "Value": "yes"}],
            }
        },
    )
    ready.ses.settle()
    content = ready.outbox[0].content
    assert b"X-Own: yes\r\n" in content
    assert b"multipart/alternative" in content
    assert b"=?utf-8?" in content


def test_suppressed_recipient_vanishes_with_a_message_id(ready: World) -> None:
    """Accepted, counted, never sent; per Region (FACTS 13)."""
    ready.ses.suppress(REGION, "you@example.net", "COMPLAINT")
    v2(ready)
    ready.ses.settle()
    assert ready.outbox == []
    assert ready.client("ses").get_send_quota()["SentLast24Hours"] == 1.0
    ready.ses.suppress("eu-west-1", "other@example.net")
    v2(ready, RAW.replace(b"you@", b"other@"))
    ready.ses.settle()
    assert len(ready.outbox) == 1


def test_hard_bounce_puts_the_recipient_on_the_list(ready: World) -> None:
    """550 from the recipient's server: listed, and the sender gets a DSN with a null path."""
    ready.replies["you@example.net"] = SmtpReply(550, "5.1.1 no such user")
    message_id = v2(ready)
    ready.ses.settle()
    ready.ses.settle()
    found = ready.client("sesv2").get_suppressed_destination(EmailAddress="you@example.net")
    destination = found["SuppressedDestination"]
    assert destination["Reason"] == "BOUNCE"
    assert message_id == destination["Attributes"]["MessageId"]
    dsn = ready.outbox[1]
    assert dsn.envelope.reverse_path == ""
    assert dsn.envelope.forward_paths == ("me@example.com",)
    assert b"Diagnostic-Code: smtp; 550 5.1.1 no such user" in dsn.content
    points = ready.client("ses").get_send_statistics()["SendDataPoints"]
    assert sum(p["Bounces"] for p in points) == 1


def test_delay_is_tried_again_on_the_clock(ready: World) -> None:
    """A 4xx is retried, and given up after 14 hours as a soft bounce, without a listing."""
    ready.replies["you@example.net"] = SmtpReply(451, "4.7.1 greylisted")
    v2(ready)
    ready.ses.settle()
    assert len(ready.outbox) == 1
    ready.pass_time(minutes=6)
    ready.ses.settle()
    assert len(ready.outbox) == 2
    del ready.replies["you@example.net"]
    ready.pass_time(minutes=20)
    ready.ses.settle()
    assert len(ready.outbox) == 3
    ready.pass_time(hours=20)
    ready.ses.settle()
    assert len(ready.outbox) == 3


@pytest.mark.parametrize("operation", ["list-email-identities", "list-configuration-sets"])
def test_older_sdks_list_by_get(world: World, operation: str) -> None:
    """Before botocore 1.43.105 both lists were GET (FACTS 25); signed by botocore itself."""
    import json  # noqa: PLC0415  used here only
    import urllib.request  # noqa: PLC0415  the same

    from botocore.auth import SigV4Auth  # noqa: PLC0415  the same
    from botocore.awsrequest import AWSRequest  # noqa: PLC0415  the same
    from botocore.credentials import Credentials  # noqa: PLC0415  the same

    world.verify()
    world.client("sesv2").create_configuration_set(ConfigurationSetName="main")
    path, key = {
        "list-email-identities": ("/v2/email/identities", "EmailIdentities"),
        "list-configuration-sets": ("/v2/email/configuration-sets", "ConfigurationSets"),
    }[operation]
    request = AWSRequest("GET", f"{world.aws.url}{path}?PageSize=10")
    admin = world.administrator
    SigV4Auth(Credentials(admin.principal.key_id, admin.secret), "ses", REGION).add_auth(request)
    asked = urllib.request.Request(request.url, headers=dict(request.headers))  # noqa: S310  loopback
    with urllib.request.urlopen(asked) as answer:  # noqa: S310  the same
        assert len(json.load(answer)[key]) == 1
