"""Mistakes in the DNS that were told as well, or mended by losing senders: each with its root.

The lab's own servers answer the real resolver; nothing stands for the piece under test.
"""

import asyncio

import pytest

from mending import carry_out
from scenario import Build, blamed, seen

from sendas.dns.answers import Question, Records, RecordType
from sendas.doctor.dns_look import ROOT
from sendas.doctor.run import examine, exit_status
from sendas.play.scene import Scene
from sendas.play.story.doctoring import doors


def _mended(scene: Scene, code: str) -> None:
    """The one root is *code*; doing what it says makes it go, and brings no other."""
    diagnosis = examine(seen(scene))
    assert (code,) == diagnosis.roots, blamed(diagnosis)
    carry_out(scene, next(f for f in diagnosis.findings if f.code == code))
    after = examine(seen(scene))
    assert () == after.roots, blamed(after)


def test_the_root_is_known(make: Build) -> None:
    """The empty name is asked for, and answered: this machine is online."""
    scene = make()

    answer = asyncio.run(doors(scene.lab).resolver.ask(Question("", RecordType.NS)))

    assert isinstance(answer, Records), answer


def test_an_expired_domain_does_not_exist(make: Build) -> None:
    """Withdrawn at the registry: the domain is the root, not this machine's network."""
    scene = make(route53=False)
    scene.lab.dns.registry.withdraw("example.com")
    scene.lab.ses.refresh()

    evidence = seen(scene)
    diagnosis = examine(evidence)

    assert ROOT in evidence.lookups
    assert ("DNS105",) == diagnosis.roots, blamed(diagnosis)
    assert 1 == exit_status(diagnosis)


def test_a_domain_delegated_to_servers_that_do_not_serve_it(make: Build) -> None:
    """SERVFAIL for the domain while the root answers: nobody serves it."""
    scene = make(route53=False)
    scene.lab.dns.registry.delegate("example.com", ("ns1.former-host.example",))
    scene.lab.ses.refresh()

    diagnosis = examine(seen(scene))

    assert ("DNS105",) == diagnosis.roots, blamed(diagnosis)


@pytest.mark.parametrize(
    ("record", "code"),
    [
        ("v=spf1 include: amazonses.com ~all", "DNS103"),
        ("v=spf1 include.amazonses.com ~all", "DNS103"),
        ("v=spf1 ip4:203.0.113.7 include:amazonses.com~all", "DNS103"),
        ("v=spf1 include:amazonses.com, ip4:203.0.113.7 ~all", "DNS103"),
        ("v=spf1 ip4:203.0.113.7 ~all include:amazonses.com -all", "DNS111"),
        ("v=spf1 -all include:amazonses.com", "DNS111"),
        ('"\\"v=spf1 include:amazonses.com ~all\\""', "DNS110"),
        ("v=spf1; include:amazonses.com ~all", "DNS110"),
    ],
)
@pytest.mark.parametrize("mail_from", ["mail", None], ids=["mail-from", "no-mail-from"])
def test_a_broken_spf_record_is_mended_without_losing_anybody(
    make: Build, record: str, code: str, mail_from: str | None
) -> None:
    """At the MAIL FROM domain and at the domain: SES, and the address named, may send after it."""
    scene = make(route53=False, mail_from=mail_from)
    at = scene.mail_from or scene.domain
    scene.set_record(at, "TXT", record)
    scene.lab.ses.refresh()

    _mended(scene, code)

    (text,) = (v for v in scene.values_at(at, "TXT") if "spf1" in v)
    assert "include:amazonses.com" in text
    assert ("203.0.113.7" in record) == ("ip4:203.0.113.7" in text)


@pytest.mark.parametrize(
    ("host", "code"),
    [
        ("feedback-smtp.us-east-1.amazonaws.com.", "DNS008"),
        ("feedback-smtp.us-east1.amazonses.com.", "DNS008"),
        ("feedback.us-east-1.amazonses.com.", "DNS008"),
    ],
)
def test_a_misspelt_host_of_ses_at_the_mail_from_domain(make: Build, host: str, code: str) -> None:
    """Another suffix, or a Region that is none, is no host of SES's."""
    scene = make()
    scene.set_record("mail.example.com", "MX", f"10 {host}")
    scene.lab.ses.refresh()

    _mended(scene, code)


@pytest.mark.parametrize(
    "host", ["inbound-smtp.us-east-1.amazonses.com.", "inbound-smtp.us-east1.amazonaws.com."]
)
def test_a_misspelt_inbound_host(make: Build, host: str) -> None:
    """The MX names a host that nobody knows: mail has no way in."""
    scene = make(route53=False)
    scene.set_record("example.com", "MX", f"10 {host}")

    _mended(scene, "DNS107")


def test_the_mx_is_gone(make: Build) -> None:
    """Receipt rules wait, and no MX leads to them."""
    scene = make(route53=False)
    scene.remove_record("example.com", "MX")

    _mended(scene, "DNS107")


def test_an_alias_at_the_mail_from_domain(make: Build) -> None:
    """A CNAME where MX and TXT belong is named, and taken away before they are entered."""
    scene = make(route53=False)
    for type_ in ("MX", "TXT"):
        scene.remove_record("mail.example.com", type_)
    scene.set_record("mail.example.com", "CNAME", "webmail.site-host.example.")
    scene.lab.ses.refresh()

    _mended(scene, "DNS109")


def test_an_alias_at_the_dmarc_name(make: Build) -> None:
    """The same at _dmarc, where it leads to nothing."""
    scene = make(route53=False)
    scene.remove_record("_dmarc.example.com", "TXT")
    scene.set_record("_dmarc.example.com", "CNAME", "example.com.dmarc-host.example.")

    _mended(scene, "DNS109")


def test_the_zone_is_appended_to_a_sub_domains_records(make: Build) -> None:
    """The provider appends the zone's name, not the identity's."""
    scene = make(receiving=False, mail_from=None, route53=False)
    name = "news.example.com"
    scene.call("sesv2", "CreateEmailIdentity", EmailIdentity=name)
    made = scene.call("sesv2", "GetEmailIdentity", EmailIdentity=name)
    for token in made["DkimAttributes"]["Tokens"]:
        scene.set_record(
            f"{token}._domainkey.{name}.example.com", "CNAME", f"{token}.dkim.amazonses.com."
        )
    scene.lab.ses.refresh()

    diagnosis = examine(seen(scene, domain=name))

    assert ("DNS002",) == diagnosis.roots, blamed(diagnosis)
