"""What people paste: log lines, exceptions of mail clients, errors of the SES API, bare words.

The forms are those of the programs' own sources: Postfix smtp(8) and log(3), Exim's main log
(spec, chapter 53), Sendmail's syslog, OpenSMTPD's mta; smtplib, nodemailer, PHPMailer, Symfony
Mailer, JavaMail, net/textproto, Ruby's Net::SMTP, System.Net.Mail; botocore and the SES API.
"""

import pytest

from sendas.advice import Owner
from sendas.bounce import Kind, RecipientReport, explain
from sendas.bounce.tables.ses_api import API_ROWS, CODES, by_ses_alone


USER = "user@example.net"
NOT_VERIFIED = (
    "Email address is not verified. The following identities failed the check in region "
    "US-EAST-1: me@example.com"
)


def only(text: str) -> RecipientReport:
    """The one report that *text* is explained as."""
    found = explain(text.encode())

    assert 1 == len(found.recipients), found
    return found.recipients[0]


POSTFIX = "Nov 29 05:52:00 mx postfix/smtp[8924]: CB12D1B00345: to=<user@example.net>, "
EXIM = "2026-11-29 05:52:00 1bAIzM-0006HM-Fq "
LOGS = [
    (
        POSTFIX + "relay=mx.example.net[192.0.2.1]:25, delay=1.6, delays=0.07/0.01/1.4/0.15, "
        "dsn=5.1.1, status=bounced (host mx.example.net[192.0.2.1] said: 550 5.1.1 "
        "<user@example.net>: Recipient address rejected: User unknown (in reply to RCPT TO "
        "command))",
        (Kind.BOUNCE, "user-unknown", "550", "5.1.1"),
    ),
    (
        POSTFIX + "relay=none, delay=9, delays=9/0/0/0, dsn=4.4.1, status=deferred (connect to "
        "mx.example.net[192.0.2.1]:25: Connection refused)",
        (Kind.DELAY, "expired", "", "4.4.1"),
    ),
    (
        POSTFIX + "relay=mx.example.net[192.0.2.1]:25, delay=1.6, dsn=2.0.0, status=sent (250 "
        "2.0.0 Ok: queued as 12345)",
        (Kind.DELIVERY, "delivered", "250", "2.0.0"),
    ),
    (
        EXIM + "** user@example.net R=dnslookup T=remote_smtp H=mx.example.net [192.0.2.1] "
        "X=TLS1.3:TLS_AES_256_GCM_SHA384:256 CV=yes: SMTP error from remote mail server after "
        "RCPT TO:<user@example.net>: 550 5.1.1 No such user",
        (Kind.BOUNCE, "user-unknown", "550", "5.1.1"),
    ),
    (
        EXIM + "** user@example.net R=dnslookup T=remote_smtp: retry timeout exceeded",
        (Kind.BOUNCE, "expired", "", ""),
    ),
    (
        EXIM + "== user@example.net R=dnslookup T=remote_smtp defer (-44) H=mx.example.net "
        "[192.0.2.1]: SMTP error from remote mail server after RCPT TO:<user@example.net>: 450 "
        "4.2.0 Greylisted",
        (Kind.DELAY, "on-hold", "450", "4.2.0"),
    ),
    (
        EXIM + '=> user@example.net R=dnslookup T=remote_smtp H=mx.example.net [192.0.2.1] C="250 '
        'OK id=1abc"',
        (Kind.DELIVERY, "delivered", "", ""),
    ),
    (
        (
            "Nov 29 05:52:00 mx sendmail[123]: aBC: to=<user@example.net>, delay=00:00:01, "
            "mailer=esmtp, relay=mx.example.net. [192.0.2.1], dsn=5.1.1, stat=User unknown"
        ),
        (Kind.BOUNCE, "user-unknown", "", "5.1.1"),
    ),
    (
        (
            "Nov 29 05:52:00 mx sm-mta[123]: aBC: to=<user@example.net>, delay=00:00:01, "
            "dsn=4.0.0, stat=Deferred: 451 4.7.1 Greylisting in action, please come back later"
        ),
        (Kind.DELAY, "on-hold", "451", "4.7.1"),
    ),
    (
        (
            "Nov 29 05:52:00 mx postfix/smtpd[892]: NOQUEUE: reject: RCPT from a[192.0.2.9]: "
            "550 5.1.1 <user@example.net>: Recipient address rejected: User unknown; "
            "from=<me@example.com> to=<user@example.net> proto=ESMTP helo=<mx.example.com>"
        ),
        (Kind.BOUNCE, "user-unknown", "550", "5.1.1"),
    ),
    (
        (
            "Nov 29 05:52:00 mx postfix/cleanup[8924]: 4F1: milter-reject: END-OF-MESSAGE from "
            "mx.example.com[192.0.2.9]: 5.7.1 Spam message rejected; from=<me@example.com> "
            "to=<user@example.net> proto=ESMTP helo=<mx.example.com>"
        ),
        (Kind.BOUNCE, "spam-detected", "", "5.7.1"),
    ),
    (
        (
            "smtpd[1]: 0 mta delivery evpid=1 from=<me@example.com> to=<user@example.net> "
            "rcpt=<-> "
            'source="192.0.2.9" relay="192.0.2.1 (mx.example.net)" delay=1s result="PermFail" '
            'stat="550 5.1.1 User unknown"'
        ),
        (Kind.BOUNCE, "user-unknown", "550", "5.1.1"),
    ),
]


@pytest.mark.parametrize(("line", "told"), LOGS)
def test_log_line(line: str, told: tuple[Kind, str, str, str]) -> None:
    """A line tells whom it is about, whether the mail is on its way, and what the server said."""
    found = explain(line.encode())
    one = only(line)

    assert told == (found.kind, str(one.reason), one.reply_code, one.status)
    assert USER == one.recipient


def test_a_quotation_within_the_words_of_opensmtpd() -> None:
    """Its log quotes what the server said only where its version does; the words may quote too."""
    one = only(
        "smtpd[1]: 0 mta delivery evpid=1 from=<me@example.com> to=<user@example.net> rcpt=<-> "
        'source="192.0.2.9" relay="192.0.2.1 (mx.example.net)" delay=1s result=PermFail '
        'stat=550 5.1.1 "user@example.net" is no user of ours'
    )

    assert ("user-unknown", USER) == (str(one.reason), one.recipient)


def test_qmail_tells_whom_by_the_number_of_the_delivery() -> None:
    """qmail-log(5): ``starting delivery N`` names whom, ``delivery N`` what became of it."""
    found = explain(
        b"@40000 starting delivery 7: msg 1 to remote user@example.net\n"
        b"@40000 starting delivery 8: msg 1 to remote other@example.net\n"
        b"@40000 delivery 8: success: 192.0.2.1_accepted_message./Remote_host_said:_250_ok/\n"
        b"@40000 delivery 7: failure: 192.0.2.1_does_not_like_recipient./"
        b"Remote_host_said:_550_5.1.1_User_unknown/Giving_up_on_192.0.2.1./\n"
    )

    assert {(USER, "user-unknown"), ("other@example.net", "delivered")} == {
        (one.recipient, str(one.reason)) for one in found.recipients
    }


@pytest.mark.parametrize(
    "line",
    [
        POSTFIX + "relay=smtp.example.net[192.0.2.1]:587, delay=1, dsn=4.7.8, status=deferred "
        "(SASL authentication failed; server smtp.example.net[192.0.2.1] said: 535 5.7.8 Username "
        "and password not accepted)",
        POSTFIX + "relay=smtp.example.net[192.0.2.1]:587, delay=1, dsn=4.7.8, status=deferred "
        "(SASL authentication failed; cannot authenticate to server smtp.example.net[192.0.2.1] "
        "said: 535 quux)",
    ],
)
def test_a_login_that_failed_on_the_way(line: str) -> None:
    """Postfix, smtp_sasl_glue.c: the sender's own login, whatever the other server calls it."""
    one = only(line)

    assert ("security-error", Owner.SENDER, "535") == (
        str(one.reason), one.owner, one.reply_code,
    )  # fmt: skip


@pytest.mark.parametrize("date", ["2026-11-29 10:00:00 ", "2026/11/29 10:00 ", "20261129: "])
def test_a_date_in_front_is_no_reply_that_takes_the_mail(date: str) -> None:
    """RFC 5321, 4.2.1: a reply's code has three digits; a year's first ones agree to nothing."""
    found = explain(f"{date}H=mx.example.net [192.0.2.1]: 421 Too many connections".encode())

    assert Kind.BOUNCE is found.kind
    assert "delivered" not in {str(one.reason) for one in found.recipients}


def test_what_exim_adds_when_the_time_is_up() -> None:
    """Exim, retry.c: ": retry timeout exceeded" stands behind why it failed, and is no reason."""
    one = only(
        f"** {USER} R=dnslookup T=remote_smtp H=mx.example.net [192.0.2.1]: SMTP error from "
        f"remote mail server after RCPT TO:<{USER}>: 452 4.2.2 Mailbox full: retry timeout "
        "exceeded"
    )

    assert "mailbox-full" == one.reason


CLIENTS = [
    f"smtplib.SMTPRecipientsRefused: {{'{USER}': (550, b'5.1.1 <{USER}>: User unknown')}}",
    f"Error: Can't send mail - all recipients were rejected: 550 5.1.1 <{USER}>: User unknown",
    f"com.sun.mail.smtp.SMTPAddressFailedException: 550 5.1.1 <{USER}>: User unknown",
    f"Net::SMTPFatalError: 550 5.1.1 <{USER}>: User unknown",
    (
        f'gomail: could not send email 1: &textproto.Error{{Code:550, Msg:"5.1.1 <{USER}>: User '
        'unknown"}'
    ),
    (
        'Expected response code "250" but got code "550", with message "550 5.1.1 '
        f'<{USER}>: User unknown".'
    ),
    (
        f"System.Net.Mail.SmtpException: Mailbox unavailable. The server response was: "
        f"5.1.1 <{USER}>: User unknown"
    ),
    f"SMTP ERROR: RCPT TO command failed: 550 5.1.1 <{USER}>: User unknown",
    (
        f"host mx.example.net [192.0.2.1] SMTP error from remote mail server after RCPT "
        f"TO:<{USER}>: 550 5.1.1 <{USER}>: User unknown"
    ),
    f"550: 5.1.1 <{USER}>: User unknown",
    f"Error SMTP (550): (5.1.1 <{USER}>: User unknown)",
    (
        f"javax.mail.SendFailedException: Invalid Addresses;\n  nested exception is:\n\t"
        f"com.sun.mail.smtp.SMTPAddressFailedException: 550 5.1.1 <{USER}>: User unknown\n\tat "
        "com.sun.mail.smtp.SMTPTransport.rcptTo(SMTPTransport.java:1862)"
    ),
    (
        'queue: delivery attempt failed {"attempt":1,"rcpt":"user@example.net","reason":"SMTP '
        'error","smtp_code":550,"smtp_enchcode":"5.1.1","smtp_msg":"User unknown",'
        '"to":"user@example.net"}'
    ),
    (
        f"Final-Recipient: rfc822; {USER}\nAction: failed\nStatus: 5.1.1\n"
        f"Diagnostic-Code: smtp; 550 5.1.1 <{USER}>: User unknown"
    ),
]


@pytest.mark.parametrize("text", CLIENTS)
def test_exception_of_a_client(text: str) -> None:
    """Whatever a client wraps around it, the server's words decide."""
    one = only(text)

    assert (USER, "user-unknown", "5.1.1") == (one.recipient, str(one.reason), one.status)


BY_SES = [
    (f"smtplib.SMTPDataError: (554, b'Message rejected: {NOT_VERIFIED}')", Owner.SES),
    (f"MessageRejected: {NOT_VERIFIED}", Owner.SES),
    (f'{{"message":"{NOT_VERIFIED}"}}', Owner.SES),
    (
        (
            "An error occurred (MessageRejected) when calling the SendEmail operation: "
            f"{NOT_VERIFIED}"
        ),
        Owner.SES,
    ),
    (
        (
            f"SMTP Error: data not accepted.SMTP server error: DATA END command failed "
            f"Detail: Message rejected: {NOT_VERIFIED} SMTP code: 554"
        ),
        Owner.SES,
    ),
    ("454 Throttling failure: Daily message quota exceeded.", Owner.SES),
    ("Error: Invalid login: 535 Authentication Credentials Invalid", Owner.IAM),
    ("Net::SMTPAuthenticationError (535 Authentication Credentials Invalid)", Owner.IAM),
    ('&textproto.Error{Code:535, Msg:"Authentication Credentials Invalid"}', Owner.IAM),
    (
        (
            "<ErrorResponse><Error><Type>Sender</Type><Code>InvalidClientTokenId</Code>"
            "<Message>The security token included in the request is invalid.</Message>"
            "</Error></ErrorResponse>"
        ),
        Owner.IAM,
    ),
    (
        (
            "An error occurred (AccessDenied) when calling the SendEmail operation: User "
            "`arn:aws:iam::123456789012:user/mailer' is not authorized to perform "
            "`ses:SendEmail' on resource `arn:aws:ses:us-east-1:123456789012:identity/example.com'"
        ),
        Owner.IAM,
    ),
]


@pytest.mark.parametrize(("text", "owner"), BY_SES)
def test_what_ses_alone_says(text: str, owner: Owner) -> None:
    """SES's own words are known bare, and laid at whoever can mend them in the account."""
    one = only(text)

    assert ("ses-smtp", owner, "certain") == (one.provider, one.owner, one.confidence)


@pytest.mark.parametrize(
    ("line", "owner"),
    [
        ("451 Temporary service failure", Owner.WAIT),
        ("454 Temporary authentication failure", Owner.WAIT),
        ("530 Must issue a STARTTLS command first", Owner.CODE),
        ("530 Authentication required", Owner.CODE),
    ],
)
def test_a_refused_login_is_nobody_elses(line: str, owner: Owner) -> None:
    """What is said before there is a recipient is never laid at the recipient's administrator."""
    assert owner is only(line).owner


def test_a_port_is_no_reply_code() -> None:
    """``:587`` in a client's message is where it dialled."""
    one = only("dial tcp email-smtp.us-east-1.amazonaws.com:587: connect: connection timed out")

    assert ("", "expired") == (one.reply_code, str(one.reason))


def test_several_lines_are_each_judged_and_ses_comes_first() -> None:
    """Of a log with two troubles, the one in the owner's own account is shown first."""
    found = explain(
        f"550 5.1.1 <{USER}>: User unknown\n535 Authentication Credentials Invalid\n".encode()
    )

    assert ["ses-smtp", ""] == [one.provider for one in found.recipients]


def test_a_queue_listing() -> None:
    """``mailq`` shows why above whom; the mail still waits."""
    found = explain(
        b"5C650129043 23841 Wed Sep 14 08:55:00 me@example.com\n"
        b"(host mx.example.net[192.0.2.1] said: 421 Try again later (in reply to DATA command))\n"
        b"                                         user@example.net\n"
    )

    assert (Kind.DELAY, USER) == (found.kind, found.recipients[0].recipient)


def test_a_report_without_its_header() -> None:
    """The text of a bounce, copied out of a mail program, is read as the bounce is."""
    one = only(
        "This is the mail system at host mail.example.com.\n\n"
        "I'm sorry to have to inform you that your message could not be delivered.\n\n"
        f"<{USER}>: host mx.example.net[192.0.2.1] said: 550 5.1.1 <{USER}>:\n"
        "    Recipient address rejected: User unknown (in reply to RCPT TO\n    command)\n"
    )

    assert (USER, "user-unknown", "550", "5.1.1") == (
        one.recipient, str(one.reason), one.reply_code, one.status,
    )  # fmt: skip


@pytest.mark.parametrize(
    "words", [*(words for words, _ in CODES), *(row.text for row in API_ROWS)]
)
def test_words_of_ses_alone(words: str) -> None:
    """SES's own words give it away without a code: neither the recipient nor Gmail is blamed."""
    own = by_ses_alone(words)
    # Every service of AWS says so of its own actions.
    one = only(words.replace("to perform", "to perform ses:sendemail"))

    assert own is not None
    assert (own.reason, own.owner, "ses-smtp") == (one.reason, one.owner, one.provider)
