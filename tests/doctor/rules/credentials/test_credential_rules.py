"""The rules on what can send as the domain: one for each verdict of `sendas credentials list`."""

import json

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from sendas.doctor.bundle import dump, load
from sendas.doctor.credentials import CredentialRemark, CredentialsSeen
from sendas.doctor.evidence import Evidence, Subject
from sendas.doctor.model import Layer, Rule, Status
from sendas.doctor.redact import redact
from sendas.doctor.registry import all_rules
from sendas.doctor.rules.credentials import root_key
from sendas.doctor.run import examine, exit_status
from sendas.errors import CouldNotLook
from sendas.iam.credential_verdict import CredentialVerdict
from sendas.outcome import NoAnswer, Why
from sendas.ses.regions import Region


DENIED = NoAnswer(Why.DENIED, "iam:GetAccountAuthorizationDetails")
BARE = Evidence(
    Subject("example.com", Region("us-east-1")), datetime(2026, 11, 29, 12, 0, tzinfo=UTC)
)
WELL = CredentialsSeen(root_key=False, history=True)
RULES = {
    CredentialVerdict.DUE: ("CRED001", Status.WARN),
    CredentialVerdict.OVERDUE: ("CRED002", Status.FAIL),
    CredentialVerdict.NEVER_USED: ("CRED003", Status.WARN),
    CredentialVerdict.USED_THOUGH_REPLACED: ("CRED004", Status.FAIL),
    CredentialVerdict.ORPHAN: ("CRED005", Status.FAIL),
    CredentialVerdict.HOLDER_NOT_SEEN: ("CRED006", Status.FAIL),
    CredentialVerdict.NEW_PLACE: ("CRED007", Status.FAIL),
    CredentialVerdict.TOO_MANY_RIGHTS: ("CRED008", Status.FAIL),
}
"""As docs/credentials.md has the exit status of each: 0 is a warning here, 1 a failure."""


def rule(code: str) -> Rule:
    """The rule of that code."""
    return next(one for one in all_rules() if one.code == code)


def seen(credentials: object) -> Evidence:
    """Evidence of nothing but *credentials*."""
    return replace(BARE, credentials=credentials)


def remark(verdict: CredentialVerdict) -> CredentialRemark:
    """A verdict on some key."""
    return CredentialRemark("sendas-me@example.com", "KFMP", verdict, "made 91 days ago")


def test_there_is_a_rule_for_each_verdict() -> None:
    """All but fine; and the layer has one more, for root."""
    assert set(CredentialVerdict) - {CredentialVerdict.FINE} == set(RULES)
    codes = {code for code, _ in RULES.values()} | {"CRED009"}
    assert codes == {one.code for one in all_rules() if one.layer is Layer.CREDENTIALS}


@pytest.mark.parametrize("verdict", list(RULES))
def test_a_verdict_is_its_rule_s_and_no_other_s(verdict: CredentialVerdict) -> None:
    """It names the key by its last four signs, and what to do; the others are well."""
    code, status = RULES[verdict]
    evidence = seen(replace(WELL, remarks=(remark(verdict),), doubts=()))

    found = rule(code).judge(evidence)

    assert found is not None
    assert status is found.status
    assert "…KFMP of sendas-me@example.com" == found.exhibits[0].asked
    assert found.help
    others = [rule(other).judge(evidence) for other, _ in RULES.values() if other != code]
    assert {Status.OK} == {one.status for one in others if one is not None}
    assert len(RULES) - 1 == len(others)
    assert (1 if status is Status.FAIL else 0) == exit_status(
        examine(evidence, only=("credentials",))
    )


@pytest.mark.parametrize("verdict", list(RULES))
def test_what_could_not_be_looked_at_is_not_well(verdict: CredentialVerdict) -> None:
    """A doubt makes nothing well; it takes nothing back that was seen."""
    judge = rule(RULES[verdict][0]).judge
    doubt = replace(WELL, doubts=("shop: its keys: denied",))

    with pytest.raises(CouldNotLook, match="its keys"):
        judge(seen(doubt))
    with pytest.raises(CouldNotLook):
        judge(seen(DENIED))
    found = judge(seen(replace(doubt, remarks=(remark(verdict),))))
    assert found is not None
    assert found.status in {Status.FAIL, Status.WARN}
    assert judge(BARE) is None  # nobody asked


def test_without_a_history_nothing_is_said_of_mail() -> None:
    """Holders, places and late uses are known from sent mail alone."""
    silent = {
        code
        for code, _ in RULES.values()
        if rule(code).judge(seen(replace(WELL, history=False))) is None
    }

    assert {"CRED004", "CRED006", "CRED007"} == silent


def test_a_key_of_root_is_a_fault() -> None:
    """Told, not told, or none."""
    yes = root_key.judge(seen(replace(WELL, root_key=True)))
    no = root_key.judge(seen(WELL))

    assert (Status.FAIL, Status.OK) == (yes and yes.status, no and no.status)
    with pytest.raises(CouldNotLook):
        root_key.judge(seen(replace(WELL, root_key=DENIED)))


def test_it_is_kept_and_judged_again_without_names() -> None:
    """Saved evidence holds it; the redacted twin is judged the same, and names nobody."""
    evidence = seen(replace(WELL, remarks=tuple(map(remark, RULES))))

    again = load(dump(evidence), "evidence.json")
    twin = redact(again)

    assert evidence.credentials == again.credentials
    assert "me@" not in json.dumps(str(twin.credentials))
    assert "KFMP" not in str(twin.credentials)
    statuses = [
        {one.code: one.status for one in examine(it, only=("credentials",)).findings}
        for it in (evidence, twin)
    ]
    assert statuses[0] == statuses[1]
