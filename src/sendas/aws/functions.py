"""Lambda: to call a function of ours, and not to wait for it."""

from sendas.aws.session import Session
from sendas.aws.writes import do
from sendas.ses.regions import Region


def start(session: Session, region: Region, name: str) -> None:
    """Let the function run; Lambda tries twice more if it fails (Lambda guide, "Async retries").

    Raises:
        NotDone: Lambda did not take it.
    """
    do(
        session, "lambda", "Invoke", region=region,
        FunctionName=name, InvocationType="Event", Payload=b"{}",
    )  # fmt: skip
