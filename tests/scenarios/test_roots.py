"""Each fault of issue 2, section 4, played in the lab: the doctor names its root, and no other."""

import pytest

from scenario import Build, blamed, seen

from sendas.doctor.judge import unasked
from sendas.doctor.registry import all_rules
from sendas.doctor.run import examine, exit_status
from sendas.lab.faults import play


ROOTS = {
    "password-no-date": {"PW003"},
    "password-real-date": {"PW005"},
    "password-wrong-message": {"PW007"},
    "password-no-version": {"PW008"},
    "password-other-region": {"PW004"},
    "password-v2": {"PW002"},
    "password-raw-secret": {"PW001"},
    "password-newline": {"PW010"},
    "password-quotes": {"PW010"},
    "username-iam-user": {"PW015"},
    "username-address": {"PW016"},
    "username-other-key": {"PW017"},
    "key-propagating": {"SMTP004"},
    "key-inactive": {"PW019"},
    "key-deleted": {"PW020"},
    "key-temporary": {"PW018"},
    "iam-no-send": {"IAM002"},
    "iam-from-address": {"IAM003"},
    "iam-other-identity": {"IAM001"},
    "iam-explicit-deny": {"IAM010"},
    "dkim-cname-missing": {"DNS001"},
    "dkim-zone-twice": {"DNS002"},
    "dkim-txt": {"DNS004"},
    "dkim-wrong-target": {"DNS003"},
    "dkim-undelegated": {"DNS001"},
    "identity-other-region": {"ID001"},
    "identity-address-shadows": {"ID003"},
    "identity-no-configuration-set": set(),
    "spf-two-records": {"DNS011"},
    "spf-too-many-lookups": {"DNS101"},
    "dmarc-missing": {"DNS012"},
    "dmarc-two-records": {"DNS018"},
    "dmarc-malformed": {"DNS018"},
    "dmarc-strict": {"DNS013"},
    "mail-from-two-mx": {"DNS007"},
    "mail-from-wrong-mx": {"DNS007"},
    "mail-from-failed": {"DNS009"},
    "mx-email-smtp": {"DNS016"},
    "mx-feedback-smtp": {"DNS015"},
    "mx-other-region": {"DNS017"},
    "mx-mixed": {"DNS014"},
    "account-sandbox": {"ID002"},
    "account-paused": {"ACC003"},
    "account-probation": {"ACC002"},
    "account-shutdown": {"ACC001"},
    "account-quota": {"ACC004"},
    "receiving-none-active": {"RX001"},
    "receiving-other-active": {"RX002"},
    "receiving-no-rule": {"RX003"},
    "receiving-bucket-policy": {"RX007"},
    "suppressed-bounce": {"SUP001"},
    "suppressed-complaint": {"SUP001"},
    "suppressed-other-region": {"SUP003"},
    "suppressed-own-gmail": {"SUP005"},
    "smtp-blocked": {"SMTP009"},
    "smtp-wrong-name": {"SMTP105"},
    "smtp-expired": {"SMTP105"},
    "incident-a": {"PW003"},
    "incident-b": {"PW020", "SUP001"},
    "incident-b-rotated": {"PW020"},
    "incident-b-suppressed": {"SUP001"},
}
"""What each fault's roots are; RULES gives the codes."""


@pytest.mark.parametrize("fault", ROOTS)
def test_a_fault_has_its_root(fault: str, make: Build) -> None:
    """The fault is named, nothing else is; and no rule wished for what nobody asked."""
    scene = make()
    play(fault, scene)

    evidence = seen(scene)
    diagnosis = examine(evidence)

    assert ROOTS[fault] == set(diagnosis.roots), blamed(diagnosis)
    assert (1 if ROOTS[fault] else 0) == exit_status(diagnosis)
    assert {} == unasked(evidence, all_rules())
