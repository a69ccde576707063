"""How mail servers and their tools log a refusal: Postfix, Exim, Sendmail, OpenSMTPD, msmtp.

The forms are those of the programs' own sources and of public reports, named at each in
``quoting_programs``; only the frame is theirs, the refusal is put in.
"""

import json

from collections.abc import Callable

from quoted_refusals import HOST, ME, USER, At, Refused


_POSTFIX = "Nov 29 05:52:00 mail postfix/smtp[8924]: CB12D1B00345: "
_RELAY = f"relay={HOST}[192.0.2.25]:587, delay=1.6, delays=0.07/0.01/1.4/0.15, "


def _status(refused: Refused) -> tuple[str, str]:
    lasting = refused.code[0] == "5"
    return f"{refused.code[0]}.0.0", "bounced" if lasting else "deferred"


def postfix(refused: Refused) -> str:
    """smtp(8)'s line in the log."""
    dsn, status = _status(refused)
    return (
        f"{_POSTFIX}to=<{USER}>, {_RELAY}dsn={dsn}, status={status} (host {HOST}[192.0.2.25] "
        f"said: {refused.reply} (in reply to {refused.at} command))"
    )


def postfix_login(refused: Refused) -> str:
    """smtp(8) whose login was refused."""
    return (
        f"2026-11-29T05:52:00.123456+00:00 mail postfix/smtp[8924]: CB12D1B00345: to=<{USER}>, "
        f"{_RELAY}dsn=4.7.8, status=deferred (SASL authentication failed; server {HOST}"
        f"[192.0.2.25] said: {refused.reply})"
    )


def postfix_queue(refused: Refused) -> str:
    """One line of ``postqueue -j``."""
    entry = {
        "queue_name": "deferred", "queue_id": "CB12D1B00345", "arrival_time": 1795931520,
        "message_size": 2311, "sender": ME,
        "recipients": [{
            "address": USER,
            "delay_reason": f"host {HOST}[192.0.2.25] said: {refused.reply} (in reply to "
                            f"{refused.at} command)",
        }],
    }  # fmt: skip
    return json.dumps(entry)


_EXIM = "2026-11-29 05:52:00 1bAIzM-0006HM-Fq "
_EXIM_TO = (
    f"{USER} R=smarthost T=remote_smtp_smarthost H={HOST} [192.0.2.25] "
    "X=TLS1.3:TLS_AES_256_GCM_SHA384:256 CV=yes"
)


def exim(refused: Refused) -> str:
    """Exim's main log."""
    mark, defer = ("**", "") if refused.code[0] == "5" else ("==", " defer (-46)")
    at = {At.MAIL: f"MAIL FROM:<{ME}>", At.RCPT: f"RCPT TO:<{USER}>", At.CONNECT:
          "initial connection"}.get(refused.at, refused.at)  # fmt: skip
    return (
        f"{_EXIM}{mark} {_EXIM_TO}{defer}: SMTP error from remote mail server after {at}: "
        f"{refused.reply}"
    )


def exim_login(refused: Refused) -> str:
    """Exim whose login was refused."""
    return (
        f"{_EXIM}login authenticator failed H={HOST} [192.0.2.25] {refused.reply}\n"
        f"{_EXIM}== {USER} R=smarthost T=remote_smtp_smarthost defer (-42) H={HOST} "
        "[192.0.2.25]: authentication required but authentication attempt(s) failed"
    )


def sendmail(refused: Refused) -> str:
    """Sendmail's syslog."""
    lasting = refused.code[0] == "5"
    return (
        f"Nov 29 05:52:00 mail sendmail[4711]: 5AT5q0xx004711: to=<{USER}>, delay=00:00:01, "
        f"xdelay=00:00:01, mailer=relay, pri=120, relay={HOST} [192.0.2.25], "
        f"dsn={'5.6.0' if lasting else '4.0.0'}, reply={refused.reply}, "
        f"stat={'Service unavailable' if lasting else 'Deferred: ' + refused.reply}"
    )


def opensmtpd(refused: Refused) -> str:
    """OpenSMTPD's mta."""
    result = "PermFail" if refused.code[0] == "5" else "TempFail"
    return (
        f"Nov 29 05:52:00 mail smtpd[8924]: 5e5ab8c1c1e2d1f3 mta delivery evpid=1f2e3d4c5b6a7988 "
        f'from=<{ME}> to=<{USER}> rcpt=<-> source="192.0.2.9" relay="192.0.2.25 ({HOST})" '
        f'delay=1s result="{result}" stat="{refused.reply}"'
    )


def msmtp(refused: Refused) -> str:
    """Msmtp on standard error."""
    return (
        f"msmtp: authentication failed (method PLAIN)\nmsmtp: server message: {refused.reply}\n"
        "msmtp: could not send mail (account default from /etc/msmtprc)"
    )


def msmtp_log(refused: Refused) -> str:
    """Msmtp's log file."""
    return (
        f"Nov 29 05:52:00 host={HOST} tls=on auth=on user=AKIAIOSFODNN7EXAMPLE from={ME} "
        f"recipients={USER} smtpstatus={refused.code} smtpmsg='{refused.reply}' "
        "errormsg='the server did not accept the mail' exitcode=EX_UNAVAILABLE"
    )


def mail_dialogue(mark: str) -> Callable[[Refused], str]:
    """A transcript in which *mark* stands before what the server says."""

    def show(refused: Refused) -> str:
        return (
            f"220 {HOST} ESMTP SimpleEmailService-d-ABCDEFGHI 0123456789abcdef\n"
            f"{mark} {refused.reply}\n"
        )

    return show
