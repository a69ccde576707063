"""What a refusal says in words that no table has: a thing, and what is the matter with it.

Servers say "no such user" in a thousand ways, but nearly all of them name the mailbox and, a few
words away, that it is not there.  So a noun of one kind near a state of another is evidence,
worth less than a sentence that is known.
"""

import re

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sendas.advice import Owner
from sendas.bounce import lexicon as lex
from sendas.bounce.far_east import in_english
from sendas.bounce.reason import Reason
from sendas.bounce.tables.row import Row, Weight


_TOKEN = re.compile(r"[^\W_]+")
_LITERAL = re.compile(r"(?<![\w.])\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}(?![\w.])")
_LOCAL_PART = re.compile(r"local[ -]part")
_ENVELOPE = re.compile(
    r"mail from(?= (?:is |was |address |domain |invalid|not |does |"
    r"[\w-]{1,63}\.[\w.-]{1,190} not ))"
)
# Who refuses is not what is refused: "your server is blocked", but "the server rejected it".
_REFUSER = re.compile(
    r"\b(?:server|host|system) (?:has |have )?(?:permanently |temporarily )?"
    r"(?=(?:rejected|refused|denied|blocked) (?:the |your |this )?"
    r"(?:message|mail|e-?mail|recipient|address|delivery))"
)
# What the reporting program was doing: Postfix (smtp_proto.c), DragonFly (net.c).
_DOING = re.compile(
    r"\bwhile (?:performing|sending|receiving) [a-z ]{3,40}|"
    r"\S{1,255} \[[^\]]{2,60}\] did not like our [a-z]{4,8}(?: to)?:?|"
    r"recipients? did not receive"
)
# A name with dots that is said not to be is a host's: "mx.example.com does not exist".
_NAMED_HOST = re.compile(
    r"(?<![@\w.])[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,8}"
    r"(?= (?:does not|doesn't|not) (?:exist|found))"
)
# "The receiver denied your mail" speaks of a will, "recipient denied" of an address.
_READER_REFUSES = re.compile(
    r"\b(?:user|recipient|receiver|addressee) (?:has |have )?"
    r"(?:rejected|refused|refuses|rejects|denied|declined|blocked) (?:the|your|this|our|mail)\b"
)
_NAMES = (
    ("while ", _DOING, ""),
    ("did not ", _DOING, ""),
    ("ed ", _REFUSER, ""),
    ("er ", _READER_REFUSES, " readerrefuses "),
    (" exist", _NAMED_HOST, "namedhost"),
    (" found", _NAMED_HOST, "namedhost"),
    ("local", _LOCAL_PART, "localpart"),
    (".", _LITERAL, " ip "),
    ("mail from", _ENVELOPE, "mailfrom"),
)
"""What is put in one word, in this order; each with what must stand there to look for it."""
# Exchange names its exceptions so, in "SubmissionQuotaExceededException" for one.
_EXCEPTION = re.compile(r"\b(?:[A-Z][a-z]{2,20}){3,8}\b")
_HUMP = re.compile(r"[A-Z][a-z]+")
MAX_WRITTEN = 2_000
MAX_TOKENS = 120
"""Of a refusal; what comes later is a link or a legal notice."""


@dataclass(frozen=True, slots=True)
class _Concept:
    """*thing* and *state* within *near* words of each other, in either order."""

    reason: Reason
    thing: frozenset[str]
    state: frozenset[str]
    near: int
    weight: int = Weight.GENERAL
    owner: Owner | None = None
    negated: bool = False
    """Whether the state must be denied: "does not exist", "cannot receive"."""

    @property
    def least(self) -> int:
        """How far apart they must be: one word may be both, where it is denied or alone."""
        return 0 if self.negated or self.near == 0 else 1

    def row(self) -> Row:
        return Row(self.reason, "the words themselves: a thing near its state",
                   weight=Weight.GENERAL, owner=self.owner)  # fmt: skip


def _alone(
    reason: Reason, words: frozenset[str], weight: int, owner: Owner | None = None
) -> _Concept:
    """One word that is thing and state at once: "loop", "malware"."""
    return _Concept(reason, words, words, 0, weight, owner)


_R = Reason
_CONCEPTS = (
    _Concept(_R.USER_UNKNOWN, lex.BOX, lex.GONE, 5),
    _Concept(_R.USER_UNKNOWN, lex.BOX, lex.THERE, 5, 32, negated=True),
    _Concept(_R.USER_UNKNOWN, lex.CHECK, lex.UNDONE, 4, 24),
    _Concept(_R.USER_UNKNOWN, lex.BOX, lex.REGISTER, 6, 27, negated=True),
    _Concept(_R.USER_UNKNOWN, lex.BOX, lex.DOWN, 3, 18),
    _Concept(_R.USER_UNKNOWN, lex.words("user recipient rcpt mailbox"), lex.REFUSED, 2, 20),
    _Concept(_R.USER_UNKNOWN, lex.MEMBER, lex.MEMBER, 0, 24, negated=True),
    _Concept(_R.USER_UNKNOWN, lex.words("one"), lex.words("no"), 1, 28),
    _alone(_R.USER_UNKNOWN, lex.words("nobody"), 28),
    _Concept(_R.HOST_UNKNOWN, lex.DOMAIN, lex.GONE, 3, 28),
    _Concept(_R.HOST_UNKNOWN, lex.DOMAIN, lex.THERE | lex.FOUND, 5, 30, negated=True),
    _Concept(_R.HOST_UNKNOWN, lex.ROUTING, lex.NONE, 2, 26),
    _Concept(_R.HOST_UNKNOWN, lex.words("namedhost"), lex.THERE, 4, 48, negated=True),
    _Concept(_R.SUSPEND, lex.BOX, lex.OFF, 4, 32),
    _Concept(_R.SUSPEND, lex.BOX, lex.TAKE, 6, 29, negated=True),
    _Concept(_R.MAILBOX_FULL, lex.BOX, lex.FULL, 4, 34),
    _Concept(_R.MAILBOX_FULL, lex.ROOM, lex.OVER, 3, 33),
    _Concept(_R.MAILBOX_FULL, lex.BOX, lex.LEFT, 5, 33, negated=True),
    _Concept(_R.MAILBOX_FULL, lex.MAILBOX, lex.words("size"), 2, 52),
    _Concept(_R.MAILBOX_FULL, lex.words("more further additional"), lex.TAKE, 4, 36, negated=True),
    _Concept(_R.MAILBOX_FULL, lex.words("quota"), lex.words("out"), 2, 33),
    _Concept(_R.MAILBOX_FULL, lex.words("messages mails"), lex.words("number"), 3, 24),
    _alone(_R.MAILBOX_FULL, lex.words("overquota quotaexceeded"), 34),
    _Concept(_R.BLOCKED, lex.HOST, lex.LISTED, 5, 31, Owner.AWS),
    _Concept(_R.BLOCKED, lex.IP, lex.BLACKLISTED, 5, 66, Owner.AWS),
    _Concept(_R.BLOCKED, lex.IP, lex.BAD_ONES, 2, 34, Owner.AWS),
    _Concept(_R.BLOCKED, lex.HOST | lex.CONNECT, lex.ALLOWED, 5, 29, Owner.AWS, negated=True),
    _Concept(
        _R.BLOCKED,
        lex.IP | lex.words("host client server"),
        lex.ACCESS,
        4,
        29,
        Owner.AWS,
        negated=True,
    ),
    _Concept(_R.BLOCKED, lex.CONNECTION, lex.TAKE, 3, 34, Owner.AWS, negated=True),
    _Concept(_R.BLOCKED, lex.APPROVED, lex.words("list"), 2, 27, negated=True),
    _alone(_R.BLOCKED, lex.GREETING, 27),
    _Concept(
        _R.BLOCKED,
        lex.GREETING,
        lex.BAD_ONES | lex.THERE | lex.GONE | lex.words("denied rejected refused blocked"),
        6,
        62,
        Owner.AWS,
    ),
    _Concept(_R.BLOCKED, lex.words("country countries"), lex.FROM, 3, 78, Owner.AWS),
    _alone(_R.BLOCKED, lex.ATTACK, 28),
    _alone(_R.BLOCKED, lex.words("abuse abusive"), 22),
    _Concept(
        _R.SECURITY_ERROR,
        lex.words("sending outgoing"),
        lex.words("disabled suspended"),
        5,
        64,
        Owner.SENDER,
    ),
    _Concept(_R.NETWORK_ERROR, lex.words("dns mx routing"), lex.UNDONE, 3, 30),
    _Concept(
        _R.POLICY_VIOLATION,
        lex.ATTACHMENT,
        lex.words("found containing contains"),
        3,
        34,
        Owner.CONTENT,
    ),
    _Concept(_R.REJECTED, lex.DOMAIN, lex.REFUSED, 2, 24),
    _Concept(_R.BAD_REPUTATION, lex.ESTEEM, lex.HOST, 6, 56, Owner.AWS),
    _Concept(_R.BAD_REPUTATION, lex.ESTEEM, lex.DOMAIN | lex.LINK, 4, 57, Owner.CONTENT),
    _Concept(_R.REJECTED, lex.SENDER, lex.GONE | lex.LISTED | lex.BAD | lex.UNLIKE, 4, 33),
    _Concept(_R.REJECTED, lex.SENDER, lex.THERE | lex.ALLOWED, 5, 34, negated=True),
    _Concept(_R.REJECTED, lex.SENDER, lex.LIKED, 5, 30, negated=True),
    _Concept(_R.REJECTED, lex.DOMAIN, lex.ACCESS, 4, 27, negated=True),
    _Concept(_R.REJECTED, lex.DOMAIN, lex.ALLOWED, 3, 24, negated=True),
    _Concept(_R.REJECTED, lex.TAKE, lex.words("only"), 2, 32, Owner.RECIPIENT),
    _Concept(_R.REJECTED, lex.READER, lex.LIKED, 4, 44, Owner.RECIPIENT, negated=True),
    _alone(_R.REJECTED, lex.words("readerrefuses"), 46, Owner.RECIPIENT),
    _Concept(_R.REJECTED, lex.READER, lex.WISHES, 3, 46, Owner.RECIPIENT),
    _Concept(_R.REJECTED, lex.SENDER, lex.ROUTING | lex.FOUND, 9, 40, Owner.DNS),
    _Concept(_R.REJECTED, lex.FROM, lex.FOUND, 3, 40, Owner.DNS),
    _Concept(
        _R.REJECTED,
        lex.SENDER | lex.FROM,
        lex.words("login logged authorization auth authenticate username"),
        8,
        36,
        Owner.SENDER,
    ),
    _Concept(
        _R.REJECTED,
        lex.SENDER | lex.FROM,
        lex.words("owned match verified"),
        6,
        36,
        Owner.SENDER,
        negated=True,
    ),
    _Concept(_R.SPAM_DETECTED, lex.MAIL, lex.SPAM, 6, 30),
    _Concept(_R.SPAM_DETECTED, lex.words("content contents"), lex.REFUSED, 3, 27),
    _Concept(_R.POLICY_VIOLATION, lex.words("content contents"), lex.words("policy"), 1, 33),
    _Concept(_R.SPAM_DETECTED, lex.LINK, lex.LISTED | lex.SPAM | lex.BAD, 8, 52, Owner.CONTENT),
    _Concept(_R.SPAM_DETECTED, lex.URL, lex.BLACKLISTED, 8, 86, Owner.CONTENT),
    _Concept(
        _R.SPAM_DETECTED,
        lex.REFUSED | lex.words("blocked"),
        lex.words("dcc razor pyzor dspam"),
        3,
        36,
    ),
    _Concept(_R.SPAM_DETECTED, lex.HEADER, lex.SPAM, 2, 36),
    _alone(_R.SPAM_DETECTED, lex.words("bulk bulkmail outboundspam"), 22),
    _Concept(_R.VIRUS_DETECTED, lex.MAIL, lex.MALWARE, 8, 36),
    _alone(_R.VIRUS_DETECTED, lex.MALWARE, 46),
    _Concept(_R.POLICY_VIOLATION, lex.ATTACHMENT, lex.FORBIDDEN, 5, 44, Owner.CONTENT),
    _Concept(_R.POLICY_VIOLATION, lex.ATTACHMENT, lex.ALLOWED, 5, 44, Owner.CONTENT, negated=True),
    _Concept(_R.POLICY_VIOLATION, lex.WORDING, lex.FORBIDDEN, 6, 38, Owner.CONTENT),
    _Concept(
        _R.POLICY_VIOLATION, lex.WORDING, lex.words("sensitive detected"), 3, 40, Owner.CONTENT
    ),
    _Concept(_R.POLICY_VIOLATION, lex.MAIL, lex.REFUSED, 3, 12),
    _Concept(_R.POLICY_VIOLATION, lex.MAIL, lex.ALLOWED, 4, 22, negated=True),
    _Concept(_R.POLICY_VIOLATION, lex.ATTACHMENT, lex.TAKE, 5, 44, Owner.CONTENT, negated=True),
    _Concept(_R.POLICY_VIOLATION, lex.LETTER, lex.words("blocked"), 2, 35),
    _Concept(_R.MESG_TOO_BIG, lex.LETTER | lex.ATTACHMENT, lex.BIG, 4, 29),
    _Concept(_R.MESG_TOO_BIG, lex.BIG, lex.MUCH, 3, 26),
    _Concept(_R.MESG_TOO_BIG, lex.words("data"), lex.words("much many large"), 2, 28),
    _Concept(_R.MESG_TOO_BIG, lex.words("length mailsize"), lex.MUCH, 8, 34),
    _Concept(_R.SPEEDING, lex.RATE, lex.MANY, 4, 42),
    _Concept(_R.SPEEDING, lex.RATE, lex.MAIL, 4, 30),
    _Concept(_R.SPEEDING, lex.PERIOD, lex.MANY, 4, 30),
    _Concept(_R.SPEEDING, lex.LETTER | lex.words("requests"), lex.words("much many"), 2, 34),
    _Concept(_R.SPEEDING, lex.REQUESTS, lex.LIMIT, 4, 40),
    _Concept(_R.SPEEDING, lex.REQUESTS, lex.words("much many"), 2, 36),
    _Concept(
        _R.SPEEDING,
        lex.words("sending outgoing outbound submission send"),
        lex.words("quota quotas limit limits allowance"),
        3,
        46,
        Owner.SENDER,
    ),
    _Concept(
        _R.SPEEDING,
        lex.words("daily hourly monthly"),
        lex.words("quota quotas allowance credits"),
        3,
        48,
        Owner.SENDER,
    ),
    _Concept(_R.EXPIRED, lex.PERIOD | lex.TRIES, lex.TRIED, 4, 28),
    _Concept(_R.TOO_MANY_CONN, lex.CONNECTION, lex.MANY, 4, 48),
    _Concept(_R.TOO_MANY_CONN, lex.words("recipients rcpts rcpt"), lex.words("many"), 3, 38),
    _Concept(
        _R.TOO_MANY_CONN,
        lex.words("rcpts rcpt"),
        lex.words("number numbers limit max maximum total"),
        5,
        42,
    ),
    _Concept(_R.AUTH_FAILURE, lex.PROOF, lex.FAILED | lex.FORBIDDEN | lex.BAD_ONES, 5, 42),
    _Concept(_R.AUTH_FAILURE, lex.PROOF, lex.ALLOWED, 8, 52, negated=True),
    _Concept(
        _R.AUTH_FAILURE, lex.words("authentication"), lex.words("checks pass aligned"), 3, 38
    ),
    _Concept(
        _R.REQUIRE_PTR, lex.NAME, lex.NAMING | lex.words("requires required must valid"), 4, 56
    ),
    _Concept(_R.REQUIRE_PTR, lex.IP, lex.FOUND, 3, 58, Owner.AWS),
    _Concept(_R.REQUIRE_PTR, lex.DOMAIN | lex.IP, lex.words("mismatch mismatches match"), 4, 30),
    _Concept(_R.CONTENT_ERROR, lex.HEADER, lex.ILLEGAL | lex.BIG, 4, 30),
    _Concept(_R.CONTENT_ERROR, lex.HEADER, lex.AT_FAULT, 3, 28),
    _Concept(_R.CONTENT_ERROR, lex.HEADER, lex.ALLOWED, 4, 29, negated=True),
    _Concept(_R.CONTENT_ERROR, lex.HEADER, lex.words("many"), 3, 34),
    _Concept(_R.CONTENT_ERROR, lex.words("structure mime"), lex.ILLEGAL | lex.REFUSED, 4, 36),
    _Concept(_R.NOT_COMPLIANT_RFC, lex.LETTER, lex.STANDARD, 6, 34),
    _Concept(_R.NOT_COMPLIANT_RFC, lex.words("line lines"), lex.words("long length"), 4, 40),
    _Concept(_R.NOT_COMPLIANT_RFC, lex.HEADER, lex.SINGLE, 5, 36),
    _Concept(_R.FAILED_STARTTLS, lex.TLS, lex.WANTED, 4, 32),
    _Concept(_R.FAILED_STARTTLS, lex.TLS, lex.OFFERED, 4, 40, negated=True),
    _Concept(_R.SECURITY_ERROR, lex.PROVEN, lex.PROVEN, 0, 36, None, negated=True),
    _Concept(_R.SECURITY_ERROR, lex.LOGIN, lex.WANTED | lex.UNDONE, 4, 26, Owner.SENDER),
    _Concept(_R.SECURITY_ERROR, lex.LOGIN, lex.ALLOWED, 5, 44, Owner.SENDER, negated=True),
    _Concept(
        _R.SECURITY_ERROR, lex.words("delivery delivering"), lex.ALLOWED, 4, 27, negated=True
    ),
    _alone(_R.SECURITY_ERROR, lex.words("permission permissions"), 23),
    _Concept(_R.NO_RELAYING, lex.RELAYING, lex.REFUSED | lex.FORBIDDEN | lex.NOT, 4, 40),
    _Concept(_R.NO_RELAYING, lex.words("local gateway"), lex.NOT | lex.words("only"), 2, 24),
    _Concept(_R.NETWORK_ERROR, lex.ROAD, lex.CUT, 4, 24),
    _alone(_R.NETWORK_ERROR, lex.words("loop loops looping looped"), 58),
    _Concept(_R.SYSTEM_ERROR, lex.MACHINE, lex.BROKEN, 3, 22),
    _Concept(
        _R.SYNTAX_ERROR,
        lex.GREETING | lex.words("hello mail rcpt auth"),
        lex.words("first before"),
        3,
        34,
    ),
    _Concept(_R.SYSTEM_ERROR, lex.FILES, lex.USE_OF_FILES, 3, 26),
    _Concept(
        _R.SYSTEM_ERROR,
        lex.words("database upstream backend replica"),
        lex.BROKEN | lex.UNDONE | lex.words("temporary"),
        3,
        34,
    ),
    _Concept(_R.SYSTEM_ERROR, lex.words("memory"), lex.words("out insufficient low"), 2, 30),
    _Concept(
        _R.SYSTEM_FULL,
        lex.words("device filesystem spool partition disk"),
        lex.words("full space"),
        4,
        31,
    ),
    _Concept(_R.NOT_ACCEPT, lex.words("domain host"), lex.TAKE, 3, 24, negated=True),
    _Concept(_R.SYSTEM_ERROR, lex.MACHINE - {"system"}, lex.DOWN, 3, 22),
)
_NEAR_NEGATION = 3


def concepts_in(lowered: str, written: str) -> Iterator[tuple[Row, float]]:
    """Each concept that *lowered*, the words as *written*, holds, and its worth."""
    spots: dict[int, list[int]] = {}
    for number, token in enumerate(_tokens(lowered, written)):
        for kind in _KINDS.get(token, ()):
            spots.setdefault(kind, []).append(number)
    for thing, things in spots.items():
        for concept, state, row in _BY_THING.get(thing, ()):
            states: Sequence[int] = spots.get(state, ())
            if states and concept.negated:
                states = _denied(states, spots.get(_NOT_KIND, ()))
            if states and _meet(things, states, concept.near, concept.least):
                yield row, concept.weight


def _tokens(lowered: str, written: str) -> Iterator[str]:
    """The words; an address written out is an IP, an exception's name falls into its own."""
    # "isn't allowed": the cut-off t is no word that stands between.
    named = in_english(lowered[:MAX_WRITTEN]).replace("n't ", "n ")
    for sign, pattern, instead in _NAMES:
        if sign in named:
            named = pattern.sub(instead, named)
    yield from _TOKEN.findall(named)[:MAX_TOKENS]
    for name in _EXCEPTION.findall(written[:MAX_WRITTEN])[:3]:
        yield ""
        yield from (word.lower() for word in _HUMP.findall(name))


def _denied(states: Sequence[int], negated: Sequence[int]) -> list[int]:
    """Where a state is said not to be: "no such", "does not exist", "isn't known"."""
    return [at for at in states[:10] if any(0 < at - no <= _NEAR_NEGATION for no in negated)]


def _meet(things: Sequence[int], states: Sequence[int], near: int, least: int) -> bool:
    for one in things[:10]:
        for other in states[:10]:
            if least <= abs(one - other) <= near:
                return True
    return False


def _kinds() -> tuple[dict[frozenset[str], int], dict[str, tuple[int, ...]]]:
    """A number for each set of words, and for each word the sets that it is in."""
    sets = dict.fromkeys(
        [lex.NOT, *(s for concept in _CONCEPTS for s in (concept.thing, concept.state))]
    )
    numbers = {words: number for number, words in enumerate(sets)}
    kinds: dict[str, tuple[int, ...]] = {}
    for words, number in numbers.items():
        for word in words:
            kinds[word] = (*kinds.get(word, ()), number)
    return numbers, kinds


_NUMBERS, _KINDS = _kinds()
_BY_THING: dict[int, list[tuple[_Concept, int, Row]]] = {}
for _one in _CONCEPTS:
    _BY_THING.setdefault(_NUMBERS[_one.thing], []).append((_one, _NUMBERS[_one.state], _one.row()))
_NOT_KIND = _NUMBERS[lex.NOT]
