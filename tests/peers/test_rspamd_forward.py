"""An independent judge: rspamd finds forwarded mail authenticated, as the lab's Gmail does."""

from collections.abc import Callable

import pytest

from sendas_lab.recipients import StoredMail

from sendas.play.receiving_stack import Receiver, receive_with
from sendas.play.scene import Scene


pytestmark = pytest.mark.peer

ALL_PASS = {"R_SPF_ALLOW", "R_DKIM_ALLOW", "DMARC_POLICY_ALLOW"}
ODD_LINES = {
    "plain": {},
    "signed by its author": {
        "DKIM_Signature": "v=1; a=rsa-sha256; d=example.net; s=x; h=from; bh=AAAA; b=AAAA"
    },
    "from a list": {"Sender": "list@example.org", "List_Id": "<list.example.org>"},
    "with headers that steer SES": {"X_SES_CONFIGURATION_SET": "theirs", "Feedback_ID": "1:x:y:z"},
}


@pytest.fixture(scope="module")
def receiver(scene: Scene) -> Receiver:
    """Mail to hello@example.com goes to the owner's Gmail."""
    return receive_with(scene)


@pytest.mark.parametrize("headers", ODD_LINES.values(), ids=ODD_LINES)
def test_a_forward_passes_everything(
    judge: Callable[[StoredMail], set[str]], receiver: Receiver, headers: dict[str, str]
) -> None:
    """SPF, DKIM and DMARC pass for our domain, whatever the author's server wrote."""
    receiver.write(subject="judge me", **headers)

    assert ALL_PASS <= judge(receiver.inbox()[-1])


def test_a_forward_of_a_strict_domain_passes(
    judge: Callable[[StoredMail], set[str]], receiver: Receiver
) -> None:
    """An author whose domain says p=reject is forwarded without failing DMARC at Gmail."""
    zone = receiver.scene.lab.dns.world_zone("example.net")
    zone.set("_dmarc.example.net", "TXT", "v=DMARC1; p=reject")
    receiver.write(subject="strict")

    found = judge(receiver.inbox()[-1])

    assert ALL_PASS <= found
    assert "DMARC_POLICY_REJECT" not in found
