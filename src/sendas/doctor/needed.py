"""What it would take to look where nobody answered."""

import re

from sendas.advice import Help
from sendas.outcome import Why


_TAKES = {
    Why.TIMEOUT: "run it again; where the network is slow, with a longer --deadline",
    Why.UNREACHABLE: "check this machine's network: the server could not be reached at all",
    Why.DENIED: "allow that call to the identity you run as, or name another with --profile",
    Why.NO_CREDENTIALS: "give AWS credentials: --profile NAME, or AWS_PROFILE, or `aws configure`",
    Why.THROTTLED: "wait a minute and run it again: the service was asked too often",
    Why.SERVER_FAILURE: "run it again later: the server itself broke",
    Why.REFUSED: "have the name server's operator load the zone: it refuses to answer for it",
}

_WORDS = re.compile(rf"(?<![\w-])({'|'.join(_TAKES)})(?=: |\)|$)")


def needed(silence: str) -> tuple[Help, ...]:
    """Advice on *silence*, worded as by ``sendas.outcome.see``; none if it names no reason."""
    whys = dict.fromkeys(Why(word) for word in _WORDS.findall(silence))
    return tuple(Help(_TAKES[why]) for why in whys)
