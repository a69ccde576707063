"""DKIM keys, MX data, names: small parsers and their laws."""

import base64

import pytest

from hypothesis import given
from hypothesis import strategies as st

from sendas.auth.dkim import DkimKey, MalformedDkimKey, parse_dkim_key
from sendas.auth.tags import MalformedTags, parse_tags
from sendas.dns.mx import MalformedMx, Mx, SesHost, parse_mx, ses_host
from sendas.dns.names import quoted, within


@given(st.text())
def test_parsers_read_or_say_why_not(text: str) -> None:
    """Any text parses or raises the parser's own error."""
    for parse, error in (
        (parse_dkim_key, MalformedDkimKey),
        (parse_mx, MalformedMx),
        (parse_tags, MalformedTags),
    ):
        try:
            parse(text)
        except error:
            continue


keys = st.builds(
    DkimKey,
    key_type=st.sampled_from(["rsa", "ed25519"]),
    public_key=st.binary(max_size=40),
    hash_algorithms=st.sampled_from([(), ("sha256",)]),
    testing=st.booleans(),
    strict=st.booleans(),
)


@given(keys)
def test_a_key_is_read_as_printed(key: DkimKey) -> None:
    """Printing and reading are inverse."""
    assert key == parse_dkim_key(key.print())


def test_reads_the_key_of_rfc_6376() -> None:
    """Appendix C of RFC 6376: folded base64, v= and k= in front."""
    encoded = base64.b64encode(b"key").decode()

    key = parse_dkim_key(f"v=DKIM1; k=rsa; p={encoded[:2]}\n  {encoded[2:]}")

    assert b"key" == key.public_key
    assert not key.revoked
    assert parse_dkim_key("v=DKIM1; p=").revoked


@pytest.mark.parametrize(
    "text", ["", "v=DKIM2; p=", "p=x; v=DKIM1", "k=rsa", "p=%%%", "p=AA==; p="]
)
def test_refuses_what_is_no_key(text: str) -> None:
    """Another version, a version in the wrong place, no key, no base64, a tag twice."""
    with pytest.raises(MalformedDkimKey):
        parse_dkim_key(text)


def test_reads_mx_data() -> None:
    """Preference and host; a lone dot is the null MX (RFC 7505)."""
    assert Mx(10, "mx.example.net") == parse_mx("10 MX.example.net.")
    assert parse_mx("0 .").is_null
    with pytest.raises(MalformedMx):
        parse_mx("mx.example.net")


@pytest.mark.parametrize(
    ("host", "kind"),
    [
        ("inbound-smtp.us-east-2.amazonaws.com", SesHost.INBOUND),
        ("feedback-smtp.us-east-2.amazonses.com.", SesHost.FEEDBACK),
        ("email-smtp.us-east-2.amazonaws.com", SesHost.SUBMISSION),
    ],
)
def test_knows_the_hosts_of_ses(host: str, kind: SesHost) -> None:
    """Three kinds of host, each for one purpose, each in a Region."""
    assert (kind, "us-east-2") == ses_host(host)


def test_other_hosts_are_not_ses() -> None:
    """A host that only looks like it is none."""
    assert ses_host("inbound-smtp.us-east-2.amazonaws.com.example.net") is None


def test_long_texts_are_split() -> None:
    """A zone-file string holds 255 bytes; quotes and backslashes are escaped."""
    assert f'"{"a" * 255}" "aa"' == quoted("a" * 257)
    assert '"say \\"x\\""' == quoted('say "x"')


def test_within_respects_labels() -> None:
    """badexample.com is not below example.com."""
    assert within("a.example.com", "example.com")
    assert not within("badexample.com", "example.com")
