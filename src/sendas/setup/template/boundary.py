"""The permissions boundary: what the roles and users that sendas makes may do at most; pure.

It grants nothing: each role has its own, narrower policy.  Whoever may only make what this
binds cannot make anything that is mightier than sendas itself (IAM guide, "Permissions
boundaries for IAM entities").
"""

from dataclasses import replace

from sendas.config.model import Config
from sendas.credentials import rights as credentials_rights
from sendas.doctor import rights as doctor_rights
from sendas.iam.rights import EVERYWHERE, Role, document, rights_of, statements
from sendas.inbound import rights as inbound_rights
from sendas.ses.regions import partition_of
from sendas.watch import rights as watch_rights


_RIGHTS = (
    *inbound_rights.RIGHTS,
    *doctor_rights.RIGHTS,
    *watch_rights.RIGHTS,
    *credentials_rights.RIGHTS,
)


def boundary_document(config: Config | None = None) -> dict[str, object]:
    """The policy; with the buckets and users that stood before, where *config* names some.

    Conditions are left to the policies of each role.
    """
    domains = config.domains if config else ()
    partition = partition_of(domains[0].region) if domains else "aws"
    buckets = (one.adopted.bucket for one in domains if one.adopted.bucket)
    users = [box.user for one in domains for box in one.mailboxes if box.user]
    named = {
        # Whose keys the watcher proves, and ends where their rotation is prepared.
        what: tuple(dict.fromkeys([*EVERYWHERE[what], *users]))
        for what in ("senders", "tended", "turning_old")
    }
    place = {
        **EVERYWHERE,
        "partition": (partition,),
        "bucket": tuple(dict.fromkeys([*EVERYWHERE["bucket"], *buckets])),
        **named,
    }
    rights = (replace(one, limits=()) for one in rights_of(_RIGHTS, tuple(Role)))
    return document(statements(rights, [place]))
