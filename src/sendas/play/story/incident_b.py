"""Incident B: two failures behind one error message (FACTS 23)."""

import time

from collections.abc import Iterator
from dataclasses import replace

from sendas_lab.recipients import Refusal, StoredMail
from sendas_lab.world import Lab

from sendas.bounce import explain
from sendas.doctor.evidence import Symptom
from sendas.doctor.observe import Request
from sendas.doctor.render.terminal import Look, render
from sendas.doctor.symptoms import symptoms
from sendas.play.scene import Scene, SetUp, build
from sendas.play.story.doctoring import consult, subject_of
from sendas.play.story.step import Step, equal, true
from sendas.ses.regions import Region


TITLE = "Incident B: two failures, one error message"
REGION = Region("us-east-1")
BUYER = "buyer@fabrikam.example"


def play(lab: Lab, look: Look) -> Iterator[Step]:
    """The incident, from the rotated key to both faults mended."""
    scene = build(lab, SetUp(region=REGION))
    scene.add_to_gmail()
    old = _Credential(scene)
    yield _mail_flows(scene)
    yield _refused_by_exchange(scene)
    yield _complained_about(scene)

    _rotate(scene)
    bounce = _bounced(scene)
    yield _gmail_bounces(bounce)
    yield _doctor_finds_both(scene, old, bounce, look)

    yield _new_pair_in_gmail(scene)
    yield _one_fault_left(scene)
    yield _off_the_list(scene)
    yield _all_is_well(scene, look)


class _Credential:
    """What Gmail keeps: a copy, whatever happens to the key."""

    def __init__(self, scene: Scene) -> None:
        self.username, self.password, self.secret = (
            scene.key_id,
            scene.smtp_password,
            scene.secret,
        )


def _mail_flows(scene: Scene) -> Step:
    scene.send_from_gmail(BUYER, subject="Offer 1")
    mails = scene.lab.exchange.mailboxes.of(BUYER)
    return Step(
        f"{scene.domain} sends from Gmail over SES {scene.region}; all is well",
        (true("a mail to a customer on Exchange Online arrives", holds=_has(mails, "Offer 1")),),
    )


def _refused_by_exchange(scene: Scene) -> Step:
    scene.lab.exchange.refusal = Refusal.BLOCK_LIST
    scene.send_from_gmail(BUYER, subject="Offer 2")
    scene.lab.exchange.refusal = None
    mails = scene.lab.exchange.mailboxes.of(BUYER)
    return Step(
        "weeks ago: Exchange Online refuses a mail that SES had taken",
        (true("SES handed it over, Exchange said no", holds=not _has(mails, "Offer 2")),),
    )


def _complained_about(scene: Scene) -> Step:
    scene.lab.ses.suppress(scene.region, BUYER, "COMPLAINT")
    entry = scene.call("sesv2", "GetSuppressedDestination", EmailAddress=BUYER)
    return Step(
        "and a complaint puts the customer on the account's suppression list",
        (equal("the reason", "COMPLAINT", entry["SuppressedDestination"]["Reason"]),),
        command=(
            f"aws sesv2 get-suppressed-destination --region {scene.region} --email-address {BUYER}"
        ),
    )


def _rotate(scene: Scene) -> None:
    """The key is rotated as guides tell: a new one is made, the old one deleted."""
    before = scene.key_id
    scene.new_key()
    scene.call("iam", "DeleteAccessKey", UserName=scene.set_up.user, AccessKeyId=before)


def _bounced(scene: Scene) -> StoredMail:
    """What the next mail from Gmail leads to: the newest mail in the inbox."""
    scene.send_from_gmail(BUYER, subject="Offer 3")
    return scene.inbox()[-1]


def _gmail_bounces(bounce: StoredMail) -> Step:
    text = bounce.text()
    return Step(
        "the key is rotated; the next mail from Gmail comes back",
        (
            true(
                "Gmail says what everybody has read", holds="misconfigured or out of date" in text
            ),
            true("and quotes SES's 535", holds="535" in text, seen=text),
        ),
        output=text.strip(),
    )


def _doctor_finds_both(scene: Scene, old: _Credential, bounce: StoredMail, look: Look) -> Step:
    shown = symptoms(explain(bounce.content), bounce.content)
    started = time.perf_counter()
    diagnosis = consult(scene, _request(scene, old, shown))
    elapsed = time.perf_counter() - started
    return Step(
        f"the doctor reads the bounce, looks at everything, and answers in {elapsed:.1f} s",
        (
            equal(
                "two root causes: the key is gone, and the customer is on the suppression list",
                {"PW020", "SUP001"},
                set(diagnosis.roots),
            ),
            true(
                "no healthy layer is blamed",
                holds=not any(
                    finding.layer in {"dns", "identity", "account", "receive"}
                    for finding in diagnosis.findings
                    if finding.status == "fail"
                ),
            ),
        ),
        command=(
            f"sendas doctor {scene.domain} --region {scene.region} --to {BUYER} "
            f"--bounce bounce.eml --smtp-username …{old.username[-4:]} "
            "--password-env SMTP_PASSWORD"
        ),
        output=render(diagnosis, look),
    )


def _new_pair_in_gmail(scene: Scene) -> Step:
    scene.lab.gmail.edit_send_as(
        scene.set_up.gmail, scene.address, username=scene.key_id, password=scene.smtp_password
    )
    scene.send_from_gmail("jane@example.net", subject="After the new pair")
    mails = scene.lab.recipients.mailboxes.of("jane@example.net")
    return Step(
        "first mend: Gmail gets the new user name and password",
        (true("mail flows again", holds=_has(mails, "After the new pair")),),
    )


def _one_fault_left(scene: Scene) -> Step:
    scene.send_from_gmail(BUYER, subject="Offer 4")
    mails = scene.lab.exchange.mailboxes.of(BUYER)
    diagnosis = consult(scene, _request(scene, _Credential(scene), ()))
    return Step(
        "the customer still gets nothing: SES takes the mail, and drops it",
        (
            true("nothing arrives", holds=not _has(mails, "Offer 4")),
            equal("the other root stands alone", ("SUP001",), diagnosis.roots),
        ),
    )


def _off_the_list(scene: Scene) -> Step:
    scene.call("sesv2", "DeleteSuppressedDestination", EmailAddress=BUYER)
    scene.send_from_gmail(BUYER, subject="Offer 5")
    mails = scene.lab.exchange.mailboxes.of(BUYER)
    checks = next((m.authentication for m in reversed(mails) if m.subject == "Offer 5"), None)
    return Step(
        "second mend: the customer agrees, and is taken off the list",
        (
            true("the mail arrives", holds=checks is not None),
            true(
                "SPF, DKIM and DMARC pass there",
                holds=bool(
                    checks and checks.spf_passes and checks.dkim_passes and checks.dmarc_passes
                ),
                seen=str(checks),
            ),
        ),
        command=(
            "aws sesv2 delete-suppressed-destination "
            f"--region {scene.region} --email-address {BUYER}"
        ),
    )


def _all_is_well(scene: Scene, look: Look) -> Step:
    diagnosis = consult(scene, _request(scene, _Credential(scene), ()))
    return Step(
        "the doctor, asked again, has nothing to say",
        (equal("no root cause is left", (), diagnosis.roots),),
        output=render(diagnosis, look).rstrip().rpartition("\n")[2],
    )


def _request(scene: Scene, held: _Credential, shown: tuple[Symptom, ...]) -> Request:
    subject = replace(subject_of(scene), to_address=BUYER, smtp_username=held.username)
    return Request(subject, password=held.password, log_in=True, symptoms=shown)


def _has(mails: tuple[StoredMail, ...], subject: str) -> bool:
    return any(mail.subject == subject for mail in mails)
