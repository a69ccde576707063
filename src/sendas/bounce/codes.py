"""Reply codes and enhanced status codes, found in what a server said.

RFC 5321, 4.2 (reply codes); RFC 3463, 2 (class "." subject "." detail).
"""

import re

from sendas.bounce.report import Command


# Neither part of an IP address nor of a version number.
STATUS = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.]*\d)")
_REPLY_THEN_STATUS = re.compile(
    r"(?<![\d.])([245]\d\d)[- :]{0,3}(?:['\"(#\[]|ERROR_CODE|,|:|\s){0,16}"
    r"([245]\.\d{1,3}\.\d{1,3})(?![\d.]*\d)"
)
_HASHED = re.compile(r"#\s?([245]\.\d{1,3}\.\d{1,3})(?![\d.]*\d)")
_REPLY = re.compile(
    r"(?:^|said:|returned:?|reason:|response was:|\berror:?|<<<|error_code :|failure:|\]:|>:|"
    r"refused to talk to me:|[;,'\"(:#])\s{0,8}['\"(]{0,2}#?"
    r"(?!465|587)([245]\d\d)(?=[-\s:,.]|$)",
)
"""Of lower-case text."""
_CONTINUATION = re.compile(r"(?<![\w.])[245]\d\d[- ](?:#?[245]\.\d{1,3}\.\d{1,3}[\s,]?)?")

_VAGUE = frozenset({"5.0.0", "4.0.0", "2.0.0"})


def status_in(text: str) -> str:
    """The status code *text* quotes, the one beside a reply code first; empty without."""
    beside = _REPLY_THEN_STATUS.search(text)
    if beside and beside.group(1)[0] == beside.group(2)[0]:
        return beside.group(2)
    hashed = _HASHED.search(text)
    if hashed:
        return hashed.group(1)
    found = STATUS.search(text)
    return found.group(1) if found else ""


def reply_in(text: str) -> str:
    """The reply code *text* quotes; empty without."""
    beside = _REPLY_THEN_STATUS.search(text)
    if beside:
        return beside.group(1)
    found = _REPLY.search(text.lower())
    return found.group(1) if found else ""


def best_status(declared: str, quoted: str) -> str:
    """The more telling one of the report's own code and the one its text quotes.

    The refusing server's own word wins over the reporting server's summary of
    it, except where it is only x.0.0 and the summary is more.
    """
    if not quoted:
        return declared
    if quoted in _VAGUE and declared and declared not in _VAGUE and declared[0] == quoted[0]:
        return declared
    return quoted


# Cisco IronPort: its own summary, then the server's reply in quotes.
_SUMMED_UP = re.compile(r"\s{0,5}[245]\.\d{1,3}\.\d{1,3} - [A-Za-z ]{3,60} (?=[245]\d\d[- ]['\"])")


def without_summary(text: str) -> str:
    """*text* from the refusing server's own words on."""
    summed_up = _SUMMED_UP.match(text)
    return text[summed_up.end() :] if summed_up else text


def without_codes(text: str) -> str:
    """*text* without reply and status codes: multi-line replies repeat them mid-sentence."""
    return _CONTINUATION.sub("", text)


_STAGES: tuple[tuple[str, Command], ...] = (
    # Postfix: "(in reply to RCPT TO command)"; Exim: "after RCPT TO:<…>", "after end of data".
    ("in reply to end of data", Command.DATA),
    ("in reply to data", Command.DATA),
    ("in reply to rcpt to", Command.RCPT),
    ("in reply to mail from", Command.MAIL),
    ("in reply to ehlo", Command.EHLO),
    ("in reply to helo", Command.EHLO),
    ("in reply to starttls", Command.STARTTLS),
    ("in reply to auth", Command.AUTH),
    ("after end of data", Command.DATA),
    ("after data", Command.DATA),
    ("after pipelined end of data", Command.DATA),
    ("after pipelined data", Command.DATA),
    ("after sending data", Command.DATA),
    ("after rcpt to", Command.RCPT),
    ("after pipelined rcpt to", Command.RCPT),
    ("after mail from", Command.MAIL),
    ("after pipelined mail from", Command.MAIL),
    ("after ehlo", Command.EHLO),
    ("after helo", Command.EHLO),
    ("after starttls", Command.STARTTLS),
    ("after initial connection", Command.CONNECT),
    ("did not like our rcpt to", Command.RCPT),
    ("did not like our mail from", Command.MAIL),
    ("did not like our final data", Command.DATA),
    ("did not like our data", Command.DATA),
    ("did not like our helo", Command.EHLO),
    ("did not like our ehlo", Command.EHLO),
    ("refused to talk to me", Command.CONNECT),
    ("performing the helo handshake", Command.EHLO),
    ("performing the ehlo handshake", Command.EHLO),
    # qmail-remote.
    ("does not like recipient", Command.RCPT),
    ("but sender was rejected", Command.MAIL),
    ("failed on data command", Command.DATA),
    ("failed after i sent the message", Command.DATA),
    ("but greeting failed", Command.CONNECT),
    ("but my name was rejected", Command.EHLO),
    # Gmail, when it relays: the state its SMTP client was in.
    ("(state 13)", Command.MAIL),
    ("(state 14)", Command.RCPT),
    ("(state 15)", Command.DATA),
    ("(state 17)", Command.DATA),
    ("(state 18)", Command.DATA),
    # Yahoo, GMX and 1&1, others.
    ("[rcpt_to]", Command.RCPT),
    ("[mail_from]", Command.MAIL),
    ("[bodytext]", Command.DATA),
    ("[bodydata]", Command.DATA),
    ("for rcpt command", Command.RCPT),
    ("after rcpt command", Command.RCPT),
    ("for mail command", Command.MAIL),
    ("after mail command", Command.MAIL),
    ("for text command", Command.DATA),
    ("for data command", Command.DATA),
    ("smtp:rcpt", Command.RCPT),
    ("smtp:mail", Command.MAIL),
    ("smtp:data", Command.DATA),
    ("remote smtp server has rejected address", Command.RCPT),
    ("server rejected mail from", Command.MAIL),
    ("(data), with", Command.DATA),
    ("(rcpt), with", Command.RCPT),
    (">>> rcpt to", Command.RCPT),
    (">>> mail from", Command.MAIL),
    (">>> data", Command.DATA),
    (">>> ehlo", Command.EHLO),
    (">>> helo", Command.EHLO),
)


def command_in(lowered: str) -> Command:
    """The stage that lower-case *lowered* text names."""
    for words, command in _STAGES:
        if words in lowered:
            return command
    return Command.UNKNOWN
