"""Lambda: to call a function of ours, and not to wait for it; and whether it may run."""

from sendas.aws.absent import NO_FUNCTION
from sendas.aws.reading import Raw, understand_if_any
from sendas.aws.session import Session
from sendas.aws.writes import do
from sendas.outcome import Seen
from sendas.ses.regions import Region


def concurrency(session: Session, region: Region, name: str) -> Seen[int | None]:
    """How many of it may run at once, by its own limit: 0 is off; None without one.

    A function that does not exist has none.
    """
    found = session.find(
        "lambda", "GetFunctionConcurrency", region=region, absent=NO_FUNCTION, FunctionName=name
    )
    return understand_if_any(found, _limit)


def _limit(raw: Raw) -> int | None:
    limit = raw.get("ReservedConcurrentExecutions")
    return None if limit is None else int(limit)


def lift_limit(session: Session, region: Region, name: str) -> None:
    """Let as many of it run as the account may; one without a limit stays so.

    Raises:
        NotDone: Lambda did not.
    """
    do(session, "lambda", "DeleteFunctionConcurrency", region=region, FunctionName=name)


def start(session: Session, region: Region, name: str) -> None:
    """Let the function run; Lambda tries twice more if it fails (Lambda guide, "Async retries").

    Raises:
        NotDone: Lambda did not take it.
    """
    do(
        session, "lambda", "Invoke", region=region,
        FunctionName=name, InvocationType="Event", Payload=b"{}",
    )  # fmt: skip
