"""What of an answer's body is changed, and that nothing else is.

The quotes are shaped as Gmail, Thunderbird, Outlook, Apple Mail and mutt write them; the
calendar is RFC 5546's own example of a REPLY (4.2.2), with other names.
"""

import base64
import email
import email.policy

from collections.abc import Callable
from dataclasses import replace

import pytest

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import pkcs7
from hypothesis import given
from hypothesis import strategies as st
from reply_world import BOX, ME, NOW, OWNER, World

from sendas.forward.answering import Scrub
from sendas.forward.decision import Notify, Reason
from sendas.mail.headers import read_head
from sendas.reply.attribution import scrubbed
from sendas.reply.body import Leaf, edited, leaves
from sendas.reply.calendar import answered_as
from sendas.reply.decision import Answer
from sendas.reply.rewrite import rewrite_answer
from sendas.reply.signed import names_owner


INSTEAD = {OWNER: ME}
GMAIL_HTML = (
    '<div dir="ltr">Write to owner@gmail.com: yes.</div><br><div class="gmail_quote">'
    '<div dir="ltr" class="gmail_attr">On Sun, 29 Nov 2026 at 12:00, Owner &lt;<a '
    'href="mailto:owner@gmail.com">owner@gmail.com</a>&gt; wrote:<br></div>'
    "<blockquote class='gmail_quote'>mail owner@gmail.com</blockquote></div>"
)
THUNDERBIRD_HTML = (
    '<p>Hi</p><div class="moz-cite-prefix">Am 29.11.26 um 12:00 schrieb Owner '
    "&lt;owner@gmail.com&gt;:<br></div><blockquote type='cite'>owner@gmail.com</blockquote>"
)
OUTLOOK_HTML = (
    '<p>Hi</p><hr><div id="divRplyFwdMsg" dir="ltr"><b>From:</b> Owner &lt;owner@gmail.com&gt;<br>'
    "<b>To:</b> Jane</div><div>owner@gmail.com</div>"
)
APPLE_HTML = (
    '<div>Hi</div><blockquote type="cite"><div dir="ltr">On 29 Nov 2026, at 12:00, Owner '
    "&lt;owner@gmail.com&gt; wrote:<br><br></div><div>owner@gmail.com</div></blockquote>"
)


@pytest.mark.parametrize("html", [GMAIL_HTML, THUNDERBIRD_HTML, OUTLOOK_HTML, APPLE_HTML])
def test_attributions_in_html(html: str) -> None:
    """The marked line names the mailbox; what was typed, and what was quoted, stays."""
    found = scrubbed(html, INSTEAD, html=True)

    outside = html.count(OWNER) - (2 if "mailto" in html else 1)
    assert outside == found.count(OWNER)
    assert found == scrubbed(found, INSTEAD, html=True)
    assert found.replace(ME, OWNER) == html


@pytest.mark.parametrize(
    "attribution",
    [
        "On Sun, 29 Nov 2026 at 12:00, Owner <owner@gmail.com> wrote:",
        "On Sun, 29 Nov 2026 at 12:00, A Very Long Name Indeed <\nowner@gmail.com> wrote:",
        "Am So., 29. Nov. 2026 um 12:00 Uhr schrieb Owner <owner@gmail.com>:",
        "Le dim. 29 nov. 2026 à 12:00, Owner <Owner@Gmail.com> a écrit :",
        "Owner <owner@gmail.com> 于2026年11月29日周日 12:00写道\uff1a",
    ],
)
@pytest.mark.parametrize("depth", [0, 1, 2])
def test_attributions_in_plain_text(attribution: str, depth: int) -> None:
    """Right before a deeper quote, in any language, wrapped or not, itself quoted or not."""
    marks = "> " * depth
    lines = [f"{marks}{line}" for line in attribution.split("\n")]
    text = "\r\n".join(
        ("Mail me: owner@gmail.com:", "", *lines, "", f"{marks}> I am owner@gmail.com", "")
    )

    found = scrubbed(text, INSTEAD, html=False)

    assert 2 == found.lower().count(OWNER)
    assert 1 == found.count(ME)
    assert "Mail me: owner@gmail.com:" in found
    assert "I am owner@gmail.com" in found


def test_outlooks_block_in_plain_text() -> None:
    """Fields behind the separator, three at least; a letter that begins "Note:" is no block."""
    fields = "From: Owner <owner@gmail.com>\r\nSent: Sunday\r\nTo: Jane\r\n\r\n"
    block = f"-----Original Message-----\r\n{fields}"
    typed = "From: owner@gmail.com\r\nTo: all\r\nNote: owner@gmail.com\r\n\r\n"

    assert typed + block.replace(OWNER, ME) == scrubbed(typed + block, INSTEAD, html=False)


@pytest.mark.parametrize(
    "text",
    [
        "my address is owner@gmail.com",
        "I, Owner <owner@gmail.com>, agree:\r\n\r\nall of it\r\n",
        "On Sunday Owner <notowner@gmail.com> wrote:\r\n> x\r\n",
        "On Sunday Owner <owner@gmail.com.example> wrote:\r\n> x\r\n",
    ],
)
def test_no_false_hit(text: str) -> None:
    """What a person typed, and other people's addresses, stay."""
    assert text == scrubbed(text, INSTEAD, html=False)


@given(st.text(st.sampled_from("<>:|\r\n -_Onwrote@owner.gmail.com&;div/\"'="), max_size=300))
def test_scrubbing_takes_anything(text: str) -> None:
    """And changes only the address."""
    for html in (False, True):
        found = scrubbed(text + OWNER, INSTEAD, html=html)
        assert found.replace(ME, OWNER).lower() == (text + OWNER).replace(ME, OWNER).lower()


@pytest.mark.parametrize(
    "piece",
    [
        "> " + "-" * 200_000 + "x\n",
        "<div class=gmail_attr>" * 30_000,
        "<blockquote type=cite><div>" * 30_000,
        ("<div " + "class=" * 330 + ">") * 400,
    ],
)
def test_what_a_stranger_made_slow_is_read_once(piece: str) -> None:
    """He is quoted in the answer: read again and again from each place, this takes hours."""
    text = f"{OWNER}\n{piece}"

    assert [text, text] == [scrubbed(text, INSTEAD, html=html) for html in (False, True)]


REPLY = """\
BEGIN:VCALENDAR\r
METHOD:REPLY\r
BEGIN:VEVENT\r
ATTENDEE;CN="Öwner with a name that is long enough to be folded";PARTSTAT=AC\r
 CEPTED:MAILTO:Owner@gmail.com\r
ORGANIZER:mailto:jane@example.net\r
UID:calsrv.example.com-873970198738777@example.com\r
COMMENT:reach me at owner@gmail.com\r
END:VEVENT\r
END:VCALENDAR\r
"""


def test_an_answered_invitation_names_the_mailbox() -> None:
    """RFC 5546, 3.2.3: the organiser looks the attendee up among whom he invited."""
    found = answered_as(REPLY, BOX)

    assert "MAILTO:me@example.com" in found.replace("\r\n ", "")
    assert "COMMENT:reach me at owner@gmail.com" in found
    assert all(len(line.encode()) <= 75 for line in found.split("\r\n"))
    assert REPLY.replace("METHOD:REPLY", "METHOD:REQUEST") == answered_as(
        REPLY.replace("METHOD:REPLY", "METHOD:REQUEST"), BOX
    )


def test_an_answer_as_google_calendar_writes_it() -> None:
    """The calendar twice, both as base64, the address in CN too; its shape by public captures.

    As in github.com/heliosian, internal/calendar: text, HTML and calendar, and an attached .ics.
    """
    said = (
        "BEGIN:VCALENDAR\r\nPRODID:-//Google Inc//Google Calendar 70.9054//EN\r\nMETHOD:REPLY\r\n"
        "BEGIN:VEVENT\r\nORGANIZER;CN=Jane:mailto:jane@example.net\r\nUID:1@google.com\r\n"
        "ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT=ACCEPTED;CN=owner@\r\n"
        " gmail.com;X-NUM-GUESTS=0:mailto:owner@gmail.com\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )
    kinds = ('text/calendar; charset="UTF-8"; method=REPLY', 'application/ics; name="invite.ics"')
    parts = "".join(
        f"--o\r\nContent-Type: {kind}\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        f"{base64.encodebytes(said.encode()).decode()}\r\n"
        for kind in kinds
    )
    raw = f"Content-Type: multipart/mixed; boundary=o\r\n\r\n{parts}--o--\r\n".encode()
    body = edited(raw, 0, lambda _, text: answered_as(text, BOX))
    read = email.message_from_bytes(body or b"")

    for part in read.get_payload():
        text = part.get_payload(decode=True).decode().replace("\r\n ", "")
        assert "CN=me@example.com;X-NUM-GUESTS=0:mailto:me@example.com" in text
        assert "owner@gmail.com" not in text
        assert "ORGANIZER;CN=Jane:mailto:jane@example.net" in text


def message(boundary: str = "b1", plain: str = "Hello\r\n") -> bytes:
    """A mail of three parts: text, the same as base64, and an attachment."""
    return (
        f'MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="{boundary}"\r\n\r\n'
        f"preamble\r\n--{boundary}\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{plain}\r\n"
        f"--{boundary}\r\nContent-Type: text/calendar; method=REPLY; charset=utf-8\r\n"
        "Content-Transfer-Encoding: base64\r\n\r\nQkVHSU4=\r\n"
        f"--{boundary}\r\nContent-Type: application/octet-stream\r\n\r\n\x01\x02\x03\r\n"
        f"--{boundary}--\r\nepilogue"
    ).encode("latin-1")


Edit = Callable[[Leaf, str], str]


def test_the_leaves_are_those_of_another_reader() -> None:
    """The standard library's, byte for byte."""
    raw = message()
    theirs = email.message_from_bytes(raw, policy=email.policy.SMTP)
    ours = list(leaves(raw))

    assert [p.get_content_type() for p in theirs.iter_parts()] == [
        one.content_type for one in ours
    ]
    assert [b"Hello\r\n", b"QkVHSU4=", b"\x01\x02\x03"] == [raw[o.start : o.end] for o in ours]


@pytest.mark.parametrize("encoding", ["7bit", "8bit", "base64", "quoted-printable"])
@pytest.mark.parametrize("charset", ["utf-8", "iso-8859-1", "windows-1252", "us-ascii"])
def test_a_changed_part_is_read_as_it_was_meant(encoding: str, charset: str) -> None:
    """In every encoding and charset, by the standard library's reader; others are untouched."""
    text = "Grüße: old=1\n" if charset != "us-ascii" and encoding != "7bit" else "Hello old=1\n"
    letter = email.message.EmailMessage(policy=email.policy.SMTP)
    letter.set_content(text, charset=charset, cte=encoding)
    letter.add_attachment(b"\0\1old", maintype="application", subtype="octet-stream")
    raw = letter.as_bytes()

    body = edited(raw, read_head(raw).body, lambda _, said: said.replace("old", "new"))

    assert body is not None
    again = email.message_from_bytes(raw[: read_head(raw).body] + body, policy=email.policy.SMTP)
    first, second = again.iter_parts()
    assert text.replace("old", "new") == first.get_content().replace("\r\n", "\n")
    assert b"\0\1old" == second.get_content()


@pytest.mark.parametrize("kind", ["multipart/signed", "multipart/encrypted", "message/rfc822"])
def test_a_sealed_part_is_never_entered(kind: str) -> None:
    """RFC 1847, 2.1: one changed byte breaks the signature."""
    raw = message().replace(b"multipart/mixed", kind.encode())

    assert edited(raw, read_head(raw).body, lambda _, said: said + "x") is None
    assert [] == list(leaves(raw))


@given(st.binary(max_size=400), st.booleans())
def test_any_bytes_can_be_looked_through(junk: bytes, inside: bool) -> None:  # noqa: FBT001
    """Nothing raises, and an edit that changes nothing changes nothing."""
    raw = message().replace(b"Hello", junk) if inside else junk

    assert edited(raw, 0, lambda _, said: said) is None
    spans = [(one.start, one.end) for one in leaves(raw)]
    assert spans == sorted(spans)
    assert all(0 <= start <= end <= len(raw) for start, end in spans)


def signed_by(address: str) -> bytes:
    """A mail signed with S/MIME by a certificate that names *address*; `cryptography` makes it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Owner")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(NOW)
        .not_valid_after(NOW.replace(year=2030))
        .add_extension(x509.SubjectAlternativeName([x509.RFC822Name(address)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    made = (
        pkcs7.PKCS7SignatureBuilder()
        .set_data(b"Hello\r\n")
        .add_signer(certificate, key, hashes.SHA256())
        .sign(serialization.Encoding.SMIME, [pkcs7.PKCS7Options.DetachedSignature])
    )
    return made.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def test_a_signature_that_names_the_owner() -> None:
    """By its certificate's address; one for the mailbox is as it should be."""
    assert OWNER == names_owner(read_head(signed_by(OWNER)), (OWNER,))
    assert "" == names_owner(read_head(signed_by(ME)), (OWNER,))
    assert "" == names_owner(read_head(message()), (OWNER,))


def test_the_owner_is_told_of_such_a_signature() -> None:
    """The mail goes out as it is, and the writer hears what it shows."""
    world = World()
    fields = f"From: Owner <{OWNER}>\r\nTo: {world.alias()}\r\nSubject: Signed\r\n".encode()
    answer, told = world.plan(fields + signed_by(OWNER), world.alias()).decisions

    assert isinstance(answer, Answer)
    assert isinstance(told, Notify)
    assert (Reason.SIGNER, OWNER) == (told.reason, told.notice_address)
    assert OWNER in told.why
    assert 1 == len(world.plan(fields + signed_by(ME), world.alias()).decisions)


@pytest.mark.parametrize("scrub", list(Scrub))
def test_what_is_changed_in_what_goes_out(scrub: Scrub) -> None:
    """The lines over a quote only where the owner wants it; everything else byte for byte."""
    world = World()
    quote = b"Hi.\r\n\r\nOn Sunday Owner <owner@gmail.com> wrote:\r\n> owner@gmail.com\r\n"
    raw = b"From: owner@gmail.com\r\nSubject: Re\r\n\r\n" + quote
    box = replace(BOX, scrub=scrub)
    answer = Answer("jane@example.net", ("x@example.com",), box, ())

    made = rewrite_answer(read_head(raw), answer, "example.com", world.keys)

    wanted = quote.replace(b"<owner@gmail.com>", b"<me@example.com>")
    assert (quote if scrub is Scrub.OFF else wanted) == bytes(made.body)
