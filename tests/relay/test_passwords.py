"""Passwords of our own, guessing, and who may send as whom: pure."""

import base64
import hashlib

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from hypothesis import given
from hypothesis import strategies as st

from sendas.config.networks import parse_peer
from sendas.mail.address import Address
from sendas.relay.decide import guessing, passwords
from sendas.relay.decide.senders import (
    BadSender,
    may_send_as,
    parse_sender,
    refused_author,
    refused_envelope,
)


NOW = datetime(2026, 11, 29, 10, tzinfo=UTC)
ME = Address("me@example.com")


def password(
    secret: str, mailbox: str = "me@example.com", label: str = "gmail"
) -> passwords.Password:
    """A password as it is kept."""
    return passwords.make_password(
        secret, b"s" * 16, mailbox=Address(mailbox), label=label, senders=(mailbox,),
        after_ses=False, now=NOW,
    )  # fmt: skip


@given(st.binary(min_size=20, max_size=20))
def test_a_secret_has_160_bits(random: bytes) -> None:
    """It is the base32 of all the random bytes: none is lost, and it is easily typed."""
    secret = passwords.secret_from(random)

    assert random == base64.b32decode(secret.upper())
    assert 32 == len(secret)
    assert secret.isalnum()
    assert secret == secret.lower()


def test_fewer_random_bytes_are_a_mistake_of_ours() -> None:
    """A short one would be a weak password."""
    with pytest.raises(ValueError, match="20 random bytes"):
        passwords.secret_from(b"x" * 12)


def test_what_is_kept_lets_nobody_in() -> None:
    """Neither the record nor its repr holds the secret, and the digest is no password."""
    secret = passwords.secret_from(bytes(range(20)))
    kept = password(secret)

    assert secret not in repr(kept)
    assert kept.digest == hashlib.sha256(b"s" * 16 + secret.encode()).digest()
    assert passwords.matching(kept.digest.hex(), "me@example.com", [kept]) is None


@pytest.mark.parametrize("typed", ["{}", " {} ", "{a} {b}", "{a}-{b}", "{u}"])
def test_blanks_dashes_and_case_do_not_count(typed: str) -> None:
    """People type from paper; no bit of the secret is in them."""
    secret = passwords.secret_from(bytes(range(20)))
    kept = password(secret)
    text = typed.format(secret, a=secret[:16], b=secret[16:], u=secret.upper())

    assert kept == passwords.matching(text, "ME@Example.COM", [kept])


def test_each_mailbox_has_its_own() -> None:
    """The secret of one mailbox is nobody else's; of several labels the right one is found."""
    one, two = password("a" * 32), password("b" * 32, label="printer")
    other = password("c" * 32, "you@example.com")

    assert two == passwords.matching("b" * 32, "me@example.com", [one, two, other])
    assert passwords.matching("c" * 32, "me@example.com", [one, two, other]) is None
    assert passwords.matching("a" * 32, "ghost@example.com", [one, two, other]) is None


@given(st.text(max_size=60), st.text(max_size=60))
def test_any_text_is_a_wrong_password(secret: str, user: str) -> None:
    """Whatever a stranger sends is answered, and never let in."""
    assert passwords.matching(secret, user, [password("a" * 32)]) is None


@pytest.mark.parametrize("label", ["", "-", "a_b", "x" * 33, "grüße", "a\r\nb"])
def test_a_label_is_fit_for_a_tag(label: str) -> None:
    """SES's tags hold letters, digits and dashes (API v2, MessageTag)."""
    with pytest.raises(passwords.BadLabel):
        passwords.parse_label(label)


# Who may send as whom -------------------------------------------------------------


@pytest.mark.parametrize(
    ("senders", "address", "allowed"),
    [
        (("me@example.com",), "me@example.com", True),
        (("me@example.com",), "ME@EXAMPLE.com", True),
        (("me@example.com",), "me+x@example.com", False),
        (("me@example.com",), "you@example.com", False),
        (("*@example.com",), "you@example.com", True),
        (("*@example.com",), "you@sub.example.com", False),
        (("*@example.com",), "you@evilexample.com", False),
        (("*@xn--mnchen-3ya.example",), "ich@münchen.example", True),
        ((), "me@example.com", False),
        (("me@example.com",), "", False),
        (("*@example.com",), "@example.com", False),
        (("*@example.com",), "x@", False),
        (("*@example.com",), '"a b"@example.com', False),
        (("*@example.com",), '"me"@example.com', False),
        (("*@example.com",), "jürgen@example.com", False),
        (("*@example.com",), "a..b@example.com", False),
    ],
)
def test_senders(senders: tuple[str, ...], address: str, allowed: bool) -> None:  # noqa: FBT001
    """Whole addresses, or a whole domain; never the end of a name."""
    assert allowed is may_send_as(senders, address)


def test_the_refusal_says_what_is_allowed() -> None:
    """The user has logged in, so it may know; the reply is one for ever (5yz)."""
    reply = refused_envelope("me@example.com", ("me@example.com",), "boss@example.com")

    assert reply is not None
    assert (550, "5.7.1") == (reply.code, reply.status)
    assert "boss@example.com" in reply.text
    assert "it may send as me@example.com" in reply.text
    assert refused_envelope("me@example.com", ("me@example.com",), "") is None


@pytest.mark.parametrize(
    "address", ['"a b"@example.com', "jürgen@example.com", "a..b@example.com"]
)
def test_what_ses_cannot_send_as_is_refused_at_once(address: str) -> None:
    """FACTS 6: no quotes and ASCII only before the @; SES would refuse it for ever."""
    for reply in (
        refused_envelope("me", ("*@example.com",), address),
        refused_author("me", ("*@example.com",), "From", ["me@example.com", address]),
    ):
        assert reply is not None
        assert (553, "5.1.7") == (reply.code, reply.status)
        assert 1 == reply.encode().count(b"\r\n")


@pytest.mark.parametrize("text", ["example.com", "*@", "*", "@example.com", "a b@example.com"])
def test_a_bad_sender_is_named(text: str) -> None:
    """What is neither an address nor a domain is refused where it is written."""
    with pytest.raises(BadSender, match=r"\*@example.com"):
        parse_sender(text)


# Guessing --------------------------------------------------------------------------

HOME, GOOGLE = "198.51.100.0/24", "203.0.113.0/24"


def test_guessing_is_slowed_and_then_hung_up_on() -> None:
    """PEERS 2.1 b: thirty wrong passwords in two seconds, as others allow, cost minutes here."""
    guess = guessing.Guessing(b"salt")
    verdicts = [guess.failed(HOME, "me", f"wrong{n}", n / 10) for n in range(30)]

    assert [0.0, 0.0, 1.0, 2.0, 4.0, 8.0, 15.0] == [v.delay_seconds for v in verdicts[:7]]
    assert [False] * 10 + [True] * 20 == [v.hang_up for v in verdicts]


def test_a_stale_client_is_no_attacker() -> None:
    """One wrong secret, repeated all day, counts once, as Dovecot does it."""
    guess = guessing.Guessing(b"salt")
    verdicts = {guess.failed(GOOGLE, "me", "the old one", float(n * 60)) for n in range(1000)}

    assert {guessing.Verdict(0.0, hang_up=False)} == verdicts


def test_a_stranger_cannot_lock_the_owner_out() -> None:
    """Mailu#2880: failures from elsewhere do not count for the owner's network."""
    guess = guessing.Guessing(b"salt")
    for n in range(1000):
        guess.failed(HOME, "me", f"wrong{n}", float(n) / 100)

    assert guessing.Verdict(0.0, hang_up=False) == guess.failed(GOOGLE, "me", "typo", 11.0)


def test_no_user_shuts_out_the_other_users_of_a_network() -> None:
    """Two hundred stale users at Google's network: one that was let in before is not slowed."""
    guess = guessing.Guessing(b"salt")
    guess.let_in(GOOGLE, "me", 0.0)
    for n in range(200):
        guess.failed(GOOGLE, f"user{n}", "stale", float(n) / 100)

    assert guessing.Verdict(0.0, hang_up=False) == guess.failed(GOOGLE, "me", "typo", 3.0)
    assert guess.failed(GOOGLE, "user999", "wrong", 3.0).hang_up


def test_quiet_time_forgives() -> None:
    """After a quarter of an hour nothing is held against a pair."""
    guess = guessing.Guessing(b"salt")
    for n in range(30):
        guess.failed(HOME, "me", f"wrong{n}", 0.0)

    later = 1.0 + guessing.FORGET_SECONDS
    assert guessing.Verdict(0.0, hang_up=False) == guess.failed(HOME, "me", "typo", later)


def test_memory_is_bounded() -> None:
    """A botnet that invents users and networks fills no memory."""
    guess = guessing.Guessing(b"salt")
    for n in range(70_000):
        guess.failed(f"network {n}", f"user {n}", "x", 0.0)

    assert len(guess) <= 60_000


def test_what_counts_as_one_network() -> None:
    """IPv4 in IPv6's clothes is IPv4; one customer's /48 is one network."""
    assert HOME == guessing.network_of(parse_peer("::ffff:198.51.100.77"))
    assert "2001:db8:1::/48" == guessing.network_of(parse_peer("2001:db8:1:ffff::9"))


def test_records_compare_by_value() -> None:
    """A record that was used is the same but for when."""
    kept = password("a" * 32)

    assert kept.name == replace(kept, last_used_at=NOW).name == "me@example.com/gmail"
