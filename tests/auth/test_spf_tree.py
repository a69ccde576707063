"""What an SPF record costs, and whom it lets send."""

import pytest

from sendas.auth.spf_tree import SpfBranch, flattened, spf_tree
from sendas.dns.answers import Absent, Answer, Question, Records, RecordType
from sendas.outcome import NoAnswer, Why


SILENCE = NoAnswer(Why.TIMEOUT, "x")
SES = {"amazonses.com": "v=spf1 ip4:199.255.192.0/22 -all"}


def tree(texts: dict[str, str | NoAnswer | None], **addresses: str) -> SpfBranch:
    """The tree of example.com; None is a name that does not exist, no entry was never asked."""

    def known(question: Question) -> Answer | None:
        if question.type is not RecordType.TXT:
            address = addresses.get(question.name.replace(".", "_"))
            return (
                Records((address,), 60) if address else Absent(name_exists=False, negative_ttl=60)
            )
        if question.name not in texts:
            return None
        text = texts[question.name]
        if isinstance(text, NoAnswer):
            return text
        return Absent(name_exists=False, negative_ttl=60) if text is None else Records((text,), 60)

    return spf_tree("example.com", known)


def test_counts_each_branch() -> None:
    """A term that asks costs one, plus whatever stands below it."""
    root = tree(
        {
            "example.com": "v=spf1 ip4:192.0.2.1 a include:x.example.org"
            " include:amazonses.com -all",
            "x.example.org": "v=spf1 include:y.example.org ~all",
            "y.example.org": "v=spf1 mx ptr ~all",
            **SES,
        },
        example_com="192.0.2.1",
        y_example_org="192.0.2.1",
    )

    assert 6 == root.lookups
    assert [1, 4, 1] == [branch.lookups for branch in root.branches]
    assert 0 == root.voids
    assert root.render().splitlines()[2] == f"{' 4 look-ups':<24}include:x.example.org"


@pytest.mark.parametrize(
    ("record", "reached"),
    [
        ("v=spf1 include:amazonses.com ~all", True),
        ("v=spf1 include:via.example.org -all", True),
        ("v=spf1 redirect=amazonses.com", True),
        ("v=spf1 +all", True),
        ("v=spf1 -include:amazonses.com ~all", False),
        ("v=spf1 -all include:amazonses.com", False),
        ("v=spf1 a -all", False),
    ],
)
def test_knows_whom_it_lets_send(record: str, *, reached: bool) -> None:
    """Through any depth of include, but not past ``all`` and not by a refusing qualifier."""
    root = tree(
        {"example.com": record, "via.example.org": "v=spf1 include:amazonses.com ~all", **SES}
    )

    assert reached is root.authorises("amazonses.com")


def test_a_timeout_is_no_permanent_error() -> None:
    """An include that nobody answers is silence; one without a record is an error."""
    root = tree({"example.com": "v=spf1 include:slow.example include:gone.example -all",
                 "slow.example": SILENCE, "gone.example": None})  # fmt: skip

    assert (SILENCE,) == root.silences
    assert ("gone.example has no SPF record",) == root.errors
    assert 1 == root.voids


def test_a_loop_ends() -> None:
    """A record that includes itself is an error, not an endless tree."""
    root = tree({"example.com": "v=spf1 include:example.com -all"})

    assert ("example.com includes itself",) == root.errors


def test_says_what_to_ask_next() -> None:
    """The next level of includes, and addresses of names that are known."""
    root = tree({"example.com": "v=spf1 include:amazonses.com -all"})

    assert {Question("amazonses.com", RecordType.TXT)} == root.unasked


def test_eleven_terms_are_too_many() -> None:
    """RFC 7208, 4.6.4: ten look-ups, two of them void."""
    hosts = {f"h{n}.example.org": None for n in range(3)}
    root = tree({"example.com": f"v=spf1 {'mx ' * 8}{' '.join('a:' + h for h in hosts)} -all"})

    assert root.over_lookups
    assert root.over_voids


def test_flattening_writes_networks_out() -> None:
    """Includes that are only networks cost nothing when written out; SES's stays an include."""
    root = tree(
        {
            "example.com": "v=spf1 include:x.example.org include:amazonses.com"
            " include:no.example ~all",
            "x.example.org": "v=spf1 ip4:192.0.2.0/24 include:y.example.org ~all",
            "y.example.org": "v=spf1 ip6:2001:db8::/32 -all",
            "no.example": None,
            **SES,
        }
    )

    expected = "v=spf1 ip4:192.0.2.0/24 ip6:2001:db8::/32 include:amazonses.com ~all"
    assert expected == flattened(root, "amazonses.com")
