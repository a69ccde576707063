"""Where SES is: the Regions to look in, by botocore's offline endpoint data."""

from sendas.aws.session import Session
from sendas.aws_errors import Trouble, meaning
from sendas.outcome import NoAnswer, Why
from sendas.ses.regions import Region


_CLOSED = frozenset((Trouble.KEY, Trouble.NOT_SUBSCRIBED))


def ses_regions(session: Session, near: Region) -> tuple[Region, ...]:
    """Every Region of *near*'s partition with SES, *near* first, whatever the data says of it.

    Some of them may not be enabled in the account; only asking tells.
    """
    others = session.regions_of("sesv2", near)
    return (near, *(region for region in others if region != near))


def is_closed(answer: NoAnswer) -> bool:
    """Whether the Region does not know the key: not that a token ran out, or a clock is wrong.

    A Region that is not enabled does not know credentials that hold elsewhere.
    """
    if answer.why is not Why.NO_CREDENTIALS:
        return False
    return meaning(answer.code, 403).trouble in _CLOSED
