"""The redacted twin: judged alike, and telling of nobody."""

from datetime import UTC, datetime

import pytest

from hypothesis import given
from hypothesis import strategies as st

from sendas.doctor.bundle import dump
from sendas.doctor.evidence import Evidence, Subject, Symptom
from sendas.doctor.redact import redact
from sendas.doctor.run import examine
from sendas.doctor.stand_ins import Domains, People
from sendas.ses.receiving import Bucket
from sendas.ses.regions import Region


def test_is_judged_alike(set_up: Evidence) -> None:
    """Every rule ends the same way, and the roots are the same."""
    original, twin = examine(set_up), examine(redact(set_up))

    assert original.roots == twin.roots
    assert [(f.code, f.status) for f in original.findings] == [
        (f.code, f.status) for f in twin.findings
    ]


def test_tells_of_nobody(set_up: Evidence) -> None:
    """No name, number or token of the set-up is in the file."""
    text = dump(redact(set_up)).lower()

    for name in (
        "tulpenhof", "bakkerij", "anneke", "piet", "devries", "jansen", "998877665544",
        "qylpmn5hhhfpzam2", "z08abcdefghij1klmnop", "1234567890", "0100018f7c1b2a3d", "q1w2e3r4",
    ):  # fmt: skip
        assert name not in text


def test_is_its_own_twin(set_up: Evidence) -> None:
    """Redacting twice is redacting once."""
    twin = redact(set_up)

    assert twin == redact(twin)


def shown(text: str) -> str:
    """How *text* reads in the twin of evidence about tulp.nl."""
    evidence = Evidence(
        Subject("tulp.nl", Region("us-east-2")),
        datetime(2026, 11, 1, tzinfo=UTC),
        symptoms=(Symptom("ses", text),),
        buckets={"mail": Bucket("mail", exists=True, policy=None)},
    )
    return redact(evidence).symptoms[0].text


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("_dmarc.tulp.nl", "_dmarc.example.nl"),
        ("x._domainkey.tulp.nl.tulp.nl", "x._domainkey.example.nl.example.nl"),
        ("TULP.NL", "example.nl"),
        ("0 tulp-nl.mail.protection.outlook.com", "0 example-nl.mail.protection.outlook.com"),
        ("oldtulp.nl tulp.nlx", "oldtulp.nl tulp.nlx"),
        ("an@tulp.nl, An@tulp.nl", "person-1@example.nl, Person-1@example.nl"),
        ("an@tulp.nl, an+x@gmail.com", "person-1@example.nl, person-1+detail-1@gmail.com"),
        ("postmaster@tulp.nl", "postmaster@example.nl"),
        ("bounce@simulator.amazonses.com", "bounce@simulator.amazonses.com"),
        ('{"StringLike": "*@tulp.nl"}', '{"StringLike": "*@example.nl"}'),
        ("112233445566:identity/an@tulp.nl", "111122220001:identity/person-1@example.nl"),
        ("arn:aws:iam::112233445566:user/team/an", "arn:aws:iam::111122220001:user/team/user-1"),
        ("arn:aws:s3:::mail/in", "arn:aws:s3:::bucket-1/in"),
        ("the mail was refused", "the mail was refused"),
        ("user AKIALABLABLABLABLAB2", "user AKIAEXAMPLE000000001"),
        ("MS=ms12345678", "MS=redacted"),
        ("v=spf1 include:amazonses.com -all", "v=spf1 include:amazonses.com -all"),
        ("Email address is not verified: tulp.nl", "Email address is not verified: example.nl"),
    ],
)  # fmt: skip
def test_replaces_names_inside_texts(text: str, told: str) -> None:
    """Whole names only, wherever they stand, with all around them kept."""
    assert told == shown(text)


def test_a_domain_below_an_unknown_zone_hides_its_parents() -> None:
    """Without the zone nobody knows how many labels are the owner's."""
    domains = Domains(["mail.tulp.co.uk"])

    assert "example.zone1.co.uk" == domains.of("mail.tulp.co.uk")
    assert "zone1.co.uk" == domains.of("Tulp.co.uk")


@given(st.lists(st.sampled_from(["an", "An", "AN", "bob", "an+x", "person-1", "bob*"])))
def test_people_stay_apart(locals_: list[str]) -> None:
    """The same local-part has the same stand-in, and different ones differ."""
    people = People()
    stand_ins = {local: people.of(local) for local in locals_}

    assert len(stand_ins) == len(set(stand_ins.values()))
    assert all(people.of(local) == stand_in for local, stand_in in stand_ins.items())


@given(st.text())
def test_any_text_can_be_redacted(text: str) -> None:
    """It never fails, whatever was observed."""
    assert isinstance(shown(text), str)
