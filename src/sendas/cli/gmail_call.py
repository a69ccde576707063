"""What every verb of ``sendas gmail`` begins with: whose address, which Region, which account."""

import os

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sendas.errors import UsageError
from sendas.text import visible


if TYPE_CHECKING:
    from sendas.aws.mailbox_gateways import MailboxGateways
    from sendas.config.model import Config as ConfigValue
    from sendas.credentials.decide.credential import StoredCredential
    from sendas.credentials.doors import Timing
    from sendas.credentials.sender import Sender


Address = Annotated[str, typer.Argument(metavar="ADDRESS", help="Such as you@example.com.")]
User = Annotated[
    str | None,
    typer.Option("--user", metavar="USER", help="The IAM user, if not the one sendas would name."),
]


class NoRegion(UsageError):
    """Nothing says in which Region the domain is."""


class NothingStored(UsageError):
    """No password is stored for the address."""


@dataclass(frozen=True, slots=True)
class Call:
    """One run's sender, account and clock."""

    sender: "Sender"
    aws: "MailboxGateways"
    timing: "Timing"

    def stored(self) -> "StoredCredential":
        """The credential in Secrets Manager.

        Raises:
            NothingStored: There is none.
            CouldNotLook: It could not be read.
        """
        from sendas.credentials.decide.credential import stored_in
        from sendas.outcome import see

        name = self.sender.secret
        found = see(self.aws.secret(name), f"the secret {name}")
        stored = stored_in(found.text if found else None, name)
        if stored is None:
            msg = (
                f"no password is stored for {self.sender.address} in {self.sender.region}; "
                f"`sendas gmail add {self.sender.address}` makes one"
            )
            raise NothingStored(msg)
        return stored


def open_call(
    address: str,
    region: str | None,
    config: Path | None,
    user: str | None,
    profile: str | None,
) -> Call:
    """Everything but the first question.

    Raises:
        UsageError: The address, the Region, the file or the profile is none.
        CouldNotLook: No AWS credentials.
    """
    from sendas.cli.undumped import leave_no_core
    from sendas.credentials.doors import real_timing

    leave_no_core()
    profile = profile or profile_in_file(config, address.rpartition("@")[2])
    sender = sender_from(address, region, config, user, profile)
    # After what can be refused without it: botocore takes a fifth of a second.
    from sendas.aws.mailbox_gateways import MailboxGateways
    from sendas.aws.session import open_session

    aws = MailboxGateways(open_session(profile), sender.region)
    return Call(sender, aws, real_timing())


def sender_from(
    address: str,
    region: str | None,
    config: Path | None,
    user: str | None,
    profile: str | None,
) -> "Sender":
    """Whose mailbox it is; raises UsageError."""
    from sendas.credentials.sender import configured_region, sender_of
    from sendas.mail.address import Address
    from sendas.ses.regions import is_known, parse_region

    own = Address(address)
    loaded = load_config(config)
    where = parse_region(region) if region else configured_region(own, loaded)
    if where is None:
        where = parse_region(_of_environment(profile))
    if not is_known(where):
        talk(f"{where} is no Region this release knows; going on")
    return sender_of(own, where, loaded, user)


def profile_in_file(config: Path | None, domain: str | None) -> str | None:
    """The AWS profile that the file says of *domain*; of all of them, if they share one.

    Raises:
        BadConfig: As `load_config`.
    """
    loaded = load_config(config)
    found = {
        one.profile
        for one in (loaded.domains if loaded else ())
        if domain is None or one.name == domain.lower()
    }
    return found.pop() if len(found) == 1 else None


def load_config(path: Path | None) -> "ConfigValue | None":
    """The file named, or the one in this folder; None if there is none and none was named.

    Raises:
        BadConfig: It holds mistakes, or the one that was named is not there.
    """
    from sendas.config.load import FILE_NAME, load

    if path is None:
        path = Path(FILE_NAME)
        if not path.exists():
            return None
    return load(path)


def _of_environment(profile: str | None) -> str:
    found = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")
    if not found:
        from sendas.aws.session import configured_region

        found = configured_region(profile, os.environ)
    if not found:
        msg = "in which Region is the domain? give --region, such as --region us-east-2"
        raise NoRegion(msg)
    return found


def talk(line: str) -> None:
    """One line on standard error, without control characters."""
    typer.echo(f"sendas: {visible(line)}", err=True)
