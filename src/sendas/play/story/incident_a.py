"""Incident A: SMTP answers 535 while the API works with the same key."""

import re
import time

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from sendas_lab.gmail import DialogError
from sendas_lab.recipients import StoredMail
from sendas_lab.world import Lab

from sendas.doctor.observe import Request
from sendas.doctor.render.terminal import Look, render
from sendas.play.scene import Scene, SetUp, build
from sendas.play.story.doctoring import consult, subject_of
from sendas.play.story.mistakes import password_without_date
from sendas.play.story.step import Claim, Step, equal, true
from sendas.ses.regions import Region, smtp_host
from sendas.smtp.dialogue import dial
from sendas.smtp.password import derive_smtp_password
from sendas.smtp.probe import Outcome, Probe
from sendas.smtp.session import Credential


TITLE = "Incident A: 535 Authentication Credentials Invalid, while the API works"
REGION = Region("us-east-2")
JANE = "jane@example.net"
_TYPING = timedelta(minutes=1)
"""What the dialog takes: two confirmations of one second would have no order."""


def play(lab: Lab, look: Look) -> Iterator[Step]:
    """The incident, from the healthy-looking set-up to a mail that has arrived."""
    scene = build(lab, SetUp(region=REGION))
    yield _set_up(scene)
    yield _api_works(scene)
    yield _receiving_works(scene)

    wrong = password_without_date(scene.secret, scene.region)
    yield _smtp_is_refused(scene, wrong)
    yield _gmail_is_refused(scene, wrong)
    yield _doctor_names_the_mistake(scene, wrong, look)

    yield _right_password_logs_in(scene)
    yield _gmail_accepts_it(scene)
    yield _mail_arrives(scene)
    yield _doctor_is_content(scene, look)


def _set_up(scene: Scene) -> Step:
    identity = scene.call("sesv2", "GetEmailIdentity", EmailIdentity=scene.domain)
    account = scene.call("sesv2", "GetAccount")
    return Step(
        f"{scene.domain} is set up in SES {scene.region}, its DNS in Route 53",
        (
            equal(
                "the domain is verified, Easy DKIM is on",
                "SUCCESS",
                identity["DkimAttributes"]["Status"],
            ),
            equal(
                "the custom MAIL FROM domain works",
                "SUCCESS",
                identity["MailFromAttributes"]["MailFromDomainStatus"],
            ),
            true(
                "the account has production access",
                holds=account["ProductionAccessEnabled"],
                seen="the sandbox",
            ),
        ),
    )


def _api_works(scene: Scene) -> Step:
    scene.call(
        "sesv2",
        "SendEmail",
        FromEmailAddress=scene.address,
        Destination={"ToAddresses": [JANE]},
        Content={"Simple": {"Subject": {"Data": "by API"}, "Body": {"Text": {"Data": "Hello."}}}},
    )
    scene.lab.settle()
    return Step(
        "sending over the SES API works",
        _arrived(scene.lab.recipients.mailboxes.of(JANE), "by API"),
    )


def _receiving_works(scene: Scene) -> Step:
    result = scene.lab.write_to_owner(scene.address, sender=JANE, subject="To the owner")
    stored = scene.stored_mail()
    return Step(
        "receiving works: a mail from outside is stored in S3",
        (
            true("SES took it", holds=result.reply.accepted, seen=str(result.reply)),
            true(
                "it lies in the bucket",
                holds=any(b"Subject: To the owner" in mail for mail in stored),
                seen=f"{len(stored)} mails",
            ),
        ),
    )


def _smtp_is_refused(scene: Scene, wrong: str) -> Step:
    probe = _log_in(scene, wrong)
    return Step(
        "the same key, turned into an SMTP password by the owner's script, is refused",
        (
            equal(
                "SES says what everybody has read",
                "535 Authentication Credentials Invalid",
                str(probe.reply),
            ),
            equal("although the password has the right shape", (44, "B"), (len(wrong), wrong[0])),
        ),
        command=(
            f"sendas smtp check --region {scene.region} "
            f"--username …{scene.key_id[-4:]} --password-env SMTP_PASSWORD"
        ),
        output="\n".join(f"{step.direction} {step.text}" for step in probe.steps[-6:]),
    )


def _gmail_is_refused(scene: Scene, wrong: str) -> Step:
    try:
        scene.add_to_gmail(password=wrong)
    except DialogError as refusal:
        said = str(refusal)
    else:
        said = ""
    return Step(
        'Gmail\'s "Send mail as" dialog refuses it, too',
        (true("Gmail could not log in, and created nothing", holds=bool(said), seen="it did"),),
        output=said,
    )


def _doctor_names_the_mistake(scene: Scene, wrong: str, look: Look) -> Step:
    started = time.perf_counter()
    diagnosis = consult(scene, _request(scene, wrong))
    elapsed = time.perf_counter() - started
    return Step(
        f"the doctor looks at everything, and answers in {elapsed:.1f} s",
        (
            equal("one root cause: the date step was left out", ("PW003",), diagnosis.roots),
            true(
                "the refused login is explained by it, not a cause of its own",
                holds=any(
                    f.code == "SMTP101" and f.explained_by == "PW003" for f in diagnosis.findings
                ),
            ),
        ),
        command=(
            f"sendas doctor {scene.domain} --region {scene.region} --from {scene.address} "
            f"--smtp-username …{scene.key_id[-4:]} "
            "--password-env SMTP_PASSWORD --secret-env SECRET"
        ),
        output=render(diagnosis, look),
    )


def _right_password_logs_in(scene: Scene) -> Step:
    password = derive_smtp_password(scene.secret, region=scene.region).value
    probe = _log_in(scene, password)
    return Step(
        "the right password, derived from the same key, logs in",
        (
            equal(
                "SES answers 235 Authentication successful.",
                (Outcome.ACCEPTED, "235 Authentication successful."),
                (probe.outcome, str(probe.reply)),
            ),
        ),
        command=f"sendas password derive --region {scene.region} --secret-stdin",
        output=f"{len(password)} characters, beginning with {password[0]} (not shown)",
    )


def _gmail_accepts_it(scene: Scene) -> Step:
    gmail, account = scene.lab.gmail, scene.set_up.gmail
    scene.lab.clock.move(_TYPING)
    gmail.add_send_as(
        account,
        address=scene.address,
        name="The Owner",
        host=smtp_host(scene.region),
        port=587,
        username=scene.key_id,
        password=scene.smtp_password,
    )
    code = _confirmation_code(scene.stored_mail())
    confirmed = gmail.confirm(account, scene.address, code)
    return Step(
        "Gmail logs in with it, and mails a confirmation code to the address",
        (
            true("the confirmation came through SES into S3", holds=bool(code)),
            true("the code in it is accepted", holds=confirmed),
        ),
        output=f"Confirmation code: {code}",
    )


def _confirmation_code(mails: tuple[bytes, ...]) -> str:
    """The code of the newest Gmail confirmation among the received mails."""
    for mail in reversed(mails):
        if b"Subject: Gmail Confirmation - Send Mail as" in mail:
            found = re.search(rb"Confirmation code: (\d+)", mail)
            return found[1].decode() if found else ""
    return ""


def _mail_arrives(scene: Scene) -> Step:
    scene.send_from_gmail(JANE, subject="From Gmail, as myself")
    mails = scene.lab.recipients.mailboxes.of(JANE)
    shown = next((m for m in mails if m.subject == "From Gmail, as myself"), None)
    return Step(
        "a mail written in Gmail as the domain address reaches its reader",
        (
            *_arrived(mails, "From Gmail, as myself"),
            true(
                "From is the domain address", holds=bool(shown and scene.address in shown.author)
            ),
        ),
        output=_authentication(shown),
    )


def _doctor_is_content(scene: Scene, look: Look) -> Step:
    diagnosis = consult(scene, _request(scene, scene.smtp_password))
    return Step(
        "the doctor, asked again, has nothing to say",
        (equal("no root cause is left", (), diagnosis.roots),),
        output=render(diagnosis, look).rstrip().rpartition("\n")[2],
    )


def _request(scene: Scene, password: str) -> Request:
    subject = replace(subject_of(scene), smtp_username=scene.key_id)
    return Request(subject, password=password, secret=scene.secret, log_in=True)


def _log_in(scene: Scene, password: str) -> Probe:
    return dial(
        smtp_host(scene.region),
        587,
        implicit_tls=False,
        tls=scene.lab.certificates.client_context(),
        clock=time.monotonic,
        credential=Credential(scene.key_id, password),
        dial_map=scene.lab.network.dial_map(),
    )


def _arrived(mails: tuple[StoredMail, ...], subject: str) -> tuple[Claim, ...]:
    """That the newest mail of that subject is there, and what its reader's server made of it."""
    mail = next((m for m in reversed(mails) if m.subject == subject), None)
    checks = mail.authentication if mail else None
    return (
        true("it arrived", holds=mail is not None, seen=f"{len(mails)} other mails"),
        true(
            "SPF, DKIM and DMARC pass there",
            holds=bool(
                checks and checks.spf_passes and checks.dkim_passes and checks.dmarc_passes
            ),
            seen=str(checks),
        ),
    )


def _authentication(mail: StoredMail | None) -> str:
    """The header that the reader's server wrote, a result a line."""
    if mail is None:
        return ""
    results = (mail.header("Authentication-Results") or "").split(";")
    return ";\n    ".join(["Authentication-Results: " + results[0], *map(str.strip, results[1:])])
