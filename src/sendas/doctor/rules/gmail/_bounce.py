"""Gmail's own bounces of mail sent as another address, sorted by what they quote.

The stable key is ``CustomFromDenied``; the sentence above it is the same for
every cause, so only the quoted reply tells (FACTS 5.3).
"""

import re

from dataclasses import dataclass
from enum import Enum, auto

from sendas.doctor.evidence import Evidence, Symptom
from sendas.doctor.model import Exhibit
from sendas.doctor.rules.smtp._login import gmail_symptoms, quoted
from sendas.smtp.meaning import Cause, Meaning
from sendas.smtp.probe import Reply, Stage
from sendas.smtp.replies import classify


class Kind(Enum):
    """What Gmail's attempt ran into."""

    CREDENTIAL = auto()
    """The login, or something Gmail does not name."""
    WORKSPACE = auto()
    CERTIFICATE = auto()
    NO_AUTH = auto()
    REFUSED = auto()
    """SES refused the message, after the login."""


_WORKSPACE = re.compile(r"You must send through\b.+?\bSMTP servers", re.IGNORECASE | re.DOTALL)
_CERTIFICATE = re.compile(r"TLS Negotiation failed", re.IGNORECASE)
_NO_AUTH = re.compile(r"does not advertise AUTH", re.IGNORECASE)
_AT_LOGIN = frozenset(
    {
        Cause.CREDENTIALS_INVALID,
        Cause.NOT_SUBSCRIBED,
        Cause.SIGV2_DEPRECATED,
        Cause.SIGV2_RATE,
        Cause.TEMPORARY_AUTH_FAILURE,
        Cause.AUTH_REQUIRED,
        Cause.STARTTLS_REQUIRED,
        Cause.TOO_MANY_CONNECTIONS,
    }
)
_LOGIN_CODES = frozenset({530, 534, 535, 538})
"""RFC 4954, section 6: replies that speak of the login, whatever their words."""


@dataclass(frozen=True, slots=True)
class Bounce:
    """One bounce; *reply* and *meaning* where it quotes one."""

    kind: Kind
    symptom: Symptom
    reply: Reply | None = None
    meaning: Meaning | None = None

    @property
    def exhibit(self) -> Exhibit:
        """What Gmail quotes."""
        text = str(self.reply) if self.reply else " ".join(self.symptom.text.split())
        return Exhibit("Gmail's own bounce (CustomFromDenied)", text[:300])


def bounce(evidence: Evidence, kind: Kind) -> Bounce | None:
    """The first of Gmail's own bounces that is of *kind*."""
    sorted_ = map(_sort, gmail_symptoms(evidence))
    return next((found for found in sorted_ if found.kind is kind), None)


def _sort(symptom: Symptom) -> Bounce:
    for pattern, kind in (
        (_WORKSPACE, Kind.WORKSPACE),
        (_CERTIFICATE, Kind.CERTIFICATE),
        (_NO_AUTH, Kind.NO_AUTH),
    ):
        if pattern.search(symptom.text):
            return Bounce(kind, symptom)
    reply = quoted(symptom)
    if reply is None:
        return Bounce(Kind.CREDENTIAL, symptom)
    meaning = classify(reply, Stage.AUTH)
    at_login = meaning.cause in _AT_LOGIN or reply.code in _LOGIN_CODES
    return Bounce(Kind.CREDENTIAL if at_login else Kind.REFUSED, symptom, reply, meaning)
