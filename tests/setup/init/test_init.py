"""`sendas init` for a new domain: answers and a look at the DNS become a file."""

import os
import pty
import subprocess
import sys

from pathlib import Path

import pytest

from sendas_lab.dns.internet import PROVIDER_SERVERS
from sendas_lab.world import Lab
from typed import Type

from sendas.auth.dmarc import Policy
from sendas.config.load import load
from sendas.config.model import Dmarc, DnsProvider, Mailbox, Reports, SendWay
from sendas.setup.init import BadAnswer, parse_mailbox


ME = ("--mailbox", "me=owner@gmail.com", "--yes")


@pytest.fixture
def fresh(sendas_lab: Lab) -> Lab:
    """A domain that is delegated, and nothing in its zone."""
    sendas_lab.dns.provider.zone("example.com")
    sendas_lab.dns.registry.delegate("example.com", PROVIDER_SERVERS)
    return sendas_lab


def test_a_new_domain(fresh: Lab, type_: Type) -> None:
    """One mailbox is enough; the rest is told by the DNS or has a default."""
    run = type_("init", "example.com", "--region", "us-east-2", *ME)
    config = load(Path("sendas.toml"))
    domain = config.domain()

    assert fresh
    assert (0, "") == (run.status, run.out)
    assert ("owner@gmail.com",) == config.alarms
    assert (DnsProvider.MANUAL, True, "us-east-2") == (domain.dns, domain.receive, domain.region)
    assert "mail.example.com" == domain.mail_from
    assert Dmarc(Policy.NONE, ("reports@example.com",)) == domain.dmarc
    assert Reports("reports") == domain.reports
    assert (Mailbox("me", ("owner@gmail.com",), send=SendWay.SMTP),) == domain.mailboxes
    assert () == config.warnings


def test_a_mailbox_of_the_usual_name_keeps_it(fresh: Lab, type_: Type) -> None:
    """Receivers' reports come to another address then; nobody's mail is taken for one."""
    type_("init", "example.com", "--mailbox", "reports=owner@gmail.com")
    domain = load(Path("sendas.toml")).domain()

    assert fresh
    assert Reports("dmarc-reports") == domain.reports
    assert ("owner@gmail.com",) == domain.mailboxes[0].targets


def test_what_stands_is_respected(fresh: Lab, type_: Type) -> None:
    """Mail that another provider receives stays there, and a DMARC policy is not made laxer."""
    zone = fresh.dns.provider.zone("example.com")
    zone.set("example.com", "MX", "1 smtp.google.com.")
    zone.set("_dmarc.example.com", "TXT", "v=DMARC1; p=reject; rua=mailto:x@example.org")
    run = type_("init", "example.com", *ME)
    domain = load(Path("sendas.toml")).domain()

    assert "is received by smtp.google.com, and that is left alone" in run.err
    assert not domain.receive
    assert Dmarc(Policy.REJECT) == domain.dmarc
    assert (Mailbox("me", send=SendWay.SMTP),) == domain.mailboxes


def test_the_owner_may_insist(fresh: Lab, type_: Type) -> None:
    """`--receive` says that the MX shall change; `sendas records` will stop there."""
    fresh.dns.provider.zone("example.com").set("example.com", "MX", "1 smtp.google.com.")
    type_("init", "example.com", "--receive", "--dns", "route53", *ME)
    domain = load(Path("sendas.toml")).domain()

    assert domain.receive
    assert DnsProvider.ROUTE53 is domain.dns


def test_nothing_is_overwritten(type_: Type) -> None:
    """An existing file is not touched, not even by a run that would succeed."""
    Path("sendas.toml").write_text("mine")
    run = type_("init", "example.com", "--no-look", *ME)

    assert (2, "mine") == (run.status, Path("sendas.toml").read_text())
    assert "--force replaces it" in run.err
    assert 0 == type_("init", "example.com", "--no-look", "--force", *ME).status
    assert "example.com" == load(Path("sendas.toml")).domain().name


BAD = [
    ((), "name the domain"),
    (("exa mple.com",), "'exa mple.com' is not a domain name"),
    (("me@example.com",), "write only what stands behind the @"),
    (("example.com",), "--mailbox me=owner@gmail.com"),
    (("example.com", "--mailbox", "me"), "write name=target"),
    (("example.com", "--mailbox", "me=owner"), "'owner' is not an address"),
    (("example.com", "--mailbox", "m e=o@gmail.com"), "'m e' is no mailbox name"),
    (("example.com", "--mailbox", "me=a@example.com"), "a circle"),
    (("example.com", *ME, "--mailbox", "ME=x@gmail.com"), "--mailbox me is given twice"),
    (("example.com", *ME, "--dns", "cloudflare"), "write route53 (in this AWS account) or manual"),
    (("example.com", *ME, "--region", "Ohio"), "'Ohio' is not a Region code"),
    (("example.com", *ME, "--alarms", "me"), "--alarms: 'me' is not an address"),
    (("example.com", *ME, "--output", "no/where.toml"), "there is no folder"),
]


@pytest.mark.parametrize(("words", "told"), BAD, ids=range(len(BAD)))
def test_bad_input(type_: Type, words: tuple[str, ...], told: str) -> None:
    """One clear line, exit status 2, and no file."""
    run = type_("init", *words, "--no-look")

    assert (2, "") == (run.status, run.out)
    assert told in run.err
    assert 1 == len(run.err.splitlines())
    assert [] == list(Path().iterdir())


def test_a_domain_that_nobody_delegated(type_: Type) -> None:
    """Nothing that is written for it would be seen."""
    run = type_("init", "nowhere.example", *ME)

    assert 2 == run.status
    assert "nowhere.example is not delegated" in run.err
    assert not Path("sendas.toml").exists()


def test_when_the_dns_is_silent(fresh: Lab, type_: Type, monkeypatch: pytest.MonkeyPatch) -> None:
    """Silence is not absence: exit status 3, and no file, unless told not to look."""
    assert fresh
    monkeypatch.setenv("SENDAS_RESOLVER", "127.0.0.1:9")
    run = type_("init", "example.com", *ME)

    assert 3 == run.status
    assert "--no-look" in run.err
    assert not Path("sendas.toml").exists()


def test_an_unknown_region_is_a_warning(type_: Type) -> None:
    """SES has the last word on where it is."""
    run = type_("init", "example.com", "--no-look", "--region", "us-east-9", *ME)

    assert 0 == run.status
    assert "us-east-9" in run.err
    assert "no Region that this release knows" in run.err


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("me=o@gmail.com", Mailbox("me", ("o@gmail.com",), send=SendWay.SMTP)),
        (
            "Me@Example.com = a@b.org, c@d.org",
            Mailbox("me", ("a@b.org", "c@d.org"), send=SendWay.SMTP),
        ),
        ("*=o@gmail.com", Mailbox("*", ("o@gmail.com",))),
        ("in=", Mailbox("in", keep=True, send=SendWay.SMTP)),
        ("sales+eu=o@gmail.com", Mailbox("sales+eu", ("o@gmail.com",), send=SendWay.SMTP)),
    ],
)
def test_mailboxes_on_the_command_line(text: str, expected: Mailbox) -> None:
    """As people write them."""
    assert expected == parse_mailbox(text, "example.com")


def test_a_mailbox_of_another_domain() -> None:
    """It is no local-part."""
    with pytest.raises(BadAnswer):
        parse_mailbox("me@example.org=o@gmail.com", "example.com")


def test_the_schema_is_printed(type_: Type) -> None:
    """To be saved where an editor finds it; nothing is written."""
    run = type_("init", "--schema")

    assert run.out.startswith('{\n  "$schema"')
    assert [] == list(Path().iterdir())


def test_questions_are_asked_on_a_terminal(tmp_path: Path) -> None:
    """Region, DNS, address, where it is read, and the rest; nonsense is asked again."""
    ours, theirs = pty.openpty()
    child = subprocess.Popen(
        [sys.executable, "-m", "sendas", "init", "example.com", "--no-look"],
        stdin=theirs,
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "HOME": str(tmp_path)},
        text=True,
    )
    os.write(ours, b"Ireland\neu-west-1\n\nme@example.com\nowner@gmail.com\ny\nmanual\n")
    out, err = child.communicate(timeout=60)
    os.close(ours)
    os.close(theirs)
    domain = load(tmp_path / "sendas.toml").domain()

    assert (0, "") == (child.returncode, out)
    assert 2 == err.count("Which AWS Region [us-east-1]")
    assert "mail would go in a circle" in err
    assert ("eu-west-1", DnsProvider.MANUAL) == (domain.region, domain.dns)
    assert ("owner@gmail.com",) == domain.mailbox("me").targets == domain.mailbox("*").targets
