"""The questions to the history as SQL: what SQLite here and Athena there both understand; pure.

They are asked of a table ``line``, a row for each event and recipient, with the fields of
`sendas.history.line.Line` as columns.  A field that is empty may be NULL, and a row may
stand there twice: SES tells at least once.  Whatever is said of a mail is so made of
minima and maxima, which doubles do not change.

`sendas.history.outcome` says what an outcome is; a test holds the two together.
Trino, which Athena runs, and DuckDB have ``regexp_extract``; SQLite is given it.
"""

from sendas.history.outcome import SUPPRESSED, Outcome
from sendas.history.rates import GOOD_NEWS, NOT_COUNTED
from sendas.ses.simulator import SIMULATOR


_KEY = 24
"""Characters of a time, and of a line's id: the order of the events of a mail."""


def _first(what: str, when: str) -> str:
    return f"substr(MIN(CASE WHEN {when} THEN {_ordered(what)} END), {2 * _KEY + 1})"


def _last(what: str, when: str) -> str:
    return f"substr(MAX(CASE WHEN {when} THEN {_ordered(what)} END), {2 * _KEY + 1})"


def _ordered(what: str) -> str:
    blank = " " * _KEY
    # Quoted: DuckDB takes AT for a word of its own.
    keys = (f"substr({name} || '{blank}', 1, {_KEY})" for name in ('"at"', "id"))
    return " || ".join((*keys, f"coalesce({what}, '')"))


def _among(words: frozenset[str]) -> str:
    return ", ".join(f"'{word}'" for word in sorted(words))


_SENT = "kind = 'send'"
_HAS = "coalesce({0}, '') != ''"
_PERMANENT = "kind = 'bounce' AND detail = 'Permanent'"
_STAGES = (
    ("rendering", "kind = 'rendering_failure'", Outcome.REJECTED),
    ("rejected", "kind = 'reject'", Outcome.REJECTED),
    ("complained", "kind = 'complaint'", Outcome.COMPLAINED),
    ("permanent", _PERMANENT, Outcome.BOUNCED),
    ("delivered", "kind = 'delivery'", Outcome.DELIVERED),
    ("bounced", "kind = 'bounce'", Outcome.BOUNCED),
    ("delayed", "kind = 'delivery_delay'", Outcome.DELAYED),
)
"""What decides, the first that there is: each with the subtype of its newest line."""
_COUNTED = f"coalesce(subtype, '') NOT IN ({_among(NOT_COUNTED)})"
_SPAM = f"kind = 'complaint' AND coalesce(detail, '') != '{GOOD_NEWS}'"
_ABOUT = (
    "mail",
    "lower(recipient) AS recipient",
    "MIN(sent_at) AS sent_at",
    f"coalesce({_first('sender', _HAS.format('sender'))}, '') AS sender",
    f"coalesce({_first('stream', _SENT)}, {_first('stream', '1 = 1')}) AS stream",
    f"coalesce({_first('credential', _HAS.format('credential'))}, '') AS credential",
    f"MAX(CASE WHEN {_PERMANENT} AND {_COUNTED} THEN 1 ELSE 0 END) AS hard",
    f"MAX(CASE WHEN {_SPAM} AND {_COUNTED} THEN 1 ELSE 0 END) AS spam",
    *(f"{_last('subtype', when)} AS {name}" for name, when, _ in _STAGES),
)
_ANSWER = f"coalesce({_last('answer', _HAS.format('answer'))}, '') AS answer"


def _outcome() -> str:
    cases = " ".join(
        f"WHEN {name} IS NOT NULL THEN CASE WHEN {name} IN ({_among(SUPPRESSED)})"
        f" THEN '{Outcome.SUPPRESSED}' ELSE '{outcome}' END"
        for name, _, outcome in _STAGES
    )
    return f"CASE {cases} ELSE '{Outcome.ACCEPTED}' END"


_DOMAIN = "regexp_extract(recipient, '[^@]*$')"


def deliveries(where: str = "1 = 1", *, answers: bool = False) -> str:
    """A row for each mail and recipient, of the lines for which *where* holds."""
    columns = ",\n    ".join((*_ABOUT, *((_ANSWER,) if answers else ())))
    shown = ", answer" if answers else ""
    return (
        f"SELECT mail, recipient, {_DOMAIN} AS domain, sent_at, sender, stream, credential,"  # noqa: S608  our own text
        f"\n    {_outcome()} AS outcome, hard, spam{shown}"
        f"\nFROM (SELECT {columns}\n  FROM line WHERE {where}"
        "\n  GROUP BY mail, lower(recipient)) AS about"
    )


def tallies(source: str) -> str:
    """How many mails since ``?`` had which outcome, by stream, recipient domain, credential."""
    return (
        "SELECT stream, domain, credential, outcome, SUM(hard) AS hard, SUM(spam) AS spam,"
        f" COUNT(*) AS mails\nFROM ({source}) AS delivery WHERE sent_at >= ?"
        "\nGROUP BY stream, domain, credential, outcome"
    )


def newest(source: str, own: int) -> str:
    """The newest ``?`` mails that SES counts: how many, hard bounces, complaints, since when.

    *own* is how many domains of our own come before that as parameters.
    """
    out = ", ".join((f"'{SIMULATOR}'", *"?" * own))
    return (
        "SELECT COUNT(*) AS mails, coalesce(SUM(hard), 0) AS hard, coalesce(SUM(spam), 0) AS spam,"  # noqa: S608  the same
        f" coalesce(MIN(sent_at), '') AS since\nFROM (SELECT sent_at, hard, spam"
        f" FROM ({source}) AS delivery"
        f" WHERE domain NOT IN ({out}) AND (outcome != '{Outcome.SUPPRESSED}' OR hard = 1)"
        " ORDER BY sent_at DESC, mail DESC, recipient DESC LIMIT ?) AS counted"
    )


def trace(where: str) -> str:
    """What became of the mails of which any line has *where*."""
    about = f"mail IN (SELECT mail FROM line WHERE {where})"  # noqa: S608  the same
    return f"{deliveries(about, answers=True)}\nORDER BY sent_at, mail, recipient"
