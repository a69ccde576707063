"""What programs that send show: exceptions of mail clients, error bodies of the SES API."""

import html
import re

from collections.abc import Iterator

from sendas.bounce.pasted_report import pasted_report
from sendas.bounce.patterns import lazily
from sendas.bounce.report import Report


_QUOTED = r"(?P<quote>['\"])(?P<said>(?:\\.|(?!(?P=quote)).){0,2000})(?P=quote)"
# smtplib and Django; PHPMailer; Symfony, Swift, Laravel; Go; nodemailer; botocore; other SDKs.
_CLIENTS = (
    (r"['\"](?P<to>[^'\"\s]{1,320}@[^'\"\s]{1,255})['\"]: ?\((?P<code>[245]\d\d), ?"
    rf"b?{_QUOTED}\)"),
    rf"\((?P<code>[245]\d\d), ?b?{_QUOTED}(?:, ?['\"][^'\"]{{0,320}}['\"])?\)",
    (r"(?:SMTP server error: )?.{0,60}?Detail: (?P<said>.{0,1000}?) SMTP code: (?P<code>[245]\d\d)"
    r"(?:.{0,30}?info: (?P<status>[245]\.\d{1,3}\.\d{1,3}))?"),
    r"following recipients failed: (?P<to>[^\s:,]{1,320}): ?(?P<said>.{1,1000})",
    (r"expected response code .{1,20}? but got (?:code )?\"?(?P<code>[245]\d\d)?\"?, with message "
    r"(?P<quote>\\?['\"])(?P<said>.{0,2000}?)(?P=quote)(?:\.|$|,)"),
    rf"Code: ?(?P<code>[245]\d\d), ?Msg: ?{_QUOTED}",
    # maddy writes its log as JSON, the keys in the order of the alphabet.
    (r"\"smtp_code\": ?(?P<code>[245]\d\d),(?: ?\"smtp_enchcode\": ?\"(?P<status>[\d.]{5,11})\",)?"
    r" ?\"smtp_msg\": ?\"(?P<said>(?:\\.|[^\"\\]){1,2000})\""
    r"(?:, ?\"to\": ?\"(?P<to>[^\"]{1,320})\")?"),
    rf"(?<![\w])response\\?['\"]?: ?{_QUOTED}",
    # JavaMail: what the server said stands in the innermost exception.
    (r"\bSMTP\w{2,40}Exception: (?P<said>(?P<code>[45]\d\d)[ -].{1,1000}?)"
    r"(?=\s+at [\w.$]{3,200}\(|;?\s+nested exception|$)"),
    (r"An error occurred \((?P<name>\w{1,80})\) when calling the \w{1,60} operation"
    r"(?: \([^()]{0,60}\))?: (?P<said>.{1,2000})"),
    r"<Code>(?P<name>\w{1,80})</Code>.{0,200}?<Message>(?P<xml>.{1,2000}?)</Message>",
    r"['\"](?:error)?message['\"] ?: ?\"(?P<said>(?:\\.|[^\"\\]){1,2000})\"",
    (r"\b(?P<name>[A-Z]\w{3,60}Exception|MessageRejected|InvalidParameterValue|Throttling|"
    r"InvalidClientTokenId|SignatureDoesNotMatch|AccessDenied)(?: \(client\))?: "
    r"(?!\(?\d{3})(?P<said>.{1,2000})"),
    # lettre, roundcube, MailKit: the code in brackets, or before a colon.
    (r"\b(?:SMTP|error|exception)(?: \(|: )(?P<code>(?!465|587)(?:4[2-57]|5[0-57])\d)\)?: "
    r"(?P<said>(?:\D|[245]\.\d{1,3}\.\d).{1,2000})"),
)  # fmt: skip
_CODE = re.compile(r"(?P<code>[45]\d\d)(?:[ -]|$)")
_MOST = 50
_ANSWER = ("HTTP/1.", "HTTP/2 ")


def is_http_answer(text: str) -> bool:
    """Whether *text* is the answer of an API with its head, which looks like a mail's."""
    return text.lstrip().startswith(_ANSWER)


def quotes_client(line: str) -> bool:
    """Whether *line* by itself holds what a client's exception quotes."""
    return any(lazily(pattern).search(line) for pattern in _CLIENTS)


def read_thrown(flat: str) -> list[Report]:
    """What a client's exception, or an API's error body, quotes in *flat*, which is one line."""
    for pattern in _CLIENTS:
        reports = list(_quoted(pattern, flat))
        if reports:
            return reports
    return []


def _code_before(said: str) -> str:
    found = _CODE.match(said)
    return found["code"] if found else ""


def _quoted(pattern: str, flat: str) -> Iterator[Report]:
    for number, found in enumerate(lazily(pattern).finditer(flat)):
        if number == _MOST:
            return
        told = {key: value or "" for key, value in found.groupdict().items()}
        said = told.get("said", "").strip() or html.unescape(told.get("xml", "")).strip()
        said = said.replace("\\'", "'").replace('\\"', '"')
        code, name = told.get("code", "") or _code_before(said), told.get("name", "")
        if code and not said.startswith(code):
            said = f"{code} {told.get('status', '')} {said}".replace("  ", " ")
        shown = f"{name}: {said}" if name else said
        yield pasted_report(shown, told.get("to", ""), code=code)
