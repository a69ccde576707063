"""Calls that change something: done, or an exception that says why not."""

import re

from collections.abc import Mapping
from typing import Any

from sendas.aws.failure import error_code, no_answer
from sendas.aws.reading import Raw
from sendas.aws.session import Session
from sendas.errors import CouldNotLook
from sendas.iam.actions import iam_action
from sendas.outcome import NoAnswer, Why
from sendas.ses.regions import Region


_ACTION = re.compile(r"not authorized to perform:? ([a-z0-9-]+:[A-Za-z]+)")


class NotDone(CouldNotLook):
    """AWS did not do it.  *code* is its own word, empty if it was not AWS that spoke."""

    def __init__(self, why: NoAnswer, code: str = "") -> None:
        super().__init__(str(why))
        self.code = code
        self.why = why.why
        self.detail = why.detail


class NotAllowed(NotDone):
    """A permission is missing: *action*, by IAM's name."""

    def __init__(self, why: NoAnswer, code: str, action: str) -> None:
        super().__init__(why, code)
        self.action = action
        self.args = (f"the permission {action} is missing ({why.detail})",)


def do(session: Session, service: str, operation: str, *, region: Region, **params: object) -> Raw:
    """Carry out *operation*; AWS's answer.

    Raises:
        NotAllowed: A permission is missing.
        NotDone: Any other reason.
    """
    try:
        return session.call(service, operation, region=region, **params)
    except Exception as error:  # whatever botocore raises, it was not done, or nobody said so
        why = no_answer(error, iam_action(service, operation))
        code = error_code(error)
        if why.why is Why.DENIED:
            found = missing_action(str(error))
            raise NotAllowed(why, code, found or iam_action(service, operation)) from error
        raise NotDone(why, code) from error


def do_unless(
    codes: tuple[str, ...],
    session: Session,
    service: str,
    operation: str,
    *,
    region: Region,
    **params: object,
) -> Mapping[str, Any] | None:
    """The same; None if AWS answers with one of *codes*, as where it is done already.

    Raises:
        NotDone: As `do`.
    """
    try:
        return do(session, service, operation, region=region, **params)
    except NotDone as error:
        if error.code in codes:
            return None
        raise


def missing_action(text: str) -> str | None:
    """The action in AWS's sentence about a missing permission."""
    match = _ACTION.search(text)
    return match[1] if match else None
