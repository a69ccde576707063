"""What makes resources of one type: create, update, delete, and read for drift."""

import secrets
import string

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sendas_lab.cloudformation.calls import Calls
from sendas_lab.cloudformation.template import Value


Properties = Mapping[str, Value]
_SUFFIX = string.ascii_letters + string.digits


@dataclass(frozen=True, slots=True)
class Work:
    """One piece of work: where, for which stack and resource, and by which calls."""

    call: Calls
    region: str
    account_id: str
    stack_name: str
    logical_id: str
    now: datetime
    stack_id: str = ""
    resource_type: str = ""
    response_url: Callable[[], tuple[str, Callable[[float], Value]]] | None = None
    """For custom resources: an address to answer to, and how to wait for the answer."""

    def name(self, most: int = 64, *, lower: bool = False) -> str:
        """A name as CloudFormation makes them: stack, logical id, twelve at random."""
        suffix = "".join(secrets.choice(_SUFFIX) for _ in range(12))
        room = most - len(suffix) - 1
        stem = f"{self.stack_name}-{self.logical_id}"[:room]
        made = f"{stem}-{suffix}"
        return made.lower() if lower else made

    def arn(self, service: str, rest: str, region: str | None = None) -> str:
        """``arn:aws:<service>:<region>:<account>:<rest>``."""
        where = self.region if region is None else region
        return f"arn:aws:{service}:{where}:{self.account_id}:{rest}"


@dataclass(frozen=True, slots=True)
class Made:
    """What was made: its physical id is what Ref gives, its attributes what Fn::GetAtt does."""

    physical_id: str
    attributes: Mapping[str, Value] = field(default_factory=dict)


Create = Callable[[Work, Properties], Made]
Update = Callable[[Work, Made, Properties, Properties], Made]
"""With the properties as they are wanted, then as they were."""
Delete = Callable[[Work, Made, Properties], None]
Read = Callable[[Work, Made, Properties], Properties]
"""The properties as they are now; raises Refused (NotFound) when it is gone."""
Find = Callable[[Work, Properties], Made]
"""What stands by the name in the properties, to take it into a stack; raises as Read."""


@dataclass(frozen=True, slots=True)
class Provider:
    """One type.  *modelled* are the properties it takes; others fail the resource.

    Without *update* every change makes a new resource.
    """

    type: str
    modelled: frozenset[str]
    create: Create
    delete: Delete
    update: Update | None = None
    read: Read | None = None
    find: Find | None = None


def words(text: str) -> frozenset[str]:
    """Property names, parted by blanks."""
    return frozenset(text.split())


def picked(properties: Properties, *names: str) -> dict[str, Value]:
    """Those of the properties that are there."""
    return {name: properties[name] for name in names if properties.get(name) is not None}


def nothing(_work: Work, _made: Made, _properties: Properties) -> None:
    """Deletes nothing."""
