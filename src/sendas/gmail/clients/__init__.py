"""Settings for other mail programs: generated, and held to be what those programs read; pure.

Reading is Gmail's IMAP, sending is SES's SMTP.  The password is in none of them
unless it is handed in.
"""

from dataclasses import dataclass, field

from sendas.credentials.decide.credential import StoredCredential
from sendas.credentials.sender import Sender
from sendas.ses.regions import Region, smtp_host


IMAP_HOST, IMAP_PORT = "imap.gmail.com", 993
"""Google help, "Add Gmail to another email client" (google/7126229)."""
SMTP_PORT = 587


@dataclass(frozen=True, slots=True)
class Settings:
    """One mailbox in another mail program.  *reads_at* is where its mail is read, by IMAP."""

    address: str
    name: str
    region: Region
    username: str
    reads_at: str | None = None
    password: str | None = field(default=None, repr=False)
    secret: str = ""
    """Where the password is kept."""

    @property
    def host(self) -> str:
        """Where mail is submitted."""
        return smtp_host(self.region)

    @property
    def domain(self) -> str:
        """Of the address."""
        return self.address.rpartition("@")[2]


def settings_for(
    sender: Sender, stored: StoredCredential, *, reads_at: str | None, with_password: bool
) -> Settings:
    """The settings of *sender*."""
    return Settings(
        address=stored.address,
        name=sender.name or stored.address,
        region=stored.region,
        username=stored.username,
        reads_at=reads_at or sender.reads_at,
        password=stored.password if with_password else None,
        secret=sender.secret,
    )
