"""What providers publish of their own refusals: their codes and sentences, whole, page by page.

Only what a provider itself explains stands here, with its page as the source; what others have
seen them say is in ``mailboxes``, ``gateways``, ``regional``.  A code settles the reason, so each
row is certain; words without a code are left to what everybody says.
"""

from collections.abc import Iterator

from sendas.advice import Owner
from sendas.bounce.explanation import Confidence
from sendas.bounce.reason import Reason
from sendas.bounce.tables.row import Row, texts


_R, _O = Reason, Owner
_DNS_RULES = ("DNS001", "DNS007", "DNS010", "DNS011", "DNS012")
_Cell = tuple[Reason, str, Owner | None]


def _page(provider: str, source: str, *cells: _Cell) -> Iterator[Row]:
    for reason, written, owner in cells:
        yield Row(
            reason,
            source,
            texts(written),
            provider=provider,
            confidence=Confidence.CERTAIN,
            owner=owner,
            rules=_DNS_RULES if reason is _R.AUTH_FAILURE else (),
        )


PUBLISHED: tuple[Row, ...] = (
    *_page(
        "yahoo",
        "senders.yahooinc.com/smtp-error-codes",
        (_R.BLOCKED, "spamhaus | [bl2 | [ip0 | [ip1 | [ip2", _O.AWS),
        (
            _R.BAD_REPUTATION,
            (
                "permanently deferred | will not succeed | [tss06] | [tss09] | "
                "[tss10] | [tss11] | [ts02] | [ts03]"
            ),
            _O.AWS,
        ),
        (_R.REJECTED, "unresolvable rfc | unresolvable-from | unresolvable from domain", _O.DNS),
        (
            _R.AUTH_FAILURE,
            (
                "evaluating dmarc | dmarc policy | sender is unauthenticated | "
                "senders to authenticate | unauthenticated"
            ),
            _O.DNS,
        ),
        (_R.TOO_MANY_CONN, "max message per connection | too many connections", _O.WAIT),
        (_R.SPEEDING, "receiving mail too quickly | rate limited", _O.WAIT),
        (_R.NOT_COMPLIANT_RFC, "not rfc compliant | headers are not rfc | [291]", _O.CODE),
        (_R.SUSPEND, "mailbox is disabled | (554.30) | disabled or discontinued", None),
        (
            _R.USER_UNKNOWN,
            "mailbox not found | not a valid recipient | no longer valid | doesn't have a",
            None,
        ),
        (_R.NO_RELAYING, "relaying denied", None),
    ),
    *_page(
        "outlook.com",
        "sendersupport.olc.protection.outlook.com/pm/troubleshooting.aspx: error codes",
        (_R.SPEEDING, "rp-001 | rp-002", _O.WAIT),
        (_R.TOO_MANY_CONN, "rp-003", _O.WAIT),
        (
            _R.BLOCKED,
            "sc-001 | sc-002 | sc-003 | sc-004 | dy-001 | dy-002 | ou-001 | ou-002",
            _O.AWS,
        ),
    ),
    *_page(
        "apple",
        "support.apple.com/102322: postmaster information for iCloud Mail",
        (_R.BLOCKED, "spamhaus dbl | domain present in", _O.CONTENT),
        (_R.BAD_REPUTATION, "ip's poor reputation", _O.AWS),
        (_R.BLOCKED, "[hm08] | is listed | blocked using", _O.AWS),
        (_R.SPEEDING, "excessive volume | excessive rate", _O.WAIT),
        (_R.HAS_MOVED, "no longer on server", None),
        (_R.USER_UNKNOWN, "user does not exist | user unknown", None),
        (_R.NO_RELAYING, "relay access denied", None),
        (_R.MAILBOX_FULL, "overquota", None),
        (_R.ON_HOLD, "try again later", _O.WAIT),
    ),
    *_page(
        "comcast",
        "postmaster.comcast.net/smtp-error-codes.php",
        (_R.AUTH_FAILURE, "dm000001 | due to dmarc", _O.DNS),
        (_R.REQUIRE_PTR, "pt000000 | ptr record | reverse dns", _O.AWS),
        (_R.SPEEDING, "rl000001 | rl000002 | rl000003 | sl000000 | too many recent", _O.WAIT),
        (_R.TOO_MANY_CONN, "too many sessions | at00", _O.WAIT),
        (
            _R.BLOCKED,
            (
                "bl000000 | bl000001 | bl000010 | bl000011 | es000001 | es000010 | dy000000 |"
                " block for spam | on one or more dnsbls | hu000000"
            ),
            _O.AWS,
        ),
        (_R.USER_UNKNOWN, "not our customer | mailbox unallocated", None),
        (_R.SUSPEND, "account closed", None),
        (_R.MAILBOX_FULL, "extended quota violation | user over quota", None),
    ),
    *_page(
        "mimecast",
        "community.mimecast.com: Mimecast SMTP error codes",
        (_R.USER_UNKNOWN, "invalid recipient | no valid recipients", None),
        (
            _R.AUTH_FAILURE,
            (
                "spf sender invalid | dkim sender invalid | dmarc sender invalid | "
                "header based anti-spoofing"
            ),
            _O.DNS,
        ),
        (_R.REJECTED, "user entry | sender address blocked", _O.RECIPIENT),
        (
            _R.POLICY_VIOLATION,
            "administrative prohibition | local rule | configured policy",
            _O.RECIPIENT_ADMIN,
        ),
        (
            _R.SYSTEM_ERROR,
            "license expired | account service is temporarily | account is not",
            _O.RECIPIENT_ADMIN,
        ),
        (
            _R.ON_HOLD,
            (
                "internal resource temporarily unavailable | recipient temporarily | "
                "unable to process connection"
            ),
            _O.WAIT,
        ),
        (_R.NO_RELAYING, "server relay denied | relay denied | not a recognised domain", None),
        (_R.TOO_MANY_CONN, "ip currently restricted | too many concurrent", _O.WAIT),
        (_R.MESG_TOO_BIG, "exceeds fixed maximum | message exceeds", None),
        (_R.NETWORK_ERROR, "loop | maximum email delivery attempts", None),
        (
            _R.SECURITY_ERROR,
            "submitter failed to | unknown host: | host network not allowed",
            _O.SENDER,
        ),
        (_R.VIRUS_DETECTED, "virus signature", _O.CONTENT),
        (_R.FAILED_STARTTLS, "starttls", _O.RECIPIENT_ADMIN),
    ),
    *_page(
        "yandex",
        "yandex.com/support/mail: bounce messages",
        (_R.SPEEDING, "message rate limit", _O.WAIT),
        (_R.SPAM_DETECTED, "suspicion of spam", _O.CONTENT),
        (_R.USER_UNKNOWN, "no such user", None),
        (_R.MAILBOX_FULL, "mailbox size limit exceeded", None),
        (_R.BLOCKED, "spamsource. | spam statistics", _O.AWS),
        (_R.SECURITY_ERROR, "not owned by auth user", _O.SENDER),
    ),
    *_page(
        "mail.ru",
        "help.mail.ru: errors of delivery",
        (_R.SUSPEND, "account is disabled | user is terminated | user is blocked", None),
        (_R.USER_UNKNOWN, "invalid mailbox | user not found", None),
        (_R.MAILBOX_FULL, "over quota", None),
        (_R.SPAM_DETECTED, "spam message rejected | spam message discarded", _O.CONTENT),
        (_R.BLOCKED, "access from ip address | blocked. visit", _O.AWS),
        (_R.AUTH_FAILURE, "dmarc policy", _O.DNS),
    ),
    *_page(
        "tencent",
        "service.mail.qq.com: reasons of refusal (20022)",
        (_R.SPEEDING, "sender frequency limited | domain frequency limited", _O.WAIT),
        (_R.TOO_MANY_CONN, "ip frequency limited | connection limited | concurrent", _O.WAIT),
        (
            _R.SPAM_DETECTED,
            "content denied | suspected spam | spam is embedded | content rejected",
            _O.CONTENT,
        ),
        (_R.BLOCKED, "suspected bounce attack | bad reputation | invalid ip", _O.AWS),
        (
            _R.USER_UNKNOWN,
            (
                "non-existent account | mailbox not found | bad address syntax | "
                "unavailable or access denied"
            ),
            None,
        ),
        (_R.FILTERED, "rejected by recipient", _O.RECIPIENT),
        (_R.AUTH_FAILURE, "spf check | dmarc check", _O.DNS),
        (_R.MAILBOX_FULL, "exceed the user mailbox limit", None),
        (_R.REJECTED, "invalid sender | domain name not found", _O.DNS),
    ),
    *_page(
        "netease",
        "mail.163.com/help/help_spam_16.htm: codes of refusal",
        (_R.BLOCKED, "ip is rejected | ip in blacklist", _O.AWS),
        (_R.USER_UNKNOWN, "user not found | invalid user", None),
        (_R.SUSPEND, "user suspended | user locked", None),
        (_R.FILTERED, "user in blacklist", _O.RECIPIENT_ADMIN),
        (_R.TOO_MANY_CONN, "too much recipient", _O.WAIT),
        (_R.SECURITY_ERROR, "fail authentication | authentication is required", _O.SENDER),
        (_R.MESG_TOO_BIG, "mailsize limit", None),
        (_R.POLICY_VIOLATION, "illegal attachment", _O.CONTENT),
        (_R.REJECTED, "null sender | local user only | no smtp mx only", _O.SENDER),
    ),
    *_page(
        "aliyun",
        "mailhelp.aliyun.com: reasons of refusal",
        (_R.USER_UNKNOWN, "rp:rpt | is not exist", None),
        (_R.BAD_REPUTATION, "antispam_bat | behaviour spam", _O.AWS),
        (_R.SPAM_DETECTED, "antispam_content | content spam", _O.CONTENT),
        (_R.MAILBOX_FULL, "mailbox exceeds | rp:qot", None),
        (_R.SPEEDING, "rp:trl | rp:trc", _O.WAIT),
        (_R.REJECTED, "rp:sed | rp:cel", _O.RECIPIENT),
        (_R.REJECTED, "non-local account | mailfrom account is a local", _O.SENDER),
        (_R.REJECTED, "conform with authentication | isn't allowed to send", _O.SENDER),
        (_R.REJECTED, '"mail from" mailbox unavailable', _O.SENDER),
        (_R.SECURITY_ERROR, "authentication failure | username or passwd", _O.SENDER),
        (_R.NO_RELAYING, "rcptto account isn't a local", None),
        (_R.USER_UNKNOWN, 'dosn\'t exist | "rcpt to" mailbox unavailable | invalid rcptto', None),
        (_R.SUSPEND, "isn't allowed to receive", None),
        (_R.TOO_MANY_CONN, "number of rcpt attempts | total of rcpts", _O.WAIT),
        (_R.MESG_TOO_BIG, "length of data content | length of attach", None),
        (_R.POLICY_VIOLATION, "number of attachments", _O.CONTENT),
        (_R.VIRUS_DETECTED, "virus infected mail", _O.CONTENT),
        (_R.SPAM_DETECTED, "local spam engine", _O.CONTENT),
    ),
    *_page(
        "naver",
        "help.naver.com: bounce messages",
        (_R.USER_UNKNOWN, "no such user", None),
        (_R.MAILBOX_FULL, "mailbox full", None),
        (_R.SPAM_DETECTED, "spam", _O.CONTENT),
    ),
    *_page(
        "gmx",
        "postmaster.gmx.net and postmaster.web.de: error messages",
        (_R.BLOCKED, "block listed | black listed | c=bl | c=r0", _O.AWS),
        (_R.AUTH_FAILURE, "due to spf | dmarc", _O.DNS),
        (_R.REJECTED, "invalid dns mx or a/aaaa", _O.DNS),
        (_R.SPEEDING, "send limit exceeded | receive limit | c=sendlimit", _O.WAIT),
        (_R.TOO_MANY_CONN, "too many connections | c=connlimit", _O.WAIT),
        (_R.MESG_TOO_BIG, "message size exceeds | c=size", None),
        (_R.MAILBOX_FULL, "quota exceeded", None),
        (_R.BLOCKED, "(ip based)", _O.AWS),
        (_R.POLICY_VIOLATION, "policy restrictions", _O.RECIPIENT_ADMIN),
        (_R.SYNTAX_ERROR, "syntax error in", _O.CODE),
    ),
    *_page(
        "t-online",
        "postmaster.t-online.de: error codes",
        (_R.BLOCKED, "a problem occurred | ask your postmaster | (bl) | (nowl)", _O.AWS),
    ),
    *_page(
        "zoho",
        "zoho.com/mail/help: bounce messages",
        (
            _R.POLICY_VIOLATION,
            "mailpolicy violation | policy error | failure policy",
            _O.RECIPIENT_ADMIN,
        ),
        (_R.SPEEDING, "hourly limit | exceeded the limit", _O.WAIT),
        (_R.SPEEDING, "unusual sending activity", _O.SENDER),
        (_R.AUTH_FAILURE, "dmarc policy", _O.DNS),
        (_R.VIRUS_DETECTED, "virus", _O.CONTENT),
        (_R.SPAM_DETECTED, "flagged as spam", _O.CONTENT),
        (_R.NO_RELAYING, "relaying disallowed", None),
        (_R.BLOCKED, "is in the blocklist | blacklisted", _O.AWS),
        (_R.FILTERED, "rejected by destination domain", _O.RECIPIENT_ADMIN),
    ),
    *_page(
        "free",
        "postmaster.free.fr",
        (_R.BLOCKED, "too many spams from your ip", _O.AWS),
        (_R.ON_HOLD, "too many errors from your ip", _O.WAIT),
        (_R.SUSPEND, "due to inactivity", None),
    ),
    *_page(
        "improvmx",
        "improvmx.com/guides: SMTP codes",
        (_R.NETWORK_ERROR, "loop detected", _O.CODE),
        (_R.BAD_REPUTATION, "low reputation of the sending domain", _O.CONTENT),
        (_R.SYSTEM_ERROR, "forwarding recipient | invalid pieces", _O.RECIPIENT_ADMIN),
        (_R.SPAM_DETECTED, "considered as spam", _O.CONTENT),
        (_R.ON_HOLD, "please try again later", _O.WAIT),
    ),
    *_page(
        "charter",
        "spectrum.net/support: understanding email error codes",
        (_R.TOO_MANY_CONN, "aup#1270 | aup#1455 | too many concurrent", _O.WAIT),
        (_R.SPEEDING, "aup#1430 | aup#1440 | aup#1450 | too many messages", _O.WAIT),
        (_R.BLOCKED, "aup#", _O.AWS),
    ),
    *_page(
        "cox",
        "cox.com/residential/support: email error codes",
        (_R.REQUIRE_PTR, "reverse dns | rdns | aup#dns", _O.AWS),
        (_R.TOO_MANY_CONN, "cxcnct | too many sessions", _O.WAIT),
        (_R.SPEEDING, "cxmxrt | cxmj | cxthrt | rate exceeded", _O.WAIT),
        (_R.AUTH_FAILURE, "aup#spf | aup#dmarc", _O.DNS),
    ),
    *_page(
        "proofpoint",
        "help.proofpoint.com: common error codes",
        (_R.SPAM_DETECTED, "spam definition", _O.CONTENT),
        (_R.POLICY_VIOLATION, "local policy violation", _O.RECIPIENT_ADMIN),
        (_R.NO_RELAYING, "relaying denied", None),
    ),
)
"""Looked at before what others have seen of the same provider."""
