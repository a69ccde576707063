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

_NOT_ACCEPTED = (
    "the keys given are not accepted: see that they are whole and active, or name "
    "others with --profile; where one Region alone says so, see that it is enabled"
)
# "Common error types" of each service's API reference: keys were given, and are not known.
_WRONG_KEYS = re.compile(
    r"\b(UnrecognizedClientException|InvalidClientTokenId|InvalidAccessKeyId"
    r"|SignatureDoesNotMatch|InvalidSignatureException|AuthFailure)\b"
)
_WORDS = re.compile(rf"(?<![\w-])({'|'.join(_TAKES)})(?=: |\)|$)")


def needed(silence: str) -> tuple[Help, ...]:
    """Advice on *silence*, worded as by ``sendas.outcome.see``; none if it names no reason."""
    # Split at its one group: text, reason, what it said, reason, what it said...
    _, *parts = _WORDS.split(silence)
    told = (_advice(Why(why), said) for why, said in zip(parts[::2], parts[1::2], strict=True))
    return tuple(Help(text) for text in dict.fromkeys(told))


def _advice(why: Why, said: str) -> str:
    if why is Why.NO_CREDENTIALS and _WRONG_KEYS.search(said):
        return _NOT_ACCEPTED
    return _TAKES[why]
