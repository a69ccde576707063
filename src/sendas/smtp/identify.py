"""What a stored SMTP password is: the right one, or which mistake made it.

Without the secret key the form decides.  With it, the right password and
every known wrong one are made again and compared in constant time; the one
that fits names the mistake.  Nothing is sent anywhere, and nothing secret
gets into the explanation.
"""

import base64
import hmac

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from sendas.ses.regions import Region
from sendas.smtp.deviations import Deviation
from sendas.smtp.fragments import fragment, same
from sendas.smtp.identification import Basis, Identification, Kind
from sendas.smtp.password import derive_smtp_password, secret_key_bytes
from sendas.smtp.payload import V2 as VERSION_2
from sendas.smtp.payload import V4, Payload, payloads
from sendas.smtp.readings import MAX_CHARACTERS, Damage, Reading, readings
from sendas.smtp.recipes import Kitchen, every, plain, regions_to_try
from sendas.smtp.shapes import best_shape, is_key_id


@dataclass(frozen=True, slots=True)
class _Match:
    """The recipe that made the text, and what happened to its product afterwards."""

    deviations: tuple[Deviation, ...]
    damages: tuple[Damage, ...]
    region: Region | None


@dataclass(frozen=True, slots=True)
class _Question:
    """What was asked; *secret* is None where only the form can tell."""

    text: str = field(repr=False)
    secret: str | None = field(repr=False)
    region: Region | None
    username: str | None
    now: date
    created: date | None


def identify(  # noqa: PLR0913  one keyword per thing that may be known
    text: str,
    *,
    secret: str | None = None,
    region: Region | None = None,
    username: str | None = None,
    now: date,
    created: date | None = None,
) -> Identification:
    """Say what *text*, a stored SMTP password, is.

    *secret* is the secret access key it should come from, *region* that of the
    endpoint, *username* the SMTP user name.  *now* and *created*, the day the
    key was made, are where calendar dates are tried around.

    Raises:
        MalformedSecretKey: *secret* cannot be one; the text itself may be anything.
    """
    question = _Question(text, secret, region, username, now, created)
    found = readings(text[:MAX_CHARACTERS])
    if secret is not None:
        secret_key_bytes(secret)  # refuses a bad paste before the text is blamed
    if username is not None and username.strip().startswith("ASIA"):
        return _temporary(question)
    if secret is not None and (match := _recompute(question, secret, found)):
        return _matched(question, match)
    if secret is not None and (raw := _raw_secret(found, secret)):
        return _raw(question, raw)
    return _shaped(question, found)


def wrong_username(username: str | None) -> str | None:
    """Why *username* lets nobody in, as a sentence; None for the id of a long-term key.

    A temporary key's id is left to ``identify``, which knows it.
    """
    if username is None or is_key_id(username) or username.strip().startswith("ASIA"):
        return None
    spaced = is_key_id(username.strip())
    why = "it has spaces around it" if spaced else "it is no access key id (AKIA…)"
    return f"The user name is wrong, even if the password is right: {why}."


def _recompute(question: _Question, secret: str, found: tuple[Reading, ...]) -> _Match | None:
    key = secret_key_bytes(secret)
    regions = regions_to_try(question.region)
    kitchen = Kitchen(key, question.region, regions, question.now, question.created)
    held = [(payload, reading) for reading in found for payload in payloads(reading.text)]
    return _by_digest(kitchen, held) or _by_fragment(kitchen, found)


def _by_digest(kitchen: Kitchen, held: list[tuple[Payload, Reading]]) -> _Match | None:
    if not held:
        return None
    digests = tuple(dict.fromkeys(payload.digest for payload, _ in held))
    compare = hmac.compare_digest
    for made, deviations, region in every(kitchen):
        for digest in digests:
            if compare(made, digest):
                payload, reading = next(pair for pair in held if pair[0].digest == digest)
                packing = _packing(payload, deviations)
                return _Match(deviations, (*packing, *reading.damages), region)
    return None


def _packing(payload: Payload, deviations: tuple[Deviation, ...]) -> tuple[Damage, ...]:
    """What is wrong with the packing; for version 2 its own version byte is not."""
    if any(why.kind is Kind.SES_SMTP_V2 for why in deviations) and payload.version == VERSION_2:
        return tuple(d for d in payload.damages if d.kind is not Kind.V4_WRONG_VERSION_BYTE)
    return payload.damages


def _by_fragment(kitchen: Kitchen, found: tuple[Reading, ...]) -> _Match | None:
    for made, deviations, region in plain(kitchen):
        old = any(why.kind is Kind.SES_SMTP_V2 for why in deviations)
        password = base64.b64encode((VERSION_2 if old else V4) + made).decode()
        for reading in found:
            if damage := fragment(reading.text, password):
                return _Match(deviations, (damage, *reading.damages), region)
    return None


def _raw_secret(found: tuple[Reading, ...], secret: str) -> Reading | None:
    return next((reading for reading in found if same(reading.text, secret)), None)


def _matched(question: _Question, match: _Match) -> Identification:
    expected = question.region
    elsewhere = bool(match.region and expected and match.region != expected)
    kind = _kind(match, elsewhere=elsewhere)
    faultless = kind is Kind.SES_SMTP_V4
    return Identification(
        kind,
        Basis.RECOMPUTED,
        _explain(match, expected, elsewhere=elsewhere),
        right=(True if expected else None) if faultless else False,
        region=match.region,
        expected_region=expected,
        detail="; ".join(why.detail for why in match.deviations if why.detail),
        correct=_correct(question, match.region),
    )


def _kind(match: _Match, *, elsewhere: bool) -> Kind:
    """The mistake to name first; the order is that of RULES section 5."""
    kinds = [why.kind for why in match.deviations]
    if Kind.V4_WITHOUT_DATE in kinds:
        return Kind.V4_WITHOUT_DATE
    if kinds:
        return kinds[0]
    if elsewhere:
        return Kind.V4_OTHER_REGION
    if match.damages:
        return match.damages[0].kind
    return Kind.SES_SMTP_V4


def _explain(match: _Match, expected: Region | None, *, elsewhere: bool) -> str:
    where = f" for {match.region}" if match.region else ""
    if not (match.deviations or elsewhere or match.damages):
        if expected:
            return f"the right SES SMTP password{where}, letter for letter"
        return f"the SES SMTP password of this secret key{where}; it works in that Region alone"
    faults = [why.words for why in match.deviations]
    if elsewhere:
        faults.append(
            f"it is for the Region {match.region} while {expected} was asked: "
            "a password works in one Region alone"
        )
    faults += [_damage_words(damage) for damage in match.damages]
    return f"derived from this secret key{where}, but {_listed(faults)}"


def _damage_words(damage: Damage) -> str:
    """The damage as a clause: some say what it has, others what it lost or got."""
    verb = "" if damage.words.startswith(("lost ", "got ")) else "has "
    return f"it {verb}{damage.words}"


def _listed(faults: Iterable[str]) -> str:
    return "; and ".join(faults)


def _correct(question: _Question, region: Region | None) -> str | None:
    where = question.region or region
    if question.secret is None or where is None:
        return None
    return derive_smtp_password(question.secret, region=where).value


def _temporary(question: _Question) -> Identification:
    return Identification(
        Kind.TEMPORARY_KEY,
        Basis.SHAPE,
        "of no use beside this user name, the id of a temporary key (ASIA…): SMTP takes long-term "
        "keys only (AKIA…). Make a new long-term key, and derive the password from its secret",
        right=False,
        expected_region=question.region,
    )


def _raw(question: _Question, reading: Reading) -> Identification:
    also = _listed(_damage_words(damage) for damage in reading.damages)
    return Identification(
        Kind.RAW_SECRET_KEY,
        Basis.RECOMPUTED,
        "the secret access key itself; SES wants the SMTP password that is derived from it"
        + (f" ({also})" if also else ""),
        right=False,
        expected_region=question.region,
        correct=_correct(question, None),
    )


def _shaped(question: _Question, found: tuple[Reading, ...]) -> Identification:
    shaped = best_shape(found)
    if shaped is None:
        return _unknown(question)
    shape, reading = shaped
    whole = shape.kind is Kind.SES_SMTP_V4
    kind = reading.damages[0].kind if whole and reading.damages else shape.kind
    words = shape.words
    right = None if kind is Kind.SES_SMTP_V4 else False
    if reading.damages:
        also = _listed(_damage_words(damage) for damage in reading.damages)
        words = f"{words}; {also}"
    if whole and question.secret is not None:
        return _other_secret(question, reading)
    return Identification(
        kind,
        Basis.SHAPE,
        words,
        right=right,
        expected_region=question.region,
        correct=_correct(question, None),
    )


def _other_secret(question: _Question, reading: Reading) -> Identification:
    also = "".join(f"; {_damage_words(damage)}" for damage in reading.damages)
    return Identification(
        Kind.V4_OTHER_SECRET,
        Basis.RECOMPUTED,
        "of the right form, but not made from this secret key by any known recipe, for any "
        "known Region: it comes from another key, such as the one before a rotation" + also,
        right=False,
        expected_region=question.region,
        correct=_correct(question, None),
    )


def _unknown(question: _Question) -> Identification:
    length = len(question.text)
    return Identification(
        Kind.UNKNOWN,
        Basis.SHAPE if question.secret is None else Basis.RECOMPUTED,
        f"nothing known: {length} characters; an SES SMTP password has 44, begins with B, and "
        "holds letters, digits, + and / only",
        right=False,
        expected_region=question.region,
        correct=_correct(question, None),
    )
