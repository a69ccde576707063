"""A proof of the road in: what is announced, and what the plan makes of a mail that is one."""

import json

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from hypothesis import given
from hypothesis import strategies as st

from sendas.forward.counters import Counters
from sendas.forward.decision import Discard, Forward, Reason
from sendas.forward.facts import Facts
from sendas.forward.plan import plan
from sendas.forward.probe import Announced, Copied, MalformedAnnouncement, Probe, read, write
from sendas.forward.rewrite import rewrite
from sendas.forward.routes import Ignore, Limits, RoutedDomain, Routes, To
from sendas.mail.canary import CANARY, token_of
from sendas.mail.headers import read_head
from sendas.mail.mailboxes import Mailbox
from sendas.ses.notices import Receipt, Verdict, Verdicts


NOW = datetime(2026, 1, 2, 3, 30, tzinfo=UTC)
PATH = "me+sendas-canary-0123456789abcdef@example.com"
TARGET = "me+sendas-canary-fedcba9876543210@example.com"
PROBE = Probe(PATH, TARGET, "fedcba9876543210")
OWNER = "owner@mail.example.net"
ROUTES = Routes({
    "example.com": RoutedDomain(
        "example.com", "forwarded@example.com", OWNER, {"me": To((OWNER,)), "bin": Ignore()}
    )
})  # fmt: skip
DOUBTED = Verdicts(Verdict.FAIL, Verdict.PASS, Verdict.FAIL, Verdict.FAIL, Verdict.FAIL)
MARKED = Facts(
    (Mailbox("", "me@example.com"),), automatic=True, bulk=False, hops=1, canary=True
)  # fmt: skip


def receipt(path: str = PATH) -> Receipt:
    """A mail from nobody, which SES takes for spam."""
    return Receipt("id1", "", (path,), NOW, DOUBTED)


tokens = st.text("0123456789abcdef", min_size=8, max_size=32)
moments = st.datetimes(min_value=datetime(2000, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001  as it asks


@given(tokens, tokens, moments, moments, st.booleans(), tokens | st.just(""))
def test_what_is_written_is_read(
    token: str, onward: str, began: datetime, until: datetime, to_inbox: bool, beside: str  # noqa: FBT001
) -> None:  # fmt: skip
    """Reading undoes writing."""
    announced = Announced(token, onward, began, until, to_inbox, beside)

    assert announced == read(write(announced))


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(raw: bytes) -> None:
    """Whatever lies there raises nothing but our own error."""
    with pytest.raises(MalformedAnnouncement):
        read(raw)


@pytest.mark.parametrize(
    "changed",
    [
        {"token": "x" * 16}, {"onward": 1}, {"until": "2026-01-02T03:30:00"}, {"began": ""},
        {"beside": "../../x"}, {"token": None},
    ],
)  # fmt: skip
def test_a_malformed_field_is_refused(changed: dict[str, object]) -> None:
    """A token that is none, and a time without a zone, announce nothing."""
    whole = json.loads(write(Announced("0" * 16, "1" * 16, NOW, NOW)))

    with pytest.raises(MalformedAnnouncement):
        read(json.dumps(whole | changed).encode())


def test_a_proof_goes_to_its_own_address_alone() -> None:
    """Whatever SES doubts of it, the copy goes to the address of ours, and to nobody else."""
    (made,) = plan(receipt(), MARKED, 900, ROUTES, Counters(), NOW, probe=PROBE)

    assert isinstance(made, Forward)
    assert (TARGET, "fedcba9876543210") == (made.target, made.canary)
    assert token_of(made.target) == made.canary


def test_to_the_inbox_the_person_gets_it_too() -> None:
    """Asked for, the route's mailbox gets a copy as of any mail, without the mark of a canary."""
    made = plan(
        receipt(), MARKED, 900, ROUTES, Counters(), NOW, probe=replace(PROBE, to_inbox=True)
    )

    assert [(TARGET, True), (OWNER, False)] == [
        (one.target, bool(one.canary)) for one in made if isinstance(one, Forward)
    ]


def test_what_would_stop_mail_stops_the_proof() -> None:
    """Without a route, and beyond a limit, it ends there and says why; nobody is written to."""
    nowhere = replace(PROBE, path=PATH.replace("me+", "bin+"))
    (no_route,) = plan(receipt(nowhere.path), MARKED, 900, ROUTES, Counters(), NOW, probe=nowhere)
    small = replace(ROUTES, limits=Limits(max_message_bytes=100))
    (too_big,) = plan(receipt(), MARKED, 900, small, Counters(), NOW, probe=PROBE)

    for made in (no_route, too_big):
        assert isinstance(made, Discard)
        assert Reason.PROBE is made.reason
        assert made.why


def test_a_copy_is_any_mail_and_an_unannounced_one_is_dropped() -> None:
    """A second mail that says it is the proof is judged as any; without one it is a canary."""
    clean = replace(
        receipt(), verdicts=Verdicts(*([Verdict.PASS] * 5)), reverse_path="a@example.net"
    )
    (copied,) = plan(clean, MARKED, 900, ROUTES, Counters(), NOW, probe=Copied(PATH))
    (late,) = plan(clean, MARKED, 900, ROUTES, Counters(), NOW)

    assert isinstance(copied, Forward)
    assert (OWNER, "") == (copied.target, copied.canary)
    assert isinstance(late, Discard)
    assert Reason.CANARY is late.reason


def test_only_a_proofs_copy_carries_the_mark() -> None:
    """The header by which the copy is known again goes out with it, and with no other copy."""
    head = read_head(
        f"From: a@example.net\r\n{CANARY}: 0123456789abcdef\r\n\r\nHello.\r\n".encode()
    )
    plain = Forward(OWNER, (PATH,), "forwarded@example.com")
    made = replace(plain, canary="fedcba9876543210")

    assert CANARY.encode() not in bytes(rewrite(head, plain, "id1", ()))
    assert f"{CANARY}: fedcba9876543210\r\n".encode() in bytes(rewrite(head, made, "id1", ()))
