"""What becomes of a received mail: one decision per (forward-path, target), with its reason."""

# ruff: noqa: E501  tables: one case a line

from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from hypothesis import given
from hypothesis import strategies as st

from sendas.forward.counters import Counters, counted_paths, unrouted_domains
from sendas.forward.decision import (
    RELEASED,
    Decision,
    Discard,
    Fail,
    Forward,
    Notify,
    Quarantine,
    Reason,
    Reject,
    TakeReports,
)
from sendas.forward.facts import Facts
from sendas.forward.plan import plan, too_big, unsendable
from sendas.forward.routes import (
    Handling,
    Ignore,
    Limits,
    Policy,
    Refuse,
    Reports,
    RoutedDomain,
    Routes,
    To,
)
from sendas.mail.mailboxes import Mailbox
from sendas.ses.notices import DmarcPolicy, Receipt, Verdict, Verdicts


NOW = datetime(2026, 1, 2, 3, 30, tzinfo=UTC)
NOTHING_COUNTED = Counters()
OWNER, PARTNER = "owner@mail.example.net", "partner@example.org"
OURS = "forwarded@example.com"
CLEAN = Verdicts(Verdict.PASS, Verdict.PASS, Verdict.PASS, Verdict.PASS, Verdict.PASS)
DOMAIN = RoutedDomain(
    "example.com",
    OURS,
    OWNER,
    {
        "info": To((OWNER,)),
        "sales": To((OWNER, PARTNER)),
        "old": Refuse("Gone."),
        "bin": Ignore(),
        "reports": Reports(),
    },
)
ROUTES = Routes({"example.com": DOMAIN})
PERSON = Facts((Mailbox("Jane", "jane@example.net"),), automatic=False, bulk=False, hops=3)
MACHINE = replace(PERSON, automatic=True)


def receipt(*forward_paths: str, **changes: object) -> Receipt:
    """A clean mail for these addresses."""
    found = Receipt("id1", "jane@example.net", forward_paths, NOW - timedelta(minutes=1), CLEAN)
    return replace(found, **changes)  # type: ignore[arg-type]  # whatever a test changes


def decide(
    *forward_paths: str,
    facts: Facts = PERSON,
    size: int = 5_000,
    routes: Routes = ROUTES,
    counters: Counters = NOTHING_COUNTED,
    waived: Collection[Reason] = (),
    **changes: object,
) -> tuple[Decision, ...]:
    """The plan for a mail that is clean but for *changes*."""
    found = receipt(*forward_paths, **changes)
    return plan(found, facts, size, routes, counters, NOW, waived)


def the_one(*forward_paths: str, **changes: object) -> Decision:
    """The only decision."""
    (found,) = decide(*forward_paths, **changes)  # type: ignore[arg-type]  # whatever a test changes
    return found


def with_policy(policy: Policy) -> Routes:
    """The routes under another policy."""
    return Routes({"example.com": replace(DOMAIN, policy=policy)})


def test_a_clean_mail_goes_to_its_target() -> None:
    """One copy, from our forwarding address, with SES's verdicts as marks."""
    marks = ("spam=PASS", "virus=PASS", "spf=PASS", "dkim=PASS", "dmarc=PASS")

    assert Forward(OWNER, ("info@example.com",), OURS, marks) == the_one("info@example.com")


def test_each_target_gets_its_own_copy() -> None:
    """Two targets are two decisions, so that one bad address fails alone."""
    found = decide("sales@example.com")

    assert [OWNER, PARTNER] == [one.target for one in found if isinstance(one, Forward)]


def test_two_recipients_with_one_target_give_one_copy() -> None:
    """One copy, and it knows both addresses it was written to."""
    first, second = decide("info@example.com", "sales@example.com")

    assert isinstance(first, Forward)
    assert isinstance(second, Forward)
    assert (OWNER, ("info@example.com", "sales@example.com")) == (
        first.target,
        first.forward_paths,
    )
    assert (PARTNER, ("sales@example.com",)) == (second.target, second.forward_paths)


@pytest.mark.parametrize(
    ("verdicts", "dmarc_policy", "reason"),
    [
        ({"virus": Verdict.FAIL}, None, Reason.VIRUS),
        ({"spam": Verdict.FAIL}, None, Reason.SPAM),
        ({"virus": Verdict.FAIL, "spam": Verdict.FAIL}, None, Reason.VIRUS),
        ({"dmarc": Verdict.FAIL}, DmarcPolicy.REJECT, Reason.DMARC_REJECT),
        ({"dmarc": Verdict.FAIL}, DmarcPolicy.QUARANTINE, None),
        ({"dmarc": Verdict.FAIL}, DmarcPolicy.NONE, None),
        ({"dmarc": Verdict.FAIL}, None, None),
        ({"spf": Verdict.FAIL}, None, None),
        ({"dkim": Verdict.FAIL}, None, None),
        ({"spam": Verdict.GRAY}, None, None),
        ({"spam": Verdict.PROCESSING_FAILED}, None, None),
        ({"spam": Verdict.DISABLED, "virus": Verdict.DISABLED}, None, None),
        ({"spam": Verdict.UNKNOWN, "virus": Verdict.UNKNOWN}, None, None),
        ({"dmarc": Verdict.GRAY}, DmarcPolicy.REJECT, None),
    ],
)
def test_verdicts_quarantine_only_what_is_bad(
    verdicts: dict[str, Verdict], dmarc_policy: DmarcPolicy | None, reason: Reason | None
) -> None:
    """FAIL of a scan, or of DMARC under p=reject, is kept back; all else goes on, marked."""
    changed = replace(CLEAN, **verdicts)
    found = the_one("info@example.com", verdicts=changed, dmarc_policy=dmarc_policy)

    if reason is None:
        assert isinstance(found, Forward)
        name, verdict = next(iter(verdicts.items()))
        assert f"{name}={verdict}" in found.marks
    else:
        assert isinstance(found, Quarantine)
        assert (reason, (OWNER,)) == (found.reason, found.targets)


@pytest.mark.parametrize(
    ("policy", "verdicts", "kind"),
    [
        (Policy(spam=Handling.DISCARD), {"spam": Verdict.FAIL}, Discard),
        (Policy(dmarc_reject=Handling.FORWARD), {"dmarc": Verdict.FAIL}, Forward),
        (Policy(dmarc_reject=Handling.DISCARD), {"dmarc": Verdict.FAIL}, Discard),
        (Policy(unsure_spam=Handling.QUARANTINE), {"spam": Verdict.GRAY}, Quarantine),
        (Policy(dmarc_reject=Handling.FORWARD), {"dmarc": Verdict.FAIL, "spam": Verdict.FAIL}, Quarantine),
    ],
)  # fmt: skip
def test_a_domains_policy_overrides(
    policy: Policy, verdicts: dict[str, Verdict], kind: type[Decision]
) -> None:
    """Each domain decides for itself, and one relaxed question does not relax the others."""
    found = the_one(
        "info@example.com",
        routes=with_policy(policy),
        verdicts=replace(CLEAN, **verdicts),
        dmarc_policy=DmarcPolicy.REJECT,
    )

    assert kind is type(found)


def test_a_release_overrules_its_reason_alone() -> None:
    """Spam that the owner lets go is forwarded; the virus in it is not."""
    spam = replace(CLEAN, spam=Verdict.FAIL)
    both = replace(spam, virus=Verdict.FAIL)

    assert isinstance(the_one("info@example.com", verdicts=spam, waived=(Reason.SPAM,)), Forward)
    assert isinstance(
        the_one("info@example.com", verdicts=both, waived=(Reason.SPAM,)), Quarantine
    )


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        (replace(PERSON, marked=frozenset({b"info@example.com"})), Reason.LOOP),
        (replace(PERSON, delivered_to=frozenset({OWNER})), Reason.LOOP),
        (replace(PERSON, passes=5), Reason.LOOP),
        (replace(PERSON, hops=41), Reason.TOO_MANY_HOPS),
    ],
)
def test_a_circle_ends_in_the_quarantine(facts: Facts, reason: Reason) -> None:
    """A mail that comes back is kept, not sent round again, and not lost."""
    found = the_one("info@example.com", facts=facts)

    assert isinstance(found, Quarantine)
    assert reason is found.reason
    assert isinstance(the_one("info@example.com", facts=facts, waived=(reason,)), Forward)


@pytest.mark.parametrize(
    "facts",
    [
        replace(PERSON, marked=frozenset({b"sales@example.com"})),
        replace(PERSON, delivered_to=frozenset({"somebody@else.example"})),
        replace(PERSON, hops=40),
    ],
)
def test_a_chain_is_no_circle(facts: Facts) -> None:
    """Through another route, or out of another mailbox, is no loop."""
    assert isinstance(the_one("info@example.com", facts=facts), Forward)


def test_a_mark_in_another_case_is_the_same() -> None:
    """Servers on the way may have written the address otherwise."""
    marked = replace(PERSON, marked=frozenset({b"info@example.com"}))

    assert isinstance(the_one("Info@Example.com", facts=marked), Quarantine)


def test_one_author_cannot_flood_one_address() -> None:
    """The mail over the cap is kept."""
    full, almost = Counters({"info@example.com": 100}), Counters({"info@example.com": 99})
    found = the_one("info@example.com", counters=full)

    assert isinstance(found, Quarantine)
    assert Reason.TOO_MANY is found.reason
    assert isinstance(the_one("info@example.com", counters=almost), Forward)
    assert all(isinstance(one, Forward) for one in decide("sales@example.com", counters=full))


def test_forwarding_stops_before_the_account_is_lost() -> None:
    """At 4 % bounces everything is kept back; SES acts at 5 %."""
    found = the_one("info@example.com", counters=Counters(bounce_percent=4.0))

    assert isinstance(found, Quarantine)
    assert Reason.REPUTATION is found.reason
    assert isinstance(the_one("info@example.com", counters=Counters(bounce_percent=3.9)), Forward)


def test_too_big_becomes_a_notice() -> None:
    """40 MB goes; of a byte more the owner is notified, with where it should have gone."""
    most = 40 * 1024 * 1024
    found = the_one("info@example.com", size=most + 1)

    assert isinstance(found, Notify)
    assert (Reason.TOO_BIG, OWNER, (OWNER,)) == (found.reason, found.notice_address, found.targets)
    assert isinstance(the_one("info@example.com", size=most), Forward)


def test_what_grew_too_big_or_is_refused_becomes_a_notice() -> None:
    """The shell finds out later; the words are decided here."""
    forward = the_one("info@example.com")
    assert isinstance(forward, Forward)

    assert isinstance(too_big(forward, 99_999_999, ROUTES), Notify)
    refused = unsendable(
        forward.forward_paths, forward.target, Reason.REFUSED_CONTENT, "bad content", ROUTES
    )
    assert isinstance(refused, Notify)
    assert (Reason.REFUSED_CONTENT, "bad content") == (refused.reason, refused.why)
    assert isinstance(too_big(forward, 1, Routes({})), Fail)


def test_thirty_unknown_recipients_make_one_notice() -> None:
    """No route: the owner is told once, of every address."""
    paths = tuple(f"u{n}@example.com" for n in range(30))
    found = the_one(*paths)

    assert isinstance(found, Notify)
    assert (Reason.NO_ROUTE, paths) == (found.reason, found.forward_paths)


@pytest.mark.parametrize("facts", [MACHINE, replace(PERSON, bulk=True)])
def test_a_machine_at_an_unknown_address_makes_no_notice(facts: Facts) -> None:
    """Backscatter by the thousand goes to the digest, not to the inbox."""
    found = the_one("nobody@example.com", facts=facts)

    assert isinstance(found, Quarantine)
    assert Reason.NO_ROUTE is found.reason


def test_spam_at_an_unknown_address_makes_no_notice() -> None:
    """The verdict is asked first."""
    found = the_one("nobody@example.com", verdicts=replace(CLEAN, spam=Verdict.FAIL))

    assert isinstance(found, Quarantine)
    assert Reason.SPAM is found.reason


def test_a_domain_without_routes_waits_for_its_owner() -> None:
    """Nobody to tell: the queue retries, and its dead letters raise the alarm."""
    found = the_one("info@example.org")

    assert isinstance(found, Fail)
    assert Reason.NOT_OUR_DOMAIN is found.reason


def test_a_refusing_route_bounces_to_a_person() -> None:
    """SendBounce, in the name of the forwarding address."""
    found = the_one("old@example.com")

    assert isinstance(found, Reject)
    assert ("old@example.com", OURS, "5.1.1", "Gone.") == (
        found.forward_path, found.sender, found.status, found.text,
    )  # fmt: skip


def test_a_refusal_that_comes_too_late_is_told_to_the_owner() -> None:
    """SES bounces within a day of receipt; what could not be refused by then is not lost."""
    found = the_one("old@example.com", received_at=NOW - timedelta(hours=24))

    assert isinstance(found, Notify)
    assert "within a day" in found.why


@pytest.mark.parametrize(
    ("facts", "changes"),
    [
        (MACHINE, {}),
        (replace(PERSON, bulk=True), {}),
        (PERSON, {"verdicts": replace(CLEAN, spam=Verdict.FAIL)}),
        (PERSON, {"verdicts": replace(CLEAN, spf=Verdict.FAIL)}),
        (PERSON, {"verdicts": replace(CLEAN, dmarc=Verdict.FAIL)}),
        (PERSON, {"verdicts": replace(CLEAN, virus=Verdict.FAIL)}),
        (PERSON, {"verdicts": Verdicts()}),
        (PERSON, {"verdicts": replace(CLEAN, spf=Verdict.GRAY, dmarc=Verdict.GRAY)}),
        (
            PERSON,
            {"verdicts": replace(CLEAN, spf=Verdict.GRAY), "reverse_path": "victim@example.org"},
        ),
        (PERSON, {"verdicts": replace(CLEAN, spf=Verdict.PROCESSING_FAILED, dmarc=Verdict.GRAY)}),
    ],
)
def test_a_refusing_route_answers_nobody_else(facts: Facts, changes: dict[str, object]) -> None:
    """No bounce to a machine or to a forged address."""
    found = the_one("old@example.com", facts=facts, **changes)

    assert isinstance(found, Discard)
    assert Reason.NEVER_ANSWERED is found.reason


def test_dmarc_alone_proves_the_authors_own_domain() -> None:
    """Without an SPF record, a DMARC pass by DKIM speaks for the domain in From."""
    found = the_one("old@example.com", verdicts=replace(CLEAN, spf=Verdict.GRAY))

    assert isinstance(found, Reject)


def test_refusals_have_a_cap_too() -> None:
    """A storm at a refusing address is not answered mail by mail."""
    found = the_one("old@example.com", counters=Counters({"old@example.com": 100}))

    assert isinstance(found, Discard)
    assert Reason.NEVER_ANSWERED is found.reason


@pytest.mark.parametrize("path", ["nobody@example.com", OURS])
@pytest.mark.parametrize("by", ["author", "everybody"])
def test_notices_have_a_cap(path: str, by: str) -> None:
    """One author, or a dictionary of addresses by any number of them: the digest lists the rest."""
    full = Counters({path: 100}) if by == "author" else Counters(unrouted={"example.com": 100})
    found = the_one(path, counters=full)

    assert isinstance(found, Quarantine)
    assert Reason.TOO_MANY is found.reason
    assert isinstance(the_one(path, counters=Counters({path: 99}, {"example.com": 99})), Notify)


def test_strays_are_at_domains_of_ours() -> None:
    """Addresses without a route, and the forwarding address; a routed one is none."""
    assert frozenset() == unrouted_domains(receipt("info@example.com", "x@example.org"), ROUTES)
    assert {"example.com"} == unrouted_domains(
        receipt("info@example.com", "x@Example.com"), ROUTES
    )
    assert {"example.com"} == unrouted_domains(receipt(OURS), ROUTES)


def test_five_recipients_of_one_copy_are_one_pass() -> None:
    """What another forwarder like us sends on has many marks, and is no circle."""
    marks = frozenset(b"u%d@two.example" % number for number in range(9))

    assert isinstance(
        the_one("info@example.com", facts=replace(PERSON, marked=marks, passes=1)), Forward
    )


@pytest.mark.parametrize(
    ("path", "facts"),
    [("nobody@example.com", MACHINE), (OURS, MACHINE), ("nobody@example.com", PERSON)],
)
def test_a_release_without_a_route_goes_to_the_owner(path: str, facts: Facts) -> None:
    """To whom notices go; a release overrules all but a virus."""
    found = the_one(path, facts=facts, waived=RELEASED)

    assert isinstance(found, Forward)
    assert OWNER == found.target


@pytest.mark.parametrize("facts", [PERSON, MACHINE, replace(PERSON, hops=99)])
@pytest.mark.parametrize(
    "verdicts",
    [CLEAN, *(Verdicts(**{name: Verdict.FAIL}) for name in ("spam", "virus", "dmarc", "spf"))],
)
def test_reports_are_taken_whatever_their_mail_looks_like(
    facts: Facts, verdicts: Verdicts
) -> None:
    """Machines send them, and reading harms nothing; nobody gets a copy, a bounce or a notice."""
    found = the_one("reports@example.com", facts=facts, verdicts=verdicts)

    assert isinstance(found, TakeReports)
    assert ("reports@example.com",) == found.forward_paths


@pytest.mark.parametrize(
    "counters",
    [
        Counters(written={"reports@example.com": 100}),
        Counters(at_address={"reports@example.com": 300}),
        Counters(at_domain={"example.com": 1000}),
    ],
)
def test_a_flood_of_reports_is_not_read(counters: Counters) -> None:
    """It stays in the bucket and costs nothing more; the owner gets no letter for each."""
    found = the_one("reports@example.com", counters=counters)

    assert isinstance(found, Discard)
    assert Reason.FLOOD is found.reason


def test_reports_count_towards_the_limits() -> None:
    """Else no flood of them would ever be seen."""
    assert {"reports@example.com"} == counted_paths(decide("reports@example.com"))


def test_a_discarding_route_discards() -> None:
    """The owner said so; it is still in S3."""
    found = the_one("bin@example.com")

    assert isinstance(found, Discard)
    assert Reason.ROUTE_DISCARDS is found.reason


def test_mail_to_the_forwarding_address_cannot_go_round() -> None:
    """A DSN of ours is kept, so that a notice's bounce makes no notice; a person is reported."""
    by_machine = the_one(OURS, facts=MACHINE)
    by_person = the_one(OURS)

    assert isinstance(by_machine, Quarantine)
    assert Reason.ANSWER_OF_A_MACHINE is by_machine.reason
    assert isinstance(by_person, Notify)
    assert Reason.FORWARDING_ADDRESS is by_person.reason


def test_an_auto_reply_is_delivered_like_any_mail() -> None:
    """RX-29: a machine's mail reaches the owner once; it is only never answered."""
    assert isinstance(the_one("info@example.com", facts=MACHINE, reverse_path=""), Forward)


def test_every_decision_says_why() -> None:
    """One line for people, except where there is nothing to explain."""
    paths = (
        "info@example.com",
        "old@example.com",
        "bin@example.com",
        "x@example.com",
        "y@z.example",
    )
    for one in decide(*paths):
        assert isinstance(one, Forward) or (one.why and "\n" not in one.why)


paths = st.sampled_from(
    ["info@example.com", "sales@example.com", "old@example.com", "bin@example.com", "x@example.com", OURS, "a@b.example"]
)  # fmt: skip
verdicts = st.builds(Verdicts, *[st.sampled_from(Verdict)] * 5)
facts = st.builds(
    Facts,
    authors=st.just(PERSON.authors),
    automatic=st.booleans(),
    bulk=st.booleans(),
    hops=st.integers(0, 60),
    marked=st.sets(st.sampled_from([b"info@example.com", b"x@example.com"])).map(frozenset),
    delivered_to=st.sets(st.sampled_from([OWNER, PARTNER])).map(frozenset),
)


@given(
    st.lists(paths, min_size=1, max_size=6, unique=True),
    verdicts,
    st.none() | st.sampled_from(DmarcPolicy),
    facts,
    st.integers(0, 60_000_000),
    st.none() | st.floats(0, 100),
)
def test_nothing_vanishes(
    forward_paths: list[str],
    verdict: Verdicts,
    asked: DmarcPolicy | None,
    fact: Facts,
    size: int,
    percent: float | None,
) -> None:
    """Every forward-path is in a decision; no target twice; bad mail never goes out."""
    found = decide(
        *forward_paths,
        facts=fact,
        size=size,
        counters=Counters(bounce_percent=percent),
        verdicts=verdict,
        dmarc_policy=asked,
    )
    named = {
        path
        for one in found
        for path in ((one.forward_path,) if isinstance(one, Reject) else one.forward_paths)
    }
    sent = [one.target for one in found if isinstance(one, Forward)]

    assert set(forward_paths) == named
    assert len(set(sent)) == len(sent)
    if Verdict.FAIL in {verdict.spam, verdict.virus} or size > Limits().max_message_bytes:
        assert not sent
    if fact.automatic:
        assert not [one for one in found if isinstance(one, Reject)]


@pytest.mark.parametrize("local", ["info", "old", "bin", "nobody"])
def test_a_canary_has_arrived_and_goes_no_further(local: str) -> None:
    """FACTS 17.4, canary forwarded to the person: no route, no refusal and no notice moves it."""
    path = f"{local}+sendas-canary-0a1b2c3d@example.com"
    canary = replace(PERSON, automatic=True, canary=True)

    decision = the_one(path, facts=canary)

    assert isinstance(decision, Discard)
    assert Reason.CANARY is decision.reason


@pytest.mark.parametrize(
    ("path", "marked"),
    [("info@example.com", True), ("info+sendas-canary-0a1b2c3d@example.com", False)],
)
def test_half_a_canary_is_mail(path: str, *, marked: bool) -> None:
    """Without the field, or to another address, it goes on as any mail."""
    decision = the_one(path, facts=replace(PERSON, canary=marked))

    assert isinstance(decision, Forward)
