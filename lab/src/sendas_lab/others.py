"""Everybody else's names in the lab's DNS: Google, Microsoft, and some correspondents."""

from sendas_lab.dns.internet import Dns
from sendas_lab.gmail import letters
from sendas_lab.gmail.google import (
    EXCHANGER_ADDRESS,
    EXCHANGER_HOST,
    OUTGOING_ADDRESS,
    OUTGOING_HOST,
    OUTGOING_NETWORK,
)
from sendas_lab.recipients import ExchangeOnline, OrdinaryServer


ORDINARY_HOST = "mx1.example.net"
ORDINARY_ADDRESS = "198.51.100.20"
ORDINARY_DOMAINS = ("example.net", "example.org")
TENANT_DOMAIN = "fabrikam.example"
EXCHANGE_ADDRESS = "198.51.100.30"


def publish_google(dns: Dns) -> None:
    """MX, SPF, DKIM and DMARC of gmail.com and google.com, as the real ones are built."""
    dns.host(EXCHANGER_HOST, EXCHANGER_ADDRESS)
    dns.host(OUTGOING_HOST, OUTGOING_ADDRESS)
    google = dns.world_zone("google.com")
    google.set("_spf.google.com", "TXT", f"v=spf1 ip4:{OUTGOING_NETWORK} ~all")
    for domain in letters.SIGNING_DOMAINS:
        zone = dns.world_zone(domain)
        zone.set(domain, "MX", f"5 {EXCHANGER_HOST}.")
        zone.set(f"{letters.SELECTOR}._domainkey.{domain}", "TXT", letters.key_record())
    gmail = dns.world_zone("gmail.com")
    gmail.set("gmail.com", "TXT", "v=spf1 redirect=_spf.google.com")
    gmail.set("_dmarc.gmail.com", "TXT", "v=DMARC1; p=none; sp=quarantine")
    google.set("google.com", "TXT", "v=spf1 include:_spf.google.com ~all")
    google.set("_dmarc.google.com", "TXT", "v=DMARC1; p=reject")


def publish_ordinary(dns: Dns, server: OrdinaryServer) -> None:
    """The correspondents' domains: mail comes and goes through one server."""
    dns.host(server.host, ORDINARY_ADDRESS)
    for domain in server.domains:
        zone = dns.world_zone(domain)
        zone.set(domain, "MX", f"10 {server.host}.")
        zone.set(domain, "TXT", f"v=spf1 ip4:{ORDINARY_ADDRESS} -all")
        zone.set(f"_dmarc.{domain}", "TXT", "v=DMARC1; p=none")


def publish_exchange(dns: Dns, server: ExchangeOnline) -> None:
    """The tenant's domain."""
    dns.host(server.host, EXCHANGE_ADDRESS)
    zone = dns.world_zone(server.domain)
    zone.set(server.domain, "MX", f"0 {server.host}.")
    zone.set(server.domain, "TXT", "v=spf1 include:spf.protection.outlook.com -all")
    dns.world_zone("outlook.com").set(
        "spf.protection.outlook.com", "TXT", f"v=spf1 ip4:{EXCHANGE_ADDRESS} -all"
    )
