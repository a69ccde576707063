"""Which domain and which mailbox a verb of `sendas reply` is about."""

from pathlib import Path
from typing import TYPE_CHECKING

from sendas.errors import UsageError


if TYPE_CHECKING:
    from sendas.inbound.aliases import Place
    from sendas.reply.alias import Alias


class NoMailbox(UsageError):
    """It is not clear which mailbox is meant, or it is not written as by answering."""


class NoAlias(UsageError):
    """An address that is no alias of ours."""


def described(alias: "Alias", place: "Place") -> dict[str, str]:
    """The alias as one JSON object."""
    return {
        "alias": f"{alias.local_part}@{place.domain}",
        "kind": alias.kind,
        "stands_for": alias.address,
        "mailbox": alias.mailbox,
        "expires": alias.expires.isoformat(),
        "key": alias.key_id,
    }


def places_of(config: Path, profile: str | None) -> "list[Place]":
    """Every domain of the file that is written as by answering.

    Raises:
        BadConfig: The file cannot be used.
        NoMailbox: None is.
    """
    from sendas.aws import sts
    from sendas.aws.mail_store import MailStore
    from sendas.cli.plan_options import open_doors
    from sendas.config.load import load
    from sendas.inbound.aliases import Place
    from sendas.inbound.settings import Settings
    from sendas.outcome import see
    from sendas.setup.stack.names import stack_names
    from sendas.setup.stack.routes import routes_of

    file = load(config)
    domains = [one for one in file.domains if one.answers]
    if not domains:
        msg = f'{config}: no mailbox has send = "reply-alias" or a [domain.mailbox.reply] table'
        raise NoMailbox(msg)
    session = open_doors(profile).session
    places = []
    for one in domains:
        names = stack_names(one)
        caller = see(sts.caller(session, one.region), "which account this is")
        store = MailStore(session, one.region, names.real_bucket(caller.account_id))
        settings = Settings(store.bucket, one.region, one.region, reply_secret=names.reply_secret)
        answering = routes_of(file, one).domains[one.name].answering
        places.append(
            Place(one.name, settings, store, answering.prefix, dict(answering.mailboxes))
        )
    return places


def place_of(config: Path, profile: str | None, alias: str) -> "Place":
    """The domain of the file's that *alias* is at.

    Raises:
        NoAlias: It is at none.
    """
    host = alias.rpartition("@")[2].lower()
    places = places_of(config, profile)
    for place in places:
        if place.domain == host:
            return place
    known = ", ".join(place.domain for place in places)
    msg = f"{alias} is at none of your domains ({known})"
    raise NoAlias(msg)


def mailbox_of(config: Path, profile: str | None, wanted: str | None) -> "tuple[Place, str]":
    """The mailbox that *wanted* names, whole or by its local-part; the only one without it.

    Raises:
        NoMailbox: It is none, or one of several.
    """
    places = places_of(config, profile)
    every = [(place, box) for place in places for box in place.mailboxes]
    matching = [
        (place, box)
        for place, box in every
        if wanted is None or wanted.lower() in {box, box.partition("@")[0]}
    ]
    if len(matching) != 1:
        known = ", ".join(box for _, box in every)
        msg = f"name one mailbox with --as: {known}"
        raise NoMailbox(msg)
    return matching[0]
