"""The mailboxes that send over SMTP, from `sendas.toml`; pure."""

from collections.abc import Iterator

from sendas.config.model import Config, SendWay
from sendas.credentials.decide.holders import holders_of
from sendas.credentials.decide.pair import pair_of
from sendas.credentials.decide.verdicts import Box
from sendas.credentials.sender import Sender, sender_of
from sendas.mail.address import Address


def senders_in(config: Config) -> Iterator[tuple[Sender, Box]]:
    """Each mailbox of the file with a password, and what is known before anybody is asked."""
    for domain in config.domains:
        for mailbox in domain.mailboxes:
            if mailbox.send is not SendWay.SMTP:
                continue
            address = Address(f"{mailbox.name}@{domain.name}")
            sender = sender_of(address, domain.region, config)
            box = Box(
                address=address,
                pair=pair_of(address, mailbox.user or ""),
                holders=holders_of(mailbox),
                secret=sender.secret,
                catch_all=mailbox.is_catch_all,
            )
            yield sender, box
