"""What it would take to look where nobody answered."""

import re

from sendas.advice import Help
from sendas.aws_errors import BY_CODE, Trouble
from sendas.outcome import Why


_TAKES = {
    Why.TIMEOUT: "run it again; where the network is slow, with a longer --deadline",
    Why.UNREACHABLE: "check this machine's network: the server could not be reached at all",
    Why.DENIED: "allow that call to the identity you run as, or name another with --profile",
    Why.NO_CREDENTIALS: "give AWS credentials: --profile NAME, or AWS_PROFILE, or `aws configure`",
    Why.THROTTLED: "wait a minute and run it again: the service was asked too often",
    Why.SERVER_FAILURE: "run it again later: the server itself broke",
    Why.BOGUS: "mend the zone's DNSSEC first: whoever validates takes no answer of it",
    Why.REFUSED: "have the name server's operator load the zone: it refuses to answer for it",
}

_BY_TROUBLE = {
    Trouble.KEY: (
        "the keys given are not accepted: see that they are whole and active, or name "
        "others with --profile; where one Region alone says so, see that it is enabled"
    ),
    Trouble.NOT_SUBSCRIBED: "sign the account up for the service, and enable the Region",
    Trouble.CLOCK: "set this machine's clock: AWS takes no request signed at another time",
}
"""Where AWS's code says more than that there are no credentials to ask with."""
_CODE = re.compile(r"\b[A-Z][A-Za-z]+\b")
_WORDS = re.compile(rf"(?<![\w-])({'|'.join(_TAKES)})(?=: |\)|$)")


def needed(silence: str) -> tuple[Help, ...]:
    """Advice on *silence*, worded as by ``sendas.outcome.see``; none if it names no reason."""
    # Split at its one group: text, reason, what it said, reason, what it said...
    _, *parts = _WORDS.split(silence)
    told = (_advice(Why(why), said) for why, said in zip(parts[::2], parts[1::2], strict=True))
    return tuple(Help(text) for text in dict.fromkeys(told))


def _advice(why: Why, said: str) -> str:
    if why is Why.NO_CREDENTIALS:
        for code in _CODE.findall(said):
            trouble = BY_CODE[code].trouble if code in BY_CODE else Trouble.UNKNOWN
            if trouble in _BY_TROUBLE:
                return _BY_TROUBLE[trouble]
    return _TAKES[why]
