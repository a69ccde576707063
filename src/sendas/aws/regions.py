"""Where SES is: the Regions to look in, by botocore's offline endpoint data."""

from sendas.aws.session import Session
from sendas.ses.regions import Region


def ses_regions(session: Session, near: Region) -> tuple[Region, ...]:
    """Every Region of *near*'s partition with SES, *near* first, whatever the data says of it.

    Some of them may not be enabled in the account; only asking tells.
    """
    others = session.regions_of("sesv2", near)
    return (near, *(region for region in others if region != near))
