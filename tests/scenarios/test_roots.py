"""Each fault of issue 2, section 4, played in the lab: the doctor names its root, and no other."""

import pytest

from roots import ROOTS
from scenario import Build, blamed, seen, told_by_gmail

from sendas.doctor.judge import unasked
from sendas.doctor.registry import all_rules
from sendas.doctor.run import examine, exit_status
from sendas.play.faults import play


@pytest.mark.parametrize("fault", ROOTS)
def test_a_fault_has_its_root(fault: str, make: Build) -> None:
    """The fault is named, nothing else is; and no rule wished for what nobody asked."""
    scene = make()
    play(fault, scene)

    evidence = seen(scene)
    diagnosis = examine(evidence)

    assert ROOTS[fault] == set(diagnosis.roots), blamed(diagnosis)
    assert (1 if ROOTS[fault] else 0) == exit_status(diagnosis)
    if fault != "key-temporary":  # whose it is cannot be asked of IAM
        assert {} == unasked(evidence, all_rules())


def test_spf_without_ses(make: Build) -> None:
    """Without a MAIL FROM domain, an SPF record that leaves SES out is the root."""
    scene = make(mail_from=None)
    play("spf-without-ses", scene)

    diagnosis = examine(seen(scene))

    assert ("DNS104",) == diagnosis.roots, blamed(diagnosis)


@pytest.mark.parametrize("route53", [True, False], ids=["route53", "other-dns"])
@pytest.mark.parametrize("mail_from", ["mail", None], ids=["mail-from", "no-mail-from"])
@pytest.mark.parametrize("receiving", [True, False], ids=["receiving", "send-only"])
def test_a_healthy_set_up_has_no_root(
    make: Build, *, route53: bool, mail_from: str | None, receiving: bool
) -> None:
    """Route 53 or another provider, with and without MAIL FROM: no root, exit status 0."""
    scene = make(route53=route53, mail_from=mail_from, receiving=receiving)

    diagnosis = examine(seen(scene))

    assert () == diagnosis.roots, blamed(diagnosis)
    assert 0 == exit_status(diagnosis), blamed(diagnosis)


def test_a_silent_name_server_is_unknown_not_absent(make: Build) -> None:
    """Nothing fails, nobody calls a record missing, and the exit status says: could not look."""
    scene = make()
    play("ns-timeout", scene)

    diagnosis = examine(seen(scene))

    assert () == diagnosis.roots, blamed(diagnosis)
    assert 3 == exit_status(diagnosis), blamed(diagnosis)
    silent = next(f for f in diagnosis.findings if f.code == "DNS019")
    assert "unknown" == silent.status


def test_a_cached_absence_says_how_long_to_wait(make: Build) -> None:
    """The record is there, resolvers do not know it yet: a warning with the negative TTL."""
    scene = make()
    play("resolver-cached-absence", scene)

    diagnosis = examine(seen(scene))

    assert () == diagnosis.roots, blamed(diagnosis)
    warned = next(f for f in diagnosis.findings if f.code == "DNS019")
    assert "warn" == warned.status
    assert 0 < max(advice.wait_seconds for advice in warned.help)


def test_incident_b_from_gmails_bounce_alone(make: Build) -> None:
    """With the bounce shown, the two roots stay two, and Gmail's complaint is explained."""
    scene = make()
    play("incident-b", scene)

    diagnosis = examine(seen(scene, *told_by_gmail(scene)))

    assert {"PW020", "SUP001"} == set(diagnosis.roots), blamed(diagnosis)
    gmail = next(f for f in diagnosis.findings if f.code == "GM001")
    assert ("fail", "PW020") == (gmail.status, gmail.explained_by)


def test_a_rate_exceeded_is_read_from_the_bounce(make: Build) -> None:
    """SES's 454 in Gmail's bounce: the rate is the root."""
    scene = make()
    scene.add_to_gmail()
    play("account-rate", scene)

    diagnosis = examine(seen(scene, *told_by_gmail(scene)))

    assert ("ACC005",) == diagnosis.roots, blamed(diagnosis)


@pytest.mark.parametrize("fault", ["smtp-blocked", "smtp-refused"])
def test_an_unreachable_endpoint_is_no_verdict(fault: str, make: Build) -> None:
    """What blocks the doctor's own road need not block Gmail's: unknown, exit status 3."""
    scene = make()
    play(fault, scene)

    diagnosis = examine(seen(scene))

    assert () == diagnosis.roots, blamed(diagnosis)
    assert 3 == exit_status(diagnosis)
    assert "unknown" == next(f.status for f in diagnosis.findings if f.code == "SMTP009")
