"""What Microsoft's, Google's and other published lists explain, and no other row has.

Looked at before the provider's other rows, which speak of many things at once.
"""

from collections.abc import Iterator

from sendas.advice import Owner
from sendas.bounce.explanation import Confidence
from sendas.bounce.reason import Reason
from sendas.bounce.tables.row import Row, texts


_R, _O = Reason, Owner
_Cell = tuple[Reason, str, str, Owner | None]
"""Reason, codes, texts, and who can mend it."""
_DNS_RULES = ("DNS001", "DNS007", "DNS010", "DNS011", "DNS012")


def _page(provider: str, source: str, *cells: _Cell) -> Iterator[Row]:
    for reason, codes, written, owner in cells:
        yield Row(
            reason,
            source,
            texts(written) if written else (),
            tuple(codes.split()),
            provider=provider,
            confidence=Confidence.CERTAIN,
            owner=owner,
            rules=_DNS_RULES if reason is _R.AUTH_FAILURE else (),
        )


LISTED: tuple[Row, ...] = (
    *_page(
        "exchange-online",
        "learn.microsoft.com: email non-delivery reports in Exchange Online",
        (_R.CONTENT_ERROR, "x.5.6 x.6.11", "", _O.CODE),
        (_R.SPAM_DETECTED, "", "outboundspamexception", _O.SENDER),
        (_R.CONTENT_ERROR, "x.3.0", "too many related errors", _O.CODE),
        (_R.NOT_ACCEPT, "x.4.4", "no mail-enabled subscriptions", _O.RECIPIENT_ADMIN),
        (_R.POLICY_VIOLATION, "x.7.900-999", "", _O.RECIPIENT_ADMIN),
        (_R.POLICY_VIOLATION, "x.0.350", "policy violation", _O.RECIPIENT_ADMIN),
        (_R.REJECTED, "x.1.7", "", _O.CODE),
        (_R.SECURITY_ERROR, "x.1.8", "bad outbound sender", _O.SENDER),
        (_R.BLOCKED, "x.7.750", "", _O.SENDER),
        (_R.SUSPEND, "x.7.505", "", _O.RECIPIENT_ADMIN),
        (_R.USER_UNKNOWN, "x.1.6", "single label", None),
        (_R.ON_HOLD, "4.7.500", "server busy", _O.WAIT),
    ),
    *_page(
        "gmail",
        "google/3726730",
        (_R.BLOCKED, "", "not in whitelist for rcpt domain", _O.RECIPIENT_ADMIN),
        (_R.NOT_COMPLIANT_RFC, "", ("encoded-word syntax | mail message is malformed |"
         " disallowed header"), _O.CODE),
        (_R.REJECTED, "", "mail sending denied", _O.SENDER),
        (_R.SPEEDING, "", ("smtp relay limit | smtp relay sending limit | relay limit exceeded |"
         " daily sending quota | daily user sending"), _O.SENDER),
        (_R.ON_HOLD, "", "temporarily rejected", _O.WAIT),
        (_R.USER_UNKNOWN, "x.1.3", "not a valid rfc", None),
        (_R.REJECTED, "x.1.7", "", _O.CODE),
        (_R.HOST_UNKNOWN, "x.1.2", "recipient domain", None),
        (_R.TOO_MANY_CONN, "x.5.3", "too many recipients", _O.WAIT),
    ),
    *_page(
        "yahoo",
        "senders.yahooinc.com/smtp-error-codes",
        (_R.POLICY_VIOLATION, "", "for policy reasons", _O.CONTENT),
    ),
    *_page(
        "mimecast",
        "mimecastsupport.zendesk.com 34000709564691: SMTP error codes",
        (_R.NOT_ACCEPT, "", "inbounds disabled | outbounds disabled", _O.RECIPIENT_ADMIN),
        (_R.REJECTED, "", "envelope blocked | envelope rejected - block | blocked senders",
         _O.RECIPIENT_ADMIN),
        (_R.FAILED_STARTTLS, "", "this route requires | invalid for this certificate", None),
        (_R.TOO_MANY_CONN, "", "thread limit", _O.WAIT),
        (_R.USER_UNKNOWN, "", "invalid address | user unknown", None),
        (_R.BAD_REPUTATION, "", "ip reputation", _O.AWS),
        (_R.POLICY_VIOLATION, "", "content examination", _O.RECIPIENT_ADMIN),
        (_R.MESG_TOO_BIG, "", "maximum email size", None),
    ),
    *_page(
        "orange",
        "postmaster.orange.fr: codes of refusal (2026-09-01)",
        (_R.AUTH_FAILURE, "", "configuration spf | spf check failed | spf/dns", _O.DNS),
        (_R.REJECTED, "", "emetteur invalide | invalid sender", _O.DNS),
    ),
    *_page(
        "tencent",
        "service.mail.qq.com/detail/122",
        (_R.BLOCKED, "", "suspected spam ip | connection denied", _O.AWS),
    ),
    *_page(
        "hornetsecurity",
        "support.everycloud.com: reason codes of the spam filter (Hornetsecurity)",
        (_R.ON_HOLD, "4.5.5 4.5.6 4.5.7", "", _O.WAIT),
        (_R.REJECTED, "5.2.2", "", _O.RECIPIENT_ADMIN),
        (_R.MESG_TOO_BIG, "5.5.2 5.5.3", "size", None),
        (_R.BLOCKED, "5.5.4", "", _O.AWS),
        (_R.SPAM_DETECTED, "5.5.5 5.6.1 5.6.2 5.6.3", "", _O.CONTENT),
        (_R.NETWORK_ERROR, "5.5.6", "", None),
        (_R.POLICY_VIOLATION, "5.5.7", "", _O.CONTENT),
        (_R.VIRUS_DETECTED, "5.6.4", "", _O.CONTENT),
        (_R.FAILED_STARTTLS, "5.6.5", "", _O.CODE),
        (_R.POLICY_VIOLATION, "5.6.9", "", _O.RECIPIENT_ADMIN),
        (_R.USER_UNKNOWN, "5.7.1", "unknown recipient | ldap", None),
    ),
    *_page(
        "cox",
        "cox.com/residential/support: email error codes",
        (_R.SYSTEM_ERROR, "", "server temporarily not available", _O.WAIT),
        (_R.BLOCKED, "", "too many bad commands | too many invalid recipients", _O.AWS),
        (_R.POLICY_VIOLATION, "", "attachment extension", _O.CONTENT),
        (_R.REQUIRE_PTR, "", "no rdns | dns check failure", _O.AWS),
    ),
    *_page(
        "yandex",
        "yandex.com/support/yandex-360: report on non-delivery to Yandex",
        (_R.SUSPEND, "", "policy rejection on the target", _O.RECIPIENT),
        (_R.USER_UNKNOWN, "", ("address mailbox syntax | recipient address syntax |"
         " no correct recipients"), None),
        (_R.VIRUS_DETECTED, "", "infected by virus", _O.CONTENT),
    ),
)  # fmt: skip
