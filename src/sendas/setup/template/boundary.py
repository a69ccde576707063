"""The permissions boundary: what the roles and users that sendas makes may do at most; pure.

It grants nothing: each role has its own, narrower policy.  Whoever may only make what this
binds cannot make anything that is mightier than sendas itself (IAM guide, "Permissions
boundaries for IAM entities").
"""

from collections.abc import Iterable
from dataclasses import replace

from sendas.config.model import Config
from sendas.credentials import rights as credentials_rights
from sendas.doctor import rights as doctor_rights
from sendas.iam.rights import EVERYWHERE, Place, Role, document, rights_of, statements
from sendas.iam.wildcard import matches
from sendas.inbound import rights as inbound_rights
from sendas.ses.regions import partition_of
from sendas.setup.rights.place import place_of
from sendas.watch import rights as watch_rights


_RIGHTS = (
    *inbound_rights.RIGHTS,
    *doctor_rights.RIGHTS,
    *watch_rights.RIGHTS,
    *credentials_rights.RIGHTS,
)

_STOOD_BEFORE = ("bucket", "turning", "turning_old", "tended")
"""What may have a name that sendas did not give: the mail's bucket, the users that send."""


def boundary_document(config: Config | None = None) -> dict[str, object]:
    """The policy; with the buckets and users that stood before, where *config* names some.

    Conditions are left to the policies of each role.
    """
    domains = config.domains if config else ()
    partition = partition_of(domains[0].region) if domains else "aws"
    places = [place_of(one, "*", partition) for one in domains]
    found = {name: (*EVERYWHERE[name], *_beyond(name, places)) for name in _STOOD_BEFORE}
    place = {**EVERYWHERE, **found, "partition": (partition,)}
    rights = (replace(one, limits=()) for one in rights_of(_RIGHTS, tuple(Role)))
    return document(statements(rights, [place]))


def _beyond(name: str, places: Iterable[Place]) -> tuple[str, ...]:
    """What *places* have that the names which sendas gives do not cover, each once."""
    every = dict.fromkeys(one for place in places for one in place[name])
    return tuple(
        one for one in every if not any(matches(usual, one) for usual in EVERYWHERE[name])
    )
