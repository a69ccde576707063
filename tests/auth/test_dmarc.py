"""DMARC records, and what a mail gets from them."""

import contextlib

import pytest

from hypothesis import given
from hypothesis import strategies as st

from sendas.auth.dmarc import (
    Alignment,
    MalformedDmarc,
    Policy,
    claims_dmarc,
    corrected,
    near_miss,
    parse_dmarc,
    with_tags,
)
from sendas.auth.dmarc_walk import (
    Authenticated,
    DmarcResult,
    DmarcVerdict,
    Walked,
    evaluate,
    tree_walk,
    walk_names,
)
from sendas.dns.answers import Absent, Answer, Question, Records
from sendas.dns.asking import drive
from sendas.outcome import NoAnswer, Why


@given(st.text())
def test_reads_or_says_why_not(text: str) -> None:
    """Any text is a record or a MalformedDmarc, never anything else."""
    for candidate in (text, f"v=DMARC1;{text}"):
        with contextlib.suppress(MalformedDmarc):
            parse_dmarc(candidate)


@given(st.text())
def test_a_corrected_record_is_read(text: str) -> None:
    """Advice never hands out what receivers would refuse."""
    parse_dmarc(corrected(text))


def test_reads_every_tag() -> None:
    """The tags of RFC 9989; those it dropped are named, not refused."""
    record = parse_dmarc(
        "v=DMARC1; p=reject; sp=none; np=quarantine; adkim=s; aspf=r; pct=50; t=y; psd=n; x=1;"
        " rua=mailto:a@example.com!10m, mailto:b@example.net"
    )

    assert (Policy.REJECT, Policy.NONE) == (record.policy, record.subdomain_policy)
    assert Policy.QUARANTINE is record.for_subdomain(exists=False)
    assert (Alignment.STRICT, Alignment.RELAXED) == (record.dkim_alignment, record.spf_alignment)
    assert ("a@example.com", "b@example.net") == record.aggregate_reports
    assert (("pct",), ("x",)) == (record.obsolete, record.unknown)
    assert record.testing
    assert record.public_suffix is False


def test_reports_save_a_record_without_policy() -> None:
    """RFC 7489, 6.6.3, kept by RFC 9989: a valid rua= makes it p=none."""
    assert Policy.NONE is parse_dmarc("v=DMARC1; rua=mailto:a@example.com").policy
    with pytest.raises(MalformedDmarc, match="p= is missing"):
        parse_dmarc("v=DMARC1; adkim=r")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("v=DMARC1 p=none", "semicolon"),
        ("v=DMARC1, p=none", "semicolon"),
        ("v=dmarc1; p=none", "capitals"),
        ('"v=DMARC1; p=none"', "quotation"),
        (" v=DMARC1; p=none", "blank"),
        ("DMARC1; p=none", "begin"),
    ],
)
def test_shows_a_near_miss(text: str, why: str) -> None:
    """A record that was meant is explained, and its correction is the same record."""
    assert not claims_dmarc(text)
    assert why in (near_miss(text) or "")
    assert "v=DMARC1; p=none" == corrected(text)


@pytest.mark.parametrize("text", ["v=spf1 -all", "google-site-verification=x", "v=DMARC1; p=none"])
def test_other_texts_are_no_near_miss(text: str) -> None:
    """Unrelated records, and right ones, are left alone."""
    assert near_miss(text) is None


def test_changing_a_tag_keeps_the_rest() -> None:
    """Advice on one tag leaves every other as it was."""
    text = "v=DMARC1; p=reject; aspf=s; rua=mailto:a@example.com"

    assert "v=DMARC1; p=reject; rua=mailto:a@example.com" == with_tags(text, aspf=None)


def ask(**records: str | NoAnswer) -> dict[str, str | NoAnswer]:
    """Records by domain, dots written as underscores."""
    return {f"_dmarc.{name.replace('_', '.')}": text for name, text in records.items()}


def judged(world: dict[str, str | NoAnswer], author: str, spf: str, dkim: str) -> DmarcVerdict:
    """The verdict on a mail whose SPF and DKIM domains passed."""
    return drive(
        evaluate(author, Authenticated(spf, "pass"), [Authenticated(dkim, "pass")]), answers(world)
    )


def answers(world: dict[str, str | NoAnswer]):  # noqa: ANN201  a closure for drive
    """What drive() asks."""

    def answer(question: Question) -> Answer:
        text = world.get(question.name)
        if isinstance(text, NoAnswer):
            return text
        return Records((text,), 60) if text else Absent(name_exists=False, negative_ttl=60)

    return answer


def test_a_walk_takes_at_most_eight_questions() -> None:
    """Nine labels and more jump to the last seven (RFC 9989, 4.10)."""
    names = walk_names("a.b.c.d.e.f.g.h.i.mail.example.com")

    assert 8 == len(names)
    assert "g.h.i.mail.example.com" == names[2]
    assert "com" == names[-1]
    assert ("example.com", "com") == walk_names("example.com")


NONE = "v=DMARC1; p=none"
MAIL = "mail.example.com"


@pytest.mark.parametrize(
    ("world", "domain", "organization"),
    [
        ({}, MAIL, MAIL),
        (ask(example_com=NONE), MAIL, "example.com"),
        (ask(example_com=NONE, mail_example_com=NONE), MAIL, "example.com"),
        (ask(example_com=NONE, mail_example_com=f"{NONE}; psd=n"), f"a.{MAIL}", MAIL),
        (ask(co_uk=f"{NONE}; psd=y"), "mail.example.co.uk", "example.co.uk"),
    ],
)
def test_finds_the_organizational_domain(
    world: dict[str, str | NoAnswer], domain: str, organization: str
) -> None:
    """By walking up: the highest record, or what psd= says."""
    walked = drive(tree_walk(domain), answers(world))

    assert isinstance(walked, Walked)
    assert organization == walked.organizational_domain


@pytest.mark.parametrize(
    ("tags", "spf", "dkim", "result"),
    [
        ("p=reject", "bounce.example.com", "example.org", DmarcResult.PASS),
        ("p=reject", "amazonses.com", "example.com", DmarcResult.PASS),
        ("p=reject", "amazonses.com", "amazonses.com", DmarcResult.FAIL),
        ("p=reject; aspf=s", "bounce.example.com", "amazonses.com", DmarcResult.FAIL),
        ("p=reject; aspf=s; adkim=s", "bounce.example.com", "example.com", DmarcResult.PASS),
    ],
)
def test_aligns(tags: str, spf: str, dkim: str, result: DmarcResult) -> None:
    """One aligned pass is enough; strict takes no subdomain."""
    verdict = judged(ask(example_com=f"v=DMARC1; {tags}"), "example.com", spf, dkim)

    assert result is verdict.result
    assert (Policy.REJECT if result is DmarcResult.FAIL else Policy.NONE) is verdict.disposition


def test_a_subdomain_takes_sp() -> None:
    """The organizational domain's sp= governs, and np= where the name does not exist."""
    world = ask(example_com="v=DMARC1; p=reject; sp=quarantine; np=none")

    assert Policy.NONE is judged(world, "x.example.com", "a.example", "b.example").policy


def test_test_mode_takes_one_level_off() -> None:
    """With t=y, reject becomes quarantine."""
    world = ask(example_com="v=DMARC1; p=reject; t=y")

    assert Policy.QUARANTINE is judged(world, "example.com", "a.example", "b.example").disposition


def test_silence_is_a_temporary_error() -> None:
    """Nobody answered at _dmarc: neither pass, fail nor none."""
    world = ask(example_com=NoAnswer(Why.TIMEOUT, "x"))

    assert DmarcResult.TEMPERROR is judged(world, "example.com", "a.example", "b.example").result
