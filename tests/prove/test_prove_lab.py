"""`sendas doctor --prove` on the stack that ships: the hop that is broken is the hop it names.

The truth is the break itself, made by one call to AWS or the DNS: what stands on either side of
it works.  Which hop a break belongs to was written down before anything was run.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from proving import Proven, lab_doors, look, proven, tokens
from sendas_lab.world import Lab

from sendas.aws.mail_objects import MailObject
from sendas.aws.proof_gateways import ProofGateways
from sendas.aws.writes import NotDone
from sendas.credentials.doors import Timing, real_timing
from sendas.doctor.proof import End, Hop, Way
from sendas.doctor.run import exit_status
from sendas.mail.address import Address
from sendas.mail.canary import CANARY, canary_address
from sendas.outcome import NoAnswer, Seen, Why
from sendas.play.receiving_stack import FUNCTION, ROUTES_KEY, Receiver, receive_with
from sendas.play.scene import SetUp, build
from sendas.prove.doors import Doors
from sendas.prove.run import ProofOptions, prove
from sendas.setup.stack.names import RULE_SET
from sendas.smtp.probe import Outcome, Probe, Stage


@pytest.fixture
def receiver(sendas_lab: Lab) -> Receiver:
    """A healthy road from the rule to the inbox."""
    return receive_with(build(sendas_lab))


def test_both_ways_are_proven(receiver: Receiver) -> None:
    """Every hop passes, nothing is left in the bucket, nobody gets a mail."""
    before = _lying(receiver)

    found = proven(receiver.scene, client=True, patience=30)

    assert found.journey(Way.IN).proven, found.told
    assert found.journey(Way.OUT).proven, found.told
    assert () == found.diagnosis.roots, found.told
    assert list(Hop) == [one.hop for way in Way for one in found.journey(way).passages]
    receiver.settle()
    assert before == _lying(receiver)
    assert () == receiver.inbox()
    assert () == receiver.dead_letters()


def _lying(receiver: Receiver) -> set[str]:
    """What lies in the bucket but for the history, which remembers each mail that SES sends."""
    lying = receiver.keys()
    return {key for key in lying if not key.startswith("sendas/events/")}


def _mapping(receiver: Receiver) -> str:
    listed = receiver.scene.call("lambda", "ListEventSourceMappings", FunctionName=FUNCTION)
    return str(listed["EventSourceMappings"][0]["UUID"])


def _subscription(r: Receiver) -> str:
    listed = r.scene.call("sns", "ListSubscriptionsByTopic", TopicArn=r.topic_arn)
    return str(listed["Subscriptions"][0]["SubscriptionArn"])


def _role(receiver: Receiver) -> str:
    found = receiver.scene.call("lambda", "GetFunctionConfiguration", FunctionName=FUNCTION)
    return str(found["Role"]).rpartition("/")[2]


def _front(r: Receiver) -> None:
    rule = {"Name": "first", "Enabled": True, "Recipients": [],
            "Actions": [{"StopAction": {"Scope": "RuleSet"}}]}  # fmt: skip
    r.scene.call("ses", "CreateReceiptRule", RuleSetName=RULE_SET, Rule=rule)


BREAKS: dict[str, tuple[Hop, str, Callable[[Receiver], object]]] = {
    "mx-gone": (Hop.TAKEN, "DNS107", lambda r: r.scene.remove_record("example.com", "MX")),
    "filter-blocks-all": (
        Hop.TAKEN, "RX110",
        lambda r: r.scene.call(
            "ses", "CreateReceiptFilter",
            Filter={"Name": "f", "IpFilter": {"Policy": "Block", "Cidr": "0.0.0.0/0"}},
        ),
    ),
    "no-active-set": (
        Hop.TAKEN, "RX001", lambda r: r.scene.call("ses", "SetActiveReceiptRuleSet"),
    ),
    "stopped-in-front": (Hop.STORED, "RX109", _front),
    "bucket-policy-gone": (
        Hop.STORED, "RX007",
        lambda r: r.scene.call("s3", "DeleteBucketPolicy", Bucket=r.scene.bucket),
    ),
    "unsubscribed": (
        Hop.NOTICED, "RX102",
        lambda r: r.scene.call("sns", "Unsubscribe", SubscriptionArn=_subscription(r)),
    ),
    "queue-policy-gone": (
        Hop.QUEUED, "RX103",
        lambda r: r.scene.call(
            "sqs", "SetQueueAttributes", QueueUrl=r.queue_url, Attributes={"Policy": ""}
        ),
    ),
    "subscription-filters-all": (
        Hop.QUEUED, "RX102",
        lambda r: r.scene.call(
            "sns", "SetSubscriptionAttributes", SubscriptionArn=_subscription(r),
            AttributeName="FilterPolicy", AttributeValue='{"kind": ["none"]}',
        ),
    ),
    "mapping-disabled": (
        Hop.WORKED_ON, "RX104",
        lambda r: r.scene.call(
            "lambda", "UpdateEventSourceMapping", UUID=_mapping(r), Enabled=False
        ),
    ),
    "function-deleted": (
        Hop.WORKED_ON, "RX105",
        lambda r: r.scene.call("lambda", "DeleteFunction", FunctionName=FUNCTION),
    ),
    "role-policy-deleted": (
        Hop.WORKED_ON, "RX106",
        lambda r: r.scene.call(
            "iam", "DeleteRolePolicy", RoleName=_role(r), PolicyName="sendas-forwarder"
        ),
    ),
    "function-misconfigured": (
        Hop.WORKED_ON, "PRF005",  # no rule reads the function's other variables
        lambda r: r.set_environment(SENDAS_LINK_HOURS="never"),
    ),
    "routes-deleted": (
        Hop.WORKED_ON, "RX107",
        lambda r: r.scene.call("s3", "DeleteObject", Bucket=r.scene.bucket, Key=ROUTES_KEY),
    ),
    "sending-paused": (
        Hop.FORWARDED, "ACC003",
        lambda r: r.scene.call("sesv2", "PutAccountSendingAttributes", SendingEnabled=False),
    ),
    "signing-off": (
        Hop.ARRIVED, "ID102",
        lambda r: r.scene.call(
            "sesv2", "PutEmailIdentityDkimAttributes",
            EmailIdentity="example.com", SigningEnabled=False,
        ),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BREAKS)
def test_the_broken_hop_is_named(receiver: Receiver, name: str) -> None:
    """The proof stops at exactly that hop, and the root is what broke it."""
    hop, root, break_it = BREAKS[name]
    break_it(receiver)

    found = proven(receiver.scene)

    assert hop is found.stopped_at(), found.told
    assert (root,) == found.diagnosis.roots, found.told
    assert () == receiver.inbox()


def test_port_25_blocked_goes_by_ses(receiver: Receiver) -> None:
    """Where nobody is reached at port 25, SES sends it, and the report says so."""
    found = _blocked(receiver, by_ses=True)

    journey = found.journey(Way.IN)
    assert journey.proven, found.told
    assert journey.entered.startswith("by SES, as me@example.com")


def test_neither_way_in_is_no_finding(receiver: Receiver) -> None:
    """Port 25 blocked, and SES may not send: it could not be looked at, and nothing fails."""
    found = _blocked(receiver, by_ses=False)

    assert (End.UNSEEN,) == tuple(one.end for one in found.journey(Way.IN).passages), found.told
    assert () == found.diagnosis.roots, found.told
    assert 3 == exit_status(found.diagnosis)


_BLOCKED = Probe(
    "", 25, implicit_tls=False, username=None, outcome=Outcome.BLOCKED, stage=Stage.CONNECT,
    reply=None, steps=(),
)  # fmt: skip


def _blocked(receiver: Receiver, *, by_ses: bool) -> Proven:
    class Mute(ProofGateways):
        """SES may not be asked to send."""

        def send(self, sender: str, to: str, content: bytes) -> str:
            """It is denied."""
            raise NotDone(NoAnswer(Why.DENIED, f"{sender} {to} {len(content)}"))

    doors = lab_doors(receiver.scene.lab)
    kind = ProofGateways if by_ses else Mute
    session = receiver.scene.lab.session()
    blocked = replace(
        doors,
        aws=lambda region: kind(session, region),
        hand_over=lambda host, _: replace(_BLOCKED, host=host),
    )
    return proven(receiver.scene, doors=blocked, patience=30)


def test_a_copy_that_nobody_judged_is_not_proven(receiver: Receiver) -> None:
    """A copy without SES's lines on top has arrived, and nothing shows whether it is signed."""

    class Bare(ProofGateways):
        """Reads every mail as if SES had judged none."""

        def read_mail(self, mail: MailObject, max_bytes: int) -> Seen[bytes | None]:
            """Without Authentication-Results (RFC 8601)."""
            raw = super().read_mail(mail, max_bytes)
            named = b"Authentication-Results:"
            return raw.replace(named, b"X-Other:") if isinstance(raw, bytes) else raw

    lab = receiver.scene.lab
    doors = replace(lab_doors(lab), aws=lambda region: Bare(lab.session(), region))

    found = proven(receiver.scene, doors=doors, patience=30)

    assert End.UNSEEN is found.journey(Way.IN).passages[-1].end, found.told
    assert () == found.diagnosis.roots, found.told
    assert 3 == exit_status(found.diagnosis)


def test_nothing_is_sent_to_a_function_that_was_not_seen(receiver: Receiver) -> None:
    """Whether it is a stranger's, who would send a proof on to a person, is not known."""
    before = _lying(receiver)
    seen, _ = look(receiver.scene, client=False)
    denied = NoAnswer(Why.DENIED, "lambda:GetFunctionConfiguration")
    hidden = replace(seen.road, functions=dict.fromkeys(seen.road.functions, denied))

    proof = prove(
        replace(seen, road=hidden),
        ProofOptions(tokens(), None, 6.0),
        lab_doors(receiver.scene.lab),
    )
    receiver.settle()

    assert "--to-inbox" == proof.journeys[0].option
    assert () == tuple(one for journey in proof.journeys for one in journey.passages)
    assert before == _lying(receiver)


def test_a_strangers_copy_is_any_mail(receiver: Receiver) -> None:
    """A stranger's mail to the one-time address reaches the person as any other."""
    given = tokens()
    seen, _ = look(receiver.scene, client=False)
    prove(seen, ProofOptions(given, None, 6.0), lab_doors(receiver.scene.lab))
    once = canary_address(Address(receiver.scene.address), given.given[0])

    receiver.write(once, subject="Buy")

    assert ["Buy"] == [mail.subject for mail in receiver.inbox()]


def test_to_inbox_reaches_the_person(receiver: Receiver) -> None:
    """Asked for, the person gets the proof as well."""
    found = proven(receiver.scene, to_inbox=True, patience=30)
    receiver.settle()

    assert found.journey(Way.IN).proven, found.told
    (mail,) = receiver.inbox()
    assert mail.subject.startswith("sendas canary")
    assert mail.header(CANARY) is None


def test_a_killed_run_is_tidied_by_the_next(receiver: Receiver) -> None:
    """What a run that was killed after sending leaves is gone after the next one."""
    before = _lying(receiver)
    _killed(receiver)
    receiver.settle()
    assert before < _lying(receiver)

    found = proven(receiver.scene, doors=_later(receiver), patience=30)

    assert found.journey(Way.IN).proven, found.told
    assert before == _lying(receiver)
    assert () == receiver.inbox()


def test_a_mail_that_comes_late_is_tidied_by_the_next(receiver: Receiver) -> None:
    """SES stores it once the bucket is open again: it reaches nobody, and does not stay."""
    before = _lying(receiver)
    scene = receiver.scene
    policy = scene.call("s3", "GetBucketPolicy", Bucket=scene.bucket)["Policy"]
    scene.call("s3", "DeleteBucketPolicy", Bucket=scene.bucket)

    found = proven(scene)

    assert Hop.STORED is found.stopped_at(), found.told
    assert "not arrived yet" in found.journey(Way.IN).left[0]
    scene.call("s3", "PutBucketPolicy", Bucket=scene.bucket, Policy=policy)
    scene.lab.clock.move(timedelta(minutes=10))
    receiver.settle()
    assert any(key.startswith("mail/") for key in _lying(receiver) - before)
    again = proven(scene, doors=_later(receiver), patience=30)
    assert again.journey(Way.IN).proven, again.told
    assert before == _lying(receiver)
    assert () == receiver.inbox()


def test_a_domain_that_only_sends_is_proven_as_far_as_it_can_be(sendas_lab: Lab) -> None:
    """SES takes the mail for its simulator; whether one arrives is not known, and no fault."""
    found = proven(build(sendas_lab, SetUp(receiving=False)), client=True)

    out = found.journey(Way.OUT)
    assert [
        (Hop.LOGGED_IN, End.PASSED), (Hop.SENT, End.PASSED), (Hop.CAME, End.UNSEEN),
    ] == [(one.hop, one.end) for one in out.passages], found.told  # fmt: skip
    assert () == found.journey(Way.IN).passages
    assert () == found.diagnosis.roots, found.told
    assert 3 == exit_status(found.diagnosis)


class _Dead(BaseException):
    """kill -9."""


def _killed(receiver: Receiver) -> None:
    doors = lab_doors(receiver.scene.lab)

    class Mortal(ProofGateways):
        """Dies when it first looks for the mail, and tidies nothing."""

        def mails_since(
            self, bucket: str, prefix: str, since: datetime
        ) -> Seen[tuple[MailObject, ...]]:
            """The process ends."""
            raise _Dead(bucket, prefix, since)

        def delete(self, bucket: str, key: str) -> None:
            """The process has ended."""
            raise _Dead(bucket, key)

    session = receiver.scene.lab.session()
    seen, _ = look(receiver.scene, client=False)
    dying = replace(doors, aws=lambda region: Mortal(session, region))
    with pytest.raises(_Dead):
        prove(seen, ProofOptions(tokens(), None, 6.0), dying)


def _later(receiver: Receiver) -> Doors:
    real = real_timing()
    return lab_doors(
        receiver.scene.lab, Timing(lambda: real.now() + timedelta(minutes=10), real.sleep)
    )
