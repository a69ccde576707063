"""An independent judge: rspamd finds the owner's answers authenticated, as correspondents do.

The stack is the one that `apply` makes, the function runs from its zip; Gmail's part is the lab's.
"""

import time

from collections.abc import Callable

import pytest

from owner_setup import Owner
from sendas_lab.recipients import StoredMail
from sendas_lab.world import Lab

from sendas.config.model import Config, ConfiguredDomain, Dmarc, DnsProvider, Mailbox, SendWay
from sendas.ses.regions import Region


pytestmark = pytest.mark.peer

ALL_PASS = {"R_SPF_ALLOW", "R_DKIM_ALLOW", "DMARC_POLICY_ALLOW"}
OWNER, JANE, ME = "owner@gmail.com", "jane@example.net", "me@example.com"
MAILBOX = Mailbox("me", targets=(OWNER,), send=SendWay.REPLY_ALIAS, display_name="Me Myself")
BODIES = {
    "text": "Hello Jane.",
    "8-bit": "Grüße aus Köln und Dank",
    "a lone dot": ".\r\n..\r\nend",
}


@pytest.fixture(scope="module")
def owner(lab: Lab) -> Owner:
    """An owner who answers, at a domain that rejects whatever is not aligned."""
    domain = ConfiguredDomain(
        name="example.com",
        region=Region("us-east-1"),
        mailboxes=(MAILBOX,),
        dns=DnsProvider.ROUTE53,
        dmarc=Dmarc(policy="reject"),
        notices=OWNER,
        forwarding_address="forwarded@example.com",
    )
    owner = Owner(lab, Config((domain,), alarms=(OWNER,)))
    owner.delegate(domain="example.com")
    lab.ses.grant_production_access("us-east-1")
    lab.gmail.open_account(OWNER)
    owner.apply(domain)
    return owner


def inbox(lab: Lab, read: Callable[[], tuple[StoredMail, ...]], count: int) -> StoredMail:
    """The newest mail, once there are *count*."""
    for _ in range(200):
        lab.settle()
        lab.aws.mappings.settle()
        if len(found := read()) >= count:
            return found[-1]
        time.sleep(0.05)
    return pytest.fail(
        f"it never arrived; the owner has {[m.text() for m in lab.gmail.inbox(OWNER)]}"
    )


@pytest.mark.parametrize("text", BODIES.values(), ids=BODIES)
def test_an_answer_passes_everything(
    judge: Callable[[StoredMail], set[str]], owner: Owner, text: str
) -> None:
    """SPF, DKIM and DMARC pass for the owner's domain at the correspondent, who rejects else."""
    lab = owner.lab
    before = len(lab.gmail.inbox(OWNER))
    lab.write_to_owner(ME, sender=JANE, subject="Hello")
    forwarded = inbox(lab, lambda: lab.gmail.inbox(OWNER), before + 1)
    before = len(lab.recipients.mailboxes.of(JANE))
    lab.gmail.reply(OWNER, forwarded, text=text)
    answer = inbox(lab, lambda: lab.recipients.mailboxes.of(JANE), before + 1)

    found = judge(answer)

    assert ALL_PASS <= found
    assert "me@example.com" in (answer.header("From") or "")
