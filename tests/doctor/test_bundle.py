"""Saved evidence: what comes back is what was put in, and nothing bad comes in."""

import json

from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from datetime import UTC, datetime
from typing import Any, get_args, get_origin, get_type_hints

import pytest

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from sendas.dns.answers import Lookup, Question, RecordType
from sendas.doctor.bundle import SCHEMA, BadBundle, dump, load
from sendas.doctor.evidence import Evidence, RegionEvidence, Subject
from sendas.ses.regions import Region
from sendas.ses.suppression import Suppressed
from sendas.smtp.identification import Basis, Identification, Kind
from sendas.smtp.username import NOT_KEPT


INSTANT = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)
EVIDENCE = Evidence(Subject("example.com", Region("us-east-2")), INSTANT)

st.register_type_strategy(datetime, st.datetimes(timezones=st.just(UTC)))
st.register_type_strategy(float, st.floats(allow_nan=False, allow_infinity=False))


def whole(kind: type) -> st.SearchStrategy[Any]:
    """Values of a dataclass with every field drawn, those with a default too."""
    hints = get_type_hints(kind)
    return st.builds(kind, **{field.name: drawn(hints[field.name]) for field in fields(kind)})


SUBJECTS = st.builds(
    Subject,
    domain=st.sampled_from(["example.com", "xn--mnchen-3ya.example"]),
    region=st.sampled_from([Region("us-east-2"), Region("us-gov-west-1")]),
    from_address=st.none() | st.just("Me@example.com"),
    to_address=st.none() | st.just("o'neill+tag@example.net"),
    mailbox=st.none() | st.just("me@mailbox.example"),
    smtp_username=st.none() | st.just("AKIAIOSFODNN7EXAMPLE") | st.just(NOT_KEPT),
    smtp_host=st.none() | st.just("email-smtp.us-east-2.amazonaws.com"),
    smtp_port=st.integers(1, 65_535),
)
"""What may be asked about; whatever else a file says is refused."""


def drawn(hint: Any) -> st.SearchStrategy[Any]:  # noqa: ANN401  any annotation
    """Values of any type that evidence is made of; mappings as plain dictionaries."""
    if hint is Subject:
        return SUBJECTS
    if get_origin(hint) is Mapping:
        keys, values = map(drawn, get_args(hint))
        return st.dictionaries(keys, values, max_size=2)
    if get_origin(hint) is tuple:
        return st.lists(drawn(get_args(hint)[0]), max_size=2).map(tuple)
    if get_args(hint):
        return st.one_of(*map(drawn, get_args(hint)))
    return whole(hint) if isinstance(hint, type) and is_dataclass(hint) else st.from_type(hint)


@st.composite
def anything_seen(draw: st.DrawFn) -> Evidence:
    """Evidence of any content that the types allow; each look-up under its own question."""
    evidence: Evidence = draw(whole(Evidence))
    return replace(evidence, lookups={look.question: look for look in evidence.lookups.values()})


@given(anything_seen())
@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
def test_round_trip(evidence: Evidence) -> None:
    """Whatever was observed, the file says the same."""
    assert evidence == load(dump(evidence).encode(), "a file")


@given(anything_seen())
@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
def test_written_as_pydantic_writes_it(evidence: Evidence) -> None:
    """By hand, and yet the very document that pydantic makes of the same evidence."""
    evidence = replace(evidence, password=None)
    theirs = TypeAdapter(Evidence).dump_python(evidence, mode="json", exclude={"lookups"})

    assert theirs == json.loads(dump(evidence))["evidence"]


def test_never_holds_the_right_password() -> None:
    """It is known while observing, and shown on request only."""
    secret = "BM+eKH2RQuFYqSZdDDULCtOZvS5gdlLEnIeqeGWPAD1z"
    told = Identification(Kind.V4_WITHOUT_DATE, Basis.RECOMPUTED, "no date step", correct=secret)

    text = dump(replace(EVIDENCE, password=told))

    assert secret not in text
    assert "correct" not in text
    assert Kind.V4_WITHOUT_DATE in text


def test_the_same_evidence_is_the_same_file() -> None:
    """So that two bundles can be compared."""
    one, other = (Question(f"{label}.example.com", RecordType.TXT) for label in "ab")
    first = {one: Lookup(one, {}), other: Lookup(other, {})}
    second = dict(reversed(first.items()))

    assert dump(replace(EVIDENCE, lookups=first)) == dump(replace(EVIDENCE, lookups=second))


def broken(**changes: object) -> bytes:
    """A good bundle whose evidence was changed by hand."""
    document = json.loads(dump(EVIDENCE))
    document["evidence"] |= changes
    return json.dumps(document).encode()


def about(**changes: object) -> bytes:
    """A good bundle about another subject."""
    return broken(subject={"domain": "example.com", "region": "us-east-2"} | changes)


def test_every_time_has_its_zone() -> None:
    """Also those deep within: a naive one compares with no instant."""
    region = Region("us-east-2")
    listed = Suppressed("a@example.net", region, "BOUNCE", since=INSTANT)
    seen = RegionEvidence(suppressed={listed.address: listed})
    text = dump(replace(EVIDENCE, regions={region: seen}))
    assert INSTANT == load(text.encode(), "a file").observed_at

    at, _, rest = text.rpartition("2026-11-01T12:00:00Z")
    with pytest.raises(BadBundle, match=r"suppressed\.a@example\.net\.since: a time without"):
        load(f"{at}2026-11-01T12:00:00{rest}".encode(), "a file")


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        (b"", "not JSON"),
        (b"\xff\xfe\x00", "not JSON"),
        (b"From: owner@example.com\n\nHello", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b"[]", "no evidence of sendas"),
        (b'{"schema": "sendas.doctor/1"}', "no evidence of sendas"),
        (b'{"schema": ["sendas.evidence/1"]}', "no evidence of sendas"),
        (b'{"schema": "sendas.evidence/2"}', "use a newer sendas"),
        (b'{"schema": "sendas.evidence/1"}', "broken at evidence: Field required"),
        (broken(observed_at="yesterday"), "broken at evidence.observed_at"),
        (broken(observed_at=None), "broken at evidence.observed_at"),
        (broken(surprise=1), "broken at evidence.surprise"),
        (broken(subject={"domain": "example.com"}), "broken at evidence.subject.region"),
        (broken(symptoms=[1, 2]), "(and 1 more)"),
        (broken(subject={"domain": 5, "region": "us-east-2"}), "evidence.subject.domain"),
        (broken(observed_at="2026-11-01T12:00:00"), "broken at evidence.observed_at: a time with"),
        (about(smtp_port=0), "evidence.subject: smtp_port 0"),
        (about(smtp_port=-1), "evidence.subject: smtp_port -1"),
        (about(smtp_port=65_536), "evidence.subject: smtp_port 65536"),
        (about(domain=""), "evidence.subject: '' is not a domain name"),
        (about(domain="exam\x1b[2Jple.com"), "evidence.subject: 'exam\\x1b[2Jple.com'"),
        (about(domain="a\n" * 10_000), "evidence.subject: 'a\\na"),
        (about(region="Ohio"), "evidence.subject: 'Ohio'"),
        (about(region=""), "evidence.subject"),
        (about(from_address="me\x00@example.com"), "subject: from_address 'me\\x00@example.com'"),
        (about(to_address="a b@example.net"), "evidence.subject: to_address 'a b@example.net'"),
        (about(mailbox="me\n@example.com"), "evidence.subject: mailbox"),
        (about(smtp_username="AKIA\x1b"), "evidence.subject: smtp_username"),
        (about(smtp_host="a b"), "evidence.subject: smtp_host 'a b'"),
    ],
)
def test_refuses_what_is_not_evidence(raw: bytes, told: str) -> None:
    """One line that names the file and the place."""
    with pytest.raises(BadBundle) as refusal:
        load(raw, "evidence.json")

    message = str(refusal.value)
    assert message.startswith("evidence.json is ")
    assert told in message
    assert "\n" not in message


@given(
    st.binary() | st.recursive(st.text(), lambda x: st.lists(x) | st.dictionaries(st.text(), x))
)
def test_arbitrary_input_is_refused_in_words(thing: object) -> None:
    """It returns evidence or raises its own error, nothing else."""
    document = {"schema": SCHEMA, "evidence": thing, "lookups": thing}
    raw = thing if isinstance(thing, bytes) else json.dumps(document).encode()

    with pytest.raises(BadBundle):
        load(raw, "a file")
