"""What the panels of DNS providers want typed, where they differ; pure.

Each row says what such a panel does to a record that was typed as another
provider likes it; the doctor's DNS rules find the same mistakes afterwards.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from sendas.dns.names import canonical, quoted, within
from sendas.errors import UsageError


class UnknownProvider(UsageError):
    """No panel of that name is known."""


@dataclass(frozen=True, slots=True)
class Provider:
    """One panel.

    *hosts* are the domains its name servers are in; *quotes* is whether a TXT
    value is typed with its quotation marks.
    """

    key: str
    title: str
    hosts: tuple[str, ...] = ()
    quotes: bool = False
    name_label: str = "Name"
    value_label: str = "Value"
    notes: tuple[str, ...] = ()

    def name(self, name: str, zone: str) -> str:
        """What is typed as the name: relative to *zone*, ``@`` for the zone itself."""
        if name == zone:
            return "@"
        return name.removesuffix(f".{zone}") if within(name, zone) else f"{name}."

    def text(self, value: str) -> str:
        """What is typed as the value of a TXT record."""
        return quoted(value) if self.quotes else value


# As of November 2026, from the providers' own help pages on adding DKIM, SPF and MX records.
_RELATIVE = "The panel adds the domain to every name: type the name as it stands here, no more."
PROVIDERS = (
    Provider(
        "cloudflare",
        "Cloudflare",
        ("ns.cloudflare.com",),
        value_label="Content",
        notes=(
            'Set "Proxy status" of every CNAME to "DNS only": proxied, DKIM is never verified.',
            "Turn Email Routing off before you change the MX; it locks the MX records.",
            "Leave TTL at Auto.",
        ),
    ),
    Provider(
        "godaddy",
        "GoDaddy",
        ("domaincontrol.com",),
        notes=(
            _RELATIVE,
            "Type no quotation marks: they would become part of the record.",
            "The shortest TTL is 600 seconds; take it.",
        ),
    ),
    Provider(
        "namecheap",
        "Namecheap",
        ("registrar-servers.com",),
        name_label="Host",
        notes=(
            _RELATIVE,
            'MX records are under "Mail Settings": choose "Custom MX" first.',
            '"Custom MX" switches Namecheap\'s own e-mail forwarding off.',
            "Type no quotation marks: they would become part of the record.",
        ),
    ),
    Provider(
        "route53",
        "Route 53",
        ("awsdns.com", "awsdns.net", "awsdns.org", "awsdns.co.uk"),
        quotes=True,
        name_label="Record name",
        notes=(
            "A TXT value is typed with its quotation marks.",
            "Several values of one name and type are one record set: a line for each.",
        ),
    ),
    Provider(
        "generic",
        "your DNS provider",
        notes=(
            "Names are relative to the zone, @ is the zone itself; some panels want them whole.",
            "A panel that appends the zone by itself must not get it twice: look how it shows it.",
            "A name with an underscore must be let in: DKIM and DMARC need it.",
            "If a CNAME can be proxied or flattened, switch that off for these.",
            "Type quotation marks around a TXT value only if the panel shows others with them.",
        ),
    ),
)
GENERIC = PROVIDERS[-1]


def provider_called(key: str) -> Provider:
    """The panel of that name.

    Raises:
        UnknownProvider: With the names that are known.
    """
    for provider in PROVIDERS:
        if provider.key == key.lower():
            return provider
    known = ", ".join(provider.key for provider in PROVIDERS)
    msg = f"no provider {key!r} is known here; there are {known}, and generic suits any"
    raise UnknownProvider(msg)


def provider_of(name_servers: Iterable[str]) -> Provider:
    """Whose panel it is, by the zone's name servers; the generic one if they do not tell."""
    servers = [canonical(server) for server in name_servers]
    for provider in PROVIDERS:
        if servers and all(_is_at(server, provider.hosts) for server in servers):
            return provider
    return GENERIC


def _is_at(server: str, hosts: tuple[str, ...]) -> bool:
    # Route 53's are ns-123.awsdns-15.com: the label before the last is numbered.
    plain = ".".join(
        "awsdns" if label.startswith("awsdns-") else label for label in server.split(".")
    )
    return any(within(plain, host) for host in hosts)
