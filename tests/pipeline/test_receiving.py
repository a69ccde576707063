"""A mail's whole way: outside SMTP, SES, S3, SNS, SQS, the built zip in a child process, Gmail."""

import json
import urllib.request

from datetime import timedelta
from email.utils import getaddresses, parseaddr

import pytest

from sendas_lab.ses.message import EICAR, GTUBE

from sendas.forward.routes import Limits, Refuse, To
from sendas.play.receiving_stack import FUNCTION, PREFIX, Receiver, receive_with, routes_for
from sendas.play.scene import Scene


JANE = "jane@example.net"
SECOND = "second@gmail.com"


def body_of(content: bytes) -> bytes:
    """What stands behind the header, without the line end that SMTP's final dot needs."""
    return content.partition(b"\r\n\r\n")[2].removesuffix(b"\r\n")


def told(receiver: Receiver) -> list[str]:
    """The letters that the owner got about mail that was not forwarded."""
    return [mail.text() for mail in receiver.inbox() if mail.header("X-Sendas-Id") is None]


def forwarded(receiver: Receiver) -> list[str]:
    """The subjects of what was forwarded to the owner, sorted."""
    return sorted(mail.subject for mail in receiver.inbox() if mail.header("X-Sendas-Id"))


def test_a_mail_arrives_with_everything_passing(receiver: Receiver) -> None:
    """SPF, DKIM and DMARC pass at Gmail, for our domain; the author can be read and answered."""
    receiver.write(subject="Invoice 7")

    [mail] = receiver.inbox()
    assert mail.authentication
    assert mail.authentication.spf_passes
    assert mail.authentication.dkim_passes
    assert "dmarc=pass" in (mail.header("Authentication-Results") or "")
    assert "header.from=example.com" in (mail.header("Authentication-Results") or "")
    assert "Invoice 7" == mail.subject
    assert ("Jane Doe (jane at example.net)", "forwarded@example.com") == parseaddr(mail.author)
    assert [("Jane Doe", JANE)] == getaddresses([mail.header("Reply-To") or ""])
    assert (0, 0) == receiver.waiting()
    assert () == receiver.dead_letters()


@pytest.mark.parametrize(
    "body",
    [
        # PEERS 1.2, faults 1, 2 and 10.
        b"no newline at the end: the code is 123456",
        b"caf\xe9 in ISO-8859-1, \xff\x80",
        b".\r\n..\r\n. dots",
        b"",
    ],
    ids=["no-newline", "8-bit", "dots", "empty"],
)
def test_the_body_arrives_as_it_left(receiver: Receiver, body: bytes) -> None:
    """Every byte of the body; S3's copy is the truth.

    (Line feeds alone do not survive SES: SMTP has no way to carry them.)
    """
    receiver.bring(receiver.letter(text="") + body)
    receiver.settle()

    [mail] = receiver.inbox()
    [kept] = [receiver.read(PREFIX + name) for name in receiver.kept()]
    assert body_of(kept) == body_of(mail.content)


def test_a_mail_of_more_than_10_mb_arrives(receiver: Receiver) -> None:
    """Over the limit of SES's old API, and of the forwarders that use it (PEERS 1.3, row 2)."""
    text = (b"0123456789abcdef" * 4 + b"\r\n") * 190_000
    receiver.bring(receiver.letter(text="") + text)
    receiver.settle(120.0)

    [mail] = receiver.inbox()
    assert 12_000_000 < len(mail.content)
    assert body_of(mail.content) == text.removesuffix(b"\r\n")


def test_a_route_changes_without_a_deployment(receiver: Receiver, scene: Scene) -> None:
    """The next mail goes where the new routes say, by the same code in the same process."""
    scene.lab.gmail.open_account(SECOND)
    before = scene.call("lambda", "GetFunction", FunctionName=FUNCTION)["Configuration"]
    receiver.write(subject="old")

    receiver.set_routes(routes_for(scene, me=To((SECOND,))))
    receiver.write(subject="new")

    assert ["old"] == forwarded(receiver)
    assert ["new"] == [mail.subject for mail in scene.lab.gmail.inbox(SECOND)]
    after = scene.call("lambda", "GetFunction", FunctionName=FUNCTION)["Configuration"]
    assert before["CodeSha256"] == after["CodeSha256"]


def test_routes_that_cannot_be_read_change_nothing(receiver: Receiver, scene: Scene) -> None:
    """A broken routes object leaves the last good one in force, and says so in the log."""
    receiver.write(subject="before")
    scene.call("s3", "PutObject", Bucket=scene.bucket, Key="sendas/routes.json", Body=b"{")
    receiver.write(subject="after")

    assert ["after", "before"] == forwarded(receiver)
    assert "routes are malformed" in receiver.log()


def test_several_targets_get_a_copy_each(receiver: Receiver, scene: Scene) -> None:
    """One copy for each, and a target that bounces does not fail the others."""
    scene.lab.gmail.open_account(SECOND)
    targets = (scene.set_up.gmail, "nobody-there@gmail.com", SECOND)
    receiver.set_routes(routes_for(scene, team=To(targets)))
    receiver.write("team@example.com", subject="all of you")

    assert ["all of you"] == forwarded(receiver)
    assert ["all of you"] == [mail.subject for mail in scene.lab.gmail.inbox(SECOND)]


@pytest.mark.parametrize(("bad", "reason"), [(GTUBE, "spam"), (EICAR, "virus")])
def test_spam_and_viruses_stay_here_until_released(
    receiver: Receiver, bad: bytes, reason: str
) -> None:
    """Quarantined, not forwarded; a release delivers it once (PEERS 1.3, rows 12 and 13)."""
    receiver.bring(receiver.letter(subject="bad") + bad + b"\r\n")
    receiver.settle()
    [name] = receiver.kept()

    assert () == receiver.inbox()
    [mark] = receiver.keys("sendas/quarantine/")
    assert name in mark
    assert reason == receiver.records()[name]["tasks"][0]["reason"]

    if reason == "virus":
        return  # SES itself refuses to send a virus on, released or not
    for _ in range(2):
        receiver.ask(release=[name])

    assert ["bad"] == forwarded(receiver)
    assert () == receiver.keys("sendas/quarantine/")


def test_a_forged_mail_is_quarantined(receiver: Receiver, scene: Scene) -> None:
    """DMARC failed and the author's domain says reject: kept, not forwarded."""
    zone = scene.lab.dns.world_zone("example.org")
    zone.set("_dmarc.example.org", "TXT", "v=DMARC1; p=reject")
    receiver.bring(
        receiver.letter(author="Bank <safe@example.org>"), reverse_path="x@fabrikam.example"
    )
    receiver.settle()

    assert () == receiver.inbox()
    assert 1 == len(receiver.keys("sendas/quarantine/"))


def test_the_digest_lists_the_quarantine(receiver: Receiver, scene: Scene) -> None:
    """Once a day the owner reads what was kept back, and how to release it."""
    receiver.bring(receiver.letter(subject="cheap watches") + GTUBE + b"\r\n")
    receiver.settle()
    [name] = receiver.kept()

    receiver.ask(digest=f"{scene.lab.clock.now():%Y-%m-%d}")

    [letter] = told(receiver)
    assert "cheap watches" in letter
    assert f"sendas mail release {name}" in letter


def test_no_route_is_told(receiver: Receiver) -> None:
    """The owner learns who wrote what to which address; after a route is given it is delivered."""
    receiver.write("sales@example.com", subject="An order")

    [letter] = told(receiver)
    assert "An order" in letter
    assert "there is no route for sales at example" in letter
    assert "For:      sales@example.com" in letter

    [name] = receiver.kept()
    receiver.set_routes(routes_for(receiver.scene, sales=To((receiver.scene.set_up.gmail,))))
    receiver.ask(redeliver=[name])

    assert ["An order"] == forwarded(receiver)


def test_too_large_is_told_with_a_private_link(receiver: Receiver, scene: Scene) -> None:
    """The notice has a link to the original that works without a key, and ends."""
    receiver.set_routes(routes_for(scene, limits=Limits(max_message_bytes=20_000)))
    receiver.write(subject="Holiday pictures", text="x" * 70 + "\r\n" * 15_000)

    assert [] == forwarded(receiver)
    [letter] = told(receiver)
    assert "Holiday pictures" in letter
    [link] = [line for line in letter.splitlines() if line.startswith("http")]
    assert "X-Amz-Expires=" in link
    [name] = receiver.kept()
    with urllib.request.urlopen(link, timeout=10) as answer:  # noqa: S310  the lab's S3
        assert receiver.read(PREFIX + name) == answer.read()


def test_refused_content_is_told(receiver: Receiver) -> None:
    """What SES will not send as it is leaves the mail, and a notice with reason and link."""
    receiver.write(subject="long lines", text="y" * 5000 + "\r\n")

    assert [] == forwarded(receiver)
    [letter] = told(receiver)
    assert "long lines" in letter
    assert "Line length" in letter
    assert (0, 0) == receiver.waiting()


def test_an_unmatched_recipient_is_one_outcome(receiver: Receiver) -> None:
    """One known and thirty unknown addresses: one copy and one notice (PEERS 1.3, rows 15, 20)."""
    unknown = [f"nobody{number}@example.com" for number in range(30)]
    receiver.write("me@example.com", *unknown, subject="to many")

    assert ["to many"] == forwarded(receiver)
    assert 1 == len(told(receiver))


def test_sixty_header_recipients_do_not_matter(receiver: Receiver) -> None:
    """The destination is ours, never the header's (PEERS 1.3, row 15)."""
    others = ", ".join(f"p{number}@example.org" for number in range(60))
    receiver.write(subject="cc to all", Cc=others)

    assert ["cc to all"] == forwarded(receiver)


def test_what_comes_back_is_not_forwarded_again(receiver: Receiver) -> None:
    """A mailbox that forwards back to us: the second time it is kept (loop mark)."""
    receiver.write(subject="round and round")
    [mail] = receiver.inbox()
    receiver.bring(mail.content, "me@example.com", reverse_path="owner@gmail.com")
    receiver.settle()

    assert ["round and round"] == forwarded(receiver)
    assert "loop" in {
        task["reason"] for record in receiver.records().values() for task in record["tasks"]
    }


@pytest.mark.parametrize("times", [2, 5])
def test_the_same_notice_again_changes_nothing(receiver: Receiver, times: int) -> None:
    """SNS and SQS may deliver twice, also at once: one copy (PEERS 1.3, row 14)."""
    reply = receiver.bring(receiver.letter(subject="once")).reply
    receiver.scene.lab.settle()
    for _ in range(times - 1):
        receiver.tell_again(reply.text.rpartition(" ")[2])
    receiver.settle()
    receiver.wait_it_out()

    assert ["once"] == forwarded(receiver)
    assert () == receiver.dead_letters()


def test_functions_side_by_side_send_once(scene: Scene) -> None:
    """Five notices of one mail, handled by five functions at the same time: one copy."""
    receiver = receive_with(scene)
    [mapping] = scene.call("lambda", "ListEventSourceMappings")["EventSourceMappings"]
    scene.call(
        "lambda",
        "UpdateEventSourceMapping",
        UUID=mapping["UUID"],
        Enabled=False,
        BatchSize=1,
        ScalingConfig={"MaximumConcurrency": 5},
    )
    reply = receiver.bring(receiver.letter(subject="once")).reply
    scene.lab.settle()
    for _ in range(4):
        receiver.tell_again(reply.text.rpartition(" ")[2])
    scene.call("lambda", "UpdateEventSourceMapping", UUID=mapping["UUID"], Enabled=True)
    receiver.settle()
    receiver.wait_it_out()

    assert ["once"] == forwarded(receiver)
    assert (0, 0) == receiver.waiting()
    assert () == receiver.dead_letters()


def test_two_rules_that_match_give_one_copy(receiver: Receiver, scene: Scene) -> None:
    """Two receipt rules store and tell twice: one copy all the same (PEERS 1.3, row 14)."""
    [rule] = scene.call("ses", "DescribeActiveReceiptRuleSet")["Rules"]
    scene.call("s3", "DeleteBucketPolicy", Bucket=scene.bucket)
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "ses.amazonaws.com"},
        "Action": "s3:PutObject",
        "Resource": f"arn:aws:s3:::{scene.bucket}/*",
        "Condition": {"StringEquals": {"AWS:SourceAccount": scene.lab.account_id}},
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    scene.call("s3", "PutBucketPolicy", Bucket=scene.bucket, Policy=policy)
    another = rule | {"Name": "another", "Recipients": ["me@example.com"]}
    scene.call("ses", "CreateReceiptRule", RuleSetName="sendas", Rule=another)

    receiver.write(subject="once")
    receiver.wait_it_out()

    assert ["once"] == forwarded(receiver)


def test_a_refused_address_bounces_to_the_sender(receiver: Receiver, scene: Scene) -> None:
    """The person who wrote gets a bounce with the route's text."""
    receiver.set_routes(routes_for(scene, closed=Refuse("Please write to info@example.com.")))
    receiver.write("closed@example.com")

    [bounce] = scene.lab.recipients.mailboxes.of(JANE)
    assert "" == bounce.envelope.reverse_path
    assert b"Please write to info@example.com." in bounce.content


@pytest.mark.parametrize(
    ("reverse_path", "headers"),
    [("", {}), (JANE, {"Auto_Submitted": "auto-replied"}), (JANE, {"List_Id": "<l.example.net>"})],
    ids=["null reverse-path", "auto-reply", "list"],
)
def test_machines_are_never_answered(
    receiver: Receiver, scene: Scene, reverse_path: str, headers: dict[str, str]
) -> None:
    """No bounce and no notice for what a machine wrote (PEERS 1.3, row 17; RFC 3834)."""
    receiver.set_routes(routes_for(scene, closed=Refuse()))
    for address in ("closed@example.com", "nobody@example.com"):
        letter = receiver.letter(address, **headers)
        receiver.bring(letter, address, reverse_path=reverse_path)
    receiver.settle()

    assert () == scene.lab.recipients.mailboxes.of(JANE)
    assert [] == told(receiver)
    assert 2 == len(receiver.kept())
    assert (0, 0) == receiver.waiting()


def test_a_burst_is_paced(receiver: Receiver, scene: Scene) -> None:
    """At one mail a second SES throttles; the queue brings the rest back (PEERS 1.3, row 19)."""
    receiver.set_environment(LAB_HASTE="50")
    scene.lab.ses.set_quota(scene.region, max_rate=1)
    for number in range(12):
        receiver.bring(receiver.letter(subject=f"{number:02}"))
    receiver.settle()
    receiver.wait_it_out()

    assert [f"{number:02}" for number in range(12)] == forwarded(receiver)
    assert () == receiver.dead_letters()


def test_a_paused_account_keeps_the_mail_until_it_sends_again(
    receiver: Receiver, scene: Scene
) -> None:
    """Nothing vanishes (PEERS 1.3, row 1): dead letters, then a redelivery of all of them."""
    receiver.set_environment(LAB_HASTE="50")
    scene.lab.ses.set_sending_enabled(scene.region, enabled=False)
    receiver.write(subject="one")
    receiver.write(subject="two")
    receiver.wait_it_out()

    names = receiver.dead_letters()
    assert sorted(receiver.kept()) == sorted(names)
    assert [] == forwarded(receiver)

    scene.lab.ses.set_sending_enabled(scene.region, enabled=True)
    receiver.ask(redeliver=list(names))

    assert ["one", "two"] == forwarded(receiver)


def test_an_object_that_is_gone_is_a_dead_letter(receiver: Receiver, scene: Scene) -> None:
    """A notice whose mail cannot be read is never taken for done."""
    [mapping] = scene.call("lambda", "ListEventSourceMappings")["EventSourceMappings"]
    scene.call("lambda", "UpdateEventSourceMapping", UUID=mapping["UUID"], Enabled=False)
    receiver.write()
    [name] = receiver.kept()
    scene.call("s3", "DeleteObject", Bucket=scene.bucket, Key=PREFIX + name)
    scene.call("lambda", "UpdateEventSourceMapping", UUID=mapping["UUID"], Enabled=True)
    receiver.settle()
    receiver.wait_it_out()

    assert (name,) == receiver.dead_letters()


def test_the_log_names_nobody(receiver: Receiver, scene: Scene) -> None:
    """Ids, sizes, verdicts and reasons; no address, no subject, unless asked for."""
    receiver.set_routes(routes_for(scene, closed=Refuse()))
    receiver.write(subject="Very private")
    receiver.write("nobody@example.com", subject="Very private")
    receiver.write("closed@example.com", subject="Very private")
    receiver.write(subject="Very private", text="z" * 5000 + "\r\n")
    receiver.bring(receiver.letter(subject="Very private") + GTUBE)
    receiver.settle()

    log = receiver.log()
    assert all(name in log for name in receiver.kept())
    for private in ("Very private", "jane", "owner@", "@gmail.com", "nobody@", "closed@"):
        assert private not in log
    for line in log.splitlines():
        if line.startswith("{"):
            json.loads(line)


def test_an_existing_lambda_action_is_served(receiver: Receiver, scene: Scene) -> None:
    """A rule that stores and then invokes the function directly, as older set-ups have it."""
    function = scene.call("lambda", "GetFunction", FunctionName=FUNCTION)["Configuration"]
    scene.call(
        "lambda",
        "AddPermission",
        FunctionName=FUNCTION,
        StatementId="ses",
        Action="lambda:InvokeFunction",
        Principal="ses.amazonaws.com",
        SourceAccount=scene.lab.account_id,
    )
    [rule] = scene.call("ses", "DescribeActiveReceiptRuleSet")["Rules"]
    store = {"BucketName": scene.bucket, "ObjectKeyPrefix": PREFIX}
    invoke = {"FunctionArn": function["FunctionArn"], "InvocationType": "Event"}
    actions = [{"S3Action": store}, {"LambdaAction": invoke}]
    changed = rule | {"Actions": actions}
    scene.call("ses", "UpdateReceiptRule", RuleSetName="sendas", Rule=changed)

    receiver.write(subject="the old way")

    assert ["the old way"] == forwarded(receiver)


def test_moving_from_one_to_the_other_delivers_once(receiver: Receiver, scene: Scene) -> None:
    """While both the direct action and the queue tell of a mail, it still comes once."""
    function = scene.call("lambda", "GetFunction", FunctionName=FUNCTION)["Configuration"]
    scene.call(
        "lambda",
        "AddPermission",
        FunctionName=FUNCTION,
        StatementId="ses",
        Action="lambda:InvokeFunction",
        Principal="ses.amazonaws.com",
        SourceAccount=scene.lab.account_id,
    )
    [rule] = scene.call("ses", "DescribeActiveReceiptRuleSet")["Rules"]
    invoke = {"FunctionArn": function["FunctionArn"], "InvocationType": "Event"}
    changed = rule | {"Actions": [*rule["Actions"], {"LambdaAction": invoke}]}
    scene.call("ses", "UpdateReceiptRule", RuleSetName="sendas", Rule=changed)

    receiver.write(subject="once")
    receiver.wait_it_out()
    scene.lab.clock.move(timedelta(hours=5))
    receiver.later()

    assert ["once"] == forwarded(receiver)
