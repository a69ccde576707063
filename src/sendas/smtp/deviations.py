"""The mistakes people and programs make when deriving, as data.

Each table pairs what was used with a Deviation: the kind it is reported as,
and words that complete "derived from this secret key, but …".
"""

import base64
import binascii

from collections.abc import Callable
from dataclasses import dataclass

from sendas.percent import quote, unquote_to_bytes
from sendas.smtp.identification import Kind


@dataclass(frozen=True, slots=True)
class Deviation:
    """How a recipe differs from the right one; *detail* is the short form, for machines."""

    kind: Kind
    words: str
    detail: str = ""


NO_DATE = Deviation(
    Kind.V4_WITHOUT_DATE,
    "the date step was left out: the first HMAC must run over the fixed text 11111111",
    "no date step",
)
V2 = Deviation(
    Kind.SES_SMTP_V2, "by the old recipe (version 2), which SES refuses today", "version 2"
)


def calendar_date(day: bytes) -> Deviation:
    """A real date was used."""
    text = day.decode()
    return Deviation(
        Kind.V4_OTHER_DATE,
        f"the calendar date {text} was used where the fixed text 11111111 belongs",
        text,
    )


def order(steps: tuple[str, ...]) -> Deviation:
    """The steps came in another order."""
    return Deviation(
        Kind.V4_WRONG_ORDER, f"the steps came in the wrong order: {', '.join(steps)}", "order"
    )


def _fixed_date(text: str, words: str) -> tuple[bytes, Deviation]:
    return text.encode(), Deviation(Kind.V4_OTHER_DATE, words, text)


DATES = (
    _fixed_date("1111111", "the fixed date has seven ones where eight belong"),
    _fixed_date("111111111", "the fixed date has nine ones where eight belong"),
    _fixed_date("00000000", "00000000 was used where the fixed text 11111111 belongs"),
    _fixed_date("20111111", "20111111 was used where the fixed text 11111111 belongs"),
    _fixed_date("1111-11-11", "the fixed date was written 1111-11-11; it is 11111111"),
)


def _word(kind: Kind, step: str, used: str, right: str) -> tuple[tuple[bytes, ...], Deviation]:
    words = f"the {step} was {used!r}; it is always {right}"
    return (used.encode(),), Deviation(kind, words, used.strip())


NO_MESSAGE = Deviation(
    Kind.V4_WRONG_MESSAGE,
    "the last step was left out: the last HMAC must run over SendRawEmail",
    "none",
)

MESSAGES = (
    ((), NO_MESSAGE),
    *(
        _word(Kind.V4_WRONG_MESSAGE, "message", used, "SendRawEmail, whatever is sent")
        for used in (
            "SendEmail",
            "sendrawemail",
            "SendRawEmail\n",
            "ses:SendRawEmail",
            "SendRawMail",
            "SendRaw",
            "SendBulkEmail",
            "SendTemplatedEmail",
            "SendBulkTemplatedEmail",
            "SendMail",
            "SMTP",
            "",
        )
    ),
)

SERVICES = (
    (
        (),
        Deviation(Kind.V4_WRONG_SERVICE, "the service step was left out: HMAC over ses", "none"),
    ),
    *(
        _word(Kind.V4_WRONG_SERVICE, "service", used, "ses")
        for used in ("email", "SES", "email-smtp", "smtp", "ses-smtp", "sesv2", "s3", "iam")
    ),
)

TERMINATORS = (
    (
        (),
        Deviation(
            Kind.V4_WRONG_TERMINATOR,
            "the terminator step was left out: HMAC over aws4_request",
            "none",
        ),
    ),
    *(
        _word(Kind.V4_WRONG_TERMINATOR, "terminator", used, "aws4_request")
        for used in ("AWS4_REQUEST", "aws4-request", "aws4request", "aws_request")
    ),
)

PREFIXES = (
    (b"", Deviation(Kind.V4_WITHOUT_AWS4, "AWS4 was not put before the secret key", "none")),
    (b"aws4", Deviation(Kind.V4_WITHOUT_AWS4, "aws4 was put before the key; it is AWS4", "aws4")),
    (b"AWS", Deviation(Kind.V4_WITHOUT_AWS4, "AWS was put before the key; it is AWS4", "AWS")),
    (
        b"AWS4AWS4",
        Deviation(Kind.V4_WITHOUT_AWS4, "AWS4 was put before the secret key twice", "twice"),
    ),
)

Change = Callable[[bytes], bytes]


def _secret(words: str, detail: str, change: Change) -> tuple[Change, Deviation]:
    return change, Deviation(Kind.V4_FROM_DAMAGED_SECRET, f"the secret key had {words}", detail)


LIKELY_DAMAGED_SECRETS: tuple[tuple[Change, Deviation], ...] = (
    _secret("a line end after it (LF)", "newline", lambda s: s + b"\n"),
    _secret("a line end after it (CR LF)", "crlf", lambda s: s + b"\r\n"),
    _secret("a carriage return after it", "cr", lambda s: s + b"\r"),
    _secret("a blank after it", "blank after", lambda s: s + b" "),
    _secret("a blank before it", "blank before", lambda s: b" " + s),
    _secret("double quotes around it", "quotes", lambda s: b'"' + s + b'"'),
    _secret("single quotes around it", "quotes", lambda s: b"'" + s + b"'"),
    _secret("a byte order mark before it", "bom", lambda s: b"\xef\xbb\xbf" + s),
)


def _base64_decoded(secret: bytes) -> bytes:
    try:
        return base64.b64decode(secret + b"=" * (-len(secret) % 4), validate=True)
    except binascii.Error:
        return secret


DAMAGED_SECRETS: tuple[tuple[Change, Deviation], ...] = (
    _secret("a tab after it", "tab", lambda s: s + b"\t"),
    _secret("blanks on both sides", "blanks", lambda s: b" " + s + b" "),
    _secret("two line ends after it", "newlines", lambda s: s + b"\n\n"),
    _secret("a line end before it", "newline before", lambda s: b"\n" + s),
    _secret("quotes and a line end around it", "quotes", lambda s: b'"' + s + b'"\n'),
    _secret("a quote before it", "quote", lambda s: b'"' + s),
    _secret("a quote after it", "quote", lambda s: s + b'"'),
    _secret("a comma after it", "comma", lambda s: s + b","),
    _secret("a semicolon after it", "semicolon", lambda s: s + b";"),
    _secret("a byte order mark and a line end", "bom", lambda s: b"\xef\xbb\xbf" + s + b"\n"),
    _secret("a NUL byte after it", "nul", lambda s: s + b"\0"),
    _secret("a blank where each + belongs", "plus", lambda s: s.replace(b"+", b" ")),
    _secret("no + any more", "plus", lambda s: s.replace(b"+", b"")),
    _secret("no / any more", "slash", lambda s: s.replace(b"/", b"")),
    _secret(r"a backslash before each /", "json", lambda s: s.replace(b"/", b"\\/")),
    _secret("percent-encoding in it", "percent", lambda s: quote(s, safe="").encode()),
    _secret("been percent-decoded", "percent", unquote_to_bytes),
    _secret("lost its first character", "first", lambda s: s[1:] or s),
    _secret("lost its last character", "last", lambda s: s[:-1] or s),
    _secret("been put into capitals", "capitals", lambda s: s.upper()),
    _secret("been put into small letters", "small", lambda s: s.lower()),
    _secret("been base64-decoded first", "decoded", _base64_decoded),
    _secret("been base64-encoded first", "encoded", base64.b64encode),
    _secret(
        "been turned into UTF-16", "utf-16", lambda s: s.decode("latin-1").encode("utf-16-le")
    ),
)

Spelling = Callable[[str], bytes]


def _spelling(words: str, detail: str, spell: Callable[[str], str]) -> tuple[Spelling, Deviation]:
    deviation = Deviation(Kind.V4_REGION_SPELLING, f"the Region was written as {words}", detail)
    return lambda region: spell(region).encode(), deviation


def _zone(letter: str) -> Callable[[str], str]:
    return lambda region: region + letter


SPELLINGS: tuple[tuple[Spelling, Deviation], ...] = (
    _spelling("capitals, not small letters", "capitals", str.upper),
    _spelling("the SMTP host name", "host", lambda r: f"email-smtp.{r}.amazonaws.com"),
    _spelling("the zone …a, not the Region", "zone a", _zone("a")),
    _spelling("the zone …b, not the Region", "zone b", _zone("b")),
    _spelling("a name with a line end after it", "newline", lambda r: r + "\n"),
    *(
        _spelling(f"the zone …{zone}, not the Region", f"zone {zone}", _zone(zone))
        for zone in "cdef"
    ),
    _spelling("the API host name", "host", lambda r: f"email.{r}.amazonaws.com"),
    _spelling("part of a host name", "host", lambda r: f"email-smtp.{r}"),
    _spelling("part of a host name", "host", lambda r: f"{r}.amazonaws.com"),
    _spelling("a name with underscores", "underscores", lambda r: r.replace("-", "_")),
    _spelling("a name without hyphens", "no hyphens", lambda r: r.replace("-", "")),
    _spelling("a name with a blank after it", "blank", lambda r: r + " "),
    _spelling("a name in quotes", "quotes", lambda r: f'"{r}"'),
    _spelling("a name with the first letter capital", "capital", str.capitalize),
)
