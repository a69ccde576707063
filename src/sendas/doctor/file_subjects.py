"""The domains of `sendas.toml` as subjects of the doctor; pure."""

from sendas.config.model import ConfiguredDomain, SendWay
from sendas.doctor.evidence import Subject
from sendas.mail.address import Address


def subject_of(domain: ConfiguredDomain) -> Subject:
    """What a person would type of *domain*: its Region, an address that sends, a mailbox."""
    return Subject(
        domain.name,
        domain.region,
        from_address=_sender(domain),
        mailbox=next(iter(domain.targets), None),
    )


def _sender(domain: ConfiguredDomain) -> Address | None:
    ways = {SendWay.SMTP, SendWay.RELAY, SendWay.REPLY_ALIAS}
    sending = (one for one in domain.mailboxes if one.send in ways and not one.is_catch_all)
    first = next(sending, None)
    return domain.address_of(first) if first else None
