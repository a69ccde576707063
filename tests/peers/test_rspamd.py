"""An independent judge: rspamd reads, over the lab's DNS, what the lab delivered."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from sendas_lab.recipients import StoredMail
from sendas_lab.world import Lab

from sendas.play.scene import Scene, SetUp, build


pytestmark = pytest.mark.peer

ANOTHER = SetUp(mail_from=None, receiving=False, configuration_set=False)
"""A second domain in the same account, without a MAIL FROM domain of its own."""


def send(lab: Lab, scene: Scene, to: str) -> StoredMail:
    """Write to *to* as the domain; the mail as it was received."""
    scene.call(
        "sesv2",
        "SendEmail",
        FromEmailAddress=scene.address,
        Destination={"ToAddresses": [to]},
        Content={"Simple": {"Subject": {"Data": "judge me"}, "Body": {"Text": {"Data": "Hi."}}}},
    )
    lab.settle()
    return lab.recipients.mailboxes.of(to)[-1]


def test_a_healthy_domain_passes_everything(
    judge: Callable[..., set[str]], lab: Lab, scene: Scene
) -> None:
    """SPF, DKIM and DMARC pass: rspamd finds the same as the lab's own recipients."""
    found = judge(send(lab, scene, "healthy@example.net"))

    assert {"R_SPF_ALLOW", "R_DKIM_ALLOW", "DMARC_POLICY_ALLOW"} <= found


def test_without_mail_from_dmarc_passes_by_dkim_alone(
    judge: Callable[..., set[str]], lab: Lab
) -> None:
    """SPF passes for amazonses.com and does not align; DKIM carries DMARC (FACTS 9)."""
    plain = build(lab, replace(ANOTHER, domain="plain.example", user="plain"))

    found = judge(send(lab, plain, "plain@example.net"))

    assert {"R_SPF_ALLOW", "R_DKIM_ALLOW", "DMARC_POLICY_ALLOW"} <= found


def test_a_domain_that_lost_its_dkim_records_fails(
    judge: Callable[..., set[str]], lab: Lab
) -> None:
    """With the CNAMEs gone and no MAIL FROM of its own, p=reject means rejection."""
    broken = build(
        lab, replace(ANOTHER, domain="broken.example", user="broken", dmarc="v=DMARC1; p=reject")
    )
    for token in broken.tokens:
        broken.remove_record(f"{token}._domainkey.{broken.domain}", "CNAME")

    found = judge(send(lab, broken, "broken@example.net"))

    assert "DMARC_POLICY_REJECT" in found
    assert "R_DKIM_ALLOW" not in found or "DMARC_POLICY_ALLOW" not in found
