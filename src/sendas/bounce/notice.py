"""The words of a report, apart from the message it returns."""

import re

from sendas.mail.lines import decode_text
from sendas.mail.message import Message, split_head


MAX_NOTICE = 65_536
"""Characters of the words that are looked at; after them comes the returned message."""
MAX_LINE = 4_000

_RETURNED_TYPES = ("message/rfc822", "text/rfc822-headers", "text/rfc822-header", "text/rfc822",
                   "message/partial", "message/global", "message/global-headers")  # fmt: skip

_BEGINS_ORIGINAL = re.compile(
    r"(?:[-=*_|>#\s]{0,60})"
    r"(?:original message(?: follows| headers)?\b|the original message (?:follows|headers)|"
    r"original message as follows|original mail as follows"
    r"|this is a copy of (?:the|your) message|below (?:this line )?is a copy of|"
    r"enclosed is a copy of"
    r"|included is a copy of the message|the header of the original message is following"
    r"|(?:unsent|returned|undelivered) message\b|message (?:headers?|text|body) follows?"
    r"|headers of the original message|received headers|message source|begin original message"
    r"|start of (?:message|header)|copy of the message|original e-?mail\b|your original message)",
)
_HEADER_LINE = re.compile(
    r"(?:Received|Return-Path|DKIM-Signature|X-Google-Smtp-Source|MIME-Version|Message-ID|"
    r"X-Received|"
    r"Delivered-To|Content-Type|Content-Transfer-Encoding|ARC-Seal|X-Mailer|User-Agent|"
    r"Feedback-ID)\s?:",
    re.IGNORECASE,
)
_HEADERS_IN_A_ROW = 2


def notice_of(message: Message) -> str:
    """The report's words: its text parts up to where the returned message begins."""
    texts: list[str] = []
    html: list[str] = []
    for part in message.parts:
        if part.content_type in _RETURNED_TYPES:
            break
        if part.content_type.startswith("message/"):
            continue
        if part.content_type == "text/html":
            html.append(part.text[:MAX_NOTICE])
        elif part.content_type.startswith(("text/", "multipart/")):
            texts.append(part.text[:MAX_NOTICE])
    chosen = "\n".join(texts)
    if not chosen.strip():
        chosen = "\n".join(html)
    if not chosen.strip() and not message.parts_of("text/plain", "text/html"):
        chosen = decode_text(message.body[:MAX_NOTICE])
    return without_footers(cut_original(chosen[:MAX_NOTICE]))


def cut_original(text: str) -> str:
    """*text* up to the returned message, told by its headline or by its header fields."""
    lines = text.split("\n")
    in_a_row = 0
    for number, line in enumerate(lines):
        if number > 0 and _is_headline(line) and _BEGINS_ORIGINAL.match(line.lower()):
            return "\n".join(lines[:number])
        if ":" in line and _HEADER_LINE.match(line):
            in_a_row += 1
            if in_a_row >= _HEADERS_IN_A_ROW or line[:9].lower() == "received:":
                return "\n".join(lines[: max(1, number - in_a_row + 1)])
        elif line[:1] not in {" ", "\t"}:
            in_a_row = 0
    return text


# Antivirus programs, legal departments and lists write below what others wrote; the subject of
# the returned mail is its author's.
_FOOTER = (
    r"^[ \t>]{0,8}(?:_{5,80} ?inform|-- \n|"
    r"(?:the|this) (?:e-?mail|message) (?:has been|was) (?:checked|scanned)|virus[- ]free\b|"
    r"(?:scanned|checked|protected) by\b|no virus found|disclaimer\b|confidentiality\b|"
    r"this (?:e-?mail|message) (?:and any|is confidential|is intended|may contain)|"
    r"the information (?:contained )?in this|you (?:are receiving|receive|received) this\b|"
    r"to unsubscribe\b)[^\n]*(?:\n[^\n]+){0,20}|"
    r"^[ \t>]{0,8}(?:original )?subject ?:[^\n]*"
)


_FOOTERS = re.compile(_FOOTER, re.IGNORECASE | re.MULTILINE)
_LIKE_FOOTER = re.compile(_FOOTER, re.MULTILINE)
"""Of text in lower case: far faster, and most reports have none."""


def without_footers(text: str) -> str:
    """*text* without the paragraphs and subject lines that say nothing of the delivery."""
    if _LIKE_FOOTER.search(text.lower()) is None:
        return text
    return _FOOTERS.sub("", text)


_HEADLINE_LENGTH = 90
_NO_HEADLINES = (
    "the original message was received",
    "original message headers:",
    "original message id",
)


def _is_headline(line: str) -> bool:
    """Whether *line* could be one: short, and not one of those that only sound like it."""
    if not line or len(line) > _HEADLINE_LENGTH:
        return False
    return not line.strip().lower().startswith(_NO_HEADLINES)


def returned_headers(message: Message) -> bytes:
    """The returned message, from wherever the report carries it; empty without."""
    returned = message.parts_of(*_RETURNED_TYPES)
    if returned:
        return returned[0].content
    text = decode_text(message.body[: 4 * MAX_NOTICE])
    kept = cut_original(text)
    rest = text[len(kept) :].lstrip("\n")
    first_line, _, others = rest.partition("\n")
    if not re.match(r"[!-9;-~]{1,60}:", first_line):
        rest = others.lstrip("\n -")
    head, _ = split_head(rest.encode())
    return head
