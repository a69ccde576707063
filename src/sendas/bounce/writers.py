"""Which software or provider wrote a report: told by how it begins."""

from sendas.mail.message import Headers


_BY_WORDS: tuple[tuple[str, str], ...] = (
    ("customfromdenied", "gmail-send-as"),
    ("this is the qmail-send program", "qmail"),
    ("i'm afraid i wasn't able to deliver your message", "qmail"),
    ("this is the mail system at host", "postfix"),
    ("this is the postfix program", "postfix"),
    ("this is the mail delivery agent at symantec", "messagelabs"),
    ("this is the mail delivery agent at messagelabs", "messagelabs"),
    ("google tried to deliver your message", "gmail"),
    ("support.google.com/mail", "gmail"),
    ("dragonfly mail agent", "dragonfly"),
    ("this is the mailer-daemon, please do not reply", "opensmtpd"),
    ("\n--- the following addresses had delivery problems", "mcafee"),
    ("not listed in domino directory", "domino"),
    ("public name & address book", "domino"),
    ("lotus notes", "domino"),
    ("you sent was undeliverable to the following", "groupwise"),
    ("domino", "domino"),
    ("interscan messaging security suite", "trendmicro"),
    ("msexch:", "exchange"),
    ("the recipient name is not recognized", "exchange"),
    ("microsoft exchange", "exchange"),
    ("diagnostic information for administrators", "exchange"),
    ("office 365", "exchange-online"),
    ("outlook.com", "exchange-online"),
    ("running the courier mail server", "courier"),
    ("this message was created automatically by mail delivery software", "exim"),
    ("mail server on", "powermta"),
    ("this report relates to a message you sent", "messaging-server"),
    ("was not accepted by the groupwise", "groupwise"),
    ("mdaemon", "mdaemon"),
)

_BY_HEADER: tuple[tuple[str, str, str], ...] = (
    ("from", "mailer-daemon@googlemail.com", "gmail"),
    ("from", "mailer-daemon@google.com", "gmail"),
    ("from", "ezweb.ne.jp", "au"),
    ("from", "vtext.com", "verizon"),
    ("from", "yahoo.", "yahoo"),
    ("from", "mail.gmx.", "gmx"),
    ("from", "kundenserver.de", "ionos"),
    ("from", "mail.zoho.", "zoho"),
    ("from", "mx.facebook.com", "facebook"),
    ("from", "amazonses.com", "ses"),
    ("from", "postmaster@outlook.com", "exchange-online"),
    ("from", "onmicrosoft.com", "exchange-online"),
    ("from", "messagelabs.com", "messagelabs"),
    ("subject", "delivery failure:", "domino"),
)


_HEADERS = frozenset(name for name, _, _ in _BY_HEADER)


def writer_of(headers: Headers, notice: str) -> str:
    """The writer's name; empty when it is not one that is known."""
    lowered = f"\n{notice[:2_000].lower().lstrip()}"
    if "customfromdenied" in lowered:
        return "gmail-send-as"
    if "groups.google.com/support" in lowered:
        return "google-groups"
    written = {name: headers.get(name).lower() for name in _HEADERS}
    for name, words, writer in _BY_HEADER:
        if words in written[name]:
            return writer
    for words, writer in _BY_WORDS:
        if words in lowered:
            return writer
    return ""
