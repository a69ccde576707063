"""How the programs that send show a refusal: exceptions, dialogs, screens.

The forms are those of the programs' own sources and of public reports, named at each; only the
frame is theirs, the refusal is put in.
"""

import json
import textwrap

from collections.abc import Callable
from dataclasses import dataclass

from quoted_refusals import HOST, ME, USER, At, Refused
from quoting_logs import (
    exim,
    exim_login,
    mail_dialogue,
    msmtp,
    msmtp_log,
    opensmtpd,
    postfix,
    postfix_login,
    postfix_queue,
    sendmail,
)


@dataclass(frozen=True, slots=True)
class Form:
    """How one program shows a refusal, and where that is known from."""

    name: str
    source: str
    show: Callable[[Refused], str]
    when: Callable[[Refused], bool] = lambda _: True
    joins: bool = True
    """Whether it ends by itself: what stands below a line broken anywhere may belong to it."""
    by_gmail: bool = False
    """Whether Gmail shows it: then it holds the credential, and the mail never reached SES."""


def _escaped(text: str) -> str:
    return json.dumps(text)[1:-1]


def _python(text: str) -> str:
    return repr(text.encode())


def _smtplib(refused: Refused) -> str:
    name = {At.CONNECT: "SMTPConnectError", At.AUTH: "SMTPAuthenticationError",
            At.MAIL: "SMTPSenderRefused"}.get(refused.at, "SMTPDataError")  # fmt: skip
    text = _python(refused.text)
    rest = f", {ME!r}" if name == "SMTPSenderRefused" else ""
    return (
        "Traceback (most recent call last):\n"
        '  File "/srv/app/notify.py", line 535, in send\n'
        "    smtp.send_message(message)\n"
        '  File "/usr/lib/python3.12/smtplib.py", line 887, in sendmail\n'
        "    raise SMTPDataError(code, resp)\n"
        f"smtplib.{name}: ({refused.code}, {text}{rest})"
    )


def _smtplib_recipients(refused: Refused) -> str:
    return (
        f"smtplib.SMTPRecipientsRefused: {{{USER!r}: ({refused.code}, {_python(refused.text)})}}"
    )


def _django(refused: Refused) -> str:
    text = _python(refused.text)
    return (
        f"Internal Server Error: /signup/\nSMTPDataError at /signup/\n({refused.code}, {text})\n"
        "Request Method:\tPOST\nRequest URL:\thttp://127.0.0.1:8000/signup/\n"
        "Django Version:\t5.1.4\nException Type:\tSMTPDataError\n"
        f"Exception Value:\t({refused.code}, {text})\n"
        "Exception Location:\t/usr/lib/python3.12/smtplib.py, line 887, in sendmail"
    )


def _nodemailer(refused: Refused) -> str:
    lead = {At.AUTH: "Invalid login", At.CONNECT: "Invalid greeting. response=" + refused.reply,
            At.MAIL: "Mail command failed"}.get(refused.at, "Message failed")  # fmt: skip
    response = refused.reply.replace("'", "\\'")
    return (
        f"Error: {lead}: {refused.reply}\n"
        "    at SMTPConnection._formatError (/app/node_modules/nodemailer/lib/smtp-connection/"
        "index.js:790:19)\n"
        "    at SMTPConnection._onData (/app/node_modules/nodemailer/lib/smtp-connection/"
        "index.js:587:12) {\n"
        f"  code: 'EMESSAGE',\n  response: '{response}',\n  responseCode: {refused.code},\n"
        "  command: 'DATA'\n}"
    )


def _nodemailer_recipients(refused: Refused) -> str:
    return (
        f"Error: Can't send mail - all recipients were rejected: {refused.reply}\n"
        "    at SMTPConnection._formatError (/app/node_modules/nodemailer/lib/smtp-connection/"
        f"index.js:784:19) {{ code: 'EENVELOPE', rejected: [ '{USER}' ] }}"
    )


def _nodemailer_json(refused: Refused) -> str:
    error = {"code": "EMESSAGE", "response": refused.reply, "responseCode": int(refused.code),
             "command": "DATA"}  # fmt: skip
    return f"Error while trying to send test email: {json.dumps(error)} [other-error]"


def _phpmailer(refused: Refused) -> str:
    if refused.at is At.AUTH:
        return (
            f"2026-11-29 05:52:00 SMTP ERROR: Password command failed: {refused.reply}\n"
            "SMTP Error: Could not authenticate.\n"
            "Message could not be sent. Mailer Error: SMTP Error: Could not authenticate."
        )
    if refused.at is At.MAIL:
        return (
            f"The following From address failed: {ME} : MAIL FROM command failed,{refused.text}"
            f"\r\n,{refused.code},SMTP server error: MAIL FROM command failed Detail: "
            f"{refused.text}\r\n SMTP code: {refused.code}"
        )
    return (
        "SMTP Error: data not accepted.SMTP server error: DATA END command failed Detail: "
        f"{refused.text}\r\n SMTP code: {refused.code}"
    )


def _phpmailer_debug(refused: Refused) -> str:
    return (
        "2026-11-29 05:52:00\tCLIENT -> SERVER: EHLO www.example.com\n"
        f"2026-11-29 05:52:00\tSERVER -> CLIENT: 250-{HOST}\n"
        f"2026-11-29 05:52:01\tSERVER -> CLIENT: {refused.reply}\n"
        f"2026-11-29 05:52:01\tSMTP ERROR: DATA END command failed: {refused.reply}\n"
        "2026-11-29 05:52:01\tCLIENT -> SERVER: QUIT\n"
        "2026-11-29 05:52:01\tSERVER -> CLIENT: 221 Bye"
    )


def _expected(refused: Refused) -> str:
    return {At.CONNECT: "220", At.AUTH: "235", At.MAIL: "250"}.get(refused.at, "250")


def _symfony(refused: Refused) -> str:
    return (
        "In SmtpTransport.php line 338:\n\n"
        "Symfony\\Component\\Mailer\\Exception\\UnexpectedResponseException: Expected response "
        f'code "{_expected(refused)}" but got code "{refused.code}", with message '
        f'"{refused.reply}".'
    )


def _symfony_login(refused: Refused) -> str:
    got = (
        f'Expected response code "235" but got code "{refused.code}", with message '
        f'"{refused.reply}".'
    )
    return (
        'Failed to authenticate on SMTP server with username "AKIAIOSFODNN7EXAMPLE" using the '
        f'following authenticators: "LOGIN", "PLAIN". Authenticator "LOGIN" returned "{got}". '
        f'Authenticator "PLAIN" returned "{got}".'
    )


def _swift(refused: Refused) -> str:
    return (
        "Swift_TransportException in AbstractSmtpTransport.php line 383:\nExpected response code "
        f'{_expected(refused)} but got code "{refused.code}", with message "{refused.reply}\r\n"'
    )


def _laravel(refused: Refused) -> str:
    said = (
        f'Expected response code \\"{_expected(refused)}\\" but got code \\"{refused.code}\\", '
        f'with message \\"{_escaped(refused.reply)}\\".'
    )
    return (
        "[2026-11-29 05:52:00] production.ERROR: Expected response code "
        f'"{_expected(refused)}" but got code "{refused.code}", with message "{refused.reply}". '
        '{"exception":"[object] (Symfony\\\\Component\\\\Mailer\\\\Exception\\\\'
        f"UnexpectedResponseException(code: {refused.code}): {said} at /var/www/vendor/symfony/"
        "mailer/Transport/Smtp/SmtpTransport.php:338)\n[stacktrace]\n#0 /var/www/index.php(554): "
        'run()\n"} '
    )


def _javamail(refused: Refused) -> str:
    if refused.at is At.AUTH:
        return (
            'Exception in thread "main" jakarta.mail.AuthenticationFailedException: '
            f"{refused.reply}\n\n\tat com.sun.mail.smtp.SMTPTransport$Authenticator.authenticate"
            "(SMTPTransport.java:947)"
        )
    return (
        f"com.sun.mail.smtp.SMTPSendFailedException: {refused.reply}\n\n"
        "\tat com.sun.mail.smtp.SMTPTransport.issueSendCommand(SMTPTransport.java:2374)\n"
        "\tat com.sun.mail.smtp.SMTPTransport.mailFrom(SMTPTransport.java:1808)"
    )


def _javamail_recipients(refused: Refused) -> str:
    return (
        "javax.mail.SendFailedException: Invalid Addresses;\n  nested exception is:\n"
        f"\tcom.sun.mail.smtp.SMTPAddressFailedException: {refused.reply}\n\n"
        "\tat com.sun.mail.smtp.SMTPTransport.rcptTo(SMTPTransport.java:2064)"
    )


def _spring(refused: Refused) -> str:
    return (
        "org.springframework.mail.MailSendException: Failed messages: "
        f"com.sun.mail.smtp.SMTPSendFailedException: {refused.reply}\n; message exceptions (1) "
        f"are:\nFailed message 1: com.sun.mail.smtp.SMTPSendFailedException: {refused.reply}\n"
    )


def _go_logfmt(refused: Refused) -> str:
    return (
        "level=error ts=2026-11-29T13:18:55.790742898Z component=http method=POST "
        f'uri=/api/invites took=1.355s err="client auth error: {_escaped(refused.reply)}"'
    )


def _go_json(refused: Refused) -> str:
    return json.dumps(
        {"time": "2026-11-29T05:52:00Z", "level": "ERROR", "msg": "send", "err": refused.reply}
    )


def _go_textproto(refused: Refused) -> str:
    return f'&textproto.Error{{Code:{refused.code}, Msg:"{_escaped(refused.text)}"}}'


def _rails(refused: Refused) -> str:
    name = {"535": "AuthenticationError", "4": "ServerBusy"}.get(
        refused.code, "ServerBusy" if refused.code[0] == "4" else "FatalError"
    )
    return f"Net::SMTP{name}: {refused.reply}\n\n  from net/smtp.rb:990:in `check_auth_response'"


def _rails_page(refused: Refused) -> str:
    return (
        f"Net::SMTPFatalError ({refused.reply}\n):\n\napp/controllers/users_controller.rb:554:in "
        "`create'"
    )


def _net_smtp_unknown(refused: Refused) -> str:
    return f"Net::SMTPUnknownError: could not get 3xx ({refused.code}: {refused.reply}\n)"


def _dotnet(refused: Refused) -> str:
    return (
        "Unhandled exception. System.Net.Mail.SmtpException: Transaction failed. The server "
        f"response was: {refused.text}\n   at System.Net.Mail.DataStopCommand.CheckResponse"
    )


def _mailkit(refused: Refused) -> str:
    return (
        f"MailKit.Net.Smtp.SmtpCommandException: {refused.text}\n   at MailKit.Net.Smtp."
        "SmtpClient.OnSenderNotAccepted(MimeMessage message)"
    )


def _mailkit_login(refused: Refused) -> str:
    return f"MailKit.Security.AuthenticationException: {refused.code}: {refused.text}"


def _lettre(refused: Refused) -> str:
    kind = "permanent" if refused.code[0] == "5" else "transient"
    return f"Error: {kind} error ({refused.code}): {refused.text}"


def _gen_smtp(refused: Refused) -> str:
    text = _escaped(refused.reply)
    return (
        f"** (MatchError) {{:error, :retries_exceeded, {{:permanent_failure, '{HOST}', "
        f'"{text}\\r\\n"}}}}'
    )


def _curl(refused: Refused) -> str:
    return f"> AUTH PLAIN\n< {refused.reply}\n* Closing connection\ncurl: (67) Login denied"


def _roundcube(refused: Refused) -> str:
    return f"SMTP Error ({refused.code}): {refused.text}"


def _gmail_dialog(refused: Refused) -> str:
    return (
        "Authentication failed. Please check your username/password.\n"
        f'Server returned error: "{refused.reply} , code: {refused.code}"\n[ Hide error details ]'
    )


def _gmail_send_as(refused: Refused) -> str:
    return (
        f"Message not delivered\nYour message couldn't be delivered to {USER} because the remote "
        "server is misconfigured. See technical details below for more information.\n"
        "You're sending this from a different address or alias using the 'Send mail as' feature. "
        "The settings for your 'Send mail as' account are misconfigured or out of date. Check "
        "those settings and try resending.\nLEARN MORE\nThe response was:\n" + refused.reply
    )


def _wrapped(width: int) -> Callable[[Refused], str]:
    def show(refused: Refused) -> str:
        return "\n".join(textwrap.wrap(refused.reply, width, break_on_hyphens=False))

    return show


def _typed(refused: Refused) -> str:
    text = refused.text.replace("'", "\u2019").replace("`", "\u2018").rstrip(".")
    return f"error : {refused.code} {text.lower()}"


def _seen(refused: Refused) -> str:
    """As text recognition reads it off a screen: curly quotes, ligatures, wide blanks."""
    text = refused.reply.replace("fi", "\ufb01").replace("'", "\u2019").replace(": ", ":\u00a0")
    return f"\u00d7 Something went wrong\n\u201c{text}\u201d\nOK"


def _words_only(refused: Refused) -> str:
    return refused.text


_AT_LOGIN: Callable[[Refused], bool] = lambda one: one.at is At.AUTH  # noqa: E731
_AFTER_LOGIN: Callable[[Refused], bool] = lambda one: one.at not in {At.AUTH, At.CONNECT}  # noqa: E731
_OF_SES = {"451", "530", "552", "501"}
"""Codes whose words any server may say: bare of code and host, they do not name SES."""

FORMS = (
    Form("bare", "RFC 5321, 4.2", lambda one: one.reply),
    Form("bare, folded", "RFC 5321, 4.2.1", lambda one: f"{one.code}-{one.text}\n{one.code} End"),
    Form("postfix bounced", "Postfix log(3), smtp(8)", postfix, _AFTER_LOGIN),
    Form("postfix login", "Postfix smtp_sasl_glue.c", postfix_login, _AT_LOGIN),
    Form("postqueue -j", "Postfix postqueue(1)", postfix_queue, _AFTER_LOGIN),
    Form("exim", "Exim specification, 52", exim, lambda one: one.at is not At.AUTH),
    Form("exim login", "Exim smtp transport", exim_login, _AT_LOGIN),
    Form("sendmail", "Sendmail deliver.c, logdelivery", sendmail, _AFTER_LOGIN),
    Form("opensmtpd", "OpenSMTPD mta_session.c", opensmtpd, _AFTER_LOGIN),
    Form("msmtp", "msmtp(1)", msmtp),
    Form("msmtp log", "jekhokie/raspberry-noaa-v2#125", msmtp_log),
    Form("swaks", "swaks transcript hints", mail_dialogue("<**")),
    Form("curl", "curl -v", _curl),
    Form("swift transcript", "mautic/mautic#3704", mail_dialogue("<<")),
    Form("smtplib", "CPython Lib/smtplib.py", _smtplib),
    Form("smtplib recipients", "CPython Lib/smtplib.py", _smtplib_recipients, _AFTER_LOGIN),
    Form("django", "Django technical 500 page", _django),
    Form("nodemailer", "nodemailer lib/smtp-connection", _nodemailer),
    Form("nodemailer recipients", "nodemailer", _nodemailer_recipients, _AFTER_LOGIN),
    Form("nodemailer json", "sandstorm-io/sandstorm#2734", _nodemailer_json),
    Form("phpmailer", "PHPMailer SMTP.php, lang_en", _phpmailer),
    Form("phpmailer debug", "PHPMailer/PHPMailer#1375", _phpmailer_debug),
    Form("symfony", "Symfony Mailer SmtpTransport.php", _symfony),
    Form("symfony login", "Symfony Mailer EsmtpTransport.php", _symfony_login, _AT_LOGIN),
    Form("swift", "Swift Mailer AbstractSmtpTransport.php", _swift),
    Form("laravel log", "Laravel, Monolog line format", _laravel),
    Form("javamail", "JavaMail SMTPTransport.java", _javamail),
    Form("javamail recipients", "JavaMail", _javamail_recipients, _AFTER_LOGIN),
    Form("spring", "Spring MailSendException.java", _spring, _AFTER_LOGIN),
    Form("go", "net/textproto Error.Error", lambda one: f"2026/11/29 05:52:00 {one.reply}"),
    Form("go file", "log.Lshortfile", lambda o: f"2026/11/29 05:52:00 send.go:554: {o.reply}"),
    Form("gomail", "gomail", lambda o: f"gomail: could not send email 1: {o.reply}"),
    Form("go logfmt", "fleetdm/fleet#9609", _go_logfmt),
    Form("go json", "log/slog", _go_json),
    Form("go textproto", "%#v of net/textproto.Error", _go_textproto),
    Form("rails", "Ruby net-smtp", _rails),
    Form("rails page", "ActionDispatch debug page", _rails_page),
    Form("ruby unknown", "Ruby net-smtp", _net_smtp_unknown),
    Form("dotnet", "System.Net.Mail", _dotnet),
    Form("mailkit", "MailKit", _mailkit),
    Form("mailkit login", "MailKit", _mailkit_login, _AT_LOGIN),
    Form("lettre", "lettre", _lettre),
    Form("gen_smtp", "gen_smtp", _gen_smtp),
    Form("roundcube", "roundcube/roundcubemail#6794", _roundcube),
    Form("gmail dialog", "Gmail, Add another email address", _gmail_dialog,
         by_gmail=True),
    Form("gmail bounce, typed off", "FACTS 5.3", _gmail_send_as, by_gmail=True),
    Form("wrapped at 40", "a terminal", _wrapped(40), joins=False),
    Form("wrapped at 24", "a telephone", _wrapped(24), joins=False),
    Form("typed off", "somebody who reads it aloud", _typed),
    Form("text recognition", "Tesseract", _seen),
    Form("words only", "whoever leaves the number out", _words_only,
         lambda one: one.code not in _OF_SES, joins=False),
)  # fmt: skip
