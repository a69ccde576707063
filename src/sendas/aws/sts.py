"""Who is asking (STS API, GetCallerIdentity).

It needs no permission, so its answer proves the credentials.
"""

from sendas.aws.reading import Raw, understand
from sendas.aws.session import Session
from sendas.iam.keys import Caller
from sendas.outcome import Seen
from sendas.ses.regions import Region


def caller(session: Session, region: Region) -> Seen[Caller]:
    """The account and the user or role whose credentials are in use."""
    answer = session.ask("sts", "GetCallerIdentity", region=region)
    return understand(answer, lambda raw: parse_caller(raw, session.key_id))


def parse_caller(raw: Raw, key_id: str | None) -> Caller:
    """GetCallerIdentity in our words."""
    return Caller(account_id=raw["Account"], arn=raw["Arn"], key_id=key_id)
