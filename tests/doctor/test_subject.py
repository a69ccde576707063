"""What people type as a domain, an address, a Region."""

import pytest

from sendas.doctor.subject import BadSubject, Words, read_subject
from sendas.errors import UsageError


def test_the_domain_may_be_left_to_from() -> None:
    """An address says its domain; its local-part keeps its case."""
    subject = read_subject(Words(region="us-east-2", from_address="Me@Example.com"), None)

    assert ("example.com", "Me@example.com") == (subject.domain, subject.from_address)


@pytest.mark.parametrize(
    ("words", "fallback", "region"),
    [
        (Words("example.com", "eu-west-1"), "us-east-1", "eu-west-1"),
        (Words("example.com", smtp_host="email-smtp.us-east-2.amazonaws.com"), None, "us-east-2"),
        (Words("example.com", smtp_host="smtp.example.com"), "us-east-1", "us-east-1"),
        (Words("example.com"), "us-east-1", "us-east-1"),
    ],
)
def test_where_the_region_comes_from(words: Words, fallback: str | None, region: str) -> None:
    """The option, else the SMTP host, else the environment or the profile."""
    assert region == read_subject(words, fallback).region


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (Words(region="us-east-2"), "which domain"),
        (Words("example.com"), "which Region"),
        (Words("example.com", "Ohio"), "'Ohio' is not a Region code"),
        (Words("example.com", "us-east-2", from_address="me"), "--from 'me'"),
        (Words("example.com", "us-east-2", to_address="@example.net"), "--to '@example.net'"),
        (Words("example.com", "us-east-2", mailbox="a b@gmail.com"), "--mailbox 'a b@gmail.com'"),
        (Words("example.com", "us-east-2", smtp_username=" "), "--smtp-username"),
        (Words("example.com", "us-east-2", smtp_host="a b"), "--smtp-host 'a b'"),
    ],
)
def test_what_is_missing_or_malformed_is_named(words: Words, told: str) -> None:
    """One line, and the option it is about."""
    with pytest.raises(UsageError, match=told):
        read_subject(words, None)


def test_an_address_outside_the_domain_is_another_question() -> None:
    """SES would judge it by another identity: nothing about example.com answers for it."""
    with pytest.raises(BadSubject, match=r"--from me@example\.org is not at example\.com"):
        read_subject(Words("example.com", "us-east-1", from_address="me@example.org"), None)

    below = Words("example.com", "us-east-1", from_address="me@news.example.com")
    assert "me@news.example.com" == read_subject(below, None).from_address
