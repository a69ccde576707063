"""What a refusal says in words that no table has: a thing, and what is the matter with it.

Servers say "no such user" in a thousand ways, but nearly all of them name the mailbox and, a few
words away, that it is not there.  So a noun of one kind near a state of another is evidence,
worth less than a sentence that is known.
"""

import re

from collections.abc import Iterator, Mapping
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
    "addressee alias rcpt userid maildrop inbox mailfolder postfach empfänger empfaenger benutzer "
    "konto destinataire destinatario destinatário utente usuario usuário utilisateur boite boîte "
    "buzón buzon casella caixa compte cuenta conta adresse indirizzo dirección endereço skrzynka "
    "odbiorca użytkownik schránka příjemce mottagare mottaker vastaanottaja ontvanger gebruiker"
)
_GONE = _words(
    "unknown nonexistent unrecognized unrecognised invalid inexistent inexistente inexistant "
    "unallocated unregistered unroutable unrouteable misspelled inconnu inconnue desconocido "
    "desconocida desconhecido sconosciuto sconosciuta unbekannt unbekannter onbekend okänd ukjent "
    "ukendt tundmatu nieznany neznámý incorrect deleted removed"
)
_NOT = _words("not no non never cannot doesn don isn wasn couldn can nicht kein keine pas ne nie no não")
_THERE = _words(
    "exist exists existing found such known valid registered recognized recognised listed existe "
    "existiert existente istnieje available active here anymore"
)
_OFF = _words(
    "disabled inactive suspended deactivated locked frozen closed discontinued archived expired "
    "terminated dormant abandoned inactivity gesperrt deaktiviert désactivé désactivée desactivada "
    "desativada suspendida disattivata disabilitato zablokowane nieaktywne blocked"
)
_FULL = _words("full overquota voll plein pleine lleno llena cheia cheio piena pieno vol pełna")
_ROOM = _words("quota storage space capacity mailbox mailfolder")
_OVER = _words(
    "exceeded exceeds exceed over exceeding reached insufficient enough maximum limit full overflow"
)
_HOST = _words("ip ips host client server network mta relay connection connections address mailserver")
_LISTED = _words(
    "blacklisted blocklisted blacklist blocklist listed banned blocked denylisted refused rejected "
    "denied listing spammer spamming"
)
_MAIL = _words(
    "message messages mail mails email emails content contents body subject letter nachricht "
    "courrier mensaje messaggio mensagem письмо"
)
_SPAM = _words("spam junk unsolicited phishing scam spammy uce ube bulk spamassassin spamming")
_MALWARE = _words("virus viruses malware infected trojan worm ransomware malicious")
_BIG = _words("large big size oversized long bytes mb kb megabytes")
_MUCH = _words("too exceeds exceed exceeded larger maximum limit limits than over")
_RATE = _words("rate hour hourly minute daily day frequency throttled throttling volume quickly fast")
_MANY = _words("many exceeded limit limits limited limiting maximum excessive reached")
_CONN = _words("connections sessions connection session concurrent simultaneous")
_SENDER = _words("sender senders originator mailfrom sender's")
_BAD = _GONE | _LISTED | _words("disallowed forbidden unauthorized unverified unresolvable")
_DOMAIN = _words("domain domains hostname")
_PROOF = _words("spf dkim dmarc arc")
_FAILED = _words("fail failed fails failure failing reject rejected rejects pass aligned alignment policy")
_NAME = _words("ptr rdns reverse fcrdns")
_TLS = _words("tls starttls ssl encryption certificate")
_WANTED = _words("required require requires must handshake negotiation mandatory expired trusted needed")
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
    _Concept(_R.MESG_TOO_BIG, _MAIL & _words("message mail email attachment body nachricht"),
             _BIG, 4, 24),
    _Concept(_R.MESG_TOO_BIG, _BIG, _MUCH, 3, 26),
    _Concept(_R.SPEEDING, _RATE, _MANY | _MAIL, 4, 30),
    _Concept(_R.TOO_MANY_CONN, _CONN, _MANY, 4, 34),
    _Concept(_R.REJECTED, _SENDER, _BAD, 4, 33),
    _Concept(_R.HOST_UNKNOWN, _DOMAIN, _GONE, 3, 28),
    _Concept(_R.AUTH_FAILURE, _PROOF, _FAILED, 5, 40),
    _Concept(_R.REQUIRE_PTR, _NAME, _words("dns record records lookup missing no invalid hostname "
                                           "resolve resolution entry"), 4, 40),
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
_NEGATED_ROWS = tuple(
    (Row(reason, "the words themselves: a thing that is not there", weight=Weight.GENERAL), things,
     weight)
    for reason, things, weight in _NEGATED
)  # fmt: skip
_NEAR_NEGATION, _NEAR_THING = 3, 5


def concepts_in(lowered: str) -> Iterator[tuple[Row, float]]:
    """Each concept that *lowered* holds, and its worth."""
    tokens = _TOKEN.findall(lowered)[:MAX_TOKENS]
    places: dict[str, list[int]] = {}
    for number, token in enumerate(tokens):
        if token in _OF_INTEREST:
            places.setdefault(token, []).append(number)
    if not places:
        return
    for concept in _CONCEPTS:
        if _meet(places, concept.thing, concept.state, concept.near):
            yield _ROWS[concept], concept.weight
    missing = _missing(places)
    if missing:
        for row, things, weight in _NEGATED_ROWS:
            spots = _spots(places, things)
            if any(abs(spot - at) <= _NEAR_THING for spot in spots for at in missing):
                yield row, weight


def _missing(places: Mapping[str, list[int]]) -> list[int]:
    """Where it says that something is not there: "no such", "does not exist", "isn't known"."""
    there, negated = _spots(places, _THERE), _spots(places, _NOT)
    return [at for at in there if any(0 < at - no <= _NEAR_NEGATION for no in negated)][:10]


def _meet(
    places: Mapping[str, list[int]], things: frozenset[str], states: frozenset[str], near: int
) -> bool:
    spots = _spots(places, things)
    if not spots:
        return False
    return any(0 < abs(spot - at) <= near for at in _spots(places, states) for spot in spots)


def _spots(places: Mapping[str, list[int]], words: frozenset[str]) -> list[int]:
    return [at for word in places.keys() & words for at in places[word][:5]]


_OF_INTEREST = frozenset().union(
    *(concept.thing | concept.state for concept in _CONCEPTS), _NOT, _THERE
)
