"""Aliases: made and read again, and believed only as they were made."""

from datetime import UTC, date, datetime

import pytest

from hypothesis import given
from hypothesis import strategies as st

from sendas.mail.address import is_plain_address
from sendas.reply.alias import Alias, Aliases, Kind, Standing, address_hash, month_end
from sendas.reply.keys import SigningKeys


KEYS = SigningKeys("a", {"a": "k" * 32, "b": "old" * 11, "c": "out" * 11}, frozenset("c"))
OURS = Aliases("example.com", KEYS)
ME, SHE = "me@example.com", "she@example.com"
NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
LATER = date(2027, 5, 31)

atoms = st.text(
    "abcdefghijklmnopqrstuvwxyzABCXYZ0123456789!#$%&'*+/=?^_`{|}~-", min_size=1, max_size=30
)
labels = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,18}[a-z0-9])?", fullmatch=True)
addresses = st.builds(
    lambda local, domain: f"{'.'.join(local)}@{'.'.join(domain)}",
    st.lists(atoms, min_size=1, max_size=3),
    st.lists(labels, min_size=2, max_size=3),
).filter(is_plain_address)


def read(alias: str, *mailboxes: str, now: datetime = NOW) -> tuple[Standing, Alias | None] | None:
    """What the local-part of *alias* is worth."""
    return OURS.read(alias.rpartition("@")[0], mailboxes or (ME, SHE), now)


@given(addresses, st.sampled_from(Kind), st.sampled_from([ME, SHE]))
def test_what_was_made_is_read_again(address: str, kind: Kind, mailbox: str) -> None:
    """Whatever the correspondent is called, the alias leads to it, and to one mailbox."""
    made = OURS.make(kind, mailbox, address, LATER)
    found = read(made.address)

    assert found is not None
    standing, alias = found
    assert Standing.GOOD is standing
    assert alias is not None
    assert (kind, mailbox, LATER) == (alias.kind, alias.mailbox, alias.expires)
    if made.to_keep is None:
        assert address == alias.address
    else:
        assert ("", address_hash(address)) == (alias.address, alias.kept_hash)
        assert (alias.kept_hash, address) == made.to_keep


@given(addresses, st.sampled_from(Kind))
def test_it_is_an_address_that_everybody_takes(address: str, kind: Kind) -> None:
    """At most 64 octets before the @, lower case, nothing that clients strip or quote."""
    alias = OURS.make(kind, ME, address, LATER).address

    assert is_plain_address(alias)
    assert len(alias.rpartition("@")[0]) <= 64
    assert alias == alias.lower()
    assert "+" not in alias


@given(addresses, st.data())
def test_no_altered_alias_is_believed(address: str, data: st.DataObject) -> None:
    """One character changed anywhere: forged, of no key, or no alias at all."""
    local = OURS.make(Kind.REPLY, ME, address, LATER).address.rpartition("@")[0]
    place = data.draw(st.integers(0, len(local) - 1))
    other = data.draw(st.sampled_from([c for c in "abc27x_.-" if c != local[place]]))
    found = OURS.read(local[:place] + other + local[place + 1 :], (ME, SHE), NOW)

    assert found is None or found[0] in {Standing.FORGED, Standing.REVOKED}


def test_every_bit_of_a_token_counts() -> None:
    """All 20 characters, each replaced by all others: nothing of 620 is believed."""
    local = OURS.make(Kind.REPLY, ME, "jane@example.net", LATER).address.rpartition("@")[0]
    start = len(local) - 20
    worth = [
        OURS.read(local[:n] + c + local[n + 1 :], (ME,), NOW)
        for n in range(start, len(local))
        for c in "abcdefghijklmnopqrstuvwxyz234567"
        if c != local[n]
    ]

    assert 620 == len(worth)
    assert {Standing.FORGED, Standing.REVOKED} == {one[0] for one in worth if one}


def test_another_mailbox_cannot_use_it() -> None:
    """It is bound to its mailbox, to its domain and to its kind."""
    alias = OURS.make(Kind.REPLY, ME, "jane@example.net", LATER).address
    local = alias.rpartition("@")[0]
    elsewhere = Aliases("example.org", KEYS)

    assert (Standing.FORGED, None) == OURS.read(local, (SHE,), NOW)
    assert (Standing.FORGED, None) == elsewhere.read(local, (ME,), NOW)
    assert (Standing.FORGED, None) == OURS.read(f"to.{local}", (ME,), NOW)


def test_capitals_folded_on_the_way_do_no_harm() -> None:
    """SES and clients change case; the alias leads to the same correspondent."""
    alias = OURS.make(Kind.REPLY, ME, "jane.doe@example.net", LATER).address

    found = read(alias.upper())

    assert found is not None
    assert found[1] is not None
    assert "jane.doe@example.net" == found[1].address


def test_it_ends_after_its_last_day() -> None:
    """Answerable on the day itself, not on the next."""
    alias = OURS.make(Kind.REPLY, ME, "jane@example.net", LATER).address
    on_it, after = datetime(2027, 5, 31, 23, tzinfo=UTC), datetime(2027, 6, 1, tzinfo=UTC)

    assert [Standing.GOOD, Standing.EXPIRED] == [
        found[0] for now in (on_it, after) if (found := read(alias, now=now))
    ]


def test_an_older_key_is_believed_and_a_revoked_one_is_not() -> None:
    """Rotation leaves old aliases answerable; revocation ends them."""
    old = Aliases("example.com", SigningKeys("b", KEYS.secrets)).make(
        Kind.REPLY, ME, "jane@example.net", LATER
    )
    leaked = Aliases("example.com", SigningKeys("c", KEYS.secrets)).make(
        Kind.REPLY, ME, "jane@example.net", LATER
    )

    assert [Standing.GOOD, Standing.REVOKED] == [
        found[0] for one in (old, leaked) if (found := read(one.address))
    ]


@pytest.mark.parametrize("local", ["info", "jane_at_example.net", "a." + "a" * 20, "_h.aaaa", ""])
def test_other_addresses_are_no_aliases(local: str) -> None:
    """A mailbox's own name is never taken for an alias without the shape of one."""
    assert OURS.read(local, (ME,), NOW) is None


def test_a_readable_part_shows_whom_it_is_for() -> None:
    """A person sees the correspondent's address in it, shortened where it is too long."""
    short = OURS.make(Kind.REPLY, ME, "jane@example.net", LATER).address
    compose = OURS.make(Kind.COMPOSE, ME, "jane@example.net", LATER).address
    long = OURS.make(Kind.REPLY, ME, f"{'jane' * 12}@example.net", LATER)

    assert short.startswith("jane_at_example.net.")
    assert compose.startswith("to.jane_at_example.net.")
    assert long.address.startswith("janejanejanejane")
    assert long.to_keep is not None


def test_one_alias_serves_for_a_month() -> None:
    """The last day of the month that is so many days ahead."""
    assert date(2027, 5, 31) == month_end(NOW, 180)
    assert date(2026, 12, 31) == month_end(NOW, 3)
