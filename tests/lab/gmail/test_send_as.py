"""The "Send mail as" journey, from the dialog to the recipient, and how it fails."""

import email
import re

from email import policy

import pytest

from sendas_lab.certificates import Flaw
from sendas_lab.gmail import DialogError, TlsMode

from sendas.play.scene import Scene


HOST = "email-smtp.us-east-1.amazonaws.com"


def test_the_whole_journey(sendas_scene: Scene) -> None:
    """Dialog, confirmation mail through SES to S3, code, send, DMARC pass at the recipient."""
    scene = sendas_scene
    gmail, owner = scene.lab.gmail, scene.set_up.gmail
    gmail.add_send_as(
        owner,
        address=scene.address,
        name="The Owner",
        host=HOST,
        port=587,
        username=scene.key_id,
        password=scene.smtp_password,
    )
    letter = email.message_from_bytes(scene.confirmation_mail(), policy=policy.default)
    code = re.search(r"Confirmation code: (\d{9})\b", letter.get_content())

    assert "Gmail Team <gmail-noreply@google.com>" == letter["From"]
    assert "Gmail Confirmation - Send Mail as me@example.com" == letter["Subject"]
    assert "dkim=pass header.i=@google.com" in letter["Authentication-Results"]
    assert code is not None
    with pytest.raises(LookupError, match="not confirmed"):
        gmail.send(owner, sender=scene.address, to="jane@example.net", subject="x", text="x")
    assert not gmail.confirm(owner, scene.address, "000000000")
    assert gmail.confirm(owner, scene.address, code[1])

    scene.send_from_gmail("jane@example.net", "Hello")

    (mail,) = scene.lab.recipients.mailboxes.of("jane@example.net")
    results = str(mail.header("Authentication-Results"))
    assert "The Owner <me@example.com>" == mail.author
    assert "dkim=pass header.i=@example.com" in results
    assert "smtp.mailfrom" in results
    assert "dmarc=pass" in results
    assert () == scene.inbox()
    assert 1 == len(gmail.sent(owner))


def test_the_dialog_on_a_wrong_password(sendas_scene: Scene) -> None:
    """Gmail logs in before it creates: the dialog shows what SES said, nothing is stored."""
    with pytest.raises(DialogError, match="Authentication failed") as refused:
        sendas_scene.add_to_gmail(password="wrong")

    assert "535 Authentication Credentials Invalid" == refused.value.response
    with pytest.raises(LookupError):
        sendas_scene.lab.gmail.send_as(sendas_scene.set_up.gmail, sendas_scene.address)


@pytest.mark.parametrize(
    ("port", "tls"),
    [(465, TlsMode.SSL), (2465, TlsMode.SSL), (25, TlsMode.TLS), (2587, TlsMode.TLS)],
)
def test_every_port(sendas_scene: Scene, port: int, tls: TlsMode) -> None:
    """SSL goes with 465 and 2465, TLS with 25, 587 and 2587."""
    assert sendas_scene.add_to_gmail(port=port, tls=tls).confirmed


@pytest.mark.parametrize(
    ("flaw", "response"),
    [
        (Flaw.WRONG_NAME, "TLS Negotiation failed, the certificate doesn't match the host."),
        (Flaw.SELF_SIGNED, "TLS Negotiation failed, the certificate doesn't match the host."),
    ],
)
def test_the_dialog_on_a_bad_certificate(sendas_scene: Scene, flaw: Flaw, response: str) -> None:
    """Since April 2020 Gmail refuses both (FACTS 5.1)."""
    sendas_scene.lab.certificates.flaw(HOST, flaw)

    with pytest.raises(DialogError) as refused:
        sendas_scene.add_to_gmail()
    assert response == refused.value.response


def test_the_dialog_on_a_server_without_auth(sendas_scene: Scene) -> None:
    """A mail exchanger offers no AUTH; the words are those of sisimai's fixture."""
    with pytest.raises(DialogError) as refused:
        sendas_scene.add_to_gmail(host="mx1.example.net", port=25)
    assert (
        "Unspecified Error (SENT_SECOND_EHLO): Smtp server does not advertise AUTH capability"
        == refused.value.response
    )


def test_a_rotated_key_bounces_inside_gmail(sendas_scene: Scene) -> None:
    """The mail is under Sent, the bounce in the inbox, and SES knows nothing of it."""
    scene = sendas_scene
    scene.add_to_gmail()
    scene.call("iam", "DeleteAccessKey", UserName=scene.set_up.user, AccessKeyId=scene.key_id)

    scene.send_from_gmail("jane@example.net", "After the rotation")

    (bounce,) = scene.inbox()
    assert "Mail Delivery Subsystem <mailer-daemon@googlemail.com>" == bounce.author
    assert "jane@example.net" == bounce.header("X-Failed-Recipients")
    assert "https://support.google.com/mail/?p=CustomFromDenied" in bounce.text()
    assert "The response was:\n\n535 Authentication Credentials Invalid\n" in bounce.text()
    parts = [part.get_content_type() for part in bounce.parsed().walk()]
    assert "multipart/report" == parts[0]
    assert "message/rfc822" in parts
    assert () == scene.lab.recipients.mailboxes.of("jane@example.net")
    assert () == scene.lab.ses.sent()
    assert 1 == len(scene.lab.gmail.sent(scene.set_up.gmail))


def test_saving_the_new_password_mends_it(sendas_scene: Scene) -> None:
    """The dialog "edit info" logs in too; a wrong one is not saved, a right one sends again."""
    scene = sendas_scene
    scene.add_to_gmail()
    old = scene.key_id
    scene.new_key()
    scene.call("iam", "DeleteAccessKey", UserName=scene.set_up.user, AccessKeyId=old)
    gmail, owner = scene.lab.gmail, scene.set_up.gmail

    with pytest.raises(DialogError):
        gmail.edit_send_as(owner, scene.address, password=scene.smtp_password)
    gmail.edit_send_as(owner, scene.address, username=scene.key_id, password=scene.smtp_password)
    scene.send_from_gmail("jane@example.net")

    assert 1 == len(scene.lab.recipients.mailboxes.of("jane@example.net"))
    assert () == scene.inbox()


def test_mail_of_the_account_itself(sendas_scene: Scene) -> None:
    """Without an alias Gmail delivers, signed by gmail.com; a refusal comes back as a bounce."""
    scene = sendas_scene
    gmail, owner = scene.lab.gmail, scene.set_up.gmail
    gmail.send(owner, to="jane@example.net", subject="x", text="Hello\n")
    gmail.send(owner, to="bounce@example.net", subject="y", text="Hello\n")

    (mail,) = scene.lab.recipients.mailboxes.of("jane@example.net")
    assert "dkim=pass header.i=@gmail.com" in str(mail.header("Authentication-Results"))
    (bounce,) = scene.inbox()
    assert "550 5.1.1 <bounce@example.net>" in bounce.text()


def test_the_password_is_in_no_repr(sendas_scene: Scene) -> None:
    """Neither the stored settings nor the scene show it."""
    settings = sendas_scene.add_to_gmail()

    assert sendas_scene.smtp_password not in repr(settings) + repr(sendas_scene)
    assert sendas_scene.secret not in repr(settings) + repr(sendas_scene)
