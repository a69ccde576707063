"""SMTP TLS reports (RFC 8460), as written by the RFC and as found."""

import json

from typing import Any

import pytest

from hypothesis import given
from hypothesis import strategies as st
from made_reports import tls_report

from sendas.reports.model import MalformedReport, TlsFailure, TlsPolicy, TlsReport
from sendas.reports.tls import MAX_BYTES, read_tls


READ = TlsReport(
    "Example Receiver",
    "tls@example.net",
    "r-1",
    1_795_824_000,
    1_795_910_399,
    (
        TlsPolicy(
            "example.com",
            "sts",
            ("version: STSv1", "mode: testing"),
            ("*.example.com",),
            5,
            2,
            (
                TlsFailure(
                    "certificate-expired",
                    2,
                    "192.0.2.1",
                    "mx1.example.com",
                    "198.51.100.1",
                    info="https://example.net/1",
                ),
            ),
        ),
    ),
)


def read(value: object) -> TlsReport:
    """What is read of *value* as JSON."""
    return read_tls([json.dumps(value).encode()])


def test_every_value_is_read() -> None:
    """As RFC 8460, 4.4 names them."""
    assert READ == read(tls_report())


def test_the_rfcs_own_example_is_read(shared_data: Any) -> None:  # noqa: ANN401  pytest's fixture
    """RFC 8460, appendix B, as parsedmarc's samples hold it."""
    found = read_tls([(shared_data / "reports/tls/rfc8460.json").read_bytes()])

    assert ("Company-X", "company-y.example", ()) == (found.org_name, found.domain, found.remarks)
    assert [5326, 303] == [found.policies[0].successful, found.policies[0].failed]
    assert [100, 200, 3] == [one.sessions for one in found.policies[0].failures]


def test_encodings_lists_and_marks_at_the_start_are_no_matter() -> None:
    """A byte order mark, UTF-16, and a list of one report."""
    text = json.dumps(tls_report())

    assert READ == read_tls([b"\xef\xbb\xbf" + text.encode()])
    assert READ == read_tls([text.encode("utf-16")])
    assert READ == read([tls_report()])


def test_what_is_missing_is_named_and_the_rest_is_read() -> None:
    """A count that is missing is 0 and says so; a policy type nobody knows is kept."""
    value = tls_report()
    value["date-range"] = None
    value["policies"][0]["summary"] = {"total-failure-session-count": "7"}
    value["policies"][0]["policy"]["policy-type"] = "new"

    found = read(value)

    assert (None, 0, 7, "new") == (
        found.begin,
        found.policies[0].successful,
        found.policies[0].failed,
        found.policies[0].policy_type,
    )
    assert (
        "it does not say which time it is about",
        "'new' is no policy type of RFC 8460",
        "one of its counts is missing or no number: taken for 0",
    ) == found.remarks
    assert "no policies" in read(tls_report(policies=[])).remarks[0]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(list(tls_report())), json_values))
def test_values_of_any_kind_break_nothing(changes: dict[str, object]) -> None:
    """A stranger wrote it: every key may hold anything."""
    assert isinstance(read(tls_report(**changes)), TlsReport)


@given(st.dictionaries(st.sampled_from(["policy", "summary", "failure-details"]), json_values))
def test_policies_of_any_kind_break_nothing(policy: dict[str, object]) -> None:
    """And every key of a policy."""
    assert isinstance(read(tls_report(policies=[policy])), TlsReport)


@given(st.binary(max_size=200), st.integers(0, 400), st.integers(0, 50))
def test_no_bytes_break_it(noise: bytes, at: int, lost: int) -> None:
    """A report, or one line of why not."""
    raw = json.dumps(tls_report()).encode()

    try:
        found = read_tls([raw[:at] + noise + raw[at + lost :]])
    except MalformedReport as error:
        why, well = str(error), False
    else:
        why, well = "", bool(isinstance(found, TlsReport))

    assert well or why


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (b'{"policies": ' + b"[" * 200_000, "nested too deep|no JSON"),
        (b'{"a": 1}', "none of its keys"),
        (b"[1, 2]", "none of its keys"),
        (b"{", "no JSON"),
        (b'{"report-id": ' + b"9" * 10_000 + b"}", "no JSON"),
        (b" " * (MAX_BYTES + 1), "more than 16 MB"),
    ],
)
def test_bombs_and_strangers_are_one_line(raw: bytes, why: str) -> None:
    """Refused, and nothing is lost but them."""
    with pytest.raises(MalformedReport, match=why):
        read_tls([raw])
