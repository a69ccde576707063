"""Whom SES would send nothing to, while the account is in the sandbox."""

import pytest

from sendas.setup.plan.sandbox import Targets, targets_left


@pytest.mark.parametrize(
    ("known", "left"),
    [
        ({}, Targets(("owner@gmail.com",))),
        ({"owner@gmail.com": "PENDING"}, Targets((), ("owner@gmail.com",))),
        # Their owner has no link that counts, and would be waited for for ever.
        ({"owner@gmail.com": "TEMPORARY_FAILURE"}, Targets(("owner@gmail.com",))),
        ({"owner@gmail.com": "NOT_STARTED"}, Targets(("owner@gmail.com",))),
        ({"owner@gmail.com": "FAILED"}, Targets(("owner@gmail.com",))),
        ({"Owner@Gmail.com": "SUCCESS"}, Targets()),
        ({"gmail.com": "SUCCESS"}, Targets()),
        ({"gmail.com": "PENDING"}, Targets(("owner@gmail.com",))),
        ({"mail.com": "SUCCESS", "com": "SUCCESS"}, Targets(("owner@gmail.com",))),
    ],
)
def test_who_has_to_click(known: dict[str, str], left: Targets) -> None:
    """The address or its domain is verified (API GetIdentityVerificationAttributes, FACTS 9)."""
    assert left == targets_left(["owner@gmail.com"], "example.com", known)


def test_a_verified_domain_stands_for_its_subdomains_and_ours_for_itself() -> None:
    """What is set up now is verified before anything is forwarded."""
    everybody = ["a@x.example.net", "b@example.com", "c@sub.example.com", "d@example.org"]
    known = {"example.net": "SUCCESS"}

    assert Targets(("d@example.org",)) == targets_left(everybody, "example.com", known)
