"""What a refusal says in words that no table has: a thing, and what is the matter with it.

Servers say "no such user" in a thousand ways, but nearly all of them name the mailbox and, a few
words away, that it is not there.  So a noun of one kind near a state of another is evidence,
worth less than a sentence that is known.
"""

import re

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sendas.advice import Owner
from sendas.bounce.reason import Reason
from sendas.bounce.tables.row import Row, Weight


_TOKEN = re.compile(r"[^\W_]+")
MAX_TOKENS = 120
"""Of a refusal; what comes later is a link or a legal notice."""


def _words(written: str) -> frozenset[str]:
    return frozenset(written.split())


_BOX = _words(
    "user users username mailbox mailboxes mbox recipient recipients account accounts address "
    "addressee alias rcpt userid maildrop inbox mailfolder postfach empfänger empfaenger "
    "benutzer konto destinataire destinatario destinatário utente usuario usuário utilisateur "
    "boite boîte buzón buzon casella caixa compte cuenta conta casilla adresse indirizzo "
    "dirección endereço skrzynka odbiorca użytkownik schránka příjemce mottagare mottaker "
    "vastaanottaja ontvanger gebruiker adresa пользователь пользователя пользователем ящик "
    "адрес получатель felhasználó"
)
_GONE = _words(
    "unknown nonexistent unrecognized unrecognised invalid inexistent inexistente inexistant "
    "unallocated unregistered unroutable unrouteable misspelled inconnu inconnue desconocido "
    "desconocida desconhecido sconosciuto sconosciuta unbekannt unbekannter onbekend okänd "
    "ukjent ukendt tundmatu nieznany neznámý неизвестен неизвестный incorrect deleted removed"
)
_NOT = _words(
    "not no non never cannot doesn don isn wasn couldn can nicht kein keine pas ne nie no não "
    "не нет niet ej inte ikke ei"
)
_THERE = _words(
    "exist exists existing found such known valid registered recognized recognised listed "
    "existe existiert existente istnieje available active here anymore verified найден "
    "существует bestaat finns finnes"
)
_OFF = _words(
    "disabled inactive suspended deactivated locked frozen closed discontinued archived "
    "expired terminated dormant abandoned inactivity gesperrt deaktiviert désactivé "
    "désactivée desactivada desativada suspendida disattivata expirado disabilitato zablokowane "
    "nieaktywne blocked bloqué bloquée bloqueado bloqueada bloccato bloccata zablokována "
    "zablokovaná zablokowany geblokkeerd заблокирован отключен"
)
_FULL = _words("full overquota voll plein pleine lleno llena cheia cheio piena pieno vol pełna")
_ROOM = _words("quota storage space capacity mailbox mailfolder")
_OVER = _words(
    "exceeded exceeds exceed over exceeding reached insufficient enough maximum limit full "
    "overflow"
)
_HOST = _words("ip ips host client server network mta relay connection connections mailserver")
_LISTED = _words(
    "blacklisted blocklisted blacklist blocklist listed banned blocked denylisted refused "
    "rejected denied listing spammer spamming"
)
_MAIL = _words(
    "message messages mail mails email emails content contents body subject letter nachricht "
    "courrier mensaje messaggio mensagem письмо"
)
_LETTER = _words("message mail email body nachricht courrier mensaje messaggio mensagem")
_HEADER = _words("header headers kopfzeile")
_ILLEGAL = _words("illegal invalid malformed bad 8bit characters")
_SPAM = _words("spam junk unsolicited phishing scam spammy uce ube bulk spamassassin spamming")
_MALWARE = _words("virus viruses malware infected trojan worm ransomware malicious")
_BIG = _words("large big size oversized long bytes mb kb megabytes")
_MUCH = _words("too exceeds exceed exceeded larger maximum limit limits than over")
_RATE = _words(
    "rate hour hourly minute daily day frequency throttled throttling volume quickly fast"
)
_MANY = _words("many exceeded limit limits limited limiting maximum excessive reached")
_CONN = _words("connections sessions connection session concurrent simultaneous")
_SENDER = _words("sender senders originator mailfrom")
_BAD = _GONE | _LISTED | _words("disallowed forbidden unauthorized unverified unresolvable")
_DOMAIN = _words("domain domains hostname")
_PROOF = _words("spf dkim dmarc arc")
_FAILED = _words(
    "fail failed fails failure failing reject rejected rejects pass aligned alignment policy"
)
_NAME = _words("ptr rdns reverse fcrdns")
_TLS = _words("tls starttls ssl encryption certificate")
_WANTED = _words(
    "required require requires must handshake negotiation mandatory expired trusted needed"
)
_LOGIN = _words("authenticate authenticated authentication login credentials auth password")


@dataclass(frozen=True, slots=True)
class _Concept:
    """*thing* and *state* within *near* words of each other, in either order."""

    reason: Reason
    thing: frozenset[str]
    state: frozenset[str]
    near: int
    weight: int = Weight.GENERAL
    owner: Owner | None = None

    def row(self) -> Row:
        return Row(self.reason, "the words themselves: a thing near its state",
                   weight=Weight.GENERAL, owner=self.owner)  # fmt: skip


_R = Reason
_CONCEPTS = (
    _Concept(_R.USER_UNKNOWN, _BOX, _GONE, 4),
    _Concept(_R.SUSPEND, _BOX, _OFF, 4, 32),
    _Concept(_R.MAILBOX_FULL, _BOX, _FULL, 4, 34),
    _Concept(_R.MAILBOX_FULL, _ROOM, _OVER, 3, 28),
    _Concept(_R.BLOCKED, _HOST, _LISTED, 4, 31, Owner.AWS),
    _Concept(_R.SPAM_DETECTED, _MAIL, _SPAM, 6, 30),
    _Concept(_R.VIRUS_DETECTED, _MAIL, _MALWARE, 8, 36),
    _Concept(_R.MESG_TOO_BIG, _LETTER, _BIG, 4, 24),
    _Concept(_R.MESG_TOO_BIG, _BIG, _MUCH, 3, 26),
    _Concept(_R.SPEEDING, _RATE, _MANY | _MAIL, 4, 30),
    _Concept(_R.TOO_MANY_CONN, _CONN, _MANY, 4, 34),
    _Concept(_R.REJECTED, _SENDER, _BAD, 4, 33),
    _Concept(_R.HOST_UNKNOWN, _DOMAIN, _GONE, 3, 28),
    _Concept(_R.AUTH_FAILURE, _PROOF, _FAILED, 5, 40),
    _Concept(_R.REQUIRE_PTR, _NAME, _words("dns record records lookup missing no invalid hostname "
                                           "resolve resolution entry"), 4, 40),
    _Concept(_R.CONTENT_ERROR, _HEADER, _ILLEGAL, 4, 30),
    _Concept(_R.FAILED_STARTTLS, _TLS, _WANTED, 4, 32),
    _Concept(_R.SECURITY_ERROR, _LOGIN, _words("required failed must credentials needed turn"),
             4, 26),
    _Concept(_R.NO_RELAYING, _words("relay relaying"), _words(
        "denied prohibited permitted allowed access rejected refused not"), 4, 40),
)  # fmt: skip
_ROWS = {concept: concept.row() for concept in _CONCEPTS}
_NEGATED = (
    (_R.USER_UNKNOWN, _BOX, Weight.GENERAL + 2),
    (_R.HOST_UNKNOWN, _DOMAIN, Weight.GENERAL),
    (_R.REJECTED, _SENDER, Weight.GENERAL + 4),
)
_NEAR_NEGATION, _NEAR_THING = 3, 5


def concepts_in(lowered: str) -> Iterator[tuple[Row, float]]:
    """Each concept that *lowered* holds, and its worth."""
    spots: dict[int, list[int]] = {}
    for number, token in enumerate(_TOKEN.findall(lowered)[:MAX_TOKENS]):
        for kind in _KINDS.get(token, ()):
            spots.setdefault(kind, []).append(number)
    for concept, thing, state in _PAIRS:
        if thing in spots and state in spots and _meet(spots[thing], spots[state], concept.near):
            yield _ROWS[concept], concept.weight
    if _THERE_KIND in spots and _NOT_KIND in spots:
        missing = _missing(spots[_THERE_KIND], spots[_NOT_KIND])
        for row, kind, weight in _NEGATED_ROWS:
            if _meet(spots.get(kind, ()), missing, _NEAR_THING, least=0):
                yield row, weight


def _missing(there: Sequence[int], negated: Sequence[int]) -> list[int]:
    """Where it says that something is not there: "no such", "does not exist", "isn't known"."""
    return [at for at in there[:10] if any(0 < at - no <= _NEAR_NEGATION for no in negated)]


def _meet(things: Sequence[int], states: Sequence[int], near: int, least: int = 1) -> bool:
    return any(least <= abs(one - other) <= near for one in things[:10] for other in states[:10])


def _kinds() -> tuple[dict[frozenset[str], int], dict[str, tuple[int, ...]]]:
    """A number for each set of words, and for each word the sets that it is in."""
    sets = dict.fromkeys(
        [s for concept in _CONCEPTS for s in (concept.thing, concept.state)]
        + [_NOT, _THERE, *(things for _, things, _ in _NEGATED)]
    )
    numbers = {words: number for number, words in enumerate(sets)}
    kinds: dict[str, tuple[int, ...]] = {}
    for words, number in numbers.items():
        for word in words:
            kinds[word] = (*kinds.get(word, ()), number)
    return numbers, kinds


_NUMBERS, _KINDS = _kinds()
_PAIRS = tuple((one, _NUMBERS[one.thing], _NUMBERS[one.state]) for one in _CONCEPTS)
_NOT_KIND, _THERE_KIND = _NUMBERS[_NOT], _NUMBERS[_THERE]
_NEGATED_ROWS = tuple(
    (
        Row(reason, "the words themselves: a thing that is not there", weight=Weight.GENERAL),
        _NUMBERS[things],
        weight,
    )
    for reason, things, weight in _NEGATED
)
