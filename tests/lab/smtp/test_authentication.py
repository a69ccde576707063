"""SPF, DKIM and DMARC as the lab's receivers compute them.

The DKIM signatures are made by dkimpy with keys of this test; the walker
behind SPF is held by the RFC's own suite in tests/dns.
"""

import dkim
import pytest

from hypothesis import given
from hypothesis import strategies as st
from sendas_lab.auth import Authentication, authenticate, authentication_results
from sendas_lab.mail import Envelope, Transmission
from sendas_lab.ses.dkim_keys import private_key, record
from sendas_lab.smtp.inbound import verdicts

from sendas.dns.answers import Absent, Answer, Question, Records
from sendas.outcome import NoAnswer, Why


KEY = private_key(0)
SOURCE = "192.0.2.25"
CONTENT = (
    b"From: Jane <jane@example.net>\r\nTo: me@example.com\r\nSubject: Hi\r\n"
    b"Message-ID: <1@example.net>\r\n\r\nHello\r\n"
)
WORLD = {
    "TXT example.net": Records((f"v=spf1 ip4:{SOURCE} -all",), 300),
    "TXT s1._domainkey.example.net": Records((record(KEY),), 300),
    "TXT _dmarc.example.net": Records(("v=DMARC1; p=reject",), 300),
}


def signed(content: bytes = CONTENT) -> bytes:
    """With example.net's signature on top."""
    signature: bytes = dkim.sign(content, b"s1", b"example.net", KEY)
    return signature + content


def judge(
    content: bytes,
    source: str = SOURCE,
    world: dict[str, Answer] | None = None,
    reverse_path: str = "jane@example.net",
) -> Authentication:
    """What a receiver computes in *world*."""
    known = WORLD if world is None else world

    def resolve(question: Question) -> Answer:
        return known.get(str(question), Absent(name_exists=False, negative_ttl=60))

    envelope = Envelope(reverse_path, ("me@example.com",))
    return authenticate(Transmission(envelope, content, source, "mx.example.net"), resolve)


@pytest.mark.parametrize(
    ("content", "source", "results"),
    [
        (signed(), SOURCE, ("pass", ["pass"], "pass")),
        (CONTENT, SOURCE, ("pass", [], "pass")),
        (signed(), "192.0.2.66", ("fail", ["pass"], "pass")),
        (CONTENT, "192.0.2.66", ("fail", [], "fail")),
        (signed() + b"P.S.\r\n", "192.0.2.66", ("fail", ["fail"], "fail")),
        (signed().replace(b"Subject: Hi", b"Subject: Ho"), SOURCE, ("pass", ["fail"], "pass")),
    ],
)
def test_results(content: bytes, source: str, results: tuple[str, list[str], str]) -> None:
    """Each check alone, and DMARC over both."""
    checks = judge(content, source)

    assert results == (
        checks.spf.result,
        [check.result for check in checks.dkim],
        checks.dmarc.result,
    )


def test_an_unaligned_pass_does_not_help() -> None:
    """SPF passes for the bounce domain, which is not the author's."""
    world = WORLD | {"TXT other.example": Records((f"v=spf1 ip4:{SOURCE} -all",), 300)}
    checks = judge(CONTENT, world=world, reverse_path="x@other.example")

    assert checks.spf_passes
    assert not checks.dmarc_passes
    assert "reject" == checks.dmarc.disposition


@pytest.mark.parametrize(
    ("answer", "result", "why"),
    [
        (Absent(name_exists=False, negative_ttl=60), "permerror", "no key for signature"),
        (NoAnswer(Why.TIMEOUT, "2 s"), "temperror", "timeout: 2 s"),
        (Records(("p=",), 300), "permerror", ""),
        (Records(("v=DKIM1; p=!!!",), 300), "permerror", ""),
    ],
)
def test_keys_that_are_not_there(answer: Answer, result: str, why: str) -> None:
    """No key is permerror, nobody answering is temperror: a timeout is not absence."""
    (check,) = judge(signed(), world=WORLD | {"TXT s1._domainkey.example.net": answer}).dkim

    assert result == check.result
    assert why in check.why


@pytest.mark.parametrize(
    "author",
    [
        b"",
        b"From: jane\r\n",
        b"From: a@example.net, b@example.org\r\n",
        b"From: a@example.net\r\nFrom: b@example.org\r\n",
    ],
)
def test_no_single_author_domain(author: bytes) -> None:
    """DMARC has nothing to go by."""
    assert "permerror" == judge(author + b"Subject: x\r\n\r\nHello\r\n").dmarc.result


def test_the_header() -> None:
    """RFC 8601, in Gmail's form."""
    assert (
        "mx.example.com;\r\n"
        "       dkim=pass header.i=@example.net header.s=s1;\r\n"
        "       spf=pass (mx.example.com: domain of example.net designates 192.0.2.25 as "
        "permitted sender) smtp.mailfrom=jane@example.net;\r\n"
        "       dmarc=pass (p=REJECT dis=NONE) header.from=example.net"
    ) == authentication_results(judge(signed()), "mx.example.com")


@pytest.mark.parametrize(
    ("content", "source", "expected"),
    [
        (signed(), SOURCE, ("PASS", "PASS", "PASS", None)),
        (CONTENT, "192.0.2.66", ("FAIL", "GRAY", "FAIL", "reject")),
    ],
)
def test_ses_verdicts(
    content: bytes, source: str, expected: tuple[str, str, str, str | None]
) -> None:
    """SES's words; the policy is told only when DMARC failed."""
    told = verdicts(judge(content, source))

    assert expected == (told.spf, told.dkim, told.dmarc, told.dmarc_policy)


@given(st.binary(max_size=300))
def test_judges_anything(noise: bytes) -> None:
    """Whatever the content is, there is a verdict."""
    for content in (noise, b"DKIM-Signature: " + noise, b"From: " + noise + b"\r\n\r\n"):
        assert judge(content).dmarc.result
