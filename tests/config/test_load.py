"""Reading sendas.toml: a whole value, or every mistake with its key, line and remedy."""

import os

from pathlib import Path

import pytest

from hypothesis import given
from hypothesis import strategies as st

from sendas.auth.dmarc import Policy
from sendas.config.load import load, parse_config
from sendas.config.mistakes import BadConfig
from sendas.config.model import (
    Adopted,
    Dmarc,
    DnsProvider,
    Handling,
    Limits,
    Mailbox,
    Reports,
    SendWay,
    Verdicts,
)


HEAD = 'region = "us-east-2"\n[[domain]]\nname = "example.com"\n'
BOX = '[[domain.mailbox]]\nname = "me"\nto = ["owner@gmail.com"]\n'


def wrong(text: str | bytes) -> list[str]:
    """The mistakes of a text, a line each."""
    with pytest.raises(BadConfig) as refusal:
        parse_config(text)
    return [str(mistake) for mistake in refusal.value.mistakes]


def test_reads_everything(whole: str) -> None:
    """Every key of the file arrives as a typed value, names in their one spelling."""
    config = parse_config(whole)
    first, second = config.domains

    assert ("owner@gmail.com", "partner@example.org") == config.alarms
    assert Limits(1048576, 20, 50, 3.0) == config.limits
    assert ("example.com", "eu-west-1", DnsProvider.MANUAL) == (
        first.name,
        first.region,
        first.dns,
    )
    assert "mail.example.com" == first.mail_from
    assert Dmarc(Policy.QUARANTINE, ("dmarc@example.com",)) == first.dmarc
    assert (
        Verdicts(
            Handling.DISCARD,
            Handling.QUARANTINE,
            Handling.FORWARD,
            Handling.QUARANTINE,
            Handling.FORWARD,
        )
        == first.verdicts
    )
    assert "passed-on@example.com" == first.forwarding_address
    me, eu, old, rest = first.mailboxes
    assert Mailbox("me", ("owner@gmail.com",), send=SendWay.SMTP, display_name="Søren") == me
    assert ("owner@gmail.com", "partner@example.org") == eu.targets
    assert "Please write to me@example.com." == old.reject
    assert rest.is_catch_all
    assert rest.keep
    assert ("us-east-2", False, False) == (second.region, second.receive, second.spf)
    assert Adopted(identity=True, configuration_set="main", zone_id="Z0EXAMPLE") == second.adopted
    assert "ses-smtp-user" == second.mailboxes[0].user


def test_what_the_file_leaves_out_is_told_by_the_rest() -> None:
    """Notices go to the first target, and the forwarding address is no mailbox."""
    domain = parse_config(
        HEAD + BOX + '[[domain.mailbox]]\nname="forwarded"\nkeep=true\n'
    ).domain()

    assert "owner@gmail.com" == domain.notices
    assert "forwarder@example.com" == domain.forwarding_address


MISTAKES = [
    (
        HEAD + BOX + 'send = "relay"\n',
        "domain[0].mailbox[0].send: nothing says where the relay is; add [relay]",
    ),
    *(
        (HEAD.replace("[[domain]]", f"[relay]\n{relay}\n[[domain]]") + BOX, told)
        for relay, told in (
            ("", 'relay.host: is missing; write host = "relay.example.com"'),
            ('host = "r.example"\ncertificate = "/c"', "relay.key: `certificate` stands alone"),
            ('host = "r.example"\nbucket = "b"', "relay.queue: `bucket` stands alone"),
            (
                'host = "r.example"\nproxies = ["0.0.0.0/0"]',
                "relay.proxies[0]: 0.0.0.0/0: public networks may send without a password",
            ),
            (
                'host = "r.example"\nproxies = ["203.0.113.0/24", "198.51.100.0/25"]',
                "relay.network: 203.0.113.0/24, 198.51.100.0/25: public networks may send",
            ),
            ('host = "r.example"\ntls = [465, 465]', "relay.tls[1]: port 465 stands twice"),
            ('host = "r.example"\ntls = [0]', "relay.tls[0]: 0 is out of range; at least 1"),
            ('host = "r.example"\ntls = []\nstarttls = []', "there is no port to listen at"),
            ('host = "r.example"\naddress = "eth0"', "'eth0' is no IP address"),
            ('host = "r.example"\nstatus = "9587"', "'9587' is no address with a port"),
            (
                f'host = "r.example"\nstatus = "127.0.0.1:{"9" * 5000}"',
                "is no address with a port",
            ),
            ('host = "r.example"\nstatus = "127.0.0.1:0000001x"', "is no address with a port"),
            (
                'host = "r.example"\nnotices_from = "a@example.net"',
                "relay.notices_from: a@example.net is at no domain here",
            ),
            (
                (
                    'host = "r.example"\nnetwork = [{name = "Office!", network = "0.0.0.0/0",'
                    ' senders = ["x"]}]'
                ),
                "relay.network[0].name: 'Office!' is no label",
            ),
            (
                (
                    'host = "r.example"\nnetwork = [{name = "o", network = "0.0.0.0/0",'
                    ' senders = ["me@example.com"]}]'
                ),
                "relay.network[0].network: 0.0.0.0/0: public networks may send without a password",
            ),
            (
                (
                    'host = "r.example"\nnetwork = [{name = "o", network = "10.0.0.0/8",'
                    ' senders = ["me@example.net"]}]'
                ),
                "relay.network[0].senders[0]: 'me@example.net' is at no domain of the file",
            ),
            (
                (
                    'host = "r.example"\nnetwork = ['
                    '{name = "o", network = "203.0.113.0/25", senders = ["me@example.com"]},'
                    '{name = "o", network = "198.51.100.0/24", senders = ["me@example.com"]}]'
                ),
                "relay.network: 203.0.113.0/25, 198.51.100.0/24: public networks may send",
            ),
        )
    ),
    ("", "domain: no domain is named; begin with [[domain]]"),
    (
        '[domain]\nname = "x.com"\n',
        "line 1, domain: there may be several; open each as [[domain]]",
    ),
    (HEAD.replace("us-east-2", "us-east"), "line 1, region: 'us-east' is no Region code"),
    (
        HEAD.replace("region", "regoin") + BOX,
        "line 1, regoin: there is no such key; did you mean `region`?",
    ),
    (
        HEAD.replace('region = "us-east-2"\n', "") + BOX,
        "line 1, domain[0].region: no Region is given",
    ),
    (
        HEAD.replace("example.com", "me@example.com") + BOX,
        "'me@example.com' is not a domain name; write only what stands behind the @",
    ),
    (HEAD.replace("example.com", "https://example.com/") + BOX, "without https:// and path"),
    (HEAD.replace("example.com", "example") + BOX, "write the whole name"),
    (HEAD.replace("example.com", "192.0.2.1") + BOX, "'192.0.2.1' is not a domain name"),
    (HEAD.replace("example.com", "-x-.com") + BOX, "'-x-.com' is not a domain name"),
    (
        HEAD + 'dns = "cloudflare"\n' + BOX,
        'line 4, domain[0].dns: \'cloudflare\' is not known here; write "route53" or "manual"',
    ),
    (
        HEAD + 'mail_from = "mail.other.org"\n' + BOX,
        "'mail.other.org' is no subdomain of example.com",
    ),
    (HEAD + 'mail_from = "example.com"\n' + BOX, "'example.com' is no subdomain of example.com"),
    (HEAD + 'mail_from = "a b"\n' + BOX, "'a b' is no label of a domain"),
    (HEAD + "receive = 1\n" + BOX, "is neither true nor false"),
    (HEAD + 'forwarding_address = "me@example.com"\n' + BOX, "me@example.com is a mailbox too"),
    (
        HEAD + 'forwarding_address = "x@gmail.com"\n' + BOX,
        "x@gmail.com is not at example.com; write x@example.com",
    ),
    (
        HEAD + 'notices = "x@example.com"\n' + BOX,
        "x@example.com is at a domain of ours: mail would go in a circle",
    ),
    (HEAD, "line 2, domain[0].mailbox: example.com has no mailbox"),
    (
        HEAD + BOX + BOX.replace('"me"', '"ME"'),
        "line 8, domain[0].mailbox[1].name: the mailbox 'me' is there twice",
    ),
    (
        HEAD + BOX.replace("owner@gmail.com", "me@EXAMPLE.com"),
        "line 6, domain[0].mailbox[0].to[0]: me@EXAMPLE.com is at a domain of ours",
    ),
    (
        HEAD + BOX.replace('["owner@gmail.com"]', '["a@b.org",\n"A@b.org"]'),
        "mailbox[0].to[1]: the target 'a@b.org' is there twice",
    ),
    (
        HEAD + BOX.replace('["owner@gmail.com"]', '"owner@gmail.com"'),
        'is not a list; write it in brackets: key = ["one", "two"]',
    ),
    (
        HEAD + BOX.replace("owner@gmail.com", "Owner <o@gmail.com>"),
        "is not an address that SES can send to; write one bare address",
    ),
    (HEAD + BOX.replace("owner@gmail.com", "owner"), "write it whole, such as owner@gmail.com"),
    (HEAD + BOX.replace('"me"', '"me@example.com"'), "write only what stands before the @: 'me'"),
    (HEAD + BOX.replace('"me"', '"a b"'), "'a b' is no mailbox name"),
    (
        HEAD + BOX.replace('name = "me"\n', ""),
        'line 4, domain[0].mailbox[0].name: is missing; write name = "info"',
    ),
    (
        HEAD + BOX + "keep = true\n",
        "line 7, domain[0].mailbox[0].keep: `to` and `keep` exclude each other",
    ),
    (HEAD + BOX + 'reject = "é"\n', "'é' cannot be sent as an SMTP reply"),
    (HEAD + '[[domain.mailbox]]\nname = "me"\n', "nothing says what becomes of its mail"),
    (
        HEAD + '[[domain.mailbox]]\nname = "*"\nkeep = true\nsend = "smtp"\n',
        "mailbox[0].send: nobody can write as every address at once",
    ),
    (
        HEAD + "[domain.reports]\n" + '[[domain.mailbox]]\nname = "me"\nkeep = true\n',
        "no function is made that could read reports; give one mailbox a `to`",
    ),
    (HEAD + '[domain.reports]\nmailbox = "ME"\n' + BOX, "'me' is an address of its own already"),
    (
        HEAD + "receive = false\n[domain.reports]\n",
        "the domain receives no mail; take [domain.reports] out",
    ),
    (
        HEAD + "receive = false\nkeep_deleted_days = 30\n",
        "the domain receives no mail; take `keep_deleted_days` out",
    ),
    (
        HEAD + "keep_deleted_days = 30\n" + BOX + '[domain.adopted]\nbucket = "old-mail"\n',
        "the bucket stood before sendas, which does not change it",
    ),
    (HEAD + "keep_deleted_days = 0\n" + BOX, "0 is out of range; at least 1"),
    (HEAD + BOX + 'send = "gmail"\n', "'gmail' is not known here"),
    (HEAD + BOX + 'user = "ses"\n', "an IAM user is for sending over SES SMTP"),
    (HEAD + BOX + 'policy = "none"\n', "it belongs into [domain.dmarc]"),
    (HEAD + BOX + 'to_ = ["x@y.org"]\n', "did you mean `to`?"),
    (
        HEAD + "receive = false\n" + BOX,
        "line 7, domain[0].mailbox[0].to: the domain receives no mail; take `to` out",
    ),
    (
        HEAD + '[domain.verdicts]\nspam = "forward"\n' + BOX,
        '\'forward\' is not known here; write "quarantine" or "discard"',
    ),
    (HEAD + '[domain.dmarc]\npolicy = "strict"\n' + BOX, "'strict' is not known here"),
    (HEAD + '[domain.adopted]\nrules = ["a"]\n' + BOX, "rules belong to a rule set"),
    (HEAD + '[domain.adopted]\ntopic_arn = "mail"\n' + BOX, "'mail' is no ARN"),
    (
        HEAD + BOX + "[limits]\nmax_hops = 3\n",
        "line 8, limits.max_hops: 3 is out of range; at least 5",
    ),
    (HEAD + BOX + '[limits]\nmax_hops = "9"\n', "is not a whole number"),
    (
        HEAD + BOX + '[[domain]]\nname = "EXAMPLE.com."\n' + BOX,
        "the domain 'example.com' is there twice",
    ),
    (HEAD + BOX + "me = \n", "line 7: not TOML: Invalid value"),
    (
        HEAD + BOX + 'name = "x"\n',
        "line 7: not TOML: Cannot overwrite a value; the key stands twice",
    ),
    (HEAD + "[limits\n", "line 4: not TOML: Expected ']'"),
    (b'region = "\xff"', "line 1: byte 0xff is not UTF-8"),
    ("a = " + "[" * 5000, "is nested too deeply"),
    ("a = " + "9" * 5000, "not TOML"),
]


@pytest.mark.parametrize(("text", "told"), MISTAKES, ids=range(len(MISTAKES)))
def test_each_mistake_is_told_with_its_remedy(text: str | bytes, told: str) -> None:
    """One mistake in the file is one line for people, and no other is invented beside it."""
    mistakes = wrong(text)

    assert any(told in mistake for mistake in mistakes), mistakes
    assert all("\n" not in mistake for mistake in mistakes)


def test_all_mistakes_at_once() -> None:
    """Mistakes of kind, of value and between keys show together, in the file's order."""
    text = (
        'regoin = 3\n[[domain]]\nname = "example.com"\ndns = "x"\n'
        '[[domain.mailbox]]\nname = "me"\nto = ["me@example.com", 3]\n'
        '[[domain.mailbox]]\nname = "me"\nkeep = "yes"\n'
    )
    keys = [mistake.partition(":")[0] for mistake in wrong(text)]

    assert [
        "line 1, regoin",
        "line 2, domain[0].region",
        "line 4, domain[0].dns",
        "line 7, domain[0].mailbox[0].to[0]",
        "line 7, domain[0].mailbox[0].to[1]",
        "line 8, domain[0].mailbox[1].to",
        "line 9, domain[0].mailbox[1].name",
        "line 10, domain[0].mailbox[1].keep",
    ] == keys


WARNINGS = [
    (
        HEAD.replace("us-east-2", "us-easst-2") + BOX,
        "'us-easst-2' is no Region that this release knows; did you mean us-east-2?",
    ),
    (
        HEAD + BOX + '[alarms]\nto = ["me@example.com"]\n',
        "an alarm that its mail is broken would not arrive",
    ),
    (
        HEAD + '[domain.dmarc]\nreports = ["d@example.com"]\n' + BOX,
        "no mailbox takes d@example.com",
    ),
    (
        HEAD + '[domain.dmarc]\nreports = ["d@example.org"]\n' + BOX,
        "example.com._report._dmarc.example.org",
    ),
]


@pytest.mark.parametrize(("text", "told"), WARNINGS, ids=range(len(WARNINGS)))
def test_what_may_not_be_meant_is_a_warning(text: str, told: str) -> None:
    """The file is read, and the doubt is told."""
    warnings = parse_config(text).warnings

    assert any(told in warning for warning in warnings), warnings


def test_the_address_for_reports_is_in_the_record() -> None:
    """``[domain.reports]`` is enough; what else is named stays, once each."""
    alone = parse_config(HEAD + "[domain.reports]\n" + BOX).domains[0]
    more = parse_config(
        HEAD
        + '[domain.dmarc]\npolicy = "reject"\nreports = ["d@example.net", "dmarc@example.com"]\n'
        + '[domain.reports]\nmailbox = "dmarc"\ntls = false\n'
        + BOX
    ).domains[0]

    assert alone.dmarc == Dmarc(Policy.NONE, ("reports@example.com",))
    assert more.dmarc == Dmarc(Policy.REJECT, ("dmarc@example.com", "d@example.net"))
    assert (Reports("dmarc", tls=False), "dmarc@example.com") == (
        more.reports,
        more.report_address,
    )


def test_a_domain_knows_whose_reports_it_takes_beside_its_own() -> None:
    """RFC 9990: it must agree to take those about another, not those about its own."""
    other = HEAD.partition("\n")[2].replace("example.com", "example.net")
    both = parse_config(
        HEAD
        + '[domain.dmarc]\nreports = ["d@example.net", "d@example.com"]\n'
        + BOX
        + other
        + "[domain.reports]\n"
        + BOX
    )

    assert [(), ("example.com",)] == [one.reports_about for one in both.domains]


def test_a_catch_all_takes_the_reports() -> None:
    """No warning where some mailbox takes them."""
    text = HEAD + '[domain.dmarc]\nreports = ["d@example.com"]\n'

    assert () == parse_config(text + BOX.replace('"me"', '"*"')).warnings


@pytest.mark.parametrize("key", ["region", "name"])
def test_a_secret_is_refused_and_never_repeated(key: str) -> None:
    """What looks like an AWS secret key is told by its place alone."""
    secret = "wJalrXUtnFEMI7K7MDENGabPxRfiCYEXAMPLEKE1"
    text = f'{key} = "{secret}"\n' + HEAD.replace('region = "us-east-2"\n', "")
    mistakes = wrong(text)

    assert not any(secret in mistake for mistake in mistakes)
    assert any(f"line 1, {key}" in mistake for mistake in mistakes)


def test_unreadable_files(tmp_path: Path) -> None:
    """A file that is missing, a folder, or too long is told in one line."""
    for name, told in (("none.toml", "there is no such file"), (".", "cannot be read")):
        with pytest.raises(BadConfig, match=told):
            load(tmp_path / name)
    long = tmp_path / "long.toml"
    long.write_bytes(b"#" * 1_000_001)
    with pytest.raises(BadConfig, match="too long"):
        load(long)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_forbidden_file(tmp_path: Path) -> None:
    """No permission to read is told as such."""
    file = tmp_path / "sendas.toml"
    file.write_text(HEAD + BOX)
    file.chmod(0)
    with pytest.raises(BadConfig, match="Permission denied"):
        load(file)


def test_reads_windows_files() -> None:
    """A byte order mark and CRLF are no mistakes, and lines are counted the same."""
    raw = ("\ufeff" + HEAD + BOX).replace("\n", "\r\n").encode()

    assert "example.com" == parse_config(raw).domain().name
    assert (
        "line 4" in wrong(("\ufeff" + HEAD + "dnz = 1\n" + BOX).replace("\n", "\r\n").encode())[0]
    )


def test_names_in_other_scripts() -> None:
    """A domain may be written as people write it."""
    domain = parse_config(HEAD.replace("example.com", "Bücher.example") + BOX).domain()

    assert "xn--bcher-kva.example" == domain.name


pieces = st.sampled_from(
    [
        *"[]{}=.,\"'# \n\\",
        "[[domain]]",
        "name",
        '"example.com"',
        "[[domain.mailbox]]",
        "to",
        '["a@b.org"]',
        'region = "us-east-2"\n',
        "true",
        "1",
        "1e3",
        "1979-05-27",
        "dmarc",
        "é",
        "\x00",
        "keep = true\n",
        '"""',
        "[limits]\n",
    ]
)


@given(st.lists(pieces, max_size=30).map("".join) | st.text() | st.binary())
def test_any_text_is_read_or_refused(text: str | bytes) -> None:
    """Whatever stands in the file, it is a configuration or a `BadConfig`, nothing else."""
    try:
        config = parse_config(text)
    except BadConfig:
        return
    assert config.domains


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.floats(allow_nan=False),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(
    st.sampled_from(["region", "domain", "alarms", "limits"]),
    st.sampled_from(["name", "mailbox", "to", "dmarc", "verdicts", "adopted", "mail_from"]),
    values,
)
def test_any_value_in_any_place_is_read_or_refused(top: str, inner: str, value: object) -> None:
    """No value of a wrong kind makes a check stumble."""
    from sendas.config.checks import doubts, mistakes  # noqa: PLC0415  only here

    whole = {"region": "us-east-2", "domain": [{"name": "example.com", inner: value}]}
    for raw in (whole, whole | {top: value}):
        assert all(remark.problem for remark in [*mistakes(raw), *doubts(raw)])


BOXES = (
    ('send = "reply-alias"', True),
    ("reply = {}", True),
    ("reply = { enabled = false }", False),
    ('send = "reply-alias"\nreply = { enabled = false }', False),
    ("", False),
)


@pytest.mark.parametrize(("box", "answers"), BOXES, ids=[box for box, _ in BOXES])
def test_the_file_and_its_checks_agree_on_who_answers(box: str, *, answers: bool) -> None:
    """A mailbox called `compose` is in the way of answers, and of nothing else."""
    text = (
        'region = "us-east-1"\n[[domain]]\nname = "example.com"\n'
        f'[[domain.mailbox]]\nname = "me"\nto = ["owner@gmail.com"]\n{box}\n'
    )
    assert answers is parse_config(text).domains[0].mailboxes[0].answers
    taken = f'{text}[[domain.mailbox]]\nname = "compose"\nkeep = true\n'
    if answers:
        with pytest.raises(BadConfig, match="'compose' is a mailbox too"):
            parse_config(taken)
    else:
        parse_config(taken)
