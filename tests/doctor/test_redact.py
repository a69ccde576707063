"""The redacted twin: judged alike, and telling of nobody."""

import itertools
import json
import re

from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from datetime import UTC, datetime
from enum import Enum
from typing import Any

import pytest

from hypothesis import given
from hypothesis import strategies as st

from sendas.doctor.bundle import dump
from sendas.doctor.evidence import Evidence, Subject, Symptom
from sendas.doctor.redact import _KEPT, redact
from sendas.doctor.render import html_page, json_document, terminal
from sendas.doctor.run import examine
from sendas.doctor.stand_ins import Hosts, People
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
        ("tulp.co.uk shop.tulp.co.uk", "example2.co.uk label-1.example2.co.uk"),
        ("tulp.com.au and tulp.co.jp", "example2.com.au and example3.co.jp"),
        ("oldtulp.nl tulp.nl", "example2.nl example.nl"),
        ("an@tulp.nl, An@tulp.nl", "person-1@example.nl, Person-1@example.nl"),
        ("an@tulp.nl, an+x@gmail.com", "person-1@example.nl, person-1+detail-1@gmail.com"),
        ("postmaster@tulp.nl", "postmaster@example.nl"),
        ("bounce@simulator.amazonses.com", "bounce@simulator.amazonses.com"),
        ('{"StringLike": "*@tulp.nl"}', '{"StringLike": "*@example.nl"}'),
        (
            "arn:aws:ses:us-east-2:112233445566:identity/an@tulp.nl",
            "arn:aws:ses:us-east-2:111122220001:identity/person-1@example.nl",
        ),
        (
            "arn:aws:iam::112233445566:user/team/an",
            "arn:aws:iam::111122220001:user/name-1/user-1",
        ),
        ("arn:aws:s3:::mail/in/*", "arn:aws:s3:::bucket-1/name-1/*"),
        ("the mail was refused", "the mail was refused"),
        ("550 5.1.1 Jane Doe is unknown here", "550 5.1.1 (hidden) (hidden) is unknown here"),
        ("user AKIALABLABLABLABLAB2", "user AKIAEXAMPLE000000001"),
        ("by 203.0.113.7 and 2001:db8:1::2", "by 198.51.100.1 and 2001:db8::1"),
        ("v=spf1 include:amazonses.com -all", "v=spf1 include:amazonses.com -all"),
        ("v=spf1 include:spf.tulp.nl -all", "v=spf1 include:spf.example.nl -all"),
        ("Email address is not verified: tulp.nl", "Email address is not verified: example.nl"),
        ("10 inbound-smtp.us-east-2.amazonaws.com", "10 inbound-smtp.us-east-2.amazonaws.com"),
        # Everyday words all of them, which together name a set-up or a domain.
        ("sendas-address-check-nl is missing", "name-1 is missing"),
        ("sendas-address-check-nl-received has 3 mails", "name-1-received has 3 mails"),
        ("check.address-book.nl, ADDRESS-BOOK", "label-1.example2.nl, example2"),
        (
            "address-book.nl by address-book-nl.mail.protection.outlook.com",
            "example2.nl by example2-nl.mail.protection.outlook.com",
        ),
        ("queued as 7C0Q9XK2ab12, id 1xAbCd-0001Zz", "queued as (hidden), id (hidden)-(hidden)"),
    ],
)
def test_replaces_names_inside_texts(text: str, told: str) -> None:
    """Whole names only, wherever they stand, with all around them kept."""
    assert told == shown(text)


def test_microsofts_spelling_follows_the_domain() -> None:
    """example-com.mail.protection.outlook.com belongs to example.com, in both."""
    hosts = Hosts()

    assert "example.nl" == hosts.of("tulp.nl")
    assert "example-nl.mail.protection.outlook.com" == hosts.of(
        "tulp-nl.mail.protection.outlook.com"
    )


MARKED = ("zqxv", "qzjk", "xqvz")
"""Beginnings of the marks: no word of any language, and none of ours."""


class Planter:
    """Writes a unique mark into every text of a piece of evidence that is no closed word."""

    def __init__(self) -> None:
        self._numbers = itertools.count()
        self.marks: list[str] = []

    def mark(self) -> str:
        """A new one, of letters alone."""
        number = next(self._numbers)
        letters = "".join("bcdfghklmn"[int(digit)] for digit in f"{number:05}")
        self.marks.append(MARKED[number % len(MARKED)] + letters)
        return self.marks[-1]

    def planted(self, value: Any, where: tuple[type, str] = (object, "")) -> Any:  # noqa: ANN401  whatever evidence is made of
        """*value*, marked."""
        if isinstance(value, Enum) or where in _KEPT:
            return value
        if isinstance(value, str):
            return self._text(value)
        if isinstance(value, tuple):
            return tuple(self.planted(each) for each in value)
        if isinstance(value, Mapping):
            regions = where == (Evidence, "regions")
            return {
                key if regions else self.planted(key): self.planted(each)
                for key, each in value.items()
            }
        if is_dataclass(value) and not isinstance(value, type):
            changed = {
                f.name: self.planted(getattr(value, f.name), (type(value), f.name))
                for f in fields(value)
                if f.init
            }
            return replace(value, **changed)
        return value

    def _text(self, text: str) -> str:
        mark = self.mark
        if text.startswith("{"):
            policy = json.loads(text)
            for statement in policy["Statement"]:
                statement["Sid"] = mark()
                statement["Resource"] = f"arn:aws:ses:us-east-2:123456789012:identity/{mark()}.nl"
            return json.dumps(policy)
        if text.startswith("arn:"):
            return f"arn:aws:sns:us-east-2:123456789012:{mark()}-{mark()}"
        if "@" in text and " " not in text:
            return f"{mark()}.{mark()}+{mark()}@{mark()}.{mark()}.co.uk"
        if re.fullmatch(r"[\w.-]+\.[a-z]{2,}", text):
            return f"{mark()}.{mark()}.com.au"
        if re.fullmatch(r"[\w/-]*", text):
            return f"{mark()}-{mark()}"
        name, host, stack, queue = mark().title(), mark(), mark(), mark()
        return f"{text} {name} {host}.org sendas-{stack}-nl {queue}7 <{mark()}@x.{mark()}.de>"


def test_no_mark_that_was_planted_is_in_any_output(set_up: Evidence) -> None:
    """Every field an answer can have gets marks of its own; the twin shows none."""
    planter = Planter()
    twin = redact(planter.planted(set_up))
    diagnosis = examine(twin)
    look = terminal.Look(width=200, colour=False, unicode=True, whole=True)
    outputs = (
        dump(twin), repr(twin), json_document.render(diagnosis),
        html_page.render(diagnosis, made="today"), terminal.render(diagnosis, look),
    )  # fmt: skip

    assert len(planter.marks) > 100
    for output in outputs:
        lower = output.lower()
        assert [] == [mark for mark in planter.marks if mark in lower]


def test_every_field_of_evidence_is_accounted_for() -> None:
    """A closed word is kept by name, all else is hidden: a new field, too."""
    shown = {f"{kind.__name__}.{name}" for kind, name in _KEPT}

    assert len(shown) == len(_KEPT)
    assert all(name in {f.name for f in fields(kind)} for kind, name in _KEPT)


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
