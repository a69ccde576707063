"""What SES's SMTP replies mean."""

import pytest

from hypothesis import given
from hypothesis import strategies as st

from sendas.advice import Owner
from sendas.smtp.meaning import Cause
from sendas.smtp.probe import Reply, Stage
from sendas.smtp.replies import classify
from sendas.smtp.reply_table import ROWS


DENIED = (
    "Access denied: User `arn:aws:iam::123456789012:user/smtp' is not authorized to perform "
    "`ses:SendRawEmail' on resource `arn:aws:ses:us-east-1:123456789012:identity/example.com'"
)
UNVERIFIED = (
    "Message rejected: Email address is not verified. The following identities failed the check "
    "in region US-EAST-1: a@example.com, ..."
)
SIGV2 = "Signature Version 2 is deprecated for use with SES from March 26, 2021. More text"


@pytest.mark.parametrize(
    ("code", "text", "stage", "cause"),
    [
        (235, "Authentication successful.", Stage.AUTH, Cause.AUTHENTICATED),
        (250, "Ok 0100018f-aaaa", Stage.SEND, Cause.ACCEPTED),
        (421, "Too many concurrent SMTP connections", Stage.GREETING, Cause.TOO_MANY_CONNECTIONS),
        (451, "Temporary service failure", Stage.SEND, Cause.TEMPORARY_FAILURE),
        (451, "4.4.2 Timeout waiting for data from client.", Stage.AUTH, Cause.SLOW_CLIENT),
        (
            454,
            "Throttling failure: Daily message quota exceeded.",
            Stage.SEND,
            Cause.DAILY_QUOTA,
        ),
        (454, "Throttling failure: Maximum sending rate exceeded.", Stage.SEND, Cause.SEND_RATE),
        (454, "Maximum SigV2 SMTP sending rate exceeded", Stage.SEND, Cause.SIGV2_RATE),
        (454, "Temporary authentication failure", Stage.AUTH, Cause.TEMPORARY_AUTH_FAILURE),
        (454, "Temporary service failure", Stage.SEND, Cause.TEMPORARY_FAILURE),
        (501, "Invalid MAIL FROM address provided", Stage.SEND, Cause.BAD_ADDRESS),
        (501, "Invalid RCPT TO address provided", Stage.SEND, Cause.BAD_ADDRESS),
        (553, "<x> Invalid email address", Stage.SEND, Cause.BAD_ADDRESS),
        (553, "<x> address unknown.", Stage.SEND, Cause.BAD_ADDRESS),
        (530, "Authentication required", Stage.SEND, Cause.AUTH_REQUIRED),
        (530, "Must issue a STARTTLS command first", Stage.AUTH, Cause.STARTTLS_REQUIRED),
        (535, "Authentication Credentials Invalid", Stage.AUTH, Cause.CREDENTIALS_INVALID),
        (535, "Account not subscribed to SES", Stage.AUTH, Cause.NOT_SUBSCRIBED),
        (535, SIGV2, Stage.AUTH, Cause.SIGV2_DEPRECATED),
        (552, "Message is too long.", Stage.SEND, Cause.TOO_LONG),
        (554, DENIED, Stage.SEND, Cause.ACCESS_DENIED),
        (554, UNVERIFIED, Stage.SEND, Cause.NOT_VERIFIED),
        (554, "Message rejected: Sending paused for this account.", Stage.SEND,
         Cause.SENDING_PAUSED),
        (554, "Account is paused", Stage.SEND, Cause.SENDING_PAUSED),
        (
            554,
            "MAIL FROM domain not verified: DNS setup for MAIL FROM domain is invalid.",
            Stage.SEND,
            Cause.MAIL_FROM_NOT_VERIFIED,
        ),
        (
            554,
            "Transaction failed: Duplicate header 'DKIM-Signature'.",
            Stage.SEND,
            Cause.DUPLICATE_HEADER,
        ),
        (554, "Transaction failed: Invalid domain name: 'x'.", Stage.SEND, Cause.INVALID_DOMAIN),
    ],
)  # fmt: skip
def test_every_known_text(code: int, text: str, stage: Stage, cause: Cause) -> None:
    """Each text of FACTS 3.2, as the SES guide or the wild has it, is told by its words."""
    assert cause is classify(Reply(code, (text,)), stage).cause
    assert cause is classify(Reply(code, (text.upper(),)), stage).cause


def test_the_same_code_is_told_apart_by_text() -> None:
    """Three texts with 535 have three owners' worth of meanings."""
    texts = ("Authentication Credentials Invalid", "Account not subscribed to SES", SIGV2)

    assert 3 == len({classify(Reply(535, (text,)), Stage.AUTH).cause for text in texts})


@pytest.mark.parametrize(
    ("code", "owner"), [(550, Owner.CODE), (450, Owner.WAIT), (299, Owner.CODE)]
)
def test_unknown_words_are_unknown(code: int, owner: Owner) -> None:
    """Words of another provider are not forced into a row; the class is all that is said."""
    meaning = classify(Reply(code, ("5.7.8 Username and Password not accepted",)), Stage.AUTH)

    assert (Cause.UNKNOWN, owner) == (meaning.cause, meaning.owner)


def test_every_refusal_says_what_to_do() -> None:
    """Each row has a source, and each refusal at least one help."""
    for row in ROWS:
        assert row.meaning.source
        assert row.code < 400 or row.meaning.help, row.pattern


@given(st.integers(), st.lists(st.text()), st.sampled_from(Stage))
def test_any_reply_has_a_meaning(code: int, lines: list[str], stage: Stage) -> None:
    """No reply, however odd, is left without one."""
    assert classify(Reply(code, tuple(lines)), stage).words
