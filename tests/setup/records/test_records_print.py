"""Records on paper: goldens for people, and the lines read by other people's code."""

import json

from collections.abc import Callable

import dns.zone
import pytest

from hypothesis import given
from hypothesis import strategies as st

from sendas.auth import dmarc
from sendas.config.model import ConfiguredDomain, Dmarc, Mailbox
from sendas.dns.answers import Absent, Answer, Question, Records, RecordType
from sendas.ses.regions import Region
from sendas.setup.records.diff import diff
from sendas.setup.records.printed import Sheet, as_json, as_table, as_zone_lines, unlooked
from sendas.setup.records.providers import (
    PROVIDERS,
    Provider,
    UnknownProvider,
    provider_called,
    provider_of,
)
from sendas.setup.records.wanted import Mark, Purpose, RecordChange, wanted_records


DOMAIN = ConfiguredDomain(
    "shop.example.com",
    Region("us-east-2"),
    (Mailbox("me", ("o@gmail.com",)),),
    mail_from="mail.shop.example.com",
    dmarc=Dmarc(dmarc.Policy.NONE, ("d@shop.example.com",)),
)


def sheet(provider: Provider) -> Sheet:
    """One of each: to add, to change, in the way, not known, as it should be."""
    wanted = wanted_records(DOMAIN, ("aaa", "bbb"))
    nothing = Absent(name_exists=False, negative_ttl=300)
    published: dict[Question, Answer] = {one.question: nothing for one in wanted}
    at = DOMAIN.name
    published[Question(at, RecordType.TXT)] = Records(
        ("site-verification=1", "v=spf1 include:_spf.example.net -all"), 300
    )
    published[Question(at, RecordType.MX)] = Records(("10 mx.example.net",), 300)
    published[Question(f"aaa._domainkey.{at}", RecordType.CNAME)] = Records(
        ("aaa.dkim.amazonses.com",), 300
    )
    del published[Question(f"mail.{at}", RecordType.MX)]
    return Sheet(at, "example.com", provider, diff(wanted, published))


@pytest.mark.parametrize("provider", PROVIDERS, ids=lambda provider: provider.key)
def test_tables(provider: Provider, golden: Callable[[str, str], None]) -> None:
    """What each panel's owner reads."""
    golden(f"table-{provider.key}.txt", as_table(sheet(provider)) + "\n")


def test_zone_lines(golden: Callable[[str, str], None]) -> None:
    """What goes into a zone file."""
    golden("zone.txt", as_zone_lines(sheet(PROVIDERS[-1])) + "\n")


def test_json(golden: Callable[[str, str], None]) -> None:
    """What programs read."""
    golden("records.json", as_json(sheet(PROVIDERS[-1])) + "\n")


def test_zone_lines_are_read_by_dnspython() -> None:
    """Another's zone parser finds exactly the record sets that shall stand."""
    wanted = wanted_records(DOMAIN, ("aaa", "bbb"))
    lines = as_zone_lines(Sheet(DOMAIN.name, "example.com", PROVIDERS[-1], unlooked(wanted)))
    zone = dns.zone.from_text(lines, "example.com.", relativize=False, check_origin=False)
    found = {
        (str(name).rstrip("."), rdataset.rdtype.name)
        for name, rdataset in zone.iterate_rdatasets()
    }

    assert {(one.name, str(one.type)) for one in wanted} == found


@given(st.text(st.characters(max_codepoint=255), max_size=600))
def test_any_text_survives_a_zone_file(text: str) -> None:
    """Quotes, backslashes, and what is longer than one string of 255 bytes."""
    change = RecordChange(Mark.ADD, "example.com", RecordType.TXT, (), (text,), Purpose.SPF)
    lines = as_zone_lines(Sheet("example.com", "example.com", PROVIDERS[-1], (change,)))
    zone = dns.zone.from_text(lines, "example.com.", relativize=False, check_origin=False)
    (read,) = zone.get_rdataset("example.com.", "TXT")

    assert text.encode("latin-1") == b"".join(read.strings)


def test_json_is_whole() -> None:
    """Schema, zone and every change are there, marks as in the table."""
    value = json.loads(as_json(sheet(provider_called("Cloudflare"))))

    assert "sendas.records/1" == value["schema"]
    assert "example.com" == value["zone"]
    assert {"+", "~", "=", "?", "!"} == {record["mark"] for record in value["records"]}
    assert "mail.shop" == value["records"][2]["relative_name"]


@pytest.mark.parametrize(
    ("servers", "key"),
    [
        (("ada.ns.cloudflare.com", "bob.ns.cloudflare.com."), "cloudflare"),
        (("ns07.domaincontrol.com",), "godaddy"),
        (("dns1.registrar-servers.com",), "namecheap"),
        (("ns-1.awsdns-00.com", "ns-2.awsdns-63.co.uk"), "route53"),
        (("ns1.example.net",), "generic"),
        (("ada.ns.cloudflare.com", "ns1.example.net"), "generic"),
        (("ns.cloudflare.com.example.net",), "generic"),
        ((), "generic"),
    ],
)
def test_the_name_servers_tell_the_panel(servers: tuple[str, ...], key: str) -> None:
    """All of them must be the provider's; a name that only looks so is not."""
    assert key == provider_of(servers).key


def test_an_unknown_panel() -> None:
    """The known ones are named."""
    with pytest.raises(UnknownProvider, match="generic"):
        provider_called("gandi")


def test_names_are_relative_to_the_zone() -> None:
    """Never to the domain, which may lie deeper; the zone itself is the at sign."""
    panel = provider_called("godaddy")

    assert "@" == panel.name("example.com", "example.com")
    assert "_dmarc.shop" == panel.name("_dmarc.shop.example.com", "example.com")
    assert "example.org." == panel.name("example.org", "example.com")


@pytest.mark.parametrize("purpose", Purpose)
def test_every_record_can_be_printed(purpose: Purpose) -> None:
    """Whatever it is for: as a table, as zone lines, as JSON."""
    name, provider = "x.shop.example.com", PROVIDERS[0]
    change = RecordChange(Mark.ADD, name, RecordType.TXT, (), ("text",), purpose, 300)
    one = Sheet("shop.example.com", "example.com", provider, (change,))

    assert all("text" in printed for printed in (as_table(one), as_zone_lines(one), as_json(one)))
