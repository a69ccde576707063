"""What of the table of rights the caller is known to lack, before anything is begun."""

from dataclasses import dataclass

from sendas.aws import own_rights
from sendas.aws.session import Session
from sendas.config.model import ConfiguredDomain
from sendas.doctor import rights as doctor_rights
from sendas.iam.keys import Caller
from sendas.iam.lacking import Needs
from sendas.iam.rights import Verb, When, rights_of
from sendas.outcome import NoAnswer
from sendas.setup.rights import RIGHTS
from sendas.setup.rights.drift import DRIFT
from sendas.setup.rights.place import known_arns, needed_when, place_of
from sendas.stacks import StackSeen


_JUST_DONE = "cloudformation:DescribeStacks"
"""Asked before the permissions are: had it been refused, there would be no plan."""


@dataclass(frozen=True, slots=True)
class Permissions:
    """By verb, the actions that the caller's policies do not allow.

    *unknown* says why nothing is known of a user; empty of a role and of the
    root user too, whose policies cannot be read: then AWS itself refuses.
    """

    lacking: dict[Verb, tuple[str, ...]]
    unknown: str = ""


def permissions(  # noqa: PLR0913  a plan's occasions
    session: Session,
    caller: Caller,
    domain: ConfiguredDomain,
    stack: StackSeen | None,
    *,
    verbs: tuple[Verb, ...] = (Verb.PLAN, Verb.APPLY),
    also: frozenset[When] = frozenset(),
    drift: bool = False,
) -> Permissions:
    """What *verbs* need for *domain* and the caller lacks.

    *also* are occasions that the command line asks for; *drift*: whether a plan
    looks for it.
    """
    documents = own_rights.own_policies(session, domain.region, caller)
    if documents is None:
        return Permissions({})
    if isinstance(documents, NoAnswer):
        return Permissions({}, str(documents))
    when = needed_when(domain, stack.resources if stack else ()) | also
    found = {}
    for verb in verbs:
        needs = _needs(verb, caller, domain, when, drift=drift or verb is Verb.APPLY)
        lacking = own_rights.lacking(documents, caller, needs, _JUST_DONE)
        if isinstance(lacking, NoAnswer):
            return Permissions({}, str(lacking))
        found[verb] = lacking
    return Permissions(found)


def _needs(
    verb: Verb, caller: Caller, domain: ConfiguredDomain, when: frozenset[When], *, drift: bool
) -> Needs:
    table = (*RIGHTS, *doctor_rights.RIGHTS)
    wanted = tuple(
        right
        for right in rights_of(table, [verb])
        if right.when in when and (drift or right not in DRIFT)
    )
    partition = caller.arn.split(":")[1]
    place = place_of(domain, caller.account_id, partition)
    return Needs(wanted, place, known_arns(domain, caller.account_id, partition))
