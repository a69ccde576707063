"""Evidence is weighed: a general word never beats a specific one, and a conflict is told.

Each pair was once answered by the first row that matched, and wrongly.  The right answers follow
the servers' own pages (named in the tables) or the plain sense of the sentence.
"""

import pytest

from sendas.advice import Owner
from sendas.bounce import Confidence, RecipientReport, explain
from sendas.bounce.reason import Reason


def only(reply: str) -> RecipientReport:
    """The one report of *reply*."""
    return explain(reply.encode()).recipients[0]


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        ("450 4.2.1 The recipient has exceeded message rate limit. Try again later.", "speeding"),
        ("452 4.3.1 more than 1000 messages per hour, quota exceeded", "speeding"),
        ("450 4.7.3 Organization queue quota exceeded. [mx.outlook.com]", "speeding"),
        ("552 5.2.2 hourly quota exceeded for this sender", "speeding"),
        ("550 5.1.1 Not our Customer", "user-unknown"),
        ("551 5.7.1 Message you sent was blocked by our spam filter", "spam-detected"),
        ("551 5.7.1 Relaying denied", "no-relaying"),
        ("554 5.7.1 Comcast block for spam from 192.0.2.1", "blocked"),
        ("550 Rejected: 192.0.2.1 is sending spam, listed at zen.spamhaus.org", "blocked"),
        ("550 License Expired for this account", "system-error"),
        ("451 Resources temporarily unavailable. Please try again later", "system-error"),
        ("550 5.4.310 DNS domain example.invalid does not exist", "host-unknown"),
        ("550 5.7.27 Sender address has null MX", "rejected"),
        ("550 5.2.1 This mailbox has been blocked due to inactivity", "suspend"),
        ("554 5.2.3 MailPolicy violation Error delivering to mailboxes", "policy-violation"),
        ("550 5.7.1 rate limited because there is no DMARC alignment", "auth-failure"),
        ("552 Message size exceeds the limit: exceeded storage allocation", "mesg-too-big"),
        ("550 5.1.1 <a@example.net>: Recipient address rejected: Mailbox quota exceeded",
         "mailbox-full"),
    ],
)  # fmt: skip
def test_specific_beats_general(reply: str, reason: str) -> None:
    """Whatever general word stands beside it, or first."""
    assert reason == str(only(reply).reason)


@pytest.mark.parametrize(
    ("reply", "owner"),
    [
        ("554 5.7.1 Client host [192.0.2.1] blocked using zen.spamhaus.org", Owner.AWS),
        ("554 5.7.0 rejected due to the sending IP's poor reputation", Owner.AWS),
        ("550 5.7.1 very low reputation of the sending domain", Owner.CONTENT),
        ("550 5.7.1 MailFrom domain is listed in Spamhaus", Owner.CONTENT),
        (("553 5.7.2 [TSS09] All messages from 192.0.2.1 will be permanently deferred; Retrying "
         "will NOT succeed"), Owner.AWS),
        ("554 5.7.1 blocked using multi.uribl.com; Query Refused", Owner.RECIPIENT_ADMIN),
        ("450 4.1.8 <me@example.com>: Sender address rejected: Domain not found", Owner.DNS),
        ("550 5.1.90 you've reached your daily limit for message recipients", Owner.SENDER),
    ],
)  # fmt: skip
def test_whoever_can_act_is_named(reply: str, owner: Owner) -> None:
    """A shared address's listing is AWS's, not "your content"; for good is not "wait"."""
    assert owner is only(reply).owner


@pytest.mark.parametrize(
    "reply",
    [
        "550 5.1.1 User unknown; your IP 192.0.2.1 is blocked using zen.spamhaus.org",
        "550 5.1.1 mailbox unavailable, message considered spam",
        "550 No such user, rejected by policy: SPF check failed",
        "550 Too many invalid recipients",
        "550 The account may not exist, or you may be blacklisted",
        "550 No such domain, try again later",
        "550 5.7.1 Recipient does not accept mail from you: rejected by the user's own rule",
    ],
)
def test_a_conflict_never_writes_an_address_off(reply: str) -> None:
    """What may be a refusal of the sender is no reason to give the recipient up."""
    assert not only(reply).hard


def test_a_conflict_lowers_the_confidence() -> None:
    """The same sentence is less sure with another reason beside it."""
    alone = only("550 5.1.1 User unknown")
    beside = only("550 5.1.1 User unknown, virus found in the message")

    assert Confidence.LIKELY is alone.confidence
    assert Confidence.WEAK is beside.confidence


def test_a_relay_in_front_of_the_recipient_is_named() -> None:
    """AT&T's mail is taken in by Yahoo: whoever asks AT&T asks the wrong one."""
    one = only(
        "host al-ip4-mx-vip1.yahoodns.net[192.0.2.1] said: 554 5.7.9 <a@att.net>: Message not "
        "accepted for policy reasons (in reply to end of DATA command)"
    )

    assert "yahoo" == one.provider
    assert "yahoo takes in the mail of att.net" in one.explanation.lower()


def test_words_alone_name_no_relay() -> None:
    """A link to another provider's page in the reply does not make it the one that takes mail."""
    one = only(
        "550 5.7.1 <a@gmail.com>: refused, see https://postmaster.gmx.net/en/error-messages"
    )

    assert "takes in the mail" not in one.explanation


@pytest.mark.parametrize("text", ["501 5.5.4 Invalid domain name", "501 5.5.2 Bad HELO"])
def test_what_is_wrong_with_the_dialogue_writes_no_address_off(text: str) -> None:
    """RFC 3463, 3.6: X.5.z speaks of the protocol; Exchange says so of the name at EHLO."""
    one = only(text)

    assert Reason.SYNTAX_ERROR is one.reason
    assert not one.hard


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("550 Пользователь не найден", Reason.USER_UNKNOWN),
        ("550 メールボックスが存在しません", Reason.USER_UNKNOWN),
        ("552 5.7.1 Le compte du destinataire est bloqué", Reason.SUSPEND),
        ("550 message header contains illegal characters", Reason.CONTENT_ERROR),
        ("550 Your address has been blocked by the recipient", Reason.REJECTED),
        ("451 4.3.2 server is shutting down for maintenance", Reason.SYSTEM_ERROR),
    ],
)
def test_words_of_other_languages_and_servers(text: str, reason: Reason) -> None:
    """What a set of 154 lines, written down before it was run, showed to be unknown."""
    assert reason is only(text).reason


def test_a_blocked_sender_is_not_a_listed_host() -> None:
    """Mimecast's Blocked Senders name the author (its page of SMTP error codes), not the IP."""
    one = only(
        "550 Rejected by header based Blocked Senders - https://community.mimecast.com/docs/1369"
    )

    assert Reason.REJECTED is one.reason


@pytest.mark.parametrize(
    ("reply", "reason", "owner"),
    [
        ("553 5.7.1 <me@example.com>: Sender address rejected: not owned by user me",
         Reason.REJECTED, Owner.SENDER),
        ("550 The from address does not match a verified Sender Identity. Mail cannot be sent",
         Reason.REJECTED, Owner.SENDER),
        ("501 me: sender address must contain a domain", Reason.REJECTED, Owner.CODE),
        ("501 you: recipient address must contain a domain", Reason.SYNTAX_ERROR, Owner.CODE),
        ("550 5.7.1 SMTP AUTH required", Reason.SECURITY_ERROR, Owner.SENDER),
        ("550 You are not subscribed to this list", Reason.REJECTED, Owner.RECIPIENT_ADMIN),
    ],
)  # fmt: skip
def test_whoever_hands_in_is_told_to_mend_it(reply: str, reason: Reason, owner: Owner) -> None:
    """Postfix smtpd, Exim smtp_in.c, SendGrid: what a sender's own server says of the sender."""
    one = only(reply)

    assert (reason, owner) == (one.reason, one.owner)
    assert not one.hard


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        ("550 收件人不存在", Reason.USER_UNKNOWN),
        ("552 对方邮箱空间不足", Reason.MAILBOX_FULL),
        ("554 疑似垃圾邮件被拒绝", Reason.SPAM_DETECTED),
        ("452 受信者のメールボックスがいっぱいです", Reason.MAILBOX_FULL),
        ("550 존재하지 않는 사용자", Reason.USER_UNKNOWN),
        ("550 수신자 메일함 용량 초과", Reason.MAILBOX_FULL),
    ],
)
def test_scripts_without_blanks(reply: str, reason: Reason) -> None:
    """Chinese, Japanese and Korean servers' words are found by their letters (dictionaries)."""
    assert reason is only(reply).reason


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        ("550 5.7.1 qwertz", Reason.POLICY_VIOLATION),
        ("550 5.3.0 qwertz", Reason.SYSTEM_ERROR),
        ("550 5.4.0 qwertz", Reason.NETWORK_ERROR),
        ("550 5.7.1 qwertz, user unknown", Reason.USER_UNKNOWN),
    ],
)
def test_a_code_that_says_little_is_the_last_resort(reply: str, reason: Reason) -> None:
    """RFC 3463, 2: "other or undefined" of its kind; any word at all says more."""
    one = only(reply)

    assert reason is one.reason
    assert "qwertz," in reply or Confidence.WEAK is one.confidence


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        ("550 The server rejected the message: user unknown", Reason.USER_UNKNOWN),
        ("550 The host mx.example.net refused the message as spam", Reason.SPAM_DETECTED),
        ("550 The host mx.example.net does not exist", Reason.HOST_UNKNOWN),
        ("550 user@example.net does not exist", Reason.USER_UNKNOWN),
    ],
)
def test_who_refuses_is_not_what_is_refused(reply: str, reason: Reason) -> None:
    """A server named as the one that refused is not blocked itself; a name with dots is a host."""
    assert reason is only(reply).reason


def test_before_a_recipient_is_named_none_is_unknown() -> None:
    """RFC 5321, 3.3: whoever is refused in answer to MAIL is the sender."""
    one = only(
        "host mx.example.net[192.0.2.1] said: 550 5.1.8 domain not found, no such user (in reply "
        "to MAIL FROM command)"
    )

    assert one.reason not in {Reason.USER_UNKNOWN, Reason.HOST_UNKNOWN}
    assert not one.hard
