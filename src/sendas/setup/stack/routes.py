"""The routes object that the forwarder reads, from what the file wants; pure."""

from dataclasses import replace

from sendas.config.model import CATCH_ALL, Config, ConfiguredDomain, Mailbox, Reply, Verdicts
from sendas.forward.answering import Answering, ReplyMailbox, Scrub
from sendas.forward.routes import (
    Chosen,
    Handling,
    Ignore,
    Limits,
    Policy,
    Refuse,
    Reports,
    RoutedDomain,
    Routes,
    To,
)
from sendas.forward.routes_file import format_routes


def routes_object(config: Config, domain: ConfiguredDomain) -> bytes:
    """The object's bytes, for the one domain whose mail its bucket holds."""
    return format_routes(routes_of(config, domain)).encode()


def routes_of(config: Config, domain: ConfiguredDomain) -> Routes:
    """The routes; what the file leaves open has the forwarder's own default."""
    wanted = RoutedDomain(
        name=domain.name,
        forwarding_address=domain.forwarding_address,
        notice_address=domain.notices or "",
        routes={
            CATCH_ALL if mailbox.is_catch_all else mailbox.name: _route(mailbox)
            for mailbox in domain.mailboxes
        }
        | ({domain.reports.mailbox: Reports()} if domain.reports else {}),
        policy=_policy(domain.verdicts),
        answering=_answering(domain),
    )
    return Routes({domain.name: wanted}, _limits(config))


def _route(mailbox: Mailbox) -> Chosen:
    if mailbox.targets:
        return To(mailbox.targets)
    if mailbox.reject is not None:
        return Refuse(mailbox.reject) if mailbox.reject else Refuse()
    return Ignore()


def _answering(domain: ConfiguredDomain) -> Answering:
    boxes: dict[str, ReplyMailbox] = {
        domain.address_of(box): _reply_mailbox(domain, box)
        for box in domain.mailboxes
        if box.answers
    }
    return Answering(boxes, domain.reply.prefix, domain.reply.compose)


def _reply_mailbox(domain: ConfiguredDomain, mailbox: Mailbox) -> ReplyMailbox:
    usual = ReplyMailbox(domain.address_of(mailbox), mailbox.targets)
    wish = mailbox.reply or Reply()
    return replace(
        usual,
        display_name=mailbox.display_name or "",
        expires_days=wish.expires_days or usual.expires_days,
        per_hour=wish.per_hour or usual.per_hour,
        per_day=wish.per_day or usual.per_day,
        automatic=wish.automatic,
        scrub=Scrub(wish.scrub),
    )


def _policy(verdicts: Verdicts) -> Policy:
    default = Policy()

    def chosen(wish: str | None, otherwise: Handling) -> Handling:
        return Handling(wish) if wish is not None else otherwise

    return Policy(
        virus=chosen(verdicts.virus, default.virus),
        spam=chosen(verdicts.spam, default.spam),
        unsure_spam=chosen(verdicts.unsure_spam, default.unsure_spam),
        dmarc_reject=chosen(verdicts.dmarc_reject, default.dmarc_reject),
        dmarc_quarantine=chosen(verdicts.dmarc_quarantine, default.dmarc_quarantine),
    )


def _limits(config: Config) -> Limits:
    wish, default = config.limits, Limits()
    return Limits(
        max_message_bytes=wish.max_message_bytes or default.max_message_bytes,
        max_hops=wish.max_hops or default.max_hops,
        max_per_hour=wish.max_per_hour or default.max_per_hour,
        max_per_hour_address=wish.max_per_hour_address or default.max_per_hour_address,
        max_per_hour_domain=wish.max_per_hour_domain or default.max_per_hour_domain,
        stop_at_bounce_percent=wish.stop_at_bounce_percent or default.stop_at_bounce_percent,
    )
